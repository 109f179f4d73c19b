"""The back-test's errors by period, one speed worked by hand, and the checks."""

from __future__ import annotations

from mbsxl_workbooks.kit.cells import Check, Headline
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.templates.model_backtest.agencies import AGENCIES, LAST, MONTHS, date
from mbsxl_workbooks.templates.model_backtest.fed import COHORTS, FED_MONTHS, SETTLED, WHOLE

#: What is said of each stretch of months, on the page of errors and in the headlines: label, first and last month.
_REGIMES = {
    "every": ("all months", MONTHS[0], LAST),
    "before": ("before the wave", MONTHS[0], "2019-12"),
    "wave": ("the refinancing wave", "2020-01", "2021-12"),
    "end": ("end of the wave", "2022-01", "2022-12"),
    "lock_in": ("lock-in", "2023-01", LAST),
    "unseen": ("all not seen by the 2021 fit", "2022-01", LAST),
}
_PERIODS = {
    "settling": ("purchases still settling", FED_MONTHS[0], "2022-09"),
    "y2022": ("rest of 2022", SETTLED, "2022-12"),
    "y2023": ("2023", "2023-01", "2023-12"),
    "y2024": ("2024", "2024-01", "2024-12"),
    "y2025": ("2025", "2025-01", "2025-12"),
    "y2026": ("2026 to May", "2026-01", FED_MONTHS[-1]),
    "since": ("since purchases settled", SETTLED, FED_MONTHS[-1]),
    "every": ("all", FED_MONTHS[0], FED_MONTHS[-1]),
}

# Of research/report.py: fitted to totals and cohorts to 2021, nothing learnt later.
FITTED_2021 = {
    "turnover": 0.1726,
    "turnover ramp": 29.0,
    "season amplitude": 0.2489,
    "lock-in scale": 0.0115,
    "refinancing": 0.7116,
    "threshold": 0.007909,
}

_HAND = "g35_older[2021-03]"


def lay_out_errors(layout: Layout) -> None:
    """Lay out the errors by period, and the parameters of the forecast."""
    page = layout.page(
        "Errors",
        "The errors, as they are",
        "Model less actual; CPR in percent, so 1% is a point of CPR. RMSE: the root of the mean square of the errors.",
        (32, 12, 12, 13, 13, 14, 12, 13, 15, 15),
    )
    page.table("regimes", tuple(_REGIMES), _regimes(), "The agencies")
    page.table(
        "alone",
        tuple(AGENCIES),
        {
            "name": Column("one agency", "text", [f"{name} alone" for name in AGENCIES.values()]),
            "actual": Column("actual CPR", "percent", [f"=AVERAGE({{agencies.{key}[all]}})" for key in AGENCIES]),
            "error": Column("model less actual", "percent", "=AVERAGE({agencies.model[all]})-{actual}"),
            "rmse": Column("RMSE", "percent", [_rmse("agencies.model", f"agencies.{key}", "all") for key in AGENCIES]),
        },
    )
    page.table("periods", tuple(_PERIODS), _periods(), "The Fed, $bn")
    page.text(
        (
            "Purchases made before QT settled to September 2022: what ran off then is not principal. The "
            "three-month averages start in December 2022, so that none has those months in it; they even "
            "out payment days.",
            "A fit to totals and cohorts to 2021 only gives the parameters below, the defaults for the "
            "rest. What it says of 2022 to 2025 is a forecast given the mortgage rate, though not a blind "
            "one: the stock here is of the fit to all, and the form of the model and what the fit holds "
            "were chosen later.",
        )
    )
    page.table(
        "fitted",
        tuple(FITTED_2021),
        {
            "name": Column("fitted to 2021 only", "text", tuple(FITTED_2021)),
            "value": Column("value", "exact", tuple(FITTED_2021.values())),
        },
    )


def _rmse(model: str, actual: str, rows: str) -> str:
    ours, theirs = f"{{{model}[{rows}]}}", f"{{{actual}[{rows}]}}"
    return f"=SQRT(SUMXMY2({ours},{theirs})/COUNT({ours}))"


