"""Pool factors: what they are projected to be, and what they say has been prepaid.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-10 to SF-13 (average speeds), SF-41 to SF-43.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.cashflow import as_pools, scheduled_balance, survival
from mbsxl.conventions import Measure, choose
from mbsxl.errors import InputError, NoSolution
from mbsxl.measures import CONVERSIONS, convert
from mbsxl.speeds import Speed, SpeedLike, smm_matrix, smm_path


def factor(
    wac: npt.ArrayLike, wam: npt.ArrayLike, age: npt.ArrayLike, speed: SpeedLike, month: npt.ArrayLike
) -> FloatArray:
    """Return the balance projected after some months, per unit of current balance.

    Shapes: broadcast. Units: a fraction; `month` counts from now.

    Source: SF-4.

    Examples
    --------
    >>> round(231249776 / 400e6 - float(factor(0.08125, 357, 3, "100 PSA", 99)), 8)  # Fabozzi and Jones, table 30.1
    0.0
    """
    at, _ = np.broadcast_arrays(np.asarray(month, int), np.asarray(wac))
    pools, shape = as_pools(0.0, wac, np.broadcast_arrays(wam, at)[0], age, speed)
    months = int(np.max(month))
    if months == 0:
        return np.ones(shape)
    left = scheduled_balance(pools.wac, pools.wam, months) * survival(smm_matrix(pools.speed, pools.age, months))
    after = np.broadcast_to(np.asarray(month, int), shape).reshape(-1, 1)
    return np.take_along_axis(left, after, axis=1).reshape(shape)


def realized_speed(
    factor_start: npt.ArrayLike,
    factor_end: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    months: npt.ArrayLike = 1,
    measure: Measure | str = Measure.CPR,
) -> FloatArray:
    """Return the speed at which a pool prepaid between two of its factors.

    The scheduled amortisation is taken out first. Over several months the answer is the one speed that, held, leads
    from the first factor to the second: for PSA on the pool's own ramp, by iteration.

    Shapes: broadcast. Units: `wam` and `age` at the start, `months` between the factors; returns a decimal, or a
    percentage of the benchmark for PSA.

    Errors
    ------
    InputError
        Months that pass the end of the loans.
    NoSolution
        The pool fell by less than its schedule, or a PSA would have to pass 100% CPR.

    Source: SF-10 to SF-13.

    Examples
    --------
    >>> round(float(realized_speed(0.9785748, 0.9708674, 0.0969, 343, 6, 1, "PSA")))  # SF-42
    604
    """
    to = choose(Measure, "measure", measure)
    inputs = np.broadcast_arrays(factor_start, factor_end, wac, wam, age, months)
    rows = zip(*(value.astype(float).ravel().tolist() for value in inputs), strict=True)
    speeds = [_realized(to, *row) for row in rows]
    return np.array(speeds).reshape(inputs[0].shape)


def _realized(to: Measure, start: float, end: float, wac: float, wam: float, age: float, months: float) -> float:
    if not 1 <= months <= wam - 1:
        raise InputError("months", int(months), f"must be 1 or more and end before the last of the {int(wam)} left")
    scheduled = scheduled_balance(np.array([wac]), np.array([int(wam)]), int(months))[0, -1]
    alive = end / start / scheduled
    if alive > 1:
        most = start * scheduled
        raise NoSolution(f"factor_end {end:.10g}: is above {most:.8f}, where no prepayment leads; check the factors")
    smm = -np.expm1(np.log(alive) / months)
    if to is Measure.PSA and months > 1:
        return _psa_of_survival(alive, int(age), int(months))
    return float(convert(smm, to, age + 1))


def _psa_of_survival(alive: float, age: int, months: int) -> float:
    """Return the PSA whose survival over the months is the one given: bisection, on the ramp from the age on."""
    ramp = CONVERSIONS[Measure.PSA].from_monthly(np.array(1.0), np.array(float(age + months)))
    low, high = 0.0, float(ramp)
    for _ in range(100):
        middle = (low + high) / 2
        path = smm_path(Speed((middle,), (Measure.PSA,), f"{middle} PSA"), age, months)
        low, high = (middle, high) if np.prod(1 - path) > alive else (low, middle)
    return (low + high) / 2


def loan_age(
    original_term: npt.ArrayLike, original_wam: npt.ArrayLike, months: npt.ArrayLike, wam: npt.ArrayLike = 0
) -> IntArray:
    """Return the calculated loan age of a pool: its age at issue and the months since, never past its term.

    Shapes: broadcast. Units: months; `wam` is the current one, 0 where it is not known.

    Source: SF-41 (CAGE).

    Examples
    --------
    >>> int(loan_age(360, 348, 12)), int(loan_age(360, 300, 12, 348))
    (24, 12)
    """
    term, at_issue, since, now = (np.asarray(value, np.int64) for value in (original_term, original_wam, months, wam))
    return np.minimum(term - at_issue + since, np.where(now > 0, term - now, np.iinfo(np.int64).max))
