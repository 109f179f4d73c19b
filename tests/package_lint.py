"""A lint of .xlsx and .xlam files: what makes Excel repair a file, or refuse it, and no schema sees.

`faults(data)` lists them. Sources: ECMA-376 part 1 (18, the elements and their order) and part 2 (the package);
[MS-XLSX] 2.2.2 for the names of newer functions; Excel's specifications and limits.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from lxml import etree
from openpyxl.utils.cell import column_index_from_string

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
TYPES = "[Content_Types].xml"

# The children of a worksheet and of a workbook in their order.
_SHEET = """
sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios
autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations
hyperlinks printOptions pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches
ignoredErrors smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems tableParts
extLst
"""
_BOOK = """
fileVersion fileSharing workbookPr AlternateContent revisionPtr workbookProtection bookViews sheets functionGroups
externalReferences definedNames calcPr oleSize customWorkbookViews pivotCaches smartTagPr smartTagTypes webPublishing
fileRecoveryPr webPublishObjects extLst
"""
SHEET, BOOK = _SHEET.split(), _BOOK.split()
ATTRIBUTES = {
    "sheetData": "",
    "row": "r spans s customFormat ht hidden customHeight outlineLevel collapsed thickTop thickBot ph dyDescent",
    "c": "r s t cm vm ph",
    "f": "t aca ref dt2D dtr del1 del2 r1 r2 ca si bx space",
    "v": "space",
}
CELL_TYPES = {None, "b", "d", "e", "inlineStr", "n", "s", "str"}
MOST_ROWS, MOST_COLUMNS, LONGEST_TEXT, LONGEST_FORMULA = 1_048_576, 16_384, 32_767, 8_192

_NEWER = """
ACOT ACOTH AGGREGATE ANCHORARRAY ARABIC ARRAYTOTEXT BASE BETA.DIST BETA.INV BINOM.DIST BINOM.DIST.RANGE BINOM.INV
BITAND BITLSHIFT BITOR BITRSHIFT BITXOR BYCOL BYROW CEILING.MATH CEILING.PRECISE CHISQ.DIST CHISQ.DIST.RT CHISQ.INV
CHISQ.INV.RT CHISQ.TEST CHOOSECOLS CHOOSEROWS COMBINA CONCAT CONFIDENCE.NORM CONFIDENCE.T COT COTH COVARIANCE.P
COVARIANCE.S CSC CSCH DAYS DECIMAL DROP ENCODEURL ERF.PRECISE ERFC.PRECISE EXPAND EXPON.DIST F.DIST F.DIST.RT F.INV
F.INV.RT F.TEST FILTER FILTERXML FLOOR.MATH FLOOR.PRECISE FORECAST.ETS FORECAST.ETS.CONFINT FORECAST.ETS.SEASONALITY
FORECAST.ETS.STAT FORECAST.LINEAR FORMULATEXT GAMMA GAMMA.DIST GAMMA.INV GAMMALN.PRECISE GAUSS GROUPBY HSTACK
HYPGEOM.DIST IFNA IFS IMAGE IMCOSH IMCOT IMCSC IMCSCH IMSEC IMSECH IMSINH IMTAN ISFORMULA ISOMITTED ISOWEEKNUM LAMBDA
LET LOGNORM.DIST LOGNORM.INV MAKEARRAY MAP MAXIFS MINIFS MODE.MULT MODE.SNGL MUNIT NEGBINOM.DIST NORM.DIST NORM.INV
NORM.S.DIST NORM.S.INV NUMBERVALUE PDURATION PERCENTILE.EXC PERCENTILE.INC PERCENTOF PERCENTRANK.EXC PERCENTRANK.INC
PERMUTATIONA PHI PIVOTBY POISSON.DIST QUARTILE.EXC QUARTILE.INC RANDARRAY RANK.AVG RANK.EQ REDUCE REGEXEXTRACT
REGEXREPLACE REGEXTEST RRI SCAN SEC SECH SEQUENCE SHEET SHEETS SINGLE SKEW.P SORT SORTBY STDEV.P STDEV.S SWITCH T.DIST
T.DIST.2T T.DIST.RT T.INV T.INV.2T T.TEST TAKE TEXTAFTER TEXTBEFORE TEXTJOIN TEXTSPLIT TOCOL TOROW TRIMRANGE UNICHAR
UNICODE UNIQUE VALUETOTEXT VAR.P VAR.S VSTACK WEBSERVICE WEIBULL.DIST WRAPCOLS WRAPROWS XLOOKUP XMATCH XOR Z.TEST
"""
NEWER = frozenset(_NEWER.split())
_TEXT = re.compile(r'"(?:[^"]|"")*"|\'(?:[^\']|\'\')*\'')
_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(")
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_NAME = re.compile(r"[^\W\d][\w.\\?]*|\\[\w.\\?]*")
_CELL_LIKE = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d*|[Cc]\d*|[Rr]\d*[Cc]\d*")
_CLOSERS = {")": "(", "}": "{", "]": "["}


def faults(data: bytes) -> list[str]:
    """Return what is wrong with a file; nothing where it is sound."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = package.namelist()
        parts = {name: package.read(name) for name in names}
    found = [
        f"{name}: {count} parts of this name" for name, count in Counter(map(str.lower, names)).items() if count > 1
    ]
    try:
        roots = {name: etree.fromstring(part) for name, part in parts.items() if name.endswith((".xml", ".rels"))}
    except etree.XMLSyntaxError as fault:
        return [*found, f"not XML: {fault}"]
    found += _package(parts, roots)
    found += _book(parts, roots)
    return found


