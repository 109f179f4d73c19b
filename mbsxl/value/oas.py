"""Option-adjusted spread: the spread over the rates of every path at which a claim is worth its price.

Without volatility there is one path, the forward one, and the option-adjusted spread is the zero-volatility spread at
the model's own speeds: the difference of the two is what the option costs.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: valuation by Monte Carlo simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import IntArray
from mbsxl.claims.passthrough import Passthrough
from mbsxl.claims.settled import Asked, Strip, full_price, pools_of, settle_pools, worthless
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import AT_ONCE, Day, Settlement
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.errors import InputError
from mbsxl.kernel import Outcome, Rows, RowsOf, by_row, run, slices
from mbsxl.loans.pools import Loans, Pool, Pools
from mbsxl.loans.prepayment import ModelLike, PrepaymentModel, as_model, as_pairs
from mbsxl.loans.sets import model_for, original_term, set_of
from mbsxl.market.curve import ParCurve, par_curve
from mbsxl.market.hull_white import (
    HORIZONS,
    MEAN_REVERSION,
    MONTHS_BEYOND,
    PATHS,
    as_hull_white,
    as_sample,
    long_rate_today,
)
from mbsxl.market.volatility import DatedVolatility, Volatility
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, PAR
from mbsxl.value.on_market import Held
from mbsxl.value.valuation import Paths

_ROWS = 1 << 16  # valued together: what the paths say of them is tabulated once
_Quotes = tuple[tuple[float, ...], tuple[float, ...]]  # tenors and par yields


class Market(NamedTuple):
    """The market that option-adjusted numbers are of: the curve, how rates may move, and how borrowers answer."""

    curve: ParCurve
    volatility: Volatility
    mean_reversion: npt.ArrayLike = MEAN_REVERSION
    model: ModelLike = None

    def volatility_by(self, settle: Day) -> npt.ArrayLike:
        """Return the volatility that settlements take."""
        if isinstance(self.volatility, DatedVolatility):
            return self.volatility.last_by(settle)
        return self.volatility


class Quoted(NamedTuple):
    """What of a pool is priced, and how spreads over the curve are quoted."""

    claim: Strip | str = Strip.POOL
    spread_basis: SpreadBasis | str = SpreadBasis.BEY


WHOLE = Quoted()


class Request(NamedTuple):
    """Claims side by side, what is asked about each, and what values them: a table of rows."""

    asked: Asked
    models: npt.NDArray[np.object_]  # a model a row, or why there is none
    sets: npt.NDArray[np.object_]  # what the set of each model is called
    curve: _Quotes
    paths: int
    basis: SpreadBasis

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.asked.rows

    def part(self, rows: RowsOf) -> Request:
        """Return some of the rows."""
        return self._replace(asked=self.asked.part(rows), models=self.models[rows], sets=self.sets[rows])

    def batches(self) -> Iterator[IntArray]:
        """Yield rows on one market together."""
        _, *market = (column.tolist() for column in self.asked.columns)
        horizons = np.searchsorted(HORIZONS, pools_of(self.asked).wam).tolist()
        first = self.asked.settled.first.tolist()
        members: dict[Any, list[int]] = {}
        for row, key in enumerate(zip(*market, first, horizons, map(id, self.models.tolist()), strict=True)):
            members.setdefault(key, []).append(row)
        for rows in members.values():
            yield from (np.array(rows)[part] for part in slices(len(rows), _ROWS))

    def one(self, row: int) -> Held:
        """Return the claim of one row on its market."""
        return self.part(np.array([row])).held()

    def held(self) -> Held:
        """Return the claims on their market, which all rows share.

        Errors
        ------
        InputError
            A market, a model or a term that cannot be.
        """
        model = self.models[0]
        if isinstance(model, Exception):
            raise model
        _, volatility, reversion, month = (float(column[0]) for column in self.asked.columns)
        if np.isnan(volatility):
            raise InputError("volatility", "", "is by day, none by this settlement; give settle, and one by then")
        rates, claim = as_hull_white(*self.curve, volatility, reversion), self.asked.settled.claim
        sample = as_sample(self.paths, int(pools_of(self.asked).wam.max()))
        assert isinstance(claim, Passthrough)
        return Held(claim, Paths(rates, model, sample, float(self.asked.settled.first[0]), int(month)), self.basis)


def as_request(
    asked: npt.ArrayLike, loans: Loans | Pool, market: Market, settlement: Settlement, paths: int, quoted: Quoted
) -> tuple[Request, Rows]:
    """Return the claims that broadcast arguments describe, with what is asked about them and what values them.

    Errors
    ------
    InputError
        A curve, model or number of paths that cannot be.
    """
    settle = settlement.settle
    columns = asked, market.volatility_by(settle), market.mean_reversion, _calendar_month(settle)
    claims, rows = settle_pools(loans, settlement, quoted.claim, *columns)
    latest = float(claims.settled.first.max(initial=0.0))
    if latest > MONTHS_BEYOND:
        raise InputError("program", latest, f"is the months to its first payment; give a delay within {MONTHS_BEYOND}")
    tenors, par_yields = (tuple(np.asarray(column, float).ravel().tolist()) for column in market.curve)
    curve = tenors, par_yields
    par_curve(*curve)
    as_sample(paths, 1)
    basis = choose(SpreadBasis, "spread_basis", quoted.spread_basis)
    programs, sound = np.broadcast_to(np.asarray(settlement.program, object), rows.shape).ravel(), rows.sound()
    models, sets = _models(market.model, pools_of(claims), programs if sound is None else programs[sound], curve)
    return Request(claims, models, sets, curve, paths, basis), rows


def _models(
    model: ModelLike,
    pools: Pools,
    programs: npt.NDArray[np.object_],
    curve: _Quotes,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Return the model of each pool on a curve, or why there is none, and the name of its set."""
    today = as_hull_white(*curve, 0.0)
    given = model if isinstance(model, PrepaymentModel) else as_pairs(model)
    as_model(given)
    known: dict[Any, Any] = {}
    models, sets = np.empty((2, pools.wam.size), object)
    for row, key in enumerate(zip(original_term(pools.wam, pools.age).tolist(), programs.tolist(), strict=True)):
        if key not in known:
            term, program = key
            try:
                chosen = model_for(given, term, 0, program)
                at = chosen.at(long_rate_today(today, chosen.ten_year_weight))
                known[key] = at, set_of(given, term, 0, program)
            except InputError as failure:
                known[key] = failure, ""
        models[row], sets[row] = known[key]
    return models, sets


