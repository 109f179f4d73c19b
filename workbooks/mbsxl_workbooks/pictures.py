"""The native charts of a workbook as pictures, drawn from its cells, for reports that need no spreadsheet program."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mbsxl_udfs.cells import Block
from mbsxl_workbooks.appearance import Chart, ChartSeries
from mbsxl_workbooks.numbers import date_of, is_date, shown

Read = Callable[[str], Block]

_UNIX_EPOCH = 25569  # as a serial number: a date axis counts days from it
_GREY, _LINE = "#556070", "#E4E8EE"
_CHARACTERS_ACROSS = 55  # that fit in one line under a chart; longer labels break at their spaces, as in spreadsheets
_STYLE = {
    "font.family": "sans-serif",
    "font.sans-serif": ["Calibri", "Carlito", "Segoe UI", "Helvetica Neue", "Arial", "DejaVu Sans"],
    "font.size": 9,
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
    "svg.fonttype": "none",
    "svg.hashsalt": "mbsxl",
}


def draw(chart: Chart, read: Read, beside: Sequence[Read] = (), file_format: str = "svg") -> bytes:
    """Return the picture of a chart; `read` gives the values of a range.

    The value axis has room for the same chart of other values, `beside` which it is to be seen.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with mpl.rc_context(_STYLE):  # type: ignore[arg-type]
        figure = Figure(figsize=(5.6, 3.2), layout="constrained")
        axes = figure.add_subplot()
        _plot(axes, chart, read)
        low, high = _span(chart, (read, *beside))
        above = 0.12 if any(series.labels for series in chart.series) else 0.05
        axes.set_ylim(low - 0.05 * (high - low) * (low != 0), high + above * (high - low))
        axes.yaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer="." not in chart.number))
        axes.set_title(chart.title, color="#1F3A5F", fontsize=11, fontweight="bold", loc="left")
        axes.set_ylabel(chart.axis)
        axes.set_xlabel(chart.below)
        axes.yaxis.set_major_formatter(lambda value, _: shown(value, chart.number))
        axes.tick_params(length=0)
        if len(chart.series) > 1 or chart.series[0].name not in ("", chart.title):
            in_a_line = 5 if len("".join(each.name for each in chart.series)) < _CHARACTERS_ACROSS else 4
            figure.legend(loc="outside lower center", ncols=in_a_line, frameon=False)
        target = io.BytesIO()
        figure.savefig(target, format=file_format, dpi=150, metadata={"Date": None} if file_format == "svg" else None)
    return target.getvalue()


def _plot(axes: Any, chart: Chart, read: Read) -> None:
    if chart.series[0].kind == "scatter":
        _points(axes, chart, read)
        return
    labels = [cell for row in read(chart.series[0].categories) for cell in row]
    places: Any = np.arange(len(labels))
    if is_date(chart.across):
        places = np.array([date_of(float(cell)) for cell in labels])  # type: ignore[arg-type]
        if "d" in chart.across:
            axes.xaxis.set_major_formatter(lambda value, _: shown(_UNIX_EPOCH + value, chart.across))
    columns = [series for series in chart.series if series.kind == "column"]
    areas = [series for series in chart.series if series.kind == "area"]
    for order, series in enumerate(columns):
        _bars(axes, places, _values(series, read), series, order, len(columns))
    if areas:
        stacked = [_values(series, read) for series in areas]
        names, colors = [series.name for series in areas], [series.color for series in areas]
        axes.stackplot(places, stacked, labels=names, colors=colors)
    for series in chart.series:
        if series.kind == "line":
            axes.plot(places, _values(series, read), label=series.name, color=series.color, linewidth=2)
    if not is_date(chart.across):
        step = -(-len(labels) // 12)
        names = [shown(cell, chart.across) for cell in labels[::step]]
        crowded = len("".join(names)) > _CHARACTERS_ACROSS
        axes.set_xticks(places[::step], [name.replace(" ", "\n") if crowded else name for name in names])


def _points(axes: Any, chart: Chart, read: Read) -> None:
    for series in chart.series:
        x, y = (_numbers(read(text)) for text in (series.categories, series.values))
        axes.plot(x, y, label=series.name, color=series.color, linewidth=1.5, marker="o", markersize=5)
        for label, *place in zip(series.labels, x, y, strict=False):
            axes.annotate(label, place, (0, 5), textcoords="offset points", ha="center", color=series.color)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(lambda value, _: shown(value, chart.across))


def _span(chart: Chart, reads: Sequence[Read]) -> tuple[float, float]:
    """Return the span of the value axis: as a spreadsheet's from zero, unless all values are far above it."""
    series = [[_values(each, read) for each in chart.series] for read in reads]
    if all(each.kind == "area" for each in chart.series):
        series = [[np.sum(values, axis=0)] for values in series]
    every = np.concatenate([np.concatenate(values) for values in series])
    low, high = float(np.nanmin(every)), float(np.nanmax(every))
    from_zero = any(each.kind in ("column", "area") for each in chart.series) or low < 5 / 6 * high
    return (min(low, 0.0) if from_zero else low), (high if high > low else low + 1)


def _bars(axes: Any, places: Any, heights: Any, series: ChartSeries, order: int, count: int) -> None:
    whole = 0.75 * float(np.min(np.diff(places)) / (places[1] - places[0]) if len(places) > 1 else 1)
    step = (places[1] - places[0]) if len(places) > 1 else 1
    width = step * whole / count
    axes.bar(places + (order - (count - 1) / 2) * width, heights, width, label=series.name, color=series.color)


def _values(series: ChartSeries, read: Read) -> Any:
    return _numbers(read(series.values))


def _numbers(block: Block) -> Any:
    cells = [cell for row in block for cell in row]
    return np.array([float(cell) if isinstance(cell, int | float) else np.nan for cell in cells])