def _package(parts: dict[str, bytes], roots: dict[str, etree._Element]) -> Iterator[str]:
    """Yield faults of the package: content types, and relationships that lead nowhere."""
    types = roots[TYPES]
    own = Counter(kind.get("PartName", "").lstrip("/") for kind in types if "PartName" in kind.attrib)
    for name, count in own.items():
        if name not in parts:
            yield f"{TYPES}: {name} is not there"
        if count > 1:
            yield f"{TYPES}: {name} has {count} types"
    usual = {kind.get("Extension", "").lower(): kind.get("ContentType") for kind in types if "Extension" in kind.attrib}
    for name in parts.keys() - own.keys() - {TYPES}:
        if usual.get(name.rpartition(".")[2].lower(), "application/xml") == "application/xml":
            yield f"{name}: no content type"
    for name in parts:
        if name.endswith(".xml"):
            yield from _relations(name, parts, roots)


def _relations(name: str, parts: dict[str, bytes], roots: dict[str, etree._Element]) -> Iterator[str]:
    folder, file = posixpath.split(name)
    listed = roots.get(f"{folder}/_rels/{file}.rels", ())
    ids = Counter(relation.get("Id") for relation in listed)
    yield from (f"{name}: {count} relations {each}" for each, count in ids.items() if count > 1)
    for relation in listed:
        target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target"))).lstrip("/")
        if relation.get("TargetMode") != "External" and target not in parts:
            yield f"{name}: its relation {relation.get('Id')} leads to {target}, which is not there"
    for value in roots[name].xpath("//@relations:*", namespaces={"relations": RELATIONS.strip("{}")}):
        if value not in ids:
            yield f"{name}: no relation {value}"


def _book(parts: dict[str, bytes], roots: dict[str, etree._Element]) -> Iterator[str]:
    """Yield faults of the workbook and of what is in it."""
    book = roots["xl/workbook.xml"]
    yield from _order("xl/workbook.xml", book, BOOK)
    titles = [sheet.get("name") for sheet in book.iter(f"{MAIN}sheet")]
    for title, count in Counter(map(str.lower, titles)).items():
        if count > 1 or not 0 < len(title) <= 31 or re.search(r"[][:*?/\\]|^'|'$", title):
            yield f"sheet {title!r}: a name twice, or one that no sheet can have"
    yield from _names(book)
    sheets = {name: root for name, root in roots.items() if root.tag == f"{MAIN}worksheet"}
    styles = roots.get("xl/styles.xml")
    yield from _styles(styles) if styles is not None else ()
    limits = _limits(roots)
    for name in sheets:
        yield from (f"{name}: {fault}" for fault in _sheet(parts[name], limits))
    if (order := roots.get("xl/calcChain.xml")) is not None:
        yield from _calculation(order, book, roots)
    tables = [root for root in roots.values() if root.tag == f"{MAIN}table"]
    for key in ("id", "displayName"):
        for value, count in Counter(table.get(key, "").lower() for table in tables).items():
            if count > 1:
                yield f"table: {count} of {key} {value}"
    for table in tables:
        columns = Counter(column.get("name", "").lower() for column in table.iter(f"{MAIN}tableColumn"))
        yield from (f"table {table.get('name')}: {each!r} twice" for each, count in columns.items() if count > 1)


