"""The formulas of an .xlsx file spelt anew, or left with their values only; everything else byte for byte as it was."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from functools import partial
from html import escape, unescape

from lxml import etree

from mbsxl_udfs.sheet.archive import Archive

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PART = re.compile(r"xl/(?!externalLinks/).*\.xml")
_ORDER = "xl/calcChain.xml"  # in which the cells with formulas are calculated
_BOOK, _RELATIONS, _TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"

# The elements that hold a formula: of cells, names, table columns, validations, conditional formats and charts.
_FORMULA = re.compile(
    r"""(<(?:\w+:)?(?:f|definedName|calculatedColumnFormula|totalsRowFormula|formula[12]?)(?:\s(?:"[^"<]*"|[^<>"])*+)?>)"""
    r"""([^<]+)"""
)
# A cell with a formula: its tag, whose `cm` says that the formula spills, and the formula.
_CELL = re.compile(r"(<(?:\w+:)?c\s[^<>]*+>)\s*+<((?:\w+:)?f)(?:\s[^<>]*?)?(?:/>|>[^<]*+</\2>)")
# A formula and the value it had.
_VALUE = re.compile(r"(<((?:\w+:)?)f(?:\s[^<>]*?)?(?:/>|>[^<]*+</\2f>))\s*+<\2v>[^<]*+</\2v>")
# A link is the number of another file, before a sheet or a name of it: [1]!f, '[2]My sheet'!A1. A text is passed over.
_LINK = re.compile(
    r"""
    "(?:[^"]|"")*+"
    | (?<![\w\])]) \[(?P<bare>\d+)\] (?=[\w.:]*+!)
    | (?<=') \[(?P<quoted>\d+)\] (?=(?:[^']|'')*+'!)
    """,
    re.VERBOSE,
)
# A call: the name before the bracket, and before it what holds the function, a sheet or the file of an add-in.
_CALL = re.compile(
    r"""
    "(?:[^"]|"")*+"
    | (?<![\w.]) (?:(?P<holder>\[\d+\] | '(?:[^']|'')*+' | [^\W\d][\w.]*+)!)?
      (?<![\w.]) (?P<name>[^\W\d][\w.]*+) (?=\s*\()
    | '(?:[^']|'')*+'!?
    """,
    re.VERBOSE,
)
_FILE = re.compile(r"\[\d+\]|.*\.(?:xlam?|xll|xls[mb])\]?'?", re.IGNORECASE | re.DOTALL)


def renamed(formula: str, rename: Callable[[str], str | None]) -> str:
    """Return a formula with functions called by other names; what stands in a text or names a sheet stays.

    Parameters
    ----------
    formula
        The formula as a file holds it.
    rename
        Gives the new name of a function by the one it has, None where it stays. The file before it, an add-in's, goes.

    Examples
    --------
    >>> renamed('[1]!DOUBLE(A1)&"DOUBLE(1)"&SUM(2)', {"DOUBLE": "TWICE"}.get)
    'TWICE(A1)&"DOUBLE(1)"&SUM(2)'
    """

    def spelt(found: re.Match[str]) -> str:
        ours = found["name"] and (found["holder"] is None or _FILE.fullmatch(found["holder"]))
        return (rename(found["name"]) if ours else None) or found[0]

    return _CALL.sub(spelt, formula)


def respelt(data: bytes, spell: Callable[[str], str]) -> bytes:
    """Return a workbook whose formulas are spelt anew, without the links to other files that none needs any more.

    Parameters
    ----------
    data
        The .xlsx file.
    spell
        Gives the new spelling of a formula by the one in the file.

    Raises
    ------
    InputError
        Where the data are not an .xlsx workbook.
    """

    def formula(found: re.Match[str]) -> str:
        text = unescape(found[2])
        spelt = spell(text)
        return found[0] if spelt == text else found[1] + escape(spelt, quote=False)

    return _changed(data, lambda xml: _FORMULA.sub(formula, xml))


def values_only(data: bytes) -> bytes:
    """Return a workbook with the value of each formula in its place, for a program that has not got its functions.

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
    return _changed(data, lambda xml: _CELL.sub(lambda cell: re.sub(r'\scm="\d+"', "", cell[1]), xml), leave=_ORDER)


