"""Tables of pools: the one reader of cohorts and of positions, whatever their columns are called and wherever they lie.

A column is known by its name or by what else people and the agencies' disclosure files call it; one of another name is
a label. A row that cannot be read costs itself only where the caller takes the failures, as a book does.
"""

from __future__ import annotations

import datetime
import difflib
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from mbsxl.conventions.programs import Program
from mbsxl.errors import InputError
from mbsxl.portfolio.positions import Positions
from mbsxl.portfolio.runoff import Cohorts
from mbsxl.speeds.grammar import as_speed
from mbsxl.structures.tranches import COLUMNS, Structure, read_structure
from mbsxl_udfs.formulas.cells import ErrorCellError, is_blank, read
from mbsxl_udfs.formulas.entry import REQUIRED
from mbsxl_udfs.formulas.glossary import GLOSSARY, OF_STRIPS, Kind, Term
from mbsxl_udfs.sheet.cells import Block, Cell, CellError

Cells: TypeAlias = Sequence[Cell] | npt.NDArray[Any]

_POOL = {"face": REQUIRED, "coupon": REQUIRED, "wac": REQUIRED, "wam": REQUIRED, "age": 0, "speed": None}
COHORTS: dict[str, Any] = _POOL
POSITIONS: dict[str, Any] = {
    "face": REQUIRED,
    "price": REQUIRED,
    "coupon": REQUIRED,
    "wac": REQUIRED,
    "wam": REQUIRED,
    "age": 0,
    "speed": None,
    "settle": np.datetime64("NaT", "D"),
    "program": Program.UMBS,
    "mortgage_rate": 0.0,
    "burnout": 0.0,
}
MUST_STAND = {"age"}  # a column that has to be there, though a cell of it may be blank
# What else columns are called: on desks, and in the disclosure files of Fannie Mae, Freddie Mac and Ginnie Mae.
ALSO_CALLED = {
    "face": "current face, curr face, cur face, par, par amount, balance, current balance, upb, current upb, "
    "current investor security upb, security upb, pool upb",
    "price": "px, clean price, market price, mid price, mark",
    "coupon": "cpn, net coupon, pass through rate, passthrough rate, net rate, security rate, wa net interest rate",
    "wac": "gwac, gross wac, gross coupon, gross rate, note rate, wa current interest rate",
    "wam": "warm, remaining term, rem term, remaining months, months remaining, "
    "wa current remaining months to maturity, wa remaining months to maturity",
    "age": "wala, loan age, seasoning, wa loan age",
    "speed": "prepayment, prepayment speed, prepay speed",
    "settle": "settlement, settle date, settlement date",
    "program": "programme, agency program",
    "mortgage_rate": "mortgage rate",
}
_NAMED = {also: name for name, others in ALSO_CALLED.items() for also in others.split(", ")}


def known_as(title: str, wanted: Mapping[str, Any]) -> str | None:
    """Return which wanted column a title names; None where it is a label.

    Examples
    --------
    >>> known_as("WA Loan Age", POSITIONS), known_as(" GWAC", POSITIONS), known_as("Desk", POSITIONS)
    ('age', 'wac', None)
    """
    words = " ".join(re.sub(r"[^a-z0-9]+", " ", title.lower()).split())
    name = words.replace(" ", "_")
    found = name if name in wanted else _NAMED.get(words)
    return found if found in wanted else None


def titled(titles: Sequence[str], wanted: Mapping[str, Any], argument: str) -> dict[str, str]:
    """Return the titles of the wanted columns by name; an exact name goes before another that means the same.

    Errors
    ------
    InputError
        A column that is wanted and not there, or two that it may be.
    """
    places: dict[str, list[str]] = {}
    for title in titles:
        name = known_as(title, wanted)
        if name is not None:
            places.setdefault(name, []).append(title)
    chosen: dict[str, str] = {}
    for name, candidates in places.items():
        exact = [title for title in candidates if title.strip().lower() == name] or candidates
        if len(exact) > 1:
            raise InputError(argument, name, "is the name of more than one column; leave one of them", wrong_kind=True)
        chosen[name] = exact[0]
    needed = [name for name, default in wanted.items() if default is REQUIRED or name in MUST_STAND]
    missing = [name for name in needed if name not in chosen]
    if missing:
        near = difflib.get_close_matches(missing[0], [title.strip().lower() for title in titles], 1)
        hint = f' (is "{near[0]}" meant?)' if near else ""
        remedy = f"has no column {missing[0]}{hint}; the header row names {', '.join(wanted)}"
        raise InputError(argument, " ".join(titles)[:60], remedy, wrong_kind=True)
    return chosen


