"""LibreOffice Calc: the answers to its calls, and its extension, generated from the catalogue.

LibreOffice hands over numbers, texts, None for what was left out and rows of these for a range, its dates as serial
numbers; an argument that is an error never arrives. Every answer is rows of numbers, texts and `{"error": code}`, so
that a formula may fill cells; `addin` runs inside LibreOffice and makes them LibreOffice's own.
"""

from __future__ import annotations

import io
import json
import sys
import sysconfig
import zipfile
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import mbsxl
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Entry, arguments_of, summary
from mbsxl_udfs.formulas.publish import Formula, published
from mbsxl_udfs.formulas.reference import details
from mbsxl_udfs.hosts.libreoffice import method
from mbsxl_udfs.sheet.cells import Cell, CellError

IDENTIFIER = "org.mbsxl"
COMPUTED_BY = "Mortgage-backed securities as formulas, computed by "

_NO_VALUE = 519
_ERRORS = {"#N/A": 0x7FFF, "#NUM!": 503, "#NULL!": 521, "#REF!": 524, "#NAME?": 525, "#DIV/0!": 532}


# ------------------------------------------------------------------------------------------------------ its calls


@cache
def _formulas() -> dict[str, Formula]:
    return {method(name): formula for name, formula in published().items()}


def answer(function: str, values: Sequence[Any]) -> list[list[Any]]:
    """Return the answer to one call, rows of cells.

    Examples
    --------
    >>> answer("cpr", ["165 PSA", 20.0]), answer("cpr", ["165", None])
    ([[0.066]], [[{'error': 519}]])
    """
    formula = _formulas()[function]
    if formula.arguments and formula.arguments[-1].variadic:
        values = [*values[:-1], *values[-1]]
    result = formula(*([list(row) for row in value] if isinstance(value, tuple | list) else value for value in values))
    rows = result if isinstance(result, list) else [[result]]
    return [[_cell(cell) for cell in row] for row in rows]


def _cell(cell: Cell) -> Any:
    return {"error": _ERRORS.get(cell.code, _NO_VALUE)} if isinstance(cell, CellError) else cell


# -------------------------------------------------------------------------------------------------- its extension


def extension() -> bytes:
    """Return the extension, an .oxt file: the formulas of the catalogue, computed by this environment."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in _files().items():
            package.writestr(zipfile.ZipInfo(name), text)  # without the time of day: the same formulas, the same file
    return target.getvalue()


def _files() -> dict[str, str]:
    return {
        "META-INF/manifest.xml": _MANIFEST,
        "description.xml": _DESCRIPTION.format(identifier=IDENTIFIER, version=mbsxl.__version__),
        "description.txt": f"{COMPUTED_BY}{sys.executable}\n",
        "mbsxl.idl": _types(),
        "CalcAddIns.xcu": _texts(),
        "mbsxl_addin.py": resources.files(__package__).joinpath("addin.py").read_text("utf-8"),
        "environment.json": json.dumps(
            {
                "python": sys.executable,
                "version": list(sys.version_info[:2]),
                "packages": sysconfig.get_path("purelib"),
                "functions": [method(name) for name in CATALOGUE],
            }
        ),
    }


def _types() -> str:
    """Return the methods as LibreOffice's interface language: every argument may be left out, every answer is rows."""
    lines = [f"sequence< sequence<any> > {method(entry.name)}({_parameters(entry)});" for entry in CATALOGUE.values()]
    return "module org { module mbsxl { interface XFormulas {\n" + "\n".join(lines) + "\n}; }; };\n"


def _parameters(entry: Entry) -> str:
    kinds = ("sequence<any>" if argument.variadic else "any" for argument in arguments_of(entry))
    return ", ".join(f"[in] {kind} p{place}" for place, kind in enumerate(kinds, start=1))


def _texts() -> str:
    """Return what the function wizard shows."""
    return _CONFIGURATION.format(nodes="\n".join(_function(entry) for entry in CATALOGUE.values()))


def _function(entry: Entry) -> str:
    told = f"{entry.family.value}: {summary(entry)}. Returns {entry.returns}."
    arguments = (
        _node(f"p{place}", _property("DisplayName", argument.name) + _property("Description", details(argument)))
        for place, argument in enumerate(arguments_of(entry), start=1)
    )
    properties = (
        _property("DisplayName", entry.name)
        + _property("CompatibilityName", entry.name)
        + _property("Description", told)
        + '<prop oor:name="Category"><value>Financial</value></prop>\n'
    )
    parameters = "".join(arguments)
    return _node(method(entry.name), f'{properties}<node oor:name="Parameters">\n{parameters}</node>\n')


def _node(name: str, content: str) -> str:
    return f'<node oor:name={quoteattr(name)} oor:op="replace">\n{content}</node>\n'


def _property(name: str, text: str) -> str:
    return f'<prop oor:name="{name}"><value xml:lang="en-US">{escape(text)}</value></prop>\n'


_MANIFEST = """\
<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">
<manifest:file-entry manifest:full-path="mbsxl.idl"
 manifest:media-type="application/vnd.sun.star.uno-typelibrary;type=RDB"/>
<manifest:file-entry manifest:full-path="CalcAddIns.xcu"
 manifest:media-type="application/vnd.sun.star.configuration-data"/>
<manifest:file-entry manifest:full-path="mbsxl_addin.py"
 manifest:media-type="application/vnd.sun.star.uno-component;type=Python"/>
</manifest:manifest>
"""

_DESCRIPTION = """\
<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006" xmlns:xlink="http://www.w3.org/1999/xlink">
<identifier value="{identifier}"/>
<version value="{version}"/>
<display-name><name lang="en">mbsxl</name></display-name>
<extension-description><src xlink:href="description.txt" lang="en"/></extension-description>
</description>
"""

_CONFIGURATION = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry"
 oor:name="CalcAddIns" oor:package="org.openoffice.Office">
<node oor:name="AddInInfo"><node oor:name="MBS" oor:op="replace"><node oor:name="AddInFunctions">
{nodes}</node></node></node>
</oor:component-data>
"""
