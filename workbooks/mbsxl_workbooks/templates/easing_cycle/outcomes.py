"""What the scenarios do to each coupon by the horizon: returns, durations, speeds and lives, burnout in them."""

from __future__ import annotations

import datetime

from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.sensitivity import Moved, sensitivity, sensitivity_page
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.market import CURVE, MODEL, TENORS
from mbsxl_workbooks.shared.pools import THIRTY_YEARS, shown
from mbsxl_workbooks.templates.easing_cycle.scenarios import NAMES, STEPS

#: The scenarios as columns of a table, and the one of the answer among them.
SPAN = f"{NAMES[0]}:{NAMES[-1]}"
CHOSEN = f"INDEX({{{SPAN}}},1,chosen)"
MARKET = f"{CURVE},volatility"

_ROWS = tuple(f"row{place}" for place in range(len(THIRTY_YEARS) * len(NAMES)))
_RATES = [row for row in figures("mortgage_rate") if row["month"] >= "2015-01"]
_PAST = 120  # months that burnout looks back
_POSITION = ("face", "price", "coupon", "wac", "wam", "age", "settle", "program", "burnout")


def coupon() -> Column:
    """Return the column of the coupons."""
    return Column("coupon", "percent", "={pools.coupon}", align="left")


def each(page: Page, name: str, title: str, columns: dict[str, Column]) -> None:
    """Lay out a table of coupons down."""
    page.table(name, THIRTY_YEARS, {"coupon": coupon(), **columns}, title)


def heads(number: str, rows: str = "", fill: str = "") -> dict[str, Column]:
    """Return a column a scenario, whose formula says @ for the scenario's own columns."""
    return {
        name: Column(f"={{names.scenario[{name}]}}", number, rows.replace("@", name), fill.replace("@", name))
        for name in NAMES
    }


def lay_out_outcomes(layout: Layout) -> None:
    """Lay out returns, durations, speeds and average lives, coupons down and scenarios across."""
    page = layout.page(
        "Outcomes",
        "What each scenario does by the horizon",
        "MBS_SCENARIOS: rates follow the steps, speeds follow rates, with burnout; each coupon keeps its OAS, plus the "
        "scenario's spread. Then the pool is worth what it is then.",
        (12, *[16] * 8),
    )

    def found(measure: str) -> str:
        return f"=INDEX({{outcomes.{measure}[all]}},{{places.@}})"

    each(
        page,
        "excess",
        "Return to the horizon over that of Treasuries of equal effective duration",
        heads("percent", found("over"))
        | {
            "worst": Column("worst", "percent", f"=MIN({{{SPAN}}})"),
            "chosen": Column("scenario of the answer", "percent", f"={CHOSEN}"),
        },
    )
    each(page, "returns", "Return to the horizon, not annualised", heads("percent", found("return")))
    each(
        page,
        "durations",
        "Effective duration at the horizon, years",
        heads("years", found("duration"))
        | {"lost": Column("lost, scenario of the answer", "years", f"={{hold}}-{CHOSEN}")},
    )
    each(
        page,
        "speeds",
        "Speed of the month after the horizon, CPR",
        heads("tenths percent", found("cpr"))
        | {"gain": Column("gain, scenario of the answer", "tenths percent", f"={CHOSEN}-{{hold}}")},
    )
    aged = "{pools.coupon},{pools.wac},{pools.wam}-months,{pools.age}+months"
    each(
        page,
        "lives",
        "Average life from the horizon if that speed lasts, years",
        heads("years", f"=MBS_WAL({aged},{shown('{speeds.@}')},EDATE(settle,months),program)")
        | {"span": Column("longest less shortest", "years", f"=MAX({{{SPAN}}})-MIN({{{SPAN}}})")},
    )
    _lowest(page, "risky", "Prepayment risk returns", "{speeds.gain[all]}>=speed_jump")
    _lowest(page, "unstable", "Cash flows not stable", "{lives.span[all]}>life_limit")
    each(
        page,
        "places",
        "Where MBS_SCENARIOS says it, on Told",
        heads(
            "integer",
            # &"": LibreOffice takes a text in an answer of ours for no other text as it is.
            '=MATCH(1,({outcomes.scenario[all]}&""={names.scenario[@]})*({outcomes.position[all]}={place}),0)',
        )
        | {"place": Column("position", "integer", list(range(1, len(THIRTY_YEARS) + 1)))},
    )


