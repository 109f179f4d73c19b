"""Runoff under caps: what a cap on redemptions and reinvestment make of a balance sheet, the Fed's or any other.

Principal up to the cap leaves, what is above it is reinvested. Caps act on sums: how many pools there are is no matter.

Source: Federal Reserve Bank of New York, Open Market Trading Desk operating policies: principal up to the cap is
redeemed, what is above it is reinvested (2022), from June 2024 in Treasury securities, from December 1, 2025 all of it
in Treasury bills (policy of October 29, 2025).
"""

from __future__ import annotations

from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose
from mbsxl.errors import InputError
from mbsxl.loans.cashflow import CashFlow, project
from mbsxl.loans.pools import as_pools
from mbsxl.portfolio.runoff import Cohorts, Runoff, fit, runoff
from mbsxl.speeds.grammar import OneSpeed, as_speed

NEW_LOAN_MONTHS = 360


class Reinvestment(Enum):
    """What the principal above a cap is put into (Open Market Trading Desk, operating policies of 2022 to 2025)."""

    MBS = "MBS"
    TREASURY = "TREASURY"
    BILLS = "BILLS"


class SomaRunoff(NamedTuple):
    """A runoff under caps, a row a month: `balance` and `ending` are the MBS held, purchases included.

    `treasuries` and `bills` are what reinvestment has bought so far.
    """

    month: npt.NDArray[np.int64]
    balance: FloatArray
    scheduled: FloatArray
    prepaid: FloatArray
    interest: FloatArray
    total: FloatArray
    ending: FloatArray
    cap: FloatArray
    redeemed: FloatArray
    reinvested: FloatArray
    treasuries: FloatArray
    bills: FloatArray


def soma_runoff(
    cohorts: Cohorts,
    speed: OneSpeed | None,
    caps: npt.ArrayLike,
    reinvest: npt.ArrayLike | Reinvestment | str = Reinvestment.TREASURY,
    months: int = 0,
) -> SomaRunoff:
    """Return the runoff of cohorts under a cap: principal up to the cap leaves, the rest is reinvested.

    MBS bought with principal are new 30-year pools of the holdings' average coupon and gross rate that prepay at the
    common `speed`; their own principal counts under the cap like any other.

    Shapes: columns of (months,); `caps` and `reinvest` are one value or a column by month, the last one kept. Units:
    the currency of the faces; a cap of 0 reinvests everything.

    Errors
    ------
    InputError
        As `runoff`; a cap below 0; reinvestment in MBS without a common speed.

    Source: Federal Reserve Bank of New York, Open Market Trading Desk operating policies, 2022 to 2025.

    Examples
    --------
    >>> one = Cohorts(*map(np.array, ([400.0], [0.075], [0.08125], [357], [3], [None])))
    >>> into_bills = soma_runoff(one, "165 PSA", 0.5, "BILLS")  # the 0.709923 of the table cited at `runoff`, capped
    >>> round(float(into_bills.redeemed[0]), 6), round(float(into_bills.bills[0]), 6)
    (0.5, 0.209923)
    """
    held = runoff(cohorts, speed, months)
    coupon, wac = (float(np.average(rate, weights=cohorts.face)) for rate in (cohorts.coupon, cohorts.wac))
    return under_caps(held, caps, reinvest, New(coupon, wac, speed))


class New(NamedTuple):
    """The MBS that principal is reinvested in, new 30-year pools: their coupon, gross rate and speed."""

    coupon: float
    wac: float
    speed: OneSpeed | None = None


def under_caps(held: Runoff, caps: npt.ArrayLike, reinvest: npt.ArrayLike | Reinvestment | str, new: New) -> SomaRunoff:
    """Return a runoff under a cap: principal up to the cap leaves, the rest is reinvested, in MBS in `new` ones.

    Shapes and units: as `soma_runoff`.

    Errors
    ------
    InputError
        A cap below 0; reinvestment in MBS without their speed.
    """
    length = held.month.size
    cap = _fit_last(np.atleast_1d(np.asarray(caps, float)), length)
    if not (cap >= 0).all():
        raise InputError("caps", float(cap[~(cap >= 0)][0]), "is below 0; give the most that may leave in a month")
    targets = [choose(Reinvestment, "reinvest", target) for target in np.atleast_1d(np.asarray(reinvest, object))]
    into = _fit_last(np.array(targets, object), length)
    flow = CashFlow(held.balance, held.scheduled, held.prepaid, held.interest)
    if (into == Reinvestment.MBS).any():
        flow = _with_purchases(flow, _bought(new), cap, into == Reinvestment.MBS)
    principal = flow.scheduled + flow.prepaid
    redeemed = np.minimum(principal, cap)
    reinvested = principal - redeemed
    bought = {target: np.where(into == target, reinvested, 0.0) for target in Reinvestment}
    last = flow.balance[-1] - principal[-1] + bought[Reinvestment.MBS][-1]  # rounding, where nothing is left
    return SomaRunoff(
        held.month,
        *flow,
        total=principal + flow.interest,
        ending=np.append(flow.balance[1:], max(last, 0.0)),
        cap=cap,
        redeemed=redeemed,
        reinvested=reinvested,
        treasuries=np.cumsum(bought[Reinvestment.TREASURY]),
        bills=np.cumsum(bought[Reinvestment.BILLS]),
    )


def _bought(new: New) -> CashFlow:
    """Return the cash flows of MBS bought with principal, per unit bought."""
    if new.speed is None:
        raise InputError("speed", "", "is needed for the MBS that principal is reinvested in; give a common speed")
    pools = as_pools(new.coupon, new.wac, NEW_LOAN_MONTHS, 0, as_speed(new.speed))
    return CashFlow(*(quantity[0] for quantity in project(pools)))


def _with_purchases(held: CashFlow, bought: CashFlow, cap: FloatArray, in_mbs: npt.NDArray[np.bool_]) -> CashFlow:
    """Return the cash flows with what each month's purchases of MBS add to the months after it."""
    length = cap.size
    whole = CashFlow(*(quantity.copy() for quantity in held))
    for month in np.flatnonzero(in_mbs):
        principal = whole.scheduled[month] + whole.prepaid[month]
        purchase = max(principal - cap[month], 0.0)
        for quantity, one in zip(whole, bought, strict=True):
            quantity[month + 1 :] += purchase * fit(one, length)[: length - month - 1]
    return whole


def _fit_last(column: npt.NDArray[Any], length: int) -> npt.NDArray[Any]:
    """Return a column cut or continued with its last value."""
    return column[np.minimum(np.arange(length), column.size - 1)]
