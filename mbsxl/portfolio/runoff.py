"""Runoff: cohorts of pools to one balance sheet.

Cohorts add up, so equal ones are merged first and the rest are projected in chunks whose sums are added: memory is
that of one chunk, and any executor can project them.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.kernel import RowsOf, slices, total
from mbsxl.loans.cashflow import CashFlow
from mbsxl.loans.pools import Pools, as_pools
from mbsxl.portfolio.flows import CHUNK, added
from mbsxl.speeds.columns import Speeds, as_speeds
from mbsxl.speeds.grammar import OneSpeed, as_speed

MOST_COHORTS = 1_000_000


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
    balance, scheduled, prepaid, interest = (fit(quantity, length) for quantity in flow)
    paid = scheduled + prepaid + interest
    ending = fit(flow.balance, length + 1)[1:]
    return Runoff(np.arange(1, length + 1), balance, scheduled, prepaid, interest, paid, ending)


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


def fit(column: FloatArray, length: int) -> FloatArray:
    """Return a column cut or continued with zeros."""
    return np.pad(column[:length], (0, max(length - column.size, 0)))
