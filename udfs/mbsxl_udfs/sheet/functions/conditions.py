"""Totals of the cells that meet conditions: SUMIFS and its like, and what a criterion means."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.calling import first, function, used, wrong
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.operators import DIVIDED_BY_ZERO, Value, compared
from mbsxl_udfs.sheet.references import Reference
from mbsxl_udfs.sheet.written import value_of_text

Test = Callable[[Cell], bool]
Key = tuple[int, int]

_CRITERION = re.compile(r"(<=|>=|<>|<|>|=)?(.*)", re.DOTALL)
_HOLDS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


@lru_cache(maxsize=1024)
def pattern(text: str) -> re.Pattern[str]:
    """Return what a text with wildcards matches: ``?`` one character, ``*`` any, ``~`` takes either as it is."""
    parts, place = [], 0
    while place < len(text):
        letter = text[place]
        if letter == "~" and place + 1 < len(text) and text[place + 1] in "*?~":
            place += 1
            parts.append(re.escape(text[place]))
        else:
            parts.append({"*": ".*", "?": "."}.get(letter, re.escape(letter)))
        place += 1
    return re.compile("".join(parts) + r"\Z", re.IGNORECASE | re.DOTALL)


def criterion(wanted: Cell) -> Test:
    """Return the test that a criterion is: a value, or a text like ``">=5"`` or ``"A*"``."""
    if isinstance(wanted, CellError):
        code = wanted.code
        return lambda cell: isinstance(cell, CellError) and cell.code == code
    if wanted is None:
        wanted = 0.0
    if not isinstance(wanted, str):
        return lambda cell: type(cell) is type(wanted) and compared(cell, wanted) == 0
    found = _CRITERION.match(wanted)
    assert found
    sign, operand = found[1] or "", found[2]
    value = _typed(operand)
    if sign in _HOLDS:
        holds = _HOLDS[sign]
        return lambda cell: type(cell) is type(value) and holds(compared(cell, value))  # type: ignore[arg-type]
    test = _equal(value, operand, bool(sign))
    return (lambda cell: not test(cell)) if sign == "<>" else test


def _typed(operand: str) -> Cell:
    """Return what is typed in a criterion: a number, a truth value, an error or a text."""
    if operand.upper() in ("TRUE", "FALSE"):
        return operand.upper() == "TRUE"
    if re.fullmatch(r"#(N/A|DIV/0!|VALUE!|REF!|NAME\?|NUM!|NULL!)", operand.upper()):
        return CellError(operand.upper())
    value = value_of_text(operand)
    return operand if isinstance(value, CellError) else value


def _equal(value: Cell, operand: str, has_sign: bool) -> Test:
    if operand == "":
        return (lambda cell: cell is None) if has_sign else (lambda cell: cell is None or cell == "")
    if isinstance(value, CellError):
        return lambda cell: isinstance(cell, CellError) and cell.code == value.code
    if isinstance(value, str):
        matches = pattern(value).match
        return lambda cell: isinstance(cell, str) and matches(cell) is not None
    as_text = operand.strip().casefold()
    return lambda cell: (
        compared(cell, value) == 0
        if type(cell) is type(value)
        else isinstance(cell, str) and isinstance(value, float) and cell.strip().casefold() == as_text
    )


def _key(cell: Cell) -> object:
    """Return what equal cells have in common: numbers of the same 15 digits, texts whatever their case."""
    if type(cell) is float:
        return float(f"{cell:.15g}")
    return (type(cell), cell.casefold() if isinstance(cell, str) else cell)


class _Groups:
    """The places of a range by the value of their cells, so that a criterion is tried once on each value."""

    def __init__(self, lines: Block) -> None:
        self.lines = lines
        self._places: dict[object, tuple[Cell, list[Key]]] = {}
        for row, line in enumerate(lines):
            for column, cell in enumerate(line):
                self._places.setdefault(_key(cell), (cell, []))[1].append((row, column))

    def chosen(self, wanted: Cell) -> list[Key]:
        """Return the places whose cells meet a criterion."""
        if type(wanted) is float:
            return self._places.get(_key(wanted), (None, []))[1]
        test = criterion(wanted)
        return [place for cell, places in self._places.values() if test(cell) for place in places]


_LATEST: dict[int, _Groups] = {}
_MOST_KEPT = 32


def _groups(lines: Block) -> _Groups:
    """Return the groups of a range, kept for the formulas of a column, which ask for the same."""
    found = _LATEST.get(id(lines))
    if found is None or found.lines is not lines:
        found = _Groups(lines)
        if len(_LATEST) >= _MOST_KEPT:
            _LATEST.pop(next(iter(_LATEST)))
        _LATEST[id(lines)] = found
    return found


def _chosen(conditions: tuple[Value, ...]) -> list[Key] | CellError:
    """Return the places of the ranges, from 0, at which all criteria are met; they are given in pairs."""
    if len(conditions) % 2:
        return wrong("a range has no criterion")
    chosen: list[Key] = []
    size: Key | None = None
    for range_, wanted in zip(conditions[::2], conditions[1::2], strict=True):
        if isinstance(range_, CellError):
            return range_
        groups = _groups(used(range_))
        if size is not None and _size(range_) != size:
            return wrong("the ranges are of different sizes")
        places = groups.chosen(wanted)
        if size is None:
            chosen, size = places, _size(range_)
        else:
            both = set(places)
            chosen = [place for place in chosen if place in both]
    return chosen


def _picked(values: Value, conditions: tuple[Value, ...], same_size: bool) -> list[Cell] | CellError:
    """Return the cells of a range at the places that meet the criteria: only these are read."""
    chosen = _chosen(conditions)
    if isinstance(chosen, CellError):
        return chosen
    if same_size and _size(values) != _size(conditions[0]):
        return wrong("the ranges are of different sizes")
    if isinstance(values, Reference):
        return [first(values.at(row + 1, column + 1)) for row, column in chosen]
    lines = used(values)
    if any(row >= len(lines) or column >= len(lines[0]) for row, column in chosen):
        return wrong("the ranges are of different sizes")
    return [lines[row][column] for row, column in chosen]


def _size(value: Value) -> tuple[int, int]:
    if isinstance(value, Reference):
        area: Area = value.area
        return area.last_row - area.row, area.last_column - area.column
    lines = used(value)
    return len(lines) - 1, len(lines[0]) - 1


def _numbers(cells: list[Cell] | CellError) -> list[float] | CellError:
    if isinstance(cells, CellError):
        return cells
    for cell in cells:
        if isinstance(cell, CellError):
            return cell
    return [cell for cell in cells if type(cell) is float]


def _total(compute: Callable[[list[float]], Cell], same_size: bool) -> Callable[..., Cell]:
    def result(values: Value, *conditions: Value) -> Cell:
        found = _numbers(_picked(values, conditions, same_size))
        return found if isinstance(found, CellError) else compute(found)

    return result


def _mean(found: list[float]) -> Cell:
    return math.fsum(found) / len(found) if found else DIVIDED_BY_ZERO


def _single(compute: Callable[[list[float]], Cell]) -> Callable[..., Cell]:
    """Return the older form of a function, whose first range may be the one that is totalled."""
    total = _total(compute, same_size=False)

    def call(range_: Value, wanted: Cell, values: Value = None) -> Cell:
        return total(range_ if values is None else values, range_, wanted)

    return call


function("SUMIF", kinds="rvr", takes_errors=True)(_single(math.fsum))
function("AVERAGEIF", kinds="rvr", takes_errors=True)(_single(_mean))
function("SUMIFS", kinds="r|rv", takes_errors=True)(_total(math.fsum, same_size=True))
function("AVERAGEIFS", kinds="r|rv", takes_errors=True)(_total(_mean, same_size=True))
function("MAXIFS", kinds="r|rv", takes_errors=True)(_total(lambda found: max(found, default=0.0), same_size=True))
function("MINIFS", kinds="r|rv", takes_errors=True)(_total(lambda found: min(found, default=0.0), same_size=True))


@function("COUNTIFS", kinds="|rv", takes_errors=True)
def count_ifs(*conditions: Value) -> Cell:
    """Count the places at which all criteria are met."""
    chosen = _chosen(conditions)
    if isinstance(chosen, CellError):
        return chosen
    return float(len(chosen)) + _unseen(conditions)


@function("COUNTIF", kinds="rv", takes_errors=True)
def count_if(range_: Value, wanted: Cell) -> Cell:
    """Count the cells that meet a criterion."""
    return count_ifs(range_, wanted)


def _unseen(conditions: tuple[Value, ...]) -> float:
    """Count the blank cells beyond what the sheet uses, where blanks meet the criteria."""
    if not isinstance(conditions[0], Reference) or not all(criterion(wanted)(None) for wanted in conditions[1::2]):
        return 0.0
    whole = _size(conditions[0])
    lines = used(conditions[0])
    return float((whole[0] + 1) * (whole[1] + 1) - len(lines) * len(lines[0]))
