"""The easing cycle: paths of cuts by the month, what is said of each coupon in each, the signs a desk expects."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from laid_out import LaidOut, laid_out
from plain_pool import Pool, traded

from mbsxl_udfs.formulas.publish import published
from mbsxl_workbooks.shared.figures import figures

NAME = "easing_cycle"
SCENARIOS = ("hold", "down", "steepen", "flatten", "up", "own")
SPAN = "hold:own"
DELAY, DAY = 24, 11
TENORS = [0.25, 1, 2, 5, 7, 10, 20, 30]
LATE = {  # moves a year from now, at 5 and at 10 years
    "hold": (0, 0),
    "down": (-50, -50),
    "steepen": (-65, -35),
    "flatten": (35, 20),
    "up": (50, 50),
    "own": (-100, -100),
}


@cache
def soon() -> LaidOut:
    """The template over three months, with a step of a scenario taken out."""
    return laid_out(NAME).fresh(months=3, paths=64, month_steepen2=None, month_steepen3=None, month_steepen4=None)


def pools() -> list[list[float]]:
    """Coupon, gross rate, months left, age."""
    return laid_out(NAME).block("pools.coupon:age")


def test_rates_at_the_horizon_are_those_of_the_last_step_before_it() -> None:
    laid = laid_out(NAME)
    for place, name in enumerate(SCENARIOS):
        five, ten = LATE[name]
        assert (laid.column(f"moves.{name}")[3], laid.column(f"moves.{name}")[5]) == (five, ten)
        found = laid.block(f"rates.{SPAN}")[0][place]
        assert found == pytest.approx(0.0623 + (0.6 * ten + 0.4 * five) / 1e4)
    assert [soon().column(f"moves.{name}")[0] for name in SCENARIOS] == [0, -25, -25, 25, 50, -50]


def asked(laid: LaidOut, pool: list[float], price: float, burnout: float, steps: list[list[object]]) -> list[float]:
    """What the formula says of one pool and one scenario typed by hand: CPR, return and return over Treasuries."""
    curve = laid.column("curve.par")
    settle, months, paths = (laid.value(each) for each in ("settle", "months", "paths"))
    titles = ["face", "price", "coupon", "wac", "wam", "age", "settle", "burnout"]
    positions = [titles, [1e6, price, *pool, settle, burnout]]
    model = [
        ["mortgage_spread", laid.number("mortgage_rate") - 0.6 * curve[5] - 0.4 * curve[3]],
        ["ten_year_weight", 0.6],
    ]
    shifts = [["scenario", "month", *TENORS], *(["typed", *step] for step in steps)]
    volatility = laid.number("volatility")
    measures = [["CPR", "RETURN", "OVER_TREASURY"]]
    function = published()["MBS_SCENARIOS"]
    answer = function(
        positions, [TENORS], [curve], volatility, shifts, months, None, None, model, measures, None, paths
    )
    return list(answer[1][2:])


@pytest.mark.parametrize("name", ["hold", "steepen", "own"])
@pytest.mark.parametrize("place", [0, 7, 9])
def test_every_cell_is_of_its_coupon_and_its_scenario(name: str, place: int) -> None:
    """Told apart by what one coupon and one scenario, typed by hand, give."""
    laid = laid_out(NAME)
    steps: dict[str, list[list[object]]] = {
        "hold": [[0, *[0] * 8]],
        "steepen": [
            [1, -25, -25, -25, -18, -14, -10, -4, 0],
            [4, -50, -50, -50, -35, -28, -20, -8, 0],
            [7, -75, -75, -70, -50, -40, -28, -12, 0],
            [10, -100, -100, -90, -65, -50, -35, -15, 0],
        ],
        "own": [[3, *[-50] * 8], [6, *[-100] * 8]],
    }
    burnout = laid.column("burnout.gone")[place]
    found = asked(laid, pools()[place], laid.column("pools.clean")[place], burnout, steps[name])
    cells = [laid.column(f"{table}.{name}")[place] for table in ("speeds", "returns", "excess")]
    assert cells == pytest.approx(found, rel=1e-6)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_average_lives_in_plain_arithmetic(scenario: str) -> None:
    """From the horizon, of the pools as they are then."""
    laid = laid_out(NAME)
    lives, speeds = laid.column(f"lives.{scenario}"), laid.column(f"speeds.{scenario}")
    for (coupon, wac, wam, _), cpr, life in zip(pools(), speeds, lives, strict=True):
        pool = Pool(coupon, wac, int(wam) - 12, round(100 * cpr, 3) / 100)
        assert traded(pool, 100, day=DAY, delay=DELAY).life == pytest.approx(life, abs=1e-9)


def test_burnout_is_of_the_rates_that_a_pool_has_felt() -> None:
    laid = laid_out(NAME)
    rates = [float(row["rate"]) for row in figures("mortgage_rate") if row["month"] <= "2025-11"][-120:]
    assert laid.column("past.rate") == pytest.approx(rates)
    gone = laid.column("burnout.gone")
    assert max(gone) == gone[-1] > 0.2  # 6.5%, of loans at 7.35% that could refinance since 2024
    assert all(0 <= each <= 1 for each in gone)


def test_nothing_moves_where_nothing_changes() -> None:
    laid = laid_out(NAME)
    assert laid.column("levels.by_up0") == pytest.approx(laid.column("pools.clean"), abs=1e-9)


def test_the_signs_a_desk_expects() -> None:
    laid = laid_out(NAME)
    durations, cpr, lives = (laid.block(f"{table}.{SPAN}") for table in ("durations", "speeds", "lives"))
    hold, down, _, flatten, up, own = range(6)
    for each in range(9):  # the highest is fast already, and what is left of it burnt out
        assert cpr[each][own] > cpr[each][down] > cpr[each][hold] > cpr[each][flatten] > cpr[each][up]
        assert lives[each][own] < lives[each][down] < lives[each][hold] < lives[each][up]
    for each in (6, 7):  # 5% and 5.5%, around par: the option is near the money
        assert durations[each][own] < durations[each][down] < durations[each][hold] < durations[each][up]
    assert laid.column("stack.bend")[0] > 0 > min(laid.column("stack.bend"))
    assert all(lower > higher for row in laid.block("levels.by_down150:by_up150") for lower, higher in pairwise(row))
    tornado = {key: laid.column(f"tornado.{side}[spread]")[0] for key, side in (("tight", "low"), ("wide", "high"))}
    assert tornado["wide"] < laid.number("best_excess") < tornado["tight"]


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
    laid = laid_out(NAME).fresh(speed_jump=1, life_limit=30, paths=64, scenario_down="mild", scenario="mild")
    assert (laid.value("risk_returns"), laid.value("stable_below")) == ("none", "none")
    assert 'as in "mild", no coupon gains 100 CPR; every coupon keeps its cash flows' in laid.value("answer")