class Failure(NamedTuple):
    """Why a row cannot be read: the column, and what is wrong in it."""

    column: str
    why: InputError | ErrorCellError


def read_columns(
    columns: Mapping[str, Cells], wanted: Mapping[str, Any], rows: int, terms: Mapping[str, Term] = GLOSSARY
) -> tuple[dict[str, Any], dict[int, Failure]]:
    """Return what columns of cells hold, by name, and why rows cannot be read: by place, the first reason of each."""
    failures: dict[int, Failure] = {}
    found = {
        name: _column(columns[name], name, default, failures, terms) if name in columns else _all(default, rows)
        for name, default in wanted.items()
    }
    return found, failures


def _all(default: Any, rows: int) -> npt.NDArray[Any]:
    """Return a column that is not there: its default in every row."""
    plain = isinstance(default, int | float | np.datetime64)
    return np.full(rows, default, None if plain else object)


_NUMBERS = (Kind.NUMBER, Kind.FRACTION, Kind.INTEGER, Kind.PRICE)


def _column(
    cells: Cells, name: str, default: Any, failures: dict[int, Failure], terms: Mapping[str, Term]
) -> npt.NDArray[Any]:
    kind = terms[name].kind
    if kind in _NUMBERS:
        return _numbers(cells, name, default, failures, terms[name])
    if kind is Kind.DATE and isinstance(cells, np.ndarray) and cells.dtype.kind == "M":
        return cells.astype("datetime64[D]")
    listed = cells.tolist() if isinstance(cells, np.ndarray) else cells
    keys = listed if set(map(type, listed)) <= {str, type(None)} else [(type(cell), cell) for cell in listed]
    known = {key: _value(cell, name, default) for key, cell in dict(zip(keys, listed, strict=True)).items()}
    column = np.empty(len(keys), object)  # a column repeats itself
    column[:] = [*map(known.__getitem__, keys)]
    wrong = {key for key, value in known.items() if isinstance(value, Failure)}
    for row in [row for row, key in enumerate(keys) if key in wrong] if wrong else ():
        failures.setdefault(row, column[row])
        column[row] = default
    return column.astype("datetime64[D]") if kind is Kind.DATE else column


def _value(cell: Cell, name: str, default: Any) -> Any:
    try:
        if _nothing(cell):
            return default
        value = read(cell, name, default)
        if GLOSSARY[name].kind is Kind.SPEED:
            as_speed(value, name)
        return value
    except (InputError, ErrorCellError) as why:
        return Failure(name, why)


def _nothing(cell: Cell) -> bool:
    return is_blank(cell, optional=True) or cell != cell


