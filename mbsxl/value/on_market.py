"""Claims on a market: what they are worth at spreads over the rates of every path, and the spreads of their values.

Whoever holds claims on a market is asked the same: the claims on pools here, the classes of a deal elsewhere.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.claims.passthrough import Passthrough
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.market.curve import par_curve
from mbsxl.solve import Falling, Solved, solve
from mbsxl.value.expectations import expected_balances
from mbsxl.value.spreads import growth_at, spread_over
from mbsxl.value.valuation import Paths, Valuation


class OnMarket(ABC):
    """Claims on one market, a row each: what they are worth at spreads, and the spreads at which they are worth values.

    Where the paths have several scrambles, spreads and what claims are worth are rows too, those of a claim together.
    """

    paths: Paths
    basis: SpreadBasis

    @property
    @abstractmethod
    def rows(self) -> int:
        """The number of claims."""

    @abstractmethod
    def present(self) -> Iterator[tuple[slice, FloatArray]]:
        """Yield, some claims at a time, what they are paid, discounted without a spread: a row a claim and scramble."""

    @abstractmethod
    def moved(self, **changes: object) -> Self:
        """Return the claims on another market: rates, model or sample changed."""

    def flows(self) -> Iterator[tuple[slice, Falling]]:
        """Yield, some claims at a time, their worth as a function of the yearly spread: a row a claim and scramble."""
        years = self.paths.years(self.paths.sample.months)[np.newaxis]
        growth = growth_at(par_curve(*self.paths.rates[:2]).log_discount(years), years)
        for rows, paid in self.present():
            due = slice(paid.shape[1])
            yield rows, spread_over(paid, years[:, due], growth[:, due], self.basis)

    def worth(self, spread: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return what claims are worth at spreads, accrued interest included, and how fast it falls with them."""
        scrambles, found = len(self.paths.sample.scrambles), []
        for rows, flow in self.flows():
            with np.errstate(all="ignore"):
                found.append(flow.at(spread[rows.start * scrambles : rows.stop * scrambles])[:2])
        value, fall = (np.concatenate(column) for column in zip(*found, strict=True))
        return value, fall

    def value(self, spread: FloatArray) -> FloatArray:
        """Return what claims are worth at spreads, accrued interest included, per unit of face."""
        return self.worth(spread)[0]

    def spreads(self, value: FloatArray) -> Solved:
        """Return the spreads at which claims are worth values, accrued interest included: (rows times scrambles,)."""
        scrambles = len(self.paths.sample.scrambles)
        found = []
        for rows, flow in self.flows():
            wanted = np.repeat(value[rows], scrambles)
            found.append(solve(flow, wanted, np.zeros(wanted.size)))
        return Solved(*(np.concatenate(column) for column in zip(*found, strict=True)))


@dataclass(frozen=True)
class Held(OnMarket):
    """Claims that are linear in the balances of their loans, on one market.

    `quick` is each pool's own share of quick borrowers, the model's by default.
    """

    claim: Passthrough
    paths: Paths
    basis: SpreadBasis
    quick: FloatArray | None = None

    @property
    def rows(self) -> int:
        """The number of claims."""
        return self.claim.rows

    def valuation(self, row: int = 0) -> Valuation:
        """Return what the balances of one claim's loans depend on."""
        pools, paths = self.claim.pools, self.paths
        if self.quick is not None:
            paths = paths._replace(model=paths.model.burnt_out_to(float(self.quick[row])))
        return Valuation(float(pools.wac[row]), int(pools.wam[row]), int(pools.age[row]), paths)

    def present(self) -> Iterator[tuple[slice, FloatArray]]:
        """Yield, some claims at a time, what they are paid, discounted without a spread."""
        pools, scrambles = self.claim.pools, len(self.paths.sample.scrambles)
        for rows, (before, after) in expected_balances(pools.wac, pools.wam, pools.age, self.paths, self.quick):
            claim = self.claim.part(np.repeat(np.arange(rows.start, rows.stop), scrambles))
            yield rows, claim.owed(before, after)

    def moved(self, **changes: object) -> Held:
        """Return the claims on another market: rates, model or sample changed."""
        return replace(self, paths=self.paths._replace(**changes))  # type: ignore[arg-type]
