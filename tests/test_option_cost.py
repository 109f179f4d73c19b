"""The option cost: what it must do as volatility moves, spreads and current coupons in plain arithmetic, the checks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from plain_pool import Pool, traded

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks.templates import build, path_of

Table = list[list[float]]


@pytest.fixture(scope="module")
def book() -> Book:
    return build("option_cost")


def numbers(book: Book, reference: str) -> Table:
    block = book.block(reference)
    assert all(isinstance(cell, float) for row in block for cell in row), reference
    return block  # type: ignore[return-value]


def column(book: Book, reference: str) -> list[float]:
    return [row[0] for row in numbers(book, reference)]


def headline(book: Book, name: str) -> float:
    value = book.value(book.names[name])
    assert isinstance(value, float), (name, value)
    return value


def at_par(coupons: list[float], prices: list[float]) -> float:
    """The coupon at 100 on the straight line between two neighbours."""
    pairs = zip(pairwise(coupons), pairwise(prices), strict=True)
    (low, high), (below, above) = next(pair for pair in pairs if pair[1][0] <= 100 <= pair[1][1])
    return low + (high - low) * (100 - below) / (above - below)


def test_option_cost_is_the_gap_and_rises_with_volatility(book: Book) -> None:
    z_spreads = column(book, "Stack!H5:H14")
    spreads, costs = numbers(book, "Levels!C6:E15"), numbers(book, "Levels!C20:E29")
    for z_spread, oas, cost in zip(z_spreads, spreads, costs, strict=True):
        assert [z_spread - each for each in oas] == pytest.approx(cost)
        assert 0 < cost[0] < cost[1] < cost[2]
    ranged = numbers(book, "Range!C6:M15")
    assert all(calm < wild for row in ranged for calm, wild in pairwise(row))
    assert [row[2] for row in ranged] == pytest.approx([row[0] for row in costs])  # 60 bp stands on both pages


def test_less_volatility_is_worth_more_where_the_option_is_near_the_money(book: Book) -> None:
    gains, vegas = column(book, "Fall!D6:D15"), column(book, "Fall!L6:L15")
    tighter = column(book, "Fall!G6:G15")
    assert max(vegas) < 0 < min(gains)
    for gain, vega, fewer, place in zip(gains, vegas, tighter, range(10), strict=True):
        assert gain == pytest.approx(-25 * vega, rel=0.4)  # vega itself falls with volatility
        assert fewer > 0, place
    assert gains.index(max(gains)) in (6, 7)  # 5% and 5.5%, around par
    assert gains[0] < 0.25 * max(gains)
    assert gains[9] < 0.5 * max(gains)
    prices = numbers(book, "Range!C20:M29")
    assert all(calm > wild for row in prices for calm, wild in pairwise(row))


def test_nominal_spreads_tighten_by_the_fall_of_the_yield(book: Book) -> None:
    """The average life stays, so the curve's yield does; the yields are solved month by month."""
    after, speeds = column(book, "Fall!C6:C15"), [str(row[0]) for row in book.block("Fall!K6:K15")]
    tighter = column(book, "Fall!J6:J15")
    for pool, price, speed, found in zip(numbers(book, "Stack!B5:F14"), after, speeds, tighter, strict=True):
        plain = Pool(pool[0], pool[1], int(pool[2]), float(speed.removesuffix(" CPR")) / 100)
        before, then = (traded(plain, each, day=1, delay=24).bond_yield for each in (pool[4], price))
        assert 1e4 * (before - then) == pytest.approx(found, abs=1e-6)


def test_the_current_coupon_falls(book: Book) -> None:
    coupons, prices, after = (column(book, each) for each in ("Stack!B5:B14", "Stack!F5:F14", "Fall!C6:C15"))
    today = at_par(coupons, prices)
    assert headline(book, "current_coupon") == pytest.approx(today)
    assert headline(book, "coupon_tightens") == pytest.approx(1e4 * (today - at_par(coupons, after)))
    one, fewer = (column(book, f"Fall!{letter}6:{letter}15") for letter in "OP")
    alone = 1e4 * (at_par(coupons, one) - at_par(coupons, fewer))
    assert headline(book, "coupon_tightens_alone") == pytest.approx(alone)
    assert alone > 0
    rows = numbers(book, "Range!C20:M31")
    for place, across in enumerate(zip(*rows, strict=True)):
        assert across[10] == pytest.approx(at_par(coupons, list(across[:10]))), place
        assert across[11] == pytest.approx(1e4 * (across[10] - today)), place


def test_what_the_summary_says_follows(book: Book) -> None:
    prices, gains = column(book, "Stack!F5:F14"), column(book, "Fall!D6:D15")
    near = min(range(10), key=lambda place: abs(prices[place] - 100))
    assert headline(book, "near_par") == column(book, "Stack!B5:B14")[near]
    assert headline(book, "par_gain") == gains[near]
    assert headline(book, "most_gain") == max(gains)
    assert headline(book, "least_gain") == min(gains)
    assert headline(book, "most_cost") == max(column(book, "Stack!I5:I14"))
    assert 0 < headline(book, "option_share") < 1


@pytest.mark.parametrize(
    "settings",
    [
        {"volatility": 0.012, "vol_fall": 40, "paths": 128, "price_30y50": 100.25},
        {"program": "GNMA II", "mortgage_rate": 0.055, "wam_30y65": 200, "age_30y65": 150, "vol_fall": 300},
        {"cmt_2y": 0.05, "cmt_5y": 0.045, "mean_reversion": 0.2, "paths": 64, "ten_year_weight": 1},
    ],
)
def test_checks_hold_under_other_inputs(settings: dict[str, float | str]) -> None:
    book = Book.read(path_of("option_cost"), published())
    for name, value in settings.items():
        book.set(name, value)
    assert book.errors() == []
    assert {book.value(place) for place in book.names.values() if place.sheet == "Checks"} == {"ok"}
