"""The classes of a deal at its collateral's speed: who gets paid when, how much is left, for how long.

Average lives are of the reductions of the balance, a notional class's of its notional, and of an accrual class the
reductions only: what accretes is none (SF-57). They are counted from settlement, the delay included.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-44, SF-50, SF-57; the decrement tables of agency
REMIC prospectus supplements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import DateArray, FloatArray, IntArray
from mbsxl.conventions.dates import AT_ONCE, Settlement, months_to_first_payment, payment_dates, record_settlement
from mbsxl.errors import InputError
from mbsxl.kernel import Listing
from mbsxl.portfolio.runoff import Cohorts
from mbsxl.speeds.grammar import OneSpeed, as_speed
from mbsxl.structures.collateral import Collateral, collateral_at
from mbsxl.structures.index import NO_CURVE, NO_INDEX, OpenCurve, index_rates
from mbsxl.structures.schedule import longer, planned_balances
from mbsxl.structures.tranches import Structure, Tranche, TrancheKind
from mbsxl.structures.waterfall import ClassFlow, class_flow, pay
from mbsxl.units import MONTHS_A_YEAR, PERCENT

_ROUNDING = 1.0  # a currency unit by which balances may miss the collateral
_EVEN = 1e-7  # of the collateral's first interest: what rounded balances make of any month's
_NOTHING = 1e-10  # of a class's balance: no payment
_YEARLY = 12
RESIDUAL, POOL = "R", "POOL"


class Deal(NamedTuple):
    """Classes, and the collateral whose principal and interest they are paid."""

    structure: Structure
    collateral: Cohorts


class Terms(NamedTuple):
    """What a deal is projected with beside speeds: printed planned balances, and the index of floating classes."""

    schedule: npt.ArrayLike | None = None
    index: npt.ArrayLike | None = None  # type: ignore[assignment]  # of a sheet's argument, not of a tuple's method


class Projected(NamedTuple):
    """A deal at speeds side by side: its collateral, what each class is paid, the rates of the index (months, 1)."""

    structure: Structure
    collateral: Collateral
    flows: tuple[ClassFlow, ...]
    rates: FloatArray


class ClassCashFlow(NamedTuple):
    """The cash flows of one class in the currency of its balance, a row a month."""

    month: IntArray
    date: DateArray
    balance: FloatArray
    principal: FloatArray
    interest: FloatArray
    accrued: FloatArray
    total: FloatArray
    ending: FloatArray


NO_TERMS = Terms()


def project_deal(
    deal: Deal,
    speeds: Sequence[OneSpeed | None],
    schedule: npt.ArrayLike | None = None,
    index: FloatArray | None = None,
) -> Projected:
    """Return a deal at speeds of its collateral, where the index stands month by month, the last rate kept.

    Without an index the interest of floating classes is unknown, and so is whether the collateral pays it.

    Errors
    ------
    InputError
        Balances that do not add up to the collateral, classes owed more interest than it pays, or as
        `planned_balances`.
    """
    structure, cohorts = deal
    check_balances(deal)
    held = collateral_at(cohorts, speeds)
    months = len(held.principal)
    planned = planned_balances(structure, cohorts, schedule)
    paid = pay(structure, held.principal, {place: longer(balance, months) for place, balance in planned.items()})
    by_month = NO_INDEX if index is None else index
    rates = by_month[np.minimum(np.arange(months), by_month.size - 1)][:, np.newaxis]
    flows = tuple(class_flow(structure, paid, place, rates) for place in range(len(structure.tranches)))
    found = Projected(structure, held, flows, rates)
    if index is not None or not _floats(structure):
        _check_interest(found)
    return found


def check_balances(deal: Deal) -> None:
    """Refuse classes that do not add up to their collateral."""
    whole = sum(order.balance for order in deal.structure.orders)
    face = float(deal.collateral.face.sum())
    if abs(whole - face) > _ROUNDING:
        remedy = f"is not the collateral's balance {face:,.2f}: the classes differ from it by {whole - face:,.2f}"
        raise InputError("structure balance", whole, remedy)


def _check_interest(found: Projected) -> None:
    """Refuse classes that are owed more interest than the collateral pays, in any month, at any speed.

    Where coupons float that is asked of the first month only: a later index is a scenario, not the deal.
    """
    owed, paid, balance = _owed(found), found.collateral.interest, found.collateral.balance
    classes = [tranche for tranche in found.structure.tranches if tranche.order]
    uneven = abs(sum(tranche.balance for tranche in classes) - balance[0, 0])
    highest = max(float(tranche.coupon.at(found.rates).max()) for tranche in classes)
    beyond = owed - paid - _EVEN * paid[0] - uneven * highest / MONTHS_A_YEAR
    if _floats(found.structure):
        beyond = beyond[:1]
    if (beyond > 0).any():
        month, column = np.argwhere(beyond > 0)[0]
        yearly = MONTHS_A_YEAR / balance[month, column]
        remedy = (
            f"in month {month + 1} is more than the collateral pays, {paid[month, column] * yearly:.4%} of it; "
            "check the coupons"
        )
        raise InputError("structure interest", f"{owed[month, column] * yearly:.4%} of the collateral", remedy)


def _floats(structure: Structure) -> bool:
    return any(tranche.coupon.multiple for tranche in structure.tranches)


def _owed(found: Projected) -> FloatArray:
    """Return the interest of all classes, paid or accrued: (months, speeds)."""
    return sum((flow.interest + flow.accrued for flow in found.flows), np.zeros_like(found.collateral.interest))


def deal_settlement(structure: Structure, settlement: Settlement) -> Settlement:
    """Return the settlement of all the classes: by record dates the day of payment is not the programme's."""
    return record_settlement(settlement.settle) if structure.by_record_dates else settlement


