"""Carry and roll-down: against plain arithmetic on calendar dates, and what must hold on an unchanged curve."""

from __future__ import annotations

import datetime
from typing import Any, NamedTuple

import flat
import numpy as np
import pytest
from plain_position import accrued, held

from mbsxl import Financed, InputError, ParCurve, Pool, Quoted, carry
from mbsxl.arrays import FloatArray
from mbsxl.claims.payments import Flows
from mbsxl.claims.settled import Settled
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.loans.prepayment import PrepaymentModel
from mbsxl.value.spreads import over_curve

CURVE = ((0.5, 2.0, 5.0, 10.0, 30.0), (0.038, 0.036, 0.038, 0.042, 0.048))
POOL = (0.055, 0.0635, 355, 5)
SETTLE = datetime.date(2026, 6, 11)


def answers(*arguments: Any, **named: Any) -> dict[str, float]:
    record = flat.carry(*arguments, **named)
    return dict(zip(record.names.tolist(), record.values.tolist(), strict=True))


def plain(
    price: float, horizon: float, months: int, financing: float, claim: str, delay: int
) -> tuple[float, float, float]:
    """Return the full value then, payments put at the financing rate, the full price now and what financing costs."""
    then = datetime.date(
        SETTLE.year + (SETTLE.month - 1 + months) // 12, (SETTLE.month - 1 + months) % 12 + 1, SETTLE.day
    )
    kept = held(POOL, lambda _: 0.08, SETTLE, months, delay, claim)
    value = kept.factor * (horizon + accrued(POOL[0], then, claim))
    for interest, principal, on in kept.paid:
        late = (on - then).days
        grown = 1 / (1 + financing * late / 360) if late > 0 else 1 - financing * late / 360
        value += (interest + principal) * grown
    full = price + accrued(POOL[0], SETTLE, claim)
    return value, full, full * financing * (then - SETTLE).days / 360


@pytest.mark.parametrize(("claim", "price"), [("POOL", 100.75), ("IO", 24.0), ("PO", 77.0)])
@pytest.mark.parametrize(("months", "program", "delay"), [(1, "UMBS", 24), (3, "GNMA II", 19), (14, "GOLD", 14)])
@pytest.mark.parametrize("kind", ["Z", "NOMINAL"])
def test_carry_and_roll_down_are_the_gain_over_the_cost(
    claim: str, price: float, months: int, program: str, delay: int, kind: str
) -> None:
    found = answers(price, *POOL, "8 CPR", *CURVE, SETTLE, 0.04, months, kind, program=program, claim=claim)
    value, full, cost = plain(price, found["horizon price"], months, 0.04, claim, delay)
    assert found["financing cost"] == pytest.approx(cost, abs=1e-11)
    assert found["carry"] + found["roll-down"] == pytest.approx(value - full - cost, abs=1e-10)
    assert found["total"] == pytest.approx(found["carry"] + found["roll-down"], abs=1e-12)
    whole = found["coupon income"] + found["amortisation gain"] + found["reinvestment"] - found["financing cost"]
    assert found["carry"] == pytest.approx(whole, abs=1e-12)
    value, full, cost = plain(price, found["forward price"], months, 0.04, claim, delay)
    assert value == pytest.approx(full + cost, abs=1e-9)


def test_the_parts_are_coupons_and_paydowns() -> None:
    kept = held(POOL, lambda _: 0.08, SETTLE, 3, 24)
    found = answers(100.75, *POOL, "8 CPR", *CURVE, SETTLE, 0.04, 3)
    then = datetime.date(2026, 9, 11)
    income = sum(interest for interest, _, _ in kept.paid) + kept.factor * accrued(0.055, then) - accrued(0.055, SETTLE)
    assert found["coupon income"] == pytest.approx(income, abs=1e-11)
    assert found["amortisation gain"] == pytest.approx((1 - kept.factor) * (100 - 100.75), abs=1e-11)
    assert found["roll-down"] == pytest.approx(kept.factor * (found["horizon price"] - 100.75), abs=1e-11)


def test_the_horizon_price_is_that_of_the_aged_pool_at_the_spread_of_today() -> None:
    then, later = datetime.date(2026, 9, 11), (0.055, 0.0635, 352, 8)
    spread = float(flat.z_spread(100.75, *POOL, "8 CPR", *CURVE, SETTLE))
    found = answers(100.75, *POOL, "8 CPR", *CURVE, SETTLE, 0.04, 3)
    assert found["horizon price"] == pytest.approx(float(flat.z_price(spread, *later, "8 CPR", *CURVE, then)), abs=1e-9)
    spread = float(flat.nominal_spread(100.75, *POOL, "8 CPR", *CURVE, SETTLE))
    found = answers(100.75, *POOL, "8 CPR", *CURVE, SETTLE, 0.04, 3, "NOMINAL")
    again = flat.nominal_spread(found["horizon price"], *later, "8 CPR", *CURVE, then)
    assert float(again) == pytest.approx(spread, abs=1e-8)
    still = PrepaymentModel(refinancing=0.0)
    spread = float(flat.oas(100.75, *POOL, *CURVE, 0.0085, model=still, settle=SETTLE))
    found = answers(100.75, *POOL, "8 CPR", *CURVE, SETTLE, 0.04, 3, "OAS", 0.0085, model=still)
    price = flat.oas_price(spread, *later, *CURVE, 0.0085, model=still, settle=then)
    assert found["horizon price"] == pytest.approx(float(price), abs=1e-9)


