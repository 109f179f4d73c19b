"""What an answer hangs on: its figure as one input after the other moves, and the tornado drawn of that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.tables import Column

_STEP = rules.between(0, 300, "0 to 300, in the unit of the input")
_PLACE = "MATCH({rank},{tornado.rank[all]},0)"


class Moved(NamedTuple):
    """An input that moves: its name with its unit, by how much, and the figure where it is lower and higher.

    In the formulas {step} is the size of the move, an amber cell.
    """

    label: str
    step: float
    low: str
    high: str


def moved(label: str, step: float, figure: str) -> Moved:
    """Return an input that moves both ways: in the figure's formula ± stands where the move is added."""
    return Moved(label, step, *(f"={figure}".replace("±", f"{sign}{{step}}") for sign in "-+"))


def sensitivity_page(layout: Layout, subtitle: str) -> Page:
    """Return the page for `sensitivity`, and for what it needs."""
    return layout.page("Sensitivity", "What the answer hangs on", subtitle, (40, *[13] * 10))


def sensitivity(page: Page, figure: str, number: str, moves: Mapping[str, Moved]) -> None:
    """Lay out the tables `tornado`, a row an input, and `ranked`, by the size of what they do to the figure."""
    every = moves.values()
    page.table(
        "tornado",
        tuple(moves),
        {
            "input": Column("one input moves, the rest stay", "text", [each.label for each in every]),
            "step": Column("by", "general", [each.step for each in every], rule=_STEP),
            "low": Column("lower", number, [each.low for each in every]),
            "today": Column("as it is", number, f"={figure}"),
            "high": Column("higher", number, [each.high for each in every]),
            "swing": Column("swing", number, "=ABS({high}-{low})"),
            "rank": Column("rank", "integer", "=SUM(--({swing[all]}>{swing}))+SUM(--({swing[first:this]}={swing}))"),
        },
    )
    ranks = range(1, len(moves) + 1)
    page.table(
        "ranked",
        tuple(map(str, ranks)),
        {
            "input": Column(
                "the largest first",
                "text",
                f'=INDEX({{tornado.input[all]}},{_PLACE})&": "&INDEX({{tornado.step[all]}},{_PLACE})',
            ),
            "rank": Column("rank", "integer", list(ranks)),
            **{
                side: Column(
                    f"{side}er",
                    number,
                    f"=INDEX({{tornado.{side}[all]}},{_PLACE})-INDEX({{tornado.today[all]}},{_PLACE})",
                )
                for side in ("low", "high")
            },
        },
        "What each move does to the figure",
    )


def tornado(title: str, axis: str, number: str) -> Chart:
    """Return the chart of what the moves do to the figure."""
    sides = (Series(f"{side}er", "{ranked.input}", f"{{ranked.{side}}}", "bar") for side in ("low", "high"))
    return Chart(title, axis, tuple(sides), number=number)
