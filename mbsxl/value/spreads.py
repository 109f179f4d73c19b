"""Static spreads of claims over a curve of par yields.

The yield spreads compare one yield with one point of the curve, at the average life: the nominal spread with the
smooth curve fitted to all tenors, the yield of a par bond of that very maturity; the I-spread with the straight line
between the two tenors on either side. The Z-spread compares every payment with its own zero-coupon rate.

Source: Fabozzi, "The Handbook of Mortgage-Backed Securities", the chapters on cash flow yield, nominal and
zero-volatility spread; EmpiraSign, "Curve definitions" (the I-spread of mortgages).
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.settled import Asked, Settled, Strip, settle_pools
from mbsxl.conventions.dates import AT_ONCE, Settlement
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.kernel import Outcome, RowsOf, by_row, run
from mbsxl.loans.pools import Pool
from mbsxl.market.curve import Curve, ParCurve, par
from mbsxl.solve import Falling, Listed, Moments, listed, solve
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, PAR
from mbsxl.value.priced import Known, Priced, Question, ask, known


@by_row
def nominal_spread(
    price: npt.ArrayLike,
    pool: Pool,
    curve: ParCurve,
    settlement: Settlement = AT_ONCE,
    claim: Strip | str = Strip.POOL,
) -> Outcome:
    """Return the yield less the par yield of the fitted curve at the average life.

    Shapes: broadcast, over one curve of (tenors,). Units: basis points, both yields semiannual bond-equivalent.

    Errors
    ------
    InputError
        A pool or a curve that cannot be.
    NoSolution
        A price that no yield gives.

    Source: Fabozzi (nominal spread).

    Examples
    --------
    >>> pool, flat = Pool(0.055, 0.062, 348, 12, "8 CPR"), ParCurve([1, 5, 30], [0.04, 0.04, 0.04])
    >>> round(float(nominal_spread(101.5, pool, flat)), 4)
    126.3261
    """
    return ask(Question(nominal, known(curve)), price, pool, settlement, claim)


def nominal(priced: Priced) -> FloatArray:
    """Return the nominal spread of priced claims."""
    return BASIS_POINTS * (priced.bey - par(priced.known.curve, priced.life))


@by_row
def i_spread(
    price: npt.ArrayLike,
    pool: Pool,
    curve: ParCurve,
    settlement: Settlement = AT_ONCE,
    claim: Strip | str = Strip.POOL,
) -> Outcome:
    """Return the interpolated spread: the yield less the par yield on the straight line at the average life.

    An average life outside the tenors is measured against the nearest of them.

    Shapes: broadcast, over one curve of (tenors,). Units: basis points, both yields semiannual bond-equivalent.

    Errors
    ------
    InputError
        A pool or a curve that cannot be.
    NoSolution
        A price that no yield gives.

    Source: EmpiraSign, "Curve definitions": I, the conventional yield spread to the interpolated yield curve.

    Examples
    --------
    >>> pool, flat = Pool(0.055, 0.062, 348, 12, "8 CPR"), ParCurve([1, 5, 30], [0.04, 0.04, 0.04])
    >>> round(float(i_spread(101.5, pool, flat)), 4)
    126.3261
    """
    return ask(Question(interpolated, known(curve)), price, pool, settlement, claim)


def interpolated(priced: Priced) -> FloatArray:
    """Return the I-spread of priced claims."""
    curve = priced.known.quoted
    benchmark = np.interp(priced.life, np.ravel(curve.tenors), np.ravel(curve.par_yields))
    return BASIS_POINTS * (priced.bey - benchmark)


# ------------------------------------------------------------------------------------------------ the Z-spread


@by_row
def z_spread(
    price: npt.ArrayLike,
    pool: Pool,
    curve: ParCurve,
    settlement: Settlement = AT_ONCE,
    claim: Strip | str = Strip.POOL,
    spread_basis: SpreadBasis | str = SpreadBasis.BEY,
) -> Outcome:
    """Return the zero-volatility spread: what, added to every zero-coupon rate, makes the payments worth the price.

    It is bond-equivalent: with z the semiannual spot yield at t years, a payment there is discounted by
    ``(1 + (z + s)/2)^(-2t)``; continuous, by ``D(t) exp(-s t)``. t counts 30/360 from settlement, the delay included.

    Shapes: broadcast, over one curve of (tenors,). Units: basis points.

    Errors
    ------
    InputError
        A pool or a curve that cannot be.
    NoSolution
        A price that, with accrued interest, is not above 0.

    Source: Fabozzi (zero-volatility spread).

    Examples
    --------
    >>> pool, flat = Pool(0.055, 0.062, 348, 12, "8 CPR"), ParCurve([1, 5, 30], [0.04, 0.04, 0.04])
    >>> round(float(z_spread(101.5, pool, flat)), 4)  # on a flat curve the nominal spread
    126.3261
    >>> round(float(z_spread(101.5, pool, flat, spread_basis="CONTINUOUS")), 4)
    123.4673
    """
    return ask(Question(zero_volatility, known(curve, spread_basis)), price, pool, settlement, claim)


def zero_volatility(priced: Priced) -> FloatArray:
    """Return the Z-spread of priced claims."""
    flow = over_curve(priced.settled, priced.known.curve, priced.known.basis)
    return BASIS_POINTS * priced.answer(solve(flow, priced.full, np.zeros(priced.price.size)))


@by_row
def z_price(
    z_spread: npt.ArrayLike,
    pool: Pool,
    curve: ParCurve,
    settlement: Settlement = AT_ONCE,
    claim: Strip | str = Strip.POOL,
    spread_basis: SpreadBasis | str = SpreadBasis.BEY,
) -> Outcome:
    """Return the clean price at a zero-volatility spread: the inverse of `z_spread`.

    Shapes: broadcast, over one curve of (tenors,). Units: `z_spread` basis points; returns per 100 of current face.

    Errors
    ------
    InputError
        A pool or a curve that cannot be.

    Source: Fabozzi (zero-volatility spread).

    Examples
    --------
    >>> pool, flat = Pool(0.055, 0.062, 348, 12, "8 CPR"), ParCurve([1, 5, 30], [0.04, 0.04, 0.04])
    >>> round(float(z_price(126.3261, pool, flat)), 4)
    101.5
    """
    asked, rows = settle_pools(pool, settlement, claim, z_spread)
    return rows.outcome(run(partial(_z_prices, known(curve, spread_basis)), asked._replace(monthly=True)))


def _z_prices(over: Known, asked: Asked) -> Outcome:
    value = over_curve(asked.settled, over.curve, over.basis).at(asked.columns[0] / BASIS_POINTS).value
    return Outcome(PAR * (value - asked.settled.accrued), {})


def over_curve(settled: Settled, curve: Curve, basis: SpreadBasis) -> Falling:
    """Return what claims pay, discounted on a curve, as a function of the spread over it."""
    paid, first = settled.claim.payments(), settled.first
    together = (first == first[0]).all()  # then one row of times serves all
    months = (first[:1] if together else first)[:, np.newaxis] + np.arange(paid.shape[1])
    years = months / MONTHS_A_YEAR
    logs = curve.log_discount(years)
    return spread_over(paid * np.exp(logs), years, growth_at(logs, years), basis)


def growth_at(log_discount: FloatArray, years: FloatArray) -> FloatArray:
    """Return 1 and half the semiannual spot yield of a curve at times, from its discount factors there."""
    return np.exp(log_discount / (-2 * years))


def spread_over(present: FloatArray, years: FloatArray, growth: FloatArray, basis: SpreadBasis) -> Falling:
    """Return payments, worth what is given on a curve, as a function of the spread over it.

    Shapes: `present` (rows, months), `years`, and the curve's growth at them, the same or one row.
    """
    if basis is SpreadBasis.CONTINUOUS:
        return listed(present, years)
    return BondEquivalent(Listed(present, years), growth)


class BondEquivalent(NamedTuple):
    """Payments worth what is given without a spread; `growth` is 1 and half the semiannual spot yield at each time.

    A payment at t is discounted further by ``(1 + s / (2 growth))^(-2t)``.
    """

    flow: Listed
    growth: FloatArray

    def at(self, x: FloatArray) -> Moments:
        """Return the moments at a spread a row."""
        higher = self.growth + x[:, np.newaxis] / 2
        years = self.flow.times
        present = np.exp((np.log(higher) - np.log(self.growth)) * (-2 * years)) * self.flow.payments
        fall = years / higher
        first = present * fall
        second = first * ((years + 0.5) / higher)
        return Moments(present.sum(axis=-1), first.sum(axis=-1), second.sum(axis=-1))

    def floor(self, x: FloatArray) -> FloatArray:
        """Return how low the next spread may be: half way to the one at which money grows into nothing."""
        return x - (self.growth.min(axis=-1) + x / 2)

    def part(self, rows: RowsOf) -> BondEquivalent:
        """Return some of the rows."""
        own = len(self.growth) == len(self.flow.payments)
        return BondEquivalent(self.flow.part(rows), self.growth[rows] if own else self.growth)
