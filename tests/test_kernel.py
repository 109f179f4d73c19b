"""A kernel over rows: the same to the bit whoever works, a failed row costs itself only, sums whatever the order."""

from __future__ import annotations

from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pytest

import mbsxl
from mbsxl import Cohorts, InputError, NoSolution, Pool, Settlement
from mbsxl.arrays import FloatArray
from mbsxl.kernel import Outcome, RowsOf, run, slices, total

COUNT = 3000
RANDOM = np.random.default_rng(8)
COUPON = RANDOM.uniform(0.02, 0.06, COUNT)
POOLS = Pool(
    COUPON,
    COUPON + 0.007,
    RANDOM.integers(60, 361, COUNT),
    RANDOM.integers(0, 60, COUNT),
    np.array([f"{100 + row % 300} PSA" if row % 2 else f"{row % 30} CPR" for row in range(COUNT)], object),
)
PRICES = RANDOM.uniform(85, 110, COUNT)


class Numbers(NamedTuple):
    """A table of one column."""

    column: FloatArray

    @property
    def rows(self) -> int:
        return self.column.size

    def part(self, rows: RowsOf) -> Numbers:
        return Numbers(self.column[rows])

    def batches(self) -> Any:
        odd = np.arange(self.rows) % 7 == 3
        yield np.flatnonzero(odd)
        rest = np.flatnonzero(~odd)
        yield from (rest[part] for part in slices(rest.size, 10))


def roots(table: Numbers) -> Outcome:
    negative = {row: NoSolution(f"{table.column[row]}") for row in np.flatnonzero(table.column < 0).tolist()}
    return Outcome(np.sqrt(np.where(table.column < 0, np.nan, table.column)), negative)


def months(table: Numbers) -> FloatArray:
    return np.outer(np.ones(2), np.arange(1.0, table.rows + 1))


@pytest.fixture(params=[None, ThreadPoolExecutor, ProcessPoolExecutor])
def executor(request: pytest.FixtureRequest) -> Any:
    if request.param is None:
        yield None
        return
    with request.param(2) as workers:
        yield workers


def test_rows_find_their_places_and_failures_theirs(executor: Executor | None) -> None:
    column = np.arange(100.0)
    column[[5, 24, 77]] *= -1
    found = run(roots, Numbers(column), executor=executor)
    assert sorted(found.failures) == [5, 24, 77]
    assert str(found.failures[24]) == "-24.0"
    sound = column >= 0
    assert (found.values[sound] == np.sqrt(column[sound])).all()
    assert np.isnan(found.values[~sound]).all()


def test_sums_are_of_the_longest(executor: Executor | None) -> None:
    parts = [14, 10, 10, 10, 10, 10, 10, 10, 10, 6]  # of a hundred: the odd ones first
    wanted = sum(np.pad(np.arange(1.0, size + 1), (0, 14 - size)) for size in parts)
    assert (total(months, Numbers(np.zeros(100)), executor) == np.outer(np.ones(2), wanted)).all()


def test_a_runoff_is_the_same_to_the_bit_whoever_works(executor: Executor | None) -> None:
    cohorts = Cohorts(PRICES, POOLS.coupon, POOLS.wac, POOLS.wam, POOLS.age, POOLS.speed)
    alone, shared = mbsxl.runoff(cohorts), mbsxl.runoff(cohorts, executor=executor)
    assert all((one == other).all() for one, other in zip(alone, shared, strict=True))


def test_an_input_error_comes_back_whole_from_another_process() -> None:
    with ProcessPoolExecutor(1) as workers:
        failure = workers.submit(partial(InputError, "wam", 0, "is too few", wrong_kind=True)).result()
    assert (failure.argument, failure.value, failure.remedy, failure.wrong_kind) == ("wam", 0, "is too few", True)


# ----------------------------------------------------------------------------------------------- rows of real formulas


def yields(prices: Any, pools: Pool) -> Any:
    return mbsxl.bond_yield.outcome(prices, pools)


def test_bad_rows_fail_alone_and_the_others_are_what_they_were() -> None:
    bad_prices, bad_wams = PRICES.copy(), np.array(POOLS.wam)
    bad_prices[[3, 700]] = -20.0
    bad_wams[[5, 2999]] = 0
    found = yields(bad_prices, POOLS._replace(wam=bad_wams))
    assert sorted(found.failures) == [3, 5, 700, 2999]
    assert isinstance(found.failures[700], NoSolution)
    assert "price -20" in str(found.failures[700])
    assert isinstance(found.failures[2999], InputError)
    assert "wam 0" in str(found.failures[2999])
    sound = np.setdiff1d(np.arange(COUNT), list(found.failures))
    assert (found.values[sound] == yields(PRICES, POOLS).values[sound]).all()
    assert np.isnan(found.values[list(found.failures)]).all()


@pytest.mark.parametrize("odd", ["1 ABS", "5 CPR for 200, 9 CPR", "0.2 to 6 CPR over 100, 6 CPR", "100 CPR"])
def test_an_odd_speed_changes_no_other_row(odd: str) -> None:
    speeds = np.array(POOLS.speed, object)
    speeds[17] = odd
    usual, found = yields(PRICES, POOLS), yields(PRICES, POOLS._replace(speed=speeds))
    same = np.arange(COUNT) != 17
    assert found.values[same] == pytest.approx(usual.values[same], rel=1e-12)
    alone = mbsxl.bond_yield(PRICES[17], Pool(*(np.asarray(column)[17] for column in POOLS[:4]), odd))
    assert found.values[17] == pytest.approx(float(alone), rel=1e-12)


def test_where_all_rows_fail_each_says_why() -> None:
    found = mbsxl.bond_yield.outcome([100.0, 101.0], Pool(0.07, 0.06, [360, 0], 0, "6 CPR"))
    assert np.isnan(found.values).all()
    assert "above the wac" in str(found.failures[0])
    assert "wam 0" in str(found.failures[1])


def test_in_python_the_first_failure_is_raised() -> None:
    with pytest.raises(InputError, match="wam 0"):
        mbsxl.bond_yield([100.0, -50.0], Pool(0.05, 0.06, [0, 360], 0, "6 CPR"))


def test_a_settlement_of_each_row_is_its_own() -> None:
    days = np.array(["2025-12-01", "2025-12-18", "NaT"], "M8[D]")
    found = mbsxl.bond_yield(101.0, Pool(0.05, 0.06, 348, 12, "8 CPR"), Settlement(days, [24.0, 14.0, 24.0]))
    one = [
        float(mbsxl.bond_yield(101.0, Pool(0.05, 0.06, 348, 12, "8 CPR"), Settlement(day, delay)))
        for day, delay in ((days[0], 24.0), (days[1], 14.0), (None, 24.0))
    ]
    assert found == pytest.approx(one, rel=1e-13)
