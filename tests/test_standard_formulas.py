"""Pools, dates and speeds of every kind against the chapter's formulas in plain arithmetic (`plain_standard`)."""

from __future__ import annotations

import datetime
import itertools
import random

import flat
import numpy as np
import pytest
from plain_standard import DELAYS, Loans, Speed, days, later, one_rate, traded, with_defaults

import mbsxl
from mbsxl.conventions.dates import Accrual, record_days
from mbsxl.errors import InputError, NoSolution

SETTLES = [
    datetime.date(2023, 2, 28),  # the last of February, in a common year and in a leap year, and the days before
    datetime.date(2024, 2, 29),
    datetime.date(2024, 2, 28),
    datetime.date(2100, 2, 28),  # no leap year
    datetime.date(2025, 1, 31),  # a 31st before a month of 28 days, and before one of 31
    datetime.date(2025, 7, 31),
    datetime.date(2025, 12, 31),
    datetime.date(2025, 4, 30),
    datetime.date(2025, 12, 30),
    datetime.date(2025, 6, 1),  # the first day, and the days on which programmes pay
    datetime.date(2025, 6, 15),
    datetime.date(2025, 6, 20),
    datetime.date(2025, 6, 25),
]
TERMS = [(1, 0), (1, 359), (2, 0), (12, 28), (59, 1), (180, 0), (331, 29), (345, 30), (348, 12), (360, 0), (360, 120)]
RATES = [(0.0, 0.0), (0.0, 0.065), (0.06, 0.06), (0.055, 0.062), (0.0001, 0.12)]  # coupon, wac
PREPAID = {"CPR": 100, "SMM": 8, "PSA": 2500, "ABS": 2}  # units, and the most to try of each
DEFAULTED = {"CDR": 40, "MDR": 5, "SDA": 2000}


def some_speed(draw: random.Random, units: dict[str, int]) -> Speed:
    """A rate, a sequence or a ramp, its units mixed; now and then none at all, or the most."""

    def rate(unit: str) -> float:
        return draw.choice([0.0, float(units[unit]), *(round(draw.uniform(0, units[unit] / 4), 3) for _ in range(6))])

    steps = []
    for _ in range(draw.choice([1, 1, 2, 3])):
        unit, long = draw.choice(list(units)), draw.randint(2, 40)
        first = rate(unit)
        steps.append((first, draw.choice([first, rate(unit)]), unit, long))
    return Speed(tuple(steps))


def some_pools() -> list[tuple[Loans, datetime.date, str, float]]:
    """Every settlement with every kind of term; rates, speeds, programmes and yields as they come."""
    draw = random.Random(1999)
    return [
        (
            Loans(*draw.choice(RATES), *term, some_speed(draw, PREPAID)),
            settle,
            draw.choice(list(DELAYS)),
            draw.choice([0.0, 0.05, round(draw.uniform(-0.02, 0.2), 4)]),
        )
        for settle, term in itertools.product(SETTLES, TERMS)
    ]


POOLS = some_pools()


def as_typed(loans: Loans) -> tuple[float, float, int, int, str]:
    return *loans[:4], loans.speed.text


@pytest.mark.parametrize("terms", TERMS)
def test_prices_and_what_is_asked_of_them(terms: tuple[int, int]) -> None:
    for loans, settle, program, bond_yield in POOLS:
        if loans[2:4] != terms:
            continue
        pool, at, held = as_typed(loans), (settle, program), traded(loans, settle, DELAYS[program])
        price = held.price(bond_yield)
        assert flat.price(bond_yield, *pool, *at) == pytest.approx(price, rel=1e-10, abs=1e-9)
        assert flat.accrued(loans.coupon, settle) == pytest.approx(held.accrued, rel=1e-12)
        assert flat.average_life(*pool, *at) == pytest.approx(held.life(), rel=1e-10)
        assert flat.bond_yield(price, *pool, *at) == pytest.approx(bond_yield, abs=1e-9)
        macaulay, convexity = held.duration(bond_yield), held.convexity(bond_yield)
        modified = macaulay / (1 + bond_yield / 2)
        assert flat.duration(price, *pool, "MACAULAY", *at) == pytest.approx(macaulay, rel=1e-9)
        assert flat.duration(price, *pool, "MODIFIED", *at) == pytest.approx(modified, rel=1e-9)
        assert flat.convexity(price, *pool, *at) == pytest.approx(convexity, rel=1e-8)
        assert flat.dv01(price, *pool, *at) == pytest.approx(modified * (price + held.accrued) / 1e4, rel=1e-9)


