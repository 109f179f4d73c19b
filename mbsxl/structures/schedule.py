"""Planned balances: what a scheduled order is to be paid down to, month by month.

The planned balance of an order is its balance less the running sum, from after its lockout on, of the least principal
that the collateral pays at the speeds of its band, less what is planned for the orders before it, or all that they are
owed where nothing is planned; never below 0. So the envelope's excess is not paid at its end. What accretes in the
first month and is directed to the order adds to the envelope, as the printed schedule of the second scheduled order of
Fannie Mae REMIC 2006-18 has it.

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

    Printed ones are taken as they are: months down from that before the first payment, a scheduled order a column, the
    numbers of the orders in a first row or, where there is none, all of them in their turn, perhaps after the months.

    Errors
    ------
    InputError
        A scheduled order without a band or printed balances, or one that is larger than what its band carries; printed
        balances that are those of no order.
    """
    planned: dict[int, FloatArray] = {} if printed is None else _printed(structure, printed)
    for place, order in enumerate(structure.orders):
        if not order.scheduled or place in planned:
            continue
        if not order.band:
            remedy = "is scheduled and has no band; give one, as in 100 to 250 PSA, or its planned balances"
            raise InputError("structure order", order.number, remedy)
        envelope = _envelope(structure, cohorts, place, planned)
        if envelope.sum() < order.balance - _ROUNDING:
            remedy = f"is more than its band carries, {envelope.sum():,.0f}; give a smaller balance or a narrower band"
            raise InputError(f"structure order {order.number}", order.balance, remedy)
        planned[place] = np.maximum(order.balance - np.append(0.0, envelope.cumsum()), 0.0)[:, np.newaxis]
    return planned


def _envelope(structure: Structure, cohorts: Cohorts, place: int, planned: Planned) -> FloatArray:
    """Return what the band of an order carries, month by month."""
    order = structure.orders[place]
    left = collateral_at(cohorts, order.band, own=False).principal
    for before, other in enumerate(structure.orders[:place]):
        if before in planned:
            left = left + np.diff(longer(planned[before], len(left)), axis=0)
        else:
            left = left - np.diff(np.minimum(np.maximum(left, 0.0).cumsum(axis=0), other.balance), axis=0, prepend=0.0)
    envelope = np.maximum(left.min(axis=1), 0.0)
    envelope[0] += sum(each.balance * each.accretes / MONTHS_A_YEAR for each in structure.orders if each.to == place)
    envelope[: order.lockout] = 0.0
    return envelope


def longer(balance: FloatArray, months: int) -> FloatArray:
    """Return planned balances over some months, nothing being planned after their last."""
    return np.pad(balance, ((0, max(months + 1 - len(balance), 0)), (0, 0)))[: months + 1]


def _printed(structure: Structure, printed: npt.ArrayLike) -> dict[int, FloatArray]:
    places = {order.number: place for place, order in enumerate(structure.orders) if order.scheduled}
    block = np.atleast_2d(np.asarray(printed, float))
    numbers, head = list(places), block[0].tolist()
    if set(head) <= set(numbers) and len(set(head)) == len(head):
        numbers, block = [int(number) for number in head], block[1:]
    elif block.shape[1] == len(numbers) + 1 and (block[:, 0] == np.arange(len(block))).all():
        block = block[:, 1:]
    if block.shape[1] != len(numbers):
        remedy = f"does not fit the scheduled orders, {', '.join(map(str, numbers)) or 'none'}; give a column each"
        raise InputError("schedule", f"{block.shape[1]} columns", remedy)
    found = {places[number]: block[:, [column]] for column, number in enumerate(numbers)}
    for place, balance in found.items():
        order = structure.orders[place]
        begins = float(balance[0, 0]) if len(balance) else 0.0
        if abs(begins - order.balance) > _ROUNDING:
            remedy = (
                f"is neither the number of a scheduled order nor the balance of order {order.number}, "
                f"{order.balance:,.2f}; begin with that, before the first payment"
            )
            raise InputError("schedule", begins, remedy)
    return found
