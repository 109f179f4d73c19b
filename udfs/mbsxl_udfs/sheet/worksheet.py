"""The cells of a worksheet as its part holds them: which have formulas, what they held, and values written back."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from lxml import etree

from mbsxl_udfs.sheet.addresses import Area, cell_name, place_of
from mbsxl_udfs.sheet.archive import Damaged
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.serial import serial_of_date

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
LAST = Area(1, 1, 1_048_576, 16_384)  # all the cells that a sheet has

_ROW, _CELL, _FORMULA, _VALUE, _INLINE = (f"{MAIN}{tag}" for tag in ("row", "c", "f", "v", "is"))
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
# The codes a cell of the file can hold; Excel too stores its newer ones (#SPILL!, #CALC!) as #VALUE!.
_STORED_ERRORS = {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"}
# Characters that XML cannot hold are written _xHHHH_, and so is the underscore of text that looks like that.
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")

_TRUTHS = {"1": True, "true": True, "0": False, "false": False}
_DAY = datetime.timedelta(days=1)
_START = "1899-12-31"  # the day that a time by itself is of

_Place = tuple[int, int]


class Sheet:
    """The cells of one worksheet.

    Attributes
    ----------
    formulas
        The text of every formula, without ``=``, by row and column; empty where a formula is shared from another cell.
    arrays
        The cells whose formula spills: it may fill others, as many as its result has.
    fixed
        The areas of array formulas of old, by their first cell: they fill these cells, no more and no fewer.
    shared
        The cell that has the text of a formula, by the cell that shares it.
    what_if
        The areas of what-if tables, which keep the values they have.
    filters
        The areas that a filter hides rows of, its own and those of its tables.
    changed
        Whether anything was written.
    root
        The root element of the part.
    """

    def __init__(self, root: etree._Element, texts: Sequence[str] = ()) -> None:
        self.root = root
        self._texts = texts
        self._rows: dict[int, etree._Element] = {}
        self._cells: dict[_Place, etree._Element] = {}
        self.changed = False
        self._find_cells()
        self.formulas: dict[_Place, str] = {}
        self.arrays: set[_Place] = set()
        self.fixed: dict[_Place, Area] = {}
        self.shared: dict[_Place, _Place] = {}
        self.what_if: list[Area] = []
        self.filters = filtered(root)
        masters: dict[str, _Place] = {}
        for place in sorted(self._cells):
            formula = self._cells[place].find(_FORMULA)
            if formula is None:
                continue
            # A what-if table keeps the values it has; a bare element marks what a volatile formula fills.
            if formula.get("t") == "dataTable":
                if formula.get("ref"):
                    self.what_if.append(Area.parse(formula.get("ref")))
                continue
            is_shared = formula.get("t") == "shared" and "si" in formula.attrib
            if is_shared or (formula.text or "").strip():
                self._add_formula(place, self._cells[place], formula)
            if is_shared:
                self._add_shared(place, formula, masters)

    def _find_cells(self) -> None:
        """Find every cell by its place.

        A row that does not say which it is is the one its cells say, or follows the one before, as a cell does.
        """
        row = 0
        for line in self.root.iterfind(f"{MAIN}sheetData/{_ROW}"):
            said = (name for cell in line.iterfind(_CELL) if (name := cell.get("r")))
            row = int(line.get("r") or next((place_of(name)[0] for name in said), row + 1))
            if row in self._rows or not 1 <= row <= LAST.last_row:
                raise Damaged(f"row {row} stands there twice, or is none")
            self._rows[row] = line
            column = 0
            for cell in line.iterfind(_CELL):
                name = cell.get("r")
                place = place_of(name) if name else (row, column + 1)
                column = place[1]
                if place[0] != row or place in self._cells or column > LAST.last_column:
                    raise Damaged(f"cell {cell_name(*place)} stands there twice, or in the wrong row")
                self._cells[place] = cell
                if not name or "r" not in line.attrib:
                    line.set("r", str(row))
                    cell.set("r", cell_name(*place))
                    self.changed = True

    def _add_formula(self, place: _Place, cell: etree._Element, formula: etree._Element) -> None:
        self.formulas[place] = formula.text or ""
        if formula.get("t") != "array":
            return
        area = Area.parse(formula.get("ref"))
        if area[:2] != place or not area.within(LAST):
            raise Damaged(f"the array formula in {cell_name(*place)} cannot fill {area}")
        if cell.get("cm") is None:
            self.fixed[place] = area
        else:
            self.arrays.add(place)

    def _add_shared(self, place: _Place, formula: etree._Element, masters: dict[str, _Place]) -> None:
        if formula.text:
            masters[formula.attrib["si"]] = place
        elif formula.attrib["si"] in masters:
            self.shared[place] = masters[formula.attrib["si"]]
        else:
            raise Damaged(f"cell {cell_name(*place)} shares a formula that is not there")

    def area(self, place: _Place) -> Area:
        """Return the cells that a formula fills, as the sheet has it now."""
        if place in self.arrays or place in self.fixed:
            return Area.parse(self._cells[place].find(_FORMULA).get("ref"))
        return Area(*place, *place)

    @property
    def hidden_rows(self) -> frozenset[int]:
        """The rows that are not shown."""
        return frozenset(row for row, line in self._rows.items() if line.get("hidden") in ("1", "true"))

    def places(self) -> Iterator[_Place]:
        """Yield the row and the column of every cell that the sheet has, row by row where it is in order."""
        return iter(self._cells)

    def held(self, row: int, column: int) -> Cell:
        """Return the value that the sheet holds in a cell: typed, or of a formula as last calculated."""
        cell = self._cells.get((row, column))
        return None if cell is None else value_of(cell, self._texts)

    def clear(self) -> None:
        """Empty the cells that array formulas fill beside their own."""
        for place in (*self.arrays, *self.fixed):
            for child in self._present(self.area(place)):
                if child not in self.formulas:
                    self.write(*child, None)

    def _present(self, area: Area) -> Iterator[_Place]:
        """Yield the places in an area where the sheet has a cell; an area may be larger than the sheet has cells."""
        if area.size <= len(self._cells):
            yield from (place for place in area.cells() if place in self._cells)
        else:
            yield from [place for place in self._cells if Area(*place, *place).within(area)]

    def write_array(self, row: int, column: int, block: Block) -> None:
        """Write what an array formula fills; cells that are new to the sheet look like the formula's own."""
        anchor = self._cells[row, column]
        area = Area.of(row, column, block)
        anchor.find(_FORMULA).set("ref", str(area))
        values = (value for line in block for value in line)
        for place, value in zip(area.cells(), values, strict=True):
            self.write(*place, value, style=anchor.get("s"))

    def write(self, row: int, column: int, value: Cell, style: str | None = None) -> None:
        """Write one value; ``style`` is for a cell that the sheet does not have yet."""
        self.changed = True
        cell = self._cells.get((row, column))
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
        stored = etree.SubElement(cell, _VALUE)
        stored.text = text
        if text != text.strip():
            stored.set(_SPACE, "preserve")

    def style(self, row: int, column: int) -> int:
        """Return the number of a cell's style: its place among the cell formats of the workbook."""
        cell = self._cells.get((row, column))
        return 0 if cell is None else int(cell.get("s", 0))

    def _new_cell(self, row: int, column: int, style: str | None) -> etree._Element:
        cell = etree.Element(_CELL, r=cell_name(row, column))
        if style is not None:
            cell.set("s", style)
        if row not in self._rows:
            self._rows[row] = etree.Element(_ROW, r=str(row))
            _insert(self.root.find(f"{MAIN}sheetData"), self._rows[row], lambda line: int(line.get("r")) < row)
        self._rows[row].attrib.pop("spans", None)  # an optional hint, which the new cell may make wrong
        _insert(self._rows[row], cell, lambda other: Area.parse(other.get("r")).column < column)
        self._cells[row, column] = cell
        return cell

    def xml(self) -> bytes:
        """Return the sheet as the bytes of its part."""
        return bytes(etree.tostring(self.root, xml_declaration=True, encoding="UTF-8", standalone=True))


