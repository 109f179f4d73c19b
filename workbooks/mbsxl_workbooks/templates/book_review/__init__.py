"""A portfolio of pools: value, risk by coupon and programme, what scenarios do to it, and the hedge to a target."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.kit.tables import Column, Value
from mbsxl_workbooks.shared import market
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.market import CURVE, MODEL, TENORS
from mbsxl_workbooks.shared.standards import PRICING, published

TITLE = "The portfolio, reviewed"
QUESTION = "What is the portfolio's duration worth if the easing cycle is disrupted, and what hedges it?"

_ROWS = figures("positions", __package__)
_SPARE = 20  # rows for more positions
_KEYS = (
    *(f"position{place}" for place in range(1, len(_ROWS) + 1)),
    *(f"new{place}" for place in range(1, _SPARE + 1)),
)
_POSITIONS = "{positions.label:age[head:last]}"
_ON = f"{_POSITIONS},{CURVE},volatility"
_MILLION = "/1000000"
_SCENARIOS: dict[str, tuple[str, tuple[int, ...]]] = {  # moves at the tenors of the curve, then spread and volatility
    "disrupted": ("easing disrupted: parallel +100", (100,) * 8 + (0, 0)),
    "up": ("parallel +50", (50,) * 8 + (0, 0)),
    "down": ("parallel -50", (-50,) * 8 + (0, 0)),
    "cuts": ("two cuts, bull steepening", (-50, -50, -50, -35, -28, -20, -8, 0, 0, 0)),
    "wider": ("spreads 25 wider", (0,) * 8 + (25, 0)),
    "wilder": ("volatility 10 higher", (0,) * 8 + (0, 10)),
}
_HEDGES = ("2y", "5y", "10y", "20y", "30y")
_LIMITS = (
    "The positions and their prices are made up to look like a bank's: paste your own, prices with them.",
    "Scenarios move the curve at once; every position keeps its OAS but for the scenario's spread, and its model.",
    "The hedge matches key-rate DV01s today: it is right for small moves, and for no change of the basis or of "
    "volatility.",
    "A pool is a new one to the model: it has not yet lost its quick borrowers.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = (*_identities(), *published(*PRICING[:3]))
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    _positions(layout)
    _groups(layout)
    _risk(layout)
    _scenarios(layout)
    market.curve_page(layout)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(
        INPUTS, "Inputs", "Change the amber cells, here, on Positions and on Scenarios; everything follows."
    )
    target = rules.between(-20, 20, "Years, -20 to 20")
    page.inputs(
        (
            Input(
                "scenario",
                "Scenario of the answer",
                _SCENARIOS["disrupted"][0],
                "text",
                "A name on Scenarios",
                rules.LABEL,
            ),
            Input("target", "Target effective duration", 3.5, "years", "Years, after the hedge", target),
            Input(
                "months",
                "Months held",
                3,
                "integer",
                "Payments and their interest are in the change",
                rules.between(1, 60, "1 to 60 months", whole=True),
            ),
        ),
        "The question",
    )
    market.market_inputs(page)


def _positions(layout: Layout) -> None:
    page = layout.page(
        "Positions",
        "The positions",
        "Paste yours over these, headings unchanged; blank rows are left out. Face in $, current; prices in 32nds "
        "or decimals.",
        (18, 12, 10, 16, 12, 10, 10, 8, 8),
    )
    numbers: dict[str, tuple[str, rules.Rule]] = {
        "label": ("text", rules.LABEL),
        "program": ("text", rules.PROGRAM),
        "stack": ("text", rules.LABEL),
        "face": ("integer", rules.AMOUNT),
        "price": ("text", rules.QUOTE),
        "coupon": ("percent", rules.RATE),
        "wac": ("percent", rules.RATE),
        "wam": ("integer", rules.TERM),
        "age": ("integer", rules.AGE),
    }

    def typed(name: str) -> list[Value]:
        words = name in ("label", "program", "stack", "price")
        scale = 1e6 if name == "face" else 1
        return [*(row[name] if words else scale * float(row[name]) for row in _ROWS), *[None] * _SPARE]

    page.table(
        "positions",
        _KEYS,
        {name: Column(name, number, typed(name), rule=rule) for name, (number, rule) in numbers.items()},
    )


_MEASURES = {  # asked of groups: heading, number format
    "YIELD": ("yield", "percent"),
    "WAL": ("average life", "years"),
    "OAS": ("OAS", "points"),
    "EFFECTIVE_DURATION": ("effective duration", "years"),
    "EFFECTIVE_CONVEXITY": ("effective convexity, years squared", "tenths"),
    "CPR": ("CPR, next month", "tenths percent"),
}


def _asked(names: tuple[str, ...]) -> str:
    return "{" + ",".join(f'"{name}"' for name in names) + "}"


def _groups(layout: Layout) -> None:
    page = layout.page(
        "Groups",
        "By programme and by coupon",
        "MBS_BOOK of the positions: a row a group and the total. OAS and durations are weighted by market value.",
        (16, *[14] * 11),
    )
    numbers = {
        "group": "text",
        "positions": "integer",
        "face": "integer",
        "refused": "integer",
        "market_value": "integer",
    }
    for by, most in (("program", 8), ("stack", 24)):
        columns = {name: Column(name, number) for name, number in numbers.items()}
        columns |= {name.lower(): Column(title, number) for name, (title, number) in _MEASURES.items()}
        page.heading(f"By {by}")
        keys = tuple(f"row{place}" for place in range(most))
        page.spill(f"by_{by}", keys, columns, f'=MBS_BOOK({_ON},"{by}",{_asked(tuple(_MEASURES))},{MODEL})')


def _risk(layout: Layout) -> None:
    page = layout.page(
        "Risk",
        "Key-rate risk, and the hedge to the target",
        "DV01 in $: what the portfolio loses when the par yields of a tenor rise by 1 bp. Treasuries are par "
        "bonds of the curve.",
        (34, *[16] * 7),
    )
    total = f"INDEX(MBS_BOOK({_ON},,{_asked(tuple(_MEASURES))},{MODEL}),2,0)"
    names = ("group", "positions", "face", "refused", "value", *(name.lower() for name in _MEASURES))
    numbers = ("text", "integer", "integer", "integer", "integer", *(number for _, number in _MEASURES.values()))
    first, *rest = zip(names, numbers, strict=True)
    page.table(
        "total",
        ("book",),
        {
            "what": Column("", "text", ["the portfolio"]),
            first[0]: Column("group", first[1], fill=f"={total}", across=len(names)),
            **{name: Column(name.replace("_", " "), number) for name, number in rest},
        },
    )
    page.table("rates_of", ("book",), {"what": Column("", "text", ["the portfolio"])})
    rates = {name: Column(name, "integer") for name in ("group", "positions", "face", "refused", "value", *TENORS)}
    page.spill("rates", ("book",), rates, f'=MBS_BOOK({_ON},,"KEY_RATES",{MODEL})', left=2)
    page.table(
        "dv01",
        tuple(TENORS),
        {
            "tenor": Column("tenor", "text", list(TENORS)),
            "book": Column("portfolio", "integer", [f"={{rates.{tenor}[book]}}" for tenor in TENORS]),
            "wanted": Column("at the target", "integer", "={book}*target/{total.effective_duration[book]}"),
            "sold": Column("to be hedged", "integer", "={book}-{wanted}"),
            **{
                f"by_{tenor}": Column(
                    f"{tenor} Treasury, of 100",
                    "exact",
                    [f"={{curve.duration[{tenor}]}}/100" if each == tenor else 0 for each in TENORS],
                )
                for tenor in _HEDGES
            },
        },
        "DV01 by tenor, $",
    )
    first_hedge, last_hedge = (f"by_{_HEDGES[end]}" for end in (0, -1))
    answer = f"MBS_HEDGE({{dv01.sold[all]}},{{dv01.{first_hedge}:{last_hedge}[all]}})"
    page.table(
        "hedge",
        _HEDGES,
        {
            "tenor": Column("Treasury", "text", list(_HEDGES)),
            "face": Column(
                "face to add, $mm",
                "tenths",
                [f"=INDEX({answer},{place},2){_MILLION}" for place in range(2, 2 + len(_HEDGES))],
            ),
            "dv01": Column(
                "its DV01, $", "integer", [f"={{face}}*1000000*{{curve.duration[{tenor}]}}/10000" for tenor in _HEDGES]
            ),
        },
        "The hedge: face of par Treasuries to add, negative is sold",
    )
    page.headlines(
        (
            Headline("dv01_before", "DV01, $", "=SUM({dv01.book})", "integer", "key rates added up"),
            Headline("dv01_after", "DV01 after the hedge, $", "=dv01_before+SUM({hedge.dv01})", "integer"),
            Headline(
                "duration_after",
                "Effective duration after the hedge",
                "=10000*dv01_after/{total.value[book]}",
                "years",
                "of the portfolio's market value",
            ),
        )
    )


def _scenarios(layout: Layout) -> None:
    page = layout.page(
        "Scenarios",
        "What scenarios do to the portfolio",
        "Names and moves in bp are yours to change. Over Treasuries: the return less that of a par Treasury of "
        "equal duration.",
        (34, *[12] * 11),
    )
    heads = (*(f"={years:g}" for years in TENORS.values()), "spread", "volatility")
    moves = tuple(zip(*(each for _, each in _SCENARIOS.values()), strict=True))
    names = (*(f"at_{tenor}" for tenor in TENORS), "spread", "volatility")
    page.table(
        "shifts",
        tuple(_SCENARIOS),
        {
            "scenario": Column("scenario", "text", [words for words, _ in _SCENARIOS.values()], rule=rules.LABEL),
            **{
                name: Column(head, "general", list(each), rule=rules.MOVE)
                for name, head, each in zip(names, heads, moves, strict=True)
            },
        },
    )
    call = f'MBS_SCENARIOS({_ON},{{shifts.scenario:volatility[head:last]}},months,,,{MODEL},,"TOTAL")'
    columns = {
        "name": Column("scenario", "text"),
        "group": Column("group", "text"),
        "value": Column("value, $", "integer"),
        "change": Column("change, $", "integer"),
        "duration": Column("effective duration", "years"),
        "cpr": Column("CPR, next month", "tenths percent"),
        "return": Column("return", "percent"),
        "over": Column("over Treasuries", "percent"),
    }
    page.table("named", tuple(_SCENARIOS), {"scenario": Column("outcomes", "text", '={shifts.scenario}&""')})
    page.spill("outcomes", tuple(_SCENARIOS), columns, f"={call}", left=2)
    page.table(
        "hedged",
        tuple(_SCENARIOS),
        {
            "scenario": Column("with the hedge", "text", '={shifts.scenario}&""'),
            "hedge": Column("the hedge, $", "integer", _hedged()),
            "change": Column("change, hedged, $", "integer", "={outcomes.change}+{hedge}"),
        },
    )
    page.headlines(
        (
            Headline(
                "chosen",
                "Scenario of the answer",
                "=MATCH(scenario,{shifts.scenario},0)",
                "integer",
                "its place among the names",
            ),
        )
    )


def _hedged() -> str:
    """Return the formula of what the hedge gains in a scenario, by its DV01s."""
    return "=-(" + "+".join(f"{{hedge.dv01[{tenor}]}}*{{shifts.at_{tenor}}}" for tenor in _HEDGES) + ")"


def _then(column: str, table: str = "outcomes") -> str:
    return f"INDEX({{{table}.{column}}},chosen)"


def _summary() -> Summary:
    money = '"#,##0.0"'
    return Summary(
        f'="If """&scenario&""", the portfolio of $"&TEXT({{total.value[book]}}{_MILLION},{money})&"mm "'
        f'&IF({_then("change")}<0,"loses","gains")&" $"'
        f'&TEXT(ABS({_then("change")}){_MILLION},{money})&"mm ("&TEXT({_then("return")},"+0.0%;-0.0%")&"); its '
        f'"&TEXT({{total.effective_duration[book]}},"0.0")&" years become "'
        f'&TEXT({_then("duration")},"0.0")&". Hedged to "&TEXT(target,"0.0")&" years with Treasuries it '
        f'"&IF({_then("change", "hedged")}<0,"loses","gains")&" '
        f'$"&TEXT(ABS({_then("change", "hedged")}){_MILLION},{money})&"mm."',
        market.DATED,
        (
            "How to read it: a portfolio of MBS lengthens when rates rise and shortens when they fall, so "
            "it loses more than its duration says in both directions. Scenarios has the outcomes, Risk "
            "the key rates and the Treasuries that bring them to the target; Groups says which coupons "
            "and programmes they come from. The positions are made up: paste your own.",
        ),
        (
            Headline(
                "value",
                "Market value, $mm",
                f"={{total.value[book]}}{_MILLION}",
                "tenths",
                '=TEXT({total.positions[book]},"0")&" positions; "&{total.refused[book]}&" $ refused"',
                True,
            ),
            Headline(
                "book_oas", "OAS", "={total.oas[book]}", "points", '="yield "&TEXT({total.yield[book]},"0.00%")', True
            ),
            Headline(
                "book_duration",
                "Effective duration",
                "={total.effective_duration[book]}",
                "years",
                '="convexity "&TEXT({total.effective_convexity[book]}/100,"0.00")&" hundredths"',
                True,
            ),
            Headline("book_dv01", "DV01, $", "=dv01_before", "integer", "key rates added up", True),
            Headline(
                "loss",
                '="Change if "&scenario&", $mm"',
                f"={_then('change')}{_MILLION}",
                "tenths",
                f'="over Treasuries "&TEXT({_then("over")},"+0.0%;-0.0%")',
                True,
            ),
            Headline(
                "worst",
                "Worst of the scenarios, $mm",
                f"=MIN({{outcomes.change}}){_MILLION}",
                "tenths",
                "=INDEX({named.scenario},MATCH(MIN({outcomes.change}),{outcomes.change},0))",
                True,
            ),
            Headline(
                "hedge_10y",
                "10-year Treasuries to add, $mm",
                "={hedge.face[10y]}",
                "tenths",
                '="and "&TEXT({hedge.face[5y]},"0.0")&" of the 5-year, "&TEXT({hedge.face[2y]},"0.0")&" of the 2-year"',
                True,
            ),
            Headline(
                "after",
                "Effective duration after the hedge",
                "=duration_after",
                "years",
                '="target "&TEXT(target,"0.0")',
                True,
            ),
        ),
        (
            Chart(
                "DV01 by tenor",
                "$ a bp",
                (
                    Series("portfolio", "{dv01.tenor}", "{dv01.book}", "column"),
                    Series("at the target", "{dv01.tenor}", "{dv01.wanted}", "column"),
                ),
            ),
            Chart(
                "What scenarios do",
                "$",
                (
                    Series("portfolio", "{named.scenario}", "{outcomes.change}", "column"),
                    Series("hedged", "{named.scenario}", "{hedged.change}", "column"),
                ),
            ),
            Chart(
                "Effective duration in each scenario",
                "years",
                (Series("effective duration", "{named.scenario}", "{outcomes.duration}", "column"),),
                number="years",
            ),
            Chart(
                "Return over Treasuries of equal duration",
                "",
                (Series("over Treasuries", "{named.scenario}", "{outcomes.over}", "column"),),
                number="tenths percent",
            ),
        ),
    )


def _identities() -> tuple[Check, ...]:
    value = 'SUM(IF({positions.face}<>"",{positions.face}*MBS_DECIMAL({positions.price})/100,0))'
    return (
        Check(
            "Market value of the portfolio over face times price, less 1",
            f"={{total.value[book]}}/{value}-1",
            0,
            1e-9,
            "exact",
            "MBS_BOOK against plain arithmetic; settled on the 1st, no accrued interest",
        ),
        Check(
            "Positions refused, $ of face",
            "={total.refused[book]}",
            0,
            0,
            "integer",
            "The reasons are below the total on Groups",
        ),
        Check(
            "Key rates added up over effective duration, less 1",
            "=dv01_before*10000/{total.value[book]}/{total.effective_duration[book]}-1",
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
            "Four Treasuries for eight tenors: the rest is residual",
        ),
    )
