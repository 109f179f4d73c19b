"""What a workbook looks like, read from its package: the native charts and the number formats of cells.

Words of a chart that are a cell's, its title or the name of a series, are kept in it as last calculated, and some
programs read them there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import escape, unescape
from typing import Any, NamedTuple

from mbsxl.errors import InputError
from mbsxl_udfs.sheet.addresses import Area, cell_name, parted
from mbsxl_udfs.sheet.archive import Damaged
from mbsxl_udfs.sheet.package import Package

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Groups of series that have a picture: the group, how it arranges several series, which way it runs, and its kind.
_KINDS = {
    ("lineChart", "standard", ""): "line",
    ("barChart", "clustered", "col"): "column",
    ("barChart", "clustered", "bar"): "bar",
    ("areaChart", "stacked", ""): "area",
    ("scatterChart", "", ""): "scatter",
}
_TOGETHER = {"line", "column", "area"}  # the kinds that one chart may have several of
_GROUPING = {"lineChart": "standard", "barChart": "clustered", "areaChart": "standard"}  # where a chart is silent
_MOST_POINTS = 10_000  # of a series; a picture of more says no more, and takes minutes

# The formats that a workbook need not spell out (ECMA-376, part 1, 18.8.30).
_BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    14: "d mmm yyyy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    20: "h:mm",
    21: "h:mm:ss",
    22: "d mmm yyyy h:mm",
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    49: "@",
}


class DrawnSeries(NamedTuple):
    """One series as a chart draws it: its name, ranges (categories may have none), kind, colour, labels by point.

    The points of kind scatter are joined by lines; those of kind points are not.
    A name or label that begins with an equals sign is what the cell behind it says; so is a title of `Drawn`.
    """

    name: str
    categories: str
    values: str
    kind: str
    color: str
    labels: dict[int, str]


class Drawn(NamedTuple):
    """A native chart as its file has it: title, titles and number formats of both axes, value axis first, series.

    `reverse` is whether the axis across runs the other way: from the top down, where bars lie along it.
    """

    title: str
    axis: str
    number: str
    below: str
    across: str
    series: list[DrawnSeries]
    reverse: bool = False


def charts(package: Package) -> list[Drawn]:
    """Return the charts of a workbook that can be pictured, in their order; the others are left out.

    That is lines, clustered columns or bars, stacked areas, or points, on one pair of axes; every series from one row
    or one column of a sheet of the workbook, of 10,000 cells at most.
    """
    drawn = []
    for part in _parts(package):
        root = package.root(part)
        with package.reading(part):
            drawn.append(_drawn(root, package))
    return [each for each in drawn if each is not None]


def _parts(package: Package) -> Iterator[str]:
    """Yield the parts that hold charts, in their order."""
    for page in package.pages:
        for drawing in [part for kind, part in package.related(page).values() if kind == "drawing"]:
            related = package.related(drawing)
            for chart in package.root(drawing).iter(f"{_CHART}chart"):
                part = related.get(chart.get(_RELATION_ID, ""), ("", ""))[1]
                if part:
                    yield part


def with_words(package: Package, say: Callable[[str], str]) -> dict[str, bytes]:
    """Return the charts that keep other words of single cells than those cells now `say`, with the words put right."""

    def kept(found: re.Match[bytes]) -> bytes:
        reference = unescape(found["cell"].decode())
        if not _is_cell(reference, package):
            return found[0]
        return found["before"] + escape(say(reference), quote=False).encode() + found["after"]

    charts = {part: package.read(part) for part in dict.fromkeys(_parts(package))}
    said = {part: _KEPT.sub(kept, xml) for part, xml in charts.items()}
    return {part: xml for part, xml in said.items() if xml != charts[part]}


# The words of one cell, as a chart keeps them behind the reference.
_KEPT = re.compile(
    rb"""(?P<before><(?P<p>\w+:|)f>(?P<cell>[^<]*)</(?P=p)f>\s*<(?P=p)strCache>\s*<(?P=p)ptCount\ val="1"/>\s*
    <(?P=p)pt\ idx="0">\s*<(?P=p)v>)[^<]*(?P<after></(?P=p)v>)""",
    re.VERBOSE,
)


def _drawn(root: Any, package: Package) -> Drawn | None:
    area = root.find(f".//{_CHART}plotArea")
    groups = [] if area is None else [each for each in area.iterchildren("{*}*") if each.tag.endswith("Chart")]
    kinds, axes = {_kind(group) for group in groups}, _axes(area, groups)
    series = sorted(
        (
            (_number(each, "order"), _series(each, _kind(group), package))
            for group in groups
            for each in group.iterfind(f"{_CHART}ser")
        ),
        key=lambda pair: pair[0],
    )
    known = "" not in kinds and (len(kinds) == 1 or kinds <= _TOGETHER)
    if not (series and known and axes and all(_is_readable(each, package) for _, each in series)):
        return None
    across, values = axes
    return Drawn(
        title=_words(root.find(f"{_CHART}chart/{_CHART}title"), package),
        axis=_words(values.find(f"{_CHART}title"), package),
        number=_number_format(values),
        below=_words(across.find(f"{_CHART}title"), package),
        across=_number_format(across),
        series=[
            each if each.name else each._replace(name=f"Series {place}") for place, (_, each) in enumerate(series, 1)
        ],
        reverse=_attribute(across, f"scaling/{_CHART}orientation") == "maxMin",
    )


def _kind(group: Any) -> str:
    """Return the kind of a group of series, empty where it is not known here."""
    tag = group.tag.removeprefix(_CHART)
    grouping = _attribute(group, "grouping") or _GROUPING.get(tag, "")
    if tag == "areaChart" and len(group.findall(f"{_CHART}ser")) == 1:
        grouping = "stacked"  # one area alone looks the same
    way = (_attribute(group, "barDir") or "col") if tag == "barChart" else ""
    return _KINDS.get((tag, grouping, way), "")


def _axes(area: Any, groups: list[Any]) -> tuple[Any, Any] | None:
    """Return the axis across and the value axis that all groups share."""
    pairs = {tuple(each.get("val") for each in group.iterfind(f"{_CHART}axId")) for group in groups}
    if len(pairs) != 1:
        return None
    found = {_attribute(each, "axId"): each for each in area.iterchildren("{*}*") if each.tag.endswith("Ax")}
    pair = [found[name] for name in pairs.pop() if name in found]
    return (pair[0], pair[1]) if len(pair) == 2 else None


def _series(element: Any, kind: str, package: Package) -> DrawnSeries:
    if kind == "scatter" and element.find(f"{_CHART}spPr/{_DRAWING}ln/{_DRAWING}noFill") is not None:
        kind = "points"
    look = element.find(f"{_CHART}marker") if kind == "points" else element
    color = None if look is None else look.find(f"{_CHART}spPr//{_DRAWING}srgbClr")
    parts = ("xVal", "yVal") if kind in ("scatter", "points") else ("cat", "val")
    categories, values = (_range(element.find(f"{_CHART}{part}")) for part in parts)
    return DrawnSeries(
        _words(element.find(f"{_CHART}tx"), package),
        categories,
        values,
        kind,
        _color(color),
        {_number(label, "idx"): _words(label, package) for label in element.iter(f"{_CHART}dLbl")},
    )


def _color(element: Any) -> str:
    """Return the colour of a series, the house's where its own is not given as one."""
    value = "" if element is None else element.get("val", "")
    return f"#{value}" if re.fullmatch("[0-9A-Fa-f]{6}", value) else "#1F3A5F"


