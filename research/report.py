"""How good the model is, in tables: `python research/report.py` puts them into `docs/model.md`.

Errors are points of CPR, model less print. The forecasts are fitted to what was known at the end of 2021, the form of
the model and what `calibrate.py` holds aside: those were chosen later.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from calibrate import (
    FIFTEEN,
    JUMBO,
    LEVELS,
    SHAPE,
    START,
    cohort_cpr,
    cohort_errors,
    fifteen_years,
    fit,
    fit_umbs_30,
    of_cohorts,
    of_totals,
    total_errors,
)
from fed import of_the_fed
from history import Cohort, agency_speeds, cohorts, ginnie_speeds, points_by_rate, survey_rate
from page import put, table

from mbsxl.arrays import FloatArray
from mbsxl.loans.prepayment import REGIME_SHIFTS, PrepaymentModel, as_model

REGIMES = {
    "June 2017 to 2019, before": ("2017-06", "2019-12"),
    "2020 and 2021, the refinancing wave": ("2020-01", "2021-12"),
    "2022, its end": ("2022-01", "2022-12"),
    "2023 to November 2025, lock-in": ("2023-01", "2025-11"),
}
INCENTIVES = {  # basis points
    "below -250": (-9999, -250),
    "-250 to -100": (-250, -100),
    "-100 to 0": (-100, 0),
    "0 to 50": (0, 50),
    "50 to 110": (50, 110),
    "above 110": (110, 9999),
}
SHIFTED = {  # the cohorts near the threshold that tell where it stood
    "2018-19": ("vs1", "kb0", "kb1", "le6", "le8", "le9"),
    "2020-21": ("vs2", "sc0", "in1"),
    "2024": ("fh2", "fh4", "sc1", "sc2"),
}
KNOWN = "2021-12"  # the last month of what the forecasts were fitted to
# 100% PSA, published in 1985 after loans that were mostly locked in, as the speed of loans 3 points out of the money.
LOCK_IN_PRIOR = Cohort("PSA", "conv", "2000-01", 1, 0.06, 48, -0.03, 0.06)
EQUALLY_GOOD = (0.0015, 0.002, 0.0025)  # widths whose refits cannot be told apart


def rmse_bias(errors: FloatArray) -> tuple[str, float]:
    """Return the root of the mean square, and the mean."""
    return f"{np.sqrt((errors**2).mean()):.2f}", float(errors.mean())


def within(observed: dict[str, float], first: str, last: str) -> np.ndarray:
    """Return which of the months of a series lie in a period."""
    return np.array([first <= month <= last for month in observed])


def of_all_pools() -> str:
    """Return the errors of totals by regime and agency."""
    targets = {
        "UMBS 30, Fannie Mae and Freddie Mac": ("UMBS 30", agency_speeds("fannie_mae", "freddie_mac")),
        "UMBS 30, Fannie Mae": ("UMBS 30", agency_speeds("fannie_mae")),
        "UMBS 30, Freddie Mac": ("UMBS 30", agency_speeds("freddie_mac")),
        "GNMA 30, Ginnie Mae, usual buyouts": ("GNMA 30", ginnie_speeds()),
        "GNMA 30, Ginnie Mae as printed": ("GNMA 30", agency_speeds("ginnie_mae")),
    }
    lines = []
    for name, (chosen, observed) in targets.items():
        errors = total_errors(as_model(chosen), observed)
        lines.append((name, "all", *rmse_bias(errors)))
        lines += [("", regime, *rmse_bias(errors[within(observed, *ends)])) for regime, ends in REGIMES.items()]
    return table(("set and totals", "months", "RMSE", "bias"), lines)


def of_single_cohorts() -> str:
    """Return the errors of cohorts by incentive."""
    prints, umbs = cohorts("conv"), as_model("UMBS 30")
    groups = {
        name: [cohort for cohort in prints if low <= cohort.incentive * 1e4 < high]
        for name, (low, high) in INCENTIVES.items()
    }
    ginnie = [cohort for cohort in cohorts("ginnie") if cohort.id != JUMBO]
    return _by_group(
        "incentive, bp",
        (umbs, {**groups, "all": prints}),
        (as_model("GNMA 30"), {"GNMA 30, all but jumbo pools": ginnie}),
    )


def of_cohorts_unseen() -> str:
    """Return the errors of a fit that did not see every third cohort."""
    prints = cohorts("conv")
    seen = [cohort for place, cohort in enumerate(prints) if place % 3 != 2]
    unseen = [cohort for place, cohort in enumerate(prints) if place % 3 == 2]
    judged = fit_umbs_30(agency_speeds("fannie_mae", "freddie_mac"), seen)
    return _by_group("fitted without every third", (judged, {"seen": seen, "unseen": unseen}))


def _by_group(title: str, *judged: tuple[PrepaymentModel, dict[str, list[Cohort]]]) -> str:
    lines = []
    for model, groups in judged:
        for name, chosen in groups.items():
            errors = cohort_errors(model, chosen)
            lines.append((name, str(len(chosen)), f"{abs(errors).mean():.1f}", float(errors.mean())))
    return table((title, "cohorts", "mean absolute error", "bias"), lines)


def by_rate() -> str:
    """Return the points by rate of a loan-level model beside ours."""
    rates, umbs = survey_rate(), as_model("UMBS 30")
    steps: dict[int, list[Cohort]] = {}
    for point in points_by_rate():
        steps.setdefault(round(point.incentive * 1e4), []).append(point)
    lines = [
        (f"{step:+d}", f"{100 * np.mean([point.cpr for point in points]):.1f}",
         f"{100 * np.mean([cohort_cpr(umbs, point, rates) for point in points]):.1f}")
        for step, points in sorted(steps.items())
    ]  # fmt: skip
    return table(("incentive, bp", "loan-level model", "UMBS 30"), lines)


def of_fifteen_years() -> str:
    """Return the printed totals of 15-year pools beside the set's."""
    said = 100 * fifteen_years(as_model("UMBS 15"))
    lines = [
        (f"{month}, {trailing} month" + "s" * (trailing > 1), f"{100 * cpr:.1f}", f"{ours:.1f}", ours - 100 * cpr)
        for (month, (cpr, trailing)), ours in zip(FIFTEEN.items(), said.tolist(), strict=True)
    ]
    return table(("to", "Fannie Mae 15 years", "UMBS 15", "ours less print"), lines)


