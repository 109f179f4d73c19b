"""The market that the newest snapshot has for the templates: rates of days near one another, or none at all."""

from __future__ import annotations

import datetime

from mbsxl.errors import InputError
from mbsxl_install.refresh import snapshots
from mbsxl_install.refresh.forms import Reading
from mbsxl_install.refresh.snapshots import Snapshot
from mbsxl_install.refresh.sources import SOURCES
from mbsxl_workbooks.market_day import Cohort, Holdings, MarketDay, Month, Quote

_NEEDED = ("treasury", "survey", "sofr")
_APART = datetime.timedelta(days=14)  # rates of days farther from one another are no market
_NOTES = {"sofr": "; type your repo rate"}


def newest_market() -> MarketDay | None:
    """Return the market of the newest snapshot; none where there is no snapshot.

    Errors
    ------
    InputError
        A snapshot that is damaged, or has no market.
    """
    path = snapshots.newest()
    return None if path is None else market_of(snapshots.read(path))


def market_of(snapshot: Snapshot) -> MarketDay:
    """Return the market of a snapshot.

    Errors
    ------
    InputError
        A source that it lacks, or sources that are too far apart in time.
    """
    if missing := [name for name in _NEEDED if name not in snapshot]:
        raise InputError("snapshot", missing[0], "is missing in it; mbsxl refresh, or --shipped for the market shipped")
    days = [snapshot[name].reading.day for name in _NEEDED]
    if max(days) - min(days) > _APART:
        said = ", ".join(f"{name} of {day.isoformat()}" for name, day in zip(_NEEDED, days, strict=True))
        raise InputError("snapshot", said, "are too far apart; mbsxl refresh, or --shipped for the market shipped")
    titles = {source.name: source.title for source in SOURCES}
    return MarketDay(
        snapshot["treasury"].reading.day,
        {
            name: Quote(value, f"{titles[source]}, {_shown(snapshot[source].reading.day)}{_NOTES.get(source, '')}")
            for source in _NEEDED
            for name, value in snapshot[source].reading.values.items()
        },
        _months(snapshot),
        _holdings(snapshot["soma"].reading, titles["soma"]) if "soma" in snapshot else None,
    )


def _months(snapshot: Snapshot) -> dict[datetime.date, Month]:
    """Return the months of which both the Fed's holdings and the survey are there."""
    rates = {row["month"]: row["rate"] for row in snapshot["survey"].reading.rows}
    held = {row["month"]: row["held"] for row in snapshot["h41"].reading.rows} if "h41" in snapshot else {}
    return {
        datetime.date(int(month) // 100, int(month) % 100, 1): Month(held[month], rates[month])
        for month in sorted(held.keys() & rates.keys())
    }


def _holdings(soma: Reading, title: str) -> Holdings:
    """Return what the Fed holds by coupon and term."""
    names = ("coupon", "term", "months_elapsed", "share")
    cohorts = [Cohort(*(row[name] for name in names)) for row in soma.rows]
    return Holdings(soma.day, f"{title}, by CUSIP, {_shown(soma.day)}", cohorts)


def _shown(day: datetime.date) -> str:
    return f"{day.day} {day:%B %Y}"
