"""Sums of cash flows: what many pools pay together, month by month, without what each of them pays.

With g = 1 + w the monthly growth, N the months left and S the fraction of the loans still there, the balance is
``S_k (1 - g^(k-N)) / (1 - g^-N)`` and what is scheduled ``S_{k-1} w g^(k-1-N) / (1 - g^-N)`` (SF-4). So the sums are
products of a few numbers a pool with the matrices S and ``g^(k-N)``, both of them exponentials: of S the head month by
month, and from where the speed stays the same the tail at once.
"""

from __future__ import annotations

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.loans.cashflow import CashFlow, project
from mbsxl.loans.pools import Pools, survival
from mbsxl.speeds.vectors import smm_matrix
from mbsxl.units import MONTHS_A_YEAR

CHUNK = 64  # pools: what a chunk needs stays in the processor's cache
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
    there, smm = _by_speed(pools, months) if alive is None else _by_model(alive, months)
    least, month = int(pools.wam.min()), np.arange(1.0, months + 1)
    there[:, least:] *= month[least:] <= pools.wam[:, np.newaxis]
    rate = np.maximum(pools.wac, _LEAST_WAC) / MONTHS_A_YEAR
    growth = np.log1p(rate)
    grown = month - pools.wam[:, np.newaxis]
    grown *= growth[:, np.newaxis]
    np.exp(grown, out=grown)
    grown *= there  # S_{k-1} g^(k-N)
    share = face / -np.expm1(-pools.wam * growth)
    weights = np.stack([share, share * pools.coupon / MONTHS_A_YEAR, share * smm[:, -1]])
    before = 1 / (1 + rate)
    balance, interest, prepaid = weights @ there - (weights * [before, before, np.ones(rate.size)]) @ grown
    head = smm.shape[1] - 1
    prepaid[:head] = share @ ((there[:, :head] - grown[:, :head]) * smm[:, :head])
    balance[0], interest[0] = face.sum(), face @ pools.coupon / MONTHS_A_YEAR  # to the last digit
    return CashFlow(balance, (share * rate * before) @ grown, prepaid, interest)


def _by_speed(pools: Pools, months: int) -> tuple[FloatArray, FloatArray]:
    """Return what is there at the beginning of each month, and the monthly rates: the last one holds from there on."""
    head = min(int(pools.speed.settling(pools.age).max()), months - 1)
    smm = smm_matrix(pools.speed, pools.age, head + 1) if head else pools.speed.in_month(pools.age + 1)[:, np.newaxis]
    there = np.empty((pools.wam.size, months))
    with np.errstate(divide="ignore"):
        decay = np.maximum(np.log1p(-smm[:, -1]), _ALL_GONE)
    tail = there[:, head:]
    np.multiply(decay[:, np.newaxis], np.arange(months - head), out=tail)
    np.exp(tail, out=tail)
    if head:
        begin = survival(smm[:, :head])
        there[:, :head] = begin[:, :head]
        tail *= begin[:, head:]
    return there, smm


def _by_model(alive: FloatArray, months: int) -> tuple[FloatArray, FloatArray]:
    """Return the same of loans of which is known what is left."""
    there = alive[:, :months].copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        smm = np.where(there > 0, 1 - alive[:, 1 : months + 1] / there, 0.0)
    return there, smm
