"""The rate model against its own theory, against QuantLib's analytic Hull-White, and at its edges."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from mbsxl.errors import InputError
from mbsxl.market import hull_white as rates
from mbsxl.market.curve import par_curve
from mbsxl.market.hull_white import (
    MEAN_REVERSION,
    HullWhite,
    Sample,
    _components,
    _integrals,
    _states,
    as_hull_white,
    as_sample,
    integral_variance,
    log_bond,
    long_rate,
    scenarios,
    sensitivity,
    state_variance,
)

TENORS = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0)
YIELDS = (0.0385, 0.0375, 0.0365, 0.0350, 0.0352, 0.0367, 0.0385, 0.0409, 0.0468, 0.0470)
MARKET = HullWhite(TENORS, YIELDS, 0.0085, 0.03)
REVERSIONS = [1e-9, 1e-4, 0.03, 0.3, 1.0]


def curve_at(months: Any) -> Any:
    return par_curve(TENORS, YIELDS).discount(np.asarray(months) / 12)


# ---------------------------------------------------------------------------------------------- the closed forms


@pytest.mark.parametrize("a", REVERSIONS)
def test_the_variance_of_the_integral_is_the_formula_written_out(a: float) -> None:
    years = np.array([0.5, 1.0, 5.0, 10.0, 30.0, 50.0])
    if a < 1e-6:
        written = years**3 / 3
    elif a < 1e-3:  # its series: the formula has no digits left
        written = years**3 / 3 * (1 - 0.75 * a * years + 0.35 * (a * years) ** 2)
    else:
        e = np.exp(-a * years)
        written = (years - 2 * (1 - e) / a + (1 - e**2) / (2 * a)) / a**2
    np.testing.assert_allclose(integral_variance(a, years), written, rtol=3e-7 if a < 1e-3 else 1e-8)


@pytest.mark.parametrize("a", REVERSIONS)
def test_tower_property(a: float) -> None:
    """The discounted bond of a later date is worth today's bond: with its covariance, exactly."""
    market = MARKET._replace(mean_reversion=a)
    for month in (1, 12, 120, 240):
        for term in (6, 60, 120):
            years, life = month / 12, term / 12
            b, s2 = sensitivity(a, life), market.volatility**2
            covariance = sensitivity(a, years) ** 2 / 2  # of x with its integral
            mean = s2 * (b**2 * state_variance(a, years) / 2 + b * covariance)
            forward = np.log(curve_at(month + term) / curve_at(month))
            assert float(log_bond(market, month, term) + mean) == pytest.approx(float(forward), abs=1e-12)


@pytest.mark.parametrize("a", [1e-6, 0.03, 0.2])
@pytest.mark.parametrize("sigma", [0.004, 0.0085, 0.02])
def test_bonds_and_their_options_are_quantlibs(a: float, sigma: float) -> None:
    ql = pytest.importorskip("QuantLib")
    level, stats = 0.045, pytest.importorskip("scipy.stats")
    par = 2 * math.expm1(level / 2)
    market = HullWhite((1.0, 10.0, 30.0), (par, par, par), sigma, a)  # a flat curve: the splines are straight
    today = ql.Date(1, 1, 2025)
    ql.Settings.instance().evaluationDate = today
    flat = ql.YieldTermStructureHandle(ql.FlatForward(today, level, ql.Thirty360(ql.Thirty360.BondBasis)))
    model = ql.HullWhite(flat, a, sigma)
    for month, term in ((12, 60), (60, 120), (120, 120), (1, 6)):
        years, life = month / 12, term / 12
        for x in (-2.0, 0.0, 1.5):
            short = level + sigma**2 * float(sensitivity(a, years)) ** 2 / 2 + sigma * x
            bond = math.exp(float(log_bond(market, month, term) - sensitivity(a, life) * sigma * x))
            assert bond == pytest.approx(model.discountBond(years, years + life, short), rel=1e-8)
        strike = math.exp(-level * life) * 1.01
        deviation = sigma * float(sensitivity(a, life) * np.sqrt(state_variance(a, years)))
        near, far = math.exp(-level * years), math.exp(-level * (years + life))
        d1 = math.log(far / (near * strike)) / deviation + deviation / 2
        call = far * stats.norm.cdf(d1) - near * strike * stats.norm.cdf(d1 - deviation)
        assert call == pytest.approx(model.discountBondOption(ql.Option.Call, strike, years, years + life), abs=1e-8)


