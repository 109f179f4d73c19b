"""Prices over moves of rates, and every measure of risk: the wide pages of the easing cycle."""

from __future__ import annotations

from mbsxl_workbooks.kit import Layout
from mbsxl_workbooks.kit.style import NAVY
from mbsxl_workbooks.shared.thirty_years import COUNT, END, FIRST, OAS, POOLS, cells, coupon_column, listed, pool
from mbsxl_workbooks.shared.treasuries import CURVE
from mbsxl_workbooks.templates.easing_cycle.pages import LETTERS, SCENARIOS, curve, first_row, risk_row

_STEPS = range(-150, 151, 25)
MOVES = "Rates!$C$5:$O$5"
TOLL = listed("P", "Rates", first_row(1))
_MEASURES = (
    ("OAS", "points"),
    ("standard error, bp", "years"),
    ("Z-spread", "points"),
    ("option cost", "points"),
    ("effective duration", "years"),
    ("effective convexity", "integer"),
    ("spread duration", "years"),
    ("vega, points a bp", "price"),
    ("prepayment duration, %", "years"),
    ("current-coupon-spread duration", "years"),
)


def price_changes(place: int) -> str:
    """Return the changes of a coupon's price over the moves of rates."""
    row = first_row(1) + place
    return f"Rates!$C${row}:$O${row}"


def lay_out_rates(layout: Layout) -> None:
    """Lay out the prices of each coupon over parallel moves of the curve."""
    page = layout.page(
        "Rates",
        "Price against rates",
        "The whole curve moves at once, each coupon keeps its OAS. What convexity takes: gain of -100 + loss of +100.",
        (12, *[9] * len(_STEPS), 14),
    )
    tenors, yields = CURVE.split(",")
    for number, title in enumerate(("Price, by parallel move in bp", "Price change, points, by parallel move in bp")):
        first = first_row(number)
        page.sheet.write(first - 3, 1, title, layout.style(bold=True, font_color=NAVY))
        page.header(first - 2, ("coupon",))
        for offset, move in enumerate(_STEPS):
            heading = layout.style("integer", bold=True, font_color="white", bg_color=NAVY, align="center")
            page.sheet.write(first - 2, 2 + offset, move, heading)
        coupon_column(page, first)
    page.header(first_row(1) - 2, ("what convexity takes",), column=15)
    for offset in range(len(_STEPS)):
        letter = chr(ord("C") + offset)
        moved = f"{tenors},{yields}+{letter}$5/10000"
        page.fill(
            first_row(0) - 1, 2 + offset, COUNT, f"=MBS_OAS_PRICE({OAS},{POOLS},{moved},volatility,{END})", "years"
        )
        changed = [f"={letter}{first_row(0) + each}-Stack!F{FIRST + each}" for each in range(COUNT)]
        cells(page, first_row(1), 2 + offset, changed, "years")
    cells(page, first_row(1), 15, [f"=E{row}+M{row}" for row in range(first_row(1), first_row(1) + COUNT)], "years")


def lay_out_risk(layout: Layout) -> None:
    """Lay out every measure of risk of each coupon in each scenario."""
    page = layout.page(
        "Risk",
        "Every measure, coupon by coupon",
        "MBS_OAS_RISK at the price and on the curve of each scenario. Vega: points a coupon gains when the volatility "
        "rises by a basis point.",
        (18, 10, 12, *[13] * len(_MEASURES)),
    )
    page.sheet.freeze_panes(4, 3)
    page.header(3, ("scenario", "coupon", "price", *(name for name, _ in _MEASURES)))
    page.sheet.set_row(3, 48)
    for place, name in enumerate(SCENARIOS.values()):
        for coupon in range(COUNT):
            row, source = risk_row(place, coupon), FIRST + coupon
            price = f"Value!{LETTERS[place]}{first_row(0) + coupon}"
            cells = ((name, "text"), (f"=Stack!B{source}", "percent"), (f"={price}", "price"))
            for column, (value, number) in enumerate(cells, start=1):
                page.write(row - 1, column, value, layout.style(number))
            measured = f"MBS_OAS_RISK({price},{pool(coupon)},{curve(place)},volatility,{END})"
            for measure, (_, number) in enumerate(_MEASURES, start=1):
                page.write(row - 1, 3 + measure, f"=INDEX({measured},{measure + 1},2)", layout.style(number))
