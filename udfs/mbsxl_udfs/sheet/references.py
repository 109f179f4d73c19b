"""References: what a formula means by A1, A1:B3, whole columns, and several of them at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from mbsxl_udfs.sheet.addresses import Area, column_number
from mbsxl_udfs.sheet.cells import Block, Cell

ROWS, COLUMNS = 1_048_576, 16_384  # of a sheet

_CELL = r"(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})"
_A1 = re.compile(rf"{_CELL}(?::{_CELL})?$")
_WHOLE_COLUMNS = re.compile(r"(\$?)([A-Za-z]{1,3}):(\$?)([A-Za-z]{1,3})$")
_WHOLE_ROWS = re.compile(r"(\$?)([1-9][0-9]{0,6}):(\$?)([1-9][0-9]{0,6})$")


class Grid(Protocol):
    """The cells of one sheet, as references read them."""

    title: str
    totals: frozenset[tuple[int, int]]
    hidden_rows: frozenset[int]
    filters: list[Area]

    def cell(self, area: Area) -> Cell:
        """Return the value of one cell, an area of its own."""

    def block(self, area: Area) -> Block:
        """Return the values of an area."""

    def used(self, area: Area) -> Area:
        """Return the part of an area that holds anything; at least its first cell."""


class Reference(NamedTuple):
    """An area of one sheet."""

    grid: Grid
    area: Area

    @property
    def is_one_cell(self) -> bool:
        """Whether it is a single cell."""
        area = self.area
        return area.row == area.last_row and area.column == area.last_column

    def value(self) -> Cell | Block:
        """Return what stands there: a cell, or a block where it is larger."""
        return self.grid.cell(self.area) if self.is_one_cell else self.grid.block(self.area)

    def used(self) -> Block:
        """Return the values of the part that holds anything."""
        return self.grid.block(self.grid.used(self.area))

    def at(self, row: int, column: int) -> Reference:
        """Return one cell of it, counted from 1."""
        row, column = self.area.row + row - 1, self.area.column + column - 1
        return Reference(self.grid, Area(row, column, row, column))


class Union(tuple[Reference, ...]):
    """Several areas at once, as ``(A1:A3,C1)``."""


class Corner(NamedTuple):
    """A row or a column as a formula writes it: ``$A`` stays, ``A`` moves with the cell that reads it."""

    number: int
    moves: bool

    def beyond(self, origin: int) -> int:
        """Return how far from the cell before it, at `origin`, a row or a column is that moves; of others its place."""
        return self.number - 1 - origin if self.moves else self.number - 1


Seen = Callable[[int, int], Area]


class Written(NamedTuple):
    """A reference as a formula writes it, its corners fixed or moving."""

    row: Corner
    column: Corner
    last_row: Corner
    last_column: Corner

    @classmethod
    def parse(cls, text: str) -> Written | None:
        """Read ``B2``, ``$A$2:H10``, ``A:C`` or ``1:3``; `None` where it is none of them."""
        if found := _A1.match(text):
            first, last = found.groups()[:4], found.groups()[4:]
            return cls(*_corners(*first), *_corners(*(last if found[6] else first)))._in_order()
        if found := _WHOLE_COLUMNS.match(text):
            left, right = _column(found[1], found[2]), _column(found[3], found[4])
            return cls(Corner(1, False), left, Corner(ROWS, False), right)._in_order() if left and right else None
        if found := _WHOLE_ROWS.match(text):
            top, bottom = Corner(int(found[2]), not found[1]), Corner(int(found[4]), not found[3])
            return cls(top, Corner(1, False), bottom, Corner(COLUMNS, False))._in_order()
        return None

    def _in_order(self) -> Written | None:
        if self.row.number > ROWS or self.last_row.number > ROWS:
            return None
        if max(self.column.number, self.last_column.number) > COLUMNS:
            return None
        top, bottom = sorted((self.row, self.last_row), key=lambda corner: corner.number)
        left, right = sorted((self.column, self.last_column), key=lambda corner: corner.number)
        return Written(top, left, bottom, right)

    @property
    def is_one_cell(self) -> bool:
        """Whether it is a single cell."""
        return self.row == self.last_row and self.column == self.last_column

    @property
    def is_fixed(self) -> bool:
        """Whether it means the same in every cell."""
        return not any(corner.moves for corner in self)

    def seen_from(self, origin: tuple[int, int]) -> Seen:
        """Return what gives the area that a formula written in one cell means in another, by its row and column.

        A sheet's last row is followed by its first.
        """
        if self.is_fixed:
            fixed = Area(self.row.number, self.column.number, self.last_row.number, self.last_column.number)
            return lambda row, column: fixed
        top, bottom = self.row.beyond(origin[0]), self.last_row.beyond(origin[0])
        left, right = self.column.beyond(origin[1]), self.last_column.beyond(origin[1])
        tops, lefts, bottoms, rights = (int(corner.moves) for corner in self)

        def one_cell(row: int, column: int) -> Area:
            down, across = (top + tops * row) % ROWS + 1, (left + lefts * column) % COLUMNS + 1
            return Area(down, across, down, across)

        def area(row: int, column: int) -> Area:
            first, last = (top + tops * row) % ROWS + 1, (bottom + bottoms * row) % ROWS + 1
            start, end = (left + lefts * column) % COLUMNS + 1, (right + rights * column) % COLUMNS + 1
            return Area(min(first, last), min(start, end), max(first, last), max(start, end))

        return one_cell if self.is_one_cell else area


def _corners(fixed_column: str, column: str, fixed_row: str, row: str) -> tuple[Corner, Corner]:
    return Corner(int(row), not fixed_row), _column(fixed_column, column)


def _column(fixed: str, letters: str) -> Corner:
    return Corner(column_number(letters.upper()), not fixed)


def common(ones: Union, others: Union) -> Reference | Union | None:
    """Return the cells that references share."""
    found = [shared for one in ones for other in others if (shared := _shared(one, other)) is not None]
    return None if not found else found[0] if len(found) == 1 else Union(found)


def _shared(first: Reference, second: Reference) -> Reference | None:
    one, other = first.area, second.area
    area = Area(
        max(one.row, other.row),
        max(one.column, other.column),
        min(one.last_row, other.last_row),
        min(one.last_column, other.last_column),
    )
    if first.grid is not second.grid or area.row > area.last_row or area.column > area.last_column:
        return None
    return Reference(first.grid, area)


def around(*several: Union) -> Reference | None:
    """Return the smallest area that holds references of one sheet, as ``A1:INDEX(B:B,3)``."""
    references = [each for union in several for each in union]
    areas = [each.area for each in references]
    if any(each.grid is not references[0].grid for each in references):
        return None
    return Reference(
        references[0].grid,
        Area(
            min(area.row for area in areas),
            min(area.column for area in areas),
            max(area.last_row for area in areas),
            max(area.last_column for area in areas),
        ),
    )
