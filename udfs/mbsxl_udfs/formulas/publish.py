"""An entry of the catalogue becomes a callable of cells: the one wrapper around every formula, on every host."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np

from mbsxl.claims.settled import Strip
from mbsxl.conventions.choices import plain
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Outcome, Texts
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.cells import (
    ErrorCellError,
    error_of,
    is_blank,
    is_single,
    read,
    read_column,
    write,
    write_column,
    write_table,
)
from mbsxl_udfs.formulas.entry import Argument, Entry, Shape, arguments_of, flat, grouped
from mbsxl_udfs.formulas.glossary import OF_STRIPS, Kind, Term
from mbsxl_udfs.formulas.ranges import read_dated, read_vector_speed, read_whole
from mbsxl_udfs.sheet.cells import Block, Cell, CellError

_STRIPS = [Strip.IO, Strip.PO, Strip.IO.value, Strip.PO.value]
_NUMBERS = (Kind.NUMBER, Kind.FRACTION, Kind.PRICE)
_SETTLES = ("settle", "positions")
_PAST = CellError("#N/A", "this column is shorter than its neighbours")


@cache
def published() -> dict[str, Formula]:
    """Return every formula by its worksheet name."""
    formulas: dict[str, Formula] = {}
    formulas.update((name, Formula(entry, formulas)) for name, entry in CATALOGUE.items())
    return formulas


class Formula:
    """The callable of an entry: cells in, a cell or a block out, and never an exception.

    Attributes
    ----------
    entry
        What the catalogue says of it.
    """

    def __init__(self, entry: Entry, registry: dict[str, Formula] | None = None) -> None:
        self.entry = entry
        self._registry = registry or {}

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """What it takes, in order."""
        return arguments_of(self.entry)

    @cached_property
    def _fixed(self) -> list[Argument]:
        return [argument for argument in self.arguments if not argument.variadic]

    @cached_property
    def _claim(self) -> int | None:
        return next((place for place, each in enumerate(self._fixed) if each.name == "claim"), None)

    @cached_property
    def _settles(self) -> bool:
        return any(argument.name in _SETTLES for argument in self._fixed)

    def __call__(self, *cells: Cell | Block) -> Cell | Block:
        """Return the answer, or the error value that says why there is none."""
        try:
            with np.errstate(all="ignore"):  # what is not finite in the end is an error value
                return self._evaluate([_alone(cell) for cell in cells])
        except Exception as failure:
            return error_of(failure)

    def _evaluate(self, cells: list[Cell | Block]) -> Cell | Block:
        given, others = cells[: len(self._fixed)], cells[len(self._fixed) :]
        if others and len(self._fixed) == len(self.arguments):
            remedy = f"takes {len(self._fixed)} arguments, not {len(cells)}"
            raise InputError(self.entry.name, "", remedy, wrong_kind=True)
        given += [None] * (len(self._fixed) - len(given))
        if self.entry.shape is Shape.RAW:
            return self.entry.function(self._registry, *map(_read_one, given, self._fixed), *others)
        values, ranges = self._read(given)
        if self.entry.shape is Shape.SELECTION:
            return self._selected(values, ranges, given[0])
        return self._spill(values, ranges) if ranges else self._once(values)

    def assumed(self, *cells: Cell | Block) -> str:
        """Return what an answer rests on; nothing where that need not be said, or is another thing in every row."""
        if self.entry.assumes is None:
            return ""
        given: list[Cell | Block] = [_alone(cell) for cell in cells[: len(self._fixed)]]
        values, ranges = self._read(given + [None] * (len(self._fixed) - len(given)))
        several = {each.parameter for each in flat(self.entry.assumes)} & {each.parameter for each in ranges}
        return "" if several else self.entry.assumes(**grouped(self.entry.assumes, values))

    def _read(self, given: list[Cell | Block]) -> tuple[dict[str, Any], dict[Argument, Block]]:
        """Return what cells give the arguments, and the ranges that ask for an answer each."""
        values: dict[str, Any] = {}
        ranges: dict[Argument, Block] = {}
        strip = self._is_strip(given)
        for cell, argument in zip(given, self._fixed, strict=True):
            if type(cell) is float and (number := _plain_number(cell, argument)) is not None:
                values[argument.parameter] = number
            elif argument.may_be_blank and is_blank(cell, optional=True):
                values[argument.parameter] = None
            elif argument.optional and is_blank(cell, optional=True):
                continue
            elif argument.term.whole:
                values[argument.parameter] = read_whole(cell, argument.name, argument.default, strip=strip)
            elif not isinstance(cell, list):
                values[argument.parameter] = read(cell, argument.name, argument.default, _bounds(argument, strip))
            elif argument.term.kind is Kind.SPEED and (rates := read_vector_speed(cell, argument.name)) is not None:
                values[argument.parameter] = rates
            elif argument.term.dated and self._settles and (dated := read_dated(cell, argument.name)) is not None:
                values[argument.parameter] = dated
            else:
                ranges[argument] = cell
        return values, ranges

    def _is_strip(self, given: Sequence[Any]) -> bool:
        """Whether a strip is asked about: its price may be next to nothing, where a pool's is a slip."""
        claim = None if self._claim is None else given[self._claim]
        return claim in _STRIPS or (isinstance(claim, str) and plain(claim) in _STRIPS)

    def _once(self, values: dict[str, Any]) -> Cell | Block:
        """Return the answer to one set of arguments."""
        function: Any = self.entry.function
        if self.entry.shape is Shape.RECORD:
            names, (numbers, failures), *texts = function.outcome(**grouped(function.outcome, values))
            if failures and not np.isfinite(numbers).any():
                return error_of(failures[0])
            column = [*_record_of(numbers, failures.get(0)), *_texts_of(texts, 0)]
            labels = [*map(write, names), *(name for named in texts for name in named)]
            return [list(function.header), *([label, cell] for label, cell in zip(labels, column, strict=True))]
        answer = function(**grouped(function, values))
        if self.entry.shape is Shape.TABLE:
            return write_table(answer)
        if self.entry.shape is Shape.GRID:
            return [write_column(row, len(row)) for row in answer]
        if self.entry.shape is Shape.COLUMN:
            return [[cell] for cell in write_column(answer, len(answer))]
        return write(answer)

    def _selected(self, values: dict[str, Any], ranges: dict[Argument, Block], asked: Cell | Block) -> Cell | Block:
        """Return the numbers that are asked for by name: of one pool they lie as the names lie."""
        if ranges:
            return self._spill(values, ranges)
        function: Any = self.entry.function
        _, (numbers, failures) = function.outcome(**grouped(function.outcome, values))
        column = _record_of(numbers, failures.get(0))
        if not isinstance(asked, list):
            return column[0]
        return [column] if len(asked) == 1 else [[cell] for cell in column]

    # --------------------------------------------------------------------------------------------- many sets at once

    def together(self, calls: Sequence[Sequence[Cell | Block]]) -> list[Cell | Block]:
        """Return the answers to many calls: at once those of single cells, as a column of them is answered."""
        answers: dict[int, Cell] = {}
        if self._answers_rows:
            alike = [number for number, call in enumerate(calls) if self._fits(call, calls[0])]
            answers = dict(zip(alike, self._column([calls[number] for number in alike]), strict=True))
        return [answers[number] if number in answers else self(*call) for number, call in enumerate(calls)]

    @cached_property
    def _answers_rows(self) -> bool:
        """Whether each row of a column is answered as by itself; numbers over paths share what is close enough."""
        is_plain = all(each.name != "volatility" and not each.may_be_blank for each in self._fixed)
        return is_plain and self.entry.shape is Shape.EACH and hasattr(self.entry.function, "outcome")

    def _fits(self, call: Sequence[Cell | Block], other: Sequence[Cell | Block]) -> bool:
        """Whether a call has single cells where they are meant, and the ranges of another where those are."""
        return len(call) <= len(self._fixed) and all(
            cell == same if argument.term.whole else not isinstance(cell, list)
            for argument, cell, same in zip(self._fixed, call, other, strict=False)
        )

    def _column(self, calls: Sequence[Sequence[Cell | Block]]) -> list[Cell]:
        """Return the answers to calls that fit together."""
        columns: dict[Argument, Any] = dict(zip(self._fixed, map(list, zip(*calls, strict=True)), strict=False))
        whole = [each for each in columns if each.term.whole]
        given = {each: columns.pop(each)[0] for each in whole}
        try:
            values = {
                each.parameter: read_whole(cells, each.name, each.default)
                for each, cells in given.items()
                if not (each.optional and is_blank(cells, optional=True))
            }
            with np.errstate(all="ignore"):
                return [cell for cell, *_ in self._answers(values, columns, len(calls))]
        except Exception as failure:  # of a range that all of them share
            return [error_of(failure)] * len(calls)

    def _spill(self, values: dict[str, Any], ranges: dict[Argument, Block]) -> Block:
        """Return the answers to ranges, which broadcast: a column against a row gives a table."""
        names = " and ".join(argument.name for argument in ranges)
        if self.entry.shape in (Shape.TABLE, Shape.GRID):
            raise InputError(names, "a range", "is more than one cell; this table is of one pool", wrong_kind=True)
        grids = {argument: np.array(block, object) for argument, block in ranges.items()}
        try:
            shape = np.broadcast_shapes(*(grid.shape for grid in grids.values()))
        except ValueError:
            sizes = ", ".join(f"{grid.shape[0]} by {grid.shape[1]}" for grid in grids.values())
            raise InputError(names, sizes, "are ranges that do not fit together", wrong_kind=True) from None
        columns = {argument: np.broadcast_to(grid, shape).ravel().tolist() for argument, grid in grids.items()}
        length = shape[0] * shape[1]
        if self.entry.shape is Shape.COLUMN:
            return self._side_by_side(values, columns, length)
        if self.entry.shape is Shape.EACH:
            cells = [record[0] for record in self._answers(values, columns, length)]
            return [cells[start : start + shape[1]] for start in range(0, length, shape[1])]
        if min(shape) > 1:
            size = f"{shape[0]} by {shape[1]} cells"
            raise InputError(names, size, "is a block of pools; give a column or a row of them", wrong_kind=True)
        records = self._answers(values, columns, length)
        return records if shape[0] > 1 else [list(line) for line in zip(*records, strict=True)]

    def _answers(self, values: dict[str, Any], columns: dict[Argument, list[Cell]], length: int) -> list[list[Cell]]:
        """Return a list of cells for each set of arguments; one that has no answer spoils no other."""
        groups = _groups([_kinds(each, cells) for each, cells in columns.items() if _sets_apart(each)], length)
        if len(groups) == 1:
            return self._together(values, columns, length)
        answers: list[list[Cell]] = [[]] * length
        for places in groups:
            members = {each: [cells[place] for place in places] for each, cells in columns.items()}
            for place, answer in zip(places, self._together(values, members, len(places)), strict=True):
                answers[place] = answer
        return _squared(answers)

    def _together(self, values: dict[str, Any], columns: dict[Argument, list[Cell]], length: int) -> list[list[Cell]]:
        """Return the answers of sets that one calculation takes together."""
        failures: dict[int, CellError] = {}
        strip = self._is_strip([columns.get(each, [values.get(each.parameter)])[0] for each in self._fixed])
        read_in = {
            each.parameter: read_column(cells, each.name, each.default, failures, _bounds(each, strip))
            for each, cells in columns.items()
        }
        sound = [place for place in range(length) if place not in failures] if failures else range(length)
        arrays = {
            name: column[sound] if failures and isinstance(column, np.ndarray) else column
            for name, column in read_in.items()
        }
        answers: list[list[Cell]] = [[failures[place]] if place in failures else [] for place in range(length)]
        if sound:
            for place, record in zip(sound, self._calculated(values | arrays, len(sound)), strict=True):
                answers[place] = record
        return _squared(answers)

    def _calculated(self, arguments: dict[str, Any], length: int) -> list[list[Cell]]:
        function = self.entry.function
        by_row = getattr(function, "outcome", None)
        if by_row is None:
            return self._guarded(arguments, length)
        try:
            outcome = by_row(**grouped(by_row, arguments))
        except (InputError, NoSolution) as failure:  # of an argument that all rows share
            return [[error_of(failure)]] * length
        (values, failures), *texts = (outcome,) if isinstance(outcome, Outcome) else outcome[1:]
        if self.entry.shape is Shape.EACH:
            return [[cell] for cell in write_column(values.ravel(), length, failures)]
        records = values.reshape(-1, values.shape[-1])
        places = [0] * length if len(records) == 1 else range(length)
        return [[*_record_of(records[place], failures.get(place)), *_texts_of(texts, place)] for place in places]

    def _guarded(self, arguments: dict[str, Any], length: int) -> list[list[Cell]]:
        """Return the answers of a function that answers for all rows or none: where it fails, row by row."""
        function = self.entry.function
        try:
            return [[cell] for cell in write_column(np.ravel(function(**grouped(function, arguments))), length)]
        except (InputError, NoSolution) as failure:
            if length == 1:
                return [[error_of(failure)]]
        rows = [
            {name: value[[row]] if _is_column(value, length) else value for name, value in arguments.items()}
            for row in range(length)
        ]
        return [self._guarded(row, 1)[0] for row in rows]

    def _side_by_side(self, values: dict[str, Any], columns: dict[Argument, list[Cell]], length: int) -> Block:
        """Return a column for each set of arguments, the short ones filled with errors."""
        answers: list[list[Cell]] = []
        for place in range(length):
            try:
                one = {each.parameter: _read_one(cells[place], each) for each, cells in columns.items()}
                column = self.entry.function(**grouped(self.entry.function, values | one))
                answers.append(write_column(column, len(column)))
            except (InputError, NoSolution, ErrorCellError) as failure:
                answers.append([error_of(failure)])
        deepest = max(len(answer) for answer in answers)
        return [[answer[row] if row < len(answer) else _PAST for answer in answers] for row in range(deepest)]


