"""Two cuts and what follows: where prepayment risk returns on the coupon stack, and which coupons keep their flows."""

from __future__ import annotations

from mbsxl_workbooks.kit import CHECKS, INPUTS, SUMMARY, SUMMARY_WIDTHS, Check, Headline, Input, Layout, Page
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.shared.standards import STANDARDS
from mbsxl_workbooks.shared.thirty_years import (
    COUPONS,
    END,
    OAS,
    POOLS,
    PRICES,
    STACK,
    market_inputs,
    pool,
    stack_checks,
    stack_page,
    volatility_input,
)
from mbsxl_workbooks.shared.treasuries import CURVE, curve_page
from mbsxl_workbooks.templates.easing_cycle import pages, rates

TITLE = "The easing cycle"
QUESTION = (
    "The Fed cut by 25 bp in October 2025 and again in December. If rates now move, where does prepayment risk return, "
    "and which coupons keep their cash flows?"
)

_DRAWN = ("30y20", "30y40", "30y50", "30y55", "30y65")  # the coupons of the chart of prices


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    summary = layout.page(SUMMARY, TITLE, QUESTION, SUMMARY_WIDTHS)
    _inputs(layout)
    stack_page(layout)
    pages.lay_out_scenarios(layout)
    pages.lay_out_value(layout)
    pages.lay_out_flows(layout)
    pages.lay_out_year(layout)
    rates.lay_out_rates(layout)
    rates.lay_out_risk(layout)
    curve_page(layout)
    _checks(layout)
    _summary(summary)


def _summary(page: Page) -> None:
    row = page.paragraph(
        3,
        (
            "How to read it: a holder of MBS is short the borrowers' option to refinance. Where rates fall, loans",
            "above the market are paid off at par: high coupons stop gaining and lose their duration. Low coupons",
            "have no such borrowers and behave like Treasuries. In between, a move of 50 bp changes most. Each",
            "scenario moves the curve at once; every coupon keeps the OAS of its price today. Prices and pools are",
            "illustrative: type the screen's on Stack, your own moves on Scenarios.",
        ),
    )
    page.gallery(page.headlines(row + 1, (*_cash_flows(), *_convexity(), *_returns())) + 1, _charts())


def _cash_flows() -> tuple[Headline, ...]:
    today, down = pages.speeds(0), pages.speeds(1)
    return (
        Headline(
            "mortgage_down",
            "Mortgage rate, parallel -50",
            f"={pages.mortgage(1)}",
            "percent",
            '=TEXT(mortgage_rate,"0.00%")&" today"',
        ),
        Headline(
            "risk_returns",
            "Prepayment risk returns from coupon",
            f'=MINIFS({COUPONS},{pages.SPEED_GAIN},">="&speed_jump)',
            "percent",
            f'=IF(risk_returns=0,"no coupon gains as much",{_moved("risk_returns", today, down)})',
        ),
        Headline(
            "stable_below",
            "Stable cash flows below coupon",
            f'=MINIFS({COUPONS},{pages.LIFE_SPAN},">"&life_limit)',
            "percent",
            '=IF(stable_below=0,"every coupon is stable","average life within "&TEXT(life_limit,"0.0")&" years")',
        ),
        Headline(
            "least_stable",
            "Average life moves most, years",
            f"=MAX({pages.LIFE_SPAN})",
            "years",
            f'={_coupon("least_stable", pages.LIFE_SPAN)}&"; longest less shortest"',
        ),
    )


def _convexity() -> tuple[Headline, ...]:
    return (
        Headline(
            "duration_lost",
            "Most duration lost, parallel -50",
            f"=MAX({pages.DURATION_LOST})",
            "years",
            f'={_coupon("duration_lost", pages.DURATION_LOST)}&": "&'
            f"{_pair('duration_lost', pages.DURATION_LOST, pages.durations(0), pages.durations(1))}",
        ),
        Headline(
            "least_convex",
            "Most negative convexity today",
            f"=MIN({pages.convexities(0)})",
            "integer",
            f'={_coupon("least_convex", pages.convexities(0))}&"; desks divide by 100"',
        ),
        Headline(
            "option_toll",
            "Most lost to convexity, +/-100 bp",
            f"=MIN({rates.TOLL})",
            "price",
            f'={_coupon("option_toll", rates.TOLL)}&"; points per 100 of face"',
        ),
    )


