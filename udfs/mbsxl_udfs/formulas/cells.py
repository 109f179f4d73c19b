"""Cell values to arguments and results to cell values: blanks, dates, errors, ranges. One place, for every host.

A host hands over neutral cells (`Cell`, and `Block` for a range) and gets the same back; what it calls them itself is
the business of its own adapter.
"""

from __future__ import annotations

import datetime
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from mbsxl.conventions.choices import choose
from mbsxl.conventions.numerals import is_number, number_of
from mbsxl.conventions.programs import Program, as_program, delay_days
from mbsxl.conventions.ticks import decimal
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Listing
from mbsxl.speeds.grammar import as_speed
from mbsxl_udfs.formulas.glossary import GLOSSARY, Kind, Term
from mbsxl_udfs.sheet.cells import NA, NUM, VALUE, Block, Cell, CellError
from mbsxl_udfs.sheet.serial import date_of_serial, serial_of_date, serials_of_dates

MESSAGE_LENGTH = 255  # characters, which is what programs show of one


class ErrorCellError(Exception):
    """An argument is itself an error, which is handed on."""

    def __init__(self, error: CellError) -> None:
        self.error = error
        super().__init__(error.code)


def error_of(failure: Exception) -> CellError:
    """Return the error value of a failed calculation: wrong kind, out of bounds, or no solution."""
    if isinstance(failure, ErrorCellError):
        return failure.error
    if isinstance(failure, InputError):
        return CellError(VALUE if failure.wrong_kind else NUM, _short(str(failure)))
    if isinstance(failure, NoSolution):
        return CellError(NA, _short(str(failure)))
    return CellError(VALUE, _short(f"the calculation failed, please report it: {failure}"))


def _short(message: str) -> str:
    return message if len(message) <= MESSAGE_LENGTH else f"{message[: MESSAGE_LENGTH - 3]}..."


def is_blank(cell: Cell | Block, *, optional: bool) -> bool:
    """Whether a cell stands for nothing given. Some hosts send 0 for a blank, so an optional 0 is one too."""
    if isinstance(cell, str):
        return not cell or (optional and is_number(cell) and number_of(cell, "") == 0)
    return cell is None or (optional and type(cell) in (int, float) and cell == 0)


# ------------------------------------------------------------------------------------------- cells to arguments


def read(cell: Cell, name: str, default: Any = inspect.Parameter.empty, term: Term | None = None) -> Any:
    """Return the value that one cell gives an argument; `default` is a member of the choices where there are any.

    The bounds are those of the `term`, the glossary's unless there are others.

    Errors
    ------
    InputError
        An empty cell, a wrong kind, or a value out of the bounds of the glossary.
    ErrorCellError
        The cell holds an error.
    """
    if isinstance(cell, CellError):
        raise ErrorCellError(cell)
    if is_blank(cell, optional=False):
        raise InputError(name, "", "is empty; it has no default", wrong_kind=True)
    term = term or GLOSSARY[name]
    if term.kind is Kind.CHOICE:
        return choose(type(default), name, cell)
    return _READERS[term.kind](cell, name, term)


_FRACTIONS = (Kind.FRACTION, Kind.INDEX)


def read_number(cell: Cell, name: str, term: Term) -> float:
    """Return the number in a cell, in the bounds of a term."""
    if isinstance(cell, datetime.date):
        raise InputError(name, cell.isoformat(), "is a date; a number belongs here", wrong_kind=True)
    if isinstance(cell, str):
        return read_number(number_of(cell, name), name, term)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise InputError(name, cell, "is not a number", wrong_kind=True)
    number = float(cell)
    if not math.isfinite(number):
        raise InputError(name, number, "is not a finite number")
    if not term.low <= number <= term.high or (term.kind in _FRACTIONS and number >= term.high > 0):
        raise InputError(name, number, _bounds(number, term))
    return number


def _bounds(number: float, term: Term) -> str:
    if number == 0 and term.low > 0:
        return f"is 0 or blank; give {term.low:g} or more"
    if term.kind in _FRACTIONS and 1 <= number < 100 * term.high:
        return f"means {number:.0%}; type {number:g}% or {number / 100:g}"
    if term.kind is Kind.PRICE and term.low > 0:
        slip = term.low <= 100 * number <= term.high
        meant = f"{number:g} means {number:g}%; type {100 * number:g}" if slip else "give a price within"
        return f"is outside {term.low:g} to {term.high:g} per 100 of face; {meant}"
    unit = f" {term.unit}" if term.unit not in ("", "decimal") else ""
    if math.isinf(term.high):
        return f"is below {term.low:g}{unit}; give {term.low:g} or more"
    return f"is outside {term.low:g} to {term.high:g}{unit}; give a value within"


