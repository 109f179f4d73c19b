"""The back-test: its speeds, run-off and errors in plain arithmetic, the library's defaults in it, its stock."""

from __future__ import annotations

import calendar
import csv
import math
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from statistics import fmean

import pytest

from mbsxl.loans.prepayment import PrepaymentModel
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates
from mbsxl_workbooks.templates.model_backtest import _UNUSED
from mbsxl_workbooks.templates.model_backtest.errors import FITTED_2021

ROOT = Path(__file__).parent.parent
DATA = ROOT / "workbooks" / "mbsxl_workbooks"
DEFAULTS = {each.name: float(each.default) for each in fields(PrepaymentModel)}  # type: ignore[arg-type]
SETTINGS = [
    {"turnover": 0.06, "lock_in": 0.5, "lag": 1, "payment_delay": 0},
    {"refinancing": 1.2, "threshold": 0.002, "width": 0.005, "active": 0.6, "gross_spread": 0.006},
    {"turnover_ramp": 30, "refinancing_ramp": 24, "season_amplitude": 0, "passive_response": 0, "lag": 12},
]


@pytest.fixture(scope="module")
def book() -> Book:
    return templates.build("model_backtest")


def figures(name: str) -> list[dict[str, str]]:
    (path,) = DATA.rglob(f"{name}.csv")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return list(csv.DictReader(lines))


def number(book: Book, name: str) -> float:
    value = book.value(book.names[name])
    assert isinstance(value, float), (name, value)
    return value


# ------------------------------------------------------------------------------------------ the model, in plain numbers


def hazards(model: dict[str, float], incentive: float, age: int, month: int) -> tuple[float, float]:
    """Turnover and the refinancing of quick borrowers in the month at whose start the loans are so old."""
    season = 1 + model["season_amplitude"] * math.cos(math.pi / 6 * (month - model["season_peak"])) if month else 1.0
    below, scale = max(-incentive, 0.0), model["lock_in_scale"]
    turnover = model["turnover"] / 12 * min((age + 1) / model["turnover_ramp"], 1) * season
    curve = 1 / (1 + 3 ** ((model["threshold"] - incentive) / model["width"]))
    refinancing = model["refinancing"] / 12 * min((age + 1) / model["refinancing_ramp"], 1) * curve
    return turnover * (1 - model["lock_in"] * below / (below + scale)), refinancing


def smm(model: dict[str, float], incentive: float, age: int, month: int, gone: float) -> float:
    turnover, refinancing = hazards(model, incentive, age, month)
    quick = model["active"] * (1 - gone) / (1 - model["active"] * gone)
    slow = (1 - quick) * math.exp(-model["passive_response"] * refinancing)
    return 1 - math.exp(-turnover) * (quick * math.exp(-refinancing) + slow)


def felt(month: str) -> float:
    """The mortgage rate at the turn of the two months before."""
    rates = {row["month"]: float(row["rate"]) for row in figures("mortgage_rate")}
    months = list(rates)
    place = months.index(month)
    return (rates[months[place - 2]] + rates[months[place - 1]]) / 2


def of_agencies(model: dict[str, float]) -> dict[str, float]:
    """The CPR of the stock in each month."""
    speeds = {}
    for month, rows in groupby(figures("agency_stock"), key=lambda row: row["month"]):
        rate, paid, whole = felt(month), 0.0, 0.0
        for row in rows:
            pool = float(row["wac"]) - rate, int(row["age"]), int(month[5:]), float(row["gone"])
            paid += float(row["share"]) * smm(model, *pool)
            whole += float(row["share"])
        speeds[month] = 1 - (1 - paid / whole) ** 12
    return speeds


def test_the_errors_against_the_agencies_are_what_plain_arithmetic_says(book: Book) -> None:
    actual = {
        row["month"]: fmean(float(row[name]) for name in ("fannie_mae", "freddie_mac")) for row in figures("agency_cpr")
    }
    model = of_agencies(DEFAULTS)
    errors = {month: model[month] - actual[month] for month in actual}
    assert number(book, "cpr_bias") == pytest.approx(fmean(errors.values()), abs=1e-12)
    assert number(book, "cpr_rmse") == pytest.approx(math.sqrt(fmean(e * e for e in errors.values())), abs=1e-12)
    for name, first, last in (
        ("bias_before", "2017-06", "2019-12"),
        ("bias_wave", "2020-01", "2021-12"),
        ("bias_2022", "2022-01", "2022-12"),
        ("bias_lock_in", "2023-01", "2025-11"),
    ):
        some = [error for month, error in errors.items() if first <= month <= last]
        assert number(book, name) == pytest.approx(fmean(some), abs=1e-12)
    fitted = of_agencies(DEFAULTS | {name.replace(" ", "_").replace("-", "_"): at for name, at in FITTED_2021.items()})
    late = [fitted[month] - actual[month] for month in actual if month >= "2022"]
    assert number(book, "forecast_rmse") == pytest.approx(math.sqrt(fmean(e * e for e in late)), abs=1e-12)


