"""Measures: named numbers asked of a settled claim, from one settlement, one solve and one valuation for all.

A measure is static, a function of the claim at its price and perhaps of a curve, or option-adjusted, a function of the
claim on a market. A new one is a function and a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.settled import Asked
from mbsxl.conventions.choices import plain
from mbsxl.conventions.dates import AT_ONCE, Settlement
from mbsxl.conventions.yields import Basis
from mbsxl.errors import InputError
from mbsxl.kernel import Outcome, by_record, run
from mbsxl.loans.pools import Loans, Pool
from mbsxl.loans.prepayment import ModelLike
from mbsxl.market.curve import ParCurve
from mbsxl.market.hull_white import MEAN_REVERSION
from mbsxl.market.volatility import Volatility
from mbsxl.units import PAR, Unit
from mbsxl.value import risk
from mbsxl.value.oas import Market, Request, as_request
from mbsxl.value.priced import Known, Measure, Needs, Priced, known
from mbsxl.value.risk import USUAL, Adjusted, Method
from mbsxl.value.spreads import interpolated, nominal, zero_volatility


def _mortgage_yield(priced: Priced) -> FloatArray:
    return priced.yield_in(Basis.MONTHLY)


def _accrued(priced: Priced) -> FloatArray:
    return PAR * priced.settled.accrued


def _full_price(priced: Priced) -> FloatArray:
    return PAR * priced.full


_LIFE = Needs.SPEED
_PRICED = Needs.SPEED | Needs.PRICE
_COMPARED = _PRICED | Needs.CURVE

STATIC = (
    Measure("YIELD", "yield", attrgetter("bey"), Unit.DECIMAL, _PRICED),
    Measure("MORTGAGE_YIELD", "mortgage yield", _mortgage_yield, Unit.DECIMAL, _PRICED),
    Measure("WAL", "average life", attrgetter("life"), Unit.YEARS, _LIFE),
    Measure("DURATION", "modified duration", attrgetter("modified"), Unit.YEARS, _PRICED),
    Measure("MACAULAY_DURATION", "Macaulay duration", attrgetter("macaulay"), Unit.YEARS, _PRICED),
    Measure("CONVEXITY", "convexity", attrgetter("convexity"), Unit.YEARS_SQUARED, _PRICED),
    Measure("DV01", "DV01", attrgetter("dv01"), Unit.POINTS, _PRICED),
    Measure("ACCRUED", "accrued interest", _accrued, Unit.POINTS, Needs.NOTHING),
    Measure("FULL_PRICE", "full price", _full_price, Unit.PRICE, Needs.PRICE),
    Measure("NOMINAL_SPREAD", "nominal spread", nominal, Unit.BASIS_POINTS, _COMPARED),
    Measure("I_SPREAD", "I-spread", interpolated, Unit.BASIS_POINTS, _COMPARED),
    Measure("Z_SPREAD", "Z-spread", zero_volatility, Unit.BASIS_POINTS, _COMPARED),
)
MEASURES = {each.name: each for each in (*STATIC, *risk.MEASURES)}
_KNOWN = {plain(name): name for name in MEASURES}


class OpenMarket(NamedTuple):
    """As much of a market as the measures asked for need: none, a curve, or a curve and a volatility."""

    tenors: npt.ArrayLike | None = None
    par_yields: npt.ArrayLike | None = None
    volatility: Volatility | None = None
    mean_reversion: npt.ArrayLike = MEAN_REVERSION
    model: ModelLike = None

    def known_for(self, purpose: str, *, curve: bool, volatility: bool) -> Market:
        """Return the market, where what is needed for a purpose is given; what is not stands for nothing.

        Errors
        ------
        InputError
            A curve or a volatility that is needed and not given.
        """
        needed = {"tenors": curve, "par_yields": curve, "volatility": volatility}
        for argument in (name for name, need in needed.items() if need and getattr(self, name) is None):
            raise InputError(argument, "", f"is needed for {purpose}; give it", wrong_kind=True)
        quoted = ParCurve(self.tenors, self.par_yields) if curve else _NO_CURVE  # type: ignore[arg-type]
        moving = self.volatility if volatility else 0.0
        return Market(quoted, moving, self.mean_reversion, self.model)  # type: ignore[arg-type]


NO_MARKET = OpenMarket()


@by_record("measure", "value")
def measured(
    measures: npt.ArrayLike,
    price: npt.ArrayLike | None,
    pool: Pool,
    market: OpenMarket = NO_MARKET,
    settlement: Settlement = AT_ONCE,
    method: Method = USUAL,
) -> tuple[npt.ArrayLike, Outcome]:
    """Return the measures named of a pool at a clean price, all from one settlement, one solve and one valuation.

    Names: YIELD, MORTGAGE_YIELD, WAL, DURATION, MACAULAY_DURATION, CONVEXITY, DV01, ACCRUED, FULL_PRICE at the speed
    given; NOMINAL_SPREAD, I_SPREAD, Z_SPREAD with a curve too; OAS, STANDARD_ERROR, MODEL_Z_SPREAD, OPTION_COST,
    EFFECTIVE_DURATION, EFFECTIVE_CONVEXITY, SPREAD_DURATION, VEGA, PREPAYMENT_DURATION,
    CURRENT_COUPON_SPREAD_DURATION, CONVEXITY_STANDARD_ERROR, CONVEXITY_IN_HUNDREDTHS, and what they rest on,
    VOLATILITY_1Y10Y, MORTGAGE_RATE, BURNOUT, at the model's speeds, with a curve and a volatility.

    Shapes: `measures` a row or column of names; the rest broadcast; the values are (measures, ...). Units: as the
    formula of that name, or the row of `oas_risk`, has them.

    Errors
    ------
    InputError
        A name there is not, or a price, speed, curve or volatility that a measure needs and that is not given.
    NoSolution
        As the formulas of the measures.

    Source: as the formulas of the measures.

    Examples
    --------
    >>> pool = Pool(0.09, 0.095, 360, 0, "150 PSA")
    >>> record = measured(["YIELD", "WAL", "DURATION"], 100, pool, settlement=Settlement(program="GNMA I"))
    >>> record.values.round(5)  # SF-50
    array([0.09107, 9.77844, 5.48186])
    """
    names = [named(str(name)) for name in np.ravel(np.asarray(measures, object)).tolist()]
    chosen = [MEASURES[name] for name in names]
    needs = needs_of(chosen, {"price": price}, pool.speed, market)
    whole = market.known_for("these measures", curve=Needs.CURVE in needs, volatility=Needs.VOLATILITY in needs)
    of = pool if Needs.SPEED in needs else Loans(*pool[:4])
    request, rows = as_request(
        _NO_PRICE if price is None else price, of, whole, settlement, method.paths, method.quoted
    )
    kernel = partial(_measured, chosen, known(whole.curve, method.quoted.spread_basis), method.move())
    if Needs.VOLATILITY in needs:
        return names, rows.outcome(run(kernel, request, len(chosen)))
    claims = request.asked._replace(monthly=Needs.CURVE in needs)
    return names, rows.outcome(run(partial(_static, kernel, request), claims, len(chosen)))


_NO_PRICE = np.nan
_NO_CURVE = ParCurve([1.0], [0.0])  # what stands where no measure looks


def named(text: str, among: Mapping[str, Measure] = MEASURES) -> str:
    """Return the name of a measure as it is written, whatever the case and the spaces it is read in.

    Errors
    ------
    InputError
        A name there is not.
    """
    name = _KNOWN.get(plain(text)) or next((name for name in among if plain(name) == plain(text)), None)
    if name is None:
        near = get_close_matches(text.upper(), among, 1)
        hint = f"is {near[0]} meant? " if near else ""
        raise InputError("measures", text, f"is not a measure; {hint}there are {', '.join(among)}", wrong_kind=True)
    return name


def needs_of(chosen: list[Measure], price: dict[str, Any], speed: Any, market: OpenMarket) -> Needs:
    """Return what the measures need, all of which is given; `price` is by the name of its argument."""
    given: dict[Needs, dict[str, Any]] = {
        Needs.PRICE: price,
        Needs.SPEED: {"speed": speed},
        Needs.CURVE: {"tenors": market.tenors, "par_yields": market.par_yields},
        Needs.VOLATILITY: {"volatility": market.volatility},
    }
    needed = Needs.NOTHING
    for measure in chosen:
        for need in measure.needs:
            for argument, value in given[need].items():
                if value is None:
                    raise InputError(argument, "", f"is needed for {measure.name}; give it", wrong_kind=True)
        needed |= measure.needs
    return needed


def _static(kernel: Callable[[Request], Outcome], request: Request, asked: Asked) -> Outcome:
    return kernel(request._replace(asked=asked))


def _measured(chosen: list[Measure], beside: Known, move: float, request: Request) -> Outcome:
    priced = Priced(request.asked.settled, request.asked.columns[0], beside)
    values = np.full((request.rows, len(chosen)), np.nan)
    adjusted = [place for place, measure in enumerate(chosen) if Needs.VOLATILITY in measure.needs]
    for place, measure in enumerate(chosen):
        if place not in adjusted:
            values[:, place] = measure.function(priced)
    if adjusted:
        try:
            valued = Adjusted(request.held(), priced.full, move)
            values[:, adjusted] = np.stack([chosen[place].function(valued) for place in adjusted], axis=1)
            priced.refuse(valued.failures)
        except InputError as failure:
            priced.refuse(dict.fromkeys(range(request.rows), failure))
    return Outcome(values, priced.failures)
