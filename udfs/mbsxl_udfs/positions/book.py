"""The book of a source: what `mbsxl.book` is. Files are opened here, above the core, which knows numbers only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from typing import Any

from mbsxl.portfolio.book import Book, Numbers
from mbsxl.portfolio.book import book as of_positions
from mbsxl.value.measures import NO_MARKET, OpenMarket
from mbsxl_udfs.formulas.tables import POSITIONS, known_as
from mbsxl_udfs.positions.sources import read
from mbsxl_udfs.positions.units import Habits


def book(
    source: Any,
    measures: str | Sequence[str] | None = None,
    executor: Executor | None = None,
    *,
    by: str | Sequence[str] = (),
    market: OpenMarket = NO_MARKET,
    thousands: bool = False,
    each: Callable[[Numbers], None] | None = None,
) -> Book:
    """Return what the positions of a source add up to.

    A source is columns by name, a data frame, a table of Arrow, an iterable of any of these, or the path of a .csv,
    .parquet or .xlsx file. Columns have the names people use for them; rates in percent are told from decimals by their
    range. Without a market the measures are static; `thousands` says that faces are counted in them. `each` is handed
    the numbers of every position, some at a time.

    Errors
    ------
    InputError
        As `mbsxl.portfolio.book.book`; a file that cannot be read, a table without a column that positions need.

    Examples
    --------
    >>> source = {"face": [1e6], "px": [100], "cpn": [9.0], "gwac": [9.5], "wam": [360], "wala": [0],
    ...           "psa": [150], "program": ["GNMA I"]}
    >>> round(100 * book(source).total["yield"], 5)  # SF-50
    9.10675
    """
    positions: Iterable[Any] = read(source, Habits(thousands))
    return of_positions(positions, market, groups(by), measures, executor=executor, each=each)


def groups(by: str | Sequence[str]) -> list[str]:
    """Return the columns to group by, those that positions need by the names they have here.

    >>> groups("Desk, cpn")
    ['Desk', 'coupon']
    """
    given = (name.strip() for name in (by.split(",") if isinstance(by, str) else by))
    return [known_as(name, POSITIONS) or name for name in given if name]
