"""Operators on cells: how numbers, texts, truth values, blanks and errors meet, as Excel's documentation has it."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from mbsxl_udfs.sheet.cells import NUM, VALUE, Block, Cell, CellError
from mbsxl_udfs.sheet.written import value_of_text

Value = Any  # a cell, a block, a reference, or a function

DIVIDED_BY_ZERO = CellError("#DIV/0!")
NOT_A_NUMBER = CellError(VALUE, "a text is no number")
TOO_LARGE = CellError(NUM, "it is too large a number")
NO_POWER = CellError(NUM, "it has no real power")
MISSING_PARTNER = CellError("#N/A", "the two ranges are of different sizes")

_SAME = 1e-14  # numbers are compared on 15 digits
_NOTHING_LEFT = 2.0**-48  # of a difference whose parts agree to their last digits


def number(cell: Cell) -> float | CellError:
    """Return a cell as a number: a text may be one, a blank is 0."""
    if type(cell) is float:
        return cell
    if isinstance(cell, CellError):
        return cell
    if cell is None:
        return 0.0
    if isinstance(cell, str):
        return value_of_text(cell)
    return float(cell)  # type: ignore[arg-type]  # days are numbers inside a book


def text(cell: Cell) -> str | CellError:
    """Return a cell as a text: numbers with up to 15 digits, as Excel's General."""
    if type(cell) is str or isinstance(cell, CellError):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return general(float(cell))  # type: ignore[arg-type]  # days are numbers inside a book


