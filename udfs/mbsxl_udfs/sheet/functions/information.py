"""What a value is: tests, kinds, and the number behind it."""

from __future__ import annotations

from collections.abc import Callable

from mbsxl_udfs.sheet.calling import function
from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.operators import Value
from mbsxl_udfs.sheet.references import Reference, Union

_ERRORS = ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA"]
_ERRORS += ["#SPILL!", "#CONNECT!", "#BLOCKED!", "#UNKNOWN!", "#FIELD!", "#CALC!"]
_ERROR_NUMBERS = {code: float(place) for place, code in enumerate(_ERRORS, start=1)}


def _test(name: str, holds: Callable[[Cell], bool]) -> None:
    function(name, kinds="v", takes_errors=True)(lambda cell: holds(cell))


_test("ISNUMBER", lambda cell: isinstance(cell, float))
_test("ISTEXT", lambda cell: isinstance(cell, str))
_test("ISNONTEXT", lambda cell: not isinstance(cell, str))
_test("ISLOGICAL", lambda cell: isinstance(cell, bool))
_test("ISBLANK", lambda cell: cell is None)
_test("ISERROR", lambda cell: isinstance(cell, CellError))
_test("ISERR", lambda cell: isinstance(cell, CellError) and cell.code != "#N/A")
_test("ISNA", lambda cell: isinstance(cell, CellError) and cell.code == "#N/A")


@function("ISREF", kinds="r")
def _is_reference(value: Value) -> bool:
    return isinstance(value, Reference | Union)


@function("N", kinds="v")
def _n(cell: Cell) -> Cell:
    return float(cell) if isinstance(cell, float | bool) else 0.0


@function("T", kinds="v")
def _t(cell: Cell) -> Cell:
    return cell if isinstance(cell, str) else ""


@function("ERROR.TYPE", kinds="v", takes_errors=True)
def _error_type(cell: Cell) -> Cell:
    return _ERROR_NUMBERS.get(cell.code, 3.0) if isinstance(cell, CellError) else CellError("#N/A")


@function("TYPE", kinds="r")
def _type(value: Value) -> float:
    if isinstance(value, Reference):
        value = value.value()
    kinds = {bool: 4.0, str: 2.0, CellError: 16.0, list: 64.0}
    return kinds.get(type(value), 1.0)
