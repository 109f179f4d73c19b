"""Numbers as Excel shows them."""

from __future__ import annotations

import pytest

from mbsxl_udfs.sheet.numbers import shown


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.125, "0.00", "0.13"),
        (-3.25, "0.0", "-3.3"),
        (2.5, "0", "3"),
        (1.005, "0.00", "1.01"),  # 1.00499999999999989... in binary, of which Excel knows 15 digits
        (0.00125, "0.0%", "0.1%"),
        (0.0125, "0.0%", "1.3%"),
        (-0.04, "0.0", "-0.0"),
        (-0.0, "0.0", "0.0"),
        (1e300, "0", f"{10**300}"),
    ],
)
def test_halves_are_rounded_away_from_zero(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == expected


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (-1234.5, "#,##0.00_);[Red](#,##0.00)", "(1,234.50)"),
        (1234.5, "#,##0.00_);[Red](#,##0.00)", "1,234.50"),
        (-5.0, "0;-0;0", "-5"),
        (-5.0, "0;;0", ""),
        (0.0, '0.0;-0.0;"none"', "none"),
        (3.0, '"a;b "0', "a;b 3"),
        (0.0, '_($* #,##0.00_);_($* (#,##0.00);_($* "-"??_);_(@_)', "$-"),
        (12.0, "[$€-407] #,##0", "€ 12"),
        (1234567.0, '0.0,,"m"', "1.2m"),
        (12345.0, "0.00E+00", "1.23E+04"),
        (0.5, "# ?/?", "1/2"),
        (3.0, "[>2]0.0;0", "3.0"),
        (7.0, "000", "007"),
        (5.0, "@", "5"),
        (-2.5, "General", "-2.5"),
    ],
)
def test_sections_and_literals(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == expected


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (46357.0, r"[$-409]d\-mmm\-yy;@", "1-Dec-26"),
        (46357.75, "d/m/yyyy h:mm", "1/12/2026 18:00"),
        (0.5, "h:mm AM/PM", "12:00 PM"),
        (46357.0, "dddd, mmmm dd, yyyy", "Tuesday, December 01, 2026"),
        (-1.0, "d mmm yyyy", "########"),
        (1e12, "yyyy", "########"),
    ],
)
def test_dates(value: float, code: str, expected: str) -> None:
    assert shown(value, code) == expected


def test_the_largest_numbers_have_as_many_digits_as_a_format_asks_for() -> None:
    assert shown(1.5e308, "0." + "0" * 200).startswith("15")
    assert len(shown(-1.5e308, "0.00%")) == len("-") + 309 + len("00.00%")
