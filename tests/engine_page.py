"""The page on what the embedded engine computes: `python tests/engine_page.py` renews docs/engine.md from the tests."""

from __future__ import annotations

import tomllib
from pathlib import Path
from textwrap import fill

import oracle_book

from mbsxl_udfs.sheet.calling import FUNCTIONS, ONE_CELL
from mbsxl_udfs.sheet.forms.declared import FORMS
from mbsxl_udfs.sheet.model import Model

PAGE = Path(__file__).parent.parent / "docs" / "engine.md"
EXCEL = (oracle_book.FOLDER / "excel_functions.txt").read_text(encoding="utf-8").split()

# What is refused besides whole functions: a formula of each kind, and what it is.
REFUSED = {
    '=BDP("FNCL 5.5 Mtge","PX_LAST")': "a function of another add-in, or of the workbook's own VBA",
    '=GETPIVOTDATA("Face",B1)': "a pivot table; likewise CUBE functions, RTD, and what reads the web",
    "=[1]Prices!A1": "a cell of another workbook, where the file keeps no value of it",
    '=CONVERT(B1,"J","cal")': "CONVERT of units that the engine does not know; likewise ROMAN in its shorter forms",
    '=CELL("width",B1)': "CELL for anything but row, col, address, contents and type",
    "=SUM(1,": "a formula that cannot be read",
}


def known() -> set[str]:
    """Return the names of the functions that are computed."""
    assert Model({})  # which makes them known
    return set(FUNCTIONS) | set(FORMS)


def refused_functions() -> list[str]:
    """Return the functions of Excel that are not computed."""
    return [name for name in EXCEL if name not in known()]


def page() -> str:
    """Return the page."""
    differences = tomllib.loads((oracle_book.FOLDER / "differences.toml").read_text(encoding="utf-8"))["difference"]
    computed = [name for name in EXCEL if name in known()]
    cells = sum(written.rows for written in oracle_book.formulas(oracle_book.corpus()))
    kinds = "\n".join(f"- `{formula}`: {what}" for formula, what in REFUSED.items())
    apart = "\n".join(
        f"- {', '.join(f'`{formula}`' for formula in each['formulas'])}: {each['why']} ({each['source']})"
        for each in differences
    )
    return f"""# The embedded engine: what it computes, and what it leaves

`mbsxl review` and `mbsxl calc` compute workbooks with no spreadsheet program. A cell then holds what Excel would
show; or it keeps the value that the file holds, and the review says so once, with the reason; or it shows an error
that says why.

This page is made from the tests (`python tests/engine_page.py`): every function named below as computed is compared
with LibreOffice's answers ({cells:,} cells, `tests/oracle/`) or with the examples of Excel's documentation; every
one named as left is tried and found to be left.

## How a formula is read

- A plain formula takes the cell of a range in its own row or column where one value is meant, as Excel's `@`.
- An array formula of old (`{{=...}}`) fills its area: cropped, padded with #N/A, a single value repeated. One that
  spills fills as many cells as its result has, up to the end of the sheet.
- Inside arrays a function of one value is asked of each. Those of Excel's former Analysis ToolPak take an array but
  no range, as in Excel: write `+A1:A9`. They are {len(ONE_CELL)}, such as EDATE, YEARFRAC, PRICE and DOLLARDE.
- A reference may name its own cell (ROWS, OFFSET, INDEX), and what is not read makes no circle. A circle is an
  error in each of its cells, or is iterated where the workbook says so.
- Names may be dynamic, constants, LAMBDAs, of one sheet, relative; references 3-D, unions, intersections, of
  tables.

## Left as the file has it

Functions of Excel that are not computed:

{fill(", ".join(refused_functions()), 118)}

Other formulas that are not computed:

{kinds}

What-if tables keep their values. A workbook that counts days from 1904 is refused.

## Where Excel and LibreOffice differ

The engine is as Excel:

{apart}

## Computed

{fill(", ".join(computed), 118)}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
