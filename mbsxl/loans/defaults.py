"""Pools whose loans also default: the standard default projection, with and without advances.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-16 to SF-22 (section C).
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose
from mbsxl.errors import InputError
from mbsxl.loans.pools import Loans, Pools, as_pools, scheduled_balance
from mbsxl.speeds.columns import SpeedLike, as_speeds
from mbsxl.speeds.grammar import OneSpeed, Speed, as_speed
from mbsxl.speeds.units import DEFAULT_UNITS, SpeedUnit
from mbsxl.speeds.vectors import smm_matrix, smm_path
from mbsxl.units import MONTHS_A_YEAR


class Advances(Enum):
    """What a servicer pays on loans in default until they are liquidated (SF-16): all that is due, or nothing."""

    FULL = "FULL"
    NONE = "NONE"


class Defaults(NamedTuple):
    """How loans default, and what becomes of a defaulted balance.

    `severity` is the part of it that is lost: one for all, or one a month of default, the last kept. `lag` is the
    months to its liquidation.
    """

    default: OneSpeed | None = None
    severity: npt.ArrayLike = 0.0
    lag: int = 0
    advances: Advances | str = Advances.FULL


NO_DEFAULTS = Defaults()


class DefaultCashFlow(NamedTuple):
    """The standard default projection of one pool, per unit of current face: (months,).

    `performing` and `foreclosure` are stocks at the end of the month, `balance` both at its beginning. `recovered` and
    `loss` come from loans that defaulted `lag` months before.
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


def project_with_default(pools: Pools, defaults: Defaults) -> DefaultCashFlow:
    """Return the standard default projection of one pool.

    A defaulted loan is liquidated `lag` months later; no new default is projected in the last `lag` months. With
    advances it amortises and bears interest until then, and what is recovered is `1 - severity` of its balance at
    default less what was advanced. Without, it pays nothing, and `1 - severity` of that balance is recovered.

    Shapes: (months,) each. Units: per unit of current face.

    Errors
    ------
    InputError
        A `lag` as long as the loans, or a severity outside 0 to 1.

    Source: SF-16 to SF-22. The stock in foreclosure, amortised by b_k, is a plain sum once divided by it.
    """
    wam, lag = int(pools.wam[0]), int(defaults.lag)
    speed = as_default("0 CDR" if defaults.default is None else defaults.default)
    if not 0 <= lag < wam:
        raise InputError("lag", lag, f"is not within the life of the loans; give 0 to {wam - 1} months, below the wam")
    balance = scheduled_balance(pools.wac, pools.wam, wam)[0]
    kept = balance[1:] / balance[:-1]
    mdr = np.where(np.arange(wam) < wam - lag, smm_path(speed, int(pools.age[0]), wam), 0.0)
    smm = np.minimum(smm_matrix(pools.speed, pools.age, wam)[0], 1 - mdr)
    performing = np.concatenate([[1.0], np.cumprod(kept * (1 - mdr - smm))])
    defaulted = performing[:-1] * mdr

    advanced = choose(Advances, "advances", defaults.advances) is Advances.FULL
    standing = balance if advanced else np.ones(wam + 1)  # what is left of a loan in default, by month
    amortised = np.concatenate([np.ones(lag), standing[lag:-1] / standing[: wam - lag]])
    liquidated = _later(defaulted, lag) * amortised
    in_stock = np.cumsum((defaulted - liquidated) / standing[:-1]) * standing[1:]
    foreclosure = np.concatenate([[0.0], np.maximum(in_stock, 0.0)])  # rounding, where every loan has left

    outstanding, paying = performing[:-1] + foreclosure[:-1], performing[:-1] - defaulted
    loss = np.minimum(_later(defaulted * _severities(defaults.severity, wam), lag), liquidated)
    return DefaultCashFlow(
        balance=outstanding,
        scheduled=(outstanding - liquidated if advanced else paying) * (1 - kept),
        prepaid=performing[:-1] * kept * smm,
        interest=(outstanding if advanced else paying) * (pools.coupon[0] / MONTHS_A_YEAR),
        defaulted=defaulted,
        recovered=liquidated - loss,
        loss=loss,
        performing=performing[1:],
        foreclosure=foreclosure[1:],
    )


