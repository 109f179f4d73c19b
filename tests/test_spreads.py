"""What must hold of spreads: zero on the curve, equal on a flat one, and back to the price."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pytest
from flat import average_life, bond_yield, curve, i_spread, nominal_spread, payment_months, payments, z_price, z_spread
from hypothesis import given, settings
from hypothesis import strategies as st

import mbsxl
from mbsxl import ParCurve, Pool
from mbsxl.errors import InputError, NoSolution
from mbsxl.market.curve import par_curve
from mbsxl.market.mortgage_rates import current_coupon, mortgage_spread
from mbsxl.value.price_yield import accrued

TENORS = [1 / 12, 2 / 12, 0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30]
QUOTES = [0.0395, 0.0392, 0.0388, 0.0380, 0.0368, 0.0360, 0.0361, 0.0373, 0.0391, 0.0411, 0.0468, 0.0467]
CURVE = (TENORS, QUOTES)
POOL = (0.055, 0.062, 348, 12, "150 PSA")
SETTLE = datetime.date(2025, 12, 18)


@settings(max_examples=60)
@given(st.floats(-300, 3000), st.integers(1, 468), st.sampled_from(["0 CPR", "8 CPR", "100 CPR", "150 PSA"]))
def test_the_spread_of_the_price_at_a_spread(spread: float, wam: int, speed: str) -> None:
    pool = (0.055, 0.062, wam, 12, speed)
    quoted = z_price(spread, *pool, *CURVE, SETTLE, "GNMA II")
    assert z_spread(quoted, *pool, *CURVE, SETTLE, "GNMA II") == pytest.approx(spread, abs=1e-8)


@given(st.sampled_from([None, SETTLE]))
def test_a_pool_priced_on_the_curve_has_no_spread(settle: Any) -> None:
    paid = payments(POOL)
    discount = curve(*CURVE, payment_months(settle, "UMBS", 348) / 12, "DISCOUNT")
    quoted = 100 * float((paid * discount).sum()) - float(accrued(0.055, settle))
    assert z_spread(quoted, *POOL, *CURVE, settle) == pytest.approx(0, abs=1e-10)
    assert z_price(0.0, *POOL, *CURVE, settle) == pytest.approx(quoted, abs=1e-11)


@settings(max_examples=60)
@given(st.floats(-0.02, 0.2), st.floats(60, 140))
def test_on_a_flat_curve_the_spreads_agree(level: float, quoted: float) -> None:
    flat = ([0.5, 1, 10, 30], [level] * 4)
    bey = float(bond_yield(quoted, *POOL, SETTLE))
    assert i_spread(quoted, *POOL, *flat, SETTLE) == pytest.approx(1e4 * (bey - level), abs=1e-8)
    assert nominal_spread(quoted, *POOL, *flat, SETTLE) == pytest.approx(1e4 * (bey - level), abs=1e-6)
    assert z_spread(quoted, *POOL, *flat, SETTLE) == pytest.approx(1e4 * (bey - level), abs=1e-7)
    continuous = 2e4 * (np.log1p(bey / 2) - np.log1p(level / 2))
    assert z_spread(quoted, *POOL, *flat, SETTLE, spread_basis="CONTINUOUS") == pytest.approx(continuous, abs=1e-6)


def test_the_yield_spreads_are_against_the_average_life() -> None:
    life = float(average_life(*POOL, SETTLE))
    assert 7 < life < 10
    bey = float(bond_yield(101.5, *POOL, SETTLE))
    line = 0.0391 + (life - 7) / 3 * (0.0411 - 0.0391)
    assert i_spread(101.5, *POOL, *CURVE, SETTLE) == pytest.approx(1e4 * (bey - line), abs=1e-9)
    smooth = float(curve(*CURVE, life, "PAR"))
    assert nominal_spread(101.5, *POOL, *CURVE, SETTLE) == pytest.approx(1e4 * (bey - smooth), abs=1e-9)


def test_broadcasting_equals_looping() -> None:
    prices = np.linspace(80, 120, 200)
    coupons = np.linspace(0.02, 0.06, 200)
    settles = np.datetime64("2025-01-01") + np.arange(200) % 28
    for function in (nominal_spread, i_spread, z_spread, z_price):
        together = function(prices, coupons, 0.065, 300, 5, "150 PSA", *CURVE, settles)
        alone = [
            float(function(price, coupon, 0.065, 300, 5, "150 PSA", *CURVE, settle))
            for price, coupon, settle in zip(prices, coupons, settles, strict=True)
        ]
        assert together == pytest.approx(alone, rel=1e-10, abs=1e-8)
        assert function(100.0, *POOL, *CURVE).shape == ()


def test_no_spread_for_a_price_of_nothing() -> None:
    with pytest.raises(NoSolution, match="price 0: with accrued interest it is not above 0"):
        z_spread(0.0, *POOL, *CURVE)
    with pytest.raises(InputError, match="tenors 2"):
        i_spread(100.0, *POOL, [5, 2], [0.04, 0.04])


# ------------------------------------------------------------------------------------ coupons and mortgage rates


def test_current_coupon_between_two_prices() -> None:
    coupons, prices = [0.045, 0.05, 0.055, 0.06], [95.5, 98.0, 100.25, 102.0]
    assert current_coupon(coupons, prices, [98.0, 100.25]) == pytest.approx([0.05, 0.055], abs=1e-16)
    assert float(current_coupon(coupons, prices)) == pytest.approx(0.05 + 0.005 * 2 / 2.25, abs=1e-15)
    with pytest.raises(NoSolution, match=r"target 103: the prices reach from 95\.5 to 102 only"):
        current_coupon(coupons, prices, 103)
    with pytest.raises(InputError, match=r"coupons 0\.05: does not rise"):
        current_coupon([0.055, 0.05], [100, 101])
    assert float(current_coupon([0.05, 0.055, 0.06, 0.065], [99, 101, 103, 102])) == pytest.approx(0.0525, abs=1e-15)
    assert float(current_coupon([0.05, 0.055, 0.06], [98, 102, 100])) == pytest.approx(0.0525, abs=1e-15)
    assert float(current_coupon([0.05, 0.055], [100, 100])) == 0.05
    with pytest.raises(InputError, match="1 coupons"):
        current_coupon([0.05], [100])


def test_mortgage_spread_over_ten_years_and_over_a_blend() -> None:
    assert mortgage_spread(0.0625, [0.04, 0.0425]) == pytest.approx([225, 200])
    assert float(mortgage_spread(0.0625, 0.0425, 0.0375, 0.6)) == pytest.approx(220)


# ---------------------------------------------------------------------------------- QuantLib, as a second witness


def test_quantlib_finds_the_same_z_spread() -> None:
    ql = pytest.importorskip("QuantLib")
    today = ql.Date(1, 12, 2025)
    ql.Settings.instance().evaluationDate = today
    day_count = ql.Thirty360(ql.Thirty360.BondBasis)
    paid = 100 * payments(POOL)[0]  # on the 1st: its calendar has no delay
    dates = [today + ql.Period(month, ql.Months) for month in range(1, 349)]
    knots = [today, *dates]
    discount = par_curve(*CURVE).discount(np.arange(349) / 12)
    theirs = ql.DiscountCurve(knots, discount.tolist(), day_count)
    leg = ql.Leg([ql.SimpleCashFlow(amount, date) for amount, date in zip(paid.tolist(), dates, strict=True)])
    for quoted in (85.0, 101.5, 115.0):
        spread = ql.CashFlows.zSpread(
            leg, quoted, theirs, day_count, ql.Continuous, ql.Annual, False, today, today, 1e-14, 1000, 0.01
        )
        assert float(z_spread(quoted, *POOL, *CURVE, program=0, spread_basis="CONTINUOUS")) == pytest.approx(
            1e4 * spread, abs=1e-8
        )


@pytest.mark.parametrize("neighbours", [1, 2, 30])
def test_a_row_that_is_not_found_costs_itself(neighbours: int) -> None:
    """Interest of two months, bought at 60, in a column of ordinary strips: however many of them there are."""
    wam, price = np.array([2, *[355] * neighbours]), np.array([60.0, *[24.0] * neighbours])
    own, curve_of = Pool(0.055, 0.063, wam, 5, "8 CPR"), ParCurve(*CURVE)
    values, failures = mbsxl.z_spread.outcome(price, own, curve_of, claim="IO")
    alone = float(mbsxl.z_spread(24.0, own._replace(wam=355), curve_of, claim="IO"))
    assert set(failures) <= {0}
    assert values[1:] == pytest.approx(alone, abs=1e-9)
