"""The formulas of the family: Carry and hedging."""

from __future__ import annotations

from mbsxl.conventions import tba
from mbsxl.portfolio import scenarios
from mbsxl.units import Unit
from mbsxl.value import carry, hedge, roll, total_return
from mbsxl_udfs.formulas.catalogue.examples import STEEP
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

ENTRIES = [
    Entry(
        "MBS_DOLLAR_ROLL",
        roll.dollar_roll,
        Family.CARRY,
        Shape.RECORD,
        Unit.NONE,
        "a row each: implied financing (a decimal); with financing the break-even drop (points, 32nds), the break-even "
        "speed (CPR, a decimal), the advantage (points, 32nds) and the specialness (basis points)",
        '=MBS_DOLLAR_ROLL("100-24","0-06",5.5%,6.35%,355,5,"8 CPR",DATE(2026,6,11),DATE(2026,7,13),3.75%)',
        "implied financing | 0.032796",
        assumes=roll.unasked,
    ),
    Entry(
        "MBS_CARRY",
        carry.carry,
        Family.CARRY,
        Shape.RECORD,
        Unit.NONE,
        "a row each, in points: coupon income, amortisation gain, financing cost, carry, roll-down, total; total "
        "(basis points a year), forward price, yield rise (basis points), reinvestment, horizon price",
        f'=MBS_CARRY(100.75,5.5%,6.35%,355,5,"8 CPR",{STEEP},DATE(2026,6,11),3.75%,3,"OAS",0.85%)',
        "coupon income | 1.3606",
    ),
    Entry(
        "MBS_TOTAL_RETURN",
        total_return.total_return,
        Family.CARRY,
        Shape.RECORD,
        Unit.NONE,
        "a row each: total return (a decimal, bond-equivalent); interest, principal, reinvestment and price in points; "
        "horizon price",
        f'=MBS_TOTAL_RETURN(101,5.5%,6.2%,348,12,"8 CPR",12,55,4.5%,"OAS",,{STEEP},0.85%)',
        "total return | 0.0586",
    ),
    Entry(
        "MBS_SCENARIOS",
        scenarios.scenarios,
        Family.CARRY,
        Shape.TABLE,
        Unit.NONE,
        "a row a scenario and position, or group: value at the horizon and its change in currency, effective duration, "
        "CPR of the next month, return, and return over Treasuries of the same duration",
        '=MBS_SCENARIOS({"face","price","coupon","wac","wam","age";1000000,100,0.055,0.063,355,5},'
        f'{STEEP},0.85%,{{"scenario",2,10;"down 100",-100,-100;"up 100",100,100}},3)',
        "down 100 | 1 | 1043230 | 43230 | 1.88 | 0.290 | 0.0432 | -0.0125",
    ),
    Entry(
        "MBS_HEDGE",
        hedge.hedge,
        Family.CARRY,
        Shape.TABLE,
        Unit.CURRENCY,
        "a row each: the face of each instrument to add, and what is left of the risk by tenor",
        '=MBS_HEDGE(58300,0.0812,"DURATION")',
        "face 1 | -71798030",
    ),
    Entry(
        "MBS_CONVERSION_FACTOR",
        hedge.conversion_factor,
        Family.CARRY,
        Shape.EACH,
        Unit.FACTOR,
        "price per unit of face at 6%, to four decimals",
        "=MBS_CONVERSION_FACTOR(4.375%,113)",
        "0.8858",
    ),
    Entry(
        "MBS_PAYUP",
        roll.payup,
        Family.CARRY,
        Shape.EACH,
        Unit.THIRTY_SECONDS,
        "32nds of a point",
        '=MBS_PAYUP("101-24","101-16")',
        "8",
    ),
    Entry(
        "MBS_TBA_SETTLE",
        tba.tba_settle,
        Family.CARRY,
        Shape.EACH,
        Unit.DATE,
        "a date",
        '=MBS_TBA_SETTLE(DATE(2026,11,1),"A","NOTIFICATION")',
        "46335",
    ),
]