def test_long_rates_are_near_their_parabola_within_three_deviations() -> None:
    level, slope, bend = long_rate(MARKET, 360, 1.0)
    terms = np.arange(6, 121, 6)
    worst = 0.0
    for month in (1, 12, 60, 120, 240, 359):
        deviation = MARKET.volatility * math.sqrt(state_variance(0.03, month / 12))
        for y in np.linspace(-3, 3, 25) * deviation:
            bonds = np.exp(log_bond(MARKET, month, terms) - sensitivity(0.03, terms / 12) * y)
            exact = 2 * (1 - bonds[-1]) / bonds.sum()
            worst = max(worst, abs(exact - (level[month] + y * (slope[month] + y * bend[month]))))
    assert worst < 1e-4


def test_todays_long_rate_is_the_curves_par_rate() -> None:
    level, _, _ = long_rate(MARKET, 1, 1.0)
    assert level[0] == pytest.approx(0.0409, abs=1e-12)
    assert long_rate(MARKET, 1, 0.0)[0][0] == pytest.approx(0.0367, abs=1e-12)


# ----------------------------------------------------------------------------------------------------- the paths


def whole(market: HullWhite, sample: Sample, first: float = 1.8, months: int = 360) -> tuple[Any, Any]:
    parts = list(scenarios(market, sample, 0.0, 2, 0.6, first, months))
    return np.concatenate([above for _, above, _ in parts]), np.concatenate([weights for _, _, weights in parts])


def test_matched_paths_discount_as_the_curve() -> None:
    _, weights = whole(MARKET, Sample(256, 360))
    np.testing.assert_allclose(weights.sum(axis=1), 1.0, atol=1e-12)


def test_what_matching_corrects_is_small_and_known() -> None:
    """Before matching, the mean is exp(s^2 V / 2), but for the little that months hide between their ends."""
    unmatched = np.exp(-MARKET.volatility * _integrals(0.03, Sample(4096, 360), 1.8))
    expected = np.exp(MARKET.volatility**2 * integral_variance(0.03, (1.8 + np.arange(360)) / 12) / 2)
    np.testing.assert_allclose(unmatched.mean(axis=1), expected, rtol=3e-4)
    _, weights = whole(MARKET, Sample(4096, 360))
    np.testing.assert_allclose(weights, unmatched / unmatched.sum(axis=1, keepdims=True), rtol=1e-12)


