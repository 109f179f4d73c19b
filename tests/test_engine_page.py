"""The page on the embedded engine says what is so."""

from __future__ import annotations

import re

import engine_page
import oracle_book
import pytest

from mbsxl.errors import InputError
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.model import calculate

_CALL = re.compile(r"(?<![A-Za-z.])([A-Z][A-Z0-9.]*)\(")
_TRIED_IN_CELLS = {"ANCHORARRAY", "FORMULATEXT", "INDIRECT", "ISFORMULA", "SINGLE"}  # see test_formulas.py


def test_the_page_is_made_of_the_tests() -> None:
    assert engine_page.PAGE.read_text(encoding="utf-8") == engine_page.page()


def test_every_function_that_is_computed_is_tested() -> None:
    texts = [path.read_text(encoding="utf-8") for path in oracle_book.FOLDER.glob("*.toml")]
    tested = {name for text in texts for name in _CALL.findall(text)}
    assert engine_page.known() - tested - _TRIED_IN_CELLS == set()


@pytest.mark.parametrize("name", engine_page.refused_functions())
def test_a_function_that_is_left_says_so(name: str) -> None:
    found = calculate(f"={name}(1)", {})
    assert isinstance(found, CellError)
    assert f"{name} is no function of the embedded engine" in found.message


@pytest.mark.parametrize("formula", engine_page.REFUSED)
def test_a_formula_that_is_left_says_so(formula: str) -> None:
    try:
        found = calculate(formula, {})
    except InputError:
        return
    assert isinstance(found, CellError)
    assert found.code == "#NAME?"
    assert found.message
