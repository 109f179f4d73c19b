"""Dates as the serial numbers of the 1900 system, whose 29 February 1900 never was."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mbsxl.errors import InputError

_EPOCH = np.datetime64("1899-12-30", "D")
_LEAP_THAT_WAS_NOT = 60
LAST = 2_958_465  # 31 December 9999


def calendar_day(serial: int) -> tuple[int, int, int]:
    """Return the year, month and day that a serial number shows: 0 is the day before 1900 began, in its January.

    Examples
    --------
    >>> calendar_day(0), calendar_day(60), calendar_day(61), calendar_day(46357)
    ((1900, 1, 0), (1900, 2, 29), (1900, 3, 1), (2026, 12, 1))
    """
    if serial in (0, _LEAP_THAT_WAS_NOT):
        return (1900, 1, 0) if serial == 0 else (1900, 2, 29)
    day = (_EPOCH + np.timedelta64(serial + (serial < _LEAP_THAT_WAS_NOT), "D")).item()
    return day.year, day.month, day.day


def date_of_serial(serial: float, name: str) -> np.datetime64:
    """Return the date of a serial number in the 1900 system, whose 29 February 1900 never was.

    Examples
    --------
    >>> date_of_serial(46000.5, "settle"), date_of_serial(59, "settle")
    (np.datetime64('2025-12-09'), np.datetime64('1900-02-28'))
    """
    day = math.floor(serial) if math.isfinite(serial) else 0
    if not 1 <= day <= LAST or day == _LEAP_THAT_WAS_NOT:
        raise InputError(name, serial, "is not the number of a day from 1900 to 9999; type a date as =DATE(2025,12,1)")
    return _EPOCH + np.timedelta64(day + (day < _LEAP_THAT_WAS_NOT), "D")


def serial_of_date(date: np.datetime64) -> float:
    """Return the serial number of a date in the 1900 system."""
    return serials_of_dates(np.array([date]))[0]


def serials_of_dates(dates: npt.NDArray[np.datetime64]) -> list[float]:
    """Return the serial numbers of dates; of not-a-time nothing that means anything."""
    days = (dates.astype("datetime64[D]") - _EPOCH).astype(np.int64)
    return (days - (days <= _LEAP_THAT_WAS_NOT)).astype(float).tolist()
