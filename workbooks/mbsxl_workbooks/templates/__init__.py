"""The templates there are: a folder each, with its module, its data and its built workbook."""

from __future__ import annotations

import difflib
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks.kit.pages import Layout

_HERE = Path(__file__).parent

#: A folder with a module in it is a template.
NAMES = tuple(sorted(path.parent.name for path in _HERE.glob("*/__init__.py")))


def template(name: str) -> ModuleType:
    """Return the module of a template."""
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, 1)
        meant = f"did you mean {near[0]}?" if near else f"there is {', '.join(NAMES)}"
        raise InputError("template", name, f"is not a template; {meant}")
    return import_module(f"{__name__}.{name}")


def lay_out(name: str) -> Layout:
    """Return a template laid out afresh: where its tables are, and the workbook not yet calculated."""
    module = template(name)
    layout = Layout(module.TITLE)
    module.lay_out(layout)
    return layout


def build(name: str) -> Book:
    """Return a template laid out afresh and calculated."""
    book = Book(lay_out(name).finish(), published(), name)
    book.recalculate()
    return book


def path_of(name: str) -> Path:
    """Return the built workbook of a template, which stands in its folder."""
    template(name)
    return _HERE / name / f"{name}.xlsx"


def main() -> None:
    """Build every template, or those named, into its place."""
    for name in sys.argv[1:] or NAMES:
        build(name).save(path_of(name))
        print(path_of(name))
