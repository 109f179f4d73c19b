"""Which set of the prepayment model a pool gets: by its original term and its programme, unless one is named."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import IntArray
from mbsxl.conventions.programs import Program, as_program
from mbsxl.errors import InputError
from mbsxl.loans.prepayment import ModelLike, PrepaymentModel, as_model, as_pairs, set_name
from mbsxl.units import MONTHS_A_YEAR

OWN = "own"  # of a model given in full


def original_term(wam: npt.ArrayLike, age: npt.ArrayLike) -> IntArray:
    """Return the term that loans were made for, in months, 360, 240 or 180: what is left and their age, rounded up.

    Months were repaid early or skipped, so that the two seldom add up: over 270 is 30 years, over 210 20, less 15.
    """
    months = np.asarray(wam) + np.asarray(age)
    return np.where(months > 270, 360, np.where(months > 210, 240, 180))


def set_for(wam: float, age: float, program: Program | str | float = Program.UMBS) -> str:
    """Return the name of the set for a pool, by its original term and programme; a number of days is read as UMBS.

    Errors
    ------
    InputError
        A programme or a term that no set was fitted to: adjustable rates, Ginnie Mae pools of less than 30 years.

    Examples
    --------
    >>> set_for(172, 7), set_for(348, 12, "GNMA II")
    ('UMBS 15', 'GNMA 30')
    """
    years = int(original_term(wam, age)) // MONTHS_A_YEAR
    kind = Program.UMBS if isinstance(program, int | float) else as_program(program)
    if kind is Program.FHLMC_ARM:
        raise InputError("program", kind.value, "has adjustable rates, which no model here knows; name a set in model")
    if kind not in (Program.GNMA_I, Program.GNMA_II):
        return f"UMBS {years}"
    if years < 30:
        remedy = "is the original term of a Ginnie Mae pool that no set is fitted to; name a set in model, UMBS 15"
        raise InputError("wam", wam + age, remedy)
    return "GNMA 30"


def model_for(
    model: ModelLike, wam: float, age: float, program: Program | str | float = Program.UMBS
) -> PrepaymentModel:
    """Return the model of a pool: what is given, over the set of its term and programme where no set is named."""
    return model if isinstance(model, PrepaymentModel) else as_model(model, set_of(model, wam, age, program))


def set_of(model: ModelLike, wam: float, age: float, program: Program | str | float = Program.UMBS) -> str:
    """Return the name of the set that a pool's model is over; of a model in full, that it is the user's own."""
    if isinstance(model, PrepaymentModel):
        return OWN
    named = [value for label, value in as_pairs(model) if str(label).strip().lower() == "set"]
    return set_name(named[0]) if named else set_for(wam, age, program)
