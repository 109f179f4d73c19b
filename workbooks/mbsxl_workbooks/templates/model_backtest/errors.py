"""The back-test's errors by period, one speed worked by hand, and the checks."""

from __future__ import annotations

from mbsxl_workbooks.kit import CHECKS, Check, Layout
from mbsxl_workbooks.templates.model_backtest.agencies import (
    FIRST,
    FORECAST,
    MONTHS,
    agencies,
    date,
    group_names,
    of_block,
    rates,
    speeds,
    stock,
)
from mbsxl_workbooks.templates.model_backtest.fed import COUPON, FED_MONTHS, SETTLED, SHARE, cohorts, fed

#: What is said of each stretch of months, on the page of errors and in the headlines: label, first and last month.
REGIMES = (
    ("all months", MONTHS[0], MONTHS[-1]),
    ("before the wave", MONTHS[0], "2019-12"),
    ("the refinancing wave", "2020-01", "2021-12"),
    ("end of the wave", "2022-01", "2022-12"),
    ("lock-in", "2023-01", MONTHS[-1]),
    ("all not seen by the 2021 fit", "2022-01", MONTHS[-1]),
)
PERIODS = (
    ("purchases still settling", FED_MONTHS[0], "2022-09"),
    ("rest of 2022", SETTLED, "2022-12"),
    ("2023", "2023-01", "2023-12"),
    ("2024", "2024-01", "2024-12"),
    ("2025", "2025-01", "2025-12"),
    ("2026 to May", "2026-01", FED_MONTHS[-1]),
    ("since purchases settled", SETTLED, FED_MONTHS[-1]),
    ("all", FED_MONTHS[0], FED_MONTHS[-1]),
)
_WHOLE = "2022-12"  # the first month whose three-month average has no purchases in it

# Of research/report.py: fitted to totals and cohorts to 2021, nothing learnt later.
FITTED_2021 = {
    "turnover": 0.1726,
    "turnover ramp": 29.0,
    "season amplitude": 0.2489,
    "lock-in scale": 0.0115,
    "refinancing": 0.7116,
    "threshold": 0.007909,
}

REGIME_ROW = FIRST  # as a user counts
PERIOD_ROW = REGIME_ROW + len(REGIMES) + 7
_HAND_MONTH, _HAND_GROUP = "2021-03", "3.5-4% older"


def lay_out_errors(layout: Layout) -> None:
    """Lay out the errors by period, and the parameters of the forecast."""
    page = layout.page(
        "Errors",
        "The errors, as they are",
        "Model less actual; CPR in percent, so 1% is a point of CPR. RMSE: the root of the mean square of the errors.",
        (32, 12, 12, 13, 13, 14, 12, 13, 15, 15),
    )
    names = ("agencies", "from", "to", "actual CPR", "model CPR", "model less actual", "RMSE", "correlation")
    formats = ("text", "month", "month", *["percent"] * 4, "years", "percent", "percent")
    fitted = ("fitted to 2021: less actual", "fitted to 2021: RMSE")
    row = page.table(3, (*names, *fitted), formats, [_regime(*regime) for regime in REGIMES])
    one = [
        (name, f"=AVERAGE({agencies(column)})", f"=AVERAGE({agencies('H')})-C{place}", _rmse("H", column))
        for place, (name, column) in enumerate(
            (("Fannie Mae alone", "D"), ("Freddie Mac alone", "E"), ("Ginnie Mae alone", "F")), start=row + 3
        )
    ]
    row = page.table(
        row + 1, ("one agency", "actual CPR", "model less actual", "RMSE"), ("text", *["percent"] * 3), one
    )
    names = ("the Fed, $bn", "from", "to", "ran off", "model", "model less actual", "of what ran off")
    errors = ("RMSE, three months", "correlation, three months")
    formats = ("text", "month", "month", *["tenths"] * 3, "percent", "years", "years")
    row = page.table(row + 1, (*names, *errors), formats, [_period(*each) for each in PERIODS])
    page.paragraph(
        row + 1,
        (
            "Purchases made before QT settled to September 2022: what ran off then is not principal. The three-month",
            "averages start in December 2022, so that none has those months in it; they even out payment days.",
            "A fit to totals and cohorts to 2021 only gives the parameters below, the defaults for the rest. What it",
            "says of 2022 to 2025 is a forecast given the mortgage rate, though not a blind one: the stock here is of",
            "the fit to all, and the form of the model and what the fit holds were chosen later.",
        ),
    )
    top = int(FORECAST.split("$")[2].rstrip(":")) - 2
    page.table(top, ("fitted to 2021 only", "value"), ("text", "exact"), list(FITTED_2021.items()))


