"""The model judged by the market: actual returns of bonds against those it said, by how far they were in the money."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError

EDGES = (-0.025, -0.01, 0.0, 0.005, 0.011)
_FEWEST = 3  # returns that a line with an error needs


class RegressionTable(NamedTuple):
    """A row a group of moneyness, and one of all: slope and intercept of actual on model, slope's error, R squared."""

    moneyness: npt.NDArray[np.str_]
    returns: FloatArray
    slope: FloatArray
    standard_error: FloatArray
    intercept: FloatArray
    r_squared: FloatArray


def return_regression(
    actual_returns: npt.ArrayLike,
    model_returns: npt.ArrayLike,
    moneyness: npt.ArrayLike,
    edges: npt.ArrayLike = EDGES,
) -> RegressionTable:
    """Return the line through actual returns over the model's, by moneyness: a slope of 1 is a hedge that holds.

    A slope above 1 says that the model's durations are too short there, below 1 too long. Groups of fewer than three
    returns are left out; they count among all.

    Shapes: the first three (returns,), side by side; `edges` a column between the groups, rising. Units: decimals, the
    moneyness a gross rate less the mortgage rate; the error is that of independent returns.

    Errors
    ------
    InputError
        Columns of different lengths, fewer than three returns, edges that do not rise, or model returns all the same.

    Source: ordinary least squares.

    Examples
    --------
    >>> table = return_regression([0.01, -0.02, 0.03, 0.0], [0.008, -0.015, 0.025, 0.001], [-0.02] * 4)
    >>> table.moneyness.tolist(), table.slope.round(2).tolist()
    (['-2.50% to -1.00%', 'all'], [1.25, 1.25])
    """
    columns = (np.asarray(column, float).ravel() for column in (actual_returns, model_returns, moneyness))
    actual, said, rich = columns
    if not actual.size == said.size == rich.size:
        sizes = f"{actual.size}, {said.size} and {rich.size}"
        raise InputError("model_returns", sizes, "cells do not stand side by side; give a column each, equally long")
    if actual.size < _FEWEST:
        raise InputError("actual_returns", actual.size, f"returns make no line; give {_FEWEST} or more")
    bounds = np.asarray(edges, float).ravel()
    if not (np.diff(bounds) > 0).all():
        raise InputError("edges", bounds.size, "edges do not rise; give them in ascending order")
    ends = np.concatenate([[-np.inf], bounds, [np.inf]])
    groups = [(_name(low, high), (rich >= low) & (rich < high)) for low, high in pairwise(ends.tolist())]
    groups.append(("all", np.full(actual.size, True)))
    kept = [(name, inside) for name, inside in groups if inside.sum() >= _FEWEST]
    lines = np.array([_line(actual[inside], said[inside], name) for name, inside in kept])
    return RegressionTable(np.array([name for name, _ in kept]), *lines.T)


def _name(low: float, high: float) -> str:
    if np.isinf(low) and np.isinf(high):
        return "every moneyness"
    if np.isinf(low):
        return f"below {high:.2%}"
    return f"from {low:.2%}" if np.isinf(high) else f"{low:.2%} to {high:.2%}"


def _line(actual: FloatArray, said: FloatArray, name: str) -> tuple[float, ...]:
    """Return the number of returns, slope, its standard error, intercept and R squared."""
    x, y = said - said.mean(), actual - actual.mean()
    if np.ptp(said) == 0:
        raise InputError(
            "model_returns", float(said[0]), f"is every return of a group ({name}); no line goes through it"
        )
    slope = (x @ y) / (x @ x)
    missed = y - slope * x
    error = np.sqrt(missed @ missed / (actual.size - 2) / (x @ x))
    explained = 1 - (missed @ missed) / (y @ y) if y @ y > 0 else 0.0
    return float(actual.size), float(slope), float(error), float(actual.mean() - slope * said.mean()), float(explained)
