"""The yield table: its headlines in plain arithmetic, its tables against them, its proof and checks at other inputs."""

from __future__ import annotations

import datetime
from pathlib import Path

import openpyxl
import pytest
from plain_pool import Pool, traded

from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates
from mbsxl_workbooks.review import review

SETTINGS = [
    {"price": "97-16+", "base_cpr": 0.0, "wam": 180, "age": 0, "settle": datetime.date(2026, 1, 31)},
    {"price": "103.5", "base_cpr": 0.35, "coupon": 0.065, "wac": 0.0745, "program": "GNMA II", "speed_fast": "300 PSA"},
    {"price": "80-00", "coupon": 0.02, "wac": 0.0285, "wam": 298, "age": 58, "program": "GOLD", "cmt_2y": 0.05},
]


@pytest.fixture(scope="module")
def book() -> Book:
    return templates.build("yield_table")


def number(book: Book, name: str) -> float:
    value = book.value(book.names[name])
    assert isinstance(value, float), (name, value)
    return value


def table(book: Book, area: str) -> list[list[float]]:
    return [[float(cell) for cell in row] for row in book.block(f"Tables!{area}")]  # type: ignore[arg-type]


def test_the_headlines_are_what_plain_arithmetic_says(book: Book) -> None:
    pool = traded(Pool(0.055, 0.064, 350, 0.08), 101.125, day=11, delay=24)
    assert number(book, "clean_price") == 101.125
    assert number(book, "yield_base") == pytest.approx(pool.bond_yield, abs=1e-12)
    assert number(book, "life_base") == pytest.approx(pool.life, abs=1e-10)
    assert number(book, "duration_base") == pytest.approx(pool.duration, abs=1e-10)
    assert number(book, "convexity_base") == pytest.approx(pool.convexity, abs=1e-9)
    for name, cpr in (("slowest", 0.02), ("fastest", 0.4)):
        other = traded(Pool(0.055, 0.064, 350, cpr), 101.125, day=11, delay=24)
        assert number(book, f"yield_{name}") == pytest.approx(other.bond_yield, abs=1e-12)
        assert number(book, f"life_{name}") == pytest.approx(other.life, abs=1e-10)


def test_the_tables_are_what_plain_arithmetic_says(book: Book) -> None:
    yields, lives, durations = table(book, "D6:J16"), table(book, "D20:J20"), table(book, "D38:J48")
    for column, cpr in enumerate((0.02, 0.04, 0.06, 0.08, 0.12, 0.20, 0.40)):
        for row in (0, 5, 10):
            pool = traded(Pool(0.055, 0.064, 350, cpr), 101.125 + (row - 5) / 4, day=11, delay=24)
            assert yields[row][column] == pytest.approx(pool.bond_yield, abs=1e-12)
            assert durations[row][column] == pytest.approx(pool.duration, abs=1e-10)
            assert lives[0][column] == pytest.approx(pool.life, abs=1e-10)


def test_on_a_flat_curve_the_spreads_are_differences_of_yields() -> None:
    book = templates.build("yield_table")
    for tenor in ("3m", "1y", "2y", "5y", "7y", "10y", "20y", "30y"):
        book.set(f"cmt_{tenor}", 0.04)
    extra = 10_000 * (number(book, "yield_base") - 0.04)
    assert number(book, "nominal_base") == pytest.approx(extra, abs=0.5)
    assert number(book, "z_base") == pytest.approx(extra, abs=0.5)


def test_the_proof_adds_up_and_uses_no_formula_of_ours(book: Book) -> None:
    assert abs(number(book, "proof_price") - 101.125) < 1e-10
    cells = openpyxl.load_workbook(templates.path_of("yield_table"))["Proof"].iter_rows()
    formulas = [cell.value for row in cells for cell in row if cell.data_type == "f"]
    assert len(formulas) > 360 * 10
    assert not any("MBS_" in formula for formula in formulas)
    ours = [row[6] for row in book.block("'Cash flows'!B5:H354")]
    proven = [row[0] for row in book.block("Proof!K18:K367")]
    assert ours == pytest.approx(proven, abs=1e-11)


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_checks_hold_at_other_inputs(settings: dict[str, float | str | datetime.date]) -> None:
    book = templates.build("yield_table")
    for name, value in settings.items():
        book.set(name, value)
    assert not book.errors()
    checks = {name: book.value(place) for name, place in book.names.items() if place.sheet == "Checks"}
    assert set(checks.values()) == {"ok"}
    assert abs(number(book, "proof_price") - number(book, "clean_price")) < 1e-8


def test_the_built_workbook_is_what_the_module_lays_out(book: Book, tmp_path: Path) -> None:
    shown = review("yield_table", {}, tmp_path)
    assert shown.sound
    assert len(shown.pictures) == 4
    stored = Book.read(templates.path_of("yield_table"), {})
    assert stored.names == book.names
