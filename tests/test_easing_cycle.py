"""The easing cycle: curves, lives and returns in plain arithmetic, the signs a desk expects."""

from __future__ import annotations

from itertools import pairwise

import pytest
from laid_out import laid_out
from plain_pool import Pool, traded

NAME = "easing_cycle"
SCENARIOS = ("hold", "down", "steepen", "flatten", "up")
SPAN = "hold:up"
DELAY, DAY = 24, 11
TWIST = (50, 50, 50, 35, 28, 20, 8, 0)
MOVES = {
    "hold": [0] * 8,
    "down": [-50] * 8,
    "steepen": [-move for move in TWIST],
    "flatten": list(TWIST),
    "up": [50] * 8,
}


def pools() -> list[list[float]]:
    """Coupon, gross rate, months left, age."""
    return laid_out(NAME).block("pools.coupon:age")


def speeds(scenario: str) -> list[float]:
    return [float(text.removesuffix(" CPR")) / 100 for text in laid_out(NAME).column(f"texts.{scenario}")]


def test_the_curves_are_the_moves_added() -> None:
    laid = laid_out(NAME)
    for name, moves in MOVES.items():
        curve = [level + move / 1e4 for level, move in zip(laid.column("curve.par"), moves, strict=True)]
        assert laid.column(f"curves.{name}") == pytest.approx(curve)
        assert laid.column(f"rates.{name}[mortgage]") == pytest.approx(
            [0.0623 + (0.6 * moves[5] + 0.4 * moves[3]) / 1e4]
        )


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_average_lives_and_the_year_in_plain_arithmetic(scenario: str) -> None:
    laid = laid_out(NAME)
    bill = laid.column(f"curves.{scenario}[3m]")[0]
    later, returns, lives = (
        laid.column(each) for each in (f"{scenario}.price", f"returns.{scenario}", f"lives.{scenario}")
    )
    rows = zip(pools(), laid.column("pools.clean"), speeds(scenario), later, returns, lives, strict=True)
    for (coupon, wac, wam, _), price, speed, then, found, life in rows:
        pool = Pool(coupon, wac, int(wam), speed)
        assert traded(pool, price, day=DAY, delay=DELAY).life == pytest.approx(life, abs=1e-9)
        paid = pool.payments()[:12]
        left = 100 - sum(principal for principal, _ in paid)
        grown = sum(
            (principal + interest) * (1 + bill * (1 - (30 * month - (DAY - 1) + DELAY) / 360))
            for month, (principal, interest) in enumerate(paid, start=1)
        )
        accrued = 100 * coupon * (DAY - 1) / 360
        assert found == pytest.approx((grown + left * (then + accrued) / 100) / (price + accrued) - 1, abs=1e-9)


def test_treasuries_return_their_yield_and_roll() -> None:
    """Par Treasuries a year on: priced coupon by coupon at the par yield of their term then."""
    laid = laid_out(NAME)
    years, par = laid.column("curve.years"), laid.column("curve.par")
    for scenario in SCENARIOS:
        bill = laid.column(f"curves.{scenario}[3m]")[0]
        yields = laid.column(f"treasury_yields.{scenario}")
        for place in range(2, len(years)):
            left = int(2 * (years[place] - 1))
            worth = sum(par[place] / 2 / (1 + yields[place] / 2) ** k for k in range(1, left + 1))
            worth += (1 + yields[place] / 2) ** -left
            got = worth + par[place] / 2 * (1 + bill / 2) + par[place] / 2 - 1
            assert laid.column(f"treasury.{scenario}")[place] == pytest.approx(got, abs=1e-9)


def test_the_return_over_treasuries_is_between_neighbours() -> None:
    laid = laid_out(NAME)
    durations, treasuries = laid.column("curve.duration"), laid.column("treasury.down")
    for effective, mbs, excess in zip(
        laid.column("durations.hold"), laid.column("returns.down"), laid.column("excess.down"), strict=True
    ):
        place = max(index for index, years in enumerate(durations) if years <= effective)
        part = (effective - durations[place]) / (durations[place + 1] - durations[place])
        assert excess == pytest.approx(mbs - (1 - part) * treasuries[place] - part * treasuries[place + 1], abs=1e-10)


def test_nothing_moves_where_nothing_changes() -> None:
    laid = laid_out(NAME)
    assert laid.column("prices.hold") == pytest.approx(laid.column("pools.clean"), abs=1e-9)
    assert laid.column("levels.by_up0") == pytest.approx(laid.column("pools.clean"), abs=1e-9)
    for step, scenario in (("by_down50", "down"), ("by_up50", "up")):
        assert laid.column(f"levels.{step}") == pytest.approx(laid.column(f"prices.{scenario}"), abs=1e-9)


def test_the_signs_a_desk_expects() -> None:
    laid = laid_out(NAME)
    changes, durations, cpr, lives = (
        laid.block(f"{table}.{SPAN}") for table in ("price_changes", "durations", "speeds", "lives")
    )
    hold, down, steepen, flatten, up = range(5)
    for each in range(10):
        assert changes[each][down] > changes[each][steepen] > 0 > changes[each][flatten] > changes[each][up]
        assert cpr[each][down] > cpr[each][hold] > cpr[each][up]
        assert lives[each][down] < lives[each][hold] < lives[each][up]
    for each in (6, 7):  # 5% and 5.5%, around par: the option is near the money
        assert durations[each][down] < durations[each][hold] < durations[each][up]
    assert laid.column("convexities.hold")[0] > 0 > min(laid.column("convexities.hold"))
    assert all(lower > higher for row in laid.block("levels.by_down150:by_up150") for lower, higher in pairwise(row))


def test_what_the_summary_says_follows() -> None:
    laid = laid_out(NAME)
    coupons = laid.column("pools.coupon")
    jumped = [each for each, row in zip(coupons, laid.block(f"speeds.{SPAN}"), strict=True) if row[1] - row[0] >= 0.05]
    moved = [each for each, row in zip(coupons, laid.block(f"lives.{SPAN}"), strict=True) if max(row) - min(row) > 2]
    assert laid.value("risk_returns") == pytest.approx(min(jumped))
    assert laid.value("stable_below") == pytest.approx(min(moved))
    excess = laid.column("excess.down")
    assert laid.number("best_excess") == max(excess)
    assert laid.note("best_excess").startswith(f"{coupons[excess.index(max(excess))]:.1%} coupon")


def test_where_nothing_is_risky_or_unstable_it_says_none() -> None:
    laid = laid_out(NAME).fresh().set(speed_jump=1, life_limit=30, paths=64, name_down="mild", scenario="mild")
    assert (laid.value("risk_returns"), laid.value("stable_below")) == ("none", "none")
    assert 'as in "mild", no coupon gains 100 CPR; every coupon keeps its cash flows' in laid.value("answer")
