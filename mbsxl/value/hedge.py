"""Hedges: the face of other instruments that takes the risk of a position away, and the factor of a futures contract.

A risk is what a position gains when a rate falls by a basis point, in currency, one for each tenor of the curve: the
key-rate duration times full price / 100 times face times 1e-4. With the scenarios of a table in place of the tenors,
and value changes in place of risks, the residual is what the hedge leaves in each scenario.

Sources: B. Tuckman and A. Serrat, Fixed Income Securities, 4th edition, chapter 5; J. Hull, Options, Futures, and Other
Derivatives, 6.2 and 6.4; CME Group, "Calculating U.S. Treasury Futures Conversion Factors".
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose
from mbsxl.errors import InputError
from mbsxl.units import MONTHS_A_YEAR, PAR

_SINGULAR = 1e-10  # of the greatest singular value


class HedgeMethod(Enum):
    """How a hedge is chosen.

    KEY_RATES: least squares over the tenors, exact with as many instruments. DURATION: one instrument against the sum
    of the risks. TWO: two instruments, two risks, exact. BETA: DURATION, scaled by how far the position's yield moves
    for each of the instrument's.
    """

    KEY_RATES = "KEY_RATES"
    DURATION = "DURATION"
    TWO = "TWO"
    BETA = "BETA"


class Hedge(NamedTuple):
    """Faces to add, an instrument each, and behind them what is left of the risk, a tenor each."""

    name: npt.NDArray[np.str_]
    value: FloatArray


def hedge(
    risk: npt.ArrayLike,
    instruments: npt.ArrayLike,
    hedge_method: HedgeMethod | str = HedgeMethod.KEY_RATES,
    beta: float = 1.0,
) -> Hedge:
    """Return the face of each instrument to add so that risk and hedge are 0, or come nearest to it, and what is left.

    A long risk is sold: faces are negative. The column of a future is that of its cheapest to deliver over the
    conversion factor. Rows may be scenarios too: value changes of the position, and of 100 of each instrument.

    Shapes: `risk` (tenors,) or one number, `instruments` (tenors, instruments). Units: `risk` in currency for a basis
    point, `instruments` the same per 100 of face; faces in that currency.

    Errors
    ------
    InputError
        Sizes that do not fit, instruments that hedge the same thing or nothing, a `beta` without its method.

    Source: Tuckman and Serrat, chapter 5 (key rates); Hull, 6.4 (duration).

    Examples
    --------
    >>> hedge(58_300, 0.0812, "DURATION").value.round()  # $100mm of duration 5.83 at par, sold against the 10-year
    array([-71798030.,         0.])
    >>> liability = [33192, 52969, 57786, 88766]  # Tuckman and Serrat, table 5.2: bought, since the risk is short
    >>> table = hedge([-each for each in liability], np.diag([0.09125, 0.15282, 0.19508, 0.22437]))
    >>> (table.value[:4] / 1e6).round(3).tolist()
    [36.375, 34.661, 29.622, 39.562]
    """
    chosen, beta = choose(HedgeMethod, "hedge_method", hedge_method), beta or 1.0
    position = np.ravel(np.asarray(risk, float))
    units = np.asarray(instruments, float)
    units = units.reshape(position.size, -1) if units.ndim < 2 and units.size % position.size == 0 else units
    if units.ndim != 2 or len(units) != position.size:
        size = " by ".join(map(str, np.shape(instruments))) or "1"
        remedy = f"cells do not stand beside {position.size} risks; give a column each, a row a risk"
        raise InputError("instruments", size, remedy)
    for name, given in (("risk", position), ("instruments", units)):
        if not np.isfinite(given).all():
            raise InputError(name, float(given[~np.isfinite(given)][0]), "is not a finite number")
    _require_size(chosen, units)
    if beta != 1 and chosen is not HedgeMethod.BETA:
        raise InputError("beta", beta, f"is not used by {chosen.value}; give hedge_method BETA")
    per_face = units / PAR
    if chosen in (HedgeMethod.DURATION, HedgeMethod.BETA):
        matched, against = np.array([beta * position.sum()]), per_face.sum(axis=0, keepdims=True)
    else:
        matched, against = position, per_face
    face = -_least_squares(against, matched)
    if not np.isfinite(face).all():
        remedy = "has next to no risk, so that its face is beyond what a number holds; leave it out"
        raise InputError("instruments", f"column {np.flatnonzero(~np.isfinite(face))[0] + 1}", remedy)
    left = position + per_face @ face
    names = [f"face {number}" for number in range(1, face.size + 1)]
    names += [f"residual {number}" for number in range(1, left.size + 1)]
    return Hedge(np.array(names), np.concatenate([face, left]))


def _require_size(method: HedgeMethod, units: FloatArray) -> None:
    risks, count = units.shape
    if method in (HedgeMethod.DURATION, HedgeMethod.BETA) and count != 1:
        raise InputError("instruments", count, f"instruments have no one {method.value} hedge; give one of them")
    if method is HedgeMethod.TWO and (risks, count) != (2, 2):
        remedy = "is no hedge of two risks with two instruments; give two rows and two columns, or KEY_RATES"
        raise InputError("instruments", f"{risks} by {count}", remedy)
    if count > risks:
        remedy = f"instruments are more than {risks} risks, so that many hedges are as good; give at most {risks}"
        raise InputError("instruments", count, remedy)


def _least_squares(against: FloatArray, matched: FloatArray) -> FloatArray:
    """Return the faces whose risks come nearest to what is matched."""
    scale = np.abs(against).max(axis=0)
    dead = np.flatnonzero(scale == 0)
    if dead.size:
        remedy = "has no risk to hedge with; leave its column out"
        raise InputError("instruments", f"column {dead[0] + 1}", remedy)
    answer, _, rank, _ = np.linalg.lstsq(against / scale, matched, rcond=_SINGULAR)
    if rank < scale.size:
        remedy = "hedge the same risk (the hedge is singular); leave one of them out"
        raise InputError("instruments", f"{scale.size} columns", remedy)
    return np.asarray(answer / scale)


class FuturesContract(Enum):
    """A contract on Treasuries (CME): TU, Z3N, FV and TY of 2, 3, 5 and 10 years, US bonds; TN and UB the ultras."""

    TY = "TY"
    US = "US"
    TU = "TU"
    FV = "FV"
    Z3N = "Z3N"
    TN = "TN"
    UB = "UB"


_BY_MONTH = (FuturesContract.TU, FuturesContract.Z3N, FuturesContract.FV)  # to maturity; the others by quarter
_NOTIONAL = 0.06


def conversion_factor(
    coupon: npt.ArrayLike, months: npt.ArrayLike, contract: FuturesContract | str = FuturesContract.TY
) -> FloatArray:
    """Return the conversion factor of a Treasury note or bond: its price per unit of face at a yield of 6%.

    The months from the first day of the delivery month to maturity are complete ones; of 10-year notes and of bonds
    they are rounded down to quarters.

    Shapes: broadcast. Units: `coupon` a decimal; the factor to four decimals, as CME publishes it.

    Errors
    ------
    InputError
        A coupon that is no rate, or too few months.

    Source: CME Group, "Calculating U.S. Treasury Futures Conversion Factors"; Hull, 6.2.

    Examples
    --------
    >>> conversion_factor([0.10, 0.08], [242, 220], "US").tolist()  # Hull, 6.2: 20 years 2 months, 18 years 4 months
    [1.4623, 1.2199]
    """
    chosen = choose(FuturesContract, "contract", contract)
    rate, left = np.asarray(coupon, float), np.floor(np.asarray(months, float))
    if not ((rate >= 0) & (rate < 1)).all():
        raise InputError("coupon", float(rate[~((rate >= 0) & (rate < 1))].flat[0]), "is no rate; 4.25% is 0.0425")
    step = 1 if chosen in _BY_MONTH else 3
    if not (left >= step).all():
        raise InputError("months", float(left[~(left >= step)].flat[0]), f"is too few to maturity; give {step} or more")
    years, beyond = np.divmod(left - left % step, MONTHS_A_YEAR)
    half = beyond >= 7  # then a coupon comes within the half-year
    stub = np.where(half, 3.0 if step == 3 else beyond - 6, beyond)
    first = (1 + _NOTIONAL / 2) ** (-stub / 6)
    redeemed = (1 + _NOTIONAL / 2) ** -(2 * years + half)
    owed = rate / 2 + redeemed + rate / _NOTIONAL * (1 - redeemed)
    return np.round(first * owed - rate / 2 * (6 - stub) / 6, 4)
