"""Reading the values that a file keeps of the workbooks it links to."""

from __future__ import annotations

from mbsxl_udfs.sheet.links import Kept
from mbsxl_udfs.sheet.package import Package
from mbsxl_udfs.sheet.worksheet import MAIN, value_of

_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def kept_values(package: Package) -> list[Kept]:
    """Return the values kept of each linked workbook, in the order in which formulas number them."""
    related, root = package.related(package.book), package.root(package.book)
    found = []
    for reference in root.iterfind(f"{MAIN}externalReferences/{MAIN}externalReference"):
        kind, part = related.get(reference.get(_RELATION_ID), ("", ""))
        found.append(_kept(package, part) if kind == "externalLink" else {})
    return found


def _kept(package: Package, part: str) -> Kept:
    root = package.root(part)
    with package.reading(part):
        names = [name.get("val") for name in root.iter(f"{MAIN}sheetName")]
        return {
            names[int(sheet.get("sheetId"))].casefold(): {
                cell.get("r"): value_of(cell) for cell in sheet.iter(f"{MAIN}cell")
            }
            for sheet in root.iter(f"{MAIN}sheetData")
        }
