"""Sums of cash flows: what many pools pay together, month by month, without what each of them pays.

With g = 1 + w the monthly growth, N the months left and S the fraction of the loans still there, the balance is
``S_k (1 - g^(k-N)) / (1 - g^-N)`` and what is scheduled ``S_{k-1} w g^(k-1-N) / (1 - g^-N)`` (SF-4). So the sums are
products of a few numbers a pool with the matrices S and ``S g^(k-N)``: no month of a pool is looked at by itself.
"""

from __future__ import annotations

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.loans.cashflow import CashFlow, project
from mbsxl.loans.pools import Pools
from mbsxl.speeds.vectors import smm_matrix
from mbsxl.units import MONTHS_A_YEAR

CHUNK = 64  # pools: what a chunk needs stays in the processor's cache
_LEAST_WAC = 1e-3  # below it the differences lose digits


def added(face: FloatArray, pools: Pools) -> CashFlow:
    """Return what pools pay together: (months,) each, in the currency of the faces.

    Source: SF-4, added up.

    Examples
    --------
    >>> from mbsxl.loans.pools import as_pools
    >>> pools = as_pools([0.075, 0.075], [0.08125, 0.08125], [357, 357], [3, 3], "165 PSA")
    >>> together = added(np.array([100e6, 300e6]), pools)  # Fabozzi and Jones, table 30.2
    >>> round(float(together.scheduled[0])), round(float(together.prepaid[0])), round(float(together.interest[0]))
    (267535, 442389, 2500000)
    """
    if pools.wac.min() < _LEAST_WAC:
        return CashFlow(*(face @ quantity for quantity in project(pools)))
    months = int(pools.wam.max())
    smm = smm_matrix(pools.speed, pools.age, months)
    alive = np.empty(smm.shape)
    alive[:, 0] = 1.0
    np.cumprod(1 - smm[:, :-1], axis=1, out=alive[:, 1:])
    rate = pools.wac / MONTHS_A_YEAR
    growth = np.log1p(rate)
    grown = (np.arange(1.0, months + 1) - pools.wam[:, np.newaxis]) * growth[:, np.newaxis]
    np.exp(grown, out=grown)  # g^(k - N) at the end of each month
    if pools.wam.min() < months:
        alive[np.arange(months) >= pools.wam[:, np.newaxis]] = 0.0
    per_balance = face / -np.expm1(-pools.wam * growth)
    paid = alive * smm
    paid -= paid * grown
    prepaid = per_balance @ paid
    grown *= alive  # S_{k-1} g^(k-N)
    at_start = 1 / (1 + rate)
    weights = np.stack([per_balance, per_balance * pools.coupon / MONTHS_A_YEAR])
    balance, interest = weights @ alive - (weights * at_start) @ grown
    return CashFlow(balance, (per_balance * rate * at_start) @ grown, prepaid, interest)
