"""An entry of the catalogue becomes a callable of cells: the one wrapper around every formula, on every host."""

from __future__ import annotations

import inspect
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from mbsxl.conventions.programs import Program
from mbsxl.errors import InputError, NoSolution
from mbsxl_udfs.formulas.catalogue import CATALOGUE, Entry, Shape
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
from mbsxl_udfs.formulas.glossary import GLOSSARY, Kind, Term
from mbsxl_udfs.formulas.ranges import read_vector_speed, read_whole
from mbsxl_udfs.sheet.cells import Block, Cell, CellError


class Argument(NamedTuple):
    """One argument of a formula: its name and default from the function's signature, the rest from the glossary."""

    parameter: str  # in Python, where a trailing underscore keeps a keyword free
    name: str  # in the spreadsheet
    default: Any
    variadic: bool

    @property
    def optional(self) -> bool:
        """Whether the argument may be left out."""
        return self.default is not inspect.Parameter.empty

    @property
    def choices(self) -> list[str]:
        """What may be chosen from, where the argument is a choice."""
        if self.term.kind is Kind.PROGRAM:
            return [program.value for program in Program]
        return [member.value for member in type(self.default)] if self.term.kind is Kind.CHOICE else []

    @property
    def term(self) -> Term:
        """What the glossary says of it."""
        return GLOSSARY[self.name]


def arguments_of(entry: Entry) -> list[Argument]:
    """Return the arguments of an entry in order."""
    return [
        Argument(each.name, each.name.rstrip("_"), each.default, each.kind is each.VAR_POSITIONAL)
        for each in inspect.signature(entry.function).parameters.values()
    ]


@cache
def published() -> dict[str, Formula]:
    """Return every formula by its worksheet name."""
    return {name: Formula(entry) for name, entry in CATALOGUE.items()}


class Formula:
    """The callable of an entry: cells in, a cell or a block out, and never an exception."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.arguments = arguments_of(entry)

    def __call__(self, *cells: Cell | Block) -> Cell | Block:
        """Return the answer, or the error value that says why there is none."""
        try:
            with np.errstate(all="ignore"):  # what is not finite in the end is an error value
                return self._evaluate([_alone(cell) for cell in cells])
        except Exception as failure:
            return error_of(failure)

    def _evaluate(self, cells: list[Cell | Block]) -> Cell | Block:
        arguments = [argument for argument in self.arguments if not argument.variadic]
        given, others = cells[: len(arguments)], cells[len(arguments) :]
        if others and arguments == self.arguments:
            remedy = f"takes {len(arguments)} arguments, not {len(cells)}"
            raise InputError(self.entry.name, "", remedy, wrong_kind=True)
        given += [None] * (len(arguments) - len(given))
        if self.entry.shape is Shape.RAW:
            return self.entry.function(*map(_read_one, given, arguments), *others)
        values: dict[str, Any] = {}
        ranges: dict[Argument, Block] = {}
        for cell, argument in zip(given, arguments, strict=True):
            if argument.optional and is_blank(cell, optional=True):
                continue
            if argument.term.whole:
                values[argument.parameter] = read_whole(cell, argument.name, argument.default)
            elif not isinstance(cell, list):
                values[argument.parameter] = read(cell, argument.name, argument.default)
            elif argument.term.kind is Kind.SPEED and (rates := read_vector_speed(cell, argument.name)) is not None:
                values[argument.parameter] = rates
            else:
                ranges[argument] = cell
        return self._spill(values, ranges) if ranges else self._once(values)

    def _once(self, values: dict[str, Any]) -> Cell | Block:
        """Return the answer to one set of arguments."""
        answer = self.entry.function(**values)
        if self.entry.shape is Shape.TABLE:
            return write_table(answer)
        if self.entry.shape is Shape.GRID:
            return [write_column(row, len(row)) for row in answer]
        if self.entry.shape is Shape.COLUMN:
            return [[cell] for cell in write_column(answer, len(answer))]
        return write(answer)

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
        cells = self._column(values, columns, length)
        return [cells[start : start + shape[1]] for start in range(0, length, shape[1])]

    def _column(self, values: dict[str, Any], columns: dict[Argument, list[Cell]], length: int) -> list[Cell]:
        """Return many answers from one call; where it fails, each half by itself, so that one bad cell spoils one."""
        groups = _groups([_kinds(each, cells) for each, cells in columns.items() if _sets_apart(each)], length)
        if len(groups) > 1:
            return self._grouped(values, columns, groups, length)
        try:
            arrays = {each.parameter: read_column(cells, each.name, each.default) for each, cells in columns.items()}
            return write_column(self.entry.function(**values, **arrays), length)
        except (InputError, NoSolution, ErrorCellError) as failure:
            if length == 1:
                return [error_of(failure)]
        half = length // 2
        first = self._column(values, {each: cells[:half] for each, cells in columns.items()}, half)
        return first + self._column(values, {each: cells[half:] for each, cells in columns.items()}, length - half)

    def _grouped(
        self, values: dict[str, Any], columns: dict[Argument, list[Cell]], groups: list[list[int]], length: int
    ) -> list[Cell]:
        """Return the answers of cells that differ in an argument of which a calculation takes a single value."""
        answers: list[Cell] = [None] * length
        for places in groups:
            members = {each: [cells[place] for place in places] for each, cells in columns.items()}
            for place, answer in zip(places, self._column(values, members, len(places)), strict=True):
                answers[place] = answer
        return answers

    def _side_by_side(self, values: dict[str, Any], columns: dict[Argument, list[Cell]], length: int) -> Block:
        """Return a column for each set of arguments, the short ones filled with errors."""
        answers: list[list[Cell]] = []
        for place in range(length):
            try:
                one = {each.parameter: _read_one(cells[place], each) for each, cells in columns.items()}
                answers.append(write_column(column := self.entry.function(**values, **one), len(column)))
            except (InputError, NoSolution, ErrorCellError) as failure:
                answers.append([error_of(failure)])
        deepest = max(len(answer) for answer in answers)
        past = CellError("#N/A", "this column is shorter than its neighbours")
        return [[answer[row] if row < len(answer) else past for answer in answers] for row in range(deepest)]


def _alone(cell: Cell | Block) -> Cell | Block:
    """Return a range of one cell as that cell."""
    return cell[0][0] if isinstance(cell, list) and len(cell) == 1 and len(cell[0]) == 1 else cell


def _read_one(cell: Any, argument: Argument) -> Any:
    """Return what one cell gives an argument, its default where it is blank."""
    if argument.optional and is_blank(cell, optional=True):
        return argument.default
    return read(cell, argument.name, argument.default)


def _sets_apart(argument: Argument) -> bool:
    """Whether cells of an argument may need a calculation each: a single value is taken, or a blank is no value."""
    return is_single(argument.term) or argument.default is None


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
