"""Values of other workbooks, as a workbook keeps them beside the links to them."""

from __future__ import annotations

import re

from mbsxl_udfs.sheet.addresses import Area, cell_name, parted
from mbsxl_udfs.sheet.calling import Refused
from mbsxl_udfs.sheet.cells import Block, Cell
from mbsxl_udfs.sheet.references import Written

_LINK = re.compile(r"\[(\d+)\](.+)", re.DOTALL)

ELSEWHERE = "refers to another workbook: paste its values in place of the link"

Kept = dict[str, dict[str, Cell]]  # by sheet and cell


def linked(links: list[Kept], reference: str) -> Cell | Block:
    """Return the values kept of a reference to another workbook, as ``[1]Sheet1!A1``."""
    sheet, cells = parted(reference)
    found, written = _LINK.match(sheet), Written.parse(cells)
    kept = links[int(found[1]) - 1].get(found[2].casefold()) if found and int(found[1]) <= len(links) else None
    if kept is None or written is None:
        raise Refused(f"{reference} {ELSEWHERE}")
    area = written.seen_from((1, 1))(1, 1)
    if any(cell_name(*key) not in kept for key in area.cells()) and written.is_one_cell:
        raise Refused(f"{reference} {ELSEWHERE}")
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
