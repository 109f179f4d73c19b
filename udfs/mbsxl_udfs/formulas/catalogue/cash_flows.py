"""The formulas of the family: Cash flows."""

from __future__ import annotations

from mbsxl.loans import cashflow, defaults, factors
from mbsxl.units import Unit
from mbsxl.value import price_yield
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

ENTRIES = [
    Entry(
        "MBS_CASHFLOW",
        cashflow.cashflow,
        Family.CASH_FLOWS,
        Shape.TABLE,
        Unit.CURRENCY,
        "a row a month: month, date, balance, scheduled, prepaid, interest, total, ending; "
        "with default also defaulted, recovered, loss",
        '=MBS_CASHFLOW(400000000,7.5%,8.125%,357,3,"165 PSA")',
        "1 | | 400000000 | 267535 | 442389 | 2500000 | 3209923 | 399290077",
    ),
    Entry(
        "MBS_FACTOR",
        factors.factor,
        Family.CASH_FLOWS,
        Shape.EACH,
        Unit.FACTOR,
        "a fraction of the current balance",
        '=MBS_FACTOR(8.125%,357,3,"100 PSA",99)',
        "0.57812444",
    ),
    Entry(
        "MBS_ESTIMATED_FACTOR",
        factors.estimated_factor,
        Family.CASH_FLOWS,
        Shape.EACH,
        Unit.FACTOR,
        "a fraction of the original balance",
        "=MBS_ESTIMATED_FACTOR(1.2,DATE(2026,1,1),DATE(2026,3,18),6%)",
        "1.212",
    ),
    Entry(
        "MBS_CUMULATIVE_DEFAULT",
        defaults.cumulative_default,
        Family.CASH_FLOWS,
        Shape.GRID,
        Unit.DECIMAL,
        "a part of the balance, a row a default speed, a column a prepayment speed",
        '=MBS_CUMULATIVE_DEFAULT(8%,360,0,{"150 PSA","200 PSA"},"100 SDA",12)',
        "0.0278 | 0.0251",
    ),
    Entry(
        "MBS_CUMULATIVE_LOSS",
        defaults.cumulative_loss,
        Family.CASH_FLOWS,
        Shape.GRID,
        Unit.DECIMAL,
        "a part of the balance, a row a default speed, a column a prepayment speed",
        '=MBS_CUMULATIVE_LOSS(8%,360,0,{"150 PSA","200 PSA"},"100 SDA",35%,12)',
        "0.00972 | 0.00879",
    ),
    Entry(
        "MBS_WAL",
        price_yield.average_life,
        Family.CASH_FLOWS,
        Shape.EACH,
        Unit.YEARS,
        "years",
        '=MBS_WAL(9%,9.5%,360,0,"150 PSA",,"GNMA I")',
        "9.77844",
    ),
]
