"""xlwings' own COM server without Windows: `python tests/com_stand_ins.py` answers the cases of `parity`, pickled.

The modules of pywin32 are stand-ins; what xlwings does with a call, from its COM object to our function and back, is
xlwings' real code. A process of its own runs it, since the stand-ins stay.
"""

from __future__ import annotations

import ctypes
import datetime
import pickle
import sys
from typing import Any
from unittest.mock import MagicMock

import numpy as np

MODULES = """
pythoncom pywintypes win32api win32con win32event win32gui win32process win32timezone win32com win32com.client
win32com.server win32com.server.dispatcher win32com.server.policy win32com.server.util
"""


class Nothing:
    """A base class for what inherits from pywin32's."""


def _unwrap(_: object) -> None:
    raise ValueError("no object of this server")


def _install() -> None:
    for name in MODULES.split():
        sys.modules[name] = MagicMock(name=name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, sys.modules[name])
    sys.modules["pythoncom"].__file__ = "pythoncom.dll"
    sys.modules["pywintypes"].TimeType = datetime.datetime
    sys.modules["pywintypes"].com_error = type("com_error", (Exception,), {})
    for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass"):
        setattr(sys.modules["win32com.client"], name, Nothing)
    sys.modules["win32com.server.util"].unwrap = _unwrap
    ctypes.oledll = ctypes.windll = MagicMock()  # type: ignore[attr-defined]
    ctypes.PyDLL = MagicMock()  # type: ignore[misc]


_install()

import xlwings  # noqa: E402
from xlwings import _xlwindows, com_server, udfs  # noqa: E402

xlwings.engines.add(xlwings.Engine(impl=_xlwindows.engine))
xlwings.func, xlwings.arg, xlwings.ret = udfs.xlfunc, udfs.xlarg, udfs.xlret  # as on Windows

from mbsxl_udfs.formulas.publish import published  # noqa: E402
from mbsxl_udfs.hosts.excel import adapter as excel_windows  # noqa: E402
from mbsxl_udfs.sheet.cells import Block, Cell, CellError  # noqa: E402
from mbsxl_udfs.sheet.serial import serial_of_date  # noqa: E402

ERRORS = {0x7D0: "#NULL!", 0x7D7: "#DIV/0!", 0x7DF: "#VALUE!", 0x7E7: "#REF!", 0x7ED: "#NAME?", 0x7F4: "#NUM!"}
ERRORS |= {0x7FA: "#N/A", 0x7FD: "#SPILL!", 0x802: "#CALC!"}
NUMBERS = {code: number for number, code in ERRORS.items()}
SERVER = com_server.XLPython()


def call(function: str, arguments: tuple[Cell | Block, ...]) -> Cell | Block:
    """Return what a cell would show, from what the VBA function of a formula would hand over."""
    return shown(SERVER.CallUDF(excel_windows.__name__, function, given(function, arguments)))


def given(function: str, arguments: tuple[Cell | Block, ...]) -> list[Any]:
    """Return the arguments as VBA's `Given` and pywin32 do: those left out are empty, ranges are tuples of rows."""
    declared = [argument for argument in published()[function].arguments if not argument.variadic]
    padded = [*arguments, *[None] * (len(declared) - len(arguments))]
    return [_block(each) if isinstance(each, list) else _value(each) for each in padded]


def _block(block: Block) -> Any:
    rows = tuple(tuple(map(_value, row)) for row in block)
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


def _value(cell: Cell) -> Any:
    if isinstance(cell, CellError):
        return NUMBERS[cell.code] - 0x7FF60000
    if isinstance(cell, datetime.date):
        return serial_of_date(np.datetime64(cell, "D"))
    return cell


def shown(found: Any) -> Cell | Block:
    """Return an answer as VBA's `Shown` does: a whole number is an error."""
    if not isinstance(found, list | tuple):
        return CellError(ERRORS[found]) if type(found) is int else found
    rows = found if isinstance(found[0], list | tuple) else [found]
    return [[shown(cell) for cell in row] for row in rows]


if __name__ == "__main__":
    import parity

    answers = [call(*case) for case in parity.CASES]
    sys.stdout.buffer.write(pickle.dumps(answers))
