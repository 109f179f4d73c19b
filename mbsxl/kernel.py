"""Kernels: calculations over rows, a batch at a time, in which a row without an answer costs itself only.

A kernel takes a part of a table and returns an `Outcome`, its answers and why some rows have none; or, where rows only
add up, an array. `run` and `total` map it over the batches of a table, here or over any executor of
`concurrent.futures`; the answers are the same to the bit, since batches do not depend on who works.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import wraps
from types import MappingProxyType
from typing import Any, NamedTuple, ParamSpec, Protocol, Self, TypeVar

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray

RowsOf = slice | IntArray
_AHEAD = 16  # batches handed to an executor before their answers are awaited: memory stays bounded


class Outcome(NamedTuple):
    """The answers of a calculation, (rows, ...), not a number where there is none, and why: an error by row."""

    values: FloatArray
    failures: dict[int, Exception]

    def only(self) -> Outcome:
        """Return the one number a row that the last axis holds."""
        return Outcome(self.values[..., 0], self.failures)


class Table(Protocol):
    """Columns side by side, a row each; its batches are rows that go well together, of a size that stays in cache."""

    @property
    def rows(self) -> int:
        """The number of rows."""

    def part(self, rows: RowsOf) -> Self:
        """Return some of the rows."""

    def batches(self) -> Iterable[RowsOf]:
        """Yield rows that are best calculated together, every row once."""


AnyTable = TypeVar("AnyTable", bound=Table)


def slices(count: int, size: int) -> Iterator[slice]:
    """Yield the rows of a table, so many at a time."""
    for start in range(0, count, size):
        yield slice(start, min(start + size, count))


def run(
    kernel: Callable[[AnyTable], Outcome], table: AnyTable, width: int | None = None, executor: Executor | None = None
) -> Outcome:
    """Return the outcome of a kernel over a table; `width` is how many numbers it gives a row, None for one alone."""
    if table.rows == 1:
        return kernel(table)
    if table.rows == 0:
        return Outcome(np.empty(0 if width is None else (0, width)), {})
    values: FloatArray | None = None
    failures: dict[int, Exception] = {}
    batches = list(table.batches())
    for rows, found in zip(batches, mapped(kernel, map(table.part, batches), executor), strict=True):
        if values is None:
            values = np.empty((table.rows, *found.values.shape[1:]), found.values.dtype)
        values[rows] = found.values
        if found.failures:
            place = np.arange(table.rows)[rows]
            failures.update((int(place[row]), failure) for row, failure in found.failures.items())
    assert values is not None
    return Outcome(values, failures)


def total(kernel: Callable[[AnyTable], FloatArray], table: AnyTable, executor: Executor | None = None) -> FloatArray:
    """Return the sum of a kernel's arrays over a table; those with fewer months, the last axis, end in zeros."""
    whole = np.zeros(0)
    for part in mapped(kernel, map(table.part, table.batches()), executor):
        if not whole.size:
            whole = part.copy()
        elif part.shape[-1] > whole.shape[-1]:
            longer = part.copy()
            longer[..., : whole.shape[-1]] += whole
            whole = longer
        else:
            whole[..., : part.shape[-1]] += part
    return whole


_Part = TypeVar("_Part")
_Answer = TypeVar("_Answer")


def mapped(kernel: Callable[[_Part], _Answer], parts: Iterable[_Part], executor: Executor | None) -> Iterator[_Answer]:
    """Yield the answers of a kernel in the order of the parts, which are taken no sooner than they are needed.

    What is lost with a worker is computed again, here and once.
    """
    if executor is None:
        yield from map(kernel, parts)
        return
    waiting: deque[tuple[_Part, Future[_Answer] | None]] = deque()
    for part in parts:
        waiting.append((part, _handed(kernel, part, executor)))
        if len(waiting) >= _AHEAD:
            yield _answered(kernel, *waiting.popleft())
    while waiting:
        yield _answered(kernel, *waiting.popleft())


def _handed(kernel: Callable[[_Part], _Answer], part: _Part, executor: Executor) -> Future[_Answer] | None:
    try:
        return executor.submit(kernel, part)
    except BrokenExecutor:
        return None


def _answered(kernel: Callable[[_Part], _Answer], part: _Part, future: Future[_Answer] | None) -> _Answer:
    try:
        return kernel(part) if future is None else future.result()
    except BrokenExecutor:
        return kernel(part)


# ---------------------------------------------------------------------------------------------- rows as they are asked


