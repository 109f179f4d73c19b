"""The root finders behind yields, spreads and speeds: many rows at once, each with an answer or a status of its own."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import NoSolution
from mbsxl.kernel import RowsOf

MOST_STEPS = 100
FARTHEST = 50.0  # the most an exponent may grow in one step, so that nothing overflows on the way
_CLOSE = 1e-6  # in the logarithm of the value: a step from here lands within rounding, the error being cubed
_FEW = 0.25  # of the rows: when no more are left to find, the others are put aside


class Status(IntEnum):
    """Whether a row has an answer, or why it has none."""

    FOUND = 0
    WORTHLESS = 1
    NOTHING_PAID = 2
    NOT_FOUND = 3


_WORDS = {
    Status.WORTHLESS: "the value to match, accrued interest included, is not above 0; no rate leads there",
    Status.NOTHING_PAID: "nothing is paid, so no rate gives the payments a value",
    Status.NOT_FOUND: f"no answer in {MOST_STEPS} steps; check that the price and the payments belong together",
}


class Solved(NamedTuple):
    """Answers, not a number where there is none, and the status of each row: (rows,) both."""

    x: FloatArray
    status: npt.NDArray[np.int8]

    def failures(self) -> dict[int, Exception]:
        """Return why rows have no answer."""
        if not self.status.any():
            return {}
        return {row: NoSolution(_WORDS[Status(self.status[row])]) for row in np.flatnonzero(self.status).tolist()}


class Moments(NamedTuple):
    """The value of payments at a rate, and its first two derivatives by that rate, the first without its sign."""

    value: FloatArray
    first: FloatArray
    second: FloatArray


class Falling(Protocol):
    """Payments whose value falls as a rate rises, a row each; its logarithm is convex in the rate."""

    def at(self, x: FloatArray) -> Moments:
        """Return the moments at a rate a row."""

    def floor(self, x: FloatArray) -> FloatArray:
        """Return how low the next rate may be, so that nothing overflows."""

    def part(self, rows: RowsOf) -> Falling:
        """Return some of the rows."""


class Listed(NamedTuple):
    """Payments at times, discounted at a continuous rate: (rows, payments) both, or one row of times for all."""

    payments: FloatArray
    times: FloatArray

    def at(self, x: FloatArray) -> Moments:
        """Return the moments at a rate a row."""
        present = np.exp(-x[:, np.newaxis] * self.times)
        present *= self.payments
        value = present.sum(axis=-1)
        present *= self.times
        first = present.sum(axis=-1)
        present *= self.times
        return Moments(value, first, present.sum(axis=-1))

    def floor(self, x: FloatArray) -> FloatArray:
        """Return how low the next rate may be."""
        return x - FARTHEST / np.maximum(self.times.max(axis=-1), 1.0 / FARTHEST)

    def part(self, rows: RowsOf) -> Listed:
        """Return some of the rows."""
        return Listed(self.payments[rows], self.times[rows] if len(self.times) == len(self.payments) else self.times)


def listed(payments: npt.ArrayLike, times: npt.ArrayLike) -> Listed:
    """Return payments at times, those of 0 at time 0: one of them at a far time must not overflow."""
    paid, when = np.atleast_2d(np.asarray(payments, float), np.asarray(times, float))
    return Listed(paid, when if paid.min(initial=1.0) > 0 else np.where(paid > 0, when, 0.0))


def solve_rate(
    weights: npt.ArrayLike, times: npt.ArrayLike, value: npt.ArrayLike, start: npt.ArrayLike = 0.0
) -> FloatArray:
    """Return the continuous rate x at which payments are worth a value: sum of ``weights exp(-x times) = value``.

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
    shape = np.broadcast_shapes(np.shape(weights)[:-1], np.shape(times)[:-1], np.shape(value), np.shape(start))
    count = int(np.prod(shape, dtype=int))
    flow = listed(weights, times)
    if len(flow.payments) != count:
        flow = Listed(np.broadcast_to(flow.payments, (count, flow.payments.shape[1])), flow.times)
    values, begin = (np.broadcast_to(np.asarray(each, float), shape).ravel() for each in (value, start))
    found = solve(flow, values, begin)
    for failure in found.failures().values():
        raise failure
    return found.x.reshape(shape)


