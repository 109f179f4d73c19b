"""The sensitivity of a pass-through's price to its yield, the cash flows held: duration, convexity, value of a point.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-50, SF-51 (cash flow duration and convexity).
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.passthrough import OPEN_CHUNK
from mbsxl.claims.settled import Trade, as_trade, full_price, in_chunks, payment_months, payments
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import Settlement
from mbsxl.conventions.programs import Program
from mbsxl.conventions.yields import annual_yield
from mbsxl.speeds.grammar import SpeedLike
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, PAR
from mbsxl.value.price_yield import solve_yield


class Moments(NamedTuple):
    """The times of payment weighted by present value, in years, and the semiannual yield they are at: (pools,) each.

    `mean` is that of T and `mean_square` that of T (T + 1/2), T the time from settlement to payment.
    """

    mean: FloatArray
    mean_square: FloatArray
    bey: FloatArray


class DurationKind(Enum):
    """What a duration measures (SF-50): the sensitivity of the price to the yield, or the mean time to payment."""

    MODIFIED = "MODIFIED"
    MACAULAY = "MACAULAY"


def moments(trade: Trade, price: FloatArray) -> Moments:
    """Return the moments of a trade at clean prices."""
    x = solve_yield(trade, price)
    mean, mean_square = np.empty(x.size), np.empty(x.size)
    for rows, part in in_chunks(trade, OPEN_CHUNK):
        present = payments(part.pools)
        months = payment_months(part.first, present.shape[1])
        present *= np.exp(-x[rows, np.newaxis] * months)
        present /= present.sum(axis=-1, keepdims=True)
        years = months / MONTHS_A_YEAR
        mean[rows] = (present * years).sum(axis=-1)
        mean_square[rows] = (present * years * (years + 0.5)).sum(axis=-1)
    return Moments(mean, mean_square, annual_yield(x))


def duration(
    price: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    kind: DurationKind | str = DurationKind.MODIFIED,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
) -> FloatArray:
    """Return the duration at a clean price.

    Macaulay duration is the mean time to payment, weighted by present value; modified duration is that over 1 plus half
    the semiannual bond-equivalent yield: the relative fall of the full price per unit of that yield.

    Shapes: broadcast. Units: years; `price` per 100 of current face.

    Errors
    ------
    NoSolution
        A price that no yield gives.

    Source: SF-50.

    Examples
    --------
    >>> round(float(duration(100, 0.09, 0.095, 360, 0, "150 PSA", program="GNMA I")), 5)  # SF-50
    5.48186
    """
    trade, (prices,), shape = as_trade(coupon, wac, wam, age, speed, settle, program, price)
    macaulay, _, bey = moments(trade, prices)
    modified = choose(DurationKind, "kind", kind) is DurationKind.MODIFIED
    return (macaulay / (1 + bey / 2) if modified else macaulay).reshape(shape)


def convexity(
    price: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
) -> FloatArray:
    """Return the convexity at a clean price: the second derivative of the full price by the yield, over that price.

    Shapes: broadcast. Units: years squared; `price` per 100 of current face. Some print a hundredth of it.

    Errors
    ------
    NoSolution
        A price that no yield gives.

    Source: SF-51 (cash flow convexity).

    Examples
    --------
    >>> round(float(convexity(100, 0.09, 0.095, 360, 0, "150 PSA", program="GNMA I")), 4)  # SF-51
    54.4326
    """
    trade, (prices,), shape = as_trade(coupon, wac, wam, age, speed, settle, program, price)
    _, square, bey = moments(trade, prices)
    return (square / (1 + bey / 2) ** 2).reshape(shape)


def dv01(
    price: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
) -> FloatArray:
    """Return what the price loses when the bond-equivalent yield rises by a basis point, by modified duration.

    Shapes: broadcast. Units: per 100 of current face, positive; `price` likewise.

    Errors
    ------
    NoSolution
        A price that no yield gives.

    Source: SF-50 (modified duration times full price).

    Examples
    --------
    >>> round(float(dv01(100, 0.09, 0.095, 360, 0, "150 PSA", program="GNMA I")), 7)  # SF-50
    0.0548186
    """
    trade, (prices,), shape = as_trade(coupon, wac, wam, age, speed, settle, program, price)
    macaulay, _, bey = moments(trade, prices)
    full = PAR * full_price(trade, prices)
    return (macaulay / (1 + bey / 2) * full / BASIS_POINTS).reshape(shape)