def _range(source: Any) -> str:
    """Return the range that a series takes its points from: empty where it has none, ``"typed"`` for typed numbers."""
    return "" if source is None else source.findtext(f".//{_CHART}f") or "typed"


def _is_readable(series: DrawnSeries, package: Package) -> bool:
    ranges = [series.values, *([series.categories] if series.categories else [])]
    return all(_is_line(text, package) for text in ranges)


def _is_line(text: str, package: Package) -> bool:
    sheet, cells = parted(text)
    try:
        area = Area.parse(cells)
    except InputError:
        return False
    rows, columns = area.last_row - area.row + 1, area.last_column - area.column + 1
    return sheet in package.sheets and min(rows, columns) == 1 and max(rows, columns) <= _MOST_POINTS


def _is_cell(text: str, package: Package) -> bool:
    return ":" not in text and _is_line(text, package)


def _attribute(element: Any, name: str) -> str:
    found = element.find(f"{_CHART}{name}")
    return "" if found is None else found.get("val", "")


def _number(element: Any, name: str) -> int:
    return int(_attribute(element, name) or 0)


def _words(element: Any, package: Package) -> str:
    """Return the words of a title, a name or a label; where it is that of a cell, the cell behind an equals sign."""
    cell = "" if element is None else element.findtext(f".//{_CHART}f") or ""
    return f"={cell}" if cell and _is_line(cell, package) else _text(element)


def _text(element: Any) -> str:
    """Return the words of a title or a label, typed or, where it is that of a cell, as last calculated."""
    if element is None:
        return ""
    return "".join(each.text or "" for each in element.iter(f"{_DRAWING}t", f"{_CHART}v"))


def _number_format(axis: Any) -> str:
    found = axis.find(f"{_CHART}numFmt")
    return "General" if found is None else found.get("formatCode", "General")


class NumberFormats:
    """The number formats of the cells of a workbook."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._of_styles = ["General"]
        part = dict(package.related(package.book).values()).get("styles")
        if part is not None:
            styles = package.root(part)
            with package.reading(part):
                self._of_styles = _codes(styles) or self._of_styles

    def of(self, sheet: str, row: int, column: int) -> str:
        """Return the number format of one cell."""
        with self._package.reading(self._package.parts[sheet]):
            style = self._package.sheets[sheet].style(row, column)
            if not 0 <= style < len(self._of_styles):
                raise Damaged(f"cell {cell_name(row, column)} has a style that there is not")
            return self._of_styles[style]


def _codes(styles: Any) -> list[str]:
    """Return the number format of every style, by its number."""
    codes = _BUILT_IN | {int(each.get("numFmtId")): each.get("formatCode") for each in styles.iter(f"{_MAIN}numFmt")}
    cells = styles.iterfind(f"{_MAIN}cellXfs/{_MAIN}xf")
    return [codes.get(int(each.get("numFmtId", 0)), "General") for each in cells]
