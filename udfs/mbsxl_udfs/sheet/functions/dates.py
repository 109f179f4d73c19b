"""Days: dates as serial numbers, day counts, working days.

Source: Microsoft Excel documentation (DATE, DAYS360, YEARFRAC, NETWORKDAYS.INTL, WORKDAY.INTL); the basis of year
fractions as in Wheeler, "YEARFRAC incompatibility" (ECMA-376 defect report, 2009).
"""

from __future__ import annotations

import calendar
import datetime
import math
from collections.abc import Callable

from mbsxl_udfs.sheet.calling import flat, function, used, wrong
from mbsxl_udfs.sheet.cells import NUM, Cell, CellError
from mbsxl_udfs.sheet.functions.maths import numeric
from mbsxl_udfs.sheet.operators import Value, number, text, truth
from mbsxl_udfs.sheet.serial import LAST, calendar_day

_EPOCH = datetime.date(1899, 12, 30)
_LEAP_THAT_WAS_NOT = 60
NO_DAY = CellError(NUM, "it is not a day from 1900 to 9999")
NO_BASIS = CellError(NUM, "a basis is a number from 0 to 4")

Day = datetime.date


def day_of(serial: float) -> Day:
    """Return the date of a serial number; `ValueError` where it has none."""
    whole = math.floor(serial)
    if not 0 <= whole <= LAST:
        raise ValueError("it is not a day from 1900 to 9999")
    return _EPOCH + datetime.timedelta(days=whole + (whole < _LEAP_THAT_WAS_NOT))


def serial_of(day: Day) -> float:
    """Return the serial number of a date."""
    days = (day - _EPOCH).days
    if days < 1:
        raise ValueError("it is not a day from 1900 to 9999")
    return float(days - (days <= _LEAP_THAT_WAS_NOT))


def month_length(year: int, month: int) -> int:
    """Return the days of a month."""
    return calendar.monthrange(year, month)[1]


def is_month_end(day: Day) -> bool:
    """Whether a day is the last of its month."""
    return day.day == month_length(day.year, day.month)


