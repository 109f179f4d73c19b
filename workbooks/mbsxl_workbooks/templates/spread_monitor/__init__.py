"""Mortgage rates against Treasuries since 1971: how wide, made of what, and what a tightening is worth."""

from __future__ import annotations

import datetime

from mbsxl_workbooks.kit import INPUTS, SUMMARY, SUMMARY_WIDTHS, Headline, Input, Layout, Page
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.templates.spread_monitor import history
from mbsxl_workbooks.templates.spread_monitor.checks import lay_out_checks
from mbsxl_workbooks.templates.spread_monitor.position import (
    AFTER_A_YEAR,
    AT_ONCE,
    POOL,
    STEPS,
    TENORS,
    lay_out_held,
    lay_out_market,
    lay_out_position,
)

TITLE = "Mortgage spreads"
QUESTION = (
    "Mortgage rates stood 3 points over Treasuries in 2023 and 2 points as QT ended. What is left to tighten, and what "
    "is it worth?"
)

_SPREADS = history.months("G")


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    summary = layout.page(SUMMARY, TITLE, QUESTION, SUMMARY_WIDTHS)
    _inputs(layout)
    lay_out_market(layout)
    lay_out_position(layout)
    lay_out_held(layout)
    history.lay_out_phases(layout)
    history.lay_out_weeks(layout)
    history.lay_out_months(layout)
    lay_out_checks(layout)
    _summary(summary)


def _summary(page: Page) -> None:
    row = page.paragraph(
        3,
        (
            "How to read it: the spread came in from 296 bp in June 2023 to 205 in December 2025, as QT ended, and",
            "187 in September 2026. Of these 109 bp, 33 came before the first cut, 58 while the Fed was cutting",
            "(August to December of 2024 and of 2025), none in the pause between, 18 since, without a cut. The",
            "10-year's volatility fell from 94 to 43 bp a year. Most is done: the median of the 2010s was 169 bp.",
            "Change the amber cells on Inputs: the market of the day, the TBA prices, the position.",
        ),
    )
    page.gallery(page.headlines(row + 1, (*_where_it_stands(), *_what_it_is_worth())) + 1, _charts())


def _where_it_stands() -> tuple[Headline, ...]:
    day = '="on "&TEXT(as_of,"d mmm yyyy")'
    illustrative = "TBA prices: illustrative"
    return (
        Headline(
            "spread_now",
            "Mortgage rate over the 10-year",
            "=MBS_MORTGAGE_SPREAD(mortgage_rate,treasury_10)",
            "points",
            day,
        ),
        Headline(
            "spread_blend",
            "Mortgage rate over the 5/10 blend",
            "=MBS_MORTGAGE_SPREAD(mortgage_rate,treasury_10,treasury_5,blend_weight)",
            "points",
            day,
        ),
        Headline(
            "rank_since_1971",
            "Percentile since 1971",
            history.rank("spread_now"),
            "share",
            "of months as tight or tighter",
        ),
        Headline(
            "rank_since_2010",
            "Percentile since 2010",
            history.rank("spread_now", "2010-01"),
            "share",
        ),
        Headline(
            "rank_tighter",
            '="Percentile if "&tighten_large&" bp tighter"',
            history.rank("(spread_now-tighten_large)"),
            "share",
            "since 1971",
        ),
        Headline("median_since_1971", "Median month since 1971", f"=MEDIAN({_SPREADS})", "points"),
        Headline("median_2010s", "Median month of the 2010s", "=Phases!E9", "points"),
        Headline("left_to_tighten", "Left to the median of the 2010s", "=spread_now-median_2010s", "points"),
        Headline("widest", "Widest month since 1971", f"=MAX({_SPREADS})", "points", "April 1980"),
        Headline(
            "widest_qt",
            "Widest month under QT",
            f"=MAX({history.months('G', '2022-06', '2025-11')})",
            "points",
            "June 2023",
        ),
        Headline("qt_end", "December 2025, as QT ended", f"=Monthly!G{history.month_row('2025-12')}", "points"),
        Headline(
            "with_volatility",
            "Spread and volatility, correlation",
            f"=CORREL({history.months('G', '2010-01')},{history.months('I', '2010-01')})",
            "years",
            "of the 10-year, since 2010",
        ),
        Headline("primary_secondary", "Mortgage rate over current coupon", "=Market!E18", "points", illustrative),
        Headline("coupon_spread", "Current coupon over the 5/10 blend", "=Market!E19", "points", illustrative),
    )


