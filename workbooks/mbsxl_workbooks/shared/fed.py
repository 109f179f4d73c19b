"""The Fed's MBS, as the templates of them share them: what is held, the loans' rates, and when principal is paid.

Holdings are counted to a month's last Wednesday: where that is before the 25th, most of the month's comes later.
"""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Input

HELD, COMMERCIAL = 1964.786, 7.9  # $bn: H.4.1, 27 May 2026; commercial MBS do not prepay like pass-throughs
GROSS_SPREAD = Input(
    "gross_spread",
    "Gross rate of the loans above the coupon",
    0.0085,
    "percent",
    "Assumed: servicing and guarantee fees; the holdings report coupons only",
    rules.between(0, 0.03, "0% to 3%"),
)
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
