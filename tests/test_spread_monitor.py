"""The spread monitor: its headlines by plain arithmetic from the data, its checks under other inputs."""

from __future__ import annotations

import datetime
import statistics
from itertools import pairwise
from math import sqrt

import pytest

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.templates import build, path_of

FACE, COUPON, WAC, WAM, CPR = 100.0, 0.055, 0.064, 355, 0.07
PRICE, CASH = 98.75, 0.0362
SETTLED, DELAY = 13, 24  # days into the month, 30/360; actual delay days of a UMBS

RATES = {row["month"]: float(row["rate"]) for row in figures("mortgage_rate")}
TREASURIES = {row["month"]: row for row in figures("treasury_monthly", "mbsxl_workbooks.templates.spread_monitor")}
TENS = {month: float(row["ten_year"]) for month, row in TREASURIES.items()}
SPREADS = {month: 1e4 * (RATES[month] - ten) for month, ten in TENS.items()}


@pytest.fixture(scope="module")
def book() -> Book:
    return build("spread_monitor")


def value(book: Book, name: str) -> float:
    found = book.value(book.names[name])
    assert isinstance(found, float), f"{name}: {found}"
    return found


def checks(book: Book) -> list[object]:
    return [book.value(place) for name, place in book.names.items() if name.startswith("check_")]


# ---------------------------------------------------------------------------------- plain arithmetic, on its own


def flows() -> list[tuple[float, float]]:
    """Return payment and balance after it, month by month, of the position."""
    monthly, smm, balance, found = WAC / 12, 1 - (1 - CPR) ** (1 / 12), FACE, []
    for left in range(WAM, 0, -1):
        scheduled = balance * monthly / ((1 + monthly) ** left - 1)
        principal = scheduled + (balance - scheduled) * smm
        found.append((principal + balance * COUPON / 12, balance - principal))
        balance -= principal
    return found


def clean(rate: float, after: int = 0) -> float:
    """Return the price per 100 of what is left after some months, at a bond-equivalent yield."""
    payments, balance = flows()[after:], FACE if after == 0 else flows()[after - 1][1]
    present = sum(
        paid / (1 + rate / 2) ** (2 * (30 * month + DELAY - SETTLED) / 360)
        for month, (paid, _) in enumerate(payments, start=1)
    )
    return 100 * (present / balance - COUPON * SETTLED / 360)


def yield_at(price: float, after: int = 0) -> float:
    low, high = 0.0, 0.5
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if clean(middle, after) > price else (low, middle)
    return low


def years_return(rate: float) -> float:
    """Return what a year earns where the rest is sold at a yield."""
    start = FACE / 100 * (PRICE + 100 * COUPON * SETTLED / 360)
    return (reinvested() + flows()[11][1] / 100 * (clean(rate, 12) + 100 * COUPON * SETTLED / 360)) / start - 1


def reinvested() -> float:
    paid = [paid for paid, _ in flows()[:12]]
    return sum(
        each * (1 + CASH * (1 - (30 * month + DELAY - SETTLED) / 360)) for month, each in enumerate(paid, start=1)
    )


def volatility(month: str) -> float:
    tens = list(TENS.values())
    place = list(TENS).index(month)
    return 1e4 * sqrt(sum((tens[i] - tens[i - 1]) ** 2 for i in range(place - 11, place + 1)))


# ------------------------------------------------------------------------------------------------------ the tests


def test_every_cell_calculates_and_every_check_holds(book: Book) -> None:
    assert book.errors() == []
    assert len(checks(book)) == 16
    assert set(checks(book)) == {"ok"}


def test_history(book: Book) -> None:
    assert list(RATES) == list(TENS)
    tens = [spread for month, spread in SPREADS.items() if "2010" <= month < "2020"]
    assert value(book, "median_since_1971") == pytest.approx(statistics.median(SPREADS.values()), abs=1e-8)
    assert value(book, "median_2010s") == pytest.approx(statistics.median(tens), abs=1e-8)
    assert value(book, "widest") == pytest.approx(SPREADS["1980-04"], abs=1e-8)
    assert max(SPREADS, key=SPREADS.__getitem__) == "1980-04"
    assert value(book, "widest_qt") == pytest.approx(SPREADS["2023-06"], abs=1e-8)
    assert value(book, "qt_end") == pytest.approx(SPREADS["2025-12"], abs=1e-8)
    since_2010 = [month for month in SPREADS if month >= "2010"]
    together = statistics.correlation(
        [SPREADS[month] for month in since_2010], [volatility(month) for month in since_2010]
    )
    assert value(book, "with_volatility") == pytest.approx(together, abs=1e-10)


