"""The pages of the back-test against the agencies: the mortgage rate, the stock of loans, its speed month by month."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from mbsxl_workbooks.kit import Layout, Page
from mbsxl_workbooks.shared.figures import figures

FIRST = 5  # the row of the first month on every page of months, as a user counts
MODEL = "Inputs!$B$5:$C$17"  # the names and values of the model's parameters
FORECAST = "Errors!$B$34:$C$39"  # those fitted to the months before 2022 only; the others are the defaults

_RATES = [row for row in figures("mortgage_rate") if "2015-01" <= row["month"] <= "2026-06"]
_RATE_MONTHS = [row["month"] for row in _RATES]
_LONGEST_LAG = 12
_OBSERVED = figures("agency_cpr", __package__)
MONTHS = [row["month"] for row in _OBSERVED]
LAST = FIRST + len(MONTHS) - 1

_STOCK = {(row["month"], row["from"], row["class"]): row for row in figures("agency_stock", __package__)}
_GROUPS = [
    (start, name) for start in ("0", *(f"{0.03 + 0.005 * step:g}" for step in range(9))) for name in ("new", "older")
]
_PARTS = (("share", "exact"), ("wac", "percent"), ("age", "tenths"), ("gone", "exact"))
_TITLES = {"share": "share of all", "wac": "gross rate", "age": "age in months", "gone": "quick borrowers gone"}
_HIGH = len(MONTHS) + 3  # rows from one part of the stock to the next

MORTGAGE_RATES = tuple(round(0.075 - 0.005 * step, 4) for step in range(10))
FALLING = f"Falling!$B${FIRST}:$B${FIRST + len(MORTGAGE_RATES) - 1}"
FALLING_SPEEDS = FIRST + 2 * _HIGH  # the first row of the speeds at those rates


def date(month: str) -> datetime.date:
    """Return the first day of a month."""
    return datetime.date.fromisoformat(month + "-01")


def rates(column: str, start: str = "2016-01") -> str:
    """Return a column of the page of mortgage rates, from the first month that has all of them."""
    first, last = FIRST + _RATE_MONTHS.index(start), FIRST + len(_RATES) - 1
    return f"Rates!${column}${first}:${column}${last}"


def rate_months(start: str, end: str) -> list[tuple[int, str]]:
    """Return the rows of the page of mortgage rates between two months, with the months."""
    return [(row, month) for row, month in enumerate(_RATE_MONTHS, start=FIRST) if start <= month <= end]


def agencies(column: str, start: str = MONTHS[0], end: str = MONTHS[-1]) -> str:
    """Return a column of the page of the agencies between two months, as a range."""
    return f"Agencies!${column}${FIRST + MONTHS.index(start)}:${column}${FIRST + MONTHS.index(end)}"


def stock(part: str, month: str = "") -> str:
    """Return a part of the stock: all months, or one as a row of groups."""
    top = FIRST + _HIGH * [name for name, _ in _PARTS].index(part)
    first, last = (top + MONTHS.index(month),) * 2 if month else (top, top + len(MONTHS) - 1)
    return f"Stock!$C${first}:$V${last}"


def of_block(block: str, row: int, column: int = 0) -> str:
    """Return a row, or a cell, of what one formula fills; through the whole block, so that its formula comes first."""
    return f"INDEX({block},{row},{column})"


def speeds(first: int = FIRST, count: int = len(MONTHS)) -> str:
    """Return a block of the page of speeds."""
    return f"Speeds!$C${first}:$V${first + count - 1}"


def together(shares: str, paid: str) -> str:
    """Return the speed of loans together: their monthly speeds weighted, then a year of it."""
    return f"1-(1-SUMPRODUCT({shares},1-(1-{paid})^(1/12))/SUM({shares}))^12"


def group_names() -> tuple[str, ...]:
    """Return what the groups of loans are called."""

    def rates_of(start: str) -> str:
        low = float(start)
        return "under 3%" if not low else "7% up" if low == 0.07 else f"{100 * low:g}-{100 * low + 0.5:g}%"

    return tuple(f"{rates_of(start)} {name}" for start, name in _GROUPS)


def lay_out_agencies(layout: Layout) -> None:
    """Lay out the agencies' speeds beside the model's."""
    page = layout.page(
        "Agencies",
        "The agencies' speeds, and the model's",
        "Ginnie Mae, Global Markets Analysis Report, December 2025, figure 12: digitised from the chart, good to 0.03 "
        "points. CPR of all pools; actual is the mean of Fannie Mae and Freddie Mac, whom the set UMBS 30 is of.",
        (12, 14, 12, 12, 12, 12, 12, 14, 16, 12),
    )
    page.sheet.freeze_panes(4, 2)
    page.sheet.repeat_rows(3)
    names = ("month", "mortgage rate felt", "Fannie Mae", "Freddie Mac", "Ginnie Mae", "actual", "model")
    rows = [
        (
            date(each["month"]),
            f"=Rates!D{FIRST + _RATE_MONTHS.index(each['month'])}",
            *(float(each[agency]) for agency in ("fannie_mae", "freddie_mac", "ginnie_mae")),
            f"=AVERAGE(D{row}:E{row})",
            "=" + together(f"Stock!C{row}:V{row}", of_block(speeds(), row - FIRST + 1)),
            f"=H{row}-G{row}",
            "=" + together(f"Stock!C{row}:V{row}", of_block(speeds(FIRST + _HIGH), row - FIRST + 1)),
            f"=MONTH(B{row})",
        )
        for row, each in enumerate(_OBSERVED, start=FIRST)
    ]
    more = ("model less actual", "fitted to 2021 only", "month of the year")
    page.table(3, (*names, *more), ("month", *["percent"] * 8, "integer"), rows)


def lay_out_speeds(layout: Layout) -> None:
    """Lay out the model's speed of every group of loans in every month: one call, and one as fitted to 2021 only."""
    page = layout.page(
        "Speeds",
        "The model's CPR, month by group of loans",
        "MBS_MODEL_CPR in one call; under it, fitted to the months before 2022 only; last, at falling mortgage rates.",
        (12, *[9] * 20),
    )
    page.sheet.print_area(0, 0, 60, 21)  # its first months: the rest is for the screen
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(4, 2)
    for place, (title, parameters) in enumerate((("month", MODEL), ("fitted to 2021 only", FORECAST))):
        top = 3 + place * _HIGH
        page.header(top, (title, *group_names()))
        _months(page, top + 1)
        parts = ",".join((agencies("C"), stock("wac"), stock("age"), agencies("K"), stock("gone")))
        page.fill(top + 1, 2, len(MONTHS), f"=MBS_MODEL_CPR({parts},{parameters})", "percent", 20)
    last = ",".join((stock("wac", MONTHS[-1]), stock("age", MONTHS[-1]), "0", stock("gone", MONTHS[-1])))
    falling(page, FALLING_SPEEDS, group_names(), last)


