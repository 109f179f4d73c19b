"""When the Fed is paid: the part of a month's principal that comes after its last Wednesday, where the count ends."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Input

PAID_EARLY = Input(
    "paid_early",
    "Paid to the Fed by the 20th",
    0.25,
    "share",
    "Assumed: Ginnie Mae and Gold; a quarter ran off in months whose last Wednesday is before the 25th",
    rules.between(0, 1, "0% to 100%"),
)
_WEDNESDAY = "EOMONTH({month},0)-MOD(WEEKDAY(EOMONTH({month},0))-4,7)"
PAID_LATE = f"=IF(DAY({_WEDNESDAY})<25,1-paid_early,0)"  # the others pay on the 25th
