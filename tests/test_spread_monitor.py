"""The spread monitor: its headlines by plain arithmetic from the data."""

from __future__ import annotations

import datetime
import statistics
from math import sqrt

import numpy as np
import pytest
from laid_out import LaidOut, laid_out
from plain_pool import Pool

from mbsxl_workbooks.shared.figures import figures

NAME = "spread_monitor"
FACE, PRICE, CASH = 100.0, 101.125, 0.0388
COUPON, WAC, WAM, CPR = 0.055, 0.064, 350, 0.07
PASSED, DELAY = 10, 24  # days into the month, 30/360; actual delay days of a UMBS

RATES = {row["month"]: float(row["rate"]) for row in figures("mortgage_rate")}
TREASURIES = {row["month"]: row for row in figures("treasury_monthly", "mbsxl_workbooks.templates.spread_monitor")}
TENS = {month: float(row["ten_year"]) for month, row in TREASURIES.items()}
SPREADS = {month: 1e4 * (RATES[month] - ten) for month, ten in TENS.items()}


@pytest.fixture(scope="module")
def laid() -> LaidOut:
    return laid_out(NAME).fresh().set(speed="7 CPR")


def after_payments() -> list[tuple[float, float]]:
    """Payment and balance after it, month by month."""
    balance, found = FACE, []
    for principal, interest in Pool(COUPON, WAC, WAM, CPR).payments():
        balance -= principal
        found.append((principal + interest, balance))
    return found


def clean(rate: float, after: int = 0) -> float:
    """Return the price per 100 of what is left after some months, at a bond-equivalent yield."""
    payments = after_payments()[after:]
    balance = FACE if after == 0 else after_payments()[after - 1][1]
    present = sum(
        paid / (1 + rate / 2) ** (2 * (30 * month + DELAY - PASSED) / 360)
        for month, (paid, _) in enumerate(payments, start=1)
    )
    return 100 * (present / balance - COUPON * PASSED / 360)


def yield_at(price: float) -> float:
    low, high = 0.0, 0.5
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if clean(middle) > price else (low, middle)
    return low


def years_return(rate: float) -> float:
    """Return what a year earns where the rest is sold at a yield."""
    accrued = 100 * COUPON * PASSED / 360
    grown = sum(
        paid * (1 + CASH * (1 - (30 * month + DELAY - PASSED) / 360))
        for month, (paid, _) in enumerate(after_payments()[:12], start=1)
    )
    return (grown + after_payments()[11][1] / 100 * (clean(rate, 12) + accrued)) / (FACE / 100 * (PRICE + accrued)) - 1


def volatility(month: str) -> float:
    tens, place = list(TENS.values()), list(TENS).index(month)
    return 1e4 * sqrt(sum((tens[i] - tens[i - 1]) ** 2 for i in range(place - 11, place + 1)))


def test_history(laid: LaidOut) -> None:
    assert list(RATES) == list(TENS)
    tens = [spread for month, spread in SPREADS.items() if "2010" <= month < "2020"]
    assert laid.number("median_since_1971") == pytest.approx(statistics.median(SPREADS.values()), abs=1e-8)
    assert laid.column("eras.median[2010s]") == pytest.approx([statistics.median(tens)], abs=1e-8)
    assert laid.column("monthly.volatility[2025-11]") == pytest.approx([volatility("2025-11")])


def test_the_day(laid: LaidOut) -> None:
    assert laid.number("spread_now") == pytest.approx(623 - 404)
    current = 5 + 0.5 * (100 - 99.625) / (101.125 - 99.625)
    assert laid.number("primary_secondary") == pytest.approx(623 - 100 * current)
    assert laid.number("coupon_spread") == pytest.approx(100 * current - (404 + 361) / 2)
    for start, said in (("1971", "since 1971"), ("2010", "since 2010")):
        months = [each for month, each in SPREADS.items() if month >= start]
        assert f"{sum(each <= 219 + 1e-6 for each in months) / len(months):.0%} " in laid.note("spread_now"), said


def test_the_spread_that_goes_with_volatility_and_slope_is_a_regression(laid: LaidOut) -> None:
    months = [month for month, row in TREASURIES.items() if month >= "2010" and row["fed_funds"]]
    slope = [1e4 * (TENS[month] - float(TREASURIES[month]["fed_funds"])) for month in months]
    matrix = np.column_stack([np.ones(len(months)), [volatility(month) for month in months], slope])
    fit = np.linalg.lstsq(matrix, np.array([SPREADS[month] for month in months]), rcond=None)[0]
    assert laid.number("fit_volatility") == pytest.approx(fit[1])
    assert laid.number("fit_slope") == pytest.approx(fit[2])
    fair = fit @ [1, volatility("2025-11"), 404 - 388]
    assert laid.number("richness") == pytest.approx(219 - fair)


def test_the_position(laid: LaidOut) -> None:
    rate = yield_at(PRICE)
    assert laid.number("position_yield") == pytest.approx(rate, abs=1e-12)
    assert laid.number("gain_large") == pytest.approx(clean(rate - 0.005) - PRICE, abs=1e-9)
    for key, move in (("wider", -0.005), ("none", 0), ("small", 0.0025), ("large", 0.005)):
        assert laid.column(f"sold.return[{key}]") == pytest.approx([years_return(rate - move)], abs=1e-10)
    assert years_return(rate + laid.number("break_even") / 1e4) == pytest.approx(CASH, abs=1e-10)


def test_a_day_pasted_is_ranked(laid: LaidOut) -> None:
    other = laid.fresh().set(day_day2=datetime.date(2025, 10, 30), rate_day2=0.0617, ten_day2=0.0411, five_day2=0.0372)
    assert other.book.errors() == []
    assert other.column("days.spread")[1] == pytest.approx(206)
    assert other.column("days.rank")[1] == pytest.approx(
        sum(each <= 206.05 for each in SPREADS.values()) / len(SPREADS)
    )


def test_a_stack_out_of_order_fails_its_check(laid: LaidOut) -> None:
    other = laid.fresh().set(price_30y45="101-16")
    assert other.value("checks_ok") == "1 of 18 checks FAILED" or other.value("checks_ok").startswith("FAILED")
