"""The index of floating classes: a rate, rates by month, or the forward rates of a curve."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.market.curve import par_curve
from mbsxl.structures.tranches import Structure
from mbsxl.units import LONGEST_TERM, MONTHS_A_YEAR

FORWARD = "FORWARD"
NO_INDEX: FloatArray = np.zeros(1)


class OpenCurve(NamedTuple):
    """The curve that an index of FORWARD is along, where there is one."""

    tenors: npt.ArrayLike | None = None
    par_yields: npt.ArrayLike | None = None


NO_CURVE = OpenCurve()


def index_rates(structure: Structure, index: npt.ArrayLike | None, curve: OpenCurve = NO_CURVE) -> FloatArray:
    """Return the index by month, the last one kept: the rates given, or one-month forward rates, set as a month begins.

    Errors
    ------
    InputError
        A floating class and no index, FORWARD and no curve, or an index at which a class would be owed less than
        nothing.
    """
    given = None if index is None else _given(index)
    floating = [tranche for tranche in structure.tranches if tranche.coupon.multiple]
    if not floating:
        return NO_INDEX
    if given is None:
        remedy = f"is needed for the coupon of {floating[0].name}; give a rate, one by month, or {FORWARD}"
        raise InputError("index", "", remedy)
    rates = forward_rates(curve) if isinstance(given, str) else given
    for tranche in floating:
        coupons = tranche.coupon.at(rates)
        if coupons.min() < 0:
            lowest = float(rates[coupons.argmin()])
            remedy = f"is below 0 where the index is {lowest:.4%}; give it a floor, as in floor 0"
            raise InputError(f"structure {tranche.name} coupon", f"{coupons.min():.4%}", remedy)
    return rates


def _given(index: npt.ArrayLike) -> FloatArray | str:
    """Return an index as given: rates, or FORWARD."""
    given = np.ravel(np.asarray(index))
    if given.dtype.kind in "iuf":
        return given.astype(float)
    if [str(each).strip().upper() for each in given] != [FORWARD]:
        raise InputError("index", str(given[0]), f"is neither a rate nor {FORWARD}", wrong_kind=True)
    return FORWARD


def forward_rates(curve: OpenCurve) -> FloatArray:
    """Return the one-month forward rates of a curve, simple interest a year, set as each month begins.

    Errors
    ------
    InputError
        No curve.

    Examples
    --------
    >>> forward_rates(OpenCurve([2.0, 10.0], [0.04, 0.04]))[:2].round(5)
    array([0.03967, 0.03967])
    """
    if curve.tenors is None or curve.par_yields is None:
        raise InputError("index", FORWARD, "is along a curve; give tenors and par_yields", wrong_kind=True)
    ends = np.arange(LONGEST_TERM + 1) / MONTHS_A_YEAR
    discount = par_curve(curve.tenors, curve.par_yields).discount(ends)
    return MONTHS_A_YEAR * (discount[:-1] / discount[1:] - 1)
