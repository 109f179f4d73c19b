"""Reviewing a workbook: recalculate it through the formulas, with other inputs where asked, and say what it shows.

Any workbook laid out like the templates can be reviewed: its named cells are inputs, headlines or checks by the page
they stand on, the label of each is in the cell to its left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.hosts.host import plain
from mbsxl_udfs.sheet import files
from mbsxl_udfs.sheet.archive import MEGABYTE, MOST_UNPACKED
from mbsxl_udfs.sheet.cells import Block, Cell
from mbsxl_udfs.sheet.charts import Drawn, NumberFormats, charts
from mbsxl_udfs.sheet.engine import Book, Fault, Place
from mbsxl_udfs.sheet.numbers import shown
from mbsxl_udfs.sheet.package import Package
from mbsxl_workbooks import pictures, templates
from mbsxl_workbooks.kit import CHECKS, INPUTS, SUMMARY
from mbsxl_workbooks.settings import settle

PAGE = "review.html"


class Line(NamedTuple):
    """A named cell as a reader sees it; `before` is its value before inputs were changed, empty where none was."""

    name: str
    label: str
    note: str
    value: str
    before: str


class Pair(NamedTuple):
    """A picture, and what it was before inputs were changed: empty where it is the same."""

    after: bytes
    before: bytes


class Review(NamedTuple):
    """What a workbook shows; its pictures are of the charts that `charts` can read."""

    name: str
    title: str
    question: str
    inputs: list[Line]
    headlines: list[Line]
    checks: list[Line]
    faults: list[Fault]
    pictures: list[Pair]
    changed: list[str]

    @property
    def failed(self) -> list[Line]:
        """The checks that do not hold."""
        return [check for check in self.checks if check.value != "ok"]

    @property
    def sound(self) -> bool:
        """Whether no cell shows an error and every check holds."""
        return not self.failed and not self.faults


def place_of(source: str) -> Path:
    """Return where a workbook is: a template by its name, or a file by its path."""
    path = templates.path_of(source) if source in templates.NAMES else Path(source)
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        raise InputError("workbook", source, f"is neither an .xlsx file nor one of {', '.join(templates.NAMES)}")
    return path


def open_workbook(source: str) -> tuple[str, Path, bytes]:
    """Return the name, place and bytes of a workbook."""
    path = place_of(source)
    try:
        if path.exists() and not path.is_file():
            raise InputError("workbook", source, "is not a file")
        if path.stat().st_size > MOST_UNPACKED:
            raise InputError("workbook", source, f"is larger than the {MOST_UNPACKED // MEGABYTE:,} MB read here")
        return path.stem, path, path.read_bytes()
    except OSError as fault:
        raise InputError("workbook", source, f"cannot be read ({fault.strerror})") from fault


def require_free(sources: Iterable[str], folder: Path) -> list[Path]:
    """Return where the reviews of workbooks and their page are going to be written, the page last.

    Errors
    ------
    InputError
        Where that would take the place of a workbook given, of one another, or of a file that no review wrote.
    """
    inputs = [place_of(source) for source in sources]
    outputs = [*(folder / path.name for path in inputs), folder / PAGE]
    files.require_free(outputs, inputs, files.is_stamped)
    return outputs


def review(source: str, settings: Mapping[str, str], folder: Path) -> Review:
    """Recalculate a workbook into a folder and return what it shows.

    Errors
    ------
    InputError
        A workbook that cannot be read or calculated, a name it does not have, or a folder where `require_free` fails.
    """
    name, path, data = open_workbook(source)
    target = require_free([source], folder)[0]
    book = Book(data, published(), str(path), plain)
    before = _values(book)
    package = Package(data, str(path))
    formats = NumberFormats(package)
    native = charts(package)
    drawn_before = _blocks(book, native)
    changed = settle(book, package, formats, settings)
    drawn = _blocks(book, native)
    files.write(target, files.stamped_workbook(book.data()))
    lines = _lines(book, formats, before if settings else {})
    return Review(
        name=name,
        title=_cell(book, 1) or name,
        question=_cell(book, 2),
        inputs=lines[INPUTS],
        headlines=lines[SUMMARY],
        checks=lines[CHECKS],
        faults=book.errors(),
        pictures=[_pair(chart, drawn_before, drawn) for chart in native],
        changed=changed,
    )


def _values(book: Book) -> dict[str, Cell]:
    return {name: book.value(place) for name, place in book.names.items()}


def _blocks(book: Book, native: list[Drawn]) -> dict[str, Block]:
    """Return the values of every range that the charts draw."""
    ranges = {text for chart in native for series in chart.series for text in (series.categories, series.values)}
    return {text: book.block(text) for text in ranges if text}


def _pair(chart: Drawn, before: dict[str, Block], after: dict[str, Block]) -> Pair:
    if all(before[series.values] == after[series.values] for series in chart.series):
        return Pair(pictures.draw(chart, after.__getitem__), b"")
    reads = (before.__getitem__, after.__getitem__)
    return Pair(pictures.draw(chart, reads[1], reads), pictures.draw(chart, reads[0], reads))


def _cell(book: Book, row: int) -> str:
    """Return a line of the first page's heading."""
    value = book.value(Place(SUMMARY, row, 2)) if SUMMARY in {place.sheet for place in book.names.values()} else ""
    return str(value or "")


def _lines(book: Book, formats: NumberFormats, before: dict[str, Cell]) -> dict[str, list[Line]]:
    lines: dict[str, list[Line]] = {INPUTS: [], SUMMARY: [], CHECKS: []}
    for name, place in sorted(book.names.items(), key=lambda pair: pair[1].row):
        if place.sheet not in lines:
            continue
        label_column = 2 if place.sheet == CHECKS else place.column - 1
        label = book.value(Place(place.sheet, place.row, label_column)) if label_column else None
        note = book.value(Place(place.sheet, place.row, place.column + 1))
        code = formats.of(*place)
        was = shown(before[name], code) if before else ""
        lines[place.sheet].append(Line(name, str(label or name), str(note or ""), shown(book.value(place), code), was))
    return lines
