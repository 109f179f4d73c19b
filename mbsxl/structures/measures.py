"""Measures asked of the classes of a deal: static ones at a speed of its collateral, the others on paths of rates.

Classes are claims, so the numbers are those of any claim (`value.measures`); all the classes share one projection, and
one run of the waterfall for each market that a measure looks at.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.claims.payments import Flows
from mbsxl.claims.settled import Settled, full_price, settled_at
from mbsxl.conventions.dates import AT_ONCE, Settlement, class_days, months_to_first_payment
from mbsxl.errors import InputError
from mbsxl.kernel import Listing
from mbsxl.loans.pools import Loans
from mbsxl.loans.prepayment import as_model
from mbsxl.speeds.grammar import OneSpeed
from mbsxl.structures.classes import NO_TERMS, Deal, Projected, Terms, deal_settlement, project_deal
from mbsxl.structures.index import OpenCurve, forward_rates, index_rates
from mbsxl.structures.margins import discount_margins
from mbsxl.structures.paths import Cohort, HeldClasses, PathDeal
from mbsxl.structures.schedule import planned_balances
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, Unit
from mbsxl.value.measures import MEASURES, NO_MARKET, OpenMarket, named, needs_of
from mbsxl.value.oas import Market, as_request
from mbsxl.value.priced import Known, Measure, Needs, Priced, known
from mbsxl.value.risk import MOVE, USUAL, Adjusted


class PricedClasses(Priced):
    """The classes of a deal at clean prices, a row each, and the deal as projected."""

    def __init__(self, deal: Projected, settled: Settled, price: FloatArray, beside: Known) -> None:
        super().__init__(settled, price, beside)
        self.deal = deal


def discount_margin(classes: PricedClasses) -> FloatArray:
    """Return the discount margins of floating classes, in basis points; other classes are refused."""
    claim = classes.settled.claim
    assert isinstance(claim, Flows)
    periods = np.full(claim.paid.shape, 1 / MONTHS_A_YEAR)
    periods[:, 0] = classes.settled.first / MONTHS_A_YEAR
    index = np.broadcast_to(classes.deal.rates[:, 0], claim.paid.shape)
    remedy = "is of floating classes, and this one is none; ask a spread of it"
    fixed = [row for row, each in enumerate(classes.deal.structure.tranches) if each.coupon.multiple <= 0]
    classes.refuse(dict.fromkeys(fixed, InputError("measures", "DISCOUNT_MARGIN", remedy)))
    found = classes.answer(discount_margins(claim.paid, periods, index, classes.full))
    found[fixed] = np.nan
    return BASIS_POINTS * found


_NEEDED = Needs.SPEED | Needs.PRICE
OF_CLASSES = MEASURES | {
    "DISCOUNT_MARGIN": Measure("DISCOUNT_MARGIN", "discount margin", discount_margin, Unit.BASIS_POINTS, _NEEDED)
}


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

    The names are those of MBS_MEASURES, and DISCOUNT_MARGIN, of floating classes. Static ones are at the speed of the
    collateral; those of the option-adjusted family on the model's paths, where the index of floating classes is the
    one-month rate, set as a month begins. A discount margin counts months of thirty days: of an index that counts
    actual days over 360 give 365/360 of it (SF-52).

    Shapes: classes down, names across; `class_prices` one for all, or a column beside the classes. Units: as the
    formula of that name, prices per 100 of each class's balance.

    Errors
    ------
    InputError
        A name there is not, what a measure needs and is not given, or a deal that cannot be.
    NoSolution
        As the formulas of the measures.

    Source: as the formulas of the measures; SF-53 (discount margin); F. Fabozzi (ed.), The Handbook of Mortgage-Backed
    Securities: valuation of collateralized mortgage obligations.

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
    names = [named(str(name), OF_CLASSES) for name in np.ravel(np.asarray(measures, object)).tolist()]
    chosen = [OF_CLASSES[name] for name in names]
    by_cohort = all(each is not None for each in deal.collateral.speed)
    given = None if isinstance(speed, str) and not speed else speed
    structure = deal.structure
    timing = deal_settlement(structure, settlement)
    needs = needs_of(chosen, {"class_prices": class_prices}, "each cohort's own" if by_cohort else given, market)
    on_paths = Needs.VOLATILITY in needs
    whole = market.known_for("these measures", curve=Needs.CURVE in needs, volatility=on_paths)
    as_model(market.model)
    count = len(structure.tranches)
    prices = _prices(class_prices, count)
    beside = known(whole.curve, USUAL.quoted.spread_basis)
    values = np.full((count, len(names)), np.nan)
    failures: dict[int, Exception] = {}
    static = any(Needs.VOLATILITY not in each.needs for each in chosen)
    curve = OpenCurve(market.tenors, market.par_yields)
    index = index_rates(structure, terms.index, curve) if static or terms.index is not None else None
    projected = project_deal(deal, [given if Needs.SPEED in needs else "0 CPR"], terms.schedule, index)
    today = float((forward_rates(curve) if index is None else index)[0])
    settled = _settled(projected, today, timing)
    if static:
        priced = PricedClasses(projected, settled, prices, beside)
        _fill(values, chosen, priced, static=True)
        failures = priced.failures
    if on_paths:
        valued = Adjusted(_on_market(deal, terms, whole, timing), full_price(settled, prices), MOVE)
        _fill(values, chosen, valued, static=False)
        failures = valued.failures | failures
    rows = zip(structure.tranches, values.tolist(), strict=True)
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


def _settled(found: Projected, index: float, settlement: Settlement) -> Settled:
    """Return the classes at a speed as claims at their settlement, a row each; the index is that of today."""
    tranches, flows = found.structure.tranches, found.flows
    faces = np.array([tranche.balance for tranche in tranches])[:, np.newaxis]
    paid = np.hstack([flow.principal + flow.interest for flow in flows]).T / faces
    reductions = np.maximum(np.hstack([flow.reduction for flow in flows]).T, 0.0) / faces
    rates = np.array([float(tranche.coupon.at(index)) for tranche in tranches])
    first = np.full(len(flows), float(months_to_first_payment(*settlement)))
    accrued = np.array([float(class_days(settlement, tranche.accrual)) for tranche in tranches])
    return settled_at(Flows(paid, reductions, rates), first, accrued).settled


def _on_market(deal: Deal, terms: Terms, market: Market, settlement: Settlement) -> HeldClasses:
    """Return the classes on a market; the model is that of the largest cohort."""
    structure, cohorts = deal
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
