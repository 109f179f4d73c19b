"""The formulas of the family: Speeds."""

from __future__ import annotations

from mbsxl.loans import averages, factors
from mbsxl.speeds import vectors
from mbsxl.units import Unit
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

ENTRIES = [
    Entry(
        "MBS_SMM",
        vectors.smm,
        Family.SPEEDS,
        Shape.EACH,
        Unit.DECIMAL,
        "SMM, a decimal",
        '=MBS_SMM("6 CPR")',
        "0.005143",
    ),
    Entry(
        "MBS_CPR",
        vectors.cpr,
        Family.SPEEDS,
        Shape.EACH,
        Unit.DECIMAL,
        "CPR, a decimal",
        '=MBS_CPR("165 PSA",20)',
        "0.066",
    ),
    Entry(
        "MBS_PSA",
        vectors.psa,
        Family.SPEEDS,
        Shape.EACH,
        Unit.PERCENT_OF_BENCHMARK,
        "percent of PSA",
        '=MBS_PSA("6 CPR",12)',
        "250",
    ),
    Entry(
        "MBS_SPEED_VECTOR",
        vectors.speed_vector,
        Family.SPEEDS,
        Shape.COLUMN,
        Unit.DECIMAL,
        "the speed month by month, in the unit asked for",
        '=MBS_SPEED_VECTOR("100 PSA",0,3)',
        "0.002",
    ),
    Entry(
        "MBS_REALIZED_SPEED",
        factors.realized_speed,
        Family.SPEEDS,
        Shape.EACH,
        Unit.DECIMAL,
        "a decimal; percent of the benchmark for PSA",
        '=MBS_REALIZED_SPEED(0.9785748,0.9708674,9.69%,343,6,1,"PSA")',
        "604",
    ),
    Entry(
        "MBS_AVERAGE_SPEED",
        averages.average_speed,
        Family.SPEEDS,
        Shape.EACH,
        Unit.DECIMAL,
        "a decimal; percent of the benchmark for PSA",
        '=MBS_AVERAGE_SPEED({869252.18;1999016.24},{847322.82;1965804.6},9.5%,{349;359},{11;1},6,"PSA")',
        "212.02",
    ),
    Entry(
        "MBS_LOAN_AGE",
        factors.loan_age,
        Family.SPEEDS,
        Shape.EACH,
        Unit.MONTHS,
        "months",
        "=MBS_LOAN_AGE(360,300,12,348)",
        "12",
    ),
    Entry(
        "MBS_ASSUMED_WAC",
        factors.assumed_wac,
        Family.SPEEDS,
        Shape.EACH,
        Unit.DECIMAL,
        "a decimal",
        '=MBS_ASSUMED_WAC(6%,"GNMA II")',
        "0.0675",
    ),
]
