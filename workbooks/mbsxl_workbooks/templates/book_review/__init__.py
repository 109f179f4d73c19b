"""A portfolio of pools: value, risk by coupon and programme, what scenarios do to it, and the hedge to a target."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.sensitivity import tornado
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.shared import market
from mbsxl_workbooks.shared.standards import PRICING, published
from mbsxl_workbooks.templates.book_review import hedge, outcomes, positions
from mbsxl_workbooks.templates.book_review.positions import MILLION, total

TITLE = "The portfolio, reviewed"
QUESTION = "What is the portfolio's duration worth if the easing cycle is disrupted, and what hedges it?"

_LIMITS = (
    "The positions and their prices are made up to look like a bank's: paste your own, prices with them.",
    "Scenarios move the curve at once; every position keeps its OAS but for the scenario's spread, and its model.",
    "The hedge matches key-rate DV01s today. It is revalued in every scenario at once, without its own carry; what the "
    "basis of TBAs to the pools held does is left out.",
    "A pool is a new one to the model: it has not yet lost its quick borrowers.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = (*_identities(), *published(*PRICING[:3]))
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    positions.lay_out_positions(layout)
    positions.lay_out_groups(layout)
    positions.lay_out_risk(layout)
    hedge.lay_out_hedge(layout)
    outcomes.lay_out_scenarios(layout)
    outcomes.lay_out_sensitivity(layout)
    market.curve_page(layout, reverting=False)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(
        INPUTS, "Inputs", "Change the amber cells, here, on Positions, Hedge and Scenarios; everything follows."
    )
    page.inputs(
        (
            Input(
                "scenario",
                "Scenario of the answer",
                outcomes.SCENARIOS["disrupted"][0],
                "text",
                "One of the names on Scenarios",
                outcomes.CHOICE,
            ),
            Input(
                "months",
                "Months held",
                3,
                "integer",
                "Payments and their interest are in the change",
                rules.between(1, 60, "1 to 60 months", whole=True),
            ),
            Input(
                "target",
                "Target effective duration",
                3.5,
                "years",
                "Years, after the hedge",
                rules.between(-20, 20, "Years, -20 to 20"),
            ),
            Input(
                "tba_part",
                "Part of the DV01 hedged with TBAs",
                0.5,
                "share",
                "The rest with Treasuries: TBAs hedge spreads, convexity and volatility too",
                rules.SHARE,
            ),
        ),
        "The question",
    )
    market.market_inputs(page, reverting=False)


def _then(column: str) -> str:
    return f"INDEX({{{column}}},chosen)"


def _summary() -> Summary:
    money = '"#,##0.0"'
    gained = 'IF({0}<0,"loses","gains")&" $"&TEXT(ABS({0}){1},{2})&"mm'.format
    return Summary(
        f'="If """&scenario&""", the portfolio of $"&TEXT({total("market_value")}{MILLION},{money})&"mm "&'
        f'{gained(_then("outcomes.change"), MILLION, money)} ("&TEXT({_then("outcomes.return")},"+0.0%;-0.0%")&"); its '
        f'"&TEXT({total("effective_duration")},"0.0")&" years become "&TEXT({_then("outcomes.duration")},"0.0")&". '
        'Hedged to "&TEXT(duration_after,"0.0")&" years with "&IF(tba_part=0,"Treasuries",IF(tba_part=1,"TBAs",'
        f'"TBAs and Treasuries"))&" it "&{gained(_then("hedged.change"), MILLION, money)}."',
        market.DATED,
        (
            "How to read it: a portfolio of MBS lengthens when rates rise and shortens when they fall, so it loses "
            "more than its duration says in both directions. Treasuries take the duration away and leave the "
            "convexity; TBAs take some of both. Scenarios has the outcomes, Hedge what is bought and sold, before and "
            "after; Groups says which coupons and programmes it comes from. The positions are made up: paste your own.",
        ),
        (
            Headline(
                "value",
                "Market value, $mm",
                f"={total('market_value')}{MILLION}",
                "tenths",
                f'=TEXT({total("positions")},"0")&" positions; "&TEXT({total("refused")},"#,##0")&" $ refused"',
                True,
            ),
            Headline(
                "book_oas", "OAS", f"={total('oas')}", "points", f'="yield "&TEXT({total("yield")},"0.00%")', True
            ),
            Headline(
                "book_duration",
                "Effective duration",
                f"={total('effective_duration')}",
                "years",
                f'="convexity "&TEXT({total("effective_convexity")}/100,"0.00")&" hundredths"',
                True,
            ),
            Headline(
                "loss",
                '="Change if "&scenario&", $mm"',
                f"={_then('outcomes.change')}{MILLION}",
                "tenths",
                f'="over Treasuries "&TEXT({_then("outcomes.over")},"+0.0%;-0.0%")&"; hedged '
                f'"&TEXT({_then("hedged.change")}{MILLION},"#,##0.0")',
                True,
            ),
            Headline(
                "worst",
                "Worst of the scenarios, $mm",
                f"=MIN({{outcomes.change}}){MILLION}",
                "tenths",
                "=INDEX({named.scenario},MATCH(MIN({outcomes.change}),{outcomes.change},0))",
                True,
            ),
            Headline(
                "hedge_tbas",
                "TBAs to add, $mm",
                f"=SUM({{tbas.add}}){MILLION}",
                "tenths",
                '="negative is sold; DV01 "&TEXT({before_after.dv01[tbas]},"#,##0")&" $"',
                True,
            ),
            Headline(
                "hedge_treasuries",
                "Treasuries to add, $mm",
                "=SUM({treasuries.face})",
                "tenths",
                '="of it "&TEXT({treasuries.face[10y]},"#,##0.0")&" of the 10-year, "&TEXT({treasuries.face[5y]},'
                '"#,##0.0")&" of the 5-year"',
                True,
            ),
            Headline(
                "after",
                "Effective duration after the hedge",
                "=duration_after",
                "years",
                '="target "&TEXT(target,"0.0")&"; convexity "&TEXT({before_after.convexity[after]},"0.00")&" '
                'hundredths, before "&TEXT({before_after.convexity[before]},"0.00")',
                True,
            ),
        ),
        _charts(),
    )


def _charts() -> tuple[Chart, ...]:
    def across(name: str, column: str) -> Series:
        return Series(name, "{named.scenario}", f"{{{column}}}", "column")

    return (
        Chart(
            "DV01 by tenor, before and after the hedge",
            "$ a bp",
            (
                Series("before", "{dv01.tenor}", "{dv01.book}", "column"),
                Series("at the target", "{dv01.tenor}", "{dv01.wanted}", "column"),
                Series("after", "{dv01.tenor}", "{dv01.after}", "column"),
            ),
        ),
        Chart(
            "What scenarios do",
            "$mm",
            (across("portfolio", "hedged.book_mm"), across("hedged", "hedged.change_mm")),
            number="tenths",
        ),
        Chart(
            "Effective duration in each scenario",
            "years",
            (across("effective duration", "outcomes.duration"),),
            number="years",
        ),
        Chart(
            "Return over Treasuries of equal duration",
            "",
            (across("over Treasuries", "outcomes.over"),),
            number="tenths percent",
        ),
        tornado('="What "&scenario&" costs, as one input moves"', "change, $mm", "tenths"),
    )


def _identities() -> tuple[Check, ...]:
    value = 'SUM(IF({positions.face}<>"",{positions.face}*MBS_DECIMAL({positions.price})/100,0))'
    return (
        Check(
            "Market value of the portfolio over face times price, less 1",
            f"={total('market_value')}/{value}-1",
            0,
            1e-9,
            "exact",
            "MBS_BOOK against plain arithmetic; settled on the 1st, no accrued interest",
        ),
        Check(
            "Positions refused, $ of face",
            f"={total('refused')}",
            0,
            0,
            "integer",
            "The reasons are below the total on Groups",
        ),
        Check(
            "Key rates added up over effective duration, less 1",
            f"=SUM({{dv01.book}})*10000/{total('market_value')}/{total('effective_duration')}-1",
            0,
            0.02,
            "exact",
            "Both of MBS_BOOK",
        ),
        Check(
            "Effective duration after the hedge, less the target",
            "=duration_after-target",
            0,
            0.3,
            "years",
            "Five Treasuries for eight tenors: the rest is residual",
        ),
        Check(
            "The scenario of the answer, asked once more, $",
            f"={{tornado.today[rates]}}*1000000-{_then('outcomes.change')}",
            0,
            1,
            "exact",
            "MBS_SCENARIOS of one scenario against all of them",
        ),
    )