def _later(quantity: FloatArray, months: int) -> FloatArray:
    """Return a quantity by month some months later."""
    return np.concatenate([np.zeros(months), quantity[: quantity.size - months]])


def _severities(severity: npt.ArrayLike, months: int) -> FloatArray:
    """Return the severity of each month of default, the last one given kept."""
    given = np.atleast_1d(np.asarray(severity, float))
    outside = ~((given >= 0) & (given <= 1))
    if outside.any():
        raise InputError("severity", float(given[outside][0]), "is no part of a balance; give 0 to 1")
    return given[np.minimum(np.arange(months), given.size - 1)]


def cumulative_default(
    wac: float, wam: int, age: int, speeds: SpeedLike, defaults: SpeedLike, lag: int = 0
) -> FloatArray:
    """Return what part of the balance defaults over the life of the loans, by prepayment and by default speed.

    Shapes: (defaults, speeds). Units: decimals; `lag` in months, in the last of which nothing defaults.

    Errors
    ------
    InputError
        A pool that cannot be, a speed of the wrong kind, or a `lag` as long as the loans.

    Source: SF-18 (C.2.h), SF-21.

    Examples
    --------
    >>> cumulative_default(0.08, 360, 0, ["150 PSA", "200 PSA"], ["100 SDA"], 12).round(4)
    array([[0.0278, 0.0251]])
    """
    flows = _by_speeds(Loans(0.0, wac, wam, age), speeds, defaults, Defaults(lag=lag))
    return np.array([[flow.defaulted.sum() for flow in row] for row in flows])


def cumulative_loss(
    wac: float,
    wam: int,
    age: int,
    speeds: SpeedLike,
    defaults: SpeedLike,
    severity: npt.ArrayLike,
    lag: int = 0,
) -> FloatArray:
    """Return what part of the balance is lost over the life of the loans, by prepayment and by default speed.

    Shapes: (defaults, speeds). Units: decimals; `lag` in months, in the last of which nothing defaults.

    Errors
    ------
    InputError
        As `cumulative_default`, or a severity outside 0 to 1.

    Source: SF-18 (C.2.h), beside the table of cumulative defaults; a loan's balance is that of its default.

    Examples
    --------
    >>> cumulative_loss(0.08, 360, 0, ["150 PSA", "200 PSA"], ["100 SDA"], 0.35, 12).round(5)
    array([[0.00972, 0.00879]])
    """
    flows = _by_speeds(Loans(0.0, wac, wam, age), speeds, defaults, Defaults(severity=severity, lag=lag))
    return np.array([[flow.loss.sum() for flow in row] for row in flows])


def _by_speeds(
    loans: Loans, speeds: SpeedLike, defaults: SpeedLike, fates: Defaults
) -> Iterator[Iterator[DefaultCashFlow]]:
    """Yield a row of projections for each default speed, one for each prepayment speed."""
    pools = [as_pools(*loans, each) for each in as_speeds(speeds, "speeds").tolist()]
    for each in as_speeds(defaults, "defaults").tolist():
        fate = fates._replace(default=as_default(each, "defaults"))
        yield (project_with_default(pool, fate) for pool in pools)


def as_default(default: OneSpeed, argument: str = "default") -> Speed:
    """Return the canonical form of a default speed: text in CDR, MDR or SDA, or monthly CDRs as decimals."""
    speed = as_speed(default, argument, SpeedUnit.CDR)
    if speed.units[0] not in DEFAULT_UNITS:
        remedy = "is a prepayment speed; type a default speed such as 1 CDR or 100 SDA"
        raise InputError(argument, speed.text, remedy, wrong_kind=True)
    return speed