def test_a_rise_of_the_yield_by_as_much_eats_the_total() -> None:
    found = answers(100.75, *POOL, "8 CPR", *CURVE, SETTLE, 0.03, 6)
    then, later = datetime.date(2026, 12, 11), (0.055, 0.0635, 349, 11, "8 CPR")
    at = float(flat.bond_yield(found["horizon price"], *later, then)) + found["yield rise (bp)"] / 1e4
    assert float(flat.price(at, *later, then)) == pytest.approx(found["forward price"], abs=1e-9)
    days = (then - SETTLE).days
    full = 100.75 + accrued(0.055, SETTLE)
    assert found["total (bp a year)"] == pytest.approx(1e4 * found["total"] / full * 360 / days, abs=1e-9)


def test_from_a_31st_the_horizon_is_the_last_of_its_month() -> None:
    found = answers(100.0, 0.06, 0.065, 300, 20, "0 CPR", *CURVE, datetime.date(2026, 1, 31), 0.04, 1)
    assert found["financing cost"] == pytest.approx((100 + 0.5) * 0.04 * 28 / 360, abs=1e-10)


@pytest.mark.parametrize(
    ("financed", "words"),
    [
        (Financed(None, 0.04, 3), 'settle "": is needed'),
        (Financed(SETTLE, 0.04, 0), "months 0"),
        (Financed(SETTLE, 0.04, 355), "months 355: is no horizon of a pool with 355 months left; give 1 to 354"),
        (Financed(SETTLE, 0.04, 3, "OAS"), 'volatility "": is needed for spread_kind OAS'),
        (Financed(SETTLE, 0.04, 3, "YIELD"), "is not one of Z, OAS, NOMINAL"),
    ],
)
def test_carries_that_cannot_be_are_refused_in_words(financed: Financed, words: str) -> None:
    with pytest.raises(InputError, match=words):
        carry(100.75, Pool(*POOL, "8 CPR"), ParCurve(*CURVE), financed)


def test_a_column_is_its_rows_and_a_bad_one_costs_itself() -> None:
    price = np.array([99.0, 100.75, -9.0, 102.0])
    financed = Financed(SETTLE, np.array([0.04, 0.05, 0.04, 0.03]), np.array([3, 6, 3, 400]))
    _, (values, failures) = carry.outcome(price, Pool(*POOL, "8 CPR"), ParCurve(*CURVE), financed, Quoted())
    assert set(failures) == {2, 3}
    alone = carry(100.75, Pool(*POOL, "8 CPR"), ParCurve(*CURVE), Financed(SETTLE, 0.05, 6))
    assert values[1] == pytest.approx(alone.values, abs=1e-12)


def test_a_spread_that_leaves_no_yield_costs_its_row() -> None:
    """Interest of two months, bought at 99: its nominal spread is thousands of percent below the curve."""
    financed = Financed(SETTLE, 0.04, 1, "NOMINAL")
    pool = Pool(0.055, 0.0635, np.array([2, 355]), 5, "8 CPR")
    _, (values, failures) = carry.outcome([99.0, 24.0], pool, ParCurve(*CURVE), financed, Quoted("IO"))
    assert list(failures) == [0]
    assert "its nominal spread, held, leaves a yield of" in str(failures[0])
    alone = carry(24.0, Pool(*POOL, "8 CPR"), ParCurve(*CURVE), financed, Quoted("IO"))
    assert values[1] == pytest.approx(alone.values, abs=1e-10)


# -------------------------------------------------------------------------- a published attribution, of a Treasury


class Forwards(NamedTuple):
    """A curve of six-month forward rates, semiannual."""

    rates: tuple[float, ...]

    def log_discount(self, t: FloatArray) -> FloatArray:
        """Return the logarithm of the discount factor at whole half-years."""
        whole = np.append(0.0, -np.cumsum(np.log1p(np.array(self.rates) / 200)))
        return whole[np.minimum(np.rint(2 * np.asarray(t)).astype(int), len(self.rates))]

    def discount(self, t: FloatArray) -> FloatArray:
        """Return the discount factor."""
        return np.exp(self.log_discount(t))


def treasury(forwards: tuple[float, ...], spread: float) -> float:
    """Return the price of the 7.625s on a coupon date, by the core's own discounting of payments by the month."""
    paid = np.zeros((1, 6 * len(forwards)))
    paid[0, 5::6] = 7.625 / 2
    paid[0, -1] += 100
    claim = Settled(Flows(paid, paid, np.zeros(1)), np.ones(1), np.zeros(1))
    flow = over_curve(claim, Forwards(forwards), SpreadBasis.BEY)  # type: ignore[arg-type]
    return float(flow.at(np.array([spread / 1e4])).value[0])


def test_the_published_carry_of_a_treasury() -> None:
    """Tuckman and Serrat, 3.8: the 7.625s of 11/15/2022, from November 2020 to May 2021."""
    start, realized, end = (0.1013, 0.1746, 0.2429, 0.2185), (0.1746, 0.2429, 0.2185), (0.0154, 0.1008, 0.1833)
    prices = [treasury(start, -1.16), treasury(realized, -1.16), treasury(end, -1.16), treasury(end, -7.27)]
    assert prices == pytest.approx([114.87654, 111.11555, 111.29847, 111.3969], abs=1.5e-4)
    moves = np.diff(prices)
    assert moves == pytest.approx([-3.76099, 0.18292, 0.09843], abs=1.5e-4)
    total = 7.625 / 2 + moves.sum()
    assert total == pytest.approx(0.33286, abs=2e-4)
    returns = 100 * np.array([7.625 / 2, *moves, total]) / prices[0]
    assert returns == pytest.approx([3.3188, -3.2739, 0.1592, 0.0857, 0.2898], abs=2e-4)
