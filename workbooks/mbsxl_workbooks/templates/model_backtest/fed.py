"""The pages of the back-test against the Fed: its cohorts rolled back, their principal, what lower rates would do."""

from __future__ import annotations

from mbsxl_workbooks.kit import Layout, Page
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.templates.model_backtest.agencies import (
    FALLING_SPEEDS,
    FIRST,
    MODEL,
    MONTHS,
    MORTGAGE_RATES,
    date,
    falling,
    of_block,
    rate_months,
    rates,
    speeds,
    stock,
    together,
)

_COHORTS = figures("soma_cohorts")
_DECLINE = figures("soma_decline")
FED_MONTHS = [row["month"] for row in _DECLINE]
_COUNT = len(FED_MONTHS)
SETTLED = "2022-10"  # the first month in which nothing bought before was still being delivered
COMMERCIAL = 7.9  # $bn of commercial MBS in the H.4.1 line
LEVEL = 1964.786  # $bn, H.4.1, mortgage-backed securities held outright, 27 May 2026
_BLOCKS = {name: 15 + place * (_COUNT + 2) for place, name in enumerate(("balance", "face", "CPR"))}  # header rows
_WAVE = rate_months("2017-10", "2022-05")  # from the oldest cohort's first month to the first of the Fed's run-off
_WAVE_ROW = 15 + 3 * (_COUNT + 2)
_FALLING_SPEEDS = _WAVE_ROW + len(_WAVE) + 3


def fed(column: str, start: str = FED_MONTHS[0], end: str = FED_MONTHS[-1]) -> str:
    """Return a column of the page of the Fed between two months, as a range."""
    return f"Fed!${column}${FIRST + FED_MONTHS.index(start)}:${column}${FIRST + FED_MONTHS.index(end)}"


def cohorts(name: str) -> str:
    """Return a block of months by cohort."""
    first = _BLOCKS[name] + 1
    return f"Holdings!$C${first}:$M${first + _COUNT - 1}"


COUPON, TERM, ELAPSED, SHARE, WAC, GONE = (f"Holdings!$C${row}:$M${row}" for row in range(5, 11))


def lay_out_fed(layout: Layout) -> None:
    """Lay out the Fed's run-off beside the model's."""
    page = layout.page(
        "Fed",
        "What ran off, and what the model says would",
        "Federal Reserve Bank of New York, SOMA holdings; Federal Reserve Board, H.4.1: fall between last Wednesdays, "
        "$bn. Every month the model starts from what was held. Purchases still settled to September 2022.",
        (12, 12, 11, 11, 11, 11, 11, 11, 11, 13, 13, 13, 13, 13, 11, 11),
    )
    page.sheet.freeze_panes(4, 2)
    page.sheet.repeat_rows(3)
    names = ("month", "borrowers' month", "mortgage rate felt", "months to Jul 2026", "held at start", "ran off")
    model = ("model, scheduled", "model, prepaid", "model", "ran off, three months", "model, three months")
    more = ("difference, three months", "ran off, total", "model, total", "model CPR", "month of the year")
    formats = ("month", "month", "percent", "integer", *["tenths"] * 10, "percent", "integer")
    page.table(3, (*names, *model, *more), formats, [_month(place) for place in range(_COUNT)])


