"""TEXT: a value in a number format, as cells show it; fractions and exponents are told here."""

from __future__ import annotations

import math
import re

from mbsxl_udfs.sheet.cells import VALUE, Cell, CellError
from mbsxl_udfs.sheet.numbers import is_date, shown
from mbsxl_udfs.sheet.operators import general, number, text

_FRACTION = re.compile(r"(?P<whole>[#0?]+ +)?(?P<over>[#0?]+) ?/ ?(?P<under>[#0?]+|[1-9]\d*)")
_EXPONENT = re.compile(r"(?P<whole>[#0?]+)(?:\.(?P<decimals>[#0?]*))?E(?P<sign>[+-])(?P<power>0+)", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\\.')


def formatted(cell: Cell, code: str) -> Cell:
    """Return what TEXT makes of a value.

    Examples
    --------
    >>> formatted(101.5, "# ??/32"), formatted(1234567.0, "0.00E+00"), formatted(0.05, "0.0%"), formatted(2.75, "# ?/?")
    ('101 16/32', '1.23E+06', '5.0%', '2 3/4')
    """
    if isinstance(cell, bool | CellError):
        return text(cell)
    value = number(cell)
    if isinstance(value, CellError):
        return text(cell) if "@" not in code else code.replace("@", str(text(cell)))
    if code == "":
        return ""
    bare = _QUOTED.sub("", code)
    if bare.strip().lower() in ("general", "@"):
        return general(value)
    if "[" in bare and re.search(r"\[[<>=]", bare):
        return CellError(VALUE, "conditions in a number format are not computed by the embedded engine")
    sections = code.split(";")
    section, size = _section(sections, value)
    if not is_date(bare):
        if found := _FRACTION.search(section):
            return _around(section, found, _fraction(size, found))
        if found := _EXPONENT.search(section):
            return _around(section, found, _exponent(size, found))
    return shown(value, code)


def _section(sections: list[str], value: float) -> tuple[str, float]:
    """Return the part of a format for a value, and what it shows of it."""
    if value < 0 and len(sections) > 1 and sections[1]:
        return sections[1], -value
    if value == 0 and len(sections) > 2:
        return sections[2], value
    return sections[0], value


def _around(section: str, found: re.Match[str], inner: str) -> str:
    outer = section[: found.start()], section[found.end() :]
    before, after = (_QUOTED.sub(lambda part: part[0].strip('"').removeprefix("\\"), part) for part in outer)
    return before + inner + after


def _fraction(value: float, found: re.Match[str]) -> str:
    size, sign = abs(value), "-" if value < 0 else ""
    whole = math.floor(size) if found["whole"] else 0
    rest = size - whole
    if found["under"].isdigit() and found["under"].strip("0"):
        under = int(found["under"])
        over = math.floor(rest * under + 0.5)
    else:
        over, under = _nearest(rest, 10 ** len(found["under"]) - 1)
    if found["whole"] and over == under:
        whole, over = whole + 1, 0
    digits = len(found["over"])
    width_under = len(found["under"])
    if found["whole"] and over == 0:
        shown_part = " " * (digits + 1 + width_under) if "?" in found["over"] else ""
        return f"{sign}{whole} {shown_part}" if shown_part else f"{sign}{whole}"
    top = str(over).rjust(digits) if "?" in found["over"] else str(over).zfill(found["over"].count("0"))
    bottom = str(under).ljust(width_under) if "?" in found["under"] else str(under)
    front = f"{whole if whole or '0' in found['whole'] else ''} " if found["whole"] else ""
    return f"{sign}{front}{top}/{bottom}"


def _nearest(value: float, most: int) -> tuple[int, int]:
    """Return the nearest fraction whose denominator is not above a number; of equals the smallest."""
    best = (round(value), 1)
    for under in range(1, most + 1):
        over = round(value * under)
        if abs(over / under - value) < abs(best[0] / best[1] - value) - 1e-12:
            best = over, under
    return best


def _exponent(value: float, found: re.Match[str]) -> str:
    decimals, step = len(found["decimals"] or ""), len(found["whole"])
    power = math.floor(math.log10(abs(value))) if value else 0
    power -= (power % step) if found["whole"].startswith("#") else step - 1
    mantissa = f"{value / 10.0**power:.{decimals}f}"
    if abs(float(mantissa)) >= 10**step:
        power += step if found["whole"].startswith("#") else 1
        mantissa = f"{value / 10.0**power:.{decimals}f}"
    sign = "-" if power < 0 else "+" if found["sign"] == "+" else ""
    return f"{mantissa}E{sign}{abs(power):0{len(found['power'])}d}"
