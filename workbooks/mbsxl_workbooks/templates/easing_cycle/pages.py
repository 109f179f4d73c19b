"""The scenarios and what they do to each coupon: the pages of the easing cycle."""

from __future__ import annotations

from collections.abc import Callable

from mbsxl_workbooks.kit import Input, Layout, Page
from mbsxl_workbooks.kit.style import NAVY
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.thirty_years import (
    AGE,
    COUNT,
    COUPONS,
    END,
    FIRST,
    LINE,
    MODEL,
    OAS,
    POOLS,
    WAC,
    WAM,
    cells,
    coupon_column,
    listed,
    pool,
)

Ranges = Callable[[int], str]

SCENARIOS = {
    "hold": "no change",
    "down": "parallel -50",
    "steepen": "bull steepening",
    "flatten": "bear flattening",
    "up": "parallel +50",
}
LETTERS = "CDEFG"  # the columns of the scenarios in a table of coupons, and after them what compares them
_BESIDE = "H"

_TENORS = [each["name"] for each in figures("treasury_curve")]
_TWIST = dict(zip(_TENORS, (50, 50, 50, 35, 28, 20, 8, 0), strict=True))  # fading from 2 to 30 years
_MOVED = {
    "hold": dict.fromkeys(_TENORS, 0),
    "down": dict.fromkeys(_TENORS, -50),
    "steepen": {tenor: -move for tenor, move in _TWIST.items()},
    "flatten": _TWIST,
    "up": dict.fromkeys(_TENORS, 50),
}
_MOVE_ROW, _CURVE_ROW = 5, 17  # the first tenor's, as a user counts
_MORTGAGE_ROW = _CURVE_ROW + len(_TENORS)
_MONTHS = 12
_BLOCK = COUNT + 4  # rows of a table and the space to the next


def _column(place: int) -> str:
    return chr(ord("D") + place)


def curve(place: int) -> str:
    """Return the tenors and par yields of a scenario, as arguments of a formula."""
    last = _CURVE_ROW + len(_TENORS) - 1
    years, yields = (f"Scenarios!${letter}${_CURVE_ROW}:${letter}${last}" for letter in ("C", _column(place)))
    return f"{years},{yields}"


def _table(sheet: str, number: int) -> Ranges:
    """Return the column of each scenario in one of the tables of a page, counted from 0."""
    return lambda place: listed(LETTERS[place], sheet, first_row(number))


def mortgage(place: int) -> str:
    """Return the mortgage rate of a scenario."""
    return f"Scenarios!{_column(place)}{_MORTGAGE_ROW}"


def _beside(sheet: str, number: int) -> str:
    return listed(_BESIDE, sheet, first_row(number))


def first_row(number: int) -> int:
    """Return the first row of a table of coupons, as a user counts."""
    return 6 + number * _BLOCK


prices, changes, durations, convexities = (_table("Value", number) for number in range(4))
speeds, lives = (_table("Flows", number) for number in range(2))
returns = _table("Year", 0)
DURATION_LOST = _beside("Value", 2)
SPEED_GAIN, LIFE_SPAN = (_beside("Flows", number) for number in range(2))
WORST = _beside("Year", 0)


def risk_row(place: int, coupon: int) -> int:
    """Return the row of a coupon in a scenario among the measures of risk, as a user counts."""
    return 5 + place * COUNT + coupon


def _open(page: Page, number: int, title: str, beside: str = "") -> int:
    """Write the headings and the coupons of a table; return its first row, as a user counts."""
    first = first_row(number)
    page.sheet.write(first - 3, 1, title, page.layout.style(bold=True, font_color=NAVY))
    page.header(first - 2, ("coupon", *SCENARIOS.values(), *([beside] if beside else [])))
    coupon_column(page, first)
    return first


