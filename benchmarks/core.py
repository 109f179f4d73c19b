"""Cash flows, yields, measures and runoff in the core, every row its own pool, beside plain references in the same run.

Run with `python benchmarks/core.py`. The references: a month-by-month loop in plain Python for cash flows and runoff;
for a column of pools, the same column clean, or asked one measure.
"""

from __future__ import annotations

import numpy as np
from clock import median, report

from mbsxl import Cohorts, Pool, bond_yield, convexity, duration, measured, runoff
from mbsxl.loans.cashflow import project
from mbsxl.loans.pools import as_pools
from mbsxl.speeds.grammar import parse
from mbsxl.speeds.vectors import smm_path

MONTHS = 360
COUNT = 10_000
SIX = ["YIELD", "WAL", "DURATION", "MACAULAY_DURATION", "CONVEXITY", "DV01"]


def loop(coupon: float, wac: float, wam: int, smm: list[float]) -> list[tuple[float, ...]]:
    """One cash flow, month by month, as one would write it on paper."""
    balance, rows = 1.0, []
    for month in range(wam):
        left = wam - month
        payment = balance * (wac / 12) / (1 - (1 + wac / 12) ** -left)
        scheduled = payment - balance * wac / 12
        prepaid = (balance - scheduled) * smm[month]
        rows.append((balance, scheduled, prepaid, balance * coupon / 12))
        balance -= scheduled + prepaid
    return rows


def pools(count: int, speed: object) -> Pool:
    """Pools no two of which are alike."""
    draw = np.random.default_rng(7)
    wac = draw.uniform(0.025, 0.08, count)
    return Pool(wac - 0.006, wac, draw.integers(60, MONTHS + 1, count), draw.integers(0, 120, count), speed)


def speeds(*texts: str) -> np.ndarray:
    """A column of speeds, the texts in turn."""
    return np.array([texts[row % len(texts)] for row in range(COUNT)], object)


def cohorts(count: int) -> Cohorts:
    of = pools(count, None)
    return Cohorts(np.full(count, 1e6), of.coupon, of.wac, of.wam, of.age, np.full(count, None, object))


def main() -> None:
    """Measure and print."""
    one = median(lambda: loop(0.055, 0.06, 357, smm_path(parse("150 PSA"), 3, 357).tolist()))
    single = as_pools(0.055, 0.06, 357, 3, "150 PSA")
    report([("one cash flow, arrays, beside a loop", median(lambda: project(single)), one)])

    price = np.random.default_rng(0).uniform(85, 110, COUNT)
    held = pools(COUNT, "8 CPR")
    clean = median(lambda: bond_yield(price, held))
    alone = median(lambda: bond_yield(101.5, Pool(0.055, 0.062, 348, 12, "150 PSA")))
    psa = pools(COUNT, speeds(*(f"{100 + row} PSA" for row in range(900))))
    many = median(lambda: bond_yield(price, psa))
    odd = pools(COUNT, speeds(*["8 CPR"] * (COUNT - 1), "1 ABS"))
    bad = price.copy()
    bad[::100] = -50.0
    report(
        [
            ("10,000 yields at one CPR, beside one by one", clean, COUNT * alone),
            ("10,000 yields at 900 PSA speeds, beside one by one", many, COUNT * alone),
            ("the same with one row at 1 ABS, beside one CPR", median(lambda: bond_yield(price, odd)), clean),
            ("the same with 100 bad prices", median(lambda: bond_yield.outcome(bad, held)), clean),
            ("10,000 durations, beside their yields", median(lambda: duration(price, held)), clean),
            ("10,000 convexities", median(lambda: convexity(price, held)), clean),
            ("six measures of 10,000 pools, beside one yield", median(lambda: measured(SIX, price, held)), clean),
            ("six measures at 900 PSA speeds, beside one yield", median(lambda: measured(SIX, price, psa)), many),
        ]
    )
    small, large, huge = (cohorts(count) for count in (1_000, 100_000, 1_000_000))
    report(
        [
            ("runoff of 1,000 cohorts, beside a loop", median(lambda: runoff(small, "150 PSA")), one * 1_000),
            ("runoff of 100,000 cohorts", median(lambda: runoff(large, "150 PSA"), 3), one * 100_000),
            ("runoff of 1,000,000 cohorts", median(lambda: runoff(huge, "150 PSA"), 3), one * 1_000_000),
        ]
    )


if __name__ == "__main__":
    main()
