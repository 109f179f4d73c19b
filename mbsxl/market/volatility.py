"""Volatility as the market quotes it, swaptions', and as the rate model has it, the short rate's: each from the other.

A swaption at the money is worth ``annuity x volatility x sqrt(expiry / 2 pi)`` in Bachelier's normal model, which gives
the quote from its value; its value in Hull and White's is exact.

Sources: F. Jamshidian, "An Exact Bond Option Formula", Journal of Finance 44 (1989); L. Bachelier, Theorie de la
speculation (1900).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.dates import Day
from mbsxl.errors import InputError
from mbsxl.market.curve import Curve, ParCurve, par_curve
from mbsxl.market.hull_white import (
    MEAN_REVERSION,
    MOST_MEAN_REVERSION,
    MOST_VOLATILITY,
    as_hull_white,
    sensitivity,
    state_variance,
)
from mbsxl.units import BASIS_POINTS

_STEPS = 50
_LEAST = 1e-4  # of volatility and of mean reversion when they are fitted
_LONGEST = 100.0  # years


class DatedVolatility(NamedTuple):
    """Volatilities of the short rate by the day they are of, in any order: a settlement takes the last one by then."""

    days: npt.ArrayLike
    volatilities: npt.ArrayLike

    def last_by(self, settle: Day) -> FloatArray:
        """Return the volatility that settlements take, not a number where all are of later days or there is none.

        Errors
        ------
        InputError
            A day that comes twice, or columns of different lengths.

        Examples
        --------
        >>> dated = DatedVolatility(["2025-11-21", "2025-12-26"], [0.0085, 0.0068])
        >>> dated.last_by(np.array(["2025-11-20", "2025-12-25", "2026-01-13"], "datetime64[D]"))
        array([   nan, 0.0085, 0.0068])
        """
        days, values = np.asarray(self.days, "datetime64[D]").ravel(), np.asarray(self.volatilities, float).ravel()
        if days.size != values.size or not days.size:
            remedy = f"stand beside {values.size} volatilities; give one a day"
            raise InputError("volatility", f"{days.size} days", remedy, wrong_kind=True)
        order = np.argsort(days, kind="stable")
        days, values = days[order], values[order]
        for twice in days[1:][days[1:] == days[:-1]].tolist():
            raise InputError("volatility", f"{twice}", "comes twice; give each day once")
        on = np.asarray(np.datetime64("NaT") if settle is None else settle, "datetime64[D]")
        by_then = np.where(np.isnat(on), 0, np.searchsorted(days, on, side="right"))
        return np.append(np.nan, values)[by_then]


Volatility = npt.ArrayLike | DatedVolatility


class VolatilityTable(NamedTuple):
    """The fit, a row each: volatility, mean reversion, root mean square error; then each swaption's error."""

    measure: npt.NDArray[np.str_]
    value: FloatArray


def swaption_volatility(
    volatility: npt.ArrayLike,
    expiry: npt.ArrayLike,
    swap_tenor: npt.ArrayLike,
    curve: ParCurve,
    mean_reversion: npt.ArrayLike = MEAN_REVERSION,
) -> FloatArray:
    """Return the normal volatility at which the market would quote a swaption at the money.

    The swap pays twice a year from its start at the expiry, forecast and discounted on the one curve.

    Shapes: broadcast, but that `tenors` and `par_yields` are columns. Units: normal volatilities a year, decimals:
    0.0085 is 85 basis points; `expiry` and `swap_tenor` in years, the latter in halves.

    Errors
    ------
    InputError
        An expiry that is not above 0, a swap of no whole number of half years, a volatility or a curve there is not.

    Source: F. Jamshidian, "An Exact Bond Option Formula", Journal of Finance 44 (1989).

    Examples
    --------
    >>> curve = ParCurve([2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048])
    >>> (1e4 * swaption_volatility(0.0085, [1, 5], [10, 10], curve)).round(1)  # 85 bp of the short rate
    array([73.7, 70.1])
    """
    columns = np.broadcast_arrays(volatility, expiry, swap_tenor, mean_reversion)
    sigmas, starts, lengths, reversions = (column.astype(float).ravel() for column in columns)
    _check(starts, lengths)
    fitted, quotes = par_curve(*curve), []
    for sigma, start, length, reversion in zip(sigmas, starts, lengths, reversions, strict=True):
        market = as_hull_white(*curve, sigma, reversion)
        quotes.append(_quote(fitted, market.volatility, market.mean_reversion, start, length))
    return np.array(quotes).reshape(columns[0].shape)


def _check(expiry: FloatArray, swap_tenor: FloatArray) -> None:
    for wrong in expiry[~((expiry > 0) & (expiry <= _LONGEST))].tolist():
        raise InputError("expiry", wrong, "is not when an option ends; give years above 0, 1 month is 1/12")
    whole = (swap_tenor > 0) & (swap_tenor <= _LONGEST) & (np.abs(2 * swap_tenor - np.round(2 * swap_tenor)) < 1e-9)
    for wrong in swap_tenor[~whole].tolist():
        raise InputError(
            "swap_tenor", wrong, "is not the term of a swap that pays twice a year; give 0.5, 1, 1.5 years"
        )


