"""Many speeds side by side, as columns of rates: what a book needs in which every pool has a speed of its own.

One speed is an object, which is read once and remembered. Ten thousand of them, an object a pool, cost more to look at
than the pools cost to value; held as the rates of the different ones and which of them each pool has, they are
converted to monthly rates all at once, whatever their units.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.errors import InputError
from mbsxl.speeds.grammar import OneSpeed, Speed, as_speed, parse
from mbsxl.speeds.units import CONVERSIONS, PSA_RAMP, Conversion, SpeedUnit

NEVER = 1 << 30  # months after which a speed that changes with every age stays the same
_UNITS = tuple(SpeedUnit)
_CODES = {unit: code for code, unit in enumerate(_UNITS)}


@dataclass(frozen=True, eq=False)
class Speeds:
    """Speeds side by side: `which` of the `distinct` ones each row has, in an array of any shape.

    `rates` and `units` are those of the distinct ones one after the other, a month each: of number n `lengths[n]`, from
    `starts[n]` on.
    """

    distinct: tuple[Speed, ...]
    which: IntArray
    rates: FloatArray
    units: npt.NDArray[np.int8]
    starts: IntArray
    lengths: IntArray

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array of speeds."""
        return self.which.shape

    def __getitem__(self, rows: Any) -> Speeds:
        """Return some of the rows."""
        return replace(self, which=self.which[rows])

    def column(self, shape: tuple[int, ...]) -> Speeds:
        """Return the speeds broadcast to a shape, in one column."""
        return replace(self, which=np.broadcast_to(self.which, shape).ravel())

    def tolist(self) -> list[Speed]:
        """Return the speed of every row."""
        return [self.distinct[number] for number in self.which.ravel().tolist()]

    def one(self, row: int) -> Speed:
        """Return the speed of a row."""
        return self.distinct[int(self.which[row])]

    def settling(self, age: IntArray) -> IntArray:
        """Return after how many months at most each speed stays the same: (rows,), `NEVER` where it may not."""
        steps = self.lengths[self.which] - 1
        last = self.units[self.starts[self.which] + steps]
        steps = np.where(last == _CODES[SpeedUnit.PSA], np.maximum(steps, PSA_RAMP - 1 - age), steps)
        return np.where((last == _CODES[SpeedUnit.ABS]) | (last == _CODES[SpeedUnit.SDA]), NEVER, steps)

    @property
    def depends_on_month(self) -> npt.NDArray[np.bool_]:
        """Whether a speed is another in one month of the loans' life than in the next: (rows,)."""
        by_age = [len(speed.rates) > 1 or CONVERSIONS[speed.units[0]].by_age for speed in self.distinct]
        return np.array(by_age)[self.which]

    def monthly(self, age: IntArray, months: int) -> FloatArray:
        """Return the monthly rates of the rows from loan age `age` + 1 on: (rows, months).

        Errors
        ------
        InputError
            A speed that passes 100% in some month.
        """
        held = (self.lengths[self.which] == 1).all()
        return self.require_part_of_all(self._held(age, months) if held else self._stepped(age, months))

    def in_month(self, month: IntArray) -> FloatArray:
        """Return the monthly rates of the rows in a month of the loans' life each, 1 the first: (rows,).

        Errors
        ------
        InputError
            A speed that passes 100% in that month.
        """
        place = self.starts[self.which] + np.minimum(month, self.lengths[self.which]) - 1
        return self.require_part_of_all(self._converted(place, month.astype(float)))

    def require_part_of_all(self, smm: FloatArray) -> FloatArray:
        """Return monthly rates, (rows, ...), or say which speed is too fast."""
        possible = (smm >= 0) & (smm <= 1)
        if not possible.all():
            text = self.one(int(np.argwhere(~possible)[0, 0])).text
            remedy = "is more than 100% of the pool in some month; give a slower speed"
            raise InputError("speed", text, remedy)
        return smm

    def _held(self, age: IntArray, months: int) -> FloatArray:
        """Return the monthly rates of rows that each hold one rate: by age, a window on the curve of that rate."""
        smm = np.empty((age.size, months))
        place = self.starts[self.which]
        for conversion, rows in _by_unit(self.units[place]):
            rate = self.rates[place[rows]][:, np.newaxis]
            if not conversion.by_age:
                smm[rows] = to_monthly(conversion, rate, np.ones(1))
                continue
            month = np.arange(1.0, int(age[rows].max()) + months + 1)
            kinds, kind = np.unique(place[rows], return_inverse=True)
            if kinds.size * month.size < rows.size * months:
                curves = to_monthly(conversion, self.rates[kinds][:, np.newaxis], month)
                smm[rows] = np.lib.stride_tricks.sliding_window_view(curves, months, axis=1)[kind, age[rows]]
            else:
                smm[rows] = to_monthly(conversion, rate, age[rows][:, np.newaxis] + month[:months])
        return smm

    def _stepped(self, age: IntArray, months: int) -> FloatArray:
        """Return the monthly rates of rows that change from one projected month to another."""
        last = self.lengths[self.which][:, np.newaxis] - 1
        place = self.starts[self.which][:, np.newaxis] + np.minimum(np.arange(months), last)
        month = age[:, np.newaxis] + np.arange(1.0, months + 1)
        return self._converted(place.ravel(), month.ravel()).reshape(place.shape)

    def _converted(self, place: IntArray, month: FloatArray) -> FloatArray:
        """Return the rates at places as monthly ones, each in a month of the loans' life."""
        smm = np.empty(place.size)
        for conversion, cells in _by_unit(self.units[place]):
            smm[cells] = to_monthly(conversion, self.rates[place[cells]], month[cells])
        return smm


