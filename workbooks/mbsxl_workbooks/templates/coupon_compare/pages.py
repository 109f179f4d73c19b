"""The pools side by side, at each speed, and what speeds change: the pages of the coupon comparison."""

from __future__ import annotations

from mbsxl_workbooks.kit import Input, Layout, Page
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.treasuries import CURVE

STACK = figures("coupon_stack")
_POOLS = len(STACK)
_SPEEDS = {"base": "I", "slow": "H", "fast": "J"}  # and their columns on Pools
FIRST, _LAST = 5, 4 + _POOLS  # rows of the pools on Pools and on Drift, as a user counts
_BELOW = 6 + len(_SPEEDS) * (_POOLS + 4)  # the row of the first Treasury on Compare
TREASURIES = {"2y": 7, "5y": 8, "7y": 9, "10y": 10}  # and their rows on Curve


def row_of(scenario: str) -> int:
    """Return the first row of a scenario's pools on Compare, as a user counts."""
    return 6 + list(_SPEEDS).index(scenario) * (_POOLS + 4)


def column(letter: str, scenario: str = "base") -> str:
    """Return a column of a scenario's pools on Compare."""
    first = row_of(scenario)
    return f"Compare!${letter}${first}:${letter}${first + _POOLS - 1}"


def listed(sheet: str, letter: str) -> str:
    """Return a column of the pools on Pools or on Drift."""
    return f"{sheet}!${letter}${FIRST}:${letter}${_LAST}"


def points(first: int, last: int) -> tuple[str, str]:
    """Return the base durations of some pools on Compare, counted from 0, and what they earn over funding."""
    top = row_of("base")
    return f"Compare!$H${top + first}:$H${top + last}", f"Compare!$K${top + first}:$K${top + last}"


def treasury_points() -> tuple[str, str]:
    """Return the same of the Treasuries."""
    last = _BELOW + len(TREASURIES) - 1
    return f"Compare!$H${_BELOW}:$H${last}", f"Compare!$K${_BELOW}:$K${last}"


NAMES, PRICES = listed("Pools", "B"), listed("Pools", "G")
LOANS = ",".join(listed("Pools", letter) for letter in "CDEF")


def short(name: str) -> str:
    """Return what a pool is called: 30y55, 30y 5.5."""
    return f"{name[:3]} {name[3]}.{name[4]}"


def lay_out_pools(layout: Layout) -> None:
    """Lay out the amber table of what the pools are, cost and prepay; each cell is named column_pool: price_30y55."""
    page = layout.page(
        "Pools",
        "The pools, their prices and their speeds",
        "All illustrative: TBA prices and dealers' speeds are not public. Prices in 32nds or decimals; any speed.",
        (12, 10, 12, 10, 10, 12, 14, 14, 14),
    )
    page.header(3, ("pool", "coupon", "gross rate", "months left", "age", "price", "slow", "base", "fast"))
    rate = {"validate": "decimal", "criteria": "between", "minimum": 0.0001, "maximum": 0.3, "error_message": "to 30%"}
    age = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 480}
    term = age | {"minimum": 1}
    text = {"validate": "length", "criteria": ">", "value": 0}
    speed = text | {"input_title": "A speed", "input_message": 'A number and its unit: "6 CPR", "150 PSA"'}
    for row, each in enumerate(STACK, start=FIRST - 1):
        page.write(row, 1, short(each["name"]), page.layout.style(bold=True))
        page.write(row, 2, float(each["coupon"]) / 100, page.layout.style("percent"))
        cells = (
            ("wac", float(each["wac"]) / 100, "percent", rate),
            ("wam", int(each["wam"]), "integer", term),
            ("age", int(each["age"]), "integer", age),
            ("price", each["price"], "text", text),
            *((scenario, each[scenario], "text", speed) for scenario in ("slow", "base", "fast")),
        )
        for column, (name, value, number, validation) in enumerate(cells, start=3):
            page.input(row, column, Input(f"{name}_{each['name']}", "", value, number, "", validation))


_MEASURES = (
    ("YIELD", "", "percent"),
    ("NOMINAL_SPREAD", f"{CURVE},", "points"),
    ("Z_SPREAD", f"{CURVE},", "points"),
    ("WAL", "", "years"),
    ("DURATION", ",", "years"),
    ("CONVEXITY", "", "tenths"),
)


