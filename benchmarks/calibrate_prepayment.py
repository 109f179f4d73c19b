"""The fit of the prepayment model's defaults to what the agencies' pools did, with its errors.

Run with `python benchmarks/calibrate_prepayment.py`. The speeds of all pools together do not say which loan prepaid, so
a stock of loans is built whose rates come from history: every month what was prepaid and repaid, and some growth, is
lent anew at the mortgage rate of the time, and prepays by the model from then on. By 2017 the start no longer matters.

What is assumed: thirty-year loans only; the stock grows by 4.5% a year; the rates of a month's loans lie around the
survey rate with a standard deviation of 0.15%; the speed of the three agencies is their plain mean. The shape of the
curves is held where one series of totals cannot tell it from another: the ramps, the width of the S-curve, the limit of
lock-in, the split into quick and slow borrowers, the lag. Four speeds that a desk expects stand beside the 102 months,
lest the fit to totals asks too much of one loan.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from mbsxl.arrays import FloatArray
from mbsxl.loans.prepayment import (
    PrepaymentModel,
    model_cpr,
    quick_share,
    refinancing_response,
    seasoned_hazards,
    turnover_response,
)

DATA = Path(__file__).parent.parent / "workbooks" / "mbsxl_workbooks"
START = "1985-01"
TERM = 360
GROWTH = 0.045
SPREAD_OF_RATES = 0.0015
QUINTILES = np.array([-1.28155, -0.52440, 0.0, 0.52440, 1.28155])  # of the normal distribution, in the middle of each
FREE = ("turnover", "season_amplitude", "lock_in_scale", "refinancing", "threshold")
EXPECTED = {(-0.034, 48): 0.055, (0.0, 12): 0.10, (0.0, 30): 0.12, (0.0125, 18): 0.50}  # (incentive, age): CPR
EXPECTED_WEIGHT = 2.5  # months of history each
REGIMES = {
    "2017-06 to 2019-12, before": ("2017-06", "2019-12"),
    "2020-01 to 2021-12, the refinancing wave": ("2020-01", "2021-12"),
    "2022-01 to 2022-12, its end": ("2022-01", "2022-12"),
    "2023-01 to 2025-11, lock-in": ("2023-01", "2025-11"),
}


def read(name: str) -> tuple[list[str], FloatArray]:
    """Return the months of a data file and its other columns: (months, columns)."""
    (path,) = DATA.rglob(f"{name}.csv")
    with path.open(encoding="utf-8") as file:
        rows = list(csv.reader(line for line in file if not line.startswith("#")))[1:]
    return [row[0] for row in rows], np.array([[float(cell) for cell in row[1:]] for row in rows])


def stock_cpr(model: PrepaymentModel, rates: FloatArray, first_month: int) -> FloatArray:
    """Return the speed of the whole stock, month by month.

    `rates` (months + lag,) are averages of months, the first `lag` of them before the stock begins; `first_month` is
    the calendar month of the beginning.
    """
    lag = int(model.lag)
    seen = (rates[:-lag] + rates[1 : len(rates) - lag + 1]) / 2  # a rate at the turn of two months, lag before the end
    count, spread = len(seen), QUINTILES * SPREAD_OF_RATES
    gross = np.empty((count + 1, spread.size))
    gross[0] = seen[0] + spread
    quick = float(quick_share(model.active, model.burnout))
    new = np.stack([np.full(spread.size, quick), np.full(spread.size, 1 - quick)]) / spread.size
    response = np.array([1.0, model.passive_response])[:, np.newaxis, np.newaxis]
    loans = np.zeros((2, count + 1, spread.size))
    loans[:, 0] = new
    speeds = np.empty(count)
    for month, rate in enumerate(seen):
        born = slice(0, month + 1)
        age = np.arange(month + 1, 0, -1)[:, np.newaxis] + 0.0
        incentive = gross[born] - rate
        hazards = seasoned_hazards(model, age, (first_month + month - 1) % 12 + 1)
        turnover = hazards[0] * turnover_response(incentive, model)
        refinancing = hazards[1] * refinancing_response(incentive, model)
        before = loans[:, born].sum()
        due = loans[:, born] * (1 - scheduled(gross[born], age))
        loans[:, born] = due * np.exp(-turnover - response * refinancing)
        speeds[month] = 1 - (loans[:, born].sum() / due.sum()) ** 12
        loans[:, month + 1] = new * (before * (1 + GROWTH / 12) - loans[:, born].sum())
        gross[month + 1] = rate + spread
    return speeds


def scheduled(gross: FloatArray, age: FloatArray) -> FloatArray:
    """Return the fraction of a level-payment loan's balance that is due in the month at whose end it is `age` old."""
    monthly, left = gross / 12, np.maximum(TERM - age + 1, 1)
    return np.minimum(monthly / np.expm1(left * np.log1p(monthly)), 1.0)


