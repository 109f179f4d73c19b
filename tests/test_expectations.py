"""Shared expectations against the valuation of each pool: columns of many pools, and of few."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from flat import key_rates, oas, oas_price, oas_risk

from mbsxl.errors import NoSolution
from mbsxl.loans.prepayment import PrepaymentModel, as_model, quick_share
from mbsxl.market.hull_white import HullWhite, Sample
from mbsxl.value.expectations import STEP, expected_balances, interpolated, nodes_of, seasoned_age, tabulate
from mbsxl.value.valuation import Paths, Valuation, balances

TENORS = (0.25, 1, 2, 5, 7, 10, 20, 30)
YIELDS = (0.0391, 0.0361, 0.0346, 0.0361, 0.0380, 0.0404, 0.0464, 0.0468)
CURVE = (TENORS, YIELDS)
RATES = HullWhite(*CURVE, 0.0085, 0.03)
FEW = Sample(64, 360)
COUNT = 400


def book(count: int = COUNT, *coupons: float) -> tuple[Any, ...]:
    """A price each, and pools of every kind of age and rate: coupon, wac, wam, age."""
    random = np.random.default_rng(7)
    coupon = random.choice(coupons or np.arange(0.02, 0.0701, 0.005), count)
    wac = np.round(coupon + random.uniform(0.006, 0.012, count), 5)
    age = random.integers(0, 72, count)
    wam = 360 - age - random.integers(0, 8, count)
    price = 101 - 100 * np.maximum(0.055 - coupon, -0.01) * 4.5 + random.normal(0, 0.3, count)
    return price, coupon, wac, wam, age


def one_by_one(function: Any, rows: Any, *others: Any, **named: Any) -> np.ndarray:
    return np.array(
        [np.ravel(getattr(answer, "values", answer)) for answer in (function(*row, *others, **named) for row in rows)]
    )


def picked(columns: tuple[Any, ...], step: int = 25) -> list[tuple[float, ...]]:
    return list(zip(*(column[::step].tolist() for column in columns), strict=True))


# -------------------------------------------------------------------------------------------------------- the table


@pytest.mark.parametrize(
    "model", [PrepaymentModel(), as_model("GNMA 30"), as_model({"turnover_ramp": 7.5, "burnout": 0.4})]
)
@pytest.mark.parametrize("month", [0, 11])
def test_at_its_nodes_the_table_is_the_valuation(model: PrepaymentModel, month: int) -> None:
    paths = Paths(RATES, model, FEW, 1.8, month)
    ages = tuple(sorted({0, 3, 6, 11, 28, seasoned_age(model)}))
    table = tabulate(paths, (42, 50), ages, 330)
    quick = float(quick_share(model.active, model.burnout))
    for (row, node), (column, age) in itertools.product(enumerate((42, 50)), enumerate(ages)):
        mixed = table.survival[row, column, :, 0] * quick + table.survival[row, column, :, 1] * (1 - quick)
        for older in (0, 40) if age == ages[-1] else (0,):
            whole = balances(Valuation(node * STEP, 330, age + older, paths))[:, 0]
            without = balances(
                Valuation(
                    node * STEP, 330, age + older, paths._replace(model=as_model({"turnover": 0, "refinancing": 0}))
                )
            )[:, 0]
            np.testing.assert_allclose(mixed * without, whole, rtol=1e-11, atol=1e-15)


def test_between_nodes_it_is_a_cubic() -> None:
    paths = Paths(RATES, PrepaymentModel(), FEW, 1.8, 0)
    wac, age = np.array([0.0631, 0.06375, 0.0638]), np.array([4, 4, 90])
    table = tabulate(paths, tuple(np.unique(nodes_of(wac)).tolist()), (4, 29), 60)
    found = interpolated(table, wac, age, np.full(3, 0.8))
    at = wac[0] / STEP
    weights = [
        np.prod([(at - other) / (node - other) for other in nodes_of(wac)[0] if other != node])
        for node in nodes_of(wac)[0]
    ]
    mixed = table.survival[:4, 0, :, 0] * 0.8 + table.survival[:4, 0, :, 1] * 0.2
    np.testing.assert_allclose(found[:, 0], np.tensordot(weights, mixed, 1), rtol=1e-12)
    place = table.nodes.tolist().index(51)
    np.testing.assert_allclose(found[0, 1], table.survival[place, 0, 0].T @ [0.8, 0.2], rtol=1e-12)  # 6.375% is a node


def test_scrambles_lie_together_and_months_end_in_zeros() -> None:
    _, _, wac, wam, age = book(200)
    wam[5] = 100
    paths = Paths(RATES, PrepaymentModel(), Sample(64, 360, (1, 2)), 1.8, 6)
    found = {rows.start: part for rows, part in expected_balances(wac, wam, age, paths)}
    assert sorted(found) == [0, 64, 128, 192]
    alone = balances(Valuation(float(wac[5]), 100, int(age[5]), paths))
    np.testing.assert_allclose(found[0][:, 10:12, :100], alone, atol=1e-4)
    assert (found[0][:, 10:12, 100:] == 0).all()
    assert not np.allclose(found[0][:, 10], found[0][:, 11], rtol=1e-4)


# ------------------------------------------------------------------------------------------------- what they value


@pytest.mark.parametrize(
    "others", [{}, {"settle": "2025-12-18", "program": "GNMA II"}, {"claim": "IO"}, {"claim": "PO"}]
)
def test_a_column_has_the_spreads_of_its_pools(others: Any) -> None:
    price, *pools = book()
    if "claim" in others:
        price = 20 + 2 * np.arange(COUNT) / COUNT if others["claim"] == "IO" else 80 + np.arange(COUNT) / COUNT
    together = oas(price, *pools, *CURVE, 0.0085, paths=64, **others)
    alone = one_by_one(oas, picked((price, *pools)), *CURVE, 0.0085, paths=64, **others)
    errors = np.abs(together[::25] - alone[:, 0])
    strip = 5 if "claim" in others else 1  # a part of the pool, whose spread moves more
    assert errors.max() < 0.05 * strip
    assert errors.mean() < 0.01 * strip


def test_a_column_has_the_prices_risks_and_key_rates_of_its_pools() -> None:
    price, *pools = book(150, 0.05, 0.055, 0.06)
    prices = oas_price(25, *pools, *CURVE, 0.0085, paths=64)
    alone = one_by_one(oas_price, [(25, *row) for row in picked(tuple(pools))], *CURVE, 0.0085, paths=64)
    np.testing.assert_allclose(prices[::25], alone[:, 0], atol=2e-3)
    risk = oas_risk(price, *pools, *CURVE, 0.0085, paths=64).values
    alone = one_by_one(oas_risk, picked((price, *pools), 50), *CURVE, 0.0085, paths=64)
    near = np.abs(risk[:, ::50].T - alone).max(axis=0)
    assert near[[0, 1, 2, 3]].max() < 0.05  # basis points
    assert near[[4, 6, 9]].max() < 0.005  # years
    assert near[5] < 2  # years squared
    assert near[7] < 1e-4
    assert near[8] < 0.002
    short = (2, 10), (0.0346, 0.0404)
    rates = key_rates(price, *pools, *short, 0.0085, paths=64).values
    alone = one_by_one(key_rates, picked((price, *pools), 50), *short, 0.0085, paths=64)
    np.testing.assert_allclose(rates[:, ::50].T, alone, atol=0.005)


def test_kinds_of_pools_go_with_their_own() -> None:
    """Terms, programmes, volatilities and settlements mixed in a column: each row is what it is alone."""
    price, coupon, wac, wam, age = book(240)
    wam[::3] = np.minimum(wam[::3], 170)
    wam[1::3] = np.minimum(wam[1::3], 235 - age[1::3])
    volatility = np.where(np.arange(240) % 2, 0.0085, 0.0)
    together = oas(price, coupon, wac, wam, age, *CURVE, volatility, paths=64)
    for row in range(0, 240, 17):
        pool = (price[row], coupon[row], wac[row], wam[row], age[row])
        assert float(oas(*pool, *CURVE, volatility[row], paths=64)) == pytest.approx(float(together[row]), abs=0.02)
        if wam[row] + age[row] > 270:
            own = float(oas(*pool, *CURVE, volatility[row], model="UMBS 30", paths=64))
            assert own == pytest.approx(float(together[row]), abs=0.02)


def test_one_bad_row_costs_itself_only() -> None:
    price, coupon, wac, wam, age = book()
    clean = oas(price, coupon, wac, wam, age, *CURVE, 0.0085, paths=64)
    price[7], wam[11] = -300.0, 500
    with pytest.raises(NoSolution, match="price -300"):
        oas(price, coupon, wac, wam, age, *CURVE, 0.0085, paths=64)
    from mbsxl.loans.pools import Loans
    from mbsxl.market.curve import ParCurve
    from mbsxl.value.oas import Market
    from mbsxl.value.oas import oas as core

    outcome = core.outcome(price, Loans(coupon, wac, wam, age), Market(ParCurve(*CURVE), 0.0085), paths=64)
    assert sorted(outcome.failures) == [7, 11]
    assert "not above 0" in str(outcome.failures[7])
    kept = np.delete(np.arange(COUNT), [7, 11])
    np.testing.assert_allclose(outcome.values[kept], clean[kept], atol=1e-9)
