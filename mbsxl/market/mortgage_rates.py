"""Coupons and mortgage rates of the market: the current coupon of a stack, the spread of a mortgage rate.

Source: Fabozzi, "The Handbook of Mortgage-Backed Securities" (the current coupon of the TBA market).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError, NoSolution
from mbsxl.units import BASIS_POINTS, PAR


def current_coupon(coupons: npt.ArrayLike, prices: npt.ArrayLike, target: npt.ArrayLike = PAR) -> FloatArray:
    """Return the coupon that would trade at par, on the straight line between two prices of a stack.

    Where high premiums cost less than the coupon below, the lowest coupon that trades there is meant.

    Shapes: `coupons` and `prices` (coupons,); as `target`. Units: a decimal; prices per 100 of face.

    Errors
    ------
    InputError
        Fewer than two coupons, or coupons that do not ascend.
    NoSolution
        A target outside the stack: no two coupons enclose it.

    Source: Fabozzi, "The Handbook of Mortgage-Backed Securities" (the current coupon of the TBA market).

    Examples
    --------
    >>> round(float(current_coupon([0.05, 0.055, 0.06], [99.0, 100.5, 102.0])), 6)
    0.053333
    """
    stack, quotes, wanted = (np.asarray(values, float) for values in (np.ravel(coupons), np.ravel(prices), target))
    if stack.size != quotes.size or stack.size < 2:
        remedy = f"stand beside {quotes.size} prices; give pairs, two or more"
        raise InputError("coupons", f"{stack.size} coupons", remedy)
    falls = ~(np.diff(stack) > 0)
    if falls.any():
        raise InputError("coupons", float(stack[1:][falls][0]), "does not rise from the one before; sort by coupon")
    at = np.expand_dims(wanted, -1)
    holds = (np.minimum(quotes[:-1], quotes[1:]) <= at) & (at <= np.maximum(quotes[:-1], quotes[1:]))
    outside = ~holds.any(axis=-1)
    if outside.any():
        worst = float(wanted[outside].flat[0])
        raise NoSolution(f"target {worst:.10g}: the prices reach from {quotes.min():.10g} to {quotes.max():.10g} only")
    first = holds.argmax(axis=-1)
    rise = quotes[first + 1] - quotes[first]
    share = (wanted - quotes[first]) / np.where(rise == 0, 1.0, rise)
    return np.asarray(stack[first] + share * (stack[first + 1] - stack[first]))


def mortgage_spread(
    mortgage_rate: npt.ArrayLike,
    ten_year: npt.ArrayLike,
    five_year: npt.ArrayLike | None = None,
    weight: npt.ArrayLike = 0.5,
) -> FloatArray:
    """Return a mortgage rate less the 10-year Treasury yield, or less a blend of the 10- and the 5-year.

    The rates are compared as they are quoted: a survey rate compounds monthly, a Treasury yield twice a year.

    Shapes: broadcast. Units: basis points; `weight` is the share of the 10-year in the blend.

    Errors
    ------
    InputError
        A weight that is not above 0 or is above 1.

    Source: the difference of the rates as Freddie Mac's survey and the Federal Reserve's H.15 quote them.

    Examples
    --------
    >>> float(mortgage_spread(0.0625, 0.0425).round(6)), float(mortgage_spread(0.0625, 0.0425, 0.0385).round(6))
    (200.0, 220.0)
    """
    share = np.asarray(weight, float)
    if not np.all((share > 0) & (share <= 1)):
        remedy = "is no weight of a blend; give more than 0, at most 1, or the 5-year alone as ten_year"
        raise InputError("weight", float(np.min(share)), remedy)
    ten = np.asarray(ten_year, float)
    blend = ten if five_year is None else share * ten + (1 - share) * np.asarray(five_year, float)
    return BASIS_POINTS * (np.asarray(mortgage_rate, float) - blend)
