"""Measures asked together are the formulas asked one by one; records lie as the pools lie."""

from __future__ import annotations

from typing import Any

import flat
import numpy as np
import pytest

import mbsxl
from mbsxl import Method, OpenMarket, Pool, Quoted, Settlement
from mbsxl.errors import InputError, NoSolution
from mbsxl.value.measures import MEASURES
from mbsxl.value.priced import Needs
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError

TENORS, YIELDS = (0.5, 2.0, 5.0, 10.0, 30.0), (0.038, 0.036, 0.038, 0.042, 0.048)
CURVE = (TENORS, YIELDS)
POOL = (0.055, 0.063, 355, 5, "8 CPR")
SETTLED = (np.datetime64("2025-12-18"), "GNMA II")
RISK = {
    "OAS": "OAS",
    "STANDARD_ERROR": "standard error",
    "MODEL_Z_SPREAD": "Z-spread",
    "OPTION_COST": "option cost",
    "EFFECTIVE_DURATION": "effective duration",
    "EFFECTIVE_CONVEXITY": "effective convexity",
    "SPREAD_DURATION": "spread duration",
    "VEGA": "vega",
    "PREPAYMENT_DURATION": "prepayment duration",
    "CURRENT_COUPON_SPREAD_DURATION": "current-coupon-spread duration",
    "CONVEXITY_STANDARD_ERROR": "standard error of convexity",
    "CONVEXITY_IN_HUNDREDTHS": "effective convexity in hundredths",
    "VOLATILITY_1Y10Y": "implied 1y10y volatility",
    "MORTGAGE_RATE": "mortgage rate",
    "BURNOUT": "burnout",
}


def alone(name: str, price: float, claim: str) -> float:
    """What the formula of a measure gives."""
    pool, end = (price, *POOL), {"claim": claim}
    at = dict(zip(("settle", "program"), SETTLED, strict=True)) | end
    given: dict[str, Any] = {
        "YIELD": lambda: flat.bond_yield(*pool, **at),
        "MORTGAGE_YIELD": lambda: flat.bond_yield(*pool, **at, basis="MONTHLY"),
        "WAL": lambda: flat.average_life(*POOL, **at),
        "DURATION": lambda: flat.duration(*pool, **at),
        "MACAULAY_DURATION": lambda: flat.duration(*pool, **at, kind="MACAULAY"),
        "CONVEXITY": lambda: flat.convexity(*pool, **at),
        "DV01": lambda: flat.dv01(*pool, **at),
        "ACCRUED": lambda: flat.accrued(0.0 if claim == "PO" else 0.055, SETTLED[0]),
        "FULL_PRICE": lambda: price + flat.accrued(0.0 if claim == "PO" else 0.055, SETTLED[0]),
        "NOMINAL_SPREAD": lambda: flat.nominal_spread(*pool, *CURVE, **at),
        "I_SPREAD": lambda: flat.i_spread(*pool, *CURVE, **at),
        "Z_SPREAD": lambda: flat.z_spread(*pool, *CURVE, **at),
    }
    if name in given:
        return float(given[name]())
    record = flat.oas_risk(price, *POOL[:4], *CURVE, 0.0085, **at, paths=256)
    return float(dict(zip(record.names.tolist(), record.values.tolist(), strict=True))[RISK[name]])


@pytest.mark.parametrize(("claim", "price"), [("POOL", 101.0), ("IO", 21.0), ("PO", 74.0)])
def test_every_measure_is_its_formula(claim: str, price: float) -> None:
    together = mbsxl.measured(
        list(MEASURES),
        price,
        Pool(*POOL),
        OpenMarket(*CURVE, 0.0085),
        Settlement(*SETTLED),
        Method(256, Quoted(claim)),
    )
    wanted = [alone(name, price, claim) for name in MEASURES]
    assert dict(zip(MEASURES, together.values.tolist(), strict=True)) == pytest.approx(
        dict(zip(MEASURES, wanted, strict=True)), rel=1e-9, abs=1e-9
    )


def test_pools_side_by_side_are_pools_one_by_one() -> None:
    names = ["OAS", "WAL", "Z_SPREAD", "YIELD", "EFFECTIVE_DURATION"]
    prices = np.array([97.0, 101.0, 103.0])
    coupons = np.array([0.045, 0.055, 0.065])
    market, method = OpenMarket(*CURVE, 0.0085), Method(128)
    together = mbsxl.measured(names, prices, Pool(coupons, coupons + 0.007, 350, 6, "8 CPR"), market, method=method)
    assert together.values.shape == (5, 3)
    for place in range(3):
        pool = Pool(coupons[place], coupons[place] + 0.007, 350, 6, "8 CPR")
        one = mbsxl.measured(names, prices[place], pool, market, method=method)
        assert together.values[:, place] == pytest.approx(one.values, rel=1e-11)