def _calendar_month(settle: Day) -> IntArray:
    """Return the calendar month of settlement, 0 where there is none."""
    if settle is None:
        return np.array(0)
    month = np.asarray(settle, "datetime64[M]")
    return np.where(np.isnat(month), 0, month.astype(np.int64) % MONTHS_A_YEAR + 1)


def each_market(measures: Callable[[Held, Asked], Outcome], width: int, request: Request) -> Outcome:
    """Return `width` numbers a row: measures of the claims on each market, given what is asked about them."""
    return run(partial(_on_market, measures, width), request, width)


def _on_market(measures: Callable[[Held, Asked], Outcome], width: int, request: Request) -> Outcome:
    try:
        return measures(request.held(), request.asked)
    except InputError as failure:
        return Outcome(np.full((request.rows, width), np.nan), dict.fromkeys(range(request.rows), failure))


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
    return rows.outcome(each_market(_spread, 1, request)).only()


def _spread(held: Held, asked: Asked) -> Outcome:
    full = full_price(asked.settled, asked.columns[0])
    found = held.spreads(full)
    return Outcome(found.x[:, np.newaxis] * BASIS_POINTS, found.failures() | worthless(asked.columns[0], full))


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
    return rows.outcome(each_market(_price, 1, request)).only()


def _price(held: Held, asked: Asked) -> Outcome:
    values = held.value(asked.columns[0] / BASIS_POINTS)
    return Outcome(PAR * (values - asked.settled.accrued)[:, np.newaxis], {})
