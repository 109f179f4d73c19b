"""The 30-year coupon stack that templates of the option value: its inputs, its page, its ranges."""

from __future__ import annotations

from collections.abc import Iterable

from mbsxl.conventions.ticks import decimal
from mbsxl_workbooks.kit import Check, Input, Layout, Page
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.treasuries import CURVE, curve_inputs

#: Every half a percent from 2% to 6.5%.
STACK = sorted(
    (each for name in ("coupon_stack", "coupons_between") for each in figures(name) if each["name"].startswith("30y")),
    key=lambda each: each["name"],
)
COUNT = len(STACK)
FIRST, LAST = 5, 4 + COUNT  # rows of the coupons on the stack's page, as a user counts
_MODEL = LAST + 5  # the row of the model's first setting


def listed(letter: str, sheet: str = "Stack", first: int = FIRST) -> str:
    """Return a column of the coupons."""
    return f"{sheet}!${letter}${first}:${letter}${first + COUNT - 1}"


COUPONS, PRICES, OAS = listed("B"), listed("F"), listed("G")
WAC, WAM, AGE = listed("C"), listed("D"), listed("E")
POOLS = f"{COUPONS},{WAC},{WAM},{AGE}"

#: What the model is told, as an argument; and all that follows the volatility in an option-adjusted formula.
MODEL = f"Stack!$B${_MODEL}:$C${_MODEL + 1}"
END = f"mean_reversion,{MODEL},,program,paths"

#: How a row of a table is ruled, as properties of a style.
LINE = {"bottom": 4, "bottom_color": "#C5CBD5"}

_RATE = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 0.3, "error_message": "0% to 30%"}
_PRICE = {"validate": "decimal", "criteria": "between", "minimum": 1, "maximum": 200, "error_message": "1 to 200"}
_VOLATILITY = _RATE | {"minimum": 0.0001, "maximum": 0.04, "error_message": "0.01% to 4%"}
_WHOLE = {"validate": "integer", "criteria": "between"}


def volatility_input(name: str, label: str, value: float) -> Input:
    """Return an input of the volatility of the short rate."""
    return Input(name, label, value, "percent", "Normal, a year; illustrative: type what swaptions imply", _VOLATILITY)


def market_inputs() -> list[Input]:
    """Return the inputs of the day's market and of the valuation."""
    programs = {"validate": "list", "source": ["UMBS", "GOLD", "GNMA I", "GNMA II"]}
    numbers = {"validate": "list", "source": ["64", "128", "256", "512", "1024", "2048"]}
    survey = "Freddie Mac, Primary Mortgage Market Survey, 26 November 2025"
    return [
        Input("mortgage_rate", "Mortgage rate today", 0.0623, "percent", survey, _RATE),
        Input("ten_year_weight", "Weight of the 10-year in its move", 0.6, "share", "The rest moves with the 5-year"),
        Input("mean_reversion", "Mean reversion of the short rate", 0.03, "percent", "A year; illustrative", _RATE),
        Input("paths", "Rate paths", 256, "integer", "256 is quick; 1024 is four times as long, and finer", numbers),
        Input("program", "Programme", "UMBS", "text", "Fixes the delay of the payments", programs),
        *curve_inputs(),
    ]


def stack_page(layout: Layout) -> Page:
    """Lay out the amber table of pools and prices, their spreads, and what the prepayment model is told."""
    page = layout.page(
        "Stack",
        "The coupon stack",
        "Pools and prices are illustrative: TBA prices are not public. Type the screen's in the amber cells.",
        (18, 12, 12, 12, 12, 16, 16, 16),
    )
    page.header(3, ("coupon", "gross rate", "months left", "age", "price", "OAS", "Z-spread", "option cost"))
    term = _WHOLE | {"minimum": 24, "maximum": 480, "error_message": "24 to 480 whole months"}
    age = _WHOLE | {"minimum": 0, "maximum": 480, "error_message": "0 to 480 whole months"}
    for row, each in enumerate(STACK, start=FIRST - 1):
        page.write(row, 1, float(each["coupon"]) / 100, layout.style("percent", bold=True, align="left", **LINE))
        cells = (
            ("wac", float(each["wac"]) / 100, "percent", _RATE | {"minimum": 0.001}),
            ("wam", int(each["wam"]), "integer", term),
            ("age", int(each["age"]), "integer", age),
            ("price", float(decimal(each["price"])), "price", _PRICE),
        )
        for column, (name, value, number, validation) in enumerate(cells, start=2):
            page.input(row, column, Input(f"{name}_{each['name']}", "", value, number, "", validation))
    page.fill(FIRST - 1, 6, COUNT, f"=MBS_OAS({PRICES},{POOLS},{CURVE},volatility,{END})", "points")
    page.fill(FIRST - 1, 7, COUNT, f"=MBS_OAS({PRICES},{POOLS},{CURVE},0,{END})", "points")
    for row in range(FIRST, LAST + 1):
        page.write(row - 1, 8, f"=H{row}-G{row}", layout.style("points", **LINE))
    _model(page)
    return page


