"""Settlement, accrual and payment timing: the day count of mortgage securities, PSA 30/360.

A pass-through accrues from the 1st of the month of settlement, thirty days a month, and pays once a month, late by
the programme's actual delay (SF-44, SF-45). Settlement on the 1st, the default, has no accrued interest.
"""

from __future__ import annotations

import datetime
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import DateArray, FloatArray
from mbsxl.conventions.programs import Program, delay_days
from mbsxl.errors import InputError
from mbsxl.units import DAYS_A_MONTH, MONTHS_A_YEAR

Date = datetime.date | np.datetime64 | DateArray
Day = Date | None


class Settlement(NamedTuple):
    """When a claim is paid for, and the programme that says how late it pays."""

    settle: Day = None
    program: Program | str | float = Program.UMBS


AT_ONCE = Settlement()

_FEBRUARY = 1  # months after January
_LAST_MONTH = np.datetime64("9999-12")
_A_FIRST = np.datetime64("1970-01-01")  # of whichever month: where there is no settlement date, it is the 1st


def days_between(start: Date, end: Date) -> FloatArray:
    """Return the days from one date to another, PSA 30/360: negative where the second comes before the first.

    Of two dates, an earlier one on the last of February or on a 31st counts as the 30th; a later one on a 31st counts
    as the 30th where the earlier does.

    Shapes: broadcast. Units: days.

    Source: SF-44.

    Examples
    --------
    >>> float(days_between(np.datetime64("2025-12-01"), np.datetime64("2025-12-31")))  # the 31st earns its day
    30.0
    >>> float(days_between(np.datetime64("2006-02-28"), np.datetime64("2006-03-25")))  # the last of February
    25.0
    """
    dates = np.asarray(start, "datetime64[D]"), np.asarray(end, "datetime64[D]")
    first, last = _calendar(np.minimum(*dates)), _calendar(np.maximum(*dates))
    begins = np.where(first.ends_february, DAYS_A_MONTH, np.minimum(first.day, DAYS_A_MONTH))
    ends = np.where(begins == DAYS_A_MONTH, np.minimum(last.day, DAYS_A_MONTH), last.day)
    days = (last.month - first.month) * float(DAYS_A_MONTH) + (ends - begins)
    return np.sign((dates[1] - dates[0]).astype(float)) * days


class _Calendar(NamedTuple):
    """Dates apart: months since January 1970, the day of the month, and whether it is the last of February."""

    month: npt.NDArray[np.int64]
    day: npt.NDArray[np.int64]
    ends_february: npt.NDArray[np.bool_]


def _calendar(date: DateArray) -> _Calendar:
    month = date.astype("datetime64[M]").astype(np.int64)
    day = (date - _first_of_month(date)).astype(np.int64) + 1
    ends_month = date + np.timedelta64(1, "D") == _first_of_month(date, later=1)
    return _Calendar(month, day, ends_month & (month % MONTHS_A_YEAR == _FEBRUARY))


def _first_of_month(date: DateArray, later: int = 0) -> DateArray:
    """Return the 1st of the month of a date, or of one some months later."""
    return (date.astype("datetime64[M]") + np.timedelta64(later, "M")).astype("datetime64[D]")


class _Month(NamedTuple):
    """Where a settlement date lies in its month: the days since the 1st and those until the next one.

    Each is counted by itself, from date to date: on the last of February they are 27 and 1, on a 31st 30 and 1.
    """

    since: FloatArray
    until: FloatArray


def _month_of(settle: Day) -> _Month:
    date = np.asarray(_A_FIRST if settle is None else settle, "datetime64[D]")
    return _count(date) if date.ndim else _count_one(date.item())


def _count(date: DateArray) -> _Month:
    date = np.where(np.isnat(date), _A_FIRST, date)
    return _Month(days_between(_first_of_month(date), date), days_between(date, _first_of_month(date, later=1)))


@lru_cache(maxsize=4096)
def _count_one(date: datetime.date | None) -> _Month:
    """Return the counts of one date, remembered: a sheet settles on few."""
    return _Month(*(days[()] for days in _count(np.asarray(date, "datetime64[D]"))))


def accrued_days(settle: Day) -> FloatArray:
    """Return the days of interest accrued at settlement: those from the 1st of its month.

    Shapes: as `settle`. Units: days, 0 to 30; 0 where `settle` is None or not a time.

    Source: SF-44, SF-45.

    Examples
    --------
    >>> accrued_days(np.array(["2025-12-01", "2025-12-18", "2025-12-31"], "M8[D]"))
    array([ 0., 17., 30.])
    """
    return _month_of(settle).since


class Accrual(Enum):
    """The period in which interest accrues.

    A pool's month; up to the day of payment, as that of most floating classes; or that of Freddie Mac's mid-month
    record dates (SF-47).
    """

    POOL = "POOL"
    NO_DELAY = "NO DELAY"
    FHLMC_REMIC_FIXED = "FHLMC REMIC FIXED"
    FHLMC_REMIC_FLOATING = "FHLMC REMIC FLOATING"


_RECORD_DAY = np.timedelta64(14, "D")  # from the 1st to the day after the record date, the 14th


