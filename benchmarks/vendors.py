"""The model beside vendors: `python benchmarks/vendors.py` puts the tables into docs/model.md.

Nothing is fitted to these. What the prints do not say is believed, and said here: of Andrew Davidson & Co's TBAs the
pools, the swap curve and the volatility of September 2005; of Orchid's specified pools the volatility. Both are asked
as a user would: by the formulas, settled on the day of the prices, on the mortgage rate of the month, each pool burnt
out by its own past, durations over 50 bp either way, as Orchid prints them.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import fmean
from typing import NamedTuple

from mbsxl.loans.prepayment import PrepaymentModel, as_model
from mbsxl_udfs.formulas.publish import published

sys.path.insert(0, str(Path(__file__).parent.parent / "research"))
from calibrate import LEVELS, SHAPE, cohort_errors, fit, of_cohorts, of_totals, total_errors
from fed import SINCE, Holdings
from history import DATA, agency_speeds, cohorts, rows, survey_rate
from page import put, table
from report import REGIMES, rmse_bias, within

FORMULAS = published()
MOVE = 50  # basis points either way
TRIED = {  # what the fit holds, held elsewhere, and the rest fitted again
    "as shipped": {},
    "lock-in at most 70%": {"lock_in": 0.7},
    "lock-in at most 50%": {"lock_in": 0.5},
    "slow borrowers at 40% of quick ones": {"passive_response": 0.4},
}


class Market(NamedTuple):
    """A day's par curve and short-rate volatility, and when its prices settle."""

    tenors: tuple[float, ...]
    yields: tuple[float, ...]
    volatility: float
    settle: datetime.date


class Pool(NamedTuple):
    """A pool at its price; the coupon in percent, the gross rate a decimal."""

    price: float
    coupon: float
    wac: float
    wam: int
    age: int


ADCO = Market(  # H.15's Treasuries of the month and believed swap spreads
    (0.25, 2, 5, 7, 10, 30),
    (0.0385, 0.0437, 0.0444, 0.0450, 0.0464, 0.0488),
    0.01,
    datetime.date(2005, 9, 14),
)
ADCO_POOLS = {4.5: (0.051, 340, 20), 5.5: (0.0595, 348, 12), 6.5: (0.0705, 318, 42), 7.5: (0.081, 290, 62)}
ORCHID = Market(  # Treasuries
    (0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30),
    (0.0441, 0.0429, 0.0396, 0.0372, 0.0368, 0.0379, 0.0398, 0.0424, 0.0479, 0.0478),
    0.0085,
    datetime.date(2025, 6, 30),
)

Cells = Sequence[Sequence[object]]


class Beside(NamedTuple):
    """A vendor's number and ours; durations in years, option costs in basis points."""

    vendor: str
    coupon: float
    what: str
    theirs: float
    ours: float


def model(settle: datetime.date, wac: float, age: int, own: Cells) -> Cells:
    """Return the cells of `model` for a pool: the survey's rate of the month, and the burnout of the pool's past."""
    rates = survey_rate()
    months, month = list(rates), f"{settle:%Y-%m}"
    now = months.index(month)
    past = [[rates[each]] for each in months[now - age : now]]
    burnt = FORMULAS["MBS_BURNOUT"](wac, float(age), past, own or None)
    return [["mortgage_rate", rates[month]], ["burnout", burnt], *own]


def risk(market: Market, pool: Pool, own: Cells) -> dict[str, float]:
    """Return the measures of a pool on a market, rows of `model` of one's own among its cells."""
    terms = pool.price, pool.coupon / 100, pool.wac, float(pool.wam), float(pool.age)
    curve = [[tenor] for tenor in market.tenors], [[rate] for rate in market.yields]
    cells = model(market.settle, pool.wac, pool.age, own)
    moved = market.settle, None, None, None, None, MOVE
    record = FORMULAS["MBS_OAS_RISK"](*terms, *curve, market.volatility, None, cells, *moved)
    return {line[0]: line[1] for line in record}


