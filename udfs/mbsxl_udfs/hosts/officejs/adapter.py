"""Excel through xlwings Lite or Server, on Windows, macOS and the web.

`from mbsxl_udfs.hosts.officejs.adapter import *` brings one function for each formula of the catalogue, which xlwings
registers with Excel: its arguments with their texts, a list to choose from where there are choices. A wrong argument
shows `#VALUE!` and, over the cell, the words behind it; Excel takes words with no other error, and `MBS_WHY` tells
those.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal, cast

import xlwings

from mbsxl_udfs.formulas.entry import Argument, summary
from mbsxl_udfs.formulas.glossary import Kind
from mbsxl_udfs.formulas.publish import Formula, published
from mbsxl_udfs.formulas.reference import details, help_link
from mbsxl_udfs.sheet.cells import VALUE, Block, Cell, CellError


def read(value: Any) -> Cell | Block:
    """Return what Office.js hands over: rows, a single one flat; an error or a date is a dictionary."""
    if not isinstance(value, list):
        return _cell(value)
    rows = value if value and isinstance(value[0], list) else [value]
    return [[_cell(cell) for cell in row] for row in rows]


def _cell(value: Any) -> Cell:
    if isinstance(value, dict):
        return CellError(value["basicValue"]) if value["type"] == "Error" else value["basicValue"]
    return value if isinstance(value, bool | int | float | str) else None  # JavaScript's null has a type of its own


def write(answer: Cell | Block) -> Any:
    """Return an answer as xlwings takes it, errors as their codes.

    Raises
    ------
    xlwings.XlwingsError
        The answer is `#VALUE!`, and why: Excel shows both.
    """
    if isinstance(answer, list):
        return [[_value(cell) for cell in row] for row in answer]
    if isinstance(answer, CellError) and answer.code == VALUE and answer.message:
        raise xlwings.XlwingsError(answer.message)
    return _value(answer)


def _value(cell: Cell) -> Any:
    return cell.code if isinstance(cell, CellError) else cell


def _registered(formula: Formula) -> Callable[..., Any]:
    def answer(*values: Any) -> Any:
        return write(formula(*map(read, values)))

    function: Any = answer  # which xlwings reads the name, the texts and the arguments of
    function.__name__ = function.__qualname__ = formula.entry.name
    function.__doc__ = f"{formula.entry.family.value}: {summary(formula.entry)}."  # Excel has no families for these
    function.__signature__ = inspect.Signature([_parameter(argument) for argument in formula.arguments])
    function.__annotations__ = {
        argument.parameter: choices for argument in formula.arguments if (choices := _choices(argument))
    }
    for argument in formula.arguments:
        function = xlwings.arg(argument.parameter, doc=details(argument), convert="raw")(function)
    registered = xlwings.func(help_url=help_link(formula.entry) or None)(function)
    for told in getattr(registered, "__xlfunc__", {"args": ()})["args"]:  # outside of Excel nothing is registered
        told["name"] = told["name"].rstrip("_")  # in Excel the name `yield` is free
    return cast(Callable[..., Any], registered)


def _parameter(argument: Argument) -> inspect.Parameter:
    kind = inspect.Parameter.VAR_POSITIONAL if argument.variadic else inspect.Parameter.POSITIONAL_OR_KEYWORD
    optional = argument.optional and not argument.variadic
    return inspect.Parameter(argument.parameter, kind, default=None if optional else inspect.Parameter.empty)


def _choices(argument: Argument) -> Any:
    """Return the choices Excel offers; it then takes a text for the argument, and calls again for each of a range."""
    offered = argument.term.kind is Kind.CHOICE and not argument.term.whole
    return Literal[tuple(argument.choices)] if offered else None


globals().update({name: _registered(formula) for name, formula in published().items()})
__all__ = list(published())
