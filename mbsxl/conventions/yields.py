"""Yields and their bases: how often a yield is compounded, and the change from one basis to another.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF, "Standard Formulas for the Analysis of
Mortgage-Backed Securities" (02/01/99), SF-48.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose
from mbsxl.errors import InputError, NoSolution
from mbsxl.units import MONTHS_A_YEAR, PERCENT


class Basis(Enum):
    """How often a yield is compounded (SF-48): BEY twice a year, as bonds are quoted; MONTHLY as mortgages are."""

    BEY = "BEY"
    MONTHLY = "MONTHLY"
    ANNUAL = "ANNUAL"


class SpreadBasis(Enum):
    """How a spread over a curve is compounded: BEY twice a year, as the curve's yields are, or CONTINUOUS."""

    BEY = "BEY"
    CONTINUOUS = "CONTINUOUS"


_LEAST_EXPONENT, _MOST_EXPONENT = -36.0, 700.0  # of exp(x) - 1, before it rounds to -1 or overflows
_COMPOUNDING = {Basis.BEY: 2, Basis.MONTHLY: MONTHS_A_YEAR, Basis.ANNUAL: 1}


def monthly_rate(yield_: npt.ArrayLike, basis: Basis | str = Basis.BEY) -> FloatArray:
    """Return the monthly continuous rate of an annual yield.

    Errors
    ------
    InputError
        A yield at which a payment would be worth infinitely much.
    """
    times = _COMPOUNDING[choose(Basis, "basis", basis)]
    rate = np.asarray(yield_, float)
    if not (rate > -times).all():
        raise InputError("yield", float(np.min(rate)), f"must be above -{times * PERCENT:g}%; type 5.5% or 0.055")
    return np.log1p(rate / times) * (times / MONTHS_A_YEAR)


def annual_yield(x: npt.ArrayLike, basis: Basis | str = Basis.BEY) -> FloatArray:
    """Return the annual yield of a monthly continuous rate.

    Errors
    ------
    NoSolution
        A yield beyond what a number holds: that of a payment days away at a price far from it.
    """
    rate, chosen = np.asarray(x, float), choose(Basis, "basis", basis)
    if not is_a_yield(rate, chosen).all():
        raise NoSolution("the yield is beyond what a number holds; check the price, the settlement and the delay")
    return yield_of(rate, chosen)


def yield_of(x: FloatArray, basis: Basis) -> FloatArray:
    """Return the annual yield of a monthly continuous rate that has one."""
    times = _COMPOUNDING[basis]
    return np.expm1(x * (MONTHS_A_YEAR / times)) * times


def is_a_yield(x: FloatArray, basis: Basis) -> npt.NDArray[np.bool_]:
    """Return whether a monthly continuous rate has an annual yield that a number holds; nothing is none."""
    exponent = x * (MONTHS_A_YEAR / _COMPOUNDING[basis])
    return ~((exponent <= _LEAST_EXPONENT) | (exponent >= _MOST_EXPONENT))


def bond_equivalent_yield(mortgage_yield: npt.ArrayLike) -> FloatArray:
    """Return the semiannual bond-equivalent of a mortgage yield, which compounds monthly.

    Shapes: as the argument. Units: decimals.

    Errors
    ------
    InputError
        A yield at which a payment would be worth infinitely much.

    Source: SF-48.

    Examples
    --------
    >>> round(float(bond_equivalent_yield(0.0893863)), 7)  # SF-50
    0.0910675
    """
    return annual_yield(monthly_rate(mortgage_yield, Basis.MONTHLY))


def mortgage_yield(bey: npt.ArrayLike) -> FloatArray:
    """Return the mortgage yield, compounding monthly, of a semiannual bond-equivalent one.

    Shapes: as the argument. Units: decimals.

    Errors
    ------
    InputError
        A yield at which a payment would be worth infinitely much.

    Source: SF-48.

    Examples
    --------
    >>> round(float(mortgage_yield(0.0910675)), 7)  # SF-50
    0.0893863
    """
    return annual_yield(monthly_rate(bey), Basis.MONTHLY)
