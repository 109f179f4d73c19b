"""Which coupon for the middle of the curve: 15- to 30-year pools, option-adjusted, static, and as speeds change."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.sensitivity import moved, sensitivity, sensitivity_page, tornado
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared import market, pools
from mbsxl_workbooks.shared.carry import HORIZONS, carried, horizons, rolled
from mbsxl_workbooks.shared.market import CURVE, END
from mbsxl_workbooks.shared.measures import oas_price, risk, static
from mbsxl_workbooks.shared.pools import AT_SPEED, LOANS, MIXED, model_cpr
from mbsxl_workbooks.shared.standards import PRICING, published

TITLE = "Coupons side by side"
QUESTION = "Which coupon pays most for its risk, and does it still when speeds or spreads move?"

_SPARE = 2  # rows for one's own
_KEYS = pools.keys(MIXED, _SPARE)
_TREASURIES = ("2y", "5y", "7y", "10y")
_LIMITS = (
    "Prices are illustrative until typed over, and so is the volatility: the ranking is theirs, not the market's.",
    "OAS is this model's: another model, or another fit of this one, moves it by more than its standard error says.",
    "A pool is a new one to the model: it has not yet lost its quick borrowers. Premiums of seasoned pools look "
    "too short.",
    "Each pool prepays by the set of parameters of its term; that of 15 years takes its mortgage rate 0.7% below "
    "the 30-year.",
    "Static measures hold one speed for the life of the pool; their convexity leaves the option out, and is too high.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = (*_identities(), *published(*PRICING))
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    pools.pools_page(layout, MIXED, _SPARE, scenarios=False)
    _compare(layout)
    _drift(layout)
    _carry(layout)
    _sensitivity(layout)
    market.curve_page(layout)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells, here and on Pools; everything else follows.")
    page.inputs(
        (
            Input(
                "duration_limit",
                "Most effective duration wanted",
                6,
                "years",
                "Years; your own limit",
                rules.between(0.1, 30, "0.1 to 30 years"),
            ),
            Input(
                "widening",
                "Spreads widen by",
                20,
                "bp",
                "What a bad year costs: the OAS less it times the spread duration",
                rules.between(0, 300, "0 to 300 bp"),
            ),
            pools.scenario_input(),
            *horizons(),
            *market.settlement(),
        ),
        "The question",
    )
    pools.scenarios_table(page)
    market.market_inputs(page, market.rate("mortgage_rate_15"), market.rate("funding"))


def _speed(scenario: str) -> str:
    """Return the formula of a pool's speed in a scenario."""
    return f"={pools.shown(f'{{cpr_{scenario}}}')}" if scenario != "base" else "={pools.speed}"


def _compare(layout: Layout) -> None:
    page = layout.page(
        "Compare",
        "Option-adjusted and static, side by side",
        "Option-adjusted: over the model's paths of rates and speeds. Static: at one speed, that of the scenario "
        "chosen on Inputs.",
        (11, *[11] * 17),
    )
    chosen = (
        "CHOOSE(MATCH(scenario,{scenarios.scenario[all]},0),{drift.speed_slow},{drift.speed_base},"
        "{drift.speed_fast},{drift.speed_own})"
    )
    page.table(
        "compare",
        _KEYS,
        {
            "pool": Column("pool", "text", '={pools.pool}&""'),
            "price": Column("price", "price", "={pools.clean}"),
            **risk(("oas", "error", "cost", "effective", "bend", "spread", "prepay")),
            "even": Column("widening that eats a year's OAS", "points", "={oas}/{spread}"),
            "bad": Column("OAS of a year, spreads widen", "points", "={oas}-widening*{spread}"),
            "within": Column("OAS, if within the limit", "points", '=IF({effective}<=duration_limit,{oas},"")'),
            "speed": Column("static: speed", "text", f"={chosen}", align="right"),
            **static("{speed[all]}"),
            "carry": Column("yield over funding", "points", "=10000*({yield}-funding)"),
        },
        spare=_SPARE,
    )
    row = f"=IF({_SOME}=0,1,MATCH(MAX({{compare.within}}),{{compare.within}},0))"
    page.headlines((Headline("pick_row", "row", row, "integer", "of the widest OAS within the limit"),))
    page.table(
        "treasuries",
        _TREASURIES,
        {
            "tenor": Column("Treasuries at par", "text", _TREASURIES),
            "yield": Column("yield", "percent", [f"=cmt_{each}" for each in _TREASURIES]),
            "duration": Column("modified duration", "years", [f"={{curve.duration[{each}]}}" for each in _TREASURIES]),
            "carry": Column("yield over funding", "points", "=10000*({yield}-funding)"),
        },
    )