def general(value: float) -> str:
    """Return a number as text with up to 15 digits.

    Examples
    --------
    >>> general(0.1 + 0.2), general(1e20), general(-0.0), general(1 / 3), general(1e-7)
    ('0.3', '1E+20', '0', '0.333333333333333', '0.0000001')
    """
    if value == 0:
        return "0"
    size = math.floor(math.log10(abs(float(f"{value:.15g}"))))
    if -10 < size <= 19:
        digits = f"{value:.{max(0, 14 - size)}f}" if size < 15 else str(int(float(f"{value:.15g}")))
        short = digits.rstrip("0").rstrip(".") if "." in digits else digits
        if size >= -5 or len(short.lstrip("-")) <= 22:
            return short
    mantissa, _, power = f"{value:.14e}".partition("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa}E{power[0]}{int(power[1:]):02d}"


def truth(cell: Cell) -> bool | CellError:
    """Return a cell as TRUE or FALSE."""
    if isinstance(cell, bool | CellError):
        return cell
    if isinstance(cell, str):
        found = {"true": True, "false": False}.get(cell.strip().lower())
        return CellError(VALUE, f"the text {cell!r} is neither TRUE nor FALSE") if found is None else found
    return bool(cell)


def _arithmetic(operation: Callable[[float, float], float]) -> Callable[[Cell, Cell], Cell]:
    def result(left: Cell, right: Cell) -> Cell:
        if type(left) is not float:
            left = number(left)
            if type(left) is not float:
                return left
        if type(right) is not float:
            right = number(right)
            if type(right) is not float:
                return right
        try:
            value = operation(left, right)
        except ZeroDivisionError:
            return DIVIDED_BY_ZERO
        except OverflowError:
            return TOO_LARGE
        if type(value) is not float:  # the power of a negative number to a fraction
            return NO_POWER
        return value if math.isfinite(value) else TOO_LARGE

    return result


def _power(base: float, exponent: float) -> float:
    if base == 0:
        if exponent == 0:
            return NO_POWER  # type: ignore[return-value]
        return 1.0 / 0.0 if exponent < 0 else 0.0
    return base**exponent


def _order(cell: Cell) -> int:
    return 2 if isinstance(cell, bool) else 1 if isinstance(cell, str) else 0


def compared(left: Cell, right: Cell) -> int | CellError:
    """Return -1, 0 or 1: numbers come before texts, texts before truth values; a blank is like its partner."""
    if isinstance(left, CellError):
        return left
    if isinstance(right, CellError):
        return right
    if left is None:
        left = "" if isinstance(right, str) else False if isinstance(right, bool) else 0.0
    if right is None:
        right = "" if isinstance(left, str) else False if isinstance(left, bool) else 0.0
    kinds = _order(left), _order(right)
    if kinds[0] != kinds[1]:
        return -1 if kinds[0] < kinds[1] else 1
    if isinstance(left, str) and isinstance(right, str):
        left, right = left.casefold(), right.casefold()
        return (left > right) - (left < right)
    assert isinstance(left, float | bool)
    assert isinstance(right, float | bool)
    if left == right or (abs(left - right) <= _SAME * abs(left) and f"{left:.15g}" == f"{right:.15g}"):
        return 0
    return -1 if left < right else 1


def _comparison(holds: Callable[[int], bool]) -> Callable[[Cell, Cell], Cell]:
    def result(left: Cell, right: Cell) -> Cell:
        order = compared(left, right)
        return order if isinstance(order, CellError) else holds(order)

    return result


def _joined(left: Cell, right: Cell) -> Cell:
    first = text(left)
    if isinstance(first, CellError):
        return first
    second = text(right)
    return second if isinstance(second, CellError) else first + second


INFIX: dict[str, Callable[[Cell, Cell], Cell]] = {
    "+": _arithmetic(lambda left, right: left + right),
    "-": _arithmetic(lambda left, right: left - right),
    "*": _arithmetic(lambda left, right: left * right),
    "/": _arithmetic(lambda left, right: left / right),
    "^": _arithmetic(_power),
    "&": _joined,
    "=": _comparison(lambda order: order == 0),
    "<>": _comparison(lambda order: order != 0),
    "<": _comparison(lambda order: order < 0),
    "<=": _comparison(lambda order: order <= 0),
    ">": _comparison(lambda order: order > 0),
    ">=": _comparison(lambda order: order >= 0),
}


def _negative(cell: Cell) -> Cell:
    value = number(cell)
    return value if isinstance(value, CellError) else 0.0 - value


def _percent(cell: Cell) -> Cell:
    value = number(cell)
    return value if isinstance(value, CellError) else value / 100


PREFIX: dict[str, Callable[[Cell], Cell]] = {"-": _negative, "+": lambda cell: cell, "%": _percent}


def nothing_left(sign: float, left: Cell, right: Cell, result: Cell) -> Cell:
    """Return 0 for what is left where a formula's last step is a difference of numbers equal to their last digits.

    Source: Microsoft, "Floating-point arithmetic may give inaccurate results in Excel" (KB 78113).
    """
    if type(left) is float and type(right) is float and type(result) is float and result != 0:
        size = max(abs(left), abs(right))
        return 0.0 if left * right * sign < 0 and abs(result) < _NOTHING_LEFT * size else result
    return result


def spread(function: Callable[..., Cell], *values: Cell | Block) -> Block:
    """Return a function of every element of blocks of one size; single values, rows and columns are repeated.

    Examples
    --------
    >>> spread(INFIX["*"], [[1.0], [2.0]], [[10.0, 20.0]])
    [[10.0, 20.0], [20.0, 40.0]]
    """
    if len(values) == 2 and not isinstance(values[1], list):
        first, second = values
        return [[function(cell, second) for cell in line] for line in first]  # type: ignore[union-attr]
    blocks = [value if isinstance(value, list) else [[value]] for value in values]
    rows, columns = max(len(block) for block in blocks), max(len(block[0]) for block in blocks)
    lines = zip(*(_repeated(block, rows, columns) for block in blocks), strict=True)
    return [[function(*cells) for cells in zip(*line, strict=True)] for line in lines]


def _repeated(block: Block, rows: int, columns: int) -> Block:
    if (len(block), len(block[0])) == (rows, columns):
        return block
    if len(block[0]) == 1 and columns > 1:
        block = [line * columns for line in block]
    elif len(block[0]) < columns:
        block = [line + [MISSING_PARTNER] * (columns - len(line)) for line in block]
    if len(block) == 1 and rows > 1:
        return block * rows
    return block + [[MISSING_PARTNER] * columns] * (rows - len(block))
