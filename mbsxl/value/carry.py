"""Carry and roll-down: what a financed position earns until a horizon if the curve stays where it is.

Carry is what is received and accrues less the financing; roll-down is what the price moves as the pool ages on an
unchanged curve, its spread held. Together they are what the full value gains over the cost of financing it, each
payment put at the financing rate until the horizon, or discounted to it where it comes later.

Source: B. Tuckman and A. Serrat, Fixed Income Securities, 4th edition, 3.8 (cash carry and carry-roll-down).
"""

from __future__ import annotations

from enum import Enum
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import DateArray, FloatArray, IntArray
from mbsxl.claims.passthrough import Passthrough, pool_balances
from mbsxl.claims.settled import Settled, full_price, worthless
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import Day, Settlement, accrued_days, months_to_first_payment, payment_dates
from mbsxl.conventions.money_market import actual_days, discounted, interest
from mbsxl.conventions.programs import Program, delay_days
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Outcome, by_record, run
from mbsxl.loans.pools import Pool
from mbsxl.loans.prepayment import ModelLike
from mbsxl.market.curve import ParCurve, par
from mbsxl.market.hull_white import MEAN_REVERSION
from mbsxl.market.volatility import Volatility
from mbsxl.units import BASIS_POINTS, DAYS_A_YEAR, PAR
from mbsxl.value.horizon import LEAST_YIELD, HorizonKind, Position, aged, alike, passed, priced_at, still_owed, too_long
from mbsxl.value.measures import OpenMarket
from mbsxl.value.oas import WHOLE, Quoted, as_request
from mbsxl.value.priced import Known, Priced, known
from mbsxl.value.spreads import nominal, zero_volatility


class SpreadKind(Enum):
    """Which spread over the curve is held to the horizon: the Z-spread, the option-adjusted or the nominal one."""

    Z = "Z"
    OAS = "OAS"
    NOMINAL = "NOMINAL"


class Financed(NamedTuple):
    """How a position is financed, for how long, and what is held until then."""

    settle: Day
    financing: npt.ArrayLike
    months: npt.ArrayLike
    spread_kind: SpreadKind | str = SpreadKind.Z
    volatility: Volatility | None = None
    mean_reversion: npt.ArrayLike = MEAN_REVERSION
    model: ModelLike = None
    program: Program | str | float = Program.UMBS


RECORD = (
    "coupon income",
    "amortisation gain",
    "financing cost",
    "carry",
    "roll-down",
    "total",
    "total (bp a year)",
    "forward price",
    "yield rise (bp)",
    "reinvestment",
    "horizon price",
)


class _Terms(NamedTuple):
    """What all positions share: which spread is held, and over what."""

    kind: SpreadKind
    beside: Known


