"""Two cuts and what follows: where prepayment risk returns on the coupon stack, and which coupons pay for it."""

from __future__ import annotations

from typing import Any

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.sensitivity import tornado
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.shared import market, pools
from mbsxl_workbooks.shared.measures import adjusted_checks
from mbsxl_workbooks.shared.pools import THIRTY_YEARS
from mbsxl_workbooks.shared.standards import PRICING, published
from mbsxl_workbooks.templates.easing_cycle import outcomes, scenarios, value

TITLE = "The easing cycle"
QUESTION = (
    "The Fed cut by 25 bp in October 2025 and again in December. If rates now move, where does prepayment risk return, "
    "and which coupons pay for it?"
)

_DRAWN = ("30y20", "30y40", "30y50", "30y55", "30y65")
_LIMITS = (
    "Prices are illustrative until typed over, and so is the volatility; coupons keep the OAS of their price, plus the "
    "scenario's spread.",
    "The curve is where the scenario's steps have it, month by month; after the horizon it goes as its forwards say, "
    "around which the model's paths are.",
    "Burnout is the model's, from the survey's rates since each pool was issued. Value takes the pools as new ones, as "
    "the other templates do.",
    "Treasuries of equal duration: par Treasuries of the curve, their return interpolated by effective duration today.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = (*_identities(), *published(*PRICING))
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    pools.pools_page(layout, THIRTY_YEARS, scenarios=False)
    scenarios.lay_out_scenarios(layout)
    outcomes.lay_out_outcomes(layout)
    outcomes.lay_out_sensitivity(layout)
    value.lay_out_rates(layout)
    outcomes.lay_out_burnout(layout)
    outcomes.lay_out_told(layout)
    market.curve_page(layout, reverting=False)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells, here, on Pools and on Scenarios; all follows.")
    page.inputs(
        (
            Input(
                "scenario",
                "Scenario of the answer",
                scenarios.PATHS["down"][0],
                "text",
                "One of the names on Scenarios",
                scenarios.CHOICE,
            ),
            Input(
                "months",
                "Horizon",
                12,
                "integer",
                "Months",
                rules.between(1, 60, "1 to 60 whole months", whole=True),
            ),
            Input("speed_jump", "Prepayment risk: CPR rises by", 0.05, "percent", "In that scenario", rules.CPR),
            Input(
                "life_limit",
                "Stable: average life moves by",
                2,
                "years",
                "Years, most, over the scenarios",
                rules.between(0, 30, "0 to 30 years"),
            ),
            *market.settlement(),
        ),
        "The question",
    )
    market.market_inputs(page, reverting=False)


def _coupon(name: str, column: str) -> str:
    return f'TEXT(INDEX({{pools.coupon}},MATCH({name},{column},0)),"0.0%")&" coupon"'


def _summary() -> Summary:
    risky, stable = "risk_returns", "stable_below"
    says = (
        f'IF(ISNUMBER({risky}),"prepayment risk returns from the "&TEXT({risky},"0.0%")&" coupon","no coupon '
        'gains "&TEXT(100*speed_jump,"0")&" CPR")'
        f'&"; "&IF(ISNUMBER({stable}),"coupons below "&TEXT({stable},"0.0%")&" keep their cash flows","every '
        'coupon keeps its cash flows")'
        f'&"; over Treasuries of equal duration the "&{_coupon("best_excess", "{excess.chosen}")}&" does best: '
        '"&TEXT(best_excess,"+0.0%;-0.0%")&" in "&months&" months."'
    )
    return Summary(
        f'=IF(ISERROR({risky}),{risky},IF(ISERROR({stable}),{stable},"If rates move as in """&scenario&""", "&{says}))',
        market.DATED,
        (
            "How to read it: a holder of MBS is short the borrowers' option to refinance. Where rates "
            "fall, loans above the market are paid off at par: high coupons stop gaining and lose their "
            "duration. Low coupons have no such borrowers and behave like Treasuries. In between, a move "
            "of 50 bp changes most. A longer coupon gains more when rates fall: the return over "
            "Treasuries of equal duration takes that out.",
        ),
        (
            Headline(
                "mortgage_then",
                "Mortgage rate, in that scenario",
                f"=INDEX({{rates.{outcomes.SPAN}[mortgage]}},1,chosen)",
                "percent",
                '=TEXT(mortgage_rate,"0.00%")&" today"',
            ),
            Headline(
                risky,
                "Prepayment risk returns from coupon",
                "={risky.low}",
                "percent",
                '="CPR up by "&TEXT(100*speed_jump,"0")&" or more"',
            ),
            Headline(
                stable,
                "Stable cash flows below coupon",
                "={unstable.low}",
                "percent",
                '="average life within "&TEXT(life_limit,"0.0")&" years over the scenarios"',
            ),
            Headline(
                "best_excess",
                "Best over duration-matched Treasuries",
                "=MAX({excess.chosen})",
                "percent",
                f"={_coupon('best_excess', '{excess.chosen}')}",
                True,
            ),
            Headline(
                "worst_excess",
                "Worst over duration-matched Treasuries",
                "=MIN({excess.chosen})",
                "percent",
                f"={_coupon('worst_excess', '{excess.chosen}')}",
                True,
            ),
            Headline(
                "best_worst",
                "Best in its worst scenario, over Treasuries",
                "=MAX({excess.worst})",
                "percent",
                f"={_coupon('best_worst', '{excess.worst}')}",
                True,
            ),
            Headline(
                "duration_lost",
                "Most duration lost, years",
                "=MAX({durations.lost})",
                "years",
                f"={_coupon('duration_lost', '{durations.lost}')}",
                True,
            ),
            Headline(
                "option_toll",
                "Most lost to convexity, +/-100 bp, points",
                "=MIN({changes.toll})",
                "price",
                f"={_coupon('option_toll', '{changes.toll}')}",
                True,
            ),
        ),
        _charts(),
    )


def _charts() -> list[Chart]:
    def each(table: str, kind: str = "line") -> tuple[Series, ...]:
        return tuple(
            Series(f"={{names.scenario[{name}]}}", "{pools.coupon}", f"{{{table}.{name}}}", kind)
            for name in scenarios.NAMES
        )

    first, *_, last = value.STEPS
    moves = f"{first}:{last}"
    lines = tuple(
        Series(f"={{pools.pool[{key}]}}", f"{{changes.{moves}[head]}}", f"{{changes.{moves}[{key}]}}") for key in _DRAWN
    )
    below: dict[str, Any] = {"across": "percent", "below": "coupon"}
    return [
        Chart(
            '="Return over Treasuries of equal duration, "&months&" months"',
            "",
            each("excess", "column"),
            number="tenths percent",
            **below,
        ),
        Chart("Speed after the horizon", "CPR", each("speeds"), number="share", **below),
        Chart("Average life from the horizon at that speed", "years", each("lives"), **below),
        Chart("Effective duration at the horizon", "years", each("durations", "column"), **below),
        Chart("Price change against rate moves", "points", lines, below="parallel move, bp"),
        Chart(
            "Gain of -100 bp plus loss of +100 bp",
            "points",
            (Series("what convexity takes", "{pools.coupon}", "{changes.toll}", "column"),),
            number="tenths",
            **below,
        ),
        tornado("The best coupon over Treasuries, as one input moves", "", "percent"),
    ]


def _identities() -> tuple[Check, ...]:
    def said(measure: str) -> str:
        return f"INDEX({{outcomes.{measure}}},{{places.down[30y55]}})"

    paid = "10000*({pools.clean[30y55]}+MBS_ACCRUED({pools.coupon[30y55]},settle))"
    return (
        *adjusted_checks("stack", THIRTY_YEARS[2]),
        Check(
            "Value less change of the 5.5% coupon, less what was paid for it, $",
            f"={said('value')}-{said('change')}-{paid}",
            0,
            1e-6,
            "exact",
            "MBS_SCENARIOS against price and accrued interest",
        ),
        Check(
            "Its return, less its change over what was paid",
            f"={said('return')}-{said('change')}/({paid})",
            0,
            1e-12,
            "exact",
            "MBS_SCENARIOS against plain arithmetic",
        ),
        Check(
            "Best over Treasuries, asked once more",
            "={tornado.today[rates]}-best_excess",
            0,
            1e-9,
            "exact",
            "MBS_SCENARIOS of one coupon and one scenario against all of them",
        ),
    )
