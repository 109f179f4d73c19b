"""The embedded engine: what formulas see and give, spills, names, and what a saved file holds."""

from __future__ import annotations

import datetime
import io
import math
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from mbsxl.errors import InputError
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.engine import Book, Place
from mbsxl_udfs.sheet.model import calculate

JANUARY_15_2024 = 45306.0
heard: list[tuple[Cell | Block, ...]] = []


def _hear(*arguments: Cell | Block) -> float:
    heard.append(arguments)
    return float(len(arguments))


def _grid(rows: Cell, columns: Cell) -> Block:
    return [[100.0 * i + j for j in range(int(columns))] for i in range(int(rows))]


def _double(number: Cell) -> Cell:
    return number if isinstance(number, CellError) else 2 * number


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "HEAR": _hear,
    "GRID": _grid,
    "DOUBLE": _double,
    "NO_YIELD": lambda: CellError("#N/A", "no yield gives this price"),
    "BAD_COUPON": lambda: CellError("#NUM!", "coupon 5.5: means 550%"),
    "NUMPY": lambda: np.float64(0.1),
    "NUMPY_BLOCK": lambda: [[np.int64(3), np.bool_(True), np.str_("a")]],
    "NAN": lambda: math.nan,
    "MIXED": lambda: [[1.5, None, "x", True, math.inf, CellError("#N/A", "no yield gives this price")]],
    "NOTHING": lambda: None,
    "EMPTY": lambda: [],
    "A_DATE": lambda: datetime.date(2024, 1, 15),
    "ECHO": lambda cell: cell,
}