def _drift(layout: Layout) -> None:
    page = layout.page(
        "Drift",
        "What changes when speeds change",
        "The model's speeds at the mortgage rates of the scenarios; prices stay. Drift: slow less fast.",
        (11, *[10] * 18),
    )
    each = tuple(pools.SCENARIOS)
    page.table(
        "drift",
        _KEYS,
        {
            "pool": Column("pool", "text", '={pools.pool}&""'),
            **{
                f"cpr_{name}": Column(f"CPR, {name}", "tenths percent", fill=model_cpr(f"{{scenarios.move[{name}]}}"))
                for name in each
            },
            **{f"speed_{name}": Column(f"speed, {name}", "text", _speed(name), align="right") for name in each},
            **{
                f"duration_{name}": static(f"{{speed_{name}[all]}}")["duration"]._replace(title=f"duration, {name}")
                for name in each
            },
            "drift": Column("drift", "years", "={duration_slow}-{duration_fast}"),
            **{
                f"yield_{name}": static(f"{{speed_{name}[all]}}")["yield"]._replace(title=f"yield, {name}")
                for name in each
            },
            "lowest": Column("lowest yield", "percent", "=MIN({yield_slow:yield_own})"),
        },
        spare=_SPARE,
    )


def _carry(layout: Layout) -> None:
    page = layout.page(
        "Carry",
        "Carry, roll-down and dollar rolls",
        "MBS_CARRY of every pool at its speed and an unchanged OAS, financed at the funding rate, per 100 of face. "
        "Type the drops of the screen.",
        (11, *[12] * 11),
    )
    pool = {"pool": Column("pool", "text", '={pools.pool}&""')}
    for name, months in HORIZONS.items():
        columns = pool | carried(months, '"OAS"')
        page.table(f"carry_{name}", _KEYS, columns, f'="Over "&{months}&" months"', spare=_SPARE)
    page.table("rolls", _KEYS, pool | rolled(_SPARE), "Dollar rolls", spare=_SPARE)


def _sensitivity(layout: Layout) -> None:
    page = sensitivity_page(layout, "The OAS of the pool of the answer at its price.")

    def found(price: str = "", quoted: str = "", rates: str = "", wac: str = "") -> str:
        pool = f"{{one.coupon[of]}},{{one.wac[of]}}{wac},{{one.wam[of]}},{{one.age[of]}}"
        curve = f"{{curve.years[all]}},{{curve.par[all]}}{rates}"
        short = f"(swaption_volatility{quoted})/10000/volatility_ratio"
        return f"MBS_OAS({{one.clean[of]}}{price},{pool},{curve},{short},{END})"

    sensitivity(
        page,
        found(),
        "points",
        {
            "volatility": moved("Volatility 1y10y, bp", 10, found(quoted="±")),
            "price": moved("Price, points", 0.25, found(price="±")),
            "rates": moved("Rates, bp", 25, found(rates="±/10000")),
            "wac": moved("Gross rate, bp", 25, found(wac="±/10000")),
        },
    )
    pools.one_pool(page, "one", "pick_row")


_SOME = 'SUM(--({compare.within}<>""))'  # pools within the limit; an error among them is one here


def _pick(column: str) -> str:
    return f"INDEX({{{column}}},pick_row)"


def _summary() -> Summary:
    names = "{compare.pool}"
    some = _SOME
    none = '"no pool is as short as "&TEXT(duration_limit,"0.0")&" years"'

    def best(name: str, label: str, column: str, number: str, note: str, function: str = "MAX") -> Headline:
        where = f"{{{column}}}"
        return Headline(
            name, label, f"={function}({where})", number, f'=INDEX({names},MATCH({name},{where},0))&", {note}"', True
        )

    answer = (
        f"=IF({some}=0,{none},"
        f'INDEX({names},pick_row)&" pays most within "&TEXT(duration_limit,"0.0")&" years: "&TEXT(pick_oas,"0")&" '
        "bp of OAS, "
        f'"&TEXT({_pick("compare.oas")}-{_pick("compare.bad")},"0")&" bp of it lost in a year if spreads widen '
        '"&widening&" bp; its yield is "'
        f'&TEXT({_pick("drift.yield_fast")},"0.00%")&" if speeds are fast, '
        f'"&TEXT({_pick("drift.yield_slow")},"0.00%")&" if slow.")'
    )
    return Summary(
        answer,
        market.DATED,
        (
            "How to read it: a coupon earns its place by the OAS it pays, what a year of wider spreads "
            "would take of it, and by keeping its duration and yield when speeds change. Static measures "
            "at one speed flatter high coupons: their option is not paid for. Compare puts both side by "
            "side, with carry beside them on Carry; Sensitivity says what the answer hangs on.",
        ),
        (
            Headline(
                "pick_oas",
                "Widest OAS within the limit",
                f'=IF({some}=0,"none",MAX({{compare.within}}))',
                "points",
                f'=IF({some}=0,{none},INDEX({names},pick_row)&", effective duration '
                f'"&TEXT({_pick("compare.effective")},"0.0")&" years")',
                True,
            ),
            Headline(
                "pick_yield",
                "Its yield",
                f'=IF({some}=0,"none",{_pick("compare.yield")})',
                "percent",
                '="static, "&scenario&" speed"',
                True,
            ),
            Headline(
                "pick_duration",
                "Its effective duration",
                f'=IF({some}=0,"none",{_pick("compare.effective")})',
                "years",
                f'=IF({some}=0,"",TEXT({_pick("compare.duration")},"0.0")&" static")',
                True,
            ),
            best("top_oas", "Widest OAS of all", "compare.oas", "points", "whatever its duration"),
            Headline(
                "top_carry",
                '="Most carry and roll-down, "&months_near&" months"',
                "=MAX({carry_near.annual})",
                "points",
                f'=INDEX({names},MATCH(top_carry,{{carry_near.annual}},0))&", bp a year; over "&months_far&" months '
                '"&TEXT(MAX({carry_far.annual}),"0")&" bp"',
                True,
            ),
            best("top_bad", "Best year if spreads widen", "compare.bad", "points", "OAS less the widening"),
            best("least_drift", "Least duration drift, years", "drift.drift", "years", "slow less fast speeds", "MIN"),
            best("floor_yield", "Best yield at its worst speed", "drift.lowest", "percent", "of the four scenarios"),
        ),
        _charts(),
    )


