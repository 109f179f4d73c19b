"""The sources: what each publishes, where, and how old its last day may be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from typing import NamedTuple

from mbsxl.errors import InputError
from mbsxl_install.refresh import forms
from mbsxl_install.refresh.fetch import SECONDS, fetch
from mbsxl_install.refresh.forms import Reading


class Source(NamedTuple):
    """A published file.

    Attributes
    ----------
    name
        What the snapshot calls it.
    title
        What it is and who publishes it.
    address
        Where it is; {year} stands for the year, {day} for the day that `dates` gives.
    read
        Reads it.
    days
        How many days before today its last one may be.
    mark
        A word that the first lines of this file have and of no other source.
    dates
        Where the last day is to be had, if the address needs it.
    """

    name: str
    title: str
    address: str
    read: Callable[[bytes], Reading]
    days: int
    mark: str
    dates: str = ""


_TREASURY = "https://home.treasury.gov/resource-center/data-chart-center/interest-rates/daily-treasury-rates.csv"
_NEW_YORK = "https://markets.newyorkfed.org/api"

SOURCES = (
    Source(
        "treasury",
        "U.S. Treasury, daily par yield curve",
        f"{_TREASURY}/{{year}}/all?type=daily_treasury_yield_curve&field_tdr_date_value={{year}}&page&_format=csv",
        forms.treasury,
        10,
        r"\d+ (Mo|Yr)|BC_\d",
    ),
    Source(
        "survey",
        "Freddie Mac, Primary Mortgage Market Survey",
        "https://www.freddiemac.com/pmms/docs/PMMS_history.csv",
        forms.survey,
        15,
        "pmms",
    ),
    Source("sofr", "New York Fed, SOFR", f"{_NEW_YORK}/rates/secured/sofr/last/5.json", forms.sofr, 10, "refRates"),
    Source(
        "h41",
        "Federal Reserve Board, H.4.1, mortgage-backed securities held outright",
        "https://fred.stlouisfed.org/graph/fredgraph.csv?id=WSHOMCB",
        forms.held_outright,
        21,
        "WSHOMCB",
    ),
    Source(
        "soma",
        "New York Fed, SOMA holdings of agency MBS",
        f"{_NEW_YORK}/soma/agency/get/mbs/asof/{{day}}.json",
        forms.holdings,
        21,
        "securityDescription|Security Description",
        f"{_NEW_YORK}/soma/asofdates/latest.json",
    ),
)

_FIRST_DAYS = datetime.timedelta(days=6)  # of a year, in which its file may have no row yet


def ask(source: Source, today: datetime.date, seconds: float = SECONDS) -> tuple[str, bytes, Reading]:
    """Fetch a source and read it; return from where, what came, and what it says.

    Errors
    ------
    InputError
        What cannot be fetched or read, or is of another time.
    """
    day = forms.as_of_date(fetch(source.dates, seconds)) if source.dates else today
    address = source.address.format(year=(today - _FIRST_DAYS).year, day=day.isoformat())
    data = fetch(address, seconds)
    reading = source.read(data)
    require_past(reading, today)
    if today - reading.day > datetime.timedelta(days=source.days):
        raise InputError("date", reading.day.isoformat(), f"is the last day, more than {source.days} days ago")
    return address, data, reading


def require_past(reading: Reading, today: datetime.date) -> None:
    """Refuse a day that is still to come."""
    if reading.day > today + datetime.timedelta(days=1):  # it is tomorrow already somewhere
        raise InputError("date", reading.day.isoformat(), f"is after today, {today.isoformat()}")


_BEGINNING = 4096  # bytes of a file in which its mark is


def source_of(data: bytes) -> Source:
    """Return the source that a file is from, by what its first lines name.

    Errors
    ------
    InputError
        A file that is from none.
    """
    beginning = data[:_BEGINNING].decode("utf-8", errors="replace")
    found = [source for source in SOURCES if re.search(source.mark, beginning)]
    if len(found) != 1:
        known = "; ".join(source.title for source in SOURCES)
        raise InputError("file", beginning[:40], f"is from none of these: {known}")
    return found[0]
