"""Runoff: cohorts of pools to one balance sheet, and what a cap on redemptions and reinvestment make of it.

Cohorts add up, so equal ones are merged first and the rest are projected in chunks whose sums are added: memory is
that of one chunk, and any executor can project them.

Source for the caps: Federal Reserve Bank of New York, Open Market Trading Desk operating policies: principal up to
the cap is redeemed, what is above it is reinvested (2022), from June 2024 in Treasury securities, from December 1,
2025 all of it in Treasury bills (policy of October 29, 2025).
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose
from mbsxl.errors import InputError
from mbsxl.kernel import RowsOf, slices, total
from mbsxl.loans.cashflow import CashFlow, project
from mbsxl.loans.pools import Pools, as_pools
from mbsxl.portfolio.flows import CHUNK, added
from mbsxl.speeds.columns import Speeds, as_speeds
from mbsxl.speeds.grammar import OneSpeed, as_speed

NEW_LOAN_MONTHS = 360
MOST_COHORTS = 1_000_000


class Reinvestment(Enum):
    """What the principal above a cap is put into (Open Market Trading Desk, operating policies of 2022 to 2025)."""

    MBS = "MBS"
    TREASURY = "TREASURY"
    BILLS = "BILLS"


class Cohorts(NamedTuple):
    """Groups of pools: face in any currency, the rest as for a pool; `speed` an object array, None where common."""

    face: FloatArray
    coupon: FloatArray
    wac: FloatArray
    wam: npt.NDArray[Any]
    age: npt.NDArray[Any]
    speed: npt.NDArray[np.object_]


class Runoff(NamedTuple):
    """The sum of the cohorts, a row a month, in the currency of their face."""

    month: npt.NDArray[np.int64]
    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray
    total: FloatArray
    ending: FloatArray


class SomaRunoff(NamedTuple):
    """A runoff under caps, a row a month: `balance` and `ending` are the MBS held, purchases included.

    `treasuries` and `bills` are what reinvestment has bought so far.
    """

    month: npt.NDArray[np.int64]
    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray
    total: FloatArray
    ending: FloatArray
    cap: FloatArray
    redeemed: FloatArray
    reinvested: FloatArray
    treasuries: FloatArray
    bills: FloatArray


def runoff(
    cohorts: Cohorts, speed: OneSpeed | None = None, months: int = 0, *, executor: Executor | None = None
) -> Runoff:
    """Return the runoff of cohorts, all principal leaving.

    Shapes: columns of (months,). Units: the currency of the faces; `months` 0 runs to the last payment.

    Errors
    ------
    InputError
        A cohort without a speed of its own where no common one is given, or one that cannot be.

    Source: SF-4, added up.

    Examples
    --------
    >>> one = Cohorts(*map(np.array, ([400e6], [0.075], [0.08125], [357], [3], [None])))
    >>> round(float(runoff(one, "165 PSA").total[0]))  # Fabozzi and Jones, table 30.2
    3209923
    """
    return as_runoff(CashFlow(*total(_added, _merge(cohorts, speed), executor)), months)


def as_runoff(flow: CashFlow, months: int = 0) -> Runoff:
    """Return summed cash flows as a runoff of so many months, 0 running to the last payment: (months,) each."""
    length = months or flow.balance.size
    balance, scheduled, prepaid, interest = (_fit(quantity, length) for quantity in flow)
    paid = scheduled + prepaid + interest
    ending = _fit(flow.balance, length + 1)[1:]
    return Runoff(np.arange(1, length + 1), balance, scheduled, prepaid, interest, paid, ending)


def soma_runoff(
    cohorts: Cohorts,
    speed: OneSpeed | None,
    caps: npt.ArrayLike,
    reinvest: npt.ArrayLike | Reinvestment | str = Reinvestment.TREASURY,
    months: int = 0,
) -> SomaRunoff:
    """Return the runoff of cohorts under a cap: principal up to the cap leaves, the rest is reinvested.

    MBS bought with principal are new 30-year pools of the holdings' average coupon and gross rate that prepay at the
    common `speed`; their own principal counts under the cap like any other.

    Shapes: columns of (months,); `caps` and `reinvest` are one value or a column by month, the last one kept. Units:
    the currency of the faces; a cap of 0 reinvests everything.

    Errors
    ------
    InputError
        As `runoff`; a cap below 0; reinvestment in MBS without a common speed.

    Source: Federal Reserve Bank of New York, Open Market Trading Desk operating policies, 2022 to 2025.

    Examples
    --------
    >>> one = Cohorts(*map(np.array, ([400.0], [0.075], [0.08125], [357], [3], [None])))
    >>> into_bills = soma_runoff(one, "165 PSA", 0.5, "BILLS")  # the 0.709923 of the table cited at `runoff`, capped
    >>> round(float(into_bills.redeemed[0]), 6), round(float(into_bills.bills[0]), 6)
    (0.5, 0.209923)
    """
    held = runoff(cohorts, speed, months)
    length = held.month.size
    cap = _fit_last(np.atleast_1d(np.asarray(caps, float)), length)
    if not (cap >= 0).all():
        raise InputError("caps", float(cap[~(cap >= 0)][0]), "is below 0; give the most that may leave in a month")
    targets = [choose(Reinvestment, "reinvest", target) for target in np.atleast_1d(np.asarray(reinvest, object))]
    into = _fit_last(np.array(targets, object), length)
    flow = CashFlow(held.balance, held.scheduled, held.prepaid, held.interest)
    if (into == Reinvestment.MBS).any():
        flow = _with_purchases(flow, _new_pool(cohorts, speed), cap, into == Reinvestment.MBS)
    principal = flow.scheduled + flow.prepaid
    redeemed = np.minimum(principal, cap)
    reinvested = principal - redeemed
    bought = {target: np.where(into == target, reinvested, 0.0) for target in Reinvestment}
    last = flow.balance[-1] - principal[-1] + bought[Reinvestment.MBS][-1]  # rounding, where nothing is left
    return SomaRunoff(
        held.month,
        *flow,
        total=principal + flow.interest,
        ending=np.append(flow.balance[1:], max(last, 0.0)),
        cap=cap,
        redeemed=redeemed,
        reinvested=reinvested,
        treasuries=np.cumsum(bought[Reinvestment.TREASURY]),
        bills=np.cumsum(bought[Reinvestment.BILLS]),
    )


def _new_pool(cohorts: Cohorts, speed: OneSpeed | None) -> CashFlow:
    """Return the cash flows of MBS bought with principal, per unit bought."""
    if speed is None:
        raise InputError("speed", "", "is needed for the MBS that principal is reinvested in; give a common speed")
    coupon, wac = (float(np.average(rate, weights=cohorts.face)) for rate in (cohorts.coupon, cohorts.wac))
    pools = as_pools(coupon, wac, NEW_LOAN_MONTHS, 0, as_speed(speed))
    return CashFlow(*(quantity[0] for quantity in project(pools)))


def _with_purchases(held: CashFlow, bought: CashFlow, cap: FloatArray, in_mbs: npt.NDArray[np.bool_]) -> CashFlow:
    """Return the cash flows with what each month's purchases of MBS add to the months after it."""
    length = cap.size
    whole = CashFlow(*(quantity.copy() for quantity in held))
    for month in np.flatnonzero(in_mbs):
        principal = whole.scheduled[month] + whole.prepaid[month]
        purchase = max(principal - cap[month], 0.0)
        for quantity, one in zip(whole, bought, strict=True):
            quantity[month + 1 :] += purchase * _fit(one, length)[: length - month - 1]
    return whole


