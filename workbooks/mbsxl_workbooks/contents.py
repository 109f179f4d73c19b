"""What there is to read in a workbook: its inputs, headlines and checks, and the ranges that stand for themselves.

In a workbook laid out like the templates, with named cells on a Summary, the page decides: a named cell on Inputs,
Summary or Checks is one of these. In any other, a name that begins with "check" is a check, a named cell that is typed
an input, one that is calculated a headline; a table called Inputs, Results or Checks has a label, a value and a note in
each row. A cell that is set by its address is an input. Named ranges, other tables and, where there is nothing else,
the first sheet are shown as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from mbsxl_udfs.sheet.addresses import Area, cell_name, parted
from mbsxl_udfs.sheet.causes import Emptied
from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.charts import NumberFormats
from mbsxl_udfs.sheet.engine import Book, Place
from mbsxl_udfs.sheet.numbers import shown
from mbsxl_udfs.sheet.references import Written
from mbsxl_workbooks.kit.cells import CHECKS, INPUTS, SUMMARY

_TABLES = {"inputs": INPUTS, "results": SUMMARY, "checks": CHECKS}
_MOST_ROWS, _MOST_COLUMNS = 12, 8  # of a range that is shown


class Line(NamedTuple):
    """A cell as a reader sees it; `before` is its value before inputs were changed, empty where none was."""

    name: str
    label: str
    note: str
    value: str
    before: str
    cell: Cell

    @property
    def holds(self) -> bool:
        """Whether it is a check that is met."""
        return self.cell is True or (isinstance(self.cell, str) and self.cell.strip().casefold() == "ok")


class Grid(NamedTuple):
    """A range as a reader sees it: what it is called, its first cells, and how many rows and columns more there are."""

    name: str
    rows: list[list[str]]
    more: int
    wider: int

    @property
    def rest(self) -> str:
        """What is not shown of it; empty where nothing is left out."""
        parts = [f"{count:,} more {of}" for count, of in ((self.more, "rows"), (self.wider, "columns")) if count]
        return f"and {' and '.join(parts)}" if parts else ""


class Contents:
    """What a calculated workbook has to read; `addressed` are the cells that are set by their address."""

    def __init__(self, book: Book, formats: NumberFormats, addressed: Mapping[str, Place] = {}) -> None:
        self._book, self._formats, self._addressed = book, formats, addressed
        self._pages = {INPUTS, SUMMARY, CHECKS} & {place.sheet for place in book.names.values()}
        self._is_template = SUMMARY in self._pages

    def heading(self, row: int) -> str:
        """Return a line of the heading of the first page, where there is one."""
        return str(self._book.value(Place(SUMMARY, row, 2)) or "") if self._is_template else ""

    def values(self) -> dict[Place, Cell]:
        """Return the values of all cells that lines are of."""
        return {place: self._book.value(place) for _, _, place, _ in self._cells()}

    def lines(self, before: Mapping[Place, Cell]) -> dict[str, list[Line]]:
        """Return the inputs, headlines and checks, by the pages of the templates that they would stand on.

        A number that rests on cells which an error has emptied is none, and is shown as an error.
        """
        emptied = self._book.emptied()
        found: dict[str, list[Line]] = {INPUTS: [], SUMMARY: [], CHECKS: []}
        for role, name, place, label in self._cells():
            was = shown(before[place], self._formats.of(*place)) if place in before else ""
            found[role].append(self._line(name, place, label, was, emptied))
        return found

    def _cells(self) -> Iterator[tuple[str, str, Place, Place | None]]:
        """Yield every cell that a line is of: its role, its name, its place, and that of its label."""
        for name, place in sorted(self._book.names.items(), key=lambda pair: pair[1].row):
            role = self._role(name, place)
            if role:
                column = 2 if self._pages and place.sheet == CHECKS else place.column - 1
                yield role, name, place, Place(place.sheet, place.row, column) if column else None
        for name, place in self._addressed.items():
            yield INPUTS, name, place, place._replace(column=place.column - 1) if place.column > 1 else None
        for table in self._book.package.tables:
            role = _TABLES.get(table.name.casefold(), "")
            if role and table.area.last_column > table.area.column:
                for row in range(table.body.row, table.body.last_row + 1):
                    label, value = (Place(table.sheet, row, table.area.column + offset) for offset in (0, 1))
                    if value not in self._addressed.values():
                        yield role, "", value, label

    def _role(self, name: str, place: Place) -> str:
        if place.sheet in self._pages or self._is_template:
            return place.sheet if place.sheet in self._pages else ""
        if name.casefold().startswith("check"):
            return CHECKS
        return SUMMARY if self._book.is_calculated(place) else INPUTS

    def _line(self, name: str, place: Place, label: Place | None, was: str, emptied: Emptied) -> Line:
        beside = place._replace(column=place.column + 1)
        words, note, cell = (None if at is None else self._book.value(at) for at in (label, beside, place))
        if name and place.sheet not in self._pages:  # beside a cell of a workbook of any kind may stand anything
            words, note = (each if isinstance(each, str) else None for each in (words, note))
        elif place.sheet == INPUTS and not (isinstance(words, str) and words):
            words = self._row_and_head(place)
        anchor = None if isinstance(cell, CellError) else emptied.under(place.sheet, place[1:])
        if anchor is not None:
            where = f"{anchor.grid.title}!{cell_name(*anchor.key)}"
            cell = CellError("#N/A", f"it rests on cells that the error in {where} left empty")
            note = cell.message
        value = shown(cell, self._formats.of(*place))
        return Line(name, str(words or name), str(note or ""), value, was, cell)

    def _row_and_head(self, place: Place) -> str:
        """Return what a cell of a table is: the name of its row, and the head of its column."""
        row = self._nearest(place._replace(column=column) for column in range(place.column - 1, 0, -1))
        head = self._nearest(place._replace(row=row) for row in range(place.row - 1, 0, -1))
        return ", ".join(filter(None, (row, head)))

    def _nearest(self, places: Iterable[Place]) -> str:
        """Return the first text there that is not a named cell's."""
        named = set(self._book.names.values())
        texts = (self._book.value(place) for place in places if place not in named)
        return next((text for text in texts if isinstance(text, str) and text), "")

    def grids(self) -> list[Grid]:
        """Return the ranges that stand for themselves: none in a workbook laid out like the templates."""
        if self._is_template:
            return []
        named = [grid for name in self._book.package.names if (grid := self._named(name.name, name.sheet, name.text))]
        tables = [
            self._grid(table.name, table.sheet, table.area)
            for table in self._book.package.tables
            if table.name.casefold() not in _TABLES
        ]
        return named + tables or ([] if self._book.names else self._first_sheet())

    def _named(self, name: str, scope: str | None, text: str) -> Grid | None:
        sheet, cells = parted(text.removeprefix("="))
        at = Written.parse(cells) if sheet in self._book.package.sheets else None
        if at is None or (at.is_one_cell and scope is None):
            return None
        return self._grid(f"{scope}!{name}" if scope else name, sheet, at.seen_from((1, 1))(1, 1))

    def _first_sheet(self) -> list[Grid]:
        for sheet, cells in self._book.package.sheets.items():
            places = list(cells.places())
            if places:
                rows, columns = zip(*places, strict=True)
                return [self._grid(sheet, sheet, Area(min(rows), min(columns), max(rows), max(columns)))]
        return []

    def _grid(self, name: str, sheet: str, area: Area) -> Grid:
        """Return an area without its empty rows and columns."""
        inside = self._book.used(sheet, area)
        rows = sorted({row for row, _ in inside})
        columns = sorted({column for _, column in inside})
        texts = [
            [self._text(Place(sheet, row, column)) for column in islice(columns, _MOST_COLUMNS)]
            for row in islice(rows, _MOST_ROWS)
        ]
        return Grid(name, texts, max(len(rows) - _MOST_ROWS, 0), max(len(columns) - _MOST_COLUMNS, 0))

    def _text(self, place: Place) -> str:
        return shown(self._book.value(place), self._formats.of(*place))
