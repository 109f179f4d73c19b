"""Option-adjusted spread and risk: exact limits, an independent grid, convergence, and the signs a desk expects."""

from __future__ import annotations

import datetime
import math
from typing import Any

import numpy as np
import pytest
from flat import key_rates, oas, oas_price, oas_risk, swaption_volatility, z_price, z_spread

from mbsxl.claims.passthrough import Passthrough
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.errors import InputError, NoSolution
from mbsxl.loans.pools import as_pools
from mbsxl.loans.prepayment import (
    MODELS,
    PrepaymentModel,
    as_model,
    quick_share,
    refinancing_response,
    seasoned_hazards,
    turnover_response,
)
from mbsxl.market.curve import par_curve
from mbsxl.market.hull_white import HullWhite, Sample, log_bond, long_rate, state_variance
from mbsxl.value.on_market import Held
from mbsxl.value.risk import MEASURES
from mbsxl.value.valuation import Paths, balances
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError

TENORS = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0)
YIELDS = (0.0385, 0.0375, 0.0365, 0.0350, 0.0352, 0.0367, 0.0385, 0.0409, 0.0468, 0.0470)
SIGMA = 0.0085
CURVE = (TENORS, YIELDS)
POOL = (0.055, 0.063, 355, 5)
STACK = np.array([0.02, 0.03, 0.04, 0.05, 0.055, 0.06, 0.065, 0.07])
SOME = STACK[[0, 2, 4, 5, 6]]
STATIC = {"set": "UMBS 30", "turnover": 0, "refinancing": 0}
SETTLE = datetime.date(2025, 12, 18)
FEW = 256


def measured(price: float, *pool: Any, volatility: float = SIGMA, paths: int = FEW, **others: Any) -> dict[str, float]:
    table = oas_risk(price, *pool, *CURVE, volatility, paths=paths, **others)
    return dict(zip(table.names.tolist(), table.values.tolist(), strict=True))


# -------------------------------------------------------------------------------------------------- exact limits


@pytest.mark.parametrize("settle", [None, SETTLE])
@pytest.mark.parametrize("program", ["UMBS", "GNMA II", "FHLMC ARM", 0.0])
def test_without_prepayment_the_price_is_static(settle: Any, program: Any) -> None:
    for spread in (-20.0, 0.0, 45.0, 300.0):
        pool = (0.055, 0.063, 355, 5)
        optioned = oas_price(spread, *pool, *CURVE, SIGMA, model=STATIC, settle=settle, program=program, paths=FEW)
        static = z_price(spread, *pool, "0 CPR", *CURVE, settle, program)
        assert float(optioned) == pytest.approx(float(static), abs=1e-10)


@pytest.mark.parametrize("settle", [None, SETTLE])
@pytest.mark.parametrize(("coupon", "wac"), [(0.02, 0.028), (0.055, 0.063), (0.065, 0.073)])
def test_without_volatility_it_is_the_z_spread_at_the_models_speeds(settle: Any, coupon: float, wac: float) -> None:
    speeds = forward_speeds(PrepaymentModel(), wac, 355, 5, 12 if settle else 0)
    for price in (85.0, 100.0, 106.0):
        spread = oas(price, coupon, wac, 355, 5, *CURVE, 0.0, settle=settle)
        static = z_spread(price, coupon, wac, 355, 5, speeds, *CURVE, settle)
        assert float(spread) == pytest.approx(float(static), abs=1e-8)


def forward_speeds(model: PrepaymentModel, wac: float, wam: int, age: int, calendar_month: int) -> np.ndarray:
    """The model along the forward rates, the two groups followed one month after the other: CPRs."""
    level, _, _ = long_rate(HullWhite(*CURVE, 0.0, 0.03), wam, model.ten_year_weight)
    groups = np.array([model.active, 1 - model.active])
    speeds = []
    for month in range(1, wam + 1):
        incentive = np.array([wac - model.loan_spread - level[max(month - int(model.lag), 0)]])
        season = (calendar_month + month - 2) % 12 + 1 if calendar_month else 0
        turnover, refinancing = seasoned_hazards(model, age + month, season)
        turnover = turnover * turnover_response(incentive, model)
        refinancing = refinancing * refinancing_response(incentive, model)
        left = groups * np.exp(-turnover - refinancing * np.array([1, model.passive_response]))
        speeds.append(1 - (left.sum() / groups.sum()) ** 12)
        groups = left
    return np.array(speeds)


