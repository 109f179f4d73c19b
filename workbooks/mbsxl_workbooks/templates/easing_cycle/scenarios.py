"""The scenarios, and what they do to each coupon's value and cash flows."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.market import CURVE, MODEL, TENORS
from mbsxl_workbooks.shared.measures import oas_price, risk
from mbsxl_workbooks.shared.pools import THIRTY_YEARS, shown

NAMES = {
    "hold": "no change",
    "down": "two cuts, parallel",
    "steepen": "two cuts, bull steepening",
    "flatten": "cuts undone, bear flattening",
    "up": "cuts undone, parallel",
}
_TWIST = dict(zip(TENORS, (50, 50, 50, 35, 28, 20, 8, 0), strict=True))  # fading from 2 to 30 years
_MOVED = {
    "hold": dict.fromkeys(TENORS, 0),
    "down": dict.fromkeys(TENORS, -50),
    "steepen": {tenor: -move for tenor, move in _TWIST.items()},
    "flatten": _TWIST,
    "up": dict.fromkeys(TENORS, 50),
}
CHOICE = {"validate": "list", "source": "=Scenarios!$D$4:$H$4", "error_message": "One of the names on Scenarios"}
STEPS = {f"by_{'down' if step < 0 else 'up'}{abs(step)}": step for step in range(-150, 151, 25)}


def curve(name: str) -> str:
    """Return the tenors and par yields of a scenario, as arguments of a formula."""
    return f"{{curves.years[all]}},{{curves.{name}[all]}}"


def coupon() -> Column:
    """Return the column of the coupons."""
    return Column("coupon", "percent", "={pools.coupon}", align="left")


def heads(number: str, rows: str = "", fill: str = "") -> dict[str, Column]:
    """Return a column a scenario, whose formula says {name} for the scenario's own columns of other tables."""
    return {
        name: Column(f"={{moves.{name}[head]}}", number, rows.replace("@", name), fill.replace("@", name))
        for name in NAMES
    }


def each(page: Page, name: str, title: str, columns: dict[str, Column], more: dict[str, Column] | None = None) -> None:
    """Lay out a table of coupons down and scenarios across."""
    page.table(name, THIRTY_YEARS, {"coupon": coupon(), **columns, **(more or {})}, title)


def lay_out_scenarios(layout: Layout) -> None:
    """Lay out the amber names and moves, and the curves they make; a move is named scenario_tenor: steepen_10y."""
    page = layout.page(
        "Scenarios",
        "The scenarios",
        "Names and moves, in basis points, are yours to change. The curve moves at once and then stays for the year.",
        (24, 10, *[17] * len(NAMES)),
    )
    page.table(
        "moves",
        tuple(TENORS),
        {
            "tenor": Column("tenor", "text", list(TENORS)),
            "years": Column("years", "years", list(TENORS.values())),
            **{
                name: Column(words, "integer", [_MOVED[name][tenor] for tenor in TENORS], rule=rules.MOVE, named=True)
                for name, words in NAMES.items()
            },
        },
    )
    page.table(
        "shifts",
        ("spread", "volatility"),
        {
            "what": Column("and besides", "text", ["OAS, bp", "volatility 1y10y, bp"]),
            "blank": Column(""),
            **{name: Column(f"={{moves.{name}[head]}}", "integer", [0, 0], rule=rules.MOVE) for name in NAMES},
        },
    )
    page.table(
        "curves",
        tuple(TENORS),
        {
            "tenor": Column("the curve then", "text", list(TENORS)),
            "years": Column("years", "years", "={curve.years}"),
            **heads("percent", "={curve.par}+{moves.@}/10000"),
        },
    )
    rate = "={model.value[mortgage_spread]}+ten_year_weight*{curves.@[10y]}+(1-ten_year_weight)*{curves.@[5y]}"
    volatility = "=(swaption_volatility+{shifts.@[volatility]})/10000/volatility_ratio"
    page.table(
        "rates",
        ("mortgage", "volatility"),
        {
            "what": Column("and then", "text", ["mortgage rate", "volatility of the short rate"]),
            "blank": Column(""),
            **{
                name: Column(
                    f"={{moves.{name}[head]}}", "percent", [rate.replace("@", name), volatility.replace("@", name)]
                )
                for name in NAMES
            },
        },
    )
    names = "{moves.hold:up[head]}"
    page.headlines(
        (
            Headline(
                "chosen",
                "Scenario of the answer",
                f"=MATCH(scenario,{names},0)",
                "integer",
                "its place among the names",
            ),
        )
    )


