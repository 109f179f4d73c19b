"""Reviews for other programs: as JSON with all there is to read, or as CSV with a line for each named value."""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.text import one_line
from mbsxl_workbooks.contents import Line
from mbsxl_workbooks.report import kept, troubles
from mbsxl_workbooks.review import Review

_HEAD = ("workbook", "kind", "name", "label", "value", "shown", "before", "note", "scenario")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a text begins with that a spreadsheet would calculate


def as_json(reviews: Sequence[Review], written: Sequence[Path]) -> str:
    """Return reviews, and where their workbooks and page are, as JSON."""
    whole = {"reviews": [_review(review) for review in reviews], "written": [str(path) for path in written]}
    return json.dumps(whole, indent=2) + "\n"


def _review(review: Review) -> dict[str, Any]:
    return {
        "name": review.name,
        "title": review.title,
        "question": review.question,
        "sound": review.sound,
        "verdict": review.verdict if review.sound else "",
        "changed": review.changed,
        "answer": next((line.value for line in review.said if line.name == "answer"), ""),
        **{kind: [_line(line) for line in lines] for kind, lines in _kinds(review)},
        "ranges": [grid._asdict() for grid in review.grids],
        "errors": [
            {
                "cell": f"{fault.sheet}!{fault.cell}",
                "error": fault.error.code,
                "reason": fault.error.words,
                "formula": fault.formula,
                "alike": fault.alike,
                "dependents": fault.dependents,
            }
            for fault in review.causes
        ],
        "kept": [each._asdict() for each in review.kept],
        "troubles": [*troubles(review), *kept(review)],
        "scenarios": [_review(scenario) for scenario in review.scenarios],
    }


def _kinds(review: Review) -> Iterator[tuple[str, list[Line]]]:
    yield from {"inputs": review.inputs, "headlines": review.headlines, "checks": review.checks}.items()


def _line(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "label": line.label,
        "value": _plain(line.cell),
        "shown": line.value,
        "before": line.before,
        "note": line.note,
    }


def _plain(cell: Cell) -> bool | float | str | None:
    if isinstance(cell, CellError):
        return cell.code
    return cell.isoformat() if isinstance(cell, datetime.date) else cell


def as_csv(reviews: Sequence[Review]) -> str:
    """Return reviews as CSV; a text that a spreadsheet would take for a formula has an apostrophe before it."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_HEAD)
    for review, shown, scenario in _columns(reviews):
        for kind, lines in _kinds(shown):
            for line in lines:
                cell = _plain(line.cell)
                value = "" if cell is None else repr(cell) if type(cell) is float else _text(str(cell))
                texts = map(_text, (line.name, line.label))
                looks = map(_text, (line.value, line.before, line.note, scenario))
                writer.writerow((_text(review.name), kind.removesuffix("s"), *texts, value, *looks))
    return target.getvalue()


def _columns(reviews: Sequence[Review]) -> Iterator[tuple[Review, Review, str]]:
    """Yield every review as it is, and under each scenario, with the scenario's name."""
    for review in reviews:
        yield review, review, ""
        yield from ((review, scenario, scenario.name) for scenario in review.scenarios)


def _text(text: str) -> str:
    text = one_line(text)
    try:
        float(text)
    except ValueError:
        return f"'{text}" if text.startswith(_FORMULA) else text
    return text
