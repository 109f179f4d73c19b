"""What positions add up to: amounts and cash flows by group, the kernel of a book.

Amounts add up, ratios times the amounts they are weighted by, and cash flows with the same time to the first payment.
So a group is known from a few numbers and a cash flow for each of those times, however many positions it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.claims.payments import Flows
from mbsxl.claims.settled import Asked, Strip, full_price, pools_of, settle_pools, worthless
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Outcome, run, slices
from mbsxl.loans.pools import Pool, Pools, scheduled_balance
from mbsxl.market.curve import ParCurve
from mbsxl.portfolio.flows import CHUNK, added
from mbsxl.portfolio.modelled import forward_survival, markets
from mbsxl.portfolio.positions import Positions
from mbsxl.units import MONTHS_A_YEAR, PAR, Unit
from mbsxl.value.measures import MEASURES, OpenMarket, measured
from mbsxl.value.oas import Market
from mbsxl.value.priced import Known, Needs, Priced, known
from mbsxl.value.risk import Method, key_rates


class Question(NamedTuple):
    """What is asked of each position: measures by name, key rates or not, on which market and how many paths."""

    names: tuple[str, ...]
    key_rates: bool
    market: OpenMarket
    paths: int

    @property
    def width(self) -> int:
        """How many numbers a position has."""
        return len(self.names) + (np.size(self.market.tenors) if self.key_rates else 0)  # type: ignore[arg-type]


class Held(NamedTuple):
    """Positions, and the number of the group that each is in: what one process is handed."""

    positions: Positions
    group: IntArray


OWN = ("positions", "face", "market value", "face at the clean price", "face times gross rate")


class Sum(NamedTuple):
    """What some positions add up to: amounts, and a cash flow a month: (4, months).

    The amounts are the `OWN` of any position, then each measure times what weights it.
    """

    amounts: FloatArray
    flow: FloatArray

    def plus(self, other: Sum) -> Sum:
        """Return the sum of both."""
        longer, shorter = (self, other) if self.flow.shape[1] >= other.flow.shape[1] else (other, self)
        flow = longer.flow.copy()
        flow[:, : shorter.flow.shape[1]] += shorter.flow
        return Sum(self.amounts + other.amounts, flow)


class Refused(NamedTuple):
    """A position that a book does without: its row in the source, its group, its face and why."""

    row: int
    group: int
    face: float
    why: Exception


class Sums(NamedTuple):
    """What positions add up to, by group and time to the first payment; those refused; and each one's numbers."""

    cells: dict[tuple[int, float], Sum]
    refused: list[Refused]
    row: IntArray
    values: FloatArray


class _Side(NamedTuple):
    """Positions of one side, those with speeds of their own or those at the model's: settled, and paid for in full.

    `rows` are their places among all; `alive` is what is left of the loans at the model's speeds.
    """

    rows: IntArray
    asked: Asked
    pools: Pools
    full: FloatArray
    alive: FloatArray | None

    def part(self, rows: IntArray) -> _Side:
        """Return some of them."""
        alive = None if self.alive is None else self.alive[rows]
        return _Side(self.rows[rows], self.asked.part(rows), self.pools.part(rows), self.full[rows], alive)


def sums(question: Question, held: Held) -> Sums:
    """Return what positions add up to: the kernel of a book."""
    failures = dict(held.positions.failures)
    readable = np.flatnonzero(_without(np.arange(held.positions.rows), failures))
    positions, group = (held.positions.part(readable), held.group[readable]) if failures else held[:2]
    sides, wrong = _sides(positions, question.market)
    values = np.full((positions.rows, question.width), np.nan)
    for side in sides:
        wrong = _static(question, side, values) | wrong
    able = np.flatnonzero(_without(np.arange(positions.rows), wrong))
    wrong |= _adjusted(question, positions, able, values)
    cells: dict[tuple[int, float], Sum] = {}
    for side in sides:
        sound = side.part(np.flatnonzero(_without(side.rows, wrong))) if wrong else side
        for key, one in _cells(question, positions, group, sound, values):
            cells[key] = cells[key].plus(one) if key in cells else one
    failures |= {int(readable[row]): failure for row, failure in wrong.items()}
    able = able[_without(able, wrong)]
    whole = held.positions
    refused = [
        Refused(int(whole.row[place]), int(held.group[place]), float(whole.face[place]), failures[place])
        for place in sorted(failures)
    ]
    return Sums(cells, refused, positions.row[able], values[able])


