"""The Fed's MBS run-off under QT and after: what the caps allowed, what ran off, and what it turns into."""

from __future__ import annotations

import datetime

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.sensitivity import tornado
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.fed import COMMERCIAL, GROSS_SPREAD, PAID_EARLY
from mbsxl_workbooks.shared.standards import published
from mbsxl_workbooks.templates.soma_runoff import history, projection, sensitivity
from mbsxl_workbooks.templates.soma_runoff.history import QT
from mbsxl_workbooks.templates.soma_runoff.projection import FAN, SCENARIOS, typed_or

TITLE = "The Fed's MBS run-off"
QUESTION = (
    "The Fed let up to $35bn of MBS a month run off. Why did less than half of it go, and what becomes of the rest?"
)

_COHORTS = "New York Fed, SOMA holdings by CUSIP, grouped by a third party (coupons under 2% folded into neighbours)"
_LIMITS = (
    "The cohorts are a grouping of the holdings by CUSIP, not an official statistic; their gross rates are assumed.",
    "Run-off is the fall of the holdings between the last Wednesdays of the months: where one comes before the 25th, "
    "most of the month's is in the next.",
    "Each cohort keeps the model's speed of the first month for the whole projection: no ageing, no burnout, no "
    "change of rates.",
    "The forecast's error is given the mortgage rate that came; the model was fitted to the agencies' speeds of "
    "the same years.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = (
        *_data_checks(),
        *_identities(),
        *published("Table 30.2, month 1 at 165 PSA, total principal", "SF-4, pass-through cash flow", "SF-42"),
    )
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    history.lay_out_actual(layout)
    projection.lay_out_cohorts(layout)
    history.lay_out_forecast(layout)
    projection.lay_out_projection(layout)
    projection.lay_out_mix(layout)
    projection.lay_out_runs(layout)
    sensitivity.lay_out_sensitivity(layout)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(
        INPUTS,
        "Inputs",
        "Change the amber cells, here and on Actual; everything else follows. A new month is a row of Actual, and "
        "what is held then.",
    )
    held = rules.between(0, 10_000, "0 to 10,000, $bn")
    source = "Federal Reserve Board, H.4.1, mortgage-backed securities held outright, 17 June 2026, $bn"
    page.inputs(
        (
            Input("holdings", "MBS held", 1964.798, "tenths", source, held),
            Input(
                "cmbs",
                "of which commercial MBS",
                COMMERCIAL,
                "tenths",
                "Do not prepay like pass-throughs; left out",
                held,
            ),
            GROSS_SPREAD,
            Input("cohorts_of", "Day of the cohorts", datetime.date(2026, 7, 1), "date", _COHORTS, rules.DATE),
            Input(
                "cohorts_are",
                "Cohorts are",
                "a third party's, not official",
                "text",
                "Whose grouping the shares on Cohorts are",
                rules.LABEL,
            ),
            PAID_EARLY,
        ),
        "The holdings",
    )
    page.inputs(
        (
            Input(
                "scenario",
                "Scenario of the mortgage rate",
                "base",
                "text",
                "One of the fan below",
                rules.one_of(*SCENARIOS),
            ),
            Input(
                "mortgage_rate",
                "Mortgage rate, if not the last month's",
                None,
                "percent",
                "Blank: the last of Actual",
                rules.RATE,
            ),
            *(
                Input(
                    f"speed_{run}",
                    f"{run.capitalize()} speed, if not the model's",
                    None,
                    "text",
                    'For all cohorts: "6 CPR", "150 PSA"; blank: the model\'s, cohort by cohort, in the fan of rates',
                    rules.SPEED,
                )
                for run in FAN
            ),
            Input(
                "cap",
                "Cap on redemptions",
                0,
                "tenths",
                "$bn a month; 0 since December 1, 2025; was 35",
                rules.between(0, 1000, "0 to 1,000, $bn"),
            ),
            Input(
                "reinvest",
                "Principal above the cap buys",
                "BILLS",
                "text",
                "BILLS since December 1, 2025",
                rules.one_of("MBS", "TREASURY", "BILLS"),
            ),
        ),
        "The projection",
    )
    page.table(
        "fan",
        tuple(SCENARIOS),
        {
            "scenario": Column("scenario", "text", list(SCENARIOS)),
            "move": Column("mortgage rate moves", "bp", [move for _, move in SCENARIOS.values()], rule=rules.MOVE),
            "words": Column("what it is", "text", [words for words, _ in SCENARIOS.values()], rule=rules.LABEL),
        },
        "The fan of rates, from the mortgage rate",
    )