def months_later(day: Day, months: int, to_end: bool = False) -> Day:
    """Return the day so many months later: the same day of the month, its last where there is none, or where asked."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError("it is not a day from 1900 to 9999")
    length = month_length(year, month + 1)
    return Day(year, month + 1, length if to_end else min(day.day, length))


def days_360(start: Day, end: Day, european: bool, february: bool = False) -> int:
    """Return the days between two dates of a year of twelve months of thirty days.

    `february` is the rule of the bond functions: the end of February, too, is the 30th where both dates are one.
    """
    first, last = start.day, end.day
    if european:
        first, last = min(first, 30), min(last, 30)
    else:
        if february and start.month == end.month == 2 and is_month_end(start) and is_month_end(end):
            last = 30
        if first == 31 or (start.month == 2 and is_month_end(start)):
            first = 30
        if last == 31 and first == 30:
            last = 30
    return (end.year - start.year) * 360 + (end.month - start.month) * 30 + last - first


def year_fraction(start: Day, end: Day, basis: int) -> float:
    """Return the time between two dates in years of a basis."""
    if start > end:
        start, end = end, start
    if basis in (0, 4):
        return days_360(start, end, european=basis == 4, february=True) / 360
    days = (end - start).days
    return days / _year_length(start, end) if basis == 1 else days / (360 if basis == 2 else 365)


def _year_length(start: Day, end: Day) -> float:
    if start.year == end.year:
        return 366 if calendar.isleap(start.year) else 365
    if (end.year, end.month, end.day) <= (start.year + 1, start.month, start.day):  # a year at most
        leap_days = [Day(year, 2, 29) for year in (start.year, end.year) if calendar.isleap(year)]
        return 366 if any(start <= day <= end for day in leap_days) else 365
    years = range(start.year, end.year + 1)
    return sum(366 if calendar.isleap(year) else 365 for year in years) / len(years)


def basis_of(value: float) -> int:
    """Return a basis of day counts; `ValueError` where it is none."""
    if not 0 <= math.floor(value) <= 4:
        raise ValueError("a basis is a number from 0 to 4")
    return math.floor(value)


# ----------------------------------------------------------------------------------------------------- dates and parts


@numeric("DATE")
def _date(year: float, month: float, day: float) -> float | CellError:
    years = math.trunc(year) + (1900 if 0 <= year < 1900 else 0)
    over, months = divmod(years * 12 + math.trunc(month) - 1, 12)
    if not 1900 <= over <= 9999:
        return NO_DAY
    serial = serial_of(Day(over, months + 1, 1)) + math.trunc(day) - 1
    return serial if 0 <= serial <= LAST else NO_DAY


def _part(serial: float) -> tuple[int, int, int]:
    if not 0 <= serial < LAST + 1:
        raise ValueError(NO_DAY.message)
    return calendar_day(math.floor(serial))


numeric("YEAR")(lambda serial: _part(serial)[0])
numeric("MONTH")(lambda serial: _part(serial)[1])
numeric("DAY")(lambda serial: _part(serial)[2])


@numeric("EDATE")
def _edate(start: float, months: float) -> float:
    if math.floor(start) == 0:  # a blank: the day before January 1900
        return serial_of(months_later(Day(1900, 1, 1), math.trunc(months))) - 1
    return serial_of(months_later(day_of(start), math.trunc(months)))


@numeric("EOMONTH")
def _eomonth(start: float, months: float) -> float:
    return serial_of(months_later(day_of(max(start, 1.0) if start >= 0 else start), math.trunc(months), to_end=True))


@function("DATEDIF", kinds="vvv")
def _datedif(start: Cell, end: Cell, unit: Cell) -> Cell:
    first, last, words = number(start), number(end), text(unit)
    for error in (first, last, words):
        if isinstance(error, CellError):
            return error
    assert isinstance(first, float)
    assert isinstance(last, float)
    if not 0 <= first <= last < LAST + 1:
        return CellError(NUM, "the first day is not after the second")
    (year, month, day), (end_year, end_month, end_day) = _part(first), _part(last)
    months = (end_year - year) * 12 + end_month - month - (end_day < day)
    before = months_later(Day(end_year, end_month, 1), -1)  # the month that days are borrowed from
    is_next = (end_month, end_day) < (month, day)
    anniversary = serial_of(Day(year + is_next, end_month, 1)) + end_day - 1
    found = {
        "d": math.floor(last) - math.floor(first),
        "m": months,
        "y": months // 12,
        "ym": months % 12,
        "md": end_day - day + (month_length(before.year, before.month) if end_day < day else 0),
        "yd": anniversary - math.floor(first),
    }.get(str(words).lower())
    return CellError(NUM, 'a unit is "d", "m", "y", "ym", "md" or "yd"') if found is None else float(found)


numeric("DAYS")(lambda end, start: math.floor(end) - math.floor(start))


def _seconds(serial: float) -> int:
    if serial < 0:
        raise ValueError("a time is not negative")
    return round(serial % 1 * 86_400) % 86_400


numeric("HOUR")(lambda serial: _seconds(serial) // 3600)
numeric("MINUTE")(lambda serial: _seconds(serial) // 60 % 60)
numeric("SECOND")(lambda serial: _seconds(serial) % 60)


@numeric("TIME")
def _time(hours: float, minutes: float, seconds: float) -> float | CellError:
    total = math.floor(hours) * 3600 + math.floor(minutes) * 60 + math.floor(seconds)
    return CellError(NUM, "a time is not negative") if total < 0 else total / 86_400 % 1


@numeric("DAYS360")
def _days360(start: float, end: float, european: float = 0.0) -> float:
    return days_360(day_of(start), day_of(end), european=bool(european))


@numeric("YEARFRAC")
def _yearfrac(start: float, end: float, basis: float = 0.0) -> float:
    return year_fraction(day_of(start), day_of(end), basis_of(basis))


@numeric("WEEKDAY")
def _weekday(serial: float, kind: float = 1.0) -> float | CellError:
    day = (math.floor(serial) + 6) % 7  # 0 is a Sunday
    first = {1: 0, 2: 1, 3: 1, 17: 0} | {10 + offset: offset for offset in range(1, 7)}
    if int(kind) not in first or serial < 0:
        return CellError(NUM, "there is no such way of counting days of the week")
    return (day - first[int(kind)]) % 7 + (0 if int(kind) == 3 else 1)


def _today() -> float:
    return serial_of(datetime.datetime.now().astimezone().date())


def _now() -> float:
    now = datetime.datetime.now().astimezone()
    return serial_of(now.date()) + (now.hour * 3600 + now.minute * 60 + now.second) / 86_400


numeric("TODAY")(_today)
numeric("NOW")(_now)


# -------------------------------------------------------------------------------------------------------- working days


_WEEKENDS = {1: (5, 6), 2: (6, 0), 3: (0, 1), 4: (1, 2), 5: (2, 3), 6: (3, 4), 7: (4, 5)} | {
    11 + place: ((6 + place) % 7,) for place in range(7)
}


def _weekend(code: Cell) -> frozenset[int] | CellError:
    """Return the days of a weekend, Monday being 0."""
    if code is None:
        return frozenset((5, 6))
    if isinstance(code, str):
        if len(code) == 7 and set(code) <= {"0", "1"} and "0" in code:
            return frozenset(place for place, letter in enumerate(code) if letter == "1")
        return wrong('a weekend is a number or seven letters, as "0000011"')
    kind = number(code)
    if isinstance(kind, CellError):
        return kind
    days = _WEEKENDS.get(int(kind))
    return CellError(NUM, "there is no such weekend") if days is None else frozenset(days)


def _holidays(values: Value) -> set[int] | CellError:
    found = set()
    for cell in flat(used(values)) if values is not None else ():
        if cell is None or cell == "":
            continue
        day = number(cell)
        if isinstance(day, CellError):
            return day
        found.add(math.floor(day))
    return found


def _works(weekend: frozenset[int], holidays: set[int]) -> Callable[[int], bool]:
    return lambda serial: (serial - 2) % 7 not in weekend and serial not in holidays


def _net_days(start: Cell, end: Cell, weekend: Cell, holidays: Value) -> Cell:
    first, last, off, days = number(start), number(end), _weekend(weekend), _holidays(holidays)
    for each in (first, last, off, days):
        if isinstance(each, CellError):
            return each
    begin, finish = math.floor(first), math.floor(last)  # type: ignore[arg-type]
    works = _works(off, days)  # type: ignore[arg-type]
    count = float(sum(map(works, range(min(begin, finish), max(begin, finish) + 1))))
    return count if begin <= finish else 0.0 - count


@function("NETWORKDAYS", kinds="vvr")
def _networkdays(start: Cell, end: Cell, holidays: Value = None) -> Cell:
    return _net_days(start, end, None, holidays)


@function("NETWORKDAYS.INTL", kinds="vvvr")
def _networkdays_intl(start: Cell, end: Cell, weekend: Cell = None, holidays: Value = None) -> Cell:
    return _net_days(start, end, weekend, holidays)


def _work_day(start: Cell, days: Cell, weekend: Cell, holidays: Value) -> Cell:
    first, many, off, closed = number(start), number(days), _weekend(weekend), _holidays(holidays)
    for each in (first, many, off, closed):
        if isinstance(each, CellError):
            return each
    works = _works(off, closed)  # type: ignore[arg-type]
    serial, left = math.floor(first), math.trunc(many)  # type: ignore[arg-type]
    step = 1 if left > 0 else -1
    while left:
        serial += step
        if not 0 < serial <= LAST:
            return NO_DAY
        left -= step * works(serial)
    return float(serial)


@function("WORKDAY", kinds="vvr")
def _workday(start: Cell, days: Cell, holidays: Value = None) -> Cell:
    return _work_day(start, days, None, holidays)


@function("WORKDAY.INTL", kinds="vvvr")
def _workday_intl(start: Cell, days: Cell, weekend: Cell = None, holidays: Value = None) -> Cell:
    return _work_day(start, days, weekend, holidays)


def flag(cell: Cell) -> bool | CellError:
    """Return a cell as a choice; left out it is FALSE."""
    return False if cell is None else truth(cell)
