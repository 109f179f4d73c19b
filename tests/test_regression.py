"""The regression of actual on model returns against numpy's own line, group by group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from mbsxl.errors import InputError
from mbsxl.value.regression import return_regression

RANDOM = np.random.default_rng(3)
SAID = RANDOM.normal(0, 0.02, 60)
RICH = np.tile([-0.03, -0.005, 0.002], 20)
ACTUAL = 0.001 + np.where(RICH < -0.01, 1.25, 0.9) * SAID + RANDOM.normal(0, 0.002, 60)


def test_each_group_has_its_own_line() -> None:
    table = return_regression(ACTUAL, SAID, RICH)
    assert table.moneyness.tolist() == ["below -2.50%", "-1.00% to 0.00%", "0.00% to 0.50%", "all"]
    assert table.returns.tolist() == [20, 20, 20, 60]
    for place, inside in enumerate((RICH == -0.03, RICH == -0.005, RICH == 0.002, RICH < 1)):
        (slope, intercept), covariance = np.polyfit(SAID[inside], ACTUAL[inside], 1, cov=True)
        assert table.slope[place] == pytest.approx(slope, rel=1e-10)
        assert table.intercept[place] == pytest.approx(intercept, rel=1e-9)
        assert table.standard_error[place] == pytest.approx(np.sqrt(covariance[0, 0]), rel=1e-10)
        assert table.r_squared[place] == pytest.approx(np.corrcoef(SAID[inside], ACTUAL[inside])[0, 1] ** 2, rel=1e-10)
    assert table.slope[0] > 1.15 > 1 > table.slope[1]


def test_groups_of_one_or_two_are_left_out_but_counted() -> None:
    table = return_regression(
        [0.01, 0.02, -0.01, 0.03, 0.0], [0.01, 0.015, -0.01, 0.02, 0.001], [0, 0, 0, 0.02, 0.02], [0.01]
    )
    assert table.moneyness.tolist() == ["below 1.00%", "all"]
    assert table.returns.tolist() == [3, 5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.1, 0.2], [0.1], [0.0, 0.0]), r'model_returns "2, 1 and 2": .*equally long'),
        (([0.1, 0.2], [0.1, 0.2], [0.0, 0.0]), r"actual_returns 2: returns make no line; give 3 or more"),
        (([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], [0, 0, 0], [0.01, 0.0]), r"edges 2: edges do not rise"),
        (([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], [0, 0, 0]), r"model_returns 0.1: is every return of a group"),
    ],
)
def test_bad_input_is_named(arguments: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        return_regression(*arguments)
