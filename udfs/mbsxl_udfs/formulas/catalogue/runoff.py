"""The formulas of the family: Runoff."""

from __future__ import annotations

from mbsxl.portfolio import caps, runoff
from mbsxl.units import Unit
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

ENTRIES = [
    Entry(
        "MBS_RUNOFF",
        runoff.runoff,
        Family.RUNOFF,
        Shape.TABLE,
        Unit.CURRENCY,
        "a row a month: month, balance, scheduled, prepaid, interest, total, ending",
        '=MBS_RUNOFF({"face","coupon","wac","wam","age";400,0.075,0.08125,357,3},"165 PSA")',
        "1 | 400.00 | 0.267535 | 0.442389 | 2.500000 | 3.209923 | 399.290077",
    ),
    Entry(
        "MBS_SOMA_RUNOFF",
        caps.soma_runoff,
        Family.RUNOFF,
        Shape.TABLE,
        Unit.CURRENCY,
        "a row a month: as MBS_RUNOFF, and cap, redeemed, reinvested, treasuries, bills",
        '=MBS_SOMA_RUNOFF({"face","coupon","wac","wam","age";400,0.075,0.08125,357,3},"165 PSA",0.5,"BILLS")',
        "1 | 400.00 | 0.267535 | 0.442389 | 2.500000 | 3.209923 | 399.290077 | 0.5 | 0.5 | 0.209923 | 0 | 0.209923",
    ),
]
