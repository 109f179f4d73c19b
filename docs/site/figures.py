"""Pictures on the pages of formulas, drawn from formulas: `figures.toml` says which."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import Block
from mbsxl_udfs.sheet.charts import Drawn, DrawnSeries
from mbsxl_udfs.sheet.model import calculate
from mbsxl_udfs.sheet.values import as_block
from mbsxl_workbooks.pictures import draw

_COLORS = ("#1F3A5F", "#E9A23B", "#14694A")


@cache
def figures() -> list[dict[str, Any]]:
    """Return what is pictured."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["figure"]


def column(formula: str) -> Block:
    """Return the column that a formula gives."""
    return as_block(calculate(formula, published()))


def written() -> dict[str, bytes]:
    """Return the pictures, by their paths on the site."""
    return {f"pictures/formula_{place}.svg": _drawn(figure) for place, figure in enumerate(figures())}


def shown(name: str) -> list[str]:
    """Return the pictures on the page of a formula, as lines of Markdown."""
    return [
        f"![{figure['title']}](../pictures/formula_{place}.svg){{ .picture }}\n"
        for place, figure in enumerate(figures())
        if name in figure["on"]
    ]


def _drawn(figure: dict[str, Any]) -> bytes:
    lines = zip(figure["lines"].items(), _COLORS, strict=False)
    series = [DrawnSeries(name, figure["at"], formula, figure["kind"], color, {}) for (name, formula), color in lines]
    return draw(Drawn(figure["title"], "", figure["number"], figure["below"], figure["across"], series), column)
