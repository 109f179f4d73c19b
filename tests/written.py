"""Workbooks written by hand: a sheet S of the cells given as Open XML, as programs save them and no library does."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def written(rows: str, behind: str = "", book: str = "", tables: Mapping[str, str] | None = None) -> bytes:
    """Return a workbook.

    Parameters
    ----------
    rows
        The rows of its sheet.
    behind, book
        What stands in the sheet behind its rows, and in the workbook behind its sheets.
    tables
        The attributes and columns of the sheet's tables by their names: ``ref="A1:B3"><tableColumns>...``.
    """
    parts = {
        name: f"<table xmlns='{_MAIN}' name='{name}' displayName='{name}' {of}" for name, of in (tables or {}).items()
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        types = "".join(
            f'<Override PartName="/{part}" ContentType="{_TYPE}.{kind}+xml"/>'
            for part, kind in [
                ("xl/workbook.xml", "sheet.main"),
                ("xl/worksheets/sheet1.xml", "worksheet"),
                *((f"xl/tables/{name}.xml", "table") for name in parts),
            ]
        )
        rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{rels}{types}</Types>')
        archive.writestr("_rels/.rels", _related({"rId1": ("officeDocument", "xl/workbook.xml")}))
        archive.writestr("xl/_rels/workbook.xml.rels", _related({"rId1": ("worksheet", "worksheets/sheet1.xml")}))
        sheet = '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
        archive.writestr("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{sheet}{book}</workbook>')
        at = {f"rId{place}": ("table", f"../tables/{name}.xml") for place, name in enumerate(parts, 1)}
        listed = "".join(f'<tablePart r:id="{each}"/>' for each in at)
        behind += f'<tableParts count="{len(at)}">{listed}</tableParts>' if at else ""
        cells = f"<sheetData>{rows}</sheetData>{behind}"
        archive.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{cells}</worksheet>'
        )
        archive.writestr("xl/worksheets/_rels/sheet1.xml.rels", _related(at))
        for name, table in parts.items():
            archive.writestr(f"xl/tables/{name}.xml", f"{table}</table>")
    return stream.getvalue()


def _related(parts: Mapping[str, tuple[str, str]]) -> str:
    lines = (f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{to}"/>' for key, (kind, to) in parts.items())
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def columns(*names: str) -> str:
    """Return the columns of a table."""
    each = "".join(f'<tableColumn id="{place}" name="{name}"/>' for place, name in enumerate(names, 1))
    return f'<tableColumns count="{len(names)}">{each}</tableColumns>'


def cell(name: str, value: object = None, formula: str | None = None, of: str = "", kind: str = "n") -> str:
    """Return a cell: what it holds, its formula, and the attributes of the formula."""
    inner = "" if formula is None else f"<f {of}>{formula}</f>"
    return f'<c r="{name}" t="{kind}">{inner}{"" if value is None else f"<v>{value}</v>"}</c>'


def row(number: int, *cells: str, of: str = "") -> str:
    """Return a row, with its attributes."""
    return f'<row r="{number}" {of}>{"".join(cells)}</row>'
