"""What Excel's hosts add to a call: `XLWINGS_LICENSE_KEY=noncommercial python benchmarks/hosts_excel.py`.

Each program's real code from the arguments it hands over to the answer it takes, without Excel itself and without the
way between the processes. Beside it the formula alone and the engine, which evaluates a formula in a workbook; in
microseconds a scalar call and milliseconds a call of 10,000 rows, and as a ratio to the formula alone.
"""

from __future__ import annotations

import io
import subprocess
import sys
import timeit
from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent.parent / "tests"
PROGRAMS = {
    "formula": "formula alone",
    "engine": "engine",
    "com_stand_ins": "xlwings, COM",
    "officejs_calls": "xlwings, Office.js",
}

POOL = (0.055, 0.062, 348.0, 12.0)
SCALAR = ("MBS_CPR", ("165 PSA", 20.0))
ROWS = ("MBS_YIELD", ([[90 + row / 500] for row in range(10_000)], *POOL, "8 CPR"))


def seconds(work: Callable[[], Any]) -> float:
    """Return the seconds a call takes, the best of several."""
    timer = timeit.Timer(work)
    number, _ = timer.autorange()
    return min(timer.repeat(repeat=5, number=number)) / number


def measured(program: str) -> list[float]:
    """Return the seconds of the scalar call and of the call with rows."""
    sys.path.insert(0, str(TESTS))
    if program == "engine":
        return engine()
    if program == "formula":
        from mbsxl_udfs.formulas.publish import published

        return [seconds(partial(published()[name], *arguments)) for name, arguments in (SCALAR, ROWS)]
    return [seconds(partial(import_module(program).call, *case)) for case in (SCALAR, ROWS)]


def engine() -> list[float]:
    """Return the seconds of an evaluation after the cell was changed that the formula looks at."""
    import xlsxwriter

    from mbsxl_udfs.formulas.publish import published
    from mbsxl_udfs.sheet.engine import Book

    times = []
    for formula in ('=MBS_CPR("165 PSA",A1)', '=MBS_YIELD(A1:A10000,5.5%,6.2%,348,12,"8 CPR")'):
        file = io.BytesIO()
        with xlsxwriter.Workbook(file) as workbook:
            sheet = workbook.add_worksheet("S")
            workbook.define_name("first", "=S!$A$1")
            sheet.write_column("A1", [20 + row / 500 for row in range(1, 10_001)])
            sheet.write_dynamic_array_formula("C1", formula)
        book = Book(file.getvalue(), published())
        book.recalculate()
        times.append(seconds(partial(anew, book, count())))
    return times


def anew(book: Any, number: Any) -> None:
    """Change the first cell, and evaluate."""
    book.set("first", 20 + next(number) % 7)
    book.recalculate()


def main() -> None:
    """Print the table; each program in a process of its own, since xlwings can be imported in one way only."""
    if len(sys.argv) > 1:
        print(*measured(sys.argv[1]))
        return
    base: list[float] = []
    print(f"{'':20}{'a call, us':>12}{'ratio':>8}{'10,000 rows, ms':>18}{'ratio':>8}")
    for program, name in PROGRAMS.items():
        done = subprocess.run([sys.executable, __file__, program], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"{name:20}{done.stderr.strip().splitlines()[-1]}")
            continue
        scalar, rows = map(float, done.stdout.split())
        base = base or [scalar, rows]
        print(f"{name:20}{scalar * 1e6:12.1f}{scalar / base[0]:8.2f}{rows * 1e3:18.2f}{rows / base[1]:8.2f}")


if __name__ == "__main__":
    main()
