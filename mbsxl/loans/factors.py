"""Pool factors: what they are projected to be, and what they say has been prepaid.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-10 to SF-13 (average speeds), SF-41 to SF-43.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import Day, days_between
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Outcome, by_row
from mbsxl.loans.pools import Pool, Pools, read_pools, scheduled_balance, survival
from mbsxl.solve import solve_between
from mbsxl.speeds.columns import SpeedLike
from mbsxl.speeds.units import CONVERSIONS, PrepaymentUnit, SpeedUnit, convert
from mbsxl.speeds.vectors import smm_matrix
from mbsxl.units import DAYS_A_YEAR

_PUBLISHED = 1e-8  # half a unit of the eighth digit, the last that a factor is published with, for each of the two


@by_row
def factor(
    wac: npt.ArrayLike, wam: npt.ArrayLike, age: npt.ArrayLike, speed: SpeedLike, month: npt.ArrayLike
) -> Outcome:
    """Return the balance projected after some months, per unit of current balance.

    Shapes: broadcast. Units: a fraction; `month` counts from now.

    Errors
    ------
    InputError
        A pool or a speed that cannot be.

    Source: SF-4.

    Examples
    --------
    >>> round(231249776 / 400e6 - float(factor(0.08125, 357, 3, "100 PSA", 99)), 8)  # Fabozzi and Jones, table 30.1
    0.0
    """
    at = np.asarray(month, int)
    pools, rows = read_pools(Pool(0.0, wac, wam, age, speed), at.shape)
    after, sound = rows.column(at, int), rows.sound()
    if sound is not None:
        pools, after = pools.part(sound), after[sound]
    return rows.outcome(Outcome(_balance_after(pools, after), {}))


def _balance_after(pools: Pools, months: IntArray) -> FloatArray:
    after = np.minimum(months, pools.wam)[:, np.newaxis]
    longest = int(after.max(initial=0))
    if longest == 0:
        return np.ones(len(after))
    left = scheduled_balance(pools.wac, pools.wam, longest) * survival(smm_matrix(pools.speed, pools.age, longest))
    return np.asarray(np.take_along_axis(left, after, axis=1)[:, 0])


def estimated_factor(
    factor: npt.ArrayLike, factor_month: Day, settle_month: Day, coupon: npt.ArrayLike = 0.0
) -> FloatArray:
    """Return the factor to settle on while that of the month is not published: what differs is made good later.

    It is the last one published; of an accrual class that still accretes, that and simple interest, even over several
    months.

    Shapes: broadcast. Units: a fraction; of the months any date; `coupon` is that of an accrual class, 0 for any other.

    Errors
    ------
    InputError
        A month of settlement before that of the factor.

    Source: SF-45 to SF-48, unknown factors (F.2).

    Examples
    --------
    >>> import datetime
    >>> float(estimated_factor(1.2, datetime.date(2026, 1, 1), datetime.date(2026, 3, 18), 0.06))
    1.212
    """
    start, end = (np.asarray(month, "datetime64[M]").astype("datetime64[D]") for month in (factor_month, settle_month))
    days = days_between(start, end)
    if (days < 0).any():
        raise InputError("settle_month", str(settle_month), "comes before factor_month; check both")
    return np.asarray(factor, float) * (1 + np.asarray(coupon, float) * days / DAYS_A_YEAR)


def realized_speed(
    factor_start: npt.ArrayLike,
    factor_end: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    months: npt.ArrayLike = 1,
    unit: PrepaymentUnit | str = PrepaymentUnit.CPR,
) -> FloatArray:
    """Return the speed at which a pool prepaid between two of its factors.

    The scheduled amortisation is taken out first. Over several months the answer is the one speed that, held, leads
    from the first factor to the second: where it depends on the age of the loans (PSA, ABS), by iteration.

    Shapes: broadcast. Units: `wam` and `age` at the start, `months` between the factors; returns a decimal, or a
    percentage of the benchmark for PSA.

    Errors
    ------
    InputError
        Months that pass the end of the loans.
    NoSolution
        The pool fell by less than its schedule and by more than the rounding of a published factor explains.

    Source: SF-10 to SF-13.

    Examples
    --------
    >>> round(float(realized_speed(0.9785748, 0.9708674, 0.0969, 343, 6, 1, "PSA")))  # SF-42
    604
    """
    to = SpeedUnit(choose(PrepaymentUnit, "unit", unit).value)
    inputs = np.broadcast_arrays(factor_start, factor_end, wac, wam, age, months)
    start, end, gross = (value.astype(float).ravel() for value in inputs[:3])
    left, old, since = (value.astype(int).ravel() for value in inputs[3:])
    alive = _alive(start, end, gross, left, since)
    if CONVERSIONS[to].by_age and since.max() > 1:
        speeds = _held_speeds(alive, to, old, since)
    else:
        with np.errstate(divide="ignore"):  # nothing left is 100%
            speeds = convert(-np.expm1(np.log(alive) / since), to, old + 1)
    return speeds.reshape(inputs[0].shape)


def _alive(start: FloatArray, end: FloatArray, wac: FloatArray, wam: IntArray, months: IntArray) -> FloatArray:
    """Return the part of the loans not prepaid between two factors: (pools,)."""
    wrong = ~((months >= 1) & (months <= wam - 1))
    if wrong.any():
        remedy = f"must be 1 or more and end before the last of the {wam[wrong][0]} left"
        raise InputError("months", int(months[wrong][0]), remedy)
    scheduled = scheduled_balance(wac, wam, int(months.max()))
    most = start * np.take_along_axis(scheduled, months[:, np.newaxis], axis=1)[:, 0]
    above = end > most + _PUBLISHED
    if above.any():
        said = f"is above {most[above][0]:.8f}, where no prepayment leads; check the factors"
        raise NoSolution(f"factor_end {end[above][0]:.10g}: {said}")
    return np.minimum(end / most, 1.0)


def _held_speeds(alive: FloatArray, to: SpeedUnit, age: IntArray, months: IntArray) -> FloatArray:
    """Return the speeds that, held over the months, leave a part of the loans alive: (pools,)."""
    conversion = CONVERSIONS[to]
    month = np.arange(1.0, months.max() + 1)
    ages = np.add(age[:, np.newaxis], np.minimum(month, months[:, np.newaxis]), dtype=float)
    counted = month <= months[:, np.newaxis]
    root = 1 / months  # of the survival, which is all but straight in the speed

    def miss(speed: FloatArray) -> FloatArray:
        with np.errstate(invalid="ignore"):  # a digit above 100%, where the last step rounds up
            smm = np.nan_to_num(conversion.to_monthly(speed[:, np.newaxis], ages), nan=1.0)
        return np.prod(np.where(counted, 1 - smm, 1.0), axis=1) ** root - alive**root

    most = conversion.from_monthly(np.ones(ages.shape), ages).min(axis=1)
    return solve_between(miss, np.zeros(alive.size), most)


class Agency(Enum):
    """Whose pool it is: Ginnie Mae reports ages by the quarter, late (SF-40)."""

    FNMA = "FNMA"
    FHLMC = "FHLMC"
    GNMA = "GNMA"


class Guaranty(Enum):
    """Under which programme a fixed-rate pool is guaranteed, which the fees are of."""

    UMBS = "UMBS"
    FNMA = "FNMA"
    FHLMC = "FHLMC"
    GNMA_I = "GNMA I"
    GNMA_II = "GNMA II"


# What the loans are taken to pay above the coupon, in basis points.
_FEES = {Guaranty.UMBS: 65, Guaranty.FNMA: 65, Guaranty.FHLMC: 65, Guaranty.GNMA_I: 50, Guaranty.GNMA_II: 75}


def assumed_wac(coupon: npt.ArrayLike, guaranty: Guaranty | str = Guaranty.UMBS) -> FloatArray:
    """Return the WAC that the standard assumes of a fixed-rate pool whose own is not known: its coupon and the fees.

    Shapes: as `coupon`. Units: decimals.

    Source: SF-39 to SF-43 (D): 50 bp above the coupon for GNMA I, 75 for GNMA II, 65 for Fannie Mae and Freddie Mac.

    Examples
    --------
    >>> round(float(assumed_wac(0.055)), 6), round(float(assumed_wac(0.06, "GNMA II")), 6)
    (0.0615, 0.0675)
    """
    return np.asarray(coupon, float) + _FEES[choose(Guaranty, "guaranty", guaranty)] / 1e4


_GINNIE_LAG = 4  # months that Ginnie Mae's quarterly ages and maturities are behind; fewer for pools issued since


def loan_age(
    original_term: npt.ArrayLike,
    original_wam: npt.ArrayLike,
    months: npt.ArrayLike,
    wam: npt.ArrayLike = 0,
    wala: npt.ArrayLike = 0,
    pool_age: npt.ArrayLike = 0,
    agency: Agency | str = Agency.FNMA,
) -> IntArray:
    """Return the age of a pool's loans: the one reported, or else its age at issue and the months since.

    Never past the term less the months remaining. A pool issued in the month of its loans, whose original WAM is the
    term and a month, is of age 0 for two months. Ginnie Mae's `wam` and `wala`, as its quarterly tape has them, are
    brought to the month of the tape by 4 months, or by the age of a younger pool, and its loans are no younger than
    the pool.

    Shapes: broadcast. Units: months; `wam`, `wala` and `pool_age` are current, 0 where they are not known (`pool_age`
    is then `months`).

    Errors
    ------
    InputError
        Months remaining, at issue or now, more than a month beyond the term.

    Source: SF-6, SF-39 to SF-41.

    Examples
    --------
    >>> int(loan_age(360, 348, 12)), int(loan_age(360, 300, 12, 348))  # CAGE
    (24, 12)
    >>> int(loan_age(360, 360, 5, 359, 1, 5, "GNMA"))  # SF-43
    5
    """
    term, at_issue, since, now, reported, issued = (
        np.asarray(value, np.int64) for value in (original_term, original_wam, months, wam, wala, pool_age)
    )
    for name, left in (("original_wam", at_issue), ("wam", now)):
        beyond = np.maximum(left - term - 1, 0)
        if beyond.any():
            longest = int(np.broadcast_to(left, beyond.shape)[beyond > 0][0])
            raise InputError(name, longest, "is longer than the original_term; check both")
    issued = np.where(issued > 0, issued, since)
    ginnie = choose(Agency, "agency", agency) is Agency.GNMA
    behind = np.minimum(issued, _GINNIE_LAG) if ginnie else 0
    age = np.where(reported > 0, reported + behind, term - at_issue + since)
    age = np.maximum(age, issued if ginnie else 0)
    return np.maximum(np.minimum(age, np.where(now > 0, term - now + behind, term)), 0)
