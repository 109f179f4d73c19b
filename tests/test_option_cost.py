"""The option cost: what it must do as volatility moves, current coupons and hedges in plain arithmetic."""

from __future__ import annotations

from itertools import pairwise
from math import exp, pi, sqrt

import pytest
from laid_out import laid_out

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.model import calculate

NAME = "option_cost"
TENORS = ("3m", "1y", "2y", "5y", "7y", "10y", "20y", "30y")


def at_par(coupons: list[float], prices: list[float]) -> float:
    """The coupon at 100 on the straight line between two neighbours."""
    pairs = zip(pairwise(coupons), pairwise(prices), strict=True)
    (low, high), (below, above) = next(pair for pair in pairs if pair[1][0] <= 100 <= pair[1][1])
    return low + (high - low) * (100 - below) / (above - below)


def test_option_cost_is_the_gap_and_rises_with_volatility() -> None:
    laid = laid_out(NAME)
    spreads, costs = (laid.block(f"{table}.low:high") for table in ("level_oas", "level_cost"))
    for z_spread, oas, cost in zip(laid.column("stack.z"), spreads, costs, strict=True):
        assert [z_spread - each for each in oas] == pytest.approx(cost)
        assert 0 < cost[0] < cost[1] < cost[2]
    assert all(calm < wild for row in laid.block("costs.at_30:at_120") for calm, wild in pairwise(row))
    assert all(calm > wild for row in laid.block("prices.at_30:at_120") for calm, wild in pairwise(row))


def test_less_volatility_is_worth_more_where_the_option_is_near_the_money() -> None:
    laid = laid_out(NAME)
    gains, alone, tighter = (laid.column(f"fall.{name}") for name in ("gain", "vega", "tighter"))
    assert min(*gains, *tighter, *alone) > 0
    assert gains == pytest.approx(alone, rel=0.4)  # vega itself falls with volatility
    assert gains.index(max(gains)) in (6, 7)  # 5% and 5.5%, around par
    assert max(gains[0] / 0.25, gains[9] / 0.5) < max(gains)


def test_the_current_coupon_falls() -> None:
    laid = laid_out(NAME)
    coupons, prices, after, one, fewer = (
        laid.column(each) for each in ("pools.coupon", "pools.clean", "fall.after", "fall.one", "fall.one_after")
    )
    today = at_par(coupons, prices)
    assert laid.number("current_coupon") == pytest.approx(today)
    assert laid.number("coupon_own") == pytest.approx(1e4 * (today - at_par(coupons, after)))
    assert laid.number("tightens_one") == pytest.approx(1e4 * (at_par(coupons, one) - at_par(coupons, fewer)))
    assert f"by {laid.number('tightens_one'):.1f} bp at one OAS for all" in laid.value("answer")
    for name in ("at_30", "at_80", "at_120"):
        assert laid.column(f"par.{name}[coupon]") == pytest.approx(
            [100 * at_par(coupons, laid.column(f"prices.{name}"))]
        )


def test_the_volatility_quoted_is_that_of_the_short_rate_by_the_formula_too() -> None:
    """The sheet's plain arithmetic against MBS_SWAPTION_VOLATILITY, which is exact."""
    laid = laid_out(NAME)
    years, par = (",".join(map(str, laid.column(f"curve.{name}"))) for name in ("years", "par"))
    quoted = calculate(
        f"=MBS_SWAPTION_VOLATILITY({laid.number('volatility')},1,10,{{{years}}},{{{par}}},3%)", published()
    )
    assert 1e4 * quoted == pytest.approx(73, rel=0.002)


def test_the_hedge_has_the_vega_of_the_position() -> None:
    laid = laid_out(NAME)
    discounts = laid.column("swap.discount")
    annuity = sum(discounts[1:]) / 2
    reach = [(1 - exp(-0.03 * place / 2)) / 0.03 for place in range(21)]
    rate = (discounts[0] - discounts[-1]) / annuity
    moved = (
        reach[-1] * discounts[-1] + rate * sum(p * b for p, b in zip(discounts[1:], reach[1:], strict=True)) / 2
    ) / annuity
    ratio = moved * sqrt((1 - exp(-0.06)) / 0.06)
    row = int(laid.number("near_row")) - 1
    lost = -laid.column("stack.vega")[row] / ratio * 1e6  # $ a bp quoted on $100mm
    straddle = 2 * annuity * 1e6 / sqrt(2 * pi) / 1e4  # $ a bp on $1mm
    assert laid.number("par_vega") == pytest.approx(lost / 1e3)
    assert laid.number("par_hedge") == pytest.approx(lost / straddle)


def test_the_coupon_that_gains_most_is_named_once() -> None:
    laid = laid_out(NAME)
    most = max(laid.column("fall.gain"))
    assert (laid.number("near_row"), laid.column("fall.gain")[6]) == (7, most)
    assert laid.value("answer").endswith(f"; the 5.0% coupon gains {most:.2f} points, the most.")
    laid = laid.fresh().set(paths=64)
    near, most = laid.column("fall.gain")[6:8]
    assert (laid.number("near_row"), most) == (7, max(laid.column("fall.gain")))
    assert laid.value("answer").endswith(f"; the 5.0% coupon gains {near:.2f} points, the 5.5% most: {most:.2f}.")


def test_a_fall_larger_than_the_volatility_is_refused_in_words() -> None:
    laid = laid_out(NAME).fresh().set(vol_fall=73, paths=64)
    assert laid.value("answer").startswith("A fall of 73 bp is all of the volatility")
