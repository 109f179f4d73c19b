"""Names inside a formula, and functions of functions: LET, LAMBDA, MAP, REDUCE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mbsxl_udfs.sheet.calling import Function, Refused, block, first, wrong
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.compiler import Compiler
from mbsxl_udfs.sheet.forms.choices import values_of
from mbsxl_udfs.sheet.forms.declared import form
from mbsxl_udfs.sheet.grammar import Node, plain
from mbsxl_udfs.sheet.meaning import At, Code, Context, Omitted
from mbsxl_udfs.sheet.operators import Value, spread
from mbsxl_udfs.sheet.references import Reference

ONE_VALUE_EACH = CellError("#CALC!", "the LAMBDA gives several values where one is meant")


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
        total = values_of(call(total, cell))
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
