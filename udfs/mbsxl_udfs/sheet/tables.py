"""Tables of a workbook, and formulas that name their columns spelt with the cells they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from mbsxl_udfs.sheet.addresses import Area, column_name, quoted

_NO_REFERENCE = "#REF!"
_SECTIONS = {"#all", "#data", "#headers", "#totals", "#this row"}
# Texts and quoted sheets are passed over, and so are the files that links number; a name may have brackets behind it.
_SCAN = re.compile(
    r"""
    "(?:[^"]|"")*" | '(?:[^']|'')*'!
    | \[\d+\](?=[\w.:!'\\]) | [^\W\d][\w.]*!
    | (?P<name>(?<![\w.$!:#])[^\W\d][\w.\\?]*)(?![\w.(!:?\\]|\s*\() | (?P<open>\[)
    """,
    re.VERBOSE,
)
# One part of what stands in the brackets of a table: in brackets of its own, or bare.
_PART = re.compile(r"\s*(?:\[((?:[^\[\]']|'.)*)\]|((?:[^\[\]',:]|'.)+))\s*(?:[,:]|$)", re.DOTALL)


class Table(NamedTuple):
    """A table of the workbook: where it stands and what its columns are called."""

    name: str
    sheet: str
    area: Area
    columns: list[str]
    has_header: bool
    has_totals: bool

    @property
    def body(self) -> Area:
        """The rows between its header and its totals."""
        return self.area._replace(row=self.area.row + self.has_header, last_row=self.area.last_row - self.has_totals)

    def rows(self, sections: Iterable[str]) -> tuple[int, int] | None:
        """Return the first and the last row of parts of it, as formulas name them; None where it has none of them."""
        area, body = self.area, self.body
        parts = {
            "#all": (area.row, area.last_row),
            "#data": (body.row, body.last_row),
            "#headers": (area.row, area.row) if self.has_header else None,
            "#totals": (area.last_row, area.last_row) if self.has_totals else None,
        }
        found = [parts[section] for section in sections]
        present = [part for part in found if part is not None and part[0] <= part[1]]
        return (min(first for first, _ in present), max(last for _, last in present)) if present else None

    def column(self, name: str) -> int | None:
        """Return the column of the sheet that one of its columns is, whatever the case of its name."""
        names = [column.casefold() for column in self.columns]
        return self.area.column + names.index(name.casefold()) if name.casefold() in names else None


def without_tables(text: str, sheet: str, cell: tuple[int, int], tables: list[Table]) -> str:
    """Spell the references of a formula to tables and their columns as the cells they mean.

    Parameters
    ----------
    text
        The formula.
    sheet, cell
        Where it stands, the cell by its row and column, which is what ``[#This Row]`` and a column without its table
        mean.
    tables
        The tables of the workbook.

    Examples
    --------
    >>> pools = Table("Pools", "S", Area.parse("A1:C9"), ["Face", "WAC [%]", "Age"], has_header=True, has_totals=False)
    >>> without_tables("SUM(Pools[Face])+Pools[[#This Row],[WAC '[%']]]", "S", (3, 5), [pools])
    "SUM('S'!$A$2:$A$9)+'S'!$B3"
    """
    by_name = {table.name.casefold(): table for table in tables}
    row, own = cell[0], Area(*cell, *cell)
    around = next((table for table in tables if table.sheet == sheet and own.within(table.area)), None)
    spelt, place = [], 0
    while found := _SCAN.search(text, place):
        spelt.append(text[place : found.start()])
        table = by_name.get(found["name"].casefold()) if found["name"] else around if found["open"] else None
        opened = found.start() if found["open"] else found.end()
        inside = _bracketed(text, opened)
        cells = (
            _cells(table, inside[1:-1], row if sheet == table.sheet else 0) if table and inside is not None else None
        )
        place = opened + len(inside or "") if cells else found.end()
        spelt.append(cells or found[0])
    return "".join(spelt) + text[place:]


def _bracketed(text: str, start: int) -> str | None:
    """Return what stands in brackets from a place on, empty where none does, None where they are not closed."""
    if text[start : start + 1] != "[":
        return ""
    depth, place = 0, start
    while place < len(text):
        character = text[place]
        if character == "'":  # escapes the one after it
            place += 1
        else:
            depth += (character == "[") - (character == "]")
        place += 1
        if not depth:
            return text[start:place]
    return None


def _cells(table: Table, inside: str, row: int) -> str | None:
    """Return the cells that a reference to a table means by what stands in its brackets; None where it is none."""
    this_row = inside.lstrip().startswith("@")
    inside = inside.strip().removeprefix("@")
    parts = [inside]
    if table.column(_plain(inside)) is None:
        parts = [bracketed or bare.strip() for bracketed, bare in _PART.findall(inside)]
    sections = {part.lower() for part in parts} & _SECTIONS
    names = [_plain(part) for part in parts if part and part.lower() not in _SECTIONS]
    columns = [table.column(name) for name in names] or [table.area.column, table.area.last_column]
    if None in columns or len(columns) > 2:
        return None
    left, right = columns[0], columns[-1]
    assert left is not None
    assert right is not None
    if this_row or "#this row" in sections:
        if not table.body.row <= row <= table.body.last_row:
            return _NO_REFERENCE
        first, last = f"${column_name(left)}{row}", f"${column_name(right)}{row}"  # a copy of the formula moves it
    else:
        rows = table.rows(sections or {"#data"})
        if rows is None:
            return _NO_REFERENCE
        first, last = f"${column_name(left)}${rows[0]}", f"${column_name(right)}${rows[1]}"
    return f"{quoted(table.sheet)}!{first}" + (f":{last}" if last != first else "")


def _plain(name: str) -> str:
    """Return the name of a column: in a formula an apostrophe stands before a character that means something there."""
    return re.sub(r"'(.)", r"\1", name, flags=re.DOTALL)
