"""The cells of a template that are worth a name: inputs, headlines and checks; and the pages that they stand on."""

from __future__ import annotations

from typing import NamedTuple

from mbsxl_workbooks.kit.rules import Rule
from mbsxl_workbooks.kit.tables import Value

SUMMARY, INPUTS, CHECKS, GUIDE = "Summary", "Inputs", "Checks", "Guide"

#: The names of the sentences of a summary, beside its headlines.
STATEMENTS = ("answer", "checks_ok", "dated")


class Input(NamedTuple):
    """A cell a user may change."""

    name: str
    label: str
    value: Value
    number: str
    note: str
    rule: Rule | None = None


class Headline(NamedTuple):
    """A result worth a name; `illustrative` where it depends on what the workbook's owner has yet to type."""

    name: str
    label: str
    formula: str
    number: str
    note: str = ""
    illustrative: bool = False


class Check(NamedTuple):
    """A figure that is known otherwise beside ours."""

    label: str
    formula: str
    known: float
    tolerance: float
    number: str
    source: str


class Ruled(NamedTuple):
    """A cell with a rule: where it is, and what it is called."""

    page: str
    column: int
    row: int
    label: str
    rule: Rule


def ruled(formula: str) -> str:
    """Return a formula that has no answer while an input breaks its rule; see `summary.guide`."""
    return f"=IF(inputs_ok,{formula[1:]})"
