"""Cell values as a reader sees them: the number formats of the templates, outside a spreadsheet program."""

from __future__ import annotations

import datetime
import re

from mbsxl_udfs.cells import Cell, CellError

_EPOCH = datetime.date(1899, 12, 30)


def is_date(code: str) -> bool:
    """Whether a number format shows a date."""
    return bool(re.search(r"[ymd]", re.sub(r'"[^"]*"|\[[^\]]*\]', "", code.lower().replace("general", ""))))


def date_of(serial: float) -> datetime.date:
    """Return the date of a serial number after February 1900."""
    return _EPOCH + datetime.timedelta(days=int(serial))


def shown(value: Cell, code: str) -> str:
    """Return a cell's value in its number format.

    Examples
    --------
    >>> shown(0.0249, "0.00%"), shown(1417.5, "#,##0.0"), shown(46357.0, "mmm yyyy"), shown(-3.25, '0.0" bp"')
    ('2.49%', '1,417.5', 'Dec 2026', '-3.2 bp')
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.date):
        return _date(value, code)
    if is_date(code):
        return _date(date_of(value), code)
    return _number(value, code)


def _number(value: float, code: str) -> str:
    first = code.split(";")[0]
    found = re.search(r"[#0,]*0(?:\.(0+))?(%?)", first)
    if found is None:
        return f"{value:.10g}"
    decimals = len(found[1] or "")
    comma = "," if "," in found[0] else ""
    number = f"{value * (100 if found[2] else 1):{comma}.{decimals}f}{found[2]}"
    before, after = (re.sub(r'["\\]', "", part) for part in (first[: found.start()], first[found.end() :]))
    return f"{before}{number}{after}"


def _date(date: datetime.date, code: str) -> str:
    names = {"yyyy": f"{date:%Y}", "mmm": f"{date:%b}", "mm": f"{date:%m}", "dd": f"{date:%d}", "d": str(date.day)}
    names |= {"yy": f"{date:%y}", "m": str(date.month)}
    return re.sub(r"yyyy|yy|mmm|mm|m|dd|d", lambda found: names[found[0]], code.lower())
