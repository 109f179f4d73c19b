"""Scenarios: what positions are worth and return at a horizon when rates, spreads, volatility or speeds move.

A position without a speed prepays as the model has it along the scenario's rates, and is worth at the horizon what its
option-adjusted spread of today, moved by the scenario, makes of the pool as it is then: aged, burnt out, seasoned. One
with a speed keeps it, and its Z-spread. Months are of thirty days, as in `mbsxl.value.horizon`.

Source: F. Fabozzi (ed.), The Handbook of Mortgage-Backed Securities: scenario analysis, total return.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.claims.passthrough import Passthrough
from mbsxl.claims.settled import Asked, Strip, full_price, settle_pools, worthless
from mbsxl.conventions.choices import choose, plain
from mbsxl.conventions.yields import SpreadBasis, monthly_rate
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Listing
from mbsxl.loans.pools import Pool
from mbsxl.loans.prepayment import ModelLike, as_model
from mbsxl.market.curve import HALF_YEAR, CurveReading, ParCurve, par_curve, read
from mbsxl.market.hull_white import MEAN_REVERSION, PATHS, as_hull_white, as_sample
from mbsxl.market.volatility import DatedVolatility
from mbsxl.portfolio.book import TOTAL, label_of, labels_of
from mbsxl.portfolio.modelled import markets
from mbsxl.portfolio.positions import Positions
from mbsxl.portfolio.rate_paths import Clock, MarketPath, RatePath, Shifts, market_path
from mbsxl.portfolio.stories import AtSpeeds, AtTheModel, Story
from mbsxl.value.horizon import too_long
from mbsxl.value.measures import OpenMarket
from mbsxl.value.oas import Market, Quoted, as_request
from mbsxl.value.on_market import Held
from mbsxl.value.priced import Known
from mbsxl.value.treasuries import returns_by_duration


class Plan(NamedTuple):
    """How far off the horizon is, how rates get there, where payments are put; who prepays, what is held and shown."""

    months: int
    path: RatePath | str = RatePath.AT_ONCE
    reinvestment: npt.ArrayLike | None = None
    model: ModelLike = None
    measures: Sequence[str] | None = None
    by: Sequence[str] | None = None
    paths: int = PATHS
    claim: Strip | str = Strip.POOL


_NOTHING_LEFT = "months: nothing is left at the horizon that has a duration or a speed"
_NOTHING_HELD = "positions: nothing is held, a face of 0, that could return anything"

MEASURES = ("VALUE", "CHANGE", "EFFECTIVE_DURATION", "CPR", "RETURN", "OVER_TREASURY")


def scenarios(
    positions: Positions, curve: ParCurve, volatility: float | DatedVolatility, shifts: Shifts, plan: Plan
) -> Listing:
    """Return what positions are worth and return in scenarios, beside Treasuries of the same duration.

    A row a scenario and position, or group of `by` ("TOTAL" for all together):

    - value: at the horizon, in currency, the payments received by then reinvested; change: less the market value today.
    - effective duration, years, and CPR of the next month, a decimal, both at the horizon in the scenario.
    - return: the change over the market value, not annualised; over Treasury: less the return, in the same scenario, of
      par Treasuries with the same effective duration today on the same curve, interpolated between its tenors.

    Spreads of today are held but for what a scenario moves; rates stay where it has them. Rows of one name that say
    from which month, or date, each holds are a path of cuts: moves are from today, so that each row has those before it
    in it; dates count from the first settlement. With `path` LINEAR rates go from row to row by as much every month, a
    row without a month being the horizon's. `reinvestment`, one yield or a column by month, is by default the half-year
    rate along the scenario. Positions are pools or, by `claim`, strips of them all. Effective durations take two thirds
    of the time: name the other `measures` to do without.

    Shapes: a row a scenario and position. Units: `shifts` basis points; amounts in the currency of the faces.

    Errors
    ------
    InputError
        A market or a measure there is not, months that no horizon has or that come twice in a scenario, no position
        that can be used.

    Source: Fabozzi, The Handbook of Mortgage-Backed Securities (scenario analysis, total return).

    Examples
    --------
    >>> from mbsxl.loans.pools import Loans
    >>> from mbsxl.portfolio.positions import positions
    >>> held, up = positions(1e6, 100, Loans(0.055, 0.063, 355, 5)), np.array([100.0])
    >>> shifts = Shifts(["up 100"], np.array([10.0]), up[:, np.newaxis], *np.zeros((3, 1)), [None])
    >>> steep = ParCurve([2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048])
    >>> scenarios(held, steep, 0.0085, shifts, Plan(0, measures=["CHANGE"])).rows[0][:2]
    ('up 100', 1)
    """
    chosen = _chosen(plan.measures)
    as_model(plan.model)
    as_sample(plan.paths, 1)
    sigma = _alike(volatility, positions)
    groups, failures = _grouped(positions, curve, sigma, plan)
    if not groups:
        first = next(iter(failures.values()))
        raise InputError("positions", f"{len(failures)} rows", f"have none that can be used; the first: {first}")
    labels = _labels(positions, plan.by)
    clock = Clock(int(plan.months), choose(RatePath, "path", plan.path), np.fmin.reduce(positions.settle))
    today = as_hull_white(*curve, sigma)
    rows: list[tuple[Any, ...]] = []
    for name, of_scenario in shifts.scenarios():
        path = market_path(today, shifts, of_scenario, clock)
        story = Story(clock.months, path, _reinvested(path, plan), _speed(shifts, of_scenario))
        rows += _of_scenario(name, positions, groups, labels, curve, story, chosen)
    header = ("scenario", "position" if plan.by is None else " ".join(plan.by), *(one.lower() for one in chosen))
    blank = ("",) * len(chosen)
    refused = [(f"row {positions.row[row]}: {why}", "", *blank) for row, why in sorted(failures.items())]
    return Listing(header, rows + refused)


def _alike(volatility: float | DatedVolatility, positions: Positions) -> float:
    """Return the one volatility that all positions settle at."""
    if not isinstance(volatility, DatedVolatility):
        return float(volatility)
    found = np.unique(volatility.last_by(positions.settle))
    if found.size > 1 or np.isnan(found).any():
        remedy = "as positions settle, or none by then; give positions that settle on one day, or one volatility"
        raise InputError("volatility", f"{found.size} of them", remedy)
    return float(found[0])


def _chosen(measures: Sequence[str] | None) -> list[str]:
    known = {plain(name): name for name in MEASURES}
    asked = MEASURES if measures is None else [str(name) for name in measures]
    for name in asked:
        if plain(name) not in known:
            remedy = f"is not a measure of scenarios; there are {', '.join(MEASURES)}"
            raise InputError("measures", name, remedy, wrong_kind=True)
    return [known[plain(name)] for name in asked]


def _labels(positions: Positions, by: Sequence[str] | None) -> list[tuple[int, Any]]:
    """Return what each position is counted under: its own place and name, or its group."""
    if by is None:
        named = {name.lower(): column for name, column in positions.columns.items()}
        labels = map(label_of, named.get("label", positions.row).tolist())
        numbers = positions.row.tolist()
        return [(place, each or number) for place, (each, number) in enumerate(zip(labels, numbers, strict=True))]
    if [plain(str(name)) for name in by] == [TOTAL]:
        return [(0, TOTAL)] * positions.rows
    columns = [labels_of(positions, str(name)) for name in by]
    return [(0, ", ".join(map(str, key)) if len(key) > 1 else key[0]) for key in zip(*columns, strict=True)]


def _reinvested(path: MarketPath, plan: Plan) -> FloatArray:
    """Return where payments are put, month by month: by default at the half-year rate along the path."""
    if plan.reinvestment is not None:
        return monthly_rate(np.ravel(np.asarray(plan.reinvestment, float)))
    short = [float(read(par_curve(*rates[:2]), HALF_YEAR, CurveReading.PAR)) for rates in path.rates]
    return monthly_rate(path.along(short, np.arange(plan.months + 1)))


def _speed(shifts: Shifts, rows: IntArray) -> Any:
    """Return the speed of a scenario until the horizon, None where it has none."""
    given = {str(shifts.speed[row]): shifts.speed[row] for row in rows.tolist() if shifts.speed[row] is not None}
    if len(given) > 1:
        remedy = "are two speeds of one scenario; give one, which may change by month: 6 CPR for 3, 12 CPR"
        raise InputError("shifts", " and ".join(given), remedy)
    return next(iter(given.values()), None)


def _grouped(
    positions: Positions, curve: ParCurve, volatility: float, plan: Plan
) -> tuple[list[AtSpeeds | AtTheModel], dict[int, Exception]]:
    """Return positions as they are valued together today, and why some are not."""
    failures = dict(positions.failures)
    readable = np.setdiff1d(np.arange(positions.rows), np.fromiter(failures, int, len(failures)))
    groups: list[AtSpeeds | AtTheModel] = []
    market = OpenMarket(*curve, volatility, model=plan.model)
    for rows, asked, held in _settled(positions, readable, market, plan, failures):
        wrong = worthless(asked.columns[0], full_price(asked.settled, asked.columns[0]))
        claim = asked.settled.claim
        assert isinstance(claim, Passthrough)
        wrong |= too_long(np.full(rows.size, plan.months), claim.pools.wam, last=1) if plan.months else {}
        sound = np.setdiff1d(np.arange(rows.size), np.fromiter(wrong, int, len(wrong)))
        failures |= {int(rows[row]): failure for row, failure in wrong.items()}
        if not sound.size:
            continue
        part = asked.part(sound)
        if isinstance(held, Known):
            group: AtSpeeds | AtTheModel = AtSpeeds(rows[sound], part, held)
        else:
            group = AtTheModel(rows[sound], part, Held(held.claim.part(sound), held.paths, held.basis))
        failures |= {int(group.rows[row]): failure for row, failure in group.failures.items()}
        groups.append(group)
    return groups, failures


def _settled(
    positions: Positions, readable: IntArray, market: OpenMarket, plan: Plan, failures: dict[int, Exception]
) -> Iterator[tuple[IntArray, Asked, Known | Held]]:
    """Yield positions as they settle: those with speeds together, the others market by market."""
    own = ParCurve(market.tenors, market.par_yields)  # type: ignore[arg-type]
    modelled = np.array([speed is None for speed in positions.speed[readable].tolist()], bool)
    at_speeds = readable[~modelled]
    if at_speeds.size:
        part = positions.part(at_speeds)
        pool = Pool(*part.loans, part.speed)
        asked, rows = settle_pools(pool, part.settlement, plan.claim, part.price)
        failures |= {int(at_speeds[row]): failure for row, failure in rows.failures.items()}
        sound = rows.sound()
        yield (
            at_speeds if sound is None else at_speeds[sound],
            asked,
            Known(own, par_curve(*own), SpreadBasis.BEY),
        )
    at_model = readable[modelled]
    for members, shared, settlement in markets(positions.part(at_model), market) if at_model.size else ():
        places = at_model[members]
        part = positions.part(places)
        whole = Market(own, market.volatility, MEAN_REVERSION, shared.model)  # type: ignore[arg-type]
        try:
            request, rows = as_request(part.price, part.loans, whole, settlement, plan.paths, Quoted(plan.claim))
        except InputError as failure:
            failures |= dict.fromkeys(places.tolist(), failure)
            continue
        failures |= {int(places[row]): failure for row, failure in rows.failures.items()}
        sound = rows.sound()
        places = places if sound is None else places[sound]
        for batch in request.batches():
            one = request.part(batch)
            try:
                yield places[batch], one.asked, one.held()
            except InputError as failure:
                failures |= dict.fromkeys(places[batch].tolist(), failure)


def _of_scenario(
    name: str,
    positions: Positions,
    groups: list[AtSpeeds | AtTheModel],
    labels: list[tuple[int, Any]],
    curve: ParCurve,
    story: Story,
    chosen: list[str],
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of one scenario: amounts add up, ratios are weighted by value."""
    sums: dict[tuple[int, Any], FloatArray] = {}
    for group in groups:
        found = group.found(story, durations="EFFECTIVE_DURATION" in chosen)
        face = positions.face[group.rows]
        today, left = face * group.full, face * found.left
        beside = np.zeros(face.size)
        if "OVER_TREASURY" in chosen:
            beside = returns_by_duration(curve, story.curve(), story.months, story.reinvested, group.duration)
        ratios = (np.where(left > 0, left * ratio, 0.0) for ratio in (found.duration, found.cpr))
        columns = np.stack([today, face * found.wealth, left, *ratios, today * beside], axis=-1)
        for row, column in zip(group.rows.tolist(), columns, strict=True):
            sums[labels[row]] = sums[labels[row]] + column if labels[row] in sums else column
    for label in dict.fromkeys(labels):
        if label in sums:
            shown = dict(zip(MEASURES, _measured(*sums[label].tolist()), strict=True))
            yield (name, label[1], *(shown[one] for one in chosen))


def _measured(today: float, wealth: float, left: float, duration: float, cpr: float, beside: float) -> Iterator[Any]:
    """Yield the measures that sums make, or why there is none."""
    yield from (wealth, wealth - today)
    yield from (amount / left if left > 0 else NoSolution(_NOTHING_LEFT) for amount in (duration, cpr))
    gain = wealth - today
    yield from (amount / today if today > 0 else NoSolution(_NOTHING_HELD) for amount in (gain, gain - beside))
