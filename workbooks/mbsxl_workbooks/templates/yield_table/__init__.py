"""One pool at many prices and speeds: yield, life, spread, duration; static beside option-adjusted; the proof."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.sensitivity import Moved, moved, sensitivity, sensitivity_page, tornado
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared import market
from mbsxl_workbooks.shared.market import CURVE, END, MODEL
from mbsxl_workbooks.shared.measures import RISK, measured
from mbsxl_workbooks.shared.pools import pool_of, scenario_input, scenarios_table, shown, speed_move
from mbsxl_workbooks.shared.standards import PRICING, published
from mbsxl_workbooks.templates.yield_table import proof
from mbsxl_workbooks.templates.yield_table.tables import MIDDLE, POOL, SPEEDS, lay_out_tables

TITLE = "Yield table of one pool"
QUESTION = "What does the pool yield and how long does it last, at each price and speed? And does the yield add up?"

_AT_BASE = f"{POOL},base_speed"
_LIMITS = (
    "The price is illustrative until typed over; so is the volatility behind the option-adjusted figures.",
    "Each column holds its speed for the life of the pool, whatever rates do: that is what a yield table says.",
    "Option-adjusted figures are this model's; a pool is a new one to it, its quick borrowers still there.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = (*_identities(), *published(*PRICING))
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    lay_out_tables(layout)
    _risk(layout)
    _sensitivity(layout)
    _cash_flows(layout)
    proof.lay_out_proof(layout)
    market.curve_page(layout)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells; everything else follows.")
    pool = pool_of("30y55")
    any_speed = "A number and its unit: 4 CPR, 150 PSA, a sequence, a ramp"
    page.inputs(
        (
            Input(
                "price",
                "Price",
                pool["price"],
                "text",
                "Illustrative; 101-04, 101-04+ and 101.125 are all read",
                rules.QUOTE,
            ),
            Input(
                "price_step",
                "Step between the prices of the tables",
                8,
                "general",
                "32nds",
                rules.between(0.125, 64, "1/8 to 64 32nds"),
            ),
            Input("coupon", "Coupon", pool["coupon"], "percent", "What investors are paid", rules.RATE),
            Input(
                "wac", "Gross rate of the loans", pool["wac"], "percent", "Servicing and guarantee on top", rules.RATE
            ),
            Input(
                "wam",
                "Months left",
                pool["wam"],
                "integer",
                f"{proof.MONTHS} at most",
                rules.between(1, proof.MONTHS, "1 to 360", whole=True),
            ),
            Input(
                "age",
                "Age of the loans, months",
                pool["age"],
                "integer",
                "Matters to PSA speeds and to the model",
                rules.AGE,
            ),
            *market.settlement(),
        ),
        "The pool",
    )
    page.inputs(
        (
            scenario_input(),
            Input(
                "speed_base",
                "Base speed, if not the model's",
                None,
                "text",
                f"Blank: the model's at the mortgage rate. {any_speed}",
                rules.SPEED,
            ),
            *(
                Input(f"speed_{each}", f"{each.capitalize()} speed", speed, "text", any_speed, rules.SPEED)
                for each, speed in SPEEDS.items()
                if each != "base"
            ),
        ),
        "The speeds across",
    )
    scenarios_table(page)
    market.market_inputs(page)


def _risk(layout: Layout) -> None:
    page = layout.page(
        "Risk",
        "Static and option-adjusted, side by side",
        "Static: the base speed whatever rates do. Option-adjusted: over the model's paths, where speeds follow rates.",
        (44, 16, 16, 60),
    )
    speed_move(page)
    page.headlines(
        (
            Headline("clean_price", "Price, decimal", "=MBS_DECIMAL(price)", "price", "of Inputs"),
            Headline(
                "model_speed",
                "The model's speed",
                f"=MBS_MODEL_CPR(mortgage_rate+speed_move/10000,wac,age,,,{MODEL})",
                "percent",
                "CPR of next month, average of the seasons, in the scenario chosen",
            ),
            Headline(
                "base_speed",
                "Base speed",
                f'=IF(OR(speed_base="",scenario<>"base"),{shown("model_speed")},speed_base)',
                "general",
                '=IF(OR(speed_base="",scenario<>"base"),"the model\'s","typed on Inputs")',
            ),
        )
    )
    page.table(
        "record",
        tuple(RISK),
        {
            "what": Column("option-adjusted", "text", [title for _, title, _, _ in RISK.values()]),
            "value": Column("value", "exact", fill=f"=TRANSPOSE({measured(tuple(RISK), 'clean_price', POOL)})"),
        },
        "Over the model's paths",
    )
    at = f"clean_price,{_AT_BASE}"
    pairs = {
        "spread": ("Spread, bp: Z-spread, OAS", f"=MBS_Z_SPREAD({at},{CURVE},settle,program)", "={record.value[oas]}"),
        "duration": (
            "Duration, years: modified, effective",
            f"=MBS_DURATION({at},,settle,program)",
            "={record.value[effective]}",
        ),
        "convexity": (
            "Convexity, hundredths: static, effective",
            f"=MBS_CONVEXITY({at},settle,program)/100",
            "={record.value[bend]}",
        ),
    }
    page.table(
        "pairs",
        tuple(pairs),
        {
            "what": Column("side by side", "text", [what for what, _, _ in pairs.values()]),
            "static": Column("static", "hundredths", [formula for _, formula, _ in pairs.values()]),
            "adjusted": Column("option-adjusted", "hundredths", [formula for _, _, formula in pairs.values()]),
        },
    )


def _sensitivity(layout: Layout) -> None:
    page = sensitivity_page(layout, "The yield at the base speed.")

    def found(price: str = "", speed: str = "", wac: str = "", wam: str = "") -> str:
        vector = f"{{payments.cpr[all]}}*(1{speed})" if speed else "base_speed"
        return f"MBS_YIELD(clean_price{price},coupon,wac{wac},wam{wam},age,{vector},settle,program)"

    sensitivity(
        page,
        found(),
        "percent",
        {
            "price": moved("Price, points", 1, found(price="±")),
            "speed": moved("Speed, %", 25, found(speed="±/100")),
            "wac": moved("Gross rate, bp", 25, found(wac="±/10000")),
            "wam": Moved("Months left", 12, "=" + found(wam="-MIN({step},wam-1)"), "=" + found(wam="+{step}")),
        },
    )


def _cash_flows(layout: Layout) -> None:
    page = layout.page(
        "Cash flows",
        "The payments at the base speed",
        "One formula, MBS_CASHFLOW, for 100 of face; the date is the one of payment.",
        (10, *[13] * 8),
    )
    months = tuple(str(month) for month in range(1, proof.MONTHS + 1))
    numbers = {"month": "integer", "date": "date"}
    names = ("month", "date", "balance", "scheduled", "prepaid", "interest", "total", "ending")
    page.spill(
        "flows",
        months,
        {name: Column(name, numbers.get(name, "price")) for name in names},
        f"=MBS_CASHFLOW(100,{_AT_BASE},settle,program)",
    )


def _summary() -> Summary:
    return Summary(
        '="At "&MBS_TICKS(clean_price)&" the "&TEXT(coupon,"0.0%")&" "&program&" yields '
        '"&TEXT(yield_base,"0.00%")&" at "&base_speed&", "'
        '&TEXT(MIN({yields.slowest:fastest[price5]}),"0.00%")&" to '
        '"&TEXT(MAX({yields.slowest:fastest[price5]}),"0.00%")&" over the speeds; OAS "'
        '&TEXT(oas_base,"0")&" bp, effective duration "&TEXT(effective_base,"0.0")&" years against '
        '"&TEXT(duration_base,"0.0")&" static. "'
        '&IF(ABS(proof_gap)<0.000001,"The proof adds up to the price.","The proof misses the price by '
        '"&TEXT(proof_gap,"0.0000")&".")',
        market.DATED,
        (
            "How to read it: above par, faster speeds return at 100 what cost more, and the yield falls; "
            "below par it rises. Slow speeds make the pool long. Tables has every price against every "
            "speed; Risk puts static figures beside option-adjusted ones; Proof lays the payments behind "
            "the base yield open in plain arithmetic: their present values are the price.",
        ),
        (
            Headline(
                "yield_base",
                "Yield",
                f"=MBS_YIELD(clean_price,{_AT_BASE},settle,program)",
                "percent",
                '="bond-equivalent, at "&base_speed',
                True,
            ),
            Headline(
                "life_base", "Average life", f"=MBS_WAL({_AT_BASE},settle,program)", "years", '="years, at "&base_speed'
            ),
            Headline(
                "nominal_base",
                "Spread to the curve",
                f"=MBS_NOMINAL_SPREAD(clean_price,{_AT_BASE},{CURVE},settle,program)",
                "points",
                "at the average life",
                True,
            ),
            Headline(
                "z_base", "Z-spread, static", "={pairs.static[spread]}", "points", "over every zero-coupon rate", True
            ),
            Headline(
                "oas_base",
                "OAS",
                "={record.value[oas]}",
                "points",
                '="option cost "&TEXT({record.value[cost]},"0")&" bp"',
                True,
            ),
            Headline(
                "duration_base",
                "Modified duration, static",
                "={pairs.static[duration]}",
                "years",
                '="convexity "&TEXT({pairs.static[convexity]},"0.00")&" hundredths"',
                True,
            ),
            Headline(
                "effective_base",
                "Effective duration",
                "={pairs.adjusted[duration]}",
                "years",
                '="convexity "&TEXT({pairs.adjusted[convexity]},"0.00")&" hundredths"',
                True,
            ),
            Headline(
                "proof_price",
                "Price the proof adds up to",
                "=proof_worth-proof_accrued",
                "price",
                "plain arithmetic only",
            ),
        ),
        _charts(),
    )


def _charts() -> list[Chart]:
    def across(name: str, table: str, key: str, kind: str = "column") -> Series:
        return Series(name, f"{{{table}.slowest:fastest[head]}}", f"{{{table}.slowest:fastest[{key}]}}", kind)

    def paid(name: str, column: str) -> Series:
        return Series(name, "{payments.paid}", f"{{payments.{column}}}", "area")

    middle = f"price{MIDDLE}"
    gains = tuple(across(f"={{gains.price[{key}]}}", "gains", key) for key in ("low", "middle", "high"))
    return [
        Chart("What other speeds do to the yield", "basis points", gains),
        Chart(
            "Average life and duration by speed",
            "years",
            (across("average life", "lives", "all"), across("modified duration", "durations", middle)),
        ),
        Chart("Z-spread by speed, at the price", "basis points", (across("Z-spread", "spreads", middle),)),
        Chart(
            "What comes when, at the base speed",
            "a month, per 100 of face",
            (paid("interest", "interest"), paid("scheduled", "scheduled"), paid("prepaid", "prepaid")),
            number="years",
            across="year",
            step=5,
        ),
        tornado("The yield, as one input moves", "", "percent"),
    ]


def _identities() -> tuple[Check, ...]:
    def identity(what: str, formula: str, source: str) -> Check:
        return Check(what, formula, 0, 1e-8, "exact", source)

    month = "MIN(60,wam)"
    return (
        identity(
            "The proof: what the payments are worth, less the price",
            "=proof_gap",
            "Plain arithmetic against MBS_YIELD; per 100 of face",
        ),
        identity(
            "The proof's average life, less the formula's",
            "=proof_life-life_base",
            "Plain arithmetic against MBS_WAL; years",
        ),
        identity(
            "The proof's modified duration, less the formula's",
            "=proof_duration-duration_base",
            "Plain arithmetic against MBS_DURATION; years",
        ),
        identity(
            "The proof's balance after five years, less the formula's",
            f"=INDEX({{payments.balance}}-{{payments.scheduled}}-{{payments.prepaid}},{month})-100*MBS_FACTOR(wac,wam,age,base_speed,{month})",
            "Plain arithmetic against MBS_FACTOR; per 100 of face",
        ),
        identity(
            "The middle of the yield table, less the headline",
            f"={{yields.base[price{MIDDLE}]}}-yield_base",
            "A table is one call for all its cells; the headline a call of its own",
        ),
        identity(
            "Price at the OAS, less the price",
            f"=MBS_OAS_PRICE(oas_base,{POOL},{CURVE},volatility,{END})-clean_price",
            "MBS_OAS_PRICE against MBS_OAS_RISK",
        ),
    )
