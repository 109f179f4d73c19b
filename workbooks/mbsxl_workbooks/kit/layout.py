"""The layout kit the templates share: pages, inputs, headlines, tables, checks, charts, in one style.

A template has a Summary (the question, how to read it, headline results, charts), Inputs (marked cells a user may
change), pages of its own, and Checks (what is published beside what the formulas say). Every input, headline and check
is a named cell; which of the three it is, its page says.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from mbsxl_workbooks.kit.charts import Chart, draw
from mbsxl_workbooks.kit.style import AMBER, FORMATS, GREY, NAVY, TEAL

SUMMARY, INPUTS, CHECKS = "Summary", "Inputs", "Checks"

# What Excel 2019 and later write into a file they have calculated; an older number makes them start over.
_CALCULATION_ENGINE = 191029

_FONT = {"font_name": "Calibri", "font_size": 11}
_LINE: dict[str, Any] = {"bottom": 4, "bottom_color": "#C5CBD5"}  # under a row of a table


class Input(NamedTuple):
    """A cell a user may change."""

    name: str
    label: str
    value: float | str | datetime.date
    format: str
    note: str
    validation: dict[str, Any] | None = None


class Headline(NamedTuple):
    """A result worth a name."""

    name: str
    label: str
    formula: str
    format: str
    note: str = ""


class Check(NamedTuple):
    """A published figure beside ours."""

    label: str
    formula: str
    published: float
    tolerance: float
    format: str
    source: str


#: Column widths of a summary: labels, values, notes. A chart is as wide as the first two.
SUMMARY_WIDTHS = (44, 16, 62)
_CHART_ROWS = 14


class Layout:
    """A workbook being laid out."""

    def __init__(self, title: str) -> None:
        self._data = BytesIO()
        self.workbook = xlsxwriter.Workbook(self._data, {"in_memory": True, "use_future_functions": True})
        self.workbook.set_properties({"title": title, "author": "mbsxl", "created": datetime.datetime(2026, 1, 1)})
        # Values are in the cells: no program need recalculate on opening, and one without the formulas must not.
        self.workbook.set_calc_mode("auto", _CALCULATION_ENGINE)
        self.workbook.calc_on_load = False
        self._styles: dict[tuple[tuple[str, Any], ...], Any] = {}

    def style(self, number: str = "general", **properties: Any) -> Any:
        """Return the cell format with a named number format and XlsxWriter's own properties."""
        full = _FONT | {"num_format": FORMATS[number], "valign": "vcenter"} | properties
        key = tuple(sorted(full.items()))
        if key not in self._styles:
            self._styles[key] = self.workbook.add_format(full)
        return self._styles[key]

    def page(self, name: str, title: str, subtitle: str, widths: Sequence[float]) -> Page:
        """Add a sheet with a title, a line under it, and column widths (the first column is a margin)."""
        return Page(self, name, title, subtitle, widths)

    def finish(self) -> bytes:
        """Return the workbook, its formulas not yet calculated."""
        self.workbook.close()
        return self._data.getvalue()


