"""What the MBS left at the end of 2030 hang on: the base run again, as one input after the other moves."""

from __future__ import annotations

from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.sensitivity import Moved, sensitivity, sensitivity_page
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.pools import shown
from mbsxl_workbooks.templates.soma_runoff.projection import COHORTS, ENDING, MONTHS, months_to, typed_or

_YEAR = 2030
_VARIED = {  # what moves: with its unit, by how much, the input of the run, the unit in it
    "rate": ("Mortgage rate, bp", 100, "rate_now", "/10000"),
    "gross": ("Gross rate above the coupon, bp", 25, "gross_spread", "/10000"),
    "held": ("MBS held, $bn", 20, "holdings", ""),
}


def lay_out_sensitivity(layout: Layout) -> None:
    """Lay out the tornado, and the cohorts as MBS_SOMA_RUNOFF is told of them in each of its runs."""
    page = sensitivity_page(layout, f"What is left of the MBS at the end of {_YEAR}, $bn, in the scenario chosen.")

    def left(table: str) -> str:
        bought = typed_or("base", shown("{model.cpr[base]}"))
        call = f"MBS_SOMA_RUNOFF({{{table}.face:speed[head:last]}},{bought},cap,reinvest,{MONTHS})"
        return f"INDEX({call},{months_to(_YEAR)}+1,{ENDING})"

    moves = {
        name: Moved(label, step, *(f"={left(f'{name}_{side}')}" for side in ("low", "high")))
        for name, (label, step, _, _) in _VARIED.items()
    }
    sensitivity(page, left("held_base"), "tenths", moves)
    for name in _VARIED:
        for side, sign in (("low", "-"), ("high", "+")):
            _told(page, name, side, sign)


def _told(page: Page, name: str, side: str, sign: str) -> None:
    label, _, moved, unit = _VARIED[name]

    def given(each: str) -> str:
        return f"({each}{sign}{{tornado.step[{name}]}}{unit})" if each == moved else each

    speed = shown(f"MBS_MODEL_CPR({given('rate_now')},{{wac}},{{age}})")
    page.table(
        f"{name}_{side}",
        COHORTS,
        {
            "cohort": Column("cohort", "text", "={cohorts.cohort}"),
            "face": Column("face", "tenths", f"={{cohorts.share}}*({given('holdings')}-cmbs)"),
            "coupon": Column("coupon", "percent", "={cohorts.coupon}"),
            "wac": Column("wac", "percent", f"={{coupon}}+{given('gross_spread')}"),
            "wam": Column("wam", "integer", "={cohorts.wam}"),
            "age": Column("age", "integer", "={cohorts.age}"),
            "speed": Column("speed", "text", f"={typed_or('base', speed)}", align="right"),
        },
        f"What MBS_SOMA_RUNOFF is told: {label}, {side}er",
    )
