"""The prepayment model: turnover and refinancing as hazards, which need no memory along a path.

In month k the turnover hazard is ``t_k = turnover / 12 x ramp x season x lock-in`` and the refinancing hazard of quick
borrowers ``r_k = refinancing / 12 x ramp x S-curve(incentive)``; slow borrowers refinance at a fraction f of it. With
T and R their sums and p the share of quick borrowers, what is left of the loans is
``exp(-T) (p exp(-R) + (1 - p) exp(-f R))``: as the quick ones leave, the pool burns out.

The incentive is the gross rate of the loans less the mortgage rate of their term, the S-curve logistic. There is a set
of parameters for each kind of pool, fitted in `research/`; `docs/model.md` has the data, the fit and its errors.

Source of the form: S. Richard and R. Roll, "Prepayments on Fixed-Rate Mortgage-Backed Securities", Journal of Portfolio
Management 15 (1989): refinancing incentive, seasoning, seasonality and burnout.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray
from mbsxl.conventions.choices import plain
from mbsxl.conventions.numerals import number_of
from mbsxl.errors import InputError
from mbsxl.units import MONTHS_A_YEAR


def _parameter(default: float, unit: str, text: str, low: float, high: float) -> Any:
    return field(default=default, metadata={"unit": unit, "text": text, "low": low, "high": high})


_QUARTILE = math.log(3)
_PARTS = ("decimal", "fraction")
_HAZARD = "a year, continuous: 0.1 is 9.5% CPR"


@dataclass(frozen=True)
class PrepaymentModel:
    """The parameters of the model, by default those of UMBS 30; a field's metadata has its unit, text and bounds."""

    turnover: float = _parameter(0.149, _HAZARD, "Moves, deaths and defaults, seasoned, at the market.", 0, 100)
    turnover_ramp: float = _parameter(29, "months", "The age at which turnover is full; it grows in line.", 1, 600)
    season_amplitude: float = _parameter(0.217, "fraction", "The swing of turnover over the year.", 0, 1)
    season_peak: float = _parameter(6.5, "calendar month", "When turnover is highest: 6.5 is mid-June.", 0, 12)
    lock_in: float = _parameter(0.9, "fraction", "The turnover lost where the loans are far below the market.", 0, 1)
    lock_in_scale: float = _parameter(0.0177, "decimal", "How far below the market half of that is lost.", 1e-6, 0.5)
    refinancing: float = _parameter(0.634, _HAZARD, "The refinancing of quick borrowers far in the money.", 0, 100)
    refinancing_ramp: float = _parameter(12, "months", "The age at which refinancing is full.", 1, 600)
    threshold: float = _parameter(0.0066, "decimal", "The incentive at the middle of the S-curve.", -0.1, 0.1)
    width: float = _parameter(0.002, "decimal", "From there to three quarters of the S-curve.", 1e-6, 0.1)
    active: float = _parameter(0.8, "fraction", "The quick borrowers in a new pool.", 0, 1)
    passive_response: float = _parameter(0.2, "fraction", "How slow borrowers refinance, against quick ones.", 0, 1)
    burnout: float = _parameter(0, "fraction", "The quick borrowers gone by now; 0 is a pool not burnt out.", 0, 1)
    mortgage_spread: float = _parameter(0.024, "decimal", "The mortgage rate over the blended long rate.", -0.1, 0.1)
    ten_year_weight: float = _parameter(0.6, "fraction", "Of the 10-year rate in it; the rest is the 5-year.", 0, 1)
    lag: float = _parameter(2, "whole months", "From a mortgage rate to the end of the month it moves.", 1, 12)
    mortgage_rate: float = _parameter(0, "decimal", "The survey's 30-year rate today; 0: by its spread.", 0, 0.5)
    term_spread: float = _parameter(0, "decimal", "The rate of the loans' term over the 30-year rate.", -0.1, 0.1)
    turnover_multiple: float = _parameter(1, "factor", "Of turnover, for the story of a pool.", 0, 100)
    refinancing_multiple: float = _parameter(1, "factor", "Of refinancing, for the story of a pool.", 0, 100)
    threshold_shift: float = _parameter(0, "decimal", "Of the threshold, for a story or a regime.", -0.1, 0.1)

    def __post_init__(self) -> None:
        for parameter in fields(self):
            value = getattr(self, parameter.name)
            low, high = parameter.metadata["low"], parameter.metadata["high"]
            if not low <= value <= high:
                unit = parameter.metadata["unit"]
                percent = f"; type {value:.10g}% or {value / 100:.10g}" if unit in _PARTS and 1 < value <= 100 else ""
                remedy = f"is outside {low:.10g} to {high:.10g} ({unit}){percent}"
                raise InputError(f"model {parameter.name}", value, remedy)
        if self.lag != int(self.lag):
            raise InputError("model lag", self.lag, "is not a whole number of months; give 1, 2, 3")

    @property
    def loan_spread(self) -> float:
        """What borrowers compare with: the mortgage rate of the loans' term over the blended long rate."""
        return self.mortgage_spread + self.term_spread

    def at(self, long_rate: float) -> PrepaymentModel:
        """Return the model on a curve whose blended long rate is known: a mortgage rate given sets its spread."""
        return replace(self, mortgage_spread=self.mortgage_rate - long_rate) if self.mortgage_rate else self

    def faster(self, factor: float) -> PrepaymentModel:
        """Return the model with every speed multiplied."""
        return replace(self, turnover=self.turnover * factor, refinancing=self.refinancing * factor)

    def wider(self, amount: float) -> PrepaymentModel:
        """Return the model with the mortgage rate's spread moved."""
        return replace(self, mortgage_spread=self.mortgage_spread + amount)

    def burnt_out_to(self, quick: float) -> PrepaymentModel:
        """Return the model of a pool with a smaller share of quick borrowers left."""
        gone = (self.active - quick) / (self.active * (1 - quick)) if self.active > 0 and quick < 1 else 0.0
        return replace(self, burnout=min(max(gone, 0.0), 1.0))