@pytest.fixture(autouse=True)
def _silence() -> None:
    heard.clear()


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that makes a workbook: it fills one sheet, S, or takes the workbook itself."""

    def made(fill: Callable[[Any, Any], None], name: str = "book.xlsx") -> Path:
        path = tmp_path / name
        workbook = xlsxwriter.Workbook(path, {"use_future_functions": True})
        fill(workbook, workbook.add_worksheet("S"))
        workbook.close()
        return path

    return made


def _formulas(**cells: object) -> Callable[[Any, Any], None]:
    def fill(_: Any, sheet: Any) -> None:
        for name, content in cells.items():
            sheet.write(name, content)

    return fill


def _edited(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """Replace some bytes in one part of a workbook."""
    parts = _parts(path)
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def _sheet_cells(path: Path, part: str = "xl/worksheets/sheet1.xml") -> dict[str, Any]:
    return {cell.get("r"): cell for cell in etree.fromstring(_parts(path)[part]).iter("{*}c")}


def _saved(book: Book, path: Path) -> Any:
    book.save(path)
    return openpyxl.load_workbook(path, data_only=True)


# ---------------------------------------------------------------------------------------------------- one formula


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=DOUBLE(21)", 42.0),
        ("double(21)", 42.0),
        ("  =1+DOUBLE(2)*3", 13.0),
        ("=DOUBLE(50%)", 1.0),
        ('="a"&DOUBLE(1)', "a2"),
        ("=DOUBLE(1)=2", True),
        ("=SUM(GRID(2,2))", 202.0),
        ("=GRID(2,3)", [[0.0, 1.0, 2.0], [100.0, 101.0, 102.0]]),
        ("=GRID(1,2)*10", [[0.0, 10.0]]),
        ("=LET(x,DOUBLE(2),x+1)", 5.0),
        ("=ROW()*0+DATE(2024,1,15)", JANUARY_15_2024),
        ("=A_DATE()", JANUARY_15_2024),
        ("=NOTHING()", ""),
        ("=NUMPY()", 0.1),
        ("=NUMPY_BLOCK()", [[3.0, True, "a"]]),
        ('=IFERROR(BAD_COUPON(),"caught")', "caught"),
        ("=ISNA(NO_YIELD())", True),
        ("=ISNA(BAD_COUPON())", False),
        ("=ERROR.TYPE(BAD_COUPON())", 6.0),
        ("=IFNA(NO_YIELD(),GRID(1,2))", [[0.0, 1.0]]),
    ],
)
def test_one_formula(formula: str, value: Cell | Block) -> None:
    found = calculate(formula, FUNCTIONS)
    assert found == value
    assert type(found) is type(value)


def test_one_formula_gives_all_of_a_result_larger_than_a_sheet_would_show() -> None:
    block = calculate("=GRID(300,100)", FUNCTIONS)
    assert isinstance(block, list)
    assert (len(block), len(block[0]), block[299][99]) == (300, 100, 29999.0)


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("=NO_YIELD()", CellError("#N/A", "no yield gives this price")),
        ("=1+NO_YIELD()", CellError("#N/A", "no yield gives this price")),
        ("=DOUBLE(BAD_COUPON())", CellError("#NUM!", "coupon 5.5: means 550%")),
        ("=1/0", CellError("#DIV/0!")),
        ("=NO_SUCH(1)", CellError("#NAME?", "NO_SUCH is no function of the embedded engine")),
        ("=no_such_name+1", CellError("#NAME?", "no_such_name is no name of the workbook")),
        ("=EMPTY()", CellError("#CALC!", "the result is empty")),
        ("=NAN()", CellError("#NUM!", "the result is not a finite number")),
    ],
)
def test_errors_keep_their_words(formula: str, error: CellError) -> None:
    assert calculate(formula, FUNCTIONS) == error


def test_no_nan_and_no_infinity_passes() -> None:
    number = CellError("#NUM!", "the result is not a finite number")
    expected = [[1.5, "", "x", True, number, CellError("#N/A", "no yield gives this price")]]
    assert calculate("=MIXED()", FUNCTIONS) == expected
    assert calculate("=1E308*10", FUNCTIONS).code == "#NUM!"  # type: ignore[union-attr]


@pytest.mark.parametrize("formula", ["=1+", "=SUM(", '="a', "=)+(", "=", "", "=1 2", "=[1]Sheet1!A1"])
def test_a_formula_that_cannot_be_read(formula: str) -> None:
    with pytest.raises(InputError, match="formula"):
        calculate(formula, FUNCTIONS)


@pytest.mark.parametrize("formula", ["=A1+1", "=B1*2", "=DOUBLE(B2)", "=SUM(B1:B3)", "=OFFSET(A1,1,0)"])
def test_a_formula_by_itself_reads_no_cells(formula: str) -> None:
    with pytest.raises(InputError, match="type their values in their place"):
        calculate(formula, FUNCTIONS)


@pytest.mark.parametrize(("formula", "value"), [("=COLUMNS(A1:C1)", 3.0), ('=SUM(ROW(INDIRECT("1:3")))', 6.0)])
def test_a_reference_that_is_not_read_may_stand_by_itself(formula: str, value: Cell) -> None:
    assert calculate(formula, FUNCTIONS) == value


# ------------------------------------------------------------------------------------------- what functions are given


def test_what_arrives(make: Callable[..., Path]) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_datetime("A1", datetime.date(2024, 1, 15), workbook.add_format({"num_format": "d mmm yyyy"}))
        sheet.write("A2", "text")
        sheet.write("A3", True)
        sheet.write("A4", "=1/0")
        sheet.write_formula("C1", "=DATE(2024,1,15)")
        sheet.write_formula("B1", "=HEAR(A1,DATE(2024,1,15),A1+1)")
        sheet.write_formula("B2", "=HEAR(1,,A9)")
        sheet.write_formula("B3", "=HEAR(A1:A5)")
        sheet.write_formula("B4", "=HEAR(A2,A3,A4,#N/A,ROW())")
        sheet.write_formula("B5", "=HEAR(BAD_COUPON())")

    book = Book.read(make(fill), FUNCTIONS)
    assert book.block("S!A1:A1") == book.block("S!C1:C1") == [[JANUARY_15_2024]]
    divided = CellError("#DIV/0!")
    assert sorted(heard, key=repr) == sorted(
        [
            (JANUARY_15_2024, JANUARY_15_2024, JANUARY_15_2024 + 1),
            (1.0, 0.0, None),  # an omitted argument is a 0, an empty cell is nothing
            ([[JANUARY_15_2024], ["text"], [True], [divided], [None]],),
            ("text", True, divided, CellError("#N/A"), 4.0),
            (CellError("#NUM!", "coupon 5.5: means 550%"),),
        ],
        key=repr,
    )
    assert all(type(cell) is not int for arguments in heard for cell in arguments)


def test_a_constant_error_is_handed_on(make: Callable[..., Path]) -> None:
    path = make(_formulas(A1=7, A2="=DOUBLE(A1)"))
    _edited(path, "xl/worksheets/sheet1.xml", b'<c r="A1"><v>7</v>', b'<c r="A1" t="e"><v>#N/A</v>')
    assert Book.read(path, FUNCTIONS).value(Place("S", 2, 1)) == CellError("#N/A")


# --------------------------------------------------------------------------------------------------------- spills


def _spill(area: str = "A2:B4", formula: str = "=GRID(n,2)") -> Callable[[Any, Any], None]:
    """Lay out a spill as XlsxWriter does, with zeros in all its cells, and n in a named cell."""

    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write("E1", 3)
        workbook.define_name("n", "=S!$E$1")
        sheet.write_dynamic_array_formula(area, formula, workbook.add_format({"num_format": "0.000"}))
        sheet.write("F1", "=SUM(_xlfn.ANCHORARRAY(A2))")

    return fill


def test_cached_children_do_not_block_their_own_spill(make: Callable[..., Path]) -> None:
    book = Book.read(make(_spill()), FUNCTIONS)
    assert book.block("S!A2:B5") == [[0.0, 1.0], [100.0, 101.0], [200.0, 201.0], [None, None]]
    assert book.value(Place("S", 1, 6)) == 603.0
    assert book.errors() == []


def test_a_spill_grows_and_shrinks_with_its_style(make: Callable[..., Path], tmp_path: Path) -> None:
    book = Book.read(make(_spill()), FUNCTIONS)
    for rows in (5, 2, 4):
        book.set("n", rows)
        sheet = _saved(book, tmp_path / "out.xlsx")["S"]
        column = [sheet.cell(2 + i, 2).value for i in range(6)]
        assert column == [100.0 * i + 1 if i < rows else None for i in range(6)]
        assert sheet.cell(1 + rows, 2).number_format == "0.000"
        assert openpyxl.load_workbook(tmp_path / "out.xlsx")["S"]["A2"].value.ref == f"A2:B{1 + rows}"
        again = Book.read(tmp_path / "out.xlsx", FUNCTIONS)
        assert again.errors() == []
        assert again.value(Place("S", 1 + rows, 2)) == 100.0 * (rows - 1) + 1


def test_one_spill_may_take_the_cells_another_leaves(make: Callable[..., Path], tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write("E1", 1)
        workbook.define_name("n", "=S!$E$1")
        sheet.write_dynamic_array_formula("A1:A1", "=GRID(n,1)")
        sheet.write_dynamic_array_formula("A8:A8", "=GRID(1,3-n)")

    book = Book.read(make(fill), FUNCTIONS)
    for rows in (2, 1):
        book.set("n", rows)
        sheet = _saved(book, tmp_path / "out.xlsx")["S"]
        assert [sheet["A1"].value, sheet["A2"].value] == [0.0, None if rows == 1 else 100.0]
        assert [sheet["A8"].value, sheet["B8"].value] == [0.0, 1.0 if rows == 1 else None]


def test_cells_are_inserted_in_order(make: Callable[..., Path], tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_dynamic_array_formula("B2:B2", "=GRID(3,3)")
        for place in ("A2", "A3", "E3", "F6", "A4"):
            sheet.write(place, "x")

    path = tmp_path / "out.xlsx"
    Book.read(make(fill), FUNCTIONS).save(path)
    cells = _sheet_cells(path)
    assert cells["B2"].getparent().get("spans") is None  # a hint of the columns there were
    names = list(cells)
    assert names == ["A2", "B2", "C2", "D2", "A3", "B3", "C3", "D3", "E3", "A4", "B4", "C4", "D4", "F6"]


def test_a_blocked_spill_says_what_is_in_the_way(make: Callable[..., Path], tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_dynamic_array_formula("A2:A2", "=GRID(3,2)")
        sheet.write("B3", "mine")

    book = Book.read(make(fill), FUNCTIONS)
    [fault] = book.errors()
    assert (fault.sheet, fault.cell, fault.error.code, fault.formula) == ("S", "A2", "#SPILL!", "=GRID(3,2)")
    assert fault.error.message == "its result of 3 rows by 2 columns needs B3, which is not empty"
    sheet = _saved(book, tmp_path / "out.xlsx")["S"]
    assert (sheet["A2"].value, sheet["B3"].value) == ("#VALUE!", "mine")  # as Excel itself stores a #SPILL!


def test_a_spill_ends_where_the_sheet_ends(make: Callable[..., Path]) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write_dynamic_array_formula("A1:A1", "=GRID(300,100)")
        sheet.write_dynamic_array_formula("A1048576:A1048576", "=GRID(2,1)")

    book = Book.read(make(fill), FUNCTIONS)
    assert book.value(Place("S", 300, 100)) == 29999.0
    [fault] = book.errors()
    assert fault.error == CellError("#SPILL!", "its result of 2 rows by 1 columns is larger than the sheet")


# ------------------------------------------------------------------------------------ names, tables, other sheets


def test_names_sheets_and_tables(make: Callable[..., Path]) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        other = workbook.add_worksheet("Bob's pools")
        other.write("A1", 2.5)
        other.add_table(
            "A3:D5",
            {
                "name": "Pools",
                "columns": [
                    {"header": "Name"},
                    {"header": "Gross WAC"},
                    {"header": "Twice", "formula": "=DOUBLE(Pools[[#This Row],[Gross WAC]])"},
                    {"header": "Once", "formula": "=SUM([@[Gross WAC]:[Twice]])-[@Twice]"},
                ],
                "data": [["a", 0.05], ["b", 0.06]],
            },
        )
        workbook.define_name("price", "='Bob''s pools'!$A$1")
        workbook.define_name("all_of_it", "='Bob''s pools'!$A$3:$C$5")
        workbook.define_name("S!local", "=S!$A$1")
        workbook.define_name("two", "=2")
        workbook.define_name("twice_price", "='Bob''s pools'!$A$1*2")
        sheet.write("A1", "=DOUBLE('Bob''s pools'!A1)")
        sheet.write("A2", "=DOUBLE(price)+two+twice_price+local")
        sheet.write("A3", "=SUM(Pools[Gross WAC])")
        sheet.write("A4", "=SUM(Pools[Twice])")
        sheet.write("A5", "=_xlfn.LET(_xlpm.x,DOUBLE(price),_xlpm.x+1)")
        chart = workbook.add_chart({"type": "line"})
        chart.add_series({"values": "=S!$A$1:$A$5"})
        workbook.add_chartsheet("Picture").set_chart(chart)

    book = Book.read(make(fill), FUNCTIONS)
    assert book.names == {"price": Place("Bob's pools", 1, 1)}
    assert book.block("S!$A$1:$A$5") == [[5.0], [17.0], [pytest.approx(0.11)], [pytest.approx(0.22)], [6.0]]
    assert book.block("'Bob''s pools'!C4:D5") == [[0.1, pytest.approx(0.05)], [0.12, pytest.approx(0.06)]]
    assert book.errors() == []


def test_setting_inputs(make: Callable[..., Path], tmp_path: Path) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        for row, name in enumerate(["settle", "speed", "price", "flag", "answer"], start=1):
            workbook.define_name(name, f"=S!$A${row}")
        sheet.write("A1", 1)
        sheet.write("A2", "6 CPR")
        sheet.write("A5", "=ECHO(price)")  # A3 and A4 are not in the file

    book = Book.read(make(fill), FUNCTIONS)
    book.set("PRICE", 101.515625)
    book.set("speed", "150 PSA")
    book.set("flag", True)
    book.set("settle", datetime.date(2024, 1, 15))
    assert book.value(book.names["answer"]) == 101.515625
    sheet = _saved(book, tmp_path / "out.xlsx")["S"]
    assert [sheet.cell(row, 1).value for row in range(1, 6)] == [45306, "150 PSA", 101.515625, True, 101.515625]


def test_inputs_set_one_after_the_other_are_calculated_once(make: Callable[..., Path]) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        workbook.define_name("price", "=S!$A$1")
        workbook.define_name("speed", "=S!$A$2")
        sheet.write_column("A1", [100, 6])
        sheet.write("A3", "=HEAR(price,speed)")

    book = Book.read(make(fill), FUNCTIONS)
    book.set("price", 101)
    book.set("speed", 8)
    book.set("price", 99)
    book.recalculate()
    book.set("speed", 9)
    book.set("price", 98)
    assert book.value(Place("S", 3, 1)) == 2.0
    assert heard == [(99.0, 8.0), (98.0, 9.0)]


def test_a_cell_is_an_input_where_a_spill_leaves_it(make: Callable[..., Path]) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        workbook.define_name("size", "=S!$A$1")
        workbook.define_name("last", "=S!$C$1")
        sheet.write("A1", 1)
        sheet.write_dynamic_array_formula("B1", "=GRID(1,size)")
        sheet.write("D1", "=DOUBLE(last)")

    book = Book.read(make(fill), FUNCTIONS)
    book.set("last", 7)
    assert book.value(Place("S", 1, 4)) == 14.0
    book = Book.read(make(fill), FUNCTIONS)
    book.set("size", 2)
    with pytest.raises(InputError, match="is calculated, in 'S'!C1"):
        book.set("last", 7)
    book.set("size", 1)
    book.set("last", 8)
    assert book.value(Place("S", 1, 4)) == 16.0


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("prise", 1.0, "is not a named cell of the workbook; there is price"),
        ("answer", 1.0, "is calculated, in 'S'!A2"),
        ("child", 1.0, "is calculated, in 'S'!B3"),
        ("price", math.nan, "is not a number"),
    ],
)
def test_what_cannot_be_set(make: Callable[..., Path], name: str, value: float, words: str) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        workbook.define_name("price", "=S!$A$1")
        workbook.define_name("answer", "=S!$A$2")
        workbook.define_name("child", "=S!$B$3")
        sheet.write("A1", 100)
        sheet.write("A2", "=DOUBLE(price)")
        sheet.write_dynamic_array_formula("A3:B3", "=GRID(1,2)")

    book = Book.read(make(fill), FUNCTIONS)
    book.recalculate()
    with pytest.raises(InputError, match=words):
        book.set(name, value)
    assert book.value(Place("S", 2, 1)) == 200.0


@pytest.mark.parametrize("reference", ["A1", "T!A1", "S!A0", "S!A1:B", "S!price", ""])
def test_a_range_that_is_none(make: Callable[..., Path], reference: str) -> None:
    with pytest.raises(InputError, match="range"):
        Book.read(make(_formulas(A1=1)), FUNCTIONS).block(reference)


# --------------------------------------------------------------------------------------------------------- errors


def test_every_error_is_found_with_its_words(make: Callable[..., Path]) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write("A1", "=NO_YIELD()+1")
        sheet.write("A2", "=DOUBLE(2)")
        sheet.write("A3", "=NO_SUCH(1)")
        sheet.write("A4", '=IFERROR(BAD_COUPON(),"fine")')
        sheet.write("A5", "=A5+1")
        sheet.write("A6", "=1/0")
        sheet.write_dynamic_array_formula("A7:F7", "=MIXED()")
        sheet.write("A8", "=IF(COUNTA(H:H,20:20)=0,NO_YIELD())")

    found = [(cell, error.code, error.message) for _, cell, error, _ in Book.read(make(fill), FUNCTIONS).errors()]
    assert found == [
        ("A1", "#N/A", "no yield gives this price"),
        ("A3", "#NAME?", "NO_SUCH is no function of the embedded engine"),
        ("A5", "#CALC!", "it depends on itself"),
        ("A6", "#DIV/0!", ""),
        ("E7", "#NUM!", "the result is not a finite number"),
        ("F7", "#N/A", "no yield gives this price"),
        ("A8", "#N/A", "no yield gives this price"),
    ]


def _with_external_link(path: Path) -> Path:
    relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    link = f"""<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
        <externalBook xmlns:r="{relationships}" r:id="rId1"><sheetNames><sheetName val="Sheet1"/></sheetNames>
        <sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1"><v>41</v></cell>
        <cell r="B1"><v/></cell><cell r="C1" t="b"><v>true</v></cell><cell r="D1" t="str"><v/></cell></row>
        </sheetData></sheetDataSet>
        </externalBook></externalLink>"""
    target = f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
        <Relationship Id="rId1" Type="{relationships}/externalLinkPath" Target="other.xlsx" TargetMode="External"/>
        </Relationships>"""
    reference = b'<externalReferences><externalReference r:id="rId99"/></externalReferences><calcPr'
    _edited(path, "xl/workbook.xml", b"<calcPr", reference)
    relation = f'<Relationship Id="rId99" Type="{relationships}/externalLink" Target="externalLinks/link1.xml"/>'
    _edited(path, "xl/_rels/workbook.xml.rels", b"</Relationships>", relation.encode() + b"</Relationships>")
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
    override = f'<Override PartName="/xl/externalLinks/link1.xml" ContentType="{kind}"/></Types>'
    _edited(path, "[Content_Types].xml", b"</Types>", override.encode())
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/externalLinks/link1.xml", link)
        package.writestr("xl/externalLinks/_rels/link1.xml.rels", target)
    return path


