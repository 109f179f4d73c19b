"""The horizon: what claims have paid by then, and what is left and what it is worth then.

The pool is then what it will be: aged by the months gone, its season moved on, its quick borrowers burnt out as the
model has it while rates stay where they are. By the horizon as many payments are due as months have gone; those that
come later than it, by the programme's delay, are discounted to it. Months are of thirty days.

Source: PSA/Bond Market Association, Uniform Practices, chapter SF: SF-51.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.claims.passthrough import Passthrough
from mbsxl.claims.payments import Flows
from mbsxl.claims.settled import Settled
from mbsxl.conventions.yields import monthly_rate
from mbsxl.errors import InputError
from mbsxl.kernel import Rows, RowsOf, slices
from mbsxl.loans.pools import Pools
from mbsxl.loans.prepayment import quick_share, refinancing_response, seasoned_hazards
from mbsxl.market.hull_white import as_sample, long_rate_today
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, PAR
from mbsxl.value.oas import Request
from mbsxl.value.on_market import Held
from mbsxl.value.priced import Known
from mbsxl.value.spreads import over_curve

_ROWS, _ROWS_ON_PATHS = 128, 4096
LEAST_YIELD = -0.99


class HorizonKind(Enum):
    """By what a claim is priced at the horizon: a yield, a clean price, a Z-spread or an option-adjusted spread."""

    YIELD = "YIELD"
    PRICE = "PRICE"
    Z = "Z"
    OAS = "OAS"


class Position(NamedTuple):
    """Claims as they are bought, and what is taken to happen to each: a table of rows.

    `then` are the pools at the horizon, None where their speed goes on. On paths many rows are valued `together`.
    """

    request: Request
    columns: tuple[FloatArray, ...]
    then: Pools | None = None
    together: int = _ROWS

    @classmethod
    def of(
        cls, request: Request, rows: Rows, *columns: FloatArray, then: Pools | None = None, on_paths: bool = False
    ) -> Position:
        """Return the sound rows of a request, with columns beside them."""
        sound = rows.sound()
        kept: RowsOf = slice(None) if sound is None else sound
        beside = tuple(rows.column(column)[kept] for column in columns)
        return cls(request, beside, None if then is None else then.part(kept), _ROWS_ON_PATHS if on_paths else _ROWS)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.request.rows

    def part(self, rows: RowsOf) -> Position:
        """Return some of the rows."""
        then = None if self.then is None else self.then.part(rows)
        return Position(self.request.part(rows), tuple(column[rows] for column in self.columns), then, self.together)

    def batches(self) -> Iterator[slice]:
        """Yield rows that are best valued together."""
        return slices(self.rows, self.together)


def too_long(months: IntArray, wam: IntArray, last: int = 0) -> dict[int, Exception]:
    """Return why rows have no such horizon: they must end `last` months before the last payment, or sooner."""
    refused: dict[int, Exception] = {}
    for row in np.flatnonzero((months < 1) | (months > wam - last)).tolist():
        most = int(wam[row]) - last
        remedy = f"give 1 to {most}" if most > 0 else "its next payment is its last"
        words = f"is no horizon of a pool with {wam[row]} months left; {remedy}"
        refused[row] = InputError("months", int(months[row]), words)
    return refused


class Passed(NamedTuple):
    """What claims pay for some months, nothing after them, and the part of the face left: per unit of face."""

    interest: FloatArray
    principal: FloatArray
    factor: FloatArray

    @property
    def paid(self) -> FloatArray:
        """What is paid in all, month by month."""
        return self.interest + self.principal


def passed(claim: Passthrough, balance: FloatArray, months: IntArray) -> Passed:
    """Return what claims on pools pay for their first months, and what is left.

    Shapes: `balance` (rows, months + 1), `months` (rows,).
    """
    due = np.arange(balance.shape[1] - 1) < months[:, np.newaxis]
    interest = np.where(due, (claim.accrual / MONTHS_A_YEAR)[:, np.newaxis] * balance[:, :-1], 0.0)
    principal = np.where(due, claim.principal * (balance[:, :-1] - balance[:, 1:]), 0.0)
    return Passed(interest, principal, np.take_along_axis(balance, months[:, np.newaxis], axis=1)[:, 0])


def still_owed(claim: Passthrough, balance: FloatArray, months: IntArray) -> Flows:
    """Return what claims are owed after some months, per unit of the face left; nothing where nothing is."""
    ahead = np.minimum(months[:, np.newaxis] + np.arange(balance.shape[1]), balance.shape[1] - 1)
    left = np.take_along_axis(balance, ahead, axis=1)
    left /= np.where(left[:, :1] > 0, left[:, :1], 1.0)
    return Flows(claim.owed(left[:, :-1], left[:, 1:]), left[:, :-1] - left[:, 1:], claim.accrual)


def aged(held: Held, months: int, first: float | None = None) -> Held:
    """Return claims on a market some months later, rates being what they are: aged, burnt out, their season moved.

    `first` is the time from then to the next payment, in months; by default what it is now.
    """
    paths, pools = held.paths, held.claim.pools
    older = pools._replace(wam=pools.wam - months, age=pools.age + months)
    month = paths.calendar_month
    then = paths._replace(
        first_payment=paths.first_payment if first is None else first,
        calendar_month=(month - 1 + months) % MONTHS_A_YEAR + 1 if month else 0,
        sample=paths.sample._replace(months=as_sample(paths.sample.paths, int(older.wam.max())).months),
    )
    return Held(type(held.claim)(older), then, held.basis, _quick_ones_left(held, months))


def _quick_ones_left(held: Held, months: int) -> FloatArray:
    """Return the share of quick borrowers in each pool after some months in which rates stay where they are."""
    paths, pools, model = held.paths, held.claim.pools, held.paths.model
    today = long_rate_today(paths.rates, model.ten_year_weight)
    ages = pools.age[:, np.newaxis] + 1.0 + np.arange(months)
    refinancing = seasoned_hazards(model, ages, paths.calendar(months))[1].sum(axis=-1)
    hazard = refinancing * refinancing_response(pools.wac - model.loan_spread - today, model)
    began = quick_share(model.active, model.burnout) if held.quick is None else held.quick
    quick, slow = began * np.exp(-hazard), (1 - began) * np.exp(-model.passive_response * hazard)
    return np.asarray(quick / np.maximum(quick + slow, np.finfo(float).tiny))


def alike(request: Request, *columns: FloatArray | IntArray) -> Iterator[IntArray]:
    """Yield rows of a request on one market that agree in columns beside it, together."""
    for rows in request.batches():
        kinds = np.unique(np.stack([column[rows] for column in columns]), axis=1, return_inverse=True)[1].ravel()
        for kind in range(int(kinds.max()) + 1):
            yield rows[kinds == kind]


def priced_at(kind: HorizonKind, level: FloatArray, ahead: Settled, beside: Known) -> FloatArray:
    """Return clean prices at a horizon: at a yield, a price or a Z-spread."""
    if kind is HorizonKind.PRICE:
        return level
    if kind is HorizonKind.YIELD:
        value = ahead.claim.present(ahead.first).at(monthly_rate(level)).value
    else:
        value = over_curve(ahead, beside.curve, beside.basis).at(level / BASIS_POINTS).value
    return PAR * (value - ahead.accrued)


def earned(rates: FloatArray, start: FloatArray, end: npt.ArrayLike) -> FloatArray:
    """Return what a unit put away at one time is at another, each month at its own rate, the last kept.

    Shapes: `start` and `end` broadcast. Units: times in months; `rates` monthly, continuous, one by month.
    """
    last = int(max(np.max(start, initial=0.0), np.max(end, initial=0.0)))
    whole = np.arange(last + 2)
    so_far = np.append(0.0, np.cumsum(rates[np.minimum(whole[:-1], rates.size - 1)]))
    return np.exp(np.interp(np.asarray(end, float), whole, so_far) - np.interp(start, whole, so_far))