def _returns() -> tuple[Headline, ...]:
    best = [
        Headline(
            f"best_{key}",
            f"Best over a year, {name}",
            f"=MAX({pages.returns(place)})",
            "percent",
            f"={_coupon(f'best_{key}', pages.returns(place))}",
        )
        for place, (key, name) in enumerate(pages.SCENARIOS.items())
    ]
    worst = Headline(
        "best_worst",
        "Best in its worst scenario",
        f"=MAX({pages.WORST})",
        "percent",
        f'={_coupon("best_worst", pages.WORST)}&": the least it returns"',
    )
    return (*best, worst)


def _at(name: str, where: str) -> str:
    """Return what a column of the coupons holds for the coupon of a headline."""
    return f"INDEX({where},MATCH({name},{COUPONS},0))"


def _coupon(name: str, where: str) -> str:
    """Return the words for the coupon whose figure in a column a headline shows."""
    return f'TEXT(INDEX({COUPONS},MATCH({name},{where},0)),"0.0%")&" coupon"'


def _moved(name: str, before: str, after: str) -> str:
    one, other = (f'TEXT(100*{_at(name, each)},"0.0")' for each in (before, after))
    return f'{one}&" to "&{other}&" CPR, rates -50 bp"'


def _pair(name: str, where: str, before: str, after: str) -> str:
    one, other = (f'TEXT(INDEX({each},MATCH({name},{where},0)),"0.0")' for each in (before, after))
    return f'{one}&" to "&{other}&" years"'


def _charts() -> list[Chart]:
    names = tuple(pages.SCENARIOS.values())

    def each(ranges: pages.Ranges, kind: str = "line") -> tuple[Series, ...]:
        return tuple(Series(name, COUPONS, ranges(place), kind) for place, name in enumerate(names))

    drawn = [(place, pool) for place, pool in enumerate(STACK) if pool["name"] in _DRAWN]
    lines = tuple(Series(f"{pool['coupon']}%", rates.MOVES, rates.price_changes(place)) for place, pool in drawn)
    return [
        Chart("Speed the model expects", "CPR", each(pages.speeds), number="share", across="percent", below="coupon"),
        Chart(
            "Average life at that speed", "years", each(pages.lives), number="integer", across="percent", below="coupon"
        ),
        Chart("Price change against rate moves", "points", lines, across="integer", below="parallel move, bp"),
        Chart(
            "Gain of -100 bp plus loss of +100 bp",
            "points",
            (Series("what convexity takes", COUPONS, rates.TOLL, "column"),),
            number="tenths",
            across="percent",
            below="coupon",
        ),
        Chart(
            "Effective duration",
            "years",
            each(pages.durations, "column"),
            number="integer",
            across="percent",
            below="coupon",
        ),
        Chart("Return over a year", "", each(pages.returns), number="share", across="percent", below="coupon"),
    ]


def _inputs(layout: Layout) -> None:
    page = layout.page(
        INPUTS, "Inputs", "Change the amber cells, here, on Stack and on Scenarios; all follows.", (44, 16, 96)
    )
    jump = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1, "error_message": "0% to 100%"}
    years = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 30, "error_message": "0 to 30"}
    page.inputs(
        3,
        (
            Input("speed_jump", "Prepayment risk: CPR rises by", 0.05, "percent", "When rates fall 50 bp", jump),
            Input("life_limit", "Stable: average life moves by", 2, "years", "Years, most, over the scenarios", years),
            volatility_input("volatility", "Volatility of the short rate", 0.0085),
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
    tenors, yields = CURVE.split(",")
    ends = (f"MBS_OAS_PRICE({OAS},{POOLS},{tenors},{yields}{move},volatility,{END})" for move in ("-0.001", "+0.001"))
    flows = f"MBS_CASHFLOW(1,{pool(7)},Year!D{pages.year_row(1, 7)},,program)"
    page.checks(
        3,
        (
            *stack_checks(),
            Check(
                "Slopes of the prices over 20 bp, less the durations: squares",
                f"=SUMXMY2(({'-'.join(ends)})/0.002/{PRICES},{pages.durations(0)})",
                0,
                1e-12,
                "general",
                "MBS_OAS_PRICE against MBS_OAS_RISK, every coupon",
            ),
            Check(
                "Balance of the 5.5% coupon after a year, parallel -50, two ways",
                f"=INDEX({flows},13,8)-Year!F{pages.year_row(1, 7)}",
                0,
                1e-12,
                "general",
                "MBS_CASHFLOW against MBS_FACTOR",
            ),
            *STANDARDS,
        ),
    )
