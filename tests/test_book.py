"""The book: a plain-Python book says the same, and what holds of any book, whoever adds it up and in whatever order."""

from __future__ import annotations

import os
import signal
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest
from plain_pool import Pool as PlainPool

import mbsxl
from mbsxl import InputError, Loans, OpenMarket, Settlement
from mbsxl.kernel import mapped
from mbsxl.loans.cashflow import project
from mbsxl.loans.pools import as_pools
from mbsxl.portfolio import book as books
from mbsxl.portfolio import positions as tables
from mbsxl.portfolio.book import Book, Numbers
from mbsxl.portfolio.flows import added
from mbsxl.portfolio.positions import Positions, positions
from mbsxl.portfolio.runoff import Cohorts, runoff
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError

MARKET = OpenMarket([2, 5, 10, 30], [0.036, 0.038, 0.042, 0.048], 0.0085)
RANDOM = np.random.default_rng(13)
COUNT = 10_000
WAC = RANDOM.uniform(0.03, 0.08, COUNT).round(5)
AGE = RANDOM.integers(0, 120, COUNT)
SPEEDS = np.array([f"{speed} PSA" if speed % 3 else f"{speed % 40} CPR" for speed in RANDOM.integers(80, 300, COUNT)])
FACE = RANDOM.uniform(1e5, 1e7, COUNT).round()
PRICE = RANDOM.uniform(90, 106, COUNT).round(3)
DAYS = np.array(["NaT", "2025-12-12", "2025-12-16", "2026-01-14"], "M8[D]")


