"""Pools of level-payment loans: what they are, their scheduled balances, and what is left of them.

With w the monthly gross rate and N the months remaining, the scheduled balance after k months is
``b_k = (1 - (1+w)^(k-N)) / (1 - (1+w)^-N)``, the fraction of loans still there ``S_k = prod (1 - SMM)``, the balance
``B_k = b_k S_k``. No month waits for the one before it, so any number of pools is projected at once.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-4 (cash flow).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.speeds.grammar import Speed, SpeedLike, as_speed, as_speeds
from mbsxl.speeds.measures import DEFAULT_MEASURES
from mbsxl.units import MONTHS_A_YEAR


class Pools(NamedTuple):
    """Pools side by side, one a row; `speed` is one for all or one each."""

    coupon: FloatArray
    wac: FloatArray
    wam: npt.NDArray[np.int64]
    age: npt.NDArray[np.int64]
    speed: Speed | npt.NDArray[np.object_]

    def part(self, rows: slice) -> Pools:
        """Return some of the pools."""
        speed = self.speed if isinstance(self.speed, Speed) else self.speed[rows]
        return Pools(self.coupon[rows], self.wac[rows], self.wam[rows], self.age[rows], speed)


def as_pools(
    coupon: npt.ArrayLike, wac: npt.ArrayLike, wam: npt.ArrayLike, age: npt.ArrayLike, speed: SpeedLike
) -> tuple[Pools, tuple[int, ...]]:
    """Return the pools that broadcast arguments describe, and the shape an answer of one number a pool has.

    Errors
    ------
    InputError
        Rates that are no decimals, a coupon above the gross rate, months that are not whole, no months left, or a
        default speed where prepayments belong.
    """
    speeds = as_speed(speed) if isinstance(speed, str | Speed) else as_speeds(speed)
    shapes = [np.shape(value) for value in (coupon, wac, wam, age)]
    shapes.append(() if isinstance(speeds, Speed) else speeds.shape)
    shape = np.broadcast_shapes(*shapes) if any(shapes) else ()

    def row(value: npt.ArrayLike) -> npt.NDArray[Any]:
        return np.array([value]) if shape == () else np.broadcast_to(np.asarray(value), shape).ravel()

    if not isinstance(speeds, Speed):
        speeds = speeds.item() if speeds.ndim == 0 else np.broadcast_to(speeds, shape).ravel()
    months_left, months_old = _months("wam", row(wam)), _months("age", row(age))
    pools = Pools(row(coupon).astype(float), row(wac).astype(float), months_left, months_old, speeds)
    _check(pools)
    return pools, shape


def _months(name: str, column: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    if column.dtype.kind not in "iu":
        broken = column.astype(float) % 1 != 0
        if broken.any():
            raise InputError(name, float(column[broken][0]), "is not a whole number of months; round it")
    return column.astype(np.int64)


def _check(pools: Pools) -> None:
    coupon, wac, wam, age, _ = pools
    if not ((coupon >= 0) & (coupon <= wac) & (wac < 1) & (wam >= 1) & (age >= 0)).all():
        _say_what_is_wrong(pools)
    for speed in {pools.speed} if isinstance(pools.speed, Speed) else set(pools.speed.tolist()):
        if speed.measures[0] in DEFAULT_MEASURES:
            remedy = "is a default speed; a prepayment speed belongs here"
            raise InputError("speed", speed.text, remedy, wrong_kind=True)


def _say_what_is_wrong(pools: Pools) -> None:
    for name, rate in (("coupon", pools.coupon), ("wac", pools.wac)):
        outside = ~((rate >= 0) & (rate < 1))
        if outside.any():
            raise InputError(name, float(rate[outside][0]), "is no rate from 0 to below 1; 5.5% is 0.055")
    for name, months, least in (("wam", pools.wam, 1), ("age", pools.age, 0)):
        if months.min() < least:
            raise InputError(name, int(months.min()), f"is too few months; give {least} or more")
    above = pools.coupon > pools.wac
    coupon, wac = float(pools.coupon[above][0]), float(pools.wac[above][0])
    raise InputError("coupon", coupon, f"is above the wac {wac:.10g}; a pool cannot pay more than its loans")


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
