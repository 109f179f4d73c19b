"""The positions, what they add up to by programme and by coupon, and their risk along the curve."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.rules import Rule
from mbsxl_workbooks.kit.tables import Column, Value
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.market import CURVE, MODEL, TENORS

MILLION = "/1000000"
#: The market of the formulas of whole portfolios, after the positions.
MARKET = f"{CURVE},volatility"
#: The positions, and the market they are on, as arguments of a formula.
BOOK = f"{{positions.label:age[head:last]}},{MARKET}"
#: What a table of positions has: heading, number format, rule.
COLUMNS: dict[str, tuple[str, Rule]] = {
    "label": ("text", rules.LABEL),
    "program": ("text", rules.PROGRAM),
    "stack": ("text", rules.LABEL),
    "face": ("integer", rules.AMOUNT),
    "price": ("text", rules.QUOTE),
    "coupon": ("percent", rules.RATE),
    "wac": ("percent", rules.RATE),
    "wam": ("integer", rules.TERM),
    "age": ("integer", rules.AGE),
}

_ROWS = figures("positions", __package__)
_SPARE = 20  # rows for more positions
_KEYS = (
    *(f"position{place}" for place in range(1, len(_ROWS) + 1)),
    *(f"new{place}" for place in range(1, _SPARE + 1)),
)
_FIRST = {  # columns of MBS_BOOK, whatever it is asked
    "group": "text",
    "positions": "integer",
    "face": "integer",
    "refused": "integer",
    "market_value": "integer",
}
_MEASURES = {  # asked of groups: amounts of money come first
    "VEGA": "integer",
    "YIELD": "percent",
    "WAL": "years",
    "OAS": "points",
    "EFFECTIVE_DURATION": "years",
    "EFFECTIVE_CONVEXITY": "tenths",
    "SPREAD_DURATION": "years",
    "CPR": "tenths percent",
}
_GROUPS = {"program": 8, "stack": 22}  # rows: groups, the total, and a few that are refused


def total(column: str) -> str:
    """Return the formula of what the portfolio has in a column of the groups."""
    return f"INDEX({{by_program.{column}[all]}},total_row)"


def lay_out_positions(layout: Layout) -> None:
    """Lay out the amber table of positions."""
    page = layout.page(
        "Positions",
        "The positions",
        "Paste yours over these, headings unchanged; blank rows are left out. Face in $, current; prices in 32nds "
        "or decimals.",
        (18, 12, 10, 16, 12, 10, 10, 8, 8),
    )

    def typed(name: str) -> list[Value]:
        words = name in ("label", "program", "stack", "price")
        scale = 1e6 if name == "face" else 1
        return [*(row[name] if words else scale * float(row[name]) for row in _ROWS), *[None] * _SPARE]

    page.table(
        "positions",
        _KEYS,
        {name: Column(name, number, typed(name), rule=rule) for name, (number, rule) in COLUMNS.items()},
    )


def lay_out_groups(layout: Layout) -> None:
    """Lay out the portfolio by programme and by coupon."""
    page = layout.page(
        "Groups",
        "By programme and by coupon",
        "MBS_BOOK of the positions: a row a group and the total. Amounts in $, the vega a bp of the short rate's "
        "volatility; ratios are weighted by market value.",
        (12, 10, 15, 10, 15, 12, 9, 9, 10, 18, 19, 16, 9),
    )
    for by in _GROUPS:
        names = ",".join(f'"{name}"' for name in _MEASURES)
        numbers = _FIRST | {name.lower(): number for name, number in _MEASURES.items()}
        _spill(page, by, f"by_{by}", numbers, f"{{{names}}}")
    page.headlines(
        (Headline("total_row", "Total", '=MATCH("TOTAL",{by_program.group}&"",0)', "integer", "its row, by programme"),)
    )


def lay_out_risk(layout: Layout) -> None:
    """Lay out the key rates by coupon."""
    page = layout.page(
        "Risk",
        "Key-rate risk by coupon",
        "DV01 in $: what is lost when the par yield of a tenor rises by 1 bp and its neighbours stay.",
        (14, 12, 16, 12, 16, *[13] * len(TENORS)),
    )
    _spill(page, "stack", "rates", _FIRST | dict.fromkeys(TENORS, "integer"), '"KEY_RATES"')
    page.headlines(
        (Headline("rates_row", "Total", '=MATCH("TOTAL",{rates.group}&"",0)', "integer", "its row, by coupon"),)
    )


def _spill(page: Page, by: str, name: str, numbers: dict[str, str], measures: str) -> None:
    columns = {each: Column(each, number) for each, number in numbers.items()}
    page.heading(f"By {by}")
    keys = tuple(f"row{place}" for place in range(_GROUPS[by]))
    page.spill(name, keys, columns, f'=MBS_BOOK({BOOK},"{by}",{measures},{MODEL},paths)')
