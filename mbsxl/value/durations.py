"""The sensitivity of a claim's price to its yield, the cash flows held: duration, convexity, value of a basis point.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-50, SF-51 (cash flow duration and convexity).
"""

from __future__ import annotations

from enum import Enum
from operator import attrgetter

import numpy.typing as npt

from mbsxl.claims.settled import Strip
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import AT_ONCE, Settlement
from mbsxl.kernel import Outcome, by_row
from mbsxl.loans.pools import Pool
from mbsxl.value.priced import Question, ask


class DurationKind(Enum):
    """What a duration measures (SF-50): the sensitivity of the price to the yield, or the mean time to payment."""

    MODIFIED = "MODIFIED"
    MACAULAY = "MACAULAY"


@by_row
def duration(
    price: npt.ArrayLike,
    pool: Pool,
    kind: DurationKind | str = DurationKind.MODIFIED,
    settlement: Settlement = AT_ONCE,
    claim: Strip | str = Strip.POOL,
) -> Outcome:
    """Return the duration at a clean price.

    Macaulay duration is the mean time to payment, weighted by present value; modified duration is that over 1 plus half
    the semiannual bond-equivalent yield: the relative fall of the full price per unit of that yield.

    Shapes: broadcast. Units: years; `price` per 100 of current face.

    Errors
    ------
    NoSolution
        A price that no yield gives.

    Source: SF-50.

    Examples
    --------
    >>> pool = Pool(0.09, 0.095, 360, 0, "150 PSA")
    >>> round(float(duration(100, pool, settlement=Settlement(program="GNMA I"))), 5)  # SF-50
    5.48186
    """
    modified = choose(DurationKind, "kind", kind) is DurationKind.MODIFIED
    return ask(Question(attrgetter("modified" if modified else "macaulay")), price, pool, settlement, claim)


@by_row
def convexity(
    price: npt.ArrayLike, pool: Pool, settlement: Settlement = AT_ONCE, claim: Strip | str = Strip.POOL
) -> Outcome:
    """Return the convexity at a clean price: the second derivative of the full price by the yield, over that price.

    Shapes: broadcast. Units: years squared; `price` per 100 of current face. Some print a hundredth of it.

    Errors
    ------
    NoSolution
        A price that no yield gives.

    Source: SF-51 (cash flow convexity).

    Examples
    --------
    >>> pool = Pool(0.09, 0.095, 360, 0, "150 PSA")
    >>> round(float(convexity(100, pool, Settlement(program="GNMA I"))), 4)  # SF-51
    54.4326
    """
    return ask(Question(attrgetter("convexity")), price, pool, settlement, claim)


@by_row
def dv01(
    price: npt.ArrayLike, pool: Pool, settlement: Settlement = AT_ONCE, claim: Strip | str = Strip.POOL
) -> Outcome:
    """Return what the price loses when the bond-equivalent yield rises by a basis point, by modified duration.

    Shapes: broadcast. Units: per 100 of current face, positive; `price` likewise.

    Errors
    ------
    NoSolution
        A price that no yield gives.

    Source: SF-50 (modified duration times full price).

    Examples
    --------
    >>> pool = Pool(0.09, 0.095, 360, 0, "150 PSA")
    >>> round(float(dv01(100, pool, Settlement(program="GNMA I"))), 7)  # SF-50
    0.0548186
    """
    return ask(Question(attrgetter("dv01")), price, pool, settlement, claim)