def lay_out_scenarios(layout: Layout) -> None:
    """Lay out the amber table of moves, and the curves they make; a move is named scenario_tenor: steepen_10y."""
    page = layout.page(
        "Scenarios",
        "The scenarios",
        "Moves of the curve, at once, in basis points: change the amber cells. The curve then stays for the year.",
        (16, 10, 14, 16, 18, 18, 16),
    )
    names = ("tenor", "years", *SCENARIOS.values())
    basis = {"validate": "decimal", "criteria": "between", "minimum": -300, "maximum": 300, "error_message": "bp"}
    page.header(_MOVE_ROW - 2, names)
    page.sheet.write(_CURVE_ROW - 3, 1, "The curve of each scenario", layout.style(bold=True, font_color=NAVY))
    page.header(_CURVE_ROW - 2, names)
    for offset, tenor in enumerate(_TENORS):
        for row in (_MOVE_ROW + offset, _CURVE_ROW + offset):
            page.write(row - 1, 1, f"=Curve!B{5 + offset}", layout.style())
            page.write(row - 1, 2, f"=Curve!C{5 + offset}", layout.style("years"))
        for place, key in enumerate(SCENARIOS):
            move = Input(f"{key}_{tenor}", "", _MOVED[key][tenor], "integer", "", basis)
            if place:
                page.input(_MOVE_ROW + offset - 1, 3 + place, move)
            else:
                page.write(_MOVE_ROW + offset - 1, 3, 0, layout.style("integer"))
            moved = f"=cmt_{tenor}+{_column(place)}{_MOVE_ROW + offset}/10000"
            page.write(_CURVE_ROW + offset - 1, 3 + place, moved, layout.style("percent"))
    five, ten = (_MOVE_ROW + _TENORS.index(tenor) for tenor in ("5y", "10y"))
    page.write(_MORTGAGE_ROW - 1, 1, "mortgage rate", layout.style(bold=True))
    for place in range(len(SCENARIOS)):
        letter = _column(place)
        rate = f"=mortgage_rate+(ten_year_weight*{letter}{ten}+(1-ten_year_weight)*{letter}{five})/10000"
        page.write(_MORTGAGE_ROW - 1, 3 + place, rate, layout.style("percent", bold=True))


def lay_out_value(layout: Layout) -> None:
    """Lay out what each scenario does to the value of each coupon."""
    page = _tables(layout, "Value", "What each scenario does to the value", "Each coupon keeps the OAS of its price.")
    first = _open(page, 0, "Price")
    for place in range(len(SCENARIOS)):
        page.fill(
            first - 1, 2 + place, COUNT, f"=MBS_OAS_PRICE({OAS},{POOLS},{curve(place)},volatility,{END})", "price"
        )
    first = _open(page, 1, "Price change, points")
    for place, letter in enumerate(LETTERS):
        changed = [f"={letter}{first_row(0) + each}-Stack!F{FIRST + each}" for each in range(COUNT)]
        cells(page, first, 2 + place, changed, "price")
    lost = "lost, parallel -50"
    for number, (title, beside, column, style) in enumerate(
        (("Effective duration, years", lost, "I", "years"), ("Effective convexity", "", "J", "integer")), start=2
    ):
        first = _open(page, number, title, beside)
        for place in range(len(SCENARIOS)):
            found = [f"=Risk!{column}{risk_row(place, each)}" for each in range(COUNT)]
            cells(page, first, 2 + place, found, style)
    first = first_row(2)
    cells(page, first, 7, [f"=C{row}-D{row}" for row in range(first, first + COUNT)], "years")


def lay_out_flows(layout: Layout) -> None:
    """Lay out the speed of each coupon in each scenario, and its average life at that speed."""
    page = _tables(
        layout,
        "Flows",
        "What each scenario does to the cash flows",
        "The speed of next month, by the prepayment model at the scenario's mortgage rate; average life if it lasts.",
    )
    first = _open(page, 0, "Speed, CPR", "gain, parallel -50")
    rates = f"Scenarios!$D${_MORTGAGE_ROW}:$H${_MORTGAGE_ROW}"
    page.fill(first - 1, 2, COUNT, f"=MBS_MODEL_CPR({rates},{WAC},{AGE},,,{MODEL})", "percent", len(SCENARIOS))
    cells(page, first, 7, [f"=D{row}-C{row}" for row in range(first, first + COUNT)], "percent")
    first = _open(page, 1, "Average life, years", "longest less shortest")
    for place in range(len(SCENARIOS)):
        lives = (f"=MBS_WAL({pool(each)},Year!D{year_row(place, each)},,program)" for each in range(COUNT))
        cells(page, first, 2 + place, lives, "years")
    cells(page, first, 7, [f"=MAX(C{row}:G{row})-MIN(C{row}:G{row})" for row in range(first, first + COUNT)], "years")


