"""The templates: built afresh they are what stands in the folder; their headlines are what plain arithmetic says."""

from __future__ import annotations

import csv
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from lxml import etree

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates
from mbsxl_workbooks.review import review

DATA = Path(__file__).parent.parent / "workbooks" / "mbsxl_workbooks"
ALL = pytest.mark.parametrize("name", templates.NAMES)


@cache
def fresh(name: str) -> Book:
    return templates.build(name)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def is_sheet(part: str) -> bool:
    return part.startswith("xl/worksheets/sheet")


def cells(sheet: bytes) -> dict[str, tuple[str, str, str, str]]:
    """What each cell of a sheet holds: its kind, its style, its formula, its value."""
    return {
        cell.get("r"): (cell.get("t", ""), cell.get("s", ""), cell.findtext("{*}f", ""), cell.findtext("{*}v", ""))
        for cell in etree.fromstring(sheet).iter("{*}c")
    }


def words(part: bytes) -> list[str]:
    """What a part says: of a chart its titles and ranges, of the workbook its names."""
    return [text.strip() for text in etree.fromstring(part).itertext() if text.strip()]


def same_value(one: str, other: str) -> bool:
    try:
        return float(one) == pytest.approx(float(other), rel=1e-9, abs=1e-12)
    except ValueError:
        return one == other


# ----------------------------------------------------------------------------------------------------- every template


@ALL
def test_a_template_has_no_error_and_its_checks_hold(name: str) -> None:
    book = fresh(name)
    assert book.errors() == []
    checks = {check: book.value(place) for check, place in book.names.items() if check.startswith("check_")}
    assert set(checks.values()) == {"ok"}
    assert not [check for check, place in book.names.items() if isinstance(book.value(place), CellError)]


@ALL
def test_the_workbook_in_the_folder_is_not_stale(name: str, tmp_path: Path) -> None:
    """Run `python -m mbsxl_workbooks.templates` where it is."""
    fresh(name).save(tmp_path / "fresh.xlsx")
    built, anew = parts(templates.path_of(name)), parts(tmp_path / "fresh.xlsx")
    assert list(built) == list(anew)
    for part, content in anew.items():
        if not is_sheet(part):
            assert words(built[part]) == words(content), part
            continue
        there, here = cells(built[part]), cells(content)
        assert list(there) == list(here), part
        for place in there:
            assert there[place][0::2] == here[place][0::2], (part, place)
            assert same_value(there[place][3], here[place][3]), (part, place)


@ALL
def test_recalculating_changes_values_and_nothing_else(name: str, tmp_path: Path) -> None:
    built = templates.path_of(name)
    book = Book.read(built, published())
    inputs = {key: book.value(place) for key, place in book.names.items() if place.sheet == "Inputs"}
    number = next(key for key, value in inputs.items() if isinstance(value, float))
    book.set(number, 0.9 * inputs[number])
    book.save(tmp_path / "changed.xlsx")
    before, after = parts(built), parts(tmp_path / "changed.xlsx")
    assert list(before) == list(after)
    changed = {part for part in before if before[part] != after[part]}
    assert changed
    assert all(map(is_sheet, changed))
    assert any("chart" in part for part in before)
    for part in changed:
        there, here = cells(before[part]), cells(after[part])
        assert {place: cell[1:3] for place, cell in there.items()} == {place: cell[1:3] for place, cell in here.items()}


@ALL
def test_no_formula_is_left_behind_by_another(name: str) -> None:
    """Evaluated once more, all of them anew, the formulas say what they said."""
    once, again = fresh(name), fresh(name)
    again.recalculate()
    again.recalculate(whole=True)
    once_values, again_values = ([book.block(f"'{sheet}'!A1:Z400") for sheet in book.sheets] for book in (once, again))
    assert once_values == again_values


# ------------------------------------------------------------------------------- the Fed's run-off, by plain arithmetic


def figures(name: str) -> list[dict[str, str]]:
    (path,) = DATA.rglob(f"{name}.csv")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    return list(csv.DictReader(lines))


def held(cohorts: list[dict[str, float]], cpr: float, months: int) -> list[float]:
    """The holdings at the end of each month: every cohort by itself, one payment after the other."""
    smm = 1 - (1 - cpr) ** (1 / 12)
    ending = [0.0] * months
    for cohort in cohorts:
        balance, rate = cohort["face"], cohort["wac"] / 12
        for month in range(months):
            left = int(cohort["wam"]) - month
            if left <= 0:
                break
            scheduled = balance * (rate / (1 - (1 + rate) ** -left) - rate)
            balance -= scheduled + (balance - scheduled) * smm
            ending[month] += balance
    return ending


