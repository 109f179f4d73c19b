"""Positions: what a book holds, as columns of a table, before anything is asked of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import DateArray, FloatArray, IntArray
from mbsxl.conventions.dates import Settlement
from mbsxl.conventions.programs import Program, delay_days
from mbsxl.kernel import RowsOf, slices
from mbsxl.loans.pools import Loans

CHUNK = 65_536  # positions that one process takes at a time: what the paths say of them is tabulated once


class Positions(NamedTuple):
    """Positions side by side, a row each.

    Attributes
    ----------
    face, price
        Current face in any currency, and the clean price per 100 of it.
    coupon, wac, wam, age
        As for a pool.
    speed
        A text or a `Speed`, None where the model's is meant.
    settle
        The settlement date, not-a-time for the 1st of a month.
    program
        A `Program`, or days of delay.
    mortgage_rate, burnout
        What of the model is the position's own; 0 where nothing is.
    row
        The number of the row in its source.
    columns
        The other columns of the source by name: what a book can be grouped by beside the columns above.
    failures
        Why rows cannot be read, by their place here.
    """

    face: FloatArray
    price: FloatArray
    coupon: FloatArray
    wac: FloatArray
    wam: npt.NDArray[Any]
    age: npt.NDArray[Any]
    speed: npt.NDArray[np.object_]
    settle: DateArray
    program: npt.NDArray[np.object_]
    mortgage_rate: FloatArray
    burnout: FloatArray
    row: IntArray
    columns: Mapping[str, npt.NDArray[Any]]
    failures: Mapping[int, Exception]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.face.size

    def part(self, rows: RowsOf) -> Positions:
        """Return some of the rows."""
        failures: dict[int, Exception] = {}
        if self.failures:
            kept = np.arange(self.rows)[rows].tolist()
            failures = {place: self.failures[row] for place, row in enumerate(kept) if row in self.failures}
        columns = {name: column[rows] for name, column in self.columns.items()}
        return Positions(*(column[rows] for column in self[:12]), columns, failures)  # type: ignore[call-arg, arg-type]

    def batches(self) -> Iterator[slice]:
        """Yield as many rows as one process takes at a time."""
        return slices(self.rows, CHUNK)

    @property
    def loans(self) -> Loans:
        """The loans behind the positions."""
        return Loans(self.coupon, self.wac, self.wam, self.age)

    @property
    def delay(self) -> FloatArray:
        """The days of delay of the programmes."""
        programs = self.program.tolist()
        days = {
            key: float(delay_days(program))
            for key, program in dict(zip(map(id, programs), programs, strict=True)).items()
        }
        return np.array([*map(days.__getitem__, map(id, programs))], float)

    @property
    def settlement(self) -> Settlement:
        """When each is paid for, and how late it pays."""
        return Settlement(self.settle, self.delay)  # type: ignore[arg-type]


def positions(face: npt.ArrayLike, price: npt.ArrayLike, loans: Loans, speed: Any = None, **others: Any) -> Positions:
    """Return positions from columns, the others by name: settle, program, mortgage_rate, burnout, and labels.

    Examples
    --------
    >>> held = positions([1e6, 2e6], [101, 99], Loans([0.06, 0.055], [0.066, 0.061], 355, 5), "8 CPR", desk=["a", "b"])
    >>> held.rows, held.columns["desk"].tolist()
    (2, ['a', 'b'])
    """
    count = np.size(face)
    numbers = [np.array(np.broadcast_to(column, count)) for column in (face, price, *loans)]
    settle = np.broadcast_to(np.asarray(others.pop("settle", "NaT"), "datetime64[D]"), count)
    rest = [np.broadcast_to(np.asarray(others.pop(name, 0.0), float), count) for name in ("mortgage_rate", "burnout")]
    speeds, programs = _objects(speed, count), _objects(others.pop("program", Program.UMBS), count)
    columns = {name: np.asarray(column) for name, column in others.items()}
    return Positions(*numbers, speeds, settle, programs, *rest, np.arange(1, count + 1), columns, {})  # type: ignore[call-arg, arg-type]


def _objects(given: Any, count: int) -> npt.NDArray[np.object_]:
    column: npt.NDArray[np.object_] = np.empty(count, object)
    column[:] = given if isinstance(given, list | np.ndarray) else [given] * count
    return column
