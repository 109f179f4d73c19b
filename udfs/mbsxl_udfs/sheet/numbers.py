"""Cell values as a reader sees them: number formats, as Excel applies them, outside a spreadsheet program."""

from __future__ import annotations

import datetime
import re
from decimal import ROUND_HALF_UP, Context, Decimal

from mbsxl_udfs.sheet.cells import Cell, CellError

_EPOCH = datetime.datetime(1899, 12, 30)
_LEAP_THAT_WAS_NOT = 60
_DAYS = (0, 2958466)  # what a cell can show: from the day before 1900, for times alone, to before the year 10000
_NO_DATE = "########"
_DIGITS = 15  # of a number that Excel knows; it rounds these, and halves away from zero
_ROUNDING = Context(prec=1000, rounding=ROUND_HALF_UP)

# What a section of a format is made of besides what it shows: text, the width of a character, a filler, a currency,
# a colour or a language.
_TEXT = r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|_(?P<width>.)|\*.|\[\$(?P<currency>[^-\]]*)[^\]]*\]|\[[^\]]*\]'
_SECTION = re.compile(r'((?:"[^"]*"|\\.|[^;"\\])*)(?:;|$)')
_NUMBER = re.compile(_TEXT + r"|(?P<number>[#0?][#0?,]*(?:\.[#0?]*)?,*|\.[#0?]+)(?P<power>E[+-]0+)?", re.IGNORECASE)
_MOMENT = re.compile(
    _TEXT + r"|(?P<minute>(?<=h:)mm?|mm?(?=:s))|(?P<date>y+|m+|d+)|(?P<time>h+|s+)|(?P<half>AM/PM)|;.*", re.IGNORECASE
)
_NOT_SHOWN_HERE = re.compile(r"\[[<>=]|/|@|General", re.IGNORECASE)  # conditions, fractions, and what shows as typed


def is_date(code: str) -> bool:
    """Whether a number format shows a date or a time."""
    return bool(re.search(r"[ymdhs]", re.sub(_TEXT, "", code.lower().replace("general", ""))))


def date_of(serial: float) -> datetime.datetime:
    """Return the moment of a serial number, to the second."""
    return _EPOCH + datetime.timedelta(days=int(serial) + (serial < _LEAP_THAT_WAS_NOT), seconds=_seconds(serial))


def _seconds(serial: float) -> int:
    return round(serial % 1 * 24 * 60 * 60)


def shown(value: Cell, code: str) -> str:
    """Return a cell's value in its number format; conditions and fractions are shown as General.

    Examples
    --------
    >>> shown(0.0249, "0.00%"), shown(1417.5, "#,##0.0"), shown(46357.0, "mmm yyyy"), shown(-3.25, '0.0" bp"')
    ('2.49%', '1,417.5', 'Dec 2026', '-3.3 bp')
    >>> shown(0.125, "0.00"), shown(-0.04, "0.0"), shown(-1234.5, "#,##0.00_);[Red](#,##0.00)")
    ('0.13', '-0.0', '(1,234.50)')
    """
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, CellError):
        return value.code
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.date):
        return _date(datetime.datetime(value.year, value.month, value.day), code)
    if is_date(code):
        return _date(date_of(float(value)), code) if _DAYS[0] <= value < _DAYS[1] else _NO_DATE
    return _number(float(value), code)


def _number(value: float, code: str) -> str:
    sections = [found[1] for found in _SECTION.finditer(code)][:-1] or [code]
    place = (1 if value < 0 else 2 if value == 0 else 0) if len(sections) > 1 else 0
    section = sections[place] if place < len(sections) else sections[0]
    bare = re.sub(_TEXT, "", section)
    numbers = [found for found in _NUMBER.finditer(section) if found["number"]]
    if not code or len(numbers) > 1 or _NOT_SHOWN_HERE.search(section):
        return f"{value + 0.0:.10g}"
    # The whole of the format is for negative numbers too, unless there is a section for them.
    sign = "-" if value < 0 and place == 0 else ""
    size = abs(Decimal(f"{value:.{_DIGITS}g}")) * (100 if "%" in bare else 1)
    return sign + _NUMBER.sub(lambda found: _text(found) + _figure(size, found), section).strip()


def _text(found: re.Match[str]) -> str:
    """Return what a piece of a format says by itself."""
    width = " " if found["width"] else ""
    return found["quoted"] or found["escaped"] or found["currency"] or width


def _figure(size: Decimal, found: re.Match[str]) -> str:
    pattern, power = found["number"], found["power"]
    if pattern is None:
        return ""
    whole, point, fraction = pattern.partition(".")
    if power:
        return f"{float(size):.{len(fraction)}E}"
    thousands = len(pattern) - len(pattern.rstrip(","))  # each comma behind the digits leaves out three of them
    leading, fraction = whole.rstrip(","), fraction.rstrip(",")
    scaled = size.scaleb(-3 * thousands)
    rounded = scaled.quantize(Decimal(1).scaleb(-len(fraction)), context=_ROUNDING)
    digits, _, decimals = f"{rounded:{',' if ',' in leading else ''}f}".partition(".")
    digits = digits.zfill(leading.count("0")) if "0" in leading or digits != "0" else ""
    always = len(fraction.rstrip("#?"))
    return digits + point + decimals[:always] + decimals[always:].rstrip("0")


def _date(moment: datetime.datetime, code: str) -> str:
    hour = f"{moment:%I}" if re.search("AM/PM", code, re.IGNORECASE) else f"{moment:%H}"
    parts = {"y": f"{moment:%y}", "yyyy": f"{moment:%Y}", "m": str(moment.month), "mm": f"{moment:%m}"}
    parts |= {"mmm": f"{moment:%b}", "mmmm": f"{moment:%B}", "d": str(moment.day), "dd": f"{moment:%d}"}
    parts |= {"ddd": f"{moment:%a}", "dddd": f"{moment:%A}", "h": hour.lstrip("0") or "0", "hh": hour}
    parts |= {"s": str(moment.second), "ss": f"{moment:%S}", "yy": f"{moment:%y}"}

    def part(found: re.Match[str]) -> str:
        if found["minute"]:
            return f"{moment:%M}"
        if found["half"]:
            return f"{moment:%p}"
        letters = (found["date"] or found["time"] or "").lower()
        return parts.get(letters, "") if letters else _text(found)

    return _MOMENT.sub(part, code)