def test_a_link_to_another_workbook_reads_the_values_kept_with_it(make: Callable[..., Path]) -> None:
    formulas = _formulas(A1="=[1]Sheet1!A1+1", A2="=[1]Sheet1!B1+1", A3="=[1]Sheet1!C1", A4='=[1]Sheet1!D1&"x"')
    book = Book.read(_with_external_link(make(formulas)), FUNCTIONS)
    assert book.block("S!A1:A4") == [[42.0], [1.0], [True], ["x"]]


def test_a_link_without_values_is_told_and_stops_nothing(make: Callable[..., Path]) -> None:
    book = Book.read(make(_formulas(A1="=1+1", B2="=[1]Sheet1!A1+1")), FUNCTIONS)
    assert book.value(Place("S", 1, 1)) == 2.0
    [fault] = book.errors()
    assert (fault.cell, fault.error.code) == ("B2", "#NAME?")
    assert "refers to another workbook: paste its values" in fault.error.message


# ---------------------------------------------------------------------------------------------------- the saved file


def _rich(workbook: Any, sheet: Any) -> None:
    """Lay out much that must survive: charts, a table, validation, formats, rich text, a sheet without formulas."""
    sheet.write("A1", 100)
    sheet.write_rich_string("A2", "so", workbook.add_format({"bold": True}), "me")
    sheet.data_validation("A1", {"validate": "decimal", "criteria": ">", "value": 0})
    sheet.conditional_format("A1:A9", {"type": "3_color_scale"})
    sheet.write_dynamic_array_formula("C1:C3", "=_xlfn._xlws.SORT(_xlfn.SEQUENCE(3))")
    sheet.write_dynamic_array_formula("D1:D1", "=_xlfn.LET(_xlpm.x,DOUBLE(A1),_xlpm.x)")
    chart = workbook.add_chart({"type": "line"})
    chart.add_series({"values": "=S!$C$1:$C$3"})
    sheet.insert_chart("F2", chart)
    plain = workbook.add_worksheet("No formulas")
    plain.add_table("A1:B3", {"data": [["x", 1], ["y", 2]]})
    plain.write_comment("D1", "a comment")