@cache
def soma() -> dict[str, float]:
    """The headlines of soma_runoff, from its data and its inputs."""
    decline = figures("soma_decline")
    fell = [float(row["decline"]) for row in decline]
    caps = [float(row["cap"]) for row in decline if row["cap"]]
    under_cap = fell[: len(caps)]
    face = 1964.798 - 7.9
    cohorts = [
        {
            "face": float(row["share"]) * face,
            "coupon": float(row["coupon"]),
            "wac": float(row["coupon"]) + 0.0085,
            "wam": int(row["term"]) - int(row["months_elapsed"]) + 1,
        }
        for row in figures("soma_cohorts")
    ]

    def average(key: str) -> float:
        return sum(cohort["face"] * cohort[key] for cohort in cohorts) / sum(cohort["face"] for cohort in cohorts)

    base, slow, fast = (held(cohorts, cpr, 115) for cpr in (0.06, 0.04, 0.12))
    rate, wam = average("wac") / 12, round(average("wam")) + 12
    scheduled = (1 - (1 + rate) ** (12 - wam)) / (1 - (1 + rate) ** -wam)
    started = sum(cohort["face"] for cohort in cohorts)
    into_bills = sum(fell[len(caps) : len(caps) + 6]) + started - base[-1]
    return {
        "caps_allowed": sum(caps),
        "ran_off": sum(under_cap),
        "cap_used": sum(under_cap) / sum(caps),
        "pace": sum(under_cap) / 42,
        "best_month": max(sum(fell[month - 2 : month + 1]) / 3 for month in range(2, 42)),
        "average_coupon": average("coupon"),
        "in_the_money": sum(cohort["face"] for cohort in cohorts if cohort["wac"] > 0.0649) / started,
        "recent_speed": 1 - started / (started + sum(fell[-12:])) / scheduled,
        "into_bills": (started - base[11]) / 12,
        "mbs_2030": base[54],
        "mbs_2035_slow": slow[-1],
        "mbs_2035": base[-1],
        "mbs_2035_fast": fast[-1],
        "bills_share": into_bills / (into_bills + base[-1]),
    }


def summary(book: Book) -> dict[str, Any]:
    return {name: book.value(place) for name, place in book.names.items() if place.sheet == "Summary"}


def test_the_headlines_of_the_run_off_are_what_plain_arithmetic_says() -> None:
    assert summary(fresh("soma_runoff")) == pytest.approx(soma(), rel=1e-9)


def test_the_known_history_is_in_the_figures() -> None:
    """$1,417.5bn allowed; about $653bn gone between the H.4.1 levels of June 1, 2022 and December 3, 2025."""
    assert soma()["caps_allowed"] == 1417.5
    assert soma()["ran_off"] == pytest.approx(653, abs=1.5)
    assert len([row for row in figures("soma_decline") if row["cap"]]) == 42


def test_the_base_speed_moves_the_base_projection_and_nothing_else(tmp_path: Path) -> None:
    found = review("soma_runoff", {"speed_base": "12 CPR"}, tmp_path)
    assert found.sound
    lines = {line.name: line for line in found.headlines}
    moved = {name for name, line in lines.items() if line.value != line.before}
    assert moved == {"into_bills", "mbs_2030", "mbs_2035", "bills_share"}
    assert lines["mbs_2035"].value == lines["mbs_2035_fast"].value == f"{soma()['mbs_2035_fast']:,.1f}"
    assert [line.name for line in found.inputs if line.value != line.before] == ["speed_base"]


@pytest.mark.parametrize(("cap", "reinvest"), [(0.0, "TREASURY"), (10.0, "BILLS"), (35.0, "MBS"), (5.0, "MBS")])
def test_under_any_cap_nothing_is_lost(cap: float, reinvest: str) -> None:
    book = Book.read(templates.path_of("soma_runoff"), published())
    book.set("cap", cap)
    book.set("reinvest", reinvest)
    head, *rows = book.block("Projection!C4:N119")
    flow = dict(zip(head, np.array(rows).T, strict=True))
    kept = flow["ending"] + flow["treasuries"] + flow["bills"] + np.cumsum(flow["redeemed"])
    assert np.abs(kept - (1964.798 - 7.9)).max() < 1e-6
    assert flow["redeemed"].max() <= cap
    assert not flow["bills" if reinvest != "BILLS" else "treasuries"].any()
    assert book.value(book.names["check_7"]) == "ok"
