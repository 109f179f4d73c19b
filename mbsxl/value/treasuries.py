"""Par Treasuries of a curve's tenors: what the same duration would have earned.

Source: 31 CFR Part 356, Appendix B (coupons twice a year); T. Ho, "Key Rate Durations" (1992) for the bumped curve.
"""

from __future__ import annotations

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.market.curve import HALF_YEAR, Curve, ParCurve, par_curve
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR
from mbsxl.value.horizon import earned
from mbsxl.value.risk import MOVE

_MOVE = MOVE / BASIS_POINTS
_SAME_DAY = 1e-6  # years


def returns_by_duration(
    quoted: ParCurve, then: Curve, months: int, reinvested: FloatArray, duration: FloatArray
) -> FloatArray:
    """Return what par Treasuries of effective durations return until the curve is another, some months later.

    Returns are interpolated between the tenors in duration, below the shortest with cash, beyond the longest on the
    last line; of durations below 0 Treasuries are sold short, and the proceeds kept in cash. Payments before the
    horizon are reinvested as cash is, at `reinvested`: monthly and continuous, by month.

    Examples
    --------
    >>> flat = ParCurve([1.0, 10.0, 30.0], [0.04, 0.04, 0.04])
    >>> monthly = np.array([np.log(1.02) / 6])
    >>> returns_by_duration(flat, par_curve(*flat), 12, monthly, np.array([0.0, 5.0])).round(6)  # a year at 4%
    array([0.0404, 0.0404])
    """
    at, gained = [0.0], [float(earned(reinvested, np.zeros(1), months)[0]) - 1]
    tenors, par_yields = (np.ravel(np.asarray(column, float)) for column in quoted)
    today = par_curve(tenors, par_yields)
    lower, higher = (par_curve(tenors, par_yields + move) for move in (-_MOVE, _MOVE))
    for tenor, quote in zip(tenors.tolist(), par_yields.tolist(), strict=True):
        times, paid = _bond(tenor, quote, today)
        ahead = times - months / MONTHS_A_YEAR
        grown = earned(reinvested, np.minimum(times * MONTHS_A_YEAR, months), months)
        value = float(paid @ today.discount(times))
        final = float(paid @ np.where(ahead > 0, then.discount(np.maximum(ahead, 0.0)), grown))
        fall = float(paid @ (lower.discount(times) - higher.discount(times)))
        at.append(fall / (2 * _MOVE * value))
        gained.append(final / value - 1)
    durations, returns = np.array(at), np.array(gained)
    long = np.abs(duration)
    place = np.clip(np.searchsorted(durations, long), 1, durations.size - 1)
    part = (long - durations[place - 1]) / (durations[place] - durations[place - 1])
    over_cash = returns[place - 1] + part * (returns[place] - returns[place - 1]) - returns[0]
    return np.asarray(returns[0] + np.sign(duration) * over_cash)


def _bond(tenor: float, quote: float, curve: Curve) -> tuple[FloatArray, FloatArray]:
    """Return when and what a par Treasury pays: coupons twice a year, or all at the end within a year."""
    if tenor < 1:
        return np.array([tenor]), 1.0 / curve.discount(np.array([tenor]))
    periods = int(np.ceil(tenor / HALF_YEAR - _SAME_DAY))
    times = np.asarray(tenor - HALF_YEAR * np.arange(periods)[::-1], np.float64)
    paid = np.full(times.size, quote * HALF_YEAR)
    paid[-1] += 1
    return times, np.asarray(paid, float)
