"""The pass-through: principal and interest of a pool, with its value in closed form.

With ``A(x) = sum of B_{k-1} exp(-k x)``, k = 1..N, the annuity of the balances at the monthly continuous rate x, i =
exp(x) - 1 and c the monthly coupon, the payments are worth ``1 + (c - i) A`` a month before the first of them: the
interest ``c A`` and the principal ``1 - i A``. Where the speed stays the same from some month on, the balance from
there is the difference of two geometric series, and their sums are closed: a head month by month, and a tail at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import ClassVar, NamedTuple, Self

import numpy as np

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.claims.payments import paid_at
from mbsxl.kernel import RowsOf, slices
from mbsxl.loans.pools import Pools, scheduled_balance, survival
from mbsxl.solve import FARTHEST, Falling, Moments
from mbsxl.speeds.columns import NEVER
from mbsxl.speeds.grammar import Speed
from mbsxl.speeds.units import PSA_RAMP
from mbsxl.speeds.vectors import smm_matrix, smm_path
from mbsxl.units import MONTHS_A_YEAR

_FEW = 16  # pools for which adding month by month is faster than the closed form
_HEADS = (0, PSA_RAMP, 120)  # months: pools are valued with others whose heads are about as long
_LEAST_WAC = 1e-3  # below it the two series nearly cancel
_LEAST_DELAY = 0.5  # months to the first payment: below it yields may be so far out that the closed form drowns
_CLOSED_CHUNK, _OPEN_CHUNK = 4096, 128  # pools at a time whose arrays fit in the near memory


@dataclass(frozen=True)
class Passthrough:
    """All that pools pay: principal, and interest at the coupon."""

    pools: Pools
    principal: ClassVar[float] = 1.0  # how much of it is paid to the holder
    interest: ClassVar[float] = 1.0

    @property
    def accrual(self) -> FloatArray:
        """Return the yearly rate at which interest accrues."""
        return self.pools.coupon * self.interest

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.pools.wam.size

    def part(self, rows: RowsOf) -> Self:
        """Return some of the rows."""
        return type(self)(self.pools.part(rows))

    def batches(self) -> Iterator[RowsOf]:
        """Yield pools with heads of about the same length together, those without a closed form apart."""
        if self.rows <= _FEW:
            yield slice(0, self.rows)
            return
        months = _head_months(self.pools)
        kind = np.searchsorted(_HEADS, months)
        for each in np.unique(kind).tolist():
            size = _OPEN_CHUNK if each == len(_HEADS) else _CLOSED_CHUNK
            rows = np.flatnonzero(kind == each)
            yield from (part if rows.size == self.rows else rows[part] for part in slices(rows.size, size))

    def owed(self, before: FloatArray, after: FloatArray) -> FloatArray:
        """Return what is paid, given the balances at the beginning and at the end of each month: (rows, months)."""
        rate = self.principal + self.accrual / MONTHS_A_YEAR
        paid = before * rate[:, np.newaxis]
        if self.principal:
            paid -= self.principal * after
        return paid

    def payments(self) -> FloatArray:
        """Return what is paid in all, month by month: (rows, months).

        Source: SF-4. It is the balance with a month's net interest, less the balance left.
        """
        return self.owed(self._balances[:, :-1], self._balances[:, 1:])

    @cached_property
    def _balances(self) -> FloatArray:
        """The balances month by month."""
        return pool_balances(self.pools)

    @cached_property
    def _settling(self) -> _Balances | None:
        """The balances as heads and tails; None where one has no tail, or the pools are too few to gain by it."""
        head = int(_head_months(self.pools).max()) if self.rows > _FEW else _HEADS[-1] + 1
        return None if head > _HEADS[-1] else _settling_balances(self.pools, head)

    def present(self, first: FloatArray) -> Falling:
        """Return the value at a monthly continuous rate."""
        if self._settling is None or first.min() < _LEAST_DELAY:
            return paid_at(self.payments(), first)
        return _Closed(self._settling, self.accrual / MONTHS_A_YEAR, self.principal, first)

    def life(self, first: FloatArray) -> FloatArray:
        """Return the average time to the return of principal in months, the delay included.

        It is the sum of the balances: the annuity at a rate of 0.
        """
        if self._settling is None:
            months = self._balances[:, :-1].sum(axis=-1)
        else:
            months = _annuity(self._settling, np.zeros(first.size)).value
        return months + (first - 1)


# ------------------------------------------------------------------------------------------------------- balances


def pool_balances(pools: Pools) -> FloatArray:
    """Return the balances of pools month by month, per unit of current face: (rows, months + 1)."""
    months = int(pools.wam.max())
    balance = scheduled_balance(pools.wac, pools.wam, months)
    if pools.age.size == 1:
        balance *= _one_alive(pools.speed.one(0), int(pools.age[0]), months)
    else:
        balance *= survival(smm_matrix(pools.speed, pools.age, months))
    return balance


@lru_cache(maxsize=1024)
def _one_alive(speed: Speed, age: int, months: int) -> FloatArray:
    """Return the survival of one pool, remembered: a sheet asks for the same speeds again and again."""
    return survival(smm_path(speed, age, months)[np.newaxis, :])


def _head_months(pools: Pools) -> IntArray:
    """Return after how many months each pool's speed stays the same; past every head where nothing is closed."""
    return np.where(pools.wac >= _LEAST_WAC, pools.speed.settling(pools.age), NEVER)


