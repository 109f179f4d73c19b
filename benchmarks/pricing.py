"""Yields, a Z-spread and a curve, each beside what else finds them, in the same run.

Run with `python benchmarks/pricing.py`. The peers are used where they are installed: scipy's brentq on the same cash
flows, pyxirr and numpy-financial on a yield of whole months, QuantLib on a bond and a curve built from the same
numbers.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from clock import median, report, shown

from mbsxl import ParCurve, Pool, bond_yield, z_spread
from mbsxl.claims.passthrough import Passthrough
from mbsxl.loans.pools import as_pools
from mbsxl.market.curve import _fit, _par_curve, par_curve
from mbsxl.solve import solve_rate

POOL = Pool(0.055, 0.062, 348, 12, "150 PSA")
PRICE = 101.5
TENORS = (1 / 12, 2 / 12, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0)
QUOTES = (0.0395, 0.0392, 0.0388, 0.0380, 0.0368, 0.0360, 0.0361, 0.0373, 0.0391, 0.0411, 0.0468, 0.0467)
FLOWS = Passthrough(as_pools(*POOL)).payments()[0]
YEARS = (np.arange(348) + 1.8) / 12

Peer = tuple[str, Callable[[], object]]


def installed(name: str) -> Any:
    """Return a module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def yield_peers() -> list[Peer]:
    """What else finds the yield of payments that are there already."""
    peers: list[Peer] = []
    if optimize := installed("scipy.optimize"):
        months = 12 * YEARS
        peers.append(
            ("scipy brentq", lambda: optimize.brentq(lambda x: FLOWS @ np.exp(-x * months) - 1.015, -0.01, 0.05))
        )
    dated = np.concatenate([[-1.015], FLOWS])
    if pyxirr := installed("pyxirr"):
        peers.append(("pyxirr irr, whole months", lambda: pyxirr.irr(dated)))
    if financial := installed("numpy_financial"):
        peers.append(("numpy-financial irr, whole months", lambda: financial.irr(dated)))
    if ql := installed("QuantLib"):
        peers.append(("QuantLib bondYield", quantlib_yield(ql)))
    return peers


def quantlib_yield(ql: Any) -> Callable[[], object]:
    """The same payments as a QuantLib bond, built beforehand: only the yield is timed."""
    today = ql.Date(1, 1, 2025)
    ql.Settings.instance().evaluationDate = today
    day_count = ql.Thirty360(ql.Thirty360.BondBasis)
    dates = [today + ql.Period(month, ql.Months) for month in range(1, 349)]
    leg = ql.Leg([ql.SimpleCashFlow(100 * amount, date) for amount, date in zip(FLOWS.tolist(), dates, strict=True)])
    settings = (day_count, ql.Compounded, ql.Semiannual, False, today, today, 1e-12, 100, 0.05)
    return lambda: ql.CashFlows.yieldRate(leg, 101.5, *settings)


def quantlib_curve(ql: Any) -> Callable[[], object]:
    """The same quotes, the same interpolation."""
    today, day_count = ql.Date(15, 1, 2026), ql.Thirty360(ql.Thirty360.BondBasis)
    nowhere, plain = ql.NullCalendar(), ql.Unadjusted

    def helper(tenor: float, quote: float) -> Any:
        length = ql.Period(round(12 * tenor), ql.Months)
        if tenor <= 0.5:
            return ql.DepositRateHelper(quote, length, 0, nowhere, plain, False, day_count)
        half, backward = ql.Period(6, ql.Months), ql.DateGeneration.Backward
        schedule = ql.Schedule(today, today + length, half, nowhere, plain, plain, backward, False)
        return ql.FixedRateBondHelper(ql.QuoteHandle(ql.SimpleQuote(100)), 0, 100, schedule, [quote], day_count)

    def build() -> list[float]:
        ql.Settings.instance().evaluationDate = today
        helpers = [helper(tenor, quote) for tenor, quote in zip(TENORS, QUOTES, strict=True)]
        curve = ql.PiecewiseNaturalLogCubicDiscount(today, helpers, day_count)
        return [curve.discount(month / 12) for month in range(361)]

    return build


def main() -> None:
    """Measure and print."""
    one = median(lambda: bond_yield(PRICE, POOL))
    solved = median(lambda: solve_rate(FLOWS, 12 * YEARS, 1.015, 0.0046))
    peers = [(name, median(peer)) for name, peer in yield_peers()]
    report([(f"the root alone, beside {name}", solved, peer) for name, peer in peers])
    report([(f"one yield, speed to answer, beside {name}", one, peer) for name, peer in peers])

    par_curve(TENORS, QUOTES)
    spread = median(lambda: z_spread(PRICE, POOL, ParCurve(TENORS, QUOTES)))
    present = FLOWS * par_curve(TENORS, QUOTES).discount(YEARS)
    solved = median(lambda: solve_rate(present, YEARS, 1.015))
    if optimize := installed("scipy.optimize"):
        peer = median(lambda: optimize.brentq(lambda s: present @ np.exp(-s * YEARS) - 1.015, -0.05, 0.5))
        report([("the root of a Z-spread alone, beside brentq", solved, peer)])
        report([("one Z-spread, speed to answer, beside that brentq", spread, peer)])

    def built() -> object:
        _par_curve.cache_clear()
        return par_curve(TENORS, QUOTES).discount(np.arange(361) / 12)

    if ql := installed("QuantLib"):
        report([("a new curve at 361 months, beside QuantLib", median(built), median(quantlib_curve(ql)))])
    print(f"{'the curve alone':<52} {shown(median(lambda: _fit(TENORS, QUOTES))):>10}")


if __name__ == "__main__":
    main()
