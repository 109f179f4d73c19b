"""Inputs typed for a review: each cell takes what its own validation takes, and says what to type instead."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from mbsxl.errors import InputError
from mbsxl_workbooks.review import review

PERCENT, DATE, PRICE = {"num_format": "0.00%"}, {"num_format": "d mmm yyyy"}, {"num_format": "0.000"}
BETWEEN = {"criteria": "between"}
RATE = {"validate": "decimal", **BETWEEN, "minimum": 0, "maximum": 0.3, "error_message": "to 30%"}
CELLS: dict[str, tuple[Any, dict[str, Any], dict[str, Any] | None]] = {
    "rate": (
        0.04,
        PERCENT,
        {"validate": "decimal", **BETWEEN, "minimum": 0, "maximum": 0.3, "error_message": "0% to 30%"},
    ),
    "spread": (25, {}, {"validate": "decimal", "criteria": ">=", "value": 0}),
    "wam": (357, {}, {"validate": "integer", **BETWEEN, "minimum": 1, "maximum": "=limit"}),
    "settle": (46000, DATE, {"validate": "date", "criteria": ">", "value": datetime.date(1980, 1, 1)}),
    "program": ("UMBS", {}, {"validate": "list", "source": ["UMBS", "GNMA I", "GNMA II"]}),
    "paths": (128, {}, {"validate": "list", "source": ["64", "128", "256"]}),
    "agency": ("FN", {}, {"validate": "list", "source": "=$H$1:$H$3"}),
    "even": (2, {}, {"validate": "custom", "value": "=MOD(B8,2)=0", "error_message": "even numbers only"}),
    "short": ("6 CPR", {}, {"validate": "length", "criteria": "<=", "value": 8}),
    "advice": (5, {}, {"validate": "decimal", "criteria": "<", "value": 1, "error_type": "warning"}),
    "speed": ("6 CPR", {}, None),
    "free_rate": (0.05, PERCENT, None),
    "price": (101.5, PRICE, None),
    "day": (46000, DATE, None),
    "flag": (True, {}, None),
    "empty": (None, {}, None),
    "limit": (480, {}, None),
    "cutoff": (0.5, {"num_format": "hh:mm"}, {"validate": "time", "criteria": "<", "value": datetime.time(18, 0)}),
    "open": (True, {}, {"validate": "list", "source": ["TRUE", "FALSE"]}),
    "points": (5, {"num_format": '0.00"%"'}, None),
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("settings") / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Inputs")
        sheet.write_column("H1", ["FN", "FR", 3])
        sheet.write("D1", "=SUM(B1:B20)")
        for row, (name, (value, look, rule)) in enumerate(CELLS.items()):
            sheet.write(row, 0, name)
            sheet.write(row, 1, value, book.add_format(look))
            if rule:
                sheet.data_validation(row, 1, row, 1, rule)
            book.define_name(name, f"=Inputs!$B${row + 1}")
    return path


def shown(path: Path, name: str, text: str) -> str:
    """What a cell shows after it was set."""
    found = review(str(path), {name: text}, path.parent / "out")
    assert [line.name for line in found.inputs if line.name in found.changed] == [name.casefold()]
    return next(line.value for line in found.inputs if line.name == name.casefold())


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("rate", "3.88%", "3.88%"),
        ("RATE", "0.0388", "3.88%"),
        ("Rate", " 3.88 % ", "3.88%"),
        ("spread", "1,250.5", "1250.5"),
        ("wam", "480", "480"),
        ("settle", "2026-03-02", "2 Mar 2026"),
        ("settle", "46083", "2 Mar 2026"),
        ("program", "gnma ii", "GNMA II"),
        ("paths", "256", "256"),
        ("agency", "fr", "FR"),
        ("even", "4", "4"),
        ("short", "150 PSA", "150 PSA"),
        ("advice", "5.5", "5.5"),
        ("speed", "12 CPR", "12 CPR"),
        ("speed", "12", "12"),
        ("free_rate", "5.5%", "5.50%"),
        ("free_rate", "150%", "150.00%"),
        ("price", "101-16+", "101-16+"),
        ("price", "99", "99.000"),
        ("day", "2026-03-02", "2 Mar 2026"),
        ("flag", "false", "FALSE"),
        ("empty", "7", "7"),
        ("empty", "GNMA", "GNMA"),
        ("cutoff", "17:30", "17:30"),
        ("cutoff", "5:30 PM", "17:30"),
        ("open", "false", "FALSE"),
        ("points", "6", "6.00%"),
    ],
)
def test_what_a_cell_takes(path: Path, name: str, text: str, value: str) -> None:
    assert shown(path, name, text) == value


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("rate", "3.88", "means 388%; type 3.88% or 0.0388"),
        ("rate", "45", "is outside 0.00% to 30.00%; give a value within"),
        ("rate", "-1%", "is outside 0.00% to 30.00%"),
        ("rate", "31%", "is outside 0.00% to 30.00%; give a value within"),
        ("rate", "0,07", "has a decimal comma; type 0.07"),
        ("rate", "3,88%", "has a decimal comma; type 3.88%"),
        ("rate", "abc", "is not a number; the cell holds 4.00%"),
        ("rate", "1e999", "is not a number"),
        ("spread", "-1", "is below 0"),
        ("spread", "1.250,5", "is not a number"),
        ("spread", "101-16", "is not a number; type 101.5"),
        ("wam", "481", "is outside 1 to 480"),
        ("wam", "357.5", "is not a whole number; round it"),
        ("settle", "1979-12-31", "is not above 1 Jan 1980"),
        ("settle", "2026-13-01", "is not a date; type it as 2026-03-01"),
        ("settle", "3/1/2026", "is not a date; type it as 2026-03-01"),
        ("settle", "10000-01-01", "is not a date"),
        ("program", "FNMA", "is not in the list of its cell: UMBS, GNMA I, GNMA II"),
        ("paths", "100", "is not in the list of its cell: 64, 128, 256"),
        ("agency", "GN", "is not in the list of its cell: FN, FR, 3"),
        ("even", "3", "is refused by the rule of its cell, even numbers only"),
        ("short", "6 CPR for 12, 8 CPR", "is above 8"),
        ("free_rate", "5.5", "means 550%; type 5.5% or 0.055"),
        ("free_rate", "five", "is not a number"),
        ("price", "101-32", "is not a number"),
        ("day", "soon", "is not a date"),
        ("day", "2958466", "is not a date"),
        ("day", "12:30", "is not a date"),
        ("cutoff", "19:00", "is not below 18:00"),
        ("cutoff", "late", "is not a time; type it as 17:30"),
        ("open", "maybe", "is neither TRUE nor FALSE"),
        ("flag", "1", "is neither TRUE nor FALSE"),
        ("empty", "0,07", "has a decimal comma"),
        ("rte", "1", "is not a named cell of the workbook; there is rate"),
    ],
)
def test_what_a_cell_refuses(path: Path, name: str, text: str, words: str) -> None:
    out = path.parent / "refused"
    with pytest.raises(InputError, match=r"^[^\n]*$") as refused:
        review(str(path), {name: text}, out)
    assert words in str(refused.value)
    assert str(refused.value).startswith(("name" if name == "rte" else name) + ' "')
    assert not out.exists()


def test_an_input_is_set_once(path: Path) -> None:
    with pytest.raises(InputError, match="is set twice"):
        review(str(path), {"rate": "4%", "RATE": "5%"}, path.parent / "out")


@pytest.mark.parametrize("address", ["Inputs!B2", "inputs!$b$2", "'Inputs'!B2", "B2"])
def test_a_named_cell_is_set_by_its_address_too(path: Path, address: str) -> None:
    found = review(str(path), {address: "30"}, path.parent / "out")
    assert found.changed == ["spread"]
    with pytest.raises(InputError, match="is set twice"):
        review(str(path), {address: "30", "spread": "31"}, path.parent / "out")


def test_a_cell_without_a_name_is_set_by_its_address(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, other = book.add_worksheet("Cash flow"), book.add_worksheet("a=b")
        sheet.write_row("A1", ["Face", 100])
        sheet.write_row("A2", ["Price", 101.5])
        sheet.write("A3", "=B1*B2/100+'a=b'!A1")
        other.write("A1", 1)
        other.data_validation("A1", {"validate": "integer", **BETWEEN, "minimum": 0, "maximum": 9})
    found = review(
        str(path), {"Cash flow!B1": "200"}, tmp_path / "out", scenarios={"rich": {"'Cash flow'!B2": "103"}, "as is": {}}
    )
    assert [(line.name, line.label, line.value, line.before) for line in found.inputs] == [
        ("Cash flow!B1", "Face", "200", "100"),
        ("Cash flow!B2", "Price", "101.5", "101.5"),
    ]
    assert [[line.value for line in each.inputs] for each in found.scenarios] == [["200", "103"], ["200", "101.5"]]
    assert [each.grids[0].rows[-1][0] for each in (found, *found.scenarios)] == ["204", "207", "204"]
    for address, words in (
        ("Rates!B1", "is on no sheet of the workbook; there is Cash flow, a=b"),
        ("B1", "needs its sheet, as Inputs!C5; there is Cash flow, a=b"),
        ("Cash flow!B1:B2", "there is none; give the address of a cell, as Inputs!C5"),
        ("Cash flow!A3", "is calculated, in 'Cash flow'!A3"),
        ("a=b!A1", "is outside 0 to 9"),
    ):
        with pytest.raises(InputError) as refused:
            review(str(path), {address: "10"}, tmp_path / "out")
        assert words in str(refused.value)
