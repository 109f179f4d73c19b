"""A workbook being laid out: its pages, their inputs, headlines, tables, checks and charts, each placed under the last.

What is written speaks of columns by name (`tables`), whatever page they stand on: cells are filled in when all pages
are laid out.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import CHECKS, GUIDE, INPUTS, SUMMARY, Headline, Input, Ruled, ruled
from mbsxl_workbooks.kit.charts import Chart, draw
from mbsxl_workbooks.kit.style import AMBER, FORMATS, GREY, HEAD, NAVY, NOTE, RULE, TEAL
from mbsxl_workbooks.kit.tables import Column, Table, Value, quoted, say

# What Excel 2019 and later write into a file they have calculated; an older number makes them start over.
_CALCULATION_ENGINE = 191029

_FONT = {"font_name": "Calibri", "font_size": 11, "valign": "vcenter"}
_WIDTHS = {SUMMARY: (44, 16, 62), INPUTS: (44, 26, 86), CHECKS: (72, 16, 16, 12, 10, 84), GUIDE: (22, 100, 10)}
_CHART_ROWS = 14
_LONG = 40  # rows of a table that repeats its heading on every printed page
_MEASURE = 125  # the most widths of a digit that a line of text is long
_LETTERS = 1.12  # a width of a digit, on average
_LINE = 15.5  # points that a line is high


class Layout:
    """A workbook being laid out."""

    def __init__(self, title: str) -> None:
        self._data = BytesIO()
        self.workbook = xlsxwriter.Workbook(self._data, {"in_memory": True, "use_future_functions": True})
        self.workbook.set_properties({"title": title, "author": "mbsxl", "created": datetime.datetime(2026, 1, 1)})
        # Values are in the cells: no program need recalculate on opening, and one without the formulas must not.
        self.workbook.set_calc_mode("auto", _CALCULATION_ENGINE)
        self.workbook.calc_on_load = False
        self.tables: dict[str, Table] = {}
        self.pages: list[Page] = []
        self.ruled: list[Ruled] = []
        self._later: list[Callable[[], None]] = []
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, number: str = "general", **properties: Any) -> Any:
        """Return the cell format with a named number format and XlsxWriter's own properties."""
        full = _FONT | {"num_format": FORMATS[number]} | {name: value for name, value in properties.items() if value}
        key = tuple(sorted(full.items()))
        if key not in self._styles:
            self._styles[key] = self.workbook.add_format(full)
        return self._styles[key]

    def page(self, name: str, title: str, subtitle: str, widths: Sequence[float] = (), portrait: bool = False) -> Page:
        """Add a page: a title, a line under it, column widths (the first column is a margin)."""
        page = Page(self, name, title, subtitle, widths or _WIDTHS[name])
        for column, width in enumerate(page.widths, start=1):
            page.sheet.set_column(column, column, width)
        if portrait:
            page.sheet.set_portrait()
            page.sheet.fit_to_pages(1, 1)
        self.pages.append(page)
        return page

    def later(self, write: Callable[[], None]) -> None:
        """Write when all tables are placed."""
        self._later.append(write)

    def finish(self) -> bytes:
        """Return the workbook, its formulas not yet calculated."""
        for write in self._later:  # which may add to them
            write()
        self.workbook.close()
        return self._data.getvalue()


