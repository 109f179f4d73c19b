"""The prepayment model: what a desk would check of its speeds, and that its parameters are guarded."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from mbsxl.errors import InputError
from mbsxl.loans.burnout import burnout
from mbsxl.loans.prepayment import (
    MODELS,
    REGIME_SHIFTS,
    PrepaymentModel,
    as_model,
    log_shares,
    model_cpr,
    quick_share,
    refinancing_response,
    seasoned_hazards,
    survival,
    turnover_response,
)
from mbsxl.loans.sets import model_for, set_for

RATE = 0.065


def cpr(incentive: float, age: int, **others: Any) -> float:
    return float(model_cpr(RATE, RATE + incentive, age, **others))


# ------------------------------------------------------------------------------------------------ what a desk expects


def test_deep_discounts_are_slow_but_alive() -> None:
    """The Fed's 2% and 2.5% coupons, loans of about 3%, at mortgage rates of 6% to 7%."""
    for rate in (0.06, 0.065, 0.07):
        for wac in (0.029, 0.034):
            assert 0.05 <= model_cpr(rate, wac, 48) <= 0.07


def test_new_pools_at_the_market() -> None:
    assert 0.05 <= cpr(0.0, 9) <= 0.08  # loans of 2023 at the market, 11 months old, paid off at 5.4 in June 2024
    assert cpr(0.0, 2) < 0.03


def test_the_peak_of_refinancing() -> None:
    for incentive in (0.01, 0.0125, 0.015):
        assert 0.40 <= cpr(incentive, 18) <= 0.60


def test_speeds_rise_with_the_incentive() -> None:
    speeds = model_cpr(RATE, RATE + np.linspace(-0.05, 0.05, 201), 30)
    assert (np.diff(speeds) > 0).all()


def test_speeds_rise_with_age_up_to_the_ramps_end() -> None:
    speeds = model_cpr(RATE, RATE, np.arange(40))
    assert (np.diff(speeds[:29]) > 0).all()
    assert np.ptp(speeds[29:]) == 0


def test_summer_is_faster_than_winter_and_the_year_averages_to_no_season() -> None:
    hazard = -np.log1p(-model_cpr(RATE, 0.03, 60, np.arange(1, 13)))
    assert hazard[5] > hazard[11] * 1.4
    assert hazard.argmax() in (5, 6)
    assert hazard.mean() == pytest.approx(float(-np.log1p(-model_cpr(RATE, 0.03, 60))), rel=1e-3)


def test_burnt_out_pools_refinance_less() -> None:
    fresh, burnt, gone = model_cpr(RATE, RATE + 0.015, 60, 0, [0, 0.5, 1])
    assert fresh > burnt > gone > 0.15
    assert cpr(0.015, 60, model={"burnout": 0.5}) == pytest.approx(float(burnt), rel=1e-12)
    assert quick_share(0.75, 0.5) == pytest.approx(0.6)
    assert quick_share(1.0, 1.0) == 0


def test_lock_in_takes_half_at_its_scale() -> None:
    model = PrepaymentModel()
    at = turnover_response(np.array([0.01, 0.0, -model.lock_in_scale, -1e9]), model)
    np.testing.assert_allclose(at, [1, 1, 1 - model.lock_in / 2, 1 - model.lock_in], atol=1e-9)


def test_the_width_is_to_three_quarters_of_the_curve() -> None:
    model = PrepaymentModel()
    points = model.threshold + model.width * np.array([-1.0, 0.0, 1.0])
    np.testing.assert_allclose(refinancing_response(points, model), [0.25, 0.5, 0.75], atol=1e-12)


# ----------------------------------------------------------------------------------------- survival along a path


def test_survival_is_two_groups_month_by_month() -> None:
    """Against the groups followed one month after the other, and whatever the months are cut into."""
    model = as_model({"season_amplitude": 0.3})
    draw = np.random.default_rng(1)
    incentive = draw.normal(0.005, 0.015, (60, 3))
    hazards = seasoned_hazards(model, 5 + 1 + np.arange(60), 11 + np.arange(60))
    groups = np.stack([np.full(3, model.active), np.full(3, 1 - model.active)])
    left = [groups.sum(axis=0)]
    for month in range(60):
        turnover = hazards[0, month] * turnover_response(incentive[month], model)
        refinancing = hazards[1, month] * refinancing_response(incentive[month], model)
        groups = groups * np.exp(-turnover - np.outer([1, model.passive_response], refinancing))
        left.append(groups.sum(axis=0))
    whole, _ = survival(incentive, hazards, log_shares(model), model)
    np.testing.assert_allclose(whole, left, rtol=1e-12)
    first, then = survival(incentive[:25], hazards[:, :25], log_shares(model), model)
    second, _ = survival(incentive[25:], hazards[:, 25:], then, model)
    np.testing.assert_allclose(np.concatenate([first, second[1:]]), left, rtol=1e-12)
    np.testing.assert_allclose(second[0], first[-1], rtol=1e-15)


