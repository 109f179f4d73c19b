"""The model beside vendors: `python benchmarks/vendors.py` puts the table into docs/model.md.

Nothing is fitted to these. What the prints do not say is believed, and said here: of Andrew Davidson & Co's TBAs the
pools, the swap curve and the volatility of September 2005; of Orchid's specified pools the volatility. Both are asked
as a user would: by the formulas, on the mortgage rate of the day, each pool burnt out by its own past.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from mbsxl_udfs.formulas.publish import published

sys.path.insert(0, str(Path(__file__).parent.parent / "research"))
from history import DATA, rows, survey_rate
from page import put, table

FORMULAS = published()
MOVE = 50  # basis points either way, as Orchid's


class Curve(NamedTuple):
    """A par curve and the short rate's volatility."""

    tenors: tuple[float, ...]
    yields: tuple[float, ...]
    volatility: float


class Pool(NamedTuple):
    """A pool at its price; the coupon in percent, the gross rate a decimal."""

    price: float
    coupon: float
    wac: float
    wam: int
    age: int


# H.15's Treasuries of the month and believed swap spreads.
ADCO = Curve((0.25, 2, 5, 7, 10, 30), (0.0385, 0.0437, 0.0444, 0.0450, 0.0464, 0.0488), 0.01)
ADCO_POOLS = {4.5: (0.051, 340, 20), 5.5: (0.0595, 348, 12), 6.5: (0.0705, 318, 42), 7.5: (0.081, 290, 62)}
ORCHID = Curve(  # Treasuries
    (0.25, 0.5, 1, 2, 3, 5, 7, 10, 20, 30),
    (0.0441, 0.0429, 0.0396, 0.0372, 0.0368, 0.0379, 0.0398, 0.0424, 0.0479, 0.0478),
    0.0085,
)


class Beside(NamedTuple):
    """A vendor's number and ours; durations in years, option costs in basis points."""

    vendor: str
    coupon: float
    what: str
    theirs: float
    ours: float


def model(month: str, wac: float, age: int) -> list[list[object]]:
    """Return the cells of `model` for a pool: the survey's rate of the month, and the burnout of the pool's past."""
    rates = survey_rate()
    months = list(rates)
    now = months.index(month)
    past = [[rates[each]] for each in months[now - age : now]]
    return [["mortgage_rate", rates[month]], ["burnout", FORMULAS["MBS_BURNOUT"](wac, float(age), past)]]


def risk(month: str, curve: Curve, pool: Pool, bump: float) -> dict[str, float]:
    """Return the measures of a pool on the curve, the par curve moved by `bump`."""
    cells = model(month, pool.wac, pool.age)
    terms = pool.price, pool.coupon / 100, pool.wac, float(pool.wam), float(pool.age)
    market = [[tenor] for tenor in curve.tenors], [[rate] for rate in curve.yields], curve.volatility, None, cells
    record = FORMULAS["MBS_OAS_RISK"](*terms, *market, None, None, None, None, None, bump)
    return {line[0]: line[1] for line in record}


def adco() -> list[Beside]:
    """Return the durations and option costs of TBAs of September 2005."""
    found = []
    for row in rows(DATA / "vendor_adco_2005_09.csv"):
        coupon = float(row["coupon"])
        ours = risk("2005-09", ADCO, Pool(float(row["price"]), coupon, *ADCO_POOLS[coupon]), 0)
        duration, cost = ours["effective duration"], ours["option cost"]
        found.append(Beside("AD&Co, September 2005", coupon, "duration", float(row["oad"]), duration))
        found.append(Beside("AD&Co, September 2005", coupon, "option cost", float(row["option_cost"]), cost))
    return found


def orchid() -> list[Beside]:
    """Return the durations over 50 bp either way of specified pools of June 2025."""
    found = []
    for row in rows(DATA / "vendor_orchid_2025_06_30.csv"):
        price, coupon, gross, wam, age = (float(row[name]) for name in ("price", "coupon", "gwac", "wam", "age"))
        theirs = (float(row["down"]) - float(row["up"])) / (2 * MOVE / 1e4 * float(row["value"]))
        ours = risk("2025-06", ORCHID, Pool(price, coupon, gross / 100, int(wam), int(age)), MOVE)
        found.append(Beside("Orchid, 30 June 2025", coupon, "duration", theirs, ours["effective duration"]))
    return found


def main() -> None:
    """Put the table into the page."""
    lines = [
        (
            each.vendor,
            f"{each.coupon:.1f}",
            each.what,
            f"{each.theirs:.2f}",
            f"{each.ours:.2f}",
            each.ours - each.theirs,
        )
        for each in (*adco(), *orchid())
    ]
    put("vendors", table(("vendor", "coupon", "measure", "theirs", "ours", "ours less theirs"), lines))


if __name__ == "__main__":
    main()