def falling(page: Page, first: int, names: Sequence[str], pools: str) -> None:
    """Write the model's speed of some pools at each of the falling mortgage rates, from a row as a user counts."""
    page.header(first - 2, ("mortgage rate", *names))
    for place in range(len(MORTGAGE_RATES)):
        page.write(first - 1 + place, 1, f"=Falling!B{FIRST + place}", page.layout.style("percent"))
    formula = f"=MBS_MODEL_CPR({FALLING},{pools},{MODEL})"
    page.fill(first - 1, 2, len(MORTGAGE_RATES), formula, "percent", len(names))


def lay_out_stock(layout: Layout) -> None:
    """Lay out the four parts of the stock, one under the other."""
    page = layout.page(
        "Stock",
        "The stock of loans behind the pools: built, not published",
        "Thirty-year loans lent since 1985 at the survey rate of the time, prepaid by the model's defaults, 4.5% more "
        "a year; new: up to 18 months old. It stays as it is when a parameter changes.",
        (14, *[9] * 20),
    )
    page.sheet.print_area(0, 0, 60, 21)  # its first months: the rest is for the screen
    page.sheet.fit_to_pages(1, 1)
    page.sheet.freeze_panes(4, 2)
    for place, (part, number) in enumerate(_PARTS):
        top = 3 + place * _HIGH
        page.header(top, (_TITLES[part], *group_names()))
        _months(page, top + 1)
        for row, month in enumerate(MONTHS, start=top + 1):
            for column, value in enumerate(_parts(month, part), start=2):
                page.write(row, column, value, layout.style(number))


def _parts(month: str, part: str) -> Sequence[float]:
    """Return a part of the month's groups; one with no loans has a rate all the same, as the formula wants one."""
    found = [_STOCK.get((month, *group)) for group in _GROUPS]
    empty = {"wac": 0.05}.get(part, 0.0)
    values = [float(each[part]) if each else empty for each in found]
    whole = sum(values) if part == "share" else 1.0
    return [value / whole for value in values]


def lay_out_rates(layout: Layout) -> None:
    """Lay out the mortgage rate, and what of it moves each month's speeds."""
    page = layout.page(
        "Rates",
        "The mortgage rate",
        "Freddie Mac, Primary Mortgage Market Survey, 30-year, weeks averaged by month. Felt: around the turn of two "
        "months, as long before the end of the month as the lag on Inputs says.",
        (12, 14, 14),
    )
    page.sheet.freeze_panes(4, 2)
    page.sheet.repeat_rows(3)
    all_rates = f"$C${FIRST}:$C${FIRST + len(_RATES) - 1}"
    rows = [
        (
            date(each["month"]),
            float(each["rate"]),
            f"=(INDEX({all_rates},{place + 1}-lag)+INDEX({all_rates},{place + 2}-lag))/2"
            if place >= _LONGEST_LAG
            else None,
        )
        for place, each in enumerate(_RATES)
    ]
    page.table(3, ("month", "mortgage rate", "felt this month"), ("month", "percent", "percent"), rows)


def _months(page: Page, row: int) -> None:
    for place, month in enumerate(MONTHS):
        page.write(row + place, 1, date(month), page.layout.style("month"))
