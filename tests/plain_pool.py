"""Pass-throughs in plain arithmetic, month by month: what templates are tested against. It uses nothing of mbsxl."""

from __future__ import annotations

from typing import NamedTuple


class Pool(NamedTuple):
    coupon: float
    wac: float
    wam: int
    cpr: float

    def payments(self) -> list[tuple[float, float]]:
        """Return principal and net interest a month, per 100 of face."""
        balance, paid = 100.0, []
        for left in range(self.wam, 0, -1):
            level = balance * self.wac / 12 / (1 - (1 + self.wac / 12) ** -left)
            scheduled = level - balance * self.wac / 12
            prepaid = (balance - scheduled) * (1 - (1 - self.cpr) ** (1 / 12))
            paid.append((scheduled + prepaid, balance * self.coupon / 12))
            balance -= scheduled + prepaid
        return paid


class Traded(NamedTuple):
    bond_yield: float
    life: float
    duration: float
    convexity: float


def traded(pool: Pool, price: float, day: int, delay: int) -> Traded:
    """Return what a pool yields at a clean price, settled on a day of the month that is not its end: SF-45 to SF-51."""
    accrued_days = day - 1
    paid = pool.payments()
    years = [(30 * month - accrued_days + delay) / 360 for month in range(1, pool.wam + 1)]
    full = price + 100 * pool.coupon * accrued_days / 360

    def worth(bond_yield: float) -> list[float]:
        return [sum(pair) * (1 + bond_yield / 2) ** (-2 * t) for pair, t in zip(paid, years, strict=True)]

    low, high = -0.5, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(worth(middle)) > full else (low, middle)
    today = [*zip(worth(low), years, strict=True)]
    grown = 1 + low / 2
    return Traded(
        low,
        sum(principal * t for (principal, _), t in zip(paid, years, strict=True)) / 100,
        sum(value * t for value, t in today) / full / grown,
        sum(value * t * (t + 0.5) for value, t in today) / full / grown**2,
    )
