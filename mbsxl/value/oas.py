"""Option-adjusted spread: the spread over the rates of every path at which a pool is worth its price.

A valuation is collapsed before anything is solved: ``q_k`` is the mean over the paths of the payment of month k times
its discount factor. The price at a spread s is then ``sum of q_k exp(-s t_k)``, and every measure comes from q alone.
Without volatility there is one path, the forward one, and the option-adjusted spread is the zero-volatility spread at
the model's own speeds: the difference of the two is what the option costs.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: valuation by Monte Carlo simulation. Spreads are
continuous, ``exp(-s t)``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.claims.settled import Trade, as_trade, full_price
from mbsxl.conventions.dates import Settlement
from mbsxl.conventions.programs import Program
from mbsxl.errors import InputError
from mbsxl.loans.pools import scheduled_balance
from mbsxl.loans.prepayment import ModelLike, PrepaymentModel, as_model, seasoned_hazards, survival
from mbsxl.market.curve import par_curve
from mbsxl.market.hull_white import (
    MEAN_REVERSION,
    MONTHS_BEYOND,
    PATHS,
    Market,
    Sample,
    as_market,
    as_sample,
    scenarios,
)
from mbsxl.solve import solve_rate
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, PAR

_REMEMBERED = 4096  # valuations, 3 to 12 kB each
_MODEL_SPEEDS = "0 CPR"  # what a trade is read with: the model gives the speeds


class Pool(NamedTuple):
    """One pool at its settlement: the months to its first payment, and its first calendar month, 0 for no season."""

    coupon: float
    wac: float
    wam: int
    age: int
    first_payment: float
    calendar_month: int


class Valuation(NamedTuple):
    """A pool and all that its value depends on: equal valuations are made once."""

    pool: Pool
    market: Market
    model: PrepaymentModel
    sample: Sample


# --------------------------------------------------------------------------------------------- what a pool is worth


@lru_cache(maxsize=_REMEMBERED)
def collapse(valuation: Valuation) -> FloatArray:
    """Return the mean over the paths of each month's payment, discounted without a spread.

    Shapes: (scrambles, wam), read-only. Units: per unit of face.
    """
    pool, market, model, sample = valuation
    months = np.arange(pool.wam)
    season = pool.calendar_month + months if pool.calendar_month else 0
    hazards = seasoned_hazards(model, pool.age + 1.0 + months, season)
    before, after, mean = np.empty((3, pool.wam, len(sample.scrambles)))
    sums: npt.ArrayLike = 0.0
    gross, lag, share = pool.wac - model.loan_spread, int(model.lag), model.ten_year_weight
    for block, incentive, weights in scenarios(market, sample, gross, lag, share, pool.first_payment, pool.wam):
        left, sums = survival(incentive, hazards[:, block], np.broadcast_to(sums, (2, weights.shape[1])), model)
        weight, alive = (rows.reshape(len(rows), len(sample.scrambles), -1) for rows in (weights, left))
        before[block], after[block] = np.vecdot(weight, alive[:-1]), np.vecdot(weight, alive[1:])
        mean[block] = weight.sum(axis=-1)
    balance = scheduled_balance(np.array([pool.wac]), np.array([pool.wam]), pool.wam)[0]
    paid = balance[:-1] * (before / mean).T * (1 + pool.coupon / MONTHS_A_YEAR) - balance[1:] * (after / mean).T
    worth = paid * par_curve(market.tenors, market.par_yields).discount(payment_years(pool))
    worth.setflags(write=False)
    return worth


def payment_years(pool: Pool) -> FloatArray:
    """Return the years from settlement to each payment: (wam,)."""
    return (pool.first_payment + np.arange(pool.wam)) / MONTHS_A_YEAR


def value_at(spread: float, valuation: Valuation) -> float:
    """Return what a pool is worth at a continuous spread, accrued interest included, per unit of face."""
    return float(collapse(valuation)[0] @ np.exp(-spread * payment_years(valuation.pool)))


def spreads_at(value: float, valuation: Valuation) -> FloatArray:
    """Return the continuous spread at which a pool is worth a value, accrued interest included: (scrambles,)."""
    return solve_rate(collapse(valuation), payment_years(valuation.pool), value)


# ------------------------------------------------------------------------------------------------------ the formulas


class Request(NamedTuple):
    """Valuations of a trade side by side, and what is asked about each: (pools,); `shape` is that of the answer."""

    valuations: tuple[Valuation, ...]
    trade: Trade
    asked: FloatArray
    shape: tuple[int, ...]


def as_request(
    asked: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    tenors: npt.ArrayLike,
    par_yields: npt.ArrayLike,
    volatility: npt.ArrayLike,
    mean_reversion: npt.ArrayLike,
    model: ModelLike,
    settle: Settlement,
    program: Program | str | float,
    paths: int,
) -> Request:
    """Return the valuations that broadcast arguments describe, and what is asked about them.

    Errors
    ------
    InputError
        A pool, market, model or number of paths that cannot be, or payments later than the paths reach.
    """
    others = asked, volatility, mean_reversion, _calendar_month(settle)
    trade, (values, *rest), shape = as_trade(coupon, wac, wam, age, _MODEL_SPEEDS, settle, program, *others)
    latest = float(trade.first.max())
    if latest > MONTHS_BEYOND:
        raise InputError("program", latest, f"is the months to its first payment; give a delay within {MONTHS_BEYOND}")
    pools = zip(*(column.tolist() for column in (*trade.pools[:4], trade.first)), strict=True)
    markets = zip(*(column.tolist() for column in rest), strict=True)
    chosen, valuations = as_model(model), []
    for (net, gross, left, old, first), (sigma, reversion, month) in zip(pools, markets, strict=True):
        pool = Pool(net, gross, left, old, first, int(month))
        market = as_market(tenors, par_yields, sigma, reversion)
        valuations.append(Valuation(pool, market, chosen, as_sample(paths, left)))
    return Request(tuple(valuations), trade, values, shape)


def _calendar_month(settle: Settlement) -> IntArray:
    """Return the calendar month of settlement, 0 where there is none."""
    if settle is None:
        return np.array(0)
    month = np.asarray(settle, "datetime64[M]")
    return np.where(np.isnat(month), 0, month.astype(np.int64) % MONTHS_A_YEAR + 1)


def oas(
    price: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    tenors: npt.ArrayLike,
    par_yields: npt.ArrayLike,
    volatility: npt.ArrayLike,
    mean_reversion: npt.ArrayLike = MEAN_REVERSION,
    model: ModelLike = None,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
    paths: int = PATHS,
) -> FloatArray:
    """Return the option-adjusted spread at a clean price.

    Without `settle` there is no season. A mean reversion of 0 is the default, a tiny one gives the limit. The number of
    `paths` is rounded up to a power of 2, 0 being the default: at that, and a volatility of 0.85%, the error is about
    0.1 basis points.

    Shapes: broadcast, but that `tenors` and `par_yields` are columns; the same curve and mean reversion share paths.
    Units: basis points, continuous, over the curve; `price` per 100 of current face, `volatility` the normal volatility
    of the short rate as a decimal, tenors in years.

    Errors
    ------
    InputError
        A pool, curve, volatility, mean reversion, parameter of the model or number of paths that cannot be.
    NoSolution
        A price that, with accrued interest, is not above 0.

    Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities (valuation by Monte Carlo simulation).

    Examples
    --------
    >>> tenors, yields = [2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048]
    >>> spread = oas(100, 0.055, 0.063, 355, 5, tenors, yields, 0.0085)
    >>> round(float(oas_price(spread, 0.055, 0.063, 355, 5, tenors, yields, 0.0085)), 10)
    100.0
    """
    request = as_request(
        price, coupon, wac, wam, age, tenors, par_yields, volatility, mean_reversion, model, settle, program, paths
    )
    values = full_price(request.trade, request.asked).tolist()
    pairs = zip(values, request.valuations, strict=True)
    spreads = [spreads_at(value, valuation) for value, valuation in pairs]
    return np.array(spreads).reshape(request.shape) * BASIS_POINTS


def oas_price(
    oas: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    tenors: npt.ArrayLike,
    par_yields: npt.ArrayLike,
    volatility: npt.ArrayLike,
    mean_reversion: npt.ArrayLike = MEAN_REVERSION,
    model: ModelLike = None,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
    paths: int = PATHS,
) -> FloatArray:
    """Return the clean price at an option-adjusted spread.

    Shapes: as `oas`. Units: as `oas`; returns prices per 100 of current face.

    Errors
    ------
    InputError
        As `oas`.

    Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities (valuation by Monte Carlo simulation).

    Examples
    --------
    >>> calm, wild = oas_price(30, 0.06, 0.068, 355, 5, [10], [0.045], [0.005, 0.015])
    >>> bool(calm > wild)  # the holder is short the option
    True
    """
    request = as_request(
        oas, coupon, wac, wam, age, tenors, par_yields, volatility, mean_reversion, model, settle, program, paths
    )
    pairs = zip((request.asked / BASIS_POINTS).tolist(), request.valuations, strict=True)
    values = np.array([value_at(spread, valuation) for spread, valuation in pairs])
    return PAR * (values - request.trade.accrued).reshape(request.shape)