UMBS_30 = "UMBS 30"
_THIRTY = PrepaymentModel()
MODELS = {
    UMBS_30: _THIRTY,
    "UMBS 20": replace(_THIRTY, turnover=0.136, refinancing=0.556, threshold=0.0078, term_spread=-0.002),
    "UMBS 15": replace(_THIRTY, turnover=0.124, refinancing=0.478, threshold=0.009, term_spread=-0.007),
    "GNMA 30": replace(
        _THIRTY,
        turnover=0.148,
        turnover_ramp=12,
        season_amplitude=0.154,
        lock_in=0.8,
        lock_in_scale=0.0228,
        refinancing=0.417,
        threshold=0.0035,
    ),
}
REGIME_SHIFTS = {
    "2018-19": 0.0015,
    "2020-21": -0.0035,
    "2024": -0.001,
}  # of the threshold, as `threshold_shift` reads them

ModelLike = PrepaymentModel | str | Mapping[str, Any] | Iterable[tuple[str, Any]] | None


def as_model(model: ModelLike = None, default: str = UMBS_30) -> PrepaymentModel:
    """Return a model: a set by its name, or (name, value) pairs over a set, which a pair `set` may name.

    Names are read whatever their case, spaces for underscores; `default` is the set where none is named. The value of
    `threshold_shift` may be the name of a regime: "2018-19", "2020-21", "2024".

    Errors
    ------
    InputError
        A set or a name there is not, one that comes twice, or a value out of bounds.

    Examples
    --------
    >>> as_model([("Turnover", 0.06)]).turnover
    0.06
    >>> as_model("GNMA 30") == as_model({"set": "gnma 30"})
    True
    >>> as_model({"speed": 2})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    mbsxl.errors.InputError: model "speed": is not a parameter; there are set, turnover, ...
    """
    if isinstance(model, PrepaymentModel):
        return model
    names = ["set", *(parameter.name for parameter in fields(PrepaymentModel))]
    given: dict[str, Any] = {}
    for label, value in as_pairs(model):
        name = "_".join(str(label).lower().replace("-", " ").split())
        if name not in names:
            raise InputError("model", str(label), f"is not a parameter; there are {', '.join(names)}", wrong_kind=True)
        if name in given:
            raise InputError("model", str(label), "comes twice; give each parameter once")
        given[name] = value
    base = MODELS[set_name(given.pop("set", default))]
    shift = given.get("threshold_shift")
    if isinstance(shift, str) and shift in REGIME_SHIFTS:
        given["threshold_shift"] = REGIME_SHIFTS[shift]
    return replace(base, **{name: _number(name, value) for name, value in given.items()})


