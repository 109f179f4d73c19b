"""Interest rates along paths: Hull and White's model with one factor, by the month, fitted exactly to a curve.

The short rate is what the curve implies plus ``s x``, with s the volatility and ``dx = -a x dt + dW`` from 0. Knowing
x at the end of each month is enough to price exactly: the integral of x in between is replaced by its mean given both
ends, and what that leaves out has the same effect on every path, so that it goes when the paths' mean discount factor
is set to the curve's.

Paths come from Sobol points, scrambled by a hash whose seeds are fixed and spread along the principal components of x:
equal inputs give equal paths, always and on every machine.

Source: J. Hull and A. White, "Pricing Interest-Rate-Derivative Securities", Review of Financial Studies 3 (1990).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.kernel import slices
from mbsxl.market.curve import par_curve
from mbsxl.market.sobol import scrambled_points
from mbsxl.units import MONTHS_A_YEAR

MEAN_REVERSION = 0.03
FEWEST_PATHS, PATHS, MOST_PATHS = 64, 1024, 4096
MOST_VOLATILITY = 0.05
MOST_MEAN_REVERSION = 1.0
HORIZONS = (360, 480)  # months: a pool's paths depend on its own term, never on its neighbours in a column
MONTHS_BEYOND = 3  # of paths after the last month of a loan: payments come late

_LEAST_MEAN_REVERSION = 1e-9  # below it every number is that of the limit
_QUADRATURE = np.polynomial.legendre.leggauss(48)
_CELLS = 1 << 15  # months times paths at once: they stay in the processor's cache
_REMEMBERED = 12  # sets of paths and of scenarios, 3 and 6 MB each at the default number
_MOST_CELLS = 1 << 20  # months times paths of scenarios that are remembered
_LONG_YEARS = (10, 5)
_RUNOFF_YEARS = 8.0


class HullWhite(NamedTuple):
    """The model on a curve: par yields by tenor in years, and the short rate's normal volatility and reversion."""

    tenors: tuple[float, ...]
    par_yields: tuple[float, ...]
    volatility: float
    mean_reversion: float


class Sample(NamedTuple):
    """Which paths are drawn: how many (a power of 2) of each scramble, over how many months, by which scrambles."""

    paths: int
    months: int
    scrambles: tuple[int, ...] = (0,)


def as_hull_white(
    tenors: npt.ArrayLike, par_yields: npt.ArrayLike, volatility: float, mean_reversion: float = MEAN_REVERSION
) -> HullWhite:
    """Return the model on a curve, a mean reversion of 0 read as the default.

    Errors
    ------
    InputError
        A volatility outside 0 to 5%, or a mean reversion outside 0 to 1.
    """
    if not 0 <= volatility <= MOST_VOLATILITY:
        remedy = "is not a normal volatility of the short rate, 0 to 5%; type 0.85% or 0.0085"
        raise InputError("volatility", volatility, remedy)
    if not 0 <= mean_reversion <= MOST_MEAN_REVERSION:
        raise InputError("mean_reversion", mean_reversion, "is not a yearly rate from 0 to 1; type 3% or 0.03")
    reversion = max(mean_reversion or MEAN_REVERSION, _LEAST_MEAN_REVERSION)
    years, yields = (tuple(np.asarray(column, float).ravel().tolist()) for column in (tenors, par_yields))
    return HullWhite(years, yields, float(volatility), float(reversion))


def as_sample(paths: int, wam: int) -> Sample:
    """Return the sample for a pool: the paths rounded up to a power of 2, 0 read as the default.

    Errors
    ------
    InputError
        Too few paths to mean anything or too many to hold, or a pool longer than 40 years.
    """
    count = paths or PATHS
    if not FEWEST_PATHS <= count <= MOST_PATHS:
        remedy = f"is outside {FEWEST_PATHS} to {MOST_PATHS}; give {PATHS}, or 0 for the default"
        raise InputError("paths", paths, remedy)
    for months in HORIZONS:
        if wam <= months:
            return Sample(1 << (int(count) - 1).bit_length(), months)
    raise InputError("wam", wam, f"is longer than rates are projected; give at most {HORIZONS[-1]} months")


# ------------------------------------------------------------------------------------------ the model in closed form


def sensitivity(mean_reversion: float, years: npt.ArrayLike) -> FloatArray:
    """Return B, the fall in the logarithm of a zero-coupon bond per unit of the short rate."""
    return -np.expm1(-mean_reversion * np.asarray(years, float)) / mean_reversion


def state_variance(mean_reversion: float, years: npt.ArrayLike) -> FloatArray:
    """Return the variance of x after some years."""
    return -np.expm1(-2 * mean_reversion * np.asarray(years, float)) / (2 * mean_reversion)


def integral_variance(mean_reversion: float, years: npt.ArrayLike) -> FloatArray:
    """Return the variance of the integral of x over some years: that of ``B(s)^2``, by Gauss and Legendre.

    The formula written out loses every digit as the mean reversion tends to 0.
    """
    nodes, weights = _QUADRATURE
    half = np.asarray(years, float) / 2
    return half * (sensitivity(mean_reversion, np.multiply.outer(half, nodes + 1)) ** 2 @ weights)


