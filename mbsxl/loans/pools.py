"""Pools of level-payment loans: what they are, their scheduled balances, and what is left of them.

With w the monthly gross rate and N the months remaining, the scheduled balance after k months is
``b_k = (1 - (1+w)^(k-N)) / (1 - (1+w)^-N)``, the fraction of loans still there ``S_k = prod (1 - SMM)``, the balance
``B_k = b_k S_k``. No month waits for the one before it, so any number of pools is projected at once.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-4 (cash flow).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.kernel import Rows, RowsOf
from mbsxl.speeds.columns import SpeedLike, Speeds, in_one_row, read_speeds
from mbsxl.speeds.grammar import Speed
from mbsxl.speeds.units import DEFAULT_UNITS
from mbsxl.units import LONGEST_TERM, MONTHS_A_YEAR


class Loans(NamedTuple):
    """Loans by the pool, as a user gives them: a number each, or arrays that broadcast."""

    coupon: npt.ArrayLike
    wac: npt.ArrayLike
    wam: npt.ArrayLike
    age: npt.ArrayLike


class Pool(NamedTuple):
    """A pool as a user gives it, or many side by side: its loans and the speed they are taken to prepay at."""

    coupon: npt.ArrayLike
    wac: npt.ArrayLike
    wam: npt.ArrayLike
    age: npt.ArrayLike
    speed: SpeedLike


class Pools(NamedTuple):
    """Pools that can be, side by side, one a row."""

    coupon: FloatArray
    wac: FloatArray
    wam: npt.NDArray[np.int64]
    age: npt.NDArray[np.int64]
    speed: Speeds

    def part(self, rows: RowsOf) -> Pools:
        """Return some of the pools."""
        return Pools(self.coupon[rows], self.wac[rows], self.wam[rows], self.age[rows], self.speed[rows])


def as_pools(
    coupon: npt.ArrayLike, wac: npt.ArrayLike, wam: npt.ArrayLike, age: npt.ArrayLike, speed: SpeedLike
) -> Pools:
    """Return the pools that broadcast arguments describe, a row each.

    Errors
    ------
    InputError
        Rates that are no decimals, a coupon above the gross rate, months that are not whole, no months left, or a
        default speed where prepayments belong.
    """
    pools, rows = read_pools(Pool(coupon, wac, wam, age, speed))
    if rows.failures:
        raise rows.failures[min(rows.failures)]
    return pools


def read_pools(pool: Pool, *beside: tuple[int, ...]) -> tuple[Pools, Rows]:
    """Return the pools that arguments describe, broadcast with the shapes `beside`, and the rows they make.

    A row that cannot be is refused; its numbers stay as they are.
    """
    speeds, wrong = read_speeds(pool.speed)
    rows = Rows(*map(np.shape, pool[:4]), speeds.shape, *beside)
    speeds = replace(speeds, which=rows.column(speeds.which, np.int64))
    for number, speed in enumerate(speeds.distinct):
        if speed.units[0] in DEFAULT_UNITS:
            remedy = "is a default speed; a prepayment speed belongs here"
            wrong[number] = InputError("speed", speed.text, remedy, wrong_kind=True)
    if wrong:
        rows.refuse(np.isin(speeds.which, list(wrong)), lambda row: wrong[int(speeds.which[row])])
    coupon, wac = rows.column(pool.coupon), rows.column(pool.wac)
    wam, age = (_months(name, value, rows) for name, value in (("wam", pool.wam), ("age", pool.age)))
    pools = Pools(coupon, wac, wam, age, speeds)
    sound = (coupon >= 0) & (coupon <= wac) & (wac < 1) & (wam >= 1) & (age >= 0) & (wam + age <= LONGEST_TERM)
    if not sound.all():
        _refuse_what_cannot_be(pools, rows)
    return pools, rows


def read_pool(pool: Pool) -> Pools | None:
    """Return one pool, given as numbers that can be, as `read_pools` does in a quarter of the time; None otherwise."""
    coupon, wac, wam, age, given = pool
    if not (type(coupon) in _NUMBERS and type(wac) in _NUMBERS and type(wam) is int and type(age) is int):
        return None
    if not (0 <= coupon <= wac < 1 and wam >= 1 and age >= 0 and wam + age <= LONGEST_TERM):
        return None
    if not isinstance(given, str | Speed):
        return None
    speed = in_one_row(given)
    if speed.distinct[0].units[0] in DEFAULT_UNITS:
        return None
    return Pools(np.array([coupon], float), np.array([wac], float), np.array([wam]), np.array([age]), speed)


_NUMBERS = (float, int)


def _months(name: str, value: npt.ArrayLike, rows: Rows) -> npt.NDArray[np.int64]:
    column = rows.column(value, None)
    if column.dtype.kind not in "iu":
        column = column.astype(float)
        broken = column % 1 != 0
        if broken.any():
            rows.refuse(broken, lambda row: InputError(name, float(column[row]), "is not a whole number; round it"))
            column = np.where(broken, 1.0, column)
    return column.astype(np.int64)


def _refuse_what_cannot_be(pools: Pools, rows: Rows) -> None:
    for name, rate in (("coupon", pools.coupon), ("wac", pools.wac)):
        rows.refuse(~((rate >= 0) & (rate < 1)), partial(_no_rate, name, rate))
    for name, months, least in (("wam", pools.wam, 1), ("age", pools.age, 0)):
        rows.refuse(months < least, partial(_too_few, name, months, least))
    rows.refuse(pools.wam + pools.age > LONGEST_TERM, partial(_too_long, pools))
    rows.refuse(pools.coupon > pools.wac, lambda row: _above(float(pools.coupon[row]), float(pools.wac[row])))


def _no_rate(name: str, rate: FloatArray, row: int) -> InputError:
    return InputError(name, float(rate[row]), "is no rate from 0 to below 1; 5.5% is 0.055")


def _too_few(name: str, months: npt.NDArray[np.int64], least: int, row: int) -> InputError:
    return InputError(name, int(months[row]), f"is too few months; give {least} or more")


def _too_long(pools: Pools, row: int) -> InputError:
    wam, age = int(pools.wam[row]), int(pools.age[row])
    return InputError("age", age, f"and the wam {wam} pass {LONGEST_TERM} months, the longest loan; check both")


def _above(coupon: float, wac: float) -> InputError:
    return InputError("coupon", coupon, f"is above the wac {wac:.10g}; a pool cannot pay more than its loans")


def scheduled_balance(wac: FloatArray, wam: npt.NDArray[np.int64], months: int) -> FloatArray:
    """Return the balance of level-payment loans that nobody prepays, per unit of current balance.

    Shapes: `wac` and `wam` (pools,); returns (pools, months + 1), 1 at the start, 0 from the last month on.

    Source: SF-4 (BAL).
    """
    balance = np.minimum(np.arange(months + 1) - wam[:, np.newaxis], 0.0)
    balance *= np.log1p(_monthly_rate(wac))[:, np.newaxis]
    np.expm1(balance, out=balance)
    balance /= balance[:, :1].copy()
    return balance


def level_payment(wac: FloatArray, wam: npt.NDArray[np.int64]) -> FloatArray:
    """Return the monthly payment of level-payment loans, per unit of current balance: (pools,).

    Examples
    --------
    >>> round(162000 * float(level_payment(np.array([0.03875]), np.array([360]))[0]), 2)  # CFPB, form H-25(B)
    761.78
    """
    monthly = _monthly_rate(wac)
    return monthly / -np.expm1(-wam * np.log1p(monthly))


def _monthly_rate(wac: FloatArray) -> FloatArray:
    """Return the gross rate a month; for none, one so small that the formulas give their limit in place of 0/0."""
    return np.maximum(wac / MONTHS_A_YEAR, 1e-290)


def survival(smm: FloatArray) -> FloatArray:
    """Return the fraction of the loans not prepaid: (pools, months + 1) from (pools, months), 1 at the start."""
    alive = np.ones((smm.shape[0], smm.shape[1] + 1))
    np.cumprod(1 - smm, axis=1, out=alive[:, 1:])
    return alive