def forecasts() -> str:
    """Return what a fit to the end of 2021 said of the months after, and what the naive say."""
    observed = agency_speeds("fannie_mae", "freddie_mac")
    past = {month: cpr for month, cpr in observed.items() if month <= KNOWN}
    known = [cohort for cohort in cohorts("conv") if cohort.last <= KNOWN]
    speeds = 100 * np.array(list(observed.values()))
    after = ~within(observed, "", KNOWN)
    lock_in = within(observed, *REGIMES["2023 to November 2025, lock-in"])
    fitted = {
        "totals and cohorts to 2021, nothing learnt later": fit_umbs_30(past, known),
        "the same with 100 PSA (1985) as prior of lock-in": fit_umbs_30(past, [*known, LOCK_IN_PRIOR]),
        "totals alone to 2021": fit(START, LEVELS, of_totals(past)),
    }
    said = {
        **{name: total_errors(model, observed) for name, model in fitted.items()},
        "no forecast: the shipped set, fitted to all": total_errors(as_model("UMBS 30"), observed),
        "naive: the speed of December 2021 for good": speeds[list(observed).index(KNOWN)] - speeds,
        "naive, told every month: last month's speed": np.append(0, speeds[:-1]) - speeds,
    }  # fmt: skip
    return table(
        ("forecast of 2022-01 to 2025-11", "RMSE", "bias", "from 2023: RMSE", "bias"),
        [(name, *rmse_bias(errors[after]), *rmse_bias(errors[lock_in])) for name, errors in said.items()],
    )


def threshold_by_regime() -> str:
    """Return the shift of the threshold that cohorts of a regime ask for."""
    prints = {cohort.id: cohort for cohort in cohorts("conv")}
    umbs, shifts = as_model("UMBS 30"), np.arange(-60, 85, 5)
    lines = []
    for regime, ids in SHIFTED.items():
        missed = of_cohorts([prints[name] for name in ids])
        best = min(shifts, key=lambda shift: float((missed(replace(umbs, threshold_shift=shift / 1e4)) ** 2).sum()))
        lines.append((regime, str(len(ids)), f"{best:+d}", f"{1e4 * REGIME_SHIFTS[regime]:+.0f}"))
    return table(("regime", "cohorts", "shift they ask for, bp", "shipped"), lines)


def refits() -> list[PrepaymentModel]:
    """Return the refits that totals and cohorts cannot tell apart: by the width of the S-curve."""
    totals, prints = agency_speeds("fannie_mae", "freddie_mac"), cohorts("conv")
    models = []
    for width in EQUALLY_GOOD:
        model = replace(START, width=width)
        for _ in range(3):
            model = fit(model, LEVELS, of_totals(totals), of_cohorts(prints))
            model = fit(model, SHAPE, of_cohorts(prints))
        models.append(model)
    return models


def model_risk() -> str:
    """Return the option-adjusted spread and duration of a stack under the refits."""
    from mbsxl import Loans, Market, ParCurve, oas_risk

    tenors = [0.25, 1, 2, 5, 7, 10, 20, 30]
    curve = ParCurve(tenors, [0.0391, 0.0361, 0.0346, 0.0361, 0.0380, 0.0404, 0.0464, 0.0468])  # 24 November 2025
    coupon, price, wac, wam, age = np.array(
        [(2.0, 82.0, 2.85, 298, 58), (4.0, 95.125, 4.9, 314, 42), (5.0, 99.625, 5.95, 350, 8),
         (5.5, 101.125, 6.4, 350, 8), (6.0, 102.5, 6.9, 347, 11), (6.5, 103.5, 7.4, 335, 21)]
    ).T  # fmt: skip
    loans = Loans(coupon / 100, wac / 100, wam, age)
    risks = [oas_risk(price, loans, Market(curve, 0.0085, model=model)) for model in refits()]
    names = risks[0].names.tolist()
    spreads, durations = (
        np.array([risk.values[names.index(name)] for risk in risks]) for name in ("OAS", "effective duration")
    )
    lines = [
        (f"{each:.1f}", *(f"{column.min():.{digits}f} to {column.max():.{digits}f}" for column, digits in pairs))
        for each, pairs in zip(
            coupon, (((one, 1), (two, 2)) for one, two in zip(spreads.T, durations.T, strict=True)), strict=True
        )
    ]
    return table(("coupon", "OAS, bp", "effective duration, years"), lines)


TABLES = {
    "totals": of_all_pools,
    "fed": of_the_fed,
    "cohorts": of_single_cohorts,
    "unseen": of_cohorts_unseen,
    "points by rate": by_rate,
    "fifteen years": of_fifteen_years,
    "forecasts": forecasts,
    "regimes": threshold_by_regime,
    "model risk": model_risk,
}


def main() -> None:
    """Put the tables into the page."""
    for name, made in TABLES.items():
        put(name, made())


if __name__ == "__main__":
    main()