def test_survival_mixes_quick_and_slow_borrowers() -> None:
    """Also where there are none of one kind, and where the S-curve is a step that overflows."""
    incentive = np.random.default_rng(2).normal(0.005, 0.015, (24, 5))
    mixed, quick, slow = (
        survival(incentive, seasoned_hazards(model, np.full(24, 60), 0), log_shares(model), model)[0]
        for model in (PrepaymentModel(active=share, width=1e-6) for share in (0.3, 1.0, 0.0))
    )
    np.testing.assert_allclose(mixed, 0.3 * quick + 0.7 * slow, rtol=1e-13)
    assert (quick[-1] < slow[-1]).all()


def test_the_first_month_is_the_models_cpr() -> None:
    for month in (0, 3, 12):
        hazards = seasoned_hazards(PrepaymentModel(), np.array([8.0]), month)
        left, _ = survival(np.array([[0.004]]), hazards, log_shares(PrepaymentModel()), PrepaymentModel())
        assert 1 - left[1, 0] ** 12 == pytest.approx(cpr(0.004, 7, calendar_month=month), rel=1e-12)


def test_nothing_prepays_without_turnover_and_refinancing() -> None:
    assert cpr(0.02, 30, model={"turnover": 0, "refinancing": 0}) == 0


def test_shapes_broadcast() -> None:
    table = model_cpr(RATE, np.linspace(0.05, 0.08, 4)[:, np.newaxis], [10, 30, 60])
    assert table.shape == (4, 3)
    assert table[2, 1] == model_cpr(RATE, 0.07, 30)
    assert model_cpr(RATE, 0.07, 30).shape == ()


# ------------------------------------------------------------------------------------------------- the parameters


def test_every_parameter_is_documented_and_within_its_bounds() -> None:
    for parameter in fields(PrepaymentModel):
        notes = parameter.metadata
        assert notes["unit"]
        assert notes["text"].endswith(".")
        assert notes["low"] <= parameter.default <= notes["high"]


