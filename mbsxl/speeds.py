"""Prepayment and default speeds: one grammar, one canonical form, month by month.

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
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions import DEFAULT_MEASURES, Measure, choose
from mbsxl.errors import InputError
from mbsxl.measures import CONVERSIONS, convert

LONGEST_SPEED = 1200  # months: beyond any loan, and a bound on what one text can cost


class Speed(NamedTuple):
    """A speed month by month from the first projected month, the last one kept.

    `rates` are in the unit of their `measures`: decimals, or percentages of a benchmark for PSA and SDA.
    """

    rates: tuple[float, ...]
    measures: tuple[Measure, ...]
    text: str


OneSpeed = str | Speed | Sequence[float] | FloatArray
SpeedLike = OneSpeed | npt.NDArray[np.object_]

# -------------------------------------------------------------------------------------------- the grammar

_DIGITS = r"(?:\d{1,12}(?:\.\d{0,25})?|\.\d{1,25})"  # bounded: a finite number, and no text takes long to refuse
_STEP = re.compile(
    rf"(?P<start>{_DIGITS}) ?%? ?(?:to (?P<end>{_DIGITS}) ?%? ?)?(?P<measure>[a-z]+)"
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
    measures: list[Measure] = []
    steps = [" ".join(step.split()) for step in text.split(",")]
    for position, step in enumerate(steps):
        match, measure = _read_step(step, text, argument)
        step_rates = _step_rates(match, measure, text, argument, last=position == len(steps) - 1)
        rates += step_rates
        measures += [measure] * len(step_rates)
    if len(rates) > LONGEST_SPEED:
        raise InputError(argument, text, f"is {len(rates)} months long; the longest is {LONGEST_SPEED}")
    if len({measure in DEFAULT_MEASURES for measure in measures}) > 1:
        raise InputError(argument, text, "mixes prepayments and defaults; give each its own speed", wrong_kind=True)
    return Speed(tuple(rates), tuple(measures), text)


def _read_step(step: str, text: str, argument: str) -> tuple[re.Match[str], Measure]:
    match = _STEP.fullmatch(step)
    if match is None:
        if _NUMBER.fullmatch(step):
            measure = Measure.CDR if argument == "default" else Measure.CPR
            example = _with_unit(float(step.rstrip("% ")), measure)
            raise InputError(argument, text, f'has no unit; type "{example}"', wrong_kind=True)
        remedy = 'is not a speed; type a number and a unit, as in "150 PSA" or "6 CPR for 12, 8 CPR"'
        raise InputError(argument, text, remedy, wrong_kind=True)
    unit = match["measure"].upper()
    if unit not in Measure.__members__:
        remedy = f"has the unit {match['measure']}; the units are {', '.join(Measure.__members__)}"
        raise InputError(argument, text, remedy, wrong_kind=True)
    return match, Measure(unit)


def _step_rates(match: re.Match[str], measure: Measure, text: str, argument: str, *, last: bool) -> list[float]:
    """Return the rates of one step, a month each."""
    start, end = float(match["start"]), float(match["end"] or match["start"])
    percent = CONVERSIONS[measure].percent
    if percent and max(start, end) > 100:
        raise InputError(argument, text, f"is more than 100 {measure.value}, which is everything at once")
    ramp = match["end"] is not None
    if match["months"] is None and (ramp or not last):
        needed = '"over 30"' if ramp else '"for 12"'
        raise InputError(argument, text, f"has a step without its months; write {needed} after it", wrong_kind=True)
    months = int(match["months"] or 1)
    if not 1 <= months <= LONGEST_SPEED:
        raise InputError(argument, text, f"has a step of {months} months; give 1 to {LONGEST_SPEED}")
    scale = 100 if percent else 1
    return [float(rate) / scale for rate in np.linspace(start, end, months if ramp or not last else 1)]


def as_speed(value: OneSpeed, argument: str = "speed", measure: Measure = Measure.CPR) -> Speed:
    """Return the canonical form of one speed: text of the grammar, or monthly rates of a `measure` as decimals.

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
        raise InputError(argument, bare, f'has no unit; type "{_with_unit(bare, measure)}"', wrong_kind=True)
    if rates.ndim != 1 or not 0 < rates.size <= LONGEST_SPEED:
        remedy = f"needs one row or column of 1 to {LONGEST_SPEED} monthly {measure.value}s"
        raise InputError(argument, f"{rates.size} numbers", remedy, wrong_kind=True)
    outside = rates[~((rates >= 0) & (rates <= 1))]
    if outside.size:
        remedy = f"is not a monthly {measure.value}; give decimals from 0 to 1 (6% or 0.06)"
        raise InputError(argument, float(outside[0]), remedy)
    return Speed(tuple(rates.tolist()), (measure,) * rates.size, f"{rates.size} monthly {measure.value}s")