def _without(rows: IntArray, failures: Mapping[int, Exception]) -> npt.NDArray[np.bool_]:
    """Return which of the rows have no failure."""
    return ~np.isin(rows, np.fromiter(failures, int, len(failures)))


def _sides(positions: Positions, market: OpenMarket) -> tuple[list[_Side], dict[int, Exception]]:
    """Return positions as they settle, at their own speeds or at the model's, and why some do not."""
    wrong = np.flatnonzero(~((positions.face >= 0) & np.isfinite(positions.face)))
    failures: dict[int, Exception] = {
        row: InputError("face", float(positions.face[row]), "is no face of a position; give 0 or more")
        for row in wrong.tolist()
    }
    modelled = np.equal(positions.speed, None).astype(bool)  # type: ignore[call-overload]
    sides = []
    for at_model in (False, True):
        rows = np.flatnonzero(modelled == at_model)
        if not rows.size:
            continue
        part = positions.part(rows)
        speed = "0 CPR" if at_model else part.speed
        asked, found = settle_pools(Pool(*part.loans, speed), part.settlement, Strip.POOL, part.price)
        failures |= {int(rows[row]): failure for row, failure in found.failures.items()}
        sound = found.sound()
        rows = rows if sound is None else rows[sound]
        side = _Side(rows, asked, pools_of(asked), full_price(asked.settled, asked.columns[0]), None)
        failures |= {int(rows[row]): failure for row, failure in worthless(asked.columns[0], side.full).items()}
        if at_model:
            side, without = _at_the_model(side, positions, market)
            failures |= {int(rows[row]): failure for row, failure in without.items()}
        sides.append(side)
    return sides, failures


def _at_the_model(side: _Side, positions: Positions, market: OpenMarket) -> tuple[_Side, dict[int, Exception]]:
    """Return positions that pay at the model's speeds on the forward rates, and why some do not."""
    if market.tenors is None:
        missing = InputError(
            "speed", "", "is missing; give it, or the market on which the model says it", wrong_kind=True
        )
        return side, dict.fromkeys(range(side.rows.size), missing)
    alive, failures = forward_survival(positions.part(side.rows), market)
    balance = alive * scheduled_balance(side.pools.wac, side.pools.wam, alive.shape[1] - 1)
    reductions = balance[:, :-1] - balance[:, 1:]
    coupon = side.pools.coupon
    paid = reductions + balance[:, :-1] * (coupon / MONTHS_A_YEAR)[:, np.newaxis]
    settled = side.asked.settled._replace(claim=Flows(paid, reductions, coupon))
    return side._replace(asked=side.asked._replace(settled=settled), alive=alive), failures


# ------------------------------------------------------------------------------------------- the numbers of each


def _static(question: Question, side: _Side, values: FloatArray) -> dict[int, Exception]:
    """Put in what is asked of positions at their speeds; return why some have no answer."""
    chosen = [MEASURES[name] for name in question.names]
    static = [place for place, measure in enumerate(chosen) if Needs.VOLATILITY not in measure.needs]
    if not static:
        return {}
    compared = any(Needs.CURVE in chosen[place].needs for place in static)
    beside = known(ParCurve(question.market.tenors, question.market.par_yields)) if compared else None  # type: ignore[arg-type]
    kernel = partial(_measured, [chosen[place].function for place in static], beside)
    found = run(kernel, side.asked._replace(monthly=compared), len(static))
    values[side.rows[:, np.newaxis], static] = found.values
    return {int(side.rows[row]): failure for row, failure in found.failures.items()}


