"""References that are computed as texts: INDIRECT."""

from __future__ import annotations

import re

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.calling import first
from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.compiler import Compiler
from mbsxl_udfs.sheet.forms.declared import form
from mbsxl_udfs.sheet.grammar import Node, Unreadable
from mbsxl_udfs.sheet.meaning import At, Code, Context
from mbsxl_udfs.sheet.operators import Value, text, truth
from mbsxl_udfs.sheet.references import COLUMNS, ROWS, Reference, Union

_R1C1 = re.compile(r"R(\[-?\d+\]|\d*)C(\[-?\d+\]|\d*)(?::R(\[-?\d+\]|\d*)C(\[-?\d+\]|\d*))?$", re.IGNORECASE)


@form("INDIRECT", least=1, most=2)
def _indirect(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    address = compiler.value(arguments[0], context)
    style = compiler.value(arguments[1], context) if len(arguments) > 1 else lambda at: True
    known: dict[tuple[str, bool], Code] = {}

    def referred(at: At, cell: Cell, a1: bool) -> Value:
        written = text(cell)
        if isinstance(written, CellError):
            return written
        origin = (at.row, at.column)
        if not a1:
            written = _in_a1(written.strip(), origin)
        code = known.get((written, a1))
        if code is None:
            try:
                code = compiler.any(compiler.tree(written, origin), Context(array=True, origin=(1, 1)))
            except (Unreadable, KeyError):
                return CellError("#REF!", f"{written!r} is no reference")
            known[written, a1] = code
        value = code(at._replace(row=1, column=1))
        return value if isinstance(value, Reference | Union) else CellError("#REF!", f"{written!r} is no reference")

    def code(at: At) -> Value:
        cell, a1 = address(at), truth(first(style(at)))
        if isinstance(a1, CellError):
            return a1
        if type(cell) is list:
            return [[referred(at, each, a1) for each in line] for line in cell]
        return referred(at, cell, a1)

    return code


def _in_a1(written: str, origin: tuple[int, int]) -> str:
    """Spell an R1C1 reference as A1."""
    sheet, mark, cells = written.rpartition("!")
    found = _R1C1.match(cells)
    if not found:
        return written
    numbers = []
    for place, part in enumerate(found.groups()):
        own, size = (origin[0], ROWS) if place % 2 == 0 else (origin[1], COLUMNS)
        if part is not None:
            numbers.append((own + int(part[1:-1]) - 1) % size + 1 if part.startswith("[") else int(part or own))
    row, column, last_row, last_column = (*numbers, *numbers)[:4]
    return f"{sheet}{mark}{Area(row, column, last_row, last_column)}"
