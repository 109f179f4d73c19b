"""Cell values as a reader sees them: number formats, as Excel applies them, outside a spreadsheet program.

Source: ECMA-376 Part 1, 18.8.31.
"""

from __future__ import annotations

import datetime
import operator
import re
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.figures import TEXT, figure
from mbsxl_udfs.sheet.moments import is_moment, moment
from mbsxl_udfs.sheet.serial import serial_of_date

_NO_DATE = "########"
_SEPARATOR = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|(;)')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}


def is_date(code: str) -> bool:
    """Whether a number format shows a date or a time."""
    return is_moment(code)


def is_percent(code: str) -> bool:
    """Whether a number format shows a number as a percentage."""
    return "%" in re.sub(TEXT, "", code)


def shown(value: Cell, code: str) -> str:
    """Return a cell's value in its number format, without the blanks that keep columns in line.

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
        value = serial_of_date(np.datetime64(value, "D"))
    found = formatted(float(value), code or "General", lambda size: f"{size:.10g}")
    return _NO_DATE if found is None else found.strip()


def formatted(value: float, code: str, general: Callable[[float], str]) -> str | None:
    """Return a number in a number format, with all its blanks; none where it is to show a day that there is not.

    Examples
    --------
    >>> formatted(5551234.0, "[<=9999999]###-####;(###) ###-####", str), formatted(-2.5, "0.00;;", str)
    ('555-1234', '')
    """
    section, shows_sign = _section(value + 0.0, sections(code))
    if is_moment(section):
        return moment(value, section)
    return ("-" if value < 0 and shows_sign else "") + figure(abs(value), section, general)


def sections(code: str) -> list[str]:
    """Return the parts of a number format: for positive numbers, negative ones, 0, and texts."""
    cuts = [found.start() for found in _SEPARATOR.finditer(code) if found[1]]
    return [code[start + 1 : end] for start, end in pairwise([-1, *cuts, len(code)])]


def _section(value: float, parts: list[str]) -> tuple[str, bool]:
    """Return the part of a format for a number, and whether the sign of a negative one is shown before it."""
    conditions = [_CONDITION.search(part) for part in parts[:2]]
    if not any(conditions):
        place = 1 if value < 0 else 2 if value == 0 else 0
        return (parts[place], False) if 0 < place < min(len(parts), 3) else (parts[0], True)
    met = (at for at, found in enumerate(conditions) if found and _HOLDS[found[1]](value, float(found[2])))
    otherwise = 2 if all(conditions) else 1
    part = parts[min(next(met, otherwise), len(parts) - 1)]
    has_sign = re.match(r"[^#0?]*[-(]", re.sub(TEXT, "", part))
    return part, not has_sign
