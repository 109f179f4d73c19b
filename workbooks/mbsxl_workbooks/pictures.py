"""The native charts of a workbook as pictures, drawn from its cells, for reports that need no spreadsheet program."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mbsxl_udfs.sheet.cells import Block, Cell
from mbsxl_udfs.sheet.charts import Drawn, DrawnSeries
from mbsxl_udfs.sheet.numbers import is_date, shown

Read = Callable[[str], Block]

_UNIX_EPOCH = 25569  # as a serial number: a date axis counts days from it
_DATES = (61, 1_000_000)  # the serial numbers that a date axis takes: March 1900 to the year 4637
_LARGEST = 1e100  # a larger number would leave no room on its axis
_GREY, _LINE = "#556070", "#E4E8EE"
_CHARACTERS_ACROSS = 55  # that fit in one line under a chart; longer labels break at their spaces, as in spreadsheets
_CHARACTERS_BESIDE = 28  # that stand in one line left of a bar
_LEGEND_ACROSS, _LEGEND_MARK = 85, 8  # characters that fit in one line of a legend; what a mark is as wide as
_SIZE = 9  # of letters, in points
_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Calibri", "Carlito", "Segoe UI", "Helvetica Neue", "Arial", "DejaVu Sans"],
    "font.size": _SIZE,
    "text.color": _GREY,
    "axes.labelcolor": _GREY,
    "axes.edgecolor": "#B8C0CC",
    "xtick.color": _GREY,
    "ytick.color": _GREY,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": _LINE,
    "axes.axisbelow": True,
    "text.parse_math": False,  # a title may speak of $
    "svg.fonttype": "none",
    "svg.hashsalt": "mbsxl",
}


def draw(chart: Drawn, read: Read, beside: Sequence[Read] = (), file_format: str = "svg") -> bytes:
    """Return the picture of a chart; `read` gives the values of a range.

    The value axis has room for the same chart of other values, `beside` which it is to be seen. Cells that hold no
    number leave a gap; a chart of such cells alone has an axis from 0 to 1.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    chart = spoken(chart, read)
    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(5.6, 3.2))
        axes: Any = figure.add_subplot()
        _plot(axes, chart, read)
        low, high = _span(chart, (read, *beside))
        above = 0.12 if any(series.labels for series in chart.series) else 0.05
        across, values = (axes.yaxis, axes.xaxis) if _lies(chart) else (axes.xaxis, axes.yaxis)
        set_limits = axes.set_xlim if _lies(chart) else axes.set_ylim
        set_limits(low - 0.05 * (high - low) * (low != 0), high + above * (high - low))
        values.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer="." not in chart.number))
        axes.set_title(chart.title, color="#1F3A5F", fontsize=11, fontweight="bold", loc="left")
        values.set_label_text(chart.axis)
        across.set_label_text(chart.below)
        values.set_major_formatter(lambda value, _: shown(value, chart.number))
        values.grid(True)
        across.grid(False)
        across.set_inverted(chart.reverse)
        axes.tick_params(length=0)
        if len(chart.series) > 1 or chart.series[0].name not in ("Series 1", chart.title):
            handles, names = axes.get_legend_handles_labels()
            figure.legend(handles, names, loc="lower center", ncols=_in_a_line(chart), frameon=False)
        figure.subplots_adjust(*_margins(chart, axes))
        target = io.BytesIO()
        figure.savefig(target, format=file_format, dpi=150, metadata={"Date": None} if file_format == "svg" else None)
    return target.getvalue()


def spoken(chart: Drawn, read: Read) -> Drawn:
    """Return a chart whose words are said: those that are a cell's are what the cell says."""

    def said(text: str) -> str:
        return shown(read(text[1:])[0][0], "General") if text.startswith("=") else text

    series = [
        each._replace(name=said(each.name), labels={place: said(label) for place, label in each.labels.items()})
        for each in chart.series
    ]
    return chart._replace(title=said(chart.title), axis=said(chart.axis), below=said(chart.below), series=series)


def _lies(chart: Drawn) -> bool:
    """Return whether the value axis lies along the bottom, as that of bars does."""
    return chart.series[0].kind == "bar"


