"""Choices: IF and its kin compute only the branch that is taken; of an array of conditions each picks its own."""

from __future__ import annotations

from collections.abc import Callable

from mbsxl_udfs.sheet.calling import Refused, wrong
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.compiler import Compiler
from mbsxl_udfs.sheet.forms.declared import Form, form
from mbsxl_udfs.sheet.grammar import Node
from mbsxl_udfs.sheet.meaning import At, Code, Context
from mbsxl_udfs.sheet.operators import Value, spread, truth
from mbsxl_udfs.sheet.references import Reference


@form("IF", least=2, most=3)
def _if(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    condition = compiler.value(arguments[0], context)
    when_true = compiler.any(arguments[1], context)
    when_false: Code = compiler.any(arguments[2], context) if len(arguments) > 2 else lambda at: False

    def code(at: At) -> Value:
        holds = condition(at)
        if type(holds) is list:
            return spread(_chosen, holds, values_of(when_true(at)), values_of(when_false(at)))
        holds = truth(holds)
        return holds if isinstance(holds, CellError) else when_true(at) if holds else when_false(at)

    return code


def _chosen(holds: Cell, when_true: Cell, when_false: Cell) -> Cell:
    decided = truth(holds)
    return decided if isinstance(decided, CellError) else when_true if decided else when_false


def values_of(value: Value) -> Cell | Block:
    """Return a value as cells: what stands in a reference."""
    result: Cell | Block = value.value() if isinstance(value, Reference) else value
    return result


_NOTHING_HOLDS: Node = {"node_type": "Function", "name": "NA", "args": []}


@form("IFS", least=2)
def _ifs(compiler: Compiler, arguments: list[Node], context: Context) -> Code:
    if len(arguments) % 2:
        raise Refused("IFS is given a condition without a value")
    node = _NOTHING_HOLDS
    for place in range(len(arguments) - 2, -1, -2):
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
            return spread(one, place, *(values_of(choice(at)) for choice in choices))
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
            return spread(lambda cell, other: other if is_caught(cell) else cell, value, values_of(instead(at)))

        return code

    return ready


form("IFERROR", least=2, most=2)(_unless(lambda cell: isinstance(cell, CellError)))
form("IFNA", least=2, most=2)(_unless(lambda cell: isinstance(cell, CellError) and cell.code == "#N/A"))