SpeedLike = OneSpeed | Sequence[str | Speed] | npt.NDArray[np.object_] | Speeds


def _by_unit(units: npt.NDArray[np.int8]) -> Iterator[tuple[Conversion, IntArray]]:
    """Yield the conversion of each unit there is, and the places it is at."""
    for code in np.flatnonzero(np.bincount(units)).tolist():
        yield CONVERSIONS[_UNITS[code]], np.flatnonzero(units == code)


def to_monthly(conversion: Conversion, rate: FloatArray, month: FloatArray) -> FloatArray:
    """Return rates of a unit as monthly ones, in months of the loans' life; they broadcast, and may pass 100%."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return conversion.to_monthly(rate, month)


def as_speeds(value: SpeedLike, argument: str = "speed") -> Speeds:
    """Return speeds side by side: one, or those of an array or a list, in its shape.

    Errors
    ------
    InputError
        A text that is not a speed, a bare number, or a rate outside 0 to 1.

    Examples
    --------
    >>> speeds = as_speeds(["6 CPR", "150 PSA", "6 CPR"])
    >>> len(speeds.distinct), speeds.which.tolist()
    (2, [0, 1, 0])
    >>> speeds.monthly(np.array([0, 29, 12]), 2).round(6)  # 150 PSA is 9 CPR from the 30th month on
    array([[0.005143, 0.005143],
           [0.007828, 0.007828],
           [0.005143, 0.005143]])
    """
    speeds, failures = read_speeds(value, argument)
    if failures:
        raise failures[min(failures)]
    return speeds


def read_speeds(value: SpeedLike, argument: str = "speed") -> tuple[Speeds, dict[int, InputError]]:
    """Return speeds side by side, and why some of the distinct ones are none; "0 CPR" stands in for those."""
    if isinstance(value, Speeds):
        return value, {}
    if isinstance(value, str | Speed):
        return _one(value, argument), {}
    if isinstance(value, np.ndarray) and value.dtype.kind in "OUT":
        return _side_by_side(value.ravel().tolist(), value.shape, argument)
    if isinstance(value, list) and value and isinstance(value[0], str | Speed):
        return _side_by_side(value, (len(value),), argument)
    return _side_by_side([value], (), argument)


@lru_cache(maxsize=4096)
def in_one_row(speed: str | Speed) -> Speeds:
    """Return one speed as the only row, remembered."""
    return as_speeds(speed).column((1,))


@lru_cache(maxsize=4096)
def _one(speed: str | Speed, argument: str) -> Speeds:
    """Return one speed, remembered."""
    return _side_by_side([as_speed(speed, argument)], (), argument)[0]


def _side_by_side(several: list[Any], shape: tuple[int, ...], argument: str) -> tuple[Speeds, dict[int, InputError]]:
    keys = several
    if set(map(type, several)) != {str}:
        keys = [one if isinstance(one, str | Speed) else as_speed(one, argument) for one in several]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys or [_NONE]))}
    distinct: list[Speed] = []
    failures: dict[int, InputError] = {}
    for number, key in enumerate(numbers):
        try:
            distinct.append(as_speed(key, argument))
        except InputError as failure:
            failures[number] = failure
            distinct.append(_NONE)
    columns = [_columns(speed) for speed in distinct]
    lengths = np.array([rates.size for rates, _ in columns])
    speeds = Speeds(
        distinct=tuple(distinct),
        which=np.fromiter(map(numbers.__getitem__, keys), np.int64, len(keys)).reshape(shape),
        rates=np.concatenate([rates for rates, _ in columns]),
        units=np.concatenate([units for _, units in columns]),
        starts=np.cumsum(lengths) - lengths,
        lengths=lengths,
    )
    return speeds, failures


@lru_cache(maxsize=4096)
def _columns(speed: Speed) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    """Return the rates of a speed and their units, a month each, remembered like its text."""
    return np.array(speed.rates), np.array([_CODES[unit] for unit in speed.units], np.int8)


_NONE = parse("0 CPR")