def test_printed_cohorts_are_what_plain_arithmetic_says(book: Book) -> None:
    errors = []
    for row in figures("cohort_cpr"):
        incentive, gone = float(row["wac"]) - float(row["felt"]), float(row["gone"])
        monthly = smm(DEFAULTS, incentive, int(row["age"]), int(row["season"]), gone)
        errors.append(1 - (1 - monthly) ** 12 - float(row["cpr"]))
    assert number(book, "cohorts_miss") == pytest.approx(fmean(map(abs, errors)), abs=1e-12)
    assert fmean(map(abs, errors)) < 0.033


def test_a_regime_moves_the_threshold_alone(book: Book) -> None:
    last = [row for row in figures("agency_stock") if row["month"] == "2025-11"]
    for name, shift in (("slow", 0.0015), ("fast", -0.0035)):
        model = DEFAULTS | {"threshold": DEFAULTS["threshold"] + shift}
        paid = [smm(model, float(row["wac"]) - 0.055, int(row["age"]), 0, float(row["gone"])) for row in last]
        shares = [float(row["share"]) for row in last]
        together = sum(share * part for share, part in zip(shares, paid, strict=True)) / sum(shares)
        assert number(book, f"agencies_{name}") == pytest.approx(1 - (1 - together) ** 12, abs=1e-12)
    assert number(book, "agencies_slow") < number(book, "agencies_at_5_5") < number(book, "agencies_fast")


def test_the_run_off_is_what_plain_arithmetic_says(book: Book) -> None:
    decline = figures("soma_decline")
    fell = [float(row["decline"]) for row in decline]
    months = [row["month"] for row in decline]
    paid = [principal(month, 1964.786 - 7.9 + sum(fell[place:])) for place, month in enumerate(months)]
    late = [0.75 * (last_wednesday(month) < 25) for month in months]  # of what is paid, a quarter comes by the 20th
    before = [0.0, *(part * each for part, each in zip(late, paid, strict=True))]
    model = [each * (1 - part) + waiting for each, part, waiting in zip(paid, late, before, strict=False)]
    assert number(book, "fed_actual") == pytest.approx(sum(fell[4:]), abs=1e-9)
    assert number(book, "fed_model") == pytest.approx(sum(model[4:]), rel=1e-12)
    assert number(book, "fed_all_model") == pytest.approx(sum(model), rel=1e-12)
    errors = [fmean(model[at - 2 : at + 1]) - fmean(fell[at - 2 : at + 1]) for at in range(6, len(fell))]
    assert number(book, "fed_rmse") == pytest.approx(math.sqrt(fmean(e * e for e in errors)), rel=1e-10)
    came = [fmean(fell[at - 2 : at + 1]) for at in range(6, len(fell))]
    missed = fmean(abs(error) / quarter for error, quarter in zip(errors, came, strict=True))
    assert number(book, "fed_quarter") == pytest.approx(missed, rel=1e-10)
    assert missed < 0.05


def last_wednesday(month: str) -> int:
    weeks = calendar.monthcalendar(int(month[:4]), int(month[5:]))
    return max(week[calendar.WEDNESDAY] for week in weeks)


def count(month: str) -> int:
    return 12 * int(month[:4]) + int(month[5:])


def principal(month: str, held: float) -> float:
    """What the model pays the Fed in a month, of what borrowers paid in the month before."""
    past = count("2026-07") - count(month) + 1
    borrowers = (count(month) - 2) % 12 + 1
    rate = felt_by_count(count(month) - 1)
    pools = []
    for row, gone in zip(figures("soma_cohorts"), burnouts(), strict=True):
        wac, left = float(row["coupon"]) + 0.0085, int(row["term"]) - int(row["months_elapsed"])
        grown = (1 - (1 + wac / 12) ** -(left + past)) / (1 - (1 + wac / 12) ** -left)
        due = wac / 12 / ((1 + wac / 12) ** (left + past) - 1)
        paid = smm(DEFAULTS, wac - rate, int(row["months_elapsed"]) - past, borrowers, gone)
        pools.append((float(row["share"]) * grown, due + (1 - due) * paid))
    return held * sum(face * part for face, part in pools) / sum(face for face, _ in pools)


