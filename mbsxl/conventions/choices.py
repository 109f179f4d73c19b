"""A choice among conventions, read from text: the member of an `Enum` that the text names."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

from mbsxl.errors import InputError

Choice = TypeVar("Choice", bound=Enum)


def choose(choices: type[Choice], argument: str, value: Choice | str) -> Choice:
    """Return the member that a text names, whatever its case and spacing.

    Errors
    ------
    InputError
        The text names none of them: the message lists what there is.

    Examples
    --------
    >>> class Side(Enum):
    ...     NEAR_LEG = "NEAR LEG"
    >>> choose(Side, "side", "near_leg")
    <Side.NEAR_LEG: 'NEAR LEG'>
    """
    if isinstance(value, choices):
        return value
    wanted = plain(value) if isinstance(value, str) else None
    for member in choices:
        if plain(member.value) == wanted:
            return member
    offered = ", ".join(str(member.value) for member in choices)
    raise InputError(argument, value, f"is not one of {offered}", wrong_kind=True)


def plain(text: str) -> str:
    """Return a text without what people vary: case, spaces, underscores, hyphens."""
    return text.upper().translate(str.maketrans("", "", " _-"))
