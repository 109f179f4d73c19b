"""Classes on the paths: one class is the pool, all classes together are, floaters at the model's own rate at par."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_structures import cohorts_of, structure_of

from mbsxl import Loans, Market, Method, OpenMarket, ParCurve, Pool, Quoted, Settlement, measured, oas_price
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.market.curve import par_curve
from mbsxl.market.hull_white import HullWhite, Sample, one_month_rates
from mbsxl.structures.classes import Deal, Terms
from mbsxl.structures.margins import discount_margins
from mbsxl.structures.measures import cmo_measures
from mbsxl.structures.paths import Cohort, HeldClasses, PathDeal, class_values
from mbsxl.structures.tranches import Structure, read_structure
from mbsxl.value.measures import MEASURES
from mbsxl.value.oas import as_request
from mbsxl.value.valuation import Paths

CURVE = ParCurve([2.0, 5.0, 10.0, 30.0], [0.036, 0.038, 0.042, 0.048])
MARKET = OpenMarket(*CURVE, 0.0085)
POOL = [["face", "coupon", "wac", "wam", "age"], [1000.0, 0.055, 0.063, 355, 5]]
HEADER = ["class", "kind", "balance", "coupon", "order", "lane", "band", "to"]
DEAL = [
    HEADER,
    ["P", "PAC", 480, 0.055, 1, "", "100 to 250 PSA", ""],
    ["T", "PAC", 100, 0.055, 2, "", "150 to 220 PSA", ""],
    ["Z", "Z", 20, 0.055, 3, "", "", 2],
    ["A", "SUP", 200, 0.055, 4, "a", "", ""],
    ["B", "SUP", 200, 0.055, 4, "b", "", ""],
]


def paths(volatility: float = 0.0085, delay: Any = "UMBS", count: int = 256) -> Paths:
    loans, market = Loans(0.055, 0.063, 355, 5), Market(CURVE, volatility)
    return as_request(100.0, loans, market, Settlement(program=delay), count, Quoted())[0].one(0).paths


def on_paths(structure: Structure, planned: Any = (), faces: float = 1000.0) -> PathDeal:
    return PathDeal(structure, (Cohort(faces, 0.063, 355, 5),), planned)


@pytest.mark.parametrize("name", MEASURES)
def test_a_structure_of_one_class_is_the_pool_in_every_measure(name: str) -> None:
    one = structure_of([HEADER, ["A", "PT", 1000, 0.055, 1, "", "", ""]])
    at = Settlement(np.datetime64("2025-12-18"), "GNMA I")
    found = cmo_measures([name], 101.0, Deal(one, cohorts_of(POOL)), "8 CPR", MARKET, settlement=at)
    pool = measured([name], 101.0, Pool(0.055, 0.063, 355, 5, "8 CPR"), MARKET, at, Method())
    assert found.rows[0][1] == pytest.approx(float(pool.values[0]), rel=1e-9)


def test_all_the_classes_are_worth_what_the_pool_is() -> None:
    """At every spread, the sum over the classes is the pool, whatever the waterfall; so it is of their durations."""
    structure = structure_of(DEAL)
    measures = cmo_measures(["OAS", "EFFECTIVE_DURATION"], 100.0, Deal(structure, cohorts_of(POOL)), None, MARKET)
    assert len({round(float(row[1]), 3) for row in measures.rows}) == 4  # type: ignore[arg-type]
    planned = ((0, (480.0,) * 100), (1, (100.0,) * 60))
    held = HeldClasses(on_paths(structure, planned), paths(), SpreadBasis.BEY)
    balance = np.array([tranche.balance for tranche in structure.tranches])
    for spread in (0.0, 0.003, 0.02):
        whole = float(balance @ held.value(np.full(5, spread))) / 1000.0
        pool = oas_price(1e4 * spread, Loans(0.055, 0.063, 355, 5), Market(CURVE, 0.0085), paths=256)
        assert 100 * whole == pytest.approx(float(pool), rel=1e-9)


def test_a_floater_at_the_models_own_rate_is_worth_par() -> None:
    floater = read_structure([{"class": "F", "kind": "PT", "balance": 1000.0, "coupon": "INDEX", "order": 1.0}])
    no_delay = paths(delay="NONE", count=1024)
    values = class_values(on_paths(floater), no_delay)
    assert 100 * float(values[0, 0].sum()) == pytest.approx(100.0, abs=0.02)


def test_a_floater_may_be_asked_on_paths_without_an_index_and_along_the_curve() -> None:
    """At par its OAS is nothing without a delay, however far rates may rise above what the collateral pays."""
    floater = Deal(structure_of([HEADER, ["F", "PT", 1000, "INDEX", 1, "", "", ""]]), cohorts_of(POOL))
    steep = OpenMarket([2.0, 5.0, 10.0, 30.0], [0.036, 0.042, 0.05, 0.056], 0.0085)
    at = Settlement(np.datetime64("2025-12-01"), "NONE")
    found = cmo_measures(["OAS", "EFFECTIVE_DURATION"], 100.0, floater, None, steep, settlement=at).rows[0]
    assert found[1] == pytest.approx(0.0, abs=1.0)
    assert found[2] == pytest.approx(0.0, abs=0.1)  # it is set anew at once
    along = cmo_measures(["DISCOUNT_MARGIN"], 100.0, floater, "8 CPR", steep, Terms(index="FORWARD"), at).rows[0]
    assert along[1] == pytest.approx(0.0, abs=1e-8)


def test_on_paths_the_coupon_that_accrues_is_todays() -> None:
    """Bought in the middle of a month, a floater's accrued interest is at the one-month rate of the curve."""
    floater = Deal(structure_of([HEADER, ["F", "PT", 1000, "INDEX", 1, "", "", ""]]), cohorts_of(POOL))
    at = Settlement(np.datetime64("2025-12-16"), "UMBS")
    forward = 12 * (1 / float(par_curve(*CURVE).discount(1 / 12)) - 1)
    given = [cmo_measures(["OAS"], 100.0, floater, None, MARKET, Terms(index=each), at).rows[0][1] for each in (
        None, forward, forward + 0.01)]  # fmt: skip
    assert given[0] == pytest.approx(given[1], abs=1e-9)
    assert given[2] != pytest.approx(given[0], abs=0.1)


