"""The pages of the day behind the spread monitor: the market, and what a tightening is worth to a position."""

from __future__ import annotations

from mbsxl_workbooks.kit import Headline, Layout, Page
from mbsxl_workbooks.shared.days import days_between
from mbsxl_workbooks.templates.spread_monitor.history import months, rank

TENORS = (2, 5, 7, 10, 30)
STACK = 4  # TBA coupons
POOL = "coupon,wac,wam,age,speed"
STEPS = 10  # of tightening, to the larger one

#: The first rows of the tables of tightenings, as a user counts: at once, and after a year held.
AT_ONCE, AFTER_A_YEAR = 12, 20

_CURVE = "Market!$B$5:$B$9,Market!$C$5:$C$9"
_YEAR = 12  # payments
_SPEEDS = 360  # months


def lay_out_market(layout: Layout) -> None:
    """Lay out the page of the day's market."""
    page = layout.page(
        "Market",
        "The day's market, and the spread taken apart",
        "The curve and the TBA stack of Inputs. The current coupon is what would trade at 100, on the straight line "
        "between two prices of the stack.",
        (40, 14, 14, 14),
    )
    page.table(
        3, ("tenor, years", "par yield"), ("integer", "percent"), [(each, f"=treasury_{each}") for each in TENORS]
    )
    stack = [(f"=lowest_coupon+{0.005 * place}", f"=tba_{place + 1}") for place in range(STACK)]
    page.table(10, ("TBA coupon", "TBA price"), ("percent", "price"), stack)
    page.table(
        16,
        ("the spread taken apart", "rate", "less", "spread"),
        ("text", "percent", "percent", "points"),
        [
            (
                "Mortgage rate over current coupon",
                "=mortgage_rate",
                "=MBS_CURRENT_COUPON(B12:B15,C12:C15)",
                "=10000*(C18-D18)",
            ),
            (
                "Current coupon over the 5/10 blend",
                "=D18",
                "=blend_weight*treasury_10+(1-blend_weight)*treasury_5",
                "=10000*(C19-D19)",
            ),
            ("Mortgage rate over the 5/10 blend", "=C18", "=D19", "=E18+E19"),
        ],
    )
    blend = months("H", "2021-01")
    page.table(
        21,
        ("over the 5/10 blend, months since 2021", "value"),
        ("text", "points"),
        [
            (name, f"={function}({blend})")
            for name, function in (("Tightest", "MIN"), ("Median", "MEDIAN"), ("Widest", "MAX"))
        ],
    )


def lay_out_position(layout: Layout) -> None:
    """Lay out the page of the position and what a tightening is worth to it at once."""
    page = layout.page(
        "Position",
        "What a tightening is worth at once",
        "Treasury yields stay, the yield falls by the tightening, payments keep the speed of Inputs. Three ways: the "
        "price at the lower yield, duration and convexity, the price at the lower Z-spread.",
        (28, 14, 14, 14, 18, 14, 14, 18, 18),
    )
    trade = f"price,{POOL}"
    page.headlines(
        3,
        (
            Headline("position_yield", "Yield", f"=MBS_YIELD({trade},settle,program)", "percent"),
            Headline("position_life", "Average life", f"=MBS_WAL({POOL},settle,program)", "years", "years"),
            Headline("position_duration", "Duration", f"=MBS_DURATION({trade},,settle,program)", "years", "modified"),
            Headline("position_convexity", "Convexity", f"=MBS_CONVEXITY({trade},settle,program)", "years"),
            Headline("position_z_spread", "Z-spread", f"=MBS_Z_SPREAD({trade},{_CURVE},settle,program)", "points"),
            Headline(
                "position_value", "Value", "=face*(price+MBS_ACCRUED(coupon,settle))/100", "price", "$mm, with accrued"
            ),
        ),
    )
    first, last = AT_ONCE, AT_ONCE + STEPS
    names = ("tightening", "yield", "price", "gain, $mm", "by duration and convexity, $mm")
    page.table(
        AT_ONCE - 2,
        (*names, "Z-spread", "price at it", "gain by Z-spread, $mm", "months as tight or tighter"),
        ("points", "percent", "price", "price", "price", "points", "price", "price", "share"),
        [_step(first + place, place) for place in range(STEPS + 1)],
    )
    page.fill(first - 1, 3, STEPS + 1, f"=MBS_PRICE(C{first}:C{last},{POOL},settle,program)", "price")
    page.fill(first - 1, 7, STEPS + 1, f"=MBS_Z_PRICE(G{first}:G{last},{POOL},{_CURVE},settle,program)", "price")


