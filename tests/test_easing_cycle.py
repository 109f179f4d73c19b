"""The easing cycle: curves, lives and the year's return in plain arithmetic, the signs a desk expects, the checks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from plain_pool import Pool, traded

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.templates import build, path_of

SCENARIOS = ("hold", "down", "steepen", "flatten", "up")
TENORS = ("3m", "1y", "2y", "5y", "7y", "10y", "20y", "30y")
DELAY = 24  # days, UMBS
Table = list[list[float]]


@pytest.fixture(scope="module")
def book() -> Book:
    return build("easing_cycle")


def numbers(book: Book, reference: str) -> Table:
    block = book.block(reference)
    assert all(isinstance(cell, float) for row in block for cell in row), reference
    return block  # type: ignore[return-value]


def tables(book: Book, sheet: str, count: int) -> list[Table]:
    """The tables of a page, a row a coupon and a column a scenario."""
    return [numbers(book, f"{sheet}!C{6 + 14 * place}:G{15 + 14 * place}") for place in range(count)]


def stack(book: Book) -> Table:
    """Coupon, gross rate, months left, age, price, OAS, Z-spread, option cost."""
    return numbers(book, "Stack!B5:I14")


def speeds(book: Book, place: int) -> list[float]:
    first = 24 + 14 * place
    return [float(str(row[0]).removesuffix(" CPR")) / 100 for row in book.block(f"Year!D{first}:D{first + 9}")]


def test_the_curves_are_the_moves_added(book: Book) -> None:
    typed = [float(row["yield"]) for row in figures("treasury_curve")]
    moved = numbers(book, "Scenarios!D17:H24")
    expected = {
        "hold": [0] * 8,
        "down": [-50] * 8,
        "steepen": [-50, -50, -50, -35, -28, -20, -8, 0],
        "flatten": [50, 50, 50, 35, 28, 20, 8, 0],
        "up": [50] * 8,
    }
    for place, name in enumerate(SCENARIOS):
        curve = [(level + move / 100) / 100 for level, move in zip(typed, expected[name], strict=True)]
        assert [row[place] for row in moved] == pytest.approx(curve)
        rate = 0.0623 + (0.6 * expected[name][5] + 0.4 * expected[name][3]) / 1e4
        assert numbers(book, "Scenarios!D25:H25")[0][place] == pytest.approx(rate)


def test_average_lives_in_plain_arithmetic(book: Book) -> None:
    lives = tables(book, "Flows", 2)[1]
    for place in range(len(SCENARIOS)):
        for row, found, speed in zip(stack(book), lives, speeds(book, place), strict=True):
            pool = Pool(row[0], row[1], int(row[2]), speed)
            assert traded(pool, row[4], day=1, delay=DELAY).life == pytest.approx(found[place], abs=1e-9)


def test_the_year_in_plain_arithmetic(book: Book) -> None:
    returns = tables(book, "Year", 1)[0]
    bills = numbers(book, "Scenarios!D17:H17")[0]
    for place, bill in enumerate(bills):
        first = 24 + 14 * place
        later = numbers(book, f"Year!G{first}:G{first + 9}")
        for row, found, speed, (price,) in zip(stack(book), returns, speeds(book, place), later, strict=True):
            paid = Pool(row[0], row[1], int(row[2]), speed).payments()[:12]
            left = 100 - sum(principal for principal, _ in paid)
            grown = sum(
                (principal + interest) * (1 + bill * (1 - (30 * month + DELAY) / 360))
                for month, (principal, interest) in enumerate(paid, start=1)
            )
            assert found[place] == pytest.approx((grown + left * price / 100) / row[4] - 1, abs=1e-9)


def test_nothing_moves_where_nothing_changes(book: Book) -> None:
    prices, changes, *_ = tables(book, "Value", 4)
    assert [row[0] for row in prices] == pytest.approx([row[4] for row in stack(book)], abs=1e-9)
    assert all(abs(row[0]) < 1e-9 for row in changes)
    levels = numbers(book, "Rates!C6:O15")
    assert [row[6] for row in levels] == pytest.approx([row[4] for row in stack(book)], abs=1e-9)
    for step, scenario in ((4, 1), (8, 4)):  # parallel moves of 50 bp stand on both pages
        assert [row[step] for row in levels] == pytest.approx([row[scenario] for row in prices], abs=1e-9)


def test_the_signs_a_desk_expects(book: Book) -> None:
    _, changes, durations, convexities = tables(book, "Value", 4)
    cpr, lives = tables(book, "Flows", 2)
    hold, down, steepen, flatten, up = range(5)
    for each in range(10):
        assert changes[each][down] > changes[each][steepen] > 0 > changes[each][flatten] > changes[each][up]
        assert cpr[each][down] > cpr[each][hold] > cpr[each][up]
        assert lives[each][down] < lives[each][hold] < lives[each][up]
    for each in (6, 7):  # 5% and 5.5%, around par: the option is near the money
        assert durations[each][down] < durations[each][hold] < durations[each][up]
        assert convexities[each][hold] < -100
    assert convexities[0][hold] > 0  # a deep discount is close to a Treasury
    assert max(lives[0]) - min(lives[0]) < 0.6
    assert max(cpr[0]) - min(cpr[0]) < 0.01
    assert cpr[7][down] > 2 * cpr[7][hold]


def test_prices_fall_as_rates_rise_and_gains_are_capped(book: Book) -> None:
    levels, changes = numbers(book, "Rates!C6:O15"), numbers(book, "Rates!C20:O29")
    assert all(lower > higher for row in levels for lower, higher in pairwise(row))
    taken = [row[2] + row[10] for row in changes]
    assert [row[0] for row in numbers(book, "Rates!P20:P29")] == pytest.approx(taken)
    assert taken[0] > 0 > taken[4] > taken[6]
    assert book.value(book.names["option_toll"]) == pytest.approx(min(taken))


def test_what_the_summary_says_follows(book: Book) -> None:
    coupons = [row[0] for row in stack(book)]
    cpr, lives = tables(book, "Flows", 2)
    returns = tables(book, "Year", 1)[0]
    jumped = [coupon for coupon, row in zip(coupons, cpr, strict=True) if row[1] - row[0] >= 0.05]
    moved = [coupon for coupon, row in zip(coupons, lives, strict=True) if max(row) - min(row) > 2]
    expected = {"risk_returns": min(jumped), "stable_below": min(moved), "best_worst": max(map(min, returns))}
    expected |= {f"best_{name}": max(row[place] for row in returns) for place, name in enumerate(SCENARIOS)}
    assert {name: book.value(book.names[name]) for name in expected} == pytest.approx(expected)


@pytest.mark.parametrize(
    "settings",
    [
        {"down_10y": -100, "down_5y": -100, "volatility": 0.011, "paths": 128, "price_30y55": 102.25},
        {"program": "GNMA II", "mortgage_rate": 0.055, "wam_30y55": 240, "age_30y55": 118, "paths": 64},
        {f"cmt_{tenor}": 0.045 for tenor in TENORS} | {"mean_reversion": 0.1, "mortgage_rate": 0.07, "paths": 64},
        {"speed_jump": 1, "life_limit": 30, "paths": 64},
    ],
)
def test_checks_hold_under_other_inputs(settings: dict[str, float | str]) -> None:
    book = Book.read(path_of("easing_cycle"), published())
    for name, value in settings.items():
        book.set(name, value)
    assert book.errors() == []
    assert {book.value(place) for place in book.names.values() if place.sheet == "Checks"} == {"ok"}
    if "life_limit" in settings:
        told = [row[0] for row in book.block("Summary!D11:D12")]
        assert told == ["no coupon gains as much", "every coupon is stable"]
