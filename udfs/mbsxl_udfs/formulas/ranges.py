"""Ranges that an argument takes as one thing: a line of values, names beside values, a table of pools."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np

from mbsxl.errors import InputError
from mbsxl.market.volatility import DatedVolatility
from mbsxl_udfs.formulas.blocks import BLOCKS, FIRST_DAY, require_no_errors
from mbsxl_udfs.formulas.cells import ErrorCellError, is_blank, read, read_number
from mbsxl_udfs.formulas.glossary import GLOSSARY, OF_STRIPS, Kind, Term
from mbsxl_udfs.formulas.tables import cohorts_of, positions_of, structure_of
from mbsxl_udfs.sheet.cells import Block, Cell, CellError

_DATE = Term("", Kind.DATE)


def read_whole(cells: Cell | Block, name: str, default: Any, *, strip: bool = False) -> Any:
    """Return what a range gives an argument that takes it as one thing: a table of pools, or a column of values.

    Of a `strip` prices may be next to nothing.
    """
    term = GLOSSARY[name]
    if isinstance(cells, CellError):
        raise ErrorCellError(cells)
    rows: Block = cells if isinstance(cells, list) else [[cells]]
    if term.kind in (Kind.COHORTS, Kind.POSITIONS):
        _require_length(len(rows) - 1, name, "rows")
        return cohorts_of(rows, name) if term.kind is Kind.COHORTS else positions_of(rows, name, strip=strip)
    if term.kind is Kind.STRUCTURE:
        _require_length(len(rows), name, "rows")
        return structure_of(rows, name)
    if term.kind is Kind.PAIRS:
        return _pairs(rows, name)
    if term.kind in BLOCKS:
        _require_length(len(rows), name, "rows")
        return BLOCKS[term.kind](rows, name)
    column = _line(rows, name)
    kept = object if term.kind in (Kind.CHOICE, Kind.SPEED) else None
    bounds = OF_STRIPS.get(name) if strip else None
    return np.array([read(cell, name, default, bounds) for cell in column], kept)


def read_vector_speed(block: Block, name: str) -> np.ndarray[Any, np.dtype[np.float64]] | None:
    """Return a range of monthly rates, or None where the range holds texts, each a speed of its own."""
    flat = [cell for row in block for cell in row]
    if any(isinstance(cell, str) and cell for cell in flat):
        return None
    for cell in flat:
        if isinstance(cell, CellError):
            raise ErrorCellError(cell)
    line = _line(block, name)
    return np.array([read_number(cell, name, Term("", Kind.NUMBER)) for cell in line])


def read_dated(block: Block, name: str) -> DatedVolatility | None:
    """Return two columns, days and values, headed or not, as one thing; None where the range holds values alone."""
    headed = all(isinstance(cell, str) for cell in block[0])
    rows = [row for row in block[headed:] if not all(is_blank(cell, optional=False) for cell in row)]
    if len(block[0]) != 2 or not rows or not _is_day(rows[0][0]):
        return None
    require_no_errors(rows)
    days = np.array([read(day, f"{name} of", term=_DATE) for day, _ in rows], "datetime64[D]")
    return DatedVolatility(days, np.array([read(value, name) for _, value in rows]))


def _is_day(cell: Cell) -> bool:
    return isinstance(cell, datetime.date) or (isinstance(cell, int | float) and cell >= FIRST_DAY)


def _pairs(rows: Block, name: str) -> str | list[tuple[str, float | str]]:
    """Read a name, or names and values side by side; rows without a name or without a value are left alone."""
    if len(rows) == len(rows[0]) == 1 and isinstance(rows[0][0], str):
        return rows[0][0]
    if len(rows[0]) != 2:
        shape = f"{len(rows)} by {len(rows[0])} cells"
        raise InputError(name, shape, "is neither a name nor two columns, names and values", wrong_kind=True)
    any_number = Term("", Kind.NUMBER)
    for cell in (cell for row in rows for cell in row):
        if isinstance(cell, CellError):
            raise ErrorCellError(cell)
    _require_length(len(rows), name, "rows")
    return [
        (str(label), value if isinstance(value, str) else read_number(value, str(label), any_number))
        for label, value in rows
        if not is_blank(label, optional=False) and not is_blank(value, optional=False)
    ]


def _line(rows: Block, name: str) -> list[Cell]:
    """Return one row or column of cells without the blanks behind its last value."""
    if len(rows) > 1 and len(rows[0]) > 1:
        shape = f"{len(rows)} by {len(rows[0])} cells"
        raise InputError(name, shape, "is a block; give one row or one column", wrong_kind=True)
    line = [cell for row in rows for cell in row]
    while line and is_blank(line[-1], optional=False):
        line.pop()
    if not line:
        raise InputError(name, "", "is empty; give at least one value", wrong_kind=True)
    _require_length(len(line), name, "values")
    return line


def _require_length(length: int, name: str, of: str) -> None:
    """Refuse more values or rows than a term takes at once."""
    longest = GLOSSARY[name].longest
    if length > longest > 0:
        raise InputError(name, f"{length:,} {of}", f"is too long; give {longest:,} at most")
