"""A date or a time in one section of a number format."""

from __future__ import annotations

import re
from typing import NamedTuple

from mbsxl_udfs.sheet.figures import TEXT, literal
from mbsxl_udfs.sheet.serial import LAST, calendar_day

_MONTHS = ["January", "February", "March", "April", "May", "June"]
_MONTHS += ["July", "August", "September", "October", "November", "December"]
_DAYS = [
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
]  # of the serial numbers from 0 on
_LETTERS = r"\[(?P<elapsed>h+|m+|s+)\]|(?P<half>AM/PM|A/P)|(?P<letters>y+|m+|d+|h+|s+)|(?P<fraction>(?<=s)\.0+)"
_PIECE = re.compile(f"{_LETTERS}|{TEXT}|(?P<other>.)", re.IGNORECASE | re.DOTALL)
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_SECONDS = 86_400  # of a day


def is_moment(section: str) -> bool:
    """Whether a section shows a date or a time."""
    return bool(
        _ELAPSED.search(section) or re.search(r"[ymdhs]", re.sub(TEXT, "", section.lower().replace("general", "")))
    )


class _Moment(NamedTuple):
    """A day, and the parts of a second since it began, so many to a second."""

    day: int
    parts: int
    fineness: int

    @classmethod
    def of(cls, serial: float, fineness: int) -> _Moment:
        day, parts = divmod(round(serial * _SECONDS * fineness), _SECONDS * fineness)
        return cls(day, parts, fineness)

    @property
    def seconds(self) -> int:
        return self.parts // self.fineness

    @property
    def all_seconds(self) -> int:
        return self.day * _SECONDS + self.seconds


def moment(serial: float, section: str) -> str | None:
    """Return a serial number in a section that shows a date or a time; none where no day has this number.

    Examples
    --------
    >>> moment(46357.75, "d mmm yyyy h:mm AM/PM"), moment(1.5, "[h]:mm"), moment(0.0, "mmm yyyy")
    ('1 Dec 2026 6:00 PM', '36:00', 'Jan 1900')
    """
    pieces = list(_PIECE.finditer(section))
    decimals = max((len(piece["fraction"]) - 1 for piece in pieces if piece["fraction"]), default=0)
    fineness = 10**decimals
    if not 0 <= serial < LAST + 1:
        return None
    now = _Moment.of(serial, fineness)
    if now.day > LAST:
        return None
    units = [(piece["elapsed"] or piece["letters"] or "s" * bool(piece["fraction"]))[:1].lower() for piece in pieces]
    is_halved = any(piece["half"] for piece in pieces)

    def part(at: int, piece: re.Match[str]) -> str:
        if piece["elapsed"]:
            seconds = now.all_seconds // {"h": 3600, "m": 60, "s": 1}[units[at]]
            return str(seconds).zfill(len(piece["elapsed"]))
        if piece["half"]:
            first, second = piece["half"].split("/")
            return first if now.seconds < _SECONDS // 2 else second
        if piece["fraction"]:
            return f".{now.parts % fineness:0{decimals}d}"
        if piece["letters"]:
            return _unit(piece["letters"].lower(), now, is_halved, _is_minute(units, at))
        return piece["other"] or literal(piece)

    return "".join(part(at, piece) for at, piece in enumerate(pieces))


def _is_minute(units: list[str], at: int) -> bool:
    """Whether an m stands behind an hour or before a second."""
    before = next((unit for unit in reversed(units[:at]) if unit), "")
    after = next((unit for unit in units[at + 1 :] if unit), "")
    return before == "h" or after == "s"


def _unit(letters: str, now: _Moment, is_halved: bool, is_minute: bool) -> str:
    year, month, day = calendar_day(now.day)
    unit, count = letters[0], len(letters)
    if unit == "y":
        return f"{year % 100:02d}" if count < 3 else str(year)
    if unit == "m" and not (is_minute and count < 3):
        name = _MONTHS[month - 1]
        return name[0] if count == 5 else name if count > 3 else name[:3] if count == 3 else f"{month:0{count}d}"
    if unit == "d":
        name = _DAYS[now.day % 7]
        return name if count > 3 else name[:3] if count == 3 else f"{day:0{count}d}"
    hours = now.seconds // 3600
    hours = hours % 12 or 12 if is_halved else hours
    amount = {"h": hours, "m": now.seconds // 60 % 60, "s": now.seconds % 60}[unit]
    return f"{amount:0{min(count, 2)}d}"
