"""The deal of the template: its table, its classes' lives across speeds, and who is paid when."""

from __future__ import annotations

import itertools

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline, Input
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.style import NAVY
from mbsxl_workbooks.kit.tables import Column, Value
from mbsxl_workbooks.shared import pools
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.market import CURVE

_CLASSES = figures("classes", __package__)
KEYS = tuple(each["class"].lower() for each in _CLASSES)
SOLD = tuple(each["class"].lower() for each in _CLASSES if each["order"])  # those that are paid principal
SPEEDS = {"slow": "100 PSA", "base": "180 PSA", "fast": "400 PSA"}
_SPEEDS_ACROSS = ("50 PSA", "100 PSA", "150 PSA", "180 PSA", "250 PSA", "400 PSA", "600 PSA")
ACROSS = {f"speed_{place}": speed for place, speed in enumerate(_SPEEDS_ACROSS, start=1)}
_YEARS = tuple(f"year{year}" for year in range(42))  # of the longest loan, and the row of the average lives
_STRUCTURE = "{deal.class:to[head:last]}"
_POOLS = "{pools.face:age[head:last]}"
ON = f"{_STRUCTURE},{_POOLS}"
_NO_COHORTS = 2  # rows of the collateral left blank
_COUPON: rules.Rule = {**rules.QUOTE, "error_message": 'A rate, as 5.5%, or "INDEX + 0.4, cap 7"'}


def lay_out_deal(layout: Layout) -> None:
    """Lay out the amber tables of the classes, with their prices, and of the collateral."""
    page = layout.page(
        "Deal",
        "The deal",
        "A row a class. Equal orders share; an order's band plans its balances; `to` names the order an accrual class "
        "feeds.",
        (12, 14, 16, 24, 8, 8, 18, 10, 8, 12),
    )
    columns: dict[str, tuple[str, rules.Rule]] = {
        "class": ("text", rules.LABEL),
        "kind": ("text", rules.LABEL),
        "balance": ("integer", rules.AMOUNT),
        "coupon": ("percent", _COUPON),
        "order": ("integer", rules.between(1, 100, "A whole number from 1", whole=True)),
        "lane": ("text", rules.LABEL),
        "band": ("text", rules.LABEL),
        "lockout": ("integer", rules.AGE),
        "to": ("integer", rules.between(1, 100, "The order it feeds", whole=True)),
        "price": ("text", rules.QUOTE),
    }
    page.table(
        "deal",
        KEYS,
        {
            name: Column(name, number, [typed(each[name]) for each in _CLASSES], rule=rule)
            for name, (number, rule) in columns.items()
        },
        "The classes, and their prices",
    )
    cohort: dict[str, tuple[str, rules.Rule, Value]] = {
        "face": ("integer", rules.AMOUNT, 400_000_000.0),
        "coupon": ("percent", rules.RATE, 0.055),
        "wac": ("percent", rules.RATE, 0.0634),
        "wam": ("integer", rules.TERM, 354),
        "age": ("integer", rules.AGE, 4),
    }
    page.table(
        "pools",
        pools.keys(("pool",), _NO_COHORTS),
        {
            name: Column(name, number, [value, *[None] * _NO_COHORTS], rule=rule)
            for name, (number, rule, value) in cohort.items()
        },
        "The collateral, a row a cohort",
        _NO_COHORTS,
    )


def typed(text: str) -> Value:
    """Return what a cell of a file holds: a number, a text, or nothing."""
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def lay_out_lives(layout: Layout) -> None:
    """Lay out the average lives at three speeds, and what they move by."""
    page = layout.page(
        "Lives",
        "Average lives across speeds",
        "MBS_CMO of the deal at three speeds. Extension: slow less base; call: base less fast.",
        (26, 12, *[16] * 5),
    )
    columns = {
        "class": Column("class", "text"),
        "balance": Column("balance", "integer"),
        "life": Column("average life", "years"),
        "first": Column("first payment, month", "integer"),
        "last": Column("last payment, month", "integer"),
        "interest": Column("interest", "integer"),
    }
    page.table(
        "lives",
        KEYS,
        {
            "class": _name_of_row("class"),
            **{name: Column(f"={name}_speed", "years", f"={{at_{name}.life}}") for name in SPEEDS},
            "extends": Column("extends by", "years", "={slow}-{base}"),
            "shortens": Column("shortens by", "years", "={base}-{fast}"),
            "moves": Column("moves by, in all", "years", "={extends}+{shortens}"),
        },
        "Years from settlement",
    )
    for name in SPEEDS:
        page.write(page.row, 1, f'="At "&{name}_speed', bold=True, font_color=NAVY)
        page.row += 1
        page.table(f"of_{name}", KEYS, {"class": _name_of_row("row")})
        formula = f"=MBS_CMO({ON},{name}_speed,,index_rate,settle,program,{CURVE})"
        page.spill(f"at_{name}", KEYS, columns, formula, left=2)
    page.headlines(
        (
            Headline("furthest", "Row that extends most", "=MATCH(MAX({lives.extends}),{lives.extends},0)", "integer"),
            Headline("called", "Row that shortens most", "=MATCH(MAX({lives.shortens}),{lives.shortens},0)", "integer"),
            Headline("steadiest", "Row that moves least", "=MATCH(MIN({lives.moves}),{lives.moves},0)", "integer"),
        )
    )


