"""The pages of the day behind the spread monitor: the market, and what a tightening is worth to a position."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.sensitivity import moved, sensitivity, sensitivity_page
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.days import days_between
from mbsxl_workbooks.shared.market import CURVE, END, MODEL
from mbsxl_workbooks.shared.pools import shown, speed_move
from mbsxl_workbooks.templates.spread_monitor.history import rank

POOL = "coupon,wac,wam,age"
_SPEED = f"{POOL},speed_used"
_STEPS = 10  # of tightening, to the larger one
_YEAR = 12  # payments
_SPEEDS = 360  # months
_DAYS = tuple(f"day{place}" for place in range(1, 9))


def lay_out_market(layout: Layout) -> None:
    """Lay out the page of the day's market, with rows to paste other days in."""
    page = layout.page(
        "Market",
        "The day's market, and the spread taken apart",
        "The current coupon is what would trade at 100, from the stack on Pools. Paste days in the amber rows: "
        "each is ranked "
        "against the months since 1971.",
        (40, *[14] * 6),
    )
    blend = "mortgage_rate-MBS_MORTGAGE_SPREAD(mortgage_rate,cmt_10y,cmt_5y,blend_weight)/10000"
    page.table(
        "pieces",
        ("primary", "secondary", "whole"),
        {
            "what": Column(
                "the spread taken apart",
                "text",
                [
                    "Mortgage rate over current coupon",
                    "Current coupon over the 5/10 blend",
                    "Mortgage rate over the 5/10 blend",
                ],
            ),
            "rate": Column("rate", "percent", ["=mortgage_rate", "=current_coupon", "=mortgage_rate"]),
            "less": Column("less", "percent", ["=current_coupon", f"={blend}", f"={blend}"]),
            "spread": Column("spread", "points", "=10000*({rate}-{less})"),
        },
    )
    page.headlines(
        (
            Headline(
                "current_coupon",
                "Current coupon",
                "=MBS_CURRENT_COUPON({pools.coupon},{pools.clean})",
                "percent",
                "what would trade at 100",
            ),
        )
    )
    others = len(_DAYS) - 1
    page.table(
        "days",
        _DAYS,
        {
            "day": Column("day", "date", ["=as_of", *[None] * others], rule=rules.DATE),
            "rate": Column("mortgage rate", "percent", ["=mortgage_rate", *[None] * others], rule=rules.RATE),
            "ten": Column("10-year", "percent", ["=cmt_10y", *[None] * others], rule=rules.MARKET_RATE),
            "five": Column("5-year", "percent", ["=cmt_5y", *[None] * others], rule=rules.MARKET_RATE),
            "spread": Column("over the 10-year", "points", "=MBS_MORTGAGE_SPREAD({rate},{ten})"),
            "blend": Column("over the 5/10 blend", "points", "=MBS_MORTGAGE_SPREAD({rate},{ten},{five},blend_weight)"),
            "rank": Column("months as tight or tighter", "share", f"={rank('{spread}')}"),
        },
        "Days",
        spare=others,
    )


def lay_out_position(layout: Layout) -> None:
    """Lay out the page of the position and what a tightening is worth to it at once."""
    page = layout.page(
        "Position",
        "What a tightening is worth at once",
        "Treasury yields stay. Three ways: the yield falls by the tightening at the speed used; the Z-spread "
        "does; the OAS does, on the model's paths.",
        (40, *[14] * 9),
    )
    trade = f"clean_price,{_SPEED}"
    speed_move(page)
    page.headlines(
        (
            Headline("clean_price", "Price", "=MBS_DECIMAL(price)", "price", "of Inputs"),
            Headline(
                "model_cpr",
                "The model's speed",
                f"=MBS_MODEL_CPR(mortgage_rate+speed_move/10000,wac,age,,,{MODEL})",
                "percent",
                "CPR of next month, in the scenario chosen",
            ),
            Headline(
                "speed_used",
                "Speed used",
                f'=IF(OR(speed="",scenario<>"base"),{shown("model_cpr")},speed)',
                "general",
                '=IF(OR(speed="",scenario<>"base"),"the model\'s","typed on Inputs")',
            ),
            Headline("position_yield", "Yield", f"=MBS_YIELD({trade},settle,program)", "percent", "semiannual"),
            Headline("position_z_spread", "Z-spread", f"=MBS_Z_SPREAD({trade},{CURVE},settle,program)", "points"),
            Headline("position_oas", "OAS", f"=MBS_OAS(clean_price,{POOL},{CURVE},volatility,{END})", "points"),
            Headline("position_duration", "Modified duration", f"=MBS_DURATION({trade},,settle,program)", "years"),
            Headline(
                "position_convexity",
                "Convexity, hundredths",
                f"=MBS_CONVEXITY({trade},settle,program)/100",
                "hundredths",
                "at one speed",
            ),
            Headline(
                "position_value",
                "Value",
                "=face*(clean_price+MBS_ACCRUED(coupon,settle))/100",
                "price",
                "$mm, with accrued",
            ),
        )
    )
    page.table(
        "steps",
        tuple(f"step{place}" for place in range(_STEPS + 1)),
        {
            "move": Column("tightening", "points", [f"=tighten_large*{place}/{_STEPS}" for place in range(_STEPS + 1)]),
            "yield": Column("yield", "percent", "=position_yield-{move}/10000"),
            "price": Column("price", "price", fill=f"=MBS_PRICE({{yield}},{_SPEED},settle,program)"),
            "gain": Column("gain, $mm", "price", "=({price}-clean_price)/100*face"),
            "z": Column(
                "price at the Z-spread",
                "price",
                fill=f"=MBS_Z_PRICE(position_z_spread-{{move}},{_SPEED},{CURVE},settle,program)",
            ),
            "gain_z": Column("gain, $mm", "price", "=({z}-clean_price)/100*face"),
            "oas": Column(
                "price at the OAS",
                "price",
                fill=f"=MBS_OAS_PRICE(position_oas-{{move}},{POOL},{CURVE},volatility,{END})",
            ),
            "gain_oas": Column("gain, $mm", "price", "=({oas}-clean_price)/100*face"),
            "rank": Column("months as tight or tighter", "share", f"={rank('(spread_now-{move})')}"),
        },
        "At once",
    )


