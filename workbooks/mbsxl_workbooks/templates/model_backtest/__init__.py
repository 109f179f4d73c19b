"""The prepayment model against what happened: the agencies' speeds, the Fed's run-off; what lower rates would do."""

from __future__ import annotations

from dataclasses import fields

from mbsxl.loans.prepayment import PrepaymentModel
from mbsxl_workbooks.kit import INPUTS, SUMMARY, SUMMARY_WIDTHS, Headline, Input, Layout, Page
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.templates.model_backtest.agencies import (
    FIRST,
    MONTHS,
    MORTGAGE_RATES,
    agencies,
    lay_out_agencies,
    lay_out_rates,
    lay_out_speeds,
    lay_out_stock,
)
from mbsxl_workbooks.templates.model_backtest.errors import (
    COUNT_OF_CHECKS,
    PERIOD_ROW,
    PERIODS,
    REGIME_ROW,
    REGIMES,
    lay_out_checks,
    lay_out_errors,
    lay_out_hand,
)
from mbsxl_workbooks.templates.model_backtest.fed import (
    SETTLED,
    fed,
    lay_out_falling,
    lay_out_fed,
    lay_out_holdings,
)

TITLE = "The prepayment model, tested"
QUESTION = (
    "Lock-in and affordability mute prepayments. Does the model say so, month by month, and how fast do they return if "
    "rates fall?"
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    summary = layout.page(SUMMARY, TITLE, QUESTION, SUMMARY_WIDTHS)
    _inputs(layout)
    _results(layout)
    lay_out_errors(layout)
    lay_out_falling(layout)
    lay_out_agencies(layout)
    lay_out_fed(layout)
    lay_out_holdings(layout)
    lay_out_stock(layout)
    lay_out_speeds(layout)
    lay_out_rates(layout)
    lay_out_hand(layout)
    lay_out_checks(layout)
    _summary(summary)


def _summary(page: Page) -> None:
    page.answer(_answer(), _dated(), COUNT_OF_CHECKS)
    row = page.paragraph(
        6,
        (
            "How to read it: driven by the actual mortgage rate, the set UMBS 30 gives the speeds of Fannie Mae "
            "and Freddie Mac month by",
            "month. Lock-in is all it has for the years since 2023: it has no term for affordability. The Fed's "
            "low coupons prepay at the",
            "pace of moves whatever the market does. Results has every figure, Errors the stretches of years, By "
            "hand one speed worked out.",
        ),
    )
    page.gallery(page.headlines(row + 1, _headlines()) + 1, _charts())


def _answer() -> str:
    def cpr(name: str) -> str:
        return f'TEXT(100*{name},"0.0")'

    return (
        f'="Yes, to "&{cpr("cpr_rmse")}&" points of CPR over all months, "&{cpr("forecast_rmse")}&" where it was '
        'fitted to 2021 only; "'
        f'&"since 2023 it says "&{cpr("model_lock_in")}&" CPR and "&{cpr("actual_lock_in")}&" is what came. If '
        'mortgage rates fall from "'
        f'&"6.5% to 5.5% the agencies\' pools go from "&{cpr("agencies_at_6_5")}&" to '
        f'"&{cpr("agencies_at_5_5")}&" CPR, the Fed\'s from "'
        f'&{cpr("fed_at_6_5")}&" to "&{cpr("fed_at_5_5")}&"."'
    )


def _dated() -> str:
    speeds, run_off = (f'TEXT(MAX({months}),"mmm yyyy")' for months in (agencies("B"), fed("B")))
    return f'="Speeds to "&{speeds}&"; the Fed to "&{run_off}&"; the stock of loans is built, not published"'


def _headlines() -> tuple[Headline, ...]:
    """Return the eight figures of the summary; all others are on the page of results."""
    naive = f"SQRT(SUMXMY2({agencies('G', MONTHS[1])},{agencies('G', MONTHS[0], MONTHS[-2])})/{len(MONTHS) - 1})"
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
            '="$"&TEXT(fed_model,"0.0")&"bn against $"&TEXT(fed_actual,"0.0")&"bn"',
        ),
        Headline(
            "agencies_fall",
            "Agencies' CPR at a mortgage rate of 5.5%",
            "=agencies_at_5_5",
            "percent",
            f'={cpr("agencies_at_6_5")}&" at 6.5%; first month"',
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
    page = layout.page("Results", "Results", "Every figure of the back-test, named.", SUMMARY_WIDTHS)
    page.headlines(3, (*_agencies(), *_fed(), *_falling()))


def _regime(label: str, column: str) -> str:
    return f"=Errors!{column}{REGIME_ROW + [regime[0] for regime in REGIMES].index(label)}"


def _period(label: str, column: str) -> str:
    return f"=Errors!{column}{PERIOD_ROW + [period[0] for period in PERIODS].index(label)}"


def _agencies() -> tuple[Headline, ...]:
    points, less = "points of CPR", "Model less actual, "
    return (
        Headline("actual_lock_in", "Agencies' CPR, 2023 to Nov 2025", _regime("lock-in", "E"), "percent", "actual"),
        Headline("model_lock_in", "Model's CPR, same months", _regime("lock-in", "F"), "percent"),
        Headline("bias_lock_in", f"{less}since 2023", _regime("lock-in", "G"), "percent", f"{points}: lock-in"),
        Headline("bias_2022", f"{less}2022", _regime("end of the wave", "G"), "percent", f"{points}: the wave ends"),
        Headline("bias_wave", f"{less}2020-21", _regime("the refinancing wave", "G"), "percent", f"{points}: the wave"),
        Headline("bias_before", f"{less}2017-19", _regime("before the wave", "G"), "percent", points),
        Headline("cpr_bias", f"{less}all months", _regime("all months", "G"), "percent", points),
        Headline("cpr_rmse", "RMSE, all months", _regime("all months", "H"), "percent", points),
        Headline("cpr_correlation", "Correlation, all months", _regime("all months", "I"), "years", "102 months"),
        Headline(
            "rmse_2022",
            "RMSE 2022-25",
            _regime("all not seen by the 2021 fit", "H"),
            "percent",
            f"{points}, fitted to them too",
        ),
        Headline(
            "forecast_rmse",
            "RMSE 2022-25, fitted to 2021 only",
            _regime("all not seen by the 2021 fit", "K"),
            "percent",
            f"{points}, not fitted to them",
        ),
    )


def _fed() -> tuple[Headline, ...]:
    since, settling = "since purchases settled", "$bn; purchases settled until Sep 2022"
    return (
        Headline("fed_actual", "Fed ran off, Oct 2022 to May 2026", _period(since, "E"), "tenths", "$bn"),
        Headline("fed_model", "Model's Fed run-off, same months", _period(since, "F"), "tenths", "$bn"),
        Headline("fed_over", "Model over actual", _period(since, "H"), "percent"),
        Headline("fed_rmse", "Fed run-off a month, RMSE", _period(since, "I"), "years", "$bn, three-month averages"),
        Headline("fed_all_actual", "Fed ran off, from June 2022", _period("all", "E"), "tenths", settling),
        Headline("fed_all_model", "Model's run-off from June 2022", _period("all", "F"), "tenths", "$bn"),
    )


def _falling() -> tuple[Headline, ...]:
    def at(rate: float, column: str) -> str:
        return f"=Falling!{column}{FIRST + round((MORTGAGE_RATES[0] - rate) / 0.005)}"

    return tuple(
        Headline(f"{owner}_at_{name}", f"{label} at mortgage rate {shown}", at(rate, column), "percent", note)
        for owner, label, column, note in (
            ("agencies", "Agency CPR", "D", "first month; stock of Nov 2025"),
            ("fed", "Fed CPR", "C", "first month; holdings of June 2026"),
        )
        for name, shown, rate in (("6_5", "6.5%", 0.065), ("5_5", "5.5%", 0.055), ("4", "4%", 0.04), ("3", "3%", 0.03))
    )


def _charts() -> list[Chart]:
    def cpr(name: str, column: str, kind: str = "line") -> Series:
        return Series(name, agencies("B"), agencies(column), kind)

    def principal(name: str, column: str, start: str) -> Series:
        return Series(name, fed("B", start), fed(column, start))

    span = f"${FIRST}:${{}}${FIRST + len(MORTGAGE_RATES) - 1}"

    def falling(name: str, column: str, kind: str = "line") -> Series:
        return Series(name, "Falling!$B" + span.format("B"), f"Falling!${column}" + span.format(column), kind)

    return [
        Chart(
            "The agencies' speed, and the model's",
            "CPR",
            (cpr("actual", "G"), cpr("model", "H")),
            number="share",
            across="year",
        ),
        Chart(
            "The model's error, month by month",
            "points of CPR, model less actual",
            (cpr("model less actual", "I", "column"),),
            number="share",
            across="year",
        ),
        Chart(
            "The Fed's run-off, three-month average",
            "$bn a month",
            (principal("ran off", "K", "2022-12"), principal("model", "L", "2022-12")),
            across="year",
        ),
        Chart(
            "The Fed's run-off since October 2022",
            "$bn",
            (principal("ran off", "N", SETTLED), principal("model", "O", SETTLED)),
            across="year",
        ),
        Chart(
            "How fast prepayments return",
            "CPR, first month",
            (falling("Fed's holdings", "C"), falling("agencies' stock", "D")),
            number="share",
            across="percent",
            below="mortgage rate",
        ),
        Chart(
            "Principal to the Fed, by mortgage rate",
            "$bn a month",
            (falling("scheduled and prepaid", "E", "column"),),
            across="percent",
            below="mortgage rate",
        ),
    ]


_FORMATS = {"turnover_ramp": "integer", "season_peak": "tenths", "refinancing_ramp": "integer", "lag": "integer"}
_UNUSED = (  # the pages give the first; the rate is the actual one; the stock is of 30-year pools without a story
    *("burnout", "mortgage_spread", "mortgage_rate", "ten_year_weight", "term_spread"),
    *("turnover_multiple", "refinancing_multiple", "threshold_shift"),
)


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells; everything else follows.", (44, 16, 96))
    row = page.paragraph(3, ("The model's parameters, as the formula reads them: keep the names, change the values.",))
    rate = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 0.03, "error_message": "0% to 3%"}
    months = {
        "validate": "integer",
        "criteria": "between",
        "minimum": 0,
        "maximum": 3,
        "error_message": "0 to 3 months",
    }
    row = page.inputs(row, _parameters())
    page.inputs(
        row + 1,
        (
            Input(
                "gross_spread",
                "Fed: gross rate of the loans above the coupon",
                0.0085,
                "percent",
                "Assumed: servicing and guarantee fees; the holdings report coupons only",
                rate,
            ),
            Input(
                "payment_delay",
                "Fed: months from borrowers to the Fed",
                1,
                "integer",
                "Prepaid in one month, paid to the holder about the 20th to 25th of the next",
                months,
            ),
        ),
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
            {
                "validate": "integer" if each.name == "lag" else "decimal",
                "criteria": "between",
                "minimum": each.metadata["low"],
                "maximum": each.metadata["high"],
                "error_message": f"{each.metadata['low']:g} to {each.metadata['high']:g}",
            },
        )
        for each in fields(PrepaymentModel)
        if each.name not in _UNUSED
    )


def _note(text: str, unit: str) -> str:
    """Return what a parameter is, and its unit unless the percent sign in its cell says it."""
    return text if unit in ("decimal", "fraction") else f"{text[:-1]}; {unit}."
