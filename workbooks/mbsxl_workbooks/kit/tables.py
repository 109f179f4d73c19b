"""Tables of named columns: where each stands, and what a formula means that speaks of columns by name.

In a formula `{price}` is a column of the formula's own table and `{pools.price}` one of the table `pools`. A formula
that is written once a row means the cell of its row; everywhere else it means the whole column. What is meant
otherwise is said in brackets: `{face[all]}`, `{face[first:this]}`, `{face[this-1]}`, `{held[2025-12]}` by the row's
key, `{face[total]}`, `{low[head]}` the heading. `{low:high}` are the columns from one to another.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from xlsxwriter.utility import xl_col_to_name

from mbsxl_workbooks.kit.rules import Rule

_WORD = re.compile(r"\{([a-z]\w*(?:\.\w+)?)(?::(\w+))?(?:\[([^\]{}]+)\])?\}")
_ROW = re.compile(r"(head|first|last|total|this|all)(?:([+-]\d+))?")

Value = float | str | datetime.date | None


class Column(NamedTuple):
    """A column: its heading, how its numbers look, and what is in it.

    `rows` is a formula written once a row, or what each row holds, formulas or values; `fill` is one formula for all
    rows, and for the columns after it as well where it spreads `across` several. With a `rule` the cells are inputs,
    named column_key. `total` stands in a row of its own under the others.
    """

    title: str
    number: str = "general"
    rows: str | Sequence[Value] = ()
    fill: str = ""
    across: int = 1
    rule: Rule | None = None
    total: str = ""
    align: str = ""
    named: bool = False  # its heading is an input too, named name_column


def across(titles: Mapping[str, str], number: str, fill: str) -> dict[str, Column]:
    """Return columns that one formula fills together, by name with their headings."""
    first, *_ = titles
    columns = {name: Column(title, number) for name, title in titles.items()}
    return columns | {first: columns[first]._replace(fill=fill, across=len(columns))}


class Table:
    """A table on a page: its rows by key, its columns by name. `spare` rows at its end are blank, to be typed in."""

    def __init__(self, sheet: str, top: int, left: int, keys: Sequence[str], columns: Mapping[str, Column]) -> None:
        self.sheet, self.top, self.left = sheet, top, left
        self.keys, self.columns = tuple(keys), dict(columns)
        self._place = {name: left + place for place, name in enumerate(columns)}
        self._row = {key: place for place, key in enumerate(keys)}

    def column_of(self, name: str) -> int:
        """Return the place of a column on the page, counted from 0."""
        return self._place[name]

    def row_of(self, said: str, this: int | None = None) -> int:
        """Return the place of a row on the page, counted from 0; `this` is that of the formula."""
        if said in self._row:
            return self.top + self._row[said]
        found = _ROW.fullmatch(said)
        if not found or (found[1] == "this" and this is None):
            raise KeyError(f"{said!r} is no row of a table of {self.sheet}")
        start = {
            "head": self.top - 1,
            "first": self.top,
            "last": self.top + len(self.keys) - 1,
            "total": self.top + len(self.keys),
            "this": this,
        }[found[1]]
        assert start is not None
        return start + int(found[2] or 0)

    def reference(self, columns: tuple[str, str], rows: str, this: int | None, sheet: str) -> str:
        """Return the cells of some columns and rows, as a formula on a page writes them."""
        first, last = ("first", "last") if rows == "all" else (rows.split(":") * 2)[:2]
        corners = [self._corner(*pair, this) for pair in zip(columns, (first, last), strict=True)]
        cells = ":".join(dict.fromkeys(corners))
        return cells if sheet == self.sheet else f"{quoted(self.sheet)}!{cells}"

    def _corner(self, column: str, row: str, this: int | None) -> str:
        fixed = "" if row.startswith("this") else "$"
        return f"{fixed}{xl_col_to_name(self.column_of(column))}{fixed}{self.row_of(row, this) + 1}"


def quoted(sheet: str) -> str:
    """Return a sheet's name as a formula writes it."""
    return sheet if re.fullmatch(r"\w+", sheet) else f"'{sheet}'"


def say(text: str, tables: Mapping[str, Table], sheet: str, own: Table | None = None, this: int | None = None) -> str:
    """Return a formula with the columns it names spelt as cells.

    `own` is the table the formula stands in, and `this` its row where it is written once a row.
    """

    def spelt(found: re.Match[str]) -> str:
        name, last, rows = found.groups()
        whose, _, column = name.rpartition(".")
        table = tables[whose] if whose else own
        if table is None or column not in table.columns:
            raise KeyError(f"{found[0]} is no column: {text}")
        ours = this
        if this is not None and own is not None and table is not own:
            ours = table.top + this - own.top  # the row of the same place
        rows = rows or ("all" if this is None else "this")
        return table.reference((column, last or column), rows, ours, sheet)

    return _WORD.sub(spelt, text)
