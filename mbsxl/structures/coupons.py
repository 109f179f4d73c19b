"""Coupons of classes: a rate, or a multiple of an index and a margin within a cap and a floor.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: floating-rate and inverse floating-rate classes.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.numerals import is_number, number_of
from mbsxl.errors import InputError
from mbsxl.kernel import Outcome, Rows, by_record
from mbsxl.units import BASIS_POINTS, PERCENT

_RATE = r"(?:\d+(?:\.\d*)?|\.\d+)\s*(?:%|bps?\b)?"
_NAME = r"(?:[a-z]\w* )*(?:INDEX|[A-Z]*LIBOR|SOFR\w*|COFI|CMT|MTA|PRIME)(?: [a-z]\w*)*?"
_TERM = re.compile(
    rf"(?P<sign>[-+]?)\s*(?:(?P<rate>{_RATE})|(?:(?P<before>{_RATE})\s*[x*]\s*)?(?P<name>{_NAME})"
    rf"(?:(?:\s+x\s+|\s*\*\s*)(?P<after>{_RATE}))?)\s*(?=[-+]|$)",
    re.IGNORECASE,
)
_LIMIT = re.compile(rf"(?P<which>cap|floor)\s+(?P<rate>-?{_RATE})", re.IGNORECASE)
_PARTS = re.compile(r"\s*[,;]\s*|\s+(?=(?:cap|floor)\s)", re.IGNORECASE)
_SAME = str.maketrans("\u00d7\u2212\u2013", "x--")  # times, minus and dash, as typeset


class Coupon(NamedTuple):
    """A yearly rate: `fixed` and a `multiple` of the index, no more than the cap and no less than the floor."""

    fixed: float
    multiple: float = 0.0
    cap: float = np.inf
    floor: float = -np.inf

    def at(self, index: npt.ArrayLike) -> FloatArray:
        """Return the rate where the index stands."""
        return np.clip(self.fixed + self.multiple * np.asarray(index, float), self.floor, self.cap)


def read_coupon(given: float | str, argument: str = "coupon") -> Coupon:
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
    if isinstance(given, str) and is_number(given):
        given = number_of(given, argument)
    if not isinstance(given, str):
        if not 0 <= given < 1:
            raise InputError(argument, float(given), "is no rate from 0 to below 1; 5.5% is 0.055")
        return Coupon(float(given))
    formula, *limits = _PARTS.split(given.translate(_SAME).strip())
    terms, bounds = _terms(formula), [_LIMIT.fullmatch(limit) for limit in limits]
    names = {term["name"].casefold() for term in terms if term["name"]}
    which = [bound["which"].lower() for bound in bounds if bound]
    if len(names) != 1 or not all(bounds) or len(set(which)) < len(which):
        remedy = 'is no coupon; type a rate, or as in "INDEX + 0.40, cap 7, floor 0.4" or "28.5 - 3 x INDEX, floor 0"'
        raise InputError(argument, given, remedy, wrong_kind=True)
    rates = {bound["which"].lower(): _rate(bound["rate"]) for bound in bounds if bound}
    coupon = Coupon(
        sum(_signed(term, _rate(term["rate"])) for term in terms if term["rate"]),
        sum(_signed(term, _multiple(term)) for term in terms if term["name"]),
        rates.get("cap", np.inf),
        rates.get("floor", -np.inf),
    )
    if coupon.floor > coupon.cap:
        raise InputError(argument, given, "has a floor above its cap; give a lower one")
    return coupon


def _terms(formula: str) -> list[re.Match[str]]:
    """Return what a formula adds up: rates, and an index, times a number or not; nothing where it is not that."""
    terms: list[re.Match[str]] = []
    place = 0
    while place < len(formula):
        term = _TERM.match(formula, place)
        if term is None or (terms and not term["sign"]) or (term["before"] and term["after"]):
            return []
        terms.append(term)
        place = term.end()
    return terms


def _rate(text: str) -> float:
    number = float(text.lower().rstrip("%bps "))
    return number / (BASIS_POINTS if "b" in text.lower() else PERCENT)


def _multiple(term: re.Match[str]) -> float:
    text = (term["before"] or term["after"] or "1").strip()
    return _rate(text) if text[-1] in "%psPS" else float(text)


def _signed(term: re.Match[str], number: float) -> float:
    return -number if term["sign"] == "-" else number


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
