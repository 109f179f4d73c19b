"""Sums of cash flows: what many pools pay together, month by month, without what each of them pays.

With g = 1 + w the monthly growth, N the months left and S the fraction of the loans still there, the balance is
``S_k (1 - g^(k-N)) / (1 - g^-N)`` and what is scheduled ``S_{k-1} w g^(k-1-N) / (1 - g^-N)`` (SF-4). So the sums are
products of a few numbers a pool with the matrices S and ``S g^(k-N)``: no month of a pool is looked at by itself.
"""

from __future__ import annotations

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.loans.cashflow import CashFlow, project
from mbsxl.loans.pools import Pools, level_payment, survival
from mbsxl.speeds.vectors import smm_matrix
from mbsxl.units import MONTHS_A_YEAR

CHUNK = 64  # pools: what a chunk needs stays in the processor's cache
_LEAST_WAC = 1e-3  # below it the differences lose digits


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
    if alive is None:
        smm = smm_matrix(pools.speed, pools.age, months)
        there = survival(smm)[:, :-1]
        paid = there * smm
    else:
        there, paid = alive[:, :months].copy(), alive[:, :months] - alive[:, 1 : months + 1]
    rate = np.maximum(pools.wac, _LEAST_WAC) / MONTHS_A_YEAR
    grown = np.arange(months + 1.0) - pools.wam[:, np.newaxis]
    if pools.wam.min() < months:
        there[grown[:, :-1] >= 0] = paid[grown[:, :-1] >= 0] = 0.0
    grown *= np.log1p(rate)[:, np.newaxis]
    np.exp(grown, out=grown)  # g^(k - N)
    scheduled = (face * level_payment(rate * MONTHS_A_YEAR, pools.wam)) @ (there * grown[:, :-1])
    grown -= 1
    grown /= grown[:, :1].copy()  # the scheduled balance
    paid *= grown[:, 1:]
    there *= grown[:, :-1]
    balance, interest = np.stack([face, face * (pools.coupon / MONTHS_A_YEAR)]) @ there
    return CashFlow(balance, scheduled, face @ paid, interest)
