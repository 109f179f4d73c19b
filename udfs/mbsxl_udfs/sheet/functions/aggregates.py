"""Totals of many cells: sums, counts, averages, extremes, spreads and ranks.

Numbers in ranges count, texts and truth values there do not; given as arguments by themselves they do.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from operator import mul

from mbsxl_udfs.sheet.calling import FUNCTIONS, block, function, used, wrong
from mbsxl_udfs.sheet.cells import NUM, Cell, CellError
from mbsxl_udfs.sheet.operators import DIVIDED_BY_ZERO, INFIX, Value, number, truth
from mbsxl_udfs.sheet.references import Reference, Union

NO_NUMBERS = CellError(NUM, "there are no numbers")


class Stopped(Exception):  # noqa: N818
    """An error among the cells: it is the result."""

    def __init__(self, error: CellError) -> None:
        self.error = error


def cells_of(values: Iterable[Value]) -> Iterator[Cell]:
    """Yield the cells of ranges and arrays."""
    for value in values:
        for part in value if isinstance(value, Union) else (value,):
            for line in used(part):
                yield from line


def numbers(values: Iterable[Value]) -> list[float]:
    """Return the numbers among arguments; an error among them ends the calculation."""
    found: list[float] = []
    for value in values:
        if isinstance(value, Reference | Union | list):
            for cell in cells_of([value]):
                if type(cell) is float:
                    found.append(cell)
                elif isinstance(cell, CellError):
                    raise Stopped(cell)
        else:
            single = number(value)
            if isinstance(single, CellError):
                raise Stopped(single)
            found.append(single)
    return found


def numbers_and_more(values: Iterable[Value]) -> list[float]:
    """Return the numbers among arguments, texts as 0 and truth values as 0 or 1."""
    found: list[float] = []
    for cell in cells_of(values):
        if isinstance(cell, CellError):
            raise Stopped(cell)
        if cell is not None:
            found.append(float(cell) if isinstance(cell, float | bool) else 0.0)
    return found


def aggregate(
    *names: str, read: Callable[..., list[float]] = numbers
) -> Callable[[Callable[..., Cell]], Callable[..., Cell]]:
    """Declare a function of all the numbers among its arguments."""

    def declared(compute: Callable[[list[float]], Cell]) -> Callable[..., Cell]:
        def call(*values: Value) -> Cell:
            try:
                return compute(read(values))
            except Stopped as stopped:
                return stopped.error
            except OverflowError:
                return CellError(NUM, "it is too large a number")

        function(*names, kinds="r", takes_errors=True)(call)
        return call

    return declared


def _mean(found: list[float]) -> Cell:
    return math.fsum(found) / len(found) if found else DIVIDED_BY_ZERO


def _variance(degrees: int) -> Callable[[list[float]], Cell]:
    def result(found: list[float]) -> Cell:
        if len(found) <= degrees:
            return DIVIDED_BY_ZERO
        middle = math.fsum(found) / len(found)
        return math.fsum((each - middle) ** 2 for each in found) / (len(found) - degrees)

    return result


def _deviation(degrees: int) -> Callable[[list[float]], Cell]:
    def result(found: list[float]) -> Cell:
        variance = _variance(degrees)(found)
        return variance if isinstance(variance, CellError) else math.sqrt(variance)  # type: ignore[arg-type]

    return result


aggregate("SUM")(lambda found: math.fsum(found))
function("PERCENTOF", kinds="rr", takes_errors=True)(
    lambda part, whole: INFIX["/"](FUNCTIONS["SUM"].call(part), FUNCTIONS["SUM"].call(whole))
)
aggregate("PRODUCT")(lambda found: reduce(mul, found, 1.0) if found else 0.0)
aggregate("SUMSQ")(lambda found: math.fsum(each * each for each in found))
aggregate("AVERAGE")(_mean)
aggregate("AVERAGEA", read=numbers_and_more)(_mean)
aggregate("MIN")(lambda found: min(found, default=0.0))
aggregate("MAX")(lambda found: max(found, default=0.0))
aggregate("MINA", read=numbers_and_more)(lambda found: min(found, default=0.0))
aggregate("MAXA", read=numbers_and_more)(lambda found: max(found, default=0.0))
aggregate("MEDIAN")(lambda found: statistics.median(found) if found else NO_NUMBERS)
aggregate("VAR", "VAR.S")(_variance(1))
aggregate("VARP", "VAR.P")(_variance(0))
aggregate("STDEV", "STDEV.S")(_deviation(1))
aggregate("STDEVP", "STDEV.P")(_deviation(0))
aggregate("VARA", read=numbers_and_more)(_variance(1))
aggregate("VARPA", read=numbers_and_more)(_variance(0))
aggregate("STDEVA", read=numbers_and_more)(_deviation(1))
aggregate("STDEVPA", read=numbers_and_more)(_deviation(0))


def _whole(compute: Callable[..., int]) -> Callable[[list[float]], Cell]:
    def result(found: list[float]) -> Cell:
        if any(each < 0 for each in found):
            return CellError(NUM, "the numbers are not negative")
        return float(compute(*(int(each) for each in found)))

    return result


aggregate("GCD")(_whole(math.gcd))
aggregate("LCM")(_whole(math.lcm))


@function("COUNT", kinds="r", takes_errors=True)
def count(*values: Value) -> float:
    """Count the numbers."""
    total = 0
    for value in values:
        if isinstance(value, Reference | Union | list):
            total += sum(type(cell) is float for cell in cells_of([value]))
        else:
            total += not isinstance(number(value), CellError)
    return float(total)


@function("COUNTA", kinds="r", takes_errors=True)
def count_all(*values: Value) -> float:
    """Count the cells that are not blank, and the arguments that are left out."""
    return float(sum(value is None or sum(cell is not None for cell in cells_of([value])) for value in values))


@function("COUNTBLANK", kinds="r", takes_errors=True)
def count_blank(value: Value) -> float:
    """Count the cells that are blank or hold an empty text."""
    area = value.area if isinstance(value, Reference) else None
    full = sum(cell is not None and cell != "" for line in used(value) for cell in line)
    size = len(block(value)) * len(block(value)[0]) if area is None else _size(value)
    return float(size - full)


def _size(reference: Reference) -> int:
    area = reference.area
    return (area.last_row - area.row + 1) * (area.last_column - area.column + 1)


def _decided(values: Iterable[Value]) -> list[bool]:
    found: list[bool] = []
    for value in values:
        is_range = isinstance(value, Reference | Union | list)
        for cell in cells_of([False if value is None else value]):
            if isinstance(cell, CellError):
                raise Stopped(cell)
            if cell is None or (is_range and isinstance(cell, str)):
                continue
            holds = truth(cell)
            if isinstance(holds, CellError):
                raise Stopped(holds)
            found.append(holds)
    return found


def _logical(name: str, combine: Callable[[list[bool]], bool]) -> None:
    @function(name, kinds="r", takes_errors=True)
    def call(*values: Value) -> Cell:
        try:
            found = _decided(values)
        except Stopped as stopped:
            return stopped.error
        return combine(found) if found else wrong("there is no truth value among the arguments")


_logical("AND", all)
_logical("OR", any)
_logical("XOR", lambda found: sum(found) % 2 == 1)
function("NOT", kinds="v")(lambda cell: holds if isinstance(holds := truth(cell), CellError) else not holds)


# ----------------------------------------------------------------------------------------------------------- ranks


def ranked(name: str, *more: str) -> Callable[[Callable[[list[float], float], Cell]], object]:
    """Declare a function of a range's numbers in their order and of one number more."""

    def declared(compute: Callable[[list[float], float], Cell]) -> object:
        def call(values: Value, place: Cell) -> Cell:
            wanted = number(place)
            try:
                found = sorted(numbers([values]))
            except Stopped as stopped:
                return stopped.error
            if isinstance(wanted, CellError):
                return wanted
            return compute(found, wanted) if found else NO_NUMBERS

        return function(name, *more, kinds="rv")(call)

    return declared


