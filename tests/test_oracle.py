"""An oracle that is not us: LibreOffice recalculates a corpus of formulas, and the engine agrees with it cell by cell.

`python tests/test_oracle.py` asks LibreOffice anew and keeps its answers in `oracle/libreoffice.json`.
"""

from __future__ import annotations

import json
import os
import sys
import tomllib
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import calc
import oracle_book
import pytest

from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.engine import Book

ANSWERS = oracle_book.FOLDER / "libreoffice.json"
CORPUS = oracle_book.corpus()
FAMILIES = [family["family"] for family in CORPUS["lifted"] + CORPUS["whole"]]
DIFFERENCES = tomllib.loads((oracle_book.FOLDER / "differences.toml").read_text(encoding="utf-8"))["difference"]
LISTED = {formula for difference in DIFFERENCES for formula in difference["formulas"]}

# What LibreOffice calls #VALUE! is several errors of Excel's: an argument it does not take is #NUM! there.
_CODES = {32767: "#N/A", 503: "#NUM!", 532: "#DIV/0!", 524: "#REF!", 525: "#NAME?"}


@cache
def _written() -> list[oracle_book.Written]:
    return list(oracle_book.formulas(CORPUS))


@cache
def _book() -> Book:
    return Book(oracle_book.workbook(CORPUS), {}, "the corpus")


@cache
def _answers() -> dict[str, list[list[Any]]]:
    found: dict[str, list[list[Any]]] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    return found


def _said(sheet: str, row: int, column: int) -> Any:
    line = _answers()[sheet][row]
    return line[column] if column < len(line) else ""


def _agrees(ours: Cell, theirs: Any) -> bool:
    if isinstance(theirs, list):
        code = _CODES.get(theirs[0])
        return isinstance(ours, CellError) and (code is None or ours.code == code)
    if isinstance(ours, float | bool) and isinstance(theirs, float | int):
        return abs(ours - theirs) <= 1e-9 * max(1e-3, abs(theirs))
    return ours == theirs


@cache
def _compared(family: str) -> list[tuple[str, str, str, Cell, Any]]:
    """Return every cell of a family: the formula of the corpus, its spelling, its position, and the two answers."""
    block = _book().block(f"'{family}'!A1:ZZ200")
    return [
        (formula, spelling, position, block[row + down][column], _said(sheet, row + down, column))
        for formula, sheet, row, column, rows, position, spelling in _written()
        if sheet == family
        for down in range(rows)
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_engine_agrees_with_libreoffice(family: str) -> None:
    apart = [
        (spelling, position, ours, theirs)
        for formula, spelling, position, ours, theirs in _compared(family)
        if formula not in LISTED and not _agrees(ours, theirs)
    ]
    assert apart == []


def test_every_formula_of_the_corpus_is_computed() -> None:
    assert _book().refused() == []


def test_enough_is_compared_and_little_is_left_out() -> None:
    cells = sum(written.rows for written in _written() if written.corpus not in LISTED)
    assert cells >= 2_000
    assert len(LISTED) <= 20


@pytest.mark.parametrize("formula", sorted(LISTED))
def test_what_is_listed_differs(formula: str) -> None:
    found = [cells for family in FAMILIES for cells in _compared(family) if cells[0] == formula]
    assert found
    assert not all(_agrees(ours, theirs) for *_, ours, theirs in found)


def ask_libreoffice(folder: Path) -> dict[str, list[list[Any]]]:
    """Return what LibreOffice gives for the corpus, an error as its number in a list."""
    path = folder / "corpus.xlsx"
    path.write_bytes(oracle_book.workbook(CORPUS))
    os.environ.update(calc.apart(folder))
    office = calc.Calc()
    try:
        office.ask("open", str(path))
        office.ask("calculate")
        return office.ask("sheets")
    finally:
        office.close()


@pytest.mark.skipif(bool(calc.missing()) and not os.environ.get("CI"), reason=calc.missing() or "LibreOffice is there")
def test_the_answers_are_libreoffices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in calc.apart(tmp_path):
        monkeypatch.setenv(name, "")
    anew, kept = ask_libreoffice(tmp_path), _answers()
    assert list(anew) == list(kept)
    for written in _written():
        for row in range(written.row, written.row + written.rows):
            one, other = (_cell(found[written.sheet], row, written.column) for found in (anew, kept))
            assert one == other or one == pytest.approx(other, rel=1e-12), (written, one, other)


def _cell(lines: list[list[Any]], row: int, column: int) -> Any:
    return lines[row][column] if row < len(lines) and column < len(lines[row]) else ""


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        found = ask_libreoffice(Path(temporary))
    lines = (f"{json.dumps(sheet)}: {json.dumps(rows)}" for sheet, rows in found.items())
    ANSWERS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    sys.exit(0)
