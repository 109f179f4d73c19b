"""Static spreads of pass-throughs over a curve of par yields, and of mortgage rates over Treasuries.

The yield spreads compare one yield with one point of the curve, at the average life: the nominal spread with the
smooth curve fitted to all tenors, the yield of a par bond of that very maturity; the I-spread with the straight line
between the two tenors on either side. The Z-spread compares every payment with its own zero-coupon rate.

Source: Fabozzi, "The Handbook of Mortgage-Backed Securities", the chapters on cash flow yield, nominal and
zero-volatility spread; EmpiraSign, "Curve definitions" (the I-spread of mortgages).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.passthrough import OPEN_CHUNK
from mbsxl.claims.settled import Trade, as_trade, full_price, in_chunks, payment_months, payments
from mbsxl.conventions.dates import Settlement
from mbsxl.conventions.programs import Program
from mbsxl.conventions.yields import annual_yield
from mbsxl.errors import InputError, NoSolution
from mbsxl.market.curve import Curve, par, par_curve
from mbsxl.solve import solve_rate
from mbsxl.speeds.grammar import SpeedLike
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, PAR
from mbsxl.value.price_yield import average_years, solve_yield


def nominal_spread(
    price: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    tenors: npt.ArrayLike,
    par_yields: npt.ArrayLike,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
) -> FloatArray:
    """Return the yield less the par yield of the fitted curve at the average life.

    Shapes: broadcast, over one curve of (tenors,). Units: basis points, both yields semiannual bond-equivalent.

    Errors
    ------
    InputError
        A pool or a curve that cannot be.
    NoSolution
        A price that no yield gives.

    Source: Fabozzi (nominal spread).

    Examples
    --------
    >>> round(float(nominal_spread(101.5, 0.055, 0.062, 348, 12, "8 CPR", [1, 5, 30], [0.04, 0.04, 0.04])), 4)
    126.3261
    """
    trade, (prices,), shape = as_trade(coupon, wac, wam, age, speed, settle, program, price)
    benchmark = par(par_curve(tenors, par_yields), average_years(trade))
    return (BASIS_POINTS * (annual_yield(solve_yield(trade, prices)) - benchmark)).reshape(shape)


def i_spread(
    price: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    tenors: npt.ArrayLike,
    par_yields: npt.ArrayLike,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
) -> FloatArray:
    """Return the interpolated spread: the yield less the par yield on the straight line at the average life.

    An average life outside the tenors is measured against the nearest of them.

    Shapes: broadcast, over one curve of (tenors,). Units: basis points, both yields semiannual bond-equivalent.

    Errors
    ------
    InputError
        A pool or a curve that cannot be.
    NoSolution
        A price that no yield gives.

    Source: EmpiraSign, "Curve definitions": I, the conventional yield spread to the interpolated yield curve.

    Examples
    --------
    >>> round(float(i_spread(101.5, 0.055, 0.062, 348, 12, "8 CPR", [1, 5, 30], [0.04, 0.04, 0.04])), 4)
    126.3261
    """
    trade, (prices,), shape = as_trade(coupon, wac, wam, age, speed, settle, program, price)
    par_curve(tenors, par_yields)  # refuses what is no curve
    benchmark = np.interp(average_years(trade), np.ravel(tenors), np.ravel(par_yields))
    return (BASIS_POINTS * (annual_yield(solve_yield(trade, prices)) - benchmark)).reshape(shape)


# ------------------------------------------------------------------------------------------------ the Z-spread


def z_spread(
    price: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    tenors: npt.ArrayLike,
    par_yields: npt.ArrayLike,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
) -> FloatArray:
    """Return the zero-volatility spread: what, added to every zero-coupon rate, makes the payments worth the price.

    It is continuously compounded: a payment at t years is discounted by ``D(t) exp(-s t)``, t counted 30/360 from
    settlement, the delay included.

    Shapes: broadcast, over one curve of (tenors,). Units: basis points, continuous.

    Errors
    ------
    InputError
        A pool or a curve that cannot be.
    NoSolution
        A price that, with accrued interest, is not above 0.

    Source: Fabozzi (zero-volatility spread).

    Examples
    --------
    >>> round(float(z_spread(101.5, 0.055, 0.062, 348, 12, "8 CPR", [1, 5, 30], [0.04, 0.04, 0.04])), 4)
    123.4673
    """
    trade, (prices,), shape = as_trade(coupon, wac, wam, age, speed, settle, program, price)
    curve, full = par_curve(tenors, par_yields), full_price(trade, prices)
    spread = np.empty(prices.size)
    for rows, part in in_chunks(trade, OPEN_CHUNK):
        present, years = _discounted(part, curve)
        spread[rows] = solve_rate(present, years, full[rows])
    return (BASIS_POINTS * spread).reshape(shape)


def z_price(
    z_spread: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    tenors: npt.ArrayLike,
    par_yields: npt.ArrayLike,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
) -> FloatArray:
    """Return the clean price at a zero-volatility spread: the inverse of `z_spread`.

    Shapes: broadcast, over one curve of (tenors,). Units: `z_spread` basis points, continuous; returns per 100 of
    current face.

    Errors
    ------
    InputError
        A pool or a curve that cannot be.

    Source: Fabozzi (zero-volatility spread).

    Examples
    --------
    >>> round(float(z_price(123.4673, 0.055, 0.062, 348, 12, "8 CPR", [1, 5, 30], [0.04, 0.04, 0.04])), 4)
    101.5
    """
    trade, (spreads,), shape = as_trade(coupon, wac, wam, age, speed, settle, program, z_spread)
    curve = par_curve(tenors, par_yields)
    clean = np.empty(spreads.size)
    for rows, part in in_chunks(trade, OPEN_CHUNK):
        present, years = _discounted(part, curve)
        present *= np.exp(years * (-spreads[rows] / BASIS_POINTS)[:, np.newaxis])
        clean[rows] = PAR * (present.sum(axis=-1) - part.accrued)
    return clean.reshape(shape)


def _discounted(trade: Trade, curve: Curve) -> tuple[FloatArray, FloatArray]:
    """Return the payments at their present value on the curve, and their times in years, one row if all are alike."""
    present = payments(trade.pools)
    together = (trade.first == trade.first[0]).all()
    years = payment_months(trade.first[:1] if together else trade.first, present.shape[1]) / MONTHS_A_YEAR
    present *= curve.discount(years)
    return present, years


# ------------------------------------------------------------------------------------ coupons and mortgage rates


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
