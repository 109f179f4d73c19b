"""The fit of the prepayment model's sets to what pools did: run with `python research/calibrate.py`.

Two kinds of sources, each for what it can tell. The speeds of all pools of a programme, month by month, know levels:
turnover, its season, lock-in, refinancing at its height. They cannot tell which loan prepaid, and fitted to them alone
the S-curve becomes a step, because of 2020 and 2021. The printed speeds of single cohorts know at which incentive loans
begin to refinance: the threshold is fitted to them alone. Both are compared in logarithms, a cohort's print counting as
2.5 months of totals.

Held, because neither can tell: the width of the S-curve (20 bp to its quartile), the split into quick and slow
borrowers, the refinancing ramp, the limit of lock-in, the calendar peak, the lag, the weights of the long rate.

The other sets hold what their own sources cannot tell at the values of UMBS 30:
- GNMA 30: levels fitted to Ginnie Mae's totals and cohorts, the threshold held at 35 bp, between what the four cohorts
  and what the totals ask for; more of its turnover is not locked in, buyouts among it.
- UMBS 15: turnover and refinancing fitted to the five printed totals of 15-year pools there are, on the 15-year rate,
  the threshold held at 90 bp, which specified pools of 2018 to 2020 ask for.
- UMBS 20: midway between the two. There is no fit: one print is all there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from history import Cohort, agency_speeds, by_month, cohorts, felt_rate, ginnie_speeds, survey_rate
from stock import stock_speeds

from mbsxl.arrays import FloatArray
from mbsxl.loans.burnout import burnout
from mbsxl.loans.prepayment import PrepaymentModel, model_cpr

COHORT_WEIGHT = 2.5  # months of totals that one print counts as
LEVELS = ("turnover", "turnover_ramp", "season_amplitude", "lock_in_scale", "refinancing")
SHAPE = ("threshold",)
BOUNDS = {"turnover_ramp": (12.0, 36.0), "season_amplitude": (0.05, 0.5)}
FIFTEEN = {
    "2016-03": (0.114, 1),
    "2021-04": (0.24, 3),
    "2021-05": (0.209, 3),
    "2021-06": (0.175, 3),
    "2021-08": (0.175, 3),
}
JUMBO = "vs5"  # a cohort of jumbo pools, which are not what GNMA 30 is asked about
START = PrepaymentModel(
    turnover=0.14, turnover_ramp=26, season_amplitude=0.22, lock_in=0.9, lock_in_scale=0.016, refinancing=0.63,
    threshold=0.0065,
)  # fmt: skip

Misses = Callable[[PrepaymentModel], FloatArray]


# ----------------------------------------------------------------------------------------------- what a model says


def cohort_cpr(model: PrepaymentModel, cohort: Cohort, rates: dict[str, float]) -> float:
    """Return the mean speed of a cohort over the months of its print, burnt out by its own past.

    Over a year and more: the middle month's, without season.
    """
    months = list(rates)
    last, long = months.index(cohort.last), cohort.months >= 12
    backs = [cohort.months // 2] if long else range(cohort.months)
    speeds = []
    for back in backs:
        now, age = last - back, max(cohort.age - (0 if long else back), 0)
        gone = burnout(cohort.wac, age, [rates[month] for month in months[now - age : now]], model)
        felt, season = cohort.wac - cohort.incentive, 0 if long else int(months[now][5:])
        speeds.append(float(model_cpr(felt, cohort.wac, age, season, gone, model)))
    return float(np.mean(speeds))


def cohort_errors(model: PrepaymentModel, chosen: Iterable[Cohort]) -> FloatArray:
    """Return model less print, in points of CPR."""
    rates = survey_rate()
    return np.array([100 * (cohort_cpr(model, cohort, rates) - cohort.cpr) for cohort in chosen])


def total_errors(model: PrepaymentModel, observed: dict[str, float]) -> FloatArray:
    """Return model less observed of all pools together, in points of CPR."""
    said = stock_speeds(model, felt_rate(survey_rate()))
    return 100 * (by_month(said, list(observed)) - by_month(observed, list(observed)))


# ------------------------------------------------------------------------------------------------------- the fits


def of_totals(observed: dict[str, float]) -> Misses:
    """Return what a model misses of totals, in logarithms."""
    felt = felt_rate(survey_rate())

    def misses(model: PrepaymentModel) -> FloatArray:
        return np.log(by_month(stock_speeds(model, felt), list(observed)) / by_month(observed, list(observed)))

    return misses


def of_cohorts(chosen: list[Cohort]) -> Misses:
    """Return what a model misses of cohorts, in logarithms and weighted."""
    rates = survey_rate()

    def misses(model: PrepaymentModel) -> FloatArray:
        said = np.array([cohort_cpr(model, cohort, rates) for cohort in chosen])
        return np.log(said / [cohort.cpr for cohort in chosen]) * COHORT_WEIGHT**0.5

    return misses


def fit(start: PrepaymentModel, free: tuple[str, ...], *misses: Misses) -> PrepaymentModel:
    """Return the model whose free parameters miss least."""
    from scipy.optimize import least_squares

    first = np.array([getattr(start, name) for name in free])
    low, high = np.array([BOUNDS.get(name, (x / 6, x * 6)) for name, x in zip(free, first, strict=True)]).T

    def trial(relative: FloatArray) -> PrepaymentModel:
        return replace(start, **dict(zip(free, (first * relative).tolist(), strict=True)))

    def missed(relative: FloatArray) -> FloatArray:
        model = trial(relative)
        return np.concatenate([each(model) for each in misses])

    inside = np.clip(np.ones(first.size), low / first * 1.001, high / first * 0.999)
    return trial(least_squares(missed, inside, bounds=(low / first, high / first), diff_step=1e-3, max_nfev=20).x)


def fit_umbs_30(totals: dict[str, float], prints: list[Cohort]) -> PrepaymentModel:
    """Return the model fitted in turns: levels to totals and prints, the threshold to prints alone."""
    model = START
    for _ in range(4):
        model = fit(model, LEVELS, of_totals(totals), of_cohorts(prints))
        model = fit(model, SHAPE, of_cohorts(prints))
    return model


def fit_gnma_30() -> PrepaymentModel:
    """Return the model fitted to Ginnie Mae's totals and cohorts."""
    start = replace(START, lock_in=0.8, threshold=0.0035, turnover_ramp=18)
    prints = [cohort for cohort in cohorts("ginnie") if cohort.id != JUMBO]
    return fit(start, LEVELS, of_totals(ginnie_speeds()), of_cohorts(prints))