def _integer(cell: Cell, name: str, term: Term) -> int:
    number = read_number(cell, name, term)
    if not number.is_integer():
        raise InputError(name, number, f"is not a whole number of {term.unit or 'months'}; round it")
    return int(number)


def _date(cell: Cell, name: str, _: Term) -> np.datetime64:
    return _day(cell, name)


@lru_cache(maxsize=4096, typed=True)
def _day(cell: Cell, name: str) -> np.datetime64:
    """Return the date that a cell means, remembered: a sheet settles on few."""
    if isinstance(cell, datetime.date):
        return date_of_serial(serial_of_date(np.datetime64(cell, "D")), name)
    if isinstance(cell, str):
        cell = number_of(cell, name, _NO_DATE)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise InputError(name, cell, _NO_DATE, wrong_kind=True)
    return date_of_serial(float(cell), name)


_NO_DATE = "is not a date; type one as =DATE(2025,12,1)"


def _price(cell: Cell, name: str, term: Term) -> float:
    if not isinstance(cell, str):
        return read_number(cell, name, term)
    try:
        return read_number(float(decimal(cell)), name, term)
    except InputError as error:
        raise InputError(name, cell, error.remedy, wrong_kind=error.wrong_kind) from None


def _speed(cell: Cell, name: str, _: Term) -> str | float:
    if isinstance(cell, str) or (isinstance(cell, int | float) and not isinstance(cell, bool)):
        return cell  # a bare number is refused by the grammar, which knows what to type instead
    raise InputError(name, cell, 'is not a speed; type one with its unit, as in "150 PSA"', wrong_kind=True)


def _program(cell: Cell, name: str, term: Term) -> Program | float:
    return as_program(cell, name) if isinstance(cell, str) and not is_number(cell) else _integer(cell, name, term)


def _text(cell: Cell, name: str, _: Term) -> str:
    if not isinstance(cell, str):
        raise InputError(name, cell, "is not text", wrong_kind=True)
    return cell


_READERS: dict[Kind, Callable[[Cell, str, Term], Any]] = {
    Kind.NUMBER: read_number,
    Kind.FRACTION: read_number,
    Kind.INTEGER: _integer,
    Kind.DATE: _date,
    Kind.PRICE: _price,
    Kind.TICKS: lambda cell, name, term: cell if isinstance(cell, str) else read_number(cell, name, term),
    Kind.SPEED: _speed,
    Kind.PROGRAM: _program,
    Kind.TEXT: _text,
    Kind.INDEX: lambda cell, name, term: (
        cell if isinstance(cell, str) and not is_number(cell) else read_number(cell, name, term)
    ),
    Kind.ANYTHING: lambda cell, _name, _term: cell,
}


def is_single(term: Term) -> bool:
    """Whether a calculation takes a single value of a term, however many pools it is for."""
    return term.single or term.kind is Kind.CHOICE


def read_column(
    cells: Sequence[Cell], name: str, default: Any, failures: dict[int, CellError], term: Term | None = None
) -> Any:
    """Return what a column of cells gives an argument: an array, or the single value they all hold.

    A blank cell is the default; `default` is `inspect.Parameter.empty` where there is none. Where it is None, which no
    array but one of dates holds, all of the cells are blank or none is. A cell that cannot be read is added to the
    `failures`, and stands for nothing.
    """
    term = term or GLOSSARY[name]
    optional = default is not inspect.Parameter.empty
    if is_single(term) or (default is None and term.kind is not Kind.DATE):
        if optional and is_blank(cells[0], optional=True):
            return default
        if is_single(term):
            try:
                return read(cells[0], name, default)
            except (InputError, ErrorCellError) as failure:
                for row in range(len(cells)):
                    failures.setdefault(row, error_of(failure))
                return default
    if term.kind in _NUMBERS:
        return _numbers(cells, name, default, failures, term)
    values: list[Any] = []
    known: dict[Any, Any] = {}  # a column repeats itself
    for row, cell in enumerate(cells):
        key = (type(cell), cell)
        if key not in known:
            try:
                known[key] = _value(cell, name, default)
            except (InputError, ErrorCellError) as failure:
                known[key] = error_of(failure)
        if isinstance(known[key], CellError):
            failures.setdefault(row, known[key])
            values.append(_STANDS_FOR_NOTHING.get(term.kind))
        else:
            values.append(known[key])
    if term.kind in (Kind.SPEED, Kind.TICKS):
        column = np.empty(len(values), object)  # an array made of the values would unpack them
        column[:] = values
        return column
    return np.array(values, "datetime64[D]" if term.kind is Kind.DATE else None)


