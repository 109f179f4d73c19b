"""Measures asked of the classes of a deal: static ones at a speed of its collateral, the others on paths of rates.

Classes are claims, so the numbers are those of any claim (`value.measures`); all the classes share one projection, and
one run of the waterfall for each market that a measure looks at.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.payments import Flows
from mbsxl.claims.settled import Settled, settled_at
from mbsxl.conventions.dates import AT_ONCE, Settlement, accrued_days, months_to_first_payment
from mbsxl.errors import InputError
from mbsxl.kernel import Listing
from mbsxl.loans.pools import Loans
from mbsxl.loans.prepayment import as_model
from mbsxl.speeds.grammar import OneSpeed
from mbsxl.structures.classes import NO_TERMS, Deal, Projected, Terms, check_deal, project_deal
from mbsxl.structures.paths import Cohort, HeldClasses, PathDeal
from mbsxl.structures.schedule import planned_balances
from mbsxl.units import DAYS_A_YEAR, PAR
from mbsxl.value.measures import MEASURES, NO_MARKET, OpenMarket, named, needs_of
from mbsxl.value.oas import Market, as_request
from mbsxl.value.priced import Measure, Needs, Priced, known
from mbsxl.value.risk import MOVE, USUAL, Adjusted


def cmo_measures(
    measures: npt.ArrayLike,
    class_prices: npt.ArrayLike | None,
    deal: Deal,
    speed: OneSpeed | None,
    market: OpenMarket = NO_MARKET,
    terms: Terms = NO_TERMS,
    settlement: Settlement = AT_ONCE,
) -> Listing:
    """Return the measures named of each class of a deal at its clean price.

    The names are those of MBS_MEASURES. Static ones are at the speed of the collateral; those of the option-adjusted
    family on the model's paths, where the index of floating classes is the one-month rate, set as a month begins.

    Shapes: classes down, names across; `class_prices` one for all, or a column beside the classes. Units: as the
    formula of that name, prices per 100 of each class's balance.

    Errors
    ------
    InputError
        A name there is not, what a measure needs and is not given, or a deal that cannot be.
    NoSolution
        As the formulas of the measures.

    Source: as the formulas of the measures; F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: valuation of
    collateralized mortgage obligations.

    Examples
    --------
    >>> from mbsxl import Cohorts
    >>> from mbsxl.structures.tranches import read_structure
    >>> table = [{"class": "A", "kind": "SEQ", "balance": 600.0, "coupon": 0.09, "order": 1.0},
    ...          {"class": "B", "kind": "SEQ", "balance": 400.0, "coupon": 0.09, "order": 2.0}]
    >>> pools = Cohorts(*map(np.array, ([1000.0], [0.09], [0.095], [360], [0], [None])))
    >>> listing = cmo_measures(["YIELD", "WAL"], 100.0, Deal(read_structure(table), pools), "150 PSA")
    >>> [(name, round(life, 2)) for name, _, life in listing.rows]
    [('A', 4.98), ('B', 17.04)]
    """
    names = [named(str(name)) for name in np.ravel(np.asarray(measures, object)).tolist()]
    chosen = [MEASURES[name] for name in names]
    by_cohort = all(each is not None for each in deal.collateral.speed)
    given = "each cohort's own" if speed in (None, "") and by_cohort else speed or None
    needs = needs_of(chosen, {"class_prices": class_prices}, given, market)
    on_paths = Needs.VOLATILITY in needs
    whole = market.known_for("these measures", curve=Needs.CURVE in needs, volatility=on_paths)
    as_model(market.model)
    count = len(deal.structure.tranches)
    prices = _prices(class_prices, count)
    beside = known(whole.curve, USUAL.quoted.spread_basis)
    values = np.full((count, len(names)), np.nan)
    failures: dict[int, Exception] = {}
    if any(Needs.VOLATILITY not in each.needs for each in chosen):
        at = speed if Needs.SPEED in needs else "0 CPR"
        priced = Priced(_settled(deal, at, terms, settlement), prices, beside)
        _fill(values, chosen, priced, static=True)
        failures = priced.failures
    if on_paths:
        full = prices / PAR + _accrued(deal, terms, settlement)
        valued = Adjusted(_on_market(deal, terms, whole, settlement), full, MOVE)
        _fill(values, chosen, valued, static=False)
        failures = valued.failures | failures
    rows = zip(deal.structure.tranches, values.tolist(), strict=True)
    return Listing(
        ("class", *names),
        [
            (tranche.name, *(failures.get(row, number) if number != number else number for number in line))
            for row, (tranche, line) in enumerate(rows)
        ],
    )


def _prices(given: npt.ArrayLike | None, count: int) -> FloatArray:
    prices = np.ravel(np.asarray(np.nan if given is None else given, float))
    if prices.size not in (1, count):
        remedy = f"stand beside {count} classes; give one price for all, or one each"
        raise InputError("class_prices", f"{prices.size} prices", remedy)
    return np.broadcast_to(prices, count).copy()


def _fill(values: FloatArray, chosen: list[Measure], of: Priced | Adjusted, *, static: bool) -> None:
    for place, measure in enumerate(chosen):
        if (Needs.VOLATILITY not in measure.needs) is static:
            values[:, place] = measure.function(of)


def _settled(deal: Deal, speed: OneSpeed | None, terms: Terms, settlement: Settlement) -> Settled:
    """Return the classes at a speed as claims at their settlement, a row each."""
    found = project_deal(deal, [speed], terms)
    flows = [found.flow(place) for place in range(len(deal.structure.tranches))]
    faces = np.array([tranche.balance for tranche in deal.structure.tranches])[:, np.newaxis]
    paid = np.hstack([flow.principal + flow.interest for flow in flows]).T / faces
    reductions = np.maximum(np.hstack([flow.reduction for flow in flows]).T, 0.0) / faces
    claim = Flows(paid, reductions, _rates(found, deal))
    count = len(flows)
    first = np.full(count, float(months_to_first_payment(*settlement)))
    return settled_at(claim, first, np.full(count, float(accrued_days(settlement.settle)))).settled


def _rates(found: Projected, deal: Deal) -> FloatArray:
    return np.array([float(each.coupon.at(found.rates[0, 0])) for each in deal.structure.tranches])


def _accrued(deal: Deal, terms: Terms, settlement: Settlement) -> FloatArray:
    index = 0.0 if terms.index is None else float(np.ravel(np.asarray(terms.index, float))[0])
    rates = np.array([float(each.coupon.at(index)) for each in deal.structure.tranches])
    return rates * (float(accrued_days(settlement.settle)) / DAYS_A_YEAR)


def _on_market(deal: Deal, terms: Terms, market: Market, settlement: Settlement) -> HeldClasses:
    """Return the classes on a market; the model is that of the largest cohort."""
    structure, cohorts = deal
    check_deal(deal, terms if terms.index is not None else terms._replace(index=0.0))
    loans = Loans(*cohorts[1:5])
    request, rows = as_request(np.nan, loans, market, settlement, USUAL.paths, USUAL.quoted)
    for failure in rows.failures.values():
        raise failure
    paths = request.one(int(np.argmax(cohorts.face))).paths
    longest = request.one(int(np.argmax(cohorts.wam))).paths
    held = tuple(
        Cohort(float(face), float(wac), int(wam), int(age)) for face, _, wac, wam, age in zip(*cohorts[:5], strict=True)
    )
    planned = planned_balances(structure, cohorts, terms.schedule)
    by_value = tuple((place, tuple(balance[:, 0].tolist())) for place, balance in planned.items())
    return HeldClasses(PathDeal(structure, held, by_value), paths._replace(sample=longest.sample), request.basis)
