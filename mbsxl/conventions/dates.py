"""Settlement, accrual and payment timing: 30/360 within the month of settlement.

A pass-through accrues from the 1st of the month of settlement, thirty days a month, and pays once a month, late by
the programme's actual delay (SF-44, SF-45). Settlement on the 1st, the default, has no accrued interest.
"""

from __future__ import annotations

import datetime

import numpy as np

from mbsxl.arrays import DateArray, FloatArray
from mbsxl.conventions.programs import Program, delay_days
from mbsxl.units import DAYS_A_MONTH

Settlement = datetime.date | np.datetime64 | DateArray | None


def accrued_days(settle: Settlement) -> FloatArray:
    """Return the days of interest accrued at settlement, 30/360.

    Shapes: as `settle`. Units: days, 0 to 29; 0 where `settle` is None or not a time.

    Source: SF-44 (day counts; the 31st counts as the 30th).

    Examples
    --------
    >>> accrued_days(np.array(["2025-12-01", "2025-12-18", "2025-12-31"], "M8[D]"))
    array([ 0., 17., 29.])
    """
    if settle is None:
        return np.float64(0.0)  # type: ignore[return-value]  # a 0-d array in all but name, and faster
    day = np.asarray(settle, "datetime64[D]")
    passed = (day - day.astype("datetime64[M]")).astype(float)
    return np.where(np.isnat(day), 0.0, np.minimum(passed, DAYS_A_MONTH - 1))


def months_to_first_payment(settle: Settlement, program: Program | str | float) -> FloatArray:
    """Return the time from settlement to the first payment.

    Shapes: as `settle`. Units: months of thirty days, the actual delay included.

    Source: SF-45.

    Examples
    --------
    >>> float(months_to_first_payment(None, "UMBS"))
    1.8
    """
    return (DAYS_A_MONTH - accrued_days(settle) + delay_days(program)) / DAYS_A_MONTH


def payment_dates(settle: Settlement, program: Program | str | float, months: int) -> DateArray:
    """Return the dates of the next payments: the delay after the 1st of each following month.

    Thirty days of delay are a month, so that a pool pays on the same day of every month.

    Shapes: (months,). A `settle` of None gives not-a-time.

    Examples
    --------
    >>> payment_dates(datetime.date(2025, 12, 18), "UMBS", 2)
    array(['2026-01-25', '2026-02-25'], dtype='datetime64[D]')
    >>> payment_dates(datetime.date(2025, 1, 10), "FHLMC ARM", 2)  # on the 15th, a month later than Gold
    array(['2025-03-15', '2025-04-15'], dtype='datetime64[D]')
    """
    if settle is None:
        return np.full(months, np.datetime64("NaT", "D"))
    later, days = divmod(round(float(delay_days(program))), DAYS_A_MONTH)
    following = np.asarray(settle, "datetime64[M]") + np.arange(1 + later, months + 1 + later).astype("timedelta64[M]")
    return following.astype("datetime64[D]") + np.timedelta64(days, "D")
