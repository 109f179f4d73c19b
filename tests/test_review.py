"""A review survives any workbook: charts it cannot picture are left out, the rest is drawn."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from matplotlib.figure import Figure
from openpyxl.chart import LineChart, Reference
from xlsxwriter.chart_bar import ChartBar

from mbsxl.errors import InputError
from mbsxl_udfs.sheet.charts import charts
from mbsxl_udfs.sheet.package import Package
from mbsxl_workbooks import pictures, report
from mbsxl_workbooks.review import Review, review

Look = dict[str, Any]
CATEGORIES, VALUES = "=Data!$A$1:$A$4", "=Data!$B$1:$B$4"


def reviewed(folder: Path, *looks: tuple[Look, list[Look]], dress: Callable[[Any], None] = lambda _: None) -> Review:
    """Review a workbook with the charts given, each a type and its series."""
    path = folder / "own.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Data")
        for row, value in enumerate((3, -1, 4.5, 1)):
            sheet.write_row(row, 0, (f"item {row}", value, 46000 + row))
        for place, (kind, series) in enumerate(looks):
            chart = book.add_chart(kind)
            for each in series:
                chart.add_series(each)
            dress(chart)
            sheet.insert_chart(place * 15, 5, chart)
    found = review(str(path), {}, folder / "out")
    assert report.page([found]).count("<svg") == len(found.pictures)
    return found


LINE = ({"type": "line"}, [{"categories": CATEGORIES, "values": VALUES}])


@pytest.mark.parametrize(
    "kind",
    [
        {"type": "pie"},
        {"type": "doughnut"},
        {"type": "radar"},
        {"type": "column", "subtype": "percent_stacked"},
        {"type": "line", "subtype": "stacked"},
        {"type": "stock"},
    ],
)
def test_other_kinds_are_left_out(kind: Look, tmp_path: Path) -> None:
    assert len(reviewed(tmp_path, (kind, [{"categories": CATEGORIES, "values": VALUES}]), LINE).pictures) == 1


@pytest.mark.parametrize(
    "values",
    [
        "=Data!$B:$B",
        "=Data!$A$1:$B$4",
        "=Data!$B$1:$B$1000000",
        "=[1]Other!$B$1:$B$4",
        "=Data!figures",
        "=Gone!$B$1:$B$4",
    ],
)
@pytest.mark.parametrize("place", ["values", "categories"])
@pytest.mark.filterwarnings("ignore:Unknown worksheet")
def test_charts_of_unreadable_ranges_are_left_out(values: str, place: str, tmp_path: Path) -> None:
    series = {"categories": CATEGORIES, "values": VALUES} | {place: values}
    assert len(reviewed(tmp_path, ({"type": "line"}, [series]), LINE).pictures) == 1


def test_a_second_axis_is_left_out(tmp_path: Path) -> None:
    second = {"categories": CATEGORIES, "values": "=Data!$C$1:$C$4", "y2_axis": True}
    assert len(reviewed(tmp_path, ({"type": "line"}, [LINE[1][0], second]), LINE).pictures) == 1


@pytest.mark.parametrize("kind", ["line", "column", "area", "scatter", "bar"])
@pytest.mark.parametrize(
    "series",
    [
        [{"values": VALUES}],
        [{"categories": CATEGORIES, "values": "=Data!$D$1:$D$4"}],
        [{"categories": "=Data!$D$1:$D$4", "values": VALUES}],
        [{"categories": CATEGORIES, "values": "=Data!$A$1:$A$4"}],
        [{"categories": CATEGORIES, "values": VALUES}, {"categories": CATEGORIES, "values": "=Data!$B$1:$B$9"}],
        [{"categories": "=Data!$C$1:$C$4", "values": VALUES, "name": "_$x^$"}],
        [{"categories": "=Data!$B$1:$B$4", "values": "=Data!$B$1:$B$4"}],
        [{"categories": "=Data!$A$1", "values": "=Data!$B$1"}],
    ],
)
@pytest.mark.parametrize("across", ["General", "d mmm yyyy", "mmm yyyy"])
def test_odd_cells_are_drawn(kind: str, series: list[Look], across: str, tmp_path: Path) -> None:
    def dress(chart: Any) -> None:
        chart.set_title({"name": r"from $\what to $1"})
        chart.set_x_axis({"num_format": across})

    look = {"type": kind, "subtype": "stacked"} if kind == "area" else {"type": kind}
    if kind == "scatter" and "categories" not in series[0]:
        series = [each | {"categories": "=Data!$D$1:$D$4"} for each in series]
    assert len(reviewed(tmp_path, (look, series), dress=dress).pictures) == 1


def plotted(folder: Path, kind: Look, series: list[Look]) -> Any:
    """Plot one chart as its picture does, and return the axes."""
    reviewed(folder, (kind, series))
    (chart,) = charts(Package((folder / "own.xlsx").read_bytes(), "own"))
    cells = {CATEGORIES: [["a", "b", "c", "d"]], "=Data!$C$1:$C$4": [[1, 4, 2, 3]], VALUES: [[3, -1, 4.5, 1]]}
    axes = Figure().add_subplot()
    pictures._plot(axes, chart, lambda text: cells[f"={text}"])
    return axes


def test_points_without_a_line_are_not_joined(tmp_path: Path) -> None:
    """As a scatter chart says, series by series; their colour is that of their markers."""
    across = {"categories": "=Data!$C$1:$C$4", "values": VALUES}
    marker = {"type": "circle", "fill": {"color": "#AA0011"}, "border": {"color": "#AA0011"}}
    alone = across | {"line": {"none": True}, "marker": marker}
    joined = across | {"line": {"color": "#00AA11"}, "marker": marker}
    axes = plotted(tmp_path, {"type": "scatter", "subtype": "straight_with_markers"}, [alone, joined])
    looks = [(each.get_linestyle(), each.get_marker(), each.get_color()) for each in axes.get_lines()]
    assert looks == [("None", "o", "#AA0011"), ("-", "o", "#00AA11")]


@pytest.mark.parametrize("subtype", ["marker_only", "straight_with_markers"])
def test_a_scatter_chart_of_no_stated_look_is_joined_as_its_subtype_says(subtype: str, tmp_path: Path) -> None:
    across = {"categories": "=Data!$C$1:$C$4", "values": VALUES}
    (line,) = plotted(tmp_path, {"type": "scatter", "subtype": subtype}, [across]).get_lines()
    assert line.get_linestyle() == ("None" if subtype == "marker_only" else "-")


def test_bars_lie_and_columns_stand(tmp_path: Path) -> None:
    series = [{"categories": CATEGORIES, "values": VALUES}]
    bars, columns = (plotted(tmp_path, {"type": kind}, series) for kind in ("bar", "column"))
    assert [bar.get_width() for bar in bars.patches] == [3, -1, 4.5, 1]
    assert [column.get_height() for column in columns.patches] == [3, -1, 4.5, 1]
    names = [label.get_text() for label in bars.get_yticklabels()]
    assert names == [label.get_text() for label in columns.get_xticklabels()] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("kind", ["bar", "column"])
def test_categories_run_the_way_that_their_axis_says(kind: str, reverse: bool, tmp_path: Path) -> None:
    def dress(chart: Any) -> None:
        (chart.set_y_axis if kind == "bar" else chart.set_x_axis)({"reverse": reverse})

    looks = ({"type": kind}, [{"categories": CATEGORIES, "values": VALUES}])
    (pair,) = reviewed(tmp_path, looks, dress=dress).pictures
    place = "y" if kind == "bar" else "x"
    places = re.findall(rf'<text [^>]*\b{place}="([\d.]+)"[^>]*>item \d', pair.after.decode())
    rises = [float(each) for each in places] == sorted(map(float, places))  # a picture's y runs down
    assert len(places) == 4
    assert rises is (reverse == (kind == "bar"))


def test_bars_and_columns_on_one_pair_of_axes_are_left_out(tmp_path: Path) -> None:
    series = {"categories": CATEGORIES, "values": VALUES}
    bars = ChartBar()
    bars.add_series(series)
    assert not reviewed(tmp_path, ({"type": "column"}, [series]), dress=lambda chart: chart.combine(bars)).pictures


def test_blank_values_have_an_axis_from_0_to_1(tmp_path: Path) -> None:
    reviewed(tmp_path, LINE)
    (chart,) = charts(Package((tmp_path / "own.xlsx").read_bytes(), "own"))
    blank = pictures._span(chart, [lambda _: [[None], ["text"]]])
    assert blank == (0, 1)
    assert pictures._labels(chart._replace(series=[chart.series[0]._replace(categories="")]), lambda _: [], 3) == [
        1,
        2,
        3,
    ]


def test_charts_of_another_writer_and_names_at_the_edge(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Inputs"
    for row in range(1, 5):
        sheet.append([row])
    chart = LineChart()
    chart.add_data(Reference(sheet, min_col=1, min_row=1, max_row=4))
    sheet.add_chart(chart, "D1")
    book.defined_names["edge"] = openpyxl.workbook.defined_name.DefinedName("edge", attr_text="Inputs!$A$1")
    book.save(tmp_path / "other.xlsx")
    found = review(str(tmp_path / "other.xlsx"), {"edge": "7"}, tmp_path / "out")
    assert [(line.label, line.before, line.value) for line in found.inputs] == [("edge", "1", "7")]
    assert found.title == "other"
    assert len(found.pictures) == 1


def test_a_chart_that_declares_a_document_type_is_refused(tmp_path: Path) -> None:
    reviewed(tmp_path, LINE)
    changed = io.BytesIO()
    with zipfile.ZipFile(tmp_path / "own.xlsx") as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/charts/chart1.xml":
                part = part.replace(b"<c:chartSpace", b'<!DOCTYPE x [<!ENTITY y "z">]><c:chartSpace', 1)
            new.writestr(name, part)
    with pytest.raises(
        InputError, match=r"damaged in xl/charts/chart1.xml \(one of its parts declares a document type"
    ):
        charts(Package(changed.getvalue(), "own"))
