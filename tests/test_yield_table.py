"""The yield table: its figures in plain arithmetic, its proof at any speed, flat curves."""

from __future__ import annotations

import datetime
import re

import pytest
from laid_out import LaidOut, laid_out
from plain_pool import Pool, traded

NAME = "yield_table"
ACROSS = (0.02, 0.04, 0.06, 0.08, 0.15, 0.25, 0.40)


@pytest.fixture(scope="module")
def laid() -> LaidOut:
    return laid_out(NAME).fresh().set(speed_base="8 CPR")


def test_the_headlines_are_what_plain_arithmetic_says(laid: LaidOut) -> None:
    pool = traded(Pool(0.055, 0.064, 350, 0.08), 101.125, day=11, delay=24)
    assert laid.number("yield_base") == pytest.approx(pool.bond_yield, abs=1e-12)
    assert laid.number("life_base") == pytest.approx(pool.life, abs=1e-10)
    assert laid.number("duration_base") == pytest.approx(pool.duration, abs=1e-10)
    assert laid.column("pairs.static[convexity]") == pytest.approx([pool.convexity / 100], abs=1e-9)
    assert f"yields {pool.bond_yield:.2%} at 8 CPR" in laid.value("answer")


def test_the_tables_are_what_plain_arithmetic_says(laid: LaidOut) -> None:
    yields, lives, durations = (
        laid.block(f"{table}.slowest:fastest[all]") for table in ("yields", "lives", "durations")
    )
    for column, cpr in enumerate(ACROSS):
        for row in (0, 5, 10):
            pool = traded(Pool(0.055, 0.064, 350, cpr), 101.125 + (row - 5) / 4, day=11, delay=24)
            assert yields[row][column] == pytest.approx(pool.bond_yield, abs=1e-12)
            assert durations[row][column] == pytest.approx(pool.duration, abs=1e-10)
            assert lives[0][column] == pytest.approx(pool.life, abs=1e-10)


def test_the_base_speed_is_the_models_until_one_is_typed() -> None:
    laid = laid_out(NAME)
    assert laid.value("base_speed") == f"{round(100 * laid.number('model_speed'), 3):g} CPR"


def test_on_a_flat_curve_the_spreads_are_differences_of_yields(laid: LaidOut) -> None:
    flat = laid.fresh().set(
        speed_base="8 CPR", **{f"cmt_{tenor}": 0.04 for tenor in ("3m", "1y", "2y", "5y", "7y", "10y", "20y", "30y")}
    )
    extra = 10_000 * (flat.number("yield_base") - 0.04)
    assert flat.number("nominal_base") == pytest.approx(extra, abs=0.5)
    assert flat.number("z_base") == pytest.approx(extra, rel=0.03)  # whether it compounds twice a year or continuously


def test_the_proof_is_plain_arithmetic(laid: LaidOut) -> None:
    assert laid.number("proof_price") == pytest.approx(101.125, abs=1e-10)
    formulas = list(laid.book.package.sheets["Proof"].formulas.values())
    assert len(formulas) > 360 * 10
    ours = {call for formula in formulas for call in re.findall(r"MBS_\w+", formula)}
    assert ours == {"MBS_DELAY", "MBS_SPEED_VECTOR"}  # what is looked up, beside the yield under test
    paid = [sum(pair) for pair in Pool(0.055, 0.064, 350, 0.08).payments()]
    assert laid.column("payments.total[all]")[:350] == pytest.approx(paid, abs=1e-11)


@pytest.mark.parametrize(
    "settings",
    [
        {"price": "97-16+", "speed_base": "0 CPR", "wam": 180, "age": 0, "settle": datetime.date(2026, 1, 31)},
        {"price": "103.5", "speed_base": "300 PSA", "coupon": 0.065, "wac": 0.0745, "program": "GNMA II"},
        {"price": "80-00", "coupon": 0.02, "wac": 0.0285, "wam": 298, "age": 58, "speed_base": "2 to 9 CPR over 24"},
    ],
)
def test_the_proof_adds_up_at_any_speed(settings: dict[str, float | str | datetime.date]) -> None:
    laid = laid_out(NAME).fresh().set(**settings)
    assert laid.book.errors() == []
    assert laid.checks == {"ok"}