_NUMBERS = frozenset({Kind.NUMBER, Kind.FRACTION, Kind.INTEGER, Kind.PRICE})
_STANDS_FOR_NOTHING: dict[Kind, Any] = {Kind.DATE: np.datetime64("NaT"), Kind.PROGRAM: 0.0, Kind.TEXT: ""}


def _value(cell: Cell, name: str, default: Any) -> Any:
    """Return what one cell of a column gives an argument that is no number."""
    kind = GLOSSARY[name].kind
    blank = default is not inspect.Parameter.empty and is_blank(cell, optional=True)
    value = default if blank else read(cell, name, default)
    if kind is Kind.SPEED:
        return value if blank else as_speed(value, name)
    if kind is Kind.PROGRAM:
        return float(delay_days(value))
    return np.datetime64("NaT") if kind is Kind.DATE and value is None else value


def _numbers(cells: Sequence[Cell], name: str, default: Any, failures: dict[int, CellError], term: Term) -> Any:
    """Return the numbers in a column of cells: those that are plainly in bounds at once, the others one by one."""
    optional = default is not inspect.Parameter.empty
    numbers = np.array([cell if type(cell) is float or type(cell) is int else np.nan for cell in cells], float)
    plain = (numbers >= term.low) & (numbers < term.high)
    if optional:
        plain &= numbers != 0
    if term.kind is Kind.INTEGER:
        plain &= numbers % 1 == 0
    for row in np.flatnonzero(~plain).tolist():
        cell = cells[row]
        try:
            blank = optional and is_blank(cell, optional=True)
            numbers[row] = default if blank else read(cell, name, default, term)
        except (InputError, ErrorCellError) as failure:
            failures.setdefault(row, error_of(failure))
            numbers[row] = np.nan if term.kind is not Kind.INTEGER else 0
    return numbers.astype(np.int64) if term.kind is Kind.INTEGER else numbers


# --------------------------------------------------------------------------------------------- results to cells


_NONE: Mapping[int, Exception] = {}


def write(value: Any) -> Cell:
    """Return one result as a cell: a number that is none becomes an error, not-a-time an empty text."""
    if isinstance(value, np.ndarray):
        value = value[()]
    if isinstance(value, datetime.date):
        value = np.datetime64(value, "D")
    if isinstance(value, np.datetime64):
        return "" if np.isnat(value) else serial_of_date(value)
    if isinstance(value, CellError):
        return value
    if isinstance(value, Exception):
        return error_of(value)
    if isinstance(value, str):
        return str(value)
    number = float(value)
    return number + 0.0 if math.isfinite(number) else CellError(NUM, "the answer is not a finite number")


def write_column(values: Any, length: int, failures: Mapping[int, Exception] = _NONE) -> list[Cell]:
    """Return results as cells, one each; where there is no answer stands why."""
    column = values if np.shape(values) == (length,) else np.broadcast_to(values, (length,))
    if column.dtype.kind in "iu":
        return column.astype(float).tolist()
    if column.dtype.kind == "M":
        return _dates(column)
    if column.dtype.kind != "f":
        return [write(value) for value in column]
    cells: list[Cell] = (column + 0.0).tolist()  # no cell shows a minus before a zero
    finite = np.isfinite(column)
    for row in () if finite.all() else np.flatnonzero(~finite).tolist():
        cells[row] = error_of(failures[row]) if row in failures else write(column[row])
    return cells


def _dates(column: Any) -> list[Cell]:
    """Return dates as cells, not-a-time as empty texts."""
    missing = np.isnat(column)
    if missing.all():
        return [""] * column.size
    return ["" if none else serial for none, serial in zip(missing.tolist(), serials_of_dates(column), strict=True)]


def write_table(table: Any) -> Block:
    """Return a result of named columns, or a listing, as a block with a header row."""
    if isinstance(table, Listing):
        return [list(table.header), *([write(value) for value in row] for row in table.rows)]
    columns = [write_column(column, len(column)) for column in table]
    return [list(table._fields), *map(list, zip(*columns, strict=True))]
