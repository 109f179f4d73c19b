"""What moves the price of a pool at its option-adjusted spread: rates, spreads, volatility, speeds.

Each measure holds the option-adjusted spread and values the pool again on the same paths, prepayments projected anew.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: effective duration and convexity, key rate, spread
and prepayment durations.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.settled import full_price
from mbsxl.conventions.dates import Settlement
from mbsxl.conventions.programs import Program
from mbsxl.loans.prepayment import ModelLike
from mbsxl.market.hull_white import MEAN_REVERSION, PATHS
from mbsxl.units import BASIS_POINTS, PAR
from mbsxl.value.oas import Valuation, as_request, collapse, payment_years, spreads_at, value_at

MOVE = 0.001  # of par yields, either way
FASTER = 1.1
SCRAMBLES = 4
_BASIS_POINT = 1 / BASIS_POINTS

MEASURES = (
    "OAS",
    "standard error",
    "Z-spread",
    "option cost",
    "effective duration",
    "effective convexity",
    "spread duration",
    "vega",
    "prepayment duration",
    "current-coupon-spread duration",
)


class RiskTable(NamedTuple):
    """The measures of a pool, a row each; of pools, a column each: `value` (measures, ...)."""

    measure: npt.NDArray[np.str_]
    value: FloatArray


class KeyRateTable(NamedTuple):
    """The key rate durations of a pool, a row a tenor in years; of pools, a column each: `duration` (tenors, ...)."""

    tenor: FloatArray
    duration: FloatArray


def oas_risk(
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
) -> RiskTable:
    """Return the option-adjusted spread at a clean price and what the price depends on.

    - OAS, Z-spread, option cost: basis points. The Z-spread is at the model's speeds along the forward rates, and the
      option cost is that less the OAS.
    - standard error: of the OAS, basis points, from four independent scrambles of a quarter of the paths each. Sobol's
      points gain more than that from their number, so it errs on the safe side.
    - effective duration, effective convexity: years and years squared, the par curve moved 10 bp either way. Desks
      often quote a hundredth of the convexity.
    - spread duration: years.
    - vega: what the price gains, per 100 of face, when the volatility rises by a basis point.
    - prepayment duration: percent of the full price lost when all speeds are 10% faster.
    - current-coupon-spread duration: years, the mortgage rate's spread moved alone.

    Shapes: as `oas`; the values are (measures, ...). Units: as listed.

    Errors
    ------
    InputError, NoSolution
        As `oas`.

    Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities (effective, spread and prepayment durations).

    Examples
    --------
    >>> table = oas_risk(101, 0.06, 0.068, 355, 5, [2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048], 0.0085)
    >>> measured = dict(zip(table.measure.tolist(), table.value.tolist()))
    >>> measured["option cost"] > 0 > measured["effective convexity"] and measured["vega"] < 0
    True
    """
    request = as_request(
        price, coupon, wac, wam, age, tenors, par_yields, volatility, mean_reversion, model, settle, program, paths
    )
    pairs = zip(full_price(request.trade, request.asked).tolist(), request.valuations, strict=True)
    columns = [_measures(value, valuation) for value, valuation in pairs]
    return RiskTable(np.array(MEASURES), np.array(columns).T.reshape(-1, *request.shape))


def _measures(value: float, valuation: Valuation) -> tuple[float, ...]:
    model, years = valuation.model, payment_years(valuation.pool)
    spread = spreads_at(value, valuation).item()
    forward = spreads_at(value, with_volatility(valuation, 0.0)).item()
    higher = value_at(spread, with_yields(valuation, MOVE))
    lower = value_at(spread, with_yields(valuation, -MOVE))
    wilder = value_at(spread, with_volatility(valuation, valuation.market.volatility + _BASIS_POINT))
    faster = value_at(spread, valuation._replace(model=model.faster(FASTER)))
    wider = value_at(spread, valuation._replace(model=model.wider(_BASIS_POINT)))
    present = collapse(valuation)[0] * np.exp(-spread * years)
    return (
        spread * BASIS_POINTS,
        _standard_error(value, valuation) * BASIS_POINTS,
        forward * BASIS_POINTS,
        (forward - spread) * BASIS_POINTS,
        (lower - higher) / (2 * MOVE * value),
        (lower + higher - 2 * value) / (MOVE**2 * value),
        float(present @ years) / value,
        (wilder - value) * PAR,
        (1 - faster / value) * 100,
        (1 - wider / value) / _BASIS_POINT,
    )


def _standard_error(value: float, valuation: Valuation) -> float:
    """Return the standard error of the mean of the spreads of independent scrambles that share the paths."""
    own = tuple(range(1, SCRAMBLES + 1))
    sample = valuation.sample._replace(paths=valuation.sample.paths // SCRAMBLES, scrambles=own)
    spreads = spreads_at(value, valuation._replace(sample=sample))
    return float(np.std(spreads, ddof=1)) / SCRAMBLES**0.5


def key_rates(
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
) -> KeyRateTable:
    """Return the duration to each par yield of the curve, the others and the option-adjusted spread held.

    Each yield is moved 10 bp either way. The sum is the effective duration within 1%.

    Shapes: as `oas`; the durations are (tenors, ...). Units: years.

    Errors
    ------
    InputError, NoSolution
        As `oas`.

    Source: T. Ho, "Key Rate Durations: Measures of Interest Rate Risks", Journal of Fixed Income 2 (1992).

    Examples
    --------
    >>> table = key_rates(100, 0.055, 0.063, 355, 5, [2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048], 0.0085)
    >>> table.tenor[table.duration.argmax()]
    np.float64(10.0)
    """
    request = as_request(
        price, coupon, wac, wam, age, tenors, par_yields, volatility, mean_reversion, model, settle, program, paths
    )
    pairs = zip(full_price(request.trade, request.asked).tolist(), request.valuations, strict=True)
    columns = [_key_rates(value, valuation) for value, valuation in pairs]
    return KeyRateTable(np.asarray(tenors, float).ravel(), np.array(columns).T.reshape(-1, *request.shape))


def _key_rates(value: float, valuation: Valuation) -> list[float]:
    spread = spreads_at(value, valuation).item()
    durations = []
    for move in np.eye(len(valuation.market.tenors)) * MOVE:
        lower, higher = (value_at(spread, with_yields(valuation, sign * move)) for sign in (-1, 1))
        durations.append((lower - higher) / (2 * MOVE * value))
    return durations


def with_yields(valuation: Valuation, move: npt.ArrayLike) -> Valuation:
    """Return a valuation whose par yields have moved, by one amount or each by its own."""
    moved = tuple((np.array(valuation.market.par_yields) + move).tolist())
    return valuation._replace(market=valuation.market._replace(par_yields=moved))


def with_volatility(valuation: Valuation, volatility: float) -> Valuation:
    """Return a valuation at another volatility."""
    return valuation._replace(market=valuation.market._replace(volatility=volatility))
