"""The pools that several templates price: what they are, what they cost, how fast the model says they prepay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline, Input
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.tables import Column, Value
from mbsxl_workbooks.shared.figures import figures

_ROWS = {each["name"]: each for name in ("coupon_stack", "coupons_between") for each in figures(name)}
#: The 30-year stack, every half a percent from 2% to 6.5%; and pools of 15, 20 and 30 years beside one another.
THIRTY_YEARS = tuple(sorted(name for name in _ROWS if name.startswith("30y")))
MIXED = tuple(each["name"] for each in figures("coupon_stack"))


def keys(pools: Sequence[str], spare: int = 0) -> tuple[str, ...]:
    """Return the rows of a table of pools, those left blank after them."""
    return (*pools, *(f"new{place + 1}" for place in range(spare)))


def called(name: str) -> str:
    """Return what a pool is called: 30y55, 30y 5.5."""
    return f"{name[:3]} {name[3]}.{name[4]}"


def pool_of(name: str) -> dict[str, float | str]:
    """Return a pool's coupon, gross rate, months left, age and price, as cells hold them."""
    each = _ROWS[name]
    return {
        "coupon": float(each["coupon"]) / 100,
        "wac": float(each["wac"]) / 100,
        "wam": int(each["wam"]),
        "age": int(each["age"]),
        "price": each["price"],
    }


#: Scenarios of speeds, the model's at other mortgage rates: what each is, and how far they move in it, bp.
SCENARIOS = {
    "slow": ("rates up, slow", 75),
    "base": ("no change", 0),
    "fast": ("rates down, fast", -75),
    "own": ("your own", -150),
}

#: The columns of the pools, as arguments of a formula, without and with the speed of static measures; and of one pool.
LOANS = "{pools.coupon[all]},{pools.wac[all]},{pools.wam[all]},{pools.age[all]}"
AT_SPEED = LOANS + ",{pools.speed[all]}"
LOAN = "{one.coupon[of]},{one.wac[of]},{one.wam[of]},{one.age[of]}"


def model_cpr(move: str = "0") -> str:
    """Return the formula of the model's speed of each pool, by its term's set, a move of mortgage rates in bp away."""

    def by(term: int) -> str:
        pool = "{pools.wac[all]},{pools.age[all]}"
        return f'MBS_MODEL_CPR(mortgage_rate+{move}/10000,{pool},,,"UMBS {term}")'

    term = "({pools.wam[all]}+{pools.age[all]})"
    return f"=IF({term}>270,{by(30)},IF({term}>210,{by(20)},{by(15)}))"


def scenario_input() -> Input:
    """Return the input of which scenario the static measures are in."""
    words = "One of the scenarios below; the base has a dealer's speed, where one is typed"
    return Input("scenario", "Speeds of the static measures", "base", "text", words, rules.one_of(*SCENARIOS))


def scenarios_table(page: Page) -> None:
    """Lay out the scenarios of speeds; `speed_move` is the move of mortgage rates in the one chosen, bp."""
    page.table(
        "scenarios",
        tuple(SCENARIOS),
        {
            "scenario": Column("scenario", "text", list(SCENARIOS)),
            "move": Column("mortgage rates move", "bp", [move for _, move in SCENARIOS.values()], rule=rules.MOVE),
            "words": Column("what it is", "text", [words for words, _ in SCENARIOS.values()], rule=rules.LABEL),
        },
        "Scenarios: the model's speeds at other mortgage rates",
    )


def speed_move(page: Page) -> None:
    """Lay out the move of mortgage rates in the scenario chosen."""
    move = "=INDEX({scenarios.move},MATCH(scenario,{scenarios.scenario},0))"
    page.headlines((Headline("speed_move", "Mortgage rates move", move, "bp", "in the scenario chosen on Inputs"),))


def one_pool(page: Page, name: str, row: str, more: Mapping[str, Column] | None = None) -> None:
    """Lay out the table of one of the pools, that of a row of theirs: `LOAN` are its arguments of a formula."""
    numbers = {"coupon": "percent", "wac": "percent", "wam": "integer", "age": "integer", "clean": "price"}
    page.table(
        name,
        ("of",),
        {
            "pool": Column("pool", "text", f"=INDEX({{pools.pool[all]}},{row})"),
            **{each: Column(each, number, f"=INDEX({{pools.{each}[all]}},{row})") for each, number in numbers.items()},
            **(more or {}),
        },
        "The pool of the answer",
    )


def pools_page(layout: Layout, pools: Sequence[str], spare: int = 0, scenarios: bool = True) -> Page:
    """Lay out the amber table of pools and prices, and the speeds: the model's, or a dealer's where one is typed.

    With `scenarios` they are those of the scenario chosen on Inputs.
    """
    page = layout.page(
        "Pools",
        "The pools, their prices and their speeds",
        "Type over any row; one whose name is blank is left out. Prices in 32nds or decimals. A dealer's speed, "
        "where typed, stands in "
        "for the model's.",
        (11, 10, 10, 10, 9, 11, 15, 11, 11, 13),
    )

    own = 'OR({base}="",scenario<>"base")' if scenarios else '{base}=""'

    def typed(title: str, name: str, number: str, rule: rules.Rule) -> Column:
        rows: list[Value] = [pool_of(each)[name] for each in pools]
        return Column(title, number, [*rows, *[None] * spare], rule=rule)

    page.table(
        "pools",
        keys(pools, spare),
        {
            "pool": Column("pool", "text", [*map(called, pools), *[None] * spare], rule=rules.LABEL),
            "coupon": typed("coupon", "coupon", "percent", rules.RATE),
            "wac": typed("gross rate", "wac", "percent", rules.RATE),
            "wam": typed("months left", "wam", "integer", rules.TERM),
            "age": typed("age", "age", "integer", rules.AGE),
            "price": typed("price", "price", "text", rules.QUOTE),
            "base": Column("dealer's speed, if any", "text", [None] * (len(pools) + spare), rule=rules.SPEED),
            "clean": Column("clean price", "price", fill="=MBS_DECIMAL({price})"),
            "cpr": Column("model's CPR", "tenths percent", fill=model_cpr("speed_move" if scenarios else "0")),
            "speed": Column(
                "speed used",
                "text",
                f"=IF({own},{shown('{cpr}')},{{base}})",
                align="right",
            ),
        },
        spare=spare,
    )
    if scenarios:
        speed_move(page)
    page.text(
        (
            "Prices are illustrative until typed over: TBA prices are not public. The model's speed is "
            "that of the next month, the average of the seasons, by the set of parameters of the pool's "
            "term.",
        )
    )
    return page


def shown(speed: str) -> str:
    """Return the formula of a CPR as the text that a speed is."""
    # A point, whatever the locale types into a decimal.
    return f'SUBSTITUTE(ROUND(100*{speed},3),",",".")&" CPR"'
