"""Cash flows of pass-through pools, in closed form, with and without default.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-4 (cash flow), SF-18 to SF-22 (defaults).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import DateArray, FloatArray
from mbsxl.conventions.dates import AT_ONCE, Settlement, payment_dates
from mbsxl.loans.defaults import NO_DEFAULTS, DefaultCashFlow, Defaults, project_with_default
from mbsxl.loans.pools import Pool, Pools, as_pools, level_payment, scheduled_balance, survival
from mbsxl.speeds.vectors import smm_matrix
from mbsxl.units import MONTHS_A_YEAR


class CashFlow(NamedTuple):
    """What pools pay month by month, per unit of current face: (pools, months), zero after a pool's last month.

    `balance` is that at the beginning of the month; `interest` is net, at the coupon.
    """

    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray


def project(pools: Pools) -> CashFlow:
    """Return the cash flows of pools to the last month of the longest.

    Shapes: (pools, months) each. Units: per unit of current face.

    Source: SF-4.

    Examples
    --------
    >>> pools = as_pools(0.09, 0.095, 360, 0, "150 PSA")
    >>> [f"{quantity[0, 0]:.8f}" for quantity in project(pools)]
    ['1.00000000', '0.00049188', '0.00025022', '0.00750000']
    """
    months = int(pools.wam.max())
    balance = scheduled_balance(pools.wac, pools.wam, months)
    smm = smm_matrix(pools.speed, pools.age, months)
    alive = survival(smm)[:, :-1]
    prepaid = alive * smm
    prepaid *= balance[:, 1:]
    # Payment less interest: a difference of balances would lose the last months' digits.
    scheduled = balance[:, :-1] * (pools.wac / -MONTHS_A_YEAR)[:, np.newaxis]
    scheduled += level_payment(pools.wac, pools.wam)[:, np.newaxis]
    scheduled *= alive
    if pools.wam.min() < months:
        scheduled[np.arange(months) >= pools.wam[:, np.newaxis]] = 0.0
    outstanding = alive * balance[:, :-1]
    return CashFlow(outstanding, scheduled, prepaid, outstanding * (pools.coupon / MONTHS_A_YEAR)[:, np.newaxis])


class CashFlowTable(NamedTuple):
    """The cash flows of one pool in the currency of its face, a row a month."""

    month: npt.NDArray[np.int64]
    date: DateArray
    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray
    total: FloatArray
    ending: FloatArray


class DefaultCashFlowTable(NamedTuple):
    """The cash flows of one pool with defaults, in the currency of its face, a row a month."""

    month: npt.NDArray[np.int64]
    date: DateArray
    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray
    total: FloatArray
    ending: FloatArray
    defaulted: FloatArray
    recovered: FloatArray
    loss: FloatArray


def cashflow(
    face: float, pool: Pool, settlement: Settlement = AT_ONCE, defaulting: Defaults = NO_DEFAULTS
) -> CashFlowTable | DefaultCashFlowTable:
    """Return the cash flows of one pool, month by month; with `default` also what defaults, is recovered and is lost.

    Shapes: columns of (months,). Units: the currency of `face`; `date` is the payment date, absent without `settle`.

    Errors
    ------
    InputError
        A pool that cannot be, a default speed for `speed` or the other way round, a `lag` as long as the loans.

    Source: SF-4; with default SF-16 to SF-22.

    Examples
    --------
    >>> table = cashflow(400e6, Pool(0.075, 0.08125, 357, 3, "165 PSA"))  # Fabozzi and Jones, table 30.2
    >>> round(float(table.scheduled[0] + table.prepaid[0])), round(float(table.interest[0]))
    (709923, 2500000)
    """
    pools = as_pools(*pool)
    months = int(pools.wam[0])
    month, date = np.arange(1, months + 1), payment_dates(*settlement, months)
    if defaulting.default is None:
        flow = CashFlow(*(face * quantity[0] for quantity in project(pools)))
        total = flow.scheduled + flow.prepaid + flow.interest
        return CashFlowTable(month, date, *flow, total, np.append(flow.balance[1:], 0.0))
    flows = DefaultCashFlow(*(face * quantity for quantity in project_with_default(pools, defaulting)))
    total = flows.scheduled + flows.prepaid + flows.interest + flows.recovered
    ending = flows.performing + flows.foreclosure
    return DefaultCashFlowTable(month, date, *flows[:4], total, ending, *flows[4:7])
