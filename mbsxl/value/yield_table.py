"""The yield table of a pool, prices down and speeds across, and the window in which its principal is paid."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.claims.passthrough import Passthrough, pool_balances
from mbsxl.claims.settled import Asked, Strip, settle_pools
from mbsxl.conventions.dates import AT_ONCE, Settlement
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Outcome, by_record, run
from mbsxl.loans.pools import Pool
from mbsxl.speeds.columns import as_speeds
from mbsxl.units import MONTHS_A_YEAR
from mbsxl.value.measures import MEASURES, OpenMarket, measured, named
from mbsxl.value.priced import Needs
from mbsxl.value.risk import USUAL

_USUAL = ("YIELD", "WAL", "DURATION")
_WITH_CURVE = (*_USUAL, "NOMINAL_SPREAD")


class Quotes(NamedTuple):
    """What a yield table is made of: prices down, loans, and speeds across."""

    prices: npt.ArrayLike
    coupon: npt.ArrayLike
    wac: npt.ArrayLike
    wam: npt.ArrayLike
    age: npt.ArrayLike
    speeds: Any


class Compared(NamedTuple):
    """The curve that spreads are over, where there is one, and the measures of the table."""

    tenors: npt.ArrayLike | None = None
    par_yields: npt.ArrayLike | None = None
    measures: npt.ArrayLike | None = None


NOTHING = Compared()


def yield_table(
    quotes: Quotes, compared: Compared = NOTHING, settlement: Settlement = AT_ONCE, claim: Strip | str = Strip.POOL
) -> npt.NDArray[np.object_]:
    """Return a yield table: prices down, speeds across, a block for each measure under a header that names it.

    Without `measures` they are YIELD, WAL and DURATION, and with a curve NOMINAL_SPREAD too; any static measure of
    MBS_MEASURES may be named.

    Shapes: (measures x (1 + prices), 1 + speeds), the prices in the first column. Units: as the measures have them.

    Errors
    ------
    InputError
        A measure there is not or that depends on no speed; a pool or a speed that cannot be.
    NoSolution
        A price that no yield gives.

    Source: SF-49 to SF-51; F. Fabozzi, The Handbook of Mortgage-Backed Securities (price-yield tables).

    Examples
    --------
    >>> table = yield_table(Quotes([99, 100, 101], 0.09, 0.095, 360, 0, ["100 PSA", "150 PSA"]))
    >>> table[0].tolist(), [round(each, 4) for each in table[2]]
    (['yield', '100 PSA', '150 PSA'], [100.0, 0.0908, 0.0906])
    """
    usual = _USUAL if compared.tenors is None else _WITH_CURVE
    asked = usual if compared.measures is None else np.ravel(np.asarray(compared.measures, object)).tolist()
    chosen = [MEASURES[named(str(name))] for name in asked]
    for measure in chosen:
        if Needs.VOLATILITY in measure.needs:
            remedy = "is at the model's speeds, the same in every column; ask MBS_MEASURES for it"
            raise InputError("measures", measure.name, remedy, wrong_kind=True)
    prices = np.ravel(np.asarray(quotes.prices, float))
    speeds = as_speeds(np.ravel(np.asarray(quotes.speeds, object)), "speeds").tolist()
    across: npt.NDArray[np.object_] = np.empty((1, len(speeds)), object)
    across[0] = [each.text for each in speeds]
    pool = Pool(*quotes[1:5], across)
    market = OpenMarket(compared.tenors, compared.par_yields)
    found = measured(
        [measure.name for measure in chosen],
        prices[:, np.newaxis],
        pool,
        market,
        settlement,
        USUAL._replace(quoted=USUAL.quoted._replace(claim=claim)),
    )
    rows: list[list[Any]] = []
    for measure, values in zip(chosen, found.values, strict=True):
        rows.append([measure.label, *across[0]])
        rows += [[price, *line] for price, line in zip(prices.tolist(), values.tolist(), strict=True)]
    return np.array(rows, object)


WINDOW = ("first month", "last month", "first (years)", "last (years)")


@by_record("measure", "value")
def window(
    pool: Pool, settlement: Settlement = AT_ONCE, claim: Strip | str = Strip.POOL
) -> tuple[npt.ArrayLike, Outcome]:
    """Return the window of a pool: its first and its last payment of principal, in months and in years from settlement.

    Of its interest (IO) it is the first and the last payment of that. A month is a payment's number, 1 the first after
    settlement; the years count to the payment, delay included.

    Shapes: broadcast; the values are (measures, ...). Units: months; years of twelve months of thirty days.

    Errors
    ------
    InputError
        A pool or a speed that cannot be.
    NoSolution
        The interest of a pool without a coupon.

    Source: SF-4, SF-45.

    Examples
    --------
    >>> window(Pool(0.09, 0.095, 360, 0, "150 PSA")).values.tolist()
    [1.0, 360.0, 0.15, 30.066666666666666]
    """
    asked, rows = settle_pools(pool, settlement, claim)
    return WINDOW, rows.outcome(run(_windows, asked._replace(monthly=True), len(WINDOW)))


def _windows(asked: Asked) -> Outcome:
    claim = asked.settled.claim
    assert isinstance(claim, Passthrough)
    balance = pool_balances(claim.pools)
    before, after = balance[:, :-1], balance[:, 1:]
    paid = before > after if claim.principal else claim.owed(before, after) > 0
    first, last = paid.argmax(axis=1) + 1.0, paid.shape[1] - paid[:, ::-1].argmax(axis=1)
    ahead = asked.settled.first[:, np.newaxis] - 1 + np.stack([first, last], axis=-1)
    values = np.column_stack([first, last, ahead / MONTHS_A_YEAR])
    nothing = np.flatnonzero(~paid.any(axis=1))
    values[nothing] = np.nan
    return Outcome(values, {row: NoSolution("coupon 0: its interest is never paid") for row in nothing.tolist()})