def _plain_number(cell: float, argument: Argument) -> float | int | None:
    """Return a number that is plainly in the bounds of its argument, as most cells hold; None where it is not."""
    term = argument.term
    if term.whole or not (term.low <= cell < term.high and cell):
        return None
    if term.kind in _NUMBERS:
        return cell
    return int(cell) if term.kind is Kind.INTEGER and cell.is_integer() else None


def _bounds(argument: Argument, strip: bool) -> Term | None:
    """Return the bounds of an argument where they are not the glossary's."""
    return OF_STRIPS.get(argument.name) if strip else None


def _record_of(numbers: Any, failure: Exception | None) -> list[Cell]:
    """Return the numbers of one pool as cells; where there is none stands why, or nothing if it was not asked for."""
    cells = write_column(numbers, len(numbers), dict.fromkeys(range(len(numbers)), failure) if failure else {})
    if failure:
        return cells
    return ["" if np.isnan(number) else cell for number, cell in zip(numbers, cells, strict=True)]


def _texts_of(texts: list[Texts], place: int) -> list[Cell]:
    """Return the texts of one pool, where the record has any."""
    return [said.ravel()[place] for named in texts for said in named.values()]


def _squared(answers: list[list[Cell]]) -> list[list[Cell]]:
    """Return answers of the same length: an error stands for each of the numbers that there are not."""
    width = max(map(len, answers), default=1)
    return [answer if len(answer) == width else answer[:1] * width for answer in answers]


