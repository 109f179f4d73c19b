"""The programmes of agency pools, and how late each pays.

Sources: PSA/Bond Market Association, Uniform Practices, chapter SF, "Standard Formulas for the Analysis of
Mortgage-Backed Securities" (02/01/99), cited by section as SF-n; for UMBS, Freddie Mac's FAQ on the 55-day security.
"""

from __future__ import annotations

from enum import Enum

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose


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


_ACTUAL_DELAY = {
    Program.UMBS: 24,
    Program.GOLD: 14,
    Program.GNMA_I: 14,
    Program.GNMA_II: 19,
    Program.FHLMC_ARM: 44,
}
# The stated delay counts from the first day of the accrual month, it included: a month, the day, the actual delay.
_STATED_LESS_ACTUAL = 31


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