def log_bond(rates: HullWhite, months: npt.ArrayLike, terms: npt.ArrayLike) -> FloatArray:
    """Return the logarithm of a zero-coupon bond at a future date where the short rate is the one expected (x = 0).

    At another x it is that less ``B(term) s x``. Shapes: broadcast; `months` ahead, and the `terms` of the bonds then.
    """
    start, term = np.asarray(months, int), np.asarray(terms, int)
    last = int(np.max(start) + np.max(term))
    curve, variance = _log_discount(rates.tenors, rates.par_yields, last), _variance(rates.mean_reversion, last)
    spread = variance[start + term] - variance[start] - variance[term]
    return curve[start + term] - curve[start] - rates.volatility**2 / 2 * spread


@lru_cache(maxsize=16)
def _log_discount(tenors: tuple[float, ...], par_yields: tuple[float, ...], months: int) -> FloatArray:
    return par_curve(tenors, par_yields).log_discount(np.arange(months + 1) / MONTHS_A_YEAR)


@lru_cache(maxsize=16)
def _variance(mean_reversion: float, months: int) -> FloatArray:
    return integral_variance(mean_reversion, np.arange(months + 1) / MONTHS_A_YEAR)


def long_rate(rates: HullWhite, months: int, ten_year_weight: float) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the blend of the 10- and 5-year par rates as ``c0 + c1 y + c2 y^2`` of the deviation y = s x, by month.

    The parabola goes through the rates at -2, 0 and 2 standard deviations; within 3 it is off by less than a basis
    point. Shapes: (months,) each, from today on.
    """
    ahead = np.arange(months)
    terms = np.arange(6, 12 * max(_LONG_YEARS) + 1, 6)
    middle = log_bond(rates, ahead[:, np.newaxis], terms)
    slope = sensitivity(rates.mean_reversion, terms / MONTHS_A_YEAR)
    deviation = rates.volatility * np.sqrt(state_variance(rates.mean_reversion, ahead / MONTHS_A_YEAR))
    step = np.maximum(2 * deviation, 1e-4)
    low, at, high = (
        _blend(np.exp(middle - slope * (sign * step)[:, np.newaxis]), ten_year_weight) for sign in (-1, 0, 1)
    )
    return at, (high - low) / (2 * step), (high - 2 * at + low) / (2 * step**2)


def long_rate_today(rates: HullWhite, ten_year_weight: float) -> float:
    """Return the blend of the 10- and 5-year par rates today, whatever the volatility."""
    return _long_rate_today(rates.tenors, rates.par_yields, ten_year_weight)


@lru_cache(maxsize=256)
def _long_rate_today(tenors: tuple[float, ...], par_yields: tuple[float, ...], ten_year_weight: float) -> float:
    level, _, _ = long_rate(HullWhite(tenors, par_yields, 0.0, MEAN_REVERSION), 1, ten_year_weight)
    return float(level[0])


def _blend(bonds: FloatArray, ten_year_weight: float) -> FloatArray:
    """Return the weighted 10- and 5-year par rates of rows of zero-coupon bonds, half a year apart."""
    ten, five = (2 * (1 - bonds[:, 2 * years - 1]) / bonds[:, : 2 * years].sum(axis=1) for years in _LONG_YEARS)
    return ten_year_weight * ten + (1 - ten_year_weight) * five


# ------------------------------------------------------------------------------------------------------- the paths


def scenarios(
    rates: HullWhite, sample: Sample, gross: float, lag: int, ten_year_weight: float, first: float, months: int
) -> Iterator[tuple[slice, FloatArray, FloatArray]]:
    """Yield, some months at a time, what a rate is above the long par rates, and the weights of the payments.

    The long rate of a month is the blend of the 10- and 5-year par rates `lag` months before its end; before today
    rates are taken to have been what they are. The weights of a month sum to 1 over the paths of a scramble: a weighted
    mean, times the curve's discount factor, is a present value.

    Shapes: which months, and (those months, paths) twice, the weights read-only, scrambles side by side, without
    volatility one path each. Units: `gross` is the rate compared; `first` is the time from today to the first payment,
    in months.
    """
    large = sample.paths * len(sample.scrambles) * sample.months > _MOST_CELLS
    draw = _drawn.__wrapped__ if large else _drawn
    long, weights = draw(rates, sample, lag, ten_year_weight, first)
    for block in slices(months, _block(long)):
        yield block, gross - long[block], weights[block]


def _block(paths: FloatArray) -> int:
    """Return how many months of paths are best taken at once."""
    return max(1, _CELLS // paths.shape[1])


def one_month_rates(rates: HullWhite, sample: Sample, months: int) -> FloatArray:
    """Return the one-month rate along the paths as each month begins: simple interest a year, (months, paths)."""
    states, _ = _paths(rates, sample, 0.0)
    month = 1 / MONTHS_A_YEAR
    grown = float(sensitivity(rates.mean_reversion, month)) * rates.volatility * states[:months]
    grown -= log_bond(rates, np.arange(months), 1)[:, np.newaxis]
    return np.expm1(grown) * MONTHS_A_YEAR


@lru_cache(maxsize=_REMEMBERED)
def _drawn(
    rates: HullWhite, sample: Sample, lag: int, ten_year_weight: float, first: float
) -> tuple[FloatArray, FloatArray]:
    """Return the long rate that borrowers see, and the weights of the payments, along the paths: (months, paths)."""
    level, slope, bend = (each[:, np.newaxis] for each in long_rate(rates, sample.months, ten_year_weight))
    states, integrals = _paths(rates, sample, first)
    seen = np.maximum(np.arange(sample.months) + 1 - lag, 0)
    long, weights = np.empty((2, sample.months, states.shape[1]))
    for block in slices(sample.months, _block(states)):
        at, rate, weight = seen[block], long[block], weights[block]
        y = rates.volatility * states[at]
        np.multiply(y, bend[at], out=rate)
        rate += slope[at]
        rate *= y
        rate += level[at]
        np.multiply(integrals[block], -rates.volatility, out=weight)
        np.exp(weight, out=weight)
        scrambled = weight.reshape(len(at), len(sample.scrambles), -1)
        scrambled /= scrambled.sum(axis=-1, keepdims=True)
    for drawn in (long, weights):
        drawn.setflags(write=False)
    return long, weights


def _paths(rates: HullWhite, sample: Sample, first: float) -> tuple[FloatArray, FloatArray]:
    """Return x by month from today on, and its integral up to each payment: (months, paths)."""
    if rates.volatility == 0:
        still = np.zeros((sample.months, len(sample.scrambles)))
        return still, still
    return _states(rates.mean_reversion, sample), _integrals(rates.mean_reversion, sample, first)


@lru_cache(maxsize=_REMEMBERED)
def _integrals(mean_reversion: float, sample: Sample, first: float) -> FloatArray:
    """Return the mean integral of x up to each payment, given x at the end of each month: (months, paths).

    Between two ends the mean path is a sum of hyperbolic sines, whose integrals are known.
    """
    a, states = mean_reversion, _states(mean_reversion, sample)
    start, part = int(first), (first - int(first)) / MONTHS_A_YEAR
    month = 1 / MONTHS_A_YEAR
    near = 2 * np.sinh(a * part / 2) * np.sinh(a * (month - part / 2)) / (a * np.sinh(a * month))
    far = 2 * np.sinh(a * part / 2) ** 2 / (a * np.sinh(a * month))
    before = np.zeros_like(states)
    np.cumsum((states[:-1] + states[1:]) * (np.tanh(a * month / 2) / a), axis=0, out=before[1:])
    at, end = slice(start, start + sample.months), slice(start + 1, start + sample.months + 1)
    integrals = before[at] + near * states[at] + far * states[end]
    integrals.setflags(write=False)
    return integrals


@lru_cache(maxsize=_REMEMBERED)
def _states(mean_reversion: float, sample: Sample) -> FloatArray:
    """Return x at the end of each month from today, some beyond the last: (months + 1 and those, paths)."""
    months = sample.months + MONTHS_BEYOND
    spread = _components(mean_reversion, months)
    normals = [_normals(sample.paths, months, scramble) for scramble in sample.scrambles]
    states = np.vstack([np.zeros(sample.paths * len(normals)), spread @ np.vstack(normals).T])
    states.setflags(write=False)
    return states


@lru_cache(maxsize=4)
def _components(mean_reversion: float, months: int) -> FloatArray:
    """Return the principal components of x over the months, the widest first, a column each.

    They are those of x weighted as a pool runs off, so that the best of Sobol's points goes where the money is: with
    as many paths the error is half.
    """
    years = np.arange(1, months + 1) / MONTHS_A_YEAR
    weight = np.exp(-years / _RUNOFF_YEARS)
    apart = np.abs(years[:, np.newaxis] - years)
    earlier = np.minimum(years[:, np.newaxis], years)
    covariance = np.exp(-mean_reversion * apart) * state_variance(mean_reversion, earlier)
    variances, directions = np.linalg.eigh(covariance * np.outer(weight, weight))
    # A direction and its opposite are both right, and which one comes is the machine's choice: ours is the one whose
    # element of largest magnitude is positive. (The first element would not do: in most columns it is rounding noise.)
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=0)[np.newaxis], axis=0)
    directions *= np.copysign(np.sqrt(np.maximum(variances, 0.0)), largest)
    return directions[:, ::-1] / weight[:, np.newaxis]


def _normals(paths: int, months: int, scramble: int) -> FloatArray:
    """Return scrambled Sobol points as independent normals: (paths, months)."""
    from scipy.special import ndtri

    return np.asarray(ndtri((scrambled_points(paths, months, scramble) + 0.5) / 2.0**32), np.float64)