def _alone(cell: Cell | Block) -> Cell | Block:
    """Return a range of one cell as that cell."""
    return cell[0][0] if isinstance(cell, list) and len(cell) == 1 and len(cell[0]) == 1 else cell


def _is_column(value: Any, length: int) -> bool:
    return isinstance(value, np.ndarray) and value.shape == (length,)


def _read_one(cell: Any, argument: Argument) -> Any:
    """Return what one cell gives an argument, its default where it is blank."""
    if argument.optional and is_blank(cell, optional=True):
        return argument.default
    return read(cell, argument.name, argument.default)


def _sets_apart(argument: Argument) -> bool:
    """Whether cells of an argument may need a calculation each: a single value is taken, or a blank is no value."""
    return is_single(argument.term) or (argument.default is None and argument.term.kind is not Kind.DATE)


def _kinds(argument: Argument, cells: list[Cell]) -> list[Any]:
    """Return what sets cells apart: what they hold, or only whether they hold anything."""
    if is_single(argument.term):
        return [(type(cell), cell) for cell in cells]
    return [is_blank(cell, optional=True) for cell in cells]


def _groups(columns: list[list[Any]], length: int) -> list[list[int]]:
    """Return the places that agree in all of the columns, together."""
    if not columns:
        return [list(range(length))]
    groups: dict[tuple[Any, ...], list[int]] = {}
    for place, kind in enumerate(zip(*columns, strict=True)):
        groups.setdefault(kind, []).append(place)
    return list(groups.values())