def _lowest(page: Page, name: str, title: str, holds: str) -> None:
    """Lay out the lowest coupon of which something holds, or "none": an error in it is one in the answer."""
    lowest = f'=IF(SUM(--({holds}))=0,"none",MIN(IF({holds},{{pools.coupon[all]}})))'
    page.table(
        name,
        ("of",),
        {"what": Column(title, "text", ["from coupon"]), "low": Column("lowest", "percent", [lowest])},
    )


def lay_out_burnout(layout: Layout) -> None:
    """Lay out what of the quick borrowers of each pool is gone, by the mortgage rates since it was issued."""
    page = layout.page(
        "Burnout",
        "What the past has taken",
        "Freddie Mac, Primary Mortgage Market Survey, means of the months; of months not there, the rate on Inputs.",
        (14, *[14] * 6),
    )
    burnt = "=MBS_BURNOUT({pools.wac[all]},{pools.age[all]},{past.rate[all]})"
    each(
        page,
        "burnout",
        "The part of the quick borrowers gone",
        {"age": Column("age", "integer", "={pools.age}"), "gone": Column("gone", "share", fill=burnt)},
    )
    month = "EDATE(DATE(YEAR(as_of),MONTH(as_of),1),{back})"
    page.table(
        "past",
        tuple(f"back{place}" for place in range(_PAST)),
        {
            "month": Column("month", "month", f"={month}"),
            "rate": Column(
                "mortgage rate",
                "percent",
                "=IF(COUNTIF({history.month[all]},{month})=0,mortgage_rate,"
                "INDEX({history.rate[all]},MATCH({month},{history.month[all]},0)))",
            ),
            "back": Column("months from the day", "integer", [place - _PAST + 1 for place in range(_PAST)]),
        },
        "The months that the pools have felt",
    )
    page.table(
        "history",
        tuple(row["month"] for row in _RATES),
        {
            "month": Column("month", "month", [datetime.date.fromisoformat(f"{row['month']}-01") for row in _RATES]),
            "rate": Column("mortgage rate", "percent", [float(row["rate"]) for row in _RATES]),
        },
        "The survey",
    )


def lay_out_told(layout: Layout) -> None:
    """Lay out what MBS_SCENARIOS is told, and what it says."""
    page = layout.page(
        "Told",
        "What MBS_SCENARIOS is told, and says",
        "Positions of $1mm; steps that are used; then a row a scenario and position.",
        (28, *[12] * 12),
    )
    page.table("positions", THIRTY_YEARS, _positions("{pools.@}", "{burnout.gone}"), "Positions")
    used = '{{steps.month[{0}]}}<>""'.format
    keys = tuple(f"{name}{step}" for name in NAMES for step in range(1, STEPS + 1))

    def moved(column: str) -> list[float | str | None]:
        return [f'=IF({used(key)},{{steps.{column}[{key}]}}*1,"")' for key in keys]

    def beside(column: str, unit: str = "") -> list[float | str | None]:
        return [f'=IF({used(key)},{{names.{column}[{key[:-1]}]}}{unit},"")' for key in keys]

    page.table(
        "told",
        keys,
        {
            "scenario": Column("scenario", "text", [f'=IF({used(key)},{{steps.scenario[{key}]}},"")' for key in keys]),
            "month": Column("month", "integer", moved("month")),
            **{
                f"at_{tenor}": Column(f"={years:g}", "integer", moved(f"at_{tenor}")) for tenor, years in TENORS.items()
            },
            "spread": Column("spread", "integer", beside("spread")),
            "volatility": Column("volatility", "tenths", beside("wilder", "/volatility_ratio")),
        },
        "Steps: the volatility is the short rate's",
    )
    columns = {
        "scenario": Column("", "text"),
        "position": Column("", "integer"),
        "value": Column("", "integer"),
        "change": Column("", "integer"),
        "duration": Column("", "years"),
        "cpr": Column("", "tenths percent"),
        "return": Column("", "percent"),
        "over": Column("", "percent"),
    }
    shifts = "{told.scenario:volatility[head:last]}"
    page.spill("outcomes", _ROWS, columns, f"=MBS_SCENARIOS({_given('positions')},{MARKET},{shifts},{_PLAN},,,paths)")


_PLAN = f"months,,,{MODEL}"