def some(rows: Any = slice(None)) -> Positions:
    """Some of ten thousand positions, each a pool of its own."""
    number = np.arange(COUNT)[rows]
    whole = positions(
        FACE[rows],
        PRICE[rows],
        Loans((WAC - 0.006).round(4)[rows], WAC[rows], (360 - AGE)[rows], AGE[rows]),
        SPEEDS.astype(object)[rows],
        settle=DAYS[number % 4],
        program=np.array(["UMBS", "GNMA II", "GOLD"], object)[number % 3],
        desk=np.array(["east", "west", "north"], object)[number // 7 % 3],
    )
    return whole._replace(row=number + 1)


def same(one: Book, other: Book, rel: float = 1e-11) -> None:
    assert one.header == other.header
    for row, beside in zip(one.rows, other.rows, strict=True):
        assert [cell for cell in row if isinstance(cell, str)] == [cell for cell in beside if isinstance(cell, str)]
        numbers = [[cell for cell in each if not isinstance(cell, str)] for each in (row, beside)]
        assert numbers[0] == pytest.approx(numbers[1], rel=rel)
    assert np.array(one.cash_flow) == pytest.approx(np.array(other.cash_flow), rel=1e-9, abs=1e-9 * one.rows[-1][2])


# ------------------------------------------------------------------------------------------------- plain witnesses


class Plain(NamedTuple):
    face: float
    price: float
    pool: PlainPool


def plain_book(held: list[Plain], day: int, delay: int) -> dict[str, float]:
    """A book month by month in plain arithmetic, its yield by bisection of the summed cash flows."""
    flow: dict[int, list[float]] = {}
    value = 0.0
    for face, price, pool in held:
        value += face * (price / 100 + pool.coupon * (day - 1) / 360)
        for month, (principal, interest) in enumerate(pool.payments(), 1):
            paid = flow.setdefault(month, [0.0, 0.0])
            paid[0] += face / 100 * principal
            paid[1] += face / 100 * interest
    years = {month: (30 * month - (day - 1) + delay) / 360 for month in flow}
    low, high = -0.5, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        worth = sum(sum(paid) * (1 + middle / 2) ** (-2 * years[month]) for month, paid in flow.items())
        low, high = (middle, high) if worth > value else (low, middle)
    whole = sum(face for face, _, _ in held)
    life = sum(paid[0] * years[month] for month, paid in flow.items()) / whole
    return {
        "face": whole,
        "market_value": value,
        "yield": low,
        "wal": life,
        "first": sum(flow[1]),
        "last": sum(flow[360]),
    }


def test_fifty_pools_month_by_month_in_plain_arithmetic() -> None:
    held = [
        Plain(
            1e6 + 1e5 * number,
            90 + number / 4,
            PlainPool(0.03 + number / 1000, 0.04 + number / 1000, wam, number / 300),
        )
        for number, wam in enumerate([360, 355, 300, 171, 60] * 10)
    ]
    loans = Loans(*(np.array([getattr(each.pool, name) for each in held]) for name in ("coupon", "wac", "wam")), 30)
    speeds = [f"{100 * each.pool.cpr:.12g} CPR" for each in held]
    faces, prices = ([each[place] for each in held] for place in (0, 1))
    book = books.book(positions(faces, prices, loans, speeds, settle="2025-12-12", program="UMBS"))
    plain = plain_book(held, 12, 24)
    for name in ("face", "market_value", "yield", "wal"):
        assert book.total[name] == pytest.approx(plain[name], rel=1e-10), name
    assert book.cash_flow.total[[0, 359]] == pytest.approx([plain["first"], plain["last"]], rel=1e-10)


@pytest.mark.parametrize("terms", [(355, 356), (1, 480), (1, 2), (30, 31), (200, 360)])
@pytest.mark.parametrize(
    "speeds", [["150 PSA", "6 CPR"], ["0 CPR", "100 CPR"], ["1 ABS", "300 PSA"], ["6 CPR for 40, 9 CPR", "8 CPR"]]
)
def test_what_pools_pay_together_is_the_sum_of_what_each_pays(terms: tuple[int, int], speeds: list[str]) -> None:
    random = np.random.default_rng(1)
    wam, wac = random.integers(*terms, 200), random.uniform(0.002, 0.12, 200)
    age = np.minimum(random.integers(0, 100, 200), 480 - wam)
    pools = as_pools(0.9 * wac, wac, wam, age, np.array(speeds, object)[random.integers(0, len(speeds), 200)])
    face = random.uniform(1, 100, 200)
    for together, each in zip(added(face, pools), project(pools), strict=True):
        assert together == pytest.approx(face @ each, rel=1e-11, abs=1e-15 * face.sum())


def test_a_sum_of_cash_flows_of_rates_near_nothing() -> None:
    loans = Loans([0.0, 1e-6, 0.0009, 0.05], [0.0, 1e-6, 0.001, 0.06], [12, 40, 360, 1], 0)
    held = positions([1e6] * 4, [100.0] * 4, loans, "6 CPR")
    book = books.book(held)
    flow = book.cash_flow
    assert (flow.scheduled + flow.prepaid).sum() == pytest.approx(4e6, rel=1e-12)
    assert flow.balance[1] == pytest.approx(4e6 - flow.scheduled[0] - flow.prepaid[0], rel=1e-12)


# ------------------------------------------------------------------------------------------------------------ laws


def test_a_book_of_one_is_the_single_formulas() -> None:
    for row in (0, 1, 2, 3):
        held = some(slice(row, row + 1))
        total = books.book(held).total
        pool = mbsxl.Pool(*(column[0] for column in held.loans), held.speed[0])
        settlement = Settlement(held.settle[0], held.program[0])
        one = {
            "yield": mbsxl.bond_yield(held.price[0], pool, settlement),
            "wal": mbsxl.average_life(pool, settlement),
            "dv01": held.face[0] / 100 * mbsxl.dv01(held.price[0], pool, settlement),
            "price": held.price[0],
        }
        for name, number in one.items():
            assert total[name] == pytest.approx(float(number), rel=1e-10), name
        assert total["cpr"] == pytest.approx(float(mbsxl.cpr(held.speed[0], held.age[0] + 1)), rel=1e-9)


def test_a_book_of_one_is_the_single_formulas_on_a_market() -> None:
    held = some(slice(5, 6))
    total = books.book(held, MARKET).total
    loans, settlement = Loans(*(column[0] for column in held.loans)), Settlement(held.settle[0], held.program[0])
    market = mbsxl.Market(mbsxl.ParCurve(*MARKET[:2]), *MARKET[2:4])
    risk = mbsxl.oas_risk(held.price[0], loans, market, settlement)
    known = dict(zip(risk.names.tolist(), risk.values.tolist(), strict=True))
    tenors = mbsxl.key_rates(held.price[0], loans, market, settlement)
    assert total["oas"] == pytest.approx(known["OAS"], rel=1e-9)
    assert total["effective_duration"] == pytest.approx(known["effective duration"], rel=1e-9)
    assert total["effective_convexity"] == pytest.approx(known["effective convexity"], rel=1e-6)
    value = total["market_value"] / 1e4
    assert total["effective_dv01"] == pytest.approx(value * known["effective duration"], rel=1e-9)
    key_rates = [total[f"key_rate_dv01_{tenor:g}y"] for tenor in MARKET.tenors]
    assert key_rates == pytest.approx((value * tenors.values).tolist(), rel=1e-9)


def test_a_position_without_a_speed_is_at_the_models_forward_speeds() -> None:
    held = some(slice(5, 6))._replace(speed=np.array([None], object))
    record = mbsxl.measured(
        ["MODEL_Z_SPREAD"],
        held.price[0],
        mbsxl.Pool(*(column[0] for column in held.loans), "6 CPR"),
        MARKET,
        Settlement(held.settle[0], held.program[0]),
    )
    asked = books.book(held, MARKET, measures=["Z_SPREAD", "CPR"])
    assert asked.total["z_spread"] == pytest.approx(record.values[0], rel=1e-6)
    assert 0 < asked.total["cpr"] < 1
    refused = books.book(some(slice(5, 7))._replace(speed=np.array([None, "6 CPR"], object)))
    assert "speed" in str(refused.refused[0].why)


def test_groups_add_up_to_the_total_and_order_and_splitting_do_not_matter() -> None:
    whole = some()
    book = books.book(whole, by=["desk", "program"])
    for name in ("positions", "face", "refused", "market_value", "dv01"):
        at = book.header.index(name)
        assert sum(row[at] for row in book.rows[:-1]) == pytest.approx(book.rows[-1][at], rel=1e-12), name
    assert len(book.rows) == 3 * 3 + 1
    order = np.random.default_rng(1).permutation(COUNT)
    same(book, books.book(whole.part(order), by=["desk", "program"]))
    pieces = (whole.part(slice(start, start + 1234)) for start in range(0, COUNT, 1234))
    same(book, books.book(pieces, by=["desk", "program"]))


def test_ten_thousand_against_single_cells() -> None:
    seen: list[Numbers] = []
    books.book(some(), each=seen.append)
    values = {
        name: np.concatenate([each.values[:, place] for each in seen]) for place, name in enumerate(seen[0].names)
    }
    row = np.concatenate([each.row for each in seen]).tolist()
    for number in np.random.default_rng(2).choice(COUNT, 200, replace=False).tolist():
        held, at = some(slice(number, number + 1)), row.index(number + 1)
        day = None if np.isnat(held.settle[0]) else held.settle[0].item()
        pool = [float(column[0]) for column in held.loans]
        cells = [float(held.price[0]), *pool, str(held.speed[0]), day, str(held.program[0])]
        assert values["yield"][at] == pytest.approx(published()["MBS_YIELD"](*cells), rel=1e-9)
        assert values["wal"][at] == pytest.approx(published()["MBS_WAL"](*cells[1:]), rel=1e-9)
        assert values["dv01"][at] == pytest.approx(published()["MBS_DV01"](*cells), rel=1e-9)


def test_a_book_valued_from_a_table_of_expectations_is_within_a_twentieth_of_a_basis_point_of_single_formulas() -> None:
    wac = np.linspace(0.06, 0.0624, 60)
    held = positions(1e6, 101.0, Loans(0.0525, 0.06, 355, 40), "6 CPR").part(np.zeros(60, int))
    held = held._replace(wac=wac, row=np.arange(1, 61))
    seen: list[Numbers] = []
    books.book(held, MARKET, measures=["OAS", "EFFECTIVE_DURATION"], each=seen.append)
    found = dict(zip(seen[0].names, seen[0].values.T, strict=True))
    market = mbsxl.Market(mbsxl.ParCurve(*MARKET[:2]), *MARKET[2:4])
    for place in (0, 17, 59):
        risk = mbsxl.oas_risk(101.0, Loans(0.0525, float(wac[place]), 355, 40), market)
        known = dict(zip(risk.names.tolist(), risk.values.tolist(), strict=True))
        assert found["oas"][place] == pytest.approx(known["OAS"], abs=0.05)
        assert found["effective_duration"][place] == pytest.approx(known["effective duration"], abs=0.01)


def test_the_cash_flows_are_those_of_the_runoff() -> None:
    held = some()
    flow = runoff(Cohorts(held.face, *held.loans, held.speed))
    assert np.array(books.book(held).cash_flow) == pytest.approx(np.array(flow), rel=1e-9, abs=1e-3)


# ------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("reinvest", ["TREASURY", "BILLS", "MBS", ["MBS", "TREASURY", "BILLS"]])
def test_the_feds_holdings_are_one_book_among_others(reinvest: Any) -> None:
    cohorts = Cohorts(
        FACE[:300], (WAC - 0.006)[:300], WAC[:300], (360 - AGE)[:300], AGE[:300], SPEEDS.astype(object)[:300]
    )
    caps = [0.002 * cohorts.face.sum(), 0.005 * cohorts.face.sum()]
    fed = mbsxl.soma_runoff(cohorts._replace(speed=np.full(300, "8 CPR", object)), "8 CPR", caps, reinvest, 120)
    held = mbsxl.book(positions(cohorts.face, 100, Loans(*cohorts[1:5]), "8 CPR"), ["WAL"])
    for ours, theirs in zip(held.under_caps(caps, reinvest, speed="8 CPR"), fed, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-6)


def test_a_book_under_caps_month_by_month_in_plain_arithmetic() -> None:
    """Two pools and what is bought with what a cap leaves: the balance, each month, is the last less what left."""
    pools, shares, cap = [PlainPool(0.05, 0.056, 350, 0.06), PlainPool(0.025, 0.032, 300, 0.05)], (2 / 3, 1 / 3), 0.004
    loans = Loans([0.05, 0.025], [0.056, 0.032], [350, 300], [10, 58])
    held = mbsxl.book(positions(shares, 95, loans, np.array(["6 CPR", "5 CPR"], object)))
    flow = held.under_caps(cap, "MBS", speed="8 CPR")
    average = [sum(share * pool[field] for share, pool in zip(shares, pools, strict=True)) for field in (0, 1)]
    ours = [[share * paid / 100 for paid, _ in pool.payments()] for share, pool in zip(shares, pools, strict=True)]
    new = [paid / 100 for paid, _ in PlainPool(*average, 360, 0.08).payments()]
    balance, bought = 1.0, []
    for month in range(120):
        assert flow.balance[month] == pytest.approx(balance, rel=1e-10)
        principal = sum(each[month] for each in ours)
        principal += sum(amount * new[month - start - 1] for start, amount in bought)
        bought.append((month, max(principal - cap, 0.0)))
        balance -= min(principal, cap)
    assert flow.ending[-1] == pytest.approx(balance, rel=1e-10)
    assert len(flow.month) == 120


def test_what_cannot_be_used_is_refused_row_by_row_and_no_face_is_lost() -> None:
    held = some(slice(0, 60))
    held.coupon[3], held.wam[7], held.price[11], held.face[13], held.coupon[17] = 0.2, 0, -50, np.nan, np.nan
    held = held._replace(failures={20: InputError("price", "x", "is not a number")})
    book = books.book(held, by=["desk"])
    assert [each.row for each in book.refused] == [4, 8, 12, 14, 18, 21]
    assert [str(each.why).split()[0] for each in book.refused] == ["coupon", "wam", "price", "face", "coupon", "price"]
    total = book.total
    assert total["face"] + total["refused"] == pytest.approx(np.nansum(held.face), rel=1e-14)
    assert total["positions"] + len(book.refused) == held.rows
    at = book.header.index("refused")
    assert sum(row[at] for row in book.rows[:-1]) == pytest.approx(total["refused"])


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"by": ["colour"]}, "by"),
        ({"measures": ["OAS"]}, "tenors"),
        ({"measures": ["OAS"], "market": OpenMarket([10], [0.04])}, "volatility"),
        ({"measures": ["BEAUTY"]}, "measures"),
        ({"market": OpenMarket([10], None)}, "par_yields"),
        ({"market": OpenMarket([10], [0.04], model="x")}, "model"),
        ({"market": MARKET, "paths": 1}, "paths"),
    ],
)
def test_what_no_book_can_be_asked(asked: dict[str, Any], named: str) -> None:
    with pytest.raises(InputError) as error:
        books.book(some(slice(0, 3)), **asked)
    assert error.value.argument == named


