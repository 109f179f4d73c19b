"""Claims at their settlement: what is bought, when it pays first, and how much interest is bought with it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.passthrough import Passthrough
from mbsxl.claims.payments import Claim
from mbsxl.claims.strips import InterestOnly, PrincipalOnly
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import Settlement, accrued_days, months_to_first_payment
from mbsxl.errors import NoSolution
from mbsxl.kernel import Rows, RowsOf, slices
from mbsxl.loans.pools import Loans, Pool, Pools, read_pool, read_pools
from mbsxl.units import DAYS_A_YEAR, PAR


class Strip(Enum):
    """What of a pool is bought: all of it, its interest (IO) or its principal (PO)."""

    POOL = "POOL"
    IO = "IO"
    PO = "PO"


CLAIMS: dict[Strip, type[Passthrough]] = {
    Strip.POOL: Passthrough,
    Strip.IO: InterestOnly,
    Strip.PO: PrincipalOnly,
}
_MONTHLY_ROWS = 128


class Settled(NamedTuple):
    """Claims side by side at their settlement, one a row.

    `first` is the time to the first payment in months, the delay included, and `accrued` the interest bought with each
    unit of face.
    """

    claim: Claim
    first: FloatArray
    accrued: FloatArray


class Asked(NamedTuple):
    """Settled claims, and what is asked about each: a price, a yield, a spread; a table of rows."""

    settled: Settled
    columns: tuple[FloatArray, ...]
    monthly: bool = False  # whether each payment is looked at by itself, so that few rows fit in near memory

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.settled.first.size

    def part(self, rows: RowsOf) -> Asked:
        """Return some of the rows."""
        claim, first, accrued = self.settled
        part = Settled(claim.part(rows), first[rows], accrued[rows])
        return Asked(part, tuple(column[rows] for column in self.columns), self.monthly)

    def batches(self) -> Iterator[RowsOf]:
        """Yield rows that are best valued together."""
        yield from slices(self.rows, _MONTHLY_ROWS) if self.monthly else self.settled.claim.batches()


def settle_pools(
    pool: Pool | Loans, settlement: Settlement, claim: Strip | str, *columns: npt.ArrayLike
) -> tuple[Asked, Rows]:
    """Return the claims that broadcast arguments describe, at their settlement, with columns beside them.

    Rows that cannot be are refused: what is returned are the sound ones. Loans without a speed do not prepay.

    Errors
    ------
    InputError
        A text that is no speed, no programme or no claim.
    """
    kind = CLAIMS[claim if isinstance(claim, Strip) else choose(Strip, "claim", claim)]
    whole = pool if isinstance(pool, Pool) else Pool(*pool, "0 CPR")
    if not _several(settlement, columns) and (one := read_pool(whole)) is not None:
        alone = settled_at(kind(one), *_timing(settlement), *(np.array([column], float) for column in columns))
        return alone, Rows()
    given = [np.asarray(column, float) for column in columns]
    until_paid = np.asarray(months_to_first_payment(*settlement))
    pools, rows = read_pools(whole, until_paid.shape, *(column.shape for column in given))
    days = rows.column(accrued_days(settlement.settle))
    asked = settled_at(kind(pools), rows.column(until_paid), days, *map(rows.column, given))
    sound = rows.sound()
    return asked if sound is None else asked.part(sound), rows


def _several(settlement: Settlement, columns: tuple[npt.ArrayLike, ...]) -> bool:
    """Whether a settlement or a column may be of more than one claim."""
    return any(isinstance(each, np.ndarray | list | tuple) for each in (*columns, *settlement))


@lru_cache(maxsize=4096)
def _timing(settlement: Settlement) -> tuple[FloatArray, FloatArray]:
    """Return the months to the first payment of one claim and the days accrued, remembered: a sheet settles on few."""
    timing = np.array([[float(months_to_first_payment(*settlement))], [float(accrued_days(settlement.settle))]])
    timing.setflags(write=False)
    return timing[0], timing[1]


def settled_at(claim: Claim, first: FloatArray, days: FloatArray, *columns: FloatArray) -> Asked:
    """Return claims settled when so many days of interest have accrued, with columns beside them."""
    return Asked(Settled(claim, first, claim.accrual * (days / DAYS_A_YEAR)), columns)


def full_price(settled: Settled, price: FloatArray) -> FloatArray:
    """Return what is paid for a unit of face at clean prices, accrued interest included."""
    return price / PAR + settled.accrued


def worthless(price: FloatArray, full: FloatArray) -> dict[int, Exception]:
    """Return why rows whose full price is not above 0 have no yield, spread or speed."""
    if (full > 0).all():
        return {}
    return {
        row: NoSolution(f"price {price[row]:.10g}: with accrued interest it is not above 0, so nothing answers it")
        for row in np.flatnonzero(~(full > 0)).tolist()
    }


def pools_of(asked: Asked) -> Pools:
    """Return the pools behind claims that are made of them."""
    claim = asked.settled.claim
    assert isinstance(claim, Passthrough)
    return claim.pools
