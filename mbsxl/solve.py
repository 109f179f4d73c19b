"""The root finders behind yields, spreads and speeds."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import NoSolution

MOST_STEPS = 100
FARTHEST = 50.0  # the most an exponent may grow in one step, so that nothing overflows on the way
_CLOSE = 1e-6  # in the logarithm of the value: a step from here lands within rounding, the error being cubed
_WORTHLESS = "the value to match, accrued interest included, is not above 0; no rate leads there"
_NOTHING_PAID = "nothing is paid, so no rate gives the payments a value"
_NOT_FOUND = f"no answer in {MOST_STEPS} steps; check that the price and the payments belong together"


def solve_rate(
    weights: npt.ArrayLike, times: npt.ArrayLike, value: npt.ArrayLike, start: npt.ArrayLike = 0.0
) -> FloatArray:
    """Return the continuous rate x at which payments are worth a value: sum of ``weights exp(-x times) = value``.

    The logarithm of the sum is convex in x and its slope lies between the first and the last time, so Halley's steps
    lead to the one root from anywhere, with no bracket.

    Shapes: `weights` and `times` (months,) or (pools, months), `value` and `start` () or (pools,); returns (pools,), or
    () where no argument has pools. Units: of 1 / `times`.

    Errors
    ------
    NoSolution
        A value of 0 or less, no payment above 0, or no convergence.

    Examples
    --------
    >>> rate = solve_rate([5.0, 105.0], [1.0, 2.0], 100.0)
    >>> round(float(np.expm1(rate)), 12)  # a bond at par yields its coupon
    0.05
    """
    payments, values, begin = np.asarray(weights, float), np.asarray(value, float), np.asarray(start, float)
    when = np.where(payments > 0, times, 0.0)  # a payment of 0 at a far time must not overflow
    shape = np.broadcast_shapes(when.shape[:-1], values.shape, begin.shape)
    longest = when.max(axis=-1)
    if values.size == longest.size == begin.size == 1:
        found = _solve_one(payments.ravel(), when.ravel(), longest.item(), values.item(), begin.item())
        return np.array(found).reshape(shape)
    if not values.min() > 0:
        raise NoSolution(_WORTHLESS)
    if not longest.min() > 0:
        raise NoSolution(_NOTHING_PAID)
    start_rates = np.broadcast_to(begin, shape).ravel()
    return _solve_many(payments, when, longest, np.log(values), start_rates).reshape(shape)


def _solve_one(payments: FloatArray, when: FloatArray, longest: float, value: float, x: float) -> float:
    """Return the rate of one pool: what `_solve_many` does, at a fifth of the time for one."""
    if not value > 0:
        raise NoSolution(_WORTHLESS)
    if not longest > 0:
        raise NoSolution(_NOTHING_PAID)
    moments = np.empty((3, payments.size))
    moments[0] = payments
    np.multiply(payments, when, out=moments[1])
    np.multiply(moments[1], when, out=moments[2])
    log_value = math.log(value)
    for _ in range(MOST_STEPS):
        worth, first, second = (moments @ np.exp(-x * when)).tolist()
        mean = first / worth
        miss = math.log(worth) - log_value
        step = miss / mean
        bend = 0.5 * (second / worth - mean * mean) * step / mean
        x += max(step / (1 - min(max(bend, -0.5), 0.5)), -FARTHEST / longest)
        if abs(miss) < _CLOSE:
            return x
    raise NoSolution(_NOT_FOUND)


def _solve_many(
    payments: FloatArray, when: FloatArray, longest: FloatArray, log_value: FloatArray, x: FloatArray
) -> FloatArray:
    least = -FARTHEST / longest
    for _ in range(MOST_STEPS):
        present = np.exp(-x[:, np.newaxis] * when)
        present *= payments
        worth = present.sum(axis=-1)
        present *= when
        mean = present.sum(axis=-1) / worth
        present *= when
        variance = present.sum(axis=-1) / worth - mean * mean
        miss = np.log(worth) - log_value
        step = miss / mean
        step /= 1 - np.clip(0.5 * variance * step / mean, -0.5, 0.5)
        x = x + np.maximum(step, least)
        if (np.abs(miss) < _CLOSE).all():
            return x
    raise NoSolution(_NOT_FOUND)


def solve_between(function: Callable[[FloatArray], FloatArray], low: FloatArray, high: FloatArray) -> FloatArray:
    """Return where a monotone function is 0 between two points, per row, by regula falsi (Illinois).

    Shapes: `low` and `high` (pools,); `function` takes and returns (pools,). The function has a root between them, the
    ends included.

    Examples
    --------
    >>> solve_between(lambda x: x * x - 2, np.array([0.0]), np.array([2.0])).round(12)
    array([1.41421356])
    """
    a, b = low, high
    miss_a, miss_b = function(a), function(b)
    for _ in range(MOST_STEPS):
        rise = miss_b - miss_a
        x = np.where(rise == 0, b, b - miss_b * (b - a) / np.where(rise == 0, 1.0, rise))
        miss = function(x)
        if (np.abs(x - b) <= 1e-13 * np.abs(b)).all() or not miss.any():
            return x
        crossed = miss * miss_b < 0
        a, miss_a = np.where(crossed, b, a), np.where(crossed, miss_b, miss_a / 2)
        b, miss_b = x, miss
    raise NoSolution(_NOT_FOUND)
