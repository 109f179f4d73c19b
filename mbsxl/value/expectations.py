"""Shared expectations: what the paths of one market say of every pool on it, tabulated once.

What a price needs of the paths is, month by month, the mean of what is left of the loans, weighted by the discount
factors. On one market it depends on the gross rate, and on the age while the ramps last; never on coupon, term, price
or balance, and it is linear in the share of quick borrowers. So it is tabulated at gross rates 12.5 bp apart, at the
ages asked for, for quick borrowers and slow ones: a pool is an interpolation, cubic in the gross rate.

While the ramps last ages are followed one by one. From then on every age multiplies by the same survival along a path,
so that a month of all ages is one product of matrices.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.kernel import slices
from mbsxl.loans.pools import scheduled_balance
from mbsxl.loans.prepayment import (
    PrepaymentModel,
    quick_share,
    refinancing_response,
    seasoned_hazards,
    turnover_response,
)
from mbsxl.market.hull_white import scenarios
from mbsxl.value.valuation import Paths, Valuation, balances

STEP = 0.00125  # between the gross rates of the table
_AROUND = np.arange(-1, 3)  # the four nodes of a pool, the second below it
_WORTH = 3  # pools a node from which the table costs less than they do
_LONGEST_RAMP = 60  # months: with longer ones there are too many ages to tabulate
_TOGETHER = 64  # pools at a time: their months stay in the near memory
_REMEMBERED = 5  # tables, 17 MB each at most for 30 ages and 6% of gross rates


class Table(NamedTuple):
    """Expectations by node of the gross rate and age, before and after a payment, of quick and slow borrowers.

    Shapes: `survival` (nodes, ages, 2 for before and after, 2 for quick and slow, months); `nodes` whole numbers of
    steps, rising; `ages` months, rising, the last one standing for all that are older.
    """

    survival: FloatArray
    nodes: IntArray
    ages: IntArray


def expected_balances(
    wac: FloatArray, wam: IntArray, age: IntArray, paths: Paths, quick: FloatArray | None = None
) -> Iterator[tuple[slice, FloatArray]]:
    """Yield, some pools at a time, the mean balances before and after each payment, discounted without a spread.

    Few pools are valued one by one, exactly on their paths; many from a table, which moves an option-adjusted spread by
    less than a hundredth of a basis point. `quick` is each pool's own share of quick borrowers, the model's by default.

    Shapes: which pools; (2, pools times scrambles, months), the scrambles of a pool together.
    """
    nodes = np.unique(nodes_of(wac))
    if wac.size < _WORTH * nodes.size or seasoned_age(paths.model) > _LONGEST_RAMP:
        for row, pool in enumerate(zip(wac.tolist(), wam.tolist(), age.tolist(), strict=True)):
            own = paths if quick is None else paths._replace(model=paths.model.burnt_out_to(float(quick[row])))
            yield slice(row, row + 1), balances(Valuation(*pool, own))
        return
    ages = np.unique(np.minimum(age, seasoned_age(paths.model)))
    axes = tuple(nodes.tolist()), tuple(ages.tolist()), int(wam.max())
    scrambles = [(scramble,) for scramble in paths.sample.scrambles]
    samples = [paths._replace(sample=paths.sample._replace(scrambles=one)) for one in scrambles]
    tables = [tabulate(sample, *axes) for sample in samples]
    if quick is None:
        quick = np.full(wac.size, quick_share(paths.model.active, paths.model.burnout))
    for rows in slices(wac.size, _TOGETHER):
        months = int(wam[rows].max())
        scheduled = scheduled_balance(wac[rows], wam[rows], months)
        face = np.stack([scheduled[:, :-1], scheduled[:, 1:]]) * paths.discount(months)
        found = np.stack([interpolated(table, wac[rows], age[rows], quick[rows])[..., :months] for table in tables], 2)
        yield rows, (found * face[:, :, np.newaxis]).reshape(2, -1, months)


def seasoned_age(model: PrepaymentModel) -> int:
    """Return the age from which the ramps are over."""
    return int(np.ceil(max(model.turnover_ramp, model.refinancing_ramp)))


def nodes_of(wac: FloatArray) -> IntArray:
    """Return the nodes of gross rates, four each: (pools, 4)."""
    return np.floor(wac / STEP).astype(int)[:, np.newaxis] + _AROUND


@lru_cache(maxsize=_REMEMBERED)
def tabulate(paths: Paths, nodes: tuple[int, ...], ages: tuple[int, ...], months: int) -> Table:
    """Return the table of one scramble's paths at nodes and ages, some months long."""
    survival = np.stack([_follow(paths, node * STEP, np.array(ages), months) for node in nodes])
    survival.setflags(write=False)
    return Table(survival, np.array(nodes), np.array(ages))


