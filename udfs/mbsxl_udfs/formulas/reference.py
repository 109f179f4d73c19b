"""The reference of the formulas, from the catalogue: for the terminal, the function wizards and docs/functions.md."""

from __future__ import annotations

from enum import Enum
from typing import Any

from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Argument, Entry, Family, arguments_of, shown, signature, source, summary
from mbsxl_udfs.formulas.glossary import Kind

# Where the site of the documentation is on the web, a slash at the end: all help links lead there; empty until it is.
ADDRESS = ""


def help_page() -> str:
    """Return the page on the web that has every formula; empty until it is there."""
    return f"{ADDRESS}functions.html" if ADDRESS else ""


def help_link(entry: Entry) -> str:
    """Return the page of a formula on the web; empty until it is there."""
    return f"{ADDRESS}formulas/{entry.name.lower()}.html" if ADDRESS else ""


def details(argument: Argument) -> str:
    """Return the text of an argument with its unit, choices and default."""
    term = argument.term
    parts = [term.text]
    if len(argument.choices) > 1 and not all(choice in term.text for choice in argument.choices):
        parts.append(", ".join(argument.choices))
    if term.unit not in ("", "decimal") and term.unit not in term.text.lower():
        parts.append(f"in {term.unit}")
    if term.longest:
        parts.append(f"at most {term.longest:,}")
    if argument.optional and not argument.variadic:
        parts.append(f"default {shown_default(argument)}")
    return "; ".join(parts)


def shown_default(argument: Argument) -> str:
    """Return what a blank stands for."""
    default: Any = argument.default
    if isinstance(default, Enum):
        return str(default.value)
    if default is None or (default == 0 and argument.term.kind is not Kind.FRACTION):
        return _NOTHING.get(argument.name, "none" if default is None else "0")
    return f"{default:g}" if isinstance(default, float) else str(default)


_NOTHING = {
    "horizon_speed": "the speed goes on",
    "measures": "the usual ones",
    "reinvestment": "the scenario's half-year rate",
    "tba_dates": "the table that ships",
    "settle": "the 1st of the month",
    "speed": "each cohort's own",
    "months": "to the last payment",
    "month": "any, where the speed is the same in all",
    "wam": "not known",
}


def markdown() -> str:
    """Return the reference page."""
    lines = [
        "# The formulas",
        "",
        "Generated from the catalogue by `mbsxl functions --markdown`; do not edit.",
        "",
        "Arguments in brackets are optional: blank or 0 is the default. Rates are decimals (5.5% or 0.055), prices per",
        "100 of face, terms and ages in months. A range given for an argument spills: a column of prices against a row",
        "of speeds fills a table. Wrong input shows `#VALUE!` (wrong kind) or `#NUM!` (out of bounds), no solution",
        '`#N/A`; `=MBS_WHY("MBS_CPR", ...)` with the same arguments says why. Sources written SF-n are sections of',
        '"Standard Formulas for the Analysis of Mortgage-Backed Securities and Other Related Securities", PSA/Bond',
        "Market Association, Uniform Practices, chapter SF (02/01/99).",
        "",
        "The site of the documentation (`mkdocs serve`) has a page a formula: mathematics, published results, errors.",
    ]
    for family in Family:
        entries = [entry for entry in CATALOGUE.values() if entry.family is family]
        if entries:
            lines += ["", f"## {family.value}"]
        for entry in entries:
            lines += _markdown_of(entry)
    return "\n".join(lines) + "\n"


def _markdown_of(entry: Entry) -> list[str]:
    lines = ["", f"### {entry.name}", "", f"`{entry.name}({signature(entry)})`", "", f"{summary(entry)}.", ""]
    arguments = arguments_of(entry)
    if arguments:
        lines += ["| argument | what it is |", "|---|---|"]
        lines += [f"| `{shown(argument)}` | {details(argument)} |" for argument in arguments]
        lines.append("")
    lines += [f"Returns {entry.returns}. Source: {source(entry)}", "", "```", entry.example]
    lines += [entry.shows, "```"]
    return lines


def overview() -> str:
    """Return the formulas of every family, a line each, for the terminal."""
    lines: list[str] = []
    for family in Family:
        entries = [entry for entry in CATALOGUE.values() if entry.family is family]
        if entries:
            lines += ["", family.value]
            lines += [f"  {entry.name}({signature(entry)})\n      {summary(entry)}" for entry in entries]
    return "\n".join(lines[1:])


def plain(entry: Entry) -> str:
    """Return the reference of one formula for the terminal."""
    head = [f"{entry.name}({signature(entry)})", "", f"{summary(entry)}.", f"Returns {entry.returns}."]
    arguments = arguments_of(entry)
    width = max((len(shown(argument)) for argument in arguments), default=0)
    body = [f"  {shown(argument):<{width}}  {details(argument)}" for argument in arguments]
    return "\n".join([*head, "", *body, "", f"  {entry.example}", f"  {entry.shows}", "", f"Source: {source(entry)}"])
