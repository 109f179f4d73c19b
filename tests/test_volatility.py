"""Swaption volatilities against QuantLib's Hull-White, against the paths, and there and back."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np
import pytest
from flat import swaption_volatility, volatility_fit

from mbsxl.errors import InputError
from mbsxl.market.curve import par_curve
from mbsxl.market.hull_white import Sample, _integrals, _states, as_hull_white, log_bond, sensitivity
from mbsxl.market.volatility import normal_volatility

TENORS = (0.25, 1, 2, 5, 7, 10, 20, 30)
YIELDS = (0.0391, 0.0361, 0.0346, 0.0361, 0.0380, 0.0404, 0.0464, 0.0468)
CURVE = (TENORS, YIELDS)
GRID = [(0.25, 5), (0.25, 10), (1, 2), (1, 5), (1, 10), (1, 30), (2, 10), (5, 5), (5, 10), (10, 10)]


@pytest.mark.parametrize(
    ("a", "sigma", "expiry", "tenor"), [(0.03, 0.0085, 1, 10), (0.1, 0.012, 5, 5), (1e-3, 0.02, 10, 20)]
)
def test_quantlib_values_the_swaption_alike(a: float, sigma: float, expiry: int, tenor: int) -> None:
    ql = importlib.import_module("QuantLib")
    today, days = ql.Date(1, 1, 2025), ql.Thirty360(ql.Thirty360.BondBasis)
    ql.Settings.instance().evaluationDate = today
    curve = ql.YieldTermStructureHandle(ql.FlatForward(today, 2 * math.log(1 + 0.045 / 2), days))
    index = ql.IborIndex(
        "own", ql.Period(6, ql.Months), 0, ql.USDCurrency(), ql.NullCalendar(), ql.Unadjusted, False, days, curve
    )
    dates = (ql.Date(1, 1, 2025 + expiry), ql.Date(1, 1, 2025 + expiry + tenor), ql.Period(6, ql.Months))
    legs = ql.Schedule(*dates, ql.NullCalendar(), ql.Unadjusted, ql.Unadjusted, ql.DateGeneration.Forward, False)
    swap = ql.VanillaSwap(ql.VanillaSwap.Payer, 1, legs, 0.045, days, legs, index, 0.0, days)
    swaption = ql.Swaption(swap, ql.EuropeanExercise(dates[0]))
    swaption.setPricingEngine(ql.JamshidianSwaptionEngine(ql.HullWhite(curve, a, sigma)))
    annuity = sum(1.0225 ** -(2 * expiry + each) for each in range(1, 2 * tenor + 1)) / 2
    theirs = swaption.NPV() / annuity * math.sqrt(2 * math.pi / expiry)
    ours = swaption_volatility(sigma, expiry, tenor, [30], [0.045], a)
    assert float(ours) == pytest.approx(theirs, abs=1e-8)


def test_the_paths_value_the_swaption_alike() -> None:
    a, sigma, expiry, tenor = 0.03, 0.0085, 5, 10
    terms = np.arange(6, 12 * tenor + 1, 6)
    market = as_hull_white(*CURVE, sigma, a)
    middle = log_bond(market, 12 * expiry, terms)[:, np.newaxis]
    x = _states(a, Sample(4096, 360))[12 * expiry]
    curve = par_curve(*CURVE)
    bonds = np.exp(middle - np.outer(sensitivity(a, terms / 12), sigma * x))
    weights = np.exp(-sigma * _integrals(a, Sample(4096, 360), 1.0)[12 * expiry - 1])
    annuity = curve.discount(expiry + terms / 12).sum() / 2
    rate = (curve.discount(expiry) - curve.discount(expiry + tenor)) / annuity
    gain = np.maximum(1 - bonds[-1] - rate / 2 * bonds.sum(axis=0), 0)
    value = float(curve.discount(expiry)) * float((weights * gain).mean() / weights.mean())
    sampled = float(normal_volatility(value, annuity, expiry))
    assert sampled == pytest.approx(float(swaption_volatility(sigma, expiry, tenor, *CURVE, a)), rel=3e-3)


def test_a_grid_of_the_model_is_fitted_exactly() -> None:
    expiries, lengths = np.array(GRID).T
    for sigma, a in ((0.0085, 0.03), (0.011, 0.08), (0.007, 0.002)):
        market = swaption_volatility(sigma, expiries, lengths, *CURVE, a)
        table = volatility_fit(expiries, lengths, market, *CURVE)
        assert table.value[0] == pytest.approx(sigma, rel=1e-6)
        assert table.value[1] == pytest.approx(a, abs=1e-6)
        assert np.abs(table.value[2:]).max() < 1e-5
        held = volatility_fit(expiries, lengths, market, *CURVE, a)
        assert held.value[:2] == pytest.approx([sigma, a], rel=1e-9)


def test_the_fit_is_the_least_error_there_is() -> None:
    """Of an autumn's grid, believed: no neighbour of the fit has a smaller error."""
    expiries, lengths = np.array(GRID).T
    market = np.array([82, 80, 94, 92, 87, 74, 87, 88, 84, 75]) / 1e4
    sigma, a, rmse = volatility_fit(expiries, lengths, market, *CURVE).value[:3]

    def error(one: float, other: float) -> float:
        return 1e4 * float(np.sqrt(((swaption_volatility(one, expiries, lengths, *CURVE, other) - market) ** 2).mean()))

    assert rmse == pytest.approx(error(sigma, a), rel=1e-9)
    assert rmse < 5
    for one, other in ((1.002, 1), (0.998, 1), (1, 1.02), (1, 0.98), (1.002, 1.02), (0.998, 0.98)):
        assert error(sigma * one, a * other) > rmse


def test_longer_expiries_and_swaps_are_quoted_lower_under_reversion() -> None:
    by_expiry = swaption_volatility(0.0085, [0.25, 1, 5, 10], 10, *CURVE, 0.05)
    by_tenor = swaption_volatility(0.0085, 1, [1, 5, 10, 30], *CURVE, 0.05)
    assert (np.diff(by_expiry) < 0).all()
    assert (np.diff(by_tenor) < 0).all()
    assert swaption_volatility(0.0, 1, 10, *CURVE) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: swaption_volatility(0.0085, 0, 10, *CURVE), r"expiry 0: .*1 month is 1/12"),
        (lambda: swaption_volatility(0.0085, 1, 0.7, *CURVE), r"swap_tenor 0.7: .*give 0.5, 1, 1.5 years"),
        (lambda: swaption_volatility(85, 1, 10, *CURVE), r"volatility 85: .*type 0.85% or 0.0085"),
        (lambda: volatility_fit([1, 5], [10], [0.008], *CURVE), r'volatilities "2, 1 and 1": .*equally long'),
        (lambda: volatility_fit([1, 1], [10, 10], [0.008, 0.008], *CURVE), r"do not fix a mean reversion; give it"),
        (lambda: volatility_fit([1, 5], [10, 10], [0.008, 85], *CURVE), r"volatilities 85: "),
    ],
)
def test_bad_input_is_named(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()
