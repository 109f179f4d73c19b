"""Prices down, speeds across: yield, average life, Z-spread and duration, each table one formula."""

from __future__ import annotations

from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.market import CURVE

SPEEDS = {"slowest": "2 CPR", "slower": "4 CPR", "slow": "6 CPR", "base": "", "fast": "15 CPR", "faster": "25 CPR"}
SPEEDS |= {"fastest": "40 CPR"}
_PRICES = 11  # an odd number, so that the price typed stands in the middle
MIDDLE = _PRICES // 2
POOL = "coupon,wac,wam,age"
_ACROSS = "{slowest:fastest[head]}"


def _heads(title: str = "") -> dict[str, Column]:
    """Return the columns of the speeds, without what is in them."""
    return {each: Column("=base_speed" if each == "base" else f"=speed_{each}", title or "general") for each in SPEEDS}


def _block(page: Page, name: str, title: str, formula: str, number: str) -> None:
    """Lay out a table of prices down, the middle one the price of Inputs, and speeds across."""
    first, *rest = _heads(number).items()
    page.table(
        name,
        tuple(f"price{place}" for place in range(_PRICES)),
        {
            "price": Column(
                "price", "price", [f"=clean_price+({place - MIDDLE})*price_step/32" for place in range(_PRICES)]
            ),
            "ticks": Column("in 32nds", fill="=MBS_TICKS({price})"),
            first[0]: first[1]._replace(fill=formula, across=len(SPEEDS)),
            **dict(rest),
        },
        title,
    )


def lay_out_tables(layout: Layout) -> None:
    """Lay out the page. It reads the names of the inputs, clean_price and base_speed."""
    page = layout.page(
        "Tables",
        "Prices down, speeds across",
        "Each table is one formula: prices down, speeds across. In the middle the price and the base speed.",
        (10, 10, *[11] * len(SPEEDS)),
        portrait=True,
    )

    def asked(function: str, special: str = "") -> str:
        return f"=MBS_{function}({{price}},{POOL},{_ACROSS},{special}settle,program)"

    _block(page, "yields", "Yield, bond-equivalent", asked("YIELD"), "percent")
    _row(
        page,
        "lives",
        "Average life, years: the same at every price",
        f"=MBS_WAL({POOL},{_ACROSS},settle,program)",
        "years",
    )
    _block(page, "spreads", "Z-spread over the Treasury curve", asked("Z_SPREAD", f"{CURVE},"), "points")
    _block(page, "durations", "Modified duration, years", asked("DURATION", ","), "years")
    page.table(
        "gains",
        ("low", "middle", "high"),
        {
            "price": Column(
                "price", "price", [f"={{yields.price[price{place}]}}" for place in (0, MIDDLE, _PRICES - 1)]
            ),
            **{
                each: head._replace(
                    number="points",
                    rows=[
                        f"=10000*({{yields.{each}[price{place}]}}-{{yields.base[price{place}]}})"
                        for place in (0, MIDDLE, _PRICES - 1)
                    ],
                )
                for each, head in _heads().items()
            },
        },
        "Yield less that at the base speed, in basis points",
    )


def _row(page: Page, name: str, title: str, formula: str, number: str) -> None:
    first, *rest = _heads(number).items()
    page.table(
        name,
        ("all",),
        {
            "at": Column("", "text", ["any price"]),
            first[0]: first[1]._replace(fill=formula, across=len(SPEEDS)),
            **dict(rest),
        },
        title,
    )