@pytest.mark.parametrize("a", [1e-9, 0.03, 1.0])
@pytest.mark.parametrize("first", [1.0, 1.8, 2.4666666666666668])
def test_integrals_between_months_are_exact(a: float, first: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mean path between two ends is a sum of exp(a t) and exp(-a t): paths that are so have known integrals."""
    t = np.arange(364) / 12
    monkeypatch.setattr(rates, "_states", lambda *_: np.stack([np.exp(a * t), np.exp(-a * t)], axis=1))
    paid = (first + np.arange(360)) / 12
    found = _integrals.__wrapped__(a, Sample(2, 360), first)
    np.testing.assert_allclose(found[:, 0], np.expm1(a * paid) / a, rtol=1e-11)
    np.testing.assert_allclose(found[:, 1], -np.expm1(-a * paid) / a, rtol=1e-11)


@pytest.mark.parametrize("a", REVERSIONS)
def test_integrals_have_the_variance_of_what_they_stand_for(a: float) -> None:
    """All but a month's bridge each, which is the same on every path."""
    sampled = _integrals(a, Sample(4096, 360), 1.0).var(axis=1)
    months = np.arange(1, 361)
    expected = integral_variance(a, months / 12) - months / 12**3 / 12
    np.testing.assert_allclose(sampled, expected, rtol=0.01)


def test_states_have_their_covariance() -> None:
    for a in REVERSIONS:
        spread = _components(a, 363)
        years = np.arange(1, 364) / 12
        expected = np.exp(-a * np.abs(years[:, None] - years)) * state_variance(a, np.minimum(years[:, None], years))
        np.testing.assert_allclose(spread @ spread.T, expected, rtol=1e-8, atol=1e-10)


def test_options_on_bonds_by_the_paths() -> None:
    """A zero-coupon bond option from the paths is the analytic one."""
    month, term, a = 60, 120, 0.03
    sample = Sample(4096, 360)
    states, integrals = _states(a, sample)[month], _integrals(a, sample, 1.0)[month - 1]
    weights = np.exp(-MARKET.volatility * integrals)
    bonds = np.exp(log_bond(MARKET, month, term) - sensitivity(a, term / 12) * MARKET.volatility * states)
    near, far = curve_at(month), curve_at(month + term)
    strike = far / near
    paths = near * (weights * np.maximum(bonds - strike, 0)).mean() / weights.mean()
    deviation = MARKET.volatility * float(sensitivity(a, term / 12) * np.sqrt(state_variance(a, month / 12)))
    analytic = far * (math.erf(deviation / 2 / math.sqrt(2)))  # at the money, far (2 N(d/2) - 1)
    assert paths == pytest.approx(float(analytic), rel=3e-3)


def test_paths_are_the_same_every_time() -> None:
    once = _states(0.03, Sample(64, 360)).copy()
    _states.cache_clear()
    _components.cache_clear()
    assert (_states(0.03, Sample(64, 360)) == once).all()
    assert not (_states(0.03, Sample(64, 360, (1,))) == once).all()


def test_without_volatility_there_is_one_path_the_forward_one() -> None:
    above, weights = whole(MARKET._replace(volatility=0.0), Sample(1024, 360))
    assert above.shape == weights.shape == (360, 1)
    assert (weights == 1).all()
    tens, fives = (par_forward(59, years) for years in (10, 5))
    assert -above[60, 0] == pytest.approx(0.6 * tens + 0.4 * fives, abs=1e-12)


def par_forward(month: int, years: int) -> float:
    bonds = curve_at(month + np.arange(6, 12 * years + 1, 6)) / curve_at(month)
    return float(2 * (1 - bonds[-1]) / bonds.sum())


def test_the_lag_looks_back_and_stops_at_today() -> None:
    market = MARKET._replace(volatility=0.0)
    level, _, _ = long_rate(market, 360, 0.6)
    for lag in (1, 2, 5):
        parts = [above for _, above, _ in scenarios(market, Sample(64, 360), 0.0, lag, 0.6, 1.8, 24)]
        np.testing.assert_array_equal(-np.concatenate(parts)[:, 0], level[np.maximum(np.arange(24) + 1 - lag, 0)])


# ----------------------------------------------------------------------------------------------------- the edges


def test_mean_reversion_tends_to_its_limit() -> None:
    tiny = long_rate(MARKET._replace(mean_reversion=1e-9), 360, 0.6)
    small = long_rate(MARKET._replace(mean_reversion=1e-7), 360, 0.6)
    for one, other in zip(tiny, small, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert as_hull_white(TENORS, YIELDS, 0.01, 1e-300).mean_reversion == 1e-9
    assert as_hull_white(TENORS, YIELDS, 0.01, 0).mean_reversion == MEAN_REVERSION


@pytest.mark.parametrize("volatility", [-0.01, 0.85, 85.0, math.nan])
def test_absurd_volatility(volatility: float) -> None:
    with pytest.raises(InputError, match=r"volatility .*type 0.85% or 0.0085"):
        as_hull_white(TENORS, YIELDS, volatility)


@pytest.mark.parametrize("reversion", [-0.03, 3.0, math.nan])
def test_absurd_mean_reversion(reversion: float) -> None:
    with pytest.raises(InputError, match=r"mean_reversion .*type 3% or 0.03"):
        as_hull_white(TENORS, YIELDS, 0.01, reversion)


@pytest.mark.parametrize("paths", [10, 63, 5000, 10_000_000, -1])
def test_absurd_paths(paths: int) -> None:
    with pytest.raises(InputError, match=rf"paths {paths}: is outside 64 to 4096; give 1024, or 0 for the default"):
        as_sample(paths, 360)


def test_paths_round_up_and_terms_have_a_horizon() -> None:
    assert as_sample(0, 360) == Sample(1024, 360)
    assert as_sample(1000, 355) == Sample(1024, 360)
    assert as_sample(64, 361) == Sample(64, 480)
    with pytest.raises(InputError, match=r"wam 481: is longer than rates are projected; give at most 480 months"):
        as_sample(64, 481)