def _follow(paths: Paths, wac: float, ages: IntArray, months: int) -> FloatArray:
    """Return the expectations of one gross rate: (ages, 2, 2, months)."""
    rates, model, sample, first, _ = paths
    seasoned = seasoned_age(model)
    hazards = seasoned_hazards(model, np.full(months, float(seasoned)), paths.calendar(months))
    ripe = min(max(seasoned - int(ages[0]), 0), months)  # from this month on all ages are seasoned
    old = ages[:, np.newaxis] + 1.0 + np.arange(ripe)
    ramps = np.minimum(old / model.turnover_ramp, 1), np.minimum(old / model.refinancing_ramp, 1)
    parts = (1.0, model.passive_response)
    out = np.empty((months, 2, 2, ages.size))
    alone = 1 if rates.volatility == 0 else sample.paths
    left = np.ones((2, ages.size, alone))
    lag, share = int(model.lag), model.ten_year_weight
    for block, incentive, weights in scenarios(rates, sample, wac - model.loan_spread, lag, share, first, months):
        turnover = turnover_response(incentive, model, -hazards[0, block, np.newaxis])
        refinancing = refinancing_response(incentive, model, -hazards[1, block, np.newaxis])
        young = min(max(ripe - block.start, 0), len(weights))
        for row, month in enumerate(range(block.start, block.start + young)):
            out[month, 0] = left @ weights[row]
            unripe = int(np.searchsorted(ages, seasoned - 1 - month))  # ages whose ramps this month is still on
            for quickness, part in enumerate(parts):
                step = ramps[0][:unripe, month, np.newaxis] * turnover[row]
                step += part * ramps[1][:unripe, month, np.newaxis] * refinancing[row]
                left[quickness, :unripe] *= np.exp(step, out=step)
                left[quickness, unripe:] *= np.exp(turnover[row] + part * refinancing[row])
            out[month, 1] = left @ weights[row]
        if young == len(weights):
            continue
        later = slice(block.start + young, block.stop)
        turned, refinanced = _summed(turnover[young:]), _summed(refinancing[young:])
        for quickness, part in enumerate(parts):
            since = np.exp(turned + part * refinanced)
            before = weights[young:].copy()
            before[1:] *= since[:-1]
            out[later, 0, quickness] = before @ left[quickness].T
            out[later, 1, quickness] = (weights[young:] * since) @ left[quickness].T
            left[quickness] *= since[-1]
    return np.ascontiguousarray(out.transpose(3, 1, 2, 0))


def _summed(hazard: FloatArray) -> FloatArray:
    """Return hazards as their sums from the first month on, in place: faster by the month than along the array."""
    for last, month in pairwise(hazard):
        month += last
    return hazard


def interpolated(table: Table, wac: FloatArray, age: IntArray, quick: FloatArray) -> FloatArray:
    """Return the expectations of pools by their share of quick borrowers: (2 for before and after, pools, months)."""
    at = nodes_of(wac)
    place = np.searchsorted(table.nodes, at)
    row = np.searchsorted(table.ages, np.minimum(age, table.ages[-1]))
    t = wac / STEP - at[:, 1]
    cubic = (
        -t * (t - 1) * (t - 2) / 6,
        (t + 1) * (t - 1) * (t - 2) / 2,
        -(t + 1) * t * (t - 2) / 2,
        (t + 1) * t * (t - 1) / 6,
    )
    found = np.zeros((2, wac.size, table.survival.shape[-1]))
    for node, weight in enumerate(cubic):
        near = table.survival[place[:, node], row].transpose(2, 1, 0, 3)  # quick and slow, before and after, pools
        found += (weight * quick)[:, np.newaxis] * near[0] + (weight * (1 - quick))[:, np.newaxis] * near[1]
    return found
