"""Values of other workbooks, as a workbook keeps them beside the links to them."""

from __future__ import annotations

import re

from lxml import etree

from mbsxl_udfs.sheet.addresses import Area, cell_name, parted
from mbsxl_udfs.sheet.calling import Refused
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.package import Package
from mbsxl_udfs.sheet.references import Written
from mbsxl_udfs.sheet.worksheet import MAIN, unescaped

_LINK = re.compile(r"\[(\d+)\](.+)", re.DOTALL)
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

Kept = dict[str, dict[str, Cell]]  # by sheet and cell


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
                cell.get("r"): _value(cell) for cell in sheet.iter(f"{MAIN}cell")
            }
            for sheet in root.iter(f"{MAIN}sheetData")
        }


def _value(cell: etree._Element) -> Cell:
    text, kind = cell.findtext(f"{MAIN}v"), cell.get("t", "n")
    if text is None:
        return None
    if kind == "b":
        return text == "1"
    if kind == "e":
        return CellError(text)
    return unescaped(text) if kind == "str" else float(text)


def linked(links: list[Kept], reference: str) -> Cell | Block:
    """Return the values kept of a reference to another workbook, as ``[1]Sheet1!A1``."""
    sheet, cells = parted(reference)
    found, written = _LINK.match(sheet), Written.parse(cells)
    kept = links[int(found[1]) - 1].get(found[2].casefold()) if found and int(found[1]) <= len(links) else None
    if kept is None or written is None:
        raise Refused(f"{reference} refers to another workbook: paste its values in place of the link")
    area = written.seen_from((1, 1), (1, 1))
    if any(cell_name(*key) not in kept for key in area.cells()) and written.is_one_cell:
        raise Refused(f"{reference} refers to another workbook: paste its values in place of the link")
    last = _last(kept, area)
    block = [
        [kept.get(cell_name(row, column)) for column in range(area.column, last[1] + 1)]
        for row in range(area.row, last[0] + 1)
    ]
    return block[0][0] if written.is_one_cell else block


def _last(kept: dict[str, Cell], area: Area) -> tuple[int, int]:
    places = [Area.parse(name) for name in kept] or [area]
    rows, columns = max(place.row for place in places), max(place.column for place in places)
    return max(area.row, min(area.last_row, rows)), max(area.column, min(area.last_column, columns))
