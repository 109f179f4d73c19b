"""Formulas made ready: each becomes a Python function of the cell that it stands in.

How a range is read where one value is meant: in a plain formula it is the cell of the range that stands in the
formula's own row or column (what Excel shows as ``@``); in an array formula, and inside functions that work on arrays,
all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches

from mbsxl_udfs.sheet.addresses import parted
from mbsxl_udfs.sheet.calling import FUNCTIONS, ONE_CELL, Function, Refused
from mbsxl_udfs.sheet.cells import VALUE, Cell, CellError
from mbsxl_udfs.sheet.forms.declared import FORMS
from mbsxl_udfs.sheet.grammar import Node, Unreadable, literal, parsed, plain
from mbsxl_udfs.sheet.meaning import (
    NO_REFERENCE,
    At,
    Call,
    Code,
    Compiled,
    Context,
    Omitted,
    Read,
    Surroundings,
    all_of,
    first_of,
    in_own_line,
)
from mbsxl_udfs.sheet.operators import INFIX, PREFIX, TOO_LARGE, Value, nothing_left, spread
from mbsxl_udfs.sheet.references import Grid, Reference, Seen, Union, Written, around, common

_NEAR = 0.8  # how much alike two names are where one is likely meant for the other
_BETWEEN_RANGES = {
    ",": "a comma stands between ranges and arguments; a decimal has a point",
    ":": "a colon stands between cells",
    " ": "a blank stands between ranges, for the cells that both have",
}
NO_RANGE = CellError(VALUE, "this function takes one cell; for each cell of a range write +A1:A9, as in Excel")


class Compiler:
    """Makes the formulas of one sheet ready."""

    def __init__(self, book: Surroundings, grid: Grid) -> None:
        self.book, self.grid = book, grid
        self._reads: list[Read] = []
        self._named: dict[tuple[str, str], Compiled | None] = {}

    def formula(self, text: str, origin: tuple[int, int], array: bool) -> Compiled:
        """Make a whole formula ready: in an array formula it gives a block, else one cell."""
        self._reads = []
        context = Context(array, origin)
        try:
            node = self.tree(text, origin)
            is_step = node["node_type"] == "BinaryOp" and node["operator"] in "+-"
            whole = self._last_step(node, context) if is_step else self.any(node, context)
        except Unreadable as fault:
            raise Refused(f"cannot be read: {fault}") from fault
        code = whole if is_step else self._settled(whole, node, context)
        return Compiled(code if array else first_of(code), self._reads, getattr(whole, "call", None))

    def tree(self, text: str, origin: tuple[int, int]) -> Node:
        """Return the tree of a formula, its table references spelt as cells."""
        return parsed(self.book.without_tables(text, self.grid, origin) if "[" in text else text)

    # ------------------------------------------------------------------------------------------------ parts

    def value(self, node: Node, context: Context) -> Code:
        """Make a part ready where values are meant: it gives a cell or a block."""
        return self._settled(self.any(node, context), node, context)

    def _settled(self, code: Code, node: Node, context: Context) -> Code:
        if node["node_type"] in ("Literal", "Array") or _is_operator(node):
            return code
        if node["node_type"] == "Reference" and hasattr(code, "one_cell"):
            return code.one_cell
        settle = all_of if context.array else in_own_line
        return lambda at: settle(code(at), at)

    def any(self, node: Node, context: Context) -> Code:
        """Make a part ready: it gives a cell, a block, a reference or a function."""
        return getattr(self, f"_{node['node_type'].lower()}")(node, context)

    def _omitted(self, node: Node, context: Context) -> Code:
        return lambda at: None

    def _literal(self, node: Node, context: Context) -> Code:
        is_error, value = literal(node["value"])
        constant = CellError(value) if is_error else TOO_LARGE if value in (math.inf, -math.inf) else value
        return lambda at: constant

    def _array(self, node: Node, context: Context) -> Code:
        rows = [[self.value(cell, context) for cell in row] for row in node["rows"]]
        return lambda at: [[cell(at) for cell in row] for row in rows]

    def _reference(self, node: Node, context: Context) -> Code:
        text = node["reference"]
        name = plain(text).casefold()
        if name in context.local:
            return lambda at: at.scope[name]
        sheet, cells = parted(text)
        if "[" in text:
            return lambda at: self.book.linked(text)
        if sheet and ":" in sheet:
            return self._three_dimensional(sheet, cells, context)
        grid = self.book.grid(sheet) if sheet else self.grid
        if grid is None:
            return lambda at: NO_REFERENCE
        written = Written.parse(cells)
        return self.written(grid, written, context) if written else self._name(cells, grid, context)

    def written(self, grid: Grid, written: Written, context: Context) -> Code:
        """Make a reference ready."""
        seen = written.seen_from(context.origin)
        self._reads.append(Read(grid, seen, written.is_one_cell))

        def code(at: At) -> Value:
            return Reference(grid, seen(at.row, at.column))

        if written.is_one_cell:
            code.one_cell = _cell_code(grid, seen)  # type: ignore[attr-defined]
        return code

    def _three_dimensional(self, sheets: str, cells: str, context: Context) -> Code:
        first, _, last = sheets.partition(":")
        written = Written.parse(cells)
        codes = [self.written(grid, written, context) for grid in self.book.sheets(first, last)] if written else []
        return lambda at: Union(code(at) for code in codes) if codes else NO_REFERENCE

    def _name(self, name: str, grid: Grid, context: Context) -> Code:
        key = name.casefold(), grid.title
        if key not in self._named:
            self._named[key] = None
            self._named[key] = self._meaning(name, grid)
        known = self._named[key]
        if known is None:  # a LAMBDA that calls itself: what it means is known when it is called
            return lambda at: self._called_by_name(key, at)
        self._reads += known.reads
        return known.code

    def _called_by_name(self, key: tuple[str, str], at: At) -> Value:
        known = self._named[key]
        assert known is not None
        return known.code(at)

    def _meaning(self, name: str, grid: Grid) -> Compiled:
        """Make what a name means ready: it is written for A1, and read as in an array formula."""
        meaning = self.book.meaning(name, grid)
        if meaning is None:
            named = FUNCTIONS.get(plain(name).upper())  # BYROW(A1:C3,SUM)
            unknown = CellError("#NAME?", f"{name} is no name of the workbook{_meant(name, self.book.named())}")
            return Compiled(lambda at: unknown if named is None else named, [])
        outside, self._reads = self._reads, []
        try:
            code = self.any(self.tree(meaning, (1, 1)), Context(array=True, origin=(1, 1)))
            return Compiled(code, self._reads)
        finally:
            self._reads = outside

    # -------------------------------------------------------------------------------------------- operators

    def _unaryop(self, node: Node, context: Context) -> Code:
        operator = node["operator"]
        if operator in ("@", "#"):
            return self.call({"@": "SINGLE", "#": "ANCHORARRAY"}[operator], [node["operand"]], context)
        operand, operation = self.value(node["operand"], context), PREFIX[operator]

        def code(at: At) -> Value:
            value = operand(at)
            return [[operation(cell) for cell in row] for row in value] if type(value) is list else operation(value)

        return code

    def _binaryop(self, node: Node, context: Context) -> Code:
        operator = node["operator"]
        if operator in (":", ",", " "):
            return self._of_references(operator, node, context)
        left, right = self.value(node["left"], context), self.value(node["right"], context)
        operation = INFIX[operator]

        def code(at: At) -> Value:
            one, other = left(at), right(at)
            if type(one) is list or type(other) is list:
                return spread(operation, one, other)
            return operation(one, other)

        return code

    def _last_step(self, node: Node, context: Context) -> Code:
        left, right = self.value(node["left"], context), self.value(node["right"], context)
        operation, sign = INFIX[node["operator"]], 1.0 if node["operator"] == "+" else -1.0

        def step(one: Cell, other: Cell) -> Cell:
            return nothing_left(sign, one, other, operation(one, other))

        def code(at: At) -> Value:
            one, other = left(at), right(at)
            return spread(step, one, other) if type(one) is list or type(other) is list else step(one, other)

        return code

    def _of_references(self, operator: str, node: Node, context: Context) -> Code:
        left, right = self.any(node["left"], context), self.any(node["right"], context)

        def code(at: At) -> Value:
            one, other = left(at), right(at)
            for each in (one, other):
                if isinstance(each, CellError):
                    return each
            if not (isinstance(one, Reference | Union) and isinstance(other, Reference | Union)):
                return CellError(VALUE, _BETWEEN_RANGES[operator])
            ranges = [each if isinstance(each, Union) else Union((each,)) for each in (one, other)]
            if operator == ",":
                return Union((*ranges[0], *ranges[1]))
            if operator == " ":
                return common(*ranges) or CellError("#NULL!", "the two ranges share no cell")
            return around(*ranges) or CellError(VALUE, "a range is of one sheet")

        return code

    # -------------------------------------------------------------------------------------------- functions

    def _function(self, node: Node, context: Context) -> Code:
        return self.call(node["name"], node["args"], context)

    def call(self, name: str, arguments: list[Node], context: Context) -> Code:
        """Make the call of a function ready."""
        known = plain(name).upper()
        if known.casefold() in context.local:
            return self.apply(lambda at: at.scope[known.casefold()], arguments, context)
        if known in self.book.functions:
            return self._called(self.book.functions[known], arguments, context, omitted=0.0)
        if known in FORMS:
            return FORMS[known](self, arguments, context)
        if known in FUNCTIONS:
            return self._called(FUNCTIONS[known], arguments, context, one_cell=known in ONE_CELL)
        if self.book.meaning(plain(name), self.grid) is not None:
            return self.apply(self._name(plain(name), self.grid, context), arguments, context)
        meant = _meant(known, (*self.book.functions, *FORMS, *FUNCTIONS))
        return _refused(f"{plain(name)} is no function of the embedded engine{meant}")

    def _called(
        self,
        function: Function,
        arguments: list[Node],
        context: Context,
        omitted: Cell = None,
        one_cell: bool = False,
    ) -> Code:
        if refusal := function.refusal(len(arguments)):
            return _refused(refusal)
        codes = [self.argument(node, function.kind(place), context, omitted) for place, node in enumerate(arguments)]
        if one_cell:
            codes = [
                self._one_cell(node, context)
                if function.kind(place) == "v" and node["node_type"] != "Omitted"
                else code
                for place, (node, code) in enumerate(zip(arguments, codes, strict=True))
            ]

        def call(at: At) -> Value:
            return function.invoke([code(at) for code in codes])

        if function.together and not context.array:
            call.call = Call(function.together, codes)  # type: ignore[attr-defined]
        return call

    def _one_cell(self, node: Node, context: Context) -> Code:
        any_, value = self.any(node, context), self.value(node, context)

        def code(at: At) -> Value:
            given = any_(at)
            return NO_RANGE if isinstance(given, Reference) and not given.is_one_cell else value(at)

        return code if node["node_type"] in ("Reference", "Function") else value

    def argument(self, node: Node, kind: str, context: Context, omitted: Cell = None) -> Code:
        """Make an argument ready for a parameter of its kind."""
        if node["node_type"] == "Omitted":
            return lambda at: omitted
        if kind == "v":
            return self.value(node, context)
        return self.any(node, context._replace(array=True) if kind == "a" else context)

    def _call(self, node: Node, context: Context) -> Code:
        return self.apply(self.any(node["callee"], context), node["args"], context)

    def apply(self, callee: Code, arguments: list[Node], context: Context) -> Code:
        """Make the call of a LAMBDA ready."""
        codes = [self._given(node, context) for node in arguments]

        def code(at: At) -> Value:
            function = callee(at)
            if isinstance(function, CellError):
                return function
            if not isinstance(function, Function):
                return CellError(VALUE, "what is called is not a LAMBDA")
            return function.call(*(given(at) for given in codes))

        return code

    def _given(self, node: Node, context: Context) -> Code:
        return (lambda at: Omitted) if node["node_type"] == "Omitted" else self.any(node, context)


def _meant(name: str, known: Iterable[str]) -> str:
    """Return a question after the name that is much like one that is not known, and begins like it."""
    alike = {each.casefold(): each for each in known if each[:1].casefold() == name[:1].casefold()}
    near = get_close_matches(name.casefold(), alike, 1, _NEAR)
    return f"; did you mean {alike[near[0]]}?" if near else ""


def _is_operator(node: Node) -> bool:
    kind, operator = node["node_type"], node.get("operator")
    return kind in ("BinaryOp", "UnaryOp") and operator not in (":", ",", " ", "@", "#")


def _refused(words: str) -> Code:
    def code(at: At) -> Value:
        raise Refused(words)

    return code


def _cell_code(grid: Grid, seen: Seen) -> Code:
    cell = grid.cell

    def code(at: At) -> Cell:
        return cell(seen(at.row, at.column))

    return code
