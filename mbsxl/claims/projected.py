"""A pass-through whose balances are given: that of a pool at the speeds of a model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.claims.passthrough import paid_at
from mbsxl.kernel import RowsOf, slices
from mbsxl.solve import Falling
from mbsxl.units import MONTHS_A_YEAR

_ROWS = 128  # valued together


class Projected(NamedTuple):
    """All that pools pay, by their balances month by month, per unit of current face: (rows, months + 1)."""

    accrual: FloatArray
    balance: FloatArray

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.accrual.size

    def part(self, rows: RowsOf) -> Projected:
        """Return some of the rows."""
        return Projected(self.accrual[rows], self.balance[rows])

    def batches(self) -> Iterator[slice]:
        """Yield rows that are best valued together."""
        return slices(self.rows, _ROWS)

    def payments(self) -> FloatArray:
        """Return what is paid in all, month by month: (rows, months)."""
        before, after = self.balance[:, :-1], self.balance[:, 1:]
        return before * (1 + self.accrual / MONTHS_A_YEAR)[:, np.newaxis] - after

    def present(self, first: FloatArray) -> Falling:
        """Return the value at a monthly continuous rate."""
        return paid_at(self.payments(), first)

    def life(self, first: FloatArray) -> FloatArray:
        """Return the average time to the return of principal in months, the delay included."""
        return np.asarray(self.balance[:, :-1].sum(axis=-1) + (first - 1))
