"""What the borrowers' option costs each coupon, and what a fall in volatility does to spreads and prices."""

from __future__ import annotations

from mbsxl_workbooks.kit import CHECKS, INPUTS, SUMMARY, SUMMARY_WIDTHS, Check, Headline, Input, Layout, Page
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.style import PALETTE
from mbsxl_workbooks.shared.standards import STANDARDS
from mbsxl_workbooks.shared.thirty_years import (
    COUNT,
    COUPONS,
    END,
    OAS,
    POOLS,
    PRICES,
    STACK,
    listed,
    market_inputs,
    stack_checks,
    stack_page,
    volatility_input,
)
from mbsxl_workbooks.shared.treasuries import CURVE, curve_page
from mbsxl_workbooks.templates.option_cost import pages

TITLE = "What the option costs"
QUESTION = "Do mortgage spreads tighten if volatility falls, by how much, and which coupons gain?"

_DRAWN = ("30y20", "30y40", "30y50", "30y55", "30y65")


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    summary = layout.page(SUMMARY, TITLE, QUESTION, SUMMARY_WIDTHS)
    _inputs(layout)
    stack_page(layout)
    pages.lay_out_levels(layout)
    pages.lay_out_fall(layout)
    pages.lay_out_range(layout)
    curve_page(layout)
    _checks(layout)
    _summary(summary)


def _summary(page: Page) -> None:
    row = page.paragraph(
        3,
        (
            "How to read it: part of what MBS yield over Treasuries pays for the borrowers' option to refinance: the",
            "option cost, the Z-spread less the OAS. It depends on volatility. If volatility falls and investors ask",
            "for the same OAS, prices rise and the spreads that screens show tighten by themselves: most around and",
            "above par, where the option is near the money; hardly at all for deep discounts, and for coupons that",
            "refinance anyway. Prices, pools and volatilities are illustrative: type the screen's.",
        ),
    )
    page.gallery(page.headlines(row + 1, (*_answers(), *_option())) + 1, _charts())


def _answers() -> tuple[Headline, ...]:
    def near(name: str, label: str, column: str, number: str, note: str = "") -> Headline:
        return Headline(name, label, f"=INDEX({column},MATCH(near_par,{COUPONS},0))", number, note)

    held = "at constant OAS"
    return (
        Headline(
            "near_par",
            "Coupon nearest par",
            f"=INDEX({COUPONS},MATCH(MIN({pages.FROM_PAR}),{pages.FROM_PAR},0))",
            "percent",
            f'="price "&TEXT(INDEX({PRICES},MATCH(near_par,{COUPONS},0)),"0.00")',
        ),
        near("par_tightens", '="Its Z-spread tightens, vol -"&vol_fall&" bp"', pages.TIGHTER, "points", held),
        near("par_nominal", "Its nominal spread tightens", pages.NOMINAL, "points", "at the model's speed"),
        near("par_gain", "Its price gain", pages.GAIN, "price", f"points, {held}"),
        Headline(
            "current_coupon",
            "Current coupon today",
            f"={pages.current_coupon(PRICES)}",
            "percent",
            "what would trade at 100",
        ),
        Headline(
            "coupon_tightens",
            "It falls, Treasuries unchanged",
            f"=10000*(current_coupon-{pages.current_coupon(pages.fallen('C'))})",
            "points",
            "each coupon at its own OAS",
        ),
        Headline(
            "coupon_tightens_alone",
            "It falls, one OAS for all",
            f"=10000*({pages.current_coupon(pages.fallen('O'))}-{pages.current_coupon(pages.fallen('P'))})",
            "points",
            "that of the coupon nearest par",
        ),
        _best("most_gain", "Most gained by a coupon", "MAX", pages.GAIN, "price", "points"),
        _best("least_gain", "Least gained by a coupon", "MIN", pages.GAIN, "price", "points"),
    )


