"""Carry at the back end of the curve: carry, roll-down and dollar rolls by coupon and term, over Treasuries at repo."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.sensitivity import Moved, moved, sensitivity, sensitivity_page, tornado
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared import market, pools
from mbsxl_workbooks.shared.carry import HORIZONS, carried, horizons, rolled
from mbsxl_workbooks.shared.market import CURVE, MODEL, TENORS
from mbsxl_workbooks.shared.measures import risk
from mbsxl_workbooks.shared.pools import AT_SPEED, LOAN, MIXED, one_pool
from mbsxl_workbooks.shared.standards import PRICING, published

TITLE = "Carry and roll"
QUESTION = (
    "What do MBS earn over Treasuries of equal duration, financed at repo, and is the intermediate part better paid?"
)

_TERMS = {"15": ("15-year", 0, 210), "20": ("20-year", 211, 270), "30": ("30-year", 271, 999)}
_LIMITS = (
    "Prices, drops and repo are illustrative until typed over: TBA prices and rolls are not public.",
    "The curve and the spread stay, the pool ages: what is earned if nothing happens. The option's cost is in the "
    "OAS, not in the carry.",
    "Treasuries of equal duration: par Treasuries of the curve, interpolated by effective duration; financed at "
    "the same repo.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = (*_identities(), *published(*PRICING[:3]))
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    pools.pools_page(layout, MIXED)
    _carry(layout)
    _roll(layout)
    _sensitivity(layout)
    market.curve_page(layout)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells, here, on Pools and on Rolls; everything follows.")
    page.inputs(
        (
            Input("horizon", "Horizon of the answer", "near", "text", "near or far", rules.one_of(*HORIZONS)),
            Input(
                "held_spread",
                "Spread held",
                "OAS",
                "text",
                "OAS, Z or NOMINAL stays as the pool ages",
                rules.one_of("OAS", "Z", "NOMINAL"),
            ),
            pools.scenario_input(),
            *market.settlement(),
            *horizons(),
        ),
        "The question",
    )
    pools.scenarios_table(page)
    market.market_inputs(page, market.rate("funding"))


def _carry(layout: Layout) -> None:
    page = layout.page(
        "Carry",
        "Carry and roll-down",
        "MBS_CARRY of every pool at its speed, per 100 of face; then the same of par Treasuries, and of those of "
        "equal duration.",
        (14, *[12] * 14),
    )
    page.table("adjusted", MIXED, {"pool": _pool(), **risk(("oas", "effective", "spread"))}, "Option-adjusted")
    for name, months in HORIZONS.items():
        _horizon(page, name, months)
    page.table(
        "terms",
        tuple(_TERMS),
        {
            "term": Column("term", "text", [words for words, _, _ in _TERMS.values()]),
            **{
                name: Column(
                    f'="over Treasuries, "&{months}&" months, bp a year"',
                    "points",
                    [_mean(name, low, high) for _, low, high in _TERMS.values()],
                )
                for name, months in HORIZONS.items()
            },
        },
        "By term, the mean of its coupons",
    )


def _pool() -> Column:
    return Column("pool", "text", '={pools.pool}&""')


def _mean(name: str, low: int, high: int) -> str:
    within = f"({{pools.wam[all]}}+{{pools.age[all]}}>={low})*({{pools.wam[all]}}+{{pools.age[all]}}<={high})"
    return f'=IF(SUM({within})=0,"none",SUM({within}*{{carry_{name}.over[all]}})/SUM({within}))'


def _horizon(page: Page, name: str, months: str) -> None:
    left, yielded = f"({{curve.years}}-{months}/12)", f"{{treasuries_{name}.then}}"
    price = market.bond_price("{curve.par}", left, yielded)
    at = (
        f"IF({{curve.years[all]}}-{months}/12>{{curve.years[first]}},{{curve.years[all]}}-{months}/12,"
        f"{{curve.years[first]}})"
    )
    page.table(
        f"treasuries_{name}",
        tuple(TENORS),
        {
            "tenor": Column("Treasury", "text", list(TENORS)),
            "then": Column("par yield then", "percent", fill=f'=MBS_CURVE({CURVE},{at},"PAR")'),
            "carry": Column(
                "carry, points", "price", f"=100*{{curve.par}}*MIN({months}/12,{{curve.years}})-100*funding*{months}/12"
            ),
            "roll": Column("roll-down, points", "price", f"=100*({price}-1)"),
            "annual": Column("total, bp a year", "points", f"=100*({{carry}}+{{roll}})*12/{months}"),
        },
        f'="Par Treasuries over "&{months}&" months"',
    )
    durations, totals = "{curve.duration[all]}", f"{{treasuries_{name}.annual[all]}}"
    place = f"MIN(MAX(MATCH(MAX({{adjusted.effective}},{{curve.duration[first]}}),{durations},1),1),{len(TENORS) - 1})"
    page.table(
        f"carry_{name}",
        MIXED,
        {
            "pool": _pool(),
            **carried(months, "held_spread"),
            "place": Column("shorter Treasury", "integer", f"={place}"),
            "matched": Column(
                "Treasuries of equal duration, bp a year",
                "points",
                f"=INDEX({totals},{{place}})+({{adjusted.effective}}-INDEX({durations},{{place}}))/(INDEX({durations},{{place}}+1)-INDEX({durations},{{place}}))"
                f"*(INDEX({totals},{{place}}+1)-INDEX({totals},{{place}}))",
            ),
            "over": Column("over them, bp a year", "points", "={annual}-{matched}"),
        },
        f'="Pools over "&{months}&" months"',
    )


def _roll(layout: Layout) -> None:
    page = layout.page(
        "Rolls",
        "Dollar rolls",
        "MBS_DOLLAR_ROLL: what selling now and buying back at the drop finances at, against repo. Type the "
        "screen's drops.",
        (14, *[15] * 6),
    )
    page.table("rolls", MIXED, {"pool": _pool(), **rolled()})


def _sensitivity(layout: Layout) -> None:
    page = sensitivity_page(
        layout, "The best pool over Treasuries of equal duration, bp a year, which stay those of today's duration."
    )

    def over(price: str = "", speed: str = "", funded: str = "", quoted: str = "", even: str = "") -> str:
        vector = f"MBS_SPEED_VECTOR({{one.speed[of]}},{{one.age[of]}},360)*(1{speed})" if speed else "{one.speed[of]}"
        short = f"(swaption_volatility{quoted})/10000/volatility_ratio"
        call = (
            f"MBS_CARRY({{one.clean[of]}}{price},{LOAN},{vector},{CURVE},settle,funding{funded},{{one.months[of]}},"
            f"held_spread,{short},mean_reversion,{MODEL},program)"
        )
        return f"INDEX({call},8,2)-({{one.matched[of]}}{even})"

    sensitivity(
        page,
        over(),
        "points",
        {
            "price": moved("Price, points", 0.25, over(price="±")),
            "speed": moved("Speed, %", 25, over(speed="±/100")),
            "volatility": moved("Volatility 1y10y, bp", 10, over(quoted="±")),
            "funding": Moved(
                "Funding rate of both, bp",
                25,
                "=" + over(funded="-{step}/10000", even="+{step}"),
                "=" + over(funded="+{step}/10000", even="-{step}"),
            ),
        },
    )
    row = f"MATCH(best_over,{_chosen('over[all]')},0)"
    one_pool(
        page,
        "one",
        row,
        {
            "speed": Column("speed", "text", f"=INDEX({{pools.speed[all]}},{row})"),
            "months": Column("months", "integer", '=IF(horizon="near",months_near,months_far)'),
            "matched": Column("Treasuries, bp a year", "points", f"=INDEX({_chosen('matched[all]')},{row})"),
        },
    )


def _chosen(column: str) -> str:
    return f'IF(horizon="near",{{carry_near.{column}}},{{carry_far.{column}}})'


def _summary() -> Summary:
    months = 'IF(horizon="near",months_near,months_far)'
    names = "{pools.pool}"

    def told(value: str, column: str) -> str:
        return f"INDEX({names},MATCH({value},{column},0))"

    term = {key: f'IF(horizon="near",{{terms.near[{key}]}},{{terms.far[{key}]}})' for key in _TERMS}
    means = '&", "&'.join(f'"{words} "&TEXT({term[key]},"0")' for key, (words, _, _) in _TERMS.items())
    over = _chosen("over")
    return Summary(
        f'="Financed at "&TEXT(funding,"0.00%")&" over "&{months}&" months, the "&{told("best_over", over)}&" '
        f'earns most over Treasuries of equal duration: "&TEXT(best_over,"0")&" bp a year; by term, "&{means}&" bp. '
        f'Rolling pays best in the "&{told("best_roll", "{rolls.special}")}&": "&TEXT(best_roll,"0")&" bp through '
        'repo."',
        market.DATED,
        (
            "How to read it: carry is coupon and amortisation less the financing; roll-down is what "
            "ageing on an unchanged curve at an unchanged spread adds. A longer pool rolls further: the "
            "Treasuries of equal duration take that out. What is left pays for the option and the spread. "
            "A roll that finances below repo is special: selling and buying back beats holding.",
        ),
        (
            Headline(
                "best_over",
                "Most over duration-matched Treasuries",
                f"=MAX({over})",
                "points",
                f'={told("best_over", over)}&", bp a year"',
                True,
            ),
            Headline(
                "worst_over",
                "Least over duration-matched Treasuries",
                f"=MIN({over})",
                "points",
                f'={told("worst_over", over)}&", bp a year"',
                True,
            ),
            Headline(
                "best_carry",
                "Most carry, points",
                f"=MAX({_chosen('carry')})",
                "price",
                f"={told('best_carry', _chosen('carry'))}",
                True,
            ),
            Headline(
                "best_down",
                "Most roll-down, points",
                f"=MAX({_chosen('roll')})",
                "price",
                f"={told('best_down', _chosen('roll'))}",
                True,
            ),
            Headline(
                "cushion",
                "Its rise of yield that eats the total, bp",
                f"=INDEX({_chosen('eaten')},MATCH(best_over,{over},0))",
                "tenths",
                f"={told('best_over', over)}",
                True,
            ),
            Headline(
                "intermediate",
                "15- and 20-year less 30-year",
                f"=({term['15']}+{term['20']})/2-{term['30']}",
                "points",
                "over Treasuries, bp a year",
                True,
            ),
            Headline(
                "best_roll",
                "Most special roll, bp",
                "=MAX({rolls.special})",
                "points",
                f'={told("best_roll", "{rolls.special}")}&", repo less implied financing"',
                True,
            ),
            Headline(
                "widest_oas",
                "Widest OAS",
                "=MAX({adjusted.oas})",
                "points",
                f"={told('widest_oas', '{adjusted.oas}')}",
                True,
            ),
        ),
        _charts(),
    )


def _charts() -> list[Chart]:
    def across(name: str, column: str) -> Series:
        return Series(name, "{pools.pool}", f"{{{column}}}", "column")

    return [
        Chart(
            "Over Treasuries of equal duration",
            "bp a year",
            (across("near horizon", "carry_near.over"), across("far horizon", "carry_far.over")),
        ),
        Chart(
            "Carry and roll-down, near horizon",
            "points",
            (across("carry", "carry_near.carry"), across("roll-down", "carry_near.roll")),
            number="years",
        ),
        Chart(
            "By term, over Treasuries",
            "bp a year",
            (
                Series("near horizon", "{terms.term}", "{terms.near}", "column"),
                Series("far horizon", "{terms.term}", "{terms.far}", "column"),
            ),
        ),
        Chart("Dollar rolls: through repo", "bp", (across("specialness", "rolls.special"),)),
        tornado("Most over Treasuries, as one input moves", "bp a year", "integer"),
    ]


def _identities() -> tuple[Check, ...]:
    parts = "{carry_near.income}+{carry_near.paydown}+{carry_near.reinvested}-{carry_near.cost}-{carry_near.carry}"
    roll = f"MBS_DOLLAR_ROLL({{pools.clean}},{{rolls.even}}/32,{AT_SPEED},settle,far_settle,funding,program)"
    return (
        Check(
            "Income, amortisation, reinvestment and financing, less the carry: squares",
            f"=SUMSQ({parts})",
            0,
            1e-16,
            "exact",
            "The parts of MBS_CARRY, every pool",
        ),
        Check(
            "At the break-even drop a roll finances at repo: squares",
            f"=SUMXMY2(INDEX({roll},0,1),funding+0*{{pools.clean}})",
            0,
            1e-12,
            "exact",
            "MBS_DOLLAR_ROLL against itself, every pool",
        ),
        Check(
            "Horizon price less price, the roll-down: signs that differ",
            "=SUM(--(SIGN(ROUND({carry_near.horizon}-{pools.clean},6))<>SIGN(ROUND({carry_near.roll},6))))",
            0,
            0,
            "integer",
            "MBS_CARRY: the roll-down is the price's change on the face left",
        ),
    )
