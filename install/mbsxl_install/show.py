"""What a review shows in the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mbsxl_udfs.sheet.text import one_line
from mbsxl_workbooks.contents import Grid, Line
from mbsxl_workbooks.report import beside, kept, troubles
from mbsxl_workbooks.review import Review


class Screen:
    """The terminal, or a file where the output goes to one: then without colours and moving parts."""

    def __init__(self, quiet: bool = False) -> None:
        self._console = Console(highlight=False, markup=False, emoji=False, quiet=quiet)

    def working(self, what: str) -> AbstractContextManager[object]:
        """Show that something takes a while."""
        return self._console.status(_text(what))

    def review(self, review: Review) -> None:
        """Print the headlines of a review, and what is wrong with it."""
        print_line = self._console.print
        print_line()
        print_line(_text(review.title, "bold"))
        if review.question:
            print_line(_text(review.question, "italic"))
        for told in review.said:
            bad = "FAILED" in told.value or told.value.startswith("#")
            print_line(_text(told.value, "bold red" if bad else "bold" if told.name == "answer" else "dim"))
            if told.name == "answer" and told.before not in ("", told.value):
                print_line(_text(f"before: {told.before}", "dim"))
        if review.headlines or review.changed:
            print_line(_table(review, self._console.width))
        for grid in review.grids:
            print_line(_text(grid.name, "bold"))
            print_line(_grid(grid))
            if grid.rest:
                print_line(_text(f"... {grid.rest}", "dim"))
        for line in troubles(review):
            print_line(_text(line, "red"), soft_wrap=True)
        for line in kept(review):
            print_line(_text(line, "yellow"), soft_wrap=True)
        if review.sound:
            print_line(_text(review.verdict))
        if review.scenarios:
            self._side_by_side(review)

    def _side_by_side(self, review: Review) -> None:
        """Print the scenarios of a review: what each answers, a column each, and what is wrong in any."""
        print_line = self._console.print
        print_line()
        for scenario in review.scenarios:
            for told in scenario.said:
                if told.name == "answer":
                    print_line(_text(f"{scenario.name}: {told.value}", "red" if told.value.startswith("#") else "bold"))
        for table in _columns(beside(review), self._console.width):
            print_line(table)
        for scenario in review.scenarios:
            for line in troubles(scenario):
                print_line(_text(f"{scenario.name}: {line}", "red"), soft_wrap=True)

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


def _columns(rows: Sequence[Sequence[str]], room: int) -> Iterator[Table]:
    """Yield tables of as many columns as there is room for, each with the labels and the workbook as it is."""
    columns = [[one_line(cell) for cell in column] for column in zip(*rows, strict=True)]
    widths = [max(map(len, [*column[0].split(), *column[1:]])) for column in columns]  # a heading may be broken
    first = 2
    while first < len(columns):
        last = first + 1
        while last < len(columns) and sum(width + 2 for width in widths[:2] + widths[first : last + 1]) <= room:
            last += 1
        places = [0, 1, *range(first, last)]
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
        for place in places:
            style = "" if place == 0 else "dim" if place == 1 else "bold cyan"
            head = Text(columns[place][0])
            table.add_column(head, justify="right" if place else "left", style=style, width=widths[place])
        for row in range(1, len(columns[0])):
            table.add_row(*(Text(columns[place][row]) for place in places))
        yield table
        first = last


def _grid(grid: Grid) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for row in grid.rows:
        table.add_row(*(_text(cell) for cell in row))
    return table


def _row(line: Line, compared: bool) -> list[str]:
    return [one_line(text) for text in (line.label, *([line.before] if compared else []), line.value, line.note)]


def _text(text: str, style: str = "") -> Text:
    """Return a text as it is: nothing in it is markup, and nothing steers the terminal."""
    return Text(one_line(text), style=style)


def print_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print the rows of a book, or, where they are too wide for the terminal, its columns below each other."""
    from mbsxl_workbooks.book_report import number_format, shown_cell

    console = Console(highlight=False, markup=False, emoji=False)
    shown = [
        [one_line(shown_cell(cell, number_format(name))) for name, cell in zip(header, row, strict=True)]
        for row in rows
    ]
    heads = [name.replace("_", " ") for name in header]
    columns = [list(column) for column in zip(heads, *shown, strict=True)]
    if sum(map(_width, columns)) > console.width:
        columns = [heads, *shown]
    for part in _that_fit(columns, console.width):
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        for place in range(len(part)):
            table.add_column(justify="right" if place else "left", no_wrap=True)
        for line in zip(*part, strict=True):
            table.add_row(*map(Text, line))
        console.print(table)


def _width(column: Sequence[str]) -> int:
    return max(map(len, column)) + 2


def _that_fit(columns: list[list[str]], room: int) -> Iterator[list[list[str]]]:
    """Yield as many columns at a time as there is room for, at least one, each time beside the first."""
    label, *rest = columns
    part: list[list[str]] = []
    for column in rest:
        if part and sum(map(_width, [label, *part, column])) - 2 > room:
            yield [label, *part]
            part = []
        part.append(column)
    yield [label, *part]