def lives(flow: ClassFlow, first: float) -> FloatArray:
    """Return the average life of a class in years: (scenarios,); not a number where nothing is ever paid."""
    reduction = np.maximum(flow.reduction, 0.0)
    years = (first + np.arange(len(reduction))) / MONTHS_A_YEAR
    whole = reduction.sum(axis=0)
    return (years @ reduction) / np.where(whole > 0, whole, np.nan)


# ------------------------------------------------------------------------------------------------------ the formulas


def cmo(
    deal: Deal,
    speed: OneSpeed | None,
    terms: Terms = NO_TERMS,
    settlement: Settlement = AT_ONCE,
    curve: OpenCurve = NO_CURVE,
) -> Listing:
    """Return the classes of a deal: balance, average life, first and last payment of principal, interest in all.

    Shapes: a row a class; of a notional class the balance is its notional. Units: the currency of the balances; lives
    in years from settlement; payments are counted in months.

    Errors
    ------
    InputError
        As `project_deal` and `index_rates`.

    Source: the decrement tables of agency REMIC prospectus supplements; SF-50, SF-57.

    Examples
    --------
    >>> from mbsxl.structures.tranches import read_structure
    >>> table = [{"class": "A", "kind": "SEQ", "balance": 600.0, "coupon": 0.06, "order": 1.0},
    ...          {"class": "B", "kind": "SEQ", "balance": 400.0, "coupon": 0.06, "order": 2.0}]
    >>> pools = Cohorts(*map(np.array, ([1000.0], [0.06], [0.065], [360], [0], [None])))
    >>> [row[:2] for row in cmo(Deal(read_structure(table), pools), "100 PSA").rows]
    [('A', 600.0), ('B', 400.0)]
    """
    found = project_deal(deal, [speed], terms.schedule, index_rates(deal.structure, terms.index, curve))
    first = float(months_to_first_payment(*deal_settlement(deal.structure, settlement)))
    header = ("class", "balance", "average_life", "first_payment", "last_payment", "interest")
    rows = [_row(tranche, flow, first) for tranche, flow in zip(deal.structure.tranches, found.flows, strict=True)]
    return Listing(header, rows)


def _row(tranche: Tranche, flow: ClassFlow, first: float) -> tuple[object, ...]:
    paid = flow.balance[:-1, 0] if tranche.kind is TrancheKind.NTL else flow.principal[:, 0]
    months = np.flatnonzero(paid > _NOTHING * tranche.balance) + 1
    window = (int(months[0]), int(months[-1]))
    return (tranche.name, tranche.balance, float(lives(flow, first)[0]), *window, float(flow.interest.sum()))


def cmo_cashflow(
    tranche: str,
    deal: Deal,
    speed: OneSpeed | None,
    terms: Terms = NO_TERMS,
    settlement: Settlement = AT_ONCE,
    curve: OpenCurve = NO_CURVE,
) -> ClassCashFlow:
    """Return the cash flows of one class; "POOL" is the collateral, "R" what is left of its interest.

    Shapes: columns of (months,). Units: the currency of the balances; `accrued` is what is added to an accrual class
    instead of being paid; `date` is absent without `settle`.

    Errors
    ------
    InputError
        A class there is not, or as `project_deal` and `index_rates`.

    Source: the payment rules of agency REMIC prospectus supplements.

    Examples
    --------
    >>> from mbsxl.structures.tranches import read_structure
    >>> table = [{"class": "A", "kind": "SEQ", "balance": 600.0, "coupon": 0.06, "order": 1.0},
    ...          {"class": "Z", "kind": "Z", "balance": 400.0, "coupon": 0.06, "order": 2.0}]
    >>> pools = Cohorts(*map(np.array, ([1000.0], [0.06], [0.065], [360], [0], [None])))
    >>> flow = cmo_cashflow("Z", Deal(read_structure(table), pools), "100 PSA")
    >>> float(flow.accrued[0]), float(flow.total[0])
    (2.0, 0.0)
    """
    found = project_deal(deal, [speed], terms.schedule, index_rates(deal.structure, terms.index, curve))
    balance, principal, interest, accrued = (column[:, 0] for column in _named(found, tranche))
    months = len(principal)
    date = payment_dates(*deal_settlement(deal.structure, settlement), months)
    total = principal + interest
    month = np.arange(1, months + 1)
    return ClassCashFlow(month, date, balance[:-1], principal, interest, accrued, total, balance[1:])


