"""Bonds that pay interest in equal periods: the dates of interest, PRICE, YIELD and DURATION.

Source: Microsoft Excel documentation of each function; a period's days that remain are, under 30/360, those of the
period less those that passed (settlement on a 31st).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

from mbsxl_udfs.sheet.cells import NUM, CellError
from mbsxl_udfs.sheet.functions.annuities import solve
from mbsxl_udfs.sheet.functions.dates import Day, basis_of, day_of, days_360, is_month_end, months_later, serial_of
from mbsxl_udfs.sheet.functions.maths import numeric

NO_BOND = CellError(NUM, "settlement is before maturity; interest is paid 1, 2 or 4 times a year; no rate is negative")


def day_count(start: Day, end: Day, basis: int) -> int:
    """Return the days between two dates in a basis."""
    if basis in (0, 4):
        return days_360(start, end, european=basis == 4, february=basis == 0)
    return (end - start).days


class Schedule(NamedTuple):
    """Where settlement stands among the dates of interest.

    Attributes
    ----------
    last, next
        The dates of interest around settlement.
    count
        The payments from settlement to maturity.
    passed, left, whole
        The days of the period that passed by settlement, that are left, and all.
    """

    last: Day
    next: Day
    count: int  # type: ignore[assignment]  # of payments, not a tuple's method
    passed: float
    left: float
    whole: float


def schedule(settlement: float, maturity: float, frequency: float, basis: float) -> Schedule:
    """Return the schedule of a bond; `ValueError` where there is none."""
    settle, end, times, kind = day_of(settlement), day_of(maturity), math.floor(frequency), basis_of(basis)
    if settle >= end or times not in (1, 2, 4):
        raise ValueError(NO_BOND.message)
    months, to_end, count = 12 // times, is_month_end(end), 1
    while months_later(end, -months * count, to_end) > settle:
        count += 1
    last = months_later(end, -months * count, to_end)
    following = months_later(end, -months * (count - 1), to_end)
    whole = float((following - last).days) if kind == 1 else (365 if kind == 3 else 360) / times
    passed = day_count(last, settle, kind)
    left = whole - passed if kind in (0, 4) else (following - settle).days
    return Schedule(last, following, count, passed, left, whole)


def _dates_of_interest(name: str, wanted: Callable[[Schedule], float]) -> None:
    @numeric(name)
    def call(settlement: float, maturity: float, frequency: float, basis: float = 0.0) -> float:
        return wanted(schedule(settlement, maturity, frequency, basis))


_dates_of_interest("COUPDAYBS", lambda found: found.passed)
_dates_of_interest("COUPDAYS", lambda found: found.whole)
_dates_of_interest("COUPDAYSNC", lambda found: found.left)
_dates_of_interest("COUPNCD", lambda found: serial_of(found.next))
_dates_of_interest("COUPNUM", lambda found: found.count)
_dates_of_interest("COUPPCD", lambda found: serial_of(found.last))


def price_of(dates: Schedule, rate: float, yield_: float, redemption: float, times: float) -> float:
    """Return the clean price for 100 of face; within the last period interest on the yield is simple."""
    paid, accrued = 100 * rate / times, 100 * rate / times * dates.passed / dates.whole
    first = dates.left / dates.whole
    if dates.count == 1:
        return (redemption + paid) / (1 + first * yield_ / times) - accrued
    growth = 1 + yield_ / times
    interest = math.fsum(paid / growth ** (period + first) for period in range(dates.count))
    return redemption / growth ** (dates.count - 1 + first) + interest - accrued


@numeric("PRICE")
def _price(
    settlement: float,
    maturity: float,
    rate: float,
    yield_: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float | CellError:
    if rate < 0 or yield_ < 0 or redemption <= 0:
        return NO_BOND
    return price_of(schedule(settlement, maturity, frequency, basis), rate, yield_, redemption, math.floor(frequency))


@numeric("YIELD")
def _yield(
    settlement: float,
    maturity: float,
    rate: float,
    price: float,
    redemption: float,
    frequency: float,
    basis: float = 0.0,
) -> float | CellError:
    if rate < 0 or price <= 0 or redemption <= 0:
        return NO_BOND
    dates, times = schedule(settlement, maturity, frequency, basis), math.floor(frequency)
    if dates.count == 1:
        paid = rate / times
        dirty = price / 100 + dates.passed / dates.whole * paid
        return (redemption / 100 + paid - dirty) / dirty * times * dates.whole / dates.left
    return solve(lambda at: price_of(dates, rate, at, redemption, times) - price, rate or 0.05, lowest=-float(times))


def _duration(dates: Schedule, rate: float, yield_: float, times: float) -> float:
    growth, first = 1 + yield_ / times, dates.left / dates.whole
    periods = [period + first for period in range(dates.count)]
    paid = [100 * rate / times] * (dates.count - 1) + [100 * rate / times + 100]
    worth = [each / growth**period for each, period in zip(paid, periods, strict=True)]
    return math.fsum(period * each for period, each in zip(periods, worth, strict=True)) / math.fsum(worth) / times


@numeric("DURATION")
def _macaulay(
    settlement: float, maturity: float, rate: float, yield_: float, frequency: float, basis: float = 0.0
) -> float | CellError:
    if rate < 0 or yield_ < 0:
        return NO_BOND
    return _duration(schedule(settlement, maturity, frequency, basis), rate, yield_, math.floor(frequency))


@numeric("MDURATION")
def _modified(
    settlement: float, maturity: float, rate: float, yield_: float, frequency: float, basis: float = 0.0
) -> float | CellError:
    if rate < 0 or yield_ < 0:
        return NO_BOND
    times = math.floor(frequency)
    return _duration(schedule(settlement, maturity, frequency, basis), rate, yield_, times) / (1 + yield_ / times)
