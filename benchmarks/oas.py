"""Option-adjusted spread and risk, beside QuantLib drawing the paths alone, in the same run.

Run with `python benchmarks/oas.py`. QuantLib, where it is installed, draws 1,024 paths of its Hull-White process over
360 months and does nothing with them: no mortgage rate, no prepayment, no cash flow, no solution. Every valuation here
is made anew; what is remembered between them is the unit paths, which depend on neither curve nor volatility.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
from clock import median, report, shown

from mbsxl import Loans, Market, Method, ParCurve, key_rates, oas, oas_risk
from mbsxl.market.hull_white import _components, _drawn, _integrals, _states
from mbsxl.value.expectations import tabulate
from mbsxl.value.valuation import balances

TENORS = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0)
YIELDS = (0.0385, 0.0375, 0.0365, 0.0350, 0.0352, 0.0367, 0.0385, 0.0409, 0.0468, 0.0470)
PRICE, LOANS = 101.5, Loans(0.055, 0.063, 355, 5)
VOLATILITY = 0.0085
MARKET = Market(ParCurve(TENORS, YIELDS), VOLATILITY)
PATHS = 1024
MONTHS = 360


def anew(ask: Callable[[], object], *memories: Any) -> Callable[[], object]:
    """A question asked as if it were the first about this pool, or about what the memories hold."""

    def asked() -> object:
        for memory in (balances, tabulate, *memories):
            memory.cache_clear()
        return ask()

    return asked


def quantlib_paths() -> Callable[[], object] | None:
    """QuantLib's paths alone, or None where it is not installed."""
    try:
        ql = importlib.import_module("QuantLib")
    except ImportError:
        return None
    today = ql.Date(1, 1, 2025)
    ql.Settings.instance().evaluationDate = today
    curve = ql.YieldTermStructureHandle(ql.FlatForward(today, 0.04, ql.Actual365Fixed()))
    process = ql.HullWhiteProcess(curve, 0.03, VOLATILITY)

    def draw() -> object:
        uniform = ql.UniformRandomSequenceGenerator(MONTHS, ql.UniformRandomGenerator(seed=1))
        paths = ql.GaussianPathGenerator(
            process, MONTHS / 12, MONTHS, ql.GaussianRandomSequenceGenerator(uniform), False
        )
        return [list(paths.next().value()) for _ in range(PATHS)]

    return draw


def main() -> None:
    """Measure and print."""
    coupons = np.linspace(0.02, 0.07, 100)
    column = Loans(coupons, coupons + 0.008, 355, 5)

    def spread(paths: int = PATHS) -> object:
        return oas(PRICE, LOANS, MARKET, paths=paths)

    def risk(paths: int = PATHS) -> object:
        return oas_risk(PRICE, LOANS, MARKET, method=Method(paths))

    rows = [
        ("one OAS, 256 paths", median(anew(lambda: spread(256)))),
        ("one OAS, 1,024 paths", median(anew(spread))),
        ("one OAS, 1,024 paths, on a new curve", median(anew(spread, _drawn))),
        ("full risk, 256 paths", median(anew(lambda: risk(256)))),
        ("full risk, 1,024 paths", median(anew(risk))),
        ("key rates, 1,024 paths", median(anew(lambda: key_rates(PRICE, LOANS, MARKET)))),
        ("a column of 100 coupons, 1,024 paths", median(anew(lambda: oas(100.0, column, MARKET)))),
        ("full risk asked again", median(risk)),
        ("one OAS, 1,024 paths, the paths as well", median(anew(spread, _drawn, _integrals, _states, _components))),
    ]
    draw = quantlib_paths()
    if draw is None:
        for name, seconds in rows:
            print(f"{name:<52} {shown(seconds):>10}")
    else:
        peer = median(draw)
        print("reference: QuantLib drawing 1,024 paths and nothing else")
        report([(name, seconds, peer) for name, seconds in rows])


if __name__ == "__main__":
    main()
