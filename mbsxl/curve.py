"""Yield curves: from par yields to discount factors, and as the Federal Reserve prints them.

The logarithm of the discount factor is a natural cubic spline through the tenors and through 0 at time 0: forward rates
are continuous and smooth, and beyond the last tenor the forward rate there is held. Since the spline is linear in its
values, ``ln D(t) = H z``, the values z at which every quoted instrument is worth par come from Newton's steps with the
exact Jacobian.

Quotes up to half a year are simple interest, ``D = 1 / (1 + y t)``; between half a year and a year simple interest for
the time beyond the half-year and a half-year's compounding, the investment rate of bills; from a year on, bonds at par
with semiannual coupons counted back from maturity, accrued interest paid on purchase.

Source: 31 CFR Part 356, Appendix B, section VI (bills); Gürkaynak, Sack and Wright, FEDS 2006-28 (Svensson).
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions import choose
from mbsxl.errors import InputError

HALF_YEAR = 0.5  # between coupons; up to it, simple interest
_CACHED = 256  # curves remembered
_MOST_STEPS = 50
_CLOSE = 1e-13  # in the logarithms of the discount factors
_NO_SECOND_HUMP = -999.99  # what the Fed prints for tau2 where the curve is plain Nelson-Siegel


class CurveMeasure(Enum):
    """What is read off a curve.

    ZERO is the zero-coupon rate, continuously compounded; FORWARD the instantaneous forward rate, continuously
    compounded; DISCOUNT the discount factor; PAR the par yield, quoted as the curve's own inputs are.
    """

    ZERO = "ZERO"
    DISCOUNT = "DISCOUNT"
    FORWARD = "FORWARD"
    PAR = "PAR"


class YieldCurve(Protocol):
    """What a curve answers, for times in years of any shape."""

    def log_discount(self, t: FloatArray) -> FloatArray:
        """Return the logarithm of the discount factor."""

    def forward(self, t: FloatArray) -> FloatArray:
        """Return the instantaneous forward rate, continuously compounded."""


# ------------------------------------------------------------------------------------------------ the spline


class Spline(NamedTuple):
    """A natural cubic spline as a linear map of its values: second derivatives at the knots, (knots, knots)."""

    knots: FloatArray
    bend: FloatArray

    def weights(self, t: FloatArray) -> FloatArray:
        """Return H, the weight of each value in the spline at each time, straight on beyond the last knot."""
        knots, bend = self
        inside = np.minimum(t, knots[-1])
        left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, knots.size - 2)
        width = (knots[left + 1] - knots[left])[..., np.newaxis]
        up = (inside - knots[left])[..., np.newaxis] / width
        down = 1 - up
        at = np.eye(knots.size)
        cubic = (down**3 - down) * bend[left] + (up**3 - up) * bend[left + 1]
        beyond = (t - inside)[..., np.newaxis] * self.slopes(knots[-1:])
        return down * at[left] + up * at[left + 1] + cubic * width**2 / 6 + beyond

    def slopes(self, t: FloatArray) -> FloatArray:
        """Return the weight of each value in the slope of the spline at each time."""
        knots, bend = self
        inside = np.minimum(t, knots[-1])
        left = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, knots.size - 2)
        width = (knots[left + 1] - knots[left])[..., np.newaxis]
        up = (inside - knots[left])[..., np.newaxis] / width
        down = 1 - up
        at = np.eye(knots.size)
        cubic = (1 - 3 * down**2) * bend[left] + (3 * up**2 - 1) * bend[left + 1]
        return (at[left + 1] - at[left]) / width + cubic * width / 6


def natural_spline(knots: FloatArray) -> Spline:
    """Return the natural cubic spline through values at the knots."""
    width = np.diff(knots)
    count = knots.size
    inner = np.arange(1, count - 1)
    system, known = np.eye(count), np.zeros((count, count))
    system[inner, inner - 1], system[inner, inner], system[inner, inner + 1] = (
        width[:-1] / 6,
        (width[:-1] + width[1:]) / 3,
        width[1:] / 6,
    )
    known[inner, inner - 1], known[inner, inner + 1] = 1 / width[:-1], 1 / width[1:]
    known[inner, inner] = -1 / width[:-1] - 1 / width[1:]
    return Spline(knots, np.linalg.solve(system, known))


# --------------------------------------------------------------------------------------------- the par curve


class Curve(NamedTuple):
    """A curve fitted to par yields: the spline and the logarithms of the discount factors at its knots."""

    spline: Spline
    values: FloatArray

    def log_discount(self, t: FloatArray) -> FloatArray:
        """Return the logarithm of the discount factor."""
        return self.spline.weights(t) @ self.values

    def forward(self, t: FloatArray) -> FloatArray:
        """Return the instantaneous forward rate, continuously compounded."""
        return -(self.spline.slopes(t) @ self.values)

    def discount(self, t: npt.ArrayLike) -> FloatArray:
        """Return the discount factor."""
        return np.exp(self.log_discount(np.asarray(t, float)))


class _Quotes(NamedTuple):
    """What the tenors fix: the spline, the payment dates, and which of them each quote pays on.

    `weights` is H at the dates; `coupons` and `principal` are (tenors, dates); `accrued` is (tenors,).
    """

    spline: Spline
    weights: FloatArray
    coupons: FloatArray
    principal: FloatArray
    accrued: FloatArray


def par_curve(tenors: npt.ArrayLike, par_yields: npt.ArrayLike) -> Curve:
    """Return the curve at which every quote is worth par; the same quotes are not solved twice.

    Errors
    ------
    InputError
        Tenors that do not ascend or are not above 0, as many yields as tenors missing, a yield of 100% or more, or
        yields that imply a negative discount factor.
    """
    times = np.asarray(tenors, float).ravel()
    yields = np.asarray(par_yields, float).ravel()
    return _par_curve(tuple(times.tolist()), tuple(yields.tolist()))


@lru_cache(maxsize=_CACHED)
def _par_curve(tenors: tuple[float, ...], par_yields: tuple[float, ...]) -> Curve:
    _check(tenors, par_yields)
    curve = _fit(tenors, par_yields)
    if curve is not None:
        return curve
    first = next(count for count in range(1, len(tenors) + 1) if _fit(tenors[:count], par_yields[:count]) is None)
    remedy = f"implies a negative discount factor at {tenors[first - 1]:.10g} years; check it against its neighbours"
    raise InputError("par_yields", par_yields[first - 1], remedy)


def _check(tenors: tuple[float, ...], par_yields: tuple[float, ...]) -> None:
    if len(tenors) != len(par_yields):
        remedy = f"stand beside {len(par_yields)} yields; give one yield a tenor"
        raise InputError("tenors", f"{len(tenors)} tenors", remedy)
    before = 0.0
    for tenor in tenors:
        if not before < tenor < np.inf:
            fault = "must be above 0" if before == 0 else f"does not come after {before:.10g}; give each once, ascending"
            raise InputError("tenors", tenor, fault)
        before = tenor
    for quote in par_yields:
        if not -1 < quote < 1:
            raise InputError("par_yields", quote, "is not a yield; give decimals, 4.25% or 0.0425")


def _fit(tenors: tuple[float, ...], par_yields: tuple[float, ...]) -> Curve | None:
    """Return the curve, or None where no positive discount factors make the quotes worth par."""
    quotes, yields, times = _quotes(tenors), np.array(par_yields), np.array(tenors)
    paid = quotes.coupons * yields[:, np.newaxis] + quotes.principal * _maturity_value(times, yields)[:, np.newaxis]
    cost = 1 + quotes.accrued * yields
    z = np.concatenate([[0.0], -2 * times * np.log1p(yields / 2)])
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_MOST_STEPS):
            present = paid * np.exp(quotes.weights @ z)
            jacobian = present @ quotes.weights[:, 1:]
            if not np.isfinite(jacobian).all() or np.linalg.matrix_rank(jacobian) < times.size:
                return None
            step = np.linalg.solve(jacobian, cost - present.sum(axis=1))
            z[1:] += step
            if np.abs(step).max() < _CLOSE:
                return Curve(quotes.spline, z)
    return None


def _maturity_value(times: FloatArray, yields: FloatArray) -> FloatArray:
    """Return what a quote pays at maturity beside its coupons: 1, and for bills their interest."""
    simple = 1 + yields * np.minimum(times, HALF_YEAR)
    bill = simple * (1 + yields * np.clip(times - HALF_YEAR, 0.0, HALF_YEAR))
    return np.where(times < 1, bill, 1.0)


@lru_cache(maxsize=_CACHED)
def _quotes(tenors: tuple[float, ...]) -> _Quotes:
    times = np.array(tenors)
    paid_on = [coupon_times(tenor) if tenor >= 1 else np.array([tenor]) for tenor in tenors]
    dates = np.unique(np.concatenate(paid_on))
    coupons, principal = np.zeros((times.size, dates.size)), np.zeros((times.size, dates.size))
    for row, on in enumerate(paid_on):
        principal[row, np.searchsorted(dates, on[-1])] = 1
        if times[row] >= 1:
            coupons[row, np.searchsorted(dates, on)] = HALF_YEAR
    accrued = np.array([HALF_YEAR - on[0] if tenor >= 1 else 0.0 for tenor, on in zip(tenors, paid_on, strict=True)])
    spline = natural_spline(np.concatenate([[0.0], times]))
    return _Quotes(spline, spline.weights(dates), coupons, principal, accrued)


def coupon_times(tenor: float) -> FloatArray:
    """Return the coupon times of a bond in years, half a year apart and counted back from its maturity."""
    count = int(np.ceil(tenor / HALF_YEAR - 1e-9))
    return tenor - HALF_YEAR * np.arange(count - 1, -1, -1)