class Page:
    """One sheet, filled from top to bottom; `row` is the next free one, counted from 0."""

    def __init__(self, layout: Layout, name: str, title: str, subtitle: str, widths: Sequence[float]) -> None:
        self.layout, self.name, self.subtitle, self.widths, self.row = layout, name, subtitle, widths, 3
        self.sheet = sheet = layout.workbook.add_worksheet(name)
        sheet.hide_gridlines(2)
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer("&L&8&A&C&8&P of &N&R&8mbsxl")
        if name == SUMMARY:
            sheet.fit_to_pages(1, 1)
        else:
            sheet.set_landscape()
            sheet.fit_to_pages(1, 0)
        sheet.set_tab_color({SUMMARY: NAVY, INPUTS: AMBER, CHECKS: TEAL}.get(name, GREY))
        sheet.set_column(0, 0, 2)
        sheet.set_row(0, 30)
        self.write(0, 1, title, bold=True, font_size=18, font_color=NAVY)
        self.write(1, 1, subtitle, italic=True, font_color=NOTE)

    def write(self, row: int, column: int, value: Value, number: str = "general", **style: Any) -> None:
        """Write a value, or a formula where the text starts with an equals sign."""
        look = self.layout.style(number, **style)
        if isinstance(value, str) and value.startswith("="):
            self.layout.later(lambda: self._formula((row, column, row, column), self._said(value), look))
        elif isinstance(value, datetime.date):
            self.sheet.write_datetime(row, column, datetime.datetime(value.year, value.month, value.day), look)
        elif value is None:
            self.sheet.write_blank(row, column, None, look)
        else:
            self.sheet.write(row, column, value, look)

    def _said(self, formula: str, table: Table | None = None, this: int | None = None) -> str:
        return say(formula, self.layout.tables, self.name, table, this)

    def _formula(self, cells: tuple[int, int, int, int], formula: str, look: Any) -> None:
        """Write a formula that may calculate with ranges: as an array, since a plain one would take a cell of each."""
        if ":" in formula or cells[:2] != cells[2:]:
            self.sheet.write_dynamic_array_formula(*cells, formula, look)
        else:
            self.sheet.write_formula(*cells[:2], formula, look)

    def name_cell(self, name: str, row: int, column: int) -> None:
        """Give a cell a name in the workbook."""
        place = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        self.layout.workbook.define_name(name, f"={quoted(self.name)}!{place}")

    # ------------------------------------------------------------------------------------------------- words

    def text(self, paragraphs: Iterable[str]) -> None:
        """Write paragraphs, or formulas of them, each across the columns and as many lines high as it needs."""
        across = [place for place in range(1, len(self.widths) + 1) if sum(self.widths[:place]) <= _MEASURE] or [1]
        for each in paragraphs:
            lines = math.ceil(_letters(each) / _LETTERS / sum(self.widths[: across[-1]]))
            self.sheet.set_row(self.row, _LINE * lines)
            if across[-1] > 1:
                self.sheet.merge_range(self.row, 1, self.row, across[-1], None)
            self.write(self.row, 1, each, text_wrap=True, valign="top")
            self.row += 1
        self.row += 1

    def heading(self, title: str) -> None:
        """Write a heading."""
        self.write(self.row, 1, title, bold=True, font_color=NAVY)
        self.row += 1

    # ------------------------------------------------------------------------------------------------- tables

    def table(
        self,
        name: str,
        keys: Sequence[str],
        columns: Mapping[str, Column],
        title: str = "",
        spare: int = 0,
        left: int = 1,
    ) -> Table:
        """Lay out a table, its rows by key. Its first column says which rows are in use: the last `spare` may be blank.

        Where `left` is not the first column the table stands beside the one before, whose rows it has.
        """
        beside = left > 1
        if beside:
            self.row -= len(keys) + 2
        elif title:
            self.heading(title)
        table = Table(self.name, self.row + 1, left, keys, columns)
        self.layout.tables[name] = table
        self.sheet.set_row(self.row, _LINE * max(2, *(_lines(each.title) for each in columns.values())))
        for column, each in columns.items():
            self._column(table, column, each, spare)
        long = len(keys) > _LONG and self.row == 3
        if long:
            self.sheet.repeat_rows(self.row)
            self.sheet.freeze_panes(self.row + 1, 2)
        totals = any(each.total for each in columns.values())
        self.row += 1 + len(keys) + totals + 1
        return table

    def _column(self, table: Table, name: str, column: Column, spare: int) -> None:
        place, head = table.column_of(name), table.top - 1
        number = column.number if column.title.startswith("=") and column.number in ("percent", "price") else "general"
        if column.named:
            self.field(head, place, Input(f"name_{name}", "", column.title, "text", "", rules.LABEL))
        else:
            self.write(head, place, column.title, number, **HEAD)
        look: dict[str, Any] = {"align": column.align} | RULE
        if column.total:
            self.write(table.top + len(table.keys), place, column.total, column.number, **look, bold=True, top=1)
        if column.fill:
            self._fill(table, name, column, look)
            return
        if not column.rows:
            return
        for offset, key in enumerate(table.keys):
            row = table.top + offset
            value = column.rows if isinstance(column.rows, str) else column.rows[offset]
            if column.rule is not None:
                label = name if column.title.startswith("=") else column.title
                called = f"{name}_{key.replace('-', '_')}"
                align = "left" if place == table.left and column.number == "text" else "right"
                self.field(row, place, Input(called, label, value, column.number, "", column.rule), align)
            elif isinstance(value, str) and value.startswith("="):
                self._row_formula(table, name, row, value, spare)
            else:
                self.write(row, place, value, column.number, **look)

    def _row_formula(self, table: Table, name: str, row: int, formula: str, spare: int) -> None:
        key, *_ = table.columns
        if spare and name != key:
            formula = f'=IF({{{key}}}="","",{formula[1:]})'
        column, place = table.columns[name], table.column_of(name)
        look = self.layout.style(column.number, align=column.align, **RULE)
        self.layout.later(lambda: self._formula((row, place, row, place), self._said(formula, table, row), look))

    def _fill(self, table: Table, name: str, column: Column, look: dict[str, Any]) -> None:
        """Write a formula that fills one column or several.

        Where it has no answer at all it says so in every row: a program shows the error of a formula that fills a block
        in its first cell only, and what reads the others would take them for blank, that is 0. So it is asked in the
        shape of the rows in use.
        """
        names = list(table.columns)
        last = names[names.index(name) + column.across - 1]
        used = f'{{{names[0]}}}=""' if column.across == 1 else f'({{{names[0]}}}="")+({{{name}:{last}[head]}}="")'
        formula = f'=IF({used},"",{column.fill[1:]})'
        cells = (table.top, table.column_of(name), table.top + len(table.keys) - 1, table.column_of(last))
        filled = names[names.index(name) : names.index(last) + 1]
        styles = [self.layout.style(table.columns[each].number, **look) for each in filled]
        self.layout.later(lambda: self._block(cells, self._said(formula, table), styles))

    def _block(self, cells: tuple[int, int, int, int], formula: str, styles: Sequence[Any], head: Any = None) -> None:
        """Write a formula that fills a block, a style a column; the first row may be a heading."""
        self._formula(cells, formula, head or styles[0])
        for row in range(cells[0], cells[2] + 1):
            for place, style in enumerate(styles, start=cells[1]):
                if (row, place) != cells[:2]:
                    self.sheet.write_blank(row, place, None, head if head and row == cells[0] else style)

    def spill(self, name: str, keys: Sequence[str], columns: Mapping[str, Column], formula: str, left: int = 1) -> None:
        """Lay out a formula that answers with a heading and at most a row a key.

        Where it stands beside a table, whose rows it has, it says in every row that it has no answer, as a fill does.
        """
        if left > 1:
            self.row -= len(keys) + 2
        table = self.layout.tables[name] = Table(self.name, self.row + 1, left, keys, columns)
        self.sheet.set_row(self.row, 2 * _LINE)
        if left > 1:
            formula = f'=IF({self._shape(table)},"",{formula[1:]})'
        self.row += len(keys) + 2
        cells = (table.top - 1, left, table.top + len(keys) - 1, left + len(columns) - 1)
        styles = [self.layout.style(each.number, **RULE, shrink=each.number == "text") for each in columns.values()]
        head = self.layout.style(**HEAD)
        self.layout.later(lambda: self._block(cells, self._said(formula), styles, head))

    def _shape(self, table: Table) -> str:
        """Return a formula as large as what a spill fills, true nowhere: the column before it and the row above it."""
        first, last = (list(table.columns)[end] for end in (0, -1))
        before = Table(self.name, table.top, table.left - 1, table.keys, {"key": Column("")})
        rows = before.reference(("key", "key"), "head:last", None, self.name)
        across = table.reference((first, last), "head-1:head-1", None, self.name)
        return f'({rows}="")+({across}<>"")'

    # ------------------------------------------------------------------------------- named cells: inputs, results

    def inputs(self, inputs: Sequence[Input], title: str = "", table: str = "") -> None:
        """Write marked, named input cells with their rules; formulas may read them as a table of names and values."""
        if title:
            self.heading(title)
        if table:
            columns = {"name": Column(""), "value": Column("")}
            self.layout.tables[table] = Table(self.name, self.row, 1, [each.name for each in inputs], columns)
        for each in inputs:
            self.write(self.row, 1, each.label)
            self.field(self.row, 2, each)
            self.write(self.row, 3, each.note, font_color=NOTE, indent=1)
            self.row += 1
        self.row += 1

    def field(self, row: int, column: int, each: Input, align: str = "right") -> None:
        """Write one marked, named input cell by itself."""
        marked = {"bg_color": "#FFF6DC", "font_color": "#1F4FBF", "border": 1, "border_color": AMBER}
        self.write(row, column, each.value, each.number, align=align, **marked)
        if each.rule:
            self.sheet.data_validation(row, column, row, column, dict(each.rule))
            self.layout.ruled.append(Ruled(self.name, column, row, each.label or each.name, each.rule))
        self.name_cell(each.name, row, column)

    def headlines(self, headlines: Iterable[Headline]) -> None:
        """Write named results with their labels and notes; those of the summary as `ruled`."""
        for each in headlines:
            formula = ruled(each.formula) if self.name == SUMMARY else each.formula
            self.write(self.row, 1, each.label, **RULE)
            self.write(self.row, 2, formula, each.number, bold=True, font_color=NAVY, align="right", **RULE)
            self.write(self.row, 3, _flagged(each), font_color=NOTE, indent=1, **RULE)
            self.name_cell(each.name, self.row, 2)
            self.row += 1
        self.row += 1

    # ------------------------------------------------------------------------------------------------- charts

    def charts(self, charts: Iterable[Chart]) -> None:
        """Insert native charts, two beside each other."""
        place = -1
        for place, each in enumerate(charts):
            cell = (self.row + place // 2 * _CHART_ROWS, 1 if place % 2 == 0 else 3)
            self.layout.later(lambda cell=cell, each=each: self._chart(cell, each))  # type: ignore[misc]
        self.row += (place // 2 + 1) * _CHART_ROWS

    def _chart(self, cell: tuple[int, int], chart: Chart) -> None:
        if chart.title.startswith("="):  # it stands in the cell under the chart
            self._formula((*cell, *cell), self._said(chart.title), self.layout.style(font_color="white"))
            chart = chart._replace(title=f"={quoted(self.name)}!{xl_rowcol_to_cell(*cell, True, True)}")
        drawn = draw(self.layout.workbook, chart, lambda text: say(text, self.layout.tables, ""))
        self.sheet.insert_chart(*cell, drawn, {"object_position": 1, "description": chart.axis})


def _lines(title: str) -> int:
    return 2 if len(title) <= 24 else 3


def _letters(text: str) -> int:
    """Return how long a text is, or about how long a formula of one will be."""
    if not text.startswith("="):
        return len(text)
    return sum(len(each) for each in re.findall(r'"([^"]*)"', text)) + 2 * text.count("&")


def _flagged(headline: Headline) -> str:
    """Return the note of a headline, and whose prices it depends on where it does."""
    if not headline.illustrative:
        return headline.note
    note = headline.note[1:] if headline.note.startswith("=") else f'"{headline.note}"'
    return f'={note}&", "&prices_are&" prices"' if headline.note else '=prices_are&" prices"'