def _regimes() -> dict[str, Column]:
    stretches = [f"{start}:{end}" for _, start, end in _REGIMES.values()]

    def each(formula: str) -> list[str]:
        return [formula.replace("ROWS", rows) for rows in stretches]

    return {
        "name": Column("agencies", "text", [label for label, _, _ in _REGIMES.values()]),
        "from": Column("from", "month", [date(start) for _, start, _ in _REGIMES.values()]),
        "to": Column("to", "month", [date(end) for _, _, end in _REGIMES.values()]),
        "actual": Column("actual CPR", "percent", each("=AVERAGE({agencies.actual[ROWS]})")),
        "model": Column("model CPR", "percent", each("=AVERAGE({agencies.model[ROWS]})")),
        "error": Column("model less actual", "percent", "={model}-{actual}"),
        "rmse": Column("RMSE", "percent", each(_rmse("agencies.model", "agencies.actual", "ROWS"))),
        "correlation": Column("correlation", "years", each("=CORREL({agencies.model[ROWS]},{agencies.actual[ROWS]})")),
        "fitted_error": Column(
            "fitted to 2021: less actual", "percent", each("=AVERAGE({agencies.fitted[ROWS]})-{actual}")
        ),
        "fitted_rmse": Column(
            "fitted to 2021: RMSE", "percent", each(_rmse("agencies.fitted", "agencies.actual", "ROWS"))
        ),
    }


def _periods() -> dict[str, Column]:
    def each(formula: str) -> list[str]:
        return [formula.replace("ROWS", f"{start}:{end}") for _, start, end in _PERIODS.values()]

    def smooth(formula: str) -> list[str | None]:
        """Say it of the periods without the purchases that still settled."""
        return [
            formula.replace("ROWS", f"{max(start, WHOLE)}:{end}") if start >= SETTLED and end > WHOLE else None
            for _, start, end in _PERIODS.values()
        ]

    return {
        "name": Column("the Fed, $bn", "text", [label for label, _, _ in _PERIODS.values()]),
        "from": Column("from", "month", [date(start) for _, start, _ in _PERIODS.values()]),
        "to": Column("to", "month", [date(end) for _, _, end in _PERIODS.values()]),
        "off": Column("ran off", "tenths", each("=SUM({fed.off[ROWS]})")),
        "model": Column("model", "tenths", each("=SUM({fed.model[ROWS]})")),
        "error": Column("model less actual", "tenths", "={model}-{off}"),
        "over": Column(
            "of what ran off", "percent", ["={error}/{off}" if key != "settling" else None for key in _PERIODS]
        ),
        "rmse": Column("RMSE, three months", "years", smooth(_rmse("fed.model_three", "fed.off_three", "ROWS"))),
        "correlation": Column(
            "correlation, three months", "years", smooth("=CORREL({fed.model_three[ROWS]},{fed.off_three[ROWS]})")
        ),
    }


def lay_out_hand(layout: Layout) -> None:
    """Lay out the model's speed of one group in one month, a plain formula a line."""
    page = layout.page(
        "By hand",
        "One speed worked by hand",
        "The loans of 3.5% to 4% past their first year, March 2021: the model in plain formulas, no MBS function.",
        (46, 16, 96),
    )
    page.headlines(
        Headline(f"hand_{name}", label, formula, number, note)
        for name, label, formula, number, note in (
            ("rate", "mortgage rate felt", "={agencies.felt[2021-03]}", "percent", "Rates"),
            ("wac", "gross rate of the loans", f"={{stock_wac.{_HAND}}}", "percent", "Stock"),
            ("age", "age at the end of the month", f"={{stock_age.{_HAND}}}+1", "tenths", "Stock, and the month"),
            ("gone", "quick borrowers gone", f"={{stock_gone.{_HAND}}}", "exact", "Stock"),
            (
                "season",
                "season",
                "=1+season_amplitude*COS(2*PI()/12*({agencies.season[2021-03]}-season_peak))",
                "exact",
                "1 + amplitude x cosine, highest at the peak",
            ),
            ("incentive", "incentive", "=hand_wac-hand_rate", "percent", "gross rate less mortgage rate"),
            (
                "locked",
                "turnover left by lock-in",
                "=1-lock_in+lock_in*lock_in_scale/(lock_in_scale-MIN(hand_incentive,0))",
                "exact",
                "1 at and above the market",
            ),
            (
                "turnover",
                "turnover this month",
                "=turnover/12*MIN(hand_age/turnover_ramp,1)*hand_season*hand_locked",
                "exact",
                "hazard",
            ),
            (
                "curve",
                "S-curve",
                "=(1+TANH(ATANH(0.5)*(hand_incentive-threshold)/width))/2",
                "exact",
                "0 far out of the money, 1 far in it",
            ),
            (
                "refinancing",
                "refinancing this month",
                "=refinancing/12*MIN(hand_age/refinancing_ramp,1)*hand_curve",
                "exact",
                "hazard, quick borrowers",
            ),
            (
                "quick",
                "quick borrowers still here",
                "=active*(1-hand_gone)/(1-active*hand_gone)",
                "exact",
                "of all loans",
            ),
            (
                "left",
                "loans left after the month",
                "=EXP(-hand_turnover)*(hand_quick*EXP(-hand_refinancing)"
                "+(1-hand_quick)*EXP(-passive_response*hand_refinancing))",
                "exact",
                "slow borrowers refinance at a fraction",
            ),
            ("cpr", "CPR by hand", "=1-hand_left^12", "exact percent", "a year of such months"),
            ("model", "CPR by MBS_MODEL_CPR", f"={{speeds.{_HAND}}}", "exact percent", "Speeds"),
        )
    )