def record_days(settle: Day, accrual: Accrual) -> FloatArray:
    """Return the days of interest that the buyer of a Freddie Mac REMIC with mid-month record dates pays for.

    A fixed-rate class accrues from the day after the last record date. The period of a floating one follows its record
    date, so that its buyer is paid, a negative number, for the days to the day after the next.

    Shapes: as `settle`. Units: days, 0 to 29, or -30 to -1.

    Errors
    ------
    InputError
        No settlement date.

    Source: SF-47, SF-48.

    Examples
    --------
    >>> fourteenth = np.datetime64("1999-03-14")
    >>> [float(record_days(fourteenth, each)) for each in (Accrual.FHLMC_REMIC_FIXED, Accrual.FHLMC_REMIC_FLOATING)]
    [29.0, -1.0]
    """
    date = _dated(settle)
    since, until = (_first_of_month(np.subtract(date, _RECORD_DAY), later) + _RECORD_DAY for later in (0, 1))
    return days_between(since, date) if accrual is Accrual.FHLMC_REMIC_FIXED else days_between(until, date)


def _dated(settle: Day) -> DateArray:
    date: DateArray = np.asarray(settle, "datetime64[D]")
    if np.isnat(date).any():
        raise InputError("settle", "", "is needed: record dates fall in mid-month; give the settlement date")
    return date


def class_days(settlement: Settlement, accrual: Accrual) -> FloatArray:
    """Return the days of interest that the buyer of a class pays for; below 0 where the buyer is paid for them.

    Without a delay interest accrues to the day of payment, so that of the programme's delay the buyer has none yet.

    Shapes: broadcast. Units: days.

    Errors
    ------
    InputError
        As `record_days`.

    Source: SF-44, SF-47, SF-48.

    Examples
    --------
    >>> tenth = Settlement(datetime.date(2026, 2, 10), "UMBS")
    >>> [float(class_days(tenth, each)) for each in (Accrual.POOL, Accrual.NO_DELAY)]  # from 1 February; to the 25th
    [9.0, -15.0]
    """
    if accrual is Accrual.POOL:
        return accrued_days(settlement.settle)
    if accrual is Accrual.NO_DELAY:
        return accrued_days(settlement.settle) - delay_days(settlement.program)
    return record_days(settlement.settle, accrual)


def record_settlement(settle: Day) -> Settlement:
    """Return the settlement of a Freddie Mac REMIC with mid-month record dates, the days of its delay in the programme.

    What is bought by a record date, the 14th, is paid on the 15th of the month after: from the 15th on, a month later.

    Errors
    ------
    InputError
        No settlement date.

    Source: SF-47.

    Examples
    --------
    >>> for day in (14, 15):
    ...     at = record_settlement(datetime.date(1999, 3, day))
    ...     print(payment_dates(*at, 1)[0], float(months_to_first_payment(*at)))
    1999-04-15 1.0333333333333334
    1999-05-15 2.0
    """
    date = _dated(settle)
    late = bool(date - _first_of_month(date) >= _RECORD_DAY)
    return Settlement(settle, float(_RECORD_DAY.astype(int)) + DAYS_A_MONTH * late)


def months_to_first_payment(settle: Day, program: Program | str | float | FloatArray) -> FloatArray:
    """Return the time from settlement to the first payment: to the 1st of the next month, and the delay after it.

    Shapes: broadcast. Units: months of thirty days, the actual delay included.

    Source: SF-44, SF-45.

    Examples
    --------
    >>> float(months_to_first_payment(None, "UMBS"))
    1.8
    """
    return (_month_of(settle).until + delay_days(program)) / DAYS_A_MONTH


def payment_dates(settle: Day, program: Program | str | float | FloatArray, months: int) -> DateArray:
    """Return the dates of the next payments: the delay after the 1st of each following month.

    Thirty days of delay are a month, so that a pool pays on the same day of every month.

    Shapes: (..., months), `settle` and `program` broadcast. A `settle` of None gives not-a-time.

    Errors
    ------
    InputError
        A payment past the year 9999, which no calendar of a spreadsheet has.

    Examples
    --------
    >>> payment_dates(datetime.date(2025, 12, 18), "UMBS", 2)
    array(['2026-01-25', '2026-02-25'], dtype='datetime64[D]')
    >>> payment_dates(datetime.date(2025, 1, 10), "FHLMC ARM", 2)  # on the 15th, a month later than Gold
    array(['2025-03-15', '2025-04-15'], dtype='datetime64[D]')
    """
    if settle is None:
        return np.full(months, np.datetime64("NaT", "D"))
    later, days = np.divmod(np.rint(delay_days(program)).astype(np.int64), DAYS_A_MONTH)
    ahead = later[..., np.newaxis] + np.arange(1, months + 1)
    following = np.asarray(settle, "datetime64[M]")[..., np.newaxis] + ahead.astype("timedelta64[M]")
    if (following > _LAST_MONTH).any():
        raise InputError("settle", str(settle), "is too late: the last payment would be past the year 9999")
    return following.astype("datetime64[D]") + days[..., np.newaxis].astype("timedelta64[D]")
