"""Planned balances: what a scheduled order is to be paid down to, month by month.

The planned balance of an order is its balance less the running sum, from after its lockout on, of the least principal
that the collateral pays at the speeds of its band, less what is planned for the orders before it; never below 0. So the
envelope's excess is not paid at its end. What accretes in the first month and is directed to the order adds to the
envelope, as the printed schedule of the second scheduled order of Fannie Mae REMIC 2006-18 has it.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: planned amortization class bonds; met to the cent
by the planned balances of Fannie Mae REMIC 2006-18 (tests/published).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.portfolio.runoff import Cohorts
from mbsxl.structures.collateral import collateral_at
from mbsxl.structures.tranches import Structure
from mbsxl.structures.waterfall import Planned
from mbsxl.units import MONTHS_A_YEAR

_ROUNDING = 1.0  # a currency unit that an envelope may lack


def planned_balances(structure: Structure, cohorts: Cohorts, printed: npt.ArrayLike | None = None) -> Planned:
    """Return the planned balances of the scheduled orders by place: (months + 1, 1) each.

    Printed ones are taken as they are: months down from that before the first payment, a scheduled order a column.

    Errors
    ------
    InputError
        A scheduled order without a band or printed balances, or one that is larger than what its band carries.
    """
    scheduled = [place for place, order in enumerate(structure.orders) if order.scheduled]
    if printed is not None:
        return _printed(structure, scheduled, np.atleast_2d(np.asarray(printed, float)))
    planned: dict[int, FloatArray] = {}
    taken: FloatArray = np.zeros(1)
    for place in scheduled:
        order = structure.orders[place]
        if not order.band:
            remedy = "is scheduled and has no band; give one, as in 100 to 250 PSA, or its planned balances"
            raise InputError("structure order", order.number, remedy)
        principal = collateral_at(cohorts, order.band, own=False).principal
        envelope = np.maximum((principal - taken[:, np.newaxis]).min(axis=1), 0.0)
        envelope[: order.lockout] = 0.0
        envelope[0] += sum(
            each.balance * each.accretes / MONTHS_A_YEAR for each in structure.orders if each.to == place
        )
        if envelope.sum() < order.balance - _ROUNDING:
            remedy = f"is more than its band carries, {envelope.sum():,.0f}; give a smaller balance or a narrower band"
            raise InputError(f"structure order {order.number}", order.balance, remedy)
        balance = np.maximum(order.balance - np.append(0.0, envelope.cumsum()), 0.0)
        planned[place] = balance[:, np.newaxis]
        taken = taken - np.diff(balance)
    return planned


def _printed(structure: Structure, scheduled: list[int], printed: FloatArray) -> Planned:
    if printed.shape[1] != len(scheduled):
        numbers = ", ".join(str(structure.orders[place].number) for place in scheduled) or "none"
        remedy = f"does not fit the scheduled orders, {numbers}; give a column each"
        raise InputError("schedule", f"{printed.shape[1]} columns", remedy)
    return {place: printed[:, [column]] for column, place in enumerate(scheduled)}
