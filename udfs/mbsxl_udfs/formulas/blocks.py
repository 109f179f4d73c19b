"""Blocks that an argument takes as one thing: numbers in rows and columns, and tables that are not of pools."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.conventions.tba import TbaDates
from mbsxl.errors import InputError
from mbsxl_udfs.formulas.cells import ErrorCellError, read, read_number
from mbsxl_udfs.formulas.entry import REQUIRED
from mbsxl_udfs.formulas.glossary import GLOSSARY, Kind, Term
from mbsxl_udfs.formulas.tables import body_of, titled
from mbsxl_udfs.sheet.cells import Block, CellError

_DATE = Term("", Kind.DATE)
_TBA_DATES = ("month", "class", "notification", "settlement")


def require_no_errors(rows: Block) -> None:
    """Hand an error in a block on.

    Errors
    ------
    ErrorCellError
        A cell holds an error.
    """
    for cell in (cell for row in rows for cell in row):
        if isinstance(cell, CellError):
            raise ErrorCellError(cell)


def _numbers(rows: Block, name: str) -> FloatArray:
    require_no_errors(rows)
    return np.array([[read_number(cell, name, GLOSSARY[name]) for cell in row] for row in rows])


def _tba_dates(rows: Block, name: str) -> TbaDates:
    require_no_errors(rows)
    body = body_of(rows, name)
    places = titled(list(body.columns), dict.fromkeys(_TBA_DATES, REQUIRED), name)
    if not body.numbers:
        raise InputError(name, "", "has a header and no rows; give at least one", wrong_kind=True)
    month, notification, settlement = (
        np.array([read(cell, f"{name} {column}", term=_DATE) for cell in body.columns[places[column]]], "datetime64[D]")
        for column in ("month", "notification", "settlement")
    )
    return TbaDates(month, np.array([str(cell) for cell in body.columns[places["class"]]]), notification, settlement)


BLOCKS: dict[Kind, Callable[[Block, str], Any]] = {Kind.BLOCK: _numbers, Kind.TBA_DATES: _tba_dates}
