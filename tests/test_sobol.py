"""Sobol's points are scipy's to the bit, and scrambling keeps what makes them good."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from mbsxl.market.hull_white import HORIZONS, MONTHS_BEYOND, MOST_PATHS
from mbsxl.market.sobol import owen_scramble, scrambled_points, sobol_points

DIMENSIONS = max(HORIZONS) + MONTHS_BEYOND


@pytest.mark.parametrize(("count", "dimensions"), [(64, 20), (MOST_PATHS, DIMENSIONS)])
def test_the_points_are_scipys(count: int, dimensions: int) -> None:
    qmc = pytest.importorskip("scipy.stats").qmc
    assert (sobol_points(count, dimensions) == qmc.Sobol(dimensions, scramble=False).random(count) * 2.0**32).all()


def test_the_scramble_keeps_what_makes_the_points_good() -> None:
    """Every dimension stays a permutation of equal cells, one point each."""
    scrambled = owen_scramble(sobol_points(256, 20), np.arange(20, dtype=np.uint32) * np.uint32(2654435761))
    cells = np.sort(scrambled >> np.uint32(24), axis=0)
    assert (cells == np.arange(256, dtype=np.uint32)[:, np.newaxis]).all()


def test_scrambles_differ_and_repeat() -> None:
    assert (scrambled_points(64, 5, 1) == scrambled_points(64, 5, 1)).all()
    assert (scrambled_points(64, 5, 1) != scrambled_points(64, 5, 2)).mean() > 0.9


def test_option_adjusted_formulas_do_not_wait_for_scipys_statistics() -> None:
    code = (
        "import sys; from mbsxl import Loans, Market, ParCurve, oas;"
        "oas(100, Loans(0.05, 0.06, 350, 6), Market(ParCurve([2, 10], [0.04, 0.04]), 0.0085));"
        "print('scipy.special' in sys.modules, 'scipy.stats' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