def test_the_z_spread_and_option_cost_of_risk_are_those() -> None:
    found = measured(101.5, *POOL)
    speeds = forward_speeds(PrepaymentModel(), 0.063, 355, 5, 0)
    assert found["Z-spread"] == pytest.approx(float(z_spread(101.5, *POOL, speeds, *CURVE)), abs=1e-8)
    assert found["option cost"] == pytest.approx(found["Z-spread"] - found["OAS"], abs=1e-12)
    calm = measured(101.5, *POOL, volatility=0.0)
    assert calm["option cost"] == calm["standard error"] == 0


@pytest.mark.parametrize("spread", [-150.0, 0.0, 37.5, 1200.0])
def test_price_of_the_spread_of_a_price(spread: float) -> None:
    others = {"settle": SETTLE, "program": "GNMA II", "paths": FEW}
    price = oas_price(spread, *POOL, *CURVE, SIGMA, **others)
    assert float(oas(price, *POOL, *CURVE, SIGMA, **others)) == pytest.approx(spread, abs=1e-8)


def test_key_rates_sum_to_the_effective_duration() -> None:
    for coupon in STACK:
        pool = (coupon, coupon + 0.008, 355, 5)
        price = float(oas_price(25, *pool, *CURVE, SIGMA, paths=FEW))
        total = key_rates(price, *pool, *CURVE, SIGMA, paths=FEW).values.sum()
        assert total == pytest.approx(measured(price, *pool)["effective duration"], rel=0.01)


def test_static_cash_flows_have_the_durations_of_static_cash_flows() -> None:
    found = measured(100.0, *POOL, model=STATIC)
    assert found["option cost"] == pytest.approx(0, abs=1e-8)
    assert found["vega"] == pytest.approx(0, abs=1e-10)
    assert found["prepayment duration"] == pytest.approx(0, abs=1e-10)
    assert found["current-coupon-spread duration"] == pytest.approx(0, abs=1e-8)
    up, down = (z_price(found["OAS"], *POOL, "0 CPR", TENORS, np.array(YIELDS) + move) for move in (0.001, -0.001))
    assert found["effective duration"] == pytest.approx(float(down - up) / 0.2, abs=1e-9)
    wider, tighter = (z_price(found["OAS"] + move, *POOL, "0 CPR", *CURVE) for move in (0.1, -0.1))
    assert found["spread duration"] == pytest.approx(float(tighter - wider) / 100 / 2e-5, rel=1e-7)


# ------------------------------------------------------------------------------------- an independent valuation


def grid_values(
    coupon: float, wac: float, wam: int, age: int, model: PrepaymentModel, market: HullWhite, step: float
) -> Any:
    """The payments' present values by forward induction on a grid of x, the two groups of borrowers as measures.

    Its rates are those at the beginning of a month, so the model's lag must be 1, and payments come at the end.
    """
    a, sigma, dt = market.mean_reversion, market.volatility, 1 / 12
    deviation = math.sqrt(state_variance(a, dt))
    reach = math.ceil(6 * math.sqrt(state_variance(a, wam / 12)) / (step * deviation))
    x = np.arange(-reach, reach + 1) * step * deviation
    move = np.exp(-0.5 * ((x - math.exp(-a * dt) * x[:, np.newaxis]) / deviation) ** 2)
    move *= step / math.sqrt(2 * math.pi)
    move *= np.exp(-sigma * math.tanh(a * dt / 2) / a * (x + x[:, np.newaxis]))  # discounted, given both ends
    incentive = wac - model.loan_spread - grid_rates(market, wam, sigma * x, model.ten_year_weight)
    hazards = seasoned_hazards(model, age + 1 + np.arange(wam), 0)
    turnover = hazards[0][:, np.newaxis] * turnover_response(incentive, model)
    refinancing = hazards[1][:, np.newaxis] * refinancing_response(incentive, model)
    held = np.zeros((3, x.size))
    quick = float(quick_share(model.active, model.burnout))
    held[:, reach] = quick, 1 - quick, 1.0
    before, after, sure = np.zeros((3, wam))
    for month in range(wam):
        before[month] = (held[:2] @ move).sum()
        held[0] *= np.exp(-turnover[month] - refinancing[month])
        held[1] *= np.exp(-turnover[month] - model.passive_response * refinancing[month])
        held = held @ move
        after[month], sure[month] = held[:2].sum(), held[2].sum()
    monthly = wac / 12
    balance = -np.expm1((np.arange(wam + 1) - wam) * np.log1p(monthly))
    balance /= balance[0]
    discount = par_curve(market.tenors, market.par_yields).discount(np.arange(1, wam + 1) / 12)
    return discount / sure * (balance[:-1] * before * (1 + coupon / 12) - balance[1:] * after)