def test_strips() -> None:
    for loans, settle, program, bond_yield in random.Random(2).sample(POOLS, 40):
        pool, at, held = as_typed(loans), (settle, program), traded(loans, settle, DELAYS[program])
        for claim, strip in (("IO", held.interest_only()), ("PO", held.principal_only())):
            price = strip.price(bond_yield)
            found = flat.price(bond_yield, *pool, *at, claim=claim)
            assert found == pytest.approx(price, rel=1e-10, abs=1e-9), claim
            if price > 0.01:
                assert flat.bond_yield(price, *pool, *at, claim=claim) == pytest.approx(bond_yield, abs=1e-8)
                macaulay = flat.duration(price, *pool, "MACAULAY", *at, claim=claim)
                assert macaulay == pytest.approx(strip.duration(bond_yield), rel=1e-7)
            assert flat.average_life(*pool, *at, claim=claim) == pytest.approx(held.life(), rel=1e-10)


@pytest.mark.parametrize("terms", TERMS)
def test_cash_flows_and_factors(terms: tuple[int, int]) -> None:
    for loans, settle, program, _ in POOLS:
        if loans[2:4] != terms:
            continue
        table = flat.cashflow(1.0, *as_typed(loans), settle, program)
        plain = np.array(loans.flows()).T
        assert np.array([table.scheduled, table.prepaid, table.interest]) == pytest.approx(plain, abs=1e-12)
        left = 1 - np.cumsum(plain[0] + plain[1])
        months = np.arange(1, loans.wam + 1)
        found = flat.factor(loans.wac, loans.wam, loans.age, loans.speed.text, months)
        assert found == pytest.approx(left, abs=1e-12)


@pytest.mark.parametrize("advances", ["FULL", "NONE"])
@pytest.mark.parametrize("lag", [0, 1, 12, "the most"])
def test_cash_flows_with_defaults(lag: int | str, advances: str) -> None:
    draw = random.Random(f"{lag} {advances}")
    for loans, settle, program, _ in draw.sample(POOLS, 25):
        default, severities = some_speed(draw, DEFAULTED), draw.choice([[0.0], [0.2], [1.0], [0.1, 0.5, 0.3]])
        months = loans.wam - 1 if lag == "the most" else min(int(lag), loans.wam - 1)
        defaulting = (default.text, severities, months, advances)
        table = flat.cashflow(1.0, *as_typed(loans), settle, program, *defaulting)
        plain = with_defaults(loans, default, severities, months, advanced=advances == "FULL")
        for name in plain[0]._fields:
            assert getattr(table, name) == pytest.approx([getattr(row, name) for row in plain], abs=1e-12), name


@pytest.mark.parametrize("unit", list(PREPAID))
def test_speeds_come_back_from_factors_and_from_prices(unit: str) -> None:
    draw = random.Random(unit)
    for wam, age in [(2, 0), (24, 0), (58, 2), (180, 25), (345, 15), (360, 0), (300, 60)]:
        quoted = round(draw.uniform(0.05, 0.9) * (PREPAID[unit] if unit != "ABS" else 100 / (wam + age)), 6)
        loans = Loans(0.055, 0.0625, wam, age, Speed(((quoted, quoted, unit, 2),)))
        scale = 1 if unit == "PSA" else 100
        for months in {1, min(6, wam - 1), min(23, wam - 1)}:
            left = 1 - sum(scheduled + prepaid for scheduled, prepaid, _ in loans.flows()[:months])
            if left > 1e-4:
                found = mbsxl.realized_speed(0.9, 0.9 * left, 0.0625, wam, age, months, unit)
                assert scale * float(found) == pytest.approx(quoted, rel=1e-6)
        settle, program = draw.choice(SETTLES), draw.choice(list(DELAYS))
        price = traded(loans, settle, DELAYS[program]).price(0.035)
        found = flat.implied_speed(price, 0.035, *loans[:4], unit, settle, program)
        assert scale * float(found) == pytest.approx(quoted, rel=1e-5)


