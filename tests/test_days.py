"""Day counts from date to date, and what follows from them: accrued interest, the first payment, yields."""

from __future__ import annotations

import calendar
import datetime

import numpy as np
import pytest
from flat import average_life, bond_yield
from hypothesis import given
from hypothesis import strategies as st
from plain_pool import Pool

from mbsxl.conventions.dates import accrued_days, days_between, months_to_first_payment
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
