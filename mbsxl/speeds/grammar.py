"""The grammar of prepayment and default speeds, and their one canonical form.

A speed is text that names its unit:

========================================  ===========================================================
``"6 CPR"``, ``"0.5 SMM"``, ``"1.5 ABS"``  a percentage a year, a month, of the original number of loans
``"150 PSA"``                             a percentage of the benchmark ramp, by the age of the loans
``"1 CDR"``, ``"0.1 MDR"``, ``"100 SDA"``  the same for defaults: a year, a month, of the benchmark
``"6 CPR for 12, 8 CPR"``                 a sequence of projected months, the last one kept
``"0.2 to 6 CPR over 30, 6 CPR"``         a ramp: 0.2 in the first projected month, 6 in the 30th
========================================  ===========================================================

or an array of monthly CPRs as decimals, from the first projected month, the last one kept. In Python and in cells
a CPR, SMM, ABS, CDR or MDR is a decimal (0.06) and a PSA or SDA a percentage of its benchmark (150), as it is quoted.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: prepayments SF-4 to SF-17, defaults SF-18 to SF-22.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.speeds.units import CONVERSIONS, DEFAULT_UNITS, SpeedUnit

LONGEST_SPEED = 1200  # months: beyond any loan, and a bound on what one text can cost


class Speed(NamedTuple):
    """A speed month by month from the first projected month, the last one kept.

    `rates` are in their `units`: decimals, or percentages of a benchmark for PSA and SDA.
    """

    rates: tuple[float, ...]
    units: tuple[SpeedUnit, ...]
    text: str

    def __hash__(self) -> int:
        """Tell speeds apart by their rates and text, without their units, which are slow to hash."""
        return hash((self.rates, self.text))


OneSpeed = str | Speed | Sequence[float] | FloatArray

_DIGITS = r"(?:\d{1,12}(?:\.\d{0,25})?|\.\d{1,25})"  # bounded: a finite number, and no text takes long to refuse
_STEP = re.compile(
    rf"(?P<start>{_DIGITS}) ?%? ?(?:to (?P<end>{_DIGITS}) ?%? ?)?(?P<unit>[a-z]{{1,20}})"
    r"(?: (?:for|over) (?P<months>\d{1,9})(?: ?(?:months?|mos?))?)?",
    re.IGNORECASE,
)
_NUMBER = re.compile(rf"[-+]?{_DIGITS} ?%?")


@lru_cache(maxsize=4096)
def parse(text: str, argument: str = "speed") -> Speed:
    """Read a speed from text.

    Errors
    ------
    InputError
        No unit, an unknown unit, a rate out of bounds, a step before the last without its months, or prepayments
        and defaults in one speed.

    Examples
    --------
    >>> parse("6 CPR for 2, 8 CPR").rates
    (0.06, 0.06, 0.08)
    >>> parse("150")
    Traceback (most recent call last):
    mbsxl.errors.InputError: speed "150": has no unit; type "150 PSA"
    """
    rates: list[float] = []
    units: list[SpeedUnit] = []
    steps = [" ".join(step.split()) for step in text.split(",")]
    if len(steps) > LONGEST_SPEED:
        raise InputError(argument, text, f"has {len(steps)} steps; the most is {LONGEST_SPEED}, a month each")
    for position, step in enumerate(steps):
        match, unit = _read_step(step, text, argument)
        step_rates = _step_rates(match, unit, text, argument, last=position == len(steps) - 1)
        rates += step_rates
        units += [unit] * len(step_rates)
    if len(rates) > LONGEST_SPEED:
        raise InputError(argument, text, f"is {len(rates)} months long; the longest is {LONGEST_SPEED}")
    if len({unit in DEFAULT_UNITS for unit in units}) > 1:
        raise InputError(argument, text, "mixes prepayments and defaults; give each its own speed", wrong_kind=True)
    return Speed(tuple(rates), tuple(units), text)


def _read_step(step: str, text: str, argument: str) -> tuple[re.Match[str], SpeedUnit]:
    match = _STEP.fullmatch(step)
    if match is None:
        if _NUMBER.fullmatch(step):
            unit = SpeedUnit.CDR if argument.startswith("default") else SpeedUnit.CPR
            example = _with_unit(float(step.rstrip("% ")), unit)
            raise InputError(argument, text, f'has no unit; type "{example}"', wrong_kind=True)
        remedy = 'is not a speed; type a number and a unit, as in "150 PSA" or "6 CPR for 12, 8 CPR"'
        raise InputError(argument, text, remedy, wrong_kind=True)
    name = match["unit"].upper()
    if name not in SpeedUnit.__members__:
        remedy = f"has the unit {match['unit']}; the units are {', '.join(SpeedUnit.__members__)}"
        raise InputError(argument, text, remedy, wrong_kind=True)
    return match, SpeedUnit(name)


def _step_rates(match: re.Match[str], unit: SpeedUnit, text: str, argument: str, *, last: bool) -> list[float]:
    """Return the rates of one step, a month each."""
    start, end = float(match["start"]), float(match["end"] or match["start"])
    percent = CONVERSIONS[unit].percent
    if percent and max(start, end) > 100:
        raise InputError(argument, text, f"is more than 100 {unit.value}, which is everything at once")
    ramp = match["end"] is not None
    if match["months"] is None and (ramp or not last):
        needed = '"over 30"' if ramp else '"for 12"'
        raise InputError(argument, text, f"has a step without its months; write {needed} after it", wrong_kind=True)
    months = int(match["months"] or 1)
    if not 1 <= months <= LONGEST_SPEED:
        raise InputError(argument, text, f"has a step of {months} months; give 1 to {LONGEST_SPEED}")
    scale = 100 if percent else 1
    return [float(rate) / scale for rate in np.linspace(start, end, months if ramp or not last else 1)]


def as_speed(value: OneSpeed, argument: str = "speed", unit: SpeedUnit = SpeedUnit.CPR) -> Speed:
    """Return the canonical form of one speed: text of the grammar, or monthly rates of a `unit` as decimals.

    Errors
    ------
    InputError
        A text that is not a speed, a bare number, no months at all, or a rate outside 0 to 1.

    Examples
    --------
    >>> as_speed([0.06, 0.08]).rates
    (0.06, 0.08)
    """
    if isinstance(value, Speed):
        return value
    if isinstance(value, str):
        return parse(value, argument)
    rates = np.asarray(value, float)
    if rates.ndim == 0:
        bare = float(rates)
        raise InputError(argument, bare, f'has no unit; type "{_with_unit(bare, unit)}"', wrong_kind=True)
    if rates.ndim != 1 or not 0 < rates.size <= LONGEST_SPEED:
        remedy = f"needs one row or column of 1 to {LONGEST_SPEED} monthly {unit.value}s"
        raise InputError(argument, f"{rates.size} numbers", remedy, wrong_kind=True)
    outside = rates[~((rates >= 0) & (rates <= 1))]
    if outside.size:
        remedy = f"is not a monthly {unit.value}; give decimals from 0 to 1 (6% or 0.06)"
        raise InputError(argument, float(outside[0]), remedy)
    return Speed(tuple(rates.tolist()), (unit,) * rates.size, f"{rates.size} monthly {unit.value}s")


def _with_unit(bare: float, unit: SpeedUnit) -> str:
    """Return the speed that a bare number may have meant."""
    if 0 <= bare <= 100:
        return f"{bare * 100 if bare < 1 else bare:.6g} {unit.value}"
    benchmark = SpeedUnit.SDA if unit in DEFAULT_UNITS else SpeedUnit.PSA
    return f"{bare:.6g} {benchmark.value}" if 100 < bare < 10_000 else f"6 {unit.value}"
