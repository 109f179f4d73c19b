"""Discount margins of floating classes: the margin over the index at which their payments are worth their price.

Each month's rate is simple interest at the index, as projected, and the margin.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-53, SF-54.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.kernel import RowsOf
from mbsxl.solve import FARTHEST, Moments, Solved, solve


class Indexed(NamedTuple):
    """Payments discounted at an index and a margin: all (rows, payments), periods in years, `rates` the index."""

    payments: FloatArray
    periods: FloatArray
    rates: FloatArray

    def at(self, x: FloatArray) -> Moments:
        """Return the moments at a margin a row."""
        slope = self.periods / (1.0 + (self.rates + x[:, np.newaxis]) * self.periods)
        present = self.payments * np.cumprod(slope / self.periods, axis=1)
        first = np.cumsum(slope, axis=1)
        second = first**2 + np.cumsum(slope**2, axis=1)
        return Moments(present.sum(axis=1), (present * first).sum(axis=1), (present * second).sum(axis=1))

    def floor(self, x: FloatArray) -> FloatArray:
        """Return how low the next margin may be: half way to where a month's rate would be all that it bears."""
        lowest = (-1.0 / self.periods - self.rates).max(axis=1)
        return np.maximum((x + lowest) / 2, x - FARTHEST / self.periods.sum(axis=1))

    def part(self, rows: RowsOf) -> Indexed:
        """Return some of the rows."""
        return Indexed(*(each[rows] for each in self))


def discount_margins(payments: FloatArray, periods: FloatArray, index: FloatArray, value: FloatArray) -> Solved:
    """Return the margins at which payments are worth values.

    Shapes: (rows, payments), but `value` (rows,). Units: `periods` in years, `index` and margins a year, decimals.
    """
    return solve(Indexed(payments, periods, index), value, np.zeros(len(value)))
