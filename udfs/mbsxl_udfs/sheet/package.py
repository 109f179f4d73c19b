"""The .xlsx package: its worksheets open for values, its tables, and the way from one part to another.

Only the sheets that hold formulas or changed inputs are written anew, and in them only the values; tables, styles and
all the rest stay byte for byte what they were, charts but for the words of cells that they keep.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from lxml import etree

from mbsxl.errors import InputError
from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.archive import Archive, Damaged
from mbsxl_udfs.sheet.tables import Table
from mbsxl_udfs.sheet.worksheet import MAIN, Sheet, filtered, plain_text, unescaped

_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class Name(NamedTuple):
    """A defined name: what it stands for, as the text of a formula; it is known on one sheet only, or on all."""

    name: str
    text: str
    sheet: str | None


class Package:
    """The parts of an .xlsx file, its worksheets open for values.

    Attributes
    ----------
    sheets
        The worksheets by name; chart sheets are not among them.
    tables
        The tables of all sheets.
    names
        The defined names; those that Excel keeps for itself, such as print areas, are not among them.
    book
        The part of the workbook itself, to which `related` gives the others.
    pages
        The parts of its sheets, chart sheets too, in their order.
    parts
        The part of every worksheet, by its name.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self._name = name
        self._archive = Archive(data, name)
        self.reading = self._archive.reading
        self.read, self.root = self._archive.read, self._archive.root
        self.pages: list[str] = []
        self.parts: dict[str, str] = {}
        self.sheets: dict[str, Sheet] = {}
        self.tables: list[Table] = []
        self.names: list[Name] = []
        books = [part for kind, part in self.related("").values() if kind == "officeDocument"]
        if not books or books[0] not in self._archive:
            raise InputError("workbook", name, "is not a whole .xlsx workbook; save it again")
        self.book = books[0]
        self._find_sheets()
        if not self.sheets:
            raise InputError("workbook", name, "has no worksheet; add one and save it again")

    def _find_sheets(self) -> None:
        related, root = self.related(self.book), self.root(self.book)
        texts = self._texts()
        titles: list[str] = []
        properties = root.find(f"{MAIN}workbookPr")
        if properties is not None and properties.get("date1904") in ("1", "true"):
            remedy = "counts days from 1904; switch that option off and enter its dates anew"
            raise InputError("workbook", self._name, remedy)
        for sheet in root.iterfind(f"{MAIN}sheets/{MAIN}sheet"):
            with self.reading(self.book):
                title = sheet.get("name")
                if not title or sheet.get(_RELATION_ID) not in related:
                    raise Damaged(f"it has no part for the sheet {title}")
            kind, part = related[sheet.get(_RELATION_ID)]
            self.pages.append(part)
            titles.append(title)
            if kind == "worksheet":
                self._add_sheet(title, part, texts)
        with self.reading(self.book):
            self.names = list(_names(root, titles))

    def _texts(self) -> list[str]:
        """Return the texts that cells refer to by their number."""
        part = dict(self.related(self.book).values()).get("sharedStrings")
        if part is None:
            return []
        root = self.root(part)
        with self.reading(part):
            return [plain_text(text) for text in root.iterfind(f"{MAIN}si")]

    def _add_sheet(self, title: str, part: str, texts: list[str]) -> None:
        root = self.root(part)
        with self.reading(part):
            if title in self.sheets:
                raise Damaged(f"it is the second sheet called {title}")
            self.sheets[title] = Sheet(root, texts)
        self.parts[title] = part
        for kind, place in self.related(part).values():
            if kind == "table":
                table = self.root(place)
                with self.reading(place):
                    self.tables.append(_table(title, table))
                    self.sheets[title].filters += filtered(table)

    def related(self, part: str) -> dict[str, tuple[str, str]]:
        """Return what a part points to inside the package: its kind and its part, by relationship id."""
        folder, name = posixpath.split(part)
        place = posixpath.join(folder, "_rels", f"{name}.rels")
        if place not in self._archive:
            return {}
        root = self.root(place)
        with self.reading(place):
            return {
                relation.get("Id"): (
                    posixpath.basename(relation.get("Type")),
                    posixpath.normpath(posixpath.join("/", folder, relation.get("Target"))).lstrip("/"),
                )
                for relation in root.iterchildren("{*}Relationship")
                if relation.get("TargetMode") != "External"
            }

    def data(self, charts: Mapping[str, bytes]) -> bytes:
        """Return the whole file, with the charts given; parts that were not written to hold what they held."""
        sheets = {part: self.sheets[title].xml for title, part in self.parts.items() if self.sheets[title].changed}
        return self._archive.copy(sheets | {part: partial(bytes, xml) for part, xml in charts.items()})


def _names(book: etree._Element, titles: list[str]) -> Iterator[Name]:
    for each in book.iterfind(f"{MAIN}definedNames/{MAIN}definedName"):
        local = each.get("localSheetId")
        if not each.attrib["name"].startswith("_xlnm."):
            yield Name(each.attrib["name"], each.text or "", None if local is None else titles[int(local)])


def _table(sheet: str, root: etree._Element) -> Table:
    return Table(
        name=root.attrib["displayName"],
        sheet=sheet,
        area=Area.parse(root.attrib["ref"]),
        columns=[unescaped(column.attrib["name"]) for column in root.iter(f"{MAIN}tableColumn")],
        has_header=root.get("headerRowCount") != "0",
        has_totals=root.get("totalsRowCount", "0") != "0",
    )