def grid_rates(market: HullWhite, months: int, y: np.ndarray, weight: float) -> np.ndarray:
    """The blend of par rates from the bonds themselves, no parabola: (months, states)."""
    terms = np.arange(6, 121, 6)
    a = market.mean_reversion
    slope = -np.expm1(-a * terms / 12) / a
    blend = np.empty((months, y.size))
    for month in range(months):
        bonds = np.exp(log_bond(market, month, terms)[:, np.newaxis] - np.multiply.outer(slope, y))
        ten, five = (2 * (1 - bonds[last - 1]) / bonds[:last].sum(axis=0) for last in (20, 10))
        blend[month] = weight * ten + (1 - weight) * five
    return blend


@pytest.mark.parametrize(("coupon", "mean_reversion"), [(0.03, 0.03), (0.055, 0.03), (0.065, 0.03), (0.055, 0.15)])
def test_a_grid_agrees(coupon: float, mean_reversion: float) -> None:
    """Within its own error, that of the paths, and what the parabola for long rates costs."""
    model, wac, wam, age = as_model({"lag": 1}), coupon + 0.008, 240, 24
    market = HullWhite(*CURVE, SIGMA, mean_reversion)
    fine, coarse = (grid_values(coupon, wac, wam, age, model, market, step) for step in (0.5, 1.0))
    years = np.arange(1, wam + 1) / 12
    price, rough = (100 * float(values @ np.exp(-0.0030 * years)) for values in (fine, coarse))
    assert price == pytest.approx(rough, abs=2e-3)
    many = {
        "mean_reversion": mean_reversion,
        "model": model,
        "program": 0.0,
        "paths": 4096,
        "spread_basis": "CONTINUOUS",
    }
    assert float(oas(price, coupon, wac, wam, age, *CURVE, SIGMA, **many)) == pytest.approx(30, abs=0.15)


# ------------------------------------------------------------------------------------------------- convergence


@pytest.fixture(scope="module")
def reference() -> tuple[list[Held], list[Any]]:
    """Some coupons at 25 basis points, by 2^15 paths in eight scrambles of their own: (claims, values)."""
    claims, values = [], []
    for coupon in SOME.tolist():
        sample = Sample(4096, 360, tuple(range(91, 99)))
        paths = Paths(HullWhite(*CURVE, SIGMA, 0.03), PrepaymentModel(), sample, 1.8, 0)
        pools = as_pools(coupon, coupon + 0.008, 355, 5, "0 CPR")
        claims.append(Held(Passthrough(pools), paths, SpreadBasis.BEY))
        values.append(claims[-1].value(np.full(8, 0.0025)).mean(keepdims=True))
    return claims, values


def misses(reference: tuple[list[Held], list[Any]], sample: Sample) -> Any:
    """The errors of the OAS in basis points: (pools, scrambles)."""
    pairs = zip(*reference, strict=True)
    return np.array([one.moved(sample=sample).spreads(value).x for one, value in pairs]) * 1e4 - 25


def test_the_error_falls_with_the_paths(reference: Any) -> None:
    worst = {}
    for paths in (256, 512, 1024, 2048):
        error = misses(reference, Sample(paths, 360, tuple(range(11, 27))))
        worst[paths] = float(np.sqrt((error**2).mean(axis=1)).max())
    assert worst[256] < 0.6
    assert worst[1024] < 0.25
    assert worst[2048] < worst[1024] < worst[512] < worst[256]
    assert worst[256] / worst[2048] > 2.5  # eight times the paths, where plain random ones gain 2.8 at their best


