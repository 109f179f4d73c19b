"""Ranges that an argument takes as one thing: a line of values, names beside values, a table of cohorts."""

from __future__ import annotations

import difflib
from typing import Any

import numpy as np

from mbsxl.errors import InputError
from mbsxl.portfolio.runoff import Cohorts
from mbsxl.speeds.grammar import as_speed
from mbsxl_udfs.formulas.cells import ErrorCellError, is_blank, read, read_number
from mbsxl_udfs.formulas.glossary import GLOSSARY, Kind, Term
from mbsxl_udfs.sheet.cells import Block, Cell, CellError


def read_whole(cells: Cell | Block, name: str, default: Any) -> Any:
    """Return what a range gives an argument that takes it as one thing: a table of cohorts, or a column of values."""
    term = GLOSSARY[name]
    if isinstance(cells, CellError):
        raise ErrorCellError(cells)
    rows = cells if isinstance(cells, list) else [[cells]]
    if term.kind is Kind.COHORTS:
        return _cohorts(rows, name)
    if term.kind is Kind.PAIRS:
        return _pairs(rows, name)
    column = _line(rows, name)
    kept = object if term.kind in (Kind.CHOICE, Kind.SPEED) else None
    return np.array([read(cell, name, default) for cell in column], kept)


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


_COHORT_COLUMNS = ("face", "coupon", "wac", "wam", "age", "speed")


def _cohorts(rows: Block, name: str) -> Cohorts:
    """Read a table of cohorts by the names in its header row; columns of other names are left alone."""
    for cell in rows[0]:
        if isinstance(cell, CellError):
            raise ErrorCellError(cell)
    header = ["" if cell is None else str(cell).strip().lower() for cell in rows[0]]
    missing = [column for column in _COHORT_COLUMNS[:-1] if column not in header]
    if missing:
        near = difflib.get_close_matches(missing[0], header, 1)
        hint = f' (is "{near[0]}" meant?)' if near else ""
        remedy = f"has no column {missing[0]}{hint}; the header row names {', '.join(_COHORT_COLUMNS)}"
        raise InputError(name, " ".join(header)[:60], remedy, wrong_kind=True)
    twice = [column for column in _COHORT_COLUMNS if header.count(column) > 1]
    if twice:
        raise InputError(name, twice[0], "is the name of more than one column; leave one of them", wrong_kind=True)
    _require_length(len(rows) - 1, name, "rows")
    body = {
        number: row
        for number, row in enumerate(rows[1:], start=1)
        if not all(is_blank(cell, optional=False) for cell in row)
    }
    if not body:
        raise InputError(name, "", "has a header and no rows; give at least one cohort", wrong_kind=True)
    columns: dict[str, Any] = {}
    for column in _COHORT_COLUMNS:
        place = header.index(column) if column in header else None
        columns[column] = [
            _cohort_cell(None if place is None else row[place], column, f"{name} row {number} {column}")
            for number, row in body.items()
        ]
    speeds = np.empty(len(body), object)
    speeds[:] = columns.pop("speed")
    return Cohorts(**{column: np.array(values) for column, values in columns.items()}, speed=speeds)


def _cohort_cell(cell: Cell, column: str, name: str) -> Any:
    if column in ("age", "speed") and is_blank(cell, optional=True):
        return None if column == "speed" else 0
    try:
        value = read(cell, column)
        return as_speed(value) if column == "speed" else value
    except InputError as error:
        raise InputError(name, error.value, error.remedy, wrong_kind=error.wrong_kind) from None
