"""Whole processes: the import, a formula in the terminal, the review, beside a Python that imports numpy.

Run with `python benchmarks/processes.py`.
"""

from __future__ import annotations

import tempfile

from clock import process, report

FORMULAS = {
    "mbsxl calc, a yield": '=MBS_YIELD(101.5,5.5%,6.2%,348,12,"8 CPR")',
    "mbsxl calc, an OAS": "=MBS_OAS(100,5.5%,6.3%,355,5,{2;5;10;30},{0.036;0.038;0.042;0.048},0.85%)",
}
FIRST = "from mbsxl_udfs.formulas.publish import published; published()['MBS_CPR']('0.5 SMM')"


def main() -> None:
    """Measure and print."""
    bare = process("-c", "import numpy")
    rows = [("import mbsxl", process("-c", "import mbsxl"), bare)]
    rows.append(("import and first formula", process("-c", FIRST), bare))
    rows += [(name, process("-m", "mbsxl_install", "calc", formula), bare) for name, formula in FORMULAS.items()]
    with tempfile.TemporaryDirectory() as folder:
        rows.append(("mbsxl review, all templates", process("-m", "mbsxl_install", "review", "--out", folder), bare))
    report(rows)


if __name__ == "__main__":
    main()
