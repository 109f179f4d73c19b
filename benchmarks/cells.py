"""Cells: a sheet of ten thousand yields of different pools, spills, chains, sums, risk rows, bad cells.

Run with `python benchmarks/cells.py`. The references stand beside: the same root by scipy's brentq on the
same cash flows, or the same sheet without what is measured.
"""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import xlsxwriter
from clock import median, report
from scipy.optimize import brentq

from mbsxl.loans.cashflow import project
from mbsxl.loans.pools import as_pools
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.engine import Book

COUNT = 10_000
CURVE = "{0.5;2;5;10;30},{0.038;0.036;0.038;0.042;0.048},0.85%"


def sheet(write: Callable[[xlsxwriter.worksheet.Worksheet], None]) -> bytes:
    """A workbook of one sheet, with a column each of price, coupon, wac, wam and age, no two pools alike."""
    draw = np.random.default_rng(3)
    wac = draw.uniform(0.03, 0.08, COUNT).round(5)
    columns = draw.uniform(90, 108, COUNT), wac - 0.006, wac, draw.integers(90, 361, COUNT), draw.integers(0, 90, COUNT)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        page = book.add_worksheet("Pools")
        for place, column in enumerate(columns):
            page.write_column(0, place, column.tolist())
        write(page)
    return target.getvalue()


def each(formula: str, rows: int) -> Callable[[xlsxwriter.worksheet.Worksheet], None]:
    """A formula in each of the first rows; ``#`` stands for the row's number."""

    def write(page: xlsxwriter.worksheet.Worksheet) -> None:
        for row in range(rows):
            page.write_formula(row, 6, formula.replace("#", str(row + 1)))

    return write


def spills(rows: int) -> Callable[[xlsxwriter.worksheet.Worksheet], None]:
    """A spill of two cells in each of the first rows, and a cell that reads it."""

    def write(page: xlsxwriter.worksheet.Worksheet) -> None:
        for row in range(rows):
            page.write_dynamic_array_formula(row, 6, row, 7, f"=A{row + 1}*{{1,2}}")
            page.write_formula(row, 8, f"=SUM(G{row + 1}:H{row + 1})")

    return write


def below(first: str, formula: str, rows: int) -> Callable[[xlsxwriter.worksheet.Worksheet], None]:
    """A formula in the first row, and in each below it one that may read the cell above, ``G@``."""

    def write(page: xlsxwriter.worksheet.Worksheet) -> None:
        page.write_formula(0, 6, first)
        for row in range(1, rows):
            page.write_formula(row, 6, formula.replace("#", str(row + 1)).replace("@", str(row)))

    return write


def recalculation(data: bytes) -> float:
    """The CPU seconds of loading and recalculating a workbook."""
    return median(lambda: Book(data, published()).recalculate(), 3.0)


def brent() -> float:
    """The yield of one price, monthly, by brentq."""
    flow = project(as_pools(0.055, 0.062, 348, 12, "150 PSA"))
    paid, when = (flow.scheduled + flow.prepaid + flow.interest)[0], np.arange(348) + 1.8
    return float(brentq(lambda x: paid @ np.exp(-x * when) - 1.01, -0.1, 0.1, xtol=1e-15))


def main() -> None:
    """Measure and print."""
    bare = recalculation(sheet(lambda page: None))
    root = median(brent)
    pool = 'B#,C#,D#,E#,"150 PSA"'
    cells = recalculation(sheet(each(f"=MBS_YIELD(A#,{pool})", COUNT))) - bare
    column = sheet(
        lambda page: page.write_dynamic_array_formula(
            f"G1:G{COUNT}", f'=MBS_YIELD(A1:A{COUNT},B1:B{COUNT},C1:C{COUNT},D1:D{COUNT},E1:E{COUNT},"150 PSA")'
        )
    )
    clean = [[float(price)] for price in np.random.default_rng(0).uniform(90, 108, 10 * COUNT)]
    bad = [["x"] if row % 100 == 0 else cell for row, cell in enumerate(clean)]
    formula = published()["MBS_YIELD"]
    usual = median(lambda: formula(clean, 0.055, 0.062, 348.0, 12.0, "8 CPR"), 3.0)
    few, more = (recalculation(sheet(spills(rows))) - bare for rows in (1_000, 10_000))
    chain, apart = (recalculation(sheet(below("=A1", rest, COUNT))) - bare for rest in ("=G@+A#", "=B#+A#"))
    whole, exact = (
        recalculation(sheet(each(f"=SUMIFS({','.join(ranges)},D#)", 100))) - bare
        for ranges in (("A:A", "D:D"), (f"A$1:A${COUNT}", f"D$1:D${COUNT}"))
    )
    flow = published()["MBS_CASHFLOW"]
    report(
        [
            ("10,000 yield cells, each its own pool, beside brentq", cells, COUNT * root),
            ("10,000 yields, one spilled call", recalculation(column) - bare, COUNT * root),
            ("100,000 yields of which 1,000 are bad, beside clean", median(lambda: formula(
                bad, 0.055, 0.062, 348.0, 12.0, "8 CPR"), 3.0), usual),
            ("10,000 two-cell spills, beside ten times 1,000", more, 10 * few),
            ("a chain of 10,000 cells, beside as many apart", chain, apart),
            ("100 SUMIFS of whole columns, beside 10,000 rows", whole, exact),
            ("one MBS_CASHFLOW cell, beside a yield by brentq", median(
                lambda: flow(1e6, 0.055, 0.062, 348.0, 12.0, "150 PSA")), root),
            ("2,000 OAS cells on one curve, beside as many one by one", recalculation(
                sheet(each(f"=MBS_OAS(A#,B#,C#,D#,E#,{CURVE})", 2_000))) - bare, 2_000 * root),
            ("100 rows of risk, a cell each", recalculation(
                sheet(each(f"=INDEX(MBS_OAS_RISK(A#,B#,C#,D#,E#,{CURVE}),6,2)", 100))) - bare, 100 * root),
        ]
    )  # fmt: skip


if __name__ == "__main__":
    main()
