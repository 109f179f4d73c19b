"""The stock of outstanding loans: who holds which rate, month by month, built from history by a model.

The speeds of all pools together do not say which loan prepaid, so a stock is built whose rates come from history: every
month what was prepaid and repaid, and some growth, is lent anew at the mortgage rate of the time, and prepays by the
model from then on. By 2017 the start no longer matters.

What is assumed: the stock grows by 4.5% a year; the rates of a month's loans lie around the survey rate with a standard
deviation of 0.15%.

Run with `python research/stock.py`: it writes what the back-test template reads, `agency_stock.csv`, by which speeds
are weighted, and `cohort_cpr.csv`, the printed speeds of single cohorts. Loans are gathered by gross rate, half a point
a group, and by whether they are older than 18 months, as speed changes fastest with age before. So gathered, they give
the model's speed of all the loans to about 0.2 points of CPR.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from history import DATA, WORKBOOKS, agency_speeds, cohorts, felt_rate, rows, survey_rate

from mbsxl.arrays import FloatArray
from mbsxl.loans.burnout import burnout
from mbsxl.loans.prepayment import (
    PrepaymentModel,
    as_model,
    quick_share,
    refinancing_response,
    seasoned_hazards,
    turnover_response,
)

START = {30: "1985-01", 15: "1992-01"}
GROWTH = 0.045
SPREAD_OF_RATES = 0.0015
QUINTILES = np.array([-1.28155, -0.52440, 0.0, 0.52440, 1.28155])  # of the normal distribution, in the middle of each
EDGES = np.arange(0.03, 0.0701, 0.005)  # of the groups of gross rates: below 3%, 3% to 3.5%, ..., 7% and above
YOUNG = 18  # months
HEADER = """\
# A stock of agency loans, built, not published: each group's share, mean gross rate, mean age in months at the start of
# the month, to whole months, and the part of its quick borrowers that has refinanced. Groups: half a point of gross
# rate from `from` on (0: below 3%), loans of up to 18 months (new) and older ones. Of research/stock.py: thirty-year
# loans lent since 1985 at Freddie Mac's survey rate, prepaid by the set UMBS 30, growing 4.5% a year.
"""
PRINTS = """\
# Printed speeds of conventional cohorts, as research/data/observed_speeds.csv has them with their sources: the middle
# month of the print, its season (0: a year or more), gross rate, mortgage rate felt, age in months at its start, the
# part of the quick borrowers that its past had taken by UMBS 30, CPR (0.8 points more where curtailments are left out).
"""


class Loans(NamedTuple):
    """The loans of a month: quick and slow borrowers' balances due, (2, born, rates), gross rates, ages, the speed."""

    due: FloatArray
    gross: FloatArray
    age: FloatArray
    cpr: float


def stock(model: PrepaymentModel, felt: dict[str, float], years: int = 30) -> Iterator[tuple[str, Loans]]:
    """Yield the months and the stock in each; loans are due what is left after the month's scheduled payment."""
    months = [month for month in felt if month >= START[years]]
    spread = QUINTILES * SPREAD_OF_RATES
    gross = np.empty((len(months) + 1, spread.size))
    gross[0] = felt[months[0]] + spread
    quick = float(quick_share(model.active, 0.0))
    new = np.stack([np.full(spread.size, quick), np.full(spread.size, 1 - quick)]) / spread.size
    response = np.array([1.0, model.passive_response])[:, np.newaxis, np.newaxis]
    held = np.zeros((2, len(months) + 1, spread.size))
    held[:, 0] = new
    for count, month in enumerate(months):
        born = slice(max(0, count + 1 - 12 * years), count + 1)
        age = (count + 1.0 - np.arange(born.start, born.stop))[:, np.newaxis]
        incentive = gross[born] - felt[month]
        hazards = seasoned_hazards(model, age, int(month[5:]))
        turnover = hazards[0] * turnover_response(incentive, model)
        refinancing = hazards[1] * refinancing_response(incentive, model)
        before = held[:, born].sum()
        due = held[:, born] * (1 - scheduled(gross[born], age, 12 * years))
        held[:, born] = due * np.exp(-turnover - response * refinancing)
        yield month, Loans(due, gross[born], age, 1 - float(held[:, born].sum() / due.sum()) ** 12)
        held[:, count + 1] = new * (before * (1 + GROWTH / 12) - held[:, born].sum())
        gross[count + 1] = felt[month] + spread


def scheduled(gross: FloatArray, age: FloatArray, term: int) -> FloatArray:
    """Return the fraction of a level-payment loan's balance that is due in the month at whose end it is `age` old."""
    monthly, left = gross / 12, np.maximum(term - age + 1, 1)
    return np.minimum(monthly / np.expm1(left * np.log1p(monthly)), 1.0)


def stock_speeds(model: PrepaymentModel, felt: dict[str, float], years: int = 30) -> dict[str, float]:
    """Return the speed of the whole stock by month."""
    return {month: loans.cpr for month, loans in stock(model, felt, years)}


def groups(loans: Loans, active: float) -> Iterator[tuple[float, str, float, float, float, float]]:
    """Yield the groups of a month: rate from, age class, share, gross rate, age at the start, quick borrowers gone."""
    due = loans.due.sum(axis=0)
    age = np.broadcast_to(loans.age, due.shape)
    place = np.digitize(loans.gross, EDGES)
    for number, start in enumerate(np.append(0.0, EDGES).tolist()):
        for name, old in (("new", age <= YOUNG), ("older", age > YOUNG)):
            inside = (place == number) & old
            part = due[inside].sum()
            if part < 1e-5 * due.sum():
                continue
            quick = loans.due[0][inside].sum() / part
            gone = max((active - quick) / (active * (1 - quick)), 0.0)
            mean_rate, mean_age = (np.average(what[inside], weights=due[inside]) for what in (loans.gross, age))
            yield start, name, part / due.sum(), mean_rate, mean_age - 1, gone


def main() -> None:
    """Write the file."""
    model, observed = as_model("UMBS 30"), agency_speeds("fannie_mae")
    path = WORKBOOKS / "templates" / "model_backtest" / "agency_stock.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(HEADER)
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("month", "from", "class", "share", "wac", "age", "gone"))
        for month, loans in stock(model, felt_rate(survey_rate())):
            if month in observed:
                for start, name, share, wac, age, gone in groups(loans, model.active):
                    out.writerow((month, f"{start:g}", name, f"{share:.5f}", f"{wac:.5f}", f"{age:.0f}", f"{gone:.3f}"))
    write_prints(model)


def write_prints(model: PrepaymentModel) -> None:
    """Write the file of printed cohorts."""
    rates = survey_rate()
    months = list(rates)
    titles = {row["id"]: row["cohort"] for row in rows(DATA / "observed_speeds.csv")}
    path = WORKBOOKS / "templates" / "model_backtest" / "cohort_cpr.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(PRINTS)
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("cohort", "month", "season", "wac", "felt", "age", "gone", "cpr"))
        for cohort in cohorts("conv"):
            now = months.index(cohort.last) - cohort.months // 2
            age = cohort.age if cohort.months >= 12 else max(cohort.age - cohort.months // 2, 0)
            gone = float(burnout(cohort.wac, age, [rates[month] for month in months[now - age : now]], model))
            season = int(months[now][5:]) if cohort.months < 12 else 0
            shown = (cohort.wac, cohort.wac - cohort.incentive, age, gone, cohort.cpr)
            out.writerow((titles[cohort.id], months[now], season, *(f"{each:.5g}" for each in shown)))


if __name__ == "__main__":
    main()
