"""A claim: what is owed when, per unit of face, many side by side. Price, yield, life, durations and spreads ask it.

A claim is a table of rows (see `mbsxl.kernel`) that knows what it pays month by month, the first time a month after its
last accrual date, and how late. It knows nothing of prices, and what is asked of it knows nothing of pools.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, Self

from mbsxl.arrays import FloatArray
from mbsxl.kernel import RowsOf
from mbsxl.solve import Falling


class Claim(Protocol):
    """What is owed when, per unit of face, a row each."""

    @property
    def accrual(self) -> FloatArray:
        """Return the yearly rate at which interest accrues to the seller until settlement: (rows,)."""

    @property
    def rows(self) -> int:
        """The number of rows."""

    def part(self, rows: RowsOf) -> Self:
        """Return some of the rows."""

    def batches(self) -> Iterable[RowsOf]:
        """Yield rows that are best valued together."""

    def payments(self) -> FloatArray:
        """Return what is paid in all, month by month: (rows, months)."""

    def present(self, first: FloatArray) -> Falling:
        """Return the value at a monthly continuous rate, payments from `first` months after settlement on."""

    def life(self, first: FloatArray) -> FloatArray:
        """Return the average time to the reduction of the balance, or of the notional, in months: (rows,)."""
