"""Bonds whose first or last period of interest is shorter or longer than the others.

Source: Microsoft Excel documentation of ODDFPRICE, ODDFYIELD, ODDLPRICE and ODDLYIELD, whose equations these are.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from mbsxl_udfs.sheet.cells import NUM, CellError
from mbsxl_udfs.sheet.functions.annuities import solve
from mbsxl_udfs.sheet.functions.bonds import day_count, schedule
from mbsxl_udfs.sheet.functions.dates import Day, basis_of, day_of, is_month_end, months_later
from mbsxl_udfs.sheet.functions.maths import numeric

NOT_IN_ORDER = CellError(NUM, "the dates stand in order, interest is paid 1, 2 or 4 times a year, no rate is negative")


class Part(NamedTuple):
    """A quasi-period of interest inside an odd one: its opening, its close and its days."""

    opening: Day
    closing: Day
    days: float


def _parts(start: Day, end: Day, anchor: Day, times: int, basis: int) -> list[Part]:
    """Return the quasi-periods from one date to another, counted from a date of interest."""
    months, to_end = 12 // times, is_month_end(anchor)
    step = math.floor(((start.year - anchor.year) * 12 + start.month - anchor.month) / months) - 1
    found = []
    while (opening := months_later(anchor, months * step, to_end)) < end:
        closing = months_later(anchor, months * (step + 1), to_end)
        if closing > start:
            days = (closing - opening).days if basis == 1 else (365 if basis == 3 else 360) / times
            found.append(Part(opening, closing, float(days)))
        step += 1
    return found


def _periods(start: Day, end: Day, parts: list[Part], basis: int) -> float:
    """Return the periods between two dates, a fraction for each quasi-period that they share."""
    return math.fsum(
        day_count(max(part.opening, start), min(part.closing, end), basis) / part.days
        for part in parts
        if max(part.opening, start) < min(part.closing, end)
    )


class FirstOdd(NamedTuple):
    """A bond with an odd first period, in periods: from settlement, and from issue, to the dates of interest."""

    to_first: float
    passed: float
    first: float
    count: int  # type: ignore[assignment]  # of payments, not a tuple's method


def _first_odd(settlement: float, maturity: float, issue: float, first: float, times: int, basis: float) -> FirstOdd:
    settle, end, start, opening = day_of(settlement), day_of(maturity), day_of(issue), day_of(first)
    if not start < settle < opening < end or times not in (1, 2, 4):
        raise ValueError(NOT_IN_ORDER.message)
    kind = basis_of(basis)
    parts = _parts(start, opening, opening, times, kind)
    regular = schedule(first, maturity, times, basis).count
    return FirstOdd(
        to_first=_periods(settle, opening, parts, kind),
        passed=_periods(start, settle, parts, kind),
        first=_periods(start, opening, parts, kind),
        count=regular,
    )


def _first_odd_price(bond: FirstOdd, rate: float, yield_: float, redemption: float, times: int) -> float:
    growth, paid = 1 + yield_ / times, 100 * rate / times
    later = math.fsum(paid / growth ** (period + bond.to_first) for period in range(1, bond.count + 1))
    final = redemption / growth ** (bond.count + bond.to_first)
    return final + paid * bond.first / growth**bond.to_first + later - paid * bond.passed


@numeric("ODDFPRICE")
def _odd_first_price(
    settlement: float,
    maturity: float,
    issue: float,
    first: float,
    rate: float,
    yield_: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float | CellError:
    if rate < 0 or yield_ < 0 or redemption <= 0:
        return NOT_IN_ORDER
    times = math.floor(frequency)
    bond = _first_odd(settlement, maturity, issue, first, times, basis)
    return _first_odd_price(bond, rate, yield_, redemption, times)


@numeric("ODDFYIELD")
def _odd_first_yield(
    settlement: float,
    maturity: float,
    issue: float,
    first: float,
    rate: float,
    price: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float | CellError:
    if rate < 0 or price <= 0 or redemption <= 0:
        return NOT_IN_ORDER
    times = math.floor(frequency)
    bond = _first_odd(settlement, maturity, issue, first, times, basis)
    return solve(lambda at: _first_odd_price(bond, rate, at, redemption, times) - price, rate or 0.05, -float(times))


class LastOdd(NamedTuple):
    """A bond in its odd last period, in periods: the whole, what passed by settlement, and what is left."""

    whole: float
    passed: float
    left: float


def _last_odd(settlement: float, maturity: float, last: float, times: int, basis: float) -> LastOdd:
    settle, end, opening = day_of(settlement), day_of(maturity), day_of(last)
    if not opening < end or not opening <= settle < end or times not in (1, 2, 4):
        raise ValueError(NOT_IN_ORDER.message)
    kind = basis_of(basis)
    parts = _parts(opening, end, opening, times, kind)
    whole, passed = _periods(opening, end, parts, kind), _periods(opening, settle, parts, kind)
    return LastOdd(whole, passed, _periods(settle, end, parts, kind))


@numeric("ODDLPRICE")
def _odd_last_price(
    settlement: float,
    maturity: float,
    last: float,
    rate: float,
    yield_: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float | CellError:
    if rate < 0 or yield_ < 0 or redemption <= 0:
        return NOT_IN_ORDER
    times = math.floor(frequency)
    bond = _last_odd(settlement, maturity, last, times, basis)
    paid = 100 * rate / times
    return (redemption + paid * bond.whole) / (1 + bond.left * yield_ / times) - paid * bond.passed


@numeric("ODDLYIELD")
def _odd_last_yield(
    settlement: float,
    maturity: float,
    last: float,
    rate: float,
    price: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float | CellError:
    if rate < 0 or price <= 0 or redemption <= 0:
        return NOT_IN_ORDER
    times = math.floor(frequency)
    bond = _last_odd(settlement, maturity, last, times, basis)
    paid = 100 * rate / times
    dirty = price + paid * bond.passed
    return (redemption + paid * bond.whole - dirty) / dirty * times / bond.left
