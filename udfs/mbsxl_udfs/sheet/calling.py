"""Calling a function: which of its parameters take one value, and how it is asked of every value of a range.

A parameter is of one of three kinds, as in Excel's own table of functions ([MS-XLS] 2.5.198.17, "Ftab"):

- ``v`` takes one value; given several, in an array formula, the function is asked of each (it is *lifted*);
- ``r`` takes a reference or an array as it is;
- ``a`` does too, and what stands in it is computed as in an array formula.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from mbsxl_udfs.sheet.cells import VALUE, Cell, CellError
from mbsxl_udfs.sheet.operators import Value, spread
from mbsxl_udfs.sheet.references import Reference, Union


class Refused(Exception):  # noqa: N818 - a verdict on a formula
    """A formula cannot be computed here; the words say which function or reference, and why."""


@cache
def _refusal(call: Callable[..., Value], count: int) -> str:
    try:
        inspect.signature(call).bind(*range(count))
    except TypeError as fault:
        return str(fault)
    return ""


class Function(NamedTuple):
    """A function of a spreadsheet.

    Attributes
    ----------
    call
        What it computes.
    kinds
        The kinds of its parameters.
    takes_errors
        Whether errors are its business.
    gives_references
        Whether it gives a reference for each element where it is asked of an array, as OFFSET does.
    together
        What answers many calls at once, each given by its arguments; None where nothing does.
    """

    call: Callable[..., Value]
    kinds: str
    takes_errors: bool = False
    gives_references: bool = False
    together: Callable[[Sequence[Sequence[Value]]], Sequence[Value]] | None = None

    def kind(self, place: int) -> str:
        """Return the kind of a parameter; those behind a bar repeat, as in SUMIFS, and else the last one does."""
        fixed, _, repeated = self.kinds.partition("|")
        if place < len(fixed):
            return fixed[place]
        repeated = repeated or fixed[-1]
        return repeated[(place - len(fixed)) % len(repeated)]

    def refusal(self, count: int) -> str:
        """Say why it cannot be called with so many arguments; empty where it can."""
        return _refusal(self.call, count)

    def invoke(self, values: Sequence[Value]) -> Value:
        """Return its value for arguments of their kinds, once for each element where single values are several."""
        singles = [place for place, value in enumerate(values) if _is_several(value, self.kind(place))]
        if not singles:
            return self._once(values)

        def once(*cells: Cell) -> Cell:
            given = list(values)
            for place, cell in zip(singles, cells, strict=True):
                given[place] = cell
            found = self._once(given)
            return found if self.gives_references else first(found)

        return spread(once, *(values[place] for place in singles))

    def _once(self, values: Sequence[Value]) -> Value:
        if not self.takes_errors:
            for place, value in enumerate(values):
                if isinstance(value, CellError) and self.kind(place) == "v":
                    return value
        return self.call(*values)


FUNCTIONS: dict[str, Function] = {}
SEVERAL_RANGES = CellError(VALUE, "one range is meant, not several")
NO_VALUE = CellError("#CALC!", "it is a function, not a value")

# The functions that came with Excel's Analysis ToolPak: where they take one value, a range of several cells is #VALUE!,
# and an array, as +A1:A9 is one, is lifted. Source: Exceljet, "Why some Excel functions won't spill".
ONE_CELL = frozenset(
    [
        "ACCRINT",
        "ACCRINTM",
        "AMORDEGRC",
        "AMORLINC",
        "BESSELI",
        "BESSELJ",
        "BESSELK",
        "BESSELY",
        "BIN2DEC",
        "BIN2HEX",
        "BIN2OCT",
        "COMPLEX",
        "CONVERT",
        "COUPDAYBS",
        "COUPDAYS",
        "COUPDAYSNC",
        "COUPNCD",
        "COUPNUM",
        "COUPPCD",
        "CUMIPMT",
        "CUMPRINC",
        "DEC2BIN",
        "DEC2HEX",
        "DEC2OCT",
        "DELTA",
        "DISC",
        "DOLLARDE",
        "DOLLARFR",
        "DURATION",
        "EDATE",
        "EFFECT",
        "EOMONTH",
        "ERF",
        "ERFC",
        "FACTDOUBLE",
        "FVSCHEDULE",
        "GESTEP",
        "HEX2BIN",
        "HEX2DEC",
        "HEX2OCT",
        "INTRATE",
        "ISEVEN",
        "ISODD",
        "MDURATION",
        "MROUND",
        "NETWORKDAYS",
        "NOMINAL",
        "OCT2BIN",
        "OCT2DEC",
        "OCT2HEX",
        "ODDFPRICE",
        "ODDFYIELD",
        "ODDLPRICE",
        "ODDLYIELD",
        "PRICE",
        "PRICEDISC",
        "PRICEMAT",
        "QUOTIENT",
        "RANDBETWEEN",
        "RECEIVED",
        "SQRTPI",
        "TBILLEQ",
        "TBILLPRICE",
        "TBILLYIELD",
        "WEEKNUM",
        "WORKDAY",
        "YEARFRAC",
        "YIELD",
        "YIELDDISC",
        "YIELDMAT",
    ]
)


def function(
    *names: str, kinds: str = "v", takes_errors: bool = False, gives_references: bool = False
) -> Callable[[Any], Any]:
    """Make a Python function one of the spreadsheet's, under one or more names."""

    def declared(call: Any) -> Any:
        for name in names:
            assert name not in FUNCTIONS, name
            FUNCTIONS[name] = Function(call, kinds, takes_errors, gives_references)
        return call

    return declared


def first(value: Value) -> Cell:
    """Return the first cell of a value."""
    if isinstance(value, Reference):
        value = value.value()
    if isinstance(value, list):
        return value[0][0]
    cell: Cell = value
    return cell


def block(value: Value) -> list[list[Cell]]:
    """Return a value as a block; several ranges at once are an error, but for the functions that total them."""
    if isinstance(value, Reference):
        value = value.value()
    if isinstance(value, Union):
        value = SEVERAL_RANGES
    return value if isinstance(value, list) else [[value]]


def used(value: Value) -> list[list[Cell]]:
    """Return a value as a block; of a reference the part that holds anything."""
    return value.used() if isinstance(value, Reference) else block(value)


def flat(value: Value) -> list[Cell]:
    """Return all cells of a value, row by row."""
    return list(chain.from_iterable(block(value)))


def fault(code: str, words: str = "") -> CellError:
    """Return an error with its words."""
    return CellError(code, words)


def wrong(words: str) -> CellError:
    """Return a #VALUE! with its words."""
    return CellError(VALUE, words)


def holds_references(value: Value) -> bool:
    """Whether an array is of references, as OFFSET gives one, and not of cells."""
    if not (isinstance(value, list) and isinstance(value[0][0], Reference | CellError)):
        return False
    return any(isinstance(each, Reference) for line in value for each in line)


def _is_several(value: Value, kind: str) -> bool:
    return isinstance(value, list) and (kind == "v" or holds_references(value))