def _month(place: int) -> tuple[object, ...]:
    row, settled = FIRST + place, FED_MONTHS.index(SETTLED)
    face, speed = (of_block(cohorts(name), place + 1) for name in ("face", "CPR"))
    due = f"{WAC}/12/((1+{WAC}/12)^({TERM}-{ELAPSED}+E{row})-1)"  # the part of a level-payment balance due now
    whole = place >= settled + 2  # three months none of which had purchases in it
    return (
        date(FED_MONTHS[place]),
        f"=EDATE(B{row},-payment_delay)",
        f"=INDEX({rates('D')},MATCH(C{row},{rates('B')},0))",
        f"=12*(2026-YEAR(C{row}))+7-MONTH(C{row})",
        f"=Holdings!$C$12-Holdings!$C$13+SUM(G{row}:G${FIRST + _COUNT - 1})",
        float(_DECLINE[place]["decline"]),
        f"=SUMPRODUCT({face},{due})",
        f"=SUMPRODUCT({face},1-{due},1-(1-{speed})^(1/12))",
        f"=H{row}+I{row}",
        f"=AVERAGE(G{row - 2}:G{row})" if whole else None,
        f"=AVERAGE(J{row - 2}:J{row})" if whole else None,
        f"=L{row}-K{row}" if whole else None,
        f"=SUM(G${FIRST + settled}:G{row})" if place >= settled else None,
        f"=SUM(J${FIRST + settled}:J{row})" if place >= settled else None,
        f"=1-(1-I{row}/(F{row}-H{row}))^12",
        f"=MONTH(C{row})",
    )


def lay_out_holdings(layout: Layout) -> None:
    """Lay out the cohorts of today and, rolled back, of every month since 2022."""
    page = layout.page(
        "Holdings",
        "The Fed's holdings by coupon and term, rolled back",
        "Federal Reserve Bank of New York, SOMA holdings by CUSIP, 1 July 2026, grouped by a third party: not an "
        "official statistic. Rolled back: every cohort by its payment schedule, then all scaled to what was held.",
        (30, *[11] * 12),
    )
    page.sheet.print_area(0, 0, 60, 21)  # its first months: the rest is for the screen
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(4, 2)
    names = tuple(f"{float(each['coupon']):.1%}, {int(each['term']) // 12} years" for each in _COHORTS)
    page.header(3, ("cohort", *names))
    _attributes(page)
    for name, title in (
        ("balance", "balance, 1 July 2026 is its share"),
        ("face", "face at the start, $bn"),
        ("CPR", "the model's CPR"),
    ):
        page.header(_BLOCKS[name] - 1, (title, *names, *(("all",) if name != "CPR" else ())))
        for place in range(_COUNT):
            page.write(_BLOCKS[name] + place, 1, f"=Fed!B{FIRST + place}", layout.style("month"))
    past, held = fed("E"), fed("F")
    balance = f"{SHARE}*(1-(1+{WAC}/12)^-({TERM}-{ELAPSED}+{past}))/(1-(1+{WAC}/12)^-({TERM}-{ELAPSED}))"
    _block(page, "balance", f"={balance}", "exact")
    first = _BLOCKS["balance"] + 1
    _block(page, "face", f"={held}*{cohorts('balance')}/N{first}:N{first + _COUNT - 1}", "tenths")
    speed = f"=MBS_MODEL_CPR({fed('D')},{WAC},{ELAPSED}-{past},{fed('Q')},{GONE},{MODEL})"
    _block(page, "CPR", speed, "percent")
    _wave(page, names)
    falling(page, _FALLING_SPEEDS, names, f"{WAC},{ELAPSED}-1,0,{GONE}")


def _block(page: Page, name: str, formula: str, number: str) -> None:
    page.fill(_BLOCKS[name], 2, _COUNT, formula, number, len(_COHORTS))
    if name != "CPR":
        for place in range(_COUNT):
            total = f"=SUM({of_block(cohorts(name), place + 1)})"
            page.write(_BLOCKS[name] + place, 13, total, page.layout.style(number))


def _wave(page: Page, names: tuple[str, ...]) -> None:
    """Write the refinancing hazard of each cohort's quick borrowers before June 2022: it says how many had gone."""
    page.header(_WAVE_ROW - 1, ("quick borrowers refinancing", *names))
    for row, (place, month) in enumerate(_WAVE, start=_WAVE_ROW):
        page.write(row, 1, date(month), page.layout.style("month"))
        for letter in "CDEFGHIJKLM":
            age = f"{letter}$7-(12*(2026-YEAR($B{row + 1}))+7-MONTH($B{row + 1}))+1"
            curve = f"(1+TANH(ATANH(0.5)*({letter}$9-Rates!$D{place}-threshold)/width))/2"
            hazard = f"=refinancing/12*MAX(MIN(({age})/refinancing_ramp,1),0)*{curve}"
            page.write(row, ord(letter) - ord("A"), hazard, page.layout.style("exact"))


