"""Prepayment and default speeds month by month: what a pool sees of a speed, and what formulas ask of one.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: prepayments SF-4 to SF-17, defaults SF-18 to SF-22.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.conventions.choices import choose
from mbsxl.errors import InputError
from mbsxl.speeds.columns import SpeedLike, Speeds, as_speeds, in_one_row, to_monthly
from mbsxl.speeds.grammar import Speed
from mbsxl.speeds.units import CONVERSIONS, SpeedUnit, convert

_SOME = 240  # months that are converted together

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
    row = in_one_row(speed)
    if len(speed.rates) == 1:
        known = _by_age(speed, math.ceil((age + months) / _SOME) * _SOME)
        return row.require_part_of_all(known[:, age : age + months])[0]
    path = row.monthly(np.array([age]), months)[0]
    path.setflags(write=False)
    return path


@lru_cache(maxsize=1024)
def _by_age(speed: Speed, months: int) -> FloatArray:
    """Return the monthly rates of a speed of one rate, whatever they are, from the loans' first month on: (1, months).

    Pools of all ages and terms read their months off it.
    """
    rates = to_monthly(CONVERSIONS[speed.units[0]], np.array(speed.rates), np.arange(1.0, months + 1))
    return np.broadcast_to(rates, (1, months))


def smm_matrix(speeds: Speeds, age: IntArray, months: int) -> FloatArray:
    """Return the monthly rates of many pools; those of a single one are remembered, and read-only.

    Shapes: `speeds` and `age` (pools,); returns (pools, months).
    """
    if age.size == 1:
        return smm_path(speeds.one(0), int(age[0]), months)[np.newaxis, :]
    return speeds.monthly(age, months)


# ------------------------------------------------------------------------------- questions about a speed


def speed_at(speed: SpeedLike, month: npt.ArrayLike, unit: SpeedUnit | str) -> FloatArray:
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
    to = choose(SpeedUnit, "unit", unit)
    given, asked = as_speeds(speed), np.asarray(month, int)
    shape = np.broadcast_shapes(given.shape, asked.shape)
    speeds, months = given.column(shape), np.broadcast_to(asked, shape).ravel()
    unknown = (months == 0) & (CONVERSIONS[to].by_age | speeds.depends_on_month)
    if unknown.any():
        text = speeds.one(int(np.argmax(unknown))).text
        raise InputError("month", 0, f"{text} in {to.value} depends on the age of the loans; give it")
    at = np.maximum(months, 1)
    return convert(speeds.in_month(at), to, at).reshape(shape)


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
    return speed_at(speed, month, SpeedUnit.SMM)


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
    return speed_at(speed, month, SpeedUnit.CPR)


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
    return speed_at(speed, month, SpeedUnit.PSA)


def speed_vector(
    speed: SpeedLike, age: npt.ArrayLike, months: int, unit: SpeedUnit | str = SpeedUnit.CPR
) -> FloatArray:
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
    to = choose(SpeedUnit, "unit", unit)
    if months < 1:
        raise InputError("months", months, "asks for nothing; give 1 or more")
    given, old = as_speeds(speed), np.asarray(age, int)
    shape = np.broadcast_shapes(given.shape, old.shape)
    ages = np.broadcast_to(old, shape).ravel()
    month = ages[:, np.newaxis] + np.arange(1, months + 1)
    paths = convert(given.column(shape).monthly(ages, months), to, month).T
    return paths[:, 0] if shape == () else paths
