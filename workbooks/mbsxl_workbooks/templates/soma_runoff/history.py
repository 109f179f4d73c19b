"""The months as they happened, and what the model would have said of them: the forecast's rolling error."""

from __future__ import annotations

import datetime

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.tables import Column, Value, across
from mbsxl_workbooks.shared.fed import PAID_LATE
from mbsxl_workbooks.shared.figures import figures

_DECLINE = figures("soma_decline")
_RATES = {row["month"]: float(row["rate"]) for row in figures("mortgage_rate")}
_BEFORE = ("2022-04", "2022-05")  # whose mortgage rates the first month's loans felt
SPARE = 12
ALL = (*_BEFORE, *(row["month"] for row in _DECLINE), *(f"new{place + 1}" for place in range(SPARE)))
FORECAST = tuple(row["month"] for row in _DECLINE if row["month"] >= "2022-10")  # none with purchases still settling
_ON_TIME = "={paid}*(1-{late})"
_COUNTED = f"{_ON_TIME}+{{paid[this-1]}}*{{late[this-1]}}"
#: The months under a cap, as a condition.
QT = '({actual.cap}<>"")'


def lay_out_actual(layout: Layout) -> None:
    """Lay out the amber table of months: what ran off, the cap, the mortgage rate; the next month is the next row."""
    page = layout.page(
        "Actual",
        "What ran off, against the cap",
        "Federal Reserve Bank of New York, SOMA holdings (to December 2025); Federal Reserve Board, H.4.1 (from "
        "January 2026): fall "
        "between the last Wednesdays. Caps: Open Market Trading Desk. Freddie Mac's survey, the month's mean.",
        (12, 12, 12, 14, 16, 16, 18),
    )

    def typed(column: str, number: str, title: str, rule: rules.Rule) -> Column:
        before: list[Value] = [None] * len(_BEFORE)
        values = [float(row[column]) if row[column] else None for row in _DECLINE]
        return Column(title, number, [*before, *values, *[None] * SPARE], rule=rule)

    months = [datetime.date.fromisoformat(f"{month}-01") for month in ALL[:-SPARE]]
    rates = [_RATES[month] for month in ALL[:-SPARE]]
    amount = rules.between(-100, 1000, "-100 to 1,000, $bn")
    page.table(
        "actual",
        ALL,
        {
            "month": Column("month", "month", [*months, *[None] * SPARE], rule=rules.DATE),
            "off": typed("decline", "tenths", "ran off", amount),
            "cap": typed("cap", "tenths", "cap", rules.between(0, 1000, "0 to 1,000, $bn")),
            "rate": Column("mortgage rate", "percent", [*rates, *[None] * SPARE], rule=rules.RATE),
            "total": Column("ran off, total", "tenths", '=IF({off}="","",SUM({off[first:this]}))'),
            "allowed": Column("caps, total", "tenths", '=IF({cap}="","",SUM({cap[first:this]}))'),
            "quarter": Column(
                "three-month average",
                "tenths",
                '=IF(COUNT({off[this-2:this]})<3,"",AVERAGE({off[this-2:this]}))',
            ),
        },
        spare=SPARE,
    )
    page.headlines(
        (
            Headline("caps_allowed", "Caps allowed", "=SUM({actual.cap})", "tenths", "$bn, June 2022 to November 2025"),
            Headline(
                "ran_off",
                "Ran off under them",
                f"=SUM(IF({QT},{{actual.off}},0))",
                "tenths",
                "$bn, fall of the holdings",
            ),
            Headline(
                "best_quarter",
                "Best three months, average",
                f"=MAX(IF({QT},{{actual.quarter}}))",
                "tenths",
                "$bn; payment days shift",
            ),
            Headline(
                "bills_so_far",
                "Ran off since December 1, 2025",
                "=SUM(IF({actual.month}>=DATE(2025,12,1),{actual.off},0))",
                "tenths",
                "$bn, into bills",
            ),
            Headline(
                "start",
                "First projected month",
                "=EDATE(MAX({actual.month}),1)+0*SUM({actual.off}*1,{actual.rate}*1)",  # a word among them is an error
                "month",
                "the month after the last of Actual",
            ),
            Headline(
                "last_rate",
                "Mortgage rate of the last month",
                "=INDEX({actual.rate},MATCH(MAX({actual.month}),{actual.month},0))",
                "percent",
            ),
            Headline(
                "rate_today",
                "Mortgage rate of the fan",
                '=IF(mortgage_rate="",last_rate,mortgage_rate)',
                "percent",
            ),
            Headline(
                "rate_now",
                "Mortgage rate of the projection",
                "=rate_today+INDEX({fan.move},MATCH(scenario,{fan.scenario},0))/10000",
                "percent",
                "in the scenario chosen",
            ),
        )
    )