def test_every_other_part_stays_byte_for_byte(make: Callable[..., Path], tmp_path: Path) -> None:
    path, out = make(_rich), tmp_path / "out.xlsx"
    original = path.read_bytes()
    Book.read(path, FUNCTIONS).save(out)
    before, after = _parts(path), _parts(out)
    assert list(before) == list(after)
    assert [part for part in before if before[part] != after[part]] == ["xl/worksheets/sheet1.xml"]
    assert path.read_bytes() == original


def test_only_values_change_in_a_sheet(make: Callable[..., Path], tmp_path: Path) -> None:
    path, out = make(_rich), tmp_path / "out.xlsx"
    Book.read(path, FUNCTIONS).save(out)

    def without_values(path: Path) -> bytes:
        root = etree.fromstring(_parts(path)["xl/worksheets/sheet1.xml"])
        for value in [value for value in root.iter("{*}v") if value.getparent().get("t") != "s"]:
            value.getparent().remove(value)
        return etree.tostring(root, method="c14n")

    assert without_values(path) == without_values(out)
    assert b"_xlfn._xlws.SORT(_xlfn.SEQUENCE(3))" in without_values(out)


def test_saving_twice_gives_the_same_file(make: Callable[..., Path], tmp_path: Path) -> None:
    book = Book.read(make(_rich), FUNCTIONS)
    book.save(tmp_path / "once.xlsx")
    book.save(tmp_path / "twice.xlsx")
    Book.read(tmp_path / "once.xlsx", FUNCTIONS).save(tmp_path / "again.xlsx")
    assert _parts(tmp_path / "once.xlsx") == _parts(tmp_path / "twice.xlsx") == _parts(tmp_path / "again.xlsx")


