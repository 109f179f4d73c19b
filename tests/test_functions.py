"""The spreadsheet's functions against the examples of Excel's documentation."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.model import calculate

DOCUMENTED = tomllib.loads((Path(__file__).parent / "oracle" / "documented.toml").read_text(encoding="utf-8"))
EXAMPLES = [(formula, printed) for family in DOCUMENTED.values() for formula, printed in family.items()]


def _is_as_printed(found: Cell, printed: str) -> bool:
    if isinstance(found, CellError):
        return found.code == printed
    if isinstance(found, bool):
        return str(found).upper() == printed
    if isinstance(found, float):
        digits = len(printed.partition(".")[2])
        return abs(found - float(printed)) <= 0.5 * 10.0**-digits + 1e-9
    return found == printed


@pytest.mark.parametrize(("formula", "printed"), EXAMPLES, ids=[formula for formula, _ in EXAMPLES])
def test_an_example_of_the_documentation(formula: str, printed: Any) -> None:
    found = calculate(formula, {})
    rows: Block = found if isinstance(found, list) else [[found]]
    expected = printed if isinstance(printed, list) else [[printed]]
    assert [len(row) for row in rows] == [len(row) for row in expected]
    for row, line in zip(rows, expected, strict=True):
        assert all(_is_as_printed(cell, text) for cell, text in zip(row, line, strict=True)), found