def _name_of_row(title: str) -> Column:
    return Column(title, "text", '={deal.class}&""')


def lay_out_across(layout: Layout) -> None:
    """Lay out the decrement table of one class, as supplements print it."""
    page = layout.page(
        "Decrement",
        '="What is left of class "&shown_class&" across speeds"',
        "MBS_CMO_DECREMENT, percent of the original balance year by year; average lives, in years, last.",
        (16, 16, *[12] * len(ACROSS)),
    )
    shown = Input("shown_class", "Class", "SA", "text", "One of those on Deal", rules.LABEL)
    speeds = (Input(name, f"Speed {name[-1]}", speed, "text", "", rules.SPEED) for name, speed in ACROSS.items())
    page.inputs((shown,))
    page.row -= 1
    page.inputs(tuple(speeds), table="speeds")
    _years_of(page, "left_of")
    page.spill(
        "across",
        _YEARS,
        {"month": Column("month", "text"), **{name: Column(name, "tenths") for name in ACROSS}},
        f"=MBS_CMO_DECREMENT({ON},{{speeds.value[all]}},shown_class,12,,settle,program)",
        left=2,
    )
    page.table(
        "left",
        _YEARS[:-1],
        {
            "year": Column("after year", "integer", list(range(len(_YEARS) - 1))),
            **{
                name: Column(f"={name}", "tenths", [_left("across", name, year) for year in _YEARS[:-1]])
                for name in ACROSS
            },
        },
        "The same in numbers, 0 after the last payment",
    )


def lay_out_payments(layout: Layout) -> None:
    """Lay out what is left of each class at the base speed, and what principal each is paid a year."""
    page = layout.page(
        "Payments",
        '="Who is paid when at "&base_speed',
        "The decrement table at the base speed, percent of the original balance; then principal a year in $mm.",
        (10, 14, *[11] * len(KEYS)),
    )
    _years_of(page, "aged")
    page.spill(
        "decrement",
        _YEARS,
        {"month": Column("month", "text"), **{key: Column(key, "tenths") for key in KEYS}},
        f"=MBS_CMO_DECREMENT({ON},base_speed,,12,,settle,program)",
        left=2,
    )
    page.table(
        "paid",
        _YEARS[1:-1],
        {
            "year": Column("in year", "integer", list(range(1, len(_YEARS) - 1))),
            **{key: Column(f"={{deal.class[{key}]}}", "tenths", _paid(key), total="") for key in SOLD},
        },
        "Principal, $mm: what the balance falls by, nothing while it accretes",
    )


def _years_of(page: Page, name: str) -> None:
    """Lay out the years beside a decrement table, as many as the loans have."""
    last = "ROUNDUP(MAX({pools.wam[all]})/12,0)"
    years = [f'=IF({year}<={last},{year},IF({year}={last}+1,"and after",""))' for year in range(len(_YEARS))]
    page.table(name, _YEARS, {"year": Column("year", "text", years)})


def _left(table: str, column: str, year: str) -> str:
    """Return what a decrement table has of a year: nothing after its last."""
    month, head = f"{{{table}.month[{year}]}}", f"{{{table}.month[head]}}"
    return f"=IF(ISERROR({head}),{head},IF(ISNUMBER({month}),{{{table}.{column}[{year}]}},0))"


def _paid(key: str) -> list[Value]:
    """Return what a class is paid each year, $mm."""
    left = [_left("decrement", key, year)[1:] for year in _YEARS[:-1]]
    face = f"{{deal.balance[{key}]}}/1000000"
    return [f"=MAX({before}-{after},0)/100*{face}" for before, after in itertools.pairwise(left)]