def test_a_floater_and_its_inverse_are_the_fixed_class_on_every_path() -> None:
    cut = [
        HEADER,
        ["F", "PT", 750, "INDEX + 0.5, cap 7.3333333333", 1, "a", "", ""],
        ["S", "PT", 250, "20.5 - 3 x INDEX, floor 0", 1, "b", "", ""],
    ]
    whole = structure_of([HEADER, ["A", "PT", 1000, 0.055, 1, "", "", ""]])
    parts = class_values(on_paths(structure_of(cut)), paths())
    together = 0.75 * parts[0, 0] + 0.25 * parts[1, 0]
    assert together == pytest.approx(class_values(on_paths(whole), paths())[0, 0], abs=1e-11)


def test_without_volatility_the_index_is_the_forward_rate() -> None:
    rates = HullWhite(tuple(CURVE.tenors), tuple(CURVE.par_yields), 0.0, 0.03)  # type: ignore[arg-type]
    forward = one_month_rates(rates, Sample(64, 360), 24)[:, 0]
    discount = par_curve(*CURVE).discount(np.arange(25) / 12)
    assert forward == pytest.approx(12 * (discount[:-1] / discount[1:] - 1), rel=1e-9)


def test_expected_balances_would_not_do() -> None:
    """What the mean of the paths gives through the waterfall is not the mean of what the waterfall gives."""
    structure = structure_of(DEAL)
    market = OpenMarket(*CURVE, 0.0085)
    still = OpenMarket(*CURVE, 1e-6)
    moving, calm = (
        cmo_measures(["OAS"], 100.0, Deal(structure, cohorts_of(POOL)), None, each) for each in (market, still)
    )
    cost = [float(b[1]) - float(a[1]) for a, b in zip(moving.rows, calm.rows, strict=True)]  # type: ignore[arg-type]
    assert max(cost) - min(cost) > 30  # the option is not spread evenly: supports have sold it


def test_each_class_has_its_own_error() -> None:
    found = cmo_measures(["STANDARD_ERROR"], 100.0, Deal(structure_of(DEAL), cohorts_of(POOL)), None, MARKET)
    errors = [float(row[1]) for row in found.rows]  # type: ignore[arg-type]
    assert all(error > 0 for error in errors)
    assert errors[0] < errors[3]  # the planned class moves less than the support


def test_what_is_asked_of_many_classes_runs_the_waterfall_once() -> None:
    class_values.cache_clear()
    cmo_measures(["OAS"], 99.0, Deal(structure_of(DEAL), cohorts_of(POOL)), None, MARKET)
    assert class_values.cache_info().misses == 1


