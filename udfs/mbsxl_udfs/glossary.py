"""The glossary: every argument name, what it means, its kind, unit and bounds. One name means one thing everywhere."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from mbsxl.conventions import DelayKind, Measure, Reinvestment


class Kind(Enum):
    """What a cell given for an argument may hold."""

    NUMBER = "number"
    FRACTION = "fraction"
    INTEGER = "whole number"
    DATE = "date"
    PRICE = "price"
    SPEED = "speed"
    CHOICE = "choice"
    PROGRAM = "program"
    COHORTS = "table"
    TEXT = "text"
    ANYTHING = "anything"


class Term(NamedTuple):
    """An argument name: its text for the function wizard, and what a cell given for it may hold.

    `whole` terms take a range as one thing; a range given for any other term is one calculation a cell.
    """

    text: str
    kind: Kind
    low: float = float("-inf")
    high: float = float("inf")
    unit: str = ""
    choices: type[Enum] | None = None
    whole: bool = False


_LONGEST_TERM = 480
_MONTHS = "months"
_DECIMAL = "decimal"

GLOSSARY: dict[str, Term] = {
    "face": Term("Current face amount, in any currency", Kind.NUMBER, low=0, unit="currency"),
    "coupon": Term("Net coupon paid to the investor: 5.5% or 0.055", Kind.FRACTION, low=0, high=1, unit=_DECIMAL),
    "wac": Term("Gross rate of the loans (weighted average coupon): 6.2%", Kind.FRACTION, low=0, high=1, unit=_DECIMAL),
    "wam": Term("Months remaining (weighted average maturity)", Kind.INTEGER, low=1, high=_LONGEST_TERM, unit=_MONTHS),
    "age": Term("Age of the loans, 0 when new", Kind.INTEGER, low=0, high=_LONGEST_TERM, unit=_MONTHS),
    "speed": Term(
        'Prepayment speed with its unit: "150 PSA", "6 CPR for 12, 8 CPR", "0.2 to 6 CPR over 30"; '
        "or a row or column of monthly CPRs",
        Kind.SPEED,
    ),
    "default": Term(
        'Default speed with its unit: "1 CDR", "0.1 MDR", "100 SDA"; or a row or column of monthly CDRs', Kind.SPEED
    ),
    "severity": Term(
        "Part of a defaulted balance that is lost; 0 where a guarantor pays all of it",
        Kind.FRACTION,
        low=0,
        high=1,
        unit=_DECIMAL,
    ),
    "lag": Term("Months from default to liquidation", Kind.INTEGER, low=0, high=_LONGEST_TERM, unit=_MONTHS),
    "settle": Term("Settlement date; blank is the 1st of the month, with no accrued interest", Kind.DATE),
    "program": Term(
        "UMBS, GOLD, GNMA I, GNMA II, FHLMC ARM, or a number of actual delay days", Kind.PROGRAM, low=0, high=365
    ),
    "month": Term("Which month: of the life of the loans, or counted from now for a factor", Kind.INTEGER, 0, 1200),
    "months": Term("How many months", Kind.INTEGER, low=0, high=1200, unit=_MONTHS),
    "measure": Term("What the answer is measured in", Kind.CHOICE, choices=Measure),
    "kind": Term("Which delay: ACTUAL or STATED", Kind.CHOICE, choices=DelayKind),
    "factor_start": Term("Pool factor at the start", Kind.NUMBER, low=1e-12, high=1, unit=_DECIMAL),
    "factor_end": Term("Pool factor at the end", Kind.NUMBER, low=1e-12, high=1, unit=_DECIMAL),
    "original_term": Term("Term of the loans when made", Kind.INTEGER, low=1, high=_LONGEST_TERM, unit=_MONTHS),
    "original_wam": Term("Months remaining when the pool was issued", Kind.INTEGER, 1, _LONGEST_TERM, _MONTHS),
    "cohorts": Term(
        "Table with a header row naming face, coupon, wac, wam, age and, if cohorts differ, speed",
        Kind.COHORTS,
        whole=True,
    ),
    "caps": Term(
        "Most principal that may leave in a month: one number, or a column by month, the last kept",
        Kind.NUMBER,
        low=0,
        unit="currency",
        whole=True,
    ),
    "reinvest": Term(
        "What principal above the cap buys: MBS, TREASURY or BILLS; or a column by month, the last kept",
        Kind.CHOICE,
        choices=Reinvestment,
        whole=True,
    ),
    "function": Term("Name of a formula, such as MBS_YIELD", Kind.TEXT),
    "arguments": Term("The arguments as given to that formula", Kind.ANYTHING),
    "family": Term("Name of a family, such as Speeds; blank for all", Kind.TEXT),
}
