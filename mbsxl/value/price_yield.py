"""Price, yield and average life of settled claims.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-45 to SF-51.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.settled import Asked, Strip, settle_pools
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import AT_ONCE, Accrual, Day, Settlement, class_days
from mbsxl.conventions.programs import Program
from mbsxl.conventions.yields import Basis, monthly_rate
from mbsxl.errors import NoSolution
from mbsxl.kernel import Outcome, by_row, run
from mbsxl.loans.pools import Pool
from mbsxl.units import DAYS_A_YEAR, MONTHS_A_YEAR, PAR
from mbsxl.value.priced import Priced, Question, ask


@by_row
def price(
    yield_: npt.ArrayLike,
    pool: Pool,
    settlement: Settlement = AT_ONCE,
    basis: Basis | str = Basis.BEY,
    claim: Strip | str = Strip.POOL,
) -> Outcome:
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
    >>> pool, at = Pool(0.075, 0.08125, 333, 27, "100 PSA"), Settlement(datetime.date(2002, 4, 15), "GNMA I")
    >>> round(float(price(0.0725, pool, at, "MONTHLY")), 4)  # MathWorks, mbsprice
    101.3147
    """
    asked, rows = settle_pools(pool, settlement, claim, monthly_rate(yield_, basis))
    return rows.outcome(run(_prices, asked))


def _prices(asked: Asked) -> Outcome:
    (x,), (claim, first, accrued) = asked.columns, asked.settled
    with np.errstate(over="ignore", invalid="ignore"):
        clean = PAR * (claim.present(first).at(x).value - accrued)
    words = "the price is beyond what a number holds; check the yield"
    return Outcome(clean, {row: NoSolution(words) for row in np.flatnonzero(~np.isfinite(clean)).tolist()})


@by_row
def bond_yield(
    price: npt.ArrayLike,
    pool: Pool,
    settlement: Settlement = AT_ONCE,
    basis: Basis | str = Basis.BEY,
    claim: Strip | str = Strip.POOL,
) -> Outcome:
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
    >>> pool = Pool(0.09, 0.095, 360, 0, "150 PSA")
    >>> round(100 * float(bond_yield(100, pool, Settlement(program="GNMA I"))), 5)  # SF-50
    9.10675
    """
    chosen = choose(Basis, "basis", basis)
    return ask(Question(partial(in_basis, chosen)), price, pool, settlement, claim)


def in_basis(basis: Basis, priced: Priced) -> FloatArray:
    """Return the yields of priced claims in a basis."""
    return priced.yield_in(basis)


@by_row
def average_life(pool: Pool, settlement: Settlement = AT_ONCE, claim: Strip | str = Strip.POOL) -> Outcome:
    """Return the average time to the return of principal, from settlement to payment, the delay included.

    That of an interest-only strip is the time to the reduction of its notional.

    Shapes: broadcast. Units: years of twelve months of thirty days.

    Errors
    ------
    InputError
        A pool or a speed that cannot be.

    Source: SF-50. It is the sum of the balances: the annuity at a yield of 0.

    Examples
    --------
    >>> pool = Pool(0.09, 0.095, 360, 0, "150 PSA")
    >>> round(float(average_life(pool, Settlement(program="GNMA I"))), 5)  # SF-50
    9.77844
    """
    asked, rows = settle_pools(pool, settlement, claim)
    return rows.outcome(run(_lives, asked))


def _lives(asked: Asked) -> Outcome:
    return Outcome(asked.settled.claim.life(asked.settled.first) / MONTHS_A_YEAR, {})


def accrued(
    coupon: npt.ArrayLike,
    settle: Day,
    accrual: Accrual | str = Accrual.POOL,
    program: Program | str | float = Program.UMBS,
) -> FloatArray:
    """Return the interest accrued at settlement, 30/360: of a pool from the 1st of the month.

    Shapes: broadcast. Units: per 100 of current face; negative where the seller pays it. `program` says when a class
    without a delay is paid.

    Source: SF-44, SF-45; SF-47 (Freddie Mac REMICs with mid-month record dates).

    Examples
    --------
    >>> import datetime
    >>> round(float(accrued(0.075, datetime.date(2002, 4, 15))), 4)  # MathWorks, mbsprice
    0.2917
    """
    days = class_days(Settlement(settle, program), choose(Accrual, "accrual", accrual))
    return PAR * np.asarray(coupon, float) * days / DAYS_A_YEAR
