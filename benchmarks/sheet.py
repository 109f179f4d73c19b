"""A sheet of ten thousand yield cells recalculated by the embedded engine, beside one spilled call for the same bonds.

Run with `python benchmarks/sheet.py`. The reference is the same root found by scipy's brentq on the same cash flows.
"""

from __future__ import annotations

import io
import statistics
import time

import numpy as np
import xlsxwriter
from clock import median, report
from scipy.optimize import brentq

from mbsxl.loans.cashflow import project
from mbsxl.loans.pools import as_pools
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.engine import Book

BONDS = 10_000
POOL = '5.5%,6.2%,348,12,"150 PSA"'


def workbook(formula: str, rows: int) -> bytes:
    """A column of prices, and the formula in the first rows of the column beside it."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet("Yields")
        sheet.write_column(0, 0, np.linspace(95, 105, BONDS).tolist())
        for row in range(rows):
            if rows == 1:
                sheet.write_dynamic_array_formula(0, 1, BONDS - 1, 1, formula)
            else:
                sheet.write_formula(row, 1, formula.format(row=row + 1))
    return target.getvalue()


def brent() -> float:
    """The yield of one price, monthly, by brentq."""
    pools = as_pools(0.055, 0.062, 348, 12, "150 PSA")
    flow = project(pools)
    paid = (flow.scheduled + flow.prepaid + flow.interest)[0]
    when = np.arange(348) + 1.8
    return float(brentq(lambda x: paid @ np.exp(-x * when) - 1.01, -0.1, 0.1, xtol=1e-15))


def recalculation(data: bytes) -> float:
    """The median seconds of a recalculation, the loading left out."""
    times = []
    for _ in range(5):
        book = Book(data, published())
        start = time.perf_counter()
        book.recalculate()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    books = [workbook(f"=MBS_YIELD(A{{row}},{POOL})", BONDS), workbook(f"=MBS_YIELD(A1:A{BONDS},{POOL})", 1)]
    reference = median(brent) * BONDS
    report(
        [
            (f"{BONDS:,} yields, a cell each", recalculation(books[0]), reference),
            (f"{BONDS:,} yields, one spilled call", recalculation(books[1]), reference),
        ]
    )


if __name__ == "__main__":
    main()