@by_record("measure", "value")
def carry(
    price: npt.ArrayLike, pool: Pool, curve: ParCurve, financed: Financed, quoted: Quoted = WHOLE
) -> tuple[npt.ArrayLike, Outcome]:
    """Return the carry and the roll-down of a financed position over some months, in points per 100 of face.

    The horizon is the settlement `months` later, on the same day or the month's last. All is as then: the pool aged by
    the months, the accrued interest that of the day; the payments whose months end before it are received.

    - coupon income: interest paid, and accrued at the horizon less that bought.
    - amortisation gain: principal repaid at par less its price; a loss for a premium.
    - financing cost: of the full price, simple interest, actual/360.
    - carry: coupon income, amortisation gain and reinvestment (below) less the financing cost.
    - roll-down: on the face left, the price at the horizon on today's curve at today's spread, the Z-spread at the
      `speed`, or the OAS at the model's speeds, or the nominal spread, less the price paid.
    - total: carry and roll-down; also in basis points a year of the full price, actual/360.
    - forward price: the price at the horizon at which the total is 0.
    - yield rise: how much above the yield at the horizon price, in basis points, that is.
    - reinvestment: what payments earn at the financing rate until the horizon; a payment that comes later, by the
      programme's delay from the calendar day, is discounted to it.
    - horizon price: at which roll-down is counted.

    Shapes: broadcast, over one curve of (tenors,); the values are (measures, ...). Units: points; `financing` a
    decimal.

    Errors
    ------
    InputError
        A pool or a curve that cannot be, no `settle`, months past the last payment, OAS without a `volatility`.
    NoSolution
        A price that, with accrued interest, is not above 0, or that no yield gives.

    Source: Tuckman and Serrat, Fixed Income Securities, 4th ed., 3.8.

    Examples
    --------
    >>> from datetime import date
    >>> steep = ParCurve([0.5, 2, 5, 10, 30], [0.037, 0.036, 0.038, 0.042, 0.048])
    >>> record = carry(100.75, Pool(0.055, 0.0635, 355, 5, "8 CPR"), steep, Financed(date(2026, 6, 11), 0.0375, 3))
    >>> dict(zip(record.names[3:6].tolist(), record.values[3:6].round(4).tolist()))
    {'carry': 0.3827, 'roll-down': 0.0095, 'total': 0.3921}
    """
    kind = choose(SpreadKind, "spread_kind", financed.spread_kind)
    if financed.settle is None or np.isnat(np.asarray(financed.settle, "datetime64[D]")).any():
        remedy = "is needed: financing counts days; type a date, =DATE(2026,6,11)"
        raise InputError("settle", "", remedy, wrong_kind=True)
    market = OpenMarket(*curve, financed.volatility, financed.mean_reversion, financed.model)
    whole = market.known_for("spread_kind OAS", curve=True, volatility=kind is SpreadKind.OAS)
    columns = financed.months, np.asarray(financed.settle, "datetime64[D]").astype(np.int64)
    delay = delay_days(financed.program)
    given = np.broadcast_arrays(price, financed.financing, *columns, delay)
    settlement = Settlement(financed.settle, financed.program)
    request, rows = as_request(given[0], pool, whole, settlement, 0, quoted)
    beside, on_paths = (np.asarray(column, float) for column in given[1:]), kind is SpreadKind.OAS
    position = Position.of(request, rows, *beside, on_paths=on_paths)
    terms = _Terms(kind, known(whole.curve, quoted.spread_basis))
    return RECORD, rows.outcome(run(partial(_carried, terms), position, len(RECORD)))


def _carried(terms: _Terms, position: Position) -> Outcome:
    asked, (rate, wanted, day, delay) = position.request.asked, position.columns
    price, (claim, _, accrued) = asked.columns[0], asked.settled
    assert isinstance(claim, Passthrough)
    full, wam = full_price(asked.settled, price), claim.pools.wam
    failures = worthless(price, full) | too_long(wanted.astype(np.int64), wam, last=1)
    months = np.clip(wanted.astype(np.int64), 1, np.maximum(wam - 1, 1))
    settle = day.astype(np.int64).astype("datetime64[D]")
    then = later_day(settle, months)
    days = actual_days(settle, then)
    balance = pool_balances(claim.pools)
    gone = passed(claim, balance, months)
    ahead = Settled(
        still_owed(claim, balance, months),
        np.asarray(months_to_first_payment(then, delay)),
        claim.accrual * accrued_days(then) / DAYS_A_YEAR,
    )
    horizon = _prices(terms, position, months, ahead, failures)
    late = actual_days(then[:, np.newaxis], payment_dates(settle, delay, gone.paid.shape[1]))
    each = rate[:, np.newaxis]
    grown = np.where(late > 0, discounted(1.0, each, late), 1 + interest(1.0, each, -late))
    cost, received = interest(full, rate, days), (gone.paid * grown).sum(axis=-1)
    income = gone.interest.sum(axis=-1) + gone.factor * ahead.accrued - accrued
    gain = gone.principal.sum(axis=-1) - (1 - gone.factor) * price / PAR
    reinvested = received - gone.paid.sum(axis=-1)
    earned = income + gain + reinvested - cost
    rolled = gone.factor * (horizon - price) / PAR
    with np.errstate(divide="ignore", invalid="ignore"):
        forward = PAR * ((full + cost - received) / gone.factor - ahead.accrued)
        yearly = (earned + rolled) / full * DAYS_A_YEAR / days * BASIS_POINTS
    yields = [Priced(ahead, clean) for clean in (forward, horizon)]
    rise = (yields[0].bey - yields[1].bey) * BASIS_POINTS
    points = (PAR * part for part in (income, gain, cost, earned, rolled, earned + rolled))
    values = np.stack([*points, yearly, forward, rise, PAR * reinvested, horizon], axis=-1)
    values[list(failures)] = np.nan
    for label, priced in zip(("forward", "horizon"), yields, strict=True):
        failures = {row: NoSolution(f"at the {label} price: {why}") for row, why in priced.failures.items()} | failures
    return Outcome(values, failures)