def test_values_of_every_kind_are_stored(make: Callable[..., Path], tmp_path: Path) -> None:
    contents = {
        "A1": "=0.1+0.2",
        "A2": "=DOUBLE(1)=2",
        "A3": '="  <lead> & ""quote"" "',
        "A4": "=NO_YIELD()",
        "A5": "=BAD_COUPON()",
        "A6": "=NOTHING()",
        "A7": "=1/3",
        "A8": "=DOUBLE(5E-324)",
        "A9": '=""',
    }
    path, out = make(_formulas(**contents)), tmp_path / "out.xlsx"
    sheet = _saved(Book.read(path, FUNCTIONS), out)["S"]
    assert [sheet.cell(row, 1).value for row in range(1, 9)] == [
        0.1 + 0.2,
        True,
        '  <lead> & "quote" ',
        "#N/A",
        "#NUM!",
        None,  # how openpyxl reads an empty text
        1 / 3,
        1e-323,
    ]
    cells = _sheet_cells(out)
    assert [cells[f"A{row}"].get("t") for row in range(1, 10)] == [None, "b", "str", "e", "e", "str", None, None, "str"]


def test_an_array_of_blanks_and_values(make: Callable[..., Path], tmp_path: Path) -> None:
    def fill(_: Any, sheet: Any) -> None:
        sheet.write("A1", 1)
        sheet.write("A3", " x")
        sheet.write_dynamic_array_formula("C1:C1", "=A1:A3")

    sheet = _saved(Book.read(make(fill), FUNCTIONS), tmp_path / "out.xlsx")["S"]
    assert [sheet["C1"].value, sheet["C2"].value or 0, sheet["C3"].value] == [1, 0, " x"]


