"""What there is on this machine, and what to do about what is missing."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from mbsxl_udfs.hosts.excel import installer as excel
from mbsxl_udfs.hosts.libreoffice import installer as libreoffice

Finding = tuple[str, str, str]

_PACKAGES = ("mbsxl", "numpy", "scipy", "formualizer", "xlwings")


def findings() -> list[Finding]:
    """Return what was found: what it is, the finding, and the remedy where there is trouble."""
    return [_python(), *map(_package, _PACKAGES), *excel.state(), *libreoffice.state()]


def _python() -> Finding:
    return "Python", f"{platform.python_version()} at {sys.executable}", ""


def _package(name: str) -> Finding:
    try:
        return name, version(name), ""
    except PackageNotFoundError:
        return name, "not installed", f"install it: {sys.executable} -m pip install {name}"