def _measured(functions: list[Callable[[Priced], FloatArray]], beside: Known | None, asked: Asked) -> Outcome:
    priced = Priced(asked.settled, asked.columns[0], beside)
    return Outcome(np.stack([function(priced) for function in functions], axis=1), priced.failures)


def _adjusted(question: Question, positions: Positions, able: IntArray, values: FloatArray) -> dict[int, Exception]:
    """Put in what is asked of positions on the market; return why some have no answer."""
    places = [place for place, name in enumerate(question.names) if Needs.VOLATILITY in MEASURES[name].needs]
    names = [question.names[place] for place in places]
    failures: dict[int, Exception] = {}
    if not (places or question.key_rates) or not able.size:
        return failures
    method = Method(question.paths)
    for members, market, settlement in markets(positions.part(able), question.market):
        rows = able[members]
        part = positions.part(rows)
        try:
            if places:
                found = measured.outcome(names, part.price, Pool(*part.loans, "0 CPR"), market, settlement, method)[1]
                values[rows[:, np.newaxis], places] = found.values
                failures |= {int(rows[row]): failure for row, failure in found.failures.items()}
            if question.key_rates:
                whole = Market(ParCurve(*market[:2]), *market[2:])  # type: ignore[arg-type]
                found = key_rates.outcome(part.price, part.loans, whole, settlement, method)[1]
                values[rows, len(question.names) :] = found.values
                failures |= {int(rows[row]): failure for row, failure in found.failures.items()}
        except (InputError, NoSolution) as failure:  # of a market that all of them share
            failures.update(dict.fromkeys(rows.tolist(), failure))
    return failures


# ------------------------------------------------------------------------------------------------------ the sums


def weights(names: tuple[str, ...], face: FloatArray, value: FloatArray) -> list[FloatArray]:
    """Return what the measures of positions are multiplied by: points by face, ratios by market value."""
    return [face / PAR if MEASURES[name].unit is Unit.POINTS else value for name in names]


def _cells(
    question: Question, positions: Positions, group: IntArray, given: _Side, values: FloatArray
) -> Iterator[tuple[tuple[int, float], Sum]]:
    """Yield what a few positions at a time add up to, of one group and time to the first payment."""
    pools = given.pools
    settling = pools.speed.settling(pools.age)
    order = np.lexsort((pools.wam, settling, given.asked.settled.first, group[given.rows]))
    side, of = given.part(order), group[given.rows[order]]
    face, price, own = positions.face[side.rows], positions.price[side.rows], values[side.rows]
    value = face * side.full
    by = weights(question.names, face, value)
    by += [value] * (question.width - len(by))
    of_each = [column * weight for column, weight in zip(own.T, by, strict=True)]
    amounts = np.stack([np.ones(face.size), face, value, face * price, face * side.pools.wac, *of_each], axis=1)
    for key, rows in _alike(of, side.asked.settled.first):
        alive = None if side.alive is None else side.alive[rows]
        flow = added(face[rows], side.pools.part(rows), alive)
        yield key, Sum(amounts[rows].sum(axis=0), np.stack(flow))


def _alike(group: IntArray, first: FloatArray) -> Iterator[tuple[tuple[int, float], slice]]:
    """Yield a few rows at a time of the same group and time to the first payment, of rows sorted by them."""
    if not group.size:
        return
    changes = np.flatnonzero((np.diff(group) != 0) | (np.diff(first) != 0)) + 1
    for start, stop in pairwise([0, *changes.tolist(), group.size]):
        for rows in slices(stop - start, CHUNK):
            yield (int(group[start]), float(first[start])), slice(start + rows.start, start + rows.stop)