def as_pairs(model: str | Mapping[str, Any] | Iterable[tuple[str, Any]] | None) -> list[tuple[str, Any]]:
    """Return what is given of a model as names and values; a name alone is that of a set."""
    if isinstance(model, str):
        return [("set", model)]
    return list(() if model is None else model.items() if isinstance(model, Mapping) else model)


def set_name(text: object) -> str:
    """Return the name of a set as it is written, whatever the case and the spaces it is read in."""
    for name in MODELS:
        if plain(name) == plain(str(text)):
            return name
    raise InputError("model", str(text), f"is not a set; there are {', '.join(MODELS)}", wrong_kind=True)


def _number(name: str, value: object) -> float:
    if isinstance(value, str):
        return number_of(value, f"model {name}")
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(f"model {name}", str(value), "is not a number", wrong_kind=True) from None


# ----------------------------------------------------------------------------------------------- speeds and survival


def turnover_response(
    incentive: FloatArray, model: PrepaymentModel, hazard: npt.ArrayLike = 1.0, out: FloatArray | None = None
) -> FloatArray:
    """Return the part of turnover that lock-in leaves, 1 at and above the market, times a hazard."""
    # In place, here and below: along paths these arrays are most of what a valuation costs.
    seasoned = np.asarray(hazard)
    response = np.minimum(incentive, 0.0, out=out)
    response -= model.lock_in_scale
    np.divide(-model.lock_in * model.lock_in_scale * seasoned, response, out=response)
    response += (1 - model.lock_in) * seasoned
    return response


def refinancing_response(
    incentive: FloatArray, model: PrepaymentModel, hazard: npt.ArrayLike = 1.0, out: FloatArray | None = None
) -> FloatArray:
    """Return the S-curve, 0 far out of the money and 1 far in it, times a hazard."""
    response = np.subtract(incentive, model.threshold + model.threshold_shift, out=out)
    response *= -_QUARTILE / model.width
    with np.errstate(over="ignore"):  # so far out of the money that nobody refinances
        np.exp(response, out=response)
    response += 1
    return np.divide(hazard, response, out=response)


def seasoned_hazards(model: PrepaymentModel, age: npt.ArrayLike, calendar_month: npt.ArrayLike) -> FloatArray:
    """Return the hazards of turnover and of refinancing in a month, before they respond to rates.

    Shapes: (2, ...), as `age`; `calendar_month` broadcasts to it. Units: `age` in months at the end of the month;
    `calendar_month` 1 is January and 13 again, 0 is the average of the year.
    """
    old, month = np.asarray(age, float), np.asarray(calendar_month)
    wave = np.cos(2 * np.pi / MONTHS_A_YEAR * (month - model.season_peak))
    season = np.where(month > 0, 1 + model.season_amplitude * wave, 1.0)
    turnover = model.turnover * model.turnover_multiple * np.minimum(old / model.turnover_ramp, 1) * season
    refinancing = model.refinancing * model.refinancing_multiple * np.minimum(old / model.refinancing_ramp, 1)
    return np.stack([turnover, refinancing]) / MONTHS_A_YEAR


def quick_share(active: npt.ArrayLike, burnout: npt.ArrayLike) -> FloatArray:
    """Return the share of quick borrowers in a pool, after some of those it began with are gone."""
    began, gone = np.asarray(active, float), np.asarray(burnout, float)
    return began * (1 - gone) / np.maximum(1 - began * gone, np.finfo(float).tiny)


