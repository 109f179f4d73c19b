"""The Nelson-Siegel-Svensson curve, with its parameters as the Federal Reserve prints them.

Source: Gürkaynak, Sack and Wright, "The U.S. Treasury Yield Curve: 1961 to the Present", FEDS 2006-28, equation 9, and
its daily file, feds200628.csv.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.errors import InputError
from mbsxl.market.curve import CurveReading, read

_NO_SECOND_HUMP = -999.99  # what the file prints for tau2 where the curve is plain Nelson-Siegel
_PERCENT = 100.0


class Svensson(NamedTuple):
    """A Svensson curve: betas in percent, taus in years."""

    beta0: float
    beta1: float
    beta2: float
    beta3: float
    tau1: float
    tau2: float

    def log_discount(self, t: FloatArray) -> FloatArray:
        """Return the logarithm of the discount factor."""
        level, hump = _loadings(t / self.tau1)
        _, second = _loadings(t / self.tau2)
        zero = self.beta0 + self.beta1 * level + self.beta2 * hump + self.beta3 * second
        return -zero * t / _PERCENT

    def forward(self, t: FloatArray) -> FloatArray:
        """Return the instantaneous forward rate, continuously compounded."""
        near, far = t / self.tau1, t / self.tau2
        slope_and_hump = (self.beta1 + self.beta2 * near) * np.exp(-near)
        return (self.beta0 + slope_and_hump + self.beta3 * far * np.exp(-far)) / _PERCENT


def _loadings(scaled: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean over the time so far of exp(-s), and of s exp(-s)."""
    later = np.where(scaled > 0, scaled, 1.0)
    level = np.where(scaled > 0, -np.expm1(-later) / later, 1.0)
    return level, level - np.exp(-scaled)


def svensson(
    parameters: npt.ArrayLike, at: npt.ArrayLike, reading: CurveReading | str = CurveReading.ZERO
) -> FloatArray:
    """Return a reading of a Nelson-Siegel-Svensson curve, at times.

    Shapes: `parameters` (6,); as `at`. Units: `parameters` as the Fed prints them: BETA0 to BETA3 in percent, TAU1 and
    TAU2 in years, a TAU2 of -999.99 for a curve without its second hump; `at` years; returns decimals. ZERO is the
    file's SVENY, FORWARD its SVENF, PAR at a year and more its SVENPY.

    Errors
    ------
    InputError
        Not six parameters, a tau that is not above 0, or a time before 0.

    Source: Gürkaynak, Sack and Wright, FEDS 2006-28.

    Examples
    --------
    >>> friday = [1.83173892594688, 2.12195929372016, -8.54309882564018e-06, 9.68691995587714, 1.57535646356836,
    ...           16.2396691286111]  # 31 October 2025
    >>> (100 * svensson(friday, [1, 10, 30])).round(4)  # SVENY01, SVENY10, SVENY30
    array([3.689 , 4.1652, 4.833 ])
    """
    given = np.asarray(parameters, float).ravel()
    if given.size != 6:
        remedy = "is not a Svensson curve; give BETA0 to BETA3, TAU1 and TAU2"
        raise InputError("parameters", f"{given.size} numbers", remedy)
    shape = Svensson(*given.tolist())
    if shape.tau2 == _NO_SECOND_HUMP:
        shape = shape._replace(beta3=0.0, tau2=shape.tau1)
    for tau in (shape.tau1, shape.tau2):
        if not tau > 0:
            raise InputError("parameters", tau, "is no tau; give years above 0, or -999.99 for no second hump")
    return read(shape, at, reading)