def test_the_default_is_within_a_quarter_of_a_basis_point(reference: Any) -> None:
    assert np.abs(misses(reference, Sample(1024, 360))).max() < 0.25


def test_the_standard_error_covers_the_error(reference: Any) -> None:
    for paths in (256, 1024):
        error = np.abs(misses(reference, Sample(paths, 360)))[:, 0]
        prices = oas_price(25, SOME, SOME + 0.008, 355, 5, *CURVE, SIGMA, paths=paths)
        stated = oas_risk(prices, SOME, SOME + 0.008, 355, 5, *CURVE, SIGMA, paths=paths).values[1]
        assert (error < 3 * stated).all()
        assert np.sqrt((error**2).mean()) < 1.5 * np.sqrt((stated**2).mean())


# ------------------------------------------------------------------------------------------ what a desk expects


def test_option_cost_is_positive_and_rises_with_volatility() -> None:
    for coupon in (0.03, 0.05, 0.06, 0.065):
        pool = (coupon, coupon + 0.008, 355, 5)
        price = float(oas_price(25, *pool, *CURVE, SIGMA, paths=FEW))
        costs = [measured(price, *pool, volatility=sigma)["option cost"] for sigma in (0.004, 0.0085, 0.012)]
        assert 0 < costs[0] < costs[1] < costs[2]


def test_a_holder_is_short_volatility() -> None:
    for coupon in STACK:
        assert measured(100.0, coupon, coupon + 0.008, 355, 5)["vega"] < 0


def test_convexity_is_negative_near_par_and_positive_far_below() -> None:
    assert measured(100.0, 0.05, 0.058, 355, 5)["effective convexity"] < -100
    assert measured(101.5, *POOL)["effective convexity"] < -100
    assert measured(80.0, 0.02, 0.028, 300, 60)["effective convexity"] > 0


def test_duration_falls_as_rates_fall_and_with_the_coupon() -> None:
    durations = []
    for move in (0.01, 0.005, 0.0, -0.005):
        yields = np.array(YIELDS) + move
        price = oas_price(25, *POOL, TENORS, yields, SIGMA, paths=FEW)
        durations.append(float(oas_risk(price, *POOL, TENORS, yields, SIGMA, paths=FEW).values[4]))
    assert durations == sorted(durations, reverse=True)
    prices = oas_price(25, STACK, STACK + 0.008, 355, 5, *CURVE, SIGMA, paths=FEW)
    table = oas_risk(prices, STACK, STACK + 0.008, 355, 5, *CURVE, SIGMA, paths=FEW)
    assert (np.diff(table.values[[each.label for each in MEASURES].index("effective duration")][:7]) < 0).all()


def test_faster_speeds_help_discounts_and_hurt_premiums() -> None:
    discount, premium = measured(82.0, 0.02, 0.028, 300, 60), measured(105.0, 0.065, 0.073, 355, 5)
    assert discount["prepayment duration"] < 0 < premium["prepayment duration"]
    assert discount["current-coupon-spread duration"] > 0 > premium["current-coupon-spread duration"]


def test_prices_rise_with_the_coupon_and_fall_with_the_spread() -> None:
    prices = oas_price([[0], [50]], STACK, STACK + 0.008, 355, 5, *CURVE, SIGMA, paths=FEW)
    assert (np.diff(prices[0][:7]) > 0).all()
    assert (prices[0] > prices[1]).all()


def test_winter_and_summer_settlement_differ_and_no_settlement_is_between() -> None:
    deep = (0.02, 0.028, 24, 60)
    winter, summer = (
        float(oas_price(0, *deep, *CURVE, SIGMA, settle=datetime.date(2025, month, 1), paths=FEW)) for month in (10, 4)
    )
    assert winter < float(oas_price(0, *deep, *CURVE, SIGMA, paths=FEW)) < summer


# ------------------------------------------------------------------------------------------------ many at once


