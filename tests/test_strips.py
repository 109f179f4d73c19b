"""Strips of a pool: together they are the pool, at every yield and spread; the printed yields of a real class."""

from __future__ import annotations

import datetime
from typing import Any

import flat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_pool import Pool as PlainPool

from mbsxl.claims.passthrough import pool_balances
from mbsxl.claims.payments import Flows
from mbsxl.claims.settled import settled_at
from mbsxl.conventions.dates import Settlement, accrued_days, months_to_first_payment
from mbsxl.loans.pools import as_pools
from mbsxl.value.priced import Priced
from mbsxl_udfs.formulas.publish import published

CURVE = ((0.5, 2.0, 5.0, 10.0, 30.0), (0.038, 0.036, 0.038, 0.042, 0.048))
POOL = (0.055, 0.063, 355, 5)
SETTLE = datetime.date(2025, 12, 18)


@settings(max_examples=60)
@given(
    st.floats(0.001, 0.15), st.floats(0.0, 0.03), st.integers(1, 380), st.integers(0, 100), st.floats(0, 900),
    st.floats(-0.02, 0.4), st.sampled_from([None, SETTLE, datetime.date(2024, 2, 29)]),
)  # fmt: skip
def test_interest_and_principal_make_the_pool_at_every_yield(
    coupon: float, servicing: float, wam: int, age: int, psa: float, at: float, settle: Any
) -> None:
    pool = (coupon, coupon + servicing, wam, age, f"{psa:.3f} PSA")
    whole, interest, principal = (float(flat.price(at, *pool, settle, claim=claim)) for claim in ("POOL", "IO", "PO"))
    assert interest + principal == pytest.approx(whole, rel=1e-11, abs=1e-10)


def test_many_strips_are_their_pools_too() -> None:
    """The closed form, which few pools do not use."""
    random = np.random.default_rng(4)
    coupon = random.uniform(0.02, 0.07, 500)
    pools = (coupon, coupon + 0.006, random.integers(12, 361, 500), random.integers(0, 60, 500), "150 PSA")
    whole, interest, principal = (flat.price(0.05, *pools, SETTLE, claim=claim) for claim in ("POOL", "IO", "PO"))
    assert interest + principal == pytest.approx(whole, rel=1e-11)
    one = [flat.price(0.05, *(column[7] for column in pools[:4]), "150 PSA", SETTLE, claim=c) for c in ("IO", "PO")]
    assert [interest[7], principal[7]] == pytest.approx([float(each) for each in one], rel=1e-12)
    for claim, prices in (("IO", interest), ("PO", principal)):
        assert flat.bond_yield(prices, *pools, SETTLE, claim=claim) == pytest.approx(0.05, abs=1e-12)


@pytest.mark.parametrize("spread", [-50.0, 0.0, 30.0, 400.0])
@pytest.mark.parametrize("basis", ["BEY", "CONTINUOUS"])
def test_interest_and_principal_make_the_pool_at_every_option_adjusted_spread(spread: float, basis: str) -> None:
    prices = {
        claim: float(
            flat.oas_price(spread, *POOL, *CURVE, 0.0085, settle=SETTLE, paths=256, claim=claim, spread_basis=basis)
        )
        for claim in ("POOL", "IO", "PO")
    }
    assert prices["IO"] + prices["PO"] == pytest.approx(prices["POOL"], rel=1e-11)
    for claim, price in prices.items():
        again = flat.oas(price, *POOL, *CURVE, 0.0085, settle=SETTLE, paths=256, claim=claim, spread_basis=basis)
        assert float(again) == pytest.approx(spread, abs=1e-7)


def test_risks_of_strips_make_the_risk_of_the_pool() -> None:
    """At one option-adjusted spread: durations weighted by full price add up."""

    def risk(claim: str) -> tuple[float, dict[str, float]]:
        price = float(flat.oas_price(30, *POOL, *CURVE, 0.0085, paths=256, claim=claim))
        record = flat.oas_risk(price, *POOL, *CURVE, 0.0085, paths=256, claim=claim)
        return price, dict(zip(record.names.tolist(), record.values.tolist(), strict=True))

    (whole, of_whole), (interest, of_interest), (principal, of_principal) = map(risk, ("POOL", "IO", "PO"))
    for name in ("effective duration", "effective convexity", "spread duration", "prepayment duration"):
        parts = interest * of_interest[name] + principal * of_principal[name]
        assert parts == pytest.approx(whole * of_whole[name], rel=1e-7), name
    assert of_interest["vega"] + of_principal["vega"] == pytest.approx(of_whole["vega"], rel=1e-7)
    assert of_interest["effective duration"] < 0 < of_principal["effective duration"]  # what a desk expects
    assert of_interest["prepayment duration"] > 0 > of_principal["prepayment duration"]