def _rmse(model: str, actual: str, *months: str) -> str:
    ours, theirs = agencies(model, *months), agencies(actual, *months)
    return f"=SQRT(SUMXMY2({ours},{theirs})/COUNT({ours}))"


def _regime(label: str, start: str, end: str) -> tuple[object, ...]:
    actual, model, forecast = (f"AVERAGE({agencies(column, start, end)})" for column in "GHJ")
    return (
        label,
        date(start),
        date(end),
        f"={actual}",
        f"={model}",
        f"={model}-{actual}",
        _rmse("H", "G", start, end),
        f"=CORREL({agencies('H', start, end)},{agencies('G', start, end)})",
        f"={forecast}-{actual}",
        _rmse("J", "G", start, end),
    )


def _period(label: str, start: str, end: str) -> tuple[object, ...]:
    actual, model = (f"SUM({fed(column, start, end)})" for column in "GJ")
    ours, theirs = (fed(column, max(start, _WHOLE), end) for column in "LK") if end > _WHOLE else ("", "")
    smooth = bool(ours) and label != "all"
    return (
        label,
        date(start),
        date(end),
        f"={actual}",
        f"={model}",
        f"={model}-{actual}",
        f"=({model}-{actual})/{actual}" if end > "2022-09" else None,
        f"=SQRT(SUMXMY2({ours},{theirs})/COUNT({ours}))" if smooth else None,
        f"=CORREL({ours},{theirs})" if smooth else None,
    )


def lay_out_hand(layout: Layout) -> None:
    """Lay out the model's speed of one group in one month, a plain formula a line."""
    page = layout.page(
        "By hand",
        "One speed worked by hand",
        f"The loans of {_HAND_GROUP.replace('-4%', '% to 4%').replace('older', 'past their first year')}, March 2021: "
        "the model in plain formulas, no MBS function.",
        (46, 16, 96),
    )
    month, group = MONTHS.index(_HAND_MONTH), group_names().index(_HAND_GROUP)
    cell = chr(ord("C") + group)
    place = {part: stock(part, _HAND_MONTH).split("$")[2].rstrip(":") for part in ("wac", "age", "gone")}
    steps = (
        ("mortgage rate felt", f"=Agencies!C{FIRST + month}", "percent", "Rates"),
        ("gross rate of the loans", f"=Stock!{cell}{place['wac']}", "percent", "Stock"),
        ("age at the end of the month", f"=Stock!{cell}{place['age']}+1", "tenths", "Stock, and the month"),
        ("quick borrowers gone", f"=Stock!{cell}{place['gone']}", "exact", "Stock"),
        (
            "season",
            f"=1+season_amplitude*COS(2*PI()/12*(MONTH(Agencies!B{FIRST + month})-season_peak))",
            "exact",
            "1 + amplitude x cosine, highest at the peak",
        ),
        ("incentive", "=C6-C5", "percent", "gross rate less mortgage rate"),
        (
            "turnover left by lock-in",
            "=1-lock_in+lock_in*lock_in_scale/(lock_in_scale-MIN(C10,0))",
            "exact",
            "1 at and above the market",
        ),
        ("turnover this month", "=turnover/12*MIN(C7/turnover_ramp,1)*C9*C11", "exact", "hazard"),
        ("S-curve", "=(1+TANH(ATANH(0.5)*(C10-threshold)/width))/2", "exact", "0 far out of the money, 1 far in it"),
        (
            "refinancing this month",
            "=refinancing/12*MIN(C7/refinancing_ramp,1)*C13",
            "exact",
            "hazard, quick borrowers",
        ),
        ("quick borrowers still here", "=active*(1-C8)/(1-active*C8)", "exact", "of all loans"),
        (
            "loans left after the month",
            "=EXP(-C12)*(C15*EXP(-C14)+(1-C15)*EXP(-passive_response*C14))",
            "exact",
            "slow borrowers refinance at a fraction",
        ),
        ("CPR by hand", "=1-C16^12", "exact percent", "a year of such months"),
        ("CPR by MBS_MODEL_CPR", f"={of_block(speeds(), month + 1, group + 1)}", "exact percent", "Speeds"),
    )
    page.header(3, ("step", "value", "from"))
    for row, (label, formula, number, note) in enumerate(steps, start=4):
        page.sheet.write(row, 1, label, layout.style())
        page.write(row, 2, formula, layout.style(number))
        page.sheet.write(row, 3, note, layout.style(font_color="#556070", indent=1))


