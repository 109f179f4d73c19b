"""Workbooks as programs save them, and no library of ours does: written by hand, read as Excel reads them."""

from __future__ import annotations

import pytest
from written import cell, columns, row, written

from mbsxl.errors import InputError
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.engine import Book


def _values(data: bytes, area: str) -> Block:
    return Book(data, {}, "written").block(f"S!{area}")


def test_a_shared_formula_means_by_this_row_the_row_of_each_copy() -> None:
    shared = 't="shared" si="0"'
    rows = row(2, cell("A2", 1), cell("B2", 0, "P[[#This Row],[Face]]*2", of=f'{shared} ref="B2:B4"'))
    rows += row(3, cell("A3", 5), cell("B3", 0, "", of=shared)) + row(4, cell("A4", 7), cell("B4", 0, "", of=shared))
    tables = {"P": f'id="1" ref="A1:B4">{columns("Face", "Twice")}'}
    assert _values(written(rows, tables=tables), "B2:B4") == [[2.0], [10.0], [14.0]]


def test_a_column_without_its_table_is_of_the_table_that_the_cell_stands_in() -> None:
    rows = row(2, cell("A2", 1), cell("C2", 3), cell("D2", 0, "[x]*2"), cell("F2", 0, "SUM(Q[x])"))
    rows += row(3, cell("A3", 2), cell("C3", 5), cell("D3", 0, "SUM([x])"))
    tables = {
        "P": f'id="1" ref="A1:A3">{columns("x")}',
        "Q": f'id="2" ref="C1:D3" totalsRowCount="1">{columns("x", "y")}',
    }
    assert _values(written(rows, tables=tables), "D2:F2") == [[6.0, None, 3.0]]
    assert _values(written(rows, tables=tables), "D3") == [[3.0]]


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ("", 7.0),
        ('<autoFilter ref="A1:A4"/>', 7.0),
        (
            '<autoFilter ref="A1:A4"><filterColumn colId="0"><top10 val="1"/></filterColumn></autoFilter>',
            5.0,
        ),
    ],
)
def test_a_total_leaves_out_the_rows_that_the_filter_of_a_table_hides(filters: str, shown: float) -> None:
    rows = row(2, cell("A2", 1), cell("C2", 0, "SUBTOTAL(9,A2:A4)"), cell("D2", 0, "SUBTOTAL(109,A2:A4)"))
    rows += row(3, cell("A3", 2), of='hidden="1"') + row(4, cell("A4", 4))
    tables = {"P": f'id="1" ref="A1:A4">{filters}{columns("Face")}'}
    assert _values(written(rows, tables=tables), "C2:D2") == [[shown, 5.0]]


def test_ranges_on_several_sheets_at_once_are_no_array() -> None:
    [[total, product]] = _values(
        written(row(1, cell("A1", 2), cell("B1", 0, "SUM(S:S!A1)"), cell("C1", 0, "SUMPRODUCT(S:S!A1)"))), "B1:C1"
    )
    assert total == 2.0
    assert isinstance(product, CellError)
    assert product.code == "#VALUE!"


@pytest.mark.parametrize(("kind", "held", "value"), [("b", "true", True), ("b", "0", False), ("n", " 5 ", 5.0)])
def test_values_in_every_spelling(kind: str, held: str, value: Cell) -> None:
    assert _values(written(row(1, cell("A1", held, kind=kind))), "A1") == [[value]]


def test_an_empty_text_is_no_blank() -> None:
    asked = [cell(name, 0, f"{of}(A1)") for name, of in {"B1": "ISBLANK", "C1": "ISTEXT", "D1": "LEN"}.items()]
    assert _values(written(row(1, '<c r="A1" t="inlineStr"/>', *asked)), "B1:D1") == [[False, True, 0.0]]


@pytest.mark.parametrize("of", ["", 't="normal"', 't="array" ref="A1"', 't="shared"'])
@pytest.mark.parametrize("formula", ["", " "])
def test_an_empty_formula_is_none(of: str, formula: str) -> None:
    book = Book(written(row(1, cell("A1", 3, formula, of=of), cell("B1", 0, "A1*2"))), {}, "written")
    assert book.block("S!A1:B1") == [[3.0, 6.0]]
    assert not book.refused()