def coupon_column(page: Page, first: int) -> None:
    """Write the coupons down the first column of a table, from a row as a user counts."""
    for place in range(COUNT):
        page.write(first + place - 1, 1, f"=Stack!B{FIRST + place}", page.layout.style("percent", align="left", **LINE))


def cells(page: Page, first: int, column: int, formulas: Iterable[str], number: str, align: str = "right") -> None:
    """Write formulas down a column of a table, from a row as a user counts."""
    for row, formula in enumerate(formulas, start=first - 1):
        page.write(row, column, formula, page.layout.style(number, align=align, **LINE))


def pool(place: int) -> str:
    """Return one pool of the stack, counted from 0, as the arguments of a formula."""
    return ",".join(f"Stack!{letter}{FIRST + place}" for letter in "BCDE")


def _model(page: Page) -> None:
    page.header(_MODEL - 2, ("model setting", "value"))
    spread = "=mortgage_rate-(ten_year_weight*cmt_10y+(1-ten_year_weight)*cmt_5y)"
    for row, (name, value, number) in enumerate(
        (("mortgage_spread", spread, "percent"), ("ten_year_weight", "=ten_year_weight", "share")), start=_MODEL - 1
    ):
        page.write(row, 1, name, page.layout.style("text"))
        page.write(row, 2, value, page.layout.style(number))
    notes = (
        "The mortgage rate keeps its spread over the blend of the 10- and 5-year Treasury; the other settings of the",
        "prepayment model are its own. A pool is a new one to the model: it has not yet lost its quick borrowers.",
        "Settled on the 1st of a month, so there is no accrued interest; speeds are the average of the seasons.",
    )
    page.paragraph(_MODEL + 2, notes)


def stack_checks() -> tuple[Check, ...]:
    """Return what holds of the spreads of the stack whatever the inputs."""
    third = f"Stack!F{FIRST + 2},{pool(2)},{CURVE}"
    price = f"MBS_OAS_PRICE({OAS}{{}},{POOLS},{CURVE},volatility,{END})"
    found = (
        ("Prices back from the OAS, less the prices: squares", f"SUMXMY2({price.format('')},{PRICES})", 1e-14, "every"),
        (
            "Coupons whose price does not fall as the OAS rises by 10 bp",
            f"SUM(IF({price.format('+10')}<{PRICES},0,1))",
            0,
            "every",
        ),
        (
            "OAS at next to no volatility, less the Z-spread: squares",
            f"SUMXMY2(MBS_OAS({PRICES},{POOLS},{CURVE},0.000001,{END}),{listed('H')})",
            1e-6,
            "a volatility of 0.0001%; every",
        ),
        (
            "Option cost of the 3% coupon, less that of its table of risk",
            f"Stack!I{FIRST + 2}-INDEX(MBS_OAS_RISK({third},volatility,{END}),5,2)",
            1e-8,
            "MBS_OAS against MBS_OAS_RISK, one",
        ),
        (
            "Key rates of the 3% coupon: their sum over its duration, less 1",
            f"SUM(INDEX(MBS_KEY_RATES({third},volatility,{END}),0,2))/INDEX(MBS_OAS_RISK({third},volatility,{END}),6,2)-1",
            0.01,
            "MBS_KEY_RATES against MBS_OAS_RISK, one",
        ),
    )
    return tuple(Check(what, f"={here}", 0, within, "general", f"{how} coupon") for what, here, within, how in found)