def solve(flow: Falling, value: FloatArray, start: FloatArray) -> Solved:
    """Return the rate at which each row of payments is worth its value.

    The logarithm of the value is convex in the rate, so Halley's steps lead to the one root from anywhere, with no
    bracket. A row that is found is left alone while the others are looked for.

    Shapes: (rows,) all.
    """
    if value.size == 1 and isinstance(flow, Listed):
        return _solve_one(flow.payments.ravel(), flow.times.ravel(), value.item(), start.item())
    with np.errstate(all="ignore"):
        worth = flow.at(start)
        status = np.where(value > 0, Status.FOUND, Status.WORTHLESS).astype(np.int8)
        status[~(worth.first > 0) & (status == Status.FOUND)] = Status.NOTHING_PAID
        return _solve_many(flow, worth, np.log(value), start, status)


def _solve_many(
    flow: Falling, worth: Moments, log_value: FloatArray, start: FloatArray, status: npt.NDArray[np.int8]
) -> Solved:
    """Return the rates from where rows start, at which they are worth `worth`."""
    answer = np.full(start.size, np.nan)
    left = np.flatnonzero(status == Status.FOUND)
    if left.size < start.size:
        flow, worth = flow.part(left), Moments(*(each[left] for each in worth))
    x, wanted = start[left], log_value[left]
    for _ in range(MOST_STEPS):
        if not left.size:
            break
        mean = worth.first / worth.value
        miss = np.log(worth.value) - wanted
        step = miss / mean
        step /= 1 - np.clip(0.5 * (worth.second / worth.value - mean * mean) * step / mean, -0.5, 0.5)
        x = np.maximum(x + step, flow.floor(x))
        found = np.abs(miss) < _CLOSE
        if found.all():
            answer[left] = x
            return Solved(answer, status)
        if np.count_nonzero(~found) <= _FEW * left.size:
            answer[left[found]] = x[found]
            rest = np.flatnonzero(~found)
            flow, left, x, wanted = flow.part(rest), left[rest], x[rest], wanted[rest]
        worth = flow.at(x)
    if left.size:  # a row that is found may have waited for one that is not
        answer[left[found]] = x[found]
        status[left[~found]] = Status.NOT_FOUND
    return Solved(answer, status)


def _solve_one(payments: FloatArray, when: FloatArray, value: float, x: float) -> Solved:
    """Return the rate of one row: what `_solve_many` does, at a fifth of the time for one."""
    if not value > 0:
        return Solved(np.array([np.nan]), np.array([Status.WORTHLESS], np.int8))
    moments = np.empty((3, payments.size))
    moments[0] = payments
    np.multiply(payments, when, out=moments[1])
    np.multiply(moments[1], when, out=moments[2])
    log_value = math.log(value)
    longest = float(when.max())
    if not (longest > 0 and moments[1].max() > 0):
        return Solved(np.array([np.nan]), np.array([Status.NOTHING_PAID], np.int8))
    for _ in range(MOST_STEPS):
        worth, first, second = (moments @ np.exp(-x * when)).tolist()
        mean = first / worth
        miss = math.log(worth) - log_value
        step = miss / mean
        bend = 0.5 * (second / worth - mean * mean) * step / mean
        x += max(step / (1 - min(max(bend, -0.5), 0.5)), -FARTHEST / longest)
        if abs(miss) < _CLOSE:
            return Solved(np.array([x]), np.zeros(1, np.int8))
    return Solved(np.array([np.nan]), np.array([Status.NOT_FOUND], np.int8))


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
    raise NoSolution(_WORDS[Status.NOT_FOUND])