def _attributes(page: Page) -> None:
    """Write what is known of each cohort, and the burnout the model gives it by June 2022."""
    labels = (
        "coupon",
        "original term, months",
        "months since issue",
        "share",
        "gross rate",
        "quick borrowers gone, 2022",
    )
    formats = ("percent", "integer", "integer", "percent", "percent", "share")
    for row, label in enumerate(labels, start=4):
        page.write(row, 1, label, page.layout.style())
    for column, each in enumerate(_COHORTS, start=2):
        letter = "ABCDEFGHIJKLM"[column]
        values = (
            float(each["coupon"]),
            int(each["term"]),
            int(each["months_elapsed"]),
            float(each["share"]),
            f"={letter}5+gross_spread",
            f"=1-EXP(-SUM({letter}{_WAVE_ROW + 1}:{letter}{_WAVE_ROW + len(_WAVE)}))",
        )
        for row, (value, number) in enumerate(zip(values, formats, strict=True), start=4):
            page.write(row, column, value, page.layout.style(number))
    for row, (label, value) in enumerate(
        (("MBS held, 27 May 2026, $bn, H.4.1", LEVEL), ("of which commercial, left out", COMMERCIAL)), start=11
    ):
        page.write(row, 1, label, page.layout.style())
        page.write(row, 2, value, page.layout.style("tenths"))


def lay_out_falling(layout: Layout) -> None:
    """Lay out what the model says of both at mortgage rates from 7.5% to 3%."""
    page = layout.page(
        "Falling",
        "How fast prepayments return if mortgage rates fall",
        "The first month's speed at each rate, average of the seasons: the Fed's holdings of June 2026 and the "
        "agencies' stock of November 2025. It slows again as the quick borrowers leave.",
        (14, 14, 14, 14, 14, 14),
    )
    names = (
        "mortgage rate",
        "Fed, CPR",
        "agencies, CPR",
        "Fed, $bn a month",
        "Fed, dearer loans",
        "agencies, dearer loans",
    )
    formats = ("percent", "percent", "percent", "tenths", "share", "share")
    end = FIRST + len(MORTGAGE_RATES) - 1
    rows = [_rate(rate, row) for row, rate in enumerate(MORTGAGE_RATES, start=FIRST)]
    page.table(3, names, formats, rows)
    page.sheet.write(
        end,
        1,
        "Dearer loans: their gross rate is above the mortgage rate. By group: last tables of Holdings and Speeds.",
        layout.style(),
    )


def _rate(rate: float, row: int) -> tuple[object, ...]:
    place, count = row - FIRST + 1, len(MORTGAGE_RATES)
    fed_speed = of_block(f"Holdings!$C${_FALLING_SPEEDS}:$M${_FALLING_SPEEDS + count - 1}", place)
    stock_speed = of_block(speeds(FALLING_SPEEDS, count), place)
    shares, last = stock("share", MONTHS[-1]), MONTHS[-1]
    due = f"{WAC}/12/((1+{WAC}/12)^({TERM}-{ELAPSED}+1)-1)"
    paid = f"({due})+(1-{due})*(1-(1-{fed_speed})^(1/12))"
    return (
        rate,
        "=" + together(SHARE, fed_speed),
        "=" + together(shares, stock_speed),
        f"=(Holdings!$C$12-Holdings!$C$13)*SUMPRODUCT({SHARE},{paid})/SUM({SHARE})",
        f"=SUMPRODUCT({SHARE},--({WAC}>B{row}))/SUM({SHARE})",
        f"=SUMPRODUCT({shares},--({stock('wac', last)}>B{row}))",
    )
