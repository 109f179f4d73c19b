"""The classes of a deal in plain arithmetic, month by month and class by class: an independent witness.

It uses nothing of mbsxl. Every class has its own balance, every month is paid out in the words of a payment rule.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import NamedTuple

Flows = list[tuple[float, float, float]]  # principal, interest in cash, interest added to the balance: a month each


class Cohort(NamedTuple):
    face: float
    coupon: float
    wac: float
    wam: int
    age: int

    def paid(self, psa: float) -> list[tuple[float, float]]:
        """Return principal and net interest a month."""
        balance, paid = self.face, []
        for month in range(1, self.wam + 1):
            cpr = min(0.06 * min(self.age + month, 30) / 30 * psa / 100, 1.0)
            left = self.wam - month + 1
            level = balance * self.wac / 12 / (1 - (1 + self.wac / 12) ** -left)
            scheduled = level - balance * self.wac / 12
            prepaid = (balance - scheduled) * (1 - (1 - cpr) ** (1 / 12))
            paid.append((scheduled + prepaid, balance * self.coupon / 12))
            balance -= scheduled + prepaid
        return paid


@functools.cache
def pool(cohorts: tuple[Cohort, ...], psa: float) -> list[tuple[float, float]]:
    """Return principal and net interest of all cohorts a month."""
    each, months = [cohort.paid(psa) for cohort in cohorts], max(cohort.wam for cohort in cohorts)
    padded = [paid + [(0.0, 0.0)] * (months - len(paid)) for paid in each]
    return [(sum(p for p, _ in row), sum(i for _, i in row)) for row in zip(*padded, strict=True)]


class Class(NamedTuple):
    name: str
    kind: str
    balance: float
    coupon: float
    order: int = 0
    lane: str = ""
    band: tuple[float, ...] = ()
    lockout: int = 0
    to: int = 0
    of: tuple[str, ...] = ()


class Deal:
    """Classes and the cohorts that pay them."""

    def __init__(self, classes: Sequence[Class], cohorts: tuple[Cohort, ...]) -> None:
        self.classes = {each.name: each for each in classes}
        self.cohorts = cohorts
        self.orders = sorted({each.order for each in classes if each.order})

    def members(self, order: int) -> list[Class]:
        return [each for each in self.classes.values() if each.order == order]

    def face(self, order: int) -> float:
        return sum(each.balance for each in self.members(order))

    def scheduled(self, order: int) -> bool:
        return any(each.kind in ("PAC", "TAC", "SCH") for each in self.members(order))

    def planned(self) -> dict[int, list[float]]:
        """Return the planned balance of each scheduled order, from before the first payment on."""
        found: dict[int, list[float]] = {}
        for order in filter(self.scheduled, self.orders):
            band = next(each.band for each in self.members(order) if each.band)
            lockout = max(each.lockout for each in self.members(order))
            at_speeds = [self._left_over(order, found, psa) for psa in band]
            accretion = sum(each.balance * each.coupon / 12 for each in self.classes.values() if each.to == order)
            balance, line = self.face(order), [self.face(order)]
            for month, payments in enumerate(zip(*at_speeds, strict=True)):
                if month >= lockout:
                    balance -= max(min(payments), 0.0) + (accretion if month == 0 else 0.0)
                line.append(max(balance, 0.0))
            found[order] = line
        return found

    def _left_over(self, order: int, planned: dict[int, list[float]], psa: float) -> list[float]:
        """Return what a speed leaves for an order when those before it have what is planned, or all they are owed."""
        left = [principal for principal, _ in pool(self.cohorts, psa)]
        for before in self.orders[: self.orders.index(order)]:
            if before in planned:
                line = planned[before]
                left = [each - (line[month] - line[month + 1]) for month, each in enumerate(left)]
            else:
                owed = self.face(before)
                for month, each in enumerate(left):
                    paid = min(max(each, 0.0), owed)
                    owed, left[month] = owed - paid, each - paid
        return left

    def run(self, psa: float) -> dict[str, list[float]]:
        """Return the balance of every class from before the first payment on; flows are in `flows` then."""
        return self.pay_out([principal for principal, _ in pool(self.cohorts, psa)])

    def pay_out(self, principals: Sequence[float]) -> dict[str, list[float]]:
        """Return the same of what the collateral pays, month by month."""
        planned = self.planned()
        left = {name: each.balance for name, each in self.classes.items() if each.order}
        line = {name: [each.balance] for name, each in self.classes.items()}
        self.flows: dict[str, Flows] = {name: [] for name in self.classes}

        def owed(order: int) -> float:
            return sum(left[each.name] for each in self.members(order))

        def pay(order: int, amount: float) -> None:
            lanes: dict[str, list[Class]] = {}
            for each in self.members(order):
                lanes.setdefault(each.lane or f"only {each.name}", []).append(each)
            for lane in lanes.values():
                share = amount * sum(each.balance for each in lane) / self.face(order)
                for each in lane:
                    paid = min(share, left[each.name])
                    left[each.name] -= paid
                    share -= paid

        def down_to(order: int, month: int) -> float:
            lines = planned.get(order)
            return 0.0 if lines is None or month >= len(lines) else lines[month]

        for month, paid_in in enumerate(principals, start=1):
            principal = paid_in
            before = dict(left)
            accretions = {}
            for name, each in self.classes.items():
                if each.kind == "Z":
                    fed = [each.to] if each.to else self.orders[: self.orders.index(each.order)]
                    accretions[name] = (before[name] * each.coupon / 12, any(owed(order) > 1e-6 for order in fed))
            for name, (amount, _) in accretions.items():
                to = self.classes[name].to
                left[name] += amount
                if not to:
                    principal += amount
                    continue
                paid = min(amount, max(owed(to) - down_to(to, month), 0.0))
                pay(to, paid)
                left[name] -= amount - paid
            for order in self.orders:
                floor = down_to(order, month) if self.scheduled(order) else 0.0
                paid = min(principal, max(owed(order) - floor, 0.0))
                pay(order, paid)
                principal -= paid
            for order in reversed([each for each in self.orders if self.scheduled(each)]):
                paid = min(principal, owed(order))
                pay(order, paid)
                principal -= paid
            for name, each in self.classes.items():
                was, now = line[name][-1], self._now(each, left)
                line[name].append(now)
                due = was * each.coupon / 12
                feeding = name in accretions and accretions[name][1]
                accrued = due if feeding else 0.0
                self.flows[name].append((was - now + accrued if each.order else 0.0, due - accrued, accrued))
        return line

    def _now(self, each: Class, left: dict[str, float]) -> float:
        if each.order:
            return left[each.name]
        return each.balance * sum(left[of] for of in each.of) / sum(self.classes[of].balance for of in each.of)


def life(balance: Sequence[float], first: float) -> float:
    """Return the average life in years: what the balance falls by, when; `first` is the months to the first payment."""
    falls = [max(was - now, 0.0) for was, now in itertools.pairwise(balance)]
    return sum(fall * (first + month) / 12 for month, fall in enumerate(falls)) / sum(falls)


def solved(worth: Callable[[float], float], price: float) -> float:
    """Return the yield at which a falling worth is the price, by bisection."""
    low, high = -0.9, 10.0
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if worth(middle) > price else (low, middle)
    return (low + high) / 2


def bond_yield(flows: Flows, balance: float, full: float, first: float) -> float:
    """Return the bond-equivalent yield at a full price per 100; `first` is the months to the first payment."""
    cash = [100 * (principal + interest) / balance for principal, interest, _ in flows]

    def worth(rate: float) -> float:
        return sum(paid * (1 + rate / 2) ** -((first + month) / 6) for month, paid in enumerate(cash))

    return solved(worth, full)
