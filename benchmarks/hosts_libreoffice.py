"""LibreOffice beside the embedded engine: a call a cell, and one call for ten thousand rows.

Run with `python benchmarks/hosts_libreoffice.py`; it wants LibreOffice on the machine. Each workbook holds numbers that
depend on one input and formulas that depend on the numbers, so that a new input means a calculation of all of them.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import xlsxwriter
from clock import median, report

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.hosts import libreoffice as host
from mbsxl_udfs.hosts.host import workbook_for
from mbsxl_udfs.hosts.libreoffice import installer as libreoffice
from mbsxl_udfs.sheet.engine import Book

sys.path.append(str(Path(__file__).parent.parent / "tests"))
from calc import Calc, apart

CALLS, ROWS = 2_000, 10_000
POOL = '5.5%,6.2%,348,12,"8 CPR"'


def workbook(rows: int, formula: str, *, spilt: bool) -> bytes:
    """A column of prices, and yields of them: a formula a cell, or one formula for all."""
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    sheet = book.add_worksheet()
    book.define_name("shift", "=Sheet1!$D$1")
    sheet.write("D1", 0)
    for row in range(1, rows + 1):
        sheet.write_formula(f"A{row}", f"={95 + 10 * row / rows}+shift")
        if not spilt:
            sheet.write_formula(f"B{row}", formula.format(f"A{row}"))
    if spilt:
        sheet.write_dynamic_array_formula(f"B1:B{rows}", formula.format(f"A1:A{rows}"))
    book.close()
    return data.getvalue()


def engine(data: bytes) -> float:
    """Seconds to calculate a workbook anew in the embedded engine."""
    book = Book(data, published())
    shifts = iter(range(1, 10**6))

    def calculated() -> None:
        book.set("shift", next(shifts) / 1e6)
        book.recalculate()

    return median(calculated)


@contextmanager
def calc(process: str) -> Iterator[Calc]:
    """LibreOffice with the formulas inside it, or in a process of their own."""
    with tempfile.TemporaryDirectory() as folder:
        with mock.patch.dict(os.environ, apart(Path(folder)) | {"MBSXL_PROCESS": process}):
            libreoffice.install()
            running = Calc()
        try:
            yield running
        finally:
            running.close()


def office(running: Calc, data: bytes) -> float:
    """Seconds to calculate a workbook anew in LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.xlsx"
        path.write_bytes(workbook_for(host, data))
        running.ask("open", str(path))
        running.ask("calculate")
        return sorted(running.ask("calculate") for _ in range(7))[3]


def main() -> None:
    """Measure and print."""
    cheap = workbook(CALLS, '=MBS_CPR("165 PSA",20+INT(shift))', spilt=False)
    single = workbook(CALLS, f"=MBS_YIELD({{}},{POOL})", spilt=False)
    spilt = workbook(ROWS, f"=MBS_YIELD({{}},{POOL})", spilt=True)
    here = [engine(cheap) / CALLS, engine(single) / CALLS, engine(spilt)]
    for place, process in (("inside LibreOffice", ""), ("LibreOffice and a process", "1")):
        with calc(process) as running:
            there = [office(running, cheap) / CALLS, office(running, single) / CALLS, office(running, spilt)]
        names = ("one MBS_CPR", "one MBS_YIELD", f"{ROWS:,} MBS_YIELD in one call")
        report([(f"{name}, {place}", *pair) for name, *pair in zip(names, there, here, strict=True)])


if __name__ == "__main__":
    main()
