"""Hedges and conversion factors: published cases, and what must hold of any hedge."""

from __future__ import annotations

import math

import numpy as np
import pytest

from mbsxl import InputError, conversion_factor, hedge
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError

RISK = np.array([1200.0, 5400.0, 21000.0, 9000.0])


def test_what_is_left_has_nothing_to_do_with_the_instruments() -> None:
    random = np.random.default_rng(2)
    for count in (1, 2, 3, 4):
        units = random.uniform(0.0, 0.1, (4, count))
        table = hedge(RISK, units)
        face, left = table.value[:count], table.value[count:]
        assert left == pytest.approx(RISK + units @ face / 100, abs=1e-9)
        assert units.T @ left == pytest.approx(np.zeros(count), abs=1e-9)
        nearby = RISK + units @ (face * (1 + random.uniform(-0.01, 0.01, count))) / 100
        assert (left**2).sum() <= (nearby**2).sum()
    assert left == pytest.approx(np.zeros(4), abs=1e-9)  # as many instruments as tenors: exact


def test_two_instruments_meet_two_risks_by_cramers_rule() -> None:
    (a, b), (c, d), (first, second) = (0.018, 0.002), (0.001, 0.081), (-2300.0, 41000.0)
    table = hedge([first, second], [[a, b], [c, d]], "TWO")
    whole = (a * d - b * c) / 100
    expected = [-(first * d - b * second) / whole, -(a * second - c * first) / whole, 0, 0]
    assert table.value == pytest.approx(expected, rel=1e-13, abs=1e-7)
    assert table.name.tolist() == ["face 1", "face 2", "residual 1", "residual 2"]


def test_a_duration_hedge_takes_the_sum_away_and_beta_scales_it() -> None:
    unit = np.array([[0.0], [0.01], [0.06], [0.01]])
    whole = hedge(RISK, unit, "DURATION")
    assert whole.value[1:].sum() == pytest.approx(0, abs=1e-9)
    assert whole.value[0] == pytest.approx(-RISK.sum() / 0.0008)
    assert hedge(RISK, unit, "BETA", 0.7).value[0] == pytest.approx(0.7 * whole.value[0])


def test_rows_may_be_scenarios_and_the_residual_what_the_hedge_leaves_in_each() -> None:
    moves = np.array([[-4.1, 2.2], [-2.0, 1.0], [1.9, -1.1], [3.6, -2.3]])  # of 100 of a 10-year and a 2-year
    position = np.array([-39000.0, -18000.0, 12000.0, 16000.0])
    table = hedge(position, moves)
    assert table.value[2:] == pytest.approx(position + moves @ table.value[:2] / 100)
    assert (table.value[2:] ** 2).sum() < (position**2).sum()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((RISK, [[1.0, 2.0]] * 4), "hedge the same risk .the hedge is singular"),
        ((RISK, [[0.0]] * 4), "column 1.* has no risk to hedge with"),
        ((RISK, [[1.0]] * 3), "do not stand beside 4 risks"),
        (([1.0, 2.0], [[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), "instruments 3: instruments are more than 2 risks"),
        ((RISK, [[1.0]] * 4, "TWO"), "no hedge of two risks with two instruments"),
        ((RISK, np.eye(4), "DURATION"), "have no one DURATION hedge"),
        ((RISK, np.eye(4), "KEY_RATES", 0.7), "beta 0.7: is not used by KEY_RATES"),
        (([math.nan], [[1.0]]), "risk nan: is not a finite number"),
    ],
)  # fmt: skip
def test_hedges_that_cannot_be_are_refused_in_words(given: tuple[object, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        hedge(*given)  # type: ignore[arg-type]


def test_a_block_of_instruments_is_read_from_cells() -> None:
    table = published()["MBS_HEDGE"]([[-33192.0], [-52969.0]], [[0.09125, 0.0], [0.0, 0.15282]], "TWO")
    assert isinstance(table, list)
    assert [line[0] for line in table] == ["name", "face 1", "face 2", "residual 1", "residual 2"]
    assert table[1][1] == pytest.approx(36.375e6, abs=600)
    wrong = published()["MBS_HEDGE"]([[1.0], [2.0]], [["x", 0.0], [0.0, 1.0]])
    assert isinstance(wrong, CellError)
    assert "instruments" in wrong.message


# ------------------------------------------------------------------------------------------------ Treasury futures


@pytest.mark.parametrize(
    ("contract", "step"), [("TY", 3), ("TN", 3), ("US", 3), ("UB", 3), ("TU", 1), ("Z3N", 1), ("FV", 1)]
)
def test_a_conversion_factor_is_the_price_at_six_percent(contract: str, step: int) -> None:
    """Payments one by one; with a quarter or less to the coupon, it is taken off as accrued, straight-line."""
    for coupon in (0.0, 0.02125, 0.06, 0.08):
        for months in range(20, 372, 7):
            left = months - months % step
            first = left % 6 or 6  # months to the next coupon
            if step == 3 and left % 12 == 9:
                first = 3
            times = range(first, left + 1, 6)
            value = sum(coupon / 2 * 1.03 ** (-month / 6) for month in times) + 1.03 ** (-left / 6)
            accrued = coupon / 2 * (6 - first) / 6
            assert float(conversion_factor(coupon, months, contract)) == pytest.approx(value - accrued, abs=5.001e-5)


@pytest.mark.parametrize(
    ("coupon", "months", "words"),
    [(6.0, 120, "coupon 6: is no rate"), (0.05, 2, "months 2: is too few to maturity"), (-0.01, 120, "coupon -0.01")],
)
def test_notes_that_cannot_be_delivered_are_refused_in_words(coupon: float, months: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        conversion_factor(coupon, months)