def test_a_column_is_its_pools_one_by_one() -> None:
    wams = [360, 355, 480, 180]
    prices, coupons = [98.0, 101.0, 100.0, 102.0], [0.05, 0.055, 0.055, 0.06]
    together = oas(prices, coupons, np.array(coupons) + 0.008, wams, 0, *CURVE, SIGMA, paths=64)
    alone = [
        float(oas(price, coupon, coupon + 0.008, wam, 0, *CURVE, SIGMA, paths=64))
        for price, coupon, wam in zip(prices, coupons, wams, strict=True)
    ]
    assert together.tolist() == alone
    table = oas_risk(prices, coupons, np.array(coupons) + 0.008, wams, 0, *CURVE, SIGMA, paths=64)
    assert table.values.shape == (len(MEASURES), 4)
    assert table.values[0].tolist() == alone
    assert key_rates(prices[:2], 0.05, 0.058, 360, 0, *CURVE, SIGMA, paths=64).values.shape == (len(TENORS), 2)


def test_volatilities_broadcast_too() -> None:
    spreads = oas(100, *POOL, *CURVE, np.array([[0.0], [0.005], [0.01]]), [0.0, 0.03], paths=64)
    assert spreads.shape == (3, 2)
    assert (spreads[:, 0] == spreads[:, 1]).all()  # a mean reversion of 0 is the default
    assert (np.diff(spreads[:, 0]) < 0).all()


def test_equal_questions_are_answered_from_memory() -> None:
    oas_risk(101.0, *POOL, *CURVE, SIGMA, paths=64)
    before = balances.cache_info().misses
    oas_risk(101.0, *POOL, list(TENORS), np.array(YIELDS), SIGMA, model={}, paths=64)
    assert balances.cache_info().misses == before


def test_defaults_are_what_nothing_means() -> None:
    plain = oas(101.0, *POOL, *CURVE, SIGMA)
    assert oas(101.0, *POOL, *CURVE, SIGMA, 0, None, None, "UMBS", 0) == plain
    assert oas(101.0, *POOL, *CURVE, SIGMA, 0.03, [], None, "UMBS", 1000) == plain


# ---------------------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"volatility": 0.85}, r"volatility 0.85: .*type 0.85% or 0.0085"),
        ({"volatility": -0.01}, r"volatility -0.01"),
        ({"mean_reversion": 3}, r"mean_reversion 3"),
        ({"paths": 10}, r"paths 10: is outside 64 to 4096"),
        ({"paths": 10_000_000}, r"paths 10000000: is outside 64 to 4096"),
        ({"model": {"refi": 1}}, r'model "refi": is not a parameter'),
        ({"tenors": (1, 5, 2, 10), "par_yields": (0.04, 0.04, 0.04, 0.04)}, r"tenors 2: does not come after 5"),
        ({"par_yields": YIELDS[:-1]}, r"tenors"),
        ({"par_yields": (*YIELDS[:-1], 4.7)}, r"par_yields 4.7"),
        ({"program": 90.0}, r"program 4: is the months to its first payment"),
        ({"program": "GNMA"}, r"program"),
        ({"wam": 500}, r"age 5: and the wam 500 pass 480 months"),
        ({"coupon": 0.07}, r"coupon 0.07: is above the wac"),
    ],
)
def test_bad_input_is_named(change: dict[str, Any], message: str) -> None:
    names = ("price", "coupon", "wac", "wam", "age", "tenors", "par_yields", "volatility")
    given = dict(zip(names, (100.0, *POOL, *CURVE, SIGMA), strict=True)) | change
    for function in (oas, oas_risk, key_rates):
        with pytest.raises(InputError, match=message):
            function(**given)


@pytest.mark.parametrize("price", [0.0, -5.0, math.nan])
def test_a_price_with_no_spread(price: float) -> None:
    for function in (oas, oas_risk, key_rates):
        with pytest.raises(NoSolution, match=rf"price {price:g}: with accrued interest it is not above 0"):
            function(price, *POOL, *CURVE, SIGMA)


def test_extremes_stay_finite() -> None:
    for volatility, reversion in ((0.05, 1e-12), (0.05, 1.0), (1e-9, 1e-12), (0.0, 0.0)):
        table = oas_risk(99.0, *POOL, *CURVE, volatility, reversion, paths=64)
        assert np.isfinite(table.values).all()
    for price in (0.01, 1e6):
        assert np.isfinite(oas(price, *POOL, *CURVE, SIGMA, paths=64))
    assert np.isfinite(oas_price(0, 0.05, 0.05, 1, 359, *CURVE, SIGMA, paths=64))


