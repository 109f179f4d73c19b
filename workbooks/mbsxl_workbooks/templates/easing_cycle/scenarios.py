"""The scenarios: paths of cuts that a user names and dates, and where rates are at the horizon."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.tables import Column, Value
from mbsxl_workbooks.shared.market import TENORS

#: Each scenario: what it is called, and from which month on which moves from today hold, bp at the tenors of the curve.
PATHS: dict[str, tuple[str, dict[int, tuple[int, ...]]]] = {
    "hold": ("no change", {0: (0,) * 8}),
    "down": ("two cuts, parallel", {1: (-25,) * 8, 4: (-50,) * 8}),
    "steepen": (
        "four cuts, bull steepening",
        {
            1: (-25, -25, -25, -18, -14, -10, -4, 0),
            4: (-50, -50, -50, -35, -28, -20, -8, 0),
            7: (-75, -75, -70, -50, -40, -28, -12, 0),
            10: (-100, -100, -90, -65, -50, -35, -15, 0),
        },
    ),
    "flatten": (
        "cuts undone, bear flattening",
        {2: (25, 25, 25, 18, 14, 10, 4, 0), 5: (50, 50, 50, 35, 28, 20, 8, 0)},
    ),
    "up": ("up at once, parallel", {0: (50,) * 8}),
    "own": ("your own", {3: (-50,) * 8, 6: (-100,) * 8}),
}
NAMES = tuple(PATHS)
STEPS = 4  # of a scenario, at most
CHOICE = {
    "validate": "list",
    "source": f"=Scenarios!$B$5:$B${4 + len(NAMES)}",
    "error_message": "One of the names on Scenarios",
}
_KEYS = tuple(f"{name}{step}" for name in NAMES for step in range(1, STEPS + 1))
_MONTH = rules.between(0, 60, "Whole months from settlement, 0 to 60", whole=True)


def lay_out_scenarios(layout: Layout) -> None:
    """Lay out the amber names and steps; a step's moves are named by its tenor and itself: at_10y_down2."""
    page = layout.page(
        "Scenarios",
        "The scenarios",
        "Names, months and moves are yours to change. A step holds from its month on, in bp from today; one without a "
        "month is not used.",
        (28, 12, *[12] * 10),
    )
    page.table(
        "names",
        NAMES,
        {
            "scenario": Column("scenario", "text", [words for words, _ in PATHS.values()], rule=rules.LABEL),
            "spread": Column("spreads, bp", "integer", [0] * len(NAMES), rule=rules.MOVE),
            "wilder": Column("volatility 1y10y, bp", "integer", [0] * len(NAMES), rule=rules.MOVE),
        },
        "Names, and what else moves from the first step on",
    )
    page.table("steps", _KEYS, _steps(), "Steps: moves of the par yields")
    page.headlines(
        (
            Headline(
                "chosen",
                "Scenario of the answer",
                "=MATCH(scenario,{names.scenario},0)",
                "integer",
                "its place among the names",
            ),
        )
    )
    _horizon(page)


def _steps() -> dict[str, Column]:
    months: list[Value] = []
    moves: list[tuple[Value, ...]] = []
    for _, path in PATHS.values():
        blank = [None] * (STEPS - len(path))
        months += [*path, *blank]
        moves += [*path.values(), *((None,) * len(TENORS) for _ in blank)]
    return {
        "scenario": Column(
            "scenario", "text", [f"={{names.scenario[{name}]}}" for name in NAMES for _ in range(STEPS)]
        ),
        "month": Column("from month", "integer", months, rule=_MONTH),
        **{
            f"at_{tenor}": Column(tenor, "integer", list(moved), rule=rules.MOVE)
            for tenor, moved in zip(TENORS, zip(*moves, strict=True), strict=True)
        },
    }


def _horizon(page: Page) -> None:
    """Lay out where rates are at the horizon: as the last step before it has them."""

    def last(name: str, tenor: str) -> str:
        month, moved = (f"{{steps.{column}[{name}1:{name}{STEPS}]}}" for column in ("month", f"at_{tenor}"))
        due = f'({month}<>"")*({month}<=months)'
        return f"=IF(SUM({due})=0,0,INDEX({moved},MATCH(MAX(IF({due},{month})),{month},0)))"

    page.table(
        "moves",
        tuple(TENORS),
        {
            "tenor": Column("moves by the horizon, bp", "text", list(TENORS)),
            **{
                name: Column(f"={{names.scenario[{name}]}}", "integer", [last(name, tenor) for tenor in TENORS])
                for name in NAMES
            },
        },
    )
    move = "(ten_year_weight*{moves.@[10y]}+(1-ten_year_weight)*{moves.@[5y]})/10000"
    page.table(
        "rates",
        ("mortgage",),
        {
            "what": Column("and then", "text", ["mortgage rate"]),
            **{
                name: Column(f"={{names.scenario[{name}]}}", "percent", f"=mortgage_rate+{move}".replace("@", name))
                for name in NAMES
            },
        },
    )
