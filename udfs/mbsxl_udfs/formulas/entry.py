"""What makes a function a formula: the entry of the catalogue, and the arguments that its signature says.

A function takes what belongs together as a group, a NamedTuple such as `Pool`; a formula takes cells, so the groups of
a signature are taken apart in order (`arguments_of`) and put together again (`grouped`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache, cached_property
from typing import Any, NamedTuple, get_type_hints

from mbsxl.conventions.programs import Program
from mbsxl.units import Unit
from mbsxl_udfs.formulas.glossary import GLOSSARY, Kind, Term

REQUIRED = inspect.Parameter.empty


class Family(Enum):
    """The families of formulas, in the order of the reference."""

    SPEEDS = "Speeds"
    CASH_FLOWS = "Cash flows"
    PRICE_AND_YIELD = "Price and yield"
    CURVE_AND_SPREADS = "Curve and spreads"
    OPTION_ADJUSTED = "Option-adjusted"
    CARRY = "Carry and hedging"
    RUNOFF = "Runoff"
    BOOK = "Book"
    STRUCTURES = "Structures"
    ABOUT = "About"


class Shape(Enum):
    """What a formula fills.

    A record is named numbers of each pool: of one pool two columns under a header, of a column of pools a row each and
    of a row of pools a column each, without names. A selection is a record whose names are asked for: of one pool it
    lies as the names lie.
    """

    EACH = "one value, or one for each cell of the ranges given"
    COLUMN = "a column"
    TABLE = "a table with a header row"
    GRID = "a table without a header"
    RECORD = "names and values, or a row of values for each pool of a column"
    SELECTION = "the numbers named, as the names lie; or a row of them for each pool of a column"
    RAW = "as described"


class Entry(NamedTuple):
    """One formula.

    `may_be_blank` names the arguments that stand in a required place and may be left out there. `assumes` says, of the
    same arguments, what an answer rests on that may not have been said.
    """

    name: str
    function: Callable[..., Any]
    family: Family
    shape: Shape
    unit: Unit
    returns: str
    example: str
    shows: str
    may_be_blank: tuple[str, ...] = ()
    assumes: Callable[..., str] | None = None


@dataclass(frozen=True)
class Argument:
    """One argument of a formula: its name and default from the function's signature, the rest from the glossary."""

    parameter: str  # in Python, where a trailing underscore keeps a keyword free
    default: Any
    variadic: bool = False
    may_be_blank: bool = False

    @cached_property
    def name(self) -> str:
        """What it is called in a spreadsheet."""
        return self.parameter.rstrip("_")

    @cached_property
    def optional(self) -> bool:
        """Whether the argument may be left out."""
        return self.default is not REQUIRED

    @cached_property
    def choices(self) -> list[str]:
        """What may be chosen from, where the argument is a choice."""
        if self.term.kind is Kind.PROGRAM:
            return [program.value for program in Program]
        return [member.value for member in type(self.default)] if self.term.kind is Kind.CHOICE else []

    @cached_property
    def term(self) -> Term:
        """What the glossary says of it."""
        return GLOSSARY[self.name]


@cache
def arguments_of(entry: Entry) -> tuple[Argument, ...]:
    """Return the arguments of an entry in order."""
    arguments = flat(entry.function)
    if entry.shape is Shape.RAW:  # the first is the registry
        arguments = arguments[1:]
    return tuple(replace(each, may_be_blank=each.parameter in entry.may_be_blank) for each in arguments)


@cache
def flat(function: Callable[..., Any]) -> tuple[Argument, ...]:
    """Return the arguments of a function in order, its groups taken apart; those by keyword are for Python alone."""
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    positional = [each for each in parameters if each.kind is not each.KEYWORD_ONLY]
    return tuple(each for one in positional for each in _flat(one.name, one.annotation, one.default, one.kind))


def _is_group(name: str, annotation: Any) -> bool:
    """Whether a parameter is a group, to be taken apart: a NamedTuple that is no term of its own."""
    return name.rstrip("_") not in GLOSSARY and isinstance(annotation, type) and hasattr(annotation, "_fields")


def _flat(name: str, annotation: Any, default: Any, kind: Any = None) -> Iterator[Argument]:
    if not _is_group(name, annotation):
        yield Argument(name, default, kind is inspect.Parameter.VAR_POSITIONAL)
        return
    hints = get_type_hints(annotation)
    for field in annotation._fields:
        own = annotation._field_defaults.get(field, REQUIRED)
        yield from _flat(field, hints[field], getattr(default, field, own) if default is not REQUIRED else own)


def grouped(function: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return flat arguments as a function takes them: its groups put together."""
    taken: dict[str, Any] = {}
    for name, group in _parameters(function):
        if group is not None:
            taken[name] = group(given)
        elif name in given:
            taken[name] = given[name]
    return taken


_Together = Callable[[Mapping[str, Any]], Any]


@cache
def _parameters(function: Callable[..., Any]) -> list[tuple[str, _Together | None]]:
    """Return the parameters of a function, and what puts each group of them together."""
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return [
        (each.name, _together(each.annotation) if _is_group(each.name, each.annotation) else None)
        for each in parameters
    ]


def _together(group: Any) -> _Together:
    hints = get_type_hints(group)
    nested = [(field, _together(hints[field])) for field in group._fields if _is_group(field, hints[field])]
    own = [field for field in group._fields if field not in dict(nested)]

    def together(given: Mapping[str, Any]) -> Any:
        fields = {field: given[field] for field in own if field in given}
        for field, part in nested:
            fields[field] = part(given)
        return group(**fields)

    return together


# ----------------------------------------------------------------------------------------- what it says of itself


def signature(entry: Entry) -> str:
    """Return the arguments of a formula as a user reads them, the optional ones in brackets."""
    return ", ".join(shown(argument) for argument in arguments_of(entry))


def shown(argument: Argument) -> str:
    """Return an argument as a signature shows it."""
    if argument.variadic:
        return "..."
    return f"[{argument.name}]" if argument.optional else argument.name


def summary(entry: Entry) -> str:
    """Return what a formula does, in one sentence: the first of its function's docstring."""
    first = " ".join(_docstring(entry).split("\n\n")[0].split())
    told = first.removeprefix("Return ").rstrip(".")
    return told[0].upper() + told[1:]


def source(entry: Entry) -> str:
    """Return where a formula is published."""
    match = re.search(r"^Source: (.*?)(?:\n\n|\Z)", _docstring(entry), re.DOTALL | re.MULTILINE)
    return " ".join(match[1].split()) if match else ""


def _docstring(entry: Entry) -> str:
    return inspect.getdoc(entry.function) or ""