def later_day(settle: DateArray, months: IntArray) -> DateArray:
    """Return the same day some months later, or that month's last.

    Examples
    --------
    >>> later_day(np.array(["2026-01-31"], "M8[D]"), np.array([1]))
    array(['2026-02-28'], dtype='datetime64[D]')
    """
    month = settle.astype("datetime64[M]")
    since = settle - month.astype("datetime64[D]")
    then = month + months.astype("timedelta64[M]")
    last = (then + np.timedelta64(1, "M")).astype("datetime64[D]") - np.timedelta64(1, "D")
    return np.minimum(then.astype("datetime64[D]") + since, last)


def _prices(
    terms: _Terms, position: Position, months: IntArray, ahead: Settled, failures: dict[int, Exception]
) -> FloatArray:
    """Return the clean prices at the horizon, the curve unchanged and the spread held."""
    asked = position.request.asked
    price = asked.columns[0]
    if terms.kind is SpreadKind.OAS:
        full = full_price(asked.settled, price)
        return _option_adjusted(position, months, full, ahead, failures)
    today = Priced(asked.settled, price, terms.beside)
    if terms.kind is SpreadKind.Z:
        spread = zero_volatility(today)
        clean = priced_at(HorizonKind.Z, spread, ahead, terms.beside)
    else:
        later = Priced(ahead, price, terms.beside)
        level = par(terms.beside.curve, later.life) + nominal(today) / BASIS_POINTS
        priceable = level > LEAST_YIELD
        clean = priced_at(HorizonKind.YIELD, np.where(priceable, level, 0.0), ahead, terms.beside)
        for row in np.flatnonzero(~priceable & np.isfinite(level)).tolist():
            words = (
                f"price {price[row]:.10g}: its nominal spread, held, leaves a yield of {level[row]:.0%} at the horizon"
            )
            failures.setdefault(row, NoSolution(words))
    for row, failure in today.failures.items():
        failures.setdefault(row, failure)
    return clean


def _option_adjusted(
    position: Position, months: IntArray, full: FloatArray, ahead: Settled, failures: dict[int, Exception]
) -> FloatArray:
    clean, request = np.full(full.size, np.nan), position.request
    for rows in alike(request, months, ahead.first):
        sound = rows[~np.isin(rows, np.fromiter(failures, int, len(failures)))]
        if not sound.size:
            continue
        try:
            held = request.part(sound).held()
            then = aged(held, int(months[sound[0]]), float(ahead.first[sound[0]]))
        except InputError as failure:
            failures.update(dict.fromkeys(sound.tolist(), failure))
            continue
        found = held.spreads(full[sound])
        failures.update((int(sound[row]), failure) for row, failure in found.failures().items())
        clean[sound] = PAR * (then.value(found.x) - ahead.accrued[sound])
    return clean
