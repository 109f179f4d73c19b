"""The first pages of a template: the summary, read in ten seconds, and the guide: what is where, and what it is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import CHECKS, GUIDE, SUMMARY, Check, Headline, Ruled, ruled
from mbsxl_workbooks.kit.charts import Chart
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.style import HEAD, NAVY, NOTE, RULE
from mbsxl_workbooks.kit.tables import quoted

_MOST = 8  # headlines


class Summary(NamedTuple):
    """What a summary says: the answer by formula, the date of its data by formula, how to read it, results, charts."""

    answer: str
    dated: str
    reading: Sequence[str]
    headlines: Sequence[Headline]
    charts: Sequence[Chart]


def summary(layout: Layout, title: str, question: str, said: Summary, checks: int) -> None:
    """Lay out the summary, which is the first page; `checks` are as many as the page of checks will have."""
    assert len(said.headlines) <= _MOST
    page = layout.page(SUMMARY, title, question)
    look = layout.style(bold=True, font_size=13, font_color=NAVY, text_wrap=True, bg_color="#E9EFF6", indent=1)
    page.sheet.set_row(page.row, 40)
    page.sheet.merge_range(page.row, 1, page.row, 3, None, look)
    page.write(
        page.row,
        1,
        ruled(said.answer),
        bold=True,
        font_size=13,
        font_color=NAVY,
        text_wrap=True,
        bg_color="#E9EFF6",
        indent=1,
    )
    page.name_cell("answer", page.row, 1)
    page.row += 1
    verdicts = f"{CHECKS}!$F$5:$F${4 + checks}"
    ok = f'COUNTIF({verdicts},"ok")'
    first = page.row + 3 + len(said.reading) + 1
    results = f"C{first}:D{first + len(said.headlines) - 1}"
    lost = f"SUM(--ISERROR({results}))+ISERROR(B{page.row})"
    state = (
        f'=IF(ISERROR(inputs_ok),"FAILED: an input breaks its rule, see {GUIDE}",'
        f'IF({lost}>0,"FAILED: an input has no answer",'
        f'IF({ok}={checks},"all {checks} checks ok",{checks}-{ok}&" of {checks} checks FAILED")))'
    )
    page.write(page.row, 1, state, bold=True, font_color="#14694A", indent=1)
    page.name_cell("checks_ok", page.row, 1)
    bad = layout.workbook.add_format({"font_color": "#9B2C1A"})
    failed = {"type": "text", "criteria": "containing", "value": "FAILED", "format": bad}
    page.sheet.conditional_format(page.row, 1, page.row, 1, failed)
    page.write(page.row, 3, said.dated, font_color=NOTE, indent=1)
    page.name_cell("dated", page.row, 3)
    page.row += 2
    page.text(said.reading)
    page.headlines(said.headlines)
    page.charts(said.charts)


def guide(layout: Layout, limits: Sequence[str]) -> None:
    """Lay out the limits of the analysis, the contents, a link a page, and whether the inputs keep their rules."""
    page = layout.page(GUIDE, "Guide", "What this analysis does not say, what is on each page, what may be typed.")
    page.heading("Limits of the analysis")
    page.text(limits)
    page.heading("Contents")

    def contents() -> None:
        link = layout.style(font_color="#1F4FBF", underline=1, **RULE)
        for row, each in enumerate((each for each in layout.pages if each is not page), start=page.row):
            page.sheet.write_url(row, 1, f"internal:{quoted(each.name)}!A1", link, each.name)
            page.write(row, 2, each.subtitle, **RULE)
        page.row += len(layout.pages)
        _rules(layout, page)

    layout.later(contents)


def _rules(layout: Layout, page: Page) -> None:
    """Write what may be typed, and whether it is: a row for each block of cells with one rule.

    Programs ask for it where a cell is typed, and not where it is pasted, or written by another program.
    """
    page.heading("What may be typed in the inputs")
    page.write(page.row, 1, "All", **RULE)
    page.write(page.row, 2, "No result is shown on Summary while an input breaks its rule", **RULE)
    page.name_cell("inputs_ok", page.row, 3)
    total, first = page.row, page.row + 1
    for block in _blocks(layout.ruled):
        start, end = block[0], block[-1]
        place = xl_range_abs(start.row, start.column, end.row, end.column)
        count = rules.broken(start.rule, f"{quoted(start.page)}!{place}")
        if count:
            label = start.label if start.label == end.label else f"{start.label} ... {end.label}"
            page.row += 1
            page.write(page.row, 1, f"{start.page} {place.replace('$', '')}", **RULE)
            page.write(page.row, 2, f"{label}: {rules.words(start.rule)}", **RULE)
            page.write(page.row, 3, f'=IF({count}=0,"ok","FAILED")', **RULE)
    verdicts = xl_range_abs(first, 3, page.row, 3)
    page.write(total, 3, f'=IF(COUNTIF({verdicts},"ok")={page.row - total},TRUE,NA())', **RULE)
    bad = layout.workbook.add_format({"font_color": "#9B2C1A"})
    failed = {"type": "text", "criteria": "containing", "value": "FAILED", "format": bad}
    page.sheet.conditional_format(first, 3, page.row, 3, failed)


def _blocks(ruled: Sequence[Ruled]) -> list[list[Ruled]]:
    """Return the cells with rules in blocks: those below each other with the same one."""
    blocks: list[list[Ruled]] = []
    for each in ruled:
        last = blocks[-1][-1] if blocks else None
        if last is not None and last._replace(row=last.row + 1, label=each.label) == each:
            blocks[-1].append(each)
        else:
            blocks.append([each])
    return blocks


def checks(layout: Layout, known: Sequence[Check]) -> None:
    """Lay out the page of checks, the last."""
    page = layout.page(
        CHECKS, "Checks", "Published figures, and identities, beside what the formulas of this workbook say."
    )
    names = ("What", "Here", "Known", "Tolerance", "Verdict", "Source")
    for place, name in enumerate(names, start=1):
        page.write(page.row, place, name, **HEAD)
    first = page.row + 1
    for number, each in enumerate(known, start=1):
        page.row += 1
        ours, theirs, within = (xl_rowcol_to_cell(page.row, column) for column in (2, 3, 4))
        page.write(page.row, 1, each.label)
        page.write(page.row, 2, each.formula, each.number)
        page.write(page.row, 3, each.known, each.number)
        page.write(page.row, 4, each.tolerance)
        verdict = f'=IF(ABS({ours}-{theirs})<={within}+1E-12,"ok","FAILED")'
        page.write(page.row, 5, verdict, bold=True, align="center")
        page.write(page.row, 6, each.source, font_color=NOTE, indent=1)
        page.name_cell(f"check_{number}", page.row, 5)
    good = layout.workbook.add_format({"bg_color": "#D8F0E4", "font_color": "#14694A"})
    bad = layout.workbook.add_format({"bg_color": "#F9DCD6", "font_color": "#9B2C1A"})
    verdicts = (first, 5, page.row, 5)
    page.sheet.conditional_format(*verdicts, {"type": "cell", "criteria": "==", "value": '"ok"', "format": good})
    page.sheet.conditional_format(*verdicts, {"type": "cell", "criteria": "!=", "value": '"ok"', "format": bad})
    page.row += 2
