"""What pools earn while they are held: carry and roll-down at an unchanged spread, and what their dollar rolls pay."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Input
from mbsxl_workbooks.kit.tables import Column, Value, across
from mbsxl_workbooks.shared.market import CURVE, MODEL
from mbsxl_workbooks.shared.pools import AT_SPEED, MIXED

#: The two horizons, and the inputs with their months.
HORIZONS = {"near": "months_near", "far": "months_far"}

_DROPS = dict(
    zip(MIXED, ("0-02", "0-03", "0-04", "0-04", "0-05", "-0-01", "0-04", "0-05", "0-06", "0-07"), strict=True)
)
_RECORD = {  # of MBS_CARRY, in its order
    "income": ("coupon income", "price"),
    "paydown": ("amortisation gain", "price"),
    "cost": ("financing cost", "price"),
    "carry": ("carry", "price"),
    "roll": ("roll-down", "price"),
    "total": ("total, points", "price"),
    "annual": ("total, bp a year", "points"),
    "forward": ("forward price", "price"),
    "eaten": ("rise of the yield that eats it, bp", "tenths"),
    "reinvested": ("reinvestment", "price"),
    "horizon": ("horizon price", "price"),
}
_ROLL = {  # of MBS_DOLLAR_ROLL, with their places in it
    "implied": ("implied financing", "percent", 1),
    "even": ("break-even drop, 32nds", "tenths", 3),
    "gain": ("advantage, 32nds", "tenths", 6),
    "special": ("specialness, bp", "tenths", 7),
}


def horizons() -> tuple[Input, Input, Input]:
    """Return the inputs of how long pools are held, and when a roll settles."""
    months = rules.between(1, 24, "1 to 24 months", whole=True)
    roller = "A month after; the roller forgoes the payment between"
    return (
        Input("months_near", "Near horizon, months", 3, "integer", "Carry and roll-down over them", months),
        Input("months_far", "Far horizon, months", 12, "integer", "Carry and roll-down over them", months),
        Input("far_settle", "Settlement of the roll", datetime.date(2026, 1, 14), "date", roller, rules.DATE),
    )


def carried(months: str, held: str) -> dict[str, Column]:
    """Return what every pool earns over some months, per 100 of face: one formula for all of MBS_CARRY."""
    call = (
        f"MBS_CARRY({{pools.clean[all]}},{AT_SPEED},{CURVE},settle,funding,{months},{held},volatility,"
        f"mean_reversion,{MODEL},program)"
    )
    columns = across({name: title for name, (title, _) in _RECORD.items()}, "price", f"={call}")
    return {name: column._replace(number=_RECORD[name][1]) for name, column in columns.items()}


def rolled(spare: int = 0) -> dict[str, Column]:
    """Return the amber drops of the mixed pools, and what rolling each pays; one without a drop says so."""
    call = f"MBS_DOLLAR_ROLL({{pools.clean[all]}},{{drop[all]}},{AT_SPEED},settle,far_settle,funding,program)"
    drops: Sequence[Value] = [*_DROPS.values(), *[None] * spare]
    return {
        "drop": Column("drop", "text", drops, rule=rules.QUOTE),
        **{
            name: Column(title, number, fill=f'=IF({{drop[all]}}="","no drop",INDEX({call},0,{place}))')
            for name, (title, number, place) in _ROLL.items()
        },
    }
