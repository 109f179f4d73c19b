"""The market's conventions: programmes with their payment delays, yield bases, measures of speed.

Sources: PSA/Bond Market Association, Uniform Practices, chapter SF, "Standard Formulas for the Analysis of
Mortgage-Backed Securities" (02/01/99), cited by section as SF-n; for UMBS, Freddie Mac's FAQ on the 55-day security.
"""

from __future__ import annotations

from enum import Enum
from typing import TypeVar

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError


class Program(Enum):
    """The programme of a pool, which fixes the delay of its payments (SF-45; UMBS: Freddie Mac, from June 2019)."""

    UMBS = "UMBS"
    GOLD = "GOLD"
    GNMA_I = "GNMA I"
    GNMA_II = "GNMA II"
    FHLMC_ARM = "FHLMC ARM"


class DelayKind(Enum):
    """How a payment delay is counted (SF-45): actual days after the accrual month, or stated from its first day on."""

    ACTUAL = "ACTUAL"
    STATED = "STATED"


class Measure(Enum):
    """What a speed is measured in (SF-5 to SF-9, SF-14, SF-18, SF-19)."""

    CPR = "CPR"
    SMM = "SMM"
    PSA = "PSA"
    ABS = "ABS"
    CDR = "CDR"
    MDR = "MDR"
    SDA = "SDA"


class Reinvestment(Enum):
    """What the principal above a cap is put into (Open Market Trading Desk, operating policies of 2022 to 2025)."""

    MBS = "MBS"
    TREASURY = "TREASURY"
    BILLS = "BILLS"


class Basis(Enum):
    """How often a yield is compounded (SF-48): BEY twice a year, as bonds are quoted; MONTHLY as mortgages are."""

    BEY = "BEY"
    MONTHLY = "MONTHLY"
    ANNUAL = "ANNUAL"


class DurationKind(Enum):
    """What a duration measures (SF-50): the sensitivity of the price to the yield, or the mean time to payment."""

    MODIFIED = "MODIFIED"
    MACAULAY = "MACAULAY"


DEFAULT_MEASURES = frozenset({Measure.CDR, Measure.MDR, Measure.SDA})

_ACTUAL_DELAY = {
    Program.UMBS: 24,
    Program.GOLD: 14,
    Program.GNMA_I: 14,
    Program.GNMA_II: 19,
    Program.FHLMC_ARM: 44,
}
# The stated delay counts from the first day of the accrual month, it included: a month, the day, the actual delay.
_STATED_LESS_ACTUAL = 31

Choice = TypeVar("Choice", bound=Enum)


def choose(choices: type[Choice], argument: str, value: Choice | str) -> Choice:
    """Return the member that a text names, whatever its case and spacing.

    Errors
    ------
    InputError
        The text names none of them: the message lists what there is.

    Examples
    --------
    >>> choose(Program, "program", "gnma ii")
    <Program.GNMA_II: 'GNMA II'>
    """
    if isinstance(value, choices):
        return value
    wanted = _plain(value) if isinstance(value, str) else None
    for member in choices:
        if _plain(member.value) == wanted:
            return member
    offered = ", ".join(str(member.value) for member in choices)
    raise InputError(argument, value, f"is not one of {offered}", wrong_kind=True)


def delay_days(program: Program | str | float | FloatArray, kind: DelayKind | str = DelayKind.ACTUAL) -> FloatArray:
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
        named = [_ACTUAL_DELAY[choose(Program, "program", one)] for one in given.ravel().tolist()]
        given = np.array(named).reshape(given.shape)
    stated = choose(DelayKind, "kind", kind) is DelayKind.STATED
    return given.astype(float) + (_STATED_LESS_ACTUAL if stated else 0)


def _plain(text: str) -> str:
    """Return a text without what people vary: case, spaces, underscores, hyphens."""
    return text.upper().translate(str.maketrans("", "", " _-"))
