"""The programmes of agency pools: what each is called, how late it pays, and who says so.

Sources: PSA/Bond Market Association, Uniform Practices, chapter SF, "Standard Formulas for the Analysis of
Mortgage-Backed Securities" (02/01/99), cited by section as SF-n; for UMBS, Freddie Mac's FAQ on the 55-day security.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose, plain
from mbsxl.errors import InputError


class Program(Enum):
    """The programme of a pool, which fixes the delay of its payments (SF-45); NONE where there is no delay."""

    UMBS = "UMBS"
    GOLD = "GOLD"
    GNMA_I = "GNMA I"
    GNMA_II = "GNMA II"
    FHLMC_ARM = "FHLMC ARM"
    NONE = "NONE"


class ProgramTerms(NamedTuple):
    """What a programme is: its actual delay in days, what desks call it, and where the delay is published."""

    delay: int
    words: tuple[str, ...]
    source: str


PROGRAMS = {
    Program.UMBS: ProgramTerms(24, ("FN", "FNMA", "FNCL", "FNCI", "FR"), "SF-45 (Fannie Mae); Freddie Mac, June 2019"),
    Program.GOLD: ProgramTerms(14, ("FG", "FGLMC", "FGCI"), "SF-45"),
    Program.GNMA_I: ProgramTerms(14, ("G1", "GNSF", "GNJO"), "SF-45"),
    Program.GNMA_II: ProgramTerms(19, ("G2", "G2SF", "G2JO"), "SF-45"),
    Program.FHLMC_ARM: ProgramTerms(44, (), "SF-45"),
    Program.NONE: ProgramTerms(0, (), "paid on the 1st, as the accrual month ends"),
}

_FREDDIE, _GINNIE = "GOLD, UMBS or FHLMC ARM", "GNMA I or GNMA II"
_LEFT_OPEN = {"FH": _FREDDIE, "FHLMC": _FREDDIE, "GN": _GINNIE, "GNMA": _GINNIE}
_NAMED = {plain(word): program for program, row in PROGRAMS.items() for word in (program.value, *row.words)}


def as_program(program: Program | str, argument: str = "program") -> Program:
    """Return the programme that a text names, by its own name or a desk's.

    Errors
    ------
    InputError
        A text that names no programme, or an agency of several.

    Examples
    --------
    >>> as_program("FNCL"), as_program("gnma ii")
    (<Program.UMBS: 'UMBS'>, <Program.GNMA_II: 'GNMA II'>)
    >>> as_program("GNMA")
    Traceback (most recent call last):
    mbsxl.errors.InputError: program "GNMA": leaves open which programme; type GNMA I or GNMA II
    """
    return program if isinstance(program, Program) else _named(program, argument)


@lru_cache(maxsize=1024)
def _named(program: str, argument: str) -> Program:
    """Return the programme that a text names, remembered."""
    word = plain(program) if isinstance(program, str) else ""
    if word in _LEFT_OPEN:
        raise InputError(argument, program, f"leaves open which programme; type {_LEFT_OPEN[word]}", wrong_kind=True)
    return _NAMED[word] if word in _NAMED else choose(Program, argument, program)


class DelayKind(Enum):
    """How a payment delay is counted (SF-45): actual days after the accrual month, or stated from its first day on."""

    ACTUAL = "ACTUAL"
    STATED = "STATED"


# The stated delay counts from the first day of the accrual month, it included: a month, the day, the actual delay.
_STATED_LESS_ACTUAL = 31


def delay_days(
    program: Program | str | float | FloatArray, delay_kind: DelayKind | str = DelayKind.ACTUAL
) -> FloatArray:
    """Return the payment delay of a programme in days.

    A number is taken as the actual delay itself. Shapes: as `program`. Units: days.

    Errors
    ------
    InputError
        A text that names no programme.

    Source: SF-45.

    Examples
    --------
    >>> float(delay_days("GNMA II")), float(delay_days("UMBS", "STATED"))
    (19.0, 55.0)
    """
    given = np.asarray(program)
    if given.dtype.kind not in "iuf":
        named = [PROGRAMS[as_program(one)].delay for one in given.ravel().tolist()]
        given = np.array(named).reshape(given.shape)
    stated = choose(DelayKind, "delay_kind", delay_kind) is DelayKind.STATED
    return given.astype(float) + (_STATED_LESS_ACTUAL if stated else 0)