def test_mean_reversion_tends_to_its_limit() -> None:
    limit, near = (float(oas(101.0, *POOL, *CURVE, SIGMA, a, paths=FEW)) for a in (1e-9, 1e-6))
    assert limit == pytest.approx(near, abs=1e-2)


# ------------------------------------------------------------------------------------ what the model is asked with


def blended() -> float:
    """The long rate of today's curve, 0.6 of the 10-year and 0.4 of the 5-year par rate."""
    curve = par_curve(*CURVE)
    ten, five = (
        2 * (1 - curve.discount(years)) / curve.discount(np.arange(0.5, years + 0.1, 0.5)).sum() for years in (10, 5)
    )
    return float(0.6 * ten + 0.4 * five)


def test_the_mortgage_rate_of_the_day_sets_the_spread_and_bumps_hold_it() -> None:
    spread = {"mortgage_spread": 0.0626 - blended()}
    given = {"mortgage_rate": 0.0626}
    assert float(oas(101.0, *POOL, *CURVE, SIGMA, model=given)) == pytest.approx(
        float(oas(101.0, *POOL, *CURVE, SIGMA, model=spread)), abs=1e-7
    )
    np.testing.assert_allclose(
        oas_risk(101.0, *POOL, *CURVE, SIGMA, model=given, paths=FEW).values[:10],
        oas_risk(101.0, *POOL, *CURVE, SIGMA, model=spread, paths=FEW).values[:10],
        rtol=1e-5,
    )


@pytest.mark.parametrize(
    ("wam", "age", "program", "name"),
    [
        (172, 7, "UMBS", "UMBS 15"),
        (230, 5, "FNCI", "UMBS 20"),
        (350, 5, "G2SF", "GNMA 30"),
        (200, 100, 24.0, "UMBS 30"),
    ],
)
def test_a_pool_is_valued_with_the_set_of_its_term_and_programme(wam: int, age: int, program: Any, name: str) -> None:
    pool = (0.05, 0.058, wam, age)
    own, named = (
        float(oas(100.0, *pool, *CURVE, SIGMA, model=model, program=program, paths=FEW)) for model in (None, name)
    )
    assert own == named
    others = {float(oas(100.0, *pool, *CURVE, SIGMA, model=each, program=program, paths=FEW)) for each in MODELS}
    assert len(others) == 4


def test_a_pool_that_no_set_is_of_is_refused_by_its_row() -> None:
    for pool, program in (((0.05, 0.058, 172, 7), "GNMA I"), ((0.05, 0.058, 350, 7), "FHLMC ARM")):
        with pytest.raises(InputError, match="name a set in model"):
            oas(100.0, *pool, *CURVE, SIGMA, program=program, paths=FEW)
        assert np.isfinite(oas(100.0, *pool, *CURVE, SIGMA, model="UMBS 15", program=program, paths=FEW))


def test_prepayment_duration_lies_between_faster_and_slower() -> None:
    price, model = 102.0, PrepaymentModel()
    found = measured(price, *POOL)
    moved = [
        float(oas_price(found["OAS"], *POOL, *CURVE, SIGMA, model=model.faster(by), paths=FEW)) for by in (0.9, 1.1)
    ]
    assert found["prepayment duration"] == pytest.approx((moved[0] - moved[1]) / 2 / price * 100, rel=1e-6)


def test_the_record_says_what_it_rests_on() -> None:
    """Rows behind 0.1's ten: the convexity as desks quote it with its error, and rates, burnout and set assumed."""
    record = oas_risk(101.0, *POOL, *CURVE, SIGMA, paths=FEW)
    found = dict(zip(record.names.tolist(), record.values.tolist(), strict=True))
    assert list(found)[:10] == [measure.label for measure in MEASURES[:10]]
    assert found["effective convexity in hundredths"] == pytest.approx(found["effective convexity"] / 100, rel=1e-12)
    assert found["mortgage rate"] == pytest.approx(0.024 + blended(), abs=1e-9)
    assert found["burnout"] == 0
    assert found["implied 1y10y volatility"] == pytest.approx(
        float(swaption_volatility(SIGMA, 1, 10, *CURVE)), rel=1e-12
    )
    assert record.texts["set"].item() == "UMBS 30"
    given = oas_risk(
        101.0, *POOL, *CURVE, SIGMA, model={"mortgage_rate": 0.0626, "burnout": 0.3, "set": "gnma 30"}, paths=FEW
    )
    told = dict(zip(given.names.tolist(), given.values.tolist(), strict=True))
    assert (told["mortgage rate"], told["burnout"]) == pytest.approx((0.0626, 0.3), abs=1e-12)
    assert given.texts["set"].item() == "GNMA 30"
    assert oas_risk(101.0, *POOL, *CURVE, SIGMA, model=PrepaymentModel(), paths=FEW).texts["set"].item() == "own"


