"""What the fit and its errors are judged by: mortgage rates, speeds of programmes, speeds of single cohorts.

Rates and speeds are decimals, months the months that loans prepaid in, as "2025-11".
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np

from mbsxl.arrays import FloatArray

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"
WORKBOOKS = ROOT / "workbooks" / "mbsxl_workbooks"
NOT_PAID_OFF = 0.008  # CPR that prints of loans paid off in full leave out: 0.5 of curtailments, 0.3 of buyouts


class Cohort(NamedTuple):
    """What loans of one rate and age prepaid over the months up to one, as printed; decimals."""

    id: str
    program: str
    last: str
    months: int
    wac: float
    age: int
    incentive: float
    cpr: float


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a data file by the names in its header; lines of comment are left out."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def series(path: Path, column: str, unit: float = 1.0) -> dict[str, float]:
    """Return one column of a data file by month."""
    return {row["month"]: float(row[column]) * unit for row in rows(path)}


def survey_rate(years: int = 30) -> dict[str, float]:
    """Return the monthly means of the mortgage rate survey for loans of 30 or 15 years."""
    if years == 15:
        return series(DATA / "pmms15_monthly.csv", "rate15", 0.01)
    return series(WORKBOOKS / "shared" / "mortgage_rate.csv", "rate")


def felt_rate(rates: dict[str, float]) -> dict[str, float]:
    """Return the rate that moved the loans of each month: the mean of the months one and two before."""
    months, values = list(rates), np.array(list(rates.values()))
    return dict(zip(months[2:], ((values[1:-1] + values[:-2]) / 2).tolist(), strict=True))


def agency_speeds(*agencies: str) -> dict[str, float]:
    """Return the mean speed of all pools of the agencies, June 2017 to November 2025."""
    columns = [series(WORKBOOKS / "templates" / "model_backtest" / "agency_cpr.csv", agency) for agency in agencies]
    return {month: sum(column[month] for column in columns) / len(columns) for month in columns[0]}


def ginnie_speeds() -> dict[str, float]:
    """Return the speed of Ginnie Mae pools, their buyouts replaced by the median.

    In 2020 and 2021 servicers bought out up to 12% a year of loans in forbearance, which no incentive explains.
    """
    total, bought = agency_speeds("ginnie_mae"), series(DATA / "gmar_cdr.csv", "ginnie_cdr_pct", 0.01)
    usual = float(np.median(list(bought.values())))
    return {month: 1 - (1 - cpr) / (1 - bought[month]) * (1 - usual) for month, cpr in total.items()}


def cohorts(program: str) -> list[Cohort]:
    """Return the printed speeds of cohorts of a programme, "conv" or "ginnie"."""
    found = []
    for row in rows(DATA / "observed_speeds.csv"):
        if row["programme"] == program:
            rate, incentive, cpr = float(row["wac_or_note"]) / 100, float(row["incentive_bp"]) / 1e4, float(row["cpr"])
            speed = cpr / 100 + (NOT_PAID_OFF if row["kind"] == "vol" else 0)
            last, months, age = row["month"].split("..")[-1], int(row["months"]), int(row["age"])
            found.append(Cohort(row["id"], program, last, months, rate, age, incentive, speed))
    return found


def points_by_rate() -> list[Cohort]:
    """Return a loan-level model's speeds of loans of 2023 and 2024 in December 2025, the mortgage rate shifted.

    They are another model's, not prints: judged by, never fitted to.
    """
    ages = {"2023": 30, "2024": 18}
    return [
        Cohort(
            f"{row['vintage']} {row['note_rate']} {row['shift_bp']}",
            "conv",
            "2025-12",
            1,
            float(row["note_rate"]) / 100,
            ages[row["vintage"]],
            float(row["incentive_bp"]) / 1e4,
            float(row["cpr"]) / 100 + NOT_PAID_OFF,
        )
        for row in rows(DATA / "scurve_loanlevel_dec2025.csv")
    ]


def by_month(values: dict[str, float], months: list[str]) -> FloatArray:
    """Return a series as an array over months."""
    return np.array([values[month] for month in months])
