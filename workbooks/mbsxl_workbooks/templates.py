"""The templates there are, built, and where their workbooks stand."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks.kit import Layout

NAMES = (
    "soma_runoff",
    "spread_monitor",
    "easing_cycle",
    "option_cost",
    "model_backtest",
    "coupon_compare",
    "yield_table",
)


def template(name: str) -> ModuleType:
    """Return the module of a template."""
    if name not in NAMES:
        raise InputError("template", name, f"is not a template; there is {', '.join(NAMES)}")
    return import_module(f"mbsxl_workbooks.{name}")


def build(name: str) -> Book:
    """Return a template laid out afresh and calculated."""
    module = template(name)
    layout = Layout(module.TITLE)
    module.lay_out(layout)
    book = Book(layout.finish(), published(), name)
    book.recalculate()
    return book


def path_of(name: str) -> Path:
    """Return the built workbook of a template: beside the package in a checkout, inside it where installed."""
    template(name)
    here = Path(__file__).parent
    inside = here / f"{name}.xlsx"
    return inside if inside.exists() else here.parent / f"{name}.xlsx"


def main() -> None:
    """Build every template, or those named, into its place."""
    for name in sys.argv[1:] or NAMES:
        build(name).save(path_of(name))
        print(path_of(name))


if __name__ == "__main__":
    main()