def known() -> tuple[Check, ...]:
    """Return the checks: identities of the workbook, and published figures."""
    return (*_identities(), *_published())


def _identities() -> tuple[Check, ...]:
    share = "{stock_share.g0_new:g70_older}"
    rate, left = "{cohorts.wac[c2_360]}/12", "{cohorts.left[c2_360]}"
    return (
        Check(
            "Shares of the stock: all months together, over their number",
            f"=SUM({share})/ROWS({share})",
            1,
            1e-9,
            "exact",
            "Each month's loans are shared out in full",
        ),
        Check(
            "Cohorts rolled back, all months, less what was held",
            f"=SUM({{face.{COHORTS}}})-SUM({{fed.held}})",
            0,
            1e-6,
            "general",
            "Scaled month by month to the Fed's holdings",
        ),
        Check(
            "One speed by hand, less MBS_MODEL_CPR",
            "=hand_cpr-hand_model",
            0,
            1e-10,
            "general",
            "The model in plain spreadsheet formulas, page By hand",
        ),
        Check(
            "Mean square error, less variance and squared mean of the errors",
            "=SUMXMY2({agencies.model},{agencies.actual})/COUNT({agencies.model})"
            "-VARP({agencies.error})-AVERAGE({agencies.error})^2",
            0,
            1e-12,
            "general",
            "Holds for any errors; the model's do not enter it twice",
        ),
        Check(
            "First scheduled payment of 100 of 2% 30-year, less PPMT",
            f"=100*{rate}/((1+{rate})^{left}-1)+PPMT({rate},1,{left},100)",
            0,
            1e-9,
            "general",
            "The spreadsheet's own function for a level payment",
        ),
    )


def _published() -> tuple[Check, ...]:
    return (
        Check(
            "Residential MBS held on 1 June 2022, worked back from 27 May 2026, $bn",
            "={fed.held[2022-06]}",
            2698.576,
            1.5,
            "tenths",
            "Federal Reserve Bank of New York, SOMA holdings; other Wednesdays, commercial MBS to 0.1",
        ),
        Check(
            "Ran off, June 2022 to November 2025, $bn",
            "=SUM({fed.off[2022-06:2025-11]})",
            653.8,
            1.5,
            "tenths",
            "Federal Reserve Board, H.4.1: 2,707.446 less 2,053.665 (with commercial MBS; other Wednesdays)",
        ),
        Check(
            "Average coupon of the holdings",
            "=SUMPRODUCT({cohorts.share},{cohorts.coupon})/SUM({cohorts.share})",
            0.0249,
            0.00005,
            "percent",
            "Same third-party grouping of the SOMA holdings by CUSIP; no official figure was found",
        ),
        Check(
            "Mortgage rate of October 2025: mean of 6.34, 6.30, 6.27, 6.19, 6.17",
            "={rates.rate[2025-10]}",
            0.06254,
            0.000005,
            "exact percent",
            "Freddie Mac, Primary Mortgage Market Survey, the five surveys of the month",
        ),
    )
