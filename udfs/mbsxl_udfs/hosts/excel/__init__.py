"""Excel on Windows: the add-in, built without Excel, and what it calls."""

from __future__ import annotations

from mbsxl_udfs.hosts.finding import Finding


def spelling(name: str) -> str:
    """Return how a file of Excel's spells a formula of the add-in: by its name."""
    return name


def state() -> list[Finding]:
    """Return what there is of Excel and the add-in."""
    from mbsxl_udfs.hosts.excel import installer

    return installer.state()