def test_strips_are_what_plain_arithmetic_says() -> None:
    """A month at a time: the yield, life, duration and convexity of interest and of principal."""
    paid = PlainPool(0.055, 0.063, 120, 0.08).payments()
    months = [(month, interest / 100, principal / 100) for month, (principal, interest) in enumerate(paid, start=1)]
    first, accrued = (30 - 17 + 24) / 30, 17 / 360 * 0.055
    for claim, place, extra in (("IO", 1, accrued), ("PO", 2, 0.0)):
        flows = [(first + month - 1, line[place]) for month, line in enumerate(months, start=1)]
        bey = 0.07
        growth = (1 + bey / 2) ** (1 / 6)
        full = sum(paid * growth**-when for when, paid in flows)
        price = 100 * (full - extra)
        args = (0.055, 0.063, 120, 24, "8 CPR")
        assert float(flat.bond_yield(price, *args, SETTLE, claim=claim)) == pytest.approx(bey, abs=1e-11)
        macaulay = sum(when / 12 * paid * growth**-when for when, paid in flows) / full
        assert float(flat.duration(price, *args, "MACAULAY", SETTLE, claim=claim)) == pytest.approx(macaulay, rel=1e-10)
        square = sum(when / 12 * (when / 12 + 0.5) * paid * growth**-when for when, paid in flows) / full
        bend = square / (1 + bey / 2) ** 2
        assert float(flat.convexity(price, *args, SETTLE, claim=claim)) == pytest.approx(bend, rel=1e-10)
        life = sum((first + month - 1) / 12 * line[2] for month, line in enumerate(months, start=1))
        assert float(flat.average_life(*args, SETTLE, claim=claim)) == pytest.approx(life, rel=1e-10)


def test_in_a_cell_a_strip_may_be_cheap_and_a_pool_may_not() -> None:
    formulas = published()
    args = (0.055, 0.063, 355.0, 5.0, "30 CPR")
    assert isinstance(formulas["MBS_YIELD"](3.5, *args, None, None, None, "IO"), float)
    for claim in (None, "", 0.0, "POOL"):
        assert formulas["MBS_YIELD"](3.5, *args, None, None, None, claim).code == "#NUM!"
    column = formulas["MBS_YIELD"]([[3.5], [3.5]], *args, None, None, None, [["IO"], ["POOL"]])
    assert isinstance(column[0][0], float)
    assert column[1][0].code == "#NUM!"


# ------------------------------------------------------------------------------- a principal-only class of a real deal


def test_printed_yields_of_a_principal_only_class() -> None:
    """Class DO of Fannie Mae REMIC 2006-18, Group 2, the last of sequential classes, at 55.125 on 28 February 2006.

    Source: Prospectus Supplement, Fannie Mae REMIC Trust 2006-18, yield tables (a public transcription; its gross rate
    of 5.90% is inferred: see tests/published). On the last of February the first payment is 25 days away (SF-44).
    """
    face, whole, settlement = 11_925_424, 128_625_424, Settlement(datetime.date(2006, 2, 28), 24.0)
    printed = {50: "3.5", 100: "3.7", 206: "4.2", 300: "5.0", 400: "6.1", 500: "7.5"}
    pools = as_pools(0.055, 0.059, 214, 24, np.array([f"{psa} PSA" for psa in printed], object))
    balance = np.minimum(pool_balances(pools) * whole, face) / face
    reductions = balance[:, :-1] - balance[:, 1:]
    first, days = (np.full(len(printed), float(each)) for each in (
        months_to_first_payment(*settlement), accrued_days(settlement.settle),
    ))  # fmt: skip
    asked = settled_at(Flows(reductions, reductions, np.zeros(len(printed))), first, days)
    yields = Priced(asked.settled, np.full(len(printed), 55.125)).bey
    assert [f"{100 * each:.1f}" for each in yields] == list(printed.values())


@pytest.mark.parametrize("settle", [None, SETTLE])
@pytest.mark.parametrize(("speed", "last"), [("8 CPR", 355), ("0 CPR for 24, 100 CPR", 25), ("100 CPR", 1)])
def test_the_window_of_a_strip_is_that_of_its_payments(speed: str, last: int, settle: Any) -> None:
    """Principal and interest are paid in the same months, the programme's delay after their ends."""
    first = ((30 if settle is None else 30 - 17) + 24) / 360
    for claim in ("POOL", "IO", "PO"):
        found = flat.window(*POOL, speed, settle, "UMBS", claim).values.tolist()
        assert found == pytest.approx([1, last, first, first + (last - 1) / 12], abs=1e-12)


def test_interest_that_is_never_paid_has_no_window() -> None:
    formula = published()["MBS_WINDOW"]
    column = formula([[0.0], [0.055]], 0.063, 355.0, 5.0, "8 CPR", None, None, "IO")
    assert isinstance(column, list)
    assert column[1][:2] == [1, 355]
    assert {cell.code for cell in column[0]} == {"#N/A"}
    assert "coupon 0: its interest is never paid" in column[0][0].message
    assert formula(0.0, 0.063, 355.0, 5.0, "8 CPR")[1] == ["first month", 1]


def test_the_yield_table_of_a_strip_takes_its_prices() -> None:
    formula = published()["MBS_YIELD_TABLE"]
    fast = ([[2.5], [3.0]], *POOL, [["60 CPR", "70 CPR"]])
    table = formula(*fast, None, None, [["YIELD"]], None, None, "IO")
    assert isinstance(table, list)
    alone = float(flat.bond_yield(3.0, *POOL, "70 CPR", claim="IO"))
    assert table[2] == pytest.approx([3.0, float(flat.bond_yield(3.0, *POOL, "60 CPR", claim="IO")), alone])
    refused = formula(*fast)
    assert "outside 5 to 300 per 100 of face" in refused.message  # type: ignore[union-attr]