def adco(own: Cells = ()) -> list[Beside]:
    """Return the durations and option costs of TBAs of September 2005."""
    found = []
    for row in rows(DATA / "vendor_adco_2005_09.csv"):
        coupon = float(row["coupon"])
        ours = risk(ADCO, Pool(float(row["price"]), coupon, *ADCO_POOLS[coupon]), own)
        duration, cost = ours["effective duration"], ours["option cost"]
        found.append(Beside("AD&Co, September 2005", coupon, "duration", float(row["oad"]), duration))
        found.append(Beside("AD&Co, September 2005", coupon, "option cost", float(row["option_cost"]), cost))
    return found


def orchid(own: Cells = ()) -> list[Beside]:
    """Return the durations of specified pools of June 2025."""
    found = []
    for row in rows(DATA / "vendor_orchid_2025_06_30.csv"):
        price, coupon, gross, wam, age = (float(row[name]) for name in ("price", "coupon", "gwac", "wam", "age"))
        theirs = (float(row["down"]) - float(row["up"])) / (2 * MOVE / 1e4 * float(row["value"]))
        ours = risk(ORCHID, Pool(price, coupon, gross / 100, int(wam), int(age)), own)
        found.append(Beside("Orchid, 30 June 2025", coupon, "duration", theirs, ours["effective duration"]))
    return found


def side_by_side(found: Iterable[Beside]) -> str:
    """Return the vendors' numbers and ours as a table."""
    lines = [
        (one.vendor, f"{one.coupon:.1f}", one.what, f"{one.theirs:.2f}", f"{one.ours:.2f}", one.ours - one.theirs)
        for one in found
    ]
    return table(("vendor", "coupon", "measure", "theirs", "ours", "ours less theirs"), lines)


def what_nearer_costs() -> str:
    """Return what refits under other assumptions would win beside vendors and lose beside what happened."""
    observed, prints = agency_speeds("fannie_mae", "freddie_mac"), cohorts("conv")
    locked = within(observed, *REGIMES["2023 to November 2025, lock-in"])
    lines = []
    for name, held in TRIED.items():
        refitted = as_model()
        for _ in range(3 if held else 0):
            refitted = fit(replace(refitted, **held), LEVELS, of_totals(observed), of_cohorts(prints))
            refitted = fit(refitted, SHAPE, of_cohorts(prints))
        errors = total_errors(refitted, observed)
        lines.append(
            (
                name,
                rmse_bias(errors)[0],
                float(errors[locked].mean()),
                f"{abs(cohort_errors(refitted, prints)).mean():.1f}",
                f"{_run_off(refitted):+.1%}",
                *_apart([[parameter, getattr(refitted, parameter)] for parameter in (*LEVELS, *SHAPE, *held)]),
            )
        )
    return table(("refitted", "totals, RMSE", "since 2023", "cohorts", "the Fed", *_WHOSE), lines)


_WHOSE = ("AD&Co 4.5, 5.5", "6.5, 7.5", "Orchid 3.0 to 5.0", "6.0", "7.0")


def _apart(own: Cells) -> list[float]:
    theirs = [each for each in adco(own) if each.what == "duration"]
    groups = theirs[:2], theirs[2:], *((found := orchid(own))[:3], found[3:4], found[4:])
    return [fmean(each.ours - each.theirs for each in group) for group in groups]


def _run_off(refitted: PrepaymentModel) -> float:
    held = Holdings(refitted)
    months = [month for month in held.fell if month >= SINCE]
    return sum(held.run_off(month, 1) for month in months) / sum(held.fell[month] for month in months) - 1


def main() -> None:
    """Put the tables into the page."""
    put("vendors", side_by_side((*adco(), *orchid())))
    put("nearer", what_nearer_costs())


if __name__ == "__main__":
    main()
