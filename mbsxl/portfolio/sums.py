"""What positions add up to: amounts and cash flows by group, the kernel of a book.

Amounts add up, ratios times the amounts they are weighted by, and cash flows with the same time to the first payment. So
a group is known from a few numbers and a cash flow for each of those times, however many positions it has.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.claims.payments import Flows
from mbsxl.claims.settled import Asked, Settled, Strip, full_price, pools_of, settle_pools, worthless
from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Outcome, slices
from mbsxl.loans.pools import Pool, Pools, scheduled_balance
from mbsxl.market.curve import ParCurve
from mbsxl.portfolio.flows import CHUNK, added
from mbsxl.portfolio.modelled import forward_survival, markets
from mbsxl.portfolio.positions import Positions
from mbsxl.units import MONTHS_A_YEAR, PAR, Unit
from mbsxl.value.measures import MEASURES, OpenMarket, measured
from mbsxl.value.oas import Market
from mbsxl.value.priced import Known, Needs, Priced, known
from mbsxl.value.risk import key_rates


class Question(NamedTuple):
    """What is asked of each position: measures by name, key rates or not, and the market they need."""

    names: tuple[str, ...]
    key_rates: bool
    market: OpenMarket

    @property
    def width(self) -> int:
        """How many numbers a position has."""
        return len(self.names) + (np.size(self.market.tenors) if self.key_rates else 0)  # type: ignore[arg-type]


class Held(NamedTuple):
    """Positions, and the number of the group that each is in: what one process is handed."""

    positions: Positions
    group: IntArray


class Sum(NamedTuple):
    """What some positions add up to: amounts, and a cash flow a month: (4, months).

    The amounts are the number of positions, their face, market value, and face at the clean price; then each measure
    times what weights it.
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


def weights(names: tuple[str, ...], face: FloatArray, value: FloatArray) -> list[FloatArray]:
    """Return what the measures of positions are multiplied by: points by face, ratios by market value."""
    return [face / PAR if MEASURES[name].unit is Unit.POINTS else value for name in names]


def sums(question: Question, held: Held) -> Sums:
    """Return what positions add up to: the kernel of a book."""
    failures = dict(held.positions.failures)
    readable = np.setdiff1d(np.arange(held.positions.rows), np.fromiter(failures, int))
    positions, group = held.positions.part(readable), held.group[readable]
    modelled = np.array([speed is None for speed in positions.speed.tolist()], bool)
    alive = np.zeros((0, 1))
    wrong = _no_face(positions)
    if modelled.any():
        alive, without = _survival(positions.part(modelled), question.market)
        wrong |= {int(np.flatnonzero(modelled)[row]): failure for row, failure in without.items()}
    speed = positions.speed.copy()
    speed[modelled] = "0 CPR"
    place = np.arange(positions.rows)
    pool = Pool(*positions.loans, speed)
    asked, rows = settle_pools(pool, positions.settlement, Strip.POOL, positions.price, place)
    wrong |= rows.failures
    sound = asked.columns[1].astype(int)
    full = full_price(asked.settled, asked.columns[0])
    wrong |= {int(sound[row]): failure for row, failure in worthless(asked.columns[0], full).items()}
    values, without = _each(question, positions, modelled, alive, wrong)
    wrong |= without
    failures |= {int(readable[row]): failure for row, failure in wrong.items()}
    kept = ~np.isin(sound, np.fromiter(wrong, int, len(wrong)))
    asked, full, sound = asked.part(kept), full[kept], sound[kept]
    face, price = positions.face[sound], positions.price[sound]
    numbers = [face, face * full, face * price, *_weighted(question, values[sound], face, face * full)]
    amounts = np.stack([np.ones(face.size), *numbers], axis=1)
    which = np.cumsum(modelled) - 1
    cells: dict[tuple[int, float], Sum] = {}
    for key, members in _alike(asked, group[sound], modelled[sound]):
        own = alive[which[sound[members]]] if modelled[sound[members[0]]] else None
        flow = np.stack(added(face[members], pools_of(asked).part(members), own))
        one = Sum(amounts[members].sum(axis=0), flow)
        cells[key] = cells[key].plus(one) if key in cells else one
    refused = [_refused(held, row, failures[row]) for row in sorted(failures)]
    return Sums(cells, refused, positions.row[sound], values[sound])


def _no_face(positions: Positions) -> dict[int, Exception]:
    wrong = np.flatnonzero(~((positions.face >= 0) & np.isfinite(positions.face)))
    return {
        int(row): InputError("face", float(positions.face[row]), "is no face of a position; give 0 or more")
        for row in wrong
    }


def _refused(held: Held, row: int, why: Exception) -> Refused:
    positions = held.positions
    return Refused(int(positions.row[row]), int(held.group[row]), float(positions.face[row]), why)


def _weighted(question: Question, values: FloatArray, face: FloatArray, value: FloatArray) -> Iterator[FloatArray]:
    by = weights(question.names, face, value)
    by += [value] * (question.width - len(by))
    return (column * weight for column, weight in zip(values.T, by, strict=True))


def _alike(asked: Asked, group: IntArray, modelled: FloatArray) -> Iterator[tuple[tuple[int, float], IntArray]]:
    """Yield a few positions at a time of the same group and time to the first payment, alike in speed and term."""
    pools, first = pools_of(asked), asked.settled.first
    kind = pools.speed.which
    order = np.lexsort((pools.age, pools.wam, kind, modelled, first, group))
    changes = [np.diff(column[order]) != 0 for column in (group, first, modelled)]
    starts = np.flatnonzero(np.concatenate([[True], np.logical_or.reduce(changes)])) if order.size else order
    for start, stop in zip(starts, [*starts[1:], order.size], strict=False):
        key = int(group[order[start]]), float(first[order[start]])
        for rows in slices(stop - start, CHUNK):
            yield key, order[start:stop][rows]


# --------------------------------------------------------------------------------------------- measures of each


def _each(
    question: Question, positions: Positions, modelled: FloatArray, alive: FloatArray, wrong: dict[int, Exception]
) -> tuple[FloatArray, dict[int, Exception]]:
    """Return the numbers asked of each position, and why some have none; those that are wrong already are left out."""
    values = np.full((positions.rows, question.width), np.nan)
    failures: dict[int, Exception] = {}
    able = np.array([row not in wrong for row in range(positions.rows)], bool)
    adjusted = [place for place, name in enumerate(question.names) if Needs.VOLATILITY in MEASURES[name].needs]
    static = [place for place in range(len(question.names)) if place not in adjusted]
    if static:
        names = [question.names[place] for place in static]
        for rows, answer in (
            (np.flatnonzero(able & ~modelled), lambda held: _at_speeds(names, question.market, held)),
            (np.flatnonzero(able & modelled), None),
        ):
            if rows.size and answer is not None:
                found = answer(positions.part(rows))
                values[np.ix_(rows, static)] = found.values
                failures |= {int(rows[row]): failure for row, failure in found.failures.items()}
    return values, failures
