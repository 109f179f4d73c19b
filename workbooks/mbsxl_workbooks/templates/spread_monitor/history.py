"""The history behind the spread monitor: by month since 1971, by week in 2025, eras, phases, what drives it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import NamedTuple

from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.tables import Column, Value
from mbsxl_workbooks.shared.figures import figures

_MONTHLY = {row["month"]: row for row in figures("treasury_monthly", __package__)}
_RATES = {row["month"]: row["rate"] for row in figures("mortgage_rate")}
_MONTHS = tuple(_MONTHLY)
_WEEKS = {row["date"]: row for row in figures("mortgage_weekly", __package__)}
_YEAR = 12
#: The months that the spread is explained over: those since 2010 whose federal funds rate is at hand.
SINCE = "2010-01"
LATEST = [month for month in _MONTHS if _MONTHLY[month]["fed_funds"]][-1]
LAST = _MONTHS[-1]


class Phase(NamedTuple):
    """A stretch between two months: what happened in it."""

    label: str
    start: str
    end: str


ERAS = {
    "1970s": Phase("70s", "1971-04", "1979-12"),
    "1980s": Phase("80s", "1980-01", "1989-12"),
    "1990s": Phase("90s", "1990-01", "1999-12"),
    "2000s": Phase("00s", "2000-01", "2009-12"),
    "2010s": Phase("10s", "2010-01", "2019-12"),
    "2020": Phase("20-21", "2020-01", "2021-12"),
    "2022": Phase("22-23", "2022-01", "2023-12"),
    "2024": Phase("2024", "2024-01", "2024-12"),
    "2025": Phase("2025", "2025-01", "2025-12"),
    "2026": Phase("2026", "2026-01", LAST),
}
_PHASES = (
    Phase("The Fed raises rates, QT starts", "2021-12", "2022-10"),
    Phase("Last rises, then a hold", "2022-10", "2024-08"),
    Phase("First cuts: 50, 25 and 25 bp", "2024-08", "2024-12"),
    Phase("Pause", "2024-12", "2025-08"),
    Phase("Three cuts of 25 bp, QT ends", "2025-08", "2025-12"),
    Phase("No cut; agencies told to buy MBS", "2025-12", LAST),
)


def rank(value: str, start: str = _MONTHS[0]) -> str:
    """Return the formula of the share of months since one with a spread as tight as a value, to 0.1 bp, or tighter."""
    cells = f"{{monthly.spread[{start}:last]}}"
    return f'COUNTIF({cells},"<"&ROUND({value},1)+0.05)/COUNT({cells})'


def _date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text if len(text) > 7 else f"{text}-01")


def _figure(text: str) -> float | None:
    return float(text) if text else None


def _rates(mortgage: Sequence[Value], ten: Sequence[Value], five: Sequence[Value]) -> dict[str, Column]:
    return {
        "rate": Column("mortgage rate", "percent", mortgage),
        "ten": Column("10-year", "percent", ten),
        "five": Column("5-year", "percent", five),
        "spread": Column("over the 10-year", "points", fill="=MBS_MORTGAGE_SPREAD({rate},{ten})"),
        "blend": Column(
            "over the 5/10 blend",
            "points",
            fill='=IF({five}="","",MBS_MORTGAGE_SPREAD({rate},{ten},{five},blend_weight))',
        ),
    }


def lay_out_months(layout: Layout) -> None:
    """Lay out the page of months."""
    page = layout.page(
        "Monthly",
        "Month by month since April 1971",
        "Freddie Mac, Primary Mortgage Market Survey, weeks averaged by month; Federal Reserve Board, H.15. The "
        "5-year from January "
        "2021 to October 2025, April to June 2026. The 10-year of July to September 2026 is from a copy.",
        (12, *[13] * 9),
    )
    window = "=10000*SQRT(SUMXMY2({ten[this-11:this]},{ten[this-12:this-1]}))"
    page.table(
        "monthly",
        _MONTHS,
        {
            "month": Column("month", "month", [_date(month) for month in _MONTHS]),
            **_rates(
                [float(_RATES[month]) for month in _MONTHS],
                [_figure(_MONTHLY[month]["ten_year"]) for month in _MONTHS],
                [_figure(_MONTHLY[month]["five_year"]) for month in _MONTHS],
            ),
            "funds": Column("fed funds", "percent", [_figure(_MONTHLY[month]["fed_funds"]) for month in _MONTHS]),
            "volatility": Column(
                "10-year volatility, 12 months",
                "points",
                [window if place >= _YEAR else None for place in range(len(_MONTHS))],
            ),
            "slope": Column(
                "10-year less fed funds",
                "points",
                ["=10000*({ten}-{funds})" if _MONTHLY[month]["fed_funds"] else None for month in _MONTHS],
            ),
            "median": Column("median since 1971", "points", "=median_since_1971"),
        },
    )


def lay_out_weeks(layout: Layout) -> None:
    """Lay out the page of weeks."""
    page = layout.page(
        "Weekly",
        "Week by week in 2025",
        "Freddie Mac, Primary Mortgage Market Survey; Federal Reserve Board, H.15, same day. The Fed cut by 25 bp "
        "on September 17, "
        "October 29 and December 10; QT ended on December 1.",
        (14, *[14] * 5),
    )
    page.table(
        "weekly",
        tuple(_WEEKS),
        {
            "week": Column("survey of", "date", [_date(week) for week in _WEEKS]),
            **_rates(
                *(
                    [_figure(row[name]) for row in _WEEKS.values()]
                    for name in ("mortgage_rate", "ten_year", "five_year")
                )
            ),
        },
    )


def lay_out_phases(layout: Layout) -> None:
    """Lay out the page of eras, phases, and what the spread moves with."""
    page = layout.page(
        "Phases",
        "When spreads widened and tightened, and what with",
        "The mortgage rate over the 10-year, monthly averages. Volatility: of the 10-year, the root of its last "
        "twelve monthly "
        "changes squared, bp a year.",
        (40, *[14] * 8),
    )
    page.table(
        "eras",
        tuple(ERAS),
        {
            "era": Column("era", "text", [era.label for era in ERAS.values()]),
            **_dates(list(ERAS.values())),
            **{
                name: Column(
                    title,
                    "points",
                    [f"={function}({{monthly.spread[{era.start}:{era.end}]}})" for era in ERAS.values()],
                )
                for name, title, function in (
                    ("median", "median", "MEDIAN"),
                    ("tightest", "tightest", "MIN"),
                    ("widest", "widest", "MAX"),
                )
            },
        },
    )

    def ends(column: str, which: str) -> list[Value]:
        return [f"={{monthly.{column}[{getattr(phase, which)}]}}" for phase in _PHASES]

    page.table(
        "phases",
        tuple(f"phase{place}" for place in range(len(_PHASES))),
        {
            "phase": Column("phase", "text", [phase.label for phase in _PHASES]),
            **_dates(list(_PHASES)),
            "before": Column("spread, from", "points", ends("spread", "start")),
            "after": Column("spread, to", "points", ends("spread", "end")),
            "change": Column("change", "points", "={after}-{before}"),
            "funds": Column(
                "fed funds, change",
                "points",
                [
                    f"=10000*({{monthly.funds[{phase.end}]}}-{{monthly.funds[{phase.start}]}})"
                    if _MONTHLY[phase.end]["fed_funds"]
                    else None
                    for phase in _PHASES
                ],
            ),
            "quiet": Column("volatility, from", "points", ends("volatility", "start")),
            "then": Column("volatility, to", "points", ends("volatility", "end")),
        },
    )
    page.heading(
        f'="What the spread moves with: "&TEXT({{monthly.month[{SINCE}]}},"mmm yyyy")&" to '
        f'"&TEXT({{monthly.month[{LATEST}]}},"mmm yyyy")&", months"'
    )
    span = f"[{SINCE}:{LATEST}]"
    spread, volatility, slope = (f"{{monthly.{name}{span}}}" for name in ("spread", "volatility", "slope"))

    def slope_of(one: str, own: str, other: str) -> str:
        """Of a regression on two: the part of one that the other does not take."""
        return f"=({own}-{other}*fit_between)/(1-fit_between^2)*STDEV({spread})/STDEV({one})"

    fair = (
        f"=AVERAGE({spread})+fit_volatility*(volatility_now-AVERAGE({volatility}))+fit_slope*"
        f"(slope_now-AVERAGE({slope}))"
    )
    page.headlines(
        (
            Headline("median_since_1971", "Median month since 1971", "=MEDIAN({monthly.spread})", "points"),
            Headline("with_volatility", "Correlation with the volatility", f"=CORREL({spread},{volatility})", "years"),
            Headline(
                "with_slope",
                "Correlation with the slope, 10-year less fed funds",
                f"=CORREL({spread},{slope})",
                "years",
            ),
            Headline("fit_between", "Volatility with the slope", f"=CORREL({volatility},{slope})", "years"),
            Headline(
                "fit_volatility",
                "bp of spread a bp of volatility",
                slope_of(volatility, "with_volatility", "with_slope"),
                "years",
                "least squares on both",
            ),
            Headline(
                "fit_slope",
                "bp of spread a bp of slope",
                slope_of(slope, "with_slope", "with_volatility"),
                "years",
                "least squares on both",
            ),
            Headline(
                "volatility_now",
                "Volatility of the month",
                "=INDEX({monthly.volatility},MATCH(as_of,{monthly.month},1))",
                "points",
                "of the day of the market",
            ),
            Headline("slope_now", "Slope of the day", "=10000*(cmt_10y-funding)", "points"),
            Headline("fair_spread", "Spread that goes with them", fair, "points", "what months like it had"),
        )
    )


def _dates(phases: list[Phase]) -> dict[str, Column]:
    return {
        "start": Column("from", "month", [_date(phase.start) for phase in phases]),
        "end": Column("to", "month", [_date(phase.end) for phase in phases]),
    }
