"""The .xlsx package: which cells hold formulas, and values written back into them.

A workbook is a zip of parts. Only the sheets that hold formulas or changed inputs are written anew, and in them
only the values; charts, tables, styles and all the rest stay byte for byte what they were.
"""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

from lxml import etree

from mbsxl.errors import InputError
from mbsxl_udfs.sheet.addresses import Area, cell_name, quoted
from mbsxl_udfs.sheet.cells import Block, Cell, CellError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ROW, _CELL, _FORMULA, _VALUE, _INLINE = (f"{_MAIN}{tag}" for tag in ("row", "c", "f", "v", "is"))
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
# The codes a cell of the file can hold; Excel too stores its newer ones (#SPILL!, #CALC!) as #VALUE!.
_STORED_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
# Characters that XML cannot hold are written _xHHHH_, and so is the underscore of text that looks like that.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_THIS_ROW = re.compile(r"([\w.\\]*)\[\[#This Row\],\[?([^\[\]]+)\]?(?::\[([^\[\]]+)\])?\]")


class Table(NamedTuple):
    """A table of the workbook: where it stands and what its columns are called."""

    name: str
    sheet: str
    area: Area
    columns: list[str]
    has_header: bool
    has_totals: bool


def without_this_row(text: str, sheet: str, row: int, tables: list[Table]) -> str:
    """Spell the this-row references of a formula, ``Pools[[#This Row],[WAC]]``, as the cells they mean."""

    def cells(found: re.Match[str]) -> str:
        name, first, last = found.groups()
        for table in tables:
            around = table.sheet == sheet and table.area.row <= row <= table.area.last_row
            if table.name == name or (not name and around):
                left, right = (table.area.column + table.columns.index(column) for column in (first, last or first))
                return f"{quoted(table.sheet)}!{Area(row, left, row, right)}"
        return found[0]

    return _THIS_ROW.sub(cells, text)


def _parse(xml: bytes) -> etree._Element:
    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    if root.getroottree().docinfo.internalDTD is not None:  # entities, which can reach for other files
        raise LookupError("one of its parts declares a document type")
    return root