def lay_out_value(layout: Layout) -> None:
    """Lay out what each scenario does to the value of each coupon."""
    page = layout.page(
        "Value",
        "What each scenario does to the value",
        "Each coupon keeps the OAS of its price, plus the scenario's.",
        (12, *[16] * 6),
    )
    stack = risk(("oas", "error", "z", "cost"))
    page.table(
        "stack",
        THIRTY_YEARS,
        {"coupon": coupon(), "price": Column("price", "price", "={pools.clean}"), **stack},
        "Today",
    )
    then = oas_price(
        "{stack.oas[all]}+{shifts.@[spread]}", "{rates.@[volatility]}", "{curves.years[all]},{curves.@[all]}"
    )
    each(page, "prices", "Price", heads("price", fill=f"={then}"))
    each(page, "price_changes", "Price change, points", heads("price", "={prices.@}-{pools.clean}"))
    for name, title, measure, number in (
        ("durations", "Effective duration, years", "effective", "years"),
        ("convexities", "Effective convexity, hundredths", "bend", "hundredths"),
    ):
        columns = {
            key: risk((measure,), curve(key), f"{{prices.{key}}}", f"{{rates.{key}[volatility]}}")[measure]._replace(
                title=f"={{moves.{key}[head]}}", number=number
            )
            for key in NAMES
        }
        lost = Column("lost, scenario of the answer", "years", "={hold}-INDEX({hold:up},1,chosen)")
        each(page, name, title, columns, {"lost": lost} if name == "durations" else {})


def lay_out_flows(layout: Layout) -> None:
    """Lay out the speed of each coupon in each scenario, its average life at that speed, and what follows of them."""
    page = layout.page(
        "Flows",
        "What each scenario does to the cash flows",
        "The speed of next month, by the prepayment model at the scenario's mortgage rate; average life if it lasts.",
        (12, *[16] * 6),
    )
    speed = f"=MBS_MODEL_CPR({{rates.@[mortgage]}},{{pools.wac[all]}},{{pools.age[all]}},,,{MODEL})"
    each(
        page,
        "speeds",
        "Speed, CPR",
        heads("tenths percent", fill=speed),
        {"gain": Column("gain, scenario of the answer", "tenths percent", "=INDEX({hold:up},1,chosen)-{hold}")},
    )
    each(page, "texts", "The same as a speed is typed", heads("text", f"={shown('{speeds.@}')}"))
    loans = "{pools.coupon},{pools.wac},{pools.wam},{pools.age}"
    each(
        page,
        "lives",
        "Average life, years",
        heads("years", f"=MBS_WAL({loans},{{texts.@}},settle,program)"),
        {"span": Column("longest less shortest", "years", "=MAX({hold:up})-MIN({hold:up})")},
    )
    _lowest(page, "risky", "Prepayment risk returns", "{speeds.gain}>=speed_jump")
    _lowest(page, "unstable", "Cash flows not stable", "{lives.span}>life_limit")


def _lowest(page: Page, name: str, title: str, holds: str) -> None:
    """Lay out the lowest coupon of which something holds, or "none": an error in it is one in the answer."""
    some = f"SUM(--({holds}))"
    page.table(
        name,
        ("of",),
        {
            "what": Column(title, "text", ["from coupon"]),
            "low": Column(
                "lowest",
                "percent",
                [
                    f'=IF({some}=0,"none",MIN(IF({holds},{{pools.coupon[all]}})))'.replace(
                        "{speeds.gain}", "{speeds.gain[all]}"
                    ).replace("{lives.span}", "{lives.span[all]}")
                ],
            ),
        },
    )


def lay_out_rates(layout: Layout) -> None:
    """Lay out the prices of each coupon over parallel moves of the curve."""
    page = layout.page(
        "Rates",
        "Price against rates",
        "The whole curve moves at once, each coupon keeps its OAS. What convexity takes: gain of -100 + loss of +100.",
        (12, *[9] * len(STEPS), 14),
    )
    tenors, yields = CURVE.split(",")
    levels = {
        name: Column(
            f"={step}", "years", fill=f"={oas_price('{stack.oas[all]}', curve=f'{tenors},{yields}+{step}/10000')}"
        )
        for name, step in STEPS.items()
    }
    each(page, "levels", "Price, by parallel move in bp", levels)
    changes = {name: Column(f"={step}", "years", f"={{levels.{name}}}-{{pools.clean}}") for name, step in STEPS.items()}
    each(
        page,
        "changes",
        "Price change, points, by parallel move in bp",
        changes,
        {"toll": Column("what convexity takes", "years", "={by_down100}+{by_up100}")},
    )
