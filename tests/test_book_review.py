"""The portfolio: value and hedge in plain arithmetic, groups that add up, scenarios signed as a desk expects."""

from __future__ import annotations

import pytest
from laid_out import laid_out

from mbsxl_workbooks.shared.figures import figures

NAME = "book_review"
TREASURIES = ("2y", "5y", "10y", "20y", "30y")
SCENARIOS = ("disrupted", "up", "down", "cuts", "steeper", "wider", "tighter", "wilder", "calmer")


def decimal(ticks: str) -> float:
    whole, _, thirty_seconds = ticks.partition("-")
    return int(whole) + int(thirty_seconds) / 32


def by_scenario(words: str) -> dict[str, float]:
    return dict(zip(SCENARIOS, laid_out(NAME).column(words), strict=True))


def bond(years: float, coupon: float, rate: float) -> float:
    """1 of a bond that pays twice a year, payment by payment."""
    periods = int(2 * years)
    paid = [coupon / 2] * (periods - 1) + [1 + coupon / 2]
    return sum(amount / (1 + rate / 2) ** period for period, amount in enumerate(paid, start=1))


def test_value_and_groups_add_up() -> None:
    laid = laid_out(NAME)
    rows = figures("positions", "mbsxl_workbooks.templates.book_review")
    assert len(rows) == 60
    value = sum(float(row["face"]) * decimal(row["price"]) / 100 for row in rows)
    assert laid.number("value") == pytest.approx(value)
    groups = {row[0]: row[4] for row in laid.block("by_program.group:cpr") if row[0]}
    assert groups["TOTAL"] == pytest.approx(groups["UMBS"] + groups["GNMA II"]) == pytest.approx(1e6 * value)
    coupons = {row[0]: row[4] for row in laid.block("by_stack.group:cpr") if row[0]}
    assert coupons.pop("TOTAL") == pytest.approx(sum(coupons.values()))


def test_key_rates_by_coupon_are_the_duration() -> None:
    laid = laid_out(NAME)
    before, value = laid.column("dv01.book"), 1e6 * laid.number("value")
    assert 1e4 * sum(before) / value == pytest.approx(laid.number("book_duration"), rel=0.02)
    rows = [row[5:] for row in laid.block("rates.group:30y") if row[0] and row[0] != "TOTAL"]
    assert [sum(column) for column in zip(*rows, strict=True)] == pytest.approx(before)


def test_the_hedge_brings_the_duration_to_the_target() -> None:
    laid = laid_out(NAME)
    value = 1e6 * laid.number("value")
    durations = dict(zip(laid.column("curve.tenor"), laid.column("curve.duration"), strict=True))
    tenors = ("2 years", "5 years", "10 years", "20 years", "30 years")
    treasuries = [
        1e6 * face * durations[tenor] / 1e4 for face, tenor in zip(laid.column("treasuries.face"), tenors, strict=True)
    ]
    tbas = [
        face * clean / 100 * duration / 1e4
        for face, clean, duration in zip(
            *(laid.column(f"tbas.{name}") for name in ("add", "clean", "effective")), strict=True
        )
    ]
    before = sum(laid.column("dv01.book"))
    sold = before * (1 - laid.number("target") / laid.number("book_duration"))
    assert sum(tbas) == pytest.approx(-laid.number("tba_part") * sold, rel=0.02)
    assert laid.number("after") == pytest.approx(1e4 * (before + sum(tbas) + sum(treasuries)) / value, abs=0.02)
    assert laid.number("after") == pytest.approx(3.5, abs=0.3)
    after = laid.column("dv01.after")
    assert 1e4 * sum(after) / value == pytest.approx(laid.number("after"))


def test_tbas_take_convexity_spread_and_volatility_and_treasuries_do_not() -> None:
    before, tbas, treasuries, after = laid_out(NAME).block("before_after.convexity:vega")
    assert all(abs(end) < abs(start) for start, end in zip(before, after, strict=True))
    assert [left + right + bonds for left, right, bonds in zip(before, tbas, treasuries, strict=True)] == pytest.approx(
        after
    )
    assert treasuries[1:] == [0, 0]


def test_scenarios_are_signed_as_a_desk_expects() -> None:
    change, duration, hedged = (
        by_scenario(words) for words in ("outcomes.change", "outcomes.duration", "hedged.change")
    )
    assert change["disrupted"] < change["up"] < change["down"]
    assert change["wider"] < change["wilder"] < change["calmer"] < change["tighter"]
    assert duration["disrupted"] > duration["up"] > duration["down"]
    assert abs(hedged["up"] - hedged["down"]) < abs(change["up"] - change["down"])
    assert abs(hedged["wider"] - hedged["tighter"]) < abs(change["wider"] - change["tighter"])
    assert laid_out(NAME).value("answer").startswith('If "easing disrupted", the portfolio of $')


@pytest.mark.parametrize(("scenario", "moves"), [("disrupted", [100] * 5), ("cuts", [-50, -35, -20, -8, 0])])
def test_what_the_treasuries_gain_in_plain_arithmetic(scenario: str, moves: list[int]) -> None:
    laid = laid_out(NAME)
    quotes = dict(zip(("3m", "1y", "2y", "5y", "7y", "10y", "20y", "30y"), laid.column("curve.par"), strict=True))
    gain = sum(
        face * (bond(float(tenor[:-1]), quotes[tenor], quotes[tenor] + move / 1e4) - 1)
        for face, tenor, move in zip(laid.column("treasuries.face"), TREASURIES, moves, strict=True)
    )
    assert laid.column(f"hedged.treasuries[{scenario}]") == [pytest.approx(gain)]


def test_the_tornado_is_ranked_and_signed() -> None:
    laid = laid_out(NAME)
    ranked = laid.block("ranked.input:high")
    swings = [abs(high - low) for _, _, low, high in ranked]
    assert swings == sorted(swings, reverse=True)
    changes = {words.split(":")[0]: (low, high) for words, _, low, high in ranked}
    for words in ("All rates, bp", "Spreads, bp", "Volatility 1y10y, bp"):
        low, high = changes[words]
        assert high < 0 < low, words
    up = by_scenario("outcomes.change")["up"] - by_scenario("outcomes.change")["disrupted"]
    assert up / 2e6 == pytest.approx(changes["All rates, bp"][0], rel=0.1)  # 50 bp, about twice 25