class Rows:
    """The rows that broadcast arguments describe: the shape of the answer, and why some rows have none.

    Attributes
    ----------
    shape
        The shape that the arguments broadcast to; a row is an element of it.
    failures
        The error of each row that is refused.
    """

    __slots__ = ("failures", "shape")

    def __init__(self, *shapes: tuple[int, ...]) -> None:
        self.shape: tuple[int, ...] = np.broadcast_shapes(*shapes) if any(shapes) else ()
        self.failures: dict[int, Exception] = {}

    def column(self, values: npt.ArrayLike, kind: Any = float) -> npt.NDArray[Any]:
        """Return values a row each."""
        if self.shape == ():
            return np.array([values], kind) if np.ndim(values) == 0 else np.asarray(values, kind).reshape(1)
        return np.broadcast_to(np.asarray(values, kind), self.shape).ravel()

    def refuse(self, wrong: npt.NDArray[np.bool_], why: Callable[[int], Exception]) -> None:
        """Refuse the rows that are wrong, where they are not refused already."""
        for row in np.flatnonzero(wrong).tolist():
            if row not in self.failures:
                self.failures[row] = why(row)

    def sound(self) -> IntArray | None:
        """Return the rows that are not refused; None where all of them are sound."""
        if not self.failures:
            return None
        count = int(np.prod(self.shape, dtype=int))
        return np.setdiff1d(np.arange(count), np.fromiter(self.failures, int))

    def outcome(self, found: Outcome) -> Outcome:
        """Return what was found of the sound rows as the outcome of all, in the shape asked for."""
        sound, values, failures = self.sound(), found.values, dict(self.failures)
        if sound is not None:
            values = np.full((int(np.prod(self.shape, dtype=int)), *found.values.shape[1:]), np.nan)
            if sound.size:
                values[sound] = found.values
        for row, failure in found.failures.items():
            failures[row if sound is None else int(sound[row])] = failure
        return Outcome(values.reshape(self.shape + values.shape[1:]), failures)

    def texts(self, said: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Return texts of the sound rows as those of all, in the shape asked for; "" where a row is refused."""
        sound, texts = self.sound(), said
        if sound is not None:
            texts = np.full(int(np.prod(self.shape, dtype=int)), "", object)
            texts[sound] = said
        return texts.reshape(self.shape)


_P = ParamSpec("_P")


class ByRow(Protocol[_P]):
    """A function of arrays that answers, or raises what is wrong with the first row that has no answer."""

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> FloatArray:
        """Return the answers."""

    @property
    def outcome(self) -> Callable[_P, Outcome]:
        """The same function, which answers where it can and says why it cannot elsewhere."""


def by_row(function: Callable[_P, Outcome]) -> ByRow[_P]:
    """Return a function that gives the values of its outcome, or raises the failure of the first row that has one."""

    @wraps(function)
    def answers(*args: _P.args, **kwargs: _P.kwargs) -> FloatArray:
        values, failures = function(*args, **kwargs)
        if failures:
            raise failures[min(failures)]
        return values

    answers.outcome = function  # type: ignore[attr-defined]
    return answers  # type: ignore[return-value]


class Listing(NamedTuple):
    """A table whose columns depend on what was asked: the names of the columns, and the rows."""

    header: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Record(NamedTuple):
    """Named numbers of a row each: names (numbers,), and values (numbers, ...) in the shape asked for, and texts."""

    names: npt.NDArray[Any]
    values: FloatArray
    texts: Mapping[str, npt.NDArray[np.object_]] = MappingProxyType({})


Texts = dict[str, npt.NDArray[np.object_]]
Named = tuple[npt.ArrayLike, Outcome] | tuple[npt.ArrayLike, Outcome, Texts]


class ByRecord(Protocol[_P]):
    """A function whose answer is a record a row; `header` is what its names and its values are called in a table."""

    header: tuple[str, str]

    def __call__(self, *args: _P.args, **kwargs: _P.kwargs) -> Record:
        """Return the records."""

    @property
    def outcome(self) -> Callable[_P, Named]:
        """The same function, which gives the names, the outcome, (..., numbers), and texts where there are any."""


def by_record(
    *header: str,
) -> Callable[[Callable[_P, Named]], ByRecord[_P]]:
    """Return a decorator of a function that gives names and an outcome: its answer is a record, or it raises.

    It raises what is wrong with the first row that has none of its numbers. One that a row lacks while it has others is
    not a number: the row's failure says why, or there is none and it was not asked for.
    """

    def decorated(function: Callable[_P, Named]) -> ByRecord[_P]:
        @wraps(function)
        def answers(*args: _P.args, **kwargs: _P.kwargs) -> Record:
            names, (values, failures), *texts = function(*args, **kwargs)
            found = np.isfinite(values).any(axis=-1).ravel()
            for row in sorted(failures):
                if not found[row]:
                    raise failures[row]
            return Record(np.asarray(names), np.moveaxis(values, -1, 0), *texts)

        answers.outcome, answers.header = function, header  # type: ignore[attr-defined]
        return answers  # type: ignore[return-value]

    return decorated
