"""LibreOffice: the extension, what it calls, and how it is put in."""

from __future__ import annotations

from mbsxl_udfs.hosts.finding import Finding


def method(name: str) -> str:
    """Return what a formula is called inside LibreOffice, which takes letters only: MBS_SPEED_VECTOR, speedvector."""
    return name.removeprefix("MBS_").replace("_", "").lower()


def spelling(name: str) -> str:
    """Return how a file for LibreOffice spells a formula: MBS_SPEED_VECTOR, MBS.SPEEDVECTOR."""
    return f"MBS.{method(name).upper()}"


def state() -> list[Finding]:
    """Return what there is of LibreOffice and of the formulas in it."""
    from mbsxl_udfs.hosts.libreoffice import installer

    return installer.state()
