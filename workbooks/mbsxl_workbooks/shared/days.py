"""The day count of mortgage securities, PSA 30/360 (SF-44), in formulas of the sheet's own."""

from __future__ import annotations


def start_day(date: str) -> str:
    """Return the formula of the day that a start counts as: the 30th for the last of February or a 31st."""
    return f"IF(DAY({date}+1)=1,30,DAY({date}))"


def days_between(start: str, end: str) -> str:
    """Return the formula of the days between two dates, the later one not on a 31st."""
    months = f"12*(YEAR({end})-YEAR({start}))+MONTH({end})-MONTH({start})"
    return f"(30*({months})+DAY({end})-{start_day(start)})"