def _with_unit(bare: float, measure: Measure) -> str:
    """Return the speed that a bare number may have meant."""
    if 0 <= bare <= 100:
        return f"{bare * 100 if bare < 1 else bare:.6g} {measure.value}"
    benchmark = Measure.SDA if measure in DEFAULT_MEASURES else Measure.PSA
    return f"{bare:.6g} {benchmark.value}" if 100 < bare < 10_000 else f"6 {measure.value}"


def as_speeds(value: SpeedLike, argument: str = "speed") -> npt.NDArray[np.object_]:
    """Return an array of canonical speeds: 0-d for one speed, the same shape for several in an array or a list."""
    shape: tuple[int, ...] = ()
    several: list[Any] = [value]
    if isinstance(value, np.ndarray) and value.dtype.kind in "OUT":
        shape, several = value.shape, value.ravel().tolist()
    elif isinstance(value, list) and value and isinstance(value[0], str | Speed):
        shape, several = (len(value),), value
    speeds: npt.NDArray[np.object_] = np.empty(len(several), object)
    for place, one in enumerate(several):  # an assignment of the whole list would unpack the tuples
        speeds[place] = as_speed(one, argument)
    return speeds.reshape(shape)


# ---------------------------------------------------------------------------------------- month by month


@lru_cache(maxsize=1024)
def smm_path(speed: Speed, age: int, months: int) -> FloatArray:
    """Return the monthly rate of each projected month of one pool: SMM, or MDR for a default speed.

    Shapes: (months,), read-only. Units: decimals; the first is that of loan age `age` + 1.

    Errors
    ------
    InputError
        The speed passes 100% in some month.

    Examples
    --------
    >>> smm_path(parse("165 PSA"), 29, 2).round(5)  # 9.9% CPR, as Fabozzi and Jones print it
    array([0.00865, 0.00865])
    """
    path = _smm(speed, np.array([age]), months)[0]
    path.setflags(write=False)
    return path


def smm_matrix(speed: Speed | npt.NDArray[np.object_], age: npt.NDArray[Any], months: int) -> FloatArray:
    """Return the monthly rates of many pools.

    Shapes: `age` (pools,), `speed` one or (pools,); returns (pools, months), read-only where one speed serves all.
    """
    if isinstance(speed, Speed):
        if age.size == 1:
            return smm_path(speed, int(age[0]), months)[np.newaxis, :]
        return np.broadcast_to(_smm(speed, age, months), (age.size, months))
    rows = np.empty((age.size, months))
    pools: dict[Speed, list[int]] = {}
    for pool, one in enumerate(speed.tolist()):
        pools.setdefault(one, []).append(pool)
    for one, members in pools.items():
        rows[members] = _smm(one, age[members], months)
    return rows


def _smm(speed: Speed, age: npt.NDArray[Any], months: int) -> FloatArray:
    """Return the monthly rates at the ages, or one row for all where age does not matter."""
    smm = _held(speed, age, months) if len(speed.rates) == 1 else _stepped(speed, age, months)
    if not ((smm >= 0) & (smm <= 1)).all():
        raise InputError("speed", speed.text, "is more than 100% of the pool in some month; give a slower speed")
    return smm


def _held(speed: Speed, age: npt.NDArray[Any], months: int) -> FloatArray:
    """Return the monthly rates of one rate held: by age, each pool sees a window on the same curve."""
    conversion = CONVERSIONS[speed.measures[0]]
    if not conversion.by_age:
        return np.broadcast_to(conversion.to_monthly(np.array(speed.rates), np.ones(1)), (1, months))
    with np.errstate(invalid="ignore", divide="ignore"):
        curve = conversion.to_monthly(np.array(speed.rates), np.arange(1.0, int(age.max()) + months + 1))
    return np.lib.stride_tricks.sliding_window_view(curve, months)[age]


def _stepped(speed: Speed, age: npt.NDArray[Any], months: int) -> FloatArray:
    """Return the monthly rates of a speed that changes from one projected month to another."""
    step = np.minimum(np.arange(months), len(speed.rates) - 1)
    rates = np.array(speed.rates)[step]
    used = set(speed.measures[: months or 1])
    by_age = any(CONVERSIONS[measure].by_age for measure in used)
    month = (age if by_age else age[:1])[:, np.newaxis] + np.arange(1.0, months + 1)
    smm = np.empty(month.shape)
    for measure in used:
        members = np.array([measure is other for other in speed.measures])[step]
        with np.errstate(invalid="ignore", divide="ignore"):
            smm[:, members] = CONVERSIONS[measure].to_monthly(rates[members], month[:, members])
    return smm