def _calculation(order: etree._Element, book: etree._Element, roots: dict[str, etree._Element]) -> Iterator[str]:
    """Yield the cells that the order of calculation names and that hold no formula."""
    targets = {each.get("Id"): f"xl/{each.get('Target')}" for each in roots["xl/_rels/workbook.xml.rels"]}
    parts = {sheet.get("sheetId"): targets[sheet.get(f"{RELATIONS}id")] for sheet in book.iter(f"{MAIN}sheet")}
    number = ""
    for cell in order:
        number = cell.get("i", number)
        found = roots[parts[number]].find(f".//{MAIN}c[@r='{cell.get('r')}']/{MAIN}f")
        if found is None:
            yield f"xl/calcChain.xml: {cell.get('r')} of sheet {number} holds no formula"


def _order(name: str, root: etree._Element, order: list[str]) -> Iterator[str]:
    tags = [etree.QName(child).localname for child in root if isinstance(child.tag, str)]
    yield from (f"{name}: unknown {tag}" for tag in tags if tag not in order)
    places = [order.index(tag) for tag in tags if tag in order]
    if places != sorted(places):
        yield f"{name}: elements out of order: {' '.join(tags)}"


def _names(book: etree._Element) -> Iterator[str]:
    seen: set[tuple[str, str | None]] = set()
    for defined in book.iter(f"{MAIN}definedName"):
        name = defined.get("name")
        if (name.lower(), defined.get("localSheetId")) in seen:
            yield f"name {name}: twice"
        seen.add((name.lower(), defined.get("localSheetId")))
        legal = _NAME.fullmatch(name) and len(name) <= 255 and not (_CELL_LIKE.fullmatch(name) and _is_cell(name))
        if not legal:
            yield f"name {name}: illegal, or like a cell"
        yield from (f"name {name}: {fault}" for fault in _formula(defined.text or ""))


def _is_cell(name: str) -> bool:
    """Whether a text that looks like a cell lies on the sheet: ABC1234 does, TAX2025 does not, XFE1 does not."""
    found = re.fullmatch(r"([A-Z]{1,3})(\d+)", name.upper())
    if found is None or name.upper() in ("R", "C"):
        return True  # as R1C1
    return column_index_from_string(found[1]) <= MOST_COLUMNS and 1 <= int(found[2]) <= MOST_ROWS


class Limits(NamedTuple):
    """How many there are of what a cell points to by number."""

    styles: int
    formats: int  # of conditional formatting
    texts: int
    cm: int
    vm: int


def _limits(roots: dict[str, etree._Element]) -> Limits:

    def count(part: str, *path: str) -> int:
        root = roots.get(part)
        return 0 if root is None else len(root.findall("/".join(MAIN + tag for tag in path)))

    styles, metadata = "xl/styles.xml", "xl/metadata.xml"
    return Limits(
        styles=count(styles, "cellXfs", "xf"),
        formats=count(styles, "dxfs", "dxf"),
        texts=count("xl/sharedStrings.xml", "si"),
        cm=count(metadata, "cellMetadata", "bk"),
        vm=count(metadata, "valueMetadata", "bk"),
    )


