"""What a workbook looks like, read from its file: the native charts and the number formats of cells."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from typing import Any, NamedTuple

from lxml import etree

_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_KINDS = {
    f"{_CHART}lineChart": "line",
    f"{_CHART}barChart": "column",
    f"{_CHART}areaChart": "area",
    f"{_CHART}scatterChart": "scatter",
}

# The formats that a workbook need not spell out (ECMA-376, part 1, 18.8.30), as far as the templates' kind is met.
_BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    14: "d mmm yyyy",
    49: "@",
}


class ChartSeries(NamedTuple):
    """One series of a chart: its name, the ranges it draws, its kind, its colour, and what its points are called."""

    name: str
    categories: str
    values: str
    kind: str
    color: str
    labels: list[str]


class Chart(NamedTuple):
    """A native chart: title, titles and number formats of the value axis and of the other, series."""

    title: str
    axis: str
    number: str
    below: str
    across: str
    series: list[ChartSeries]


def charts(data: bytes) -> list[Chart]:
    """Return the charts of a workbook in the order of its file, as far as they are of the kinds known here."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = [name for name in package.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", name)]
        names.sort(key=lambda name: int(re.sub(r"\D", "", name)))
        return [_chart(_parse(package.read(name))) for name in names]


def _chart(root: Any) -> Chart:
    area = root.find(f".//{_CHART}plotArea")
    series = [_series(each, kind) for tag, kind in _KINDS.items() for each in area.iterfind(f"{tag}/{_CHART}ser")]
    series.sort(key=lambda pair: pair[0])
    *other, values = (each for tag in ("dateAx", "catAx", "valAx") for each in area.iterfind(f"{_CHART}{tag}"))
    return Chart(
        title=_text(root.find(f".//{_CHART}chart/{_CHART}title")),
        axis=_text(values.find(f"{_CHART}title")),
        number=_number_format(values),
        below=_text(other[0].find(f"{_CHART}title")),
        across=_number_format(other[0]),
        series=[each for _, each in series],
    )


def _series(element: Any, kind: str) -> tuple[int, ChartSeries]:
    order = int(element.find(f"{_CHART}order").get("val"))
    color = element.find(f"{_CHART}spPr//{_DRAWING}srgbClr")
    name = element.find(f"{_CHART}tx//{_CHART}v")
    parts = ("xVal", "yVal") if kind == "scatter" else ("cat", "val")
    categories, values = (element.findtext(f"{_CHART}{part}//{_CHART}f", "") for part in parts)
    return order, ChartSeries(
        "" if name is None else name.text,
        categories,
        values,
        kind,
        "#1F3A5F" if color is None else f"#{color.get('val')}",
        [_text(label) for label in element.iter(f"{_CHART}dLbl")],
    )


def _text(element: Any) -> str:
    return "" if element is None else "".join(each.text or "" for each in element.iter(f"{_DRAWING}t"))


def _number_format(axis: Any) -> str:
    found = None if axis is None else axis.find(f"{_CHART}numFmt")
    return "General" if found is None else found.get("formatCode")


def number_formats(data: bytes) -> dict[str, dict[str, str]]:
    """Return the number format of every cell that has a style, by sheet and cell name."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        styles = _parse(package.read("xl/styles.xml"))
        codes = _BUILT_IN | {
            int(each.get("numFmtId")): each.get("formatCode") for each in styles.iter(f"{_MAIN}numFmt")
        }
        of_style = [codes.get(int(each.get("numFmtId", 0)), "General") for each in styles.find(f"{_MAIN}cellXfs")]
        relations = {each.get("Id"): each.get("Target") for each in _parse(package.read("xl/_rels/workbook.xml.rels"))}
        sheets = _parse(package.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        parts = {each.get("name"): _part(relations[each.get(_RELATION_ID)]) for each in sheets}
        return {
            name: {
                cell.get("r"): of_style[int(cell.get("s", 0))] for cell in _parse(package.read(part)).iter(f"{_MAIN}c")
            }
            for name, part in parts.items()
            if "worksheets/" in part
        }


def _part(target: str) -> str:
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")


def _parse(xml: bytes) -> Any:
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