def _what_it_is_worth() -> tuple[Headline, ...]:
    def gain(size: str) -> str:
        return f"=(MBS_PRICE(position_yield-{size}/10000,{POOL},settle,program)-price)/100*face"

    def returned(move: int) -> str:
        return f"=Held!G{AFTER_A_YEAR + move}"

    return (
        Headline("now_yield", "Yield of the position", "=position_yield", "percent", "semiannual"),
        Headline(
            "now_z_spread", "Z-spread of the position", "=position_z_spread", "points", "over the curve on Inputs"
        ),
        Headline("gain_small", _tightening("Gain", "tighten_small"), gain("tighten_small"), "price", "$mm, at once"),
        Headline("gain_large", _tightening("Gain", "tighten_large"), gain("tighten_large"), "price", "$mm, at once"),
        Headline("return_wider", '="A year\'s return, "&tighten_large&" bp wider"', returned(0), "percent"),
        Headline("return_none", "A year's return, spread unchanged", returned(2), "percent", "Treasuries unchanged"),
        Headline("return_small", _tightening("A year's return", "tighten_small"), returned(3), "percent"),
        Headline("return_large", _tightening("A year's return", "tighten_large"), returned(4), "percent"),
        Headline(
            "break_even",
            "Break-even widening",
            "=widening_to_cash",
            "points",
            "the year then earns cash",
        ),
    )


def _tightening(what: str, size: str) -> str:
    return f'="{what}, "&{size}&" bp tighter"'


def _charts() -> list[Chart]:
    def monthly(name: str, column: str, start: str = "1971-04") -> Series:
        return Series(name, history.months("B", start), history.months(column, start))

    steps = (f"Position!$B${AT_ONCE}:$B${AT_ONCE + STEPS}", f"Position!$E${AT_ONCE}:$E${AT_ONCE + STEPS}")
    autumn = "2025-10-02"
    return [
        Chart(
            "Mortgage rate over the 10-year since 1971",
            "bp",
            (monthly("spread", "G"), monthly("median", "J")),
            across="year",
            step=5,
        ),
        Chart(
            "The two rates since 1971",
            "",
            (monthly("30-year mortgage", "C"), monthly("10-year Treasury", "D")),
            number="share",
            across="year",
            step=5,
        ),
        Chart(
            "Spread and volatility since 2010",
            "bp",
            (monthly("spread", "G", "2010-01"), monthly("volatility of the 10-year, a year", "I", "2010-01")),
            across="year",
            step=2,
        ),
        Chart(
            "Week by week around the end of QT",
            "bp",
            (Series("over the 10-year", history.weeks("B", autumn), history.weeks("F", autumn)),),
            across="day",
            step=14,
        ),
        Chart(
            "Median spread by era",
            "bp",
            (Series("over the 10-year", history.eras("B"), history.eras("E"), "column"),),
            across="text",
        ),
        Chart(
            "Gain on the position if spreads tighten",
            "$mm",
            (Series("at once, by bp of tightening", *steps, "column"),),
            number="years",
        ),
    ]


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells; everything else follows.", (44, 16, 96))
    page.inputs(3, (*_market_inputs(), *_stack_inputs(), *_position_inputs()))


