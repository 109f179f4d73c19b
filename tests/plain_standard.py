"""The chapter's formulas in plain arithmetic, month by month, written from its text: it uses nothing of mbsxl.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF (02/01/99), by section.
"""

from __future__ import annotations

import calendar
import datetime
from typing import NamedTuple

DELAYS = {"UMBS": 24, "GOLD": 14, "GNMA I": 14, "GNMA II": 19, "FHLMC ARM": 44, "NONE": 0}  # SF-45


def days(start: datetime.date, end: datetime.date) -> int:
    """SF-44: days of a calendar of 30/360, none where the second date is before the first."""
    d1, d2 = start.day, end.day
    if start.month == 2 and d1 == calendar.monthrange(start.year, 2)[1]:
        d1 = 30
    d1 = min(d1, 30)
    if d1 == 30 and d2 == 31:
        d2 = 30
    return max(360 * (end.year - start.year) + 30 * (end.month - start.month) + d2 - d1, 0)


def later(date: datetime.date, months: int) -> datetime.date:
    """The 1st of a month after a date's."""
    year, month = divmod(12 * date.year + date.month - 1 + months, 12)
    return datetime.date(year, month + 1, 1)


def one_rate(rate: float, unit: str, month: int) -> float:
    """SF-5 to SF-8, SF-13, SF-20: the monthly rate of a speed as quoted, in a month of the loans' life."""
    if unit in ("SMM", "MDR"):
        return rate / 100
    if unit == "ABS":
        left = 100 - rate * (month - 1)
        return rate / left if left > rate else 1.0
    annual = rate / 100
    if unit == "PSA":
        annual = min(rate / 100 * 0.2 * max(1, min(month, 30)), 100) / 100
    if unit == "SDA":
        if month <= 30:
            base = 0.6 * month / 30
        elif month <= 60:
            base = 0.6
        else:
            base = max(0.6 - (0.6 - 0.03) * (month - 60) / 60, 0.03)
        annual = rate / 100 * base / 100
    return 1 - (1 - annual) ** (1 / 12)


class Speed(NamedTuple):
    """Steps of (first rate, last rate, unit, months), the last one kept."""

    steps: tuple[tuple[float, float, str, int], ...]

    @property
    def text(self) -> str:
        """The speed as a user types it."""
        return ", ".join(
            f"{first} {unit} for {long}" if first == last else f"{first} to {last} {unit} over {long}"
            for first, last, unit, long in self.steps
        )

    def monthly(self, age: int, months: int) -> list[float]:
        """The monthly rates of projected months, of loans of an age."""
        rates: list[tuple[float, str]] = []
        for first, last, unit, long in self.steps:
            rates += [(first + (last - first) * k / max(long - 1, 1), unit) for k in range(long)]
        rates += rates[-1:] * (months - len(rates))
        return [one_rate(rate, unit, age + k) for k, (rate, unit) in enumerate(rates[:months], start=1)]


class Loans(NamedTuple):
    """Level-payment loans, at an age, that prepay at a speed."""

    coupon: float
    wac: float
    wam: int
    age: int
    speed: Speed

    def balances(self) -> list[float]:
        """SF-4: the amortized balance of a unit, now and after each month."""
        if self.wac == 0:
            return [1 - k / self.wam for k in range(self.wam + 1)]
        growth = 1 + self.wac / 12
        left = [1 - growth ** -(self.wam - k) for k in range(self.wam + 1)]
        return [each / left[0] for each in left]

    def flows(self) -> list[tuple[float, float, float]]:
        """SF-4, SF-5: scheduled principal, prepayment and net interest of each month, of a unit of face."""
        balances, owed, paid = self.balances(), 1.0, []
        for k, smm in enumerate(self.speed.monthly(self.age, self.wam)):
            due = owed * balances[k + 1] / balances[k]
            paid.append((owed - due, due * smm, owed * self.coupon / 12))
            owed = due * (1 - smm)
        return paid


class Defaulted(NamedTuple):
    """What a month pays and loses, of a unit of face; the balance, with what is in foreclosure, is that before it."""

    balance: float
    scheduled: float
    prepaid: float
    interest: float
    defaulted: float
    recovered: float
    loss: float


