"""The pages of history behind the spread monitor: month by month since 1971, week by week in 2025, eras and phases."""

from __future__ import annotations

import datetime
from itertools import groupby
from typing import NamedTuple

from mbsxl_workbooks.kit import Layout, Page
from mbsxl_workbooks.shared.figures import figures

FIRST = 5  # the row of the first month or week, as a user counts

_MONTHLY = {row["month"]: row for row in figures("treasury_monthly", __package__)}
_RATES = {row["month"]: row["rate"] for row in figures("mortgage_rate")}
_MONTHS = list(_MONTHLY)
_WEEKS = figures("mortgage_weekly", __package__)
_LAST = FIRST + len(_MONTHS) - 1


class Phase(NamedTuple):
    """A stretch between two months: what happened in it."""

    label: str
    start: str
    end: str


_ERAS = (
    Phase("70s", "1971-04", "1979-12"),
    Phase("80s", "1980-01", "1989-12"),
    Phase("90s", "1990-01", "1999-12"),
    Phase("00s", "2000-01", "2009-12"),
    Phase("10s", "2010-01", "2019-12"),
    Phase("20-21", "2020-01", "2021-12"),
    Phase("22-23", "2022-01", "2023-12"),
    Phase("2024", "2024-01", "2024-12"),
    Phase("2025", "2025-01", "2025-12"),
    Phase("2026", "2026-01", "2026-09"),
)

_PHASES = (
    Phase("The Fed raises rates, QT starts", "2021-12", "2022-10"),
    Phase("Last rises, then a hold", "2022-10", "2024-08"),
    Phase("First cuts: 50, 25 and 25 bp", "2024-08", "2024-12"),
    Phase("Pause", "2024-12", "2025-08"),
    Phase("Three cuts of 25 bp, QT ends", "2025-08", "2025-12"),
    Phase("No cut; agencies told to buy MBS", "2025-12", "2026-09"),
)


def months(column: str, start: str = _MONTHS[0], end: str = _MONTHS[-1]) -> str:
    """Return a column of the page of months between two months, as a range."""
    return f"Monthly!${column}${month_row(start)}:${column}${month_row(end)}"


def month_row(month: str) -> int:
    """Return the row of a month."""
    return FIRST + _MONTHS.index(month)


def rank(value: str, start: str = _MONTHS[0]) -> str:
    """Return the formula of the share of months since one with a spread as tight as a value, to 0.1 bp, or tighter."""
    cells = months("G", start)
    return f'=COUNTIF({cells},"<"&ROUND({value},1)+0.05)/COUNT({cells})'


def weeks(column: str, start: str, end: str = _WEEKS[-1]["date"]) -> str:
    """Return a column of the page of weeks between two of its dates, as a range."""
    dates = [week["date"] for week in _WEEKS]
    return f"Weekly!${column}${FIRST + dates.index(start)}:${column}${FIRST + dates.index(end)}"


def eras(column: str) -> str:
    """Return a column of the table of eras, as a range."""
    return f"Phases!${column}${FIRST}:${column}${FIRST + len(_ERAS) - 1}"


def lay_out_months(layout: Layout) -> None:
    """Lay out the page of months."""
    page = layout.page(
        "Monthly",
        "Month by month since April 1971",
        "Freddie Mac, Primary Mortgage Market Survey, weeks averaged by month; Federal Reserve Board, H.15. The 5-year "
        "from January 2021 to October 2025, April to June 2026. The 10-year of July to September 2026 is from a copy.",
        (12, 14, 12, 12, 12, 16, 16, 18, 16),
    )
    page.sheet.freeze_panes(4, 2)
    page.sheet.repeat_rows(3)
    names = ("month", "mortgage rate", "10-year", "5-year", "fed funds", "over the 10-year", "over the 5/10 blend")
    formats = ("month", *["percent"] * 4, "points", "points", "points", "points")
    rows = [
        (
            _date(month + "-01"),
            float(_RATES[month]),
            *(_figure(_MONTHLY[month][name]) for name in ("ten_year", "five_year", "fed_funds")),
            None,
            None,
            _volatility(row) if row >= FIRST + 12 else None,
            "=median_since_1971",
        )
        for row, month in enumerate(_MONTHS, start=FIRST)
    ]
    page.table(3, (*names, "10-year volatility, 12 months", "median since 1971"), formats, rows)
    _spreads(page, [_MONTHLY[month]["five_year"] != "" for month in _MONTHS])


def _volatility(row: int) -> str:
    """Return the root of the sum of squares of the 10-year's last twelve monthly changes, in basis points a year."""
    return f"=10000*SQRT(SUMXMY2(D{row - 11}:D{row},D{row - 12}:D{row - 1}))"


