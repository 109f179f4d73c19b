"""One scenario: the market on its way to a horizon, and what becomes of positions on the way there.

Positions at the model's speeds are followed along the scenario's rates, and priced at the horizon as the pools are
then: aged, burnt out, seasoned. Positions with speeds of their own keep them. Months are of thirty days.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.claims.passthrough import Passthrough, pool_balances
from mbsxl.claims.settled import Asked, Settled, full_price
from mbsxl.conventions.yields import SpreadBasis
from mbsxl.loans.pools import scheduled_balance
from mbsxl.loans.prepayment import quick_share, refinancing_response, seasoned_hazards, turnover_response
from mbsxl.market.curve import Curve, par_curve
from mbsxl.market.hull_white import HullWhite, as_sample, long_rate_today
from mbsxl.portfolio.rate_paths import MarketPath
from mbsxl.speeds.columns import as_speeds
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR
from mbsxl.value.horizon import Passed, earned, passed, still_owed
from mbsxl.value.on_market import Held
from mbsxl.value.priced import Known, Priced
from mbsxl.value.risk import MOVE
from mbsxl.value.spreads import over_curve, zero_volatility

_MOVE = MOVE / BASIS_POINTS


class Story(NamedTuple):
    """One scenario: the market on its way to a horizon, where payments are put, and a speed in place of others."""

    months: int
    path: MarketPath
    reinvested: FloatArray  # monthly, continuous, one by month
    speed: Any

    def curve(self, move: float = 0.0) -> Curve:
        """Return the curve at the horizon, moved in parallel."""
        return par_curve(*_parallel(self.path.then, move)[:2])

    def mortgage_rates(self, lag: int, weight: float) -> FloatArray:
        """Return what mortgage rates are above the model's spread in each month to the horizon and in the one after it.

        They are the long rate that borrowers see, and the scenario's own move.
        """
        long = [long_rate_today(rates, weight) for rates in self.path.rates]
        seen = np.maximum(np.arange(1, self.months + 2) - lag, 0)
        seen[-1] = self.months  # the horizon's own market is a new today
        return self.path.along(np.array(long) + self.path.mortgage_rate, seen)


class Found(NamedTuple):
    """What becomes of positions in a scenario, per unit of face: (rows,) each.

    `wealth` is the full value left and the payments reinvested, `left` the full value alone.
    """

    wealth: FloatArray
    left: FloatArray
    duration: FloatArray
    cpr: FloatArray


class Group:
    """Positions that are valued together: where they stand in the table, their full value and duration today."""

    def __init__(self, rows: IntArray, asked: Asked) -> None:
        self.rows = rows
        self.asked = asked
        self.full = full_price(asked.settled, asked.columns[0])

    def wealth(self, gone: Passed, left: FloatArray, story: Story) -> FloatArray:
        """Return what is left and what was paid, reinvested to the horizon or discounted to it."""
        at = self.asked.settled.first[:, np.newaxis] + np.arange(gone.interest.shape[1])
        return (gone.paid * earned(story.reinvested, at, story.months)).sum(axis=-1) + left

    @property
    def claim(self) -> Passthrough:
        """The claims."""
        claim = self.asked.settled.claim
        assert isinstance(claim, Passthrough)
        return claim


class AtSpeeds(Group):
    """Positions at speeds of their own: their Z-spreads are held."""

    def __init__(self, rows: IntArray, asked: Asked, beside: Known) -> None:
        super().__init__(rows, asked)
        priced = Priced(asked.settled, asked.columns[0], beside)
        self.spread = zero_volatility(priced) / BASIS_POINTS
        self.failures = dict(priced.failures)
        tenors, par_yields = beside.quoted.tenors, np.asarray(beside.quoted.par_yields, float)
        low, high = (
            _worth(asked.settled, par_curve(tenors, par_yields + move), self.spread) for move in (-_MOVE, _MOVE)
        )
        self.duration = (low - high) / (2 * _MOVE * self.full)

    def found(self, story: Story, *, durations: bool) -> Found:
        """Return what becomes of the positions in a scenario."""
        claim, months = self.claim, np.full(self.rows.size, story.months)
        if story.speed is not None:
            claim = type(claim)(claim.pools._replace(speed=as_speeds(story.speed).column((self.rows.size,))))
        balance = pool_balances(claim.pools)
        gone = passed(claim, balance, months)
        ahead = self.asked.settled._replace(claim=still_owed(claim, balance, months))
        value = [_worth(ahead, story.curve(move), self.spread + story.path.spread[-1]) for move in _moves(durations)]
        left = gone.factor * value[0]
        scheduled = scheduled_balance(claim.pools.wac, claim.pools.wam, balance.shape[1] - 1)
        stays = balance[:, story.months : story.months + 2] / scheduled[:, story.months : story.months + 2]
        with np.errstate(invalid="ignore", divide="ignore"):
            cpr = 1 - (stays[:, 1] / stays[:, 0]) ** MONTHS_A_YEAR
        return Found(self.wealth(gone, left, story), left, _duration(value), cpr)


class AtTheModel(Group):
    """Positions at the model's speeds, on one market: their option-adjusted spreads are held."""

    def __init__(self, rows: IntArray, asked: Asked, held: Held) -> None:
        super().__init__(rows, asked)
        self.held = held
        solved = held.spreads(self.full)
        self.spread, self.failures = solved.x, solved.failures()

    @cached_property
    def duration(self) -> FloatArray:
        """The effective durations today."""
        held, rates = self.held, self.held.paths.rates
        low, high = (held.moved(rates=_parallel(rates, move)).value(self.spread) for move in (-_MOVE, _MOVE))
        return (low - high) / (2 * _MOVE * self.full)

    def found(self, story: Story, *, durations: bool) -> Found:
        """Return what becomes of the positions in a scenario."""
        claim, n = self.claim, story.months
        model = self.held.paths.model.wider(story.path.mortgage_rate[-1])
        pools, months = claim.pools, np.full(self.rows.size, n)
        alive, quick = self._followed(story)
        balance = scheduled_balance(pools.wac, pools.wam, n) * alive[:, : n + 1]
        if story.speed is not None:
            own = pools._replace(speed=as_speeds(story.speed).column((self.rows.size,)))
            balance = pool_balances(own)[:, : n + 1]
        gone = passed(claim, balance, months)
        month = self.held.paths.calendar_month
        older = pools._replace(wam=pools.wam - n, age=pools.age + n)
        then = self.held.paths._replace(
            model=model,
            calendar_month=(month - 1 + n) % MONTHS_A_YEAR + 1 if month else 0,
            sample=as_sample(self.held.paths.sample.paths, int(older.wam.max())),
        )
        ahead, spread = Held(type(claim)(older), then, self.held.basis, quick), self.spread + story.path.spread[-1]
        value = [ahead.moved(rates=_parallel(story.path.then, move)).value(spread) for move in _moves(durations)]
        left = gone.factor * value[0]
        cpr = 1 - (alive[:, n + 1] / alive[:, n]) ** MONTHS_A_YEAR
        return Found(self.wealth(gone, left, story), left, _duration(value), cpr)

    def _followed(self, story: Story) -> tuple[FloatArray, FloatArray]:
        """Return what is left of the loans by month, one beyond the horizon, and the share of quick ones there."""
        paths, pools, model = self.held.paths, self.claim.pools, self.held.paths.model
        ahead = np.arange(story.months + 1)
        season = paths.calendar(story.months + 1)
        hazards = seasoned_hazards(model, pools.age[:, np.newaxis] + 1.0 + ahead, season)
        rates = story.mortgage_rates(int(model.lag), model.ten_year_weight)
        incentive = pools.wac[:, np.newaxis] - model.loan_spread - rates
        turned = _summed(hazards[0] * turnover_response(incentive.copy(), model))
        refinanced = _summed(hazards[1] * refinancing_response(incentive.copy(), model))
        began = float(quick_share(model.active, model.burnout))
        quick, slow = began * np.exp(-refinanced), (1 - began) * np.exp(-model.passive_response * refinanced)
        return np.exp(-turned) * (quick + slow), quick[:, story.months] / (quick + slow)[:, story.months]


def _parallel(rates: HullWhite, move: float) -> HullWhite:
    """Return rates whose par yields have all moved by an amount."""
    return rates._replace(par_yields=tuple(one + move for one in rates.par_yields))


def _summed(hazard: FloatArray) -> FloatArray:
    return np.pad(np.cumsum(hazard, axis=1), ((0, 0), (1, 0)))


def _worth(settled: Settled, curve: Curve, spread: FloatArray) -> FloatArray:
    return over_curve(settled, curve, SpreadBasis.BEY).at(spread).value


def _moves(durations: bool) -> tuple[float, ...]:
    return (0.0, -_MOVE, _MOVE) if durations else (0.0,)


def _duration(value: list[FloatArray]) -> FloatArray:
    if len(value) == 1:
        return np.full(value[0].size, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):  # of what is gone
        return (value[1] - value[2]) / (2 * _MOVE * value[0])
