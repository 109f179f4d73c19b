"""Coupons side by side: static figures in plain arithmetic, the choices that follow, rows of one's own."""

from __future__ import annotations

import pytest
from laid_out import LaidOut, laid_out
from plain_pool import Pool, Traded, traded

NAME = "coupon_compare"
FUNDING, DELAY = 0.0388, 24
USED = 10  # rows of pools, before those left blank


def decimal(ticks: str) -> float:
    whole, _, thirty_seconds = ticks.partition("-")
    return int(whole) + int(thirty_seconds) / 32


def plain(laid: LaidOut, scenario: str) -> list[Traded]:
    """What each pool gives at its speed in a scenario, settled on the 11th."""
    rows = laid.block("pools.coupon:price[all]")[:USED]
    speeds = laid.column(f"drift.speed_{scenario}[all]")[:USED]
    return [
        traded(Pool(coupon, wac, int(wam), float(speed.removesuffix(" CPR")) / 100), decimal(price), 11, DELAY)
        for (coupon, wac, wam, _, price), speed in zip(rows, speeds, strict=True)
    ]


@pytest.mark.parametrize("scenario", ["slow", "base", "fast", "own"])
def test_static_figures_are_what_plain_arithmetic_says(scenario: str) -> None:
    laid = laid_out(NAME)
    yields, durations = (laid.column(f"drift.{name}_{scenario}[all]")[:USED] for name in ("yield", "duration"))
    for each, found, duration in zip(plain(laid, scenario), yields, durations, strict=True):
        assert found == pytest.approx(each.bond_yield, abs=1e-9)
        assert duration == pytest.approx(each.duration, abs=1e-9)


def test_the_scenario_chosen_is_the_one_compared() -> None:
    laid = laid_out(NAME).fresh()
    for scenario in ("base", "slow"):
        laid.set(scenario=scenario)
        for each, row in zip(plain(laid, scenario), laid.block("compare.yield:carry[all]"), strict=False):
            carry = 1e4 * (each.bond_yield - FUNDING)
            assert (row[0], row[3], row[4]) == pytest.approx((each.bond_yield, each.life, each.duration), abs=1e-9)
            assert (row[5], row[6]) == pytest.approx((each.convexity / 100, carry), abs=1e-7)


def test_the_choices_follow() -> None:
    laid = laid_out(NAME)
    pools, oas, effective = (
        laid.column(f"{column}[all]")[:USED] for column in ("compare.pool", "compare.oas", "compare.effective")
    )
    spread = laid.column("compare.spread[all]")[:USED]
    within = {pool: each for pool, each, years in zip(pools, oas, effective, strict=True) if years <= 6}
    pick = max(within, key=within.__getitem__)
    assert laid.number("pick_oas") == pytest.approx(within[pick])
    assert laid.note("pick_oas").startswith(pick)
    assert laid.value("answer").startswith(f"{pick} pays most within 6.0 years: {within[pick]:.0f} bp of OAS")
    assert laid.number("top_oas") == pytest.approx(max(oas))
    carry = dict(zip(pools, laid.column("carry_near.annual[all]")[:USED], strict=True))
    top = max(carry, key=carry.__getitem__)
    assert (laid.number("top_carry"), laid.note("top_carry").split(",")[0]) == (pytest.approx(carry[top]), top)
    assert laid.number("top_bad") == pytest.approx(
        max(each - 20 * years for each, years in zip(oas, spread, strict=True))
    )


def test_where_nothing_fits_the_limit_it_says_so() -> None:
    laid = laid_out(NAME).fresh().set(duration_limit=0.5)
    assert laid.value("answer") == "no pool is as short as 0.5 years"
    assert {laid.value(name) for name in ("pick_oas", "pick_yield", "pick_duration")} == {"none"}
    assert laid.book.errors() == []


def test_a_row_of_ones_own_competes_and_a_blank_one_is_left_out() -> None:
    laid = laid_out(NAME).fresh()
    laid.set(pool_new1="mine", coupon_new1=0.055, wac_new1=0.0635, wam_new1=230, age_new1=9, price_new1="99-00")
    assert laid.book.errors() == []
    assert laid.note("pick_oas").startswith("mine")
    laid.set(pool_new1="")
    assert laid.note("pick_oas") == laid_out(NAME).note("pick_oas")
    assert laid.book.errors() == []


def test_a_dealers_speed_stands_in_for_the_models() -> None:
    laid = laid_out(NAME).fresh().set(base_30y55="200 PSA")
    assert laid.column("pools.speed[30y55]") == ["200 PSA"]
    assert laid.checks == {"ok"}
    before, after = (each.column("compare.oas[all]") for each in (laid_out(NAME), laid))
    assert before == after  # the model's paths know no dealer


def test_carry_is_that_of_carry_roll_at_the_same_spread() -> None:
    laid, other = laid_out(NAME), laid_out("carry_roll")
    for name in ("carry_near.income:horizon", "carry_far.income:horizon", "rolls.implied:special"):
        found = [row for row in laid.block(f"{name}[all]") if row[0] != ""]
        assert len(found) == USED
        for row, same in zip(found, other.block(f"{name}[all]"), strict=True):
            assert row == pytest.approx(same, rel=1e-9)
