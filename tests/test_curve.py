"""What must hold of curves: quotes come back, flat is flat, and what is no curve is refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from flat import curve
from hypothesis import given, settings
from hypothesis import strategies as st

from mbsxl.errors import InputError
from mbsxl.market.curve import par_curve
from mbsxl.market.spline import natural_spline
from mbsxl.market.svensson import svensson

TENORS = [1 / 12, 2 / 12, 0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30]
QUOTES = [0.0395, 0.0392, 0.0388, 0.0380, 0.0368, 0.0360, 0.0361, 0.0373, 0.0391, 0.0411, 0.0468, 0.0467]
FRIDAY = [
    1.83173892594688,
    2.12195929372016,
    -8.54309882564018e-06,
    9.68691995587714,
    1.57535646356836,
    16.2396691286111,
]


@st.composite
def quotes(draw: Any) -> tuple[list[float], list[float]]:
    """Tenors anywhere, yields that wander from a level by up to a tenth of a point from one to the next."""
    apart = [1, 2, 3, 4, 6, 9, 12, 15, 21, 24, 36, 47, 60, 84, 100, 120, 180, 240, 300, 360, 480]
    tenors = sorted(draw(st.lists(st.sampled_from(apart), min_size=1, unique=True)))
    level = draw(st.floats(-0.02, 0.15))
    steps = draw(st.lists(st.floats(-0.001, 0.001), min_size=len(tenors), max_size=len(tenors)))
    return [tenor / 12 for tenor in tenors], (level + np.cumsum(steps)).tolist()


@settings(max_examples=200)
@given(quotes())
def test_the_quotes_come_back(quoted: Any) -> None:
    tenors, yields = quoted
    assert curve(tenors, yields, tenors, "PAR") == pytest.approx(yields, abs=1e-11)


@given(st.floats(-0.05, 0.25), st.lists(st.integers(2, 60), min_size=1, max_size=10, unique=True))
def test_flat_is_flat(level: float, halves: list[int]) -> None:
    tenors = sorted(half / 2 for half in halves)
    at = np.array([0.0, 0.25, 0.5, 1.0, 7.3, 30.0, 45.0])
    rate = 2 * np.log1p(level / 2)
    yields = [level] * len(tenors)
    assert curve(tenors, yields, at, "DISCOUNT") == pytest.approx(np.exp(-rate * at), rel=1e-11)
    assert curve(tenors, yields, at, "ZERO") == pytest.approx(rate, abs=1e-11)
    assert curve(tenors, yields, at, "FORWARD") == pytest.approx(rate, abs=1e-11)
    assert curve(tenors, yields, at[3:], "PAR") == pytest.approx(level, abs=1e-11)


def test_a_curve_at_half_the_principal_a_year() -> None:
    assert curve([16.5, 27, 27.5], [0.5] * 3, 27, "DISCOUNT") == pytest.approx(1.25**-54, rel=1e-9)


def test_the_measures_belong_together() -> None:
    at, step = np.linspace(0.01, 44, 500), 1e-5
    discount = curve(TENORS, QUOTES, at, "DISCOUNT")
    assert curve(TENORS, QUOTES, at) == pytest.approx(-np.log(discount) / at, abs=1e-13)
    later, sooner = (np.log(curve(TENORS, QUOTES, at + move, "DISCOUNT")) for move in (step, -step))
    assert curve(TENORS, QUOTES, at, "FORWARD") == pytest.approx((sooner - later) / (2 * step), abs=1e-8)
    assert curve(TENORS, QUOTES, 0.0) == curve(TENORS, QUOTES, 0.0, "FORWARD") == curve(TENORS, QUOTES, 0.0, "PAR")
    ends = curve(TENORS, QUOTES, [30.0, 31.0, 45.0], "FORWARD")
    assert ends == pytest.approx(ends[0], abs=1e-14)  # held beyond the last tenor


def test_a_par_bond_is_worth_par() -> None:
    for years in (1.0, 4.5, 10.0, 25.0):
        coupon = float(curve(TENORS, QUOTES, years, "PAR"))
        discount = curve(TENORS, QUOTES, np.arange(0.5, years + 0.25, 0.5), "DISCOUNT")
        assert coupon / 2 * discount.sum() + discount[-1] == pytest.approx(1, abs=1e-14)


def test_a_bill_earns_simple_interest_to_the_half_year() -> None:
    assert curve(TENORS, QUOTES, 0.25, "DISCOUNT") == pytest.approx(1 / (1 + 0.0388 / 4), abs=1e-14)
    between = float(curve(TENORS, QUOTES, 0.75, "PAR"))
    worth = (1 + between / 2) * (1 + between / 4) * curve(TENORS, QUOTES, 0.75, "DISCOUNT")
    assert worth == pytest.approx(1, abs=1e-14)


def test_treasury_price_on_a_flat_curve() -> None:
    """31 CFR 356, Appendix B, II.A: an 8 3/4% bond of 30 years at 8.84% is worth 99.057893."""
    discount = curve([1, 10, 30], [0.0884] * 3, np.arange(1, 61) / 2, "DISCOUNT")
    assert round(float(4.375 * discount.sum() + 100 * discount[-1]), 6) == 99.057893


def test_shapes() -> None:
    assert curve(TENORS, QUOTES, 5).shape == ()
    assert curve(np.array([TENORS]).T, np.array([QUOTES]).T, [[1, 2, 3], [4, 5, 6]], "PAR").shape == (2, 3)
    assert par_curve(TENORS, QUOTES) is par_curve(np.array(TENORS), np.array(QUOTES))


@pytest.mark.parametrize(
    ("tenors", "yields", "message"),
    [
        ([1, 2, 2], [0.04] * 3, "tenors 2: does not come after 2"),
        ([5, 2], [0.04] * 2, "tenors 2: does not come after 5"),
        ([0, 2], [0.04] * 2, "tenors 0: does not come after 0"),
        ([1, np.nan], [0.04] * 2, "tenors nan: does not come after 1"),
        ([1, 2], [0.04], "stand beside 1 yields"),
        ([], [], "stand beside 0 yields"),
        ([1, 2], [0.04, 4.25], "par_yields 4.25: is not a yield"),
        ([1, 2], [0.04, np.nan], "par_yields nan: is not a yield"),
        ([1, 2, 30], [0.05, 0.05, 0.9], "par_yields 0.9: needs a negative discount factor: no curve gives it at 30"),
        (
            [1, 10, 20, 30],
            [0.05, 0.05, 0.4, 0.05],
            "par_yields 0.4: needs a negative discount factor: no curve gives it at 20",
        ),
    ],
)
def test_what_is_no_curve_is_refused(tenors: Any, yields: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        curve(tenors, yields, 1.0)


def test_a_time_before_today_is_refused() -> None:
    with pytest.raises(InputError, match="at -1: is not a time"):
        curve(TENORS, QUOTES, [1, -1])


def test_spline_is_scipys() -> None:
    interpolate = pytest.importorskip("scipy.interpolate")
    knots, values = np.array([0, *TENORS]), np.cumsum(np.array([0, *QUOTES]))
    at = np.linspace(0, 30, 301)
    theirs = interpolate.CubicSpline(knots, values, bc_type="natural")
    assert natural_spline(knots, values).at(at) == pytest.approx(theirs(at), abs=1e-13)
    assert natural_spline(knots, values).slope(at) == pytest.approx(theirs(at, 1), abs=1e-12)


# ------------------------------------------------------------------------------------------------- Svensson


def test_svensson_without_its_second_hump() -> None:
    plain = [*FRIDAY[:3], 5.0, FRIDAY[4], -999.99]
    for measure in ("ZERO", "FORWARD", "DISCOUNT", "PAR"):
        expected = svensson([*FRIDAY[:3], 0.0, FRIDAY[4], 1.0], [0, 0.3, 1, 30], measure)
        assert svensson(plain, [0, 0.3, 1, 30], measure) == pytest.approx(expected, abs=1e-15)


def test_svensson_forward_is_the_slope() -> None:
    at, step = np.linspace(0.1, 30, 100), 1e-5
    later, sooner = (np.log(svensson(FRIDAY, at + move, "DISCOUNT")) for move in (step, -step))
    assert svensson(FRIDAY, at, "FORWARD") == pytest.approx((sooner - later) / (2 * step), abs=1e-9)
    assert svensson(FRIDAY, 0, "ZERO") == pytest.approx((FRIDAY[0] + FRIDAY[1]) / 100, abs=1e-15)


def test_what_is_no_svensson_is_refused() -> None:
    with pytest.raises(InputError, match="5 numbers"):
        svensson(FRIDAY[:5], 1)
    with pytest.raises(InputError, match="parameters -2: is no tau"):
        svensson([*FRIDAY[:4], -2.0, 1.0], 1)


# ---------------------------------------------------------------------------------- QuantLib, as a second witness


def test_quantlib_builds_the_same_curve() -> None:
    ql = pytest.importorskip("QuantLib")
    today = ql.Date(15, 1, 2026)
    ql.Settings.instance().evaluationDate = today
    day_count, nowhere = ql.Thirty360(ql.Thirty360.BondBasis), ql.NullCalendar()
    helpers = []
    for tenor, quote in zip(TENORS, QUOTES, strict=True):
        months = ql.Period(round(12 * tenor), ql.Months)
        if tenor <= 0.5:
            helpers.append(ql.DepositRateHelper(quote, months, 0, nowhere, ql.Unadjusted, False, day_count))
            continue
        every = ql.Period(6, ql.Months)
        schedule = ql.Schedule(
            today, today + months, every, nowhere, ql.Unadjusted, ql.Unadjusted, ql.DateGeneration.Backward, False
        )
        at_par = ql.QuoteHandle(ql.SimpleQuote(100))
        helpers.append(ql.FixedRateBondHelper(at_par, 0, 100, schedule, [quote], day_count))
    theirs = ql.PiecewiseNaturalLogCubicDiscount(today, helpers, day_count)
    at = np.arange(361) / 12
    expected = [theirs.discount(t) for t in at.tolist()]
    assert curve(TENORS, QUOTES, at, "DISCOUNT") == pytest.approx(expected, abs=1e-10)
