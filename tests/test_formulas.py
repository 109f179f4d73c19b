"""What formulas mean where they stand: positions, own cells, names, circles, what is kept, what a change reaches."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import oracle_book
import pytest
import xlsxwriter

from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.engine import Book

REPORTED = json.loads((oracle_book.FOLDER / "reported.json").read_text(encoding="utf-8"))
NUMBERS = {f"C{row}": float(row) for row in range(1, 7)}


def book(cells: dict[str, Any], names: dict[str, str] | None = None) -> Book:
    """Return a workbook of two sheets, S and T: a list is an area and its array formula, a tuple one that spills."""
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True, "use_future_functions": True})
    sheets = {name: workbook.add_worksheet(name) for name in ("S", "T")}
    for name, meaning in (names or {}).items():
        workbook.define_name(name, meaning)
    for address, content in cells.items():
        sheet = sheets["T" if address.startswith("T!") else "S"]
        place = address.removeprefix("T!")
        if isinstance(content, list):
            sheet.write_array_formula(content[0], content[1])
        elif isinstance(content, tuple):
            sheet.write_dynamic_array_formula(f"{place}:{place}", *content)
        elif isinstance(content, dict):
            sheet.write_formula(place, content["formula"], None, content["value"])
        else:
            sheet.write(place, content)
    workbook.close()
    return Book(stream.getvalue(), {})


def shown(found: Book, area: str) -> list[Any]:
    """Return the cells of an area of S, errors by their codes."""
    block: Block = found.block(f"S!{area}")
    return [cell.code if isinstance(cell, CellError) else cell for line in block for cell in line]


@pytest.mark.parametrize("case", REPORTED, ids=[case["id"] for case in REPORTED])
def test_a_case_that_was_reported(case: dict[str, Any]) -> None:
    found = book(case["cells"])
    [value] = shown(found, case["cell"])
    right = case["right"]
    assert value == (pytest.approx(right, rel=1e-12) if isinstance(right, float | int) else right), case["why"]
    assert found.refused() == []


# ------------------------------------------------------------------------------------------------------- positions


@pytest.mark.parametrize(
    ("cell", "formula", "right"),
    [
        ("D3", "=C1:C6", 3.0),
        ("D8", "=C1:C6", "#VALUE!"),
        ("E3", "=C:C+1", 4.0),
        ("C9", "=A3:E3*1", 3.0),
        ("B9", "=A3:E3*1", 0.0),  # the blank cell of its own column
        ("F3", "=SUM(C1:C6*2)", 6.0),
        ("F3", "=SUM(ABS(C1:C6))", 3.0),
        ("F3", "=SUMPRODUCT(ABS(C1:C6-3))", 9.0),
        ("F3", "=SUM(C1:C6)", 21.0),
        ("F9", "=IF(C1:C6>2,1,0)", "#VALUE!"),
        ("F3", "=MAX(INDEX((C1:C6>2)*C1:C6,0))", 6.0),  # INDEX takes arrays by itself, as LibreOffice has it too
        ("F3", "=SUM(ROUND({1.24;2.26},1))", 3.5),
        ("F3", "=EDATE(C1:C6,1)", "#VALUE!"),
        ("F3", "=EDATE(+C1:C6,0)", 3.0),
        ("F3", "=@C1:C6", 3.0),
        ("F3", "=ROW(C1:C6)", 1.0),
    ],
)
def test_a_plain_formula_takes_its_own_row_of_a_range(cell: str, formula: str, right: Cell) -> None:
    assert shown(book({**NUMBERS, cell: formula}), cell) == [right]


@pytest.mark.parametrize(
    ("area", "formula", "right"),
    [
        ("D1:D3", "=C1:C6*2", [2.0, 4.0, 6.0]),
        ("D1:D7", "=C1:C6", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, "#N/A"]),
        ("D1:E2", "=SUM(C1:C6)", [21.0] * 4),
        ("D1:E2", "=C1:C2", [1.0, 1.0, 2.0, 2.0]),
        ("D1:E2", "=TRANSPOSE(C1:C2)", [1.0, 2.0, 1.0, 2.0]),
        ("D1:D1", "=SUM(IF(C1:C6>3,C1:C6))", [15.0]),
        ("D1:D2", '=LEN(TEXT(C1:C6,"00"))', [2.0, 2.0]),
    ],
)
def test_an_array_formula_of_old_fills_its_area(area: str, formula: str, right: list[Cell]) -> None:
    found = book({**NUMBERS, "D1": [area, formula], "G1": f"=COUNTA({area})"})
    assert shown(found, area) == right
    assert shown(found, "G1") == [float(len(right))]


def test_a_spill_is_read_by_its_anchor_and_by_its_cells() -> None:
    found = book(
        {**NUMBERS, "D1": ("=SEQUENCE(C3)",), "E1": "=SUM(D1#)", "E2": "=D1#*2", "F1": ("=D1#*10",), "G1": "=SUM(F:F)"}
    )
    assert shown(found, "E1:E2") == [6.0, 4.0]
    assert shown(found, "F1:F4") == [10.0, 20.0, 30.0, None]
    assert shown(found, "G1") == [60.0]


# ------------------------------------------------------------------------------------------- references, own cells


def test_a_reference_may_name_the_cell_it_stands_in() -> None:
    cells = {
        "A5": "=ROWS(A$5:A5)",
        "B5": "=COLUMNS($B5:B5)",
        "A6": "=OFFSET(A6,-1,0)+1",
        "A7": "=ROW(A7)+AREAS(A7)",
        "A8": "=INDEX(A:A,5)",
        "A9": "=SUM(A$5:INDEX(A:A,ROW()-1))",
    }
    assert shown(book(cells), "A5:A9") == [1.0, 2.0, 8.0, 1.0, 12.0]


def test_only_what_meets_the_criteria_is_read() -> None:
    cells = {"A1": "x", "B1": "y", "C1": "x", "D1": "sum", "A2": 1, "B2": 2, "C2": 4, "D2": '=SUMIF($A1:$D1,"x",A2:D2)'}
    assert shown(book(cells), "D2") == [5.0]


def test_a_circle_is_told_in_each_of_its_cells_and_a_branch_not_taken_makes_none() -> None:
    cells = {
        "A1": "=B1",
        "B1": "=A1",
        "C1": "=IFERROR(A1,5)",
        "D1": "=IF(TRUE,1,D2)",
        "D2": "=D1+1",
        "E1": "=SUM(E1:E3)",
    }
    assert shown(book(cells), "A1:E1") == ["#CALC!", "#CALC!", 5.0, 1.0, "#CALC!"]
    assert shown(book(cells), "D2") == [2.0]


@pytest.mark.parametrize(
    ("formula", "right"),
    [
        ("=SUM(dynamic)", 21.0),
        ("=twice(4)", 8.0),
        ("=factorial(5)", 120.0),
        ("=rate*2", 0.5),
        ("=INDEX(list,2)", 20.0),
        ("=SUM(left_of_it)", 7.0),
        ("=SUM(S:T!C1)", 10.0),
        ("=COUNT('S:T'!C1:C6)", 7.0),
        ("=SUM((C1:C2,C4))", 7.0),
        ("=SUM(C1:C4 C3:C6)", 7.0),
        ("=no_such_name", "#NAME?"),
        ("=X1:X2 Y1:Y2", "#NULL!"),
        ('=SUM(INDIRECT("C1:C"&C3))', 6.0),
        ('=SUM(INDIRECT("R1C3:R3C3",FALSE))', 6.0),
        ('=INDIRECT("nowhere")', "#REF!"),
        ("=SUMPRODUCT(SUBTOTAL(9,OFFSET(C1,ROW(C1:C3)-1,0)))", 6.0),
        ("=SUBTOTAL(9,C1:C6)", 21.0),
        ("=FORMULATEXT(G2)", "=1+1"),
        ("=ISFORMULA(C1)", False),
    ],
)
def test_names_and_references(formula: str, right: Cell) -> None:
    names = {
        "dynamic": "=OFFSET(S!$C$1,0,0,COUNT(S!$C:$C),1)",
        "twice": "=_xlfn.LAMBDA(_xlpm.x,_xlpm.x*2)",
        "factorial": "=_xlfn.LAMBDA(_xlpm.n,IF(_xlpm.n<2,1,_xlpm.n*factorial(_xlpm.n-1)))",
        "rate": "=0.25",
        "list": "={10,20,30}",
        "left_of_it": "=S!XFD1",  # written for A1: the cell to the left
    }
    assert shown(book({**NUMBERS, "T!C1": 9, "F1": 7, "G1": formula, "G2": "=1+1"}, names), "G1") == [right]


# ----------------------------------------------------------------------------------------------- what is not computed


def test_what_cannot_be_computed_keeps_the_files_value_and_is_told_once() -> None:
    cells = {
        "A1": {"formula": '=BDP("FNCL 5.5","PX_LAST")', "value": 101.5},
        "A2": {"formula": "=A1*2", "value": 0},
        "A3": {"formula": '=IFERROR(BDP("x","y"),99)', "value": 98.25},
        "A4": {"formula": "=IF(TRUE,1,BDP())", "value": 0},
        "A5": {"formula": "=FOREIGN(1)", "value": 0},
    }
    found = book(cells)
    assert shown(found, "A1:A5") == [101.5, 203.0, 98.25, 1.0, "#NAME?"]
    [first, _] = found.refused()
    assert first == (["'S'!A1", "'S'!A3"], "BDP is no function of the embedded engine")
    assert [refusal.cells for refusal in found.refused(kept=True)] == [["'S'!A1", "'S'!A3"]]


def test_a_what_if_table_keeps_its_values_and_is_told() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("S")
        sheet.write_column("A1", [42, 43, "=SUM(A1:A2)"])
    table = b'<c r="A1"><f t="dataTable" ref="A1:A2" dt2D="0" dtr="0" r1="B1"/><v>42</v></c>'
    found = Book(_edited(stream.getvalue(), b'<c r="A1"><v>42</v></c>', table), {})
    assert shown(found, "A1:A3") == [42.0, 43.0, 85.0]
    assert found.refused(kept=True) == [(["'S'!A1:A2"], "a what-if table is not computed by the embedded engine")]


# ---------------------------------------------------------------------------------------------------------- changes


def test_a_change_reaches_what_reads_it_and_nothing_else() -> None:
    asked: list[str] = []

    def ask(name: Cell, value: Cell) -> Cell:
        asked.append(str(name))
        return value

    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = workbook.add_worksheet("S")
    workbook.define_name("base", "=S!$A$1")
    sheet.write("A1", 1)
    sheet.write("A2", 5)
    sheet.write("B1", '=ASK("b1",A1)')
    sheet.write("B2", '=ASK("b2",A2)')
    sheet.write("B3", '=ASK("b3",SUM(B1:B2))')
    sheet.write("B4", '=ASK("b4",OFFSET(A2,0,0))')
    workbook.close()
    found = Book(stream.getvalue(), {"ASK": ask})
    found.recalculate()
    assert sorted(asked) == ["b1", "b2", "b3", "b4"]  # each once, whatever the order
    asked.clear()
    found.set("base", 10)
    assert shown(found, "B1:B4") == [10.0, 5.0, 15.0, 5.0]
    assert asked == ["b1", "b3"]


def test_an_iterating_workbook_comes_to_rest() -> None:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = workbook.add_worksheet("S")
    sheet.write("A1", 100)
    sheet.write("A2", "=A1+0.1*A3")
    sheet.write("A3", "=A2*0.9")
    workbook.close()
    once = Book(stream.getvalue(), {})
    assert shown(once, "A2:A3") == ["#CALC!", "#CALC!"]
    iterating = Book(_edited(stream.getvalue(), b"<calcPr ", b'<calcPr iterate="1" '), {})
    assert shown(iterating, "A2:A3") == [pytest.approx(100 / 0.91, abs=1e-3), pytest.approx(90 / 0.91, abs=1e-3)]


def _edited(data: bytes, old: bytes, new: bytes) -> bytes:
    """Return a workbook with some bytes of its parts replaced."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        for part in source.namelist():
            copy.writestr(part, source.read(part).replace(old, new))
    return target.getvalue()
