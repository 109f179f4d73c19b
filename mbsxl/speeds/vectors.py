"""Prepayment and default speeds month by month: what a pool sees of a speed, and what formulas ask of one.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: prepayments SF-4 to SF-17, defaults SF-18 to SF-22.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose
from mbsxl.errors import InputError
from mbsxl.speeds.grammar import Speed, SpeedLike, as_speeds
from mbsxl.speeds.measures import CONVERSIONS, Measure, convert

# ---------------------------------------------------------------------------------------- month by month


@lru_cache(maxsize=1024)
def smm_path(speed: Speed, age: int, months: int) -> FloatArray:
    """Return the monthly rate of each projected month of one pool: SMM, or MDR for a default speed.

    Shapes: (months,), read-only. Units: decimals; the first is that of loan age `age` + 1.

    Errors
    ------
    InputError
        The speed passes 100% in some month.

    Examples
    --------
    >>> from mbsxl.speeds.grammar import parse
    >>> smm_path(parse("165 PSA"), 29, 2).round(5)  # 9.9% CPR, as Fabozzi and Jones print it
    array([0.00865, 0.00865])
    """
    path = _smm(speed, np.array([age]), months)[0]
    path.setflags(write=False)
    return path


def smm_matrix(speed: Speed | npt.NDArray[np.object_], age: npt.NDArray[Any], months: int) -> FloatArray:
    """Return the monthly rates of many pools.

    Shapes: `age` (pools,), `speed` one or (pools,); returns (pools, months), read-only where one speed serves all.
    """
    if isinstance(speed, Speed):
        if age.size == 1:
            return smm_path(speed, int(age[0]), months)[np.newaxis, :]
        return np.broadcast_to(_smm(speed, age, months), (age.size, months))
    rows = np.empty((age.size, months))
    pools: dict[Speed, list[int]] = {}
    for pool, one in enumerate(speed.tolist()):
        pools.setdefault(one, []).append(pool)
    for one, members in pools.items():
        rows[members] = _smm(one, age[members], months)
    return rows


def _smm(speed: Speed, age: npt.NDArray[Any], months: int) -> FloatArray:
    """Return the monthly rates at the ages, or one row for all where age does not matter."""
    smm = _held(speed, age, months) if len(speed.rates) == 1 else _stepped(speed, age, months)
    if not ((smm >= 0) & (smm <= 1)).all():
        raise InputError("speed", speed.text, "is more than 100% of the pool in some month; give a slower speed")
    return smm


def _held(speed: Speed, age: npt.NDArray[Any], months: int) -> FloatArray:
    """Return the monthly rates of one rate held: by age, each pool sees a window on the same curve."""
    conversion = CONVERSIONS[speed.measures[0]]
    if not conversion.by_age:
        return np.broadcast_to(conversion.to_monthly(np.array(speed.rates), np.ones(1)), (1, months))
    with np.errstate(invalid="ignore", divide="ignore"):
        curve = conversion.to_monthly(np.array(speed.rates), np.arange(1.0, int(age.max()) + months + 1))
    return np.lib.stride_tricks.sliding_window_view(curve, months)[age]


def _stepped(speed: Speed, age: npt.NDArray[Any], months: int) -> FloatArray:
    """Return the monthly rates of a speed that changes from one projected month to another."""
    step = np.minimum(np.arange(months), len(speed.rates) - 1)
    rates = np.array(speed.rates)[step]
    used = set(speed.measures[: months or 1])
    by_age = any(CONVERSIONS[measure].by_age for measure in used)
    month = (age if by_age else age[:1])[:, np.newaxis] + np.arange(1.0, months + 1)
    smm = np.empty(month.shape)
    for measure in used:
        members = np.array([measure is other for other in speed.measures])[step]
        with np.errstate(invalid="ignore", divide="ignore"):
            smm[:, members] = CONVERSIONS[measure].to_monthly(rates[members], month[:, members])
    return smm


# ------------------------------------------------------------------------------- questions about a speed


def speed_at(speed: SpeedLike, month: npt.ArrayLike, unit: Measure | str) -> FloatArray:
    """Return a speed in a unit, in one month of the loans' life.

    Shapes: broadcast; an array of texts is many speeds. Units: `month` is a loan age, 1 in the first month; 0 where
    the speed is the same in every month. Returns a decimal, or a percentage of the benchmark for PSA and SDA.

    Errors
    ------
    InputError
        The answer depends on the month and none is given.

    Source: SF-5 to SF-9, SF-14, SF-18, SF-19.

    Examples
    --------
    >>> round(float(speed_at("150 PSA", 20, "CPR")), 6)
    0.06
    """
    to = choose(Measure, "unit", unit)
    speeds, months = np.broadcast_arrays(as_speeds(speed), np.asarray(month, int))
    values = [_speed_at(one, int(at), to) for one, at in zip(speeds.ravel().tolist(), months.ravel(), strict=True)]
    return np.array(values).reshape(months.shape)


def _speed_at(speed: Speed, month: int, measure: Measure) -> float:
    by_age = CONVERSIONS[measure].by_age or any(CONVERSIONS[other].by_age for other in speed.measures)
    if month == 0 and (by_age or len(speed.rates) > 1):
        raise InputError("month", month, f"{speed.text} in {measure.value} depends on the age of the loans; give it")
    at = max(month, 1)
    return float(convert(smm_path(speed, 0, at)[-1], measure, at))


def smm(speed: SpeedLike, month: npt.ArrayLike = 0) -> FloatArray:
    """Return the single monthly mortality of a speed: what fraction of the loans prepays in the month.

    Shapes: broadcast. Units: decimals; `month` as in `speed_at`.

    Errors
    ------
    InputError
        A text that is not a speed, or an answer that depends on a month which is not given.

    Source: SF-5, SF-6.

    Examples
    --------
    >>> round(float(smm("6 CPR")), 8)
    0.00514301
    """
    return speed_at(speed, month, Measure.SMM)


def cpr(speed: SpeedLike, month: npt.ArrayLike = 0) -> FloatArray:
    """Return the conditional prepayment rate of a speed: its monthly rate, a year long.

    Shapes: broadcast. Units: decimals; `month` as in `speed_at`.

    Errors
    ------
    InputError
        A text that is not a speed, or an answer that depends on a month which is not given.

    Source: SF-6, SF-7.

    Examples
    --------
    >>> round(float(cpr("0.5 SMM")), 3)  # SF-9
    0.058
    """
    return speed_at(speed, month, Measure.CPR)


def psa(speed: SpeedLike, month: npt.ArrayLike) -> FloatArray:
    """Return a speed as a percentage of the PSA benchmark at a loan age.

    Shapes: broadcast. Units: percent of the benchmark (150 is 150 PSA); `month` as in `speed_at`.

    Errors
    ------
    InputError
        A text that is not a speed, or an answer that depends on a month which is not given.

    Source: SF-8, SF-9.

    Examples
    --------
    >>> round(float(psa("6 CPR", 12)), 6)
    250.0
    """
    return speed_at(speed, month, Measure.PSA)


def speed_vector(speed: SpeedLike, age: npt.ArrayLike, months: int, unit: Measure | str = Measure.CPR) -> FloatArray:
    """Return a speed month by month from loan age `age` + 1.

    Shapes: (months,) for one speed and age, otherwise (months, pools). Units: as `speed_at`.

    Errors
    ------
    InputError
        Less than one month.

    Source: SF-5 to SF-9, SF-14, SF-18, SF-19.

    Examples
    --------
    >>> speed_vector("100 PSA", 28, 3).round(6)
    array([0.058, 0.06 , 0.06 ])
    """
    to = choose(Measure, "unit", unit)
    if months < 1:
        raise InputError("months", months, "asks for nothing; give 1 or more")
    speeds, ages = np.broadcast_arrays(as_speeds(speed), np.asarray(age, int))
    month = ages.ravel()[:, np.newaxis] + np.arange(1, months + 1)
    paths = convert(smm_matrix(speeds.ravel(), ages.ravel(), months), to, month).T
    return paths[:, 0] if ages.ndim == 0 else paths
