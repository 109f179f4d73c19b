"""Cash flows of pass-through pools, in closed form, with and without default.

With w the monthly gross rate and N the months remaining, the scheduled balance after k months is
``b_k = (1 - (1+w)^(k-N)) / (1 - (1+w)^-N)``, the fraction of loans still there ``S_k = prod (1 - SMM)``, the balance
``B_k = b_k S_k``. No month waits for the one before it, so any number of pools is projected at once.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-4 (cash flow), SF-18 to SF-22 (defaults).
"""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import DateArray, FloatArray
from mbsxl.conventions.dates import payment_dates
from mbsxl.conventions.programs import DEFAULT_MEASURES, Measure, Program
from mbsxl.errors import InputError
from mbsxl.speeds.grammar import OneSpeed, Speed, SpeedLike, as_speed, as_speeds
from mbsxl.speeds.measures import MONTHS_A_YEAR
from mbsxl.speeds.vectors import smm_matrix, smm_path

_NO_INTEREST = 1e-18  # a gross rate below it pays a straight line, to the last digit


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


class CashFlow(NamedTuple):
    """What pools pay month by month, per unit of current face: (pools, months), zero after a pool's last month.

    `balance` is that at the beginning of the month; `interest` is net, at the coupon.
    """

    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray


class DefaultCashFlow(NamedTuple):
    """The standard default projection of one pool, per unit of current face: (months,), advances made.

    `performing` and `foreclosure` are stocks at the end of the month; `interest` is at the coupon on both. `recovered`
    and `loss` come from loans that defaulted `lag` months before.
    """

    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray
    defaulted: FloatArray
    recovered: FloatArray
    loss: FloatArray
    performing: FloatArray
    foreclosure: FloatArray


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


def project(pools: Pools) -> CashFlow:
    """Return the cash flows of pools to the last month of the longest.

    Shapes: (pools, months) each. Units: per unit of current face.

    Source: SF-4.

    Examples
    --------
    >>> pools, _ = as_pools(0.09, 0.095, 360, 0, "150 PSA")
    >>> [f"{quantity[0, 0]:.8f}" for quantity in project(pools)]
    ['1.00000000', '0.00049188', '0.00025022', '0.00750000']
    """
    months = int(pools.wam.max())
    balance = scheduled_balance(pools.wac, pools.wam, months)
    smm = smm_matrix(pools.speed, pools.age, months)
    alive = survival(smm)[:, :-1]
    prepaid = alive * smm
    prepaid *= balance[:, 1:]
    # Payment less interest: a difference of balances would lose the last months' digits.
    scheduled = balance[:, :-1] * (pools.wac / -MONTHS_A_YEAR)[:, np.newaxis]
    scheduled += level_payment(pools.wac, pools.wam)[:, np.newaxis]
    scheduled *= alive
    if pools.wam.min() < months:
        scheduled[np.arange(months) >= pools.wam[:, np.newaxis]] = 0.0
    outstanding = alive * balance[:, :-1]
    return CashFlow(outstanding, scheduled, prepaid, outstanding * (pools.coupon / MONTHS_A_YEAR)[:, np.newaxis])


def project_with_default(
    coupon: float, wac: float, wam: int, age: int, speed: Speed, default: Speed, severity: float, lag: int
) -> DefaultCashFlow:
    """Return the standard default projection of one pool, scheduled principal and interest advanced until liquidation.

    A defaulted loan is liquidated `lag` months later; no new default is projected in the last `lag` months. Recovery is
    `1 - severity` of the balance at default less what was advanced meanwhile.

    Shapes: (months,) each. Units: per unit of current face.

    Source: SF-18 to SF-22, section C.3. The stock in foreclosure, amortised by b_k, is a plain sum once divided by it.
    """
    balance = scheduled_balance(np.array([wac]), np.array([wam]), wam)[0]
    kept = balance[1:] / balance[:-1]
    mdr = np.where(np.arange(wam) < wam - lag, smm_path(default, age, wam), 0.0)
    smm = np.minimum(smm_path(speed, age, wam), 1 - mdr)
    performing = np.concatenate([[1.0], np.cumprod(kept * (1 - mdr - smm))])
    defaulted = performing[:-1] * mdr

    at_default = np.concatenate([np.zeros(lag), defaulted[: wam - lag]])  # the loans liquidated this month
    amortised = np.concatenate([np.ones(lag), balance[lag:-1] / balance[: wam - lag]])
    liquidated = at_default * amortised
    in_stock = np.cumsum((defaulted - liquidated) / balance[:-1]) * balance[1:]
    foreclosure = np.concatenate([[0.0], np.maximum(in_stock, 0.0)])  # rounding, where every loan has left

    outstanding = performing[:-1] + foreclosure[:-1]
    loss = np.minimum(at_default * severity, liquidated)
    return DefaultCashFlow(
        balance=outstanding,
        scheduled=(outstanding - liquidated) * (1 - kept),
        prepaid=performing[:-1] * kept * smm,
        interest=outstanding * (coupon / MONTHS_A_YEAR),
        defaulted=defaulted,
        recovered=liquidated - loss,
        loss=loss,
        performing=performing[1:],
        foreclosure=foreclosure[1:],
    )


