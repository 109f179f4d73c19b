"""What a review shows in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mbsxl_udfs.sheet.text import one_line
from mbsxl_workbooks.review import Line, Review


class Screen:
    """The terminal, or a file where the output goes to one: then without colours and moving parts."""

    def __init__(self) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False)

    def working(self, what: str) -> AbstractContextManager[object]:
        """Show that something takes a while."""
        return self._console.status(_text(what))

    def review(self, review: Review) -> None:
        """Print the headlines of a review, and what is wrong with it."""
        self._console.print()
        self._console.print(_text(review.title, "bold"))
        self._console.print(_text(review.question, "italic"))
        self._console.print(_table(review, self._console.width))
        if review.sound:
            self._console.print(f"{len(review.checks)} checks against published figures: all ok")
        for check in review.failed:
            self._console.print(_text(f"check failed: {check.label} ({check.note})", "red"))
        for fault in review.faults:
            where = f"{fault.sheet}!{fault.cell} {fault.error.code}"
            self._console.print(_text(f"{where} {fault.formula}: {fault.error.message}", "red"), soft_wrap=True)

    def written(self, paths: Sequence[Path]) -> None:
        """Print what was written."""
        self._console.print()
        for path in paths:
            self._console.print(_text(f"wrote {path}"), soft_wrap=True)


def _table(review: Review, room: int) -> Table:
    """Return the inputs changed and the headlines; where `room` is narrow the notes give way."""
    compared = bool(review.changed)
    changed = [line for line in review.inputs if line.name in review.changed]
    rows = [_row(line, compared) for line in changed + review.headlines]
    heads = ["", "before", "after"] if compared else ["", ""]
    widths = [max(len(cell) for cell in column) for column in zip(heads, *rows, strict=False)]
    table = Table(box=None, show_header=compared, padding=(0, 2, 0, 0), pad_edge=False)
    for place, (head, width) in enumerate(zip(heads, widths, strict=True)):
        style = "" if place == 0 else "bold cyan" if place == len(heads) - 1 else "dim"
        table.add_column(head, justify="right" if place else "left", style=style, no_wrap=True, width=width)
    note = max(room - sum(widths) - 2 * len(widths), 1)
    table.add_column("", style="dim", no_wrap=True, overflow="ellipsis", max_width=note)
    for row in rows:
        table.add_row(*row)
    return table


def _row(line: Line, compared: bool) -> list[str]:
    return [one_line(text) for text in (line.label, *([line.before] if compared else []), line.value, line.note)]


def _text(text: str, style: str = "") -> Text:
    """Return a text as it is: nothing in it is markup, and nothing steers the terminal."""
    return Text(one_line(text), style=style)
