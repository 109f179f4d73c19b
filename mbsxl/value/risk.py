"""What moves the price of a claim at its option-adjusted spread: rates, spreads, volatility, speeds.

Each measure holds the option-adjusted spread and values the claim again on the same paths, prepayments projected anew.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: effective duration and convexity, key rate, spread
and prepayment durations.
"""

from __future__ import annotations

from functools import cached_property, partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.settled import Asked, full_price, worthless
from mbsxl.conventions.dates import AT_ONCE, Settlement
from mbsxl.errors import InputError
from mbsxl.kernel import Outcome, by_record
from mbsxl.loans.pools import Loans
from mbsxl.market.curve import ParCurve
from mbsxl.market.hull_white import PATHS, long_rate_today
from mbsxl.market.volatility import swaption_volatility
from mbsxl.units import BASIS_POINTS, PAR, PERCENT, Unit
from mbsxl.value.oas import WHOLE, Market, Quoted, as_request, each_market
from mbsxl.value.on_market import Held, OnMarket
from mbsxl.value.priced import Measure, Needs

MOVE = 10.0  # basis points of par yields, either way
_LEAST_MOVE, _MOST_MOVE = 0.1, 300.0
FASTER = 0.1
HUNDREDTHS = 100
SCRAMBLES = 4
_BASIS_POINT = 1 / BASIS_POINTS


