"""TBA settlement: the days of each month on which trades are notified and settled, by class, as SIFMA publishes them.

No rule reproduces the dates, so a month that is not in the table is refused. A user's own table takes its place.

Source: SIFMA, "MBS Notification and Settlement Dates", 2023 to 2027: its workbook of 2026-2027 and earlier ones as
public transcriptions give them, up to four of each date, which agree. Notification is two business days before
settlement, as the dates printed from October 2026 to January 2027 bear out; July 3, 2026 is a holiday. Classes B, C
and D of 2023 to 2025 were not found.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import DateArray
from mbsxl.conventions.choices import choose
from mbsxl.conventions.dates import Date
from mbsxl.errors import InputError

_PUBLISHER = "sifma.org (MBS notification and settlement dates)"


class TbaClass(Enum):
    """The settlement class of a TBA: A 30-year UMBS, B 15-year UMBS, C 30-year Ginnie Mae, D all others."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"


class TbaDay(Enum):
    """Which day of the month's cycle: when pools are notified (the 48-hour day), or when they settle."""

    SETTLEMENT = "SETTLEMENT"
    NOTIFICATION = "NOTIFICATION"


class TbaDates(NamedTuple):
    """A table of dates, a row a month and class: what a user pastes when a new one is published."""

    month: DateArray
    tba_class: npt.NDArray[np.str_]
    notification: DateArray
    settlement: DateArray


_DAYS = {  # notification and settlement, January to December
    TbaClass.A: {
        2023: "10-12 09-13 09-13 11-13 09-11 09-13 11-13 10-14 12-14 10-12 08-13 11-13",
        2024: "11-16 09-13 11-13 09-11 09-13 11-13 11-15 09-13 12-16 10-15 12-14 10-12",
        2025: "10-14 11-13 11-13 10-14 09-13 10-12 10-14 11-13 11-15 09-14 10-13 09-11",
        2026: "12-14 10-12 10-12 09-13 11-13 09-11 09-13 11-13 10-14 08-13 09-12 08-10",
        2027: "12-14 09-11 09-11 09-13 11-13 10-14 12-14 10-12 10-14 12-14 10-15 09-13",
    },
    TbaClass.B: {
        2026: "15-20 12-17 13-17 14-16 14-18 12-16 14-16 14-18 15-17 13-15 13-17 11-15",
        2027: "14-19 11-16 11-15 13-15 13-17 14-16 15-19 13-17 14-16 14-18 15-17 14-16",
    },
    TbaClass.C: {
        2026: "20-22 17-19 17-19 17-21 18-20 17-22 16-20 18-20 17-21 16-20 17-19 15-17",
        2027: "19-21 16-18 16-18 16-20 17-19 16-21 19-21 17-19 17-21 19-21 18-22 16-20",
    },
    TbaClass.D: {
        2026: "23-27 20-24 19-23 21-23 21-26 22-24 21-23 21-25 22-24 20-22 20-24 18-22",
        2027: "21-25 19-23 19-23 20-22 20-24 21-23 20-22 19-23 21-23 21-25 19-23 20-22",
    },
}


def _shipped() -> dict[tuple[np.datetime64, TbaClass], tuple[np.datetime64, np.datetime64]]:
    found = {}
    for kind, years in _DAYS.items():
        for year, days in years.items():
            for number, pair in enumerate(days.split(), start=1):
                month = f"{year}-{number:02d}"
                notified, settled = (np.datetime64(f"{month}-{day}") for day in pair.split("-"))
                found[np.datetime64(month), kind] = notified, settled
    return found


_TABLE = _shipped()


def tba_settle(
    settle_month: Date,
    class_: TbaClass | str = TbaClass.A,
    what: TbaDay | str = TbaDay.SETTLEMENT,
    tba_dates: TbaDates | None = None,
) -> DateArray:
    """Return the day on which TBA trades of a month settle, or on which their pools are notified.

    Class A is 30-year UMBS, B 15-year UMBS, C 30-year Ginnie Mae, D all others. `tba_dates`, a table of one's own,
    takes the place of the one that ships.

    Shapes: as `settle_month`, any day of the month. Units: dates.

    Errors
    ------
    InputError
        A month and class that the table does not have, or that it has twice.

    Source: SIFMA, MBS notification and settlement dates.

    Examples
    --------
    >>> tba_settle(np.datetime64("2026-11-01")), tba_settle(np.datetime64("2026-11-01"), what="NOTIFICATION")
    (np.datetime64('2026-11-12'), np.datetime64('2026-11-09'))
    """
    kind, day = choose(TbaClass, "class", class_), choose(TbaDay, "what", what)
    table = _TABLE if tba_dates is None else _given(tba_dates)
    months = np.asarray(settle_month, "datetime64[M]")
    found = [table.get((month, kind)) for month in months.ravel()]
    if None in found:
        raise InputError("settle_month", str(months.ravel()[found.index(None)]), _missing(table, kind))
    place = 0 if day is TbaDay.NOTIFICATION else 1
    days: DateArray = np.array([pair[place] for pair in found if pair], "datetime64[D]").reshape(months.shape)
    return days[()]


def _given(dates: TbaDates) -> dict[tuple[np.datetime64, TbaClass], tuple[np.datetime64, np.datetime64]]:
    found: dict[tuple[np.datetime64, TbaClass], tuple[np.datetime64, np.datetime64]] = {}
    for month, name, notified, settled in zip(*dates, strict=True):
        key = np.datetime64(month, "M"), choose(TbaClass, "tba_dates class", str(name))
        if key in found:
            raise InputError("tba_dates", f"{key[0]} {key[1].value}", "comes twice; give each month and class once")
        if not notified <= settled:
            remedy = "is notified after it settles; check the two columns"
            raise InputError("tba_dates", f"{key[0]} {key[1].value}", remedy)
        found[key] = notified, settled
    return found


def _missing(table: dict[tuple[np.datetime64, TbaClass], tuple[np.datetime64, np.datetime64]], kind: TbaClass) -> str:
    months = sorted(month for month, own in table if own is kind)
    has = f"it has {months[0]} to {months[-1]}" if months else "it has none of them"
    return (
        f"is not in the table of class {kind.value} ({has}), and no rule gives the date; "
        f"paste the published table of {_PUBLISHER} into cells and give it as tba_dates"
    )
