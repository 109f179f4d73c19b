"""References: what a formula means by A1, A1:B3, whole columns, and several of them at once."""

from __future__ import annotations

import re
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

    def cell(self, row: int, column: int) -> Cell:
        """Return the value of one cell."""

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
        area = self.area
        return self.grid.cell(area.row, area.column) if self.is_one_cell else self.grid.block(area)

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

    def seen_from(self, now: int, origin: int, size: int) -> int:
        """Return the row or column meant by a copy of the formula; a sheet's last is followed by its first."""
        return (self.number + now - origin - 1) % size + 1 if self.moves else self.number


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

    def seen_from(self, now: tuple[int, int], origin: tuple[int, int]) -> Area:
        """Return the area meant in one cell by a formula written in another."""
        top = self.row.seen_from(now[0], origin[0], ROWS)
        left = self.column.seen_from(now[1], origin[1], COLUMNS)
        if self.is_one_cell:
            return Area(top, left, top, left)
        bottom = self.last_row.seen_from(now[0], origin[0], ROWS)
        right = self.last_column.seen_from(now[1], origin[1], COLUMNS)
        return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def _corners(fixed_column: str, column: str, fixed_row: str, row: str) -> tuple[Corner, Corner]:
    return Corner(int(row), not fixed_row), _column(fixed_column, column)


def _column(fixed: str, letters: str) -> Corner:
    return Corner(column_number(letters.upper()), not fixed)


def common(first: Reference, second: Reference) -> Reference | None:
    """Return the cells that two references share."""
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


def around(first: Reference, second: Reference) -> Reference | None:
    """Return the smallest area that holds two references of one sheet, as ``A1:INDEX(B:B,3)``."""
    if first.grid is not second.grid:
        return None
    one, other = first.area, second.area
    return Reference(
        first.grid,
        Area(
            min(one.row, other.row),
            min(one.column, other.column),
            max(one.last_row, other.last_row),
            max(one.last_column, other.last_column),
        ),
    )
