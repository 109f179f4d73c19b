"""A template laid out and calculated, read by the names of its tables and cells."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from functools import cache
from typing import Any

from mbsxl_udfs.formulas.publish import Formula, published
from mbsxl_udfs.sheet.cells import Block, Cell
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates
from mbsxl_workbooks.kit.tables import say


def _remembered(formula: Formula) -> Callable[..., Cell | Block]:
    """A formula that is computed once for the same cells, however many workbooks ask: it has no state."""
    known: dict[bytes, Cell | Block] = {}

    def answer(*cells: Cell | Block) -> Cell | Block:
        try:
            asked = marshal.dumps(cells)
        except ValueError:  # an error among them
            return formula(*cells)
        if asked not in known:
            known[asked] = formula(*cells)
        return known[asked]

    return answer


#: The formulas as the workbooks of the tests share them; `published` computes each anew.
FORMULAS = {name: _remembered(formula) for name, formula in published().items()}


class LaidOut:
    """A template and its book; `fresh` is one of its own, to change inputs in."""

    def __init__(self, name: str) -> None:
        layout = templates.lay_out(name)
        self.name, self.data = name, layout.finish()
        self.tables = layout.tables
        self.book = Book(self.data, FORMULAS, name)
        self.book.recalculate()

    def fresh(self, **inputs: Any) -> LaidOut:
        """One to change inputs in, calculated with those given."""
        other = object.__new__(LaidOut)
        other.name, other.data, other.tables = self.name, self.data, self.tables
        other.book = Book(self.data, FORMULAS, self.name)
        other.set(**inputs).book.recalculate()
        return other

    def set(self, **inputs: Any) -> LaidOut:
        for name, value in inputs.items():
            self.book.set(name, value)
        return self

    def block(self, words: str) -> list[list[Any]]:
        """The cells that words in a formula would mean: "pools.price", "yields.slow:fast"."""
        reference = say(f"{{{words}}}", self.tables, "").replace("$", "")
        return self.book.block(reference)

    def column(self, words: str) -> list[Any]:
        return [cell for row in self.block(words) for cell in row]

    def value(self, name: str) -> Any:
        return self.book.value(self.book.names[name])

    def number(self, name: str) -> float:
        value = self.value(name)
        assert isinstance(value, float), (name, value)
        return value

    def note(self, name: str) -> str:
        place = self.book.names[name]
        return str(self.book.value(place._replace(column=place.column + 1)) or "")

    @property
    def checks(self) -> set[Any]:
        return {self.book.value(place) for place in self.book.names.values() if place.sheet == "Checks"}

    @property
    def headlines(self) -> dict[str, Any]:
        """The results of the summary that are numbers or texts in its column of results."""
        return {
            name: self.book.value(place)
            for name, place in self.book.names.items()
            if place.sheet == "Summary" and place.column == 3
        }


@cache
def laid_out(name: str) -> LaidOut:
    """The template as it ships, shared by all tests: not to be changed."""
    return LaidOut(name)
