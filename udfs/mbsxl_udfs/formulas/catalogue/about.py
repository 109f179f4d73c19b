"""The formulas of the family: About."""

from __future__ import annotations

from mbsxl.units import Unit
from mbsxl_udfs.formulas import about
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

ENTRIES = [
    Entry(
        "MBS_WHY",
        about.why,
        Family.ABOUT,
        Shape.RAW,
        Unit.NONE,
        'text; "ok" where nothing is wrong',
        '=MBS_WHY("MBS_SMM","150")',
        'speed "150": has no unit; type "150 PSA"',
    ),
    Entry(
        "MBS_FUNCTIONS",
        about.functions,
        Family.ABOUT,
        Shape.RAW,
        Unit.NONE,
        "a table: name, arguments, text",
        '=MBS_FUNCTIONS("About")',
        "MBS_WHY",
    ),
    Entry("MBS_VERSION", about.version, Family.ABOUT, Shape.RAW, Unit.NONE, "text", "=MBS_VERSION()", "0.1.0"),
]
