"""Cash flows, runoff, a review and the import, each beside a plain reference in the same run.

Run with `python benchmarks/spine.py`. The references: a month-by-month loop in plain Python for cash flows; for the
review and the import, a Python that imports numpy.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile

import numpy as np
from clock import median, report
from flat import cashflow

from mbsxl.loans.cashflow import project
from mbsxl.loans.pools import as_pools
from mbsxl.portfolio.runoff import CHUNK, Cohorts, runoff
from mbsxl.speeds.grammar import parse
from mbsxl.speeds.vectors import smm_path

MONTHS = 360


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


def pools(count: int) -> tuple[np.ndarray, ...]:
    draw = np.random.default_rng(7)
    wac = draw.uniform(0.025, 0.08, count)
    return wac - 0.005, wac, draw.integers(60, MONTHS + 1, count), draw.integers(0, 120, count)


def cohorts(count: int) -> Cohorts:
    coupon, wac, wam, age = pools(count)
    return Cohorts(np.full(count, 1e6), coupon, wac, wam, age, np.full(count, None, object))


def in_chunks(coupon: np.ndarray, wac: np.ndarray, wam: np.ndarray, age: np.ndarray) -> None:
    for start in range(0, wac.size, CHUNK):
        part = slice(start, start + CHUNK)
        project(as_pools(coupon[part], wac[part], wam[part], age[part], "150 PSA")[0])


def process(code: str) -> float:
    return median(lambda: subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL), 4.0)


def main() -> None:
    smm = smm_path(parse("150 PSA"), 3, 357).tolist()
    one = median(lambda: loop(0.055, 0.06, 357, smm))
    single = as_pools(0.055, 0.06, 357, 3, "150 PSA")
    many = pools(10_000)
    small, large = cohorts(1_000), cohorts(100_000)
    bare = process("import numpy")
    with tempfile.TemporaryDirectory() as folder:
        whole = process(
            f"from mbsxl_install.command import app; app(['review', '--out', {folder!r}], standalone_mode=False)"
        )
    first = process("from mbsxl_udfs.formulas.publish import published; published()['MBS_CPR']('0.5 SMM')")
    report(
        [
            ("one cash flow, arrays", median(lambda: project(single)), one),
            ("one cash flow, the table of a cell", median(lambda: cashflow(1, 0.055, 0.06, 357, 3, "150 PSA")), one),
            ("10,000 cash flows", median(lambda: in_chunks(*many), 3), one * 10_000),
            ("runoff of 1,000 cohorts", median(lambda: runoff(small, "150 PSA")), one * 1_000),
            ("runoff of 100,000 cohorts", median(lambda: runoff(large, "150 PSA"), 6), one * 100_000),
            ("import mbsxl", process("import mbsxl"), bare),
            ("import and first formula", first, bare),
            ("mbsxl review, all templates, from the shell", whole, bare),
        ]
    )


if __name__ == "__main__":
    main()
