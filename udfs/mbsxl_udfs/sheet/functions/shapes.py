"""Functions that give arrays another shape or order: FILTER, SORT, UNIQUE, TAKE, stacks and wraps."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cmp_to_key

from mbsxl_udfs.sheet.calling import block, first, flat, function, used, wrong
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.operators import Value, compared, number, truth

EMPTY = CellError("#CALC!", "the result is empty")
NOTHING_THERE = CellError("#N/A", "there is nothing at this place")


def whole(cell: Value, otherwise: int) -> int | CellError:
    """Return a cell as a whole number; the default where it is left out."""
    if cell is None:
        return otherwise
    value = number(first(cell))
    return value if isinstance(value, CellError) else int(value)


def turned(lines: Block) -> Block:
    """Return a block with rows as columns."""
    return [list(line) for line in zip(*lines, strict=True)]


def _is_flag(cell: Value) -> bool:
    return cell is not None and truth(first(cell)) is True


@function("TRANSPOSE", kinds="a")
def _transpose(values: Value) -> Block:
    return turned(used(values))


@function("SEQUENCE", kinds="vvvv")
def _sequence(rows: Cell, columns: Cell = None, start: Cell = None, step: Cell = None) -> Value:
    height, width = whole(rows, 1), whole(columns, 1)
    begin = 1.0 if start is None else number(start)
    by = 1.0 if step is None else number(step)
    for each in (height, width, begin, by):
        if isinstance(each, CellError):
            return each
    if height < 0 or width < 0:  # type: ignore[operator]
        return wrong("a sequence has rows and columns")
    if not (height and width):
        return EMPTY
    return [[begin + by * (row * width + column) for column in range(width)] for row in range(height)]  # type: ignore[operator,arg-type]


@function("RANDARRAY", kinds="vvvvv")
def _random_array(
    rows: Cell = None, columns: Cell = None, low: Cell = None, high: Cell = None, integers: Cell = None
) -> Value:
    height, width = whole(rows, 1), whole(columns, 1)
    least = 0.0 if low is None else number(low)
    most = 1.0 if high is None else number(high)
    for each in (height, width, least, most):
        if isinstance(each, CellError):
            return each
    draw = random.randint if _is_flag(integers) else random.uniform
    return [[float(draw(least, most)) for _ in range(width)] for _ in range(height)] or EMPTY  # type: ignore[arg-type]


@function("FILTER", kinds="aaa", takes_errors=True)
def _filter(values: Value, include: Value, instead: Value = None) -> Value:
    lines, chosen = used(values), used(include)
    for error in (values, *flat(chosen)):
        if isinstance(error, CellError):
            return error
    across = (len(chosen) == 1 and len(chosen[0]) == len(lines[0]) and len(lines) != 1) or len(chosen) == 1 < len(
        chosen[0]
    )
    lines = turned(lines) if across else lines
    flags = flat(chosen)
    if len(flags) != len(lines):
        return wrong("the two ranges are of different sizes")
    kept = []
    for line, flag in zip(lines, flags, strict=True):
        holds = truth(flag)
        if isinstance(holds, CellError):
            return holds
        if holds:
            kept.append(line)
    if not kept:
        return CellError("#CALC!", "nothing is left by the filter") if instead is None else instead
    return turned(kept) if across else kept


def _order(left: Cell, right: Cell) -> int:
    """Return the order of two cells when sorted: errors and then blanks come last."""
    ranks = [3 if cell is None else 2 if isinstance(cell, CellError) else 0 for cell in (left, right)]
    if ranks[0] or ranks[1]:
        return (ranks[0] > ranks[1]) - (ranks[0] < ranks[1])
    order = compared(left, right)
    assert isinstance(order, int)
    return order


def _by(keys: list[tuple[int, Callable[[list[Cell]], Cell]]]) -> Callable[[list[Cell], list[Cell]], int]:
    def order(one: list[Cell], other: list[Cell]) -> int:
        for direction, key in keys:
            left, right = key(one), key(other)
            found = _order(left, right)
            if found:
                return found if left is None or right is None else direction * found
        return 0

    return order


@function("SORT", kinds="arrv")
def _sort(values: Value, columns: Value = None, orders: Value = None, across: Cell = None) -> Value:
    lines = turned(used(values)) if _is_flag(across) else used(values)
    places = [whole(cell, 1) for cell in (flat(columns) if columns is not None else [1.0])]
    directions = [whole(cell, 1) for cell in (flat(orders) if orders is not None else [1.0])]
    for each in (*places, *directions):
        if isinstance(each, CellError):
            return each
    directions = directions * len(places) if len(directions) == 1 else directions
    if len(directions) != len(places) or not all(1 <= place <= len(lines[0]) for place in places):  # type: ignore[operator]
        return wrong("what to sort by is not in the range")
    if not set(directions) <= {1, -1}:
        return wrong("an order is 1 or -1")
    keys = [(way, lambda line, place=place: line[place - 1]) for way, place in zip(directions, places, strict=True)]
    result = sorted(lines, key=cmp_to_key(_by(keys)))  # type: ignore[arg-type]
    return turned(result) if _is_flag(across) else result


@function("SORTBY", kinds="a")
def _sort_by(values: Value, *keys: Value) -> Value:
    lines = used(values)
    across = (len(used(keys[0])) == 1 and len(lines) > 1) or len(lines) == 1
    lines = turned(lines) if across else lines
    columns, ways = [flat(used(key)) for key in keys[::2]], [whole(way, 1) for way in keys[1::2]]
    ways += [1] * (len(columns) - len(ways))
    if any(isinstance(way, CellError) or way not in (1, -1) for way in ways):
        return wrong("an order is 1 or -1")
    if any(len(column) != len(lines) for column in columns):
        return wrong("the ranges are of different sizes")
    numbered = [[*row, line] for *row, line in zip(*columns, lines, strict=True)]
    order = _by([(way, lambda row, at=at: row[at]) for at, way in enumerate(ways)])  # type: ignore[misc]
    result = [row[-1] for row in sorted(numbered, key=cmp_to_key(order))]
    return turned(result) if across else result


@function("UNIQUE", kinds="avv")
def _unique(values: Value, across: Cell = None, once: Cell = None) -> Value:
    lines = turned(used(values)) if _is_flag(across) else used(values)
    counts: dict[tuple[object, ...], int] = {}
    firsts: dict[tuple[object, ...], list[Cell]] = {}
    for line in lines:
        key = tuple((type(cell), cell.casefold() if isinstance(cell, str) else cell) for cell in line)
        counts[key] = counts.get(key, 0) + 1
        firsts.setdefault(key, line)
    kept = [line for key, line in firsts.items() if not _is_flag(once) or counts[key] == 1]
    if not kept:
        return EMPTY
    return turned(kept) if _is_flag(across) else kept


def _cut(values: Value, rows: Cell, columns: Cell, drop: bool) -> Value:
    lines = used(values)
    for wanted, is_row in ((rows, True), (columns, False)):
        if wanted is None:
            continue
        many = whole(wanted, 0)
        if isinstance(many, CellError):
            return many
        size = len(lines) if is_row else len(lines[0])
        if drop:
            part = slice(many, None) if many >= 0 else slice(None, size + many if size + many > 0 else 0)
        else:
            part = slice(None, many) if many >= 0 else slice(max(0, size + many), None)
        lines = lines[part] if is_row else [line[part] for line in lines]
        if not lines or not lines[0]:
            return EMPTY
    return lines


@function("TAKE", kinds="avv")
def _take(values: Value, rows: Cell, columns: Cell = None) -> Value:
    return _cut(values, rows, columns, drop=False)


@function("DROP", kinds="avv")
def _drop(values: Value, rows: Cell, columns: Cell = None) -> Value:
    return _cut(values, rows, columns, drop=True)


def _chosen(lines: Block, wanted: tuple[Value, ...]) -> Value:
    result = []
    for cell in (cell for value in wanted for cell in flat(value)):
        place = whole(cell, 0)
        if isinstance(place, CellError):
            return place
        if not 1 <= abs(place) <= len(lines):
            return wrong("it chooses a row or a column that is not there")
        result.append(lines[place - 1 if place > 0 else place])
    return result


@function("CHOOSEROWS", kinds="aa")
def _choose_rows(values: Value, *wanted: Value) -> Value:
    return _chosen(used(values), wanted)


@function("CHOOSECOLS", kinds="aa")
def _choose_columns(values: Value, *wanted: Value) -> Value:
    result = _chosen(turned(used(values)), wanted)
    return turned(result) if isinstance(result, list) else result


def _stacked(blocks: list[Block]) -> Block:
    width = max(len(lines[0]) for lines in blocks)
    return [line + [NOTHING_THERE] * (width - len(line)) for lines in blocks for line in lines]


@function("VSTACK", kinds="a", takes_errors=True)
def _vstack(*values: Value) -> Block:
    return _stacked([used(value) for value in values])


@function("HSTACK", kinds="a", takes_errors=True)
def _hstack(*values: Value) -> Block:
    return turned(_stacked([turned(used(value)) for value in values]))


def _listed(values: Value, ignore: Cell, by_column: Cell) -> list[Cell] | CellError:
    left_out = whole(ignore, 0)
    if isinstance(left_out, CellError):
        return left_out
    lines = turned(used(values)) if _is_flag(by_column) else used(values)
    cells = [cell for line in lines for cell in line]
    if left_out in (1, 3):
        cells = [cell for cell in cells if cell is not None]
    if left_out in (2, 3):
        cells = [cell for cell in cells if not isinstance(cell, CellError)]
    return cells or EMPTY


@function("TOCOL", kinds="avv", takes_errors=True)
def _to_column(values: Value, ignore: Cell = None, by_column: Cell = None) -> Value:
    cells = _listed(values, ignore, by_column)
    return [[cell] for cell in cells] if isinstance(cells, list) else cells


@function("TOROW", kinds="avv", takes_errors=True)
def _to_row(values: Value, ignore: Cell = None, by_column: Cell = None) -> Value:
    cells = _listed(values, ignore, by_column)
    return [cells] if isinstance(cells, list) else cells


@function("EXPAND", kinds="avvv")
def _expand(values: Value, rows: Cell, columns: Cell = None, pad: Cell = NOTHING_THERE) -> Value:
    lines = used(values)
    height, width = whole(rows, len(lines)), whole(columns, len(lines[0]))
    if isinstance(height, CellError) or isinstance(width, CellError):
        return height if isinstance(height, CellError) else width
    if height < len(lines) or width < len(lines[0]):
        return wrong("EXPAND makes an array larger")
    wide = [line + [pad] * (width - len(line)) for line in lines]
    return wide + [[pad] * width for _ in range(height - len(wide))]


def _wrapped(values: Value, count: Cell, pad: Cell) -> Value:
    cells, many = used(values), whole(count, 1)
    if isinstance(many, CellError):
        return many
    if len(cells) > 1 and len(cells[0]) > 1:
        return wrong("what is wrapped is a row or a column")
    if many < 1:
        return CellError("#NUM!", "a line has at least one cell")
    line = [cell for row in cells for cell in row]
    line += [pad] * (-len(line) % many if len(line) > many else 0)
    return [line[at : at + many] for at in range(0, len(line), many)]


@function("WRAPROWS", kinds="avv")
def _wrap_rows(values: Value, count: Cell, pad: Cell = NOTHING_THERE) -> Value:
    return _wrapped(values, count, pad)


@function("WRAPCOLS", kinds="avv")
def _wrap_columns(values: Value, count: Cell, pad: Cell = NOTHING_THERE) -> Value:
    result = _wrapped(values, count, pad)
    return turned(result) if isinstance(result, list) else result


@function("TRIMRANGE", kinds="rvv")
def _trim_range(values: Value, rows: Cell = None, columns: Cell = None) -> Value:
    def trimmed(lines: Block, how: int) -> Block:
        while how & 1 and len(lines) > 1 and all(cell is None for cell in lines[0]):
            lines = lines[1:]
        while how & 2 and len(lines) > 1 and all(cell is None for cell in lines[-1]):
            lines = lines[:-1]
        return lines

    ways = whole(rows, 3), whole(columns, 3)
    if isinstance(ways[0], CellError) or isinstance(ways[1], CellError):
        return wrong("it trims nothing, the beginning, the end or both: 0 to 3")
    return turned(trimmed(turned(trimmed(block(used(values)), ways[0])), ways[1]))