def test_an_index_is_asked_for_by_name_and_prices_fit_the_classes() -> None:
    floating = [HEADER, ["F", "PT", 1000, "INDEX + 0.4, cap 7", 1, "", "", ""]]
    of = Deal(structure_of(floating), cohorts_of(POOL))
    with pytest.raises(ValueError, match=r"index .*is needed"):
        cmo_measures(["YIELD"], 100.0, of, "8 CPR")
    found = cmo_measures(["YIELD"], 100.0, of, "8 CPR", terms=Terms(index=0.04)).rows[0][1]
    assert found == pytest.approx(0.044, abs=2e-3)
    with pytest.raises(ValueError, match=r"2 prices.*stand beside 1 classes"):
        cmo_measures(["YIELD"], [100.0, 101.0], of, "8 CPR", terms=Terms(index=0.04))


# ------------------------------------------------------------------------------------------------- discount margins


@pytest.mark.parametrize(
    ("index", "days", "margin"), [(0.101875 * 365 / 360, (164, 180), 62.05), (0.101875, (168, 181), 56.89)]
)
def test_the_discount_margins_of_a_published_floater(index: float, days: tuple[int, int], margin: float) -> None:
    """SF-53: 30/360 bond basis, to which the index is grossed up, and actual/360 money-market basis.

    The payments are printed to four decimals, which is half a hundredth of a basis point beside that of the margin.
    """
    paid, full = np.array([[55.3012, 52.6938]]), np.array([100.2589])
    found = discount_margins(paid, np.array([days]) / 360, np.full((1, 2), index), full)
    assert 1e4 * found.x[0] == pytest.approx(margin, abs=0.01)


@pytest.mark.parametrize("index", [0.04, [[0.04], [0.05], [0.035]]])
def test_at_par_without_delay_the_discount_margin_is_the_margin(index: Any) -> None:
    cut = [
        HEADER,
        ["F", "SEQ", 750, "INDEX + 0.45", 1, "", "", ""],
        ["A", "SEQ", 250, 0.055, 2, "", "", ""],
    ]
    table = ["discount margin", "WAL"]
    of, at = Deal(structure_of(cut), cohorts_of(POOL)), Settlement(program="NONE")
    found = cmo_measures(table, 100.0, of, "8 CPR", terms=Terms(index=index), settlement=at)
    assert found.header == ("class", "DISCOUNT_MARGIN", "WAL")
    assert found.rows[0][1] == pytest.approx(45, abs=1e-8)
    assert isinstance(found.rows[1][1], ValueError)
    assert "floating classes" in str(found.rows[1][1])
    assert isinstance(found.rows[1][2], float)


def test_a_dearer_floater_pays_less_over_the_index() -> None:
    cut = [HEADER, ["F", "PT", 1000, "INDEX + 0.5, cap 5.5", 1, "", "", ""]]
    of = Deal(structure_of(cut), cohorts_of(POOL))
    margins = [
        cmo_measures(["DISCOUNT_MARGIN"], price, of, "8 CPR", terms=Terms(index=0.04)).rows[0][1]
        for price in (1.0, 90.0, 100.0, 110.0, 250.0)
    ]
    assert margins == sorted(margins, reverse=True)  # type: ignore[type-var]
    assert all(isinstance(each, float) for each in margins)


@pytest.mark.parametrize("speed", [np.array([0.04, 0.05, 0.06]), "4 CPR for 1, 5 CPR for 1, 6 CPR"])
def test_the_speed_may_be_monthly_rates_as_well_as_text(speed: Any) -> None:
    one = Deal(structure_of([HEADER, ["A", "PT", 1000, 0.055, 1, "", "", ""]]), cohorts_of(POOL))
    found = cmo_measures(["YIELD", "WAL"], 101.0, one, speed).rows[0][1:]
    pool = measured(["YIELD", "WAL"], 101.0, Pool(0.055, 0.063, 355, 5, "4 CPR for 1, 5 CPR for 1, 6 CPR"))
    assert found == pytest.approx(pool.values.tolist(), rel=1e-9)


def test_a_blank_speed_is_that_of_the_cohorts_or_asked_for() -> None:
    one, pools = structure_of([HEADER, ["A", "PT", 1000, 0.055, 1, "", "", ""]]), cohorts_of(POOL)
    own = Deal(one, pools._replace(speed=np.array(["8 CPR"], object)))
    lives = [cmo_measures(["WAL"], None, own, speed).rows[0][1] for speed in (None, "", "20 CPR")]
    assert lives == [cmo_measures(["WAL"], None, Deal(one, pools), "8 CPR").rows[0][1]] * 3
    for blank in (None, ""):
        with pytest.raises(ValueError, match=r'speed "": is needed for WAL'):
            cmo_measures(["WAL"], None, Deal(one, pools), blank)
