"""Arithmetic on one number: rounding, powers, logarithms."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal

from mbsxl_udfs.sheet.calling import function
from mbsxl_udfs.sheet.cells import NUM, Cell, CellError
from mbsxl_udfs.sheet.operators import DIVIDED_BY_ZERO, INFIX, TOO_LARGE, number


def numeric(*names: str) -> Callable[[Callable[..., float | CellError]], Callable[..., Cell]]:
    """Declare a function of single numbers: texts that are numbers are read, others are #VALUE!."""

    def declared(compute: Callable[..., float | CellError]) -> Callable[..., Cell]:
        from functools import wraps

        @wraps(compute)
        def call(*cells: Cell) -> Cell:
            numbers = []
            for cell in cells:
                value = number(cell)
                if isinstance(value, CellError):
                    return value
                numbers.append(value)
            try:
                result = compute(*numbers)
            except ZeroDivisionError:
                return DIVIDED_BY_ZERO
            except OverflowError:
                return TOO_LARGE
            except ValueError as fault:
                words = str(fault)
                return CellError(NUM, "it has no value for this number" if words == "math domain error" else words)
            return result if isinstance(result, CellError | bool) else float(result)

        function(*names, kinds="v")(call)
        return call

    return declared


def decimal(value: float) -> Decimal:
    """Return a number with the 15 digits that Excel knows of it."""
    return Decimal(f"{value:.15g}")


def rounded(value: float, digits: float, rounding: str) -> float:
    """Return a number to a count of decimals, or of zeros where that is negative."""
    places = int(digits)
    if places > 300 or value == 0:
        return value
    if places < -300:
        return 0.0
    step = Decimal(1).scaleb(-places)
    return float((decimal(value) / step).to_integral_value(rounding=rounding) * step)


numeric("ABS")(lambda value: abs(value))
numeric("ROUND")(lambda value, digits: rounded(value, digits, ROUND_HALF_UP))
numeric("ROUNDUP")(lambda value, digits: rounded(value, digits, ROUND_UP))
numeric("ROUNDDOWN")(lambda value, digits: rounded(value, digits, ROUND_DOWN))
numeric("TRUNC")(lambda value, digits=0.0: rounded(value, digits, ROUND_DOWN))
numeric("INT")(lambda value: rounded(value, 0, ROUND_FLOOR))
numeric("SIGN")(lambda value: (value > 0) - (value < 0))
numeric("SQRT")(lambda value: math.sqrt(value))
numeric("EXP")(lambda value: math.exp(value))
numeric("PI")(lambda: math.pi)
numeric("LN")(lambda value: math.log(value))
numeric("LOG10")(lambda value: math.log10(value))
numeric("GAMMA")(lambda value: math.gamma(value))
function("POWER", kinds="v")(lambda base, exponent: INFIX["^"](base, exponent))


@numeric("LOG")
def _log(value: float, base: float = 10.0) -> float | CellError:
    if value <= 0 or base <= 0:
        return CellError(NUM, "a logarithm is of a positive number")
    return math.log10(value) if base == 10 else math.log(value) / math.log(base)


@numeric("MOD")
def _mod(value: float, divisor: float) -> float | CellError:
    if divisor == 0:
        return DIVIDED_BY_ZERO
    rest = value - divisor * math.floor(value / divisor)
    return 0.0 if abs(rest) < 1e-15 * abs(value) or abs(rest - divisor) < 1e-15 * abs(value) else rest


@numeric("QUOTIENT")
def _quotient(value: float, divisor: float) -> float:
    return math.trunc(value / divisor)


@numeric("EVEN")
def _even(value: float) -> float:
    return math.copysign(2 * math.ceil(abs(value) / 2), value) + 0.0


@numeric("ODD")
def _odd(value: float) -> float:
    return math.copysign(2 * max(0, math.ceil((abs(value) - 1) / 2)) + 1, value)


numeric("ISEVEN")(lambda value: math.trunc(value) % 2 == 0)
numeric("ISODD")(lambda value: math.trunc(value) % 2 != 0)


def _multiple(value: float, step: float, rounding: str) -> float:
    """Return the multiple of a step at a number; 0 where the step is 0."""
    if step == 0:
        return 0.0
    return float((decimal(value) / decimal(step)).to_integral_value(rounding=rounding) * decimal(step))


def _to_significance(rounding: str) -> Callable[[float, float], float | CellError]:
    def result(value: float, significance: float) -> float | CellError:
        if value > 0 > significance:
            return CellError(NUM, "a positive number has no negative significance")
        if rounding == ROUND_FLOOR and significance == 0 and value != 0:
            return DIVIDED_BY_ZERO
        return _multiple(value, significance, rounding)

    return result


numeric("CEILING")(_to_significance(ROUND_CEILING))
numeric("FLOOR")(_to_significance(ROUND_FLOOR))


@numeric("CEILING.PRECISE", "ISO.CEILING")
def _ceiling_precise(value: float, significance: float = 1.0) -> float:
    return _multiple(value, abs(significance), ROUND_CEILING)


@numeric("FLOOR.PRECISE")
def _floor_precise(value: float, significance: float = 1.0) -> float:
    return _multiple(value, abs(significance), ROUND_FLOOR)


@numeric("CEILING.MATH")
def _ceiling_math(value: float, significance: float = 1.0, mode: float = 0.0) -> float:
    return _multiple(value, abs(significance), ROUND_UP if value < 0 and mode else ROUND_CEILING)


@numeric("FLOOR.MATH")
def _floor_math(value: float, significance: float = 1.0, mode: float = 0.0) -> float:
    return _multiple(value, abs(significance), ROUND_DOWN if value < 0 and mode else ROUND_FLOOR)


@numeric("MROUND")
def _mround(value: float, step: float) -> float | CellError:
    if value * step < 0:
        return CellError(NUM, "a number and its multiple are of one sign")
    return math.floor(value / step + 0.5) * step if step else 0.0  # as Excel: 6.05 to 0.1 is 6.0, 7.05 is 7.1


@numeric("PERMUTATIONA")
def _permutations(number_of_things: float, chosen: float) -> float:
    return float(int(number_of_things)) ** int(chosen)


numeric("RAND")(lambda: random.random())
numeric("RANDBETWEEN")(lambda low, high: random.randint(math.ceil(low), math.floor(high)))
function("TRUE", kinds="v")(lambda: True)
function("FALSE", kinds="v")(lambda: False)
function("NA", kinds="v")(lambda: CellError("#N/A"))
