"""Inputs as a user types them: what a text means in the cell it is for, and whether the cell takes it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np

from mbsxl.conventions.numerals import is_number, number_of
from mbsxl.conventions.ticks import decimal
from mbsxl.errors import InputError
from mbsxl_udfs.sheet.cells import Cell
from mbsxl_udfs.sheet.charts import NumberFormats
from mbsxl_udfs.sheet.engine import Book, Place
from mbsxl_udfs.sheet.numbers import is_date, is_percent, shown
from mbsxl_udfs.sheet.serial import LAST, serial_of_date
from mbsxl_udfs.sheet.validation import Evaluate, Rule, rule_of
from mbsxl_udfs.sheet.written import moment_of_text

Value = float | str | bool | datetime.date

_NUMERIC = re.compile(r"[-+.,\d\s]+%?\s*")
_NO_DATE = "is not a date; type it as 2026-03-01"
_NO_TIME = "is not a time; type it as 17:30"


def cells(book: Book, settings: Iterable[str]) -> dict[str, Place]:
    """Return the cells that settings are for, by the names that the workbook has for them, or by their addresses.

    Errors
    ------
    InputError
        A cell that is not there, or that is set twice.
    """
    found: dict[str, Place] = {}
    for typed in settings:
        name, place = book.cell(typed)
        if name in found:
            raise InputError("set", typed, "is set twice; give one value")
        found[name] = place
    return found


def settle(book: Book, formats: NumberFormats, settings: Mapping[str, str]) -> list[str]:
    """Give inputs of a workbook new values, typed as texts; return what the workbook calls them.

    Errors
    ------
    InputError
        A cell that is not there, or a text that it does not take.
    """
    found = cells(book, settings)
    for (name, place), text in zip(found.items(), settings.values(), strict=True):
        target, evaluate = _target(book, formats, name, place)
        value = target.value(text, evaluate)
        book.set(name, value)
        target.require(text, value, evaluate)  # once the value stands in its cell, which a rule may read
    return list(found)


def choices(book: Book, formats: NumberFormats, name: str) -> list[str]:
    """Return what the list of an input has, as it is shown; nothing where it has no list."""
    target, evaluate = _target(book, formats, *book.cell(name))
    if target.rule is None or target.rule.kind != "list":
        return []
    return [shown(cell, target.code) for cell in target.rule.choices(evaluate)]


def _target(book: Book, formats: NumberFormats, name: str, place: Place) -> tuple[Target, Evaluate]:
    """Return what is known of a cell that is set, and what evaluates the formulas of its rule."""
    with book.package.reading(book.package.parts[place.sheet]):
        rule = rule_of(book.package.sheets[place.sheet].root, place.row, place.column)
    origin = rule.areas[0][:2] if rule else place[1:]
    return Target(name, book.value(place), formats.of(*place), rule), partial(book.evaluate, place=place, origin=origin)


class Target(NamedTuple):
    """The cell that a setting is for: its name, what it holds, its number format and its rule."""

    name: str
    holds: Cell
    code: str
    rule: Rule | None

    def value(self, text: str, evaluate: Evaluate) -> Value:
        """Return what a text typed for the cell means; what the cell holds decides, so that a speed stays a text.

        Errors
        ------
        InputError
            A text that the cell does not take, with what to type instead.
        """
        value = self._read(text)
        if self.rule is None:
            if self._may_lack_sign(text, value) and abs(value) > 1:  # type: ignore[arg-type]
                raise InputError(self.name, text, _meant(value))  # type: ignore[arg-type]
            return value
        if self.rule.kind == "list" and isinstance(value, str):
            return self.rule.spelt(value, evaluate)
        return value

    def require(self, text: str, value: Value, evaluate: Evaluate) -> None:
        """Refuse a value that the rule of the cell does not take."""
        tested = serial_of_date(np.datetime64(value, "D")) if isinstance(value, datetime.date) else value
        if self.rule is None or not (refusal := self.rule.refusal(tested, self.code, evaluate)):
            return
        bounds = self.rule.kind in ("whole", "decimal")
        if bounds and self._may_lack_sign(text, value):
            assert isinstance(value, float)
            refusal = refusal if self.rule.refusal(value / 100, self.code, evaluate) else _meant(value)
        raise InputError(self.name, text, refusal)

    def _may_lack_sign(self, text: str, value: Value) -> bool:
        """Whether a number may have been typed as a percentage without its sign."""
        return is_percent(self.code) and "%" not in text and type(value) is float

    def _read(self, text: str) -> Value:
        kind = "" if self.rule is None else self.rule.kind
        is_numeric = kind in ("whole", "decimal")
        if isinstance(self.holds, str) and not is_numeric:
            return text
        if kind in ("date", "time") or is_date(self.code):
            return self._moment(text)
        if isinstance(self.holds, bool):
            if text.upper() not in ("TRUE", "FALSE"):
                raise InputError(self.name, text, "is neither TRUE nor FALSE")
            return text.upper() == "TRUE"
        if is_numeric or isinstance(self.holds, float | int) or _NUMERIC.fullmatch(text):
            return text if not is_numeric and _price(text) is not None else self._number(text)
        return text if (day := _day(text)) is None else day

    def _number(self, text: str) -> float:
        holds = "" if self.holds is None else f"; the cell holds {shown(self.holds, self.code)}"
        price = _price(text)
        return number_of(text, self.name, f"is not a number{holds if price is None else f'; type {price:.10g}'}")

    def _moment(self, text: str) -> Value:
        day, time = _day(text), moment_of_text(text.strip())
        if day is not None:
            return day
        is_time = (self.rule is not None and self.rule.kind == "time") or not re.search("[yd]", self.code.lower())
        if is_number(text) and (0 if is_time else 1) <= number_of(text, self.name) < LAST + 1:
            return number_of(text, self.name)
        if is_time and time is not None:
            return time
        raise InputError(self.name, text, _NO_TIME if is_time else _NO_DATE)


def _meant(value: float) -> str:
    """Say what to type where a percentage was typed without its sign."""
    return f"means {100 * value:,.10g}%; type {value:.10g}% or {value / 100:.10g}"


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text.strip())
    except ValueError:
        return None


def _price(text: str) -> float | None:
    """Return a price in 32nds, which is a text in any cell, as a number."""
    if is_number(text):
        return None
    try:
        return float(decimal(text))
    except InputError:
        return None
