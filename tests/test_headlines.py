"""Headlines cannot lie: a bad input of a template is refused, or leaves an error where a number was."""

from __future__ import annotations

import io
from itertools import islice

import openpyxl
import pytest
from openpyxl.utils import range_boundaries

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates
from mbsxl_workbooks.kit import rules
from tests.campaigns.headlines import headlines, sweep


def test_no_headline_of_a_review_becomes_another_number() -> None:
    tried = list(islice(sweep("coupon_compare"), 20))  # the campaign of this name has them all
    assert len(tried) == 20
    assert [(name, bad, shown) for name, bad, _, shown in tried if shown] == []


def test_an_input_outside_its_rule_leaves_no_headline() -> None:
    book = Book(templates.path_of("carry_roll").read_bytes(), published(), "carry_roll")
    before = headlines(book)
    for name, bad in (("funding", 1e6), ("mean_reversion", -1.0), ("cmt_7y", "junk"), ("months_far", 2.5)):
        held = book.value(book.names[name])
        book.set(name, bad)
        shown = {each: cell for each, (cell, _) in headlines(book).items() if isinstance(cell, float | CellError)}
        assert "answer" in shown
        assert all(isinstance(cell, CellError) for cell in shown.values()), name
        assert "FAILED" in str(book.value(book.names["checks_ok"]))
        book.write(book.names[name], held)
    assert headlines(book) == before


@pytest.mark.parametrize("name", templates.NAMES)
def test_every_rule_of_a_template_is_watched(name: str) -> None:
    book = openpyxl.load_workbook(templates.path_of(name))
    watched = set()
    for (place,) in book["Guide"].iter_rows(min_col=2, max_col=2, values_only=True):
        page, _, cells = str(place).rpartition(" ")
        if page in book.sheetnames and cells[-1].isdigit():
            watched |= {(page, *cell) for cell in _cells(cells)}
    ruled = {
        (sheet.title, *cell)
        for sheet in book
        for rule in sheet.data_validations.dataValidation
        for part in str(rule.sqref).split()
        for cell in _cells(part)
        if (rule.type, rule.operator) != ("textLength", "greaterThan")  # which a blank cell keeps as well
    }
    assert ruled
    assert watched == ruled


def _cells(area: str) -> set[tuple[int, int]]:
    left, top, right, bottom = range_boundaries(area)
    return {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}


@pytest.mark.parametrize(
    ("rule", "kept", "broken"),
    [
        (rules.between(-2, 3, ""), (-2, 3, 0.5), (-2.1, 3.1, "2", True)),
        (rules.TERM, (1, 480), (0, 481, 2.5)),
        (rules.AMOUNT, (0, 1e9), (-0.01, "x")),
        (rules.DATE, (46000,), (20000, "2026-03-01")),
        (rules.PATHS, (256, "64"), (100, "25")),
        (rules.LABEL, ("a" * 40, 7), ("a" * 41,)),
    ],
)
def test_broken_rules_are_counted(rule: rules.Rule, kept: tuple[object, ...], broken: tuple[object, ...]) -> None:
    cells = [*kept, "", *broken]
    sheet = openpyxl.Workbook()
    for row, cell in enumerate(cells, 1):
        sheet.active.cell(row, 1, cell or None if cell == "" else cell)
    sheet.active["C1"] = openpyxl.worksheet.formula.ArrayFormula("C1", f"={rules.broken(rule, '$A$1:$A$9')}")
    for row in range(1, len(cells) + 1):
        sheet.active.cell(row, 2, f"={rules.broken(rule, f'$A${row}')}")
    held = io.BytesIO()
    sheet.save(held)
    book = Book(held.getvalue(), published(), "rules")
    book.recalculate(whole=True)
    assert book.block("Sheet!C1") == [[float(len(broken))]]
    ends = len(kept) + 1
    assert [bool(row[0]) for row in book.block(f"Sheet!B1:B{len(cells)}")] == [False] * ends + [True] * len(broken)
