"""The Fed's run-off: its history, projection and forecast error by plain arithmetic from the data."""

from __future__ import annotations

import calendar
import datetime
import importlib
from pathlib import Path

import numpy as np
import pytest
from laid_out import LaidOut, laid_out

from mbsxl.loans.prepayment import model_cpr
from mbsxl_workbooks.shared.figures import figures

NAME = "soma_runoff"
FACE = 1964.798 - 7.9
DECLINE = figures("soma_decline")
OFF = {row["month"]: float(row["decline"]) for row in DECLINE}
CAPS = [float(row["cap"]) for row in DECLINE if row["cap"]]
COHORTS = [
    {
        "share": float(row["share"]),
        "wac": float(row["coupon"]) + 0.0085,
        "wam": int(row["term"]) - int(row["months_elapsed"]) + 1,
        "age": int(row["months_elapsed"]) - 1,
    }
    for row in figures("soma_cohorts")
]


def held(months: int, speeds: list[float]) -> list[float]:
    """The holdings at the end of each month: every cohort by itself, one payment after the other."""
    ending = [0.0] * months
    for cohort, cpr in zip(COHORTS, speeds, strict=True):
        smm = 1 - (1 - cpr) ** (1 / 12)
        balance, rate = cohort["share"] * FACE, cohort["wac"] / 12
        for month in range(months):
            left = int(cohort["wam"]) - month
            if left <= 0:
                break
            scheduled = balance * (rate / (1 - (1 + rate) ** -left) - rate)
            balance -= scheduled + (balance - scheduled) * smm
            ending[month] += balance
    return ending


@pytest.fixture(scope="module")
def laid() -> LaidOut:
    return laid_out(NAME)


def test_the_known_history(laid: LaidOut) -> None:
    """$1,417.5bn allowed; about $653bn gone between the H.4.1 levels of June 1, 2022 and December 3, 2025."""
    under = list(OFF.values())[: len(CAPS)]
    assert len(CAPS) == 42
    assert laid.number("caps_allowed") == pytest.approx(sum(CAPS)) == 1417.5
    assert laid.number("ran_off") == pytest.approx(sum(under))
    assert sum(under) == pytest.approx(653, abs=1.5)
    assert laid.number("cap_used") == pytest.approx(sum(under) / sum(CAPS))
    assert laid.number("pace") == pytest.approx(sum(under) / 42)
    assert laid.number("best_quarter") == pytest.approx(
        max(sum(under[place - 2 : place + 1]) / 3 for place in range(2, 42))
    )


@pytest.mark.parametrize(("run", "speed"), [("base", "6 CPR"), ("slow", "4 CPR"), ("fast", "12 CPR")])
def test_a_typed_speed_is_that_of_all_cohorts(laid: LaidOut, run: str, speed: str) -> None:
    other = laid.fresh().set(**{f"speed_{run}": speed})
    wanted = held(115, [float(speed.split()[0]) / 100] * len(COHORTS))
    assert other.column(f"projection.{run}") == pytest.approx(wanted, rel=1e-9)
    others = {"base", "slow", "fast"} - {run}
    assert all(other.column(f"projection.{each}") == laid.column(f"projection.{each}") for each in others)


def test_the_model_speeds_the_cohorts_at_the_mortgage_rate(laid: LaidOut) -> None:
    rate = float(next(row["rate"] for row in figures("mortgage_rate") if row["month"] == "2026-05"))
    speeds = [round(float(model_cpr(rate, each["wac"], each["age"])), 5) for each in COHORTS]
    ending = held(115, speeds)
    assert laid.number("mbs_2030") == pytest.approx(ending[54], rel=1e-9)
    assert laid.number("into_bills") == pytest.approx((FACE - ending[11]) / 12, rel=1e-9)
    bills = sum(off for month, off in OFF.items() if month >= "2025-12") + FACE - ending[-1]
    assert laid.number("bills_share") == pytest.approx(bills / (bills + ending[-1]), rel=1e-9)


def test_the_forecast_error_is_that_of_quarters(laid: LaidOut) -> None:
    """Every month from what was held, at the speeds of the mean rate one and two months before, in its season.

    What is paid after a last Wednesday before the 25th falls in the next month.
    """
    months, rates = list(OFF), {row["month"]: float(row["rate"]) for row in figures("mortgage_rate")}
    order = sorted(rates)
    wac, wam = (
        np.average([each[key] for each in COHORTS], weights=[each["share"] for each in COHORTS])
        for key in ("wac", "wam")
    )
    model, actual = [], []
    for place, month in enumerate(months):
        if month < "2022-10":
            continue
        back, at = len(months) - place, order.index(month)
        felt, season = (rates[order[at - 1]] + rates[order[at - 2]]) / 2, (int(month[5:]) - 2) % 12 + 1
        paid = [
            each["share"]
            * (1 - (1 - float(model_cpr(felt, each["wac"], max(each["age"] - back, 0), season))) ** (1 / 12))
            for each in COHORTS
        ]
        due = wac / 12 / ((1 + wac / 12) ** (wam + back) - 1)
        started = FACE + sum(list(OFF.values())[place:])
        model.append(started * (due + (1 - due) * sum(paid)))
        actual.append(OFF[month])
    late = [
        0.75 * (max(week[calendar.WEDNESDAY] for week in calendar.monthcalendar(int(month[:4]), int(month[5:]))) < 25)
        for month in months
        if month >= "2022-10"
    ]  # a quarter is paid by the 20th
    waiting = [0.0, *(part * each for part, each in zip(late, model, strict=True))]
    model = [each * (1 - part) + more for each, part, more in zip(model, late, waiting, strict=False)]
    misses = [sum(model[k - 2 : k + 1]) / sum(actual[k - 2 : k + 1]) - 1 for k in range(2, len(model))]
    assert laid.number("forecast_error") == pytest.approx(np.mean(np.abs(misses[-24:])), rel=1e-6)
    assert np.mean(np.abs(misses[-24:])) < 0.03


def test_a_new_month_is_a_row(laid: LaidOut) -> None:
    other = laid.fresh().set(
        month_new1=datetime.date(2026, 6, 1), off_new1=16.0, rate_new1=0.0649, holdings=1964.798 - 16.0
    )
    assert other.book.errors() == []
    assert other.value("checks_ok").startswith("all ")
    assert other.column("mix.kind")[:8] == ["actual"] * 7 + ["projected"]
    assert other.column("mix.principal")[6] == 16.0
    assert "6.49%" in other.value("answer")


@pytest.mark.parametrize(("cap", "reinvest"), [(0.0, "TREASURY"), (10.0, "BILLS"), (35.0, "MBS")])
def test_under_any_cap_nothing_is_lost(laid: LaidOut, cap: float, reinvest: str) -> None:
    other = laid.fresh().set(cap=cap, reinvest=reinvest)
    flow = {name: np.array(other.column(f"base.{name}")) for name in ("ending", "treasuries", "bills", "redeemed")}
    kept = flow["ending"] + flow["treasuries"] + flow["bills"] + np.cumsum(flow["redeemed"])
    assert np.abs(kept - FACE).max() < 1e-6
    assert flow["redeemed"].max() <= cap
    assert not flow["bills" if reinvest != "BILLS" else "treasuries"].any()
    assert other.checks == {"ok"}


def test_the_picture_of_the_readme_shows_the_first_page_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[1] / "docs" / "site")
    picture = importlib.import_module("picture")
    assert picture.said() == picture.says(), "python docs/site/picture.py draws it anew"