def lay_out_checks(layout: Layout) -> None:
    """Lay out identities of the workbook and published figures."""
    page = layout.page(
        CHECKS,
        "Checks",
        "Identities, and published figures beside what the workbook says.",
        (66, 16, 16, 12, 10, 104),
    )
    page.checks(3, (*_identities(), *_published()))


def _identities() -> tuple[Check, ...]:
    model, actual, error = (agencies(column) for column in "HGI")
    rate, left = "Holdings!H9/12", "(Holdings!H6-Holdings!H7)"
    return (
        Check(
            "Shares of the stock: all months together, over their number",
            f"=SUM({stock('share')})/ROWS({stock('share')})",
            1,
            1e-9,
            "exact",
            "Each month's loans are shared out in full",
        ),
        Check(
            "Cohorts rolled back, all months, less what was held",
            f"=SUM({cohorts('face')})-SUM({fed('F')})",
            0,
            1e-6,
            "general",
            "Scaled month by month to the Fed's holdings",
        ),
        Check(
            "One speed by hand, less MBS_MODEL_CPR",
            "='By hand'!C17-'By hand'!C18",
            0,
            1e-10,
            "general",
            "The model in plain spreadsheet formulas, page By hand",
        ),
        Check(
            "Mean square error, less variance and squared mean of the errors",
            f"=SUMXMY2({model},{actual})/COUNT({model})-VARP({error})-AVERAGE({error})^2",
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
            f"=Fed!F{FIRST}",
            2698.576,
            1.5,
            "tenths",
            "Federal Reserve Bank of New York, SOMA holdings; other Wednesdays, commercial MBS to 0.1",
        ),
        Check(
            "Ran off, June 2022 to November 2025, $bn",
            f"=SUM({fed('G', FED_MONTHS[0], '2025-11')})",
            653.8,
            1.5,
            "tenths",
            "Federal Reserve Board, H.4.1: 2,707.446 less 2,053.665 (with commercial MBS; other Wednesdays)",
        ),
        Check(
            "Average coupon of the holdings",
            f"=SUMPRODUCT({SHARE},{COUPON})/SUM({SHARE})",
            0.0249,
            0.00005,
            "percent",
            "Same third-party grouping of the SOMA holdings by CUSIP; no official figure was found",
        ),
        Check(
            "Mortgage rate of October 2025: mean of 6.34, 6.30, 6.27, 6.19, 6.17",
            f"=INDEX({rates('C')},MATCH(DATE(2025,10,1),{rates('B')},0))",
            0.06254,
            0.000005,
            "exact percent",
            "Freddie Mac, Primary Mortgage Market Survey, the five surveys of the month",
        ),
    )


COUNT_OF_CHECKS = len((*_identities(), *_published()))