class Sheet:
    """The cells of one worksheet.

    Attributes
    ----------
    formulas
        The text of every formula, without ``=``, by row and column; empty where a formula is shared from another cell.
    arrays
        The cells whose formula may fill others.
    changed
        Whether anything was written.
    """

    def __init__(self, xml: bytes) -> None:
        self._root = _parse(xml)
        self._rows = {int(row.attrib["r"]): row for row in self._root.iterfind(f"{_MAIN}sheetData/{_ROW}")}
        self._cells = {cell.attrib["r"]: cell for row in self._rows.values() for cell in row.iterfind(_CELL)}
        self.formulas: dict[tuple[int, int], str] = {}
        self.arrays: set[tuple[int, int]] = set()
        self.changed = False
        for formula in self._root.iterfind(f"{_MAIN}sheetData/{_ROW}/{_CELL}/{_FORMULA}"):
            if formula.get("t") != "dataTable":  # a what-if table keeps the values it has
                place = Area.parse(formula.getparent().attrib["r"])[:2]
                self.formulas[place] = formula.text or ""
                if formula.get("t") == "array":
                    self.arrays.add(place)
        self.clear()

    def clear(self) -> None:
        """Empty every cell that a formula fills: values would block the next spill, and some errors do not load."""
        for place in self.formulas:
            self.write(*place, None)
        for place in self.arrays:
            formula = self._cells[cell_name(*place)].find(_FORMULA)
            for child in Area.parse(formula.get("ref")).cells():
                if cell_name(*child) in self._cells and child not in self.formulas:
                    self.write(*child, None)
            formula.set("ref", cell_name(*place))

    def write_array(self, row: int, column: int, block: Block) -> None:
        """Write what an array formula fills; cells that are new to the sheet look like the formula's own."""
        anchor = self._cells[cell_name(row, column)]
        area = Area.of(row, column, block)
        anchor.find(_FORMULA).set("ref", str(area))
        values = (value for line in block for value in line)
        for place, value in zip(area.cells(), values, strict=True):
            self.write(*place, value, style=anchor.get("s"))

    def write(self, row: int, column: int, value: Cell, style: str | None = None) -> None:
        """Write one value; ``style`` is for a cell that the sheet does not have yet."""
        self.changed = True
        cell = self._cells.get(cell_name(row, column))
        if cell is None:
            cell = self._new_cell(row, column, style)
        for old in (*cell.iterfind(_VALUE), *cell.iterfind(_INLINE)):
            cell.remove(old)
        for attribute in ("t", "vm"):  # vm points to the details of the old value
            cell.attrib.pop(attribute, None)
        if value is None:
            return
        kind, text = _stored(value)
        if kind is not None:
            cell.set("t", kind)
        etree.SubElement(cell, _VALUE).text = text

    def style(self, row: int, column: int) -> int:
        """Return the number of a cell's style: its place among the cell formats of the workbook."""
        cell = self._cells.get(cell_name(row, column))
        return 0 if cell is None else int(cell.get("s", 0))

    def _new_cell(self, row: int, column: int, style: str | None) -> etree._Element:
        cell = etree.Element(_CELL, r=cell_name(row, column))
        if style is not None:
            cell.set("s", style)
        if row not in self._rows:
            self._rows[row] = etree.Element(_ROW, r=str(row))
            _insert(self._root.find(f"{_MAIN}sheetData"), self._rows[row], lambda line: int(line.get("r")) < row)
        self._rows[row].attrib.pop("spans", None)  # an optional hint, which the new cell may make wrong
        _insert(self._rows[row], cell, lambda other: Area.parse(other.get("r")).column < column)
        self._cells[cell_name(row, column)] = cell
        return cell

    def xml(self) -> bytes:
        """Return the sheet as the bytes of its part."""
        return bytes(etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _insert(parent: etree._Element, child: etree._Element, is_before: Callable[[etree._Element], bool]) -> None:
    """Insert a row or a cell in its order; looking from the end, where most are added."""
    for sibling in parent.iterchildren(child.tag, reversed=True):
        if is_before(sibling):
            sibling.addnext(child)
            return
    parent.insert(0, child)


def _stored(value: bool | float | str | datetime.date | CellError) -> tuple[str | None, str]:
    """Return the type attribute of a cell and the text of its value."""
    if isinstance(value, bool):
        return "b", str(int(value))
    if isinstance(value, CellError):
        return "e", value.code if value.code in _STORED_ERRORS else "#VALUE!"
    if isinstance(value, str):
        return "str", _ESCAPED.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    assert not isinstance(value, datetime.date)  # dates are serial numbers by now
    return None, repr(float(value))


class Package:
    """The parts of an .xlsx file, its worksheets open for values.

    Attributes
    ----------
    sheets
        The worksheets by name; chart sheets are not among them.
    tables
        The tables of all sheets.
    book
        The part of the workbook itself, to which `related` gives the others.
    pages
        The parts of its sheets, chart sheets too, in their order.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        self._entries, self._parts = _unzipped(data, name)
        self.pages: list[str] = []
        self._sheet_parts: dict[str, str] = {}
        self.sheets: dict[str, Sheet] = {}
        self.tables: list[Table] = []
        try:
            self.book = dict(self.related("").values())["officeDocument"]
            self._find_sheets(name)
        except (LookupError, etree.XMLSyntaxError) as fault:
            raise InputError("workbook", name, f"is not a whole .xlsx workbook ({fault}); save it again") from fault

    def _find_sheets(self, name: str) -> None:
        related, root = self.related(self.book), _parse(self._parts[self.book])
        properties = root.find(f"{_MAIN}workbookPr")
        if properties is not None and properties.get("date1904") in ("1", "true"):
            raise InputError("workbook", name, "counts days from 1904; switch that option off and enter its dates anew")
        for sheet in root.iterfind(f"{_MAIN}sheets/{_MAIN}sheet"):
            kind, part = related[sheet.get(_RELATION_ID)]
            self.pages.append(part)
            if kind == "worksheet":
                title = sheet.get("name")
                self._sheet_parts[part] = title
                self.sheets[title] = Sheet(self._parts[part])
                self.tables += [self._table(title, at) for kind, at in self.related(part).values() if kind == "table"]

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part points to inside the package: its kind and its part, by relationship id."""
        folder, name = posixpath.split(part)
        relations = self._parts.get(posixpath.join(folder, "_rels", f"{name}.rels"))
        return {
            relation.get("Id"): (
                posixpath.basename(relation.get("Type")),
                posixpath.normpath(posixpath.join("/", folder, relation.get("Target"))).lstrip("/"),
            )
            for relation in (_parse(relations) if relations else ())
            if relation.get("TargetMode") != "External"
        }

    def root(self, part: str) -> etree._Element:
        """Return the root element of a part."""
        try:
            return _parse(self._parts[part])
        except (LookupError, etree.XMLSyntaxError) as fault:
            raise InputError("workbook", self._name, f"is damaged in {part} ({fault}); save it again") from fault

    def _table(self, sheet: str, part: str) -> Table:
        root = _parse(self._parts[part])
        return Table(
            name=root.get("displayName"),
            sheet=sheet,
            area=Area.parse(root.get("ref")),
            columns=[column.get("name") for column in root.iter(f"{_MAIN}tableColumn")],
            has_header=root.get("headerRowCount") != "0",
            has_totals=root.get("totalsRowCount", "0") != "0",
        )

    def data(self) -> bytes:
        """Return the whole file; parts that were not written to are the bytes they were."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as package:
            for entry in self._entries:
                part = self._parts[entry.filename]
                sheet = self.sheets.get(self._sheet_parts.get(entry.filename, ""))
                package.writestr(entry, sheet.xml() if sheet is not None and sheet.changed else part)
        return target.getvalue()


def _unzipped(data: bytes, name: str) -> tuple[list[zipfile.ZipInfo], dict[str, bytes]]:
    if data.startswith(_COMPOUND_FILE):
        remedy = "is protected by a password, or an .xls of old; open it and save it as .xlsx without a password"
        raise InputError("workbook", name, remedy)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            return entries, {entry.filename: package.read(entry) for entry in entries}
    except (zipfile.BadZipFile, RuntimeError, zlib.error) as fault:
        raise InputError("workbook", name, "is not an .xlsx workbook; save it as .xlsx") from fault
