"""A workbook respelt for a host, each with its own spelling of an add-in's functions, or left with its values only."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.catalogue import CATALOGUE

_PARTS = re.compile(r"xl/(workbook\.xml|worksheets/[^/]+\.xml|tables/[^/]+\.xml)")
# The elements of these parts that hold a formula: cells, names, table columns, validations, conditional formats.
_FORMULA = re.compile(
    r"""(<(?:\w+:)?(?:f|definedName|calculatedColumnFormula|totalsRowFormula|formula[12]?)(?:\s(?:"[^"]*"|[^>"])*)?>)"""
    r"""([^<]+)"""
)
# A text, a quoted sheet and a name that is part of a longer one are passed over.
_FUNCTION = re.compile(r"""("|&quot;).*?\1|'(?:[^']|'')*'!|(?<![\w.])MBS_\w+(?=\s*\()""", re.IGNORECASE | re.DOTALL)

# A cell with a formula: its tag, whose `cm` says that the formula spills, and the formula.
_CELL = re.compile(r"(<(?:\w+:)?c\s[^>]*>)\s*<((?:\w+:)?f)(?:\s[^>]*?)?(?:/>|>[^<]*</\2>)")


def rewritten(data: bytes, spell: Callable[[str], str]) -> bytes:
    """Return a workbook whose formulas call our functions by another spelling, and is otherwise what it was.

    Parameters
    ----------
    data
        The .xlsx file.
    spell
        Gives the spelling of a function in the host's files by its name in the catalogue.

    Raises
    ------
    InputError
        Where the data are not an .xlsx workbook.
    """
    return _changed(data, lambda xml: _respelt(xml, spell))


def values_only(data: bytes) -> bytes:
    """Return a workbook with the value of each formula in its place, for a program that has not got our functions.

    Charts, names, validations and conditional formats stay.

    Parameters
    ----------
    data
        The .xlsx file, calculated.

    Raises
    ------
    InputError
        Where the data are not an .xlsx workbook.
    """
    return _changed(data, lambda xml: _CELL.sub(lambda cell: re.sub(r'\scm="\d+"', "", cell[1]), xml))


def _changed(data: bytes, change: Callable[[str], str]) -> bytes:
    """Return a workbook with the parts that can hold formulas changed, every other byte for byte as it was."""
    target = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
            for entry in source.infolist():
                part = source.read(entry)
                if _PARTS.fullmatch(entry.filename):
                    part = change(part.decode("utf-8")).encode("utf-8")
                copy.writestr(entry, part)
    except (zipfile.BadZipFile, UnicodeDecodeError) as fault:
        raise InputError("workbook", "", "is not an .xlsx workbook; save it as .xlsx") from fault
    return target.getvalue()


def _respelt(xml: str, spell: Callable[[str], str]) -> str:
    def name(found: re.Match[str]) -> str:
        return spell(found[0].upper()) if found[0].upper() in CATALOGUE else found[0]

    return _FORMULA.sub(lambda found: found[1] + _FUNCTION.sub(name, found[2]), xml)