def value_of(cell: etree._Element, texts: Sequence[str] = ()) -> Cell:
    """Return the value that the element of a cell holds; `texts` are those that cells refer to by their number."""
    value, inline, kind = cell.find(_VALUE), cell.find(_INLINE), cell.get("t", "n")
    if kind == "inlineStr" and inline is not None:
        return plain_text(inline)
    if value is None:
        return "" if kind == "inlineStr" else None
    if kind in ("str", "inlineStr"):
        return _words(value)
    text = (value.text or "").strip()
    return _read(kind, text, texts) if text else None


def _read(kind: str, text: str, texts: Sequence[str]) -> Cell:
    if kind == "s":
        if not 0 <= int(text) < len(texts):
            raise Damaged(f"there is no text number {text}")
        return texts[int(text)]
    if kind == "b":
        if text.lower() not in _TRUTHS:
            raise Damaged(f"{text} is neither true nor false")
        return _TRUTHS[text.lower()]
    if kind == "e":
        return CellError(text)
    if kind == "d":
        return _serial(text)
    number = float(text)
    if not math.isfinite(number):
        raise Damaged(f"{text} is no number that a cell can hold")
    return number


def filtered(root: etree._Element) -> list[Area]:
    """Return the area that the filter of a sheet or a table hides rows of; none where it shows them all."""
    return [Area.parse(each.get("ref")) for each in root.iterfind(f"{MAIN}autoFilter") if len(each)]


def unescaped(text: str) -> str:
    """Return a text with the characters that a file writes as _xHHHH_."""
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def plain_text(element: etree._Element) -> str:
    """Return the words of a text with its formats; what is said of their pronunciation is left out."""
    runs = (unescaped(run.text or "") for run in element.iterfind(f"{MAIN}r/{MAIN}t"))
    return "".join((*map(_words, element.iterfind(f"{MAIN}t")), *runs))


def _words(element: etree._Element) -> str:
    """Return the text of an element, as Excel reads it: the spaces around it count only where the file says so."""
    text = element.text or ""
    return unescaped(text if element.get(_SPACE) == "preserve" else text.strip(" \t\r\n"))


def _serial(text: str) -> float:
    """Return the serial number of a date, a time, or both, written as the standard of dates has them."""
    moment = datetime.datetime.fromisoformat(f"{_START}T{text}" if text[2:3] == ":" else text).replace(tzinfo=None)
    midnight = datetime.datetime.combine(moment.date(), datetime.time())
    return serial_of_date(np.datetime64(moment, "D")) + (moment - midnight) / _DAY


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
