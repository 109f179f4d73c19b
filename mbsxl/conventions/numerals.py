"""Numbers that come as text: "355", "1,250.5", "5.5%". A decimal comma is refused, never guessed."""

from __future__ import annotations

import math
import re

from mbsxl.errors import InputError
from mbsxl.units import PERCENT

_WHOLE = r"(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)"  # no group of thousands begins with a 0
_NUMBER = re.compile(rf"\s*([-+]?(?:{_WHOLE}(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)\s*(%?)\s*", re.IGNORECASE | re.ASCII)
_DECIMAL_COMMA = re.compile(r"\s*([-+]?\d+),(\d+)\s*(%?)\s*", re.ASCII)


def is_number(text: str) -> bool:
    """Return whether a text is a number.

    Examples
    --------
    >>> is_number("1,250.5"), is_number("-5.5 %"), is_number("101-16"), is_number("0,07"), is_number(".")
    (True, True, False, False, False)
    """
    return _NUMBER.fullmatch(text) is not None


def number_of(text: str, argument: str, otherwise: str = "is not a number") -> float:
    """Return the number that a text is; a percentage as a decimal.

    Errors
    ------
    InputError
        A text that is none (`otherwise` says what it should be), or one with a decimal comma.

    Examples
    --------
    >>> number_of("5.5%", "coupon"), number_of("1,250", "face")
    (0.055, 1250.0)
    >>> number_of("0,07", "coupon")
    Traceback (most recent call last):
    mbsxl.errors.InputError: coupon "0,07": has a decimal comma; type 0.07
    """
    match = _NUMBER.fullmatch(text)
    number = float(match[1].replace(",", "")) if match else math.inf
    if match and math.isfinite(number):
        return number / PERCENT if match[2] else number
    comma = _DECIMAL_COMMA.fullmatch(text)
    if comma is not None:
        remedy = f"has a decimal comma; type {comma[1]}.{comma[2]}{comma[3]}"
        raise InputError(argument, text, remedy, wrong_kind=True)
    raise InputError(argument, text, otherwise, wrong_kind=True)