def _merge(cohorts: Cohorts, speed: OneSpeed | None) -> _Merged:
    """Return faces and pools, those equal in speed, wam, age and wac made one with their average coupon.

    Neighbours have speeds that settle, and terms that end, about together, which is what a chunk of them wants.
    """
    _check(cohorts)
    speeds = _speeds(cohorts.speed, speed)
    order = np.lexsort((cohorts.wac, cohorts.age, cohorts.wam, speeds.which))
    face, coupon, wac, wam, age = (column[order] for column in cohorts[:5])
    kind = speeds.which[order]
    differs = [column[1:] != column[:-1] for column in (wac, wam, age, kind)]
    first = np.flatnonzero(np.concatenate([[True], np.logical_or.reduce(differs)]))
    whole = np.add.reduceat(face.astype(float), first)
    paid = np.add.reduceat(face * coupon, first)
    average = np.divide(paid, whole, out=np.zeros_like(paid), where=whole > 0)
    pools = as_pools(np.minimum(average, wac[first]), wac[first], wam[first], age[first], speeds[order[first]])
    alike = np.lexsort((pools.wam, pools.speed.settling(pools.age)))
    return _Merged(whole[alike], pools.part(alike))


def _speeds(own: npt.NDArray[np.object_], common: OneSpeed | None) -> Speeds:
    """Return the speed of each cohort, its own or the common one."""
    for_all = None if common is None else as_speed(common)
    several: list[Any] = [for_all if one is None else one for one in own.tolist()]
    if for_all is None and None in several:
        number = several.index(None) + 1
        remedy = f"is missing for cohort {number}; give one there or one for all"
        raise InputError("speed", "", remedy, wrong_kind=True)
    return as_speeds(several)


def _check(cohorts: Cohorts) -> None:
    with np.errstate(over="ignore"):
        whole = float(cohorts.face.sum())
    if not (cohorts.face >= 0).all() or not 0 < whole < np.inf:
        remedy = "is a face, or a sum of faces, no runoff starts from; give amounts above 0"
        raise InputError("cohorts", min(whole, float(cohorts.face.min(initial=0))) if whole < np.inf else whole, remedy)
    above = np.flatnonzero(cohorts.coupon > cohorts.wac)
    if above.size:
        coupon, wac = float(cohorts.coupon[above[0]]), float(cohorts.wac[above[0]])
        raise InputError("coupon", coupon, f"is above the wac {wac:.10g} of cohort {above[0] + 1}; check both")


class _Merged(NamedTuple):
    """Faces and pools: a table of rows."""

    face: FloatArray
    pools: Pools

    @property
    def rows(self) -> int:
        return self.face.size

    def part(self, rows: RowsOf) -> _Merged:
        return _Merged(self.face[rows], self.pools.part(rows))

    def batches(self) -> Iterator[slice]:
        return slices(self.rows, CHUNK)


def _added(part: _Merged) -> FloatArray:
    return np.stack(added(part.face, part.pools))


def _fit(column: FloatArray, length: int) -> FloatArray:
    """Return a column cut or continued with zeros."""
    return np.pad(column[:length], (0, max(length - column.size, 0)))


def _fit_last(column: npt.NDArray[Any], length: int) -> npt.NDArray[Any]:
    """Return a column cut or continued with its last value."""
    return column[np.minimum(np.arange(length), column.size - 1)]