def history() -> tuple[FloatArray, int, list[str], FloatArray]:
    """Return the mortgage rates from before the start, its calendar month, the observed months and their speeds."""
    months, rates = read("mortgage_rate")
    observed, speeds = read("agency_cpr")
    start, end = months.index(START), months.index(observed[-1])
    return rates[start - int(PrepaymentModel().lag) : end + 1, 0], int(START[5:]), observed, speeds


def fit(rates: FloatArray, first_month: int, speeds: FloatArray, used: int) -> PrepaymentModel:
    """Return the model whose free parameters lie nearest to the first months used, in the logarithm of the speed."""
    from scipy.optimize import least_squares

    held = PrepaymentModel()
    start = np.array([getattr(held, name) for name in FREE])

    def trial(relative: FloatArray) -> PrepaymentModel:
        return replace(held, **dict(zip(FREE, (start * relative).tolist(), strict=True)))

    def misses(relative: FloatArray) -> FloatArray:
        model = trial(relative)
        of_stock = np.log(stock_cpr(model, rates, first_month)[-len(speeds) :] / speeds)[:used]
        asked = [np.log(expected(model, *where) / cpr) for where, cpr in EXPECTED.items()]
        return np.append(of_stock, np.array(asked) * EXPECTED_WEIGHT**0.5)

    return trial(least_squares(misses, np.ones(start.size), bounds=(0.2, 5.0), diff_step=1e-4).x)


def expected(model: PrepaymentModel, incentive: float, age: int) -> float:
    """Return what the model says of one loan."""
    return float(model_cpr(0.06, 0.06 + incentive, age, model=model))


def report(title: str, model: PrepaymentModel, history: tuple[FloatArray, int, list[str], FloatArray]) -> None:
    """Print the parameters, the errors and the speeds a desk would look at."""
    rates, first_month, months, speeds = history
    said = stock_cpr(model, rates, first_month)[-len(months) :]
    print(f"\n{title}: " + ", ".join(f"{name} {getattr(model, name):.4g}" for name in FREE))
    mean = speeds.mean(axis=1)
    print(f"  correlation {np.corrcoef(said, mean)[0, 1]:.4f}; errors in points of CPR, model less observed:")
    rows = {"all months": (months[0], months[-1]), **REGIMES}
    for name, (first, last) in rows.items():
        show(name, said, mean, np.array([first <= month <= last for month in months]))
    for agency, column in zip(("Fannie Mae", "Freddie Mac", "Ginnie Mae"), speeds.T, strict=True):
        show(f"against {agency} alone", said, column, np.full(len(months), True))
    for incentive, age in EXPECTED:
        print(f"  {incentive * 1e4:+.0f} bp, {age} months old: {100 * expected(model, incentive, age):.1f} CPR")


def show(name: str, said: FloatArray, observed: FloatArray, chosen: np.ndarray) -> None:
    """Print one line of errors."""
    error = 100 * (said - observed)[chosen]
    level = 100 * observed[chosen].mean()
    print(f"  {name:<42} observed {level:5.1f}  rmse {np.sqrt((error**2).mean()):5.2f}  bias {error.mean():+5.2f}")


def main() -> None:
    """Fit and print."""
    known = history()
    rates, first_month, months, speeds = known
    report("fitted", fit(rates, first_month, speeds.mean(axis=1), len(months)), known)
    report("the defaults, rounded", PrepaymentModel(), known)
    used = months.index("2022-01")
    report("fitted to 2021 only, the rest a forecast", fit(rates, first_month, speeds.mean(axis=1), used), known)


if __name__ == "__main__":
    main()