def with_defaults(
    loans: Loans, default: Speed, severities: list[float], lag: int, *, advanced: bool
) -> list[Defaulted]:
    """SF-18 to SF-20: the standard default cash flows; severities by month of default, the last one kept."""
    balances = loans.balances()
    smms, mdrs = (speed.monthly(loans.age, loans.wam) for speed in (loans.speed, default))
    performing, foreclosed, new, rows = 1.0, 0.0, [], []
    for i in range(1, loans.wam + 1):
        kept = balances[i] / balances[i - 1]
        mdr = mdrs[i - 1] if i <= loans.wam - lag else 0.0
        new.append(performing * mdr)
        before = new[i - 1 - lag] if i > lag else 0.0
        adb = before * (balances[i - 1] / balances[i - 1 - lag] if advanced and i > lag else 1)
        actual = (performing - new[-1]) * (1 - kept)
        prepaid = min(performing * kept * smms[i - 1], performing - new[-1] - actual)
        loss = min(before * severities[min(max(i - 1 - lag, 0), len(severities) - 1)], adb)
        expected = (performing + foreclosed - adb) * (1 - kept)
        interest = ((performing + foreclosed) if advanced else (performing - new[-1])) * loans.coupon / 12
        scheduled, recovered = expected if advanced else actual, max(adb - loss, 0)
        rows.append(Defaulted(performing + foreclosed, scheduled, prepaid, interest, new[-1], recovered, loss))
        from_defaults = (new[-1] + foreclosed - adb) * (1 - kept) if advanced else 0.0
        foreclosed = new[-1] + foreclosed - adb - from_defaults
        performing -= new[-1] + prepaid + actual
    return rows


class Traded(NamedTuple):
    """Loans settled on a day: (years to a payment, principal, interest), and what has accrued, of 100 of face."""

    paid: list[tuple[float, float, float]]
    accrued: float

    def interest_only(self) -> Traded:
        """The strip of interest: it has all that accrued."""
        return Traded([(t, 0.0, interest) for t, _, interest in self.paid], self.accrued)

    def principal_only(self) -> Traded:
        """The strip of principal: nothing accrues."""
        return Traded([(t, principal, 0.0) for t, principal, _ in self.paid], 0.0)

    def _values(self, bond_yield: float) -> list[tuple[float, float]]:
        return [(t, (principal + interest) * (1 + bond_yield / 2) ** (-2 * t)) for t, principal, interest in self.paid]

    def price(self, bond_yield: float) -> float:
        """SF-48: the clean price at a bond-equivalent yield."""
        return sum(value for _, value in self._values(bond_yield)) - self.accrued

    def life(self) -> float:
        """SF-49."""
        return sum(t * principal for t, principal, _ in self.paid) / sum(principal for _, principal, _ in self.paid)

    def duration(self, bond_yield: float) -> float:
        """SF-49: Macaulay's, in years."""
        return sum(t * value for t, value in self._values(bond_yield)) / (self.price(bond_yield) + self.accrued)

    def convexity(self, bond_yield: float) -> float:
        """SF-49: cash-flow convexity."""
        weighed = sum(t * (t + 0.5) * value for t, value in self._values(bond_yield))
        return weighed / (self.price(bond_yield) + self.accrued) / (1 + bond_yield / 2) ** 2

    def total_return(self, price: float, months: int, horizon_yield: float, reinvestment: float) -> float:
        """SF-50, SF-51: bond-equivalent, over months of thirty days; late payments are discounted to the horizon."""
        horizon, worth = months / 12, 0.0
        for k, (t, value) in enumerate((t, principal + interest) for t, principal, interest in self.paid):
            rate = reinvestment if k < months else horizon_yield
            worth += value * (1 + rate / 2) ** (2 * (horizon - t))
        return 2 * ((worth / (price + self.accrued)) ** (1 / (2 * horizon)) - 1)


def traded(loans: Loans, settle: datetime.date, delay: int) -> Traded:
    """SF-44, SF-45: the days to each payment are those to the 1st it is due on, and the delay."""
    paid = [
        ((days(settle, later(settle, k)) + delay) / 360, 100 * (scheduled + prepaid), 100 * interest)
        for k, (scheduled, prepaid, interest) in enumerate(loans.flows(), start=1)
    ]
    return Traded(paid, 100 * loans.coupon * days(later(settle, 0), settle) / 360)
