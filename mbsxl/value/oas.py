"""Option-adjusted spread: the spread over the rates of every path at which a claim is worth its price.

A valuation is collapsed before anything is solved. `balances` gives, for loans on a market, the mean over the paths of
the balance before and after each month's payment, times its discount factor. What a claim on the loans is owed is
linear in them (`Passthrough.owed`), so the price at a spread is a sum over the months, and every measure of every claim
comes from the same two rows. Claims whose payments are not linear in the balances take the paths from `survivors`.
Without volatility there is one path, the forward one, and the option-adjusted spread is the zero-volatility spread at
the model's own speeds: the difference of the two is what the option costs.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: valuation by Monte Carlo simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.claims.passthrough import Passthrough
from mbsxl.claims.settled import Asked, Strip, pools_of, settle_pools
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import AT_ONCE, Day, Settlement
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Outcome, Rows, RowsOf, by_row, run, slices
from mbsxl.loans.pools import Loans, Pool, scheduled_balance
from mbsxl.loans.prepayment import ModelLike, PrepaymentModel, as_model, seasoned_hazards, survival
from mbsxl.market.curve import ParCurve, par_curve
from mbsxl.market.hull_white import (
    MEAN_REVERSION,
    MONTHS_BEYOND,
    PATHS,
    HullWhite,
    Sample,
    as_hull_white,
    as_sample,
    scenarios,
)
from mbsxl.solve import Falling, solve
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, PAR
from mbsxl.value.spreads import spread_over

_REMEMBERED = 4096  # valuations, 6 to 24 kB each
_ROWS = 16  # valued together


class Market(NamedTuple):
    """The market that option-adjusted numbers are of: the curve, how rates may move, and how borrowers answer."""

    curve: ParCurve
    volatility: npt.ArrayLike
    mean_reversion: npt.ArrayLike = MEAN_REVERSION
    model: ModelLike = None


class Quoted(NamedTuple):
    """What of a pool is priced, and how spreads over the curve are quoted."""

    claim: Strip | str = Strip.POOL
    spread_basis: SpreadBasis | str = SpreadBasis.BEY


WHOLE = Quoted()


class Borrowers(NamedTuple):
    """Loans as their prepayments depend on them; `calendar_month` is that of settlement, 0 for no season."""

    wac: float
    wam: int
    age: int
    calendar_month: int


class Valuation(NamedTuple):
    """All that the balances of loans along the paths depend on: equal valuations are made once."""

    borrowers: Borrowers
    first_payment: float
    rates: HullWhite
    model: PrepaymentModel
    sample: Sample


# -------------------------------------------------------------------------------------------- what the paths say


def survivors(valuation: Valuation) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
    """Yield, some months at a time, what is left of the loans along the paths, and the weights of the payments.

    A weight is a path's discount factor over the curve's, but for a factor a month: divide by their mean.

    Shapes: which months; what is left at the start of each of them and at the end of the last, (months + 1, paths); the
    weights, (months, paths); scrambles side by side.
    """
    (wac, wam, age, month), first, rates, model, sample = valuation
    months = np.arange(wam)
    hazards = seasoned_hazards(model, age + 1.0 + months, month + months if month else 0)
    sums: npt.ArrayLike = 0.0
    gross, lag, share = wac - model.loan_spread, int(model.lag), model.ten_year_weight
    for block, incentive, weights in scenarios(rates, sample, gross, lag, share, first, wam):
        left, sums = survival(incentive, hazards[:, block], np.broadcast_to(sums, (2, weights.shape[1])), model)
        yield block, left, weights


@lru_cache(maxsize=_REMEMBERED)
def balances(valuation: Valuation) -> FloatArray:
    """Return the mean over the paths of the balance before and after each payment, discounted without a spread.

    Shapes: (2, scrambles, wam), read-only. Units: per unit of face.
    """
    borrowers, scrambles = valuation.borrowers, len(valuation.sample.scrambles)
    alive, mean = np.empty((2, borrowers.wam, scrambles)), np.empty((borrowers.wam, scrambles))
    for block, left, weights in survivors(valuation):
        weight, paths = (rows.reshape(len(rows), scrambles, -1) for rows in (weights, left))
        alive[0, block], alive[1, block] = np.vecdot(weight, paths[:-1]), np.vecdot(weight, paths[1:])
        mean[block] = weight.sum(axis=-1)
    scheduled = scheduled_balance(np.array([borrowers.wac]), np.array([borrowers.wam]), borrowers.wam)[0]
    curve = par_curve(valuation.rates.tenors, valuation.rates.par_yields)
    expected = (alive / mean) * np.stack([scheduled[:-1], scheduled[1:]])[..., np.newaxis]
    present = np.ascontiguousarray(expected.swapaxes(1, 2)) * curve.discount(payment_years(valuation))
    present.setflags(write=False)
    return present


def payment_years(valuation: Valuation) -> FloatArray:
    """Return the years from settlement to each payment: (wam,)."""
    return (valuation.first_payment + np.arange(valuation.borrowers.wam)) / MONTHS_A_YEAR


# ------------------------------------------------------------------------------------------- one claim on a market


@dataclass(frozen=True)
class Held:
    """One claim on a market: what it is worth at a spread, and the spread at which it is worth a value."""

    claim: Passthrough
    valuation: Valuation
    basis: SpreadBasis

    def flow(self) -> Falling:
        """Return what the claim is worth as a function of the yearly spread: a row a scramble."""
        before, after = balances(self.valuation)
        rates, years = self.valuation.rates, payment_years(self.valuation)[np.newaxis]
        curve = par_curve(rates.tenors, rates.par_yields)
        return spread_over(self.claim.owed(before, after), years, curve, self.basis)

    def value(self, spread: float) -> float:
        """Return what the claim is worth at a spread, accrued interest included, per unit of face."""
        return float(self.flow().at(np.array([spread])).value[0])

    def spreads(self, value: float) -> FloatArray:
        """Return the spread at which the claim is worth a value, accrued interest included: (scrambles,).

        Errors
        ------
        NoSolution
            Nothing is paid, or the value is not above 0.
        """
        rows = len(self.valuation.sample.scrambles)
        found = solve(self.flow(), np.full(rows, value), np.zeros(rows))
        for failure in found.failures().values():
            raise failure
        return found.x

    def moved(self, **changes: object) -> Held:
        """Return the claim on another market: rates, model or sample changed."""
        return Held(self.claim, self.valuation._replace(**changes), self.basis)  # type: ignore[arg-type]


# ------------------------------------------------------------------------------------------------------ the formulas


class Request(NamedTuple):
    """Claims side by side, what is asked about each, and what values them: a table of rows."""

    asked: Asked
    model: PrepaymentModel
    curve: tuple[tuple[float, ...], tuple[float, ...]]
    paths: int
    basis: SpreadBasis

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.asked.rows

    def part(self, rows: RowsOf) -> Request:
        """Return some of the rows."""
        return self._replace(asked=self.asked.part(rows))

    def batches(self) -> Iterator[slice]:
        """Yield a few rows at a time: a valuation is work enough."""
        return slices(self.rows, _ROWS)

    def held(self, row: int) -> Held:
        """Return the claim of one row on its market."""
        pools, settled = pools_of(self.asked), self.asked.settled
        _, volatility, reversion, month = (float(column[row]) for column in self.asked.columns)
        borrowers = Borrowers(float(pools.wac[row]), int(pools.wam[row]), int(pools.age[row]), int(month))
        rates = as_hull_white(*self.curve, volatility, reversion)
        sample = as_sample(self.paths, borrowers.wam)
        valuation = Valuation(borrowers, float(settled.first[row]), rates, self.model, sample)
        claim = settled.claim.part(slice(row, row + 1))
        assert isinstance(claim, Passthrough)
        return Held(claim, valuation, self.basis)


def as_request(
    asked: npt.ArrayLike, loans: Loans | Pool, market: Market, settlement: Settlement, paths: int, quoted: Quoted
) -> tuple[Request, Rows]:
    """Return the claims that broadcast arguments describe, with what is asked about them and what values them.

    Errors
    ------
    InputError
        A curve, model or number of paths that cannot be.
    """
    columns = asked, market.volatility, market.mean_reversion, _calendar_month(settlement.settle)
    claims, rows = settle_pools(loans, settlement, quoted.claim, *columns)
    latest = float(claims.settled.first.max(initial=0.0))
    if latest > MONTHS_BEYOND:
        raise InputError("program", latest, f"is the months to its first payment; give a delay within {MONTHS_BEYOND}")
    curve = tuple(tuple(np.asarray(column, float).ravel().tolist()) for column in market.curve)
    par_curve(*curve)
    as_sample(paths, 1)
    basis = choose(SpreadBasis, "spread_basis", quoted.spread_basis)
    return Request(claims, as_model(market.model), (curve[0], curve[1]), paths, basis), rows


def _calendar_month(settle: Day) -> IntArray:
    """Return the calendar month of settlement, 0 where there is none."""
    if settle is None:
        return np.array(0)
    month = np.asarray(settle, "datetime64[M]")
    return np.where(np.isnat(month), 0, month.astype(np.int64) % MONTHS_A_YEAR + 1)


def each_row(measures: Callable[[Held, float, float], list[float]], width: int, request: Request) -> Outcome:
    """Return `width` numbers a row: measures of a held claim, given what is asked about it and the interest accrued."""
    return run(partial(_row_by_row, measures, width), request, width)


def _row_by_row(measures: Callable[[Held, float, float], list[float]], width: int, request: Request) -> Outcome:
    values, failures = np.full((request.rows, width), np.nan), dict[int, Exception]()
    asked, accrued = request.asked.columns[0].tolist(), request.asked.settled.accrued.tolist()
    for row in range(request.rows):
        try:
            values[row] = measures(request.held(row), asked[row], accrued[row])
        except (InputError, NoSolution) as failure:
            failures[row] = failure
    return Outcome(values, failures)


def full_value(price: float, accrued: float) -> float:
    """Return what is paid for a unit of face at a clean price.

    Errors
    ------
    NoSolution
        It is not above 0.
    """
    full = price / PAR + accrued
    if not full > 0:
        raise NoSolution(f"price {price:.10g}: with accrued interest it is not above 0, so nothing answers it")
    return full


@by_row
def oas(
    price: npt.ArrayLike,
    loans: Loans,
    market: Market,
    settlement: Settlement = AT_ONCE,
    paths: int = PATHS,
    quoted: Quoted = WHOLE,
) -> Outcome:
    """Return the option-adjusted spread at a clean price.

    Without `settle` there is no season. A mean reversion of 0 is the default, a tiny one gives the limit. The number of
    `paths` is rounded up to a power of 2, 0 being the default: at that, and a volatility of 0.85%, the error is about
    0.1 basis points.

    Shapes: broadcast, but that `tenors` and `par_yields` are columns; the same curve and mean reversion share paths.
    Units: basis points over the curve, in the `spread_basis`; `price` per 100 of current face, `volatility` the normal
    volatility of the short rate as a decimal, tenors in years.

    Errors
    ------
    InputError
        A pool, curve, volatility, mean reversion, parameter of the model or number of paths that cannot be.
    NoSolution
        A price that, with accrued interest, is not above 0.

    Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities (valuation by Monte Carlo simulation).

    Examples
    --------
    >>> loans, curve = Loans(0.055, 0.063, 355, 5), ParCurve([2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048])
    >>> spread = oas(100, loans, Market(curve, 0.0085))
    >>> round(float(oas_price(spread, loans, Market(curve, 0.0085))), 10)
    100.0
    """
    request, rows = as_request(price, loans, market, settlement, paths, quoted)
    return rows.outcome(each_row(_spread, 1, request)).only()


def _spread(held: Held, price: float, accrued: float) -> list[float]:
    return [float(held.spreads(full_value(price, accrued))[0]) * BASIS_POINTS]


@by_row
def oas_price(
    oas: npt.ArrayLike,
    loans: Loans,
    market: Market,
    settlement: Settlement = AT_ONCE,
    paths: int = PATHS,
    quoted: Quoted = WHOLE,
) -> Outcome:
    """Return the clean price at an option-adjusted spread.

    Shapes: as `oas`. Units: as `oas`; returns prices per 100 of current face.

    Errors
    ------
    InputError
        As `oas`.

    Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities (valuation by Monte Carlo simulation).

    Examples
    --------
    >>> loans, curve = Loans(0.06, 0.068, 355, 5), ParCurve([10], [0.045])
    >>> calm, wild = oas_price(30, loans, Market(curve, [0.005, 0.015]))
    >>> bool(calm > wild)  # the holder is short the option
    True
    """
    request, rows = as_request(oas, loans, market, settlement, paths, quoted)
    return rows.outcome(each_row(_price, 1, request)).only()


def _price(held: Held, spread: float, accrued: float) -> list[float]:
    return [PAR * (held.value(spread / BASIS_POINTS) - accrued)]
