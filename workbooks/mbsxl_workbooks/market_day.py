"""The market of another day, put into a template in place of the one that it was built with."""

from __future__ import annotations

import datetime
import re
from typing import NamedTuple

import numpy as np

from mbsxl.conventions.tba import TbaDay, tba_settle
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks.kit.cells import INPUTS
from mbsxl_workbooks.shared.market import AS_OF

_PRICES = f"illustrative, set beside the market of {AS_OF.day} {AS_OF:%B %Y}"


class Quote(NamedTuple):
    """A number of the day, and who publishes it."""

    value: float
    source: str


class Month(NamedTuple):
    """What the Fed holds of MBS at the end of a month, $bn, and the mean mortgage rate in it."""

    held: float
    rate: float


class MarketDay(NamedTuple):
    """The published rates of a day, by the names that the inputs of templates have; and the months before it."""

    day: datetime.date
    quotes: dict[str, Quote]
    months: dict[datetime.date, Month]

    def put(self, book: Book) -> None:
        """Give a template what is fresh: one of a day's market its rates, one of months the months it does not have."""
        if "as_of" in book.names:
            self._put_rates(book)
        if "month_new1" in book.names:
            self._put_months(book)

    def _put_rates(self, book: Book) -> None:
        """Give a template the rates, with their sources.

        It settles on the next day of TBA settlement whose pools are still to be notified. Prices stay, and are said to
        be of the day that they were set beside.
        """
        book.set("as_of", self.day)
        book.set("settle", settlement(self.day))
        book.set("prices_are", _PRICES)
        for name, quote in self.quotes.items():
            place = book.names.get(name)
            if place and place.sheet == INPUTS:
                book.set(name, quote.value)
                book.write(place._replace(column=place.column + 1), quote.source)

    def _put_months(self, book: Book) -> None:
        """Give a template the months that follow its last, as long as none is missing and it has rows for them."""
        known = max(name for name in book.names if re.fullmatch(r"month_\d{4}_\d\d", name))
        month = datetime.datetime.strptime(known, "month_%Y_%m").date()
        for row in range(1, _ROWS + 1):
            before, month = month, _next(month)
            if before not in self.months or month not in self.months or f"month_new{row}" not in book.names:
                return
            held, rate = self.months[month]
            book.set(f"month_new{row}", month)
            book.set(f"off_new{row}", self.months[before].held - held)
            book.set(f"rate_new{row}", rate)
            book.set("holdings", held)
            place = book.names["holdings"]
            book.write(place._replace(column=place.column + 1), f"{_HELD}, last Wednesday of {month:%B %Y}, $bn")


_ROWS = 120  # more than any template has
_HELD = "Federal Reserve Board, H.4.1, mortgage-backed securities held outright"


def _next(month: datetime.date) -> datetime.date:
    return (month + datetime.timedelta(days=31)).replace(day=1)


def settlement(day: datetime.date) -> datetime.date:
    """Return when a 30-year TBA traded on a day settles: in its month, or the next once pools are notified.

    >>> settlement(datetime.date(2025, 11, 24)), settlement(datetime.date(2025, 12, 8))
    (datetime.date(2025, 12, 11), datetime.date(2025, 12, 11))
    """
    traded = np.datetime64(day)
    month = traded.astype("datetime64[M]")
    if traded >= tba_settle(traded, what=TbaDay.NOTIFICATION):
        month += 1
    return datetime.date.fromisoformat(str(tba_settle(month.astype("datetime64[D]"))))
