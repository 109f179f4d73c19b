"""The classes of a deal: a projection, the waterfall along 1,024 paths, and the risk of twelve classes.

Run with `python benchmarks/structures.py`. Beside it stands, in the same run, the collateral's own time: its balances
along the same paths, and the risk of the one pool that it would be without classes.
"""

from __future__ import annotations

import numpy as np
from clock import median, report

from mbsxl import (
    Cohorts,
    Deal,
    Loans,
    Market,
    Method,
    OpenMarket,
    ParCurve,
    cmo,
    cmo_measures,
    oas_risk,
    read_structure,
)
from mbsxl.loans.prepayment import as_model
from mbsxl.market.hull_white import HullWhite, Sample
from mbsxl.structures.paths import Cohort, class_values, collateral_along
from mbsxl.structures.schedule import longer, planned_balances
from mbsxl.structures.waterfall import pay
from mbsxl.value.valuation import Paths, balances

CURVE = ParCurve((2.0, 5.0, 10.0, 30.0), (0.036, 0.038, 0.042, 0.048))
VOLATILITY = 0.0085
COUPON, WAC, WAM, AGE = 0.055, 0.063, 355, 5
PLANNED = [
    {"class": f"P{place}", "kind": "PAC", "balance": 50.0, "order": 1, "lane": "p", "band": "100 to 250 PSA"}
    for place in range(6)
]
BEHIND = [
    {"class": "T", "kind": "PAC", "balance": 100.0, "order": 2, "band": "150 to 220 PSA"},
    {"class": "Z", "kind": "Z", "balance": 40.0, "order": 3, "to": 2},
    *({"class": f"S{place}", "kind": "SUP", "balance": 140.0, "order": 4 + place} for place in range(4)),
]
RISK = ["OAS", "EFFECTIVE_DURATION", "EFFECTIVE_CONVEXITY", "VEGA"]


def main() -> None:
    """Measure and print."""
    structure = read_structure([{**row, "coupon": COUPON} for row in (*PLANNED, *BEHIND)])
    cohorts = Cohorts(*map(np.array, ([1000.0], [COUPON], [WAC], [WAM], [AGE], [None])))
    deal, market = Deal(structure, cohorts), OpenMarket(*CURVE, VOLATILITY)
    loans, alone = Loans(COUPON, WAC, WAM, AGE), Market(CURVE, VOLATILITY)
    paths = Paths(HullWhite(*CURVE, VOLATILITY, 0.03), as_model(None), Sample(1024, 360), 1.8, 0)
    held = (Cohort(1000.0, WAC, WAM, AGE),)
    principal, _ = collateral_along(held, paths)
    planned = {place: longer(line, WAM) for place, line in planned_balances(structure, cohorts).items()}
    own = median(lambda: collateral_along(held, paths))

    def risk() -> object:
        class_values.cache_clear()
        return cmo_measures(RISK, 100.0, deal, None, market)

    def pool_risk() -> object:
        balances.cache_clear()
        return oas_risk(100.0, loans, alone, method=Method(1024))

    report(
        [
            ("one speed, twelve classes, their lives", median(lambda: cmo(deal, "180 PSA")), own),
            ("the waterfall, 1,024 paths", median(lambda: pay(structure, principal, planned)), own),
            ("OAS, duration, convexity, vega of twelve classes", median(risk), median(pool_risk)),
        ]
    )


if __name__ == "__main__":
    main()
