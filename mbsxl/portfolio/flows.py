"""Sums of cash flows: what many pools pay together, month by month, without what each of them pays.

With g = 1 + w the monthly growth, N the months left and S the fraction of the loans still there, the balance is
``S_k (1 - g^(k-N)) / (1 - g^-N)`` and what is scheduled ``S_{k-1} w g^(k-1-N) / (1 - g^-N)`` (SF-4). So the sums are
those of a few numbers a pool times S and times ``S g^(k-N)``. From where the speed stays the same both are powers of
one number a pool: with ``k = n i + j`` a power is ``r^(n i) r^j``, and a sum over the pools of all of them a product of
two matrices of some twenty columns. Month by month stay the head, where speeds change, and the end, where terms do.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.loans.cashflow import CashFlow, project
from mbsxl.loans.pools import Pools, survival
from mbsxl.speeds.vectors import smm_matrix
from mbsxl.units import MONTHS_A_YEAR

CHUNK = 512  # pools: what a chunk needs stays in the near memory
_LEAST_WAC = 1e-3  # below it the differences lose digits
_ALL_GONE = -1e3  # what stands for the logarithm of 0


def added(face: FloatArray, pools: Pools, alive: FloatArray | None = None) -> CashFlow:
    """Return what pools pay together: (months,) each, in the currency of the faces.

    `alive` is the fraction of the loans still there at the beginning of each month and at the end of the last, (pools,
    months + 1), where it is not that of the pools' own speeds.

    Source: SF-4, added up.

    Examples
    --------
    >>> from mbsxl.loans.pools import as_pools
    >>> pools = as_pools([0.075, 0.075], [0.08125, 0.08125], [357, 357], [3, 3], "165 PSA")
    >>> together = added(np.array([100e6, 300e6]), pools)  # Fabozzi and Jones, table 30.2
    >>> round(float(together.scheduled[0])), round(float(together.prepaid[0])), round(float(together.interest[0]))
    (267535, 442389, 2500000)
    """
    if alive is None and pools.wac.min() < _LEAST_WAC:
        return CashFlow(*(face @ quantity for quantity in project(pools)))
    months = int(pools.wam.max())
    loans = _by_speed(pools, months) if alive is None else _by_model(alive, months)
    rate = np.maximum(pools.wac, _LEAST_WAC) / MONTHS_A_YEAR
    growth = np.log1p(rate)
    share = face / -np.expm1(-pools.wam * growth)
    interest, before = pools.coupon / MONTHS_A_YEAR, 1 / (1 + rate)
    weights = share * np.stack([np.ones(rate.size), interest, loans.smm[:, -1]])
    grown_weights = share * np.stack([before, before * interest, loans.smm[:, -1], before * rate])
    head, end = loans.head, max(loans.head, min(int(pools.wam.min()), months))
    parts = []
    for start, stop in ((0, head), (end, months)):
        there, grown = _listed(loans, pools.wam, growth, start, stop)
        parts.append((weights @ there, grown_weights @ grown))
        if start == 0:
            prepaid = share @ ((there - grown) * loans.smm[:, :head])
    at_head = loans.there[:, head]
    grown_at_head = at_head * np.exp((head + 1 - pools.wam) * growth)
    middle = (
        _power_sums(weights * at_head, loans.decay, end - head),
        _power_sums(grown_weights * grown_at_head, loans.decay + growth, end - head),
    )
    there, grown = (np.concatenate(each, axis=1) for each in zip(parts[0], middle, parts[1], strict=True))
    balance, paid, repaid = there - grown[:3]
    repaid[:head] = prepaid
    balance[0], paid[0] = face.sum(), face @ interest  # to the last digit
    return CashFlow(balance, grown[3], repaid, paid)


class _Loans(NamedTuple):
    """What is there of loans at the beginning of each month of a head and of the next, and their monthly rates then.

    The last of the rates holds from there on: `decay` is the logarithm of what it leaves. Shapes: (pools, head + 1)
    both; (pools,).
    """

    there: FloatArray
    smm: FloatArray
    decay: FloatArray

    @property
    def head(self) -> int:
        return self.there.shape[1] - 1


def _by_speed(pools: Pools, months: int) -> _Loans:
    """Return the loans of pools at their own speeds."""
    head = min(int(pools.speed.settling(pools.age).max()), months - 1)
    smm = smm_matrix(pools.speed, pools.age, head + 1) if head else pools.speed.in_month(pools.age + 1)[:, np.newaxis]
    with np.errstate(divide="ignore"):
        decay = np.maximum(np.log1p(-smm[:, -1]), _ALL_GONE)
    return _Loans(survival(smm[:, :head]), smm, decay)


def _by_model(alive: FloatArray, months: int) -> _Loans:
    """Return the loans of which is known what is left: their head is all the months but the last."""
    there = alive[:, :months]
    with np.errstate(divide="ignore", invalid="ignore"):
        smm = np.where(there > 0, 1 - alive[:, 1 : months + 1] / there, 0.0)
    return _Loans(there, smm, np.zeros(len(there)))


def _listed(loans: _Loans, wam: IntArray, growth: FloatArray, start: int, stop: int) -> tuple[FloatArray, FloatArray]:
    """Return S and ``S g^(k-N)`` month by month, 0 after the last month of a loan: (pools, months) both."""
    month = np.arange(start + 1.0, stop + 1)
    if stop <= loans.head:
        there = loans.there[:, start:stop].copy()
    else:
        there = np.exp(loans.decay[:, np.newaxis] * (month - 1 - loans.head))
        there *= loans.there[:, -1:]
    least = max(int(wam.min()) - start, 0)
    there[:, least:] *= month[least:] <= wam[:, np.newaxis]
    grown = (month - wam[:, np.newaxis]) * growth[:, np.newaxis]
    np.exp(grown, out=grown)
    grown *= there
    return there, grown


def _power_sums(weights: FloatArray, rate: FloatArray, count: int) -> FloatArray:
    """Return the sums over pools of weights times ``exp(k rate)``, k = 0..count - 1: (weights, count)."""
    width = math.isqrt(max(count - 1, 0)) + 1
    within = np.exp(rate[:, np.newaxis] * np.arange(width))
    to = np.exp(rate[:, np.newaxis] * np.arange(0, count, width))
    product = (weights[:, np.newaxis] * to.T).reshape(-1, rate.size) @ within
    return product.reshape(len(weights), -1)[:, :count]
