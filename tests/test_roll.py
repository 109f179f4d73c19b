"""Dollar rolls: against plain arithmetic on calendar dates, and what must hold of any roll."""

from __future__ import annotations

import datetime
from typing import Any

import flat
import numpy as np
import pytest
from plain_position import accrued, held, root

from mbsxl import InputError, NoSolution, Pool, Roll, dollar_roll
from mbsxl.claims.settled import Strip
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError

DELAYS = {"UMBS": 24, "GOLD": 14, "GNMA II": 19, "NONE": 0}
JUNE, JULY, SEPTEMBER = (datetime.date(2026, month, day) for month, day in ((6, 11), (7, 13), (9, 14)))
POOL = (0.055, 0.0635, 355, 5)


def answers(*arguments: Any, **named: Any) -> dict[str, float]:
    record = flat.dollar_roll(*arguments, **named)
    return dict(zip(record.names.tolist(), record.values.tolist(), strict=True))


def plain_gain(
    price: float, drop: float, cpr: float, roll: tuple[datetime.date, datetime.date], delay: int, claim: str
) -> Any:
    """Return proceeds with interest less what holding is worth, as a function of the rate."""
    near, far = roll
    months = (far.year - near.year) * 12 + far.month - near.month
    kept = held(POOL, lambda _: cpr, near, months, delay, claim)
    proceeds = price + accrued(POOL[0], near, claim)
    back = kept.factor * (price - drop + accrued(POOL[0], far, claim))

    def gain(rate: float) -> float:
        held_value = back + sum((i + p) / (1 + rate * (on - far).days / 360) for i, p, on in kept.paid)
        return proceeds * (1 + rate * (far - near).days / 360) - held_value

    return gain


@pytest.mark.parametrize("program", DELAYS)
@pytest.mark.parametrize(("claim", "price"), [("POOL", 101.0), ("IO", 24.0), ("PO", 77.0)])
@pytest.mark.parametrize("far", [JULY, SEPTEMBER, datetime.date(2026, 6, 25)])
def test_a_roll_is_what_plain_arithmetic_says(program: str, claim: str, price: float, far: datetime.date) -> None:
    found = answers(price, 0.25, *POOL, "8 CPR", JUNE, far, 0.04, program, claim)
    gain = plain_gain(price, 0.25, 0.08, (JUNE, far), DELAYS[program], claim)
    assert found["implied financing"] == pytest.approx(root(gain, -3, 3), abs=1e-12)
    assert found["advantage"] == pytest.approx(
        (0.04 - found["implied financing"]) * (price + accrued(POOL[0], JUNE, claim)) * (far - JUNE).days / 360,
        abs=1e-11,
    )
    assert found["specialness"] == pytest.approx(1e4 * (0.04 - found["implied financing"]), abs=1e-8)

    def at_drop(drop: float) -> float:
        return float(plain_gain(price, drop, 0.08, (JUNE, far), DELAYS[program], claim)(0.04))

    assert found["break-even drop"] == pytest.approx(root(at_drop, -20, 20), abs=1e-10)
    assert found["break-even drop (32nds)"] == pytest.approx(32 * found["break-even drop"])
    assert found["advantage (32nds)"] == pytest.approx(32 * found["advantage"])


def test_at_the_break_even_speed_rolling_and_holding_are_the_same() -> None:
    for far, price, beyond in ((JULY, 108.0, -0.05), (SEPTEMBER, 108.0, -0.05), (JULY, 92.0, 0.05)):
        drop = answers(price, 0.1, *POOL, "8 CPR", JUNE, far, 0.04)["break-even drop"] + beyond
        speed = answers(price, drop, *POOL, "8 CPR", JUNE, far, 0.04)["break-even speed"]
        assert 0.08 < speed < 1
        assert plain_gain(price, drop, speed, (JUNE, far), 24, "POOL")(0.04) == pytest.approx(0, abs=1e-10)


def test_the_drop_breaks_even_where_the_roll_finances_at_the_rate() -> None:
    random = np.random.default_rng(8)
    count = 200
    coupon = random.uniform(0.02, 0.08, count)
    pool = Pool(coupon, coupon + random.uniform(0, 0.02, count), random.integers(6, 360, count),
                random.integers(0, 120, count), "150 PSA")  # fmt: skip
    price, rate = random.uniform(70, 120, count), random.uniform(-0.01, 0.1, count)
    near = np.datetime64("2026-01-01") + random.integers(0, 300, count)
    roll = Roll(near, near + random.integers(1, 100, count), rate)
    drop = dollar_roll.outcome(price, 0.1, pool, roll)[1].values[:, 1]
    again = dollar_roll.outcome(price, drop, pool, roll)[1].values
    assert again[:, 0] == pytest.approx(rate, abs=1e-11)
    assert again[:, 4] == pytest.approx(0, abs=1e-11)