# ------------------------------------------------------------------------------- questions about a speed


def speed_at(speed: SpeedLike, month: npt.ArrayLike, measure: Measure | str) -> FloatArray:
    """Return a speed in a measure, in one month of the loans' life.

    Shapes: broadcast; an array of texts is many speeds. Units: `month` is a loan age, 1 in the first month; 0 where
    the speed is the same in every month. Returns a decimal, or a percentage of the benchmark for PSA and SDA.

    Errors
    ------
    InputError
        The answer depends on the month and none is given.

    Source: SF-5 to SF-9, SF-14, SF-18, SF-19.

    Examples
    --------
    >>> round(float(speed_at("150 PSA", 20, "CPR")), 6)
    0.06
    """
    to = choose(Measure, "measure", measure)
    speeds, months = np.broadcast_arrays(as_speeds(speed), np.asarray(month, int))
    values = [_speed_at(one, int(at), to) for one, at in zip(speeds.ravel().tolist(), months.ravel(), strict=True)]
    return np.array(values).reshape(months.shape)


def _speed_at(speed: Speed, month: int, measure: Measure) -> float:
    by_age = CONVERSIONS[measure].by_age or any(CONVERSIONS[other].by_age for other in speed.measures)
    if month == 0 and (by_age or len(speed.rates) > 1):
        raise InputError("month", month, f"{speed.text} in {measure.value} depends on the age of the loans; give it")
    at = max(month, 1)
    return float(convert(smm_path(speed, 0, at)[-1], measure, at))


def smm(speed: SpeedLike, month: npt.ArrayLike = 0) -> FloatArray:
    """Return the single monthly mortality of a speed: what fraction of the loans prepays in the month.

    Shapes: broadcast. Units: decimals; `month` as in `speed_at`.

    Errors
    ------
    InputError
        A text that is not a speed, or an answer that depends on a month which is not given.

    Source: SF-5, SF-6.

    Examples
    --------
    >>> round(float(smm("6 CPR")), 8)
    0.00514301
    """
    return speed_at(speed, month, Measure.SMM)


def cpr(speed: SpeedLike, month: npt.ArrayLike = 0) -> FloatArray:
    """Return the conditional prepayment rate of a speed: its monthly rate, a year long.

    Shapes: broadcast. Units: decimals; `month` as in `speed_at`.

    Errors
    ------
    InputError
        A text that is not a speed, or an answer that depends on a month which is not given.

    Source: SF-6, SF-7.

    Examples
    --------
    >>> round(float(cpr("0.5 SMM")), 3)  # SF-9
    0.058
    """
    return speed_at(speed, month, Measure.CPR)


def psa(speed: SpeedLike, month: npt.ArrayLike) -> FloatArray:
    """Return a speed as a percentage of the PSA benchmark at a loan age.

    Shapes: broadcast. Units: percent of the benchmark (150 is 150 PSA); `month` as in `speed_at`.

    Errors
    ------
    InputError
        A text that is not a speed, or an answer that depends on a month which is not given.

    Source: SF-8, SF-9.

    Examples
    --------
    >>> round(float(psa("6 CPR", 12)), 6)
    250.0
    """
    return speed_at(speed, month, Measure.PSA)


def speed_vector(speed: SpeedLike, age: npt.ArrayLike, months: int, measure: Measure | str = Measure.CPR) -> FloatArray:
    """Return a speed month by month from loan age `age` + 1.

    Shapes: (months,) for one speed and age, otherwise (months, pools). Units: as `speed_at`.

    Errors
    ------
    InputError
        Less than one month.

    Source: SF-5 to SF-9, SF-14, SF-18, SF-19.

    Examples
    --------
    >>> speed_vector("100 PSA", 28, 3).round(6)
    array([0.058, 0.06 , 0.06 ])
    """
    to = choose(Measure, "measure", measure)
    if months < 1:
        raise InputError("months", months, "asks for nothing; give 1 or more")
    speeds, ages = np.broadcast_arrays(as_speeds(speed), np.asarray(age, int))
    month = ages.ravel()[:, np.newaxis] + np.arange(1, months + 1)
    paths = convert(smm_matrix(speeds.ravel(), ages.ravel(), months), to, month).T
    return paths[:, 0] if ages.ndim == 0 else paths
