"""The stock of outstanding loans that the back-test weights its speeds by: who holds which rate, month by month.

Run with `python benchmarks/agency_stock.py`; it writes `agency_stock.csv` among the templates' data. Nobody publishes
the stock: it is the one `calibrate_prepayment.py` builds from the mortgage rates of history and the model's defaults,
worked out here another way: what is left of each month's loans in closed form, then how many were lent. Loans are
gathered by gross rate, half a point a group, and by whether they are in their first year, as speed changes fastest with
age there. So gathered, they give the model's speed of all the loans to about 0.2 points of CPR.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from calibrate_prepayment import DATA, GROWTH, QUINTILES, SPREAD_OF_RATES, history, scheduled

from mbsxl.arrays import FloatArray
from mbsxl.loans.prepayment import PrepaymentModel, refinancing_response, seasoned_hazards, turnover_response

EDGES = np.arange(0.03, 0.0701, 0.005)  # of the groups of gross rates: below 3%, 3% to 3.5%, ..., 7% and above
FIRST_YEAR = 12
HEADER = """\
# A stock of agency loans, built, not published: each group's share, mean gross rate, mean age in months at the start of
# the month, to whole months, and the part of its quick borrowers that has refinanced. Groups: half a point of gross
# rate from `from` on (0: below 3%), loans in their first year (new) and older ones. Of benchmarks/agency_stock.py:
# thirty-year loans lent since 1985 at Freddie Mac's survey rate, prepaid by the model's defaults, growing 4.5% a year.
"""


class Stock(NamedTuple):
    """Loans by quickness of the borrower, month lent, rate and month: what is due, (2, born, rates, months)."""

    due: FloatArray
    gross: FloatArray
    age: FloatArray
    cpr: FloatArray


def stock(model: PrepaymentModel, rates: FloatArray, first_month: int) -> Stock:
    """Return the balances after each month's scheduled payment, and the speed of all together."""
    lag = int(model.lag)
    seen = (rates[:-lag] + rates[1 : len(rates) - lag + 1]) / 2
    count = len(seen)
    gross = np.append(seen[0], seen)[:count, np.newaxis] + QUINTILES * SPREAD_OF_RATES
    age = np.maximum(np.arange(count) - np.arange(count)[:, np.newaxis] + 1.0, 0.0)
    hazards = seasoned_hazards(model, age, (first_month + np.arange(count) - 1) % 12 + 1)
    incentive = gross[..., np.newaxis] - seen
    turnover = hazards[0][:, np.newaxis] * turnover_response(incentive.copy(), model)
    refinancing = hazards[1][:, np.newaxis] * refinancing_response(incentive, model)
    paid = np.where(age[:, np.newaxis] > 0, scheduled(gross[..., np.newaxis], np.maximum(age, 1)[:, np.newaxis]), 0)
    paid[paid >= 1] = 1 - 1e-12  # the last payment
    response = np.array([1.0, model.passive_response])[:, np.newaxis, np.newaxis, np.newaxis]
    leaving = turnover + response * refinancing
    share = np.array([model.active, 1 - model.active])[:, np.newaxis, np.newaxis, np.newaxis] / QUINTILES.size
    left = share * np.exp(np.cumsum(np.log1p(-paid) - leaving, axis=-1))
    lent = _lent(left.sum(axis=(0, 2)))
    due = left * np.exp(leaving) * lent[:, np.newaxis, np.newaxis] * (age > 0)[:, np.newaxis]
    ending = (left * lent[:, np.newaxis, np.newaxis] * (age > 0)[:, np.newaxis]).sum(axis=(0, 1, 2))
    return Stock(due, gross, age, 1 - (ending / due.sum(axis=(0, 1, 2))) ** 12)


def _lent(left: FloatArray) -> FloatArray:
    """Return how much was lent before each month, so that all together grows evenly: 1 at first."""
    lent = np.ones(len(left))
    for month in range(1, len(left)):
        lent[month] = (1 + GROWTH / 12) ** month - lent[:month] @ left[:month, month - 1]
    return lent


def groups(loans: Stock, month: int, active: float) -> Iterator[tuple[float, str, float, float, float, float]]:
    """Yield the groups of a month: rate from, age class, share, gross rate, age at the start, quick borrowers gone."""
    due = loans.due[..., month].sum(axis=0)
    age = np.broadcast_to(loans.age[:, month, np.newaxis], due.shape)
    starts = np.append(0.0, EDGES)
    place = np.digitize(loans.gross, EDGES)
    for start, number in zip(starts, range(len(starts)), strict=True):
        for name, old in (("new", age <= FIRST_YEAR), ("older", age > FIRST_YEAR)):
            inside = (place == number) & old
            held = due[inside].sum()
            if held < 1e-5 * due.sum():
                continue
            quick = loans.due[0, ..., month][inside].sum() / held
            gone = max((active - quick) / (active * (1 - quick)), 0.0)
            mean_rate, mean_age = (np.average(what[inside], weights=due[inside]) for what in (loans.gross, age))
            yield start, name, held / due.sum(), mean_rate, mean_age - 1, gone


def main() -> None:
    """Write the file."""
    rates, first_month, months, _ = history()
    model = PrepaymentModel()
    loans = stock(model, rates, first_month)
    with (DATA / "templates" / "model_backtest" / "agency_stock.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("month", "from", "class", "share", "wac", "age", "gone"))
        for month, column in zip(months, range(-len(months), 0), strict=True):
            for start, name, share, wac, age, gone in groups(loans, column, model.active):
                out.writerow((month, f"{start:g}", name, f"{share:.5f}", f"{wac:.5f}", f"{age:.0f}", f"{gone:.3f}"))


if __name__ == "__main__":
    main()
