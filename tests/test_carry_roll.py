"""Carry and roll: the parts in plain arithmetic, Treasuries of equal duration, rolls at their break-even."""

from __future__ import annotations

import pytest
from laid_out import laid_out
from plain_pool import Pool

NAME = "carry_roll"
REPO = 0.0388


def test_income_and_financing_are_what_plain_arithmetic_says() -> None:
    """Three months from 11 December 2025: coupon accrued on what is left, financing actual/360."""
    laid = laid_out(NAME)
    rows = zip(laid.block("pools.coupon:age"), laid.column("pools.clean"), laid.column("pools.speed"), strict=True)
    for place, ((coupon, wac, wam, _), price, speed) in enumerate(rows):
        cpr = float(speed.removesuffix(" CPR")) / 100
        full = price + 100 * coupon * 10 / 360
        paid = Pool(coupon, wac, int(wam), cpr).payments()[:3]
        left = 100 - sum(principal for principal, _ in paid)
        income = sum(interest for _, interest in paid) + left * coupon * 10 / 360 - 100 * coupon * 10 / 360
        lost = sum(principal for principal, _ in paid) * (100 - price) / 100
        assert laid.column("carry_near.income")[place] == pytest.approx(income, abs=0.005)
        assert laid.column("carry_near.paydown")[place] == pytest.approx(lost, abs=0.005)
        assert laid.column("carry_near.cost")[place] == pytest.approx(full * REPO * 90 / 360, abs=0.01)


def test_treasuries_carry_and_roll_in_plain_arithmetic() -> None:
    laid = laid_out(NAME)
    years, par, then = (laid.column(each) for each in ("curve.years", "curve.par", "treasuries_far.then"))
    for place in range(2, len(years)):
        semis = int(2 * (years[place] - 1))
        worth = sum(par[place] / 2 / (1 + then[place] / 2) ** k for k in range(1, semis + 1))
        worth += (1 + then[place] / 2) ** -semis
        assert laid.column("treasuries_far.roll")[place] == pytest.approx(100 * (worth - 1), abs=1e-9)
        assert laid.column("treasuries_far.carry")[place] == pytest.approx(100 * (par[place] - REPO), abs=1e-9)


def test_what_is_over_treasuries_takes_their_duration_out() -> None:
    laid = laid_out(NAME)
    durations, totals = laid.column("curve.duration"), laid.column("treasuries_near.annual")
    names = ("adjusted.effective", "carry_near.annual", "carry_near.over")
    for effective, total, over in zip(*(laid.column(each) for each in names), strict=True):
        place = max(index for index, years in enumerate(durations) if years <= effective)
        part = (effective - durations[place]) / (durations[place + 1] - durations[place])
        assert over == pytest.approx(total - totals[place] - part * (totals[place + 1] - totals[place]), abs=1e-9)


def test_the_answer_is_the_best_and_its_horizon_can_be_chosen() -> None:
    laid = laid_out(NAME).fresh()
    for horizon in ("near", "far"):
        laid.set(horizon=horizon)
        over, names = laid.column(f"carry_{horizon}.over"), laid.column("pools.pool")
        assert laid.number("best_over") == pytest.approx(max(over))
        best = names[over.index(max(over))]
        assert f"the {best} earns most over Treasuries of equal duration: {max(over):.0f} bp" in laid.value("answer")
