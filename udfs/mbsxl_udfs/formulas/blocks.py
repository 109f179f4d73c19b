"""Blocks that an argument takes as one thing: numbers in rows and columns, and tables that are not of pools."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.conventions.tba import TbaDates
from mbsxl.errors import InputError
from mbsxl.portfolio.rate_paths import Shifts
from mbsxl.speeds.grammar import LONGEST_SPEED
from mbsxl.units import MONTHS_A_YEAR
from mbsxl_udfs.formulas.cells import ErrorCellError, is_blank, read, read_number
from mbsxl_udfs.formulas.entry import REQUIRED
from mbsxl_udfs.formulas.glossary import GLOSSARY, Kind, Term
from mbsxl_udfs.formulas.tables import body_of, titled
from mbsxl_udfs.sheet.cells import Block, Cell, CellError

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


_ORDER = re.compile(r"(?:order )?(\d+)")
_WHEN = ("month", "date", "")


def _schedule(rows: Block, name: str) -> FloatArray:
    """Read planned balances, an order a column: the numbers of the orders in the first row, where a header has them."""
    require_no_errors(rows)
    titles = [cell.strip().lower() if isinstance(cell, str) else cell for cell in rows[0]]
    if not any(isinstance(title, str) and title for title in titles):
        return np.array([[_planned(cell, name) for cell in row] for row in rows])
    orders = {place: _order(title, name) for place, title in enumerate(titles) if title not in (*_WHEN, None)}
    body = [[_planned(row[place], name) for place in orders] for row in rows[1:]]
    return np.array([list(orders.values()), *body])


def _order(title: Cell, name: str) -> float:
    found = _ORDER.fullmatch(f"{title:g}" if isinstance(title, int | float) else str(title))
    if found is None:
        remedy = "heads a column of no order; name each by its number, as in order 1"
        raise InputError(name, title, remedy, wrong_kind=True)
    return float(found[1])


def _planned(cell: Cell, name: str) -> float:
    """Return a planned balance; below the last one of an order nothing is planned."""
    return 0.0 if is_blank(cell, optional=True) else read_number(cell, name, GLOSSARY[name])


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


_TENOR = re.compile(r"(\d+(?:\.\d+)?)[ -]?(?:(?:y|yrs?|years?)|(m|mos?|mths?|months?))?")
_BESIDE = ("spread", "volatility", "mortgage_rate", "speed", "month")
_MONTH = Term("", Kind.NUMBER, 0, LONGEST_SPEED, "months")
_ANY_NUMBER = Term("", Kind.NUMBER)
FIRST_DAY = 10_000  # as a number: of 1927, beyond what anything but a day is
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _shifts(rows: Block, name: str) -> Shifts:
    """Read a table of scenarios: tenors across, what else moves beside them, and a column of names."""
    require_no_errors(rows)
    columns, numbers = body_of(rows, name)
    if not numbers:
        raise InputError(name, "", "has a header and no rows; give at least one scenario", wrong_kind=True)
    tenors: dict[float, list[Cell]] = {}
    beside: dict[str, list[Cell]] = {}
    names: list[Cell] | None = None
    for title, cells in columns.items():
        key = title.strip().lower().replace(" ", "_")
        key = "month" if key in ("months", "date") else key
        tenor = _TENOR.fullmatch(title.strip().lower())
        term = float(tenor[1]) / (MONTHS_A_YEAR if tenor[2] else 1) if tenor else 0.0
        if term > 0 and term not in tenors:
            tenors[term] = cells
        elif key in _BESIDE and key not in beside:
            beside[key] = cells
        elif names is None and not tenor:
            names = cells
        else:
            remedy = (
                f"is no column of scenarios, or comes twice; there are years, {', '.join(_BESIDE)} and one of names"
            )
            raise InputError(name, title.strip(), remedy, wrong_kind=True)
    years = sorted(tenors)
    moves = np.array([_moves(tenors[year], name) for year in years]).T.reshape(len(numbers), -1)
    nothing: list[Cell] = [None] * len(numbers)
    spread, volatility, rate = (np.array(_moves(beside.get(key, nothing), f"{name} {key}")) for key in _BESIDE[:3])
    return Shifts(
        _names(names or nothing, numbers, paths="month" in beside),
        np.array(years or [1.0]),
        moves if years else np.zeros((len(numbers), 1)),
        spread,
        volatility,
        rate,
        [None if is_blank(cell, optional=True) else read(cell, "speed") for cell in beside.get("speed", nothing)],
        [_month(cell, f"{name} month") for cell in beside["month"]] if "month" in beside else None,
    )


def _names(cells: list[Cell], numbers: list[int], *, paths: bool) -> list[str]:
    """Return the names of scenarios; one without a name has its number, or goes on with the path above it."""
    names: list[str] = []
    for number, cell in zip(numbers, cells, strict=True):
        blank = is_blank(cell, optional=False)
        names.append(names[-1] if blank and paths and names else str(number if blank else cell))
    return names


def _month(cell: Cell, name: str) -> Any:
    """Return from when on a row holds: months from today, or a date; None where that is not said."""
    if is_blank(cell, optional=False):
        return None
    if isinstance(cell, str) and _ISO_DATE.fullmatch(cell.strip()):
        cell = datetime.date.fromisoformat(cell.strip())
    number = cell if isinstance(cell, datetime.date) else read_number(cell, name, _ANY_NUMBER)
    if isinstance(number, datetime.date) or number >= FIRST_DAY:
        return read(number, name, term=_DATE)
    return read_number(number, name, _MONTH)


def _moves(cells: list[Cell], name: str) -> list[float]:
    return [0.0 if is_blank(cell, optional=True) else read_number(cell, name, GLOSSARY["shifts"]) for cell in cells]


BLOCKS: dict[Kind, Callable[[Block, str], Any]] = {
    Kind.BLOCK: _numbers,
    Kind.SCHEDULE: _schedule,
    Kind.SHIFTS: _shifts,
    Kind.TBA_DATES: _tba_dates,
}
