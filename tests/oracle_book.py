"""The corpus of formulas as a workbook, for LibreOffice and for the embedded engine."""

from __future__ import annotations

import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

FOLDER = Path(__file__).parent / "oracle"
ROWS = 6
_PLACEHOLDER = re.compile(r"\{([a-z]+)(:all)?\}")
_RANGES = {
    "table": "$C$1:$E$6",
    "ktable": "$I$1:$J$6",
    "wide": "$N$1:$S$3",
    "square": "$N$4:$P$6",
    "flows": "$U$1:$U$6",
}
_RANGES |= {"shares": "$V$1:$V$6", "first": "$A$1"}
_RANGES |= {"db": "$X$1:$Y$6", "criteria": "$Z$1:$Z$2", "one": "$Z$4:$Z$5"}
_MORE = {
    "N": [[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [10.0, 20.0, 30.0, 40.0, 50.0, 60.0], ["a", None, "c", None, 1.0, True]],
    "square": [[4.0, 1.0, 2.0], [1.0, 3.0, 0.5], [2.0, 0.5, 5.0]],
    "flows": [-100.0, 30.0, 35.0, 40.0, 45.0, 12.0],
    "X": [["kind", "price"], ["E", 101.5], ["W", 99.25], ["E", 98.0], ["E", 102.75], ["N", 100.0]],
    "Z": ["kind", "E", None, "price", ">102"],
    "shares": [0.1, 0.2, 0.3, 0.1, 0.2, 0.1],
}


class Written(NamedTuple):
    """A formula of the workbook: how the corpus has it, where it stands, in which position, and what it fills."""

    corpus: str
    sheet: str
    row: int
    column: int
    rows: int
    position: str
    formula: str


def corpus() -> dict[str, Any]:
    """Return the corpus as it is written down."""
    return tomllib.loads((FOLDER / "corpus.toml").read_text(encoding="utf-8"))


def formulas(written: dict[str, Any]) -> Iterator[Written]:
    """Yield every formula of the workbook, in each of its positions."""
    columns = {name: xl_col_to_name(place) for place, name in enumerate(written["data"])}

    def spelt(formula: str, row: int | None, sign: str = "") -> str:
        def cells(found: re.Match[str]) -> str:
            name, whole = found.groups()
            if name in _RANGES:
                return f"Data!{_RANGES[name]}"
            if name not in columns:
                return found[0]
            letter = columns[name]
            return f"{sign}Data!${letter}$1:${letter}${ROWS}" if whole or row is None else f"Data!{letter}{row + 1}"

        return _PLACEHOLDER.sub(cells, formula)

    for family in written["lifted"]:
        signed = [*((each, "") for each in family["formulas"]), *((each, "+") for each in family.get("analysis", []))]
        for place, (formula, sign) in enumerate(signed):
            sheet, column, ranged = family["family"], 5 * place, spelt(formula, None, sign)
            for row in range(ROWS):
                yield Written(formula, sheet, row, column, 1, "plain", f"={spelt(formula, row)}")
                yield Written(formula, sheet, row, column + 3, 1, "plain", f"={ranged}")
            yield Written(formula, sheet, 0, column + 1, ROWS, "array", f"={ranged}")
            yield Written(formula, sheet, 0, column + 2, ROWS, "spilled", f"={ranged}")
            if not sign:
                yield Written(formula, sheet, 0, column + 4, 1, "plain", f"=SUMPRODUCT(--NOT(ISERROR({ranged})))")
            yield Written(formula, sheet, 1, column + 4, 1, "array", f"=SUM(IFERROR(--({ranged}),0))")
    for family in written["whole"]:
        for place, formula in enumerate(family["formulas"]):
            ranged = spelt(formula, None)
            yield Written(formula, family["family"], place, 0, 1, "plain", f"={ranged}")
            yield Written(formula, family["family"], place, 1, 1, "array", f"={ranged}")


def workbook(written: dict[str, Any]) -> bytes:
    """Return the corpus as a file."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "use_future_functions": True})
    data = book.add_worksheet("Data")
    for column, values in enumerate(written["data"].values()):
        data.write_column(0, column, ["" if value == "" else value for value in values])
    for row, line in enumerate(_MORE["N"]):
        data.write_row(row, 13, line)
    for row, line in enumerate(_MORE["square"]):
        data.write_row(3 + row, 13, line)
    for row, line in enumerate(_MORE["X"]):
        data.write_row(row, 23, line)
    data.write_column(0, 25, _MORE["Z"])
    data.write_column(0, 20, _MORE["flows"])
    data.write_column(0, 21, _MORE["shares"])
    sheets: dict[str, Any] = {}
    for _, sheet, row, column, rows, position, formula in formulas(written):
        page = sheets.get(sheet) or sheets.setdefault(sheet, book.add_worksheet(sheet))
        if position == "plain":
            page.write_formula(row, column, formula)
        elif position == "array":
            page.write_array_formula(row, column, row + rows - 1, column, formula)
        else:
            page.write_dynamic_array_formula(row, column, row + rows - 1, column, formula)
    book.close()
    return stream.getvalue()
