"""The prepayment model against what happened: the agencies' speeds, the Fed's run-off; what lower rates would do."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from mbsxl.loans.prepayment import PrepaymentModel
from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.shared.fed import COMMERCIAL, GROSS_SPREAD, HELD, PAID_EARLY
from mbsxl_workbooks.templates.model_backtest.agencies import (
    MONTHS,
    REGIMES,
    lay_out_agencies,
    lay_out_rates,
    lay_out_speeds,
    lay_out_stock,
)
from mbsxl_workbooks.templates.model_backtest.errors import known, lay_out_errors, lay_out_hand
from mbsxl_workbooks.templates.model_backtest.fed import (
    SETTLED,
    WHOLE,
    lay_out_falling,
    lay_out_fed,
    lay_out_holdings,
)
from mbsxl_workbooks.templates.model_backtest.prints import lay_out_prints

TITLE = "The prepayment model, tested"
QUESTION = (
    "Lock-in and affordability mute prepayments. Does the model say so, month by month, and how fast do they return if "
    "rates fall?"
)


_LIMITS = (
    "The stock of loans is built from survey rates and the model's defaults, not published, and does not move.",
    "The agencies' speeds are digitised from a chart, good to 0.03 points of CPR.",
    "The Fed's run-off is a fall of its holdings between Wednesdays, not a report of principal: of three months whose "
    "last Wednesday is before the 25th most is counted in the next.",
    "The mortgage rate is the actual one: the errors are of the model of prepayments, not of a forecast of rates.",
    "Affordability has no term in the model: lock-in is all it has for the years since 2023.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    summary(layout, TITLE, QUESTION, _summary(), len(known()))
    guide(layout, _LIMITS)
    _inputs(layout)
    _results(layout)
    lay_out_errors(layout)
    lay_out_prints(layout)
    lay_out_falling(layout)
    lay_out_agencies(layout)
    lay_out_fed(layout)
    lay_out_holdings(layout)
    lay_out_stock(layout)
    lay_out_speeds(layout)
    lay_out_rates(layout)
    lay_out_hand(layout)
    checks(layout, known())


def _summary() -> Summary:
    speeds, run_off = (f'TEXT(MAX({{{table}.month}}),"mmm yyyy")' for table in ("agencies", "fed"))
    return Summary(
        _answer(),
        f'="Speeds to "&{speeds}&"; the Fed to "&{run_off}&"; the stock of loans is built, not published"',
        (
            "How to read it: driven by the actual mortgage rate, the set UMBS 30 gives the speeds of "
            "Fannie Mae and Freddie Mac month by month. Lock-in is all it has for the years since 2023: "
            "it has no term for affordability. The Fed's low coupons prepay at the pace of moves whatever "
            "the market does. Results has every figure, Errors the stretches of years, By hand one speed "
            "worked out.",
        ),
        _headlines(),
        _charts(),
    )


def _answer() -> str:
    def cpr(name: str) -> str:
        return f'TEXT(100*{name},"0.0")'

    return (
        '=IF(ABS(bias_lock_in)<=cpr_rmse,"Yes, to ","No, off by ")'
        f'&{cpr("cpr_rmse")}&" points of CPR over all months, "&{cpr("forecast_rmse")}&" where it was fitted to 2021 '
        f'only; since 2023 it says "&{cpr("model_lock_in")}&" CPR and "&{cpr("actual_lock_in")}&" is what came. If '
        f'mortgage rates fall from 6.5% to 5.5% the agencies\' pools go from "&{cpr("agencies_at_6_5")}&" to '
        f'"&{cpr("agencies_at_5_5")}&" CPR, the Fed\'s from "&{cpr("fed_at_6_5")}&" to "&{cpr("fed_at_5_5")}&"."'
    )


def _headlines() -> tuple[Headline, ...]:
    """Return the eight figures of the summary; all others are on the page of results."""
    naive = f"SQRT(SUMXMY2({{agencies.actual[{MONTHS[1]}:last]}},{{agencies.actual[first:last-1]}})/{len(MONTHS) - 1})"
    points = '"0.0"'

    def cpr(name: str) -> str:
        return f"TEXT(100*{name},{points})"

    return (
        Headline(
            "rmse",
            "RMSE, all months",
            "=cpr_rmse",
            "percent",
            f'="points of CPR; last month\'s speed would give "&{cpr("naive_rmse")}',
        ),
        Headline(
            "naive_rmse",
            "RMSE of last month's speed",
            f"={naive}",
            "percent",
            "the naive forecast, which knows last month",
        ),
        Headline(
            "honest_rmse",
            "RMSE 2022-25, fitted to 2021 only",
            "=forecast_rmse",
            "percent",
            f'={cpr("rmse_2022")}&" where fitted to them too"',
        ),
        Headline(
            "lock_in_bias",
            "Model less actual, since 2023",
            "=bias_lock_in",
            "percent",
            f'="says "&{cpr("model_lock_in")}&" CPR, "&{cpr("actual_lock_in")}&" came"',
        ),
        Headline("wave_bias", "Model less actual, 2020-21", "=bias_wave", "percent", "points of CPR: the wave"),
        Headline(
            "fed_bias",
            "The Fed's run-off, model over actual",
            "=fed_over",
            "percent",
            '="$"&TEXT(fed_model,"0")&"bn against $"&TEXT(fed_actual,"0")&"bn; "&TEXT(fed_quarter,"0.0%")&" a quarter"',
        ),
        Headline(
            "agencies_fall",
            "Agencies' CPR at a mortgage rate of 5.5%",
            "=agencies_at_5_5",
            "percent",
            f'={cpr("agencies_at_6_5")}&" at 6.5%; "&{cpr("agencies_slow")}&" to "&{cpr("agencies_fast")}&" by regime"',
        ),
        Headline(
            "fed_fall",
            "The Fed's CPR at a mortgage rate of 4%",
            "=fed_at_4",
            "percent",
            f'={cpr("fed_at_6_5")}&" at 6.5%; first month"',
        ),
    )


def _results(layout: Layout) -> None:
    page = layout.page("Results", "Results", "Every figure of the back-test, named.", (44, 16, 62))
    page.headlines((*_agencies(), *_fed(), *_falling()))


def _agencies() -> tuple[Headline, ...]:
    points, less = "points of CPR", "Model less actual, "
    return (
        Headline(
            "actual_lock_in", "Agencies' CPR, 2023 to Nov 2025", "={regimes.actual[lock_in]}", "percent", "actual"
        ),
        Headline("model_lock_in", "Model's CPR, same months", "={regimes.model[lock_in]}", "percent"),
        Headline("bias_lock_in", f"{less}since 2023", "={regimes.error[lock_in]}", "percent", f"{points}: lock-in"),
        Headline("bias_2022", f"{less}2022", "={regimes.error[end]}", "percent", f"{points}: the wave ends"),
        Headline("bias_wave", f"{less}2020-21", "={regimes.error[wave]}", "percent", f"{points}: the wave"),
        Headline("bias_before", f"{less}2017-19", "={regimes.error[before]}", "percent", points),
        Headline("cpr_bias", f"{less}all months", "={regimes.error[every]}", "percent", points),
        Headline("cpr_rmse", "RMSE, all months", "={regimes.rmse[every]}", "percent", points),
        Headline("cpr_correlation", "Correlation, all months", "={regimes.correlation[every]}", "years", "102 months"),
        Headline(
            "rmse_2022",
            "RMSE 2022-25",
            "={regimes.rmse[unseen]}",
            "percent",
            f"{points}, fitted to them too",
        ),
        Headline(
            "forecast_rmse",
            "RMSE 2022-25, fitted to 2021 only",
            "={regimes.fitted_rmse[unseen]}",
            "percent",
            f"{points}, not fitted to them",
        ),
        Headline(
            "cohorts_miss",
            "Printed cohorts, mean miss",
            "={incentives.size[every]}",
            "percent",
            '="points of CPR; "&TEXT(100*{incentives.size[cusp]},"0.0")&" from 50 to 110 bp in the money"',
        ),
    )


def _fed() -> tuple[Headline, ...]:
    settling = "$bn; purchases settled until Sep 2022"
    return (
        Headline("fed_actual", "Fed ran off, Oct 2022 to May 2026", "={periods.off[since]}", "tenths", "$bn"),
        Headline("fed_model", "Model's Fed run-off, same months", "={periods.model[since]}", "tenths", "$bn"),
        Headline("fed_over", "Model over actual", "={periods.over[since]}", "percent"),
        Headline(
            "fed_rmse", "Fed run-off a month, RMSE", "={periods.rmse[since]}", "years", "$bn, three-month averages"
        ),
        Headline(
            "fed_quarter",
            "Fed run-off of a quarter, mean miss",
            f"=AVERAGE({{fed.miss_three[{WHOLE}:last]}})",
            "percent",
            "of what ran off; a quarter ending each month",
        ),
        Headline("fed_all_actual", "Fed ran off, from June 2022", "={periods.off[every]}", "tenths", settling),
        Headline("fed_all_model", "Model's run-off from June 2022", "={periods.model[every]}", "tenths", "$bn"),
    )


def _falling() -> tuple[Headline, ...]:
    by_regime = (
        Headline(
            f"agencies_{key}",
            f"Agency CPR at mortgage rate 5.5%, as in {regime}",
            f"={{falling.{key}[r55]}}",
            "percent",
            "the threshold that cohorts of those years ask for",
        )
        for key, regime in REGIMES.items()
    )
    at_rates = (
        Headline(
            f"{owner}_at_{name}", f"{label} at mortgage rate {shown}", f"={{falling.{owner}[{key}]}}", "percent", note
        )
        for owner, label, note in (
            ("agencies", "Agency CPR", "first month; stock of Nov 2025"),
            ("fed", "Fed CPR", "first month; holdings of June 2026"),
        )
        for name, shown, key in (("6_5", "6.5%", "r65"), ("5_5", "5.5%", "r55"), ("4", "4%", "r40"), ("3", "3%", "r30"))
    )
    return (*at_rates, *by_regime)


def _charts() -> list[Chart]:
    def series(name: str, column: str, kind: str = "line", start: str = "first") -> Series:
        table = column.partition(".")[0]
        across = "rate" if table == "falling" else "month"
        return Series(name, f"{{{table}.{across}[{start}:last]}}", f"{{{column}[{start}:last]}}", kind)

    below: dict[str, Any] = {"across": "percent", "below": "mortgage rate"}
    return [
        Chart(
            "The agencies' speed, and the model's",
            "CPR",
            (series("actual", "agencies.actual"), series("model", "agencies.model")),
            number="share",
            across="year",
        ),
        Chart(
            "The model's error, month by month",
            "points of CPR, model less actual",
            (series("model less actual", "agencies.error", "column"),),
            number="share",
            across="year",
        ),
        Chart(
            "The Fed's run-off, three-month average",
            "$bn a month",
            (
                series("ran off", "fed.off_three", start=WHOLE),
                series("model", "fed.model_three", start=WHOLE),
            ),
            across="year",
        ),
        Chart(
            "The Fed's run-off since October 2022",
            "$bn",
            (series("ran off", "fed.off_total", start=SETTLED), series("model", "fed.model_total", start=SETTLED)),
            across="year",
        ),
        Chart(
            "How fast prepayments return",
            "CPR, first month",
            (
                series("Fed's holdings", "falling.fed"),
                series("agencies' stock", "falling.agencies"),
                *(series(f"agencies, as in {regime}", f"falling.{key}") for key, regime in REGIMES.items()),
            ),
            number="share",
            **below,
        ),
        Chart(
            "Principal to the Fed, by mortgage rate",
            "$bn a month",
            (series("scheduled and prepaid", "falling.principal", "column"),),
            **below,
        ),
    ]


_FORMATS = {"turnover_ramp": "integer", "season_peak": "tenths", "refinancing_ramp": "integer", "lag": "integer"}
_UNUSED = (  # the pages give the first; the rate is the actual one; the stock is of 30-year pools without a story
    *("burnout", "mortgage_spread", "mortgage_rate", "ten_year_weight", "term_spread"),
    *("turnover_multiple", "refinancing_multiple", "threshold_shift"),
)


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells; everything else follows.")
    page.inputs(
        _parameters(),
        "The model's parameters, as the formula reads them: keep the names, change the values",
        table="model",
    )
    page.inputs(
        (
            Input("holdings", "MBS held", HELD, "tenths", "$bn, H.4.1, 27 May 2026", rules.AMOUNT),
            Input("cmbs", "of which commercial MBS", COMMERCIAL, "tenths", "$bn, left out", rules.AMOUNT),
            GROSS_SPREAD,
            Input(
                "payment_delay",
                "Months from borrowers to the Fed",
                1,
                "integer",
                "Prepaid in one month, paid to the holder about the 20th to 25th of the next",
                rules.between(0, 3, "0 to 3 months", whole=True),
            ),
            PAID_EARLY,
        ),
        "The Fed",
    )


def _parameters() -> tuple[Input, ...]:
    """Return the parameters of the model as inputs: default, words and bounds from the library itself."""
    return tuple(
        Input(
            each.name,
            each.name.replace("_", " "),
            each.default,  # type: ignore[arg-type]
            _FORMATS.get(each.name, "percent"),
            _note(each.metadata["text"], each.metadata["unit"]),
            rules.between(
                each.metadata["low"],
                each.metadata["high"],
                f"{each.metadata['low']:g} to {each.metadata['high']:g}",
                whole=each.name == "lag",
            ),
        )
        for each in fields(PrepaymentModel)
        if each.name not in _UNUSED
    )


def _note(text: str, unit: str) -> str:
    """Return what a parameter is, and its unit unless the percent sign in its cell says it."""
    return text if unit in ("decimal", "fraction") else f"{text[:-1]}; {unit}."
