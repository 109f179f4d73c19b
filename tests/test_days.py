"""Day counts from date to date, and what follows from them: accrued interest, the first payment, yields."""

from __future__ import annotations

import calendar
import datetime
from functools import cache

import numpy as np
import pytest
from flat import average_life, bond_yield
from hypothesis import given
from hypothesis import strategies as st
from plain_pool import Pool

from mbsxl.arrays import FloatArray
from mbsxl.conventions.dates import accrued_days, days_between, months_to_first_payment
from mbsxl.conventions.yields import annual_yield
from mbsxl.errors import InputError
from mbsxl.loans.cashflow import project
from mbsxl.loans.pools import as_pools
from mbsxl.solve import solve_rate
from mbsxl.value.price_yield import accrued

DATES = st.dates(datetime.date(1950, 1, 1), datetime.date(2150, 12, 31))
ENDS = DATES.map(lambda date: date.replace(day=calendar.monthrange(date.year, date.month)[1]))
MONTH_ENDS = [
    datetime.date(2025, 12, 31),
    datetime.date(2025, 1, 31),
    datetime.date(2025, 4, 30),
    datetime.date(2025, 2, 28),
    datetime.date(2024, 2, 28),
    datetime.date(2024, 2, 29),
    datetime.date(2100, 2, 28),  # no leap year
]


def counted(start: datetime.date, end: datetime.date) -> int:
    """SF-44 as the chapter puts it, one step after the other, for a start before the end."""
    first, last = start.day, end.day
    if start.month == 2 and first == calendar.monthrange(start.year, 2)[1]:
        first = 30
    if first == 31:
        first = 30
    if first == 30 and last == 31:
        last = 30
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first


@given(st.one_of(DATES, ENDS), st.one_of(DATES, ENDS))
def test_days_are_those_of_the_chapter_and_signed(one: datetime.date, other: datetime.date) -> None:
    start, end = min(one, other), max(one, other)
    days = counted(start, end) if start < end else 0
    assert days_between(start, end) == days
    assert days_between(end, start) == -days


@given(st.lists(st.one_of(DATES, ENDS), min_size=1, max_size=5))
def test_many_settlements_are_counted_as_each_alone(dates: list[datetime.date]) -> None:
    column = np.array(dates, "datetime64[D]")
    assert accrued_days(column).tolist() == [float(accrued_days(date)) for date in dates]
    first = months_to_first_payment(column, "GNMA II")
    assert first.tolist() == [float(months_to_first_payment(date, "GNMA II")) for date in dates]


@pytest.mark.parametrize("settle", MONTH_ENDS)
def test_accrued_and_first_payment_are_two_counts_of_one_rule(settle: datetime.date) -> None:
    year, month = divmod(12 * settle.year + settle.month, 12)
    pays = datetime.date(year, month + 1, 25)
    assert 360 * float(accrued(0.01, settle)) == pytest.approx(counted(settle.replace(day=1), settle), abs=1e-9)
    assert 360 * float(average_life(0.05, 0.06, 1, 0, "0 CPR", settle)) == pytest.approx(
        counted(settle, pays), abs=1e-9
    )


@pytest.mark.parametrize("settle", MONTH_ENDS)
def test_a_short_pools_yield_counts_the_days_from_a_months_end(settle: datetime.date) -> None:
    paid = Pool(0.05, 0.06, 6, 0.08).payments()
    dates = [divmod(12 * settle.year + settle.month + later, 12) for later in range(6)]
    years = [counted(settle, datetime.date(year, month + 1, 25)) / 360 for year, month in dates]
    full = 100.25 + 5 * counted(settle.replace(day=1), settle) / 360
    found = float(bond_yield(100.25, 0.05, 0.06, 6, 200, "8 CPR", settle))
    worth = sum(sum(pair) * (1 + found / 2) ** (-2 * time) for pair, time in zip(paid, years, strict=True))
    assert worth == pytest.approx(full, abs=1e-9)


def test_no_date_is_settlement_on_the_first() -> None:
    first = datetime.date(2026, 3, 1)
    assert accrued_days(None) == accrued_days(first) == 0
    assert months_to_first_payment(None, "GOLD") == months_to_first_payment(first, "GOLD")
    assert accrued_days(np.array(["NaT", "2026-03-31"], "datetime64[D]")).tolist() == [0, 30]


# ------------------------------------------------------------------------------------- a real deal's printed yields

