"""Price, yield and average life of pass-throughs.

With x the monthly continuous yield, i = exp(x) - 1, c the monthly coupon, t the months to the first payment and
``A = sum of B_{k-1} (1+i)^-k`` the annuity of the balances, a pool is worth ``(1+i)^(1-t) [1 + (c - i) A]`` per unit of
face at any speed; the clean price is that less the interest accrued.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-45 to SF-51.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.passthrough import CLOSED_CHUNK, OPEN_CHUNK, annuity, balances, has_closed_form
from mbsxl.claims.settled import Trade, as_trade, full_price, in_chunks, payment_months, payments
from mbsxl.conventions.dates import Settlement, accrued_days
from mbsxl.conventions.programs import Program
from mbsxl.conventions.yields import Basis, annual_yield, monthly_rate
from mbsxl.errors import NoSolution
from mbsxl.solve import FARTHEST, MOST_STEPS, solve_rate
from mbsxl.speeds.grammar import SpeedLike
from mbsxl.units import DAYS_A_YEAR, MONTHS_A_YEAR, PAR

_SOONEST = 0.5  # months to the first payment: no programme's is sooner
_CLOSE = 1e-8  # in the logarithm of the price: a Newton step from here lands within rounding, the error being squared

# ------------------------------------------------------------------------------------------ price and yield


def price(
    yield_: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
    basis: Basis | str = Basis.BEY,
) -> FloatArray:
    """Return the clean price at a yield.

    Shapes: broadcast. Units: per 100 of current face; rates are decimals, terms months.

    Errors
    ------
    InputError
        A pool that cannot be, or a yield at which a payment would be worth infinitely much.
    NoSolution
        A price beyond what a number holds.

    Source: SF-49 (price from yield).

    Examples
    --------
    >>> import datetime
    >>> at = datetime.date(2002, 4, 15)  # MathWorks, mbsprice
    >>> round(float(price(0.0725, 0.075, 0.08125, 333, 27, "100 PSA", at, "GNMA I", "MONTHLY")), 4)
    101.3147
    """
    trade, (x,), shape = as_trade(coupon, wac, wam, age, speed, settle, program, monthly_rate(yield_, basis))
    clean = np.empty(x.size)
    with np.errstate(over="ignore", invalid="ignore"):
        for rows, part in in_chunks(trade, CLOSED_CHUNK if _is_closed(trade) else OPEN_CHUNK):
            clean[rows] = PAR * (_worth(part, x[rows]) - part.accrued)
    if not np.isfinite(clean).all():
        raise NoSolution("the price is beyond what a number holds; check the yield")
    return clean.reshape(shape)


def _worth(trade: Trade, x: FloatArray) -> FloatArray:
    """Return what a unit of face is worth, accrued interest included."""
    if _is_closed(trade):
        value = annuity(balances(trade.pools), x).value
        return np.exp(x * (1 - trade.first)) * (1 + (trade.pools.coupon / MONTHS_A_YEAR - np.expm1(x)) * value)
    paid = payments(trade.pools)
    paid *= np.exp(-x[:, np.newaxis] * np.where(paid > 0, payment_months(trade.first, paid.shape[1]), 0.0))
    return paid.sum(axis=-1)


def bond_yield(
    price: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
    basis: Basis | str = Basis.BEY,
) -> FloatArray:
    """Return the yield at a clean price.

    Shapes: broadcast. Units: `price` per 100 of current face; rates are decimals, terms months.

    Errors
    ------
    InputError
        A pool that cannot be.
    NoSolution
        A price that, with accrued interest, is not above 0.

    Source: SF-49 to SF-50.

    Examples
    --------
    >>> round(100 * float(bond_yield(100, 0.09, 0.095, 360, 0, "150 PSA", program="GNMA I")), 5)  # SF-50
    9.10675
    """
    trade, (prices,), shape = as_trade(coupon, wac, wam, age, speed, settle, program, price)
    return annual_yield(solve_yield(trade, prices), basis).reshape(shape)


def solve_yield(trade: Trade, price: FloatArray) -> FloatArray:
    """Return the monthly continuous yield of a trade at clean prices: (pools,)."""
    dirty = full_price(trade, price)
    x = np.log1p(trade.pools.coupon / MONTHS_A_YEAR)
    for rows, part in in_chunks(trade, CLOSED_CHUNK if _is_closed(trade) else OPEN_CHUNK):
        solve = _newton if _is_closed(part) else _by_payment
        x[rows] = solve(part, dirty[rows], x[rows])
    return x


def _is_closed(trade: Trade) -> bool:
    """Return whether the annuity is closed, and yields moderate enough not to drown it in rounding."""
    return has_closed_form(trade.pools) and bool(trade.first.min() >= _SOONEST)


def _by_payment(trade: Trade, dirty: FloatArray, start: FloatArray) -> FloatArray:
    paid = payments(trade.pools)
    return solve_rate(paid, payment_months(trade.first, paid.shape[1]), dirty, start)


def _newton(trade: Trade, dirty: FloatArray, x: FloatArray) -> FloatArray:
    """Return the yields of pools whose annuity is closed, by Newton on the logarithm of the price, as `solve_rate`."""
    held = balances(trade.pools)
    coupon = trade.pools.coupon / MONTHS_A_YEAR
    log_dirty = np.log(dirty)
    least = -FARTHEST / trade.pools.wam
    for _ in range(MOST_STEPS):
        value, slope = annuity(held, x)
        excess = coupon - np.expm1(x)
        worth = 1 + excess * value
        miss = np.log(worth) + x * (1 - trade.first) - log_dirty
        steepness = (excess * slope - np.exp(x) * value) / worth + 1 - trade.first
        x = x + np.maximum(-miss / steepness, least)
        if (np.abs(miss) < _CLOSE).all():
            return x
    raise NoSolution(f"no yield found in {MOST_STEPS} steps; check that the prices and the pools belong together")


# ----------------------------------------------------------------------------- average life and accrued interest


def average_life(
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    speed: SpeedLike,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
) -> FloatArray:
    """Return the average time to the return of principal, from settlement to payment, the delay included.

    Shapes: broadcast. Units: years of twelve months of thirty days.

    Errors
    ------
    InputError
        A pool or a speed that cannot be.

    Source: SF-50. It is the sum of the balances: the annuity at a yield of 0.

    Examples
    --------
    >>> round(float(average_life(0.09, 0.095, 360, 0, "150 PSA", program="GNMA I")), 5)  # SF-50
    9.77844
    """
    trade, _, shape = as_trade(coupon, wac, wam, age, speed, settle, program)
    return average_years(trade).reshape(shape)


def average_years(trade: Trade) -> FloatArray:
    """Return the average lives of a trade in years: (pools,)."""
    months = np.empty(trade.first.size)
    for rows, part in in_chunks(trade, CLOSED_CHUNK if has_closed_form(trade.pools) else OPEN_CHUNK):
        months[rows] = annuity(balances(part.pools), np.zeros(part.first.size)).value
    return (months + trade.first - 1) / MONTHS_A_YEAR


def accrued(coupon: npt.ArrayLike, settle: Settlement) -> FloatArray:
    """Return the interest accrued from the 1st of the month of settlement, 30/360.

    Shapes: broadcast. Units: per 100 of current face.

    Source: SF-44, SF-45.

    Examples
    --------
    >>> import datetime
    >>> round(float(accrued(0.075, datetime.date(2002, 4, 15))), 4)  # MathWorks, mbsprice
    0.2917
    """
    return PAR * np.asarray(coupon, float) * accrued_days(settle) / DAYS_A_YEAR
