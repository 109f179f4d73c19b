"""What may be typed into an input: the rules of the market's quantities, each with the words that refuse the rest."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from mbsxl.conventions.programs import Program

Rule = Mapping[str, Any]


def between(low: float, high: float, words: str, whole: bool = False) -> Rule:
    """Return the rule of a number within bounds."""
    return {
        "validate": "integer" if whole else "decimal",
        "criteria": "between",
        "minimum": low,
        "maximum": high,
        "error_message": words,
    }


def one_of(*choices: str) -> Rule:
    """Return the rule of a choice."""
    return {"validate": "list", "source": list(choices)}


def words(rule: Rule) -> str:
    """Return what a rule asks for."""
    choices = rule.get("source")
    return str(rule.get("error_message", "") or f"One of {', '.join(choices or ())}")


def broken(rule: Rule, cells: str) -> str:
    """Return a formula that counts the cells that break a rule, blank ones apart; empty where none can."""
    kind, criteria = rule["validate"], rule.get("criteria", "")
    if kind == "list":
        source = rule["source"]
        if isinstance(source, str):
            return f'SUM(IF({cells}="",0,--ISNA(MATCH({cells},{source[1:]},0))))'
        known = "+".join(f'({cells}&""="{choice}")' for choice in source)
        return f'SUM(IF({cells}="",0,1-({known})))'
    if kind == "length":
        return f"SUM(--(LEN({cells})>{rule['value']}))" if criteria == "<=" else ""
    bounds = [("<", rule["minimum"]), (">", rule["maximum"])] if criteria == "between" else []
    bounds += [(_BREAKS[criteria], rule["value"])] if criteria != "between" else []
    breaks = [f"({cells}{sign}{_number(bound)})" for sign, bound in bounds]
    breaks += [f"({cells}<>INT({cells}))"] if kind == "integer" else []
    return f'SUM(IF({cells}="",0,IF(ISNUMBER({cells}),--(0+{"+".join(breaks)}>0),1)))'


def _number(bound: float | datetime.date) -> str:
    if isinstance(bound, datetime.date):
        return f"DATE({bound.year},{bound.month},{bound.day})"
    return f"{bound:.15g}"


_BREAKS = {">": "<=", ">=": "<"}  # how a number breaks a bound

RATE = between(0.0001, 0.3, "A rate between 0.01% and 30%: type 5.5% or 0.055")
MARKET_RATE = between(-0.05, 0.3, "A rate between -5% and 30%: type 4.04% or 0.0404")
QUOTED = between(1, 400, "A normal volatility between 1 and 400 bp a year")
PRICE = between(5, 300, "Per 100 of face, between 5 and 300")
QUOTE: Rule = {
    "validate": "length",
    "criteria": ">",
    "value": 0,
    "error_message": "A price in 32nds or decimals: 101-04",
}
SPEED: Rule = {
    "validate": "length",
    "criteria": ">",
    "value": 0,
    "input_title": "A speed",
    "input_message": 'A number and its unit: "6 CPR", "150 PSA", "6 CPR for 12, 9 CPR", "4 to 10 CPR over 24"',
}
CPR = between(0, 1, "A part of the balance a year between 0% and 100%")
SHARE = between(0, 1, "Between 0% and 100%")
LABEL: Rule = {"validate": "length", "criteria": "<=", "value": 40, "error_message": "A name of up to 40 letters"}
TERM = between(1, 480, "Whole months, 1 to 480", whole=True)
AGE = between(0, 480, "Whole months, 0 to 480", whole=True)
DATE: Rule = {
    "validate": "date",
    "criteria": "between",
    "minimum": datetime.date(1980, 1, 1),
    "maximum": datetime.date(2099, 12, 31),
    "error_message": "A date from 1980 to 2099",
}
AMOUNT: Rule = {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": "0 or more"}
MOVE = between(-300, 300, "Basis points, -300 to 300")
PROGRAM = one_of(*(each.value for each in Program))
PATHS = one_of("64", "128", "256", "512", "1024", "2048")
