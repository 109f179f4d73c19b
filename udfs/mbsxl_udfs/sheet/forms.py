"""Functions that are more than their arguments' values: choices, names, functions of functions, and their own place."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mbsxl_udfs.sheet.addresses import Area, cell_name, quoted
from mbsxl_udfs.sheet.calling import Function, Refused, block, first, wrong
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.compiler import NO_REFERENCE, At, Code, Compiler, Context, Omitted, in_line
from mbsxl_udfs.sheet.grammar import Node, Unreadable, literal, plain
from mbsxl_udfs.sheet.operators import Value, spread, text, truth
from mbsxl_udfs.sheet.references import COLUMNS, ROWS, Corner, Reference, Union, Written

Form = Callable[[Compiler, list[Node], Context], Code]
FORMS: dict[str, Form] = {}

NO_FORMULA = CellError("#N/A", "the cell holds no formula")
NOT_AVAILABLE = CellError("#N/A")
ONE_VALUE_EACH = CellError("#CALC!", "the LAMBDA gives several values where one is meant")


def form(*names: str, least: int, most: int | None = None) -> Callable[[Form], Form]:
    """Declare how the call of a function is made ready, and how many arguments it takes."""

    def declared(ready: Form) -> Form:
        def checked(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
            if len(arguments) < least or (most is not None and len(arguments) > most):
                raise Refused(f"{names[0]} cannot be given {len(arguments)} arguments")
            return ready(compiler, arguments, context)

        FORMS.update(dict.fromkeys(names, checked))
        return checked

    return declared


# ------------------------------------------------------------------------------------------------------- choices


@form("IF", least=1, most=3)
def _if(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    condition = compiler.value(arguments[0], context)
    branches = [compiler.any(node, context) for node in arguments[1:]]
    branches += [lambda at: True][: 2 - len(branches)] if not branches else []
    when_true = branches[0]
    when_false: Code = branches[1] if len(branches) > 1 else lambda at: False

    def code(at: At) -> Value:
        holds = condition(at)
        if type(holds) is list:
            return spread(_chosen, holds, _values(when_true(at)), _values(when_false(at)))
        holds = truth(holds)
        return holds if isinstance(holds, CellError) else when_true(at) if holds else when_false(at)

    return code


def _chosen(holds: Cell, when_true: Cell, when_false: Cell) -> Cell:
    decided = truth(holds)
    return decided if isinstance(decided, CellError) else when_true if decided else when_false


def _values(value: Value) -> Cell | Block:
    result: Cell | Block = value.value() if isinstance(value, Reference) else value
    return result


_NOTHING_HOLDS: Node = {"node_type": "Function", "name": "NA", "args": []}


@form("IFS", least=2)
def _ifs(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    node = _NOTHING_HOLDS
    for place in range(len(arguments) - 2 + len(arguments) % 2 * 0, -1, -2):
        node = {"node_type": "Function", "name": "IF", "args": [arguments[place], arguments[place + 1], node]}
    return compiler.any(node, context)


@form("SWITCH", least=3)
def _switch(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    subject, *cases = arguments
    node = cases.pop() if len(cases) % 2 else _NOTHING_HOLDS
    for place in range(len(cases) - 2, -1, -2):
        same = {"node_type": "BinaryOp", "operator": "=", "left": subject, "right": cases[place]}
        node = {"node_type": "Function", "name": "IF", "args": [same, cases[place + 1], node]}
    return compiler.any(node, context)


@form("CHOOSE", least=2)
def _choose(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    index = compiler.value(arguments[0], context)
    choices = [compiler.any(node, context) for node in arguments[1:]]

    def one(place: Cell, *values: Cell) -> Cell:
        if isinstance(place, CellError):
            return place
        number = int(place) if isinstance(place, float | bool) else 0
        return values[number - 1] if 1 <= number <= len(values) else wrong(f"there is no choice {place}")

    def code(at: At) -> Value:
        place = index(at)
        if type(place) is list:
            return spread(one, place, *(_values(choice(at)) for choice in choices))
        if isinstance(place, float | bool) and 1 <= place < len(choices) + 1:
            return choices[int(place) - 1](at)
        return one(place)

    return code


def _unless(is_caught: Callable[[Cell], bool]) -> Form:
    def ready(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
        subject, instead = compiler.value(arguments[0], context), compiler.any(arguments[1], context)

        def code(at: At) -> Value:
            value = subject(at)
            if type(value) is not list:
                return instead(at) if is_caught(value) else value
            if not any(is_caught(cell) for line in value for cell in line):
                return value
            return spread(lambda cell, other: other if is_caught(cell) else cell, value, _values(instead(at)))

        return code

    return ready


form("IFERROR", least=2, most=2)(_unless(lambda cell: isinstance(cell, CellError)))
form("IFNA", least=2, most=2)(_unless(lambda cell: isinstance(cell, CellError) and cell.code == "#N/A"))


# ------------------------------------------------------------------------------------ names, functions of functions


def _variable(node: Node) -> str:
    if node["node_type"] != "Reference":
        raise Refused("LET and LAMBDA give names to their arguments")
    return plain(node["reference"].strip("[]")).casefold()


@form("LET", least=3)
def _let(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    if len(arguments) % 2 == 0:
        raise Refused("LET ends with what it computes")
    steps: list[tuple[str, Code]] = []
    for place in range(0, len(arguments) - 1, 2):
        name = _variable(arguments[place])
        steps.append((name, compiler.any(arguments[place + 1], context)))
        context = context.knowing(name)
    result = compiler.any(arguments[-1], context)

    def code(at: At) -> Value:
        for name, step in steps:
            at = at.within({name: step(at)})
        return result(at)

    return code


@form("LAMBDA", least=1)
def _lambda(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    names = [_variable(node) for node in arguments[:-1]]
    body = compiler.any(arguments[-1], context.knowing(*names)._replace(array=True))

    def code(at: At) -> Value:
        def call(*values: Value) -> Value:
            if len(values) > len(names):
                return wrong(f"a LAMBDA of {len(names)} arguments is given {len(values)}")
            given = [*values, *[Omitted] * (len(names) - len(values))]
            return body(at.within(dict(zip(names, given, strict=True))))

        return Function(call, "r", takes_errors=True)

    return code


@form("ISOMITTED", least=1, most=1)
def _is_omitted(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    argument = compiler.any(arguments[0], context)
    return lambda at: argument(at) is Omitted


def _functional(name: str, least: int, most: int | None = None) -> Callable[[Callable[..., Value]], Any]:
    """Declare a function whose last argument is a LAMBDA: it is given as something to call."""

    def declared(compute: Callable[..., Value]) -> Callable[..., Value]:
        def ready(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
            inside = context._replace(array=True)
            codes = [compiler.any(node, inside) for node in arguments]

            def code(at: At) -> Value:
                *values, called = (each(at) for each in codes)
                for value in (called, *values):
                    if isinstance(value, CellError):
                        return value
                return compute(called.call, *values) if isinstance(called, Function) else wrong("it needs a LAMBDA")

            return code

        form(name, least=least, most=most)(ready)
        return compute

    return declared


def _elements(value: Value) -> Block:
    """Return the cells of a value, each a reference where they are of a sheet."""
    if isinstance(value, Reference):
        rows, columns = len(block(value)), len(block(value)[0])
        return [[value.at(row, column) for column in range(1, columns + 1)] for row in range(1, rows + 1)]  # type: ignore[misc]
    return block(value)


def _one(value: Value) -> Cell:
    result = value.value() if isinstance(value, Reference) else value
    if isinstance(result, list):
        return result[0][0] if len(result) == len(result[0]) == 1 else ONE_VALUE_EACH
    return ONE_VALUE_EACH if isinstance(result, Function) else result


@_functional("MAP", least=2)
def _map(call: Callable[..., Value], *arrays: Value) -> Block:
    return spread(lambda *cells: _one(call(*cells)), *(_elements(array) for array in arrays))


@_functional("BYROW", least=2, most=2)
def _by_row(call: Callable[..., Value], array: Value) -> Block:
    return [[_one(call([line]))] for line in block(array)]


@_functional("BYCOL", least=2, most=2)
def _by_column(call: Callable[..., Value], array: Value) -> Block:
    return [[_one(call([[cell] for cell in column])) for column in zip(*block(array), strict=True)]]


@_functional("REDUCE", least=2, most=3)
def _reduce(call: Callable[..., Value], *initial_and_array: Value) -> Value:
    array = _elements(initial_and_array[-1])
    cells = [cell for line in array for cell in line]
    total = initial_and_array[0] if len(initial_and_array) == 2 else cells.pop(0)
    for cell in cells:
        total = _values(call(total, cell))
    return total


@_functional("SCAN", least=2, most=3)
def _scan(call: Callable[..., Value], *initial_and_array: Value) -> Block:
    array = _elements(initial_and_array[-1])
    total = initial_and_array[0] if len(initial_and_array) == 2 else None
    result: Block = []
    for line in array:
        result.append([])
        for cell in line:
            is_start = len(initial_and_array) == 1 and result == [[]]
            total = _one(cell) if is_start else _one(call(total, cell))
            result[-1].append(total)
    return result


@_functional("MAKEARRAY", least=3, most=3)
def _make_array(call: Callable[..., Value], rows: Value, columns: Value) -> Value:
    height, width = first(rows), first(columns)
    if not (isinstance(height, float) and isinstance(width, float) and height >= 1 and width >= 1):
        return wrong("MAKEARRAY needs a number of rows and of columns")
    return [
        [_one(call(float(row), float(column))) for column in range(1, int(width) + 1)]
        for row in range(1, int(height) + 1)
    ]


# ------------------------------------------------------------------------------------------------ where things stand


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


# ----------------------------------------------------------------------------------- references that are computed


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
        row, column = value.area[:2]
        where = "$".join(("", *re.findall(r"[A-Z]+|\d+", cell_name(row, column))))
        content = value.at(1, 1).value() if what in ("contents", "type") else None
        return {
            "row": float(row),
            "col": float(column),
            "address": where if value.grid is at.grid else f"{quoted(value.grid.title)}!{where}",
            "contents": 0.0 if content is None else content,
            "type": "b" if content is None else "l" if isinstance(content, str) else "v",
        }[str(what).lower()]

    return code


def fixed(area: Area) -> Written:
    """Return a reference that stays, from an area."""
    return Written(*(Corner(number, False) for number in area))
