"""Classes on the paths of rates: the waterfall runs along every path, and one run serves all the classes of a deal.

Expected balances cannot be shared as a pool's are: what a class is paid is clipped out of the orders' balances, a sold
option, and the waterfall of the mean is not the mean of the waterfalls. So the paths are kept, the principal of the
collateral goes down the waterfall on each, and only then is the mean taken.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: valuation of collateralized mortgage obligations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.loans.pools import scheduled_balance
from mbsxl.market.hull_white import one_month_rates
from mbsxl.structures.schedule import longer
from mbsxl.structures.tranches import Structure, TrancheKind
from mbsxl.structures.waterfall import class_balance, pay
from mbsxl.units import MONTHS_A_YEAR
from mbsxl.value.on_market import OnMarket
from mbsxl.value.valuation import Paths, Valuation, survivors

_REMEMBERED = 64  # runs of the waterfall, some 10 kB a class and scramble


class Cohort(NamedTuple):
    """Loans of the collateral: their balance, and what their prepayments depend on."""

    face: float
    wac: float
    wam: int
    age: int


class PathDeal(NamedTuple):
    """A deal by its values, so that equal ones are run once; what is planned is by the place of the order."""

    structure: Structure
    cohorts: tuple[Cohort, ...]
    planned: tuple[tuple[int, tuple[float, ...]], ...]


@lru_cache(maxsize=_REMEMBERED)
def class_values(deal: PathDeal, paths: Paths) -> FloatArray:
    """Return the mean over the paths of what each class is paid, discounted without a spread.

    Shapes: (classes, scrambles, months), read-only. Units: per unit of each class's balance.
    """
    principal, weights = collateral_along(deal.cohorts, paths)
    months, scrambles = len(principal), len(paths.sample.scrambles)
    planned = {place: longer(np.array(balance)[:, np.newaxis], months) for place, balance in deal.planned}
    paid = pay(deal.structure, principal, planned)
    weight = weights.reshape(months, scrambles, -1)
    discount = paths.discount(months) / weight.sum(axis=-1).T
    floating = any(tranche.coupon.multiple for tranche in deal.structure.tranches)
    index = one_month_rates(paths.rates, paths.sample, months).reshape(weight.shape) if floating else weight
    values = np.empty((len(deal.structure.tranches), scrambles, months))
    for place, tranche in enumerate(deal.structure.tranches):
        balance = class_balance(deal.structure, paid, place).reshape(months + 1, scrambles, -1)
        before, after = np.vecdot(balance[:-1], weight), np.vecdot(balance[1:], weight)
        if tranche.coupon.multiple:
            interest = np.vecdot(balance[:-1], weight * tranche.coupon.at(index))
        else:
            interest = before * tranche.coupon.fixed
        repaid = 0.0 if tranche.kind is TrancheKind.NTL else before - after
        cash = repaid + interest / MONTHS_A_YEAR  # so it is of an accrual class: what it is not paid, it is owed
        values[place] = cash.T * discount / tranche.balance
    values.setflags(write=False)
    return values


def collateral_along(cohorts: tuple[Cohort, ...], paths: Paths) -> tuple[FloatArray, FloatArray]:
    """Return the principal of all cohorts along the paths, and the weights of the payments: (months, paths)."""
    longest, *others = sorted(cohorts, key=lambda cohort: cohort.wam, reverse=True)
    principal, weights = _principal(longest, paths)
    for cohort in others:
        principal[: cohort.wam] += _principal(cohort, paths)[0]
    return principal, weights


def _principal(cohort: Cohort, paths: Paths) -> tuple[FloatArray, FloatArray]:
    scheduled = scheduled_balance(np.array([cohort.wac]), np.array([cohort.wam]), cohort.wam)[0] * cohort.face
    principal, weight = [], []
    for block, left, weights in survivors(Valuation(cohort.wac, cohort.wam, cohort.age, paths)):
        balance = left * scheduled[block.start : block.stop + 1, np.newaxis]
        principal.append(balance[:-1] - balance[1:])
        weight.append(weights)
    return np.vstack(principal), np.vstack(weight)


@dataclass(frozen=True)
class HeldClasses(OnMarket):
    """All the classes of a deal on one market, a row each."""

    deal: PathDeal
    paths: Paths
    basis: SpreadBasis

    @property
    def rows(self) -> int:
        """The number of classes."""
        return len(self.deal.structure.tranches)

    def present(self) -> Iterator[tuple[slice, FloatArray]]:
        """Yield what the classes are paid, discounted without a spread."""
        values = class_values(self.deal, self.paths)
        yield slice(0, self.rows), values.reshape(-1, values.shape[-1])

    def moved(self, **changes: object) -> HeldClasses:
        """Return the classes on another market: rates, model or sample changed."""
        return HeldClasses(self.deal, self.paths._replace(**changes), self.basis)  # type: ignore[arg-type]
