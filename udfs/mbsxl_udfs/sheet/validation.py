"""What a cell takes, by the data validation that its sheet has for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import NamedTuple

from lxml import etree

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.numbers import shown
from mbsxl_udfs.sheet.worksheet import MAIN

_FILE_FORMULA, _FILE_CELLS = (f"{{http://schemas.microsoft.com/office/excel/2006/main}}{tag}" for tag in ("f", "sqref"))
_MOST_LISTED = 12  # choices that a message names

Evaluate = Callable[[str], Block]  # gives what a formula of the rule is, where the cell stands


class Rule(NamedTuple):
    """The data validation of some cells: the kind of value, how it is compared, and with which formulas."""

    areas: list[Area]
    kind: str
    operator: str
    first: str
    second: str
    words: str

    def refusal(self, value: Cell, code: str, evaluate: Evaluate) -> str:
        """Say what is wrong with a value in a cell of this number format; empty where nothing is."""
        if self.kind == "list":
            return self._unless_listed(value, evaluate)
        if self.kind == "custom":
            met = evaluate(self.first)[0][0]
            return "" if met is True or met == 1 else f"is refused by the rule of its cell, {self.words or self.first}"
        size = float(len(str(value))) if self.kind == "textLength" else value
        if isinstance(size, bool | str) or not isinstance(size, float | int):
            return f"is not {'a date' if self.kind == 'date' else 'a number'}"
        if self.kind == "whole" and size != int(size):
            return "is not a whole number; round it"
        return self._unless_within(float(size), "0" if self.kind == "textLength" else code, evaluate)

    def spelt(self, text: str, evaluate: Evaluate) -> str:
        """Return a choice as the list spells it."""
        return next((each for each in self.choices(evaluate) if isinstance(each, str) and _same(text, each)), text)

    def choices(self, evaluate: Evaluate) -> list[Cell]:
        """Return the values that a list has."""
        if self.first.startswith('"'):
            return [each.strip() for each in self.first.strip('"').replace('""', '"').split(",")]
        return [cell for cell in chain(*evaluate(self.first)) if cell not in (None, "")]

    def _unless_listed(self, value: Cell, evaluate: Evaluate) -> str:
        choices = self.choices(evaluate)
        if any(_same(value, each) or isinstance(each, CellError) for each in choices):
            return ""
        named = ", ".join(shown(each, "General") for each in choices[:_MOST_LISTED])
        return f"is not in the list of its cell: {named}{', ...' if len(choices) > _MOST_LISTED else ''}"

    def _unless_within(self, value: float, code: str, evaluate: Evaluate) -> str:
        bounds = [evaluate(text)[0][0] if text else None for text in (self.first, self.second)]
        low, high = (float(each) if isinstance(each, float | int) else None for each in bounds)
        if self.operator in ("between", "notBetween"):
            if low is None or high is None:
                return ""  # a bound that is no number bounds nothing, in Excel either
            inside = low <= value <= high
            named = f"{shown(low, code)} to {shown(high, code)}"
            if self.operator == "notBetween":
                return f"is within {named}; give a value outside" if inside else ""
            return "" if inside else f"is outside {named}; give a value within"
        if low is None:
            return ""
        holds, words = {
            "equal": (value == low, "is not {}"),
            "notEqual": (value != low, "is the one value, {}, that its cell does not take"),
            "greaterThan": (value > low, "is not above {}"),
            "greaterThanOrEqual": (value >= low, "is below {}"),
            "lessThan": (value < low, "is not below {}"),
            "lessThanOrEqual": (value <= low, "is above {}"),
        }[self.operator]
        return "" if holds else words.format(shown(low, code))


def rule_of(root: etree._Element, row: int, column: int) -> Rule | None:
    """Return the rule that a sheet has for a cell."""
    for rule in _rules(root):
        if any(Area(row, column, row, column).within(area) for area in rule.areas):
            return rule
    return None


def _rules(root: etree._Element) -> Iterator[Rule]:
    for each in root.iter("{*}dataValidation"):
        cells = each.get("sqref") or each.findtext(_FILE_CELLS) or ""
        first, second = (
            (each.findtext(f"{MAIN}{tag}") or each.findtext(f"{{*}}{tag}/{_FILE_FORMULA}") or "").strip()
            for tag in ("formula1", "formula2")
        )
        kind = each.get("type", "none")
        if (
            kind != "none"
            and each.get("errorStyle", "stop") == "stop"
            and each.get("showErrorMessage") in ("1", "true")
        ):
            areas = [Area.parse(area) for area in cells.split()]
            yield Rule(areas, kind, each.get("operator", "between"), first, second, each.get("error", ""))


def _same(value: Cell, choice: Cell) -> bool:
    if isinstance(value, CellError) or isinstance(choice, CellError):
        return False
    if isinstance(value, bool) and isinstance(choice, str):
        value = str(value)
    if isinstance(value, str) and isinstance(choice, str):
        return value.casefold() == choice.casefold()
    if isinstance(choice, str) and isinstance(value, float | int):
        try:
            return float(choice) == value
        except ValueError:
            return False
    return value == choice
