"""The formulas of an .xlsx file spelt anew, or left with their values only; everything else byte for byte as it was."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping
from xml.sax.saxutils import escape, unescape

from lxml import etree

from mbsxl.errors import InputError

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PART = re.compile(r"xl/(?!externalLinks/).*\.xml")
_BOOK, _RELATIONS, _TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
_ENTITIES = {"&quot;": '"', "&apos;": "'", "&#34;": '"', "&#39;": "'"}

# The elements that hold a formula: of cells, names, table columns, validations, conditional formats and charts.
_FORMULA = re.compile(
    r"""(<(?:\w+:)?(?:f|definedName|calculatedColumnFormula|totalsRowFormula|formula[12]?)(?:\s(?:"[^"]*"|[^>"])*)?>)"""
    r"""([^<]+)"""
)
# A cell with a formula: its tag, whose `cm` says that the formula spills, and the formula.
_CELL = re.compile(r"(<(?:\w+:)?c\s[^>]*>)\s*<((?:\w+:)?f)(?:\s[^>]*?)?(?:/>|>[^<]*</\2>)")
# A link is the number of another file, before a sheet or a name of it: [1]!f, '[2]My sheet'!A1. A text is passed over.
_LINK = re.compile(
    r"""
    "(?:[^"]|"")*"
    | (?<![\w\])]) \[(?P<bare>\d+)\] (?=[\w.:]*!)
    | (?<=') \[(?P<quoted>\d+)\] (?=(?:[^']|'')*'!)
    """,
    re.VERBOSE,
)
# A call: the file before it, as a program writes the path of an add-in, and the name before the bracket.
_CALL = re.compile(
    r"""
    "(?:[^"]|"")*"
    | (?:(?:\[\d+\] | '(?:[^']|'')*\.(?:xlam?|xll|xls[mb])\]?' | [^\W\d][\w.]*\.(?:xlam?|xll|xls[mb]))!)?
      (?<![\w.]) (?P<name>[^\W\d][\w.]*) (?=\s*\()
    | '(?:[^']|'')*'!?
    """,
    re.VERBOSE | re.IGNORECASE,
)


def renamed(formula: str, names: Mapping[str, str]) -> str:
    """Return a formula with functions called by other names; what stands in a text or names a sheet stays.

    Parameters
    ----------
    formula
        The formula as a file holds it.
    names
        The new name of a function by the one it has, in upper case. The file before it, an add-in's, goes.

    Examples
    --------
    >>> renamed('[1]!DOUBLE(A1)&"DOUBLE(1)"&_xll.Double (2)', {"DOUBLE": "TWICE", "_XLL.DOUBLE": "TWICE"})
    'TWICE(A1)&"DOUBLE(1)"&TWICE (2)'
    """

    def spelt(found: re.Match[str]) -> str:
        return names.get((found["name"] or "").upper(), found[0])

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
        text = unescape(found[2], _ENTITIES)
        spelt = spell(text)
        return found[0] if spelt == text else found[1] + escape(spelt)

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
    return _changed(data, lambda xml: _CELL.sub(lambda cell: re.sub(r'\scm="\d+"', "", cell[1]), xml))


def _changed(data: bytes, change: Callable[[str], str]) -> bytes:
    """Return a workbook with the parts that can hold formulas changed, and no link left that lost its last reader."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source:
            entries = source.infolist()
            parts = {entry.filename: source.read(entry) for entry in entries}
        texts = {name: part.decode("utf-8") for name, part in parts.items() if _PART.fullmatch(name)}
    except (zipfile.BadZipFile, UnicodeDecodeError) as fault:
        raise InputError("workbook", "", "is not an .xlsx workbook; save it as .xlsx") from fault
    changed = {name: change(text) for name, text in texts.items()}
    if changed == texts:
        return data
    if idle := _links(texts.values()) - _links(changed.values()):
        changed = {name: _without_links(text, idle) for name, text in changed.items()}
    parts |= {name: text.encode() for name, text in changed.items() if text != texts[name]}
    if idle:
        _drop_links(parts, idle)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as copy:
        for entry in entries:
            if entry.filename in parts:
                copy.writestr(entry, parts[entry.filename])
    return target.getvalue()


def _links(texts: Iterable[str]) -> set[int]:
    """Return the numbers of the other files that formulas refer to."""
    formulas = (unescape(found[2], _ENTITIES) for text in texts for found in _FORMULA.finditer(text))
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
        text = unescape(found[2], _ENTITIES)
        counted = _LINK.sub(number, text)
        return found[0] if counted == text else found[1] + escape(counted)

    return _FORMULA.sub(formula, xml)


def _drop_links(parts: dict[str, bytes], idle: set[int]) -> None:
    """Take links out of the workbook, its relations, the list of parts, and the parts themselves."""
    book, relations, types = (etree.fromstring(parts[name]) for name in (_BOOK, _RELATIONS, _TYPES))
    listed = book.find(f"{_MAIN}externalReferences")
    links = list(listed) if listed is not None else []
    gone = {links[number - 1].get(_RELATION_ID): links[number - 1] for number in idle if number <= len(links)}
    for relation in list(relations):
        if relation.get("Id") in gone:
            part = posixpath.normpath(posixpath.join("/xl", relation.get("Target")))
            folder, name = posixpath.split(part.lstrip("/"))
            for each in (f"{folder}/{name}", f"{folder}/_rels/{name}.rels"):
                parts.pop(each, None)
            for kind in [kind for kind in types if kind.get("PartName") == part]:
                types.remove(kind)
            relations.remove(relation)
    for link in gone.values():
        listed.remove(link)
    if listed is not None and not len(listed):
        book.remove(listed)
    for name, root in ((_BOOK, book), (_RELATIONS, relations), (_TYPES, types)):
        parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