def test_pairs_override() -> None:
    assert as_model(None) == as_model([]) == PrepaymentModel()
    given = as_model([("Lock-in", 0.5), ("mortgage spread", "0.02")])
    assert given == replace(PrepaymentModel(), lock_in=0.5, mortgage_spread=0.02)
    assert as_model(given) is given
    assert as_model(np.array([["turnover", 0.07]], object)).turnover == 0.07


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("refi", 0.5)], r'model "refi": is not a parameter; there are set, turnover, .*refinancing'),
        ([("active", 0.5), ("Active", 0.6)], r'model "Active": comes twice; give each parameter once'),
        ([("active", 75)], r"model active 75: is outside 0 to 1 \(fraction\); type 75% or 0.75"),
        ([("mortgage rate", 6.25)], r"model mortgage_rate 6.25: is outside 0 to 0.5 \(decimal\); type 6.25% or 0.0625"),
        ([("threshold", 0.6)], r"model threshold 0.6: is outside -0.1 to 0.1 \(decimal\)"),
        ([("lag", 1.5)], r"model lag 1.5: is not a whole number of months; give 1, 2, 3"),
        ([("width", "wide")], r'model width "wide": is not a number'),
        ([("turnover", float("nan"))], r"model turnover nan: is outside"),
    ],
)
def test_bad_parameters(pairs: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        as_model(pairs)


@pytest.mark.parametrize(("argument", "value"), [("calendar_month", 13), ("calendar_month", 1.5), ("burnout", 1.2)])
def test_bad_arguments(argument: str, value: float) -> None:
    with pytest.raises(InputError, match=argument):
        cpr(0.0, 12, **{argument: value})


# ------------------------------------------------------------------------------------------------------- the sets


def test_sets_by_name_and_parameters_over_them() -> None:
    assert as_model("UMBS 30") == as_model(None) == PrepaymentModel()
    assert as_model("gnma30") == MODELS["GNMA 30"] != MODELS["UMBS 30"]
    assert as_model([("Set", "UMBS 15"), ("turnover", "9%")]) == replace(MODELS["UMBS 15"], turnover=0.09)
    assert as_model({"threshold_shift": "2020-21"}).threshold_shift == REGIME_SHIFTS["2020-21"]
    with pytest.raises(
        InputError, match=r'model "UMBS 40": is not a set; there are UMBS 30, UMBS 20, UMBS 15, GNMA 30'
    ):
        as_model("UMBS 40")
    with pytest.raises(InputError, match=r'model threshold_shift "the nineties": is not a number'):
        as_model({"threshold_shift": "the nineties"})


@pytest.mark.parametrize(
    ("wam", "age", "program", "name"),
    [
        (348, 12, "UMBS", "UMBS 30"),
        (200, 71, "FNCL", "UMBS 30"),
        (200, 70, "UMBS", "UMBS 20"),
        (150, 60, "GOLD", "UMBS 15"),
        (180, 31, 24.0, "UMBS 20"),
        (172, 7, "NONE", "UMBS 15"),
        (340, 20, "G2SF", "GNMA 30"),
        (340, 20, "GNMA I", "GNMA 30"),
    ],
)
def test_the_set_of_a_pool(wam: int, age: int, program: Any, name: str) -> None:
    assert set_for(wam, age, program) == name
    assert model_for(None, wam, age, program) == MODELS[name]
    assert model_for({"turnover": 0.1}, wam, age, program) == replace(MODELS[name], turnover=0.1)
    assert model_for({"set": "UMBS 20"}, wam, age, program) == MODELS["UMBS 20"]
    assert model_for("UMBS 20", wam, age, program) == MODELS["UMBS 20"]


def test_pools_no_set_is_fitted_to_are_refused_unless_one_is_named() -> None:
    with pytest.raises(InputError, match=r'program "FHLMC ARM": .*name a set'):
        model_for(None, 340, 20, "FHLMC ARM")
    with pytest.raises(InputError, match=r"wam 180: .*name a set"):
        model_for({"turnover": 0.1}, 172, 8, "GNMA II")
    assert model_for("UMBS 15", 172, 8, "GNMA II") == MODELS["UMBS 15"]


def test_fifteen_year_loans_compare_with_their_own_rate() -> None:
    fifteen = MODELS["UMBS 15"]
    near = model_cpr(RATE, RATE + 0.002 + fifteen.term_spread, 30, model=fifteen)
    own = model_cpr(RATE, RATE + 0.002, 30, model=replace(fifteen, term_spread=0))
    assert float(near) == pytest.approx(float(own), rel=1e-12)


def test_a_mortgage_rate_sets_the_spread_over_the_curve() -> None:
    assert as_model({"mortgage_rate": 0.0626}).at(0.04).mortgage_spread == pytest.approx(0.0226)
    assert as_model("UMBS 15").at(0.04) == MODELS["UMBS 15"]


def test_stories_multiply_speeds_and_shift_the_threshold() -> None:
    story = {"turnover_multiple": 0.8, "refinancing_multiple": 0.6, "threshold_shift": 0.0025}
    model = PrepaymentModel()
    told = replace(model, turnover=model.turnover * 0.8, refinancing=model.refinancing * 0.6, threshold=0.0091)
    for incentive in (-0.03, 0.004, 0.012):
        assert cpr(incentive, 20, model=story) == pytest.approx(cpr(incentive, 20, model=told), rel=1e-12)


# ------------------------------------------------------------------------------------------------------- burnout


def test_burnout_is_what_months_one_by_one_take() -> None:
    model, rates = PrepaymentModel(), 0.03 + 0.02 * np.sin(np.arange(40) / 5) ** 2
    for age in (0, 1, 5, 40):
        own, left = rates[40 - age :], 1.0
        for month in range(1, age + 1):
            felt = (own[max(month - 3, 0)] + own[max(month - 2, 0)]) / 2
            curve = 1 / (1 + 3 ** ((model.threshold - (0.052 - felt)) / model.width))
            left *= math.exp(-model.refinancing / 12 * min(month / model.refinancing_ramp, 1) * curve)
        assert float(burnout(0.052, age, rates)) == pytest.approx(1 - left, abs=1e-14)


def test_burnout_of_many_and_of_none() -> None:
    table = burnout(np.array([[0.05], [0.08]]), [0, 12, 36], np.full(36, 0.055))
    assert table.shape == (2, 3)
    assert (table[:, 0] == 0).all()
    assert table[0].max() < 0.003 < 0.2 < table[1, 1] < table[1, 2]
    with pytest.raises(InputError, match=r"rates 36: months are fewer than the age; give 37"):
        burnout(0.06, [12, 37], np.full(36, 0.055))
    with pytest.raises(InputError, match=r"rates 5.5: is not a mortgage rate; type 6.25% or 0.0625"):
        burnout(0.06, 2, [0.055, 5.5])