def test_more_groups_than_are_held_are_left_to_sql() -> None:
    with pytest.raises(InputError, match="SQL"):
        books.book(some(), by=["face"])


def test_a_book_of_which_nothing_can_be_used_is_no_book() -> None:
    held = some(slice(0, 2))
    held.wam[:] = 0
    with pytest.raises(InputError, match="wam 0"):
        books.book(held)


# ----------------------------------------------------------------------------------------------------- whoever works


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "CHUNK", 500)


def test_two_processes_say_the_same_to_the_bit(small_parts: None) -> None:
    whole = some(slice(0, 3000))
    alone = books.book(whole, by=["desk"])
    with ProcessPoolExecutor(2) as processes:
        shared = books.book(whole, by=["desk"], executor=processes)
    assert shared.rows == alone.rows
    assert all((a == b).all() for a, b in zip(shared.cash_flow, alone.cash_flow, strict=True))


def killing(parent: int, part: int) -> float:
    if part == 3 and parent != os.getpid():
        os.kill(os.getpid(), signal.SIGKILL)
    return part**0.5


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_what_a_killed_worker_had_is_computed_again_and_counted_once() -> None:
    kernel = partial(killing, os.getpid())
    with ProcessPoolExecutor(2) as processes:
        assert list(mapped(kernel, range(8), processes)) == [kernel(part) for part in range(8)]


