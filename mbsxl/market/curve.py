"""Yield curves: from par yields to discount factors, and what is read off them.

The logarithm of the discount factor is a natural cubic spline through the tenors and through 0 at time 0: forward rates
are continuous and smooth, and beyond the last tenor the forward rate there is held. Since the spline is linear in its
values, ``ln D(t) = H z``, the values z at which every quoted instrument is worth par come from Newton's steps with
the exact Jacobian.

Quotes up to half a year are simple interest, ``D = 1 / (1 + y t)``; between half a year and a year simple interest for
the time beyond the half-year and a half-year's compounding, the investment rate of bills; from a year on, bonds whose
coupon is their yield, paid twice a year and counted back from maturity: par bonds on a coupon date.

Source: 31 CFR Part 356, Appendix B: sections II (notes and bonds) and VI (bills).
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import choose
from mbsxl.errors import InputError
from mbsxl.market.spline import Spline, natural_spline

MOST_TENORS = 360  # a quote a month for thirty years
HALF_YEAR = 0.5  # between coupons; up to it, simple interest
_SAME_DAY = 1e-6  # years: times nearer than this are one
_REMEMBERED = 256
_POLISH = 4  # steps that each square an error below a basis point
_MOST_STEPS = 50
_CLOSE = 1e-12  # in what a quote of 1 misses: a step from here lands within rounding, the error being squared


class ParCurve(NamedTuple):
    """A curve as a user gives it: tenors in years, and par yields at them."""

    tenors: npt.ArrayLike
    par_yields: npt.ArrayLike


class CurveReading(Enum):
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


# ------------------------------------------------------------------------------------- what is read off a curve


def read(curve: YieldCurve, at: npt.ArrayLike, reading: CurveReading | str = CurveReading.ZERO) -> FloatArray:
    """Return a reading of a curve at times in years.

    Errors
    ------
    InputError
        A time before 0, or a reading there is not.
    """
    to = choose(CurveReading, "reading", reading)
    t = np.asarray(at, float)
    if not (t >= 0).all():
        raise InputError("at", float(t[~(t >= 0)].flat[0]), "is not a time in years from today; give 0 or more")
    if to is CurveReading.FORWARD:
        return curve.forward(t)
    if to is CurveReading.DISCOUNT:
        return np.exp(curve.log_discount(t))
    if to is CurveReading.PAR:
        return par(curve, t)
    later = np.where(t > 0, t, 1.0)
    return np.where(t > 0, -curve.log_discount(later) / later, curve.forward(np.zeros(t.shape)))


def par(curve: YieldCurve, t: FloatArray) -> FloatArray:
    """Return the par yields of a curve, each quoted as its time is: simple, as a bill, or as a bond."""
    with np.errstate(divide="ignore", invalid="ignore"):  # a bond of no life, a bill of a long one
        return np.where(t < 1, _bill_yield(curve, t), _bond_yield(curve, t))


def _bill_yield(curve: YieldCurve, t: FloatArray) -> FloatArray:
    """Return the yield y at which ``(1 + y min(t, 1/2)) (1 + y max(t - 1/2, 0)) D = 1``; the rate itself at time 0."""
    gain = np.expm1(-curve.log_discount(t))
    product = np.minimum(t, HALF_YEAR) * np.maximum(t - HALF_YEAR, 0.0)
    simple = 2 * gain / (t + np.sqrt(t * t + 4 * product * gain))
    return np.where(t > 0, simple, curve.forward(np.zeros(t.shape)))


def _bond_yield(curve: YieldCurve, t: FloatArray) -> FloatArray:
    """Return the yield y at which ``y/2 sum of D + D(t) = (1 + y/2)^elapsed``: coupon and yield are one."""
    periods = np.maximum(np.ceil(t / HALF_YEAR - _SAME_DAY), 1.0)
    on = t[..., np.newaxis] - HALF_YEAR * np.arange(int(np.max(periods, initial=1.0)))
    paid = on > _SAME_DAY
    coupons = (np.exp(curve.log_discount(np.where(paid, on, 0.0))) * paid).sum(axis=-1)
    redeemed = np.exp(curve.log_discount(t))
    elapsed = np.maximum(periods - t / HALF_YEAR, 0.0)
    half = (1 - redeemed) / (coupons - elapsed)
    for _ in range(_POLISH):
        grown = (1 + half) ** elapsed
        half = half - (half * coupons + redeemed - grown) / (coupons - elapsed * grown / (1 + half))
    return 2 * half


# --------------------------------------------------------------------------------------------- the par curve


class Curve(NamedTuple):
    """A curve fitted to par yields: the logarithm of the discount factor as a spline."""

    spline: Spline

    def log_discount(self, t: FloatArray) -> FloatArray:
        """Return the logarithm of the discount factor."""
        return self.spline.at(t)

    def forward(self, t: FloatArray) -> FloatArray:
        """Return the instantaneous forward rate, continuously compounded."""
        return -self.spline.slope(t)

    def discount(self, t: npt.ArrayLike) -> FloatArray:
        """Return the discount factor."""
        return np.exp(self.spline.at(np.asarray(t, float)))


class _Quotes(NamedTuple):
    """What the tenors fix: H at the payment dates, and per tenor what a yield of 1 and the principal pay on them.

    `elapsed` is the part of a coupon period gone by at the start: (tenors,).
    """

    weights: FloatArray
    coupons: FloatArray
    principal: FloatArray
    elapsed: FloatArray


def curve(quoted: ParCurve, at: npt.ArrayLike, reading: CurveReading | str = CurveReading.ZERO) -> FloatArray:
    """Return a reading of the curve through par yields, at times.

    Shapes: `tenors` and `par_yields` (tenors,); as `at`. Units: years and decimals; ZERO and FORWARD, which is that of
    an instant, are continuously compounded, PAR is quoted as the inputs are.

    Errors
    ------
    InputError
        Tenors that do not ascend from above 0, a yield that is not a decimal or needs a negative discount factor,
        or a time before 0.

    Source: 31 CFR Part 356, Appendix B.

    Examples
    --------
    >>> bill = 364 / 365
    >>> round(100 * float(curve(ParCurve([bill], [0.082373244]), bill, "DISCOUNT")), 3)  # 31 CFR 356, B, VI.D.2
    92.265
    """
    return read(par_curve(*quoted), at, reading)


def par_curve(tenors: npt.ArrayLike, par_yields: npt.ArrayLike) -> Curve:
    """Return the curve at which every quote is worth par. The curves last asked for are remembered.

    Errors
    ------
    InputError
        As `curve`.
    """
    times, yields = np.asarray(tenors, float).ravel(), np.asarray(par_yields, float).ravel()
    return _par_curve(tuple(times.tolist()), tuple(yields.tolist()))


@lru_cache(maxsize=_REMEMBERED)
def _par_curve(tenors: tuple[float, ...], par_yields: tuple[float, ...]) -> Curve:
    _check(tenors, par_yields)
    fitted = _fit(tenors, par_yields)
    if fitted is not None:
        return fitted
    last = next(count for count in range(1, len(tenors) + 1) if _fit(tenors[:count], par_yields[:count]) is None) - 1
    remedy = f"needs a negative discount factor: no curve gives it at {tenors[last]:.10g} years; check its neighbours"
    raise InputError("par_yields", par_yields[last], remedy)


def _check(tenors: tuple[float, ...], par_yields: tuple[float, ...]) -> None:
    if len(tenors) != len(par_yields) or not tenors:
        raise InputError("tenors", f"{len(tenors)} tenors", f"stand beside {len(par_yields)} yields; give one a tenor")
    before = 0.0
    for tenor in tenors:
        if not before < tenor < np.inf:
            remedy = f"does not come after {before:.10g}; give tenors above 0, each once, in ascending order"
            raise InputError("tenors", tenor, remedy)
        before = tenor
    for quote in par_yields:
        if not -1 < quote < 1:
            raise InputError("par_yields", quote, "is not a yield; give a decimal, 4.25% or 0.0425")


def _fit(tenors: tuple[float, ...], par_yields: tuple[float, ...]) -> Curve | None:
    """Return the curve, or None where no positive discount factors make the quotes worth par."""
    quotes, yields, times = _quotes(tenors), np.array(par_yields), np.array(tenors)
    redeemed = np.where(times < 1, _bill_growth(times, yields), 1.0)
    paid = quotes.coupons * yields[:, np.newaxis] + quotes.principal * redeemed[:, np.newaxis]
    cost = (1 + yields / 2) ** quotes.elapsed
    z = -2 * times * np.log1p(yields / 2)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(_MOST_STEPS):
            present = paid * np.exp(quotes.weights @ z)
            miss = cost - present.sum(axis=1)
            try:
                z = z + np.asarray(np.linalg.solve(present @ quotes.weights, miss), float)
            except np.linalg.LinAlgError:
                return None
            if np.abs(miss).max() < _CLOSE:
                return Curve(natural_spline(np.append(0.0, times), np.append(0.0, z)))
    return None


def _bill_growth(times: FloatArray, yields: FloatArray) -> FloatArray:
    """Return what a unit put into a bill grows to: simple interest, compounded once at half a year (VI.D.2)."""
    return (1 + yields * np.minimum(times, HALF_YEAR)) * (1 + yields * np.maximum(times - HALF_YEAR, 0.0))


@lru_cache(maxsize=_REMEMBERED)
def _quotes(tenors: tuple[float, ...]) -> _Quotes:
    paid_on = [_coupon_times(tenor) if tenor >= 1 else np.array([tenor]) for tenor in tenors]
    dates = np.unique(np.concatenate(paid_on))
    coupons, principal = np.zeros((2, len(tenors), dates.size))
    elapsed = np.zeros(len(tenors))
    for row, (tenor, on) in enumerate(zip(tenors, paid_on, strict=True)):
        principal[row, np.searchsorted(dates, tenor)] = 1
        if tenor >= 1:
            coupons[row, np.searchsorted(dates, on)] = HALF_YEAR
            elapsed[row] = 1 - on[0] / HALF_YEAR
    knots = np.array([0.0, *tenors])
    unit = np.eye(knots.size)[1:]
    weights = np.stack([natural_spline(knots, one).at(dates) for one in unit], axis=1)
    return _Quotes(weights, coupons, principal, elapsed)


def _coupon_times(tenor: float) -> FloatArray:
    """Return the coupon times of a bond: half a year apart, counted back from its maturity."""
    periods = int(np.ceil(tenor / HALF_YEAR - _SAME_DAY))
    return tenor - HALF_YEAR * np.arange(periods - 1.0, -1.0, -1.0)
