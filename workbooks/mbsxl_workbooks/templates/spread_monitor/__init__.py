"""Mortgage rates against Treasuries since 1971: how wide, made of what, and what a tightening is worth."""

from __future__ import annotations

from typing import Any

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.sensitivity import tornado
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.shared import market, pools
from mbsxl_workbooks.shared.pools import THIRTY_YEARS, pool_of
from mbsxl_workbooks.shared.standards import PRICING, published
from mbsxl_workbooks.templates.spread_monitor import history
from mbsxl_workbooks.templates.spread_monitor.history import LAST, SINCE, rank
from mbsxl_workbooks.templates.spread_monitor.position import (
    POOL,
    lay_out_held,
    lay_out_market,
    lay_out_position,
    lay_out_sensitivity,
)

TITLE = "Mortgage spreads"
QUESTION = (
    "Mortgage rates stood 3 points over Treasuries in 2023 and 2 points as QT ended. What is left to tighten, and what "
    "is it worth?"
)
_LIMITS = (
    "The survey's rate is of the week, the curve of a day; monthly averages mix both. TBA prices are illustrative "
    "until typed over.",
    "The spread that goes with volatility and slope is a regression over months since 2010: a yardstick, not a "
    "forecast.",
    "What a tightening is worth leaves Treasury yields where they are, and, but for the OAS, the speed too.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = (*_data_checks(), *_identities(), *published(*PRICING[:4]))
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    pools.pools_page(layout, THIRTY_YEARS, scenarios=False)
    lay_out_market(layout)
    lay_out_position(layout)
    lay_out_held(layout)
    lay_out_sensitivity(layout)
    history.lay_out_phases(layout)
    history.lay_out_weeks(layout)
    history.lay_out_months(layout)
    market.curve_page(layout)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(
        INPUTS, "Inputs", "Change the amber cells, here, on Pools and on Market; everything else follows."
    )
    pool = pool_of("30y55")
    move = rules.between(1, 200, "1 to 200 bp")
    page.inputs(
        (
            Input("tighten_small", "Tightening, smaller", 25, "bp", "bp", move),
            Input("tighten_large", "Tightening, larger", 50, "bp", "The charts and tables go this far", move),
            Input(
                "blend_weight",
                "Weight of the 10-year in the 5/10 blend",
                0.5,
                "share",
                "The rest is the weight of the 5-year",
                rules.between(0.01, 1, "1% to 100%"),
            ),
        ),
        "The question",
    )
    page.inputs(
        (
            Input("face", "Face", 100, "tenths", "$mm, current face", rules.between(0.001, 1e6, "Above 0, $mm")),
            Input("coupon", "Coupon", pool["coupon"], "percent", "Net, paid to the investor", rules.RATE),
            Input("wac", "Gross rate of the loans", pool["wac"], "percent", "Weighted average coupon", rules.RATE),
            Input(
                "wam",
                "Months left",
                pool["wam"],
                "integer",
                "24 to 360",
                rules.between(24, 360, "24 to 360 whole months", whole=True),
            ),
            Input("age", "Age of the loans", pool["age"], "integer", "Months", rules.AGE),
            Input(
                "speed",
                "Speed, if not the model's",
                None,
                "text",
                '"7 CPR", "150 PSA"; blank: the model\'s',
                rules.SPEED,
            ),
            pools.scenario_input(),
            Input("price", "Price", pool["price"], "text", "In 32nds or decimals; illustrative", rules.QUOTE),
            *market.settlement(),
        ),
        "The position",
    )
    pools.scenarios_table(page)
    market.market_inputs(page, market.rate("funding"))


def _summary() -> Summary:
    when = 'TEXT(INDEX({monthly.month},MATCH(%s,{monthly.spread},0)),"mmm yyyy")'
    qt = "MAX({monthly.spread[2022-06:2025-11]})"
    since = f"{{monthly.spread[{LAST}]}}"
    gain = "=(MBS_PRICE(position_yield-{0}/10000,{1},speed_used,settle,program)-clean_price)/100*face"
    return Summary(
        '="At "&TEXT(spread_now,"0")&" bp the spread is "&IF(left_to_tighten>0,TEXT(left_to_tighten,"0")&" bp '
        'wider than the median of the 2010s","already at or below the median of the 2010s")'
        '&" and "&TEXT(ABS(richness),"0")&" bp "&IF(richness>0,"wider","tighter")&" than volatility and slope '
        'explain; "&tighten_large&" bp of tightening is worth $"'
        '&TEXT(gain_large,"0.0")&"mm on $"&face&"mm, and "&TEXT(break_even,"0")&" bp of widening eats a year\'s '
        'return over funding."',
        f'=("Market of "&TEXT(as_of,"d mmm yyyy")&"; months to "&TEXT({{monthly.month[{LAST}]}},"mmm yyyy")&"; '
        'prices "&prices_are)',
        (
            f'="How to read it: under QT the spread was widest in "&{when % qt}&" at "&TEXT({qt},"0")&" bp; it '
            f'stood at "&TEXT({{monthly.spread[2025-12]}},"0")&" in December 2025, as QT ended, and at '
            f'"&TEXT({since},"0")&" in "&TEXT({{monthly.month[{LAST}]}},"mmm yyyy")&"."',
            f'="The 10-year\'s volatility went from "&TEXT({{monthly.volatility[2023-10]}},"0")&" bp a year in '
            f'October 2023 to "&TEXT({{monthly.volatility[{LAST}]}},"0")&". Phases has what happened when; Market '
            "takes the spread apart and has rows to paste days in; Position and Held say what a tightening is worth, "
            'at once and over a year."',
        ),
        (
            Headline(
                "spread_now",
                "Mortgage rate over the 10-year",
                "=MBS_MORTGAGE_SPREAD(mortgage_rate,cmt_10y)",
                "points",
                f'="wider than "&TEXT({rank("spread_now")},"0%")&" of months since 1971, '
                f'"&TEXT({rank("spread_now", SINCE)},"0%")&" since 2010"',
            ),
            Headline(
                "left_to_tighten",
                "Left to the median of the 2010s",
                "=spread_now-{eras.median[2010s]}",
                "points",
                '="median "&TEXT({eras.median[2010s]},"0")&" bp; since 1971 "&TEXT(median_since_1971,"0")',
            ),
            Headline(
                "richness",
                "Wider than volatility and slope explain",
                "=spread_now-fair_spread",
                "points",
                '="volatility "&TEXT(volatility_now,"0")&" bp, slope "&TEXT(slope_now,"0")&" bp: '
                '"&TEXT(fair_spread,"0")&" bp goes with them"',
            ),
            Headline(
                "primary_secondary",
                "Mortgage rate over current coupon",
                "={pieces.spread[primary]}",
                "points",
                "what lenders and servicers keep",
                True,
            ),
            Headline(
                "coupon_spread",
                "Current coupon over the 5/10 blend",
                "={pieces.spread[secondary]}",
                "points",
                "what investors earn",
                True,
            ),
            Headline(
                "gain_large",
                '="Gain, "&tighten_large&" bp tighter, $mm"',
                gain.format("tighten_large", POOL),
                "price",
                '="at once; at the OAS "&TEXT({steps.gain_oas[last]},"0.00")',
                True,
            ),
            Headline(
                "return_none",
                "A year's return, spread unchanged",
                "={sold.return[none]}",
                "percent",
                '=TEXT({sold.return[large]},"0.0%")&" if "&tighten_large&" bp tighter, '
                '"&TEXT({sold.return[wider]},"0.0%")&" if wider"',
                True,
            ),
            Headline(
                "break_even",
                "Break-even widening",
                "=widening_to_cash",
                "points",
                "the year then earns the funding rate",
                True,
            ),
        ),
        _charts(),
    )


def _charts() -> list[Chart]:
    def monthly(name: str, column: str, start: str = "first") -> Series:
        return Series(name, f"{{monthly.month[{start}:last]}}", f"{{monthly.{column}[{start}:last]}}")

    autumn = "[2025-10-02:last]"
    years: dict[str, Any] = {"across": "year", "step": 5}
    return [
        Chart(
            "Mortgage rate over the 10-year since 1971",
            "bp",
            (monthly("spread", "spread"), monthly("median", "median")),
            **years,
        ),
        Chart(
            "The two rates since 1971",
            "",
            (monthly("30-year mortgage", "rate"), monthly("10-year Treasury", "ten")),
            number="share",
            **years,
        ),
        Chart(
            "Spread and volatility since 2010",
            "bp",
            (monthly("spread", "spread", SINCE), monthly("volatility of the 10-year, a year", "volatility", SINCE)),
            across="year",
            step=2,
        ),
        Chart(
            "Week by week around the end of QT",
            "bp",
            (Series("over the 10-year", f"{{weekly.week{autumn}}}", f"{{weekly.spread{autumn}}}"),),
            across="day",
            step=14,
        ),
        Chart(
            "Median spread by era",
            "bp",
            (Series("over the 10-year", "{eras.era}", "{eras.median}", "column"),),
            across="text",
        ),
        Chart(
            "Gain on the position as spreads tighten",
            "$mm",
            (
                Series("yield", "{steps.move}", "{steps.gain}", "column"),
                Series("OAS", "{steps.move}", "{steps.gain_oas}", "column"),
            ),
            number="years",
            below="tightening",
        ),
        tornado('="What "&tighten_large&" bp of tightening is worth, as one input moves"', "$mm", "years"),
    ]


def _data_checks() -> tuple[Check, ...]:
    survey = "Freddie Mac, Primary Mortgage Market Survey, monthly average as published until 2022"
    daily = "Survey and daily H.15 averaged over the month, the average of the 10-year not rounded"
    return (
        Check("Mortgage rate, April 1971", "={monthly.rate[1971-04]}", 0.0731, 0.00005, "percent", survey),
        Check(
            "Mortgage rate, October 1981, the highest", "={monthly.rate[1981-10]}", 0.1845, 0.00005, "percent", survey
        ),
        Check(
            "10-year, average of 2023",
            "=AVERAGE({monthly.ten[2023-01:2023-12]})",
            0.0396,
            0.00005,
            "percent",
            "Federal Reserve Board, H.15, annual",
        ),
        Check("Spread, October 2025", "={monthly.spread[2025-10]}", 219.2, 0.5, "points", daily),
        Check("Spread, November 2025", "={monthly.spread[2025-11]}", 214.4, 0.5, "points", daily),
        Check("Spread, December 2025", "={monthly.spread[2025-12]}", 204.7, 0.5, "points", daily),
        Check(
            "Spread of the week of 6 November 2025",
            "={weekly.spread[2025-11-06]}",
            211,
            0.05,
            "points",
            "Freddie Mac and H.15, 6 November 2025: 6.22% and 4.11%",
        ),
        Check(
            "Five weeks of October 2025, mortgage rate",
            "=AVERAGE({weekly.rate[2025-10-02:2025-10-30]})",
            0.06254,
            0.000005,
            "exact percent",
            "The month of Monthly",
        ),
    )


def _identities() -> tuple[Check, ...]:
    def identity(what: str, formula: str, source: str) -> Check:
        return Check(what, formula, 0, 1e-6, "exact", source)

    payments = "SUMPRODUCT({held.paid}/(1+position_yield/2)^(2*{held.years}))"
    halves = "((360+DAY(EDATE(settle,12))-DAY(settle))/180)"  # the same day, but for the 29th of February
    return (
        Check(
            "Coupons of the stack whose price is not above that of the one below",
            "=SUM(--({pools.clean[first+1:last]}<={pools.clean[first:last-1]}))",
            0,
            0,
            "integer",
            "The stack rises with the coupon, or the current coupon is not one",
        ),
        identity(
            "The two pieces less the spread over the 5/10 blend",
            "=primary_secondary+coupon_spread-{pieces.spread[whole]}",
            "Nothing is left over",
        ),
        identity(
            "Price at the position's own yield, less its price",
            "={steps.price[first]}-clean_price",
            "Yield and price are inverse",
        ),
        identity(
            "Price at the position's own Z-spread, less its price",
            "={steps.z[first]}-clean_price",
            "Z-spread and price are inverse",
        ),
        identity(
            "Price at the position's own OAS, less its price",
            "={steps.oas[first]}-clean_price",
            "OAS and price are inverse",
        ),
        identity(
            "A year at an unchanged yield, discounted at it, less the value today",
            f"={payments}+{{sold.value[none]}}/(1+position_yield/2)^{halves}-position_value",
            "The yield is what payments and sale are worth",
        ),
    )