def test_cells_in_any_order_and_letters() -> None:
    shared = 't="shared" si="0"'
    copies = cell("C1", 0, "", of=shared), cell("b1", 0, "A1+1", of=f'{shared} ref="B1:C1"'), cell("A1", 1)
    book = Book(written(row(2, cell("A2", 5), of='spans="3:9"') + row(1, *copies)), {}, "written")
    assert book.block("S!A1:C2") == [[1.0, 2.0, 3.0], [5.0, None, None]]
    assert Book(book.data(), {}, "again").block("S!A1:C1") == [[1.0, 2.0, 3.0]]


def test_a_shared_formula_by_itself_is_a_formula() -> None:
    assert _values(written(row(1, cell("A1", 0, "1+2", of='t="shared"'))), "A1") == [[3.0]]


@pytest.mark.parametrize("formula", ["=1+2", " =1+2", "+1+2", "1+2 "])
def test_a_formula_may_have_its_sign(formula: str) -> None:
    assert _values(written(row(1, cell("A1", 0, formula))), "A1") == [[3.0]]


def test_a_workbook_that_calculates_with_what_it_shows_is_refused() -> None:
    with pytest.raises(InputError, match="precision as displayed"):
        Book(written(row(1, cell("A1", 1)), book='<calcPr fullPrecision="0"/>'), {}, "written")


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("Face Second", 5.0),
        ("SUM((Second,Third) Face)", 12.0),
        ("Face Second*2", 10.0),
        ("A:A 3:3", 7.0),
        ("SUM((A1:B3) 2:2)", 11.0),
        ("Face OFFSET(Second,1,0)", 7.0),
        ("SUM(S!Face S!Second,1)", 6.0),
        ("Face Other", "#NULL!"),
    ],
)
def test_a_blank_between_names_means_the_cells_that_both_have(formula: str, value: Cell) -> None:
    rows = row(1, cell("A1", 1), cell("B1", 2))
    rows += row(2, cell("A2", 5), cell("B2", 6)) + row(3, cell("A3", 7), cell("B3", 8)) + row(9, cell("D9", 0, formula))
    names = {"Face": "S!$A$1:$A$3", "Second": "S!$A$2:$B$2", "Third": "S!$A$3:$B$3", "Other": "S!$B$1:$B$3"}
    listed = "".join(f'<definedName name="{name}">{cells}</definedName>' for name, cells in names.items())
    [[found]] = _values(written(rows, book=f"<definedNames>{listed}</definedNames>"), "D9")
    assert (found.code if isinstance(found, CellError) else found) == value


def test_a_name_that_is_not_there_is_told_with_the_one_it_is_like() -> None:
    rows = row(1, cell("A1", 1), cell("B1", 0, "funding_rat*2"), cell("C1", 0, "other+1"))
    names = '<definedNames><definedName name="funding_rate">S!$A$1</definedName></definedNames>'
    [[near, far]] = _values(written(rows, book=names), "B1:C1")
    assert near == CellError("#NAME?", "funding_rat is no name of the workbook; did you mean funding_rate?")
    assert far == CellError("#NAME?", "other is no name of the workbook")


@pytest.mark.parametrize("formula", ["loop", "endless(1)"])
def test_names_that_mean_one_another_keep_the_value_and_say_why(formula: str) -> None:
    names = {"loop": "other+1", "other": "loop+1", "endless": "_xlfn.LAMBDA(_xlpm.n,endless(_xlpm.n+1))"}
    listed = "".join(f'<definedName name="{name}">{meaning}</definedName>' for name, meaning in names.items())
    book = Book(written(row(1, cell("A1", 7, formula)), book=f"<definedNames>{listed}</definedNames>"), {}, "written")
    assert book.block("S!A1") == [[7.0]]
    [refused] = book.refused()
    assert refused.reason == "it calls itself without an end"