def lay_out_forecast(layout: Layout) -> None:
    """Lay out what the model says of the months that happened: each from what was held, given the mortgage rate."""
    from mbsxl_workbooks.templates.soma_runoff.projection import COHORTS

    page = layout.page(
        "Forecast",
        "The forecast's error, month by month",
        "Every month starts from what was held, with today's shares of the cohorts. Speeds: the model's at the "
        "mean of the mortgage rate "
        "one and two months before, in its season. What is paid after a last Wednesday falls in the next month.",
        (10, *[9] * 13, *[7] * 11),
    )
    first, *_, last = COHORTS
    cells = "{" + f"c{first}:c{last}" + "}"
    back = "{back[all]}"
    speed = (
        "=MBS_MODEL_CPR({felt[all]},TRANSPOSE({cohorts.wac[all]}),"
        f"IF(TRANSPOSE({{cohorts.age[all]}})>{back},TRANSPOSE({{cohorts.age[all]}})-{back},0),{{season[all]}})"
    )
    titles = {f"c{key}": f"={{cohorts.cohort[{key}]}}" for key in COHORTS}
    at = "MATCH({month},{actual.month[all]},0)"
    due = "{cohorts.wac[total]}/12/((1+{cohorts.wac[total]}/12)^({cohorts.wam[total]}+{back})-1)"
    page.table(
        "forecast",
        FORECAST,
        {
            "month": Column("month", "month", [datetime.date.fromisoformat(f"{month}-01") for month in FORECAST]),
            "season": Column("borrowers' month", "integer", "=MONTH(EDATE({month},-1))"),
            "back": Column("months back", "integer", "=12*(YEAR(start)-YEAR({month}))+MONTH(start)-MONTH({month})"),
            "felt": Column(
                "mortgage rate felt",
                "percent",
                f"=AVERAGE(INDEX({{actual.rate[all]}},{at}-2),INDEX({{actual.rate[all]}},{at}-1))",
            ),
            "held": Column(
                "held at start", "tenths", '=holdings-cmbs+SUMIF({actual.month[all]},">="&{month},{actual.off[all]})'
            ),
            "cpr": Column(
                "model's CPR",
                "tenths percent",
                f"=1-(1-SUMPRODUCT({{shares.c{first}:c{last}[share]}},1-(1-{cells})^(1/12)))^12",
            ),
            "paid": Column("model, paid", "tenths", f"={{held}}*({due}+(1-{due})*(1-(1-{{cpr}})^(1/12)))"),
            "late": Column("of it later", "share", PAID_LATE),
            "model": Column("model, counted", "tenths", [_ON_TIME, *[_COUNTED] * (len(FORECAST) - 1)]),
            "off": Column("ran off", "tenths", f"=INDEX({{actual.off[all]}},{at})"),
            "quarter": Column(
                "ran off, quarter", "tenths", [None, None, *["=SUM({off[this-2:this]})"] * (len(FORECAST) - 2)]
            ),
            "model_quarter": Column(
                "model, quarter", "tenths", [None, None, *["=SUM({model[this-2:this]})"] * (len(FORECAST) - 2)]
            ),
            "miss": Column(
                "model over actual",
                "tenths percent",
                [None, None, *["={model_quarter}/{quarter}-1"] * (len(FORECAST) - 2)],
            ),
            "size": Column("size of the miss", "tenths percent", [None, None, *["=ABS({miss})"] * (len(FORECAST) - 2)]),
            **across(titles, "tenths percent", speed),
        },
    )
    page.table(
        "shares",
        ("share",),
        {
            "what": Column("shares of the cohorts", "text", ["today"]),
            **{
                f"c{key}": Column(f"={{cohorts.cohort[{key}]}}", "tenths percent", [f"={{cohorts.share[{key}]}}"])
                for key in COHORTS
            },
        },
    )
