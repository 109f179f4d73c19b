"""The units of the market: what prices, spreads and times are counted in. Written once, imported by every room."""

from __future__ import annotations

from enum import Enum

PAR = 100.0  # prices are per 100 of face
THIRTY_SECONDS = 32  # in a point
BASIS_POINTS = 1e4  # in one
PERCENT = 100.0  # in one
MONTHS_A_YEAR = 12
DAYS_A_MONTH = 30  # where months are counted as equal
DAYS_A_YEAR = DAYS_A_MONTH * MONTHS_A_YEAR
LONGEST_TERM = 480  # months of a loan


class Unit(Enum):
    """What an answer is counted in, and the number format that shows it; NONE is of text and of mixed records."""

    NONE = ("", "General")
    DECIMAL = ("a decimal", "0.00%")
    PERCENT_OF_BENCHMARK = ("percent of the benchmark", "0")
    FACTOR = ("a fraction", "0.00000000")
    MONTHS = ("months", "0")
    DAYS = ("days", "0")
    YEARS = ("years", "0.00")
    YEARS_SQUARED = ("years squared", "0.0")
    PRICE = ("per 100 of face", "0.000")
    POINTS = ("points, per 100 of face", "0.0000")
    PERCENT = ("percent", "0.00")
    BASIS_POINTS = ("basis points", "0.0")
    THIRTY_SECONDS = ("32nds of a point", "0.0")
    DATE = ("a date", "yyyy-mm-dd")
    CURRENCY = ("the currency of the face", "#,##0")

    @property
    def words(self) -> str:
        """The unit in words."""
        return str(self.value[0])

    @property
    def number_format(self) -> str:
        """The number format of a cell that shows it."""
        return str(self.value[1])