def _named(found: Projected, name: str) -> tuple[FloatArray, ...]:
    """Return balance, principal, interest and what accrues of a class, of the collateral or of the residual."""
    plain, held = name.strip().upper(), found.collateral
    own = {tranche.name.upper() for tranche in found.structure.tranches}
    nothing = np.zeros_like(held.interest)
    if plain == POOL and plain not in own:
        return held.balance, held.principal, held.interest, nothing
    if plain == RESIDUAL and plain not in own:
        return np.zeros_like(held.balance), nothing, held.interest - _owed(found), nothing
    flow = found.flows[found.structure.place(name)]
    return flow.balance, flow.principal, flow.interest, flow.accrued


def cmo_decrement(
    deal: Deal,
    speeds: npt.NDArray[np.object_],
    tranche: str | None = None,
    every: int = _YEARLY,
    schedule: npt.ArrayLike | None = None,
    settlement: Settlement = AT_ONCE,
) -> Listing:
    """Return what is left of classes at speeds, in percent of their original balance, with their average lives last.

    Shapes: months down, a column for each class and speed, classes in their order. Units: percent, and in the last row
    years. Supplements print the columns of 0 PSA on other collateral: ask for those with that.

    Errors
    ------
    InputError
        A class there is not, speeds of a collateral whose cohorts all have their own, or as `project_deal`.

    Source: the decrement tables of agency REMIC prospectus supplements.

    Examples
    --------
    >>> from mbsxl.structures.tranches import read_structure
    >>> table = [{"class": "A", "kind": "SEQ", "balance": 600.0, "coupon": 0.06, "order": 1.0},
    ...          {"class": "B", "kind": "SEQ", "balance": 400.0, "coupon": 0.06, "order": 2.0}]
    >>> pools = Cohorts(*map(np.array, ([1000.0], [0.06], [0.065], [360], [0], [None])))
    >>> cmo_decrement(Deal(read_structure(table), pools), np.array(["0 PSA", "300 PSA"], object), "A").rows[0]
    (0, 100.0, 100.0)
    """
    structure = deal.structure
    read = [as_speed(speed, "speeds") for speed in speeds]
    if all(own is not None for own in deal.collateral.speed):
        remedy = "would change nothing: every cohort has a speed of its own; leave that column of collateral blank"
        raise InputError("speeds", read[0].text, remedy)
    found = project_deal(deal, read, schedule)
    first = float(months_to_first_payment(*deal_settlement(structure, settlement)))
    places = range(len(structure.tranches)) if tranche is None else [structure.place(tranche)]
    names = [speed.text for speed in read]
    header = ["month", *(f"{structure.tranches[place].name} {name}" for place in places for name in names)]
    flows = [found.flows[place] for place in places]
    faces = [structure.tranches[place].balance for place in places]
    left = np.hstack([PERCENT * flow.balance / face for flow, face in zip(flows, faces, strict=True)])
    step, last = every or _YEARLY, len(left) - 1
    months = range(0, last + step, step)
    rows: list[tuple[object, ...]] = [(month, *left[min(month, last)].tolist()) for month in months]
    rows.append(("average life", *np.hstack([lives(flow, first) for flow in flows]).tolist()))
    return Listing(tuple(header), rows)


def cmo_schedule(deal: Deal) -> Listing:
    """Return the planned balances of the scheduled orders, by month.

    Shapes: months down from the month before the first payment, a scheduled order a column. Units: the currency of the
    balances.

    Errors
    ------
    InputError
        No scheduled order, or as `planned_balances`.

    Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: planned amortization class bonds.

    Examples
    --------
    >>> from mbsxl.structures.tranches import read_structure
    >>> table = [{"class": "P", "kind": "PAC", "balance": 600.0, "coupon": 0.06, "order": 1.0, "band": "90 to 300 PSA"},
    ...          {"class": "S", "kind": "SUP", "balance": 400.0, "coupon": 0.06, "order": 2.0}]
    >>> pools = Cohorts(*map(np.array, ([1000.0], [0.06], [0.065], [360], [0], [None])))
    >>> cmo_schedule(Deal(read_structure(table), pools)).rows[0]
    (0, 600.0)
    """
    check_balances(deal)
    planned = planned_balances(deal.structure, deal.collateral)
    if not planned:
        raise InputError("structure", "", "has no scheduled order; a PAC, SCH or TAC has planned balances")
    months = max(len(balance) for balance in planned.values()) - 1
    columns = [longer(balance, months)[:, 0] for balance in planned.values()]
    header = ("month", *(f"order {deal.structure.orders[place].number}" for place in planned))
    return Listing(header, [(month, *row) for month, row in enumerate(np.stack(columns, axis=1).tolist())])
