"""Where things stand: ROW and COLUMN, sheets, the cell of a spill, what a cell holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mbsxl_udfs.sheet.addresses import Area, cell_name
from mbsxl_udfs.sheet.calling import Refused, first, wrong
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.compiler import Compiler
from mbsxl_udfs.sheet.forms.declared import form
from mbsxl_udfs.sheet.grammar import Node, literal
from mbsxl_udfs.sheet.meaning import NO_REFERENCE, At, Code, Context, in_line
from mbsxl_udfs.sheet.operators import Value
from mbsxl_udfs.sheet.references import ROWS, Reference, Union

NO_FORMULA = CellError("#N/A", "the cell holds no formula")
NOT_AVAILABLE = CellError("#N/A")


def _numbered(name: str, own: Callable[[At], int], span: Callable[[Area], tuple[int, int]], upright: bool) -> None:
    def numbers(value: Value) -> Value:
        if isinstance(value, Reference):
            start, end = span(value.grid.used(value.area) if value.area.last_row == ROWS else value.area)
            every = [float(number) for number in range(start, end + 1)]
            if start == end:
                return every[0]
            return [[number] for number in every] if upright else [every]
        return value if isinstance(value, CellError) else wrong(f"{name} is asked of a reference")

    def ready(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
        if not arguments:
            return lambda at: float(own(at))
        argument = compiler.any(arguments[0], context)
        return lambda at: numbers(argument(at))

    form(name, least=0, most=1)(ready)


_numbered("ROW", lambda at: at.row, lambda area: (area.row, area.last_row), upright=True)
_numbered("COLUMN", lambda at: at.column, lambda area: (area.column, area.last_column), upright=False)


@form("SHEET", least=0, most=1)
def _sheet(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    book: Any = compiler.book
    argument = compiler.any(arguments[0], context) if arguments else lambda at: Reference(at.grid, Area(1, 1, 1, 1))

    def code(at: At) -> Value:
        value = argument(at)
        grid = value.grid if isinstance(value, Reference) else book.grid(str(value))
        return NOT_AVAILABLE if grid is None else float(book.number(grid))

    return code


@form("SHEETS", least=0, most=1)
def _sheets(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    book: Any = compiler.book
    if not arguments:
        return lambda at: float(book.number(None))
    argument = compiler.any(arguments[0], context)

    def code(at: At) -> Value:
        value = argument(at)
        return float(len(value)) if isinstance(value, Union) else 1.0

    return code


@form("SINGLE", least=1, most=1)
def _single(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    argument = compiler.any(arguments[0], context)

    def code(at: At) -> Value:
        value = argument(at)
        return in_line(value, at.row, at.column) if isinstance(value, Reference) else first(value)

    return code


@form("ANCHORARRAY", least=1, most=1)
def _anchor_array(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    argument = compiler.any(arguments[0], context)

    def code(at: At) -> Value:
        value = argument(at)
        if not (isinstance(value, Reference) and value.is_one_cell):
            return value if isinstance(value, CellError) else NO_REFERENCE
        grid: Any = value.grid
        return grid.spilled_from(value.area.row, value.area.column)

    return code


@form("ISFORMULA", least=1, most=1)
def _is_formula(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    text_of = _formula_text(compiler, arguments, context)

    def code(at: At) -> Value:
        found = text_of(at)
        return found if isinstance(found, CellError) and found != NO_FORMULA else isinstance(found, str)

    return code


@form("FORMULATEXT", least=1, most=1)
def _formula_text(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    book: Any = compiler.book
    argument = compiler.any(arguments[0], context)

    def code(at: At) -> Value:
        value = argument(at)
        if not isinstance(value, Reference):
            return value if isinstance(value, CellError) else NO_REFERENCE
        return book.text(value.grid, value.area[:2]) or NO_FORMULA

    return code


@form("CELL", least=1, most=2)
def _cell(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    is_error, what = literal(arguments[0].get("value"))
    argument = compiler.any(arguments[1], context) if len(arguments) > 1 else None
    if is_error or str(what).lower() not in ("row", "col", "address", "contents", "type"):
        raise Refused(f"CELL({what!r}) is not computed by the embedded engine")

    def code(at: At) -> Value:
        value = argument(at) if argument else Reference(at.grid, Area(at.row, at.column, at.row, at.column))
        if not isinstance(value, Reference):
            return value if isinstance(value, CellError) else NO_REFERENCE
        if value.grid is not at.grid and str(what).lower() == "address":
            raise Refused("CELL of another sheet names the file, which the embedded engine does not")
        row, column = value.area[:2]
        where = "$".join(("", *re.findall(r"[A-Z]+|\d+", cell_name(row, column))))
        content = value.at(1, 1).value() if what in ("contents", "type") else None
        return {
            "row": float(row),
            "col": float(column),
            "address": where,
            "contents": 0.0 if content is None else content,
            "type": "b" if content is None else "l" if isinstance(content, str) else "v",
        }[str(what).lower()]

    return code