def test_what_the_summary_says_in_words() -> None:
    told = {"2023-06": 296, "2025-12": 205, "2026-09": 187}
    assert {month: round(SPREADS[month]) for month in told} == told
    steps = ("2023-06", "2024-08", "2024-12", "2025-08", "2025-12", "2026-09")
    before, first, pause, second, since = (SPREADS[start] - SPREADS[end] for start, end in pairwise(steps))
    assert [round(each) for each in (before, first + second, pause, since)] == [33, 58, 0, 18]
    assert round(SPREADS["2023-06"] - SPREADS["2026-09"]) == 109
    assert [round(volatility(month)) for month in ("2023-06", "2026-09")] == [94, 43]


def test_the_day(book: Book) -> None:
    assert value(book, "spread_now") == pytest.approx(676 - 495)
    assert value(book, "spread_blend") == pytest.approx(676 - (495 + 475) / 2)
    current = 5.5 + 0.5 * (100 - 98.75) / (100.75 - 98.75)
    assert value(book, "primary_secondary") == pytest.approx(676 - 100 * current)
    assert value(book, "coupon_spread") == pytest.approx(100 * current - 485)
    for name, start, spread in (
        ("rank_since_1971", "1971", 181),
        ("rank_since_2010", "2010", 181),
        ("rank_tighter", "1971", 131),
    ):
        months = [each for month, each in SPREADS.items() if month >= start]
        tight = sum(each <= spread + 1e-6 for each in months)
        assert value(book, name) == pytest.approx(tight / len(months))


def test_the_blend_wherever_there_is_a_five_year(book: Book) -> None:
    shown = [row[0] for row in book.block(f"Monthly!H5:H{4 + len(RATES)}")]
    expected = [
        1e4 * (RATES[month] - (TENS[month] + float(row["five_year"])) / 2) if row["five_year"] else None
        for month, row in TREASURIES.items()
    ]
    assert sum(each is not None for each in expected) == 61
    for found, wanted in zip(shown, expected, strict=True):
        assert found is None if wanted is None else found == pytest.approx(wanted, abs=1e-8)


def test_the_position(book: Book) -> None:
    rate = yield_at(PRICE)
    assert value(book, "now_yield") == pytest.approx(rate, abs=1e-12)
    for size in ("small", "large"):
        move = {"small": 0.0025, "large": 0.005}[size]
        assert value(book, f"gain_{size}") == pytest.approx(clean(rate - move) - PRICE, abs=1e-9)
        assert value(book, f"return_{size}") == pytest.approx(years_return(rate - move), abs=1e-10)
    assert value(book, "return_none") == pytest.approx(years_return(rate), abs=1e-10)
    assert value(book, "return_wider") == pytest.approx(years_return(rate + 0.005), abs=1e-10)
    wider = value(book, "break_even") / 1e4
    assert years_return(rate + wider) == pytest.approx(CASH, abs=1e-10)


def test_gains_agree_three_ways(book: Book) -> None:
    for row in book.block("Position!B12:J22"):
        by_price, by_duration, by_spread = row[3], row[4], row[7]
        assert by_duration == pytest.approx(by_price, abs=0.004)
        assert by_spread == pytest.approx(by_price, rel=0.015, abs=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        {
            "speed": "6 CPR for 6, 12 CPR for 24, 8 CPR",
            "price": 101.25,
            "coupon": 0.06,
            "wac": 0.069,
            "cash_rate": 0.04,
        },
        {
            "program": "GNMA II",
            "speed": "150 PSA",
            "wam": 300,
            "age": 58,
            "settle": datetime.date(2028, 2, 29),
            "tighten_large": 100,
        },
        {
            "mortgage_rate": 0.0619,
            "treasury_2": 0.0352,
            "treasury_5": 0.0365,
            "treasury_7": 0.0385,
            "treasury_10": 0.0411,
            "treasury_30": 0.0476,
            "blend_weight": 0.25,
            "lowest_coupon": 0.045,
            "tba_3": 100.25,
        },
    ],
)
def test_checks_hold_under_other_inputs(settings: dict[str, float | str | datetime.date]) -> None:
    book = Book.read(path_of("spread_monitor"), published())
    for name, setting in settings.items():
        book.set(name, setting)
    assert book.errors() == []
    assert set(checks(book)) == {"ok"}


def test_the_built_workbook_is_what_the_module_lays_out(book: Book) -> None:
    saved = Book.read(path_of("spread_monitor"), published())
    assert saved.names == book.names
    for name, place in book.names.items():
        assert saved.value(place) == book.value(place), name
