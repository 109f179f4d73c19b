"""Positions on a market: those that share one, and the speeds that its model gives the ones without a speed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.conventions.dates import Settlement
from mbsxl.errors import InputError
from mbsxl.loans.pools import scheduled_balance
from mbsxl.loans.prepayment import PrepaymentModel
from mbsxl.market.curve import ParCurve
from mbsxl.market.hull_white import PATHS
from mbsxl.portfolio.positions import Positions
from mbsxl.value.expectations import expected_balances
from mbsxl.value.measures import OpenMarket
from mbsxl.value.oas import WHOLE, Market, as_request
from mbsxl.value.on_market import Held


def markets(positions: Positions, market: OpenMarket) -> Iterator[tuple[IntArray, OpenMarket, Settlement]]:
    """Yield positions of one programme and one model, and what they share: the market, and how they settle."""
    own = zip(
        *(column.tolist() for column in (positions.program, positions.mortgage_rate, positions.burnout)), strict=True
    )
    kinds: dict[tuple[object, float, float], list[int]] = {}
    for place, kind in enumerate(own):
        kinds.setdefault(kind, []).append(place)
    for (program, rate, burnout), places in kinds.items():
        rows = np.array(places)
        settlement = Settlement(positions.settle[rows], program)  # type: ignore[arg-type]
        yield rows, _with_own(market, rate, burnout), settlement


def _with_own(market: OpenMarket, mortgage_rate: float, burnout: float) -> OpenMarket:
    """Return a market on which a position's own mortgage rate and burnout hold, where it has them."""
    own = {name: value for name, value in (("mortgage_rate", mortgage_rate), ("burnout", burnout)) if value}
    model = market.model
    if not own:
        return market
    if isinstance(model, PrepaymentModel):
        return market._replace(model=replace(model, **own))
    if isinstance(model, str):
        model = {"set": model}
    return market._replace(model={**dict(model or {}), **own})


def forward_survival(positions: Positions, market: OpenMarket) -> tuple[FloatArray, dict[int, Exception]]:
    """Return what is left of the loans of positions at the model's speeds on the forward rates.

    Shapes: (rows, months + 1), 1 at first; 0 after a row's last month. Rows that have none are in the failures.
    """
    alive = np.zeros((positions.rows, int(np.max(positions.wam, initial=0)) + 1))
    failures: dict[int, Exception] = {}
    for places, shared, settlement in markets(positions, market):
        try:
            curve = ParCurve(shared.tenors, shared.par_yields)  # type: ignore[arg-type]
            calm = Market(curve, 0.0, shared.mean_reversion, shared.model)
            request, rows = as_request(0.0, positions.part(places).loans, calm, settlement, PATHS, WHOLE)
        except InputError as failure:  # of a model that all of them share
            failures.update(dict.fromkeys(places.tolist(), failure))
            continue
        failures.update((int(places[row]), failure) for row, failure in rows.failures.items())
        sound = rows.sound()
        kept = places if sound is None else places[sound]
        for members in request.batches():
            try:
                shared_by = request.part(members).held()
            except InputError as failure:
                failures.update(dict.fromkeys(kept[members].tolist(), failure))
                continue
            for some, left in _left(shared_by):
                alive[kept[members][some], : left.shape[1]] = left
    return alive, failures


def _left(held: Held) -> Iterator[tuple[slice, FloatArray]]:
    """Yield, some rows at a time, what is left of the loans at the beginning of each month, on one path."""
    pools = held.claim.pools
    for rows, (before, _) in expected_balances(pools.wac, pools.wam, pools.age, held.paths):
        months = before.shape[1]
        whole = scheduled_balance(pools.wac[rows], pools.wam[rows], months)[:, :-1] * held.paths.discount(months)
        yield rows, np.divide(before, whole, out=np.zeros_like(before), where=whole > 0)