class Killing(ProcessPoolExecutor):
    """Loses a worker when it has been handed a third part."""

    handed = 0

    def submit(self, *given: Any, **named: Any) -> Future[Any]:
        future = super().submit(*given, **named)
        self.handed += 1
        if self.handed == 3:
            os.kill(next(iter(self._processes)), signal.SIGKILL)
        return future


@pytest.mark.skipif(os.name == "nt", reason="a process is killed otherwise on Windows")
def test_a_book_that_loses_a_worker_is_the_same_book(small_parts: None) -> None:
    whole = some(slice(0, 3000))
    with Killing(2) as processes:
        found = books.book(whole, by=["desk"], executor=processes)
    assert processes.handed >= 3
    assert found.rows == books.book(whole, by=["desk"]).rows


def test_a_cluster_of_two_dask_workers_says_the_same_to_the_bit(small_parts: None) -> None:
    distributed = pytest.importorskip("distributed")
    whole = some(slice(0, 3000))
    alone = books.book(whole, by=["desk"])
    with (
        distributed.LocalCluster(2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        executor: Executor = client.get_executor()
        assert books.book(whole, by=["desk"], executor=executor).rows == alone.rows


# ------------------------------------------------------------------------------------------------------- in a cell


HEADER = ["face", "price", "coupon", "wac", "wam", "age", "speed", "settle", "program", "desk"]
ROW = [1e6, "100-16", 0.055, 0.062, 348.0, 12.0, "8 CPR", None, "UMBS", "east"]


def test_in_a_cell_the_refused_stand_below_the_total() -> None:
    block = published()["MBS_BOOK"](
        [HEADER, ROW, [*ROW[:4], "x", *ROW[5:]], [None] * 10, [*ROW[:9], "west"]], None, None, None, "desk"
    )
    assert isinstance(block, list)
    assert block[0][:5] == ["desk", "positions", "face", "refused", "market_value"]
    assert [row[:4] for row in block[1:]] == [
        ["east", 1, 1e6, 1e6],
        ["west", 1, 1e6, 0],
        ["TOTAL", 2, 2e6, 1e6],
        ['row 2: wam "x": is not a number', "", "", 1e6],
    ]
    assert block[1][block[0].index("yield")] == pytest.approx(published()["MBS_YIELD"]("100-16", *ROW[2:9]), rel=1e-12)


def test_in_a_cell_paths_are_those_of_the_single_formulas() -> None:
    curve, sigma, paths = ([[2.0], [5.0], [10.0], [30.0]], [[0.036], [0.038], [0.042], [0.048]]), 0.0085, 256.0
    held = [[name for name in HEADER if name != "speed"], [cell for cell in ROW if cell != "8 CPR"]]
    names: Any = [["OAS", "EFFECTIVE_DURATION", "SPREAD_DURATION", "VEGA", "KEY_RATES"]]
    book, single = published()["MBS_BOOK"], ("100-16", *ROW[2:6])

    def total(*end: float | None) -> dict[str, Any]:
        block: Any = book(held, *curve, sigma, None, names, None, *end)
        return dict(zip(*block, strict=True))

    few = total(paths)
    measures: Any = published()["MBS_MEASURES"]([names[0][:4]], *single, None, *curve, sigma, *[None] * 4, paths)
    risk: Any = published()["MBS_OAS_RISK"](*single, *curve, sigma, *[None] * 4, paths)
    rates: Any = published()["MBS_KEY_RATES"](*single, *curve, sigma, *[None] * 4, paths)
    assert [few[name.lower()] for name in names[0][:3]] == pytest.approx(measures[0][:3], rel=1e-9)
    assert few["oas"] == pytest.approx(dict(risk)["OAS"], rel=1e-9)
    assert few["vega"] == pytest.approx(few["face"] / 100 * measures[0][3], rel=1e-9)
    in_currency = [few["market_value"] / 1e4 * duration for _, duration in rates[1:]]
    assert [few[f"key_rate_dv01_{tenor:g}y"] for tenor, _ in rates[1:]] == pytest.approx(in_currency, rel=1e-9)
    assert total() == total(None) == total(0.0) == total(1024.0)
    assert few["oas"] != total()["oas"]


def test_in_a_cell_a_table_without_prices_is_an_error() -> None:
    answer = published()["MBS_BOOK"]([HEADER[:1] + HEADER[2:], ROW[:1] + ROW[2:]])
    assert isinstance(answer, CellError)
    assert "has no column price" in answer.message
