"""What there is on this machine, and what to do about what is missing."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from mbsxl_udfs.hosts.finding import Finding
from mbsxl_udfs.hosts.host import HOSTS

_PACKAGES = ("mbsxl", "numpy", "scipy", "formualizer", "xlwings")


def findings() -> list[Finding]:
    """Return what was found of Python, of the packages, and of every program that shows the formulas."""
    return [_python(), *map(_package, _PACKAGES), *(finding for host in HOSTS for finding in host.state())]


def _python() -> Finding:
    return Finding("Python", f"{platform.python_version()} at {sys.executable}")


def _package(name: str) -> Finding:
    try:
        return Finding(name, version(name))
    except PackageNotFoundError:
        return Finding(name, "not installed", f"install it: {sys.executable} -m pip install {name}")
