"""The speed that a price and a yield imply.

At a given yield the price is a straight line in the annuity of the balances (see `claims.passthrough`), and the annuity
falls as the speed rises: there is one speed or none.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.settled import Asked, Strip, full_price, pools_of, settle_pools
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import AT_ONCE, Settlement
from mbsxl.conventions.yields import Basis, monthly_rate
from mbsxl.errors import NoSolution
from mbsxl.kernel import Outcome, by_row, run
from mbsxl.loans.pools import Loans, scheduled_balance, survival
from mbsxl.solve import solve_between
from mbsxl.speeds.units import CONVERSIONS, PrepaymentUnit, SpeedUnit
from mbsxl.units import MONTHS_A_YEAR, PAR

_ALL_BUT = 1 - 1e-12  # of everything at once, which in some units rounds to more than everything
_ROUNDING = 1e-9


@by_row
def implied_speed(
    price: npt.ArrayLike,
    yield_: npt.ArrayLike,
    loans: Loans,
    unit: PrepaymentUnit | str = PrepaymentUnit.CPR,
    settlement: Settlement = AT_ONCE,
    basis: Basis | str = Basis.BEY,
) -> Outcome:
    """Return the speed at which a clean price has a yield: one number, held for the life of the pool.

    Shapes: broadcast. Units: a decimal, or a percentage of the benchmark for PSA; `price` per 100 of current face.

    Errors
    ------
    InputError
        A unit of defaults.
    NoSolution
        A price outside what speeds from none to everything at once can give at the yield.

    Source: the inverse of SF-48 to SF-51; MathWorks, mbsprice2speed.

    Examples
    --------
    >>> loans, at = Loans(0.09, 0.095, 360, 0), Settlement(program="GNMA I")
    >>> round(float(implied_speed(100, 0.0910675, loans, "PSA", at)), 1)  # SF-50
    150.0
    """
    to = SpeedUnit(choose(PrepaymentUnit, "unit", unit).value)
    asked, rows = settle_pools(loans, settlement, Strip.POOL, price, monthly_rate(yield_, basis))
    return rows.outcome(run(partial(_implied, to), asked._replace(monthly=True)))


def _implied(unit: SpeedUnit, asked: Asked) -> Outcome:
    (price, x), settled, pools = asked.columns, asked.settled, pools_of(asked)
    excess = pools.coupon / MONTHS_A_YEAR - np.expm1(x)
    growth = np.exp(x * (settled.first - 1))
    months = int(pools.wam.max())
    scheduled = scheduled_balance(pools.wac, pools.wam, months)[:, :-1]
    month = np.arange(1.0, months + 1)
    unprepaid = scheduled * np.exp(-x[:, np.newaxis] * np.where(scheduled > 0, month, 0.0))
    ages = pools.age[:, np.newaxis] + month
    alive_for = month <= pools.wam[:, np.newaxis]  # past the last month a speed may pass 100%

    def annuity_at(speed: FloatArray) -> FloatArray:
        with np.errstate(divide="ignore", invalid="ignore"):
            smm = CONVERSIONS[unit].to_monthly(speed[:, np.newaxis], ages)
        return np.asarray((unprepaid * survival(np.where(alive_for, smm, 0.0))[:, :-1]).sum(axis=-1))

    least = np.zeros(x.size)
    everything = np.ones(x.size)  # in the first month
    most = CONVERSIONS[unit].from_monthly(everything, (pools.age + 1).astype(float)) * _ALL_BUT
    longest, shortest = annuity_at(least), annuity_at(most)
    with np.errstate(divide="ignore", invalid="ignore"):
        wanted = (full_price(settled, price) * growth - 1) / excess
    slack = _ROUNDING * longest
    outside = ~((wanted <= longest + slack) & (wanted >= shortest - slack))
    ends = [PAR * ((1 + excess * held) / growth - settled.accrued) for held in (longest, shortest)]
    failures: dict[int, Exception] = {
        row: NoSolution(
            f"price {price[row]:.10g}: no speed gives it at this yield; none prepaying gives {ends[0][row]:.6f}, "
            f"everything at once {ends[1][row]:.6f}"
        )
        for row in np.flatnonzero(outside).tolist()
    }
    target = np.where(outside, longest, np.clip(wanted, shortest, longest))
    speeds = solve_between(lambda speed: annuity_at(speed) - target, least, most)
    return Outcome(np.where(outside, np.nan, speeds), failures)