def felt_by_count(number_of_month: int) -> float:
    return felt(f"{(number_of_month - 1) // 12}-{(number_of_month - 1) % 12 + 1:02d}")


_BURNOUTS: list[float] = []


def burnouts() -> list[float]:
    """The part of each cohort's quick borrowers gone by June 2022."""
    if not _BURNOUTS:
        for row in figures("soma_cohorts"):
            wac, born = float(row["coupon"]) + 0.0085, count("2026-07") - int(row["months_elapsed"])
            months = range(born, count("2022-06"))
            total = sum(hazards(DEFAULTS, wac - felt_by_count(at), at - born, 0)[1] for at in months)
            _BURNOUTS.append(1 - math.exp(-total))
    return _BURNOUTS


def test_the_return_of_prepayments_is_what_plain_arithmetic_says(book: Book) -> None:
    last = [row for row in figures("agency_stock") if row["month"] == "2025-11"]
    whole = sum(float(row["share"]) for row in last)
    for name, rate in (("6_5", 0.065), ("5_5", 0.055), ("4", 0.04), ("3", 0.03)):
        paid = [smm(DEFAULTS, float(row["wac"]) - rate, int(row["age"]), 0, float(row["gone"])) for row in last]
        together = sum(float(row["share"]) * part for row, part in zip(last, paid, strict=True)) / whole
        assert number(book, f"agencies_at_{name}") == pytest.approx(1 - (1 - together) ** 12, abs=1e-12)
        cohorts = list(zip(figures("soma_cohorts"), burnouts(), strict=True))
        shares = [float(row["share"]) for row, _ in cohorts]
        speeds = [
            smm(DEFAULTS, float(row["coupon"]) + 0.0085 - rate, int(row["months_elapsed"]) - 1, 0, gone)
            for row, gone in cohorts
        ]
        together = sum(share * speed for share, speed in zip(shares, speeds, strict=True)) / sum(shares)
        assert number(book, f"fed_at_{name}") == pytest.approx(1 - (1 - together) ** 12, abs=1e-12)


# ------------------------------------------------------------------------------------------- the workbook, and its data


def test_the_built_workbook_has_the_librarys_defaults() -> None:
    built = Book.read(templates.path_of("model_backtest"), published())
    for name, default in DEFAULTS.items():
        if name not in _UNUSED:
            place = built.names[name]
            assert built.value(place) == default, name
            assert str(built.value(place._replace(column=place.column - 1))).replace(" ", "_") == name


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_checks_hold_and_the_back_test_moves_when_inputs_change(book: Book, settings: dict[str, float]) -> None:
    before = {name: number(book, name) for name in (*settings, "cpr_rmse", "fed_model")}
    for name, value in settings.items():
        book.set(name, value)
    book.recalculate()
    try:
        assert book.errors() == []
        assert {book.value(place) for name, place in book.names.items() if name.startswith("check_")} == {"ok"}
        assert number(book, "cpr_rmse") != before["cpr_rmse"]
        assert number(book, "fed_model") != before["fed_model"]
    finally:
        for name in settings:
            book.set(name, before[name])
        book.recalculate()


def test_the_stock_is_the_one_the_calibration_builds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "research"))
    import history
    import stock

    model, kept = PrepaymentModel(), figures("agency_stock")
    months = {row["month"] for row in kept}
    built = stock.stock(model, history.felt_rate(history.survey_rate()))
    loans = {month: each for month, each in built if month in months}
    fresh = [
        (month, f"{group[0]:g}", group[1], f"{group[2]:.5f}", f"{group[5]:.3f}")
        for month, each in loans.items()
        for group in stock.groups(each, model.active)
    ]
    assert [(*(row[name] for name in ("month", "from", "class", "share", "gone")),) for row in kept] == fresh
    speeds = of_agencies(DEFAULTS)
    assert max(abs(speeds[month] - each.cpr) for month, each in loans.items()) < 0.007  # what gathering costs