_RATE = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 0.3, "error_message": "0% to 30%"}
_PRICE = {"validate": "decimal", "criteria": "between", "minimum": 1, "maximum": 200, "error_message": "1 to 200"}
_DATE = {"validate": "date", "criteria": ">=", "value": datetime.date(1990, 1, 1), "error_message": "A date"}
_MONTHS = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 360, "error_message": "Whole months"}
_SPEED = {"validate": "length", "criteria": ">", "value": 0, "input_title": "A speed"}
_BP = {"validate": "decimal", "criteria": "between", "minimum": 1, "maximum": 200, "error_message": "1 to 200 bp"}


def _market_inputs() -> tuple[Input, ...]:
    day = datetime.date(2026, 9, 10)
    curve = "Federal Reserve Board, H.15, constant maturity, 10 September 2026"
    yields = (0.0456, 0.0475, 0.0484, 0.0495, 0.0537)
    return (
        Input("as_of", "Day of the market", day, "date", "The last day here with survey and whole curve", _DATE),
        Input(
            "mortgage_rate",
            "Mortgage rate",
            0.0676,
            "percent",
            "Freddie Mac, Primary Mortgage Market Survey, 30-year, 10 September 2026",
            _RATE,
        ),
        *(
            Input(f"treasury_{tenor}", f"{tenor}-year Treasury", level, "percent", curve, _RATE)
            for tenor, level in zip(TENORS, yields, strict=True)
        ),
        Input(
            "blend_weight",
            "Weight of the 10-year in the 5/10 blend",
            0.5,
            "share",
            "The rest is the weight of the 5-year",
            _RATE | {"minimum": 0.01, "maximum": 1, "error_message": "1% to 100%"},
        ),
        Input("cash_rate", "Cash rate", 0.0362, "percent", "SOFR, 10 September 2026; what payments earn", _RATE),
    )


def _stack_inputs() -> tuple[Input, ...]:
    illustrative = "Illustrative: TBA prices are not public; type the screen's. They must enclose 100"
    prices = (96.25, 98.75, 100.75, 102.5)
    return (
        Input("lowest_coupon", "TBA stack: lowest coupon", 0.05, "percent", "The others are 0.5% apart", _RATE),
        *(
            Input(
                f"tba_{place + 1}",
                f'="TBA price, "&TEXT(lowest_coupon+{0.005 * place},"0.0%")&" coupon"',
                quote,
                "price",
                illustrative,
                _PRICE,
            )
            for place, quote in enumerate(prices)
        ),
    )


def _position_inputs() -> tuple[Input, ...]:
    programs = {"validate": "list", "source": ["UMBS", "GOLD", "GNMA I", "GNMA II"]}
    amount = {"validate": "decimal", "criteria": ">", "value": 0, "error_message": "Above 0, $mm"}
    speed = '"7 CPR", "150 PSA", "6 CPR for 12, 8 CPR"; kept whatever the spread does'
    return (
        Input("face", "Position: face", 100, "tenths", "$mm, current face", amount),
        Input("program", "Programme", "UMBS", "text", "Sets the payment delay", programs),
        Input("coupon", "Coupon", 0.055, "percent", "Net, paid to the investor", _RATE),
        Input("wac", "Gross rate of the loans", 0.064, "percent", "Weighted average coupon", _RATE),
        Input("wam", "Months remaining", 355, "integer", "24 to 360", _MONTHS | {"minimum": 24}),
        Input("age", "Age of the loans", 4, "integer", "Months", _MONTHS),
        Input("speed", "Prepayment speed", "7 CPR", "text", speed, _SPEED),
        Input("price", "Clean price", 98.75, "price", "Per 100 of face; illustrative", _PRICE),
        Input("settle", "Settlement", datetime.date(2026, 9, 14), "date", "The year held starts here", _DATE),
        Input("tighten_small", "Tightening, smaller", 25, "integer", "bp", _BP),
        Input("tighten_large", "Tightening, larger", 50, "integer", "bp; the charts and tables go this far", _BP),
    )
