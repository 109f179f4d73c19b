"""Volatilities by day: which one a settlement takes, in Python, in cells and in a market's file."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mbsxl import DatedVolatility, InputError, Loans, Market, ParCurve, Settlement, oas
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.positions.market import read_market
from mbsxl_udfs.sheet.cells import Block, Cell, CellError

FORMULAS = published()
CURVE: tuple[Block, Block] = [[2.0], [5.0], [10.0], [30.0]], [[0.036], [0.038], [0.042], [0.048]]
NOVEMBER, DECEMBER, JANUARY = (datetime.date(*day) for day in ((2025, 11, 11), (2025, 12, 11), (2026, 1, 13)))
HIGH, LOW = 0.0085, 0.0068
SERIAL = 45982.0  # 21 November 2025
DATED: Block = [["day", "volatility"], [datetime.date(2025, 12, 26), LOW], [SERIAL, HIGH], [None, None]]
FEW = 64
POOL = (100.0, 0.055, 0.063, 355.0, 5.0)
HELD: Block = [
    ["face", "price", "coupon", "wac", "wam", "age", "settle"],
    *([1e6, *POOL, day] for day in (JANUARY, DECEMBER)),
]


def spread(volatility: Cell | Block, settle: Cell | Block) -> Any:
    return FORMULAS["MBS_OAS"](*POOL, *CURVE, volatility, None, None, settle, None, float(FEW))


@pytest.mark.parametrize(("settle", "taken"), [(DECEMBER, HIGH), (datetime.date(2025, 12, 26), LOW), (JANUARY, LOW)])
def test_a_settlement_takes_the_last_by_then(settle: datetime.date, taken: float) -> None:
    assert spread(DATED, settle) == spread(taken, settle)


def test_each_row_takes_its_own_and_one_without_spoils_no_other() -> None:
    column = spread(DATED, [[JANUARY], [NOVEMBER], [DECEMBER], [None]])
    assert [row[0] for row in column[::2]] == [spread(LOW, JANUARY), spread(HIGH, DECEMBER)]
    for refused in column[1::2]:
        assert isinstance(refused[0], CellError)
        assert "give settle" in str(refused[0].message)


@pytest.mark.parametrize("name", ["MBS_OAS_PRICE", "MBS_OAS_RISK", "MBS_KEY_RATES"])
def test_formulas_of_one_pool_take_them(name: str) -> None:
    def answer(volatility: Cell | Block) -> Any:
        return FORMULAS[name](*POOL, *CURVE, volatility, None, None, JANUARY, None, float(FEW))

    assert answer(DATED) == answer(LOW) != answer(HIGH)


def test_a_column_of_two_values_each_is_no_table_of_days() -> None:
    assert spread([[HIGH, LOW]], DECEMBER) == [[spread(HIGH, DECEMBER), spread(LOW, DECEMBER)]]


@pytest.mark.parametrize(
    ("dated", "said"),
    [
        ([[SERIAL, HIGH], [SERIAL, LOW]], "comes twice"),
        ([[SERIAL, 85.0]], "volatility 85"),
        ([[SERIAL, HIGH], ["soon", LOW]], "is not a date"),
        ([[SERIAL, HIGH], [SERIAL + 1, None]], "is empty"),
        ([[SERIAL, HIGH], [None, LOW]], "is empty"),
    ],
)
def test_what_cannot_be_is_refused_in_words(dated: Block, said: str) -> None:
    refused = spread(dated, JANUARY)
    assert isinstance(refused, CellError)
    assert said in str(refused.message)


def test_an_error_among_them_is_handed_on() -> None:
    assert spread([[SERIAL, HIGH], [SERIAL + 1, CellError("#N/A")]], JANUARY).code == "#N/A"


def test_a_swaption_has_no_settlement() -> None:
    answer: Any = FORMULAS["MBS_SWAPTION_VOLATILITY"]([[SERIAL, HIGH]], 1.0, 10.0, *CURVE)
    assert isinstance(answer[0][0], CellError)


def test_positions_take_their_own() -> None:
    body: Any = FORMULAS["MBS_BOOK"](HELD, *CURVE, DATED, "settle", [["VOLATILITY_1Y10Y"]])
    alone: Any = FORMULAS["MBS_BOOK"](HELD[:2], *CURVE, LOW, "settle", [["VOLATILITY_1Y10Y"]])
    assert body[2] == alone[1]  # January's line; the day itself is a serial number
    assert body[1][-1] > body[2][-1]


def test_scenarios_are_of_one_market() -> None:
    shifts: Block = [["name", "10"], ["up", 100.0]]
    ask = FORMULAS["MBS_SCENARIOS"]
    end = (shifts, 3.0, None, None, None, "VALUE", None, float(FEW))
    assert ask(HELD[:2], *CURVE, DATED, *end) == ask(HELD[:2], *CURVE, LOW, *end)
    refused = ask(HELD, *CURVE, DATED, *end)
    assert isinstance(refused, CellError)
    assert "settle on one day" in str(refused.message)


def test_in_python_they_need_not_be_in_order() -> None:
    curve, loans = ParCurve([2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048]), Loans(0.055, 0.063, 355, 5)
    dated = DatedVolatility(["2025-12-26", "2025-11-21"], [LOW, HIGH])
    settlement = Settlement(np.array(["2025-12-11", "2026-01-13"], "datetime64[D]"))
    spreads = oas(100, loans, Market(curve, dated), settlement, FEW)
    np.testing.assert_array_equal(spreads, oas(100, loans, Market(curve, [HIGH, LOW]), settlement, FEW))
    with pytest.raises(InputError, match="stand beside 1 volatilities"):
        DatedVolatility(["2025-12-26", "2025-11-21"], [LOW]).last_by(JANUARY)


def test_a_file_of_a_market_may_have_them(tmp_path: Path) -> None:
    path = tmp_path / "market.toml"
    curve = "tenors = [10]\npar_yields = [0.042]\n"
    path.write_text(curve + '[volatility]\n"2025-11-21" = 0.0085\n2025-12-26 = 0.0068\n', encoding="utf-8")
    volatility = read_market(path).volatility
    assert isinstance(volatility, DatedVolatility)
    assert [float(volatility.last_by(day)) for day in (DECEMBER, JANUARY)] == [HIGH, LOW]
    path.write_text(curve + "[volatility]\nNovember = 0.0085\n", encoding="utf-8")
    with pytest.raises(InputError, match="has days that are none"):
        read_market(path)