def _quote(curve: Curve, sigma: float, mean_reversion: float, expiry: float, swap_tenor: float) -> float:
    """Return the normal volatility of one swaption at the money."""
    terms = np.arange(1, round(2 * swap_tenor) + 1) / 2
    forward = curve.discount(expiry + terms) / curve.discount(expiry)
    annuity = forward.sum() / 2
    paid = np.full(terms.size, (1 - forward[-1]) / annuity / 2)
    paid[-1] += 1
    deviation = sensitivity(mean_reversion, terms) * sigma * np.sqrt(state_variance(mean_reversion, expiry))
    if sigma == 0:
        return 0.0
    return float(normal_volatility(_payer(paid * forward, deviation), annuity, expiry))


def _payer(bonds: FloatArray, deviations: FloatArray) -> float:
    """Return the value, at expiry's date, of the right to pay the bonds' payments for 1, which is their forward worth.

    At z deviations of the short rate the bonds are worth the sum of ``b exp(-d z - d^2 / 2)``, which falls: the right
    is used above the z where that is 1.
    """
    from scipy.special import ndtr

    z = 0.0
    for _ in range(_STEPS):
        worth = bonds * np.exp(-deviations * z - deviations**2 / 2)
        step = (worth.sum() - 1) / (deviations @ worth)
        z += step
        if abs(step) < 1e-14:
            break
    return float(ndtr(-z) - bonds @ ndtr(-z - deviations))


def normal_volatility(value: npt.ArrayLike, annuity: npt.ArrayLike, expiry: npt.ArrayLike) -> FloatArray:
    """Return the normal volatility of an option at the money from its value (Bachelier).

    Shapes: broadcast. Units: per unit of what the option is on; `expiry` in years.

    Examples
    --------
    >>> round(float(normal_volatility(7.978845608028654, 1, 1)), 12)  # QuantLib, bacheliercalculator.cpp
    20.0
    """
    return np.asarray(value) / np.asarray(annuity) * np.sqrt(2 * np.pi / np.asarray(expiry))


def volatility_fit(
    expiries: npt.ArrayLike,
    swap_tenors: npt.ArrayLike,
    volatilities: npt.ArrayLike,
    curve: ParCurve,
    mean_reversion: float | None = None,
) -> VolatilityTable:
    """Return the volatility, and the mean reversion unless given, that fit a grid of swaption volatilities best.

    They are the short rate's. Best is the least sum of squared errors in basis points.

    Shapes: `expiries`, `swap_tenors` and `volatilities` (swaptions,), side by side. Units: years; normal volatilities a
    year, decimals; the rows behind the first two are basis points, an error the model's less the market's.

    Errors
    ------
    InputError
        Columns of different lengths, fewer swaptions than there is to fit, or one as `swaption_volatility`.

    Source: F. Jamshidian, "An Exact Bond Option Formula", Journal of Finance 44 (1989).

    Examples
    --------
    >>> curve = ParCurve([2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048])
    >>> table = volatility_fit([1, 5], [10, 10], [0.00737, 0.00701], curve)
    >>> table.measure.tolist()[:3], table.value[:2].round(3)
    (['volatility', 'mean reversion', 'rmse'], array([0.009, 0.03 ]))
    """
    from scipy.optimize import least_squares

    starts, lengths, market = (np.asarray(column, float).ravel() for column in (expiries, swap_tenors, volatilities))
    if not starts.size == lengths.size == market.size:
        sizes = f"{starts.size}, {lengths.size} and {market.size}"
        raise InputError("volatilities", sizes, "cells do not stand side by side; give a column each, equally long")
    _check(starts, lengths)
    for wrong in market[~((market > 0) & (market <= MOST_VOLATILITY))].tolist():
        raise InputError("volatilities", wrong, "is not a normal volatility, 0 to 5%; type 0.85% or 0.0085")
    if mean_reversion is None and np.unique(np.stack([starts, lengths]), axis=1).shape[1] < 2:
        raise InputError("volatilities", market.size, "swaptions do not fix a mean reversion; give it, or two or more")
    discounted = par_curve(*curve)
    held = None if mean_reversion is None else as_hull_white(*curve, 0.0, mean_reversion).mean_reversion

    def errors(fitted: FloatArray) -> FloatArray:
        sigma, reversion = float(fitted[0]), float(fitted[1]) if held is None else held
        pairs = zip(starts.tolist(), lengths.tolist(), strict=True)
        return BASIS_POINTS * (np.array([_quote(discounted, sigma, reversion, *pair) for pair in pairs]) - market)

    low, high = [_LEAST, _LEAST], [MOST_VOLATILITY, MOST_MEAN_REVERSION]
    free = 2 if held is None else 1
    first = [min(1.2 * float(market.mean()), 0.9 * MOST_VOLATILITY), MEAN_REVERSION][:free]
    scale = [0.01, 0.1][:free]
    found = least_squares(errors, first, bounds=(low[:free], high[:free]), x_scale=scale, xtol=1e-12, ftol=1e-12)
    sigma, reversion = float(found.x[0]), float(found.x[1]) if held is None else held
    rmse = float(np.sqrt((found.fun**2).mean()))
    names = [f"{start:g}y{length:g}y" for start, length in zip(starts.tolist(), lengths.tolist(), strict=True)]
    table = np.array(["volatility", "mean reversion", "rmse", *names])
    return VolatilityTable(table, np.array([sigma, reversion, rmse, *found.fun.tolist()]))