def _step(row: int, place: int) -> tuple[object, ...]:
    move = f"B{row}/10000"
    return (
        f"=tighten_large*{place}/{STEPS}",
        f"=position_yield-{move}",
        None,
        f"=(D{row}-price)/100*face",
        f"=position_value*(position_duration*{move}+position_convexity/2*({move})^2)",
        f"=position_z_spread-B{row}",
        None,
        f"=(H{row}-price)/100*face",
        rank(f"(spread_now-B{row})"),
    )


def lay_out_held(layout: Layout) -> None:
    """Lay out the page of the position held for a year."""
    page = layout.page(
        "Held",
        "The position held for a year",
        "$mm. Twelve payments earn cash to the end; then the rest is sold at today's yield less the tightening.",
        (24, 14, 14, 16, 18, 16, 14, 4, 14),
    )
    flows = f"MBS_CASHFLOW(face,{POOL},settle,program)"
    page.table(
        3,
        ("payment", "paid on", "paid", "years, 30/360", "with interest", "balance after"),
        ("integer", "date", "price", "years", "price", "price"),
        [
            (
                month,
                f"=INDEX({flows},{month + 1},2)",
                f"=INDEX({flows},{month + 1},7)",
                f"={days_between('settle', f'C{row}')}/360",
                f"=D{row}*(1+cash_rate*(1-E{row}))",
                f"=INDEX({flows},{month + 1},8)",
            )
            for month, row in enumerate(range(5, 5 + _YEAR), start=1)
        ],
    )
    page.header(3, ("CPR by month",), column=9)
    page.fill(4, 9, _SPEEDS, f"=MBS_SPEED_VECTOR(speed,age,{_SPEEDS})", "percent")
    _sold(page)
    page.sheet.print_area(0, 0, AFTER_A_YEAR + 8, 8)


def _sold(page: Page) -> None:
    """Lay out the sale after a year, at five spreads and where the year earns the cash rate only."""
    first, last = AFTER_A_YEAR, AFTER_A_YEAR + 4
    later = f"coupon,wac,wam-{_YEAR},age+{_YEAR},J{5 + _YEAR}:J{4 + _SPEEDS},EDATE(settle,{_YEAR}),program"
    balance, paid, accrued = "$G$16", "SUM($F$5:$F$16)", f"MBS_ACCRUED(coupon,EDATE(settle,{_YEAR}))"
    page.table(
        AFTER_A_YEAR - 2,
        ("tightening", "yield", "price", "value of the rest", "payments with interest", "return", "over cash"),
        ("points", "percent", "price", "price", "price", "percent", "percent"),
        [
            (
                f"={move}",
                f"=position_yield-B{row}/10000",
                None,
                f"={balance}*(D{row}+{accrued})/100",
                f"={paid}",
                f"=(E{row}+F{row})/position_value-1",
                f"=G{row}-cash_rate",
            )
            for row, move in enumerate(
                ("-tighten_large", "-tighten_small", 0, "tighten_small", "tighten_large"), start=first
            )
        ],
    )
    page.fill(first - 1, 3, 5, f"=MBS_PRICE(C{first}:C{last},{later})", "price")
    price = f"(position_value*(1+cash_rate)-{paid})/{balance}*100-{accrued}"
    page.headlines(
        last,
        (
            Headline("price_of_cash", "Price that earns cash", f"={price}", "price"),
            Headline(
                "widening_to_cash",
                "Widening to it",
                f"=10000*(MBS_YIELD(price_of_cash,{later})-position_yield)",
                "points",
            ),
        ),
    )