def fifteen_years(model: PrepaymentModel) -> FloatArray:
    """Return the speeds of all 15-year pools for the months and spans of the prints there are."""
    speeds = stock_speeds(replace(model, term_spread=0), felt_rate(survey_rate(15)), 15)
    months = list(speeds)
    ends = [(months.index(month) + 1, trailing) for month, (_, trailing) in FIFTEEN.items()]
    return np.array([np.mean([speeds[month] for month in months[end - trailing : end]]) for end, trailing in ends])


def fit_umbs_15(thirty: PrepaymentModel) -> PrepaymentModel:
    """Return the model fitted to the printed totals of 15-year pools."""

    def misses(model: PrepaymentModel) -> FloatArray:
        return np.log(fifteen_years(model) / [cpr for cpr, _ in FIFTEEN.values()])

    return replace(fit(replace(thirty, threshold=0.009), ("turnover", "refinancing"), misses), term_spread=-0.007)


def halfway(one: PrepaymentModel, other: PrepaymentModel) -> PrepaymentModel:
    """Return the model between two, its term's rate 20 bp below that of 30 years."""
    middle = {name: (getattr(one, name) + getattr(other, name)) / 2 for name in (*LEVELS, *SHAPE)}
    return replace(one, **middle, term_spread=-0.002)


def main() -> None:
    """Fit the sets and print them."""
    thirty = fit_umbs_30(agency_speeds("fannie_mae", "freddie_mac"), cohorts("conv"))
    fifteen = fit_umbs_15(thirty)
    sets = {"UMBS 30": thirty, "UMBS 20": halfway(thirty, fifteen), "UMBS 15": fifteen, "GNMA 30": fit_gnma_30()}
    for name, model in sets.items():
        print(f"{name}: " + ", ".join(f"{field} {getattr(model, field):.4g}" for field in (*LEVELS, *SHAPE)))


if __name__ == "__main__":
    main()
