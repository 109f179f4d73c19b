"""TEXT: a value in a number format, as cells show it; fractions and exponents are told here."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable

from mbsxl_udfs.sheet.calling import Refused
from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.numbers import is_date, shown
from mbsxl_udfs.sheet.operators import general, number, text

_FRACTION = re.compile(r"(?:(?P<whole>[#0?]+)(?P<between> *[- ] *))?(?P<over>[#0?]+) ?/ ?(?P<under>[#0?]+|[1-9]\d*)")
_EXPONENT = re.compile(r"(?P<whole>[#0?]+)(?:\.(?P<decimals>[#0?]*))?E(?P<sign>[+-])(?P<power>0+)", re.IGNORECASE)
_SECTION = re.compile(r'((?:"[^"]*"|\\.|[^;"\\])*)(?:;|$)')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[\d.]+)\]")
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_GROUP = re.compile(r"[#0?][#0?,]*(?:\.[#0?]*)?|\.[#0?]+")
_HOLDS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "<>": operator.ne,
}
_QUOTED = re.compile(r'"[^"]*"|\\.')


def formatted(cell: Cell, code: str) -> Cell:
    """Return what TEXT makes of a value.

    Examples
    --------
    >>> formatted(101.5, "# ??/32"), formatted(1234567.0, "0.00E+00"), formatted(0.05, "0.0%"), formatted(2.75, "# ?/?")
    ('101 16/32', '1.23E+06', '5.0%', '2 3/4')
    >>> formatted(1.5, "[h]:mm"), formatted(5551234.0, "[<=9999999]###-####;(###) ###-####")
    ('36:00', '555-1234')
    """
    if isinstance(cell, bool | CellError):
        return text(cell)
    value = number(cell)
    if isinstance(value, CellError):
        return _of_text(str(text(cell)), code)
    if code == "":
        return ""
    section, size = _section([found[1] for found in _SECTION.finditer(code)][:-1] or [code], value)
    bare = _QUOTED.sub("", section)
    if bare.strip().lower() in ("general", "@"):
        return general(size if bare == section else value)
    if _ELAPSED.search(bare):
        return _elapsed(value, section)
    if is_date(bare):
        if re.search(r"s+\.0", bare, re.IGNORECASE):
            raise Refused(f"TEXT with the format {code} is not computed by the embedded engine")
        return shown(value, section)
    if found := _FRACTION.search(section):
        return _around(section, found, _fraction(size, found))
    if found := _EXPONENT.search(section):
        return _around(section, found, _exponent(size, found))
    groups = _GROUP.findall(bare)
    if len(groups) > 1 and "." not in bare:
        return _grouped(size, section)
    if len(groups) > 1 or re.search("general|@", bare, re.IGNORECASE):
        raise Refused(f"TEXT with the format {code} is not computed by the embedded engine")
    return ("-" if value < 0 and size < 0 else "") + shown(abs(size), section)


def _of_text(written: str, code: str) -> str:
    """Return a text in a format: as it is, or where the format's part for texts has an @."""
    sections = [found[1] for found in _SECTION.finditer(code)][:-1]
    section = sections[3] if len(sections) > 3 else code if "@" in _QUOTED.sub("", code) else "@"
    return _QUOTED.sub(lambda part: _plain(part[0]), section.replace("@", written))


def _section(sections: list[str], value: float) -> tuple[str, float]:
    """Return the part of a format for a value, and what it shows of it: a part for negatives shows no sign."""
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        for section, found in zip(sections, conditions, strict=True):
            if found is None or _HOLDS[found[1]](value, float(found[2])):
                return _CONDITION.sub("", section), value
        return sections[-1], value
    if value < 0 and len(sections) > 1 and sections[1]:
        return sections[1], -value
    if value == 0 and len(sections) > 2:
        return sections[2], value
    return sections[0], value


def _plain(part: str) -> str:
    return part.strip('"') if part.startswith('"') else part[1:]


def _around(section: str, found: re.Match[str], inner: str) -> str:
    outer = section[: found.start()], section[found.end() :]
    before, after = (_QUOTED.sub(lambda quoted: _plain(quoted[0]), part) for part in outer)
    return before + inner + after


def _elapsed(value: float, section: str) -> str:
    """Return a time in hours, minutes or seconds that may be more than a day's, as ``[h]:mm``."""
    seconds = round(abs(value) * 86_400)
    hours, minutes, rest = seconds // 3600, seconds // 60, seconds
    first = _ELAPSED.search(section)
    assert first
    unit = first[1][0].lower()
    parts = {"h": minutes % 60 if unit == "h" else minutes, "m": minutes, "s": rest}

    def part(found: re.Match[str]) -> str:
        letters = (found[1] or found[2]).strip("[]").lower()
        if found[1]:
            amount = {"h": hours, "m": minutes, "s": rest}[letters[0]]
        else:
            amount = {"h": hours % 24, "m": parts["h"] % 60, "s": rest % 60}[letters[0]]
        return str(amount).zfill(len(letters))

    return ("-" if value < 0 else "") + re.sub(r"(\[(?:h+|m+|s+)\])|(h+|m+|s+)", part, section, flags=re.IGNORECASE)


def _grouped(value: float, section: str) -> str:
    """Return a whole number whose digits stand between other characters, as ``(###) ###-####``."""
    digits = list(f"{abs(round(value)):d}") if round(value) else []
    pieces = re.findall(r'"[^"]*"|\\.|.', section)
    places = sum(piece in "#0?" for piece in pieces)
    digits = [""] * (places - len(digits)) + digits
    shown_digits, result = iter(digits), []
    extra = len(digits) - places
    for piece in pieces:
        if piece in ("#", "0", "?"):
            digit = "".join(next(shown_digits) for _ in range(extra + 1))
            extra = 0
            result.append(digit or {"#": "", "0": "0", "?": " "}[piece])
        else:
            result.append(_plain(piece) if len(piece) > 1 else piece)
    return ("-" if value < 0 else "") + "".join(result)


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
    if found["whole"] and over == 0 and "0" not in found["over"]:
        if "-" in found["between"]:
            raise Refused(
                "TEXT with a whole number and a fraction of 0 joined by - is not computed by the embedded engine"
            )
        return f"{sign}{whole}{' ' * (1 + digits + 1 + width_under)}" if "?" in found["over"] else f"{sign}{whole}"
    top = str(over).rjust(digits) if "?" in found["over"] else str(over).zfill(found["over"].count("0"))
    bottom = str(under).ljust(width_under) if "?" in found["under"] else str(under)
    zeros = (found["whole"] or "").count("0")
    front = f"{str(whole).zfill(zeros) if whole or zeros else ''}{found['between']}" if found["whole"] else ""
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
