"""Values as they cross between a workbook and functions: ours, and those of the library behind the embedded engine.

A function of ours may return anything a cell can hold, numpy's numbers and dates too; the library knows an error as a
dictionary and lets infinities pass.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from mbsxl_udfs.sheet.calling import NO_VALUE, SEVERAL_RANGES, Function
from mbsxl_udfs.sheet.cells import VALUE, Block, Cell, CellError
from mbsxl_udfs.sheet.operators import Value
from mbsxl_udfs.sheet.references import Reference, Union
from mbsxl_udfs.sheet.serial import serial_of_date

Functions = Mapping[str, Callable[..., Cell | Block]]

# The library's errors as a spreadsheet's.
_ERRORS = {
    "Value": "#VALUE!",
    "Num": "#NUM!",
    "Na": "#N/A",
    "Div": "#DIV/0!",
    "Ref": "#REF!",
    "Null": "#NULL!",
    "Spill": "#SPILL!",
    "Calc": "#CALC!",
    "Name": "#NAME?",
}
_KINDS = {code: kind for kind, code in _ERRORS.items()}
EMPTY = CellError("#CALC!", "the result is empty")


def hosted(function: Callable[..., Cell | Block]) -> Function:
    """Return a function of ours as formulas call it: given cells and blocks, errors too."""

    def call(*arguments: Value) -> Value:
        given = [value_of(each) for each in arguments]
        try:
            return shown(function(*given))
        except Exception as fault:  # of whatever kind: one cell shows it, the others are computed
            return CellError(VALUE, str(fault) or type(fault).__name__)

    many = getattr(function, "together", None)
    return Function(
        call, "r", takes_errors=True, together=many and (lambda calls: [shown(result) for result in many(calls)])
    )


def value_of(argument: Value) -> Value:
    """Return what a function of ours is handed: of a reference what stands there, an error of what is no value."""
    if isinstance(argument, Union):
        return SEVERAL_RANGES
    if isinstance(argument, Function):
        return NO_VALUE
    return argument.value() if isinstance(argument, Reference) else argument


def shown(result: Any) -> Value:
    """Return what a function of ours gives as cells hold it."""
    if not isinstance(result, list):
        return written(result)
    if not result or not result[0]:
        return EMPTY
    return [[written(cell) for cell in line] for line in result]


def written(cell: Any) -> Cell:
    """Return what a function gives as a cell holds it: dates as numbers, nothing as an empty text."""
    if type(cell) is float and math.isfinite(cell):
        return cell
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, datetime.date):
        return serial_of_date(np.datetime64(cell, "D"))
    if isinstance(cell, float) and not math.isfinite(cell):
        return CellError("#NUM!", "the result is not a finite number")
    if cell is None:
        return ""
    return float(cell) if type(cell) is int else cell


def as_block(value: Cell | Block) -> Block:
    """Return a cell as a block of one."""
    return value if isinstance(value, list) else [[value]]


def from_engine(value: Any) -> Cell:
    """Return a value of the library as a cell."""
    if isinstance(value, float):
        return value if math.isfinite(value) else CellError("#NUM!", "it is too large a number")
    if isinstance(value, dict):
        return CellError(_ERRORS.get(value["kind"], VALUE), value.get("message") or "")
    cell: Cell = float(value) if type(value) is int else value
    return cell


def kind_of(error: CellError) -> str:
    """Return what the library calls an error."""
    return _KINDS.get(error.code, "Value")