@pytest.mark.parametrize("unit", list(PREPAID))
def test_an_average_speed_comes_back_from_the_balances_of_pools(unit: str) -> None:
    draw = random.Random(f"average {unit}")
    for months in (1, 5, 11):
        terms = [(12, 28), (58, 2), (180, 0), (348, 12), (360, 120)]
        quoted = round(draw.uniform(0.05, 0.9) * (PREPAID[unit] if unit != "ABS" else 100 / 480), 6)
        start, end, rates = [], [], [round(draw.uniform(0.0, 0.09), 5) for _ in terms]
        for (wam, age), wac in zip(terms, rates, strict=True):
            flows = Loans(0.0, wac, wam, age, Speed(((quoted, quoted, unit, 2),))).flows()[:months]
            start.append(round(draw.uniform(0.0, 5e6), 2))
            end.append(start[-1] * (1 - sum(scheduled + prepaid for scheduled, prepaid, _ in flows)))
        mixed = draw.sample(end, len(end))  # what is left together does not tell where it is left
        found = mbsxl.average_speed(start, mixed, rates, *zip(*terms, strict=True), months, unit)
        assert (1 if unit == "PSA" else 100) * float(found) == pytest.approx(quoted, rel=1e-9)


def test_what_has_no_average_speed_says_why() -> None:
    one = [100.0, 50.0], [98.0, 49.0], 0.06, [300, 200], 12
    with pytest.raises(InputError, match='balances_start "2 pools": are beside 1 values'):
        mbsxl.average_speed(one[0], 98.0, *one[2:])
    with pytest.raises(InputError, match='balances_start "2 pools": are beside 3 values'):
        mbsxl.average_speed(*one[:3], [300, 200, 100], 12)
    with pytest.raises(InputError, match="balances_start 0: is no balance"):
        mbsxl.average_speed([0.0, 0.0], *one[1:])
    with pytest.raises(InputError, match="months 200: must be 1 or more and end before the last of the 200 left"):
        mbsxl.average_speed(*one, [1, 200])
    with pytest.raises(NoSolution, match="balances_end 160: are above 149"):
        mbsxl.average_speed(one[0], [110.0, 50.0], *one[2:])
    gone = [float(mbsxl.average_speed(one[0], [0.0, 0.0], *one[2:], 6, unit)) for unit in ("CPR", "PSA")]
    assert gone == [1.0, pytest.approx(100 / (0.002 * 18))]  # the least that leaves nothing in the sixth month


def test_total_returns() -> None:
    draw = random.Random(51)
    for (wam, age), settle in itertools.product([(24, 0), (180, 30), (357, 3)], SETTLES):
        loans = Loans(0.055, 0.0625, wam, age, some_speed(draw, {"CPR": 60, "PSA": 900}))
        program, price, months = draw.choice(list(DELAYS)), round(draw.uniform(90, 108), 3), draw.randint(1, 23)
        horizon, reinvestment = round(draw.uniform(0.02, 0.08), 4), round(draw.uniform(0.0, 0.06), 4)
        asked = (price, *as_typed(loans), months, horizon, reinvestment)
        found = flat.total_return(*asked, settle=settle, program=program).values[0]
        plain = traded(loans, settle, DELAYS[program]).total_return(price, months, horizon, reinvestment)
        assert found == pytest.approx(plain, rel=1e-9, abs=1e-11)


def test_monthly_rates() -> None:
    draw = random.Random(10)
    for unit, month in itertools.product([*PREPAID, *DEFAULTED], [1, 2, 29, 30, 31, 60, 61, 90, 119, 120, 121, 360]):
        quoted = round(draw.uniform(0, (PREPAID | DEFAULTED)[unit]), 4)
        rate = one_rate(quoted, unit, month)
        assert mbsxl.smm(f"{quoted} {unit}", month) == pytest.approx(rate, rel=1e-11)
        assert mbsxl.cpr(f"{quoted} {unit}", month) == pytest.approx(1 - (1 - rate) ** 12, rel=1e-11)


def test_days() -> None:
    for start, end in itertools.product(SETTLES, SETTLES):
        if start <= end:
            assert mbsxl.days_between(start, end) == days(start, end)
    for settle in [*SETTLES, datetime.date(2025, 2, 14), datetime.date(2024, 3, 14), datetime.date(2024, 1, 15)]:
        day_after = [later(settle, months - (settle.day < 15)).replace(day=15) for months in (0, 1)]  # a record date
        assert record_days(settle, Accrual.FHLMC_REMIC_FIXED) == days(day_after[0], settle)
        assert record_days(settle, Accrual.FHLMC_REMIC_FLOATING) == -days(settle, day_after[1])
