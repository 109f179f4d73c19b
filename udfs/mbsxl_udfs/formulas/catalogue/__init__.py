"""The catalogue: every formula a user can type, one entry each.

The arguments, their order and defaults are the function's own; their text is the glossary's; what a formula does and
where it is published is its function's docstring. `shows` is what the example shows, as printed: the digits given
are the digits that hold; of a table, its first row of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

from mbsxl_udfs.formulas.catalogue import (
    about,
    book,
    carry,
    cash_flows,
    curve_and_spreads,
    option_adjusted,
    price_and_yield,
    runoff,
    speeds,
    structures,
)
from mbsxl_udfs.formulas.entry import Entry

_FAMILIES = [
    speeds,
    cash_flows,
    price_and_yield,
    curve_and_spreads,
    option_adjusted,
    carry,
    runoff,
    book,
    structures,
    about,
]


def by_name(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return entries by their names, each of which stands once."""
    named: dict[str, Entry] = {}
    for entry in entries:
        if named.setdefault(entry.name, entry) is not entry:
            raise ValueError(f"{entry.name} stands twice in the catalogue")
    return named


CATALOGUE = by_name(entry for family in _FAMILIES for entry in family.ENTRIES)
