"""A workbook of one's own: what there is to read in it is shown, and what is wrong is said once, by its cause."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from mbsxl.errors import InputError
from mbsxl_install.command import main
from mbsxl_workbooks.report import page
from mbsxl_workbooks.review import Review, review

Fill = Callable[[xlsxwriter.Workbook, Any], None]
FLOW = "=MBS_CASHFLOW(100,5.5%,6.2%,4,0,speed)"


def made(path: Path, fill: Fill, names: dict[str, str] | None = None) -> Path:
    with xlsxwriter.Workbook(path) as book:
        fill(book, book.add_worksheet("Deal"))
        for name, place in (names or {}).items():
            book.define_name(name, place)
    return path


def reviewed(folder: Path, fill: Fill, names: dict[str, str] | None = None, **settings: str) -> Review:
    return review(str(made(folder / "own.xlsx", fill, names)), settings, folder / "out")


def _deal(book: xlsxwriter.Workbook, sheet: Any) -> None:
    sheet.write_row("A1", ["Price", 101.5, "clean"])
    sheet.write_row("A2", ["Speed", "8 CPR", 7])
    sheet.write("A4", "Half")
    sheet.write("B4", "=price/200", book.add_format({"num_format": "0.00%"}))
    sheet.write("B5", "=price<110")
    sheet.write("B6", '=IF(price>100,"ok","too low")')
    sheet.write_column("D1", [1, 2, 3])


NAMES = {
    "price": "=Deal!$B$1",
    "speed": "=Deal!$B$2",
    "half": "=Deal!$B$4",
    "check_price": "=Deal!$B$5",
    "Checked": "=Deal!$B$6",
    "column": "=Deal!$D$1:$D$3",
}


def test_names_are_inputs_headlines_and_checks(tmp_path: Path) -> None:
    found = reviewed(tmp_path, _deal, NAMES, price="99")
    assert [(line.label, line.before, line.value, line.note) for line in found.inputs] == [
        ("Price", "101.5", "99", "clean"),
        ("Speed", "8 CPR", "8 CPR", ""),
    ]
    assert [(line.label, line.before, line.value) for line in found.headlines] == [("Half", "50.75%", "49.50%")]
    assert [(line.label, line.value, line.holds) for line in found.checks] == [
        ("check_price", "TRUE", True),
        ("Checked", "too low", False),
    ]
    assert [(grid.name, grid.rows) for grid in found.grids] == [("column", [["1"], ["2"], ["3"]])]
    assert not found.sound


def test_tables_of_inputs_results_and_checks(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        for place, (name, rows) in enumerate({"Inputs": [["Price", 101]], "Results": [["Twice", "=B2*2"]]}.items()):
            columns = [{"header": head} for head in ("what", "value", "note")]
            top = 4 * place
            sheet.add_table(top, 0, top + 1, 2, {"name": name, "columns": columns})
            for row, cells in enumerate(rows, top + 1):
                sheet.write_row(row, 0, [*cells, "a note"])
        sheet.add_table("F1:G3", {"name": "Pools", "data": [["a", 1], ["b", 2]]})

    found = reviewed(tmp_path, fill)
    assert [(line.label, line.value, line.note) for line in found.inputs] == [("Price", "101", "a note")]
    assert [(line.label, line.value, line.note) for line in found.headlines] == [("Twice", "202", "a note")]
    assert [(grid.name, grid.rows[1:]) for grid in found.grids] == [("Pools", [["a", "1"], ["b", "2"]])]


def test_without_names_the_first_sheet_is_shown(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        book.add_worksheet("Later").write("A1", "not shown")
        sheet.write("C3", "Total")
        sheet.write("E3", "=SUM(E5:E40)")
        sheet.write_column("E5", range(30))

    found = reviewed(tmp_path, fill)
    (grid,) = found.grids
    assert grid.name == "Deal"
    assert grid.rows[:3] == [["Total", "435"], ["", "0"], ["", "1"]]
    assert (len(grid.rows), grid.rest) == (12, "and 19 more rows")


def test_what_is_not_shown_of_a_range_is_said(tmp_path: Path) -> None:
    found = reviewed(tmp_path, lambda _, sheet: [sheet.write_row(row, 0, range(11)) for row in range(3)])
    assert [len(row) for row in found.grids[0].rows] == [8, 8, 8]
    assert "and 3 more columns" in page([found])


def test_nothing_is_never_all_ok(tmp_path: Path) -> None:
    assert reviewed(tmp_path, lambda _, sheet: sheet.write("A1", 5)).verdict == (
        "nothing was calculated: the workbook has no formula"
    )
    found = reviewed(tmp_path, lambda _, sheet: sheet.write("A1", "=1+1"))
    assert found.verdict == "1 formula calculated, no error; the workbook has no checks"
    found = reviewed(tmp_path, lambda _, sheet: sheet.write_formula("A1", '=BDP("x")+1', None, 5))
    assert found.verdict.startswith("0 of 1 formula calculated")
    with pytest.raises(InputError, match="there is nothing to review"):
        reviewed(tmp_path, lambda *_: None)


# ------------------------------------------------------------------------------------------------------------ errors


def _chain(_: Any, sheet: Any) -> None:
    sheet.write("A1", "6")
    sheet.write("B1", "=MBS_CPR(A1)")
    for row in range(2, 40):
        sheet.write(f"B{row}", f"=B{row - 1}+1")
    sheet.write_column("D1", ["=1/0", "=2/0", "=3/0"])
    sheet.write("E1", "=D3*2")
    sheet.write("F1", "=IFERROR(B39,0)")


def test_one_line_for_each_cause_with_what_depends_on_it(tmp_path: Path) -> None:
    found = reviewed(tmp_path, _chain)
    assert [(each.cell, each.error.words, each.alike, each.dependents) for each in found.causes] == [
        ("B1", 'speed "6": has no unit; type "6 CPR"', 0, 38),
        ("D1", "it divides by zero", 2, 1),
    ]


def test_an_error_that_is_typed_is_a_cause_where_something_reads_it(tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write("A1", "#N/A")
        sheet.write("A2", "#N/A")
        sheet.write("B1", "=A1+1")

    path = made(tmp_path / "typed.xlsx", fill)
    change_to_errors(path)
    found = review(str(path), {}, tmp_path / "out")
    assert [(each.cell, each.error.code, each.formula, each.dependents) for each in found.causes] == [
        ("A1", "#N/A", "", 1)
    ]


def change_to_errors(path: Path) -> None:
    """Make typed texts the errors that they spell."""
    import openpyxl

    book = openpyxl.load_workbook(path)
    for cell in book["Deal"]["A"]:
        cell.value, cell.data_type = "#N/A", "e"
    book.save(path)


def _flow(_: Any, sheet: Any) -> None:
    sheet.write("A1", "6 CPR")
    sheet.write_dynamic_array_formula("C1:J5", FLOW)
    sheet.write("A3", "=MAX(E2:E5)")
    sheet.write("A4", "=A3*2")
    sheet.write("A5", "=SUM(1,2)")
    sheet.write("A6", "=INDEX(C1#,2,2)")


def test_a_headline_that_rests_on_emptied_cells_is_no_number(tmp_path: Path) -> None:
    names = {"speed": "=Deal!$A$1", "largest": "=Deal!$A$3", "twice": "=Deal!$A$4", "three": "=Deal!$A$5"}
    good = reviewed(tmp_path, _flow, names)
    assert good.sound
    assert [line.value for line in good.headlines] == ["100", "200", "3"]
    bad = reviewed(tmp_path, _flow, names, speed="6")
    assert [(line.name, line.before, line.value) for line in bad.headlines] == [
        ("largest", "100", "#N/A"),
        ("twice", "200", "#N/A"),
        ("three", "3", "3"),
    ]
    assert not bad.sound
    assert "largest is no number: it rests on cells that the error in Deal!C1 left empty" in page([bad])


def test_an_error_of_its_own_is_told_once(tmp_path: Path) -> None:
    found = reviewed(tmp_path, lambda _, sheet: sheet.write("A1", "=1/0"), {"rate": "=Deal!$A$1"})
    assert found.doubtful == []
    assert [each.error.code for each in found.causes] == ["#DIV/0!"]


# -------------------------------------------------------------------------------------------------------- the outlets


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["mbsxl", "review", *arguments])
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0), capsys.readouterr().out


def test_json_has_all_there_is_to_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made(tmp_path / "own.xlsx", _deal, NAMES)
    status, out = run(
        monkeypatch, capsys, str(path), "--json", "--set", "price=99.123456789", "--out", str(tmp_path / "out")
    )
    found = json.loads(out)
    (each,) = found["reviews"]
    assert (status, each["sound"], each["changed"]) == (1, False, ["price"])
    (line,) = each["headlines"]
    assert (line["name"], line["shown"], line["before"]) == ("half", "49.56%", "50.75%")
    assert line["value"] == 99.123456789 / 200
    assert found["written"] == [str(tmp_path / "out/own.xlsx"), str(tmp_path / "out/review.html")]


def test_csv_has_a_line_for_each_value_and_no_formula(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(book: xlsxwriter.Workbook, sheet: Any) -> None:
        _deal(book, sheet)
        sheet.write_string("A1", '=HYPERLINK("http://evil")')
        sheet.write("B1", -101.5)
        sheet.write_string("C1", "@note\x1b[31m")

    path = made(tmp_path / "own.xlsx", fill, NAMES)
    status, out = run(monkeypatch, capsys, str(path), "--csv", "--out", str(tmp_path / "out"))
    rows = list(csv.DictReader(out.splitlines()))
    assert status == 1
    assert [(row["kind"], row["name"]) for row in rows] == [
        ("input", "price"),
        ("input", "speed"),
        ("headline", "half"),
        ("check", "check_price"),
        ("check", "Checked"),
    ]
    assert rows[0]["label"] == '\'=HYPERLINK("http://evil")'
    assert (rows[0]["value"], rows[0]["shown"]) == ("-101.5", "-101.5")
    assert rows[0]["note"] == "'@note\ufffd[31m"


def test_what_is_wrong_stands_at_the_top_of_the_page_and_in_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = made(tmp_path / "own.xlsx", _chain)
    status, out = run(monkeypatch, capsys, str(path), "--out", str(tmp_path / "out"))
    assert status == 1
    line = 'Deal!B1 #VALUE! =MBS_CPR(A1): speed "6": has no unit; type "6 CPR"; 38 cells depend on it'
    assert line in out.splitlines()
    assert sum("#" in each and "Deal!" in each for each in out.splitlines()) == 2
    text = (tmp_path / "out/review.html").read_text(encoding="utf-8")
    assert text.index('<ul class="wrong">') < text.index("<table>")
    assert "all ok" not in out + text


def test_what_keeps_its_value_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(_: Any, sheet: Any) -> None:
        for row in range(9):
            sheet.write_formula(row, 0, f'=BDP("pool {row}")', None, 100 + row)
        sheet.write("B1", "=SUM(A1:A9)")

    path = made(tmp_path / "own.xlsx", fill)
    status, out = run(monkeypatch, capsys, str(path), "--out", str(tmp_path / "out"))
    assert status == 0
    assert "936" in out
    (line,) = [line for line in out.splitlines() if line.startswith("kept")]
    assert line.endswith("and 4 more; BDP is no function of the embedded engine")
    assert "1 of 10 formulas calculated" in out