def _tables(layout: Layout, name: str, title: str, subtitle: str) -> Page:
    page = layout.page(name, title, subtitle, (12, *[16] * 6))
    page.sheet.set_portrait()
    page.sheet.fit_to_pages(1, 1)
    return page


def year_row(place: int, coupon: int = 0) -> int:
    """Return the row of a coupon in the working of a scenario's year, as a user counts."""
    return first_row(1 + place) + 4 + coupon


_WORKING = ("coupon", "price paid", "speed", "paid, with interest", "balance left", "price a year on", "return")


def lay_out_year(layout: Layout) -> None:
    """Lay out the year held: the returns, then their working scenario by scenario."""
    page = layout.page(
        "Year",
        "A year held",
        "The curve moves at once and stays, and the speed with it. Twelve payments earn the scenario's 3-month rate to "
        "the end; what is left is then worth the price of a pool a year older at the same OAS.",
        (12, *[15] * 6, 3, *[9] * (_MONTHS + 1)),
    )
    page.sheet.set_portrait()
    page.sheet.fit_to_pages(1, 1)
    first = _open(page, 0, "Return over the year", "worst")
    for place in range(len(SCENARIOS)):
        cells(page, first, 2 + place, [f"=H{year_row(place, each)}" for each in range(COUNT)], "percent")
    cells(page, first, 7, [f"=MIN(C{row}:G{row})" for row in range(first, first + COUNT)], "percent")
    text = "Left out: the burnout of a year. It is worth most to the fastest coupons, up to 0.3% at 50 CPR."
    page.sheet.write(first + COUNT - 1, 1, text, layout.style(italic=True, font_color="#556070"))
    for place in range(len(SCENARIOS)):
        _working(page, place)


def _working(page: Page, place: int) -> None:
    style, first = page.layout.style, year_row(place)
    last, name = first + COUNT - 1, list(SCENARIOS.values())[place]
    page.sheet.write(first - 3, 1, f"Working, {name}", style(bold=True, font_color=NAVY))
    page.header(first - 2, _WORKING)
    page.sheet.write(first - 3, 9, "a payment of 1 becomes", style(font_color="#556070", align="right"))
    for month in range(_MONTHS + 1):
        page.sheet.write(first - 2, 9 + month, month, style(bold=True, font_color="white", bg_color=NAVY))
        if month:
            early = f"(1-{month}/12-MBS_DELAY(program)/360)"  # before the end of the year, the last one after it
            growth = f"=1+Scenarios!{_column(place)}{_CURVE_ROW}*{early}"
            page.write(first - 3, 9 + month, growth, style("price"))
    coupon_column(page, first)
    for row, source in enumerate(range(FIRST, FIRST + COUNT), start=first):
        speed = f"Flows!{LETTERS[place]}{first_row(0) + source - FIRST}"
        grown = f"K${first - 2}:V${first - 2}"
        paid = f"=SUMPRODUCT(J{row}:U{row},{grown})*(1+B{row}/12)-SUMPRODUCT(K{row}:V{row},{grown})"
        given = (f"=Stack!F{source}", f'=ROUND(100*{speed},4)&" CPR"', paid, f"=V{row}")
        for column, (formula, number) in enumerate(zip(given, ("price", "text", "exact", "exact"), strict=True), 2):
            page.write(row - 1, column, formula, style(number, align="right", **LINE))
        page.write(row - 1, 7, f"=(100*E{row}+F{row}*G{row})/C{row}-1", style("percent", **LINE))
    older = f"{COUPONS},{WAC},{WAM}-{_MONTHS},{AGE}+{_MONTHS}"
    page.fill(first - 1, 6, COUNT, f"=MBS_OAS_PRICE({OAS},{older},{curve(place)},volatility,{END})", "price")
    left = f"=MBS_FACTOR({WAC},{WAM},{AGE},$D${first}:$D${last},$J${first - 1}:$V${first - 1})"
    page.fill(first - 1, 9, COUNT, left, "exact", _MONTHS + 1)
