"""Addresses: cells, areas and sheets as formulas write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from mbsxl.errors import InputError
from mbsxl_udfs.sheet.cells import Block

_LETTERS = 26
_CELL_NAME = re.compile("([A-Z]{1,3})([1-9][0-9]*)")


class Area(NamedTuple):
    """A rectangle of cells; rows and columns count from 1, both ends included."""

    row: int
    column: int
    last_row: int
    last_column: int

    @classmethod
    def parse(cls, text: str) -> Area:
        """Read ``"B2"``, ``"A2:H10"`` or ``"$A$2:$H$10"``."""
        first, _, last = text.replace("$", "").upper().partition(":")
        return cls(*place_of(first), *place_of(last or first))

    @classmethod
    def of(cls, row: int, column: int, block: Block) -> Area:
        """Return the area a block covers when its first cell stands at a row and a column."""
        return cls(row, column, row + len(block) - 1, column + len(block[0]) - 1)

    def __str__(self) -> str:
        first, last = cell_name(self.row, self.column), cell_name(self.last_row, self.last_column)
        return first if first == last else f"{first}:{last}"

    def meets(self, other: Area) -> bool:
        """Whether the two have a cell in common."""
        return (
            self.row <= other.last_row
            and other.row <= self.last_row
            and self.column <= other.last_column
            and other.column <= self.last_column
        )

    def within(self, other: Area) -> bool:
        """Whether all of its cells are cells of another."""
        return (
            other.row <= self.row <= self.last_row <= other.last_row
            and other.column <= self.column <= self.last_column <= other.last_column
        )

    @property
    def size(self) -> int:
        """How many cells it has."""
        return (self.last_row - self.row + 1) * (self.last_column - self.column + 1)

    def cells(self) -> Iterator[tuple[int, int]]:
        """Yield the row and the column of every cell, row by row."""
        for row in range(self.row, self.last_row + 1):
            for column in range(self.column, self.last_column + 1):
                yield row, column


def place_of(name: str) -> tuple[int, int]:
    """Return the row and the column of a cell by its name, as ``"B12"``."""
    found = _CELL_NAME.fullmatch(name.upper())
    if found is None:
        raise InputError("range", name, 'is not a range of cells; write it like "Inputs!A2:C10"')
    return int(found[2]), column_number(found[1])


@cache
def column_number(letters: str) -> int:
    """Return the number of a column by its letters, from 1.

    Examples
    --------
    >>> column_number("A"), column_number("XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters:
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number


@cache
def column_name(column: int) -> str:
    """Return the letters of a column, as ``"AA"``."""
    rest, letter = divmod(column - 1, _LETTERS)
    return (column_name(rest) if rest else "") + chr(ord("A") + letter)


def cell_name(row: int, column: int) -> str:
    """Return the name of a cell, as ``"B12"``."""
    return f"{column_name(column)}{row}"


def parted(reference: str) -> tuple[str, str]:
    """Return the sheet and the cells of a reference."""
    sheet, _, cells = reference.rpartition("!")
    return (sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet), cells


def quoted(sheet: str) -> str:
    """Return the name of a sheet as a reference has it."""
    return "'" + sheet.replace("'", "''") + "'"
