"""What the borrowers' option costs each coupon, and what a fall in volatility does to spreads and prices."""

from __future__ import annotations

from typing import Any

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.sensitivity import moved, sensitivity, sensitivity_page, tornado
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.kit.tables import Column, across
from mbsxl_workbooks.shared import market, pools
from mbsxl_workbooks.shared.market import CURVE, END
from mbsxl_workbooks.shared.measures import adjusted_checks, oas, oas_price, risk
from mbsxl_workbooks.shared.pools import AT_SPEED, THIRTY_YEARS, one_pool
from mbsxl_workbooks.shared.standards import PRICING, published

TITLE = "What the option costs"
QUESTION = "Do mortgage spreads tighten if volatility falls, by how much, and which coupons gain?"

_LEVELS = {"low": "swaption_low", "base": "swaption_volatility", "high": "swaption_high"}
_STEPS = {f"at_{level}": level for level in range(30, 121, 10)}  # volatilities of the range, bp
_DRAWN = ("30y20", "30y40", "30y50", "30y55", "30y65")
_SHORT = "/10000/volatility_ratio"  # what makes of a quoted volatility that of the short rate
_AFTER = f"(swaption_volatility-vol_fall){_SHORT}"
_LIMITS = (
    "Prices are illustrative until typed over, and so are the volatilities: swaption volatilities are not public.",
    "One volatility and one mean reversion stand for the whole surface; the smile is left out.",
    "Investors are taken to ask for the same OAS after the fall; when volatility falls they often ask for less.",
    "A pool is a new one to the model: it has not yet lost its quick borrowers.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = (*_identities(), *published(*PRICING))
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    pools.pools_page(layout, THIRTY_YEARS)
    _stack(layout)
    _fall(layout)
    _levels(layout)
    _range(layout)
    _sensitivity(layout)
    market.curve_page(layout)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells, here and on Pools; everything follows.")
    page.inputs(
        (
            Input(
                "vol_fall",
                "Fall of the volatility",
                20,
                "bp",
                "bp of the quoted volatility; less than all of it",
                rules.between(1, 399, "1 bp to less than the volatility"),
            ),
            Input(
                "vega_face",
                "Face hedged",
                100,
                "tenths",
                "$mm of each coupon, for its hedge in swaptions",
                rules.AMOUNT,
            ),
            pools.scenario_input(),
            *market.settlement(),
        ),
        "The question",
    )
    pools.scenarios_table(page)
    levels = (
        market.volatility("swaption_volatility", "Volatility, 1y10y", 73),
        market.volatility("swaption_low", "Volatility, low", 52),
        market.volatility("swaption_high", "Volatility, high", 94),
    )
    market.market_inputs(page, volatilities=levels)


def _coupon() -> Column:
    return Column("coupon", "percent", "={pools.coupon}", align="left")


def _stack(layout: Layout) -> None:
    page = layout.page(
        "Stack",
        "The stack, option-adjusted",
        "Vega: points a coupon gains when the short rate's volatility rises by 1 bp. Hedge: the at-the-money payer and "
        "receiver of 1y10y swaptions whose vega is as large.",
        (10, *[12] * 12),
    )
    straddle = "(2*swap_annuity*SQRT(1/(2*PI()))/10000)"  # vega of a pair at the money, of 1 of notional, a bp quoted
    page.table(
        "stack",
        THIRTY_YEARS,
        {
            "coupon": _coupon(),
            "price": Column("price", "price", "={pools.clean}"),
            "away": Column("from par", "price", "=ABS({price}-100)"),
            **risk(("oas", "error", "z", "cost", "effective", "bend", "spread", "vega")),
            "nominal": Column(
                "spread to the curve",
                "points",
                fill=f"=MBS_NOMINAL_SPREAD({{pools.clean[all]}},{AT_SPEED},{CURVE},settle,program)",
            ),
            "lost": Column("$k lost a bp, quoted", "tenths", "=-{vega}/volatility_ratio/100*vega_face*1000"),
            "swaptions": Column("hedge: straddles, $mm", "tenths", f"={{lost}}/1000/{straddle}"),
        },
    )
    par = "{pools.coupon},{stack.price}"
    page.headlines(
        (
            Headline(
                "near_row",
                "Row nearest par",
                "=MATCH(MIN({stack.away}),{stack.away},0)",
                "integer",
                "of the stack",
            ),
            Headline("near_par", "Its coupon", "=INDEX({pools.coupon},near_row)", "percent"),
            Headline("near_oas", "Its OAS", "=INDEX({stack.oas},near_row)", "points"),
            Headline(
                "current_coupon", "Current coupon", f"=MBS_CURRENT_COUPON({par})", "percent", "what would trade at 100"
            ),
        )
    )


def _fall(layout: Layout) -> None:
    page = layout.page(
        "Fall",
        '="If the volatility falls by "&vol_fall&" bp"',
        "Every coupon keeps its OAS; Treasuries stay. Nominal spread: at the speed used. One OAS: that of the "
        "coupon nearest par.",
        (10, *[12] * 12),
    )
    nominal = f"=MBS_NOMINAL_SPREAD({{after}},{AT_SPEED},{CURVE},settle,program)"
    page.table(
        "fall",
        THIRTY_YEARS,
        {
            "coupon": _coupon(),
            "after": Column("price after", "price", fill=f"={oas_price('{stack.oas[all]}', _AFTER)}"),
            "gain": Column("price gain", "price", "={after}-{stack.price}"),
            "vega": Column("by vega alone", "price", "=-{stack.vega}*vol_fall/volatility_ratio"),
            "z": Column("Z-spread after", "points", fill=f"={oas('{after[all]}', '0')}"),
            "tighter": Column("it tightens", "points", "={stack.z}-{z}"),
            "nominal": Column("spread to the curve after", "points", fill=nominal),
            "nominal_tighter": Column("it tightens", "points", "={stack.nominal}-{nominal}"),
            "one": Column("price at one OAS", "price", fill=f"={oas_price('near_oas')}"),
            "one_after": Column("the same after", "price", fill=f"={oas_price('near_oas', _AFTER)}"),
        },
    )
    par = "MBS_CURRENT_COUPON({{pools.coupon}},{{fall.{}}})"
    page.headlines(
        (
            Headline(
                "coupon_own",
                "Current coupon falls, each coupon at its own OAS",
                f"=10000*(current_coupon-{par.format('after')})",
                "points",
            ),
            Headline(
                "coupon_one",
                "Current coupon falls, one OAS for all",
                f"=10000*({par.format('one')}-{par.format('one_after')})",
                "points",
            ),
        )
    )


def _across(page: Page, name: str, title: str, heads: dict[str, str | int], formula: str, number: str) -> None:
    """Lay out a table of coupons down, volatilities across, filled by one formula."""
    titles = {key: head if isinstance(head, str) else f"={head}" for key, head in heads.items()}
    page.table(name, THIRTY_YEARS, {"coupon": _coupon(), **across(titles, number, formula)}, title)


def _levels(layout: Layout) -> None:
    page = layout.page(
        "Levels",
        "Three volatilities",
        "First what today's price pays at each volatility, in bp of 1y10y, then what a constant OAS, that at the "
        "base, is worth.",
        (12, *[18] * 3),
        portrait=True,
    )
    heads: dict[str, str | int] = {name: f"={level}" for name, level in _LEVELS.items()}
    levels = "{low:high[head]}" + _SHORT
    _across(page, "level_oas", "OAS at today's price", heads, f"={oas(volatility=levels)}", "points")
    _across(
        page, "level_cost", "Option cost at today's price", heads, "={stack.z[all]}-{level_oas.low:high[all]}", "points"
    )
    _across(page, "level_price", "Price at constant OAS", heads, f"={oas_price('{stack.oas[all]}', levels)}", "price")


def _range(layout: Layout) -> None:
    page = layout.page(
        "Range",
        "Over the range of volatilities",
        "Option cost at today's price, and the price at constant OAS, over volatilities in bp of 1y10y.",
        (16, *[10] * len(_STEPS)),
    )
    heads: dict[str, str | int] = dict(_STEPS)
    first, *_, last = _STEPS
    steps = f"{{{first}:{last}[head]}}{_SHORT}"
    _across(page, "costs", "Option cost", heads, f"={{stack.z[all]}}-{oas(volatility=steps)}", "points")
    _across(page, "prices", "Price at constant OAS", heads, f"={oas_price('{stack.oas[all]}', steps)}", "price")
    page.table(
        "par",
        ("coupon", "change"),
        {
            "what": Column("", "text", ["current coupon", "its change, bp"]),
            **{
                name: Column(
                    f"={level}",
                    "exact",
                    [
                        f"=100*MBS_CURRENT_COUPON({{pools.coupon[all]}},{{prices.{name}[all]}})",
                        f"=100*({{{name}[this-1]}}-100*current_coupon)",
                    ],
                )
                for name, level in _STEPS.items()
            },
        },
        "The coupon at 100, %",
    )


def _sensitivity(layout: Layout) -> None:
    page = sensitivity_page(layout, "What the coupon nearest par gains if the volatility falls, in points.")

    def gain(price: str = "", quoted: str = "", fall: str = "", rates: str = "", wac: str = "") -> str:
        pool = f"{{one.coupon[of]}},{{one.wac[of]}}{wac},{{one.wam[of]}},{{one.age[of]}}"
        clean, curve = f"({{one.clean[of]}}{price})", f"{{curve.years[all]}},{{curve.par[all]}}{rates}"
        before = f"(swaption_volatility{quoted}){_SHORT}"
        after = f"(swaption_volatility{quoted}-(vol_fall{fall})){_SHORT}"
        spread = f"MBS_OAS({clean},{pool},{curve},{before},{END})"
        return f"MBS_OAS_PRICE({spread},{pool},{curve},{after},{END})-{clean}"

    sensitivity(
        page,
        gain(),
        "price",
        {
            "fall": moved("Fall of the volatility, bp", 5, gain(fall="±")),
            "volatility": moved("Volatility 1y10y, bp", 10, gain(quoted="±")),
            "price": moved("Price, points", 0.25, gain(price="±")),
            "rates": moved("Rates, bp", 25, gain(rates="±/10000")),
            "wac": moved("Gross rate, bp", 25, gain(wac="±/10000")),
        },
    )
    one_pool(page, "one", "near_row")


def _near(column: str) -> str:
    return f"INDEX({{{column}}},near_row)"


def _summary() -> Summary:
    def best(name: str, label: str, function: str, column: str, number: str, note: str) -> Headline:
        told = f'=TEXT(INDEX({{pools.coupon}},MATCH({name},{{{column}}},0)),"0.0%")&" coupon, {note}"'
        return Headline(name, label, f"={function}({{{column}}})", number, told, True)

    too_large = "vol_fall>=swaption_volatility"
    most = "MATCH(MAX({fall.gain}),{fall.gain},0)"
    return Summary(
        f'=IF({too_large},"A fall of "&vol_fall&" bp is all of the volatility or more: type a smaller one.",'
        'IF(coupon_one>0,"Yes: a fall of "&vol_fall&" bp tightens the current coupon by '
        '"&TEXT(coupon_one,"0.0")&" bp at one OAS for all",'
        '"No: a fall of "&vol_fall&" bp moves the current coupon by "&TEXT(-coupon_one,"0.0")&" bp")'
        f'&"; the "&TEXT(near_par,"0.0%")&" coupon gains "&TEXT({_near("fall.gain")},"0.00")&" points, "'
        f'&IF({most}=near_row,"the most.","the "&TEXT(INDEX({{pools.coupon}},{most}),"0.0%")&" most: "'
        '&TEXT(MAX({fall.gain}),"0.00")&"."))',
        market.DATED,
        (
            "How to read it: part of what MBS yield over Treasuries pays for the borrowers' option to "
            "refinance: the option cost, the Z-spread less the OAS. If volatility falls and investors ask "
            "for the same OAS, prices rise and spreads tighten by themselves: most around and above par, "
            "where the option is near the money; hardly at all for deep discounts.",
        ),
        (
            Headline(
                "tightens_one",
                "Current coupon tightens, one OAS for all",
                "=coupon_one",
                "points",
                '="each at its own OAS: "&TEXT(coupon_own,"0.0")&" bp"',
                True,
            ),
            Headline(
                "par_tightens",
                "Z-spread of the coupon nearest par tightens",
                f"={_near('fall.tighter')}",
                "points",
                '=TEXT(near_par,"0.0%")&" coupon, at constant OAS"',
                True,
            ),
            Headline(
                "par_cost",
                "Its option cost",
                f"={_near('stack.cost')}",
                "points",
                f'=TEXT({_near("stack.cost")}/{_near("stack.z")},"0%")&" of its Z-spread"',
                True,
            ),
            Headline(
                "par_oas",
                "Its OAS",
                f"={_near('stack.oas')}",
                "points",
                f'="standard error "&TEXT({_near("stack.error")},"0.0")&" bp"',
                True,
            ),
            best("most_gain", "Most gained by a coupon", "MAX", "fall.gain", "price", "points"),
            best("most_cost", "Highest option cost", "MAX", "stack.cost", "points", "at the base volatility"),
            Headline(
                "par_vega",
                "Lost a bp of volatility, $k",
                f"={_near('stack.lost')}",
                "tenths",
                '="on $"&vega_face&"mm of the coupon nearest par"',
                True,
            ),
            Headline(
                "par_hedge",
                "Its hedge in 1y10y straddles, $mm",
                f"={_near('stack.swaptions')}",
                "tenths",
                "bought; at the money",
                True,
            ),
        ),
        _charts(),
    )


def _charts() -> list[Chart]:
    def columns(name: str, column: str, kind: str = "column") -> Series:
        return Series(name, "{pools.coupon}", f"{{{column}}}", kind)

    first, *_, last = _STEPS
    span = f"{first}:{last}"
    below: dict[str, Any] = {"across": "percent", "below": "coupon"}
    costs = tuple(
        Series(f"={{pools.pool[{key}]}}", f"{{costs.{span}[head]}}", f"{{costs.{span}[{key}]}}") for key in _DRAWN
    )
    levels = tuple(columns(f"={{level_cost.{name}[head]}}", f"level_cost.{name}") for name in _LEVELS)
    return [
        Chart(
            "Z-spread and OAS: the gap is the option",
            "basis points",
            (columns("Z-spread", "stack.z", "line"), columns("OAS", "stack.oas", "line")),
            **below,
        ),
        Chart("Option cost at three volatilities, bp", "basis points", levels, **below),
        Chart(
            '="Price gain if the volatility falls by "&vol_fall&" bp"',
            "points",
            (columns("at constant OAS", "fall.gain"), columns("by vega alone", "fall.vega")),
            "years",
            **below,
        ),
        Chart(
            '="Spreads tighten if it falls by "&vol_fall&" bp"',
            "basis points",
            (columns("Z-spread", "fall.tighter"), columns("spread to the curve", "fall.nominal_tighter")),
            **below,
        ),
        Chart("Option cost over volatility, by coupon", "basis points", costs, below="volatility, 1y10y, bp"),
        Chart(
            "Current coupon against volatility",
            "change, bp",
            (Series("at constant OAS", f"{{par.{span}[head]}}", f"{{par.{span}[change]}}"),),
            below="volatility, 1y10y, bp",
        ),
        tornado("What the coupon nearest par gains, as one input moves", "points", "years"),
    ]


def _identities() -> tuple[Check, ...]:
    wilder = oas_price("{stack.oas[all]}", "volatility+0.0001")
    again = oas("{fall.after[all]}", _AFTER)
    return (
        *adjusted_checks("stack", THIRTY_YEARS[2]),
        Check(
            "Prices at a volatility 1 bp higher, less today's and vega: squares",
            f"=SUMXMY2({wilder}-{{stack.price}},{{stack.vega}})",
            0,
            1e-16,
            "exact",
            "MBS_OAS_PRICE against MBS_OAS_RISK, every coupon",
        ),
        Check(
            "OAS of the prices after the fall, less today's: squares",
            f"=SUMXMY2({again},{{stack.oas}})",
            0,
            1e-12,
            "exact",
            "MBS_OAS against MBS_OAS_PRICE, every coupon",
        ),
    )
