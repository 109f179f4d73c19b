"""The answers of a program to the cases of `parity`, from a process of its own, beside the engine's."""

from __future__ import annotations

import pickle
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import parity

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import Block, Cell
from mbsxl_udfs.sheet.engine import Book
from mbsxl_udfs.sheet.values import as_block


def asked(script: str) -> Any:
    """Return what a script beside this file answers, pickled on its standard output."""
    done = subprocess.run([sys.executable, Path(__file__).with_name(script)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return pickle.loads(done.stdout)


def differences(answers: list[Cell | Block]) -> list[str]:
    """Return the cases that a program answers otherwise than the engine does."""
    data, areas = parity.workbook()
    book = Book(data, published())
    expected = [book.block(f"Cases!{area}") for area in areas[len(parity.EXAMPLES) :]]  # the typed ones come first
    return [
        f"{case.function}{case.arguments}: {answer}, engine {block}"
        for case, answer, block in zip(parity.CASES, answers, expected, strict=True)
        if not _same(case.function, as_block(answer), block)
    ]


def _same(function: str, found: Block, expected: Block) -> bool:
    if [len(row) for row in found] != [len(row) for row in expected]:
        return False
    tolerance = tolerance_of(function)
    return all(parity.same(*pair, **tolerance) for pair in zip(chain(*found), chain(*expected), strict=True))


def tolerance_of(function: str) -> dict[str, float]:
    """Return how far two answers of a formula may be apart.

    Numbers over paths of rates another linear algebra rounds otherwise, and so does the same one over other threads.
    """
    relative = 1e-9 if function in parity.OVER_PATHS else 1e-12
    return {"relative": relative, "absolute": relative * parity.MADE_OF.get(function, 0.0)}