def test_a_value_loses_the_details_of_the_error_it_replaces(make: Callable[..., Path], tmp_path: Path) -> None:
    path = make(_formulas(A1="=DOUBLE(1)"))
    _edited(path, "xl/worksheets/sheet1.xml", b'<c r="A1">', b'<c r="A1" t="e" vm="1">')
    _edited(path, "xl/worksheets/sheet1.xml", b"<v>0</v>", b"<v>#SPILL!</v>")
    Book.read(path, FUNCTIONS).save(tmp_path / "out.xlsx")
    assert dict(_sheet_cells(tmp_path / "out.xlsx")["A1"].attrib) == {"r": "A1"}


def test_shared_formulas_each_have_their_value(make: Callable[..., Path], tmp_path: Path) -> None:
    path = make(_formulas(A1=1, A2=2, B1="=DOUBLE(A1)", B2=9))
    _edited(path, "xl/worksheets/sheet1.xml", b"<f>DOUBLE(A1)</f>", b'<f t="shared" ref="B1:B2" si="0">DOUBLE(A1)</f>')
    _edited(path, "xl/worksheets/sheet1.xml", b"<v>9</v>", b'<f t="shared" si="0"/><v>9</v>')
    sheet = _saved(Book.read(path, FUNCTIONS), tmp_path / "out.xlsx")["S"]
    assert [sheet["B1"].value, sheet["B2"].value] == [2, 4]