class _Balances(NamedTuple):
    """Balances as a head, month by month, and a tail of constant speed, which may be empty.

    `head` is (rows, months), from the first month on; `left` the balance after it, `term` the months it has left and
    `smm` its speed: (rows,).
    """

    wac: FloatArray
    head: FloatArray
    left: FloatArray
    term: FloatArray
    smm: FloatArray

    def part(self, rows: RowsOf) -> _Balances:
        return _Balances(*(column[rows] for column in self))


def _settling_balances(pools: Pools, head: int) -> _Balances:
    """Return the balances of pools whose speeds stay the same after a head of some months."""
    months = int(pools.wam.max())
    head = min(head, months)
    smm = smm_matrix(pools.speed, pools.age, min(head + 1, months))
    balance = scheduled_balance(pools.wac, pools.wam, head) * survival(smm[:, :head])
    return _Balances(pools.wac, balance[:, :-1], balance[:, -1], np.maximum(pools.wam - head, 1.0), smm[:, -1])


# ------------------------------------------------------------------------------------------------ the closed form


class _Closed(NamedTuple):
    """The value of what pools pay, from the annuity of their balances."""

    balances: _Balances
    interest: FloatArray
    principal: float
    first: FloatArray

    def at(self, x: FloatArray) -> Moments:
        annuity = _annuity(self.balances, x)
        growth = np.exp(x) * self.principal
        excess = self.interest - np.expm1(x) * self.principal
        value = self.principal + excess * annuity.value
        first = growth * annuity.value + excess * annuity.first
        second = excess * annuity.second + growth * (2 * annuity.first - annuity.value)
        later, scale = self.first - 1, np.exp(x * (1 - self.first))  # the months count from one before the first
        return Moments(
            scale * value, scale * (first + later * value), scale * (second + later * (2 * first + later * value))
        )

    def floor(self, x: FloatArray) -> FloatArray:
        return x - FARTHEST / (self.balances.head.shape[1] + self.balances.term)

    def part(self, rows: RowsOf) -> _Closed:
        return _Closed(self.balances.part(rows), self.interest[rows], self.principal, self.first[rows])


def _annuity(held: _Balances, x: FloatArray) -> Moments:
    """Return the present value of balances at a monthly continuous rate, with its moments in months."""
    months = held.head.shape[1]
    end = np.where(held.head > 0, np.arange(1.0, months + 1), 0.0)  # no balance at a far time must not overflow
    present = np.exp(-x[:, np.newaxis] * end)
    present *= held.head
    value = present.sum(axis=-1)
    present *= end
    first = present.sum(axis=-1)
    present *= end
    second = present.sum(axis=-1)
    if held.left.any():
        tail = _constant_speed(held, x)
        after = held.left * np.exp(-x * months)
        value += after * tail.value
        first += after * (tail.first + months * tail.value)
        second += after * (tail.second + months * (2 * tail.first + months * tail.value))
    return Moments(value, first, second)


def _constant_speed(held: _Balances, x: FloatArray) -> Moments:
    """Return the annuity of pools whose speed is constant: two geometric series over the term."""
    growth = np.log1p(held.wac / MONTHS_A_YEAR)
    with np.errstate(divide="ignore"):
        decay = np.log1p(-held.smm) - x
    level = np.exp(-x) / -np.expm1(-held.term * growth)
    amortised = np.exp(-held.term * growth)
    kept, repaid = _geometric(decay, held.term), _geometric(decay + growth, held.term)
    value, first, second = (level * (one - amortised * other) for one, other in zip(kept, repaid, strict=True))
    return Moments(value, first + value, second + 2 * first + value)  # counted from 1, not from 0


def _geometric(rate: FloatArray, term: FloatArray) -> Moments:
    """Return the sums of exp(k rate), k exp(k rate) and k^2 exp(k rate), k = 0..term - 1.

    The first is ``n g(n r) / g(r)``, with ``g(r) = (exp(r) - 1) / r``; the others follow from the derivatives of its
    logarithm, which lose no digit near 0.
    """
    at_one, at_all = _log_slopes(rate), _log_slopes(term * rate)
    small = np.abs(rate) < _TINY
    safe = np.where(small, 1.0, rate)
    value = np.where(small, term, np.expm1(term * safe) / np.expm1(safe))
    slope = term * at_all[0] - at_one[0]
    bend = term * term * at_all[1] - at_one[1]
    return Moments(value, value * slope, value * (slope * slope + bend))


_TINY = 1e-300
_SERIES = 0.5  # below it the series hold every digit
# Of r / (exp(r) - 1): Bernoulli's numbers over factorials (Abramowitz and Stegun, 23.1.1).
_BERNOULLI = (1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600)


def _log_slopes(rate: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the first two derivatives of log((exp(r) - 1) / r)."""
    size = np.abs(rate)
    near = size < _SERIES
    if near.all():
        return _log_slopes_near(rate)
    r = np.where(near, 1.0, rate)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        slope = -1 / np.expm1(np.where(r > 0, -size, size)) - 1 / r
        bend = 1 / r**2 - 0.25 / np.sinh(np.minimum(size, _FLAT) / 2) ** 2
    if near.any():
        slope[near], bend[near] = _log_slopes_near(rate[near])
    return slope, bend


def _log_slopes_near(rate: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the same near 0, by its series."""
    square = rate * rate
    slope, bend = np.zeros_like(square), np.zeros_like(square)
    for power, number in reversed(tuple(enumerate(_BERNOULLI))):
        slope *= square
        slope += number
        bend *= square
        bend += (2 * power + 1) * number
    return 0.5 + rate * slope, bend


_FLAT = 700.0  # beyond it the hyperbolic sine overflows, and what it divides is nothing
