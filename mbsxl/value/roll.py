"""TBA trading: the dollar roll, which finances a position by selling it now and buying it back later, and the pay-up.

The roller sells at the near price and buys back, on the far settlement date, what the factor leaves of the same face
at the near price less the drop. The payments whose record dates, the ends of months, lie between the two settlements
go to the buyer. The rate at which the proceeds grow into what holding would have been worth is the implied financing.

Source: B. Tuckman and A. Serrat, Fixed Income Securities, 4th edition, 15.10.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import DateArray, FloatArray, IntArray
from mbsxl.claims.passthrough import Passthrough, pool_balances
from mbsxl.claims.settled import Asked, Strip, settle_pools, worthless
from mbsxl.conventions.dates import Day, Settlement, accrued_days, payment_dates
from mbsxl.conventions.money_market import actual_days, discounted, interest
from mbsxl.conventions.programs import Program, delay_days
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Outcome, by_record, run
from mbsxl.loans.pools import Pool, scheduled_balance
from mbsxl.solve import solve_between
from mbsxl.units import BASIS_POINTS, DAYS_A_YEAR, MONTHS_A_YEAR, PAR, THIRTY_SECONDS
from mbsxl.value.horizon import passed

_STEPS = 100
_CLOSE = 1e-13
_NEARLY = 1 - 1e-9
_NO_RATE = "no financing rate makes holding and rolling the same; check price, drop and settlements"


class Roll(NamedTuple):
    """The two settlements of a roll, the money-market rate at which its alternative is financed, and the programme."""

    settle: Day
    far_settle: Day
    financing: npt.ArrayLike | None = None
    program: Program | str | float = Program.UMBS


class Forgone(NamedTuple):
    """A position as it is sold and as it would have been held, per unit of face.

    Shapes: (rows,), what is `paid` and how `late`, in days after the far settlement, (rows, payments).
    """

    proceeds: FloatArray
    far_value: FloatArray
    days: FloatArray
    paid: FloatArray
    late: FloatArray


RECORD = (
    "implied financing",
    "break-even drop",
    "break-even drop (32nds)",
    "break-even speed",
    "advantage",
    "advantage (32nds)",
    "specialness",
)


@by_record("measure", "value")
def dollar_roll(
    price: npt.ArrayLike,
    drop: npt.ArrayLike,
    pool: Pool,
    roll: Roll,
    claim: Strip | str = Strip.POOL,
) -> tuple[npt.ArrayLike, Outcome]:
    """Return the financing that a dollar roll implies and, against a financing rate, what the roll is worth.

    - implied financing: the rate, simple and actual/360, at which the proceeds of the sale grow into what holding the
      position is worth on the far date: the factor left at the far full price, and each payment forgone, discounted
      from its payment date at that very rate.
    - break-even drop, in points and in 32nds: the drop at which the implied financing is the financing.
    - break-even speed: the CPR of the months rolled, a decimal, at which it is.
    - advantage: what rolling gains over holding at the financing rate, per 100 of face and in 32nds.
    - specialness: the financing less the implied financing, in basis points.

    Without `financing` all but the first are not asked for, and blank. A negative drop is a far price above the near
    one. Payments are made on the programme's calendar day, weekends not moved; over several months each counts.

    Shapes: broadcast; the values are (measures, ...). Units: `price` per 100 of face, `drop` in points, `financing` a
    decimal, simple interest, actual/360.

    Errors
    ------
    InputError
        A pool that cannot be; settlements in the wrong order or missing; a far one past the last payment.
    NoSolution
        A price that, with accrued interest, is not above 0; a drop at which no speed breaks even.

    Source: Tuckman and Serrat, Fixed Income Securities, 4th ed., 15.10.

    Examples
    --------
    >>> from datetime import date
    >>> june = Roll(date(2026, 6, 11), date(2026, 7, 13), 0.0375)  # the June-July roll of a 5.5
    >>> record = dollar_roll(100.75, 6 / 32, Pool(0.055, 0.0635, 355, 5, "8 CPR"), june)
    >>> record.names[0].item(), round(float(record.values[0]), 4)
    ('implied financing', 0.0328)
    """
    for name, day in (("settle", roll.settle), ("far_settle", roll.far_settle)):
        if day is None or np.isnat(np.asarray(day, "datetime64[D]")).any():
            raise InputError(name, "", "is needed: a roll counts days; type a date, =DATE(2026,6,11)", wrong_kind=True)
    at = Settlement(roll.settle, roll.program)
    dates = (np.asarray(day, "datetime64[D]").astype(np.int64) for day in (roll.settle, roll.far_settle))
    financing = np.nan if roll.financing is None else roll.financing
    asked, rows = settle_pools(pool, at, claim, price, drop, *dates, delay_days(roll.program), financing)
    return RECORD, rows.outcome(run(_rolls, asked._replace(monthly=True), len(RECORD)))


def unasked(financing: npt.ArrayLike | None = None) -> str:
    """Return which numbers of a roll are not asked for without a financing rate, in words."""
    if financing is not None:
        return ""
    return "without financing the implied one alone; give a rate for break-evens, advantage and specialness"


def _rolls(asked: Asked) -> Outcome:
    price, drop, near, far, delay, financing = asked.columns
    claim = asked.settled.claim
    assert isinstance(claim, Passthrough)
    settle, far_settle = (day.astype(np.int64).astype("datetime64[D]") for day in (near, far))
    months = (far_settle.astype("datetime64[M]") - settle.astype("datetime64[M]")).astype(np.int64)
    failures = worthless(price, price / PAR + asked.settled.accrued) | _refused(settle, far_settle, months, claim)
    months = np.clip(months, 0, claim.pools.wam)
    gone = passed(claim, pool_balances(claim.pools)[:, : int(months.max()) + 1], months)
    far_accrued = PAR * claim.accrual * accrued_days(far_settle) / DAYS_A_YEAR
    paid_on = payment_dates(settle, delay, int(months.max()))
    position = Forgone(
        price + PAR * asked.settled.accrued,
        gone.factor * (price - drop + far_accrued),
        actual_days(settle, far_settle),
        PAR * gone.paid,
        actual_days(far_settle[:, np.newaxis], paid_on),
    )
    implied = _implied(*position)
    for row in np.flatnonzero(np.isnan(implied)).tolist():
        failures.setdefault(row, NoSolution(f"drop {drop[row]:.10g}: {_NO_RATE}"))
    owed = position.proceeds + interest(position.proceeds, financing, position.days)
    late = discounted(1.0, financing[:, np.newaxis], position.late)
    break_even = price + far_accrued - (owed - (position.paid * late).sum(axis=-1)) / gone.factor
    speed = _break_even_speed(claim, months, owed / PAR, (price - drop + far_accrued) / PAR, late)
    gain = interest(position.proceeds, financing - implied, position.days)
    special = (financing - implied) * BASIS_POINTS
    values = np.stack(
        [implied, break_even, break_even * THIRTY_SECONDS, speed, gain, gain * THIRTY_SECONDS, special], axis=-1
    )
    values[list(failures)] = np.nan
    asked_for = ~np.isnan(financing)
    for row in np.flatnonzero(asked_for & np.isnan(speed)).tolist():
        failures.setdefault(row, NoSolution(f"drop {drop[row]:.10g}: at no speed of the months rolled it breaks even"))
    return Outcome(values, failures)


def _refused(settle: DateArray, far: DateArray, months: IntArray, claim: Passthrough) -> dict[int, Exception]:
    """Return why rows are no rolls."""
    refused: dict[int, Exception] = {}
    for row in np.flatnonzero(~(far > settle)).tolist():
        refused[row] = InputError(
            "far_settle", str(far[row]), f"does not come after settle, {settle[row]}; give the later date second"
        )
    for row in np.flatnonzero(months >= claim.pools.wam).tolist():
        remedy = f"is past the last payment: nothing is left after {claim.pools.wam[row]} months; give an earlier date"
        refused.setdefault(row, InputError("far_settle", str(far[row]), remedy))
    return refused


def implied_financing(
    proceeds: npt.ArrayLike, far_value: npt.ArrayLike, days: npt.ArrayLike, paid: npt.ArrayLike, late: npt.ArrayLike
) -> FloatArray:
    """Return the rate r at which ``proceeds (1 + r d/360) = far_value + sum of paid / (1 + r late/360)``.

    Shapes: (...,), `paid` and `late` (..., payments). Units: `late` in days after the far settlement, below 0 before.

    Errors
    ------
    NoSolution
        No rate answers.

    Source: Tuckman and Serrat, 15.10.

    Examples
    --------
    >>> rate = implied_financing(1_019_583.33, 1_008_201.83, 32, [10_850], [11])
    >>> round(1e4 * float(rate), 1)  # basis points, as printed
    -58.4
    """
    rate = _implied(*(np.asarray(each, float) for each in (proceeds, far_value, days, paid, late)))
    if np.isnan(rate).any():
        raise NoSolution(_NO_RATE)
    return rate


def _implied(start: FloatArray, end: FloatArray, days: FloatArray, paid: FloatArray, late: FloatArray) -> FloatArray:
    """Return the implied financing, not a number where none is.

    What rolling gains is concave in the rate, so that Newton's steps from below the lower root never pass it. The rate
    without the payments is below; the last of them cannot be discounted at less than -360 over its days.
    """
    last = late.max(axis=-1, initial=0.0)
    least = np.where(last > 0, -_NEARLY / interest(1.0, 1.0, np.where(last > 0, last, 1.0)), -np.inf)
    with np.errstate(all="ignore"):  # where there is no root
        rate = np.maximum((end / start - 1) / interest(1.0, 1.0, days), least)
        for _ in range(_STEPS):
            growth = 1 + interest(1.0, rate[..., np.newaxis], late)
            miss = start + interest(start, rate, days) - end - (paid / growth).sum(axis=-1)
            slope = interest(start, 1.0, days) + (paid * interest(1.0, 1.0, late) / growth**2).sum(axis=-1)
            step = miss / slope
            rate = rate - step
            found = (np.abs(step) <= _CLOSE * (1 + np.abs(rate))) & (slope > 0) & (growth > 0).all(axis=-1)
            if found.all():
                break
    return np.where(found, rate, np.nan)


def _break_even_speed(
    claim: Passthrough, months: IntArray, owed: FloatArray, far_price: FloatArray, late: FloatArray
) -> FloatArray:
    """Return the CPR at which what is left and what is paid are worth what is owed, not a number where none is.

    Shapes: (rows,), `late`, the discount factors of the payments, (rows, months).
    """
    ahead = np.arange(late.shape[1] + 1)
    scheduled = scheduled_balance(claim.pools.wac, claim.pools.wam, late.shape[1])

    def missing(rows: IntArray, alive: FloatArray) -> FloatArray:
        gone = passed(claim.part(rows), scheduled[rows] * alive[:, np.newaxis] ** ahead, months[rows])
        return gone.factor * far_price[rows] + (gone.paid * late[rows]).sum(axis=-1) - owed[rows]

    every = np.arange(owed.size)
    ends = missing(every, np.zeros(owed.size)), missing(every, np.ones(owed.size))
    rows = np.flatnonzero((ends[0] * ends[1] <= 0) & (months > 0))
    speed = np.full(owed.size, np.nan)
    if rows.size:
        low, high = np.zeros(rows.size), np.ones(rows.size)
        speed[rows] = 1 - solve_between(lambda alive: missing(rows, alive), low, high) ** MONTHS_A_YEAR
    return speed


def payup(price_pool: npt.ArrayLike, price_tba: npt.ArrayLike) -> FloatArray:
    """Return the pay-up of a specified pool: its price less that of the TBA it could be delivered into, in 32nds.

    Shapes: broadcast. Units: prices per 100 of face; returns 32nds of a point.

    Source: Fabozzi, The Handbook of Mortgage-Backed Securities (specified pools and their pay-ups).

    Examples
    --------
    >>> float(payup(101.75, 101.5))
    8.0
    """
    return (np.asarray(price_pool, float) - np.asarray(price_tba, float)) * THIRTY_SECONDS