def _margins(chart: Drawn, axes: Any) -> tuple[float, float, float, float]:
    """Return where the axes begin and end: left, bottom, right, top. To measure every text takes as long as drawing."""
    title_across, title_up = (chart.axis, chart.below) if _lies(chart) else (chart.below, chart.axis)
    below = 0.07 if title_across else 0
    legend = 0.03 + 0.06 * -(-len(chart.series) // _in_a_line(chart))
    lines = max((label.get_text().count("\n") + 1 for label in axes.get_xticklabels()), default=1)
    names = [label.get_text() for label in axes.get_yticklabels()]
    widest = max((len(line) for name in names for line in name.split("\n")), default=0)
    left = max(0.11, 0.03 + 0.0125 * widest) + (0.03 if title_up else 0)
    return left, 0.13 + below + legend + 0.055 * max(lines - 1, 0), 0.98, 0.9


def _in_a_line(chart: Drawn) -> int:
    """Return how many series of a legend stand beside each other: as many as fit, at most five."""
    longest = max(len(each.name) for each in chart.series)
    return min(max(int(_LEGEND_ACROSS / (longest + _LEGEND_MARK)), 1), 5, len(chart.series))


def _plot(axes: Any, chart: Drawn, read: Read) -> None:
    if chart.series[0].kind in ("scatter", "points"):
        _points(axes, chart, read)
        return
    values = _columns(chart, read)
    labels = _labels(chart, read, len(values[0]))
    dates = _dates(labels) if is_date(chart.across) and not _lies(chart) else None
    places = np.arange(float(len(labels))) if dates is None else dates
    drawn = list(zip(chart.series, values, strict=True))
    columns = [pair for pair in drawn if pair[0].kind in ("column", "bar")]
    for order, (series, heights) in enumerate(columns):
        _bars(axes, places, heights, series, order, len(columns))
    areas = [pair for pair in drawn if pair[0].kind == "area"]
    if areas:
        names, colors = [series.name for series, _ in areas], [series.color for series, _ in areas]
        axes.stackplot(places, [np.nan_to_num(heights) for _, heights in areas], labels=names, colors=colors)
    for series, heights in drawn:
        if series.kind == "line":
            axes.plot(places, heights, label=series.name, color=series.color, linewidth=2)
    if dates is None:
        _name_places(axes, places, labels, chart)
    else:
        _date_axis(axes, chart.across)


def _date_axis(axes: Any, across: str) -> None:
    from matplotlib.dates import AutoDateLocator

    axes.xaxis_date()
    axes.xaxis.set_major_locator(AutoDateLocator(minticks=3, maxticks=7))  # type: ignore[no-untyped-call]
    if "d" in across:
        axes.xaxis.set_major_formatter(lambda value, _: shown(_UNIX_EPOCH + value, across))


def _name_places(axes: Any, places: Any, labels: list[Cell], chart: Drawn) -> None:
    step = -(-len(labels) // 12)
    names = [shown(cell, chart.across) for cell in labels[::step]]
    if _lies(chart):
        axes.set_yticks(places[::step], [textwrap.fill(name, _CHARACTERS_BESIDE) for name in names])
        return
    if len("".join(names)) > _CHARACTERS_ACROSS:
        names = [name.replace(" ", "\n") for name in names]
        widest = max(len(word) for name in names for word in name.split("\n")) + 2  # and a space on each side
        axes.tick_params(axis="x", labelsize=_SIZE * min(1, max(0.7, _LEGEND_ACROSS / (widest * len(names)))))
    axes.set_xticks(places[::step], names)


def _points(axes: Any, chart: Drawn, read: Read) -> None:
    for series, y in zip(chart.series, _columns(chart, read), strict=True):
        x = _numbers(_line(read(series.categories)), len(y)) if series.categories else np.full(len(y), np.nan)
        if np.isnan(x).all():  # as where there are texts only, or nothing
            x = np.arange(1.0, len(y) + 1)
        line = "none" if series.kind == "points" else "solid"
        axes.plot(x, y, label=series.name, color=series.color, linestyle=line, linewidth=1.5, marker="o", markersize=5)
        for place, label in series.labels.items():
            if place < len(y) and np.isfinite(x[place] + y[place]):
                at = (x[place], y[place])
                axes.annotate(label, at, (0, 5), textcoords="offset points", ha="center", color=series.color)
    axes.set_xlim(left=min(0, axes.dataLim.x0) if np.isfinite(axes.dataLim.x0) else 0)
    axes.xaxis.set_major_formatter(lambda value, _: shown(value, chart.across))


def _span(chart: Drawn, reads: Sequence[Read]) -> tuple[float, float]:
    """Return the span of the value axis: as a spreadsheet's from zero, unless all values are far above it."""
    every = np.concatenate([heights for read in reads for heights in _heights(chart, read)])
    every = every[np.isfinite(every)]
    if not every.size:
        return 0.0, 1.0
    low, high = float(every.min()), float(every.max())
    from_zero = any(each.kind in ("column", "bar", "area") for each in chart.series) or low < 5 / 6 * high
    low, high = (min(low, 0.0), max(high, 0.0)) if from_zero else (low, high)
    return low, (high if high > low else low + 1)


def _heights(chart: Drawn, read: Read) -> list[Any]:
    """Return what the value axis must have room for: every series, the areas as one stack."""
    drawn = list(zip(chart.series, _columns(chart, read), strict=True))
    areas = [values for series, values in drawn if series.kind == "area"]
    return [values for series, values in drawn if series.kind != "area"] + [np.nansum(areas, axis=0)] * bool(areas)


def _bars(axes: Any, places: Any, heights: Any, series: DrawnSeries, order: int, count: int) -> None:
    gaps = np.diff(np.unique(places))
    width = 0.75 * (float(gaps.min()) if gaps.size else 1.0) / count
    draw_bars = axes.barh if series.kind == "bar" else axes.bar
    draw_bars(places + (order - (count - 1) / 2) * width, heights, width, label=series.name, color=series.color)


def _labels(chart: Drawn, read: Read, count: int) -> list[Cell]:
    """Return what the places across are called: as the first series has them, or 1, 2, 3, ..."""
    text = chart.series[0].categories
    labels: list[Cell] = _line(read(text)) if text else [float(place) for place in range(1, count + 1)]
    return (labels + [None] * count)[:count]


def _dates(labels: list[Cell]) -> Any:
    """Return the days of a date axis, or None where a label is no date."""
    numbers = _numbers(labels, len(labels))
    return numbers - _UNIX_EPOCH if ((numbers >= _DATES[0]) & (numbers <= _DATES[1])).all() else None


def _columns(chart: Drawn, read: Read) -> list[Any]:
    """Return the values of every series, all as many as the longest has."""
    lines = [_line(read(series.values)) for series in chart.series]
    return [_numbers(line, max(map(len, lines))) for line in lines]


def _numbers(line: list[Cell], count: int) -> Any:
    """Return so many numbers, NaN where a cell holds none."""
    numbers = [float(cell) if isinstance(cell, int | float) and abs(cell) < _LARGEST else np.nan for cell in line]
    return np.array((numbers + [np.nan] * count)[:count])


def _line(block: Block) -> list[Cell]:
    return [cell for row in block for cell in row]
