"""A template kept open: its inputs follow what is typed, and what it shows follows them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import Block
from mbsxl_udfs.sheet.charts import Drawn, NumberFormats, charts
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import pictures
from mbsxl_workbooks.contents import Contents, Line
from mbsxl_workbooks.market_day import MarketDay
from mbsxl_workbooks.report import figure
from mbsxl_workbooks.review import Review, blocks, open_workbook, reading
from mbsxl_workbooks.settings import choices, settle

_MOST_KEPT = 6  # scenarios side by side


class Field(NamedTuple):
    """An input: as it was at first, and what may be chosen for it, where that is a list."""

    line: Line
    choices: list[str]


class Live:
    """A calculated template; one thread at a time may ask it, the one whose `turn` it is."""

    def __init__(self, name: str, market: MarketDay | None) -> None:
        self.turn = asyncio.Lock()
        _, _, data = open_workbook(name, market)
        self._book = Book(data, published(), name)
        self._name, self._formats, self._charts = name, NumberFormats(self._book.package), charts(self._book.package)
        self._first = Contents(self._book, self._formats).values()
        first = reading(self._book, self._formats, name, [], {})
        self.fields = [Field(line, choices(self._book, self._formats, line.name)) for line in first.inputs if line.name]
        self.scenarios: deque[Review] = deque(maxlen=_MOST_KEPT)
        self._typed = {field.line.name: field.line.value for field in self.fields}
        self._inputs = dict(self._typed)

    @property
    def changed(self) -> dict[str, str]:
        """The inputs that are not as they were at first, as they were typed."""
        return {name: text for name, text in self._typed.items() if text != self._inputs[name]}

    def settle(self, texts: Mapping[str, str]) -> dict[str, str]:
        """Give the inputs what was typed; return, of each that does not take it, why. Those stay as they were."""
        refused = {}
        for field in self.fields:
            name = field.line.name
            text = texts.get(name, self._inputs[name])
            if text == self._typed[name]:
                continue
            place = self._book.names[name]
            before = self._book.value(place)
            try:
                if text == self._inputs[name]:
                    self._book.write(place, field.line.cell)
                else:
                    settle(self._book, self._formats, {name: text})
                self._typed[name] = text
            except InputError as error:
                self._book.write(place, before)
                refused[name] = error.remedy
        return refused

    def review(self) -> Review:
        """Return what the template shows, without pictures."""
        found = reading(self._book, self._formats, self._name, list(self.changed), self._first)
        return found._replace(scenarios=list(self.scenarios))

    def keep(self) -> None:
        """Keep what the template shows as a scenario, named after the inputs that it changes."""
        name = ", ".join(f"{name} {text}" for name, text in self.changed.items()) or "as it came"
        self.scenarios.append(self.review()._replace(name=name, scenarios=[]))

    def data(self) -> bytes:
        """Return the workbook as it stands."""
        return self._book.data()

    def charts(self) -> list[tuple[Drawn, dict[str, Block]]]:
        """Return the charts with the cells that they draw."""
        cells = blocks(self._book, self._charts)
        return [(chart, cells) for chart in self._charts]


def drawn(chart: Drawn, cells: Mapping[str, Block], place: int) -> str:
    """Return a chart as it stands on a page."""
    read = cells.__getitem__
    return figure(pictures.draw(chart, read), pictures.spoken(chart, read).title, "", f"chart-{place}")