def test_a_row_without_an_answer_spoils_no_other() -> None:
    names, outcome = mbsxl.measured.outcome(["YIELD", "WAL"], [100.0, -20.0, 101.0], Pool(*POOL))
    assert list(names) == ["YIELD", "WAL"]
    assert isinstance(outcome.failures[1], NoSolution)
    assert np.isnan(outcome.values[1, 0])
    assert np.isfinite(outcome.values[[0, 2]]).all()
    assert np.isfinite(outcome.values[1, 1])  # a life needs no price


@pytest.mark.parametrize("name", MEASURES)
def test_what_a_measure_needs_is_asked_for_by_name(name: str) -> None:
    needs = MEASURES[name].needs
    full: dict[str, Any] = {"price": 100.0, "speed": "8 CPR", "tenors": TENORS, "par_yields": YIELDS}
    full["volatility"] = 0.008
    belongs = {"price": Needs.PRICE, "speed": Needs.SPEED, "tenors": Needs.CURVE, "volatility": Needs.VOLATILITY}
    for argument, need in belongs.items():
        given = full | {argument: None} | ({"par_yields": None} if argument == "tenors" else {})
        pool = Pool(*POOL[:4], given["speed"])
        market = OpenMarket(given["tenors"], given["par_yields"], given["volatility"])
        if need in needs:
            with pytest.raises(InputError, match=f"^{argument} .*is needed for {name}"):
                mbsxl.measured([name], given["price"], pool, market, method=Method(64))
        else:
            assert np.isfinite(mbsxl.measured([name], given["price"], pool, market, method=Method(64)).values).all()


def test_a_measure_there_is_not() -> None:
    with pytest.raises(InputError, match="is EFFECTIVE_DURATION meant"):
        mbsxl.measured(["EFECTIVE DURATION"], 100.0, Pool(*POOL))


# ------------------------------------------------------------------------------------------------------ in cells

ARGUMENTS = (0.055, 0.063, 355.0, 5.0)
MARKET = ([[tenor] for tenor in TENORS], [[each] for each in YIELDS], 0.0085)


def test_the_answers_lie_as_the_names_lie() -> None:
    formula = published()["MBS_MEASURES"]
    across = formula([["YIELD", "WAL"]], 100.0, *ARGUMENTS, "8 CPR")
    down = formula([["yield"], ["wal"]], 100.0, *ARGUMENTS, "8 CPR")
    assert len(across) == 1
    assert [[cell] for cell in across[0]] == down
    assert formula("YIELD", 100.0, *ARGUMENTS, "8 CPR") == across[0][0]
    assert formula("WAL", None, *ARGUMENTS, "8 CPR") == across[0][1]  # a life needs no price
    pools = formula([["YIELD", "WAL"]], [[100.0], [101.0], ["x"]], *ARGUMENTS, "8 CPR")
    assert pools[0] == pytest.approx(across[0], rel=1e-13)
    assert [len(row) for row in pools] == [2, 2, 2]
    assert all(isinstance(cell, CellError) for cell in pools[2])
    turned = formula([["YIELD", "WAL"]], [[100.0, 101.0]], *ARGUMENTS, "8 CPR")
    assert turned == [list(line) for line in zip(*pools[:2], strict=True)]


def test_records_of_a_column_and_of_a_row_of_pools() -> None:
    formula = published()["MBS_OAS_RISK"]
    tail = (*ARGUMENTS, *MARKET, None, None, None, None, 64.0)
    one = formula(100.0, *tail)
    assert one[0] == ["measure", "value"]
    column = formula([[100.0], [99.0], [-1.0]], *tail)
    assert len(column) == 3
    assert column[0] == [row[1] for row in one[1:]]
    assert all(isinstance(cell, CellError) for cell in column[2])
    assert formula([[100.0, 99.0]], *tail) == [list(line) for line in zip(*column[:2], strict=True)]
    block = formula([[100.0, 99.0], [98.0, 97.0]], *tail)
    assert isinstance(block, CellError)
    assert "a block of pools" in block.message


def test_key_rates_of_a_column_are_rows() -> None:
    formula = published()["MBS_KEY_RATES"]
    tail = (*ARGUMENTS, *MARKET, None, None, None, None, 64.0)
    one = formula(100.0, *tail)
    assert one[0] == ["tenor", "duration"]
    assert [row[0] for row in one[1:]] == list(TENORS)
    assert formula([[100.0], [98.0]], *tail)[0] == [row[1] for row in one[1:]]
