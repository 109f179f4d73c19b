"""The units of the market: what prices, spreads and times are counted in. Written once, imported by every room."""

from __future__ import annotations

PAR = 100.0  # prices are per 100 of face
BASIS_POINTS = 1e4  # in one
PERCENT = 100.0  # in one
MONTHS_A_YEAR = 12
DAYS_A_MONTH = 30  # where months are counted as equal
DAYS_A_YEAR = DAYS_A_MONTH * MONTHS_A_YEAR
LONGEST_TERM = 480  # months of a loan
