"""Coupons side by side: every figure in plain arithmetic, the choices that follow, the checks at other inputs."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from plain_pool import Pool, Traded, traded

from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates
from mbsxl_workbooks.review import review

SCENARIOS = ("base", "slow", "fast")
FUNDING = 0.0388
SETTINGS = [
    {"price_30y60": "104.25", "fast_30y60": "60 CPR", "funding": 0.05, "settle": datetime.date(2026, 2, 28)},
    {"duration_limit": 1.0, "program": "GNMA II", "base_15y40": "200 PSA", "wam_15y40": 60, "age_15y40": 120},
    {f"cmt_{tenor}": 0.03 for tenor in ("3m", "1y", "2y", "5y", "7y", "10y", "20y", "30y")},
]


@pytest.fixture(scope="module")
def book() -> Book:
    return templates.build("coupon_compare")


def decimal(ticks: str) -> float:
    whole, _, thirty_seconds = ticks.partition("-")
    return int(whole) + int(thirty_seconds) / 32


@pytest.fixture(scope="module")
def expected(book: Book) -> dict[str, dict[str, Traded]]:
    """What each pool of the amber table gives at each speed, settled on the 11th, paid 24 days late."""
    answers: dict[str, dict[str, Traded]] = {}
    for name, coupon, wac, wam, _, price, slow, base, fast in book.block("Pools!B5:J14"):
        speeds = {"slow": slow, "base": base, "fast": fast}
        answers[str(name)] = {
            scenario: traded(
                Pool(float(coupon), float(wac), int(wam), float(str(speed).removesuffix(" CPR")) / 100),  # type: ignore[arg-type]
                decimal(str(price)),
                day=11,
                delay=24,
            )
            for scenario, speed in speeds.items()
        }
    return answers


def headline(book: Book, name: str) -> tuple[float, str]:
    place = book.names[name]
    value, note = book.value(place), book.value(place._replace(column=place.column + 1))
    assert isinstance(value, float), (name, value)
    return value, str(note)


def test_every_figure_is_what_plain_arithmetic_says(book: Book, expected: dict[str, dict[str, Traded]]) -> None:
    for place, scenario in enumerate(SCENARIOS):
        first = 6 + 14 * place
        for row in book.block(f"Compare!B{first}:L{first + 9}"):
            pool = expected[str(row[0])][scenario]
            figures = (row[2], row[5], row[6], row[7])
            assert figures == pytest.approx((pool.bond_yield, pool.life, pool.duration, pool.convexity), abs=1e-9)
            carry = 10_000 * (pool.bond_yield - FUNDING)
            ratios = (pool.bond_yield / pool.duration, carry, carry / pool.duration)
            assert row[8:] == pytest.approx(ratios, abs=1e-7)


def test_the_choices_follow(book: Book, expected: dict[str, dict[str, Traded]]) -> None:
    def best(name: str, value: dict[str, float], pick: float) -> None:
        pool = next(pool for pool in value if value[pool] == pick)
        shown, note = headline(book, name)
        assert shown == pytest.approx(pick, abs=1e-7)
        assert note.startswith(pool)

    yields = {name: each["base"].bond_yield for name, each in expected.items()}
    within = {name: yields[name] for name, each in expected.items() if each["slow"].duration <= 6}
    worst = {name: min(speed.bond_yield for speed in each.values()) for name, each in expected.items()}
    drift = {name: each["slow"].duration - each["fast"].duration for name, each in expected.items()}
    ratio = {name: each["base"].bond_yield / each["base"].duration for name, each in expected.items()}
    carry = {name: 1e4 * (yields[name] - FUNDING) / each["base"].duration for name, each in expected.items()}
    best("pick_yield", within, max(within.values()))
    best("top_yield", yields, max(yields.values()))
    best("floor_yield", worst, max(worst.values()))
    best("top_ratio", ratio, max(ratio.values()))
    best("top_carry", carry, max(carry.values()))
    best("least_drift", drift, min(drift.values()))
    best("most_drift", drift, max(drift.values()))
    assert headline(book, "carry_10y")[0] == pytest.approx(16)


def test_treasuries_stand_at_their_duration(book: Book) -> None:
    for row, (years, quote) in zip(book.block("Compare!B48:L51"), ((2, 0.0346), (5, 0.0361)), strict=False):
        paid = [quote / 2 * 100] * (2 * years)
        paid[-1] += 100
        worth = [pay * (1 + quote / 2) ** -period for period, pay in enumerate(paid, start=1)]
        duration = sum(value * period / 2 for period, value in enumerate(worth, start=1)) / sum(worth) / (1 + quote / 2)
        assert row[6] == pytest.approx(duration, abs=1e-10)
        assert row[9] == pytest.approx(1e4 * (quote - FUNDING), abs=1e-9)


def test_where_nothing_fits_the_limit_it_says_so() -> None:
    book = templates.build("coupon_compare")
    book.set("duration_limit", 1.0)
    assert headline(book, "pick_yield") == (0.0, "no pool is short enough")


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_checks_hold_at_other_inputs(settings: dict[str, float | str | datetime.date]) -> None:
    book = templates.build("coupon_compare")
    for name, value in settings.items():
        book.set(name, value)
    assert not book.errors()
    assert {book.value(place) for place in book.names.values() if place.sheet == "Checks"} == {"ok"}


def test_the_built_workbook_is_what_the_module_lays_out(book: Book, tmp_path: Path) -> None:
    shown = review("coupon_compare", {}, tmp_path)
    assert shown.sound
    assert len(shown.pictures) == 6
    stored = Book.read(templates.path_of("coupon_compare"), {})
    assert stored.names == book.names