def _option() -> tuple[Headline, ...]:
    costs = listed("I")
    return (
        _best("most_cost", "Highest option cost", "MAX", costs, "points", "at the base volatility"),
        _best("least_cost", "Lowest option cost", "MIN", costs, "points", "at the base volatility"),
        Headline(
            "option_share",
            "Option's part of the Z-spread",
            f"=INDEX({costs},MATCH(near_par,{COUPONS},0))/INDEX({listed('H')},MATCH(near_par,{COUPONS},0))",
            "share",
            "of the coupon nearest par",
        ),
        _best("widest_oas", "Widest OAS", "MAX", OAS, "points", "after the option"),
    )


def _best(name: str, label: str, function: str, where: str, number: str, note: str) -> Headline:
    told = f'=TEXT(INDEX({COUPONS},MATCH({name},{where},0)),"0.0%")&" coupon; {note}"'
    return Headline(name, label, f"={function}({where})", number, told)


def _charts() -> list[Chart]:
    def columns(name: str, where: str, color: str = "") -> Series:
        return Series(name, COUPONS, where, "column", color=color)

    drawn = [(place, each) for place, each in enumerate(STACK) if each["name"] in _DRAWN]
    costs = tuple(Series(f"{each['coupon']}%", pages.ACROSS, pages.over_range(0, place)) for place, each in drawn)
    below = {"across": "percent", "below": "coupon"}
    volatility = {"across": "percent", "below": "volatility of the short rate"}
    levels = tuple(columns(name, pages.level(1, place)) for place, name in enumerate(pages.LEVELS))
    return [
        Chart(
            "Z-spread and OAS: the gap is the option",
            "basis points",
            (Series("Z-spread", COUPONS, listed("H")), Series("OAS", COUPONS, OAS)),
            **below,
        ),
        Chart("Option cost at three volatilities", "basis points", levels, **below),
        Chart("Price gain if volatility falls", "points", (columns("at constant OAS", pages.GAIN),), "years", **below),
        Chart(
            "How much spreads tighten if it falls",
            "basis points",
            (columns("Z-spread", pages.TIGHTER), columns("nominal spread", pages.NOMINAL, PALETTE[2])),
            **below,
        ),
        Chart("Option cost over volatility, by coupon", "basis points", costs, **volatility),
        Chart(
            "Current coupon against volatility",
            "change, bp",
            (Series("at constant OAS", pages.ACROSS, pages.over_range(1, COUNT + 1)),),
            "integer",
            **volatility,
        ),
    ]


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells, here and on Stack; everything follows.", (44, 16, 96))
    fall = {"validate": "decimal", "criteria": "between", "minimum": 1, "maximum": 300, "error_message": "1 to 300 bp"}
    page.inputs(
        3,
        (
            volatility_input("volatility", "Volatility of the short rate", 0.0085),
            volatility_input("volatility_low", "Volatility, low", 0.006),
            volatility_input("volatility_high", "Volatility, high", 0.011),
            Input("vol_fall", "Fall of the volatility", 25, "integer", "bp, from the first of the three", fall),
            *market_inputs(),
        ),
    )


def _checks(layout: Layout) -> None:
    page = layout.page(
        CHECKS,
        "Checks",
        "Identities, and published figures, beside what the formulas of this workbook say.",
        (66, 16, 16, 12, 10, 100),
    )
    wilder = f"MBS_OAS_PRICE({OAS},{POOLS},{CURVE},volatility+0.0001,{END})"
    again = f"MBS_OAS({pages.fallen('C')},{POOLS},{CURVE},{pages.AFTER},{END})"
    page.checks(
        3,
        (
            *stack_checks(),
            Check(
                "Prices at a volatility 1 bp higher, less today's and vega: squares",
                f"=SUMXMY2({wilder}-{PRICES},{pages.VEGA})",
                0,
                1e-16,
                "general",
                "MBS_OAS_PRICE against MBS_OAS_RISK, every coupon",
            ),
            Check(
                "OAS of the prices after the fall, less today's: squares",
                f"=SUMXMY2({again},{OAS})",
                0,
                1e-12,
                "general",
                "MBS_OAS against MBS_OAS_PRICE, every coupon",
            ),
            *STANDARDS,
        ),
    )
