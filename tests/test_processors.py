"""The same numbers on every processor: OpenBLAS, which numpy multiplies and decomposes with, has a kernel for each."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import parity
import pytest

from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Family
from mbsxl_udfs.sheet.cells import Block
from mbsxl_udfs.sheet.values import as_block

CASES = [case for case in parity.CASES if case.function in parity.OVER_PATHS]
CASES += [case for case in parity.EXAMPLES if CATALOGUE[case.function].family is Family.CURVE_AND_SPREADS]
ANSWER = """
import pickle, sys
from mbsxl_udfs.formulas.publish import published
cases = pickle.loads(sys.stdin.buffer.read())
sys.stdout.buffer.write(pickle.dumps([published()[function](*arguments) for function, arguments in cases]))
"""


def _answers(processor: str) -> list[Block]:
    """The answers of a process that takes this for its processor."""
    done = subprocess.run(
        [sys.executable, "-c", ANSWER],
        input=pickle.dumps([tuple(case) for case in CASES]),
        env=os.environ | {"OPENBLAS_CORETYPE": processor},
        cwd=Path(__file__).parent,
        capture_output=True,
        check=True,
    )
    return [as_block(answer) for answer in pickle.loads(done.stdout)]


@pytest.fixture(scope="module")
def on_haswell() -> list[Block]:
    return _answers("Haswell")


@pytest.mark.parametrize("processor", ["Prescott", "Nehalem", ""])
def test_the_numbers_are_the_same_on_every_processor(processor: str, on_haswell: list[Block]) -> None:
    for case, here, there in zip(CASES, _answers(processor), on_haswell, strict=True):
        for row, other_row in zip(here, there, strict=True):
            for cell, other in zip(row, other_row, strict=True):
                small = 1e-9 * parity.MADE_OF.get(case.function, 0.0)
                assert parity.same(cell, other, relative=1e-9, absolute=small), case
