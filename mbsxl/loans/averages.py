"""The average speed of several pools: the one speed that, applied to each, leaves what is left of them all.

It is no average of the pools' own speeds, nor the speed of a pool of their average rate and term.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-11 to SF-13 (B.3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.conventions.choices import choose
from mbsxl.errors import InputError, NoSolution
from mbsxl.loans.pools import scheduled_balance
from mbsxl.solve import solve_between
from mbsxl.speeds.units import CONVERSIONS, PrepaymentUnit, SpeedUnit, convert


class _Pools(NamedTuple):
    """Pools between two dates, a row each: balances then, rates, and the months left and gone at the start."""

    start: FloatArray
    end: FloatArray
    wac: FloatArray
    wam: IntArray
    age: IntArray


_ROUNDED = 1e-8  # of a balance: half a unit of the eighth digit of a factor, at the start and at the end


def average_speed(
    balances_start: npt.ArrayLike,
    balances_end: npt.ArrayLike,
    wacs: npt.ArrayLike,
    wams: npt.ArrayLike,
    ages: npt.ArrayLike,
    months: npt.ArrayLike = 1,
    unit: PrepaymentUnit | str = PrepaymentUnit.CPR,
) -> FloatArray:
    """Return the average speed at which several pools prepaid: one speed for all, each amortised by itself.

    Applied to each pool over the months it leaves the balance that they had together at the end.

    Shapes: the balances (pools,), the other columns too or one for all; as `months`. Units: balances in any currency;
    `wams` and `ages` at the start, `months` to the end; returns a decimal, or a percentage of the benchmark for PSA.

    Errors
    ------
    InputError
        No balance at the start, columns of different lengths, months that pass the end of a pool.
    NoSolution
        The pools fell by less than their schedule and by more than the rounding of published factors explains.

    Source: SF-11 to SF-13.

    Examples
    --------
    >>> pools = [869252.18, 1999016.24], [847322.82, 1965804.60], 0.095, [349, 359], [11, 1]  # SF-12
    >>> round(float(average_speed(*pools, 6, "PSA")), 2)
    212.02
    """
    to = SpeedUnit(choose(PrepaymentUnit, "unit", unit).value)
    pools = _columns(balances_start, balances_end, wacs, wams, ages)
    over = np.asarray(months, int)
    return np.reshape([_one_speed(pools, since, to) for since in over.ravel().tolist()], over.shape)


def _columns(start: npt.ArrayLike, end: npt.ArrayLike, *beside: npt.ArrayLike) -> _Pools:
    balances, *columns = (np.ravel(np.asarray(column, float)) for column in (start, end, *beside))
    short = [column.size for column in columns[:1] if column.size != balances.size]
    short += [column.size for column in columns[1:] if column.size not in (1, balances.size)]
    if short:
        remedy = f"are beside {short[0]} values; give each pool its own"
        raise InputError("balances_start", f"{balances.size} pools", remedy)
    if not balances.sum() > 0:
        raise InputError("balances_start", float(balances.sum()), "is no balance; give what each pool has at the start")
    ends, wac, wam, age = (np.broadcast_to(column, balances.shape) for column in columns)
    return _Pools(balances, ends, wac, wam.astype(int), age.astype(int))


def _one_speed(pools: _Pools, months: int, to: SpeedUnit) -> float:
    wrong = (months < 1) | (months > pools.wam - 1)
    if wrong.any():
        remedy = f"must be 1 or more and end before the last of the {pools.wam[wrong][0]} left of a pool"
        raise InputError("months", months, remedy)
    due = pools.start * scheduled_balance(pools.wac, pools.wam, months)[:, -1]
    ended, most = float(pools.end.sum()), float(due.sum())
    if ended > most + _ROUNDED * pools.start.sum():
        raise NoSolution(f"balances_end {ended:.10g}: are above {most:.10g}, where no prepayment leads; check them")
    alive = min(ended / most, 1.0)
    if CONVERSIONS[to].by_age:
        return _held_speed(due / most, pools.age[:, np.newaxis] + np.arange(1.0, months + 1), alive, to)
    with np.errstate(divide="ignore"):  # nothing left is 100%
        return float(convert(-np.expm1(np.log(alive) / months), to, 1))


def _held_speed(weights: FloatArray, ages: FloatArray, alive: float, to: SpeedUnit) -> float:
    """Return the speed that, held over the months, leaves a part of the weighted pools alive."""
    conversion, months = CONVERSIONS[to], ages.shape[1]
    root = 1 / months  # of the survival, which is all but straight in the speed

    def miss(speed: FloatArray) -> FloatArray:
        with np.errstate(all="ignore"):  # where a pool is gone, or a digit above 100%
            smm = np.nan_to_num(conversion.to_monthly(speed[:, np.newaxis], ages), nan=1.0)
        return np.atleast_1d(weights @ np.prod(1 - smm, axis=1)) ** root - alive**root

    fastest = conversion.from_monthly(np.ones(ages.shape), ages).min(axis=1).max()  # no pool outlives it
    return float(solve_between(miss, np.zeros(1), np.array([fastest]))[0])
