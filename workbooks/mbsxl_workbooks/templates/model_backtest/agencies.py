"""The pages of the back-test against the agencies: the mortgage rate, the stock of loans, its speed month by month."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.tables import Column, across
from mbsxl_workbooks.shared.figures import figures

PARAMETERS = "{model.name:value[all]}"  # the model's, as Inputs has them
FITTED = "{fitted.name:value[all]}"  # those fitted to the months before 2022 only; the others are the defaults

_RATES = {row["month"]: row for row in figures("mortgage_rate") if "2015-01" <= row["month"] <= "2026-06"}
_LONGEST_LAG = 12
_OBSERVED = {row["month"]: row for row in figures("agency_cpr", __package__)}
MONTHS = tuple(_OBSERVED)
LAST = MONTHS[-1]
AGENCIES = {"fannie": "Fannie Mae", "freddie": "Freddie Mac", "ginnie": "Ginnie Mae"}

_STOCK = {(row["month"], row["from"], row["class"]): row for row in figures("agency_stock", __package__)}
_GROUPS = {
    f"g{1000 * float(start):g}_{name}": (start, name)
    for start in ("0", *(f"{0.03 + 0.005 * step:g}" for step in range(9)))
    for name in ("new", "older")
}
GROUPS = "g0_new:g70_older"
_PARTS = {"share": "exact", "wac": "percent", "age": "tenths", "gone": "exact"}
_TITLES = {"share": "share of all", "wac": "gross rate", "age": "age in months", "gone": "quick borrowers gone"}
_WIDTHS = (14, *[9] * 20)
_PRINTED, _PRINTED_RATES = 45, 36  # rows of a page of groups, and of rates: the rest is for the screen

#: Regimes whose threshold lay farthest either way of the one fitted to all months: what is known of how soon they come.
REGIMES = {"slow": "2018-19", "fast": "2020-21"}
#: Falling mortgage rates, by key.
MORTGAGE_RATES = {f"r{rate}": rate / 1000 for rate in range(75, 25, -5)}


def date(month: str) -> datetime.date:
    """Return the first day of a month."""
    return datetime.date.fromisoformat(month + "-01")


def dates(months: Sequence[str]) -> Column:
    """Return the column of the months of a table."""
    return Column("month", "month", [date(month) for month in months])


def rate_months(start: str, end: str) -> tuple[str, ...]:
    """Return the months of the page of mortgage rates from one to another."""
    return tuple(month for month in _RATES if start <= month <= end)


def stock(part: str, rows: str = "all") -> str:
    """Return a part of the stock: all months, or one as a row of groups."""
    return f"{{stock_{part}.{GROUPS}[{rows}]}}"


def together(shares: str, paid: str) -> str:
    """Return the speed of loans together: their monthly speeds weighted, then a year of it."""
    return f"1-(1-SUMPRODUCT({shares},1-(1-{paid})^(1/12))/SUM({shares}))^12"


def falling(
    page: Page, name: str, titles: Mapping[str, str], pools: str, parameters: str = PARAMETERS, said: str = ""
) -> None:
    """Lay out the model's speed of some pools at each of the falling mortgage rates."""
    speed = f"=MBS_MODEL_CPR({{falling.rate[all]}},{pools},{parameters})"
    columns = {"rate": Column("mortgage rate", "percent", "={falling.rate}"), **across(titles, "percent", speed)}
    page.table(name, tuple(MORTGAGE_RATES), columns, f"The first month's speed at falling mortgage rates{said}")


def _group_names() -> dict[str, str]:
    """Return what the groups of loans are called, by key."""

    def rates_of(start: str) -> str:
        low = float(start)
        return "under 3%" if not low else "7% up" if low == 0.07 else f"{100 * low:g}-{100 * low + 0.5:g}%"

    return {key: f"{rates_of(start)} {name}" for key, (start, name) in _GROUPS.items()}


