"""A year held: the return of each coupon in each scenario, and that of Treasuries of equal duration."""

from __future__ import annotations

from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.days import start_day
from mbsxl_workbooks.shared.market import END, TENORS
from mbsxl_workbooks.shared.measures import oas_price
from mbsxl_workbooks.shared.pools import THIRTY_YEARS
from mbsxl_workbooks.templates.easing_cycle.scenarios import NAMES, coupon, each, heads

_MONTHS = 12


def lay_out_year(layout: Layout) -> None:
    """Lay out the year held: returns, returns over Treasuries, then their working."""
    page = layout.page(
        "Year",
        "A year held",
        "The curve moves at once and stays, and the speed with it. Twelve payments earn the scenario's 3-month "
        "rate to the end; "
        "what is left is then worth the price of a pool a year older at the same OAS.",
        (14, *[13] * 7, *[9] * 12),
    )
    each(page, "returns", "Return over the year", heads("percent", "={@.return}"))
    low, high = (f"INDEX({{treasury.@[all]}},{{matched.place}}{step})" for step in ("", "+1"))
    each(
        page,
        "excess",
        "Return over that of Treasuries of equal effective duration",
        heads("percent", f"={{returns.@}}-((1-{{matched.weight}})*{low}+{{matched.weight}}*{high})"),
        {
            "worst": Column("worst", "percent", "=MIN({hold:up})"),
            "chosen": Column("scenario of the answer", "percent", "=INDEX({hold:up},1,chosen)"),
        },
    )
    _treasuries(page)
    months = range(1, _MONTHS + 1)
    paid = f"(30*{{@[head]}}+1-{start_day('settle')}+MBS_DELAY(program))/360"  # years from settlement
    page.table(
        "growth",
        tuple(NAMES),
        {
            "scenario": Column("1 paid in a month grows to", "text", [f"={{moves.{name}[head]}}" for name in NAMES]),
            **{
                f"m{month}": Column(
                    f"={month}",
                    "price",
                    [f"=1+{{curves.{name}[3m]}}*(1-{paid.replace('@', f'm{month}')})" for name in NAMES],
                )
                for month in months
            },
        },
        "Working",
    )
    for name in NAMES:
        _working(page, name)


def _treasuries(page: Page) -> None:
    """Lay out the year's return of par Treasuries in each scenario, and which of them have a coupon's duration."""
    left = "({curve.years}-1)"
    then = "{treasury_yields.@}"
    semi = f"(1+{then}/2)^(-2*{left})"
    price = f"IF({left}<=0,1,IF({then}=0,1+{{curve.par}}*{left},{{curve.par}}/{then}*(1-{semi})+{semi}))"
    grown = (
        "IF({curve.years}<1,(1+{curve.par}*{curve.years})*(1+{curves.@[3m]}*(1-{curve.years}))-1,{curve.par}*"
        "(1+{curves.@[3m]}/4)+%s-1)"
    )
    names = {"tenor": Column("Treasury", "text", list(TENORS))}
    at = "MAX({curve.years}-1,{curve.years[3m]})"
    page.table(
        "treasury_yields",
        tuple(TENORS),
        names | heads("percent", f'=MBS_CURVE({{curves.years[all]}},{{curves.@[all]}},{at},"PAR")'),
        "Par yields a year shorter, in each scenario",
    )
    page.table(
        "treasury",
        tuple(TENORS),
        names
        | heads("percent", "=" + grown % price)
        | {
            "duration": Column("modified duration today", "years", "={curve.duration}"),
            "hand": Column(
                "yield and roll, by hand",
                "percent",
                "={curve.par}*(1+{curves.hold[3m]}/4)-{curve.duration}*({treasury_yields.hold}-{curve.par})*IF({curve.years}>1,({curve.years}-1)/{curve.years},0)",
            ),
        },
        "Return of a par Treasury over the year, in each scenario",
    )
    durations = "{treasury.duration[all]}"
    page.table(
        "matched",
        THIRTY_YEARS,
        {
            "coupon": coupon(),
            "duration": Column("effective duration", "years", "={durations.hold}"),
            "place": Column(
                "shorter Treasury",
                "integer",
                f"=MIN(MAX(MATCH(MAX({{duration}},{{treasury.duration[first]}}),{durations},1),1),{len(TENORS) - 1})",
            ),
            "weight": Column(
                "part in the longer",
                "share",
                f"=({{duration}}-INDEX({durations},{{place}}))/(INDEX({durations},{{place}}+1)-INDEX({durations},{{place}}))",
            ),
        },
        "Treasuries of equal duration",
    )


def _working(page: Page, name: str) -> None:
    factors = [f"f{month}" for month in range(_MONTHS + 1)]
    older = "{pools.coupon[all]},{pools.wac[all]},{pools.wam[all]}-12,{pools.age[all]}+12"
    later = END.replace("settle", "EDATE(settle,12)", 1)
    spread, volatility = f"{{stack.oas[all]}}+{{shifts.{name}[spread]}}", f"{{rates.{name}[volatility]}}"
    price = oas_price(spread, volatility, f"{{curves.years[all]}},{{curves.{name}[all]}}", later, older)
    left = (
        f"MBS_FACTOR({{pools.wac[all]}},{{pools.wam[all]}},{{pools.age[all]}},{{speed[all]}},{{f0:f{_MONTHS}[head]}})"
    )
    before, after = (f"SUMPRODUCT({{{span}}},{{growth.m1:m{_MONTHS}[{name}]}})" for span in ("f0:f11", "f1:f12"))
    page.table(
        name,
        THIRTY_YEARS,
        {
            "coupon": coupon(),
            "speed": Column("speed", "text", f"={{texts.{name}}}", align="right"),
            "owed": Column("paid, with accrued", "price", "={pools.clean}+MBS_ACCRUED({pools.coupon},settle)"),
            "flows": Column("payments, with interest", "exact", f"={before}*(1+{{pools.coupon}}/12)-{after}"),
            "price": Column("price a year on", "price", fill=f"={price}"),
            "return": Column(
                "return",
                "percent",
                "=(100*{flows}+{f12}*({price}+MBS_ACCRUED({pools.coupon},EDATE(settle,12))))/{owed}-1",
            ),
            **{
                factor: Column(
                    f"={month}", "exact", fill=f"={left}" if not month else "", across=len(factors) if not month else 1
                )
                for month, factor in enumerate(factors)
            },
        },
        f'="Working, "&{{moves.{name}[head]}}&": and the balance left, month by month"',
    )
