"""The book as a table of a sheet: groups, total, and the positions refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mbsxl.kernel import Listing
from mbsxl.loans.prepayment import ModelLike
from mbsxl.market.curve import ParCurve
from mbsxl.market.hull_white import MEAN_REVERSION, PATHS
from mbsxl.market.volatility import Volatility
from mbsxl.portfolio.book import Book, book
from mbsxl.portfolio.positions import Positions
from mbsxl.value.measures import OpenMarket


def book_table(
    positions: Positions,
    curve: ParCurve,
    volatility: Volatility | None,
    by: Sequence[str] | None = None,
    measures: Sequence[str] | None = None,
    model: ModelLike = None,
    paths: int = PATHS,
) -> Listing:
    """Return what positions add up to, a row a group and a total: amounts of currency first, ratios last.

    A position with a speed has static measures at that speed, one without at the model's. The yield is that of the
    summed cash flows, the average life and the CPR of the first month are theirs; DV01 (by yield), effective DV01 and
    key-rate DV01s are sums in currency; OAS, effective duration and convexity are weighted by market value. Positions
    that cannot be used have a row each below the total, with why; their face is among `refused`.

    Shapes: `by` and `measures` are rows or columns of names, by default the total, and all that the market allows: the
    static ones without a curve and a volatility. Units: amounts in the currency of the faces; OAS in basis points.

    Errors
    ------
    InputError
        No position that can be used, a column or a measure there is not, or one whose market is not given; a number of
        paths that cannot be.

    Source: SF-4, SF-49 to SF-50, added up; T. Ho, "Key Rate Durations: Measures of Interest Rate Risks" (1992).

    Examples
    --------
    >>> from mbsxl.loans.pools import Loans
    >>> from mbsxl.portfolio.positions import positions
    >>> held = positions([1e6, 3e6], [100, 100], Loans(0.09, 0.095, [360, 0], 0), "150 PSA", program="GNMA I")
    >>> table = book_table(held, ParCurve(None, None), None, measures=["WAL"])  # SF-50
    >>> for row in table.rows:
    ...     print([round(cell, 5) if isinstance(cell, float) else cell for cell in row])
    ['TOTAL', 1, 1000000.0, 3000000.0, 1000000.0, 9.77844]
    ['row 2: wam 0: is too few months; give 1 or more', '', '', 3000000.0, '', '']
    """
    market = OpenMarket(*curve, volatility, MEAN_REVERSION, model)
    return as_listing(book(positions, market, by if by is not None else (), measures, paths=paths))


def as_listing(found: Book) -> Listing:
    """Return a book with a row for each position refused below its total."""
    at = found.header.index("refused")
    rows: list[tuple[Any, ...]] = list(found.rows)
    for row, face, why in found.refused:
        line: list[Any] = [""] * len(found.header)
        line[0], line[at] = f"row {row}: {why}", face if face == face else ""
        rows.append(tuple(line))
    return Listing(found.header, rows)