class Page:
    """One sheet."""

    def __init__(self, layout: Layout, name: str, title: str, subtitle: str, widths: Sequence[float]) -> None:
        self.layout, self.name = layout, name
        self.sheet = layout.workbook.add_worksheet(name)
        self.sheet.hide_gridlines(2)
        self.sheet.set_paper(9)
        if name == SUMMARY:
            self.sheet.fit_to_pages(1, 1)
        else:
            self.sheet.set_landscape()
            self.sheet.fit_to_pages(1, 0)
        self.sheet.set_tab_color({SUMMARY: NAVY, INPUTS: AMBER, CHECKS: TEAL}.get(name, GREY))
        self.sheet.set_column(0, 0, 2)
        for column, width in enumerate(widths, start=1):
            self.sheet.set_column(column, column, width)
        self.sheet.set_row(0, 30)
        self.sheet.write(0, 1, title, layout.style(bold=True, font_size=18, font_color=NAVY))
        self.sheet.write(1, 1, subtitle, layout.style(italic=True, font_color="#556070"))

    def answer(self, answer: str, dated: str, checks: int) -> None:
        """Write, under the title, the answer by formula, how many checks hold, of which day the data are."""
        look = {
            "bold": True,
            "font_size": 13,
            "font_color": NAVY,
            "text_wrap": True,
            "bg_color": "#E9EFF6",
            "indent": 1,
        }
        self.sheet.set_row(3, 40)
        self.sheet.merge_range(3, 1, 3, 3, None, self.layout.style(**look))
        self.sheet.write_formula(3, 1, answer, self.layout.style(**look))
        ok = f'COUNTIF({CHECKS}!$F$5:$F${4 + checks},"ok")'
        state = f'=IF({ok}={checks},"all {checks} checks ok",{checks}-{ok}&" of {checks} checks FAILED")'
        self.sheet.write_formula(4, 1, state, self.layout.style(bold=True, font_color="#14694A", indent=1))
        self.sheet.write_formula(4, 3, dated, self.layout.style(font_color="#556070", indent=1))
        for name, row, column in (("answer", 3, 1), ("checks_ok", 4, 1), ("dated", 4, 3)):
            self._name(name, row, column)

    def paragraph(self, row: int, lines: Iterable[str]) -> int:
        """Write lines of text, one a row; return the row after them."""
        for line in lines:
            self.sheet.write(row, 1, line, self.layout.style())
            row += 1
        return row

    def header(self, row: int, names: Sequence[str], column: int = 1) -> None:
        """Write the header row of a table."""
        self.sheet.set_row(row, 32)
        for offset, name in enumerate(names):
            self.sheet.write(row, column + offset, name, self._header_style())

    def _header_style(self) -> Any:
        return self.layout.style(bold=True, font_color="white", bg_color=NAVY, text_wrap=True, align="center")

    def table(self, row: int, names: Sequence[str], formats: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Write a table of values and formulas; return the row after it."""
        self.header(row, names)
        for row, values in enumerate(rows, start=row + 1):  # noqa: B020 - the row after the table is returned
            for column, (value, number) in enumerate(zip(values, formats, strict=True), start=1):
                self.write(row, column, value, self.layout.style(number, **_LINE))
        return row + 1

    def write(self, row: int, column: int, value: Any, style: Any) -> None:
        """Write a value, or a formula where the text starts with an equals sign."""
        if isinstance(value, str) and value.startswith("="):
            self.sheet.write_formula(row, column, value, style)
        elif isinstance(value, datetime.date):
            self.sheet.write_datetime(row, column, datetime.datetime(value.year, value.month, value.day), style)
        elif value is None:
            self.sheet.write_blank(row, column, None, style)
        else:
            self.sheet.write(row, column, value, style)

    def spill(self, row: int, column: int, rows: int, formula: str, formats: Sequence[str]) -> None:
        """Write a formula that fills a block: a header row, then rows with the number format of each column."""
        last = xl_rowcol_to_cell(row + rows - 1, column + len(formats) - 1)
        anchor = xl_rowcol_to_cell(row, column)
        self.sheet.write_dynamic_array_formula(f"{anchor}:{last}", formula, self._header_style())
        for offset, number in enumerate(formats):
            for place in range(rows):
                style = self.layout.style(number) if place else self._header_style()
                if place or offset:
                    self.sheet.write_blank(row + place, column + offset, None, style)

    def fill(self, row: int, column: int, rows: int, formula: str, number: str, columns: int = 1) -> None:
        """Write a formula that fills a block with numbers, under a header that stands already."""
        style = self.layout.style(number, **_LINE)
        self.sheet.write_dynamic_array_formula(row, column, row + rows - 1, column + columns - 1, formula, style)
        for place in range(1, rows * columns):
            self.sheet.write_blank(row + place // columns, column + place % columns, None, style)

    def inputs(self, row: int, inputs: Iterable[Input]) -> int:
        """Write marked, named, validated input cells; return the row after them."""
        for each in inputs:
            self.sheet.write(row, 1, each.label, self.layout.style())
            self.input(row, 2, each)
            self.sheet.write(row, 3, each.note, self.layout.style(font_color="#556070", indent=1))
            row += 1
        return row

    def input(self, row: int, column: int, each: Input) -> None:
        """Write one marked, named, validated input cell by itself."""
        marked = self.layout.style(
            each.format, bg_color="#FFF6DC", font_color="#1F4FBF", border=1, border_color=AMBER, align="right"
        )
        self.write(row, column, each.value, marked)
        if each.validation:
            self.sheet.data_validation(row, column, row, column, each.validation)
        self._name(each.name, row, column)

    def headlines(self, row: int, headlines: Iterable[Headline]) -> int:
        """Write named results with their labels and notes; return the row after them."""
        for each in headlines:
            self.sheet.write(row, 1, each.label, self.layout.style(**_LINE))
            shown = self.layout.style(each.format, bold=True, font_color=NAVY, align="right", **_LINE)
            self.write(row, 2, each.formula, shown)
            self.sheet.write(row, 3, each.note, self.layout.style(font_color="#556070", indent=1, **_LINE))
            self._name(each.name, row, 2)
            row += 1
        return row

    def checks(self, row: int, checks: Sequence[Check]) -> int:
        """Write published figures beside ours, each with a verdict; return the row after them."""
        names = ("What", "Here", "Published", "Tolerance", "Verdict", "Source")
        self.header(row, names)
        for number, each in enumerate(checks, start=1):
            row += 1
            here, there, tolerance = (xl_rowcol_to_cell(row, column) for column in (2, 3, 4))
            self.sheet.write(row, 1, each.label, self.layout.style())
            # As an array formula, because a plain one would take one cell of a range that it calculates with.
            self.sheet.write_dynamic_array_formula(row, 2, row, 2, each.formula, self.layout.style(each.format))
            self.sheet.write(row, 3, each.published, self.layout.style(each.format))
            self.sheet.write(row, 4, each.tolerance, self.layout.style("general"))
            verdict = f'=IF(ABS({here}-{there})<={tolerance},"ok","FAILED")'
            self.write(row, 5, verdict, self.layout.style(bold=True, align="center"))
            self.sheet.write(row, 6, each.source, self.layout.style(font_color="#556070", indent=1))
            self._name(f"check_{number}", row, 5)
        good = self.layout.workbook.add_format({"bg_color": "#D8F0E4", "font_color": "#14694A"})
        bad = self.layout.workbook.add_format({"bg_color": "#F9DCD6", "font_color": "#9B2C1A"})
        span = (row - len(checks) + 1, 5, row, 5)
        self.sheet.conditional_format(*span, {"type": "cell", "criteria": "==", "value": '"ok"', "format": good})
        self.sheet.conditional_format(*span, {"type": "cell", "criteria": "!=", "value": '"ok"', "format": bad})
        return row + 1

    def gallery(self, row: int, charts: Iterable[Chart]) -> int:
        """Insert native charts in two columns under the headlines of a summary; return the row after them."""
        place = -1
        for place, each in enumerate(charts):
            cell = (row + place // 2 * _CHART_ROWS, 1 if place % 2 == 0 else 3)
            self.sheet.insert_chart(*cell, draw(self.layout.workbook, each), {"object_position": 1})
        return row + (place // 2 + 1) * _CHART_ROWS

    def _name(self, name: str, row: int, column: int) -> None:
        place = xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)
        self.layout.workbook.define_name(name, f"='{self.name}'!{place}")
