"""The waterfall: principal handed down the orders, month by month, over any number of speeds or paths at once.

What accretes to an accrual class pays the order it names, down to what is planned of it, and the rest is principal of
the accrual class itself; where it names none it joins the collateral's principal. Principal then goes to the orders in
turn, to a scheduled one down to its planned balance, to the others down to nothing; what is left goes to the scheduled
orders again, without regard to what is planned, the last one first.

Source: the payment rules of agency REMIC prospectus supplements; F. Fabozzi (ed.), The Handbook of Mortgage-Backed
Securities: collateralized mortgage obligations.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.structures.tranches import Order, Structure, Tranche, TrancheKind
from mbsxl.units import MONTHS_A_YEAR

Planned = Mapping[int, FloatArray]
_NOTHING = 1e-6  # of a currency unit: what rounding leaves of a balance


class Paid(NamedTuple):
    """What becomes of the orders: balances (orders, months + 1, scenarios), accretion (orders, months, scenarios)."""

    balance: FloatArray
    accretion: FloatArray


def pay(structure: Structure, principal: FloatArray, planned: Planned) -> Paid:
    """Return what principal makes of the orders.

    Shapes: `principal` (months, scenarios); `planned` by the place of the order, (months + 1, scenarios or 1).
    """
    orders = structure.orders
    months, scenarios = principal.shape
    balance = np.empty((len(orders), months + 1, scenarios))
    balance[:, 0] = np.array([order.balance for order in orders])[:, np.newaxis]
    accretion = np.zeros((len(orders), months, scenarios))
    if not planned and not any(order.accretes for order in orders):
        return Paid(_in_turn(orders, principal), accretion)
    accruing = [(place, order) for place, order in enumerate(orders) if order.accretes]
    for month in range(months):
        now, left = balance[:, month + 1], principal[month].copy()
        now[:] = balance[:, month]
        floors = {place: line[month + 1] for place, line in planned.items()}
        for place, order in accruing:
            added = np.multiply(balance[place, month], order.accretes / MONTHS_A_YEAR, out=accretion[place, month])
            if order.to is None:
                now[place] += added
                left += added
            else:  # what the other order does not take is added and paid at once
                paid = np.minimum(added, _owed(now[order.to], floors.get(order.to)))
                now[order.to] -= paid
                now[place] += paid
        _hand_down(now, left, floors)
    return Paid(balance, accretion)


def _in_turn(orders: tuple[Order, ...], principal: FloatArray) -> FloatArray:
    """Return the balances of orders that are simply paid one after the other: no month waits for another."""
    faces = np.array([order.balance for order in orders])
    before = (np.cumsum(faces) - faces)[:, np.newaxis, np.newaxis]
    paid = np.vstack([np.zeros((1, principal.shape[1])), np.cumsum(principal, axis=0)])
    return faces[:, np.newaxis, np.newaxis] - np.clip(paid - before, 0.0, faces[:, np.newaxis, np.newaxis])


def _owed(balance: FloatArray, floor: FloatArray | None) -> FloatArray:
    """Return what an order is owed: down to what is planned, or down to nothing."""
    return balance if floor is None else np.maximum(balance - floor, 0.0)


def _hand_down(now: FloatArray, left: FloatArray, floors: Mapping[int, FloatArray]) -> None:
    for place, balance in enumerate(now):
        paid = np.minimum(left, _owed(balance, floors.get(place)))
        balance -= paid
        left -= paid
    for place in sorted(floors, reverse=True):
        balance = now[place]
        paid = np.minimum(left, balance)
        balance -= paid
        left -= paid


# ------------------------------------------------------------------------------------------- what a class has of it


class ClassFlow(NamedTuple):
    """What a class is paid month by month: balance (months + 1, scenarios), the others (months, scenarios).

    `reduction` is of the balance, or of the notional; `principal` is what is paid of it, and `accrued` the interest
    that is added to an accrual class instead of being paid: so long as there is anyone whom it is to pay.
    """

    balance: FloatArray
    principal: FloatArray
    interest: FloatArray
    accrued: FloatArray
    reduction: FloatArray


def _order_of(structure: Structure, tranche: Tranche) -> int:
    return next(at for at, order in enumerate(structure.orders) if order.number == tranche.order)


def class_balance(structure: Structure, paid: Paid, place: int) -> FloatArray:
    """Return the balance, or the notional, of a class: (months + 1, scenarios)."""
    tranche = structure.tranches[place]
    if tranche.kind is TrancheKind.NTL:
        parents = [structure.place(name) for name in tranche.parents]
        whole = sum(structure.tranches[parent].balance for parent in parents)
        together = sum((class_balance(structure, paid, parent) for parent in parents), np.zeros(1))
        return together * (tranche.balance / whole)
    at = _order_of(structure, tranche)
    order, balance = structure.orders[at], paid.balance[at]
    if tranche.kind is TrancheKind.Z:
        return balance
    lane = next(lane for lane in order.lanes if place in lane)
    share = sum(structure.tranches[each].balance for each in lane) / order.balance
    junior = sum(structure.tranches[each].balance for each in lane[lane.index(place) + 1 :])
    held = balance * share
    held -= junior
    return np.clip(held, 0.0, tranche.balance, out=held)


def class_flow(structure: Structure, paid: Paid, place: int, index: FloatArray) -> ClassFlow:
    """Return what a class is paid, where the index stands: (months, scenarios or 1)."""
    tranche, balance = structure.tranches[place], class_balance(structure, paid, place)
    reduction = balance[:-1] - balance[1:]
    nothing = np.zeros_like(reduction)
    if tranche.kind is TrancheKind.Z:
        at = _order_of(structure, tranche)
        owed, to = paid.accretion[at], structure.orders[at].to
        fed = paid.balance[:at] if to is None else paid.balance[[to]]
        accrued = np.where((fed[:, :-1] > _NOTHING).any(axis=0), owed, 0.0)
        return ClassFlow(balance, reduction + accrued, owed - accrued, accrued, reduction)
    interest = balance[:-1] * (tranche.coupon.at(index) / MONTHS_A_YEAR)
    principal = nothing if tranche.kind is TrancheKind.NTL else reduction
    return ClassFlow(balance, principal, interest, nothing, reduction)