def lay_out_held(layout: Layout) -> None:
    """Lay out the page of the position held for a year."""
    page = layout.page(
        "Held",
        "The position held for a year",
        "$mm. Twelve payments earn the funding rate to the end; then the rest is sold at today's yield less the "
        "tightening.",
        (24, *[15] * 7),
    )
    flows = f"MBS_CASHFLOW(face,{_SPEED},settle,program)"
    paid = [f"=INDEX({flows},{month + 1},{{}})" for month in range(1, _YEAR + 1)]
    page.table(
        "held",
        tuple(str(month) for month in range(1, _YEAR + 1)),
        {
            "payment": Column("payment", "integer", list(range(1, _YEAR + 1))),
            "date": Column("paid on", "date", [each.format(2) for each in paid]),
            "paid": Column("paid", "price", [each.format(7) for each in paid]),
            "years": Column("years, 30/360", "years", f"={days_between('settle', '{date}')}/360"),
            "grown": Column("with interest", "price", "={paid}*(1+funding*(1-{years}))"),
            "left": Column("balance after", "price", [each.format(8) for each in paid]),
        },
    )
    moves = {
        "wider": "-tighten_large",
        "little": "-tighten_small",
        "none": "0",
        "small": "tighten_small",
        "large": "tighten_large",
    }
    later = f"coupon,wac,wam-{_YEAR},age+{_YEAR},{{speeds.cpr[first+{_YEAR}:last]}},EDATE(settle,{_YEAR}),program"
    accrued = f"MBS_ACCRUED(coupon,EDATE(settle,{_YEAR}))"
    page.table(
        "sold",
        tuple(moves),
        {
            "move": Column("tightening", "points", [f"={move}" for move in moves.values()]),
            "yield": Column("yield", "percent", "=position_yield-{move}/10000"),
            "price": Column("price", "price", fill=f"=MBS_PRICE({{yield}},{later})"),
            "value": Column("value of the rest", "price", f"={{held.left[last]}}*({{price}}+{accrued})/100"),
            "paid": Column("payments with interest", "price", "=SUM({held.grown[all]})"),
            "return": Column("return", "percent", "=({value}+{paid})/position_value-1"),
            "over": Column("over funding", "percent", "={return}-funding"),
        },
        "Sold after a year",
    )
    page.headlines(
        (
            Headline(
                "price_of_cash",
                "Price that earns the funding rate",
                f"=(position_value*(1+funding)-SUM({{held.grown}}))/{{held.left[last]}}*100-{accrued}",
                "price",
            ),
            Headline(
                "widening_to_cash",
                "Widening to it",
                f"=10000*(MBS_YIELD(price_of_cash,{later})-position_yield)",
                "points",
            ),
        )
    )
    months = range(1, _SPEEDS + 1)
    page.table(
        "speeds",
        tuple(str(month) for month in months),
        {
            "month": Column("month", "integer", list(months)),
            "cpr": Column("CPR", "percent", fill=f"=MBS_SPEED_VECTOR(speed_used,age,{_SPEEDS})"),
        },
        "The speed month by month",
    )


def lay_out_sensitivity(layout: Layout) -> None:
    """Lay out what the larger tightening is worth, as one input moves."""
    page = sensitivity_page(layout, "What the larger tightening is worth at once, the yield falling by it, $mm.")

    def gain(price: str = "", speed: str = "", tighter: str = "", face: str = "", wac: str = "") -> str:
        vector = f"MBS_SPEED_VECTOR(speed_used,age,{_SPEEDS})*(1{speed})" if speed else "speed_used"
        pool = f"coupon,wac{wac},wam,age,{vector}"
        clean = f"(clean_price{price})"
        then = f"MBS_YIELD({clean},{pool},settle,program)-(tighten_large{tighter})/10000"
        return f"(MBS_PRICE({then},{pool},settle,program)-{clean})/100*face{face}"

    sensitivity(
        page,
        gain(),
        "price",
        {
            "tighter": moved("Tightening, bp", 10, gain(tighter="±")),
            "speed": moved("Speed, %", 25, gain(speed="±/100")),
            "face": moved("Face, %", 10, gain(face="*(1±/100)")),
            "price": moved("Price, points", 1, gain(price="±")),
            "wac": moved("Gross rate, bp", 25, gain(wac="±/10000")),
        },
    )