def _nth(found: list[float], place: float) -> Cell:
    if not 1 <= math.ceil(place) <= len(found):
        return CellError(NUM, f"there are {len(found)} numbers")
    return found[math.ceil(place) - 1]


ranked("SMALL")(_nth)
ranked("LARGE")(lambda found, place: _nth(found[::-1], place))


def _percentile(found: list[float], share: float) -> Cell:
    if not 0 <= share <= 1:
        return CellError(NUM, "a share is from 0 to 1")
    place = share * (len(found) - 1)
    below = math.floor(place)
    above = min(below + 1, len(found) - 1)
    return found[below] + (place - below) * (found[above] - found[below])


ranked("PERCENTILE", "PERCENTILE.INC")(_percentile)
ranked("QUARTILE", "QUARTILE.INC")(lambda found, quarter: _percentile(found, math.floor(quarter) / 4))


def _rank(average: bool) -> Callable[..., Cell]:
    def call(subject: Cell, values: Value, ascending: Cell = None) -> Cell:
        wanted, upwards = number(subject), number(ascending)
        if isinstance(wanted, CellError) or isinstance(upwards, CellError):
            return wanted if isinstance(wanted, CellError) else upwards
        try:
            found = numbers([values])
        except Stopped as stopped:
            return stopped.error
        if wanted not in found:
            return CellError("#N/A", "the number is not among them")
        before = sum(each < wanted if upwards else each > wanted for each in found)
        return before + 1 + ((found.count(wanted) - 1) / 2 if average else 0.0)

    return call


function("RANK", "RANK.EQ", kinds="vrv")(_rank(average=False))
function("RANK.AVG", kinds="vrv")(_rank(average=True))


# -------------------------------------------------------------------------------------------------------- products


@function("SUMPRODUCT", kinds="a", takes_errors=True)
def sum_product(*arrays: Value) -> Cell:
    """Sum the products of the numbers that stand at one place; what is no number counts as 0."""
    blocks = [used(array) for array in arrays]
    sizes = {(len(each), len(each[0])) for each in blocks}
    if len(sizes) > 1:
        return wrong("the arrays are of different sizes")
    total = []
    for lines in zip(*blocks, strict=True):
        for cells in zip(*lines, strict=True):
            product = 1.0
            for cell in cells:
                if isinstance(cell, CellError):
                    return cell
                product *= cell if type(cell) is float else 0.0
            total.append(product)
    return math.fsum(total)


def _pairs(name: str, compute: Callable[[float, float], float]) -> None:
    @function(name, kinds="aa", takes_errors=True)
    def call(left: Value, right: Value) -> Cell:
        pairs = list(zip(cells_of([left]), cells_of([right]), strict=False))
        if (len(block(left)), len(block(left)[0])) != (len(block(right)), len(block(right)[0])):
            return CellError("#N/A", "the arrays are of different sizes")
        for cell in (cell for pair in pairs for cell in pair):
            if isinstance(cell, CellError):
                return cell
        return math.fsum(compute(x, y) for x, y in pairs if type(x) is float and type(y) is float)


_pairs("SUMX2MY2", lambda x, y: x * x - y * y)
_pairs("SUMX2PY2", lambda x, y: x * x + y * y)
_pairs("SUMXMY2", lambda x, y: (x - y) ** 2)