class Adjusted:
    """Claims on one market at their prices: valued once, whatever is asked of them. Spreads are decimals a year.

    A measure is a number a row, not a number where there is none, and then `failures` says why.
    """

    def __init__(self, held: OnMarket, full: FloatArray, move: float = MOVE) -> None:
        self.held = held
        self.full = full
        self.failures: dict[int, Exception] = {}
        self._move = move / BASIS_POINTS

    def _found(self, held: OnMarket) -> FloatArray:
        found = held.spreads(self.full)
        self.failures = found.failures() | self.failures
        return found.x

    @cached_property
    def spread(self) -> FloatArray:
        """The option-adjusted spread."""
        return self._found(self.held)

    @cached_property
    def forward_spread(self) -> FloatArray:
        """The spread on the forward rates alone: the Z-spread at the model's speeds."""
        return self._found(self.held.moved(rates=self._rates(volatility=0.0)))

    def _rates(self, **changes: object) -> object:
        return self.held.paths.rates._replace(**changes)  # type: ignore[arg-type]

    def _at(self, **changes: object) -> FloatArray:
        """Return the value at the option-adjusted spread elsewhere."""
        return self.held.moved(**changes).value(self.spread)

    def _moved(self, move: npt.ArrayLike) -> FloatArray:
        """Return the value when par yields have moved, by one amount or each by its own."""
        moved = np.asarray(self.held.paths.rates.par_yields) + move
        return self._at(rates=self._rates(par_yields=tuple(moved.tolist())))

    @cached_property
    def _lower(self) -> FloatArray:
        return self._moved(-self._move)

    @cached_property
    def _higher(self) -> FloatArray:
        return self._moved(self._move)

    @cached_property
    def _scrambled(self) -> OnMarket:
        """The claims on independent scrambles that share the paths."""
        own, sample = tuple(range(1, SCRAMBLES + 1)), self.held.paths.sample
        return self.held.moved(sample=sample._replace(paths=sample.paths // SCRAMBLES, scrambles=own))

    def oas(self) -> FloatArray:
        """Return the option-adjusted spread in basis points."""
        return self.spread * BASIS_POINTS

    def standard_error(self) -> FloatArray:
        """Return the standard error of the mean of the spreads of independent scrambles that share the paths."""
        spreads = self._scrambled.spreads(self.full).x.reshape(-1, SCRAMBLES)
        return np.std(spreads, axis=1, ddof=1) / SCRAMBLES**0.5 * BASIS_POINTS

    def convexity_error(self) -> FloatArray:
        """Return the standard error of the effective convexity, from the same scrambles."""
        scrambled = Adjusted(self._scrambled, np.repeat(self.full, SCRAMBLES), self._move * BASIS_POINTS)
        apart = scrambled.effective_convexity().reshape(-1, SCRAMBLES)
        return np.std(apart, axis=1, ddof=1) / SCRAMBLES**0.5

    def z_spread(self) -> FloatArray:
        """Return the Z-spread at the model's speeds, in basis points."""
        return self.forward_spread * BASIS_POINTS

    def option_cost(self) -> FloatArray:
        """Return what of the Z-spread the option costs, in basis points."""
        return (self.forward_spread - self.spread) * BASIS_POINTS

    def effective_duration(self) -> FloatArray:
        """Return the relative fall of the full price per unit of all par yields, in years."""
        return (self._lower - self._higher) / (2 * self._move * self.full)

    def effective_convexity(self) -> FloatArray:
        """Return the second derivative of the full price by all par yields over that price, in years squared."""
        return (self._lower + self._higher - 2 * self.full) / (self._move**2 * self.full)

    def convexity_in_hundredths(self) -> FloatArray:
        """Return the effective convexity as desks quote it, a hundredth of the years squared."""
        return self.effective_convexity() / HUNDREDTHS

    def swaption_volatility(self) -> FloatArray:
        """Return the normal volatility of a swaption of a year on ten that the short rate's stands for."""
        rates = self.held.paths.rates
        quoted = ParCurve(rates.tenors, rates.par_yields)
        return self._each(swaption_volatility(rates.volatility, 1, 10, quoted, rates.mean_reversion))

    def mortgage_rate(self) -> FloatArray:
        """Return today's 30-year mortgage rate, as given or as the curve and the model's spread have it."""
        model = self.held.paths.model
        return self._each(model.mortgage_spread + long_rate_today(self.held.paths.rates, model.ten_year_weight))

    def burnout(self) -> FloatArray:
        """Return the part of the quick borrowers taken to be gone."""
        return self._each(self.held.paths.model.burnout)

    def _each(self, value: npt.ArrayLike) -> FloatArray:
        return np.where(np.isfinite(self.spread), value, np.nan)

    def spread_duration(self) -> FloatArray:
        """Return the relative fall of the full price per unit of spread, in years."""
        return self.held.worth(self.spread)[1] / self.full

    def vega(self) -> FloatArray:
        """Return what the price, per 100 of face, gains when the volatility rises by a basis point."""
        wilder = self._rates(volatility=self.held.paths.rates.volatility + _BASIS_POINT)
        return (self._at(rates=wilder) - self.full) * PAR

    def prepayment_duration(self) -> FloatArray:
        """Return the percent of the full price lost when all speeds are a tenth faster, by a tenth either way."""
        faster, slower = (self._at(model=self.held.paths.model.faster(factor)) for factor in (1 + FASTER, 1 - FASTER))
        return (slower - faster) / 2 / self.full * PERCENT

    def current_coupon_spread_duration(self) -> FloatArray:
        """Return the relative fall of the full price per unit of the mortgage rate's spread, in years."""
        return (1 - self._at(model=self.held.paths.model.wider(_BASIS_POINT)) / self.full) / _BASIS_POINT

    def key_rates(self) -> FloatArray:
        """Return the duration to each par yield of the curve, in years: (rows, tenors)."""
        moves = np.eye(len(self.held.paths.rates.par_yields)) * self._move
        falls = [self._moved(-move) - self._moved(move) for move in moves]
        return np.stack(falls, axis=1) / (2 * self._move * self.full[:, np.newaxis])


def adjusted(held: Held, asked: Asked, move: float) -> Adjusted:
    """Return claims on a market at the clean prices asked about."""
    full = full_price(asked.settled, asked.columns[0])
    claims = Adjusted(held, full, move)
    claims.failures = worthless(asked.columns[0], full)
    return claims


_MARKET = Needs.PRICE | Needs.CURVE | Needs.VOLATILITY
MEASURES = (
    Measure("OAS", "OAS", Adjusted.oas, Unit.BASIS_POINTS, _MARKET),
    Measure("STANDARD_ERROR", "standard error", Adjusted.standard_error, Unit.BASIS_POINTS, _MARKET),
    Measure("MODEL_Z_SPREAD", "Z-spread", Adjusted.z_spread, Unit.BASIS_POINTS, _MARKET),
    Measure("OPTION_COST", "option cost", Adjusted.option_cost, Unit.BASIS_POINTS, _MARKET),
    Measure("EFFECTIVE_DURATION", "effective duration", Adjusted.effective_duration, Unit.YEARS, _MARKET),
    Measure("EFFECTIVE_CONVEXITY", "effective convexity", Adjusted.effective_convexity, Unit.YEARS_SQUARED, _MARKET),
    Measure("SPREAD_DURATION", "spread duration", Adjusted.spread_duration, Unit.YEARS, _MARKET),
    Measure("VEGA", "vega", Adjusted.vega, Unit.POINTS, _MARKET),
    Measure("PREPAYMENT_DURATION", "prepayment duration", Adjusted.prepayment_duration, Unit.PERCENT, _MARKET),
    Measure(
        "CURRENT_COUPON_SPREAD_DURATION",
        "current-coupon-spread duration",
        Adjusted.current_coupon_spread_duration,
        Unit.YEARS,
        _MARKET,
    ),
    Measure(
        "CONVEXITY_STANDARD_ERROR",
        "standard error of convexity",
        Adjusted.convexity_error,
        Unit.YEARS_SQUARED,
        _MARKET,
    ),
    Measure(
        "CONVEXITY_IN_HUNDREDTHS",
        "effective convexity in hundredths",
        Adjusted.convexity_in_hundredths,
        Unit.YEARS_SQUARED,
        _MARKET,
    ),
    Measure("VOLATILITY_1Y10Y", "implied 1y10y volatility", Adjusted.swaption_volatility, Unit.DECIMAL, _MARKET),
    Measure("MORTGAGE_RATE", "mortgage rate", Adjusted.mortgage_rate, Unit.DECIMAL, _MARKET),
    Measure("BURNOUT", "burnout", Adjusted.burnout, Unit.DECIMAL, _MARKET),
)
SET = "set"  # of the model, the record's last row: a text


class Method(NamedTuple):
    """How option-adjusted numbers are found: rate paths, what is priced, and how far the curve is moved."""

    paths: int = PATHS
    quoted: Quoted = WHOLE
    bump: float = MOVE

    def move(self) -> float:
        """Return how far the curve is moved, 0 read as the default.

        Errors
        ------
        InputError
            Too little to tell from rounding, or more than a derivative is meant for.
        """
        bump = self.bump or MOVE
        if not _LEAST_MOVE <= bump <= _MOST_MOVE:
            remedy = (
                f"is no move of the curve; give {_LEAST_MOVE:g} to {_MOST_MOVE:g} basis points, {MOVE:g} by default"
            )
            raise InputError("bump", bump, remedy)
        return bump


USUAL = Method()


@by_record("measure", "value")
def oas_risk(
    price: npt.ArrayLike,
    loans: Loans,
    market: Market,
    settlement: Settlement = AT_ONCE,
    method: Method = USUAL,
) -> tuple[npt.ArrayLike, Outcome, dict[str, npt.NDArray[np.object_]]]:
    """Return the option-adjusted spread at a clean price and what the price depends on.

    - OAS, Z-spread, option cost: basis points. The Z-spread is at the model's speeds along the forward rates, and the
      option cost is that less the OAS.
    - standard error: of the OAS, basis points, from four independent scrambles of a quarter of the paths each. Sobol's
      points gain more than that from their number, so it errs on the safe side.
    - effective duration, effective convexity: years and years squared, the par curve moved by `bump` either way.
    - spread duration: years.
    - vega: what the price gains, per 100 of face, when the volatility rises by a basis point.
    - prepayment duration: percent of the full price lost when all speeds are 10% faster: half of what lies between 10%
      faster and 10% slower.
    - current-coupon-spread duration: years, the mortgage rate's spread moved alone.
    - standard error of convexity: years squared, from the same scrambles. Convexity in hundredths: as desks quote it.
    - what it rests on: the normal volatility of a swaption of a year on ten years that `volatility` stands for, the
      mortgage rate, the burnout, and the name of the model's set.

    Shapes: as `oas`; the values are (measures, ...). Units: as listed; `bump` basis points.

    Errors
    ------
    InputError, NoSolution
        As `oas`.

    Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities (effective, spread and prepayment durations).

    Examples
    --------
    >>> from mbsxl.market.curve import ParCurve
    >>> market = Market(ParCurve([2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048]), 0.0085)
    >>> record = oas_risk(101, Loans(0.06, 0.068, 355, 5), market)
    >>> measured = dict(zip(record.names.tolist(), record.values.tolist()))
    >>> measured["option cost"] > 0 > measured["effective convexity"] and measured["vega"] < 0
    True
    """
    request, rows = as_request(price, loans, market, settlement, method.paths, method.quoted)
    labels = np.array([measure.label for measure in MEASURES])
    found = rows.outcome(each_market(partial(_measures, method.move()), len(MEASURES), request))
    return labels, found, {SET: rows.texts(request.sets)}


def _measures(move: float, held: Held, asked: Asked) -> Outcome:
    claims = adjusted(held, asked, move)
    return Outcome(np.stack([measure.function(claims) for measure in MEASURES], axis=1), claims.failures)


@by_record("tenor", "duration")
def key_rates(
    price: npt.ArrayLike,
    loans: Loans,
    market: Market,
    settlement: Settlement = AT_ONCE,
    method: Method = USUAL,
) -> tuple[npt.ArrayLike, Outcome]:
    """Return the duration to each par yield of the curve, the others and the option-adjusted spread held.

    Each yield is moved by `bump` either way. The sum is the effective duration within 2%.

    Shapes: as `oas`; the durations are (tenors, ...). Units: years; `bump` basis points.

    Errors
    ------
    InputError, NoSolution
        As `oas`.

    Source: T. Ho, "Key Rate Durations: Measures of Interest Rate Risks", Journal of Fixed Income 2 (1992).

    Examples
    --------
    >>> from mbsxl.market.curve import ParCurve
    >>> market = Market(ParCurve([2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048]), 0.0085)
    >>> record = key_rates(100, Loans(0.055, 0.063, 355, 5), market)
    >>> record.names[record.values.argmax()]
    np.float64(10.0)
    """
    request, rows = as_request(price, loans, market, settlement, method.paths, method.quoted)
    tenors = np.asarray(market.curve.tenors, float).ravel()
    return tenors, rows.outcome(each_market(partial(_key_rates, method.move()), tenors.size, request))


def _key_rates(move: float, held: Held, asked: Asked) -> Outcome:
    claims = adjusted(held, asked, move)
    return Outcome(claims.key_rates(), claims.failures)
