"""Burnout: how much of a pool's quick borrowers its past has already taken."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.loans.prepayment import ModelLike, PrepaymentModel, as_model, refinancing_response, seasoned_hazards


def burnout(wac: npt.ArrayLike, age: npt.ArrayLike, rates: npt.ArrayLike, model: ModelLike = None) -> FloatArray:
    """Return the part of the quick borrowers gone by now: 1 less exp of the refinancing hazards since origination.

    A month's borrowers felt the mean of the survey's rates one and two months before it (the model's lag); months
    before the first take the first.

    Shapes: `wac` and `age` broadcast; `rates` is a column. Units: decimals; `age` in months; `rates` the monthly means
    of the 30-year survey rate, the last that of the month before the one projected; of a longer column its last `age`.

    Errors
    ------
    InputError
        Fewer rates than the age, a rate that is none, or a parameter as `as_model`.

    Source: the model's own form: S. Richard and R. Roll, "Prepayments on Fixed-Rate Mortgage-Backed Securities",
    Journal of Portfolio Management 15 (1989).

    Examples
    --------
    >>> burnout(0.07, [0, 12, 24], [0.055] * 24).round(2)  # 1.5% in the money all its life
    array([0.  , 0.29, 0.62])
    """
    chosen, history = as_model(model), np.asarray(rates, float).ravel()
    gross, old = np.broadcast_arrays(np.asarray(wac, float), np.asarray(age, float))
    if (old > history.size).any():
        longest = float(old.max())
        raise InputError("rates", history.size, f"months are fewer than the age; give {longest:g}, the last one latest")
    if not ((history > 0) & (history < 1)).all():
        wrong = float(history[~((history > 0) & (history < 1))][0])
        raise InputError("rates", wrong, "is not a mortgage rate; type 6.25% or 0.0625")
    gone = [_gone(rate, int(months), history, chosen) for rate, months in zip(gross.flat, old.flat, strict=True)]
    return np.array(gone).reshape(gross.shape)


def _gone(wac: float, age: int, history: FloatArray, model: PrepaymentModel) -> float:
    own = history[history.size - age :]
    month = np.arange(age)
    lag = int(model.lag)
    felt = (own[np.maximum(month - lag, 0)] + own[np.maximum(month - lag + 1, 0)]) / 2
    hazard = seasoned_hazards(model, month + 1.0, 0)[1] * refinancing_response(wac - felt - model.term_spread, model)
    return float(-np.expm1(-hazard.sum()))
