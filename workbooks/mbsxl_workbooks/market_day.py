"""The market of another day, put into a template in place of the one that it was built with."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
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


class Cohort(NamedTuple):
    """A part of what the Fed holds of MBS: coupon, term and months since issue, and its share of the face."""

    coupon: float
    term: float
    elapsed: float
    share: float


class Holdings(NamedTuple):
    """What the Fed holds of MBS on a day, by coupon and term."""

    day: datetime.date
    source: str
    cohorts: Sequence[Cohort]


class MarketDay(NamedTuple):
    """The published rates of a day, by the names that the inputs of templates have; the months before it; holdings."""

    day: datetime.date
    quotes: dict[str, Quote]
    months: dict[datetime.date, Month]
    holdings: Holdings | None = None

    def put(self, book: Book) -> None:
        """Give a template what is fresh: one of a day's market its rates, one of months the months it does not have."""
        if "as_of" in book.names:
            self._put_rates(book)
        if "month_new1" in book.names:
            self._put_months(book)
        if self.holdings is not None and "cohorts_of" in book.names:
            _put_cohorts(book, self.holdings)

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


def _put_cohorts(book: Book, holdings: Holdings) -> None:
    """Give a template what is held by coupon and term: each cohort to the row of the nearest term, then coupon."""
    rows = {name.removeprefix("share_"): name for name in book.names if name.startswith("share_")}
    parts: dict[str, list[Cohort]] = {key: [] for key in rows}
    for each in holdings.cohorts:
        nearest = min(rows, key=lambda key: (abs(_term(key) - each.term), abs(_coupon(key) - each.coupon)))
        parts[nearest].append(each)
    for key, cohorts in parts.items():
        share = sum(each.share for each in cohorts)
        book.set(f"share_{key}", share)
        if share:
            book.set(f"elapsed_{key}", round(sum(each.share * each.elapsed for each in cohorts) / share))
    book.set("cohorts_of", holdings.day)
    book.set("cohorts_are", "folded into these rows, not official")
    place = book.names["cohorts_of"]
    book.write(place._replace(column=place.column + 1), holdings.source)


def _coupon(key: str) -> float:
    """Return the coupon of a row: 0025_360 is of 2.5% and 360 months."""
    return float(f"0.{key.partition('_')[0][1:]}")


def _term(key: str) -> float:
    return float(key.partition("_")[2])


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