def _summary() -> Summary:
    def left(year: int, run: str) -> str:
        return f"INDEX({{projection.{run}}},{projection.months_to(year)})"

    at = typed_or("base", '"the model\'s speeds"')
    return Summary(
        f'="Caps allowed $"&TEXT(caps_allowed,"#,##0")&"bn and "&TEXT(cap_used,"0%")&" of it ran off: '
        '"&TEXT(refinanceable,"0%")&" of the balance pays more than the mortgage rate of "'
        f'&TEXT(rate_now,"0.00%")&". At "&{at}&" '
        '$"&TEXT(into_bills,"0.0")&"bn a month is reinvested in "&'
        'IF(reinvest="BILLS","bills",IF(reinvest="MBS","MBS","Treasuries"))&" and MBS go '
        'from $"&TEXT({cohorts.face[total]},"#,##0")&"bn to $"&TEXT(mbs_2030,"#,##0")&"bn by the end of 2030."',
        '="Data to "&TEXT(EDATE(start,-1),"mmm yyyy")&"; holdings of H.4.1; cohorts of "&'
        'TEXT(cohorts_of,"d mmm yyyy")&", "&cohorts_are',
        (
            "How to read it: run-off falls short of its caps where the loans behind the holdings pay so "
            "little that nobody refinances them: principal comes in at the pace of sales, moves and the "
            "payment schedule. Since December 1, 2025 it is reinvested in Treasury bills: MBS shrink no "
            "faster, bills take their place. All amounts are $bn.",
        ),
        (
            Headline(
                "cap_used",
                "Cap utilisation",
                "=ran_off/caps_allowed",
                "share",
                '="$"&TEXT(ran_off,"#,##0.0")&"bn of $"&TEXT(caps_allowed,"#,##0.0")&"bn"',
            ),
            Headline(
                "pace",
                "Run-off, average month under QT",
                f"=ran_off/SUM(--({QT}))",
                "tenths",
                '="$bn; best three months "&TEXT(best_quarter,"0.0")',
            ),
            Headline(
                "refinanceable",
                "Refinanceable balance",
                "=SUM(IF({cohorts.wac}>rate_now,{cohorts.face},0))/{cohorts.face[total]}",
                "share",
                '="loans dearer than "&TEXT(rate_now,"0.00%")',
            ),
            Headline(
                "recent_speed",
                "CPR of the last twelve months",
                projection.year_speed(),
                "percent",
                '="implied by the fall; the model now says "&TEXT({model.cpr[base]},"0.0%")',
            ),
            Headline(
                "forecast_error",
                "Forecast error, a quarter's run-off",
                "=AVERAGE({forecast.size[last-23:last]})",
                "tenths percent",
                '="mean of the last 24 quarters ending each month; bias '
                '"&TEXT(AVERAGE({forecast.miss[last-23:last]}),"+0.0%;-0.0%")',
            ),
            Headline(
                "into_bills",
                "Principal reinvested a month, next 12",
                "=AVERAGE({projection.reinvested[first:first+11]})",
                "tenths",
                '="$bn; "&IF(reinvest="BILLS","in bills",IF(reinvest="MBS","in MBS","in Treasuries"))',
            ),
            Headline(
                "mbs_2030",
                "MBS at the end of 2030",
                f"={left(2030, 'base')}",
                "tenths",
                f'="$bn; "&TEXT({left(2030, "slow")},"#,##0")&" if rates rise, '
                f'"&TEXT({left(2030, "fast")},"#,##0")&" if they fall"',
            ),
            Headline(
                "bills_share",
                "Bills' share by the end of 2035",
                f"=INDEX({{projection.share}},{projection.months_to(2035)})",
                "share",
                "of the MBS of December 1, 2025",
            ),
        ),
        _charts(),
    )


