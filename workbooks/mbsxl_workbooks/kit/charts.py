"""The native charts of the templates, as a template says them and as XlsxWriter draws them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import xlsxwriter

from mbsxl_workbooks.kit.style import FORMATS, NAVY, PALETTE

_CHART_SIZE = {"width": 436, "height": 272}
_CHART_TYPES: dict[str, dict[str, str]] = {
    "line": {"type": "line"},
    "column": {"type": "column"},
    "bar": {"type": "bar"},
    "area": {"type": "area", "subtype": "stacked"},
    "scatter": {"type": "scatter", "subtype": "straight_with_markers"},
}


class Series(NamedTuple):
    """One series of a chart: a name, two ranges, its kind, what its points are called, colour.

    Kinds are line, column, bar, area, scatter, whose points are joined, and points, which are not.
    """

    name: str
    categories: str
    values: str
    kind: str = "line"
    labels: Sequence[str] = ()
    color: str = ""


class Chart(NamedTuple):
    """A native chart: what its value axis shows, formats of both axes, dates a label, the other title."""

    title: str
    axis: str
    series: Sequence[Series]
    number: str = "integer"
    across: str = "general"
    step: int = 1
    below: str = ""


def draw(workbook: xlsxwriter.Workbook, chart: Chart, spell: Callable[[str], str] = str) -> Any:
    """Return a chart of columns, lines, stacked areas, lines over columns, bars from the top down, or points.

    `spell` gives the cells of what the chart speaks of by name; a name that begins with an equals sign is in a cell.
    """
    groups = ["scatter" if each.kind == "points" else each.kind for each in chart.series]
    drawn = {group: workbook.add_chart(_CHART_TYPES[group]) for group in dict.fromkeys(groups)}
    for place, (group, each) in enumerate(zip(groups, chart.series, strict=True)):
        drawn[group].add_series(_series(_spelt(each, spell), each.color or PALETTE[place % len(PALETTE)]))
    first, *others = drawn.values()
    for other in others:
        first.combine(other)
    _dress(first, chart)
    return first


def _spelt(series: Series, spell: Callable[[str], str]) -> Series:
    return series._replace(
        name=spell(series.name),
        categories=spell(series.categories),
        values=spell(series.values),
        labels=[spell(label) for label in series.labels],
    )


def _series(series: Series, color: str) -> dict[str, Any]:
    marker = {"type": "circle", "size": 6, "fill": {"color": color}, "border": {"color": color}}
    looks: dict[str, dict[str, Any]] = {
        "line": {"line": {"color": color, "width": 2.25}},
        "column": {"fill": {"color": color}, "gap": 40},
        "bar": {"fill": {"color": color}, "gap": 40},
        "area": {"fill": {"color": color}, "line": {"color": color}},
        "scatter": {"line": {"color": color, "width": 1.5}, "marker": marker},
        "points": {"line": {"none": True}, "marker": marker},
    }
    look = looks[series.kind]
    if series.labels:
        font = {"name": "Calibri", "size": 9, "color": color}
        custom = [{"value": label} for label in series.labels]
        look["data_labels"] = {"value": True, "position": "above", "font": font, "custom": custom}
    return {"name": series.name, "categories": f"={series.categories}", "values": f"={series.values}", **look}


def _dress(drawn: Any, chart: Chart) -> None:
    font = {"name": "Calibri", "size": 9, "color": "#556070"}
    drawn.set_title(
        {"name": chart.title, "name_font": {"name": "Calibri", "size": 12, "color": NAVY}, "overlay": False}
    )
    drawn.set_legend({"position": "bottom", "font": font})
    drawn.set_size(_CHART_SIZE)
    drawn.set_chartarea({"border": {"color": "#D5DAE2"}})
    values: dict[str, Any] = {
        "name": chart.axis,
        "name_font": {**font, "bold": False},
        "num_font": font,
        "num_format": FORMATS[chart.number],
        "major_gridlines": {"visible": True, "line": {"color": "#E4E8EE", "width": 0.75}},
        "line": {"none": True},
    }
    across: dict[str, Any] = {"num_font": font, "label_position": "low", "num_format": FORMATS[chart.across]}
    if chart.across in ("year", "month", "day"):
        across |= {"date_axis": True, "major_unit": chart.step, "major_unit_type": f"{chart.across}s"}
    if chart.below:
        across |= {"name": chart.below, "name_font": {**font, "bold": False}}
    if chart.series[0].kind == "bar":  # whose first stands on top, the values below
        drawn.set_x_axis(values | {"label_position": "high"})
        drawn.set_y_axis(across | {"reverse": True, "major_gridlines": {"visible": False}})
    else:
        drawn.set_x_axis(across)
        drawn.set_y_axis(values)