def _styles(styles: etree._Element) -> Iterator[str]:
    """Yield formats that point to a font, a fill, a border, a style or a number format that is not there."""
    counts = {name: len(styles.findall(f"{MAIN}{name}/*")) for name in ("fonts", "fills", "borders", "cellStyleXfs")}
    lists = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
    own = {int(code.get("numFmtId")) for code in styles.iter(f"{MAIN}numFmt")}
    for place, xf in enumerate(styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf")):
        for attribute, name in lists.items():
            if int(xf.get(attribute, 0)) >= counts[name]:
                yield f"format {place}: no {attribute} {xf.get(attribute)}"
        if int(xf.get("numFmtId", 0)) >= 164 and int(xf.get("numFmtId")) not in own:
            yield f"format {place}: no number format {xf.get('numFmtId')}"


@cache
def _sheet(part: bytes, limits: Limits) -> list[str]:
    """Return the faults of a sheet, remembered: copies of a workbook share most of theirs."""
    return list(_of_sheet(etree.fromstring(part), limits))


def _of_sheet(root: etree._Element, limits: Limits) -> Iterator[str]:
    yield from _order("worksheet", root, SHEET)
    last_row = 0
    for row in root.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        number = int(row.get("r", last_row + 1))
        if not last_row < number <= MOST_ROWS:
            yield f"row {number}: twice, out of order, or too far down"
        last_row, last_column = number, 0
        for cell in row.iterfind(f"{MAIN}c"):
            found = _CELL.fullmatch(cell.get("r", ""))
            if found is None or int(found[2]) != number:
                yield f"cell {cell.get('r')}: not of row {number}"
                continue
            column = column_index_from_string(found[1])
            if not last_column < column <= MOST_COLUMNS:
                yield f"cell {cell.get('r')}: twice, out of order, or too far right"
            last_column = column
            yield from (f"cell {cell.get('r')}: {fault}" for fault in _cell(cell, limits))
    for element in root.iterfind(f".//{MAIN}sheetData"):
        yield from _attributes([element, *element.iter(*(MAIN + tag for tag in ATTRIBUTES))])
    yield from _around(root, limits)


def _cell(cell: etree._Element, limits: Limits) -> Iterator[str]:
    kind, value = cell.get("t"), cell.findtext(f"{MAIN}v")
    if kind not in CELL_TYPES:
        yield f"unknown type {kind}"
    if not 0 <= int(cell.get("s", 0)) < max(limits.styles, 1):
        yield f"style {cell.get('s')} of {limits.styles}"
    for attribute, most in (("cm", limits.cm), ("vm", limits.vm)):
        if not 0 <= int(cell.get(attribute, 0)) <= most:
            yield f"{attribute} {cell.get(attribute)} of {most}"
    if kind == "s" and not (value or "").isdecimal():
        yield f"shared string {value!r}"
    elif kind == "s" and int(value or 0) >= limits.texts:
        yield f"shared string {value} of {limits.texts}"
    if kind in (None, "n") and value is not None and not re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", value):
        yield f"{value!r} is not a number"
    if kind == "str" and len(value or "") > LONGEST_TEXT:
        yield f"a text of {len(value or '')} letters"
    formula = cell.find(f"{MAIN}f")
    if formula is not None:
        if formula.get("t") == "array" and not formula.get("ref"):
            yield "an array formula that fills no range"
        yield from _formula(formula.text or "")


def _attributes(elements: Iterable[etree._Element]) -> Iterator[str]:
    for element in elements:
        tag = etree.QName(element).localname
        unknown = {etree.QName(name).localname for name in element.attrib} - set(ATTRIBUTES[tag].split())
        if unknown:
            yield f"{tag}: unknown attribute {', '.join(sorted(unknown))}"


def _around(root: etree._Element, limits: Limits) -> Iterator[str]:
    """Yield faults of what stands around the cells: merged ones, conditional formats, validations."""
    merged = [_corners(each.get("ref")) for each in root.iter(f"{MAIN}mergeCell")]
    for place, one in enumerate(merged):
        if any(_meet(one, other) for other in merged[:place]):
            yield f"merged cells {one} overlap others"
    for rule in root.iter(f"{MAIN}cfRule"):
        if rule.get("dxfId") and int(rule.get("dxfId")) >= limits.formats:
            yield f"conditional format: no dxf {rule.get('dxfId')}"
    for tag in ("formula", "formula1", "formula2"):
        for formula in root.iter(MAIN + tag):
            yield from _formula(formula.text or "")
            if tag != "formula" and len(formula.text or "") > 255:
                yield f"validation: {len(formula.text or '')} letters"
    for validation in root.iter(f"{MAIN}dataValidation"):
        for attribute, longest in (("promptTitle", 32), ("errorTitle", 32), ("prompt", 255), ("error", 255)):
            if len(validation.get(attribute, "")) > longest:
                yield f"validation of {validation.get('sqref')}: its {attribute} is too long"


def _corners(reference: str) -> tuple[int, int, int, int]:
    ends = [_CELL.fullmatch(end) for end in (reference.split(":") * 2)[:2]]
    (left, top), (right, bottom) = ((column_index_from_string(end[1]), int(end[2])) for end in ends if end)
    return left, top, right, bottom


def _meet(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


@cache
def _formula(text: str) -> list[str]:
    """Return what is wrong with a formula: its brackets, its length, a newer function without its prefix."""
    return list(_of_formula(text))


def _of_formula(text: str) -> Iterator[str]:
    if len(text) > LONGEST_FORMULA:
        yield f"a formula of {len(text)} letters"
    bare = _TEXT.sub("''", text)
    open_ones: list[str] = []
    for letter in bare:
        if letter in "({[":
            open_ones.append(letter)
        elif letter in _CLOSERS and (not open_ones or open_ones.pop() != _CLOSERS[letter]):
            open_ones.append(letter)
            break
    if open_ones or '"' in bare or text.startswith("=") or re.search(r"[-+*/^&=<>,]$", bare.strip()):
        yield f"a broken formula: {text}"
    for name in _CALLED.findall(bare):
        if name.upper() in NEWER:
            yield f"{name} without _xlfn.: {text}"
