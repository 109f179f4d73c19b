"""The market of another day, put into a template in place of the one that it was built with."""

from __future__ import annotations

import datetime
from typing import NamedTuple

import numpy as np

from mbsxl.conventions.tba import TbaDay, tba_settle
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks.kit.pages import INPUTS
from mbsxl_workbooks.shared.market import AS_OF

_PRICES = f"illustrative, set beside the market of {AS_OF.day} {AS_OF:%B %Y}"


class Quote(NamedTuple):
    """A number of the day, and who publishes it."""

    value: float
    source: str


class MarketDay(NamedTuple):
    """The published rates of a day, by the names that the inputs of templates have."""

    day: datetime.date
    quotes: dict[str, Quote]

    def put(self, book: Book) -> None:
        """Give a template these rates, with their sources; one that is of no day's market is left as it is.

        It settles on the next day of TBA settlement whose pools are still to be notified. Prices stay, and are said to
        be of the day that they were set beside.
        """
        if "as_of" not in book.names:
            return
        book.set("as_of", self.day)
        book.set("settle", settlement(self.day))
        book.set("prices_are", _PRICES)
        for name, quote in self.quotes.items():
            place = book.names.get(name)
            if place and place.sheet == INPUTS:
                book.set(name, quote.value)
                book.write(place._replace(column=place.column + 1), quote.source)


def settlement(day: datetime.date) -> datetime.date:
    """Return when a 30-year TBA traded on a day settles: in its month, or the next once pools are notified.

    >>> settlement(datetime.date(2025, 11, 24)), settlement(datetime.date(2025, 12, 8))
    (datetime.date(2025, 12, 11), datetime.date(2025, 12, 11))
    """
    traded = np.datetime64(day)
    month = traded.astype("datetime64[M]")
    if traded >= tba_settle(traded, what=TbaDay.NOTIFICATION):
        month += 1
    return tba_settle(month.astype("datetime64[D]")).astype(object)
