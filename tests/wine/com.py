"""Run by Windows' Python: the cases of `parity` as Excel's add-in asks them, over real COM, started by its own library.

In its folder it finds the cases, and the line by which the add-in starts Python; it leaves the answers there.
"""

import ctypes
import datetime
import pickle
import sys
import time
from importlib import metadata
from pathlib import Path

import comtypes.client.dynamic
import numpy as np
import pythoncom
import win32com.client.dynamic
from comtypes.automation import VARIANT

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.serial import serial_of_date

SERVED_BY = "mbsxl_udfs.hosts.excel.adapter"
ERROR_OF_COM, VT_ERROR = -0x7FF60000, 10
NUMBERS = {"#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042}
NUMBERS |= {"#SPILL!": 2045, "#CALC!": 2050}
CODES = {number: code for code, number in NUMBERS.items()}


def started():
    """Return the object that answers, in the Python that xlwings' library starts: for comtypes, and for pywin32."""
    folder = Path(sys.executable).parent
    library = ctypes.WinDLL(str(folder / f"xlwings64-{metadata.version('xlwings')}.dll"))
    line = Path("line.txt").read_text(encoding="utf-8").replace("PYTHON", sys.executable)
    server = VARIANT()
    failed = library.XLPyDLLActivateAuto(ctypes.byref(server), ctypes.c_char_p(line.encode("mbcs")), 1)
    assert not failed, server.value
    address = ctypes.c_void_p.from_address(ctypes.addressof(server) + 8).value  # of what the VARIANT holds
    same = win32com.client.dynamic.Dispatch(pythoncom.ObjectFromAddress(address, pythoncom.IID_IDispatch))
    return comtypes.client.dynamic.Dispatch(server.value), same


def given(cell):
    """Return a cell or a block as Excel hands it over."""
    if isinstance(cell, list):
        rows = tuple(tuple(map(given, row)) for row in cell)
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows
    if isinstance(cell, CellError):
        error = VARIANT()
        error.vt, error._.VT_I4 = VT_ERROR, ERROR_OF_COM + NUMBERS[cell.code]
        return error
    return serial_of_date(np.datetime64(cell, "D")) if isinstance(cell, datetime.date) else cell


def shown(found):
    """Return an answer as VBA's `Shown` does: a whole number is an error."""
    if isinstance(found, (list, tuple)):
        rows = found if isinstance(found[0], (list, tuple)) else [found]
        return [[shown(cell) for cell in row] for row in rows]
    return CellError(CODES[found]) if type(found) is int else found


def asked(function, arguments):
    """Return what a cell would show. Errors only comtypes hands over, no arguments at all only pywin32."""
    declared = [argument for argument in published()[function].arguments if not argument.variadic]
    values = [*map(given, arguments), *[None] * (len(declared) - len(arguments))]
    return shown((BY_COMTYPES if values else BY_PYWIN32).CallUDF(SERVED_BY, function, tuple(values)))


start = time.monotonic()
BY_COMTYPES, BY_PYWIN32 = started()
print(f"Python started over COM in {time.monotonic() - start:.1f} s")
answers = [asked(*case) for case in pickle.loads(Path("cases.pickle").read_bytes())]
errors = {code: asked("MBS_CPR", (CellError(code), 20.0)).code for code in NUMBERS}
start = time.monotonic()
for _ in range(200):
    asked("MBS_CPR", ("165 PSA", 20.0))
print(f"{(time.monotonic() - start) * 5:.2f} ms a call")
Path("answers.pickle").write_bytes(pickle.dumps((answers, errors)))