def _given(table: str) -> str:
    return f"{{{table}.face:burnout[head:last]}}"


def _positions(pool: str, burnout: str) -> dict[str, Column]:
    """Return the columns of a table of positions; `pool` is a column of the pools with @ for its name."""
    numbers = {"price": "price", "coupon": "percent", "wac": "percent", "wam": "integer", "age": "integer"}
    of_pools = {"price": "clean"}
    return {
        "face": Column("face", "integer", "=1000000"),
        **{
            name: Column(name, number, f"={pool.replace('@', of_pools.get(name, name))}")
            for name, number in numbers.items()
        },
        "settle": Column("settle", "date", "=settle"),
        "program": Column("program", "text", "=program"),
        "burnout": Column("burnout", "tenths percent", f"={burnout}"),
    }


_VARIED = {  # what moves: with its unit, by how much, where
    "rates": ("All rates, bp", 10, tuple(f"at_{tenor}" for tenor in TENORS)),
    "spread": ("Spreads, bp", 10, ("spread",)),
    "volatility": ("Volatility 1y10y, bp", 10, ("volatility",)),
    "mortgage": ("Mortgage rate, bp", 25, ("mortgage_rate",)),
}


def lay_out_sensitivity(layout: Layout) -> None:
    """Lay out the return of the best coupon over Treasuries in the scenario of the answer, as one thing more moves."""
    page = sensitivity_page(
        layout, "The best coupon over Treasuries of equal duration, in the scenario of the answer, all else as it is."
    )
    sides = {"low": "-", "high": "+"}
    variants = ("as_it_is", *(f"{name}_{side}" for name in _VARIED for side in sides))
    then = "=INDEX({{varied.over[all]}},{})".format
    sensitivity(
        page,
        then(1)[1:],
        "percent",
        {
            name: Moved(label, step, *(then(variants.index(f"{name}_{side}") + 1) for side in sides))
            for name, (label, step, _) in _VARIED.items()
        },
    )
    best = "=MATCH(MAX({excess.chosen}),{excess.chosen},0)"
    page.headlines((Headline("best_row", "Best coupon", best, "integer", "its row on Outcomes"),))
    page.table(
        "best",
        ("of",),
        _positions("INDEX({pools.@[all]},best_row)", "INDEX({burnout.gone[all]},best_row)"),
        "What MBS_SCENARIOS is told: the best coupon",
    )
    keys = tuple(f"{variant}{step}" for variant in variants for step in range(1, STEPS + 1))
    place = f"({STEPS}*(chosen-1)+{{step}})"

    def cells(column: str) -> list[float | str | None]:
        start = f"INDEX({{told.{column}[all]}},{place})" if column != "mortgage_rate" else "0"
        unit = "/volatility_ratio" if column == "volatility" else ""
        moves = ["0"]
        for name, (_, _, where) in _VARIED.items():
            step = f"{{tornado.step[{name}]}}{unit}" if column in where else "0"
            moves += [f"{sign}{step}" for sign in ("-", "+")]
        return [f'=IF({{month}}="","",{start}+{move})' for move in moves for _ in range(STEPS)]

    page.table(
        "variations",
        keys,
        {
            "scenario": Column(
                "scenario",
                "text",
                [f'=IF({{month}}="","","{_spoken(each)}")' for each in variants for _ in range(STEPS)],
            ),
            "month": Column("month", "integer", f"=INDEX({{told.month[all]}},{place})"),
            **{f"at_{tenor}": Column(f"={years:g}", "tenths", cells(f"at_{tenor}")) for tenor, years in TENORS.items()},
            **{name: Column(name, "tenths", cells(name)) for name in ("spread", "volatility", "mortgage_rate")},
            "step": Column("step", "integer", [step for _ in variants for step in range(1, STEPS + 1)]),
        },
        "and the steps",
    )
    page.table("varied_named", variants, {"variant": Column("outcomes", "text", [*map(_spoken, variants)])})
    page.spill(
        "varied",
        variants,
        {"scenario": Column("", "text"), "position": Column("", "integer"), "over": Column("", "percent")},
        f"=MBS_SCENARIOS({_given('best')},{MARKET},{{variations.scenario:mortgage_rate[head:last]}},{_PLAN},"
        '"OVER_TREASURY",,paths)',
        left=2,
    )


def _spoken(variant: str) -> str:
    return variant.replace("_", " ")
