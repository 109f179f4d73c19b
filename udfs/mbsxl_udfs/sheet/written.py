"""Numbers, dates and times as people write them, in the ways that Excel reads in the United States."""

from __future__ import annotations

import datetime
import re

import numpy as np

from mbsxl_udfs.sheet.cells import VALUE, CellError
from mbsxl_udfs.sheet.serial import serial_of_date

_PLAIN = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$", re.IGNORECASE | re.ASCII)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_AMOUNT = re.compile(
    r"(?P<front>\$)?(?P<minus>[-+]?) *(?(front)|\$?)(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+\.?\d*|\.\d+)"
    r"(?P<power>e[-+]?\d+)?(?P<percent> *%)?$",
    re.I,
)
_FRACTION = re.compile(r"([-+]?)(\d+) +(\d+)/([1-9]\d*)$")
_MONTH_NAME = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAYS = [
    re.compile(r"(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})$"),
    re.compile(r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})[-/](?P<year>\d{4}|\d{2})$"),
    re.compile(rf"(?P<day>\d{{1,2}})[- ]?{_MONTH_NAME}[- ,]*(?P<year>\d{{4}}|\d{{2}})$", re.I),
    re.compile(rf"{_MONTH_NAME} +(?P<day>\d{{1,2}}),? +(?P<year>\d{{4}})$", re.I),
    re.compile(rf"{_MONTH_NAME}[- ]+(?P<year>\d{{4}})$", re.I),
    re.compile(r"(?P<month>\d{1,2})[-/](?P<year>\d{4})$"),
    # Without a year it is a day of this one.
    re.compile(r"(?P<month>\d{1,2})[-/](?P<day>\d{1,2})$"),
    re.compile(rf"(?P<day>\d{{1,2}})[- ]?{_MONTH_NAME}$", re.I),
    re.compile(rf"{_MONTH_NAME}[- ]+(?P<day>\d{{1,2}})$", re.I),
    re.compile(r"(?P<month>\d{1,2})[-/](?P<year>\d{2})$"),
    re.compile(rf"{_MONTH_NAME}[- ]+(?P<year>\d{{2}})$", re.I),
]
_TIME = re.compile(r"(\d{1,4}):(\d{1,2})(?::(\d{1,2}(?:\.\d+)?))?\s*(am|pm|a|p)?$", re.I)
_HOUR = re.compile(r"(\d{1,2})()()\s*(am|pm|a|p)$", re.I)


def _day(written: str) -> float | None:
    for form in _DAYS:
        if found := form.match(written):
            parts = {"day": "1", "year": str(datetime.datetime.now().astimezone().year)} | found.groupdict()
            month = parts["month"].lower()
            months = _MONTHS.index(month[:3]) + 1 if month[:1].isalpha() else int(month)
            year = int(parts["year"])
            year += 0 if len(parts["year"]) == 4 else 2000 if year < 30 else 1900
            try:
                serial = serial_of_date(np.datetime64(datetime.date(year, months, int(parts["day"]))))
            except ValueError:  # as another form it may be a day: 2/30 is February 1930
                continue
            return serial if serial >= 1 else None
    return None


def _time(written: str) -> float | None:
    found = _TIME.match(written) or _HOUR.match(written)
    if not found:
        return None
    hours, minutes, seconds, half = int(found[1]), int(found[2] or 0), float(found[3] or 0), (found[4] or "").lower()
    if minutes > 59 or seconds >= 60 or (half and not 1 <= hours <= 12):
        return None
    hours = hours % 12 + 12 * half.startswith("p") if half else hours
    return (hours * 3600 + minutes * 60 + seconds) / 86_400


def moment_of_text(written: str) -> float | None:
    """Return the serial number of a date, a time, or both."""
    day, _, rest = written.partition(" ")
    for one, other in ((written, ""), (day, rest.strip()), written.rsplit(" ", 1) if " " in written else (written, "")):
        date, time = _day(one), _time(other) if other else 0.0
        if date is not None and time is not None:
            return date + time
    return _time(written)


def value_of_text(written: str) -> float | CellError:
    """Return the number that a text is in the ways Excel reads in the United States.

    Examples
    --------
    >>> value_of_text("5.5%"), value_of_text("$1,234.50"), value_of_text("(12)"), value_of_text("2024-01-15")
    (0.055, 1234.5, -12.0, 45306.0)
    """
    if _PLAIN.match(written):
        return float(written)
    bare = written.strip()
    inside = bare[1:-1] if bare.startswith("(") and bare.endswith(")") else bare
    found = _AMOUNT.match(inside)
    if found and not (inside != bare and found["minus"]):
        value = float(found["digits"].replace(",", "") + (found["power"] or ""))
        value /= 100 if found["percent"] else 1
        return value + 0.0 if inside == bare and found["minus"] != "-" else 0.0 - value
    if found := _FRACTION.match(bare):
        value = int(found[2]) + int(found[3]) / int(found[4])
        return -value if found[1] == "-" else value
    moment = moment_of_text(bare)
    return CellError(VALUE, f"the text {written[:40]!r} is no number") if moment is None else moment