@given(
    text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=20),
    number=st.floats(allow_nan=False, allow_infinity=False),
)
def test_any_text_and_any_number_can_be_stored(
    text: str, number: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stream = io.BytesIO()
    workbook = xlsxwriter.Workbook(stream, {"in_memory": True})
    for row, name in enumerate(["text", "number"], start=1):
        workbook.define_name(name, f"=S!$A${row}")
    workbook.add_worksheet("S")
    workbook.close()
    book = Book(stream.getvalue(), FUNCTIONS)
    book.set("text", text)
    book.set("number", number)
    path = tmp_path_factory.getbasetemp() / "any.xlsx"
    book.save(path)
    found = Book.read(path, FUNCTIONS)
    assert found.value(found.names["text"]) == text
    assert repr(found.value(found.names["number"])) == repr(number)


def test_characters_that_xml_cannot_hold_are_written_as_excel_writes_them(
    make: Callable[..., Path], tmp_path: Path
) -> None:
    book = Book.read(make(_formulas(A1="=ECHO(CHAR(7))", A2='="_x0041_"', A3='="_x_"')), FUNCTIONS)
    book.save(tmp_path / "out.xlsx")
    cells = _sheet_cells(tmp_path / "out.xlsx")
    assert [cells[name].findtext("{*}v") for name in ("A1", "A2", "A3")] == ["_x0007_", "_x005F_x0041_", "_x_"]


# -------------------------------------------------------------------------------------------- files that do not work


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not an .xlsx workbook"),
        (b"Name,Price\n", "is not an .xlsx workbook"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600), "is protected by a password"),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "book.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words):
        Book.read(path, FUNCTIONS)
    assert path.read_bytes() == content


