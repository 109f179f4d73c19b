"""Finding a value in a range, and references that are computed: MATCH, the LOOKUPs, INDEX, OFFSET."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.calling import block, flat, function, used, wrong
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.functions.conditions import pattern
from mbsxl_udfs.sheet.operators import Value, compared, number, truth
from mbsxl_udfs.sheet.references import COLUMNS, ROWS, Reference, Union

NOT_FOUND = CellError("#N/A", "it is not found")
NO_SUCH_CELL = CellError("#REF!", "it points outside the range")

_HAS_WILDCARD = frozenset("*?~")


def _kind(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "bool"
    return "float" if isinstance(cell, float) else type(cell).__name__


def _same_kind(wanted: Cell) -> Callable[[Cell], bool]:
    kind = _kind(wanted)
    return lambda cell: _kind(cell) == kind


def exact(wanted: Cell, cells: Sequence[Cell], wildcards: bool, last: bool = False) -> int | None:
    """Return the place of the first cell, or the last, that equals a value."""
    places = range(len(cells) - 1, -1, -1) if last else range(len(cells))
    if isinstance(wanted, str) and wildcards and _HAS_WILDCARD & set(wanted):
        matches = pattern(wanted).match
        return next((at for at in places if isinstance(cells[at], str) and matches(cells[at])), None)  # type: ignore[arg-type]
    if isinstance(wanted, float) and not last:
        try:
            at = list(cells).index(wanted)
        except ValueError:
            pass
        else:
            if type(cells[at]) is float:
                return at
    same = _same_kind(wanted)
    return next((at for at in places if same(cells[at]) and compared(cells[at], wanted) == 0), None)


def sorted_place(wanted: Cell, cells: Sequence[Cell], descending: bool = False) -> int | None:
    """Return the place of the last cell not beyond a value, in cells that stand in order."""
    same = _same_kind(wanted)
    places = [at for at, cell in enumerate(cells) if same(cell)]
    keys = [_key(cells[at]) for at in places]
    if descending:
        count = next((at for at, key in enumerate(keys) if key < _key(wanted)), len(keys))
    else:
        count = bisect_right(keys, _key(wanted))
    return places[count - 1] if count else None


def _key(cell: Cell) -> Any:
    return cell.casefold() if isinstance(cell, str) else cell


def nearest(wanted: Cell, cells: Sequence[Cell], larger: bool) -> int | None:
    """Return the place of the equal cell or, in any order, of the next larger or smaller one."""
    same, best = _same_kind(wanted), None
    for at, cell in enumerate(cells):
        if not same(cell):
            continue
        order = compared(cell, wanted)
        if order == 0:
            return at
        if (order == 1) is larger and (best is None or compared(cell, cells[best]) == (-1 if larger else 1)):
            best = at
    return best


@function("MATCH", kinds="vrv")
def match(wanted: Cell, values: Value, how: Cell = 1.0) -> Cell:
    """Return the place of a value in a row or a column."""
    lines = used(values)
    if len(lines) > 1 and len(lines[0]) > 1:
        return NOT_FOUND
    manner = number(how)
    if isinstance(manner, CellError):
        return manner
    wanted = 0.0 if wanted is None else wanted
    cells = [cell for line in lines for cell in line]
    at = exact(wanted, cells, wildcards=True) if manner == 0 else sorted_place(wanted, cells, descending=manner < 0)
    if manner < 0 and at is not None and compared(cells[at], wanted) == -1:
        at = None
    return NOT_FOUND if at is None else float(at + 1)


def _look_up(wanted: Cell, table: Value, index: Cell, approximate: Cell, across: bool) -> Value:
    lines = used(table)
    keys = lines[0] if across else [line[0] for line in lines]
    line, nearly = number(index), truth(approximate)
    for error in (line, nearly):
        if isinstance(error, CellError):
            return error
    assert isinstance(line, float)
    if line < 1:
        return wrong("the index is from 1")
    whole = table.area if isinstance(table, Reference) else Area.of(1, 1, lines)
    if int(line) > (whole.last_row - whole.row if across else whole.last_column - whole.column) + 1:
        return NO_SUCH_CELL
    wanted = 0.0 if wanted is None else wanted
    at = sorted_place(wanted, keys) if nearly else exact(wanted, keys, wildcards=True)
    if at is None:
        return NOT_FOUND
    row, column = (int(line) - 1, at) if across else (at, int(line) - 1)
    return lines[row][column] if row < len(lines) and column < len(lines[0]) else None


@function("VLOOKUP", kinds="vrvv")
def _vlookup(wanted: Cell, table: Value, index: Cell, approximate: Cell = True) -> Value:
    return _look_up(wanted, table, index, approximate, across=False)


@function("HLOOKUP", kinds="vrvv")
def _hlookup(wanted: Cell, table: Value, index: Cell, approximate: Cell = True) -> Value:
    return _look_up(wanted, table, index, approximate, across=True)


@function("LOOKUP", kinds="vaa")
def _lookup(wanted: Cell, values: Value, results: Value = None) -> Value:
    lines = used(values)
    across = len(lines[0]) > len(lines)
    keys = lines[0] if across else [line[0] for line in lines]
    found = (lines[-1] if across else [line[-1] for line in lines]) if results is None else flat(used(results))
    at = sorted_place(0.0 if wanted is None else wanted, keys)
    return NOT_FOUND if at is None or at >= len(found) else found[at]


def _place(wanted: Cell, cells: list[Cell], how: float, search: float) -> int | CellError | None:
    """Return the place that XMATCH and XLOOKUP find."""
    if how not in (-1, 0, 1, 2) or search not in (-2, -1, 1, 2):
        return wrong("the way of matching or searching is none that there is")
    if isinstance(wanted, CellError):
        return wanted
    if wanted is None:
        wanted = ""
        cells = ["" if cell is None else cell for cell in cells]
    if abs(search) == 2:
        return _binary(wanted, cells, how, descending=search < 0)
    at = exact(wanted, cells, wildcards=how == 2, last=search < 0)
    return nearest(wanted, cells, larger=how == 1) if at is None and how in (-1, 1) else at


def _binary(wanted: Cell, cells: list[Cell], how: float, descending: bool) -> int | None:
    same = _same_kind(wanted)
    places = [at for at, cell in enumerate(cells) if same(cell)]
    places = places[::-1] if descending else places
    keys, key = [_key(cells[at]) for at in places], _key(wanted)
    count = bisect_left(keys, key)
    if count < len(keys) and keys[count] == key:
        return places[count]
    at = count - 1 if how == -1 else count if how == 1 else -1
    return places[at] if 0 <= at < len(places) else None


@function("XMATCH", kinds="vrvv")
def _xmatch(wanted: Cell, values: Value, how: Cell = 0.0, search: Cell = 1.0) -> Cell:
    manner, order = number(how), number(1.0 if search is None else search)
    if isinstance(manner, CellError) or isinstance(order, CellError):
        return manner if isinstance(manner, CellError) else order
    at = _place(wanted, flat(used(values)), manner, order)
    return at if isinstance(at, CellError) else NOT_FOUND if at is None else float(at + 1)


@function("XLOOKUP", kinds="vrrrvv", takes_errors=True)
def _xlookup(
    wanted: Cell, values: Value, results: Value, instead: Value = None, how: Cell = 0.0, search: Cell = 1.0
) -> Value:
    manner, order = number(how), number(1.0 if search is None else search)
    if isinstance(manner, CellError) or isinstance(order, CellError):
        return manner if isinstance(manner, CellError) else order
    keys = used(values)
    at = _place(wanted, [cell for line in keys for cell in line], manner, order)
    if isinstance(at, CellError):
        return at
    across = len(keys) == 1 and len(keys[0]) > 1
    if _shape(values)[across] != _shape(results)[across]:
        return wrong("the two ranges are of different sizes")
    if at is None:
        return NOT_FOUND if instead is None else instead
    if isinstance(results, Reference):
        area = results.area
        if across:
            return Reference(results.grid, Area(area.row, area.column + at, area.last_row, area.column + at))
        return Reference(results.grid, Area(area.row + at, area.column, area.row + at, area.last_column))
    lines = block(results)
    return [[line[at]] for line in lines] if across else [lines[at]]


# ------------------------------------------------------------------------------------------------------- references


@function("INDEX", kinds="avvv", takes_errors=True)
def index(values: Value, row: Cell = 0.0, column: Cell = None, part: Cell = 1.0) -> Value:
    """Return one cell of a range, a whole row or column of it where the other is 0, or the range."""
    if isinstance(values, CellError):
        return values
    if isinstance(values, Union):
        place = number(part)
        if isinstance(place, CellError) or not 1 <= place <= len(values):
            return NO_SUCH_CELL
        values = values[int(place) - 1]
    numbers = [number(row), number(column)]
    for each in numbers:
        if isinstance(each, CellError):
            return each
    rows, columns = _shape(values)
    down, across = (int(each) for each in numbers if isinstance(each, float))
    if column is None and rows == 1:
        down, across = (1 if columns > 1 or down == 0 else down), down
        if columns == 1 and across > 1:
            return NO_SUCH_CELL
    if down < 0 or across < 0:
        return wrong("a row or a column is from 0")
    if down > rows or across > columns:
        return NO_SUCH_CELL
    if isinstance(values, Reference):
        area = values.area
        top, bottom = (area.row + down - 1,) * 2 if down else (area.row, area.last_row)
        left, right = (area.column + across - 1,) * 2 if across else (area.column, area.last_column)
        return Reference(values.grid, Area(top, left, bottom, right))
    lines: Block = block(values)
    lines = [lines[down - 1]] if down else lines
    lines = [[line[across - 1]] for line in lines] if across else lines
    return lines[0][0] if down and across else lines


def _shape(value: Value) -> tuple[int, int]:
    if isinstance(value, Reference):
        area = value.area
        return area.last_row - area.row + 1, area.last_column - area.column + 1
    lines = block(value)
    return len(lines), len(lines[0])


@function("OFFSET", kinds="rvvvv", gives_references=True)
def _offset(base: Value, down: Cell, across: Cell, height: Cell = None, width: Cell = None) -> Value:
    if not isinstance(base, Reference):
        return base if isinstance(base, CellError) else wrong("OFFSET starts from a reference")
    rows, columns = _shape(base)
    numbers = [number(down), number(across)]
    numbers += [float(own) if cell is None else number(cell) for cell, own in ((height, rows), (width, columns))]
    for each in numbers:
        if isinstance(each, CellError):
            return each
    step_down, step_across, tall, wide = (int(each) for each in numbers if isinstance(each, float))
    if tall == 0 or wide == 0:
        return NO_SUCH_CELL
    top, left = base.area.row + step_down, base.area.column + step_across
    bottom, right = top + tall - (1 if tall > 0 else -1), left + wide - (1 if wide > 0 else -1)
    area = Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
    if area.row < 1 or area.column < 1 or area.last_row > ROWS or area.last_column > COLUMNS:
        return CellError("#REF!", "it points outside the sheet")
    return Reference(base.grid, area)


@function("ROWS", kinds="a", takes_errors=True)
def _rows(value: Value) -> Cell:
    return value if isinstance(value, CellError) else float(_shape(value)[0])


@function("COLUMNS", kinds="a", takes_errors=True)
def _columns(value: Value) -> Cell:
    return value if isinstance(value, CellError) else float(_shape(value)[1])


@function("AREAS", kinds="r", takes_errors=True)
def _areas(value: Value) -> Cell:
    return value if isinstance(value, CellError) else float(len(value)) if isinstance(value, Union) else 1.0