def lay_out_weeks(layout: Layout) -> None:
    """Lay out the page of weeks."""
    page = layout.page(
        "Weekly",
        "Week by week in 2025",
        "Freddie Mac, Primary Mortgage Market Survey; Federal Reserve Board, H.15, same day. The Fed cut by 25 bp on "
        "September 17, October 29 and December 10; QT ended on December 1.",
        (14, 14, 12, 12, 16, 16),
    )
    page.sheet.freeze_panes(4, 2)
    page.sheet.repeat_rows(3)
    rows = [
        (
            _date(week["date"]),
            *(_figure(week[name]) for name in ("mortgage_rate", "ten_year", "five_year")),
            None,
            None,
        )
        for week in _WEEKS
    ]
    names = ("survey of", "mortgage rate", "10-year", "5-year", "over the 10-year", "over the 5/10 blend")
    page.table(3, names, ("date", *["percent"] * 3, "points", "points"), rows)
    _spreads(page, [week["five_year"] != "" for week in _WEEKS])


def _spreads(page: Page, with_five: list[bool]) -> None:
    """Fill the two columns of spreads, each in one call; that to the blend in one call a stretch of 5-year yields."""
    column = 6 if page.name == "Monthly" else 5
    last = FIRST + len(with_five) - 1
    whole = f"=MBS_MORTGAGE_SPREAD(C{FIRST}:C{last},D{FIRST}:D{last})"
    page.fill(FIRST - 1, column, len(with_five), whole, "points")
    for known, stretch in groupby(enumerate(with_five, start=FIRST), key=lambda pair: pair[1]):
        rows = [row for row, _ in stretch]
        if known:
            ranges = ",".join(f"{letter}{rows[0]}:{letter}{rows[-1]}" for letter in "CDE")
            formula = f"=MBS_MORTGAGE_SPREAD({ranges},blend_weight)"
            page.fill(rows[0] - 1, column + 1, len(rows), formula, "points")


def lay_out_phases(layout: Layout) -> None:
    """Lay out the page of eras, phases and what the spread moves with."""
    page = layout.page(
        "Phases",
        "When spreads widened and tightened",
        "The mortgage rate over the 10-year, monthly averages. Volatility: of the 10-year, the root of its last twelve "
        "monthly changes squared, bp a year.",
        (36, 13, 13, 13, 13, 13, 16, 14, 14),
    )
    spread = [months("G", era.start, era.end) for era in _ERAS]
    row = page.table(
        3,
        ("era", "from", "to", "median", "tightest", "widest"),
        ("text", "month", "month", "points", "points", "points"),
        [
            (era.label, *_dates(era), f"=MEDIAN({cells})", f"=MIN({cells})", f"=MAX({cells})")
            for era, cells in zip(_ERAS, spread, strict=True)
        ],
    )
    row = page.table(
        row + 1,
        (
            "phase",
            "from",
            "to",
            "spread, from",
            "spread, to",
            "change",
            "fed funds, change",
            "volatility, from",
            "volatility, to",
        ),
        ("text", "month", "month", *["points"] * 6),
        [_phase(phase, row + 3 + place) for place, phase in enumerate(_PHASES)],
    )
    row = page.paragraph(
        row,
        (
            "Fed funds: monthly averages, so a cut late in a month shows in the next. In the last phase: 3.72% in",
            "December 2025, 3.63% in May 2026, the last month here.",
        ),
    )
    page.table(
        row + 1,
        ("spread and volatility of the 10-year", "correlation"),
        ("text", "years"),
        [
            (f"since {start[:4]}", f"=CORREL({months('G', start)},{months('I', start)})")
            for start in ("1972-04", "2000-01", "2010-01", "2020-01")
        ],
    )


def _phase(phase: Phase, row: int) -> tuple[object, ...]:
    start, end = month_row(phase.start), month_row(phase.end)
    funds = f"=10000*(Monthly!F{end}-Monthly!F{start})" if _MONTHLY[phase.end]["fed_funds"] else None
    spread = (f"=Monthly!G{start}", f"=Monthly!G{end}", f"=F{row}-E{row}")
    return phase.label, *_dates(phase), *spread, funds, f"=Monthly!I{start}", f"=Monthly!I{end}"


def _dates(phase: Phase) -> tuple[datetime.date, datetime.date]:
    return _date(phase.start + "-01"), _date(phase.end + "-01")


def _date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _figure(text: str) -> float | None:
    return float(text) if text else None