def test_within_a_month_and_without_a_coupon_a_roll_is_plain_repo() -> None:
    found = answers(98.0, 0.25, 0.0, 0.0, 300, 0, "20 CPR", JUNE, datetime.date(2026, 6, 25), program="UMBS")
    assert found["implied financing"] == pytest.approx(-0.25 / 98 * 360 / 14, abs=1e-14)


@pytest.mark.parametrize(
    ("roll", "words"),
    [
        (Roll(JULY, JUNE), "far_settle .* does not come after settle, 2026-07-13"),
        (Roll(JUNE, JUNE), "does not come after settle"),
        (Roll(JUNE, None), "far_settle .* is needed"),
        (Roll(None, JULY), "settle .* is needed"),
        (Roll(JUNE, datetime.date(2060, 1, 13)), "past the last payment: nothing is left after 355 months"),
    ],
)
def test_rolls_that_cannot_be_are_refused_in_words(roll: Roll, words: str) -> None:
    with pytest.raises(InputError, match=words):
        dollar_roll(101, 0.1, Pool(*POOL, "8 CPR"), roll)


def test_a_bad_roll_costs_itself() -> None:
    roll = Roll(JUNE, np.array(["2026-07-13", "2026-05-13", "2026-07-13"], "M8[D]"))
    _, (values, failures) = dollar_roll.outcome([101.0, 101.0, -5.0], 0.1, Pool(*POOL, "8 CPR"), roll)
    assert np.isfinite(values[0, 0])
    assert isinstance(failures[1], InputError)
    assert isinstance(failures[2], NoSolution)
    assert set(failures) == {1, 2}


def test_a_roll_that_no_rate_makes_even_costs_itself_and_of_two_rates_the_lower_is_meant() -> None:
    """Principal cheap to buy: what is paid before the far date bends the gain, which falls again at high rates."""
    roll = (datetime.date(2026, 4, 30), datetime.date(2026, 7, 31))
    prices, claim = [20.0, 3.0, 30.0], Strip.PO
    _, (values, failures) = dollar_roll.outcome(prices, 0.1, Pool(*POOL, "20 CPR"), Roll(*roll, 0.04, "GNMA II"), claim)
    assert "no financing rate makes holding and rolling the same" in str(failures[1])
    assert np.isnan(values[1]).all()
    for row in (0, 2):
        gain = plain_gain(prices[row], 0.1, 0.2, roll, 19, "PO")
        assert gain(0) < 0 < gain(1.4) > gain(4.99)
        assert values[row, 0] == pytest.approx(root(gain, 0, 1.4), abs=1e-10)


def test_a_cell_without_financing_is_blank_and_one_without_a_break_even_speed_says_so() -> None:
    formula = published()["MBS_DOLLAR_ROLL"]
    plain = formula("101-00", "0-06", *POOL, "8 CPR", JUNE, JULY)
    assert isinstance(plain, list)
    assert [line[1] for line in plain[2:]] == [""] * 6
    why = published()["MBS_WHY"]
    for price in ("101-00", [["101-00"], ["102-00"]]):
        told = why("MBS_DOLLAR_ROLL", price, "0-06", *POOL, "8 CPR", JUNE, JULY)
        assert (
            told
            == "ok: without financing the implied one alone; give a rate for break-evens, advantage and specialness"
        )
    assert "without financing" not in why("MBS_DOLLAR_ROLL", "101-00", "0-06", *POOL, "8 CPR", JUNE, JULY, 0.04)
    against = formula("101-00", "0-06", *POOL, "8 CPR", JUNE, JULY, 0.04)
    assert isinstance(against, list)
    (none,) = (line[1] for line in against if line[0] == "break-even speed")
    assert isinstance(none, CellError)
    assert none.code == "#N/A"
    assert "no speed" in none.message
    both = formula("101-00", "0-06", *POOL, "8 CPR", JUNE, [[JULY], [SEPTEMBER]], [[0.04], [None]])
    assert isinstance(both, list)
    assert both[0][1] != "" == both[1][1]
