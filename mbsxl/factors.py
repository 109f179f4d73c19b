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
from mbsxl.speeds import SpeedLike, smm_matrix

_PUBLISHED = 1e-8  # half a unit of the eighth digit, the last that a factor is published with, for each of the two


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
    after = np.minimum(np.broadcast_to(np.asarray(month, int), shape).ravel(), pools.wam)[:, np.newaxis]
    months = int(after.max())
    if months == 0:
        return np.ones(shape)
    left = scheduled_balance(pools.wac, pools.wam, months) * survival(smm_matrix(pools.speed, pools.age, months))
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
    from the first factor to the second: where it depends on the age of the loans (PSA, ABS, SDA), by iteration.

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
    to = choose(Measure, "measure", measure)
    inputs = np.broadcast_arrays(factor_start, factor_end, wac, wam, age, months)
    rows = zip(*(value.astype(float).ravel().tolist() for value in inputs), strict=True)
    speeds = [_realized(to, *row) for row in rows]
    return np.array(speeds).reshape(inputs[0].shape)


def _realized(to: Measure, start: float, end: float, wac: float, wam: float, age: float, months: float) -> float:
    if not 1 <= months <= wam - 1:
        raise InputError("months", int(months), f"must be 1 or more and end before the last of the {int(wam)} left")
    most = start * float(scheduled_balance(np.array([wac]), np.array([int(wam)]), int(months))[0, -1])
    if end > most + _PUBLISHED:
        raise NoSolution(f"factor_end {end:.10g}: is above {most:.8f}, where no prepayment leads; check the factors")
    alive = min(end / most, 1.0)
    if CONVERSIONS[to].by_age and months > 1:
        return _held_speed(alive, to, age + np.arange(1, months + 1))
    with np.errstate(divide="ignore"):  # nothing left is 100%
        return float(convert(-np.expm1(np.log(alive) / months), to, age + 1))


def _held_speed(alive: float, to: Measure, ages: FloatArray) -> float:
    """Return the speed that, held over the ages, leaves a part of the loans alive: by bisection."""
    conversion = CONVERSIONS[to]
    low, high = 0.0, float(np.min(conversion.from_monthly(np.ones(ages.size), ages)))
    for _ in range(100):
        middle = (low + high) / 2
        with np.errstate(invalid="ignore"):  # a digit above 100%, where the last step rounds up
            left = np.prod(1 - conversion.to_monthly(np.full(ages.size, middle), ages))
        low, high = (middle, high) if left > alive else (low, middle)
    return (low + high) / 2


def loan_age(
    original_term: npt.ArrayLike, original_wam: npt.ArrayLike, months: npt.ArrayLike, wam: npt.ArrayLike = 0
) -> IntArray:
    """Return the calculated loan age of a pool: its age at issue and the months since, never past its term.

    Shapes: broadcast. Units: months; `wam` is the current one, 0 where it is not known.

    Errors
    ------
    InputError
        Months remaining, at issue or now, beyond the term.

    Source: SF-41 (CAGE).

    Examples
    --------
    >>> int(loan_age(360, 348, 12)), int(loan_age(360, 300, 12, 348))
    (24, 12)
    """
    term, at_issue, since, now = (np.asarray(value, np.int64) for value in (original_term, original_wam, months, wam))
    for name, left in (("original_wam", at_issue), ("wam", now)):
        beyond = np.maximum(left - term, 0)
        if beyond.any():
            longest = int(np.broadcast_to(left, beyond.shape)[beyond > 0][0])
            raise InputError(name, longest, "is longer than the original_term; check both")
    return np.minimum(term - at_issue + since, term - now)