def lay_out_compare(layout: Layout) -> None:
    """Lay out a table a scenario, and the Treasuries the pools compete with."""
    page = layout.page(
        "Compare",
        "Each pool at each speed",
        "Each column is one formula for all pools. Carry is the yield less the funding rate. Convexity is at a fixed "
        "speed: real pools have less, as their speeds move with rates.",
        (12, *[12] * 10),
    )
    page.sheet.set_portrait()
    page.sheet.fit_to_pages(1, 1)
    for scenario, letter in _SPEEDS.items():
        _scenario(page, scenario, listed("Pools", letter))
    _heading(page, _BELOW, "Treasuries at par")
    for row, (tenor, source) in enumerate(TREASURIES.items(), start=_BELOW):
        cells = (tenor, None, f"=Curve!D{source}", None, None, f"=Curve!C{source}", f"=Curve!H{source}", None)
        _line(page, row, cells)


def _heading(page: Page, first: int, title: str) -> None:
    page.sheet.write(first - 3, 1, title, page.layout.style(bold=True, font_color="#1F3A5F"))
    names = ("speed", "yield", "spread to the curve", "Z-spread", "average life", "modified duration", "convexity")
    page.header(first - 2, ("pool", *names, "yield / duration", "carry", "carry / duration"))


def _scenario(page: Page, scenario: str, speeds: str) -> None:
    first = row_of(scenario)
    _heading(page, first, f"{scenario.capitalize()} speeds")
    for place in range(_POOLS):
        source = f"=Pools!{{}}{FIRST + place}"
        _line(page, first + place, (source.format("B"), source.format(_SPEEDS[scenario])))
    for column, (function, special, number) in enumerate(_MEASURES, start=3):
        price = "" if function == "WAL" else f"{PRICES},"
        formula = f"=MBS_{function}({price}{LOANS},{speeds},{special}settle,program)"
        page.fill(first - 1, column, _POOLS, formula, number)


_LINE_FORMATS = ("general", "general", "percent", "points", "points", "years", "years", "tenths")


def _line(page: Page, row: int, cells: tuple[str | None, ...]) -> None:
    """Write the first cells of a line, and at its end what the yield and the duration give."""
    ratios = ((f"=D{row}/H{row}", "percent"), (f"=10000*(D{row}-funding)", "points"), (f"=K{row}/H{row}", "points"))
    given = [*zip(cells, _LINE_FORMATS, strict=False)]
    for column, (cell, number) in [*enumerate(given, start=1), *enumerate(ratios, start=9)]:
        page.write(row - 1, column, cell, page.layout.style(number, bottom=4, bottom_color="#C5CBD5"))


def lay_out_drift(layout: Layout) -> None:
    """Lay out the scenarios beside one another, a line a pool."""
    page = layout.page(
        "Drift",
        "What changes when speeds change",
        "Drift of duration: slow less fast. Gains of yield: less that at the base speed, in basis points.",
        (12, *[10] * 20),
    )
    page.sheet.freeze_panes(4, 2)
    three = ("slow", "base", "fast")

    def each(letter: str, place: int) -> list[str]:
        return [f"=Compare!{letter}{row_of(scenario) + place}" for scenario in three]

    rows = []
    for place in range(_POOLS):
        row = FIRST + place
        rows.append(
            (
                f"=Pools!B{row}",
                *each("H", place),
                f"=C{row}-E{row}",
                *each("D", place),
                f"=MIN(G{row}:I{row})",
                *each("J", place),
                f"=M{row}-K{row}",
                *each("K", place),
                f"=10000*(G{row}-H{row})",
                f"=10000*(I{row}-H{row})",
                *each("F", place),
            )
        )

    def named(what: str) -> list[str]:
        return [f"{what}, {scenario}" for scenario in three]

    page.table(
        3,
        (
            "pool",
            *named("duration"),
            "drift",
            *named("yield"),
            "lowest yield",
            *named("yield / duration"),
            "its drift",
            *named("carry"),
            "yield gain, slow",
            "yield gain, fast",
            *named("Z-spread"),
        ),
        ("general", *["years"] * 4, *["percent"] * 8, *["points"] * 8),
        rows,
    )
    page.sheet.set_row(3, 48)
