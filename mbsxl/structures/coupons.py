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


class FloaterSplit(NamedTuple):
    """How a floater and an inverse floater share a fixed coupon, all decimals but the multiplier."""

    floater_cap: float
    inverse_multiplier: float
    inverse_constant: float
    inverse_cap: float


def read_coupon(given: float | str) -> Coupon:
    """Return a coupon from a number, a decimal, or from text in percent of an index.

    Errors
    ------
    InputError
        A text that is no coupon, or a rate that is none.

    Examples
    --------
    >>> float(read_coupon("INDEX + 0.40, cap 7").at(0.05).round(4)), float(read_coupon("28.5 - 3 x INDEX").at(0.05))
    (0.054, 0.135)
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


def floater_split(coupon: npt.ArrayLike, share: npt.ArrayLike, margin: npt.ArrayLike) -> FloaterSplit:
    """Return the coupons of a floater and an inverse floater cut from a class of a fixed coupon.

    The floater pays the index and the `margin`; the inverse pays what is left, its constant less the multiplier times
    the index. Together they are always owed the coupon.

    Shapes: broadcast. Units: rates and the `share` of the floater are decimals.

    Errors
    ------
    InputError
        A share that is not between 0 and 1, or a margin above the coupon's worth.

    Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: creating a floater and an inverse floater.

    Examples
    --------
    >>> split = floater_split(0.075, 0.75, 0.005)  # FJF-03
    >>> float(split.floater_cap), float(split.inverse_multiplier), round(float(split.inverse_constant), 4)
    (0.1, 3.0, 0.285)
    """
    rate, part, extra = (np.asarray(each, float) for each in (coupon, share, margin))
    if not ((part > 0) & (part < 1)).all():
        worst = float(part[~((part > 0) & (part < 1))].flat[0])
        raise InputError("share", worst, "is no share of a floater; give more than 0 and less than 1")
    if not (rate >= part * extra).all():
        raise InputError("margin", float(extra.max()), "leaves the inverse floater a coupon below 0; give less")
    left = 1 - part
    constant = (rate - part * extra) / left
    return FloaterSplit(rate / part, part / left, constant, constant)
