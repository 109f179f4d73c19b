"""Excel through xlwings Lite or Server, on Windows, macOS and the web."""

from __future__ import annotations

from mbsxl_udfs.hosts.finding import Finding


def spelling(name: str) -> str:
    """Return how a file spells a function that xlwings Lite registers.

    Examples
    --------
    >>> spelling("MBS_YIELD")
    '_xldudf_MBS_YIELD'
    """
    return f"_xldudf_{name}"


def state() -> list[Finding]:
    """Return what there is of it: it lives in Excel and in the workbook, nothing of it is on the machine."""
    return [Finding("xlwings Lite", "an add-in from Microsoft's store; mbsxl lite writes what it needs")]
