"""Depreciation of the French accounting system: AMORLINC and AMORDEGRC.

Source: Microsoft Excel documentation of both.
"""

from __future__ import annotations

import math

from mbsxl_udfs.sheet.cells import NUM, CellError
from mbsxl_udfs.sheet.functions.dates import basis_of, day_of, year_fraction
from mbsxl_udfs.sheet.functions.maths import numeric

NOT_IN_ORDER = CellError(NUM, "the dates stand in order, the amounts and the rate are above 0")
# The factor on the rate by the life in years, 1 / rate, up to which it holds.
_FACTORS = ((3.0, 1.0), (5.0, 1.5), (6.0, 2.0), (math.inf, 2.5))


def _first(cost: float, purchased: float, first_end: float, rate: float, basis: float) -> float:
    return cost * rate * year_fraction(day_of(purchased), day_of(first_end), basis_of(basis))


@numeric("AMORLINC")
def _linear(
    cost: float, purchased: float, first_end: float, salvage: float, period: float, rate: float, basis: float = 0.0
) -> float | CellError:
    if purchased > first_end or rate <= 0 or cost < salvage or salvage < 0 or period < 0:
        return NOT_IN_ORDER
    begun, yearly, place = _first(cost, purchased, first_end, rate, basis), cost * rate, math.floor(period)
    if place == 0:
        return begun
    left = cost - salvage - begun - yearly * (place - 1)
    return min(yearly, max(left, 0.0))


@numeric("AMORDEGRC")
def _degressive(
    cost: float, purchased: float, first_end: float, salvage: float, period: float, rate: float, basis: float = 0.0
) -> float | CellError:
    if purchased > first_end or rate <= 0 or cost < salvage or salvage < 0 or period < 0:
        return NOT_IN_ORDER
    faster = rate * next(factor for life, factor in _FACTORS if 1 / rate < life or (life == 6 and 1 / rate == life))
    term = math.floor(_first(cost, purchased, first_end, faster, basis) + 0.5)
    book, rest = cost - term, cost - term - salvage
    place = math.floor(period)
    for done in range(place):
        term = math.floor(faster * book + 0.5)
        rest -= term
        if rest < 0:
            return math.floor(book * 0.5 + 0.5) if place - done <= 1 else 0.0
        book -= term
    return term