def log_shares(model: PrepaymentModel) -> FloatArray:
    """Return the logarithms of the shares of quick and slow borrowers in a pool, after its burnout: (2, 1)."""
    quick = quick_share(model.active, model.burnout)
    with np.errstate(divide="ignore"):  # of none
        return np.log(np.stack([quick, 1 - quick]))[:, np.newaxis]


def survival(
    incentive: FloatArray, hazards: FloatArray, before: FloatArray, model: PrepaymentModel
) -> tuple[FloatArray, FloatArray]:
    """Return what is left of the loans at the start and at the end of each month, and of which borrowers at the end.

    Only prepayments are counted. Shapes: `incentive` (months, paths); `hazards` (2, months), the seasoned ones;
    `before` (2, paths), the logarithms of what is left of quick and slow borrowers: `log_shares` at first, then what
    came second for the months before; returns (months + 1, paths) and (2, paths).
    """
    turnover, refinancing = -hazards[..., np.newaxis]
    logs = np.empty((2, len(incentive) + 1, incentive.shape[1]))
    logs[:, 0] = before
    quick, slow = logs[:, 1:]
    refinancing_response(incentive, model, refinancing, out=quick)
    turnover_response(incentive, model, turnover, out=slow)
    passive = quick * model.passive_response
    quick += slow
    slow += passive
    for group in logs:
        for last, month in pairwise(group):
            month += last
    after = logs[:, -1].copy()
    left, slow_left = np.exp(logs, out=logs)
    left += slow_left
    return left, after


def model_cpr(
    mortgage_rate: npt.ArrayLike,
    wac: npt.ArrayLike,
    age: npt.ArrayLike,
    calendar_month: npt.ArrayLike = 0,
    burnout: npt.ArrayLike = 0,
    model: ModelLike = None,
) -> FloatArray:
    """Return the speed the model gives a pool for its next month.

    Shapes: broadcast. Units: rates and the CPR are decimals, `age` is in months; `calendar_month` is 1 to 12, 0 for the
    average of the year; `burnout` is the fraction of the quick borrowers gone, 0 for what the model says.

    Errors
    ------
    InputError
        A calendar month or a burnout there is not, or a parameter as `as_model`.

    Source: the project's own fit to the speeds of Fannie Mae, Freddie Mac and Ginnie Mae pools, 2017 to 2025.

    Examples
    --------
    >>> (100 * model_cpr(0.065, [0.03, 0.065, 0.08], [48, 12, 18])).round()  # far below, at and above the market
    array([ 6.,  8., 46.])
    """
    chosen = as_model(model)
    inputs = np.broadcast_arrays(mortgage_rate, wac, age, calendar_month, burnout)
    rate, gross, old, month, gone = (value.astype(float).ravel() for value in inputs)
    _check(month, gone)
    turnover, refinancing = seasoned_hazards(chosen, old + 1, month)
    incentive = gross - rate - chosen.term_spread
    turnover = turnover_response(incentive, chosen, turnover)
    refinancing = refinancing_response(incentive, chosen, refinancing)
    quick = quick_share(chosen.active, np.where(gone > 0, gone, chosen.burnout))
    alive = quick * np.exp(-refinancing) + (1 - quick) * np.exp(-chosen.passive_response * refinancing)
    yearly = 1 - (np.exp(-turnover) * alive) ** MONTHS_A_YEAR
    return yearly.reshape(inputs[0].shape)


def _check(month: FloatArray, burnout: FloatArray) -> None:
    if not np.isin(month, np.arange(13)).all():
        wrong = float(month[~np.isin(month, np.arange(13))][0])
        raise InputError("calendar_month", wrong, "is not a month; give 1 to 12, or 0 for the average of the year")
    if not ((burnout >= 0) & (burnout <= 1)).all():
        wrong = float(burnout[~((burnout >= 0) & (burnout <= 1))][0])
        raise InputError("burnout", wrong, "is not the fraction of quick borrowers gone; give 0 to 1")
