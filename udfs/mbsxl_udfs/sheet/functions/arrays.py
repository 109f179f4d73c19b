"""Matrices: products, inverses, determinants."""

from __future__ import annotations

from typing import Any

import numpy as np

from mbsxl_udfs.sheet.calling import block, function, used, wrong
from mbsxl_udfs.sheet.cells import NUM, Block, Cell, CellError
from mbsxl_udfs.sheet.operators import Value, number

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]


def _matrix(value: Value) -> Matrix | CellError:
    lines = used(value)
    for line in lines:
        for cell in line:
            if isinstance(cell, CellError):
                return cell
            if type(cell) is not float:
                return wrong("a matrix has a number in every cell")
    return np.array(lines, float)


def _square(value: Value) -> Matrix | CellError:
    matrix = _matrix(value)
    if isinstance(matrix, CellError) or matrix.shape[0] == matrix.shape[1]:
        return matrix
    return wrong("the matrix has as many rows as columns")


def _cells(matrix: np.ndarray[Any, Any]) -> Block:
    cells: Block = matrix.tolist()
    return cells


@function("MMULT", kinds="aa")
def _product(left: Value, right: Value) -> Value:
    one, other = _matrix(left), _matrix(right)
    if isinstance(one, CellError) or isinstance(other, CellError):
        return one if isinstance(one, CellError) else other
    if one.shape[1] != other.shape[0]:
        return wrong("the first matrix has as many columns as the second has rows")
    return _cells(one @ other)


@function("MINVERSE", kinds="a")
def _inverse(value: Value) -> Value:
    matrix = _square(value)
    if isinstance(matrix, CellError):
        return matrix
    try:
        return _cells(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        return CellError(NUM, "the matrix has no inverse")


@function("MDETERM", kinds="a")
def _determinant(value: Value) -> Value:
    matrix = _square(value)
    return matrix if isinstance(matrix, CellError) else float(np.linalg.det(matrix))


@function("MUNIT", kinds="v")
def _unit(size: Cell) -> Value:
    many = number(size)
    if isinstance(many, CellError) or many < 1:
        return many if isinstance(many, CellError) else wrong("a matrix has at least one row")
    return _cells(np.eye(int(many)))


@function("PROB", kinds="rrvv")
def _probability(values: Value, shares: Value, low: Cell, high: Cell = None) -> Cell:
    least = number(low)
    most = least if high is None else number(high)
    if isinstance(least, CellError) or isinstance(most, CellError):
        return least if isinstance(least, CellError) else most
    pairs = [pair for lines in zip(block(values), block(shares), strict=False) for pair in zip(*lines, strict=False)]
    numbers = [(x, p) for x, p in pairs if type(x) is float and type(p) is float]
    if any(not 0 <= p <= 1 for _, p in numbers) or abs(sum(p for _, p in numbers) - 1) > 1e-7:
        return CellError(NUM, "probabilities are from 0 to 1 and sum to 1")
    return sum(p for x, p in numbers if least <= x <= most)