def uncalculated(data: bytes) -> bytes:
    """Return a workbook whose formulas have no values, so that the program that opens it calculates them all.

    Parameters
    ----------
    data
        The .xlsx file.

    Raises
    ------
    InputError
        Where the data are not an .xlsx workbook.
    """
    return _changed(data, lambda xml: _VALUE.sub(r"\1", xml))


def _changed(data: bytes, change: Callable[[str], str], leave: str = "") -> bytes:
    """Return a workbook with the parts that can hold formulas changed, and no link left that lost its last reader.

    `leave` is a part that is left out.
    """
    archive = Archive(data, "workbook")
    names = [entry.filename for entry in archive.entries]
    texts = {name: _text(archive, name) for name in names if _PART.fullmatch(name)}
    changed = {name: change(text) for name, text in texts.items()}
    if changed == texts:
        return data
    idle = _links(texts.values()) - _links(changed.values())
    if idle:
        changed = {name: _without_links(text, idle) for name, text in changed.items()}
    parts = {name: text.encode() for name, text in changed.items() if text != texts[name]}
    dropped = {leave} & set(names)
    if idle:
        dropped |= _unlisted(archive, parts, idle)
    if dropped:
        _drop(archive, parts, dropped)
    return archive.copy({name: partial(bytes, part) for name, part in parts.items()}, without=dropped)


def _text(archive: Archive, part: str) -> str:
    with archive.reading(part):
        return archive.read(part).decode("utf-8")


def _links(texts: Iterable[str]) -> set[int]:
    """Return the numbers of the other files that formulas refer to."""
    written = (found[2] for text in texts for found in _FORMULA.finditer(text))
    formulas = (unescape(formula) for formula in written if "[" in formula or "&#" in formula)
    return {_number(found) for formula in formulas for found in _LINK.finditer(formula)} - {0}


def _number(found: re.Match[str]) -> int:
    """Return which file a link means; 0 where it is none, but a text."""
    return int(found["bare"] or found["quoted"] or 0)


def _without_links(xml: str, idle: set[int]) -> str:
    """Return a part whose formulas count the other files without those that are idle."""

    def number(found: re.Match[str]) -> str:
        link = _number(found)
        return f"[{link - sum(each < link for each in idle)}]" if link else found[0]

    def formula(found: re.Match[str]) -> str:
        text = unescape(found[2])
        counted = _LINK.sub(number, text)
        return found[0] if counted == text else found[1] + escape(counted, quote=False)

    return _FORMULA.sub(formula, xml)


def _unlisted(archive: Archive, parts: dict[str, bytes], idle: set[int]) -> set[str]:
    """Take links off the list of the workbook; return their parts."""
    with archive.reading(_BOOK):
        book = etree.fromstring(parts.get(_BOOK) or archive.read(_BOOK), etree.XMLParser(resolve_entities=False))
        listed = book.find(f"{_MAIN}externalReferences")
        links = list(listed) if listed is not None else []
        gone = {links[number - 1].get(_RELATION_ID): links[number - 1] for number in idle if number <= len(links)}
        for link in gone.values():
            listed.remove(link)
        if listed is not None and not len(listed):
            book.remove(listed)
        parts[_BOOK] = _written(book)
    return {_part(relation) for relation in archive.root(_RELATIONS) if relation.get("Id") in gone}


def _drop(archive: Archive, parts: dict[str, bytes], names: set[str]) -> None:
    """Take parts off the relations of the workbook and the list of types, and their own relations with them."""
    relations, types = archive.root(_RELATIONS), archive.root(_TYPES)
    for relation in [each for each in relations if _part(each) in names]:
        relations.remove(relation)
    for kind in [each for each in types if each.get("PartName", "").lstrip("/") in names]:
        types.remove(kind)
    parts |= {_RELATIONS: _written(relations), _TYPES: _written(types)}
    names |= {f"{posixpath.dirname(name)}/_rels/{posixpath.basename(name)}.rels" for name in names}


def _part(relation: etree._Element) -> str:
    """Return the part that a relation of the workbook leads to."""
    return posixpath.normpath(posixpath.join("/xl", relation.get("Target"))).lstrip("/")


def _written(root: etree._Element) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
