"""The calls that every spreadsheet program must answer alike, and the workbook that holds them.

Left out is what a program does not hand on as it is: to LibreOffice an empty cell is a 0 and TRUE is a 1, and it calls
nothing with a range that holds an error; to the embedded engine an argument left out in the middle is a 0.
"""

from __future__ import annotations

import datetime
import io
import math
from functools import cache
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_range

from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Family, arguments_of
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.model import calculate
from mbsxl_udfs.sheet.values import as_block


class Case(NamedTuple):
    """One call: None is an argument left out, a block is a range."""

    function: str
    arguments: tuple[Cell | Block, ...]


def _example(name: str) -> Case:
    """The call of an entry's example, heard by a function in its place."""
    heard: list[tuple[Cell | Block, ...]] = []
    calculate(CATALOGUE[name].example, {name: lambda *arguments: heard.append(arguments)})
    return Case(name, heard[-1])


EXAMPLES = [_example(name) for name in CATALOGUE]

_POOL = (0.055, 0.062, 348.0, 12.0, "8 CPR")
_SETTLE = datetime.date(2025, 12, 15)
_TENORS: Block = [[0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0]]
_YIELDS: Block = [[0.038, 0.0368, 0.036, 0.0361, 0.0373, 0.0391, 0.0411, 0.0468, 0.0467]]
_COHORTS: Block = [
    ["coupon", "face", "wac", "age", "wam", "note", "speed"],
    [0.02, 800.0, 0.028, 60.0, 298.0, "the most", "5 CPR"],
    [0.03, 300.0, 0.037, None, 288.0, None, "100 PSA"],
    [None, None, None, None, None, None, None],
    [0.055, 120.5, 0.0635, 18.0, 340.0, None, None],
]

_SPILLS = [
    Case("MBS_SMM", ([["6 CPR"], ["150 PSA"], ["0.5 SMM"]], 20.0)),
    Case("MBS_CPR", ([["6 CPR", "150 PSA"]], [[1.0], [15.0], [30.0]])),
    Case("MBS_YIELD", ([[99.0], [100.5], [102.0]], *_POOL[:4], [["4 CPR", "8 CPR", "12 CPR", "200 PSA"]])),
    Case("MBS_PRICE", (0.052, [[0.05], [0.055]], [[0.058], [0.063]], [[300.0], [348.0]], [[0.0], [None]], "100 PSA")),
    Case("MBS_DURATION", ([[98.0, 102.0]], *_POOL, [["MODIFIED", "MACAULAY"]])),
    Case("MBS_SPEED_VECTOR", ([["100 PSA", "6 CPR"]], 0.0, 40.0)),
    Case("MBS_TICKS", ([[101.515625], [99.9921875], [100.0]],)),
    Case("MBS_CURVE", (_TENORS, _YIELDS, [[0.25], [4.0], [30.0]], [["ZERO", "DISCOUNT", "FORWARD", "PAR"]])),
    Case("MBS_WAL", (*_POOL[:4], [["0 CPR"], ["100 CPR"]])),
]

_BLANKS = [
    Case("MBS_CPR", ("6 CPR", None)),
    Case("MBS_CPR", ("6 CPR", [[None]])),
    Case("MBS_CPR", (None, 20.0)),
    Case("MBS_YIELD", (101.5, *_POOL, None, "GNMA II")),
    Case("MBS_YIELD", (101.5, *_POOL, None, None, "MONTHLY")),
    Case("MBS_YIELD", (101.5, *_POOL, 0.0, "", 0.0)),
    Case("MBS_CASHFLOW", (100.0, 0.05, 0.055, 12.0, 3.0, "6 CPR", None, None, "2 CDR", 0.4, 6.0)),
    Case("MBS_FUNCTIONS", (None,)),
    Case("MBS_CURRENT_COUPON", ([[0.05, 0.055, 0.06]], [[99.0, 100.5, 102.0]], [[None]])),
]

_DATES = [
    Case("MBS_ACCRUED", (0.055, _SETTLE)),
    Case("MBS_ACCRUED", (0.055, [[_SETTLE], [datetime.date(2026, 2, 28)], [46000.0]])),
    Case("MBS_PRICE", (0.05, *_POOL, _SETTLE)),
    Case("MBS_YIELD", (101.5, *_POOL, [[_SETTLE, None, datetime.date(2026, 1, 14)]], "GOLD")),
    Case("MBS_CASHFLOW", (100.0, 0.05, 0.055, 6.0, 3.0, "6 CPR", _SETTLE)),
]

_ERRORS = [
    *(Case("MBS_CPR", (CellError(code), 20.0)) for code in ("#N/A", "#NUM!", "#DIV/0!", "#VALUE!")),
    Case("MBS_YIELD", (101.5, 0.055, 0.062, CellError("#N/A"), 12.0, "8 CPR")),
    Case("MBS_CPR", ("150",)),
    Case("MBS_CPR", (5.0,)),
    Case("MBS_PSA", ("6 CPR",)),
    Case("MBS_YIELD", (101.5, 5.5, 0.062, 348.0, 12.0, "8 CPR")),
    Case("MBS_YIELD", ("dear", *_POOL)),
    Case("MBS_YIELD", ([[101.5], ["dear"], [-1.0], [102.0]], *_POOL)),
    Case("MBS_YIELD", ([[99.0], [100.0]], *_POOL[:4], [["8 CPR"], ["8 CPR"], ["8 CPR"]])),
    Case("MBS_IMPLIED_SPEED", (60.0, 0.05, *_POOL[:4])),
    Case("MBS_RUNOFF", ([["face", "coupon"], [1.0, 0.05]], "6 CPR")),
    Case("MBS_WHY", ("MBS_CPR", "150")),
    Case("MBS_WHY", ("MBS_YIELD", 101.5, 5.5, 0.062, 348.0, 12.0, "8 CPR")),
    Case("MBS_WHY", ("MBS_YIELD", [[101.5], [102.0]], *_POOL, None, "GNMA II")),
]

