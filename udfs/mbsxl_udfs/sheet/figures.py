"""A number in one section of a number format: its digits, what stands between them, fractions and exponents."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

_DIGITS = 15  # of a number that Excel knows; it rounds these, and halves away from zero
_ROUNDING = Context(prec=1000, rounding=ROUND_HALF_UP)

# What a section is made of besides what it shows of a value: text, the width of a character, a filler, a currency, a
# colour or a language.
TEXT = r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<width>.)|\*.|\[\$(?P<currency>[^-\]]*)[^\]]*\]|\[[^\]]*\]'
_PIECE = re.compile(
    TEXT + r"|(?P<general>General|@)|(?P<power>E[+-][#0?]+)|(?P<place>[#0?])|(?P<point>\.)|(?P<comma>,)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_FRACTION = re.compile(r"(?:(?P<whole>[#0?]+)(?P<between> *[- ] *))?(?P<over>[#0?]+) ?/ ?(?P<under>[#0?]+|[1-9]\d*)")


def literal(found: re.Match[str]) -> str:
    """Return what a piece of a section says by itself, whatever the value."""
    width = " " if found["width"] else ""
    return found["quoted"] or found["escaped"] or found["currency"] or width


class _Places(NamedTuple):
    """Where the digits of a section stand: before the point and behind it, and where the point is."""

    whole: list[int]
    decimals: list[int]
    point: int

    @classmethod
    def of(cls, pieces: list[re.Match[str]]) -> _Places:
        end = next((at for at, piece in enumerate(pieces) if piece["power"]), len(pieces))
        point = next((at for at, piece in enumerate(pieces[:end]) if piece["point"]), end)
        places = [at for at, piece in enumerate(pieces[:end]) if piece["place"]]
        return cls([at for at in places if at < point], [at for at in places if at > point], point)


def figure(size: float, section: str, general: Callable[[float], str]) -> str:
    r"""Return a number that is not negative in a section; `general` gives it where the section asks for no format.

    Examples
    --------
    >>> figure(1234.5, "$#,##0.00_)", str), figure(0.25, "0.0%", str), figure(123456.0, r"00\/00\/00", str)
    ('$1,234.50 ', '25.0%', '12/34/56')
    >>> figure(101.5, "# ??/32", str), figure(1234567.0, "0.00E+00", str)
    ('101 16/32', '1.23E+06')
    """
    if found := _FRACTION.search(section):
        before, after = section[: found.start()], section[found.end() :]
        return figure(size, before, general) + _fraction(size, found) + figure(size, after, general)
    pieces = list(_PIECE.finditer(section))
    places = _Places.of(pieces)
    percents = sum(piece["other"] == "%" for piece in pieces)
    number = Decimal(f"{size:.{_DIGITS}g}").scaleb(2 * percents - 3 * _thousands(pieces, places))
    power = next((piece["power"] for piece in pieces if piece["power"]), "")
    exponent = 0
    if power:
        number, exponent = _scaled(number, places, [piece["place"] for piece in pieces])
    digits = _digits(number, pieces, places)

    def part(at: int, piece: re.Match[str]) -> str:
        if at in digits:
            return digits[at]
        if piece["power"]:
            sign = "-" if exponent < 0 else "+" if piece["power"][1] == "+" else ""
            return f"E{sign}{abs(exponent):0{len(piece['power']) - 2}d}"
        if piece["general"]:
            return general(size)
        if piece["comma"]:
            return "" if places.whole and at > places.whole[0] else ","
        return piece["other"] or literal(piece)

    return "".join(part(at, piece) for at, piece in enumerate(pieces))


def _thousands(pieces: list[re.Match[str]], places: _Places) -> int:
    """Return how many commas stand directly behind the digits: each leaves out three of them."""
    count = 0
    for last in [each[-1] for each in (places.whole, places.decimals) if each]:
        while last + 1 < len(pieces) and pieces[last + 1]["comma"]:
            count, last = count + 1, last + 1
    return count


def _digits(number: Decimal, pieces: list[re.Match[str]], places: _Places) -> dict[int, str]:
    """Return what stands at the places of a section's digits, and at its point."""
    rounded = number.quantize(Decimal(1).scaleb(-len(places.decimals)), context=_ROUNDING)
    whole, _, decimals = f"{rounded:f}".partition(".")
    whole = whole.lstrip("0")
    is_grouped = any(piece["comma"] for piece in pieces[places.whole[0] : places.whole[-1]]) if places.whole else False
    found, count = {}, 0
    for at in reversed(places.whole):
        digits = whole if at == places.whole[0] else whole[-1:]
        whole = whole[: len(whole) - len(digits)]
        shown = ""
        for digit in reversed(digits or {"0": "0", "?": " "}.get(pieces[at]["place"], "")):
            shown = digit + ("," if is_grouped and count and count % 3 == 0 and digit != " " else "") + shown
            count += 1
        found[at] = shown
    if places.point < len(pieces) and pieces[places.point]["point"]:
        found[places.point] = whole + "."
    always = max((place for place, at in enumerate(places.decimals) if pieces[at]["place"] == "0"), default=-1)
    for place, at in enumerate(places.decimals):
        if place <= always or decimals[place:].strip("0"):
            found[at] = decimals[place]
        else:
            found[at] = " " if pieces[at]["place"] == "?" else ""
    return found


def _scaled(number: Decimal, places: _Places, kinds: list[str | None]) -> tuple[Decimal, int]:
    """Return a number without a power of ten, and the power: one of three where the format says so, as ``##0E+0``."""
    step = max(len(places.whole), 1)
    is_open = bool(places.whole) and kinds[places.whole[0]] == "#"
    exponent = number.adjusted() if number else 0
    exponent -= exponent % step if is_open else step - 1
    mantissa = number.scaleb(-exponent)
    rounded = mantissa.quantize(Decimal(1).scaleb(-len(places.decimals)), context=_ROUNDING)
    if rounded >= Decimal(10) ** step:
        more = step if is_open else 1
        mantissa, exponent = mantissa.scaleb(-more), exponent + more
    return mantissa, exponent


def _fraction(size: float, found: re.Match[str]) -> str:
    whole = math.floor(size) if found["whole"] else 0
    rest = size - whole
    if found["under"].isdigit() and found["under"].strip("0"):
        under = int(found["under"])
        over = math.floor(rest * under + 0.5)
    else:
        over, under = _nearest(rest, 10 ** len(found["under"]) - 1)
    if found["whole"] and over == under:
        whole, over = whole + 1, 0
    width, width_under = len(found["over"]), len(found["under"])
    if found["whole"] and over == 0 and "0" not in found["over"]:
        blank = len(found["between"]) + width + 1 + width_under
        return f"{whole}{' ' * blank if '?' in found['over'] else ''}"
    top = str(over).rjust(width) if "?" in found["over"] else str(over).zfill(found["over"].count("0"))
    bottom = str(under).ljust(width_under) if "?" in found["under"] else str(under)
    zeros = (found["whole"] or "").count("0")
    front = f"{str(whole).zfill(zeros) if whole or zeros else ''}{found['between']}" if found["whole"] else ""
    return f"{front}{top}/{bottom}"


def _nearest(value: float, most: int) -> tuple[int, int]:
    """Return the nearest fraction whose denominator is not above a number; of equals the smallest."""
    best = (round(value), 1)
    for under in range(1, most + 1):
        over = round(value * under)
        if abs(over / under - value) < abs(best[0] / best[1] - value) - 1e-12:
            best = over, under
    return best
