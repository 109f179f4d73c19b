"""What each coupon is worth today, option-adjusted, and over parallel moves of the curve."""

from __future__ import annotations

from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.market import CURVE
from mbsxl_workbooks.shared.measures import oas_price, risk
from mbsxl_workbooks.templates.easing_cycle.outcomes import each

#: Parallel moves, bp.
STEPS = {f"by_{'down' if step < 0 else 'up'}{abs(step)}": step for step in range(-150, 151, 25)}


def lay_out_rates(layout: Layout) -> None:
    """Lay out each coupon as a new pool: option-adjusted, and its price over parallel moves of the curve."""
    page = layout.page(
        "Rates",
        "Value today, and against rates",
        "The whole curve moves at once, each coupon keeps its OAS. What convexity takes: gain of -100 + loss of +100.",
        (12, *[11] * len(STEPS), 14),
    )
    stack = risk(("oas", "error", "z", "cost", "effective", "bend"))
    each(page, "stack", "Today", {"price": Column("price", "price", "={pools.clean}"), **stack})
    tenors, yields = CURVE.split(",")
    levels = {
        name: Column(
            f"={step}", "years", fill=f"={oas_price('{stack.oas[all]}', curve=f'{tenors},{yields}+{step}/10000')}"
        )
        for name, step in STEPS.items()
    }
    each(page, "levels", "Price, by parallel move in bp", levels)
    changes = {name: Column(f"={step}", "years", f"={{levels.{name}}}-{{pools.clean}}") for name, step in STEPS.items()}
    each(
        page,
        "changes",
        "Price change, points, by parallel move in bp",
        changes | {"toll": Column("what convexity takes", "years", "={by_down100}+{by_up100}")},
    )
