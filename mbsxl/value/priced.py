"""Settled claims at their prices: settled once and solved once, whatever is asked of them.

A measure is a function of `Priced`: a number a row, not a number where there is none, and then `failures` says why.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Flag, auto
from functools import cached_property, partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.settled import Asked, Settled, Strip, full_price, settle_pools, worthless
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import Settlement
from mbsxl.conventions.yields import Basis, SpreadBasis, is_a_yield, yield_of
from mbsxl.errors import NoSolution
from mbsxl.kernel import Outcome, run
from mbsxl.loans.pools import Loans, Pool
from mbsxl.market.curve import Curve, ParCurve, par_curve
from mbsxl.solve import Falling, Moments, Solved, solve
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, PAR, Unit


class Needs(Flag):
    """What a measure needs to be known beside a settled claim."""

    NOTHING = 0
    PRICE = auto()
    SPEED = auto()
    CURVE = auto()
    VOLATILITY = auto()


class Measure(NamedTuple):
    """A named number asked of a claim: what a table calls it, the function that answers, its unit, what it needs."""

    name: str
    label: str
    function: Callable[[Any], Any]
    unit: Unit
    needs: Needs


class Known(NamedTuple):
    """The curve that claims are compared with, as given and fitted, and how spreads over it are quoted."""

    quoted: ParCurve
    curve: Curve
    basis: SpreadBasis


def known(quoted: ParCurve, basis: SpreadBasis | str = SpreadBasis.BEY) -> Known:
    """Return a curve that claims are compared with.

    Errors
    ------
    InputError
        A curve that cannot be, or a basis there is not.
    """
    return Known(quoted, par_curve(*quoted), choose(SpreadBasis, "spread_basis", basis))


class Priced:
    """Settled claims at clean prices, a row each, and the curve they are compared with, where there is one."""

    def __init__(self, settled: Settled, price: FloatArray, beside: Known | None = None) -> None:
        self.settled = settled
        self.price = price
        self._beside = beside
        self.failures: dict[int, Exception] = {}

    def refuse(self, failures: dict[int, Exception]) -> None:
        """Keep why rows have no answer: the first cause of each."""
        self.failures = failures | self.failures

    def answer(self, found: Solved) -> FloatArray:
        """Return what was found, keeping why rows have no answer."""
        if found.status.any():
            self.refuse(found.failures())
        return found.x

    @property
    def known(self) -> Known:
        """The curve that the claims are compared with."""
        assert self._beside is not None
        return self._beside

    @cached_property
    def full(self) -> FloatArray:
        """What is paid for a unit of face, accrued interest included."""
        full = full_price(self.settled, self.price)
        self.refuse(worthless(self.price, full))
        return full

    @cached_property
    def _present(self) -> Falling:
        return self.settled.claim.present(self.settled.first)

    @cached_property
    def x(self) -> FloatArray:
        """The monthly continuous yield."""
        start = np.log1p(self.settled.claim.accrual / MONTHS_A_YEAR)
        return self.answer(solve(self._present, self.full, start))

    @cached_property
    def worth(self) -> Moments:
        """The value at the yield, and its derivatives by it, in months."""
        with np.errstate(all="ignore"):
            return self._present.at(self.x)

    def yield_in(self, basis: Basis) -> FloatArray:
        """Return the annual yield in a basis."""
        beyond = ~is_a_yield(self.x, basis)
        if not beyond.any():
            return yield_of(self.x, basis)
        words = "the yield is beyond what a number holds; check the price, the settlement and the delay"
        self.refuse({row: NoSolution(words) for row in np.flatnonzero(beyond).tolist()})
        with np.errstate(all="ignore"):
            return np.where(beyond, np.nan, yield_of(self.x, basis))

    @cached_property
    def bey(self) -> FloatArray:
        """The semiannual bond-equivalent yield."""
        return self.yield_in(Basis.BEY)

    @cached_property
    def life(self) -> FloatArray:
        """The average life, in years from settlement."""
        return self.settled.claim.life(self.settled.first) / MONTHS_A_YEAR

    @cached_property
    def macaulay(self) -> FloatArray:
        """The mean time to payment, weighted by present value, in years."""
        return self.worth.first / self.worth.value / MONTHS_A_YEAR

    @cached_property
    def modified(self) -> FloatArray:
        """The relative fall of the full price per unit of the bond-equivalent yield, in years."""
        return self.macaulay / (1 + self.bey / 2)

    @cached_property
    def convexity(self) -> FloatArray:
        """The second derivative of the full price by the bond-equivalent yield over that price, in years squared."""
        square = self.worth.second / self.worth.value / MONTHS_A_YEAR**2
        return (square + self.macaulay / 2) / (1 + self.bey / 2) ** 2

    @cached_property
    def dv01(self) -> FloatArray:
        """What the price, per 100 of face, loses when the bond-equivalent yield rises by a basis point."""
        return self.modified * self.full * PAR / BASIS_POINTS


class Question(NamedTuple):
    """A measure that is asked, and the curve it compares with, where it does."""

    measure: Callable[[Priced], FloatArray]
    known: Known | None = None


def ask(
    question: Question, price: npt.ArrayLike, pool: Pool | Loans, settlement: Settlement, claim: Strip | str
) -> Outcome:
    """Return what is asked of claims at clean prices."""
    asked, rows = settle_pools(pool, settlement, claim, price)
    if question.known is not None:
        asked = asked._replace(monthly=True)
    return rows.outcome(run(partial(_answered, question), asked))


def _answered(question: Question, asked: Asked) -> Outcome:
    """Return what is asked of claims: the kernel of every static formula."""
    priced = Priced(asked.settled, asked.columns[0], question.known)
    return Outcome(question.measure(priced), priced.failures)
