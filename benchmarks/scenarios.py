"""A book under scenarios: 50 pools, 12 shifts of the curve, four horizons, 256 paths.

Run with `python benchmarks/scenarios.py`. Beside it stand the prices alone, today, on the twelve curves.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import numpy as np
from clock import report

from mbsxl import Loans, Market, ParCurve, Plan, Shifts, oas_price
from mbsxl.market.hull_white import _drawn
from mbsxl.portfolio.positions import positions
from mbsxl.portfolio.scenarios import scenarios
from mbsxl.value.expectations import tabulate
from mbsxl.value.valuation import balances

POOLS, HORIZONS, PATHS, VOLATILITY = 50, (1, 3, 6, 12), 256, 0.0085
MEASURES = {
    "five measures": ["VALUE", "CHANGE", "CPR", "RETURN", "OVER_TREASURY"],
    "effective durations too": None,
}
MOVES = np.linspace(-150, 150, 12)
TENORS = np.array([0.5, 1, 2, 3, 5, 7, 10, 20, 30])
YIELDS = np.array([0.038, 0.037, 0.036, 0.037, 0.038, 0.04, 0.042, 0.047, 0.048])


def once(work: Callable[[], object]) -> float:
    """The CPU seconds of a piece of work that takes long, and remembers nothing."""
    start = time.process_time()
    work()
    return time.process_time() - start


def main() -> None:
    """Measure and print."""
    draw = np.random.default_rng(1)
    coupon = draw.choice(np.arange(0.02, 0.066, 0.005), POOLS)
    age = draw.integers(0, 60, POOLS)
    loans = Loans(coupon, np.round(coupon + draw.uniform(0.005, 0.009, POOLS), 5), 360 - age, age)
    book = positions([1e6] * POOLS, np.interp(coupon, [0.02, 0.065], [80, 103]), loans)
    names, none = [f"{move:g}" for move in MOVES], np.zeros((3, MOVES.size))
    shifts = Shifts(names, np.array([2.0, 10.0]), np.c_[MOVES, 0.8 * MOVES], *none, [None] * MOVES.size)
    curve = ParCurve(TENORS, YIELDS)

    def forget() -> None:
        for memory in (balances, tabulate, _drawn):
            memory.cache_clear()

    def whole(measures: list[str] | None) -> None:
        forget()
        for horizon in HORIZONS:
            scenarios(book, curve, VOLATILITY, shifts, Plan(horizon, measures=measures, paths=PATHS))

    def prices() -> None:
        forget()
        for move in MOVES:
            oas_price(25.0, loans, Market(ParCurve(TENORS, YIELDS + move / 1e4), VOLATILITY), paths=PATHS)
            forget()

    floor = once(prices)
    report(
        [
            (f"50 pools, 12 scenarios, 4 horizons, {what}", once(partial(whole, measures)), floor)
            for what, measures in MEASURES.items()
        ]
    )


if __name__ == "__main__":
    main()
