"""The Fed's MBS run-off under QT and after: what the caps allowed, what ran off, and what it turns into."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from mbsxl_workbooks.kit import CHECKS, INPUTS, SUMMARY, SUMMARY_WIDTHS, Check, Headline, Input, Layout, Page
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.shared.figures import figures

TITLE = "The Fed's MBS run-off"
QUESTION = "The Fed let up to $35bn of MBS a month run off. Why did only about $16bn go, and what becomes of the rest?"

_QT_MONTHS = 42  # June 2022 to November 2025, under caps
_START = datetime.date(2026, 6, 1)
_MONTHS = 115  # June 2026 to December 2035
_BASE_COLUMNS = 12  # of MBS_SOMA_RUNOFF
_SINCE = 6  # months from December 2025 to May 2026, as they happened
_COHORTS = 11
# Rows as a user counts: the pages of months and that of the cohorts begin in the same.
_FIRST = 5
_LAST_QT = _FIRST + _QT_MONTHS - 1
_LAST_AHEAD = _FIRST + _MONTHS - 1
_LAST_MIX = _LAST_AHEAD + _SINCE
_LAST_COHORT = _FIRST + _COHORTS - 1
_ALL = _LAST_COHORT + 1
_END_OF_2030 = 55  # months from the first projected one


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    summary = layout.page(SUMMARY, TITLE, QUESTION, SUMMARY_WIDTHS)
    _inputs(layout)
    _cohorts(layout)
    _projection(layout)
    _actual(layout)
    _mix(layout)
    _checks(layout)
    _summary(summary)


def _summary(page: Page) -> None:
    row = page.paragraph(
        3,
        (
            "How to read it: the caps never bound. Nearly all of the loans behind the holdings pay so little that",
            "nobody refinances them, so principal comes in at the pace of sales, moves and the payment schedule. Since",
            "December 1, 2025 that principal buys Treasury bills: MBS shrink no faster, bills take their place.",
            "Change the amber cells on Inputs, the speeds first, and everything follows. All amounts are $bn.",
        ),
    )
    row = page.headlines(
        row + 1,
        (
            Headline("caps_allowed", "Caps allowed, Jun 2022 to Nov 2025", _qt("SUM", "D"), "tenths", "$bn"),
            Headline("ran_off", "Actually ran off", _qt("SUM", "C"), "tenths", "$bn, fall of the holdings"),
            Headline("cap_used", "Part of the caps that was used", "=ran_off/caps_allowed", "share"),
            Headline("pace", "Average month", f"=ran_off/{_QT_MONTHS}", "tenths", "$bn; cap 35 from September 2022"),
            Headline(
                "best_month",
                "Best three months, average",
                _qt("MAX", "G"),
                "tenths",
                "$bn; payment days shift",
            ),
            Headline("average_coupon", "Average coupon", f"=Cohorts!D{_ALL}", "percent", "1 July 2026"),
            Headline(
                "in_the_money",
                "Holdings it would pay to refinance",
                f'=SUMIF({_cohorts_on("E")},">"&mortgage_rate,{_cohorts_on("C")})/Cohorts!C{_ALL}',
                "share",
                "loans dearer than the mortgage rate",
            ),
            Headline(
                "recent_speed",
                "CPR in the year to May 2026",
                _year_speed(),
                "percent",
                "implied by the fall of the holdings",
            ),
            Headline(
                "into_bills",
                "Into bills a month, next 12 months",
                f"=AVERAGE(Mix!C{_FIRST + _SINCE}:C{_FIRST + _SINCE + 11})",
                "tenths",
                "$bn, base speed",
            ),
            Headline(
                "mbs_2030",
                "MBS at the end of 2030",
                f"=INDEX(Projection!I{_FIRST}:I{_LAST_AHEAD},{_END_OF_2030})",
                "tenths",
                "$bn, base speed",
            ),
            Headline("mbs_2035_slow", "MBS at the end of 2035, slow", f"=Projection!O{_LAST_AHEAD}", "tenths", "$bn"),
            Headline("mbs_2035", "MBS at the end of 2035, base", f"=Projection!I{_LAST_AHEAD}", "tenths", "$bn"),
            Headline("mbs_2035_fast", "MBS at the end of 2035, fast", f"=Projection!P{_LAST_AHEAD}", "tenths", "$bn"),
            Headline(
                "bills_share",
                "Become bills by the end of 2035",
                f"=Mix!F{_LAST_MIX}/SUM(Mix!D{_LAST_MIX}:F{_LAST_MIX})",
                "share",
                "of the MBS of December 1, 2025",
            ),
        ),
    )
    page.gallery(row + 1, _charts())


def _charts() -> list[Chart]:
    months = f"Actual!$B${_FIRST}:$B${_LAST_QT}"
    ahead = f"Projection!$B${_FIRST}:$B${_LAST_AHEAD}"
    mixed = f"Mix!$B${_FIRST}:$B${_LAST_MIX}"

    def actual(name: str, column: str, kind: str) -> Series:
        return Series(name, months, f"Actual!${column}${_FIRST}:${column}${_LAST_QT}", kind)

    def projected(name: str, column: str) -> Series:
        return Series(name, ahead, f"Projection!${column}${_FIRST}:${column}${_LAST_AHEAD}")

    def mix(name: str, column: str, kind: str) -> Series:
        return Series(name, mixed, f"Mix!${column}${_FIRST}:${column}${_LAST_MIX}", kind)

    coupons = ("Cohorts!$B$21:$B$27", "Cohorts!$C$21:$C$27")
    return [
        Chart(
            "The cap never bound",
            "$bn a month",
            (actual("ran off", "C", "column"), actual("cap", "D", "line")),
            across="year",
        ),
        Chart(
            "Allowed and actual, added up",
            "$bn since June 2022",
            (actual("caps allowed", "F", "line"), actual("ran off", "E", "line")),
            across="year",
        ),
        Chart(
            "MBS held, at three speeds",
            "$bn",
            (projected("base", "I"), projected("slow", "O"), projected("fast", "P")),
            across="year",
        ),
        Chart(
            "Principal into bills each month",
            "$bn a month",
            (mix("to May 2026 actual, then projected", "C", "column"),),
            across="year",
        ),
        Chart(
            "What the MBS of December 1, 2025 turn into",
            "$bn",
            (mix("MBS", "D", "area"), mix("Treasuries", "E", "area"), mix("bills", "F", "area")),
            across="year",
        ),
        Chart(
            "The holdings by coupon: too low to refinance",
            "$bn",
            (Series("current face", *coupons, "column"),),
            across="percent",
        ),
    ]


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells; everything else follows.", (44, 16, 96))
    speed = {"validate": "length", "criteria": ">", "value": 0, "input_title": "A speed", "input_message": _SPEED_HELP}
    rate = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 0.3, "error_message": "0% to 30%"}
    amount = {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": "0 or more, $bn"}
    choices = {"validate": "list", "source": ["MBS", "TREASURY", "BILLS"]}
    source = "Federal Reserve Board, H.4.1, mortgage-backed securities held outright, 17 June 2026, $bn"
    page.inputs(
        3,
        (
            Input(
                "speed_base",
                "Base speed",
                "6 CPR",
                "text",
                'The year to May 2026 ran near it; any speed: "150 PSA"',
                speed,
            ),
            Input("speed_slow", "Slow speed", "4 CPR", "text", "Lock-in as strong as it has been, fewer moves", speed),
            Input(
                "speed_fast",
                "Fast speed",
                "12 CPR",
                "text",
                "Mortgage rates fall far enough for sales to recover",
                speed,
            ),
            Input("cap", "Cap on redemptions", 0, "tenths", "$bn a month; 0 since December 1, 2025; was 35", amount),
            Input("reinvest", "Principal above the cap buys", "BILLS", "text", "BILLS since December 1, 2025", choices),
            Input("holdings", "MBS held", 1964.798, "tenths", source, amount),
            Input(
                "cmbs", "of which commercial MBS", 7.9, "tenths", "Do not prepay like pass-throughs; left out", amount
            ),
            Input(
                "gross_spread",
                "Gross rate of the loans above the coupon",
                0.0085,
                "percent",
                "Assumed: servicing and guarantee fees; the holdings report coupons only",
                rate,
            ),
            Input(
                "mortgage_rate",
                "Mortgage rate",
                0.0649,
                "percent",
                "Freddie Mac, Primary Mortgage Market Survey, 30-year, 25 June 2026",
                rate,
            ),
            Input(
                "start",
                "First projected month",
                _START,
                "month",
                "The month after the last actual one; do not change alone",
            ),
        ),
    )


_SPEED_HELP = 'A number and its unit: "6 CPR", "150 PSA", "6 CPR for 12, 9 CPR", "4 to 10 CPR over 24"'


def _cohorts(layout: Layout) -> None:
    page = layout.page(
        "Cohorts",
        "The holdings by coupon and term",
        "Federal Reserve Bank of New York, SOMA holdings by CUSIP, 1 July 2026, grouped by a third party: not an "
        "official statistic. One month younger here: they carry the holdings before June's payment.",
        (16, 13, 11, 11, 11, 11, 13, 11),
    )
    rows = [
        (
            f"{float(each['coupon']):.1%}, {int(each['term']) // 12} years",
            f"=I{row}*(holdings-cmbs)",
            float(each["coupon"]),
            f"=D{row}+gross_spread",
            int(each["term"]) - int(each["months_elapsed"]) + 1,
            int(each["months_elapsed"]) - 1,
            int(each["term"]),
            float(each["share"]),
        )
        for row, each in enumerate(figures("soma_cohorts"), start=5)
    ]
    rows.append(
        (
            "all",
            f"=SUM({_own('C')})",
            *(f"=SUMPRODUCT({_own('C')},{_own(column)})/C{_ALL}" for column in "DEFGH"),
            f"=SUM({_own('I')})",
        )
    )
    page.table(
        3,
        ("cohort", "face", "coupon", "wac", "wam", "age", "original term", "share"),
        ("text", "tenths", "percent", "percent", "integer", "integer", "integer", "percent"),
        rows,
    )
    page.sheet.write(18, 1, "By coupon, both terms; and how much of the holdings a mortgage rate brings into the money")
    coupons = [0.015, 0.02, 0.025, 0.03, 0.035, 0.04, 0.045]
    rates = [0.065, 0.06, 0.055, 0.05, 0.045, 0.04, 0.035]
    page.table(
        19,
        ("coupon", "face", "share", "mortgage rate", "in the money"),
        ("percent", "tenths", "share", "percent", "share"),
        [
            (
                coupon,
                f"=SUMIF({_fixed('D')},B{row},{_fixed('C')})",
                f"=C{row}/$C${_ALL}",
                rate,
                f'=SUMIF({_fixed("E")},">"&E{row},{_fixed("C")})/$C${_ALL}',
            )
            for row, (coupon, rate) in enumerate(zip(coupons, rates, strict=True), start=21)
        ],
    )


def _projection(layout: Layout) -> None:
    page = layout.page(
        "Projection",
        "The projection",
        "="
        + '"MBS_SOMA_RUNOFF at "&speed_base&"; at the right what is left at "&speed_slow&" and "&speed_fast&". $bn."',
        (11, *[11] * 14),
    )
    page.sheet.freeze_panes(4, 2)
    page.header(3, ("date",))
    for offset in range(_MONTHS):
        page.write(4 + offset, 1, f"=EDATE(start,{offset})", layout.style("month"))
    call = f"MBS_SOMA_RUNOFF(Cohorts!$C${_FIRST - 1}:$G${_LAST_COHORT},{{speed}},cap,reinvest,{{months}})"
    base = "=" + call.format(speed="speed_base", months=_MONTHS)
    page.spill(3, 2, _MONTHS + 1, base, ("integer", *["tenths"] * (_BASE_COLUMNS - 1)))
    for column, speed in ((14, "speed_slow"), (15, "speed_fast")):
        page.spill(3, column, _MONTHS + 1, f"=INDEX({call.format(speed=speed, months=_MONTHS)},0,7)", ("tenths",))


def _actual(layout: Layout) -> None:
    page = layout.page(
        "Actual",
        "What ran off, against the cap",
        "Federal Reserve Bank of New York, SOMA holdings (to December 2025); Federal Reserve Board, H.4.1 (from "
        "January 2026): fall between the last Wednesdays. Caps: Open Market Trading Desk operating policies.",
        (12, 12, 12, 16, 16, 18),
    )
    page.sheet.freeze_panes(4, 2)
    rows = []
    for row, each in enumerate(figures("soma_decline"), start=_FIRST):
        under_cap = each["cap"] != ""
        rows.append(
            (
                datetime.date.fromisoformat(each["month"] + "-01"),
                float(each["decline"]),
                float(each["cap"]) if under_cap else None,
                f"=SUM(C${_FIRST}:C{row})",
                f"=SUM(D${_FIRST}:D{row})" if under_cap else None,
                f"=AVERAGE(C{row - 2}:C{row})" if row > _FIRST + 1 else None,
            )
        )
    page.table(
        3,
        ("month", "ran off", "cap", "ran off, total", "caps, total", "three-month average"),
        ("month", *["tenths"] * 5),
        rows,
    )


def _mix(layout: Layout) -> None:
    page = layout.page(
        "Mix",
        "What the MBS of December 1, 2025 turn into",
        "To May 2026 as it happened, every dollar of principal into bills; then the base projection. $bn.",
        (12, 16, 14, 14, 14),
    )
    page.sheet.freeze_panes(4, 2)
    rows = [*_as_it_happened(), *_as_projected()]
    page.table(3, ("month", "principal reinvested", "MBS", "Treasuries", "bills"), ("month", *["tenths"] * 4), rows)


def _as_it_happened() -> Iterator[tuple[object, ...]]:
    """Yield the months whose principal is known: what was held then is what is held now and what has left since."""
    last = _FIRST + _SINCE - 1
    for place in range(_SINCE):
        row, actual = _FIRST + place, _LAST_QT + 1 + place
        held = f"=holdings-cmbs+SUM(C{row + 1}:C${last})" if row < last else "=holdings-cmbs"
        yield f"=Actual!B{actual}", f"=Actual!C{actual}", held, 0, f"=SUM(C${_FIRST}:C{row})"


def _as_projected() -> Iterator[tuple[object, ...]]:
    for ahead in range(_FIRST, _LAST_AHEAD + 1):
        bills = f"=F${_FIRST + _SINCE - 1}+Projection!N{ahead}"
        held, principal = f"=Projection!I{ahead}", f"=Projection!L{ahead}"
        yield f"=Projection!B{ahead}", principal, held, f"=Projection!M{ahead}", bills


def _checks(layout: Layout) -> None:
    page = layout.page(
        CHECKS,
        "Checks",
        "Published figures beside what the formulas of this workbook say.",
        (62, 16, 16, 12, 10, 100),
    )
    everything = f"=Projection!I{_LAST_AHEAD}+Projection!M{_LAST_AHEAD}+Projection!N{_LAST_AHEAD}"
    fabozzi = 'MBS_CASHFLOW(400000000,7.5%,8.125%,357,3,"165 PSA")'
    page.checks(
        3,
        (
            Check(
                "First month's principal of a $400mm pass-through at 165 PSA",
                f"=INDEX({fabozzi},2,4)+INDEX({fabozzi},2,5)",
                709923,
                0.5,
                "integer",
                "Fabozzi and Jones, Foundations of Global Financial Markets and Institutions, 5th ed., table 30.2",
            ),
            Check(
                "First payment of a 9% pass-through on new 9.5% loans at 150 PSA, of par",
                '=INDEX(MBS_CASHFLOW(1,9%,9.5%,360,0,"150 PSA"),2,7)',
                0.0082421,
                0.00000005,
                "general",
                "Standard Formulas for the Analysis of Mortgage-Backed Securities, SF-4",
            ),
            Check(
                "One-month speed of a Freddie Mac pool, March 1993, PSA",
                '=MBS_REALIZED_SPEED(0.9785748,0.9708674,9.69%,343,6,1,"PSA")',
                604,
                0.5,
                "integer",
                "Standard Formulas for the Analysis of Mortgage-Backed Securities, SF-42",
            ),
            Check(
                "Caps of 42 months: three of 17.5 and 39 of 35",
                "=caps_allowed",
                1417.5,
                0.05,
                "tenths",
                "Open Market Trading Desk, operating policies of May 2022 to October 2025",
            ),
            Check(
                "Ran off: H.4.1 level of 1 June 2022 less that of 3 December 2025",
                "=ran_off",
                653.8,
                1.5,
                "tenths",
                "Federal Reserve Board, H.4.1: 2,707.446 less 2,053.665 (with commercial MBS; other Wednesdays)",
            ),
            Check(
                "Average coupon of the cohorts",
                "=average_coupon",
                0.0249,
                0.00005,
                "percent",
                "Same third-party grouping of the SOMA holdings by CUSIP; no official figure was found",
            ),
            Check(
                "Nothing lost: MBS, Treasuries, bills and redemptions at the end, less the holdings at the start",
                f"{everything}+SUM(Projection!K{_FIRST}:K{_LAST_AHEAD})-(holdings-cmbs)",
                0,
                0.000001,
                "general",
                "Every dollar of principal is redeemed or reinvested",
            ),
        ),
    )


def _qt(function: str, column: str) -> str:
    return f"={function}(Actual!{column}{_FIRST}:{column}{_LAST_QT})"


def _own(column: str) -> str:
    """Return a column of the cohorts, on their page."""
    return f"{column}{_FIRST}:{column}{_LAST_COHORT}"


def _fixed(column: str) -> str:
    return f"${column}${_FIRST}:${column}${_LAST_COHORT}"


def _cohorts_on(column: str) -> str:
    """Return a column of the cohorts, from another page."""
    return f"Cohorts!{_own(column)}"


def _year_speed() -> str:
    """Return the formula of the speed that the fall of the holdings in the year to May 2026 implies."""
    year = f"SUM(Actual!C{_LAST_QT + _SINCE - 11}:C{_LAST_QT + _SINCE})"
    now, face = f"Cohorts!C{_ALL}", 5000  # any face that both factors are of
    loans = f"Cohorts!E{_ALL},ROUND(Cohorts!F{_ALL},0)+12,ROUND(Cohorts!G{_ALL},0)-12"
    return f"=MBS_REALIZED_SPEED(({now}+{year})/{face},{now}/{face},{loans},12)"
