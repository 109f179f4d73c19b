"""Books of 1,000 to 1,000,000 pools, every row its own pool, from Parquet: CPU time of one core and memory.

Run with `python benchmarks/book.py [most pools]`; each book is added up in a process of its own, whose memory is the
most it held. Beside the yields stands a loop over QuantLib, where it is installed, on the pieces that it has: the yield
of given cash flows, the cash flows not counted.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

import mbsxl

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MARKET = mbsxl.OpenMarket(
    [0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30],
    [0.0395, 0.038, 0.0368, 0.036, 0.0361, 0.0373, 0.0391, 0.0411, 0.0468, 0.0467],
    0.0085,
)
ASKED = {
    "yield, WAL, cash flows": (["YIELD", "WAL"], mbsxl.OpenMarket()),
    "and DV01 of each": (["YIELD", "WAL", "DV01"], mbsxl.OpenMarket()),
    "OAS, effective duration": (["OAS", "EFFECTIVE_DURATION"], MARKET),
    "key-rate DV01s, 10 tenors": (["KEY_RATES"], MARKET),
}
MOST_KEY_RATES = 10_000
ONE_BY_ONE = 200


def write(path: Path, count: int) -> None:
    """Write a book of random pools at nine hundred speeds."""
    import pyarrow as pa
    from pyarrow import parquet

    random = np.random.default_rng(7)
    wac, age = random.uniform(0.03, 0.08, count).round(5), random.integers(0, 120, count)
    speeds = np.array([f"{speed} PSA" for speed in range(100, 1000)], object)
    columns = {
        "face": random.uniform(1e5, 1e7, count).round(),
        "price": random.uniform(90, 106, count).round(3),
        "coupon": (wac - 0.006).round(4),
        "wac": wac,
        "wam": 360 - age,
        "age": age,
        "speed": pa.array(speeds[random.integers(0, 900, count)]),
        "program": pa.array(np.array(["UMBS", "GNMA II"], object)[random.integers(0, 2, count)]),
    }
    parquet.write_table(pa.table(columns), path, row_group_size=100_000)


def measure(path: str, asked: str) -> None:
    """Print the CPU seconds of a book, and the most memory of the process in MB."""
    measures, market = ASKED[asked]
    start = time.process_time()
    mbsxl.book(path, measures, market=market)
    print(json.dumps([time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))


def runoff(count: int) -> float:
    """Return the CPU seconds of a runoff of cohorts."""
    random = np.random.default_rng(3)
    wac, age = random.uniform(0.03, 0.08, count), random.integers(0, 120, count)
    speeds = np.array([f"{speed} PSA" for speed in range(100, 1000)], object)[random.integers(0, 900, count)]
    cohorts = mbsxl.Cohorts(random.uniform(1e5, 1e7, count), wac - 0.006, wac, 360 - age, age, speeds)
    start = time.process_time()
    mbsxl.runoff(cohorts)
    return time.process_time() - start


def quantlib(count: int) -> float | None:
    """Return the CPU seconds of yields in a loop over QuantLib, from those of a few."""
    try:
        import QuantLib as ql  # noqa: N813 - as it is known
    except ImportError:
        return None
    today = ql.Date(1, 12, 2025)
    ql.Settings.instance().evaluationDate = today
    flows = mbsxl.cashflow(100.0, mbsxl.Pool(0.055, 0.062, 348, 12, "150 PSA")).total.tolist()
    start = time.process_time()
    for _ in range(ONE_BY_ONE):
        leg = [ql.SimpleCashFlow(paid, today + ql.Period(month, ql.Months)) for month, paid in enumerate(flows, 1)]
        ql.CashFlows.yieldRate(
            ql.Leg(leg), 101.5, ql.Thirty360(ql.Thirty360.BondBasis), ql.Compounded, ql.Semiannual, False
        )
    return (time.process_time() - start) / ONE_BY_ONE * count


def main(most: int) -> None:
    """Print a line a book."""
    print(f"{'pools':>10} {'':28} {'CPU s':>9} {'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for count in (size for size in SIZES if size <= most):
            path = Path(folder) / f"{count}.parquet"
            write(path, count)
            for asked in ASKED if count <= MOST_KEY_RATES else list(ASKED)[:-1]:
                one = [sys.executable, __file__, str(path), asked]
                seconds, memory = json.loads(subprocess.run(one, capture_output=True, check=True).stdout)
                print(f"{count:>10,} {asked:28} {seconds:>9.2f} {memory:>6.0f}", flush=True)
            print(f"{count:>10,} {'runoff of as many cohorts':28} {runoff(count):>9.2f}")
            loop: Any = quantlib(count)
            if loop is not None:
                print(f"{count:>10,} {'yields by QuantLib, a loop':28} {loop:>9.2f}", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], sys.argv[2])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else SIZES[-1])
