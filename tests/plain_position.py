"""Positions over time in plain arithmetic and calendar dates, month by month. It uses nothing of mbsxl."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import NamedTuple

CLAIMS = {"POOL": (1, 1), "IO": (1, 0), "PO": (0, 1)}


class Held(NamedTuple):
    """A pool held from a date for some months: what it pays, per 100 of face, and what is left."""

    paid: list[tuple[float, float, datetime.date]]  # interest, principal, day of payment
    factor: float


def month_after(day: datetime.date, months: int) -> tuple[int, int]:
    number = day.year * 12 + day.month - 1 + months
    return number // 12, number % 12 + 1


def held(
    pool: tuple[float, float, int, int], cpr: Callable[[int], float], settle: datetime.date, months: int, delay: int,
    claim: str = "POOL",
) -> Held:  # fmt: skip
    """Return what is received; `cpr` is by month of projection, 1 the first; a delay of up to 29 days."""
    coupon, wac, wam, _ = pool
    earns, repays = CLAIMS[claim]
    balance, paid = 100.0, []
    for month in range(1, months + 1):
        rate = wac / 12
        level = balance * rate / (1 - (1 + rate) ** -(wam - month + 1))
        scheduled = level - balance * rate
        prepaid = (balance - scheduled) * (1 - (1 - cpr(month)) ** (1 / 12))
        on = datetime.date(*month_after(settle, month), 1) + datetime.timedelta(delay)
        paid.append((earns * balance * coupon / 12, repays * (scheduled + prepaid), on))
        balance -= scheduled + prepaid
    return Held(paid, balance / 100)


def accrued(coupon: float, day: datetime.date, claim: str = "POOL") -> float:
    """Return the interest accrued on a day that is not the last of February, per 100."""
    return CLAIMS[claim][0] * 100 * coupon * (day.day - 1) / 360


def root(function: Callable[[float], float], low: float, high: float) -> float:
    """Return where a rising function is 0."""
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (low, middle) if function(middle) > 0 else (middle, high)
    return (low + high) / 2
