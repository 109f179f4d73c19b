"""The total return to a horizon: what a claim has paid, reinvested, and what it is worth then, against what it cost.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-51; F. Fabozzi, Bond Markets, Analysis and
Strategies (total return).
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.claims.passthrough import Passthrough, pool_balances
from mbsxl.claims.settled import CLAIMS, Settled, Strip, full_price, pools_of, worthless
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import AT_ONCE, Settlement
from mbsxl.conventions.yields import Basis, monthly_rate, yield_of
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Outcome, by_record, run
from mbsxl.loans.pools import Pool, Pools, read_pools
from mbsxl.speeds.columns import SpeedLike, as_speeds
from mbsxl.units import BASIS_POINTS, PAR
from mbsxl.value.horizon import (
    LEAST_YIELD,
    HorizonKind,
    Position,
    aged,
    alike,
    earned,
    passed,
    priced_at,
    still_owed,
    too_long,
)
from mbsxl.value.measures import NO_MARKET, OpenMarket
from mbsxl.value.oas import WHOLE, Quoted, as_request
from mbsxl.value.priced import Known, known

_POOL_PRICES = 5.0, 300.0


class Outlook(NamedTuple):
    """What is taken to happen until a horizon: how long it is, what prices the claim then, where payments are put."""

    months: npt.ArrayLike
    horizon: npt.ArrayLike
    reinvestment: npt.ArrayLike
    horizon_kind: HorizonKind | str = HorizonKind.YIELD
    horizon_speed: SpeedLike | None = None


RECORD = ("total return", "interest", "principal", "reinvestment", "price", "horizon price")


class _Terms(NamedTuple):
    """What all positions share: what prices them at the horizon, and where payments are reinvested."""

    kind: HorizonKind
    strip: Strip
    beside: Known
    reinvestment: FloatArray


@by_record("measure", "value")
def total_return(
    price: npt.ArrayLike,
    pool: Pool,
    outlook: Outlook,
    market: OpenMarket = NO_MARKET,
    settlement: Settlement = AT_ONCE,
    quoted: Quoted = WHOLE,
) -> tuple[npt.ArrayLike, Outcome]:
    """Return the total return to a horizon, bond-equivalent, and the points it is made of.

    The claim is bought at a clean price and valued `months` later at a yield, a price, a Z-spread or an option-adjusted
    spread (`horizon_kind`), the pool aged, burnt out and seasoned as it will be then. Payments are reinvested at
    `reinvestment`, one yield or a column of them by month, the last kept; those due by the horizon and not yet received
    are discounted to it at the same. `horizon_speed` is that of the pool from the horizon on, by default the speed goes
    on. With V the full values, the monthly return is ``(V_H / V_0)^(1/months) - 1``.

    The parts add up to V_H - V_0, in points: interest, what accrues at both ends included; principal, repaid at par
    and bought at the price; reinvestment; and price, on the face left. The clean price at the horizon comes last.

    Shapes: broadcast, but that `reinvestment` is one number or a column; the values are (measures, ...). Units:
    `horizon` a decimal yield, a price per 100 of face, or basis points, as its kind is; yields bond-equivalent.

    Errors
    ------
    InputError
        A pool that cannot be, months that are none or beyond the last payment, a curve or a volatility that the kind
        needs and that is not given.
    NoSolution
        A price that, with accrued interest, is not above 0.

    Source: SF-51 (delay); Fabozzi, Bond Markets, Analysis and Strategies (total return).

    Examples
    --------
    >>> pool, year = Pool(0.055, 0.062, 348, 12, "8 CPR"), Outlook(12, 0.055, 0.045)
    >>> total_return(101, pool, year).values.round(4).tolist()
    [0.0445, 5.2652, -0.0917, 0.2599, -0.8909, 100.0192]
    """
    kind = choose(HorizonKind, "horizon_kind", outlook.horizon_kind)
    curved, moving = kind in (HorizonKind.Z, HorizonKind.OAS), kind is HorizonKind.OAS
    whole = market.known_for(f"horizon_kind {kind.value}", curve=curved, volatility=moving)
    speeds = () if outlook.horizon_speed is None else as_speeds(outlook.horizon_speed, "horizon_speed").shape
    given = np.broadcast_arrays(price, outlook.months, outlook.horizon, np.zeros(speeds))
    request, rows = as_request(given[0], pool, whole, settlement, 0, quoted)
    then = None if outlook.horizon_speed is None else _speeding(pool, outlook, rows.shape)
    position = Position.of(request, rows, *(np.asarray(each, float) for each in given[1:3]), then=then, on_paths=moving)
    rates = monthly_rate(np.ravel(np.asarray(outlook.reinvestment, float)))
    terms = _Terms(kind, choose(Strip, "claim", quoted.claim), known(whole.curve, quoted.spread_basis), rates)
    return RECORD, rows.outcome(run(partial(_returns, terms), position, len(RECORD)))


def _speeding(pool: Pool, outlook: Outlook, shape: tuple[int, ...]) -> Pools:
    """Return pools as they are at the horizon, at the speed they have then."""
    left = np.maximum(np.asarray(pool.wam) - np.asarray(outlook.months), 1)
    older = np.asarray(pool.age) + np.asarray(outlook.months)
    assert outlook.horizon_speed is not None
    return read_pools(Pool(pool.coupon, pool.wac, left, older, outlook.horizon_speed), shape)[0]


def _returns(terms: _Terms, position: Position) -> Outcome:
    asked = position.request.asked
    price, (claim, first, accrued) = asked.columns[0], asked.settled
    assert isinstance(claim, Passthrough)
    wanted, level = position.columns[0].astype(np.int64), position.columns[1]
    failures = worthless(price, full_price(asked.settled, price)) | too_long(wanted, claim.pools.wam)
    failures = failures | _refused_levels(terms, level)
    months = np.clip(wanted, 1, claim.pools.wam)
    balance = pool_balances(claim.pools)
    gone = passed(claim, balance, months)
    later = still_owed(claim, balance, months) if position.then is None else CLAIMS[terms.strip](position.then)
    if terms.kind is HorizonKind.OAS:
        clean = _option_adjusted(position, months, failures)
    else:
        safe = np.where(np.isin(np.arange(level.size), list(failures)), 0.0, level)
        clean = priced_at(terms.kind, safe, Settled(later, first, accrued), terms.beside)
    paid_at = first[:, np.newaxis] + np.arange(gone.interest.shape[1])
    grown = earned(terms.reinvestment, paid_at, months[:, np.newaxis])
    received = (gone.paid * grown).sum(axis=-1)
    held = np.where(gone.factor > 0, gone.factor * (clean / PAR + accrued), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        monthly = np.log((received + held) / full_price(asked.settled, price)) / months
    parts = (
        gone.interest.sum(axis=-1) + (gone.factor - 1) * accrued,
        gone.principal.sum(axis=-1) - (1 - gone.factor) * price / PAR,
        (gone.paid * (grown - 1)).sum(axis=-1),
        np.where(gone.factor > 0, gone.factor * (clean - price) / PAR, 0.0),
    )
    left = np.where(gone.factor > 0, clean, np.nan)
    values = np.stack([yield_of(monthly, Basis.BEY), *(PAR * part for part in parts), left], axis=-1)
    values[list(failures)] = np.nan
    lost = ~np.isfinite(values).all(axis=-1)
    words = "horizon: nothing is left of the pool by then that a price could be of"
    return Outcome(values, {row: NoSolution(words) for row in np.flatnonzero(lost).tolist()} | failures)


def _refused_levels(terms: _Terms, level: FloatArray) -> dict[int, Exception]:
    """Return why levels are no yields, or no prices of a pool."""
    if terms.kind is HorizonKind.YIELD:
        low, high, remedy = (
            LEAST_YIELD,
            np.nextafter(1.0, 0.0),
            "is no yield from -99% to below 100%; type 5.5% or 0.055",
        )
    elif terms.kind is HorizonKind.PRICE and terms.strip is Strip.POOL:
        low, high, remedy = *_POOL_PRICES, "is no price of a pool, 5 to 300 per 100 of face; type 101 or 101-16"
    else:
        return {}
    wrong = np.flatnonzero(~((level >= low) & (level <= high)))
    return {row: InputError("horizon", float(level[row]), remedy) for row in wrong.tolist()}


def _option_adjusted(position: Position, months: IntArray, failures: dict[int, Exception]) -> FloatArray:
    """Return clean prices at option-adjusted spreads at the horizon, keeping why rows have none."""
    request, spread = position.request, position.columns[1] / BASIS_POINTS
    clean, wam = np.full(months.size, np.nan), pools_of(request.asked).wam
    for rows in alike(request, months):
        left = rows[wam[rows] > months[rows]]
        if not left.size:
            continue
        try:
            value = aged(request.part(left).held(), int(months[left[0]])).value(spread[left])
        except InputError as failure:
            failures.update((row, failure) for row in left.tolist() if row not in failures)
            continue
        clean[left] = PAR * (value - request.asked.settled.accrued[left])
    return clean
