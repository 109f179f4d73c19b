"""Money-market interest: simple, by the actual days over 360, as repurchase agreements count it.

Source: B. Tuckman and A. Serrat, Fixed Income Securities, 15.10 (ACT/360 for money).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.dates import Date

_YEAR = 360


def actual_days(start: Date, end: Date) -> FloatArray:
    """Return the calendar days from one date to another."""
    dates = np.asarray(start, "datetime64[D]"), np.asarray(end, "datetime64[D]")
    return np.asarray((dates[1] - dates[0]).astype(float))


def interest(amount: npt.ArrayLike, rate: npt.ArrayLike, days: npt.ArrayLike) -> FloatArray:
    """Return the interest on an amount over some days.

    Examples
    --------
    >>> round(float(interest(1_019_583.33, 0.001, 32)), 2)  # Tuckman and Serrat, 15.10
    90.63
    """
    return np.asarray(amount, float) * np.asarray(rate, float) * np.asarray(days, float) / _YEAR


def discounted(amount: npt.ArrayLike, rate: npt.ArrayLike, days: npt.ArrayLike) -> FloatArray:
    """Return what an amount due in some days is worth now.

    Examples
    --------
    >>> round(float(discounted(10_850, 0.001, 11)), 2)  # Tuckman and Serrat, 15.10
    10849.67
    """
    return np.asarray(amount, float) / (1 + interest(1.0, rate, days))
