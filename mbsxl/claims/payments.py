"""A claim: what is owed when, per unit of face, many side by side. Price, yield, life, durations and spreads ask it.

A claim is a table of rows (see `mbsxl.kernel`) that knows what it pays month by month, the first time a month after its
last accrual date, and how late. It knows nothing of prices, and what is asked of it knows nothing of pools.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol, Self

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.kernel import RowsOf, slices
from mbsxl.solve import Falling, Listed, listed

_ROWS = 128  # whose payments fit in the near memory


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


class Flows(NamedTuple):
    """Claims given by what they pay, whatever made it so.

    Shapes: what is `paid`, and the `reductions` of the balance, or of the notional, month by month (rows, months);
    `accrual` (rows,). Units: per unit of face.
    """

    paid: FloatArray
    reductions: FloatArray
    accrual: FloatArray

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.accrual.size

    def part(self, rows: RowsOf) -> Flows:
        """Return some of the rows."""
        return Flows(self.paid[rows], self.reductions[rows], self.accrual[rows])

    def batches(self) -> Iterator[slice]:
        """Yield rows that are best valued together."""
        return slices(self.rows, _ROWS)

    def payments(self) -> FloatArray:
        """Return what is paid in all, month by month."""
        return self.paid

    def present(self, first: FloatArray) -> Listed:
        """Return the value at a monthly continuous rate."""
        return paid_at(self.paid, first)

    def life(self, first: FloatArray) -> FloatArray:
        """Return the average time to the reductions, in months."""
        months = np.arange(self.reductions.shape[1])
        return (self.reductions @ months) / self.reductions.sum(axis=-1) + first


def paid_at(payments: FloatArray, first: FloatArray) -> Listed:
    """Return payments month by month, the first of them `first` months from now."""
    return listed(payments, first[:, np.newaxis] + np.arange(payments.shape[1]))