def test_the_error_of_convexity_is_that_of_its_scrambles() -> None:
    found = measured(101.0, *POOL)
    held = Held(
        Passthrough(as_pools(*POOL, "0 CPR")),
        Paths(HullWhite(*CURVE, SIGMA, 0.03), PrepaymentModel(), Sample(FEW, 360), 1.8, 0),
        SpreadBasis.BEY,
    )
    full, apart = np.array([1.01]), []
    for scramble in (1, 2, 3, 4):
        own = held.moved(sample=Sample(FEW // 4, 360, (scramble,)))
        spread = own.spreads(full).x
        moved = [
            own.moved(rates=HullWhite(TENORS, tuple(np.add(YIELDS, move)), SIGMA, 0.03)).value(spread)
            for move in (-1e-3, 1e-3)
        ]
        apart.append(float((moved[0] + moved[1] - 2 * full)[0] / 1e-6 / 1.01))
    assert found["standard error of convexity"] == pytest.approx(np.std(apart, ddof=1) / 2, rel=1e-6)


def test_the_sheet_shows_the_set_below_the_numbers_and_behind_them() -> None:
    formula = published()["MBS_OAS_RISK"]
    curve = [[tenor] for tenor in TENORS], [[rate] for rate in YIELDS]
    one = formula(101.0, *map(float, POOL), *curve, SIGMA, None, None, None, None, 64.0)
    assert one[-1] == ["set", "UMBS 30"]
    assert len(one) == 1 + len(MEASURES) + 1
    many = formula(
        [[101.0], [102.0], [-300.0]],
        0.05,
        0.058,
        [[172.0], [350.0], [350.0]],
        5.0,
        *curve,
        SIGMA,
        None,
        None,
        None,
        None,
        64.0,
    )
    assert [row[-1] for row in many[:2]] == ["UMBS 15", "UMBS 30"]
    assert {len(row) for row in many} == {len(MEASURES) + 1}
    assert all(isinstance(cell, CellError) for cell in many[2][:10])


def test_why_says_what_an_answer_rests_on() -> None:
    why = published()["MBS_WHY"]
    curve = [[tenor] for tenor in TENORS], [[rate] for rate in YIELDS]
    bare = why("MBS_OAS", 101.0, *map(float, POOL), *curve, SIGMA)
    rate, quoted = 0.024 + blended(), 1e4 * float(swaption_volatility(SIGMA, 1, 10, *CURVE))
    assert bare == (
        f"ok: the set UMBS 30; a mortgage rate of {rate:.2%}, by the model's spread of 240 bp; burnout 0%; a "
        f"short-rate volatility of 85.0 bp, which is {quoted:.1f} bp of 1y10y; the first payment 1.80 months from "
        "settlement"
    )
    cells = [["mortgage_rate", 0.0626], ["burnout", 0.3]]
    given = why("MBS_OAS_RISK", 101.0, 0.05, 0.058, 172.0, 5.0, *curve, SIGMA, None, cells, None, "FNCI", 64.0)
    assert given.startswith("ok: the set UMBS 15; a mortgage rate of 6.26%, as given; burnout 30%; ")
    assert why("MBS_OAS", [[101.0], [102.0]], *map(float, POOL), *curve, SIGMA) == bare  # of one pool at two prices
    assert why("MBS_OAS", 101.0, [[0.05], [0.055]], *map(float, POOL[1:]), *curve, SIGMA) == "ok"
    assert "name a set in model" in why(
        "MBS_OAS", 101.0, *map(float, POOL), *curve, SIGMA, None, None, None, "FHLMC ARM"
    )
