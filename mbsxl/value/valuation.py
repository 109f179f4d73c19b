"""What the paths of a market say of a pool: the mean balance before and after each payment, discounted.

A valuation is collapsed before anything is solved. What a claim on the loans is owed is linear in these balances
(`Passthrough.owed`), so the price at a spread is a sum over the months, and every measure of every claim comes from the
same two rows. Claims whose payments are not linear in the balances take the paths from `survivors`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.loans.pools import scheduled_balance
from mbsxl.loans.prepayment import PrepaymentModel, log_shares, seasoned_hazards, survival
from mbsxl.market.curve import par_curve
from mbsxl.market.hull_white import HullWhite, Sample, scenarios
from mbsxl.units import MONTHS_A_YEAR

_REMEMBERED = 4096  # valuations, 6 to 24 kB each


class Paths(NamedTuple):
    """One market's paths and how loans prepay and pay on them: all that pools valued together share.

    `first_payment` is in months from settlement, `calendar_month` that of settlement, 0 for no season.
    """

    rates: HullWhite
    model: PrepaymentModel
    sample: Sample
    first_payment: float
    calendar_month: int

    def years(self, months: int) -> FloatArray:
        """Return the years from settlement to each payment: (months,)."""
        return (self.first_payment + np.arange(months)) / MONTHS_A_YEAR

    def discount(self, months: int) -> FloatArray:
        """Return the discount factor of each payment, without a spread: (months,)."""
        return _discount(*self.rates[:2], self.first_payment, max(months, self.sample.months))[:months]

    def calendar(self, months: int) -> npt.ArrayLike:
        """Return the calendar month of each payment's prepayments, 0 for no season."""
        return self.calendar_month + np.arange(months) if self.calendar_month else 0


@lru_cache(maxsize=64)
def _discount(
    tenors: tuple[float, ...], par_yields: tuple[float, ...], first_payment: float, months: int
) -> FloatArray:
    """Return the discount factors of the payments on a curve, remembered: pools on one market share them."""
    factors = par_curve(tenors, par_yields).discount((first_payment + np.arange(months)) / MONTHS_A_YEAR)
    factors.setflags(write=False)
    return factors


class Valuation(NamedTuple):
    """All that the balances of loans along the paths depend on: equal valuations are made once."""

    wac: float
    wam: int
    age: int
    paths: Paths


def survivors(valuation: Valuation) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
    """Yield, some months at a time, what is left of the loans along the paths, and the weights of the payments.

    Shapes: which months; what is left at the start of each of them and at the end of the last, (months + 1, paths); the
    weights, (months, paths); scrambles side by side.
    """
    wac, wam, age, (rates, model, sample, first, _) = valuation
    hazards = seasoned_hazards(model, age + 1.0 + np.arange(wam), valuation.paths.calendar(wam))
    groups, gross = log_shares(model), wac - model.loan_spread
    lag, share = int(model.lag), model.ten_year_weight
    for block, incentive, weights in scenarios(rates, sample, gross, lag, share, first, wam):
        left, groups = survival(incentive, hazards[:, block], groups, model)
        yield block, left, weights


@lru_cache(maxsize=_REMEMBERED)
def balances(valuation: Valuation) -> FloatArray:
    """Return the mean over the paths of the balance before and after each payment, discounted without a spread.

    Shapes: (2, scrambles, wam), read-only. Units: per unit of face.
    """
    wac, wam, _, paths = valuation
    scrambles = len(paths.sample.scrambles)
    alive = np.empty((2, wam, scrambles))
    for block, left, weights in survivors(valuation):
        weight, along = (rows.reshape(len(rows), scrambles, -1) for rows in (weights, left))
        alive[0, block], alive[1, block] = np.vecdot(weight, along[:-1]), np.vecdot(weight, along[1:])
    scheduled = scheduled_balance(np.array([wac]), np.array([wam]), wam)[0]
    expected = alive * np.stack([scheduled[:-1], scheduled[1:]])[..., np.newaxis]
    present = np.ascontiguousarray(expected.swapaxes(1, 2)) * paths.discount(wam)
    present.setflags(write=False)
    return present
