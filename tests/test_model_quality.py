"""How good the model is must not get worse unnoticed: errors against totals, cohorts, points by rate and vendors.

The bands stand a little above what `docs/model.md` shows. A change that leaves them is either wrong or says, there and
in the changelog, what it gives up and for what.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from mbsxl.loans.prepayment import MODELS, as_model

ROOT = Path(__file__).parent.parent
CARD = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def research() -> Iterator[dict[str, ModuleType]]:
    """The modules of research and benchmarks, which are no package."""
    folders = [str(ROOT / name) for name in ("research", "benchmarks")]
    sys.path[:0] = folders
    try:
        import calibrate
        import fed
        import history
        import report
        import vendors

        yield {module.__name__: module for module in (calibrate, fed, history, report, vendors)}
    finally:
        del sys.path[: len(folders)]


def rmse(errors: np.ndarray) -> float:
    return float(np.sqrt((errors**2).mean()))


def test_totals_of_each_agency_and_regime(research: dict[str, ModuleType]) -> None:
    history, calibrate, report = (research[name] for name in ("history", "calibrate", "report"))
    conventional = history.agency_speeds("fannie_mae", "freddie_mac")
    errors = calibrate.total_errors(as_model("UMBS 30"), conventional)
    assert rmse(errors) < 1.40
    assert abs(errors.mean()) < 0.25
    for (name, ends), band in zip(report.REGIMES.items(), (0.9, 2.3, 1.85, 0.7), strict=True):
        assert rmse(errors[report.within(conventional, *ends)]) < band, name
    ginnie = calibrate.total_errors(as_model("GNMA 30"), history.ginnie_speeds())
    assert rmse(ginnie) < 1.9
    assert abs(ginnie.mean()) < 0.7


def test_cohorts_by_incentive(research: dict[str, ModuleType]) -> None:
    calibrate, report = research["calibrate"], research["report"]
    prints = research["history"].cohorts("conv")
    assert abs(calibrate.cohort_errors(as_model("UMBS 30"), prints)).mean() < 3.3
    for (name, (low, high)), band in zip(report.INCENTIVES.items(), (0.8, 0.8, 1.2, 5.2, 5.7, 6.6), strict=True):
        chosen = [cohort for cohort in prints if low <= cohort.incentive * 1e4 < high]
        assert abs(calibrate.cohort_errors(as_model("UMBS 30"), chosen)).mean() < band, name


def test_points_by_rate(research: dict[str, ModuleType]) -> None:
    errors = research["calibrate"].cohort_errors(as_model("UMBS 30"), research["history"].points_by_rate())
    assert abs(errors).mean() < 6.4


def test_totals_of_fifteen_years(research: dict[str, ModuleType]) -> None:
    calibrate = research["calibrate"]
    errors = 100 * (calibrate.fifteen_years(as_model("UMBS 15")) - [cpr for cpr, _ in calibrate.FIFTEEN.values()])
    assert abs(errors).max() < 3.2
    assert abs(errors.mean()) < 0.5


def test_the_run_off_of_the_fed(research: dict[str, ModuleType]) -> None:
    """In all and by quarter, the mortgage rates told or not; against the quarter before again."""
    lines = [line.split("|") for line in research["fed"].of_the_fed().splitlines()[2:]]
    whole = [abs(float(line[2].strip("% "))) for line in lines[:4]]
    miss, rmse_of = ([float(line[place].strip("% ")) for line in lines] for place in (3, 5))
    assert max(whole) < 1.8
    assert max(miss[:2]) < 4.5
    assert max(rmse_of[:2]) < 0.95
    assert max(miss[:2]) < min(miss[3:])  # neither counting days nor the naive come as near


def test_last_wednesdays_before_the_25th(research: dict[str, ModuleType]) -> None:
    fed = research["fed"]
    months = [month for month in fed.Holdings().fell if month >= fed.SINCE]
    assert [month for month in months if fed.paid_late(month)] == ["2023-02", "2024-04", "2025-09"]


def test_durations_and_option_costs_of_vendors(research: dict[str, ModuleType]) -> None:
    adco, orchid = research["vendors"].adco(), research["vendors"].orchid()
    bands = {"duration": (0.3, 0.3, 0.7, 0.85), "option cost": (5, 10, 40, 8)}
    for what, band in bands.items():
        for each, most in zip([each for each in adco if each.what == what], band, strict=True):
            assert abs(each.ours - each.theirs) < most, each
    for each, most in zip(orchid, (1.45, 1.4, 1.0, 0.3, 0.6), strict=True):
        assert abs(each.ours - each.theirs) < most, each
    assert research["vendors"].side_by_side((*adco, *orchid)) in CARD


@pytest.mark.parametrize("name", ["totals", "fed", "cohorts", "points by rate", "fifteen years", "regimes"])
def test_the_card_shows_what_is_measured(research: dict[str, ModuleType], name: str) -> None:
    """Of the tables that need no fit."""
    assert research["report"].TABLES[name]() in CARD


def test_the_shipped_set_is_what_the_fit_gives(research: dict[str, ModuleType]) -> None:
    """No parameter a twentieth away misses less: levels of totals and cohorts, the threshold of cohorts alone."""
    calibrate, history = research["calibrate"], research["history"]
    of_totals = calibrate.of_totals(history.agency_speeds("fannie_mae", "freddie_mac"))
    of_cohorts, shipped = calibrate.of_cohorts(history.cohorts("conv")), MODELS["UMBS 30"]
    for name in (*calibrate.LEVELS, *calibrate.SHAPE):
        both = (of_totals, of_cohorts) if name in calibrate.LEVELS else (of_cohorts,)
        least, *others = (
            sum(float((misses(replace(shipped, **{name: getattr(shipped, name) * by})) ** 2).sum()) for misses in both)
            for by in (1, 0.95, 1.05)
        )
        assert least < min(others), name


def test_a_shift_by_regime_is_what_its_cohorts_ask_for(research: dict[str, ModuleType]) -> None:
    lines = [line.split("|") for line in research["report"].threshold_by_regime().splitlines()[2:]]
    assert len(lines) == 3
    for line in lines:
        assert line[3].strip() == line[4].strip()
