"""Rate paths: how par yields, and what else scenarios move, come from today's market to that of a horizon.

A scenario is one row of moves, or several that say from which month on each of them holds: a path of cuts. Moves are
always from today, so that three cuts of 25 basis points are rows of -25, -50 and -75.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.conventions.dates import days_between
from mbsxl.errors import InputError
from mbsxl.market.hull_white import HullWhite, as_hull_white
from mbsxl.units import BASIS_POINTS, DAYS_A_MONTH


class RatePath(Enum):
    """How rates come to where a row of moves has them: at once, or by as much every month since the row before."""

    AT_ONCE = "AT ONCE"
    LINEAR = "LINEAR"


class Shifts(NamedTuple):
    """Scenarios in rows, each a name and moves from today in basis points: of par yields by tenor, and of other things.

    `moves` is (rows, tenors); `spread` moves the spread over the curve, `volatility` that of the short rate,
    `mortgage_rate` the mortgage rate beside what the curve does to it; `speed`, or None, stands in the place of a
    position's own, and of the model's until the horizon.
    With `month`, rows of one name are one scenario: each holds from its month, or its date, on; None is at once, or at
    the horizon where the path is linear.
    """

    name: Sequence[str]
    tenors: FloatArray
    moves: FloatArray
    spread: FloatArray
    volatility: FloatArray
    mortgage_rate: FloatArray
    speed: Sequence[Any]
    month: Sequence[Any] | None = None

    def scenarios(self) -> Iterator[tuple[str, IntArray]]:
        """Yield the scenarios: their names and rows."""
        if self.month is None:
            yield from ((name, np.array([row])) for row, name in enumerate(self.name))
            return
        for name in dict.fromkeys(self.name):
            yield name, np.flatnonzero([each == name for each in self.name])


class Clock(NamedTuple):
    """How far off the horizon is, in months, how rates get there, and the day that dates are counted from, if any."""

    months: int
    path: RatePath
    today: np.datetime64


class MarketPath(NamedTuple):
    """How a market stands from today to a horizon: rates, and moves of spread and mortgage rate, at times in months.

    The times rise from 0 to the horizon; in between the market stays, or moves by as much every month.
    """

    times: FloatArray
    rates: tuple[HullWhite, ...]
    spread: FloatArray
    mortgage_rate: FloatArray
    linear: bool

    @property
    def then(self) -> HullWhite:
        """Rates at the horizon."""
        return self.rates[-1]

    def along(self, readings: npt.ArrayLike, months: npt.ArrayLike) -> FloatArray:
        """Return what was read at the path's times as it is after some months, the last kept."""
        return _along(self.times, np.asarray(readings, float), months, linear=self.linear)


def market_path(today: HullWhite, shifts: Shifts, rows: IntArray, clock: Clock) -> MarketPath:
    """Return how a scenario, some rows of moves, leads from today's market to the horizon's.

    Errors
    ------
    InputError
        A month that is past, that comes twice, or a date where today is not known.

    Examples
    --------
    >>> moves = np.array([[-25.0], [-50.0]])
    >>> cuts = Shifts(["cuts"] * 2, np.array([10.0]), moves, *np.zeros((3, 2)), [None] * 2, [2, 5])
    >>> today = as_hull_white([10], [0.04], 0.01)
    >>> path = market_path(today, cuts, np.arange(2), Clock(4, RatePath.AT_ONCE, np.datetime64("NaT")))
    >>> [round(rates.par_yields[0], 4) for rates in path.rates], path.times.tolist()
    ([0.04, 0.0375, 0.0375], [0.0, 2.0, 4.0])
    """
    linear = clock.path is RatePath.LINEAR
    given = [None] * rows.size if shifts.month is None else [shifts.month[row] for row in rows.tolist()]
    starts = np.array([_start(one, clock, shifts.name[rows[0]]) for one in given])
    order = np.argsort(starts, kind="stable")
    starts, rows = starts[order], rows[order]
    if (starts[1:] == starts[:-1]).any():
        twice = starts[1:][starts[1:] == starts[:-1]][0]
        raise InputError("shifts", f"{shifts.name[rows[0]]}, month {twice:g}", "comes twice; give each month once")
    by_tenor = np.stack([np.interp(today.tenors, shifts.tenors, shifts.moves[row]) for row in rows])
    beside = np.stack([column[rows] for column in (shifts.spread, shifts.volatility, shifts.mortgage_rate)], axis=1)
    moves = np.hstack([beside, by_tenor]) / BASIS_POINTS
    if starts[0] > 0:
        starts, moves = np.append(0.0, starts), np.vstack([np.zeros(moves.shape[1]), moves])
    times = np.unique([0.0, *starts[starts < clock.months], clock.months])
    at = np.stack([_along(starts, column, times, linear=linear) for column in moves.T], axis=1)
    try:
        rates = tuple(
            as_hull_white(today.tenors, np.array(today.par_yields) + move[3:], today.volatility + move[1])
            for move in at
        )
    except InputError as why:
        raise InputError("shifts", shifts.name[rows[0]], f"moves the market to where it cannot be: {why}") from why
    return MarketPath(times, rates, at[:, 0], at[:, 2], linear)


def _start(given: Any, clock: Clock, name: str) -> float:
    """Return the months from today on from which a row holds."""
    if given is None:
        return float(clock.months) if clock.path is RatePath.LINEAR else 0.0
    if isinstance(given, int | float | np.number):
        months = float(given)
    elif np.isnat(clock.today):
        remedy = "is a date, and no position says what today is; give positions a settle, or months for dates"
        raise InputError("shifts", f"{name}, {given}", remedy)
    else:
        months = float(days_between(clock.today, given)) / DAYS_A_MONTH
    if not months >= 0:
        raise InputError("shifts", f"{name}, month {given}", "is past; give months from today on, 0 or more")
    return months


def _along(times: FloatArray, readings: FloatArray, months: npt.ArrayLike, *, linear: bool) -> FloatArray:
    if linear:
        return np.interp(np.asarray(months, float), times, readings)
    return np.asarray(readings[np.searchsorted(times, months, side="right") - 1])
