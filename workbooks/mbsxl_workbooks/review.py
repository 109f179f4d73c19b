"""Reviewing a workbook: recalculate it through the formulas, with other inputs where asked, and say what it shows.

Any workbook can be reviewed; what there is to read in it, `contents` says.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.hosts.host import plain
from mbsxl_udfs.sheet import files
from mbsxl_udfs.sheet.archive import MEGABYTE, MOST_UNPACKED
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.charts import Drawn, NumberFormats, charts
from mbsxl_udfs.sheet.engine import Book, Cause, Place, Refusal
from mbsxl_workbooks import pictures, templates
from mbsxl_workbooks.contents import Contents, Grid, Line
from mbsxl_workbooks.kit.cells import CHECKS, INPUTS, STATEMENTS, SUMMARY
from mbsxl_workbooks.market_day import MarketDay
from mbsxl_workbooks.settings import cells, settle

PAGE = "review.html"


class Pair(NamedTuple):
    """A picture, what it was before inputs were changed: empty where it is the same; and its title."""

    after: bytes
    before: bytes
    title: str


class Review(NamedTuple):
    """What a workbook shows.

    Attributes
    ----------
    title, question
        The heading of its Summary; else its name.
    said
        The sentences of its summary: the answer, how many checks hold, of which day its data are.
    inputs, headlines, checks, grids
        What there is to read in it; see `contents`.
    causes
        The cells where errors begin.
    kept
        The cells that keep the value of the file, because they cannot be computed here, and why.
    pictures
        Those of the charts that `charts` can read.
    changed
        The names of the inputs that were set.
    formulas
        How many there are.
    scenarios
        What it shows under each of the scenarios asked for, named after them, without pictures.
    """

    name: str
    title: str
    question: str
    inputs: list[Line]
    said: list[Line]
    headlines: list[Line]
    checks: list[Line]
    grids: list[Grid]
    causes: list[Cause]
    kept: list[Refusal]
    pictures: list[Pair]
    changed: list[str]
    formulas: int
    scenarios: list[Review]

    @property
    def failed(self) -> list[Line]:
        """The checks that do not hold."""
        return [check for check in self.checks if not check.holds]

    @property
    def doubtful(self) -> list[Line]:
        """The headlines that are no numbers because what they rest on was emptied by an error."""
        return [
            line for line in self.headlines if isinstance(line.cell, CellError) and line.note == line.cell.message != ""
        ]

    @property
    def sound(self) -> bool:
        """Whether no cell shows an error and every check holds."""
        return not self.failed and not self.causes and not self.doubtful

    @property
    def verdict(self) -> str:
        """What a sound workbook can be said to be: no more than was looked at."""
        if self.checks:
            return f"{len(self.checks)} checks{' against published figures' * bool(self.question)}: all ok"
        if self.formulas:
            kept = sum(len(each.cells) for each in self.kept)
            count = f"{self.formulas - kept:,} of {self.formulas:,}" if kept else f"{self.formulas:,}"
            return f"{count} formula{'s' * (self.formulas != 1)} calculated, no error; the workbook has no checks"
        return "nothing was calculated: the workbook has no formula"


def place_of(source: str) -> Path:
    """Return where a workbook is: a template by its name, or a file by its path."""
    path = templates.path_of(source) if source in templates.NAMES else Path(source)
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        near = difflib.get_close_matches(source, templates.NAMES, 1)
        meant = f"; did you mean {near[0]}?" if near else f" {', '.join(templates.NAMES)}"
        raise InputError("workbook", source, f"is neither an .xlsx file nor one of the templates{meant}")
    return path


def open_workbook(source: str, market: MarketDay | None = None) -> tuple[str, Path, bytes]:
    """Return the name, place and bytes of a workbook, a template with the market given."""
    path = place_of(source)
    try:
        if path.exists() and not path.is_file():
            raise InputError("workbook", source, "is not a file")
        if path.stat().st_size > MOST_UNPACKED:
            raise InputError("workbook", source, f"is larger than the {MOST_UNPACKED // MEGABYTE:,} MB read here")
        data = path.read_bytes()
    except OSError as fault:
        raise InputError("workbook", source, f"cannot be read ({fault.strerror})") from fault
    if market is not None and source in templates.NAMES:
        book = Book(data, published(), source)
        market.put(book)
        data = book.data()
    return path.stem, path, data


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


def review(
    source: str,
    settings: Mapping[str, str],
    folder: Path,
    market: MarketDay | None = None,
    scenarios: Mapping[str, Mapping[str, str]] | None = None,
) -> Review:
    """Recalculate a workbook into a folder, a template with the market given, and return what it shows.

    A scenario sets inputs on top of the settings; what is written has the settings alone.

    Errors
    ------
    InputError
        A workbook that cannot be read or calculated, a name it does not have, or a folder where `require_free` fails.
    """
    name, path, data = open_workbook(source)
    target = require_free([source], folder)[0]
    book = Book(data, published(), str(path), plain)
    if market is not None and source in templates.NAMES:
        market.put(book)
    if not any(any(sheet.places()) for sheet in book.package.sheets.values()):
        raise InputError("workbook", str(path), "has nothing in its cells: there is nothing to review")
    formats, native = NumberFormats(book.package), charts(book.package)
    addressed = _addressed(book, settings, scenarios or {})
    before, drawn_before = Contents(book, formats, addressed).values(), blocks(book, native)
    changed = settle(book, formats, settings)
    drawn = blocks(book, native)
    found = reading(book, formats, name, changed, before, addressed)._replace(
        pictures=[_pair(chart, drawn_before, drawn) for chart in native],
        scenarios=[_scenario(book, formats, each, inputs, addressed) for each, inputs in (scenarios or {}).items()],
    )
    files.write(target, files.stamped_workbook(book.data()))
    return found


def _addressed(book: Book, settings: Mapping[str, str], scenarios: Mapping[str, Mapping[str, str]]) -> dict[str, Place]:
    """Return the cells that are set by their address, in whichever scenario."""
    found = cells(book, settings)
    for name, inputs in scenarios.items():
        with _named(name):
            found |= cells(book, inputs)
    return {name: place for name, place in found.items() if name not in book.names}


@contextmanager
def _named(scenario: str) -> Iterator[None]:
    """Name the scenario in whose inputs something is wrong."""
    try:
        yield
    except InputError as fault:
        raise InputError(f"scenario {scenario}: {fault.argument}", fault.value, fault.remedy) from fault


def _scenario(
    book: Book, formats: NumberFormats, name: str, settings: Mapping[str, str], addressed: Mapping[str, Place]
) -> Review:
    """Return what a workbook shows under a scenario, and leave it as it was."""
    before = Contents(book, formats, addressed).values()
    held = {place: book.value(place) for place in cells(book, settings).values()}
    with _named(name):
        changed = settle(book, formats, settings)
    found = reading(book, formats, name, changed, before, addressed)
    for place, value in held.items():
        book.write(place, value)
    return found


def reading(
    book: Book,
    formats: NumberFormats,
    name: str,
    changed: list[str],
    before: Mapping[Place, Cell],
    addressed: Mapping[str, Place] = {},
) -> Review:
    """Return what there is to read in a workbook, beside what it held before inputs were changed."""
    contents = Contents(book, formats, addressed)
    lines = contents.lines(before if changed else {})
    return Review(
        name=name,
        title=contents.heading(1) or name,
        question=contents.heading(2),
        inputs=lines[INPUTS],
        said=[line for line in lines[SUMMARY] if line.name in STATEMENTS],
        headlines=[line for line in lines[SUMMARY] if line.name not in STATEMENTS],
        checks=lines[CHECKS],
        grids=contents.grids(),
        causes=book.causes(),
        kept=book.refused(kept=True),
        pictures=[],
        changed=changed,
        formulas=sum(len(sheet.formulas) + len(sheet.what_if) for sheet in book.package.sheets.values()),
        scenarios=[],
    )


def blocks(book: Book, native: list[Drawn]) -> dict[str, Block]:
    """Return the values of every range that the charts draw."""
    ranges = {text for chart in native for series in chart.series for text in (series.categories, series.values)}
    words = {word for chart in native for word in (chart.title, chart.axis, chart.below)}
    words |= {word for chart in native for series in chart.series for word in (series.name, *series.labels.values())}
    ranges |= {word[1:] for word in words if word.startswith("=")}
    return {text: book.block(text) for text in ranges if text}


def _pair(chart: Drawn, before: dict[str, Block], after: dict[str, Block]) -> Pair:
    title = pictures.spoken(chart, after.__getitem__).title
    if all(before[series.values] == after[series.values] for series in chart.series):
        return Pair(pictures.draw(chart, after.__getitem__), b"", title)
    reads = (before.__getitem__, after.__getitem__)
    return Pair(pictures.draw(chart, reads[1], reads), pictures.draw(chart, reads[0], reads), title)
