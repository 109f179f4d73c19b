"""The two ways a calculation can fail."""

from __future__ import annotations

from typing import Any

_WIDEST = 60  # characters of what was given, in a message


class InputError(ValueError):
    """An argument that cannot be used: which one, what it was, and what to give instead.

    Parameters
    ----------
    argument
        The name of the argument, as the user knows it.
    value
        What was given.
    remedy
        What is wrong with it and what to give instead, as one sentence without a full stop.
    wrong_kind
        True where the value is of the wrong kind (text for a number), False where it is out of bounds.

    Examples
    --------
    >>> print(InputError("coupon", 5.5, "means 550%; type 5.5% or 0.055"))
    coupon 5.5: means 550%; type 5.5% or 0.055
    """

    def __init__(self, argument: str, value: object, remedy: str, *, wrong_kind: bool = False) -> None:
        self.argument = argument
        self.value = value
        self.remedy = remedy
        self.wrong_kind = wrong_kind
        super().__init__(f"{_short(argument)} {_shown(value)}: {remedy}")

    def __reduce__(self) -> tuple[Any, ...]:  # so that it comes back whole from another process
        return _input_error, (self.argument, self.value, self.remedy, self.wrong_kind)


def _input_error(argument: str, value: object, remedy: str, wrong_kind: bool) -> InputError:
    return InputError(argument, value, remedy, wrong_kind=wrong_kind)


class NoSolution(ArithmeticError):  # noqa: N818 - the absence of an answer, not a fault
    """The inputs are sound and yet nothing answers the question: no yield gives this price, for example."""


def _shown(value: object) -> str:
    """Return a value the way a user typed it, short enough for one line."""
    text = f"{value:.10g}" if isinstance(value, float) else f'"{value}"' if isinstance(value, str) else str(value)
    return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 3] + "..."