def test_a_zip_that_is_no_workbook(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("content.xml", "<office/>")
    with pytest.raises(InputError, match=r"is not a whole \.xlsx workbook"):
        Book.read(path, FUNCTIONS)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        Book.read(tmp_path / "nowhere.xlsx", FUNCTIONS)


def test_the_1904_date_system_is_refused(make: Callable[..., Path]) -> None:
    path = _edited(make(_formulas(A1=1)), "xl/workbook.xml", b"<workbookPr ", b'<workbookPr date1904="1" ')
    with pytest.raises(InputError, match="1904"):
        Book.read(path, FUNCTIONS)


def test_a_sheet_that_declares_entities_is_refused(make: Callable[..., Path], tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("41")
    path = make(_formulas(A1=7, A2="=A1"))
    declaration = f'<!DOCTYPE x [<!ENTITY leak SYSTEM "{secret.as_uri()}">]><worksheet '.encode()
    _edited(path, "xl/worksheets/sheet1.xml", b"<worksheet ", declaration)
    _edited(path, "xl/worksheets/sheet1.xml", b"<v>7</v>", b"<v>&leak;</v>")
    with pytest.raises(InputError, match="document type"):
        Book.read(path, FUNCTIONS)


@pytest.mark.parametrize("lock", ["~$book.xlsx", ".~lock.book.xlsx#"])
def test_a_workbook_open_elsewhere_is_left_alone(make: Callable[..., Path], tmp_path: Path, lock: str) -> None:
    path = make(_formulas(A1="=DOUBLE(1)"))
    original = path.read_bytes()
    (tmp_path / lock).write_bytes(b"")
    with pytest.raises(InputError, match="is open in another program; close it or choose --out"):
        Book.read(path, FUNCTIONS).save(path)
    assert path.read_bytes() == original


def test_a_file_that_cannot_be_replaced_is_left_whole(
    make: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = make(_formulas(A1="=DOUBLE(1)"))
    original = path.read_bytes()
    book = Book.read(path, FUNCTIONS)
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(InputError, match="cannot be written"):
        book.save(path)
    assert path.read_bytes() == original
    assert [file.name for file in tmp_path.iterdir()] == ["book.xlsx"]


def test_saving_over_itself_keeps_the_file_mode(make: Callable[..., Path]) -> None:
    path = make(_formulas(A1="=DOUBLE(21)"))
    path.chmod(0o640)
    Book.read(path, FUNCTIONS).save(path)
    assert path.stat().st_mode & 0o777 == 0o640
    assert openpyxl.load_workbook(path, data_only=True)["S"]["A1"].value == 42


def test_what_depends_on_a_part_of_a_spill_follows_an_input(tmp_path: Path) -> None:
    path = tmp_path / "part.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        inputs, spilled, summed = (workbook.add_worksheet(name) for name in ("Inputs", "Spilled", "Summed"))
        inputs.write("A1", 5)
        inputs.write_column("G1", [1, 2, 3, 4])
        workbook.define_name("base", "=Inputs!$A$1")
        spilled.write_dynamic_array_formula("C1:C4", "=base*Inputs!G1:G4")
        spilled.write_column("A1", [f"=C{row}+1" for row in range(1, 5)])
        spilled.write_dynamic_array_formula("E1:E4", "=10*A1:A4")
        summed.write_formula("A1", "=SUM(Spilled!E2:E3)")
    book = Book.read(path, {})
    total = Place("Summed", 1, 1)
    assert book.value(total) == 10 * (5 * 2 + 1 + 5 * 3 + 1)
    book.set("base", 7)
    assert book.value(total) == 10 * (7 * 2 + 1 + 7 * 3 + 1)
    book.save(path)
    book.set("base", 9)
    assert book.value(total) == 10 * (9 * 2 + 1 + 9 * 3 + 1)
