"""The present value of the balances of pools: what a unit of interest on them is worth.

``A(x) = sum of B_{k-1} exp(-k x)``, k = 1..N, at the monthly continuous rate x. Prices, average lives and speeds that
answer a price all follow from it. Where the speed stays the same from some month on, the balance from there is the
difference of two geometric series, and their sums are closed: a head month by month, and a tail at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.loans.pools import Pools, scheduled_balance, survival
from mbsxl.speeds.grammar import Speed
from mbsxl.speeds.measures import CONVERSIONS, Measure
from mbsxl.speeds.vectors import smm_matrix
from mbsxl.units import MONTHS_A_YEAR

_RAMP = 30  # months to the end of the PSA ramp (SF-8)
_FEW = 16  # pools for which adding month by month is faster than the closed form
_LONGEST_HEAD = 120  # months; a longer one is no faster than the whole
_LEAST_WAC = 1e-3  # below it the two series nearly cancel
_NEAR = 1e-7  # to 0, where the derivative of a series rounds away
CLOSED_CHUNK, OPEN_CHUNK = 4096, 128  # pools at a time whose arrays fit in the near memory


class Annuity(NamedTuple):
    """The present value of the balances, and its derivative by the rate: (pools,) each."""

    value: FloatArray
    slope: FloatArray


class Balances(NamedTuple):
    """Balances as a head, month by month, and a tail of constant speed, which may be empty.

    `head` is (pools, months), from the first month on; `left` the balance after it, `term` the months it has left and
    `smm` its speed: (pools,).
    """

    wac: FloatArray
    head: FloatArray
    left: FloatArray
    term: FloatArray
    smm: FloatArray


def balances(pools: Pools) -> Balances:
    """Return the balances of pools, with a tail where that is closed and worth it."""
    months = int(pools.wam.max())
    head = min(settling_months(pools), months) if has_closed_form(pools) else months
    return balances_at(pools, smm_matrix(pools.speed, pools.age, min(head + 1, months)), head)


def has_closed_form(pools: Pools) -> bool:
    """Return whether the speeds settle soon, the loans bear interest, and the pools are enough to gain by it."""
    return bool(pools.wam.size > _FEW and settling_months(pools) <= _LONGEST_HEAD and (pools.wac >= _LEAST_WAC).all())


def balances_at(pools: Pools, smm: FloatArray, head: int) -> Balances:
    """Return the balances at given monthly rates, (pools, head + 1), of which the last one is kept."""
    balance = scheduled_balance(pools.wac, pools.wam, head) * survival(smm[:, :head])
    return Balances(pools.wac, balance[:, :-1], balance[:, -1], np.maximum(pools.wam - head, 1.0), smm[:, -1])


def settling_months(pools: Pools) -> int:
    """Return after how many months the speeds of all pools stay the same; their whole life for ABS."""
    speeds = {pools.speed} if isinstance(pools.speed, Speed) else set(pools.speed.tolist())
    return max(_settling(speed, int(pools.age.min()), int(pools.wam.max())) for speed in speeds)


def _settling(speed: Speed, age: int, months: int) -> int:
    steps = len(speed.rates) - 1
    if speed.measures[-1] is Measure.PSA:
        return max(steps, _RAMP - 1 - age)
    return months if CONVERSIONS[speed.measures[-1]].by_age else steps


def annuity(held: Balances, x: FloatArray) -> Annuity:
    """Return the present value of balances at a monthly continuous rate.

    Shapes: `x` (pools,). Units: per unit of current face.

    Examples
    --------
    >>> from mbsxl.loans.pools import as_pools
    >>> pools, _ = as_pools(0.09, 0.095, 360, 0, "150 PSA")
    >>> months = annuity(balances(pools), np.array([0.0])).value[0]  # at a yield of 0, the average life
    >>> round(float(months + 14 / 30) / 12, 5)  # SF-50: payments come 14 days late
    9.77844
    """
    months = held.head.shape[1]
    end = np.where(held.head > 0, np.arange(1.0, months + 1), 0.0)  # no balance at a far time must not overflow
    present = np.exp(-x[:, np.newaxis] * end)
    present *= held.head
    value = present.sum(axis=-1)
    present *= end
    slope = -present.sum(axis=-1)
    if held.left.any():
        tail = _constant_speed(held.wac, held.term, held.smm, x)
        after = held.left * np.exp(-x * months)
        value += after * tail.value
        slope += after * (tail.slope - months * tail.value)
    return Annuity(value, slope)


def _constant_speed(wac: FloatArray, term: FloatArray, smm: FloatArray, x: FloatArray) -> Annuity:
    """Return the annuity of pools whose speed is constant: two geometric series over the term."""
    growth = np.log1p(wac / MONTHS_A_YEAR)
    with np.errstate(divide="ignore"):
        decay = np.log1p(-smm) - x
    level = np.exp(-x) / -np.expm1(-term * growth)
    amortised = np.exp(-term * growth)
    kept, kept_slope = _geometric(decay, term)
    repaid, repaid_slope = _geometric(decay + growth, term)
    value = level * (kept - amortised * repaid)
    return Annuity(value, -value - level * (kept_slope - amortised * repaid_slope))


def _geometric(rate: FloatArray, term: npt.NDArray[np.float64]) -> tuple[FloatArray, FloatArray]:
    """Return the sum of exp(k rate), k = 0..term - 1, and its derivative (which, near 0, only has to steer Newton)."""
    rate = np.where(rate == 0, 1e-300, rate)
    whole, one = np.expm1(term * rate), np.expm1(rate)
    total = whole / one
    slope = (term * (whole + 1) - total * (one + 1)) / one
    near = np.abs(rate) < _NEAR
    return total, np.where(near, term * (term - 1) / 2, slope) if near.any() else slope