def _charts() -> list[Chart]:
    def across(name: str, column: str, kind: str = "column") -> Series:
        return Series(name, "{compare.pool}", f"{{{column}}}", kind)

    used = f"[first:last-{_SPARE}]"
    return [
        Chart(
            "Z-spread and OAS: the gap is the option",
            "basis points",
            (across("Z-spread, static", "compare.static_z"), across("OAS", "compare.oas")),
        ),
        Chart(
            "What is earned for the duration",
            "bp",
            (
                Series(
                    "static yield",
                    f"{{compare.duration{used}}}",
                    f"{{compare.carry{used}}}",
                    "points",
                    [f"={{pools.pool[{each}]}}" for each in MIXED],
                ),
                Series("OAS", f"{{compare.effective{used}}}", f"{{compare.oas{used}}}", "points"),
                Series("Treasuries", "{treasuries.duration}", "{treasuries.carry}", "scatter", _TREASURIES),
            ),
            across="general",
            below="duration, years",
        ),
        Chart(
            "Duration: static at three speeds, and effective",
            "years",
            (
                across("slow", "drift.duration_slow"),
                across("base", "drift.duration_base"),
                across("fast", "drift.duration_fast"),
                across("effective", "compare.effective"),
            ),
        ),
        Chart(
            "OAS of a year, and what is left if spreads widen",
            "basis points",
            (across("OAS", "compare.oas"), across("after the widening", "compare.bad")),
        ),
        Chart(
            "Carry and roll-down, financed",
            "bp a year",
            (across("near horizon", "carry_near.annual"), across("far horizon", "carry_far.annual")),
        ),
        tornado("The answer's OAS as one input moves", "basis points", "integer"),
    ]


def _identities() -> tuple[Check, ...]:
    used = '({pools.pool}<>"")'
    at = f"{AT_SPEED.replace('{pools.speed[all]}', '{compare.speed[all]}')},settle,program)"

    def squares(what: str, difference: str, within: float, source: str) -> Check:
        return Check(what, f"=SUM(IF({used},({difference})^2,0))", 0, within, "exact", source)

    yields = f"IF({used},{{compare.yield}},0.05)"  # LibreOffice hands on no range that holds an error
    slope = (
        f"(MBS_PRICE({yields}-0.0001,{at}-MBS_PRICE({yields}+0.0001,"
        f"{at})/0.0002/({{pools.clean}}+MBS_ACCRUED({{pools.coupon}},settle))"
    )
    return (
        squares(
            "Prices back from the yields, less the prices: squares",
            f"MBS_PRICE({{compare.yield}},{at}-{{pools.clean}}",
            1e-16,
            "MBS_PRICE against MBS_YIELD, every pool",
        ),
        squares(
            "Prices back from the Z-spreads, less the prices: squares",
            f"MBS_Z_PRICE({{compare.static_z}},{at.replace(',settle', f',{CURVE},settle', 1)}-{{pools.clean}}",
            1e-16,
            "MBS_Z_PRICE against MBS_Z_SPREAD, every pool",
        ),
        squares(
            "Slopes of the prices between yields 2 bp apart, less durations: squares",
            f"{slope}-{{compare.duration}}",
            1e-8,
            "MBS_PRICE against MBS_DURATION, every pool",
        ),
        squares(
            "Prices back from the OAS, less the prices: squares",
            f"{oas_price('{compare.oas}', loans=LOANS)}-{{pools.clean}}",
            1e-14,
            "MBS_OAS_PRICE against MBS_OAS_RISK, every pool",
        ),
        Check(
            "15-year mortgage rate less 30-year, and what the model takes it to be",
            "=mortgage_rate_15-mortgage_rate",
            -0.007,
            0.005,
            "percent",
            "The set UMBS 15; where they part, its speeds are off",
        ),
        Check(
            "The answer's OAS, asked once more",
            f"=IF({_SOME}=0,0,INDEX({{compare.oas}},pick_row)-pick_oas)",
            0,
            1e-12,
            "exact",
            "Its row is that of its OAS",
        ),
    )