def _charts() -> list[Chart]:
    def actual(name: str, column: str, kind: str) -> Series:
        return Series(name, "{actual.month[first:last-12]}", f"{{actual.{column}[first:last-12]}}", kind)

    def mix(name: str, column: str, kind: str) -> Series:
        return Series(name, "{mix.month}", f"{{mix.{column}}}", kind)

    runs = tuple(Series(f"={{fan.scenario[{run}]}}", "{projection.month}", f"{{projection.{run}}}") for run in FAN)
    return [
        Chart(
            "Run-off and its cap, month by month",
            "$bn a month",
            (actual("ran off", "off", "column"), actual("cap", "cap", "line")),
            across="year",
        ),
        Chart(
            "Run-off of a quarter: actual and forecast",
            "$bn",
            tuple(
                Series(name, "{forecast.month}", f"{{forecast.{column}}}")
                for name, column in (("actual", "quarter"), ("the model, given the mortgage rate", "model_quarter"))
            ),
            across="year",
        ),
        Chart("MBS held, at three mortgage rates", "$bn", runs, across="year"),
        Chart(
            "Principal reinvested each month",
            "$bn a month",
            (mix("actual", "happened", "column"), mix("projected", "projected", "column")),
            across="year",
        ),
        Chart(
            "What the MBS of December 1, 2025 turn into",
            "$bn",
            (mix("MBS", "mbs", "area"), mix("Treasuries", "treasuries", "area"), mix("bills", "bills", "area")),
            across="year",
        ),
        Chart(
            "The holdings by coupon",
            "$bn",
            (Series("current face", "{coupons.coupon}", "{coupons.face}", "column"),),
            across="percent",
        ),
        tornado("MBS at the end of 2030, as one input moves", "$bn", "tenths"),
    ]


def _data_checks() -> tuple[Check, ...]:
    levels = "Federal Reserve Board, H.4.1: 2,707.446 less 2,053.665 (with commercial MBS; other Wednesdays)"
    return (
        Check(
            "Caps of 42 months: three of 17.5 and 39 of 35",
            "=caps_allowed",
            1417.5,
            0.05,
            "tenths",
            "Open Market Trading Desk, operating policies of May 2022 to October 2025",
        ),
        Check(
            "Ran off: H.4.1 level of 1 June 2022 less that of 3 December 2025", "=ran_off", 653.8, 1.5, "tenths", levels
        ),
        Check(
            "Average coupon of the cohorts of 1 July 2026",
            "=IF(cohorts_of=DATE(2026,7,1),{cohorts.coupon[total]},0.0249)",
            0.0249,
            0.00005,
            "percent",
            "Same third-party grouping of the SOMA holdings by CUSIP; no official figure was found",
        ),
    )


def _identities() -> tuple[Check, ...]:
    later = "{actual.month[first+1:last]}"
    everything = "{base.ending[last]}+{base.treasuries[last]}+{base.bills[last]}+SUM({base.redeemed})"
    return (
        Check(
            "Nothing lost: MBS, Treasuries, bills and redemptions at the end, less the start",
            f"={everything}-{{cohorts.face[total]}}",
            0,
            1e-6,
            "exact",
            "Every dollar of principal is redeemed or reinvested",
        ),
        Check(
            "Shares of the cohorts, less 1",
            "={cohorts.share[total]}-1",
            0,
            1e-6,
            "exact",
            "Every dollar held is in a cohort",
        ),
        Check(
            "Months of Actual that do not follow one another",
            f'=SUM(({later}<>"")*(({later}-{{actual.month[first:last-1]}}-29.5)^2>2.25))',
            0,
            0,
            "integer",
            "A new month is the next row",
        ),
    )