# Fannie Mae REMIC Trust 2006-18, prospectus supplement of 2 February 2006, Group 1: settled on 28 February 2006, first
# paid on 25 March. Principal goes to the planned classes, the targeted ones, an accrual class and supports, of which
# the principal-only class PO has its share.
PLANNED, TARGETED, ACCRUAL, SUPPORTS = 88_410_000.0, 25_094_599.0, 1_700_680.0, 17_447_756.0
LOANS = ((37_414_966.0, 349, 9), (95_238_095.0, 348, 10))  # balance, months left, age; 5.94% on 5.5%
MONTHS = 349
PRINTED = {50: 1.2, 100: 1.4, 147: 1.7, 180: 3.1, 227: 12.7, 250: 17.1, 375: 34.6, 500: 50.3}  # yields of PO at 72


def collateral(psa: int) -> FloatArray:
    """The principal of the loans, month by month."""
    flows = [project(as_pools(0.055, 0.0594, wam, age, f"{psa} PSA")) for _, wam, age in LOANS]
    paid = [balance * (flow.scheduled + flow.prepaid)[0] for (balance, *_), flow in zip(LOANS, flows, strict=True)]
    return sum(np.pad(each, (0, MONTHS - each.size)) for each in paid)


def schedule(slow: FloatArray, fast: FloatArray, balance: float, lockout: int = 0) -> list[float]:
    """The balance a tier is paid down to: what both ends of its band can pay, after a lockout."""
    least = np.where(np.arange(MONTHS) < lockout, 0.0, np.minimum(slow, fast))
    return np.maximum(balance - np.concatenate([[0.0], least.cumsum()]), 0.0).tolist()


@cache
def schedules() -> tuple[list[float], list[float]]:
    """The planned balances, of 100 to 250 PSA after a year, and the targeted ones, of 147 to 227 on what is left."""
    planned = schedule(collateral(100), collateral(250), PLANNED, 12)
    paid = -np.diff(planned)
    return planned, schedule(*(np.maximum(collateral(psa) - paid, 0.0) for psa in (147, 227)), TARGETED)


def principal_of_po(psa: int) -> list[float]:
    """What PO is paid month by month, per unit of its face."""
    planned, targeted = schedules()
    left = {"planned": PLANNED, "targeted": TARGETED, "accrual": ACCRUAL, "supports": SUPPORTS}
    paid: list[float] = []
    for month, principal in enumerate(collateral(psa).tolist(), start=1):
        handed_on = min(left["accrual"] * 0.055 / 12, max(left["targeted"] - targeted[month], 0.0))
        left["targeted"] -= handed_on  # the accrual class's interest pays these first, to their schedule
        left["accrual"] += handed_on
        for tier, kept in (
            ("planned", planned[month]), ("targeted", targeted[month]), ("accrual", 0.0), ("supports", 0.0),
            ("targeted", 0.0), ("planned", 0.0),
        ):  # fmt: skip
            part = min(principal, max(left[tier] - kept, 0.0))
            left[tier] -= part
            principal -= part
            if tier == "supports":
                paid.append(part / SUPPORTS)
    return paid


def yield_of_po(psa: int, first: float) -> float:
    """The yield of PO at 72, the first payment some months away."""
    rate = solve_rate(principal_of_po(psa), first + np.arange(MONTHS), 0.72)
    return 100 * float(annual_yield(rate))


@pytest.mark.parametrize(("psa", "printed"), PRINTED.items())
def test_a_deal_settled_on_the_last_of_february_yields_what_is_printed(psa: int, printed: float) -> None:
    first = float(months_to_first_payment(datetime.date(2006, 2, 28), 24.0))
    assert yield_of_po(psa, first) == pytest.approx(printed, abs=0.05)


def test_the_deal_tells_25_days_from_27() -> None:
    assert [psa for psa, printed in PRINTED.items() if abs(yield_of_po(psa, 27 / 30) - printed) > 0.05] == [375, 500]


@given(DATES)
def test_a_remic_class_accrues_between_record_dates(settle: datetime.date) -> None:
    """SF-47, SF-48: from the day after the last 14th; or, deducted, to the day after the next one."""
    day = settle.day if settle.day >= 15 else settle.day + 30
    last = calendar.monthrange(settle.year, settle.month)[1]
    since = 100 * 360 * float(accrued(0.0001, settle, "FHLMC REMIC FIXED"))
    until = 100 * 360 * float(accrued(0.0001, settle, "FHLMC REMIC FLOATING"))
    assert since == pytest.approx(day - 15, abs=1e-9)
    counts_as = 30 if settle.day == 31 or (settle.month == 2 and settle.day == last) else settle.day
    assert until == pytest.approx(-((45 - counts_as) if settle.day >= 15 else 15 - counts_as), abs=1e-9)
    with pytest.raises(InputError, match="settle"):
        accrued(0.05, None, "FHLMC REMIC FIXED")
