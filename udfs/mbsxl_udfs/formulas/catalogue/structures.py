"""The formulas of the family: Structures."""

from __future__ import annotations

from mbsxl.structures import classes, coupons, measures
from mbsxl.units import Unit
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

_POOL = '{"face","coupon","wac","wam","age";1000000,0.06,0.065,360,0}'
_SEQUENTIAL = '{"class","kind","balance","coupon","order";"A","SEQ",600000,0.06,1;"B","SEQ",400000,0.06,2}'
_PLANNED = (
    '{"class","kind","balance","coupon","order","band";"P","PAC",600000,0.06,1,"90 to 300 PSA";'
    '"S","SUP",400000,0.06,2,""}'
)

ENTRIES = [
    Entry(
        "MBS_CMO",
        classes.cmo,
        Family.STRUCTURES,
        Shape.TABLE,
        Unit.NONE,
        "a row a class: class, balance, average_life, first_payment, last_payment, interest",
        f'=MBS_CMO({_SEQUENTIAL},{_POOL},"150 PSA")',
        "A | 600000 | 4.72797 | 1 | 113 | 167806.86",
        may_be_blank=("speed",),
    ),
    Entry(
        "MBS_CMO_CASHFLOW",
        classes.cmo_cashflow,
        Family.STRUCTURES,
        Shape.TABLE,
        Unit.CURRENCY,
        "a row a month: month, date, balance, principal, interest, accrued, total, ending",
        f'=MBS_CMO_CASHFLOW("B",{_SEQUENTIAL},{_POOL},"150 PSA")',
        "1 | | 400000 | 0 | 2000 | 0 | 2000 | 400000",
        may_be_blank=("speed",),
    ),
    Entry(
        "MBS_CMO_DECREMENT",
        classes.cmo_decrement,
        Family.STRUCTURES,
        Shape.TABLE,
        Unit.PERCENT,
        "months down, percent of the original balance across, a column for each class and speed; average lives last",
        f'=MBS_CMO_DECREMENT({_SEQUENTIAL},{_POOL},{{"100 PSA","300 PSA"}},"A")',
        "0 | 100 | 100",
    ),
    Entry(
        "MBS_CMO_MEASURES",
        measures.cmo_measures,
        Family.STRUCTURES,
        Shape.TABLE,
        Unit.NONE,
        "a row a class: class, and the measures named",
        f'=MBS_CMO_MEASURES({{"YIELD","WAL","DURATION"}},{{100.5;98}},{_SEQUENTIAL},{_POOL},"150 PSA")',
        "A | 0.058454 | 4.72797 | 3.91057",
        may_be_blank=("class_prices", "speed"),
    ),
    Entry(
        "MBS_CMO_SCHEDULE",
        classes.cmo_schedule,
        Family.STRUCTURES,
        Shape.TABLE,
        Unit.CURRENCY,
        "a row a month from the month before the first payment: month, a scheduled order a column",
        f"=MBS_CMO_SCHEDULE({_PLANNED},{_POOL})",
        "0 | 600000",
    ),
    Entry(
        "MBS_FLOATER_SPLIT",
        coupons.floater_split,
        Family.STRUCTURES,
        Shape.RECORD,
        Unit.NONE,
        "the floater's cap, the inverse floater's multiplier, its constant and its cap",
        "=MBS_FLOATER_SPLIT(7.5%,75%,0.5%)",
        "floater cap | 0.1",
    ),
]
