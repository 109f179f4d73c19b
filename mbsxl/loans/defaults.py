"""Cash flows of one pool whose loans also default: the standard default projection.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-18 to SF-22 (section C.3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.loans.pools import scheduled_balance
from mbsxl.speeds.grammar import OneSpeed, Speed, as_speed
from mbsxl.speeds.measures import DEFAULT_MEASURES, Measure
from mbsxl.speeds.vectors import smm_path
from mbsxl.units import MONTHS_A_YEAR


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


def as_default(default: OneSpeed) -> Speed:
    """Return the canonical form of a default speed: text in CDR, MDR or SDA, or monthly CDRs as decimals."""
    speed = as_speed(default, "default", Measure.CDR)
    if speed.measures[0] not in DEFAULT_MEASURES:
        remedy = "is a prepayment speed; type a default speed such as 1 CDR or 100 SDA"
        raise InputError("default", speed.text, remedy, wrong_kind=True)
    return speed