_TEXTS_AND_RANGES = [
    Case("MBS_YIELD", ("101-16+", *_POOL)),
    Case("MBS_YIELD", ([["99-08"], ["101-162"], [100.0]], *_POOL)),
    Case("MBS_YIELD", (101.5, *_POOL[:4], "6 CPR for 12, 8 CPR for 24, 10 CPR")),
    Case("MBS_YIELD", (101.5, *_POOL[:4], [[0.04], [0.05], [0.06], [None]])),
    Case("MBS_PRICE", (0.05, *_POOL[:4], [[0.04, 0.05, 0.06]])),
    Case("MBS_PRICE", (0.05, *_POOL, None, 24.0)),
    Case("MBS_CASHFLOW", (100.0, 0.05, 0.055, 8.0, 3.0, [[0.04], [0.08]], None, "GNMA I", [[0.01, 0.02]], 0.3)),
    Case("MBS_Z_SPREAD", ("101-16", *_POOL, _TENORS, _YIELDS, _SETTLE)),
    Case("MBS_Z_PRICE", ([[-50.0], [0.0], [120.0]], *_POOL, _TENORS, _YIELDS)),
    Case("MBS_RUNOFF", (_COHORTS, "8 CPR", 24.0)),
    Case("MBS_SOMA_RUNOFF", (_COHORTS, "6 CPR", [[5.0], [10.0], [17.5]], [["MBS"], ["TREASURY"], ["BILLS"]], 12.0)),
]

CASES = [*EXAMPLES, *_SPILLS, *_BLANKS, *_DATES, *_ERRORS, *_TEXTS_AND_RANGES]

_RANGES = 30  # the column where the ranges begin, at the right of every answer


@cache
def workbook() -> tuple[bytes, list[Area]]:
    """A workbook of the examples as they are typed and of all cases, their ranges in cells; and where each answers."""
    data, areas, row = io.BytesIO(), [], 0
    book = xlsxwriter.Workbook(data, {"in_memory": True, "use_future_functions": True})
    sheet = book.add_worksheet("Cases")
    date = book.add_format({"num_format": "yyyy-mm-dd"})
    typed = [(CATALOGUE[case.function].example, case) for case in EXAMPLES]
    for formula, case in [*typed, *(("", case) for case in CASES)]:
        tallest, arguments = 1, []
        for place, argument in enumerate(case.arguments):
            if isinstance(argument, list | CellError):
                block = as_block(argument)
                column = _RANGES + 10 * place
                _fill(sheet, row, column, block, date)
                arguments.append(xl_range(row, column, row + len(block) - 1, column + len(block[0]) - 1))
                tallest = max(tallest, len(block))
            else:
                arguments.append(_literal(argument))
        areas.append(Area.of(row + 1, 1, as_block(published()[case.function](*case.arguments))))
        sheet.write_dynamic_array_formula(str(areas[-1]), formula or f"={case.function}({','.join(arguments)})")
        row += 1 + max(tallest, areas[-1].last_row - row)
    book.close()
    return data.getvalue(), areas


def _fill(sheet: Any, row: int, column: int, block: Block, date: Any) -> None:
    for down, line in enumerate(block):
        for right, cell in enumerate(line):
            if isinstance(cell, datetime.date):
                sheet.write_datetime(row + down, column + right, datetime.datetime(*cell.timetuple()[:3]), date)
            elif isinstance(cell, CellError):
                sheet.write_formula(row + down, column + right, _ERROR_FORMULAS[cell.code])
            elif cell is not None:
                sheet.write(row + down, column + right, cell)


_ERROR_FORMULAS = {"#N/A": "=NA()", "#NUM!": "=EXP(1000)", "#DIV/0!": "=1/0", "#VALUE!": '=1+"a"'}


def _literal(argument: Cell) -> str:
    if argument is None:
        return ""
    if isinstance(argument, datetime.date):
        return f"DATE({argument.year},{argument.month},{argument.day})"
    return f'"{argument}"' if isinstance(argument, str) else repr(argument)


# The formulas over paths of rates: another linear algebra than ours rounds their last digits otherwise.
OVER_PATHS = {
    name
    for name, entry in CATALOGUE.items()
    if entry.family is Family.OPTION_ADJUSTED or "volatility" in (each.name for each in arguments_of(entry))
}

# What the small numbers of an answer are differences of, so that their last digits are those of something larger: a
# fit's errors are of volatilities of some 70 basis points, a carry of prices of 100, also in basis points a year.
MADE_OF = {"MBS_VOLATILITY": 70.0, "MBS_CARRY": 1_000.0}


def same(found: Cell, expected: Cell, *, relative: float = 1e-12, absolute: float = 0.0) -> bool:
    """Whether two cells show the same: numbers within a tolerance, errors by their code, a blank as no text."""
    if isinstance(found, CellError) or isinstance(expected, CellError):
        return isinstance(found, CellError) and isinstance(expected, CellError) and found.code == expected.code
    if isinstance(found, float | int) and isinstance(expected, float | int):
        return math.isclose(found, expected, rel_tol=relative, abs_tol=absolute)
    return (found or "") == (expected or "")