def lay_out_agencies(layout: Layout) -> None:
    """Lay out the agencies' speeds beside the model's."""
    page = layout.page(
        "Agencies",
        "The agencies' speeds, and the model's",
        "Ginnie Mae, Global Markets Analysis Report, December 2025, figure 12: digitised from the chart, good to 0.03 "
        "points. CPR of all pools; actual is the mean of Fannie Mae and Freddie Mac, whom the set UMBS 30 is of.",
        (12, 14, 12, 12, 12, 12, 12, 14, 16, 12),
    )
    page.table(
        "agencies",
        MONTHS,
        {
            "month": dates(MONTHS),
            "felt": Column("mortgage rate felt", "percent", [f"={{rates.felt[{month}]}}" for month in MONTHS]),
            **{
                key: Column(name, "percent", [float(row[name.lower().replace(" ", "_")]) for row in _OBSERVED.values()])
                for key, name in AGENCIES.items()
            },
            "actual": Column("actual", "percent", "=AVERAGE({fannie:freddie})"),
            "model": Column("model", "percent", "=" + together(stock("share", "this"), f"{{speeds.{GROUPS}}}")),
            "error": Column("model less actual", "percent", "={model}-{actual}"),
            "fitted": Column(
                "fitted to 2021 only",
                "percent",
                "=" + together(stock("share", "this"), f"{{fitted_speeds.{GROUPS}}}"),
            ),
            "season": Column("month of the year", "integer", "=MONTH({month})"),
        },
    )


def lay_out_speeds(layout: Layout) -> None:
    """Lay out the model's speed of every group of loans in every month: one call, and one as fitted to 2021 only."""
    page = layout.page(
        "Speeds",
        "The model's CPR, month by group of loans",
        "MBS_MODEL_CPR in one call; under it, fitted to the months before 2022 only; last, at falling mortgage rates.",
        _WIDTHS,
    )
    page.sheet.print_area(0, 0, _PRINTED, len(_WIDTHS))
    loans = f"{{agencies.felt[all]}},{stock('wac')},{stock('age')},{{agencies.season[all]}},{stock('gone')}"
    for name, title, parameters in (
        ("speeds", "", PARAMETERS),
        ("fitted_speeds", "As fitted to the months before 2022 only", FITTED),
    ):
        speed = across(_group_names(), "percent", f"=MBS_MODEL_CPR({loans},{parameters})")
        page.table(name, MONTHS, {"month": dates(MONTHS), **speed}, title)
    now = f"{stock('wac', LAST)},{stock('age', LAST)},0,{stock('gone', LAST)}"
    falling(page, "falling_speeds", _group_names(), now)
    for key, regime in REGIMES.items():
        shifted = f"{{{key}.name:value[all]}}"
        falling(page, f"falling_{key}", _group_names(), now, shifted, f", the threshold as in {regime}")


def lay_out_stock(layout: Layout) -> None:
    """Lay out the four parts of the stock, one under the other."""
    page = layout.page(
        "Stock",
        "The stock of loans behind the pools: built, not published",
        "Thirty-year loans lent since 1985 at the survey rate of the time, prepaid by the model's defaults, 4.5% more "
        "a year; new: up to 18 months old. It stays as it is when a parameter changes.",
        _WIDTHS,
    )
    page.sheet.print_area(0, 0, _PRINTED, len(_WIDTHS))
    for part, number in _PARTS.items():
        rows = [_parts(month, part) for month in MONTHS]
        groups = {
            key: Column(name, number, column)
            for (key, name), column in zip(_group_names().items(), zip(*rows, strict=True), strict=True)
        }
        months = dates(MONTHS)._replace(title=_TITLES[part])
        page.table(f"stock_{part}", MONTHS, {"month": months, **groups})


def _parts(month: str, part: str) -> Sequence[float]:
    """Return a part of the month's groups; one with no loans has a rate all the same, as the formula wants one."""
    found = [_STOCK.get((month, *group)) for group in _GROUPS.values()]
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
    page.sheet.print_area(0, 0, _PRINTED_RATES, 3)
    months = tuple(_RATES)
    page.table(
        "rates",
        months,
        {
            "month": dates(months),
            "rate": Column("mortgage rate", "percent", [float(row["rate"]) for row in _RATES.values()]),
            "felt": Column(
                "felt this month",
                "percent",
                [_felt(place) if place > _LONGEST_LAG else None for place in range(1, len(months) + 1)],
            ),
        },
    )


def _felt(place: int) -> str:
    """Return the rate around the turn of two months, the lag before; no other lag than the months before has one."""
    mean = f"(INDEX({{rate[all]}},{place}-lag)+INDEX({{rate[all]}},{place + 1}-lag))/2"
    return f"=IF(AND(lag>=0,lag<={_LONGEST_LAG},lag=INT(lag)),{mean},NA())"
