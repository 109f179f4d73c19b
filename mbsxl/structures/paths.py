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
from mbsxl.structures.tranches import Structure
from mbsxl.structures.waterfall import class_flow, pay
from mbsxl.value.oas import OnMarket
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
    months, scrambles = max(cohort.wam for cohort in deal.cohorts), len(paths.sample.scrambles)
    principal: FloatArray | None = None
    weights: FloatArray | None = None
    for cohort in deal.cohorts:
        balance, own = _balances(Valuation(cohort.wac, cohort.wam, cohort.age, paths))
        if principal is None:
            principal = np.zeros((months, balance.shape[1]))
        principal[: cohort.wam] += cohort.face * (balance[:-1] - balance[1:])
        weights = own if cohort.wam == months else weights
    assert principal is not None
    assert weights is not None
    planned = {place: longer(np.array(balance)[:, np.newaxis], months) for place, balance in deal.planned}
    paid = pay(deal.structure, principal, planned)
    index = one_month_rates(paths.rates, paths.sample, months)
    weight = weights.reshape(months, scrambles, -1)
    values = np.empty((len(deal.structure.tranches), scrambles, months))
    for place, tranche in enumerate(deal.structure.tranches):
        flow = class_flow(deal.structure, paid, place, index)
        cash = (flow.principal + flow.interest).reshape(weight.shape)
        values[place] = np.vecdot(cash, weight).T * (paths.discount(months) / tranche.balance)
    values.setflags(write=False)
    return values


def _balances(valuation: Valuation) -> tuple[FloatArray, FloatArray]:
    """Return the balances of loans along the paths, (wam + 1, paths), and the weights of the payments, (wam, paths)."""
    blocks = list(survivors(valuation))
    left = np.vstack([blocks[0][1], *(left[1:] for _, left, _ in blocks[1:])])
    scheduled = scheduled_balance(np.array([valuation.wac]), np.array([valuation.wam]), valuation.wam)[0]
    return left * scheduled[:, np.newaxis], np.vstack([weights for _, _, weights in blocks])


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
