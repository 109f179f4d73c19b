"""A formula as it is typed on the page, and the cells that it refers to, pasted from a sheet."""

from __future__ import annotations

import csv
import datetime
from typing import NamedTuple

import numpy as np

from mbsxl.conventions.numerals import is_number, number_of
from mbsxl.errors import InputError
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.hosts.host import plain
from mbsxl_udfs.positions.units import dated
from mbsxl_udfs.sheet.addresses import column_name
from mbsxl_udfs.sheet.cells import CODES, Block, Cell, CellError
from mbsxl_udfs.sheet.model import Model
from mbsxl_udfs.sheet.numbers import shown
from mbsxl_udfs.sheet.serial import serial_of_date

_MOST_CELLS = 100_000
_MOST_ROWS, _MOST_COLUMNS = 400, 40  # that are shown
_MOST_READ = 12  # rows of what was pasted that are shown


class Answered(NamedTuple):
    """Cells as they are shown, why any is an error, and how many rows are not shown."""

    rows: list[list[str]]
    words: list[str]
    more: int


def answered(text: str, cells: Block) -> Answered:
    """Return what a formula gives that refers to cells of its sheet, from A1 on."""
    model = Model(published())
    grid = model.calculation.add("Sheet1")
    grid.values |= {(row, column): cell for row, line in enumerate(cells, 1) for column, cell in enumerate(line, 1)}
    model.calculation.run([])
    block = model.evaluate(grid, (1, 1), plain(text).strip().removeprefix("="), (1, 1))
    words = dict.fromkeys(cell.words for row in block for cell in row if isinstance(cell, CellError))
    rows = [[shown(cell, "General") for cell in row[:_MOST_COLUMNS]] for row in block[:_MOST_ROWS]]
    return Answered(rows, list(words), max(len(block) - _MOST_ROWS, 0))


def pasted(text: str) -> Block:
    r"""Return the cells of a text: as a sheet copies them, with tabs between columns, or typed, with semicolons.

    Errors
    ------
    InputError
        More cells than are taken.

    Examples
    --------
    >>> pasted("5.5%\t101-16\n8 CPR; slow\t")
    [[0.055, '101-16'], ['8 CPR; slow', None]]
    >>> pasted("2; 5; 10")
    [[2.0, 5.0, 10.0]]
    """
    lines = list(csv.reader(text.splitlines(), delimiter="\t" if "\t" in text else ";"))
    width = max(map(len, lines), default=0)
    if width * len(lines) > _MOST_CELLS:
        raise InputError("cells", f"{width * len(lines):,}", f"are too many; paste at most {_MOST_CELLS:,}")
    return [[*map(_meant, line), *[None] * (width - len(line))] for line in lines]


def _meant(text: str) -> Cell:
    """Return what a text means in a cell that it is typed into."""
    text = text.strip()
    if not text:
        return None
    if is_number(text):
        return number_of(text, "cells")
    if text.upper() in ("TRUE", "FALSE"):
        return text.upper() == "TRUE"
    if text.upper() in CODES:
        return CellError(text.upper())
    day = dated(text)
    return serial_of_date(np.datetime64(day, "D")) if isinstance(day, datetime.date) else text


def as_read(cells: Block) -> list[list[str]]:
    """Return cells as they were read, under the letters of their columns and beside the numbers of their rows."""
    if not cells:
        return []
    letters = [column_name(place) for place in range(1, len(cells[0]) + 1)]
    rows = [[str(number), *(shown(cell, "General") for cell in row)] for number, row in enumerate(cells, 1)]
    return [row[: _MOST_COLUMNS + 1] for row in (["", *letters], *rows[:_MOST_READ])]
