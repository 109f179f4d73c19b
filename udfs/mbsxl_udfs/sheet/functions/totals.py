"""SUBTOTAL and AGGREGATE: totals that leave out other totals, hidden rows or errors.

Source: Microsoft Excel documentation of SUBTOTAL and AGGREGATE.
"""

from __future__ import annotations

from collections.abc import Iterator

from mbsxl_udfs.sheet.calling import FUNCTIONS, block, function, wrong
from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.operators import Value, number
from mbsxl_udfs.sheet.references import Reference, Union

_TOTALS = ["AVERAGE", "COUNT", "COUNTA", "MAX", "MIN", "PRODUCT", "STDEV.S", "STDEV.P", "SUM", "VAR.S", "VAR.P"]
_MORE = ["MEDIAN", "MODE.SNGL", "LARGE", "SMALL", "PERCENTILE.INC", "QUARTILE.INC", "PERCENTILE.EXC", "QUARTILE.EXC"]
_FIRST_RANKED = 14  # of AGGREGATE's functions, which take one argument more


def _cells(values: tuple[Value, ...], hidden: bool, totals: bool, errors: bool) -> Iterator[Cell]:
    """Yield the cells of ranges, without those in hidden rows, those that hold totals, and errors, as asked."""
    for value in values:
        for part in value if isinstance(value, Union) else (value,):
            if not isinstance(part, Reference):
                yield from (
                    cell for line in block(part) for cell in line if not (errors and isinstance(cell, CellError))
                )
                continue
            grid, area = part.grid, part.grid.used(part.area)
            lines = iter(grid.block(area))
            for row in range(area.row, area.last_row + 1):
                line = next(lines)
                if _is_left_out(part, row, hidden):
                    continue
                for column, cell in enumerate(line, start=area.column):
                    if not ((totals and (row, column) in grid.totals) or (errors and isinstance(cell, CellError))):
                        yield cell


def _is_left_out(reference: Reference, row: int, hidden: bool) -> bool:
    """Whether a row is left out: one that a filter hides always, one hidden by hand where asked."""
    grid = reference.grid
    return row in grid.hidden_rows and (hidden or any(each.row < row <= each.last_row for each in grid.filters))


@function("SUBTOTAL", kinds="vr", takes_errors=True)
def _subtotal(code: Cell, *values: Value) -> Value:
    which = number(code)
    if isinstance(which, CellError):
        return which
    place = int(which) % 100
    if not (1 <= place <= len(_TOTALS) and which < 112):
        return wrong("there is no such function of SUBTOTAL")
    cells = list(_cells(values, hidden=which > 100, totals=True, errors=False))
    return FUNCTIONS[_TOTALS[place - 1]].call([cells or [None]])


@function("AGGREGATE", kinds="vva", takes_errors=True)
def _aggregate(code: Cell, options: Cell, *values: Value) -> Value:
    which, choice = number(code), number(options)
    if isinstance(which, CellError) or isinstance(choice, CellError):
        return which if isinstance(which, CellError) else choice
    names = [*_TOTALS, *_MORE]
    if not (1 <= which <= len(names) and 0 <= choice <= 7):
        return wrong("there is no such function, or option, of AGGREGATE")
    call = FUNCTIONS[names[int(which) - 1]].call
    left_out = {"hidden": int(choice) % 2 == 1, "totals": choice < 4, "errors": int(choice) in (2, 3, 6, 7)}
    if which < _FIRST_RANKED:
        return call([list(_cells(values, **left_out)) or [None]])
    array, place = values[0], block(values[1])[0][0] if len(values) > 1 else None
    return call([list(_cells((array,), **left_out)) or [None]], place)
