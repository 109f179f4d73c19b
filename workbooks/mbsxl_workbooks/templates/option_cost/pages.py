"""Three volatilities, a fall, and a range of them: the pages of the option cost."""

from __future__ import annotations

from mbsxl_workbooks.kit import Layout, Page
from mbsxl_workbooks.kit.style import NAVY
from mbsxl_workbooks.shared.thirty_years import (
    COUNT,
    COUPONS,
    END,
    FIRST,
    MODEL,
    OAS,
    POOLS,
    PRICES,
    cells,
    coupon_column,
    listed,
    pool,
)
from mbsxl_workbooks.shared.treasuries import CURVE

LEVELS = {"low": "volatility_low", "base": "volatility", "high": "volatility_high"}
_STEPS = range(40, 141, 10)  # volatilities, bp
_LAST = chr(ord("B") + len(_STEPS))

#: The volatility after the fall, as an argument.
AFTER = "MAX(volatility-vol_fall/10000,0.000001)"


def first_row(number: int) -> int:
    """Return the first row of one of the tables of a page, as a user counts."""
    return 6 + number * (COUNT + 4)


def fallen(letter: str) -> str:
    """Return a column of the coupons on the page of the fall."""
    return listed(letter, "Fall", first_row(0))


def level(number: int, place: int) -> str:
    """Return the coupons at one of the three volatilities, in one of the tables of that page."""
    return listed("CDE"[place], "Levels", first_row(number))


def over_range(number: int, place: int) -> str:
    """Return the row of a coupon in one of the tables of the range, those after the last for the current coupon."""
    row = first_row(number) + place
    return f"Range!$C${row}:${_LAST}${row}"


ACROSS = f"Range!$C${first_row(0) - 1}:${_LAST}${first_row(0) - 1}"


def current_coupon(prices: str) -> str:
    """Return the formula of the coupon at 100, from the two that enclose it: far above par prices need not rise."""
    below = f'COUNTIF({prices},"<100")'
    pair = ",".join(f"INDEX({column},{below}):INDEX({column},{below}+1)" for column in (COUPONS, prices))
    return f"MBS_CURRENT_COUPON({pair})"


GAIN, TIGHTER, NOMINAL, FROM_PAR, VEGA = (fallen(letter) for letter in "DGJML")


def _page(layout: Layout, name: str, title: str, subtitle: str, widths: tuple[float, ...]) -> Page:
    page = layout.page(name, title, subtitle, widths)
    page.sheet.fit_to_pages(1, 1)
    return page


def _titled(page: Page, number: int, title: str, names: tuple[str, ...]) -> int:
    """Write the headings and the coupons of a table; return its first row, as a user counts."""
    first = first_row(number)
    page.sheet.write(first - 3, 1, title, page.layout.style(bold=True, font_color=NAVY))
    page.header(first - 2, ("coupon", *names))
    coupon_column(page, first)
    return first


def lay_out_levels(layout: Layout) -> None:
    """Lay out what three volatilities make of the spreads, and of the prices."""
    page = _page(
        layout,
        "Levels",
        "Three volatilities",
        "First what today's price pays at each volatility, then what a constant OAS, that at the base, is worth.",
        (12, *[18] * 3),
    )
    page.sheet.set_portrait()
    titles = ("OAS at today's price", "Option cost at today's price", "Price at constant OAS", "Z-spread at that price")
    for number, title in enumerate(titles):
        first = _titled(page, number, title, tuple(LEVELS))
        heading = layout.style("percent", bold=True, font_color="white", bg_color=NAVY, align="center")
        for column, level in enumerate(LEVELS.values(), start=2):
            page.write(first - 2, column, f"={level}", heading)
    across = f"$C${first_row(0) - 1}:$E${first_row(0) - 1}"
    fills = (
        (f"=MBS_OAS({PRICES},{POOLS},{CURVE},{across},{END})", "points"),
        (f"={listed('H')}-C{first_row(0)}:E{first_row(0) + COUNT - 1}", "points"),
        (f"=MBS_OAS_PRICE({OAS},{POOLS},{CURVE},{across},{END})", "price"),
        (f"=MBS_OAS(C{first_row(2)}:E{first_row(2) + COUNT - 1},{POOLS},{CURVE},0,{END})", "points"),
    )
    for number, (formula, style) in enumerate(fills):
        page.fill(first_row(number) - 1, 2, COUNT, formula, style, len(LEVELS))


