"""What a formula becomes when it is made ready, and how a reference is read where values are meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.calling import NO_VALUE, SEVERAL_RANGES, Function, block, holds_references
from mbsxl_udfs.sheet.cells import VALUE, Block, Cell, CellError
from mbsxl_udfs.sheet.operators import Value
from mbsxl_udfs.sheet.references import Grid, Reference, Seen, Union

NO_REFERENCE = CellError("#REF!", "it refers to cells that are not there")
NOTHING_IN_LINE = CellError(VALUE, "one value is meant, and the range has none in this row or column")
_MOST_ROWS, _MOST_COLUMNS = 60_000, 10_000  # of a range that is read whole, where it is used or not


class At(NamedTuple):
    """Where a formula stands, and what its LET and LAMBDA names mean there."""

    grid: Grid
    row: int
    column: int
    scope: Mapping[str, Value] = {}

    def within(self, scope: Mapping[str, Value]) -> At:
        """Return the same place with more names."""
        return self._replace(scope={**self.scope, **scope})


Code = Callable[[At], Value]


class Context(NamedTuple):
    """How a part of a formula is read: whether as in an array formula, from which cell, and its local names."""

    array: bool
    origin: tuple[int, int]
    local: frozenset[str] = frozenset()

    def knowing(self, *names: str) -> Context:
        """Return the same with more local names."""
        return self._replace(local=self.local | set(names))


class Surroundings(Protocol):
    """What a compiler asks of the workbook."""

    functions: Mapping[str, Function]

    def grid(self, title: str) -> Grid | None:
        """Return a sheet by its name."""

    def sheets(self, first: str, last: str) -> list[Grid]:
        """Return the sheets from one to another, as a 3-D reference means them."""

    def meaning(self, name: str, sheet: Grid) -> str | None:
        """Return what a defined name or a table stands for, as the text of a formula."""

    def named(self) -> Iterable[str]:
        """Return the names that the workbook defines."""

    def without_tables(self, text: str, sheet: Grid, cell: tuple[int, int]) -> str:
        """Return a formula with its table references spelt as cells."""

    def linked(self, reference: str) -> Cell | Block:
        """Return the values kept of a reference to another workbook."""


class Omitted:
    """An argument left out, as the second of ``IF(A1,,3)``."""


class Read(NamedTuple):
    """What a formula is seen to read: an area of a sheet, by the cell that the formula stands in."""

    grid: Grid
    seen: Seen
    is_one_cell: bool


class Call(NamedTuple):
    """A formula that is the call of one function, which answers many calls at once: its arguments, made ready."""

    together: Callable[[Sequence[Sequence[Value]]], Sequence[Value]]
    arguments: Sequence[Code]


class Compiled(NamedTuple):
    """A formula made ready, and what it is seen to read; its copies share it."""

    code: Code
    reads: list[Read]
    call: Call | None = None


def first_of(code: Code) -> Code:
    """Return what gives the first cell of what another gives: all that a plain formula shows."""

    def first(at: At) -> Cell:
        value = code(at)
        return value[0][0] if type(value) is list else value

    return first


def all_of(value: Value, at: At) -> Cell | Block:
    """Return a value as cells, all of them."""
    if isinstance(value, Reference):
        return value.grid.block(value.grid.used(value.area)) if _is_open(value.area) else value.value()
    if isinstance(value, Union):
        return SEVERAL_RANGES
    if isinstance(value, Function):
        return NO_VALUE
    if holds_references(value):
        return [[block(cell)[0][0] for cell in row] for row in value]
    return value


def _is_open(area: Area) -> bool:
    return area.last_row - area.row > _MOST_ROWS or area.last_column - area.column > _MOST_COLUMNS


def in_own_line(value: Value, at: At) -> Cell | Block:
    """Return the cell of a range that stands in the formula's own row or column: implicit intersection."""
    if not isinstance(value, Reference):
        return all_of(value, at)
    return in_line(value, at.row, at.column)


def in_line(reference: Reference, row: int, column: int) -> Cell:
    """Return the one cell of a reference that is meant in a row and a column."""
    grid, area = reference
    if reference.is_one_cell:
        return grid.cell(area)
    if area.column == area.last_column and area.row <= row <= area.last_row:
        return grid.cell(Area(row, area.column, row, area.column))
    if area.row == area.last_row and area.column <= column <= area.last_column:
        return grid.cell(Area(area.row, column, area.row, column))
    return NOTHING_IN_LINE
