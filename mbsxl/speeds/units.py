"""The units a speed is quoted in: their benchmarks, and the conversion to and from a monthly rate.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: prepayments SF-4 to SF-17, defaults SF-18 to SF-22.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose
from mbsxl.units import MONTHS_A_YEAR, PERCENT


class SpeedUnit(Enum):
    """What a speed is measured in (SF-5 to SF-9, SF-14, SF-18, SF-19)."""

    CPR = "CPR"
    SMM = "SMM"
    PSA = "PSA"
    ABS = "ABS"
    CDR = "CDR"
    MDR = "MDR"
    SDA = "SDA"


class PrepaymentUnit(Enum):
    """What a speed of prepayments is quoted in (SF-5 to SF-9, SF-14)."""

    CPR = "CPR"
    SMM = "SMM"
    PSA = "PSA"
    ABS = "ABS"


DEFAULT_UNITS = frozenset({SpeedUnit.CDR, SpeedUnit.MDR, SpeedUnit.SDA})


PSA_RAMP = 30  # months to its end (SF-6)


def psa_cpr(month: npt.ArrayLike) -> FloatArray:
    """Return the CPR of 100% PSA at a loan age: 0.2% a month of age up to 6% from the 30th on (SF-8)."""
    return 0.002 * np.clip(month, 1, PSA_RAMP)


def sda_cdr(month: npt.ArrayLike) -> FloatArray:
    """Return the CDR of 100% SDA at a loan age: up to 0.6%, held, down to 0.03% from month 120 on (SF-19)."""
    return np.interp(np.asarray(month, float), [0, 30, 60, 120], [0.0, 0.006, 0.006, 0.0003])


def _monthly(annual: FloatArray) -> FloatArray:
    """Return the monthly rate whose survival, twelve times over, is that of the annual rate."""
    with np.errstate(divide="ignore"):  # 100% a year is 100% a month
        return np.negative(np.expm1(np.log1p(-annual) / MONTHS_A_YEAR))


def _annual(monthly: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore"):
        return np.negative(np.expm1(np.log1p(-monthly) * MONTHS_A_YEAR))


class Conversion(NamedTuple):
    """How a unit becomes a monthly rate and back, given the age of the loans in months."""

    to_monthly: Callable[[FloatArray, FloatArray], FloatArray]
    from_monthly: Callable[[FloatArray, FloatArray], FloatArray]
    percent: bool  # quoted in percent of a rate, so held as a decimal; else in percent of a benchmark
    by_age: bool


_PLAIN = Conversion(lambda rate, _: rate, lambda monthly, _: monthly, percent=True, by_age=False)
_YEARLY = Conversion(lambda rate, _: _monthly(rate), lambda monthly, _: _annual(monthly), percent=True, by_age=False)


def _benchmark(curve: Callable[[npt.ArrayLike], FloatArray], most: float = np.inf) -> Conversion:
    return Conversion(
        lambda rate, month: _monthly(np.minimum(rate / PERCENT * curve(month), most)),
        lambda monthly, month: _annual(monthly) / curve(month) * PERCENT,
        percent=False,
        by_age=True,
    )


CONVERSIONS = {
    SpeedUnit.SMM: _PLAIN,
    SpeedUnit.MDR: _PLAIN,
    SpeedUnit.CPR: _YEARLY,
    SpeedUnit.CDR: _YEARLY,
    SpeedUnit.PSA: _benchmark(psa_cpr, most=1.0),
    SpeedUnit.SDA: _benchmark(sda_cdr),
    SpeedUnit.ABS: Conversion(
        # By a month in which no more than the rate would be left, all are gone.
        lambda rate, month: np.where(1 - rate * (month - 1) > rate, rate / (1 - rate * (month - 1)), 1.0),
        lambda monthly, month: monthly / (1 + monthly * (month - 1)),
        percent=True,
        by_age=True,
    ),
}


def convert(smm: npt.ArrayLike, unit: SpeedUnit | str, month: npt.ArrayLike) -> FloatArray:
    """Return a monthly rate in another unit, at the age of the loans.

    Shapes: broadcast. Units: `smm` a decimal; returns a decimal, or a percentage of the benchmark for PSA and SDA.

    Source: SF-5 to SF-9, SF-14, SF-18, SF-19.

    Examples
    --------
    >>> round(float(convert(0.005, "CPR", 1)), 3), round(float(convert(0.005, "PSA", 30)))  # SF-9
    (0.058, 97)
    """
    conversion = CONVERSIONS[choose(SpeedUnit, "unit", unit)]
    return conversion.from_monthly(np.asarray(smm, float), np.asarray(month, float))
