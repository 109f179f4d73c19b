"""The speed that a price and a yield imply.

At a given yield the price is a straight line in the annuity of the balances (see `pricing`), and the annuity falls as
the speed rises: there is one speed or none.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.passthrough import OPEN_CHUNK, annuity, balances_at
from mbsxl.claims.settled import Trade, as_trade, full_price, in_chunks
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import Settlement
from mbsxl.conventions.programs import Program
from mbsxl.conventions.yields import Basis, monthly_rate
from mbsxl.errors import InputError, NoSolution
from mbsxl.loans.pools import Pools
from mbsxl.solve import solve_between
from mbsxl.speeds.measures import CONVERSIONS, DEFAULT_MEASURES, Measure
from mbsxl.units import MONTHS_A_YEAR, PAR

_ALL_BUT = 1 - 1e-12  # of everything at once, which in some measures rounds to more than everything
_ROUNDING = 1e-9


def implied_speed(
    price: npt.ArrayLike,
    yield_: npt.ArrayLike,
    coupon: npt.ArrayLike,
    wac: npt.ArrayLike,
    wam: npt.ArrayLike,
    age: npt.ArrayLike,
    measure: Measure | str = Measure.CPR,
    settle: Settlement = None,
    program: Program | str | float = Program.UMBS,
    basis: Basis | str = Basis.BEY,
) -> FloatArray:
    """Return the speed at which a clean price has a yield: one number, held for the life of the pool.

    Shapes: broadcast. Units: a decimal, or a percentage of the benchmark for PSA; `price` per 100 of current face.

    Errors
    ------
    InputError
        A measure of defaults.
    NoSolution
        A price outside what speeds from none to everything at once can give at the yield.

    Source: the inverse of SF-48 to SF-51; MathWorks, mbsprice2speed.

    Examples
    --------
    >>> round(float(implied_speed(100, 0.0910675, 0.09, 0.095, 360, 0, "PSA", program="GNMA I")), 1)  # SF-50
    150.0
    """
    to = choose(Measure, "measure", measure)
    if to in DEFAULT_MEASURES:
        raise InputError("measure", to.value, "measures defaults; a price implies a CPR, SMM, PSA or ABS")
    x = monthly_rate(yield_, basis)
    trade, (prices, x), shape = as_trade(coupon, wac, wam, age, "0 CPR", settle, program, price, x)
    speeds = np.empty(x.size)
    for rows, part in in_chunks(trade, OPEN_CHUNK):
        speeds[rows] = _solve(part, prices[rows], x[rows], to)
    return speeds.reshape(shape)


def _solve(trade: Trade, price: FloatArray, x: FloatArray, measure: Measure) -> FloatArray:
    pools = trade.pools
    excess = pools.coupon / MONTHS_A_YEAR - np.expm1(x)
    growth = np.exp(x * (trade.first - 1))
    annuity_at = partial(_annuity_at_speed, pools, measure, x)
    least = np.zeros(x.size)
    everything = np.ones(x.size)  # in the first month
    most = CONVERSIONS[measure].from_monthly(everything, (pools.age + 1).astype(float)) * _ALL_BUT
    longest, shortest = annuity_at(least), annuity_at(most)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = (full_price(trade, price) * growth - 1) / excess
    slack = _ROUNDING * longest
    outside = ~((wanted <= longest + slack) & (wanted >= shortest - slack))
    if outside.any():
        ends = [PAR * ((1 + excess * held) / growth - trade.accrued)[outside][0] for held in (longest, shortest)]
        raise NoSolution(
            f"price {price[outside][0]:.10g}: no speed gives it at this yield; none prepaying gives {ends[0]:.6f}, "
            f"everything at once {ends[1]:.6f}"
        )
    target = np.clip(wanted, shortest, longest)
    return solve_between(lambda speed: annuity_at(speed) - target, least, most)


def _annuity_at_speed(pools: Pools, measure: Measure, x: FloatArray, speed: FloatArray) -> FloatArray:
    months = int(pools.wam.max())
    month = pools.age[:, np.newaxis] + np.arange(1.0, months + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        smm = CONVERSIONS[measure].to_monthly(speed[:, np.newaxis], month)
    smm = np.where(month <= (pools.age + pools.wam)[:, np.newaxis], smm, 0.0)  # past the last month a speed may pass 1
    return annuity(balances_at(pools, smm, months), x).value
