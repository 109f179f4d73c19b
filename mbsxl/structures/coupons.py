"""Coupons of classes: a rate, or a multiple of an index and a margin within a cap and a floor.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: floating-rate and inverse floating-rate classes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.kernel import Outcome, Rows, by_record
from mbsxl.units import PERCENT

_NUMBER = r"\d+(?:\.\d+)?"
_INDEXED = re.compile(
    rf"(?:(?P<first>{_NUMBER})\s*(?P<sign>[-+])\s*)?(?:(?P<multiple>{_NUMBER})\s*[x*]\s*)?(?P<name>[A-Za-z][\w ]*?)"
    rf"(?:\s*(?P<last_sign>[-+])\s*(?P<last>{_NUMBER}))?",
    re.IGNORECASE,
)
_LIMIT = re.compile(rf"(?P<which>cap|floor)\s+(?P<rate>{_NUMBER})", re.IGNORECASE)


class Coupon(NamedTuple):
    """A yearly rate: `fixed` and a `multiple` of the index, no more than the cap and no less than the floor."""

    fixed: float
    multiple: float = 0.0
    cap: float = np.inf
    floor: float = -np.inf

    def at(self, index: npt.ArrayLike) -> FloatArray:
        """Return the rate where the index stands."""
        return np.clip(self.fixed + self.multiple * np.asarray(index, float), self.floor, self.cap)


def read_coupon(given: float | str) -> Coupon:
    """Return a coupon from a number, a decimal, or from text in percent of an index.

    Errors
    ------
    InputError
        A text that is no coupon, or a rate that is none.

    Examples
    --------
    >>> [float(read_coupon(text).at(0.05).round(4)) for text in ("INDEX + 0.40, cap 7", "28.5 - 3 x INDEX, floor 0")]
    [0.054, 0.135]
    """
    if not isinstance(given, str):
        if not 0 <= given < 1:
            raise InputError("coupon", float(given), "is no rate from 0 to below 1; 5.5% is 0.055")
        return Coupon(float(given))
    parts = [part.strip() for part in given.split(",")]
    found = _INDEXED.fullmatch(parts[0])
    limits = [_LIMIT.fullmatch(part) for part in parts[1:]]
    if found is None or not all(limits) or (found["sign"] == "-" and found["last"]):
        remedy = 'is no coupon; type a rate, or as in "INDEX + 0.40, cap 7, floor 0.4" or "28.5 - 3 x INDEX, floor 0"'
        raise InputError("coupon", given, remedy, wrong_kind=True)
    rates = {limit["which"].lower(): float(limit["rate"]) / PERCENT for limit in limits if limit}
    last = float(found["last"] or 0) * (-1 if found["last_sign"] == "-" else 1)
    multiple = float(found["multiple"] or 1) * (-1 if found["sign"] == "-" else 1)
    fixed = (float(found["first"] or 0) + last) / PERCENT
    return Coupon(fixed, multiple, rates.get("cap", np.inf), rates.get("floor", -np.inf))


@by_record("coupon", "value")
def floater_split(coupon: npt.ArrayLike, share: npt.ArrayLike, margin: npt.ArrayLike) -> tuple[npt.ArrayLike, Outcome]:
    """Return the coupons of a floater and an inverse floater cut from a class of a fixed coupon.

    The floater pays the index and the `margin`; the inverse pays what is left, its constant less the multiplier times
    the index. Together they are always owed the coupon.

    Shapes: broadcast; the values are (numbers, ...). Units: rates and the `share` of the floater are decimals.

    Errors
    ------
    InputError
        A share that is not between 0 and 1, or a margin that leaves the inverse floater less than nothing.

    Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: creating a floater and an inverse floater.

    Examples
    --------
    >>> floater_split(0.075, 0.75, 0.005).values.round(4)  # FJF-03
    array([0.1  , 3.   , 0.285, 0.285])
    """
    rows = Rows(*map(np.shape, (coupon, share, margin)))
    rate, part, extra = map(rows.column, (coupon, share, margin))
    outside = ~((part > 0) & (part < 1))
    rows.refuse(
        outside, lambda row: InputError("share", float(part[row]), "is no share; give more than 0, less than 1")
    )
    below = rate < part * extra
    remedy = "leaves the inverse floater a coupon below 0; give less"
    rows.refuse(below, lambda row: InputError("margin", float(extra[row]), remedy))
    left = np.where(outside, np.nan, 1 - part)
    constant = (rate - part * extra) / left
    values = np.stack([rate / np.where(outside, np.nan, part), part / left, constant, constant], axis=-1)
    sound = rows.sound()
    names = ["floater cap", "inverse multiplier", "inverse constant", "inverse cap"]
    return names, rows.outcome(Outcome(values if sound is None else values[sound], {}))