class CashFlowTable(NamedTuple):
    """The cash flows of one pool in the currency of its face, a row a month."""

    month: npt.NDArray[np.int64]
    date: DateArray
    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray
    total: FloatArray
    ending: FloatArray


class DefaultCashFlowTable(NamedTuple):
    """The cash flows of one pool with defaults, in the currency of its face, a row a month."""

    month: npt.NDArray[np.int64]
    date: DateArray
    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray
    total: FloatArray
    ending: FloatArray
    defaulted: FloatArray
    recovered: FloatArray
    loss: FloatArray


def cashflow(
    face: float,
    coupon: float,
    wac: float,
    wam: int,
    age: int,
    speed: OneSpeed,
    settle: datetime.date | np.datetime64 | None = None,
    program: Program | str | float = Program.UMBS,
    default: OneSpeed | None = None,
    severity: float = 0.0,
    lag: int = 0,
) -> CashFlowTable | DefaultCashFlowTable:
    """Return the cash flows of one pool, month by month; with `default` also what defaults, is recovered and is lost.

    Shapes: columns of (months,). Units: the currency of `face`; `date` is the payment date, absent without `settle`.

    Errors
    ------
    InputError
        A pool that cannot be, a default speed for `speed` or the other way round, more months of `lag` than of loan.

    Source: SF-4; with default SF-18 to SF-22, advances made.

    Examples
    --------
    >>> table = cashflow(400e6, 0.075, 0.08125, 357, 3, "165 PSA")  # Fabozzi and Jones, table 30.2
    >>> round(float(table.scheduled[0] + table.prepaid[0])), round(float(table.interest[0]))
    (709923, 2500000)
    """
    pools, _ = as_pools(coupon, wac, wam, age, speed)
    month = np.arange(1, int(wam) + 1)
    date = payment_dates(settle, program, int(wam))
    if default is None:
        flow = CashFlow(*(face * quantity[0] for quantity in project(pools)))
        total = flow.scheduled + flow.prepaid + flow.interest
        ending = np.append(flow.balance[1:], 0.0)
        return CashFlowTable(month, date, *flow, total, ending)
    defaults = as_default(default)
    if not 0 <= lag <= wam:
        raise InputError("lag", lag, f"is not within the life of the loans; give 0 to the wam, {int(wam)} months")
    assert isinstance(pools.speed, Speed)
    flows = project_with_default(coupon, wac, int(wam), int(age), pools.speed, defaults, severity, int(lag))
    flows = DefaultCashFlow(*(face * quantity for quantity in flows))
    paid = flows[:4]
    total = flows.scheduled + flows.prepaid + flows.interest + flows.recovered
    ending = flows.performing + flows.foreclosure
    return DefaultCashFlowTable(month, date, *paid, total, ending, flows.defaulted, flows.recovered, flows.loss)


def as_default(default: OneSpeed) -> Speed:
    """Return the canonical form of a default speed: text in CDR, MDR or SDA, or monthly CDRs as decimals."""
    speed = as_speed(default, "default", Measure.CDR)
    if speed.measures[0] not in DEFAULT_MEASURES:
        remedy = "is a prepayment speed; type a default speed such as 1 CDR or 100 SDA"
        raise InputError("default", speed.text, remedy, wrong_kind=True)
    return speed