def _numbers(cells: Cells, name: str, default: Any, failures: dict[int, Failure], term: Term) -> npt.NDArray[Any]:
    """Return numbers: those that are plainly in bounds at once, the others one by one."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iuf":
        numbers = cells.astype(float)
    else:
        cells = cells.tolist() if isinstance(cells, np.ndarray) else cells
        numbers = np.array([cell if type(cell) is float or type(cell) is int else np.nan for cell in cells], float)
    plain = (numbers >= term.low) & (numbers < term.high)
    if term.kind is Kind.INTEGER:
        plain &= numbers % 1 == 0
    for row in np.flatnonzero(~plain).tolist():
        cell = cells[row].item() if isinstance(cells, np.ndarray) else cells[row]
        try:
            if default is not REQUIRED and _nothing(cell):
                numbers[row] = default
            else:
                numbers[row] = read(None if cell != cell else cell, name, term=term)
        except (InputError, ErrorCellError) as why:
            failures.setdefault(row, Failure(name, why))
            numbers[row] = 1.0 if name == "wam" else np.nan if term.kind is not Kind.INTEGER else 0.0
    return numbers.astype(np.int64) if term.kind is Kind.INTEGER else numbers


# ------------------------------------------------------------------------------------------------- tables in cells


class Body(NamedTuple):
    """A table of cells: its columns by title, and the numbers of its rows below the header, blank ones left out."""

    columns: dict[str, list[Cell]]
    numbers: list[int]


def body_of(rows: Block, argument: str) -> Body:
    """Return a table whose first row is its header.

    Errors
    ------
    ErrorCellError
        An error in the header.
    """
    for cell in rows[0]:
        if isinstance(cell, CellError):
            raise ErrorCellError(cell)
    titles = ["" if cell is None else str(cell).strip() for cell in rows[0]]
    kept = {
        number: row
        for number, row in enumerate(rows[1:], start=1)
        if not all(is_blank(cell, optional=False) for cell in row)
    }
    lines = list(zip(*kept.values(), strict=True)) or [()] * len(titles)
    columns: dict[str, list[Cell]] = {}
    for title, line in zip(titles, lines, strict=True):
        while title in columns:
            title += " "  # two columns of one name: which is meant is asked when one is wanted
        columns[title] = list(line)
    return Body(columns, list(kept))


def _require_rows(count: int, argument: str) -> None:
    if not count:
        raise InputError(argument, "", "has a header and no rows; give at least one", wrong_kind=True)


def cohorts_of(rows: Block, argument: str) -> Cohorts:
    """Read a table of cohorts; columns of other names are left alone.

    Errors
    ------
    InputError
        A column that is missing or stands twice, or a cell that cannot be read, by its row and column.
    """
    columns, numbers = body_of(rows, argument)
    places = titled(list(columns), COHORTS, argument)
    _require_rows(len(numbers), argument)
    found, failures = read_columns({name: columns[title] for name, title in places.items()}, COHORTS, len(numbers))
    if failures:
        row = min(failures)
        column, why = failures[row]
        if isinstance(why, ErrorCellError):
            raise why
        raise InputError(f"{argument} row {numbers[row]} {column}", why.value, why.remedy, wrong_kind=why.wrong_kind)
    return Cohorts(**found)


def positions_of(rows: Block, argument: str, *, strip: bool = False) -> Positions:
    """Read a table of positions; columns of other names are labels, and rows that cannot be read are failures.

    Of a `strip` prices may be next to nothing.

    Errors
    ------
    InputError
        A column that is missing or stands twice.
    """
    columns, numbers = body_of(rows, argument)
    return as_positions(columns, np.array(numbers), argument, GLOSSARY | OF_STRIPS if strip else GLOSSARY)


def as_positions(
    columns: Mapping[str, Cells], numbers: npt.NDArray[np.int64], argument: str, terms: Mapping[str, Term] = GLOSSARY
) -> Positions:
    """Return positions from columns by title; `numbers` are those of the rows in their source."""
    places = titled(list(columns), POSITIONS, argument)
    _require_rows(numbers.size, argument)
    found, failures = read_columns(
        {name: columns[title] for name, title in places.items()}, POSITIONS, numbers.size, terms
    )
    labels = {title.strip(): _labels(columns[title]) for title in columns if title not in places.values()}
    why = {row: _said(failure) for row, failure in failures.items()}
    return Positions(**found, row=numbers, columns=labels, failures=why)


def _said(failure: Failure) -> Exception:
    if isinstance(failure.why, ErrorCellError):
        return InputError(failure.column, failure.why.error.code, "is an error; mend the cell")
    return failure.why


def _labels(cells: Cells) -> npt.NDArray[Any]:
    """Return a column of labels as it is; an error is named by its code."""
    if isinstance(cells, np.ndarray):
        return cells
    column = np.empty(len(cells), object)
    column[:] = [cell.code if isinstance(cell, CellError) else cell for cell in cells]
    return column


def structure_of(rows: Block, argument: str) -> Structure:
    """Read a table of classes; columns of other names are left alone.

    Errors
    ------
    InputError
        A column that is missing or stands twice, or a row that is no class.
    ErrorCellError
        An error in the table.
    """
    columns, numbers = body_of(rows, argument)
    titles = [title.strip().casefold() for title in columns]
    for name in COLUMNS:
        if titles.count(name) > 1:
            raise InputError(argument, name, "heads two columns; give each a name of its own", wrong_kind=True)
    missing = [name for name in ("class", "kind", "balance", "coupon", "order") if name not in titles]
    if missing:
        remedy = f"has no column {missing[0]}; the header row names {', '.join(COLUMNS)}"
        raise InputError(argument, " ".join(titles)[:60], remedy, wrong_kind=True)
    _require_rows(len(numbers), argument)
    for cell in (cell for column in columns.values() for cell in column):
        if isinstance(cell, CellError):
            raise ErrorCellError(cell)
        if isinstance(cell, datetime.date | bool) or (isinstance(cell, float) and not math.isfinite(cell)):
            raise InputError(argument, str(cell), "is neither a finite number nor a text", wrong_kind=True)
    places = dict(zip(titles, columns.values(), strict=True))
    wanted = {name: places[name] for name in COLUMNS if name in places}
    return read_structure([dict(zip(wanted, row, strict=True)) for row in zip(*wanted.values(), strict=True)])
