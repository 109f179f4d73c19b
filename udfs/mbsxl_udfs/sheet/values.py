"""The embedded engine's own values: how it holds cells, errors and functions, and ours in exchange.

formualizer takes Python numbers, texts and rectangular lists, knows an error as a dictionary, shows a None as 0 and
lets infinities pass; a function of ours may return anything a cell can hold.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from typing import Any

import formualizer
import numpy as np

from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.serial import serial_of_date

Functions = Mapping[str, Callable[..., Cell | Block]]

# The engine's errors as a spreadsheet's; first those that have a code of their own.
_ERRORS = {
    "Value": CellError("#VALUE!"),
    "Num": CellError("#NUM!"),
    "Na": CellError("#N/A"),
    "Div": CellError("#DIV/0!"),
    "Ref": CellError("#REF!"),
    "Null": CellError("#NULL!"),
    "Spill": CellError("#SPILL!"),
    "Calc": CellError("#CALC!"),
    "Name": CellError("#NAME?", "a name or a function is not known here"),
    "NImpl": CellError("#NAME?", "the embedded engine does not compute this kind of formula"),
    "Error": CellError("#NAME?", "the embedded engine cannot read this formula"),
    "Circ": CellError("#CALC!", "it depends on itself"),
}
_KINDS = {error.code: kind for kind, error in reversed(_ERRORS.items())}


def config() -> formualizer.WorkbookConfig:
    """Return how the engine evaluates."""
    evaluation = formualizer.EvaluationConfig()
    evaluation.enable_parallel = False  # threads would only wait for one another, for Python's lock
    return formualizer.WorkbookConfig(eval_config=evaluation)


def register(workbook: formualizer.Workbook, functions: Functions) -> None:
    """Make functions known to a workbook."""
    workbook.set_temporal_egress("serial")  # dates reach the functions, and us, as Excel's day numbers
    for name, function in functions.items():
        workbook.register_function(name, _hosted(function))


def _hosted(function: Callable[..., Cell | Block]) -> Callable[..., object]:
    """Return a function as the engine calls it."""

    def hosted(*arguments: Any) -> object:
        result = function(*map(argument, arguments))
        if not isinstance(result, list):
            return to_engine(result)
        if not result or not result[0]:
            return to_engine(CellError("#CALC!", "the result is empty"))
        return [[to_engine(cell) for cell in line] for line in result]

    return hosted


def argument(value: Any) -> Cell | Block:
    """Return what the engine hands to a function: a cell, or a block for a range."""
    return [[from_engine(cell) for cell in line] for line in value] if isinstance(value, list) else from_engine(value)


def as_block(value: Cell | Block) -> Block:
    """Return a cell as a block of one."""
    return value if isinstance(value, list) else [[value]]


def from_engine(value: Any) -> Cell:
    """Return a value of the engine as a cell."""
    if isinstance(value, float):
        return value if math.isfinite(value) else CellError("#NUM!", "it is too large a number")
    if isinstance(value, dict):
        error = _ERRORS.get(value["kind"], _ERRORS["Value"])
        return CellError(error.code, value.get("message") or error.message)
    cell: Cell = float(value) if type(value) is int else value
    return cell


def to_engine(cell: Cell) -> Any:
    """Return a cell as a value of the engine."""
    if isinstance(cell, np.generic):
        cell = cell.item()
    if isinstance(cell, datetime.date):
        return serial_of_date(np.datetime64(cell, "D"))
    if isinstance(cell, float) and not math.isfinite(cell):
        cell = CellError("#NUM!", "the result is not a finite number")
    if isinstance(cell, CellError):
        return {"type": "Error", "kind": _KINDS.get(cell.code, "Value"), "message": cell.message}
    return "" if cell is None else cell  # the engine would show a None as 0
