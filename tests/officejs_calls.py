"""xlwings' own Office.js dispatcher: `python tests/officejs_calls.py main.py` answers the cases of `parity`, pickled.

main.py is the user's, as `mbsxl lite` writes it; without it, the line that publishes the formulas stands for it. A
process of its own runs this, since xlwings decides while it is imported what it registers functions for. It needs
XLWINGS_LICENSE_KEY: the dispatcher is under xlwings' PRO or PolyForm Noncommercial licence.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import pickle
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

os.environ["XLWINGS_ON_SERVER"] = "true"

import xlwings
from xlwings.server import custom_functions_call, custom_functions_meta

MAIN = ModuleType("main")
IMPORT = "from mbsxl_udfs.hosts.officejs.adapter import *"
exec(Path(sys.argv[1]).read_text() if sys.argv[1:] else IMPORT, MAIN.__dict__)  # which may bring the library

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.serial import serial_of_date

ERRORS = {"NotAvailable": "#N/A", "Num": "#NUM!", "Value": "#VALUE!", "Div0": "#DIV/0!", "Ref": "#REF!"}
WITH_EVERY_CALL = {"version": xlwings.__version__, "client": "Office.js", "runtime": "1.4", "caller_address": None}


def metadata() -> dict[str, Any]:
    """Return what Excel reads of the functions."""
    return custom_functions_meta(MAIN)


async def call(function: str, arguments: tuple[Cell | Block, ...]) -> Cell | Block:
    """Return what a cell would show."""
    data = {"func_name": function, "args": given(function, arguments), **WITH_EVERY_CALL}
    try:
        rows = await custom_functions_call(data, MAIN)
    except xlwings.XlwingsError as failure:
        return CellError("#VALUE!", str(failure))
    return [[_shown(cell) for cell in row] for row in rows]


def given(function: str, arguments: tuple[Cell | Block, ...]) -> list[Any]:
    """Return the arguments as Excel hands them over: rows each, null where left out, the last ones as a list."""
    values = [None if each is None else _rows(each) for each in arguments]
    declared = published()[function].arguments
    if declared and declared[-1].variadic:
        place = len(declared) - 1
        return [*values[:place], values[place:]]
    return values + [None] * (len(declared) - len(values))


def _rows(argument: Cell | Block) -> list[list[Any]]:
    return [[_value(cell) for cell in row] for row in (argument if isinstance(argument, list) else [[argument]])]


def _value(cell: Cell) -> Any:
    if isinstance(cell, CellError):
        return {"type": "Error", "basicType": "Error", "basicValue": cell.code}
    if isinstance(cell, datetime.date):
        return int(serial_of_date(np.datetime64(cell, "D")))
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return "" if cell is None else cell


def _shown(value: Any) -> Cell:
    return CellError(ERRORS[value["errorType"]]) if isinstance(value, dict) else value


async def _answers(cases: list[Any]) -> list[Cell | Block]:
    return [await call(*case) for case in cases]


if __name__ == "__main__":
    import parity

    sys.stdout.buffer.write(pickle.dumps((metadata(), asyncio.run(_answers(parity.CASES)))))
