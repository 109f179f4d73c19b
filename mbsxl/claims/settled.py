"""Pools at their settlement: what is priced, and what it pays when."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.dates import Settlement, accrued_days, months_to_first_payment
from mbsxl.conventions.programs import Program
from mbsxl.errors import NoSolution
from mbsxl.loans.pools import Pools, as_pools, scheduled_balance, survival
from mbsxl.speeds.grammar import Speed, SpeedLike
from mbsxl.speeds.vectors import smm_matrix, smm_path
from mbsxl.units import DAYS_A_YEAR, MONTHS_A_YEAR, PAR


class Trade(NamedTuple):
    """Pools side by side at their settlement, one a row.

    `first` is the time to the first payment in months, the delay included, and `accrued` the interest bought with each
    unit of face.
    """

    pools: Pools
    first: FloatArray
    accrued: FloatArray


def as_trade(
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    settle: Settlement,
    program: Program | str | float,
    *others: npt.ArrayLike,
) -> tuple[Trade, tuple[FloatArray, ...], tuple[int, ...]]:
    """Return the trade that broadcast arguments describe, the `others` a row a pool, and the shape of an answer."""
    given = [np.asarray(other, float) for other in others]
    until_paid = np.asarray(months_to_first_payment(settle, program))
    beside = [other.shape for other in (until_paid, *given) if other.shape]
    if beside:
        coupon = np.broadcast_to(coupon, np.broadcast_shapes(np.shape(coupon), *beside))
    pools, shape = as_pools(coupon, wac, wam, age, speed)

    def row(value: npt.ArrayLike) -> FloatArray:
        return np.array([value], float) if shape == () else np.broadcast_to(np.asarray(value, float), shape).ravel()

    first = row(until_paid)
    accrued = pools.coupon * row(accrued_days(settle)) / DAYS_A_YEAR
    return Trade(pools, first, accrued), tuple(row(other) for other in given), shape


def full_price(trade: Trade, price: FloatArray) -> FloatArray:
    """Return what is paid for a unit of face at clean prices, accrued interest included.

    Errors
    ------
    NoSolution
        Nothing or less is paid: no yield, spread or speed answers that.
    """
    full = price / PAR + trade.accrued
    if not (full > 0).all():
        price = price[~(full > 0)]
        raise NoSolution(f"price {price[0]:.10g}: with accrued interest it is not above 0, so nothing answers it")
    return full


def in_chunks(trade: Trade, size: int) -> Iterator[tuple[slice, Trade]]:
    """Yield a trade a chunk of pools at a time, so that memory stays bounded and near."""
    count = trade.first.size
    for start in range(0, count, size):
        rows = slice(start, start + size)
        yield rows, Trade(trade.pools.part(rows), trade.first[rows], trade.accrued[rows])


def payments(pools: Pools) -> FloatArray:
    """Return what pools pay in all, principal and net interest: (pools, months), per unit of current face.

    Source: SF-4. It is the balance with a month's net interest, less the balance left.
    """
    months = int(pools.wam.max())
    balance = scheduled_balance(pools.wac, pools.wam, months)
    balance *= _alive(pools, months)
    paid = balance[:, :-1] * (1 + pools.coupon / MONTHS_A_YEAR)[:, np.newaxis]
    paid -= balance[:, 1:]
    return paid


def _alive(pools: Pools, months: int) -> FloatArray:
    if isinstance(pools.speed, Speed) and pools.age.size == 1:
        return _one_alive(pools.speed, int(pools.age[0]), months)
    return survival(smm_matrix(pools.speed, pools.age, months))


@lru_cache(maxsize=1024)
def _one_alive(speed: Speed, age: int, months: int) -> FloatArray:
    """Return the survival of one pool, remembered: a sheet asks for the same speeds again and again."""
    return survival(smm_path(speed, age, months)[np.newaxis, :])


def payment_months(first: FloatArray, months: int) -> FloatArray:
    """Return the times from settlement to each payment, in months: (pools, months)."""
    return first[:, np.newaxis] + np.arange(months)
