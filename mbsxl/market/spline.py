"""The natural cubic spline, straight on beyond its last knot."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray, IntArray


class Spline(NamedTuple):
    """A cubic spline: values and second derivatives at its knots, (knots,) each; the first knot is where it begins."""

    knots: FloatArray
    values: FloatArray
    bends: FloatArray

    def at(self, t: FloatArray) -> FloatArray:
        """Return the values at times of any shape."""
        left, width, up, beyond = self._place(t)
        down = 1 - up
        cubic = (down**3 - down) * self.bends[left] + (up**3 - up) * self.bends[left + 1]
        inside = down * self.values[left] + up * self.values[left + 1] + cubic * width**2 / 6
        return inside + beyond * self.slope(self.knots[-1]) if (beyond > 0).any() else inside

    def slope(self, t: FloatArray) -> FloatArray:
        """Return the slopes at times of any shape."""
        left, width, up, _ = self._place(t)
        cubic = (1 - 3 * (1 - up) ** 2) * self.bends[left] + (3 * up**2 - 1) * self.bends[left + 1]
        return (self.values[left + 1] - self.values[left]) / width + cubic * width / 6

    def _place(self, t: FloatArray) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
        """Return the knot to the left, the width of its interval, how far along it a time is, and how far beyond."""
        inside = np.minimum(t, self.knots[-1])
        left = np.searchsorted(self.knots[1:-1], inside, side="right")
        width = self.knots[left + 1] - self.knots[left]
        return left, width, (inside - self.knots[left]) / width, t - inside


def natural_spline(knots: FloatArray, values: FloatArray) -> Spline:
    """Return the spline through values at two or more knots that does not bend at its ends.

    Examples
    --------
    >>> natural_spline(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0])).at(np.array([0.5, 1.0, 3.0]))
    array([ 0.6875,  1.    , -1.5   ])
    """
    width = np.diff(knots)
    system = np.eye(knots.size)
    inner = np.arange(1, knots.size - 1)
    system[inner, inner - 1] = width[:-1] / 6
    system[inner, inner] = (width[:-1] + width[1:]) / 3
    system[inner, inner + 1] = width[1:] / 6
    kink = np.zeros(knots.size)
    kink[inner] = np.diff(np.diff(values) / width)
    return Spline(knots, values, np.asarray(np.linalg.solve(system, kink), float))
