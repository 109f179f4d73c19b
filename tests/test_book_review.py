"""The portfolio: value and hedge in plain arithmetic, groups that add up, scenarios signed as a desk expects."""

from __future__ import annotations

import pytest
from laid_out import laid_out

from mbsxl_workbooks.shared.figures import figures

NAME = "book_review"


def decimal(ticks: str) -> float:
    whole, _, thirty_seconds = ticks.partition("-")
    return int(whole) + int(thirty_seconds) / 32


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


def test_key_rates_are_the_duration_and_the_hedge_brings_it_to_the_target() -> None:
    laid = laid_out(NAME)
    before, value = laid.column("dv01.book"), 1e6 * laid.number("value")
    assert 1e4 * sum(before) / value == pytest.approx(laid.number("book_duration"), rel=0.02)
    durations = dict(zip(laid.column("curve.tenor"), laid.column("curve.duration"), strict=True))
    tenors = ("2 years", "5 years", "10 years", "20 years", "30 years")
    hedge = [1e6 * face * durations[tenor] / 1e4 for face, tenor in zip(laid.column("hedge.face"), tenors, strict=True)]
    assert laid.number("after") == pytest.approx(1e4 * (sum(before) + sum(hedge)) / value)
    assert laid.number("after") == pytest.approx(3.5, abs=0.3)


def test_scenarios_are_signed_as_a_desk_expects() -> None:
    laid = laid_out(NAME)
    keys = ("disrupted", "up", "down", "cuts", "wider", "wilder")
    change, duration, hedged = (
        dict(zip(keys, laid.column(each), strict=True))
        for each in ("outcomes.change", "outcomes.duration", "hedged.change")
    )
    assert change["disrupted"] < change["up"] < change["down"]
    assert change["wider"] < change["wilder"]
    assert duration["disrupted"] > duration["up"] > duration["down"]
    assert abs(hedged["up"] - hedged["down"]) < abs(change["up"] - change["down"])
    assert laid.value("answer").startswith('If "easing disrupted: parallel +100", the portfolio of $')
