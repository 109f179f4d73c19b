"""Prices in 32nds, as agency mortgage-backed securities are quoted.

``101-16`` is 101 and 16/32; a third digit counts eighths of a 32nd, ``101-162`` being 101 and 16.25/32; ``+`` is a half
of one, 1/64. Quotes of Treasury futures look alike, and their third digit means something else.
"""

from __future__ import annotations

import re
from enum import Enum

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose
from mbsxl.conventions.numerals import number_of
from mbsxl.errors import InputError

_STEPS = 256  # to the point: 32nds, in eighths
_TICKS = re.compile(r"(?P<sign>-?)(?P<points>\d+)-(?P<thirty_seconds>[0-2]\d|3[01])(?P<last>[0-7+]?)")


def ticks(points: npt.ArrayLike) -> npt.NDArray[np.str_]:
    """Return prices, drops or pay-ups in 32nds, to the nearest eighth of a 32nd.

    Shapes: as `points`. Units: per 100 of face.

    Errors
    ------
    InputError
        A number that is not finite.

    Source: Fabozzi, Bond Markets, Analysis and Strategies (quotes in 32nds, the third digit eighths of one, + four).

    Examples
    --------
    >>> str(ticks(101.515625)), str(ticks(101.5078125)), str(ticks(-0.1875))
    ('101-16+', '101-162', '-0-06')
    """
    given = np.asarray(points, float)
    if not np.isfinite(given).all():
        raise InputError("points", float(given[~np.isfinite(given)].flat[0]), "is not a number; give a price")
    return np.array([_text(round(one * _STEPS)) for one in given.ravel().tolist()]).reshape(given.shape)


def _text(steps: int) -> str:
    points, rest = divmod(abs(steps), _STEPS)
    thirty_seconds, eighths = divmod(rest, 8)
    last = {0: "", 4: "+"}.get(eighths, str(eighths))
    return f"{'-' if steps < 0 else ''}{points}-{thirty_seconds:02d}{last}"


class Notation(Enum):
    """What the third digit of a quote in 32nds counts: eighths of one, or quarters by their first digit (2, 5, 7)."""

    MBS = "MBS"
    FUTURES = "FUTURES"


_FRACTIONS = {  # of a 32nd, in eighths
    Notation.MBS: {"": 0, "+": 4, **{str(digit): digit for digit in range(8)}},
    Notation.FUTURES: {"": 0, "+": 4, "0": 0, "2": 2, "5": 4, "7": 6},
}
_NEITHER = 'is not a price; type 101.5, or two digits of 32nds, 00 to 31, as in "101-16", "101-16+" or "101-162"'


def decimal(ticks: str | npt.ArrayLike, notation: Notation | str = Notation.MBS) -> FloatArray:
    """Return prices as numbers, from text in 32nds or in decimals.

    Shapes: as `ticks`. Units: per 100 of face.

    Errors
    ------
    InputError
        A text that is neither, such as 101-33: there are only 32 in a point; or a third digit that the notation lacks.

    Source: Fabozzi, Bond Markets, Analysis and Strategies (quotes in 32nds, the third digit eighths of one, + four);
    Hull, Options, Futures, and Other Derivatives, 6.2 (futures, in halves and quarters of a 32nd).

    Examples
    --------
    >>> float(decimal("101-16+")), float(decimal("101-162")), float(decimal("101.5"))
    (101.515625, 101.5078125, 101.5)
    >>> float(decimal("110-127", "FUTURES"))  # 12.75 32nds
    110.3984375
    """
    texts = np.asarray(ticks)
    fractions = _FRACTIONS[choose(Notation, "notation", notation)]
    return np.array([_price(one, fractions) for one in texts.ravel().tolist()]).reshape(texts.shape)


def _price(text: object, fractions: dict[str, int]) -> float:
    match = _TICKS.fullmatch(str(text).strip())
    if match is None:
        return number_of(str(text), "ticks", _NEITHER)
    if match["last"] not in fractions:
        digits = ", ".join(digit for digit in fractions if digit.isdigit())
        raise InputError("ticks", text, f"has a third digit that futures lack; theirs are {digits}", wrong_kind=True)
    price = int(match["points"]) + (8 * int(match["thirty_seconds"]) + fractions[match["last"]]) / _STEPS
    return -price if match["sign"] else price
