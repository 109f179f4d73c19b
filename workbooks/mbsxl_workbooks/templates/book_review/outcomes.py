"""What scenarios do to the portfolio and to its hedge, and what that hangs on."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.sensitivity import Moved, sensitivity, sensitivity_page
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.market import MODEL, TENORS, bond_price
from mbsxl_workbooks.templates.book_review.hedge import TREASURIES
from mbsxl_workbooks.templates.book_review.positions import BOOK, MARKET, MILLION

_FLAT = (0,) * len(TENORS)
SCENARIOS: dict[str, tuple[str, tuple[int, ...]]] = {  # moves at the tenors of the curve, of spreads, of 1y10y
    "disrupted": ("easing disrupted", (100,) * len(TENORS) + (0, 0)),
    "up": ("rates up", (50,) * len(TENORS) + (0, 0)),
    "down": ("rates down", (-50,) * len(TENORS) + (0, 0)),
    "cuts": ("bull steepening", (-50, -50, -50, -35, -28, -20, -8, 0, 0, 0)),
    "steeper": ("bear steepening", (0, 0, 0, 15, 22, 30, 42, 50, 0, 0)),
    "wider": ("spreads wider", (*_FLAT, 25, 0)),
    "tighter": ("spreads tighter", (*_FLAT, -25, 0)),
    "wilder": ("volatility up", (*_FLAT, 0, 10)),
    "calmer": ("volatility down", (*_FLAT, 0, -10)),
}
CHOICE = {
    "validate": "list",
    "source": f"=Scenarios!$B$5:$B${4 + len(SCENARIOS)}",
    "error_message": "One of the names on Scenarios",
}
_TENORS = tuple(f"at_{tenor}" for tenor in TENORS)
_BESIDE = ("spread", "volatility")


def lay_out_scenarios(layout: Layout) -> None:
    """Lay out the amber scenarios, what the portfolio is worth in each, and what the hedge is."""
    page = layout.page(
        "Scenarios",
        "What scenarios do to the portfolio",
        "Names and moves in bp are yours to change; volatility is 1y10y. Over Treasuries: the return less that of a "
        "par Treasury of equal duration.",
        (34, *[12] * 11),
    )
    heads = (*(f"={years:g}" for years in TENORS.values()), *_BESIDE)
    moves = tuple(zip(*(each for _, each in SCENARIOS.values()), strict=True))
    page.table(
        "shifts",
        tuple(SCENARIOS),
        {
            "scenario": Column("scenario", "text", [words for words, _ in SCENARIOS.values()], rule=rules.LABEL),
            **{
                name: Column(head, "general", list(each), rule=rules.MOVE)
                for name, head, each in zip((*_TENORS, *_BESIDE), heads, moves, strict=True)
            },
        },
    )
    columns = {
        "name": Column("scenario", "text"),
        "group": Column("group", "text"),
        "value": Column("value, $", "integer"),
        "change": Column("change, $", "integer"),
        "duration": Column("effective duration", "years"),
        "cpr": Column("CPR, next month", "tenths percent"),
        "return": Column("return", "percent"),
        "over": Column("over Treasuries", "percent"),
    }
    page.table("named", tuple(SCENARIOS), {"scenario": Column("outcomes", "text", '={shifts.scenario}&""')})
    asked = "{asked.scenario:volatility[head:last]}"
    page.spill(
        "outcomes",
        tuple(SCENARIOS),
        columns,
        f'=MBS_SCENARIOS({BOOK},{asked},months,,,{MODEL},,"TOTAL",paths)',
        left=2,
    )
    page.table(
        "hedged",
        tuple(SCENARIOS),
        {
            "scenario": Column("with the hedge", "text", '={shifts.scenario}&""'),
            "book_mm": Column("portfolio, $mm", "tenths", f"={{outcomes.change}}{MILLION}"),
            "tbas": Column("TBAs, $mm", "tenths", f"=SIGN(SUM({{tbas.add[all]}}))*{{tba_outcomes.change}}{MILLION}"),
            "treasuries": Column("Treasuries, $mm", "tenths", _treasuries()),
            "change_mm": Column("hedged, $mm", "tenths", "={book_mm}+{tbas}+{treasuries}"),
            "change": Column("hedged, $", "integer", "={change_mm}*1000000"),
        },
        "The hedge revalued at once, without its carry",
    )
    page.table("tba_named", tuple(SCENARIOS), {"scenario": Column("the TBAs alone", "text", '={shifts.scenario}&""')})
    page.spill(
        "tba_outcomes",
        tuple(SCENARIOS),
        {"name": Column("", "text"), "group": Column("", "text"), "change": Column("", "integer")},
        f'=MBS_SCENARIOS({{traded.tba:age[head:last]}},{MARKET},{asked},0,,,{MODEL},"CHANGE","TOTAL",paths)',
        left=2,
    )
    page.table(
        "asked",
        tuple(SCENARIOS),
        {
            "scenario": Column("scenario", "text", '={shifts.scenario}&""'),
            **{
                name: Column(head, "general", f"={{shifts.{name}}}")
                for name, head in zip((*_TENORS, "spread"), heads[:-1], strict=True)
            },
            "volatility": Column("volatility", "tenths", "={shifts.volatility}/volatility_ratio"),
        },
        "What MBS_SCENARIOS is told: the volatility is the short rate's",
    )
    page.headlines(
        (
            Headline(
                "chosen",
                "Scenario of the answer",
                "=MATCH(scenario,{shifts.scenario},0)",
                "integer",
                "its place among the names",
            ),
        )
    )


def _treasuries() -> str:
    """Return the formula of what the Treasuries of the hedge gain in a scenario, $mm."""

    def gain(tenor: str) -> str:
        par = f"{{curve.par[{tenor}]}}"
        then = bond_price(par, f"{{curve.years[{tenor}]}}", f"({par}+{{shifts.at_{tenor}}}/10000)")
        return f"{{treasuries.face[{tenor}]}}*({then}-1)"

    return "=" + "+".join(map(gain, TREASURIES))


_VARIED = {  # what moves: with its unit, by how much, where
    "rates": ("All rates, bp", 25, _TENORS),
    "slope": ("10 years and longer, bp", 10, _TENORS[5:]),
    "spread": ("Spreads, bp", 10, ("spread",)),
    "volatility": ("Volatility 1y10y, bp", 10, ("volatility",)),
    "mortgage": ("Mortgage rate, bp", 25, ("mortgage_rate",)),
}


def lay_out_sensitivity(layout: Layout) -> None:
    """Lay out the change in the scenario of the answer, as one thing more moves in it."""
    page = sensitivity_page(layout, "The change of the portfolio in the scenario of the answer, $mm, not hedged.")
    sides = {"low": "-", "high": "+"}
    keys = ("as_it_is", *(f"{name}_{side}" for name in _VARIED for side in sides))
    then = f"=INDEX({{{{varied.change[all]}}}},{{}}){MILLION}"
    sensitivity(
        page,
        then.format(1)[1:],
        "tenths",
        {
            name: Moved(label, step, *(then.format(keys.index(f"{name}_{side}") + 1) for side in sides))
            for name, (label, step, _) in _VARIED.items()
        },
    )

    def cells(column: str) -> list[float | str]:
        start = f"INDEX({{asked.{column}[all]}},chosen)" if column != "mortgage_rate" else "0"
        unit = "/volatility_ratio" if column == "volatility" else ""
        found: list[float | str] = [f"={start}"]
        for name, (_, _, where) in _VARIED.items():
            step = f"{{tornado.step[{name}]}}{unit}" if column in where else "0"
            found += [f"={start}{sign}{step}" for sign in sides.values()]
        return found

    heads = dict(zip(_TENORS, (f"={years:g}" for years in TENORS.values()), strict=True))
    page.table(
        "variations",
        keys,
        {
            "scenario": Column("scenario", "text", [key.replace("_", " ") for key in keys]),
            **{name: Column(head, "tenths", cells(name)) for name, head in heads.items()},
            **{name: Column(name, "tenths", cells(name)) for name in (*_BESIDE, "mortgage_rate")},
        },
        "What MBS_SCENARIOS is told",
    )
    page.table("varied_named", keys, {"scenario": Column("outcomes", "text", "={variations.scenario}")})
    page.spill(
        "varied",
        keys,
        {"name": Column("", "text"), "group": Column("", "text"), "change": Column("", "integer")},
        f"=MBS_SCENARIOS({BOOK},{{variations.scenario:mortgage_rate[head:last]}},months,,,{MODEL},"
        '"CHANGE","TOTAL",paths)',
        left=2,
    )