def lay_out_fall(layout: Layout) -> None:
    """Lay out what a fall of the volatility does to each coupon."""
    page = _page(
        layout,
        "Fall",
        '="If the volatility falls by "&vol_fall&" bp"',
        "Every coupon keeps its OAS; Treasuries stay. Nominal spread: at the model's speed of "
        "next month. Vega: points gained when the volatility rises by 1 bp. One OAS: that of the coupon nearest par.",
        (12, *[13] * 14),
    )
    first = _titled(
        page,
        0,
        "",
        (
            "price after",
            "price gain",
            "Z-spread before",
            "Z-spread after",
            "tightens",
            "nominal before",
            "nominal after",
            "tightens",
            "speed",
            "vega",
            "from par, today",
            "gain by vega alone",
            "price at one OAS",
            "the same after",
        ),
    )
    rows = range(first, first + COUNT)
    page.fill(first - 1, 2, COUNT, f"=MBS_OAS_PRICE({OAS},{POOLS},{CURVE},{AFTER},{END})", "price")
    page.fill(first - 1, 5, COUNT, f"=MBS_OAS({fallen('C')},{POOLS},{CURVE},0,{END})", "points")
    for column, price in ((7, PRICES), (8, fallen("C"))):
        nominal = f"=MBS_NOMINAL_SPREAD({price},{POOLS},{fallen('K')},{CURVE},,program)"
        page.fill(first - 1, column, COUNT, nominal, "points")
    one = f"INDEX({OAS},MATCH(near_par,{COUPONS},0))"
    for column, sigma in ((14, "volatility"), (15, AFTER)):
        page.fill(first - 1, column, COUNT, f"=MBS_OAS_PRICE({one},{POOLS},{CURVE},{sigma},{END})", "price")
    speeds = (
        f'=ROUND(100*MBS_MODEL_CPR(mortgage_rate,Stack!C{row},Stack!E{row},,,{MODEL}),2)&" CPR"'
        for row in range(FIRST, FIRST + COUNT)
    )
    vegas = (
        f"=INDEX(MBS_OAS_RISK(Stack!F{FIRST + place},{pool(place)},{CURVE},volatility,{END}),9,2)"
        for place in range(COUNT)
    )
    for column, formulas, number in (
        (3, (f"=C{row}-Stack!F{row - first + FIRST}" for row in rows), "price"),
        (4, (f"=Stack!H{row - first + FIRST}" for row in rows), "points"),
        (6, (f"=E{row}-F{row}" for row in rows), "points"),
        (9, (f"=H{row}-I{row}" for row in rows), "points"),
        (10, speeds, "text"),
        (11, vegas, "exact"),
        (12, (f"=ABS(Stack!F{row - first + FIRST}-100)" for row in rows), "price"),
        (13, (f"=-L{row}*vol_fall" for row in rows), "price"),
    ):
        cells(page, first, column, formulas, number)


def lay_out_range(layout: Layout) -> None:
    """Lay out the option cost and the price over a range of volatilities."""
    page = _page(
        layout,
        "Range",
        "Over the range of volatilities",
        "First the option cost at today's price, then the price at constant OAS, and what coupon trades at 100.",
        (16, *[10] * len(_STEPS)),
    )
    for number, title in enumerate(("Option cost", "Price at constant OAS")):
        first = _titled(page, number, title, ())
        heading = layout.style("percent", bold=True, font_color="white", bg_color=NAVY, align="center")
        for column, step in enumerate(_STEPS, start=2):
            page.sheet.write(first - 2, column, step / 10_000, heading)
    across = f"$C${first_row(0) - 1}:${_LAST}${first_row(0) - 1}"
    costs = f"={listed('H')}-MBS_OAS({PRICES},{POOLS},{CURVE},{across},{END})"
    page.fill(first_row(0) - 1, 2, COUNT, costs, "points", len(_STEPS))
    page.fill(first_row(1) - 1, 2, COUNT, f"=MBS_OAS_PRICE({OAS},{POOLS},{CURVE},{across},{END})", "price", len(_STEPS))
    below = first_row(1) + COUNT
    page.write(below - 1, 1, "current coupon", layout.style(bold=True))
    page.write(below, 1, "its change", layout.style(bold=True))
    for column in range(2, 2 + len(_STEPS)):
        letter = chr(ord("A") + column)
        prices = f"{letter}{first_row(1)}:{letter}{below - 1}"
        page.write(below - 1, column, f"={current_coupon(prices)}", layout.style("percent", bold=True))
        page.write(below, column, f"=10000*({letter}{below}-current_coupon)", layout.style("points", bold=True))
