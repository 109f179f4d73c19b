"""The classes of a deal: who gets paid when, and which of them carry the extension risk and the call risk."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.style import AMBER, GREY, NAVY, RED, TEAL
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.shared import market
from mbsxl_workbooks.templates.structure.deal import (
    ACROSS,
    SOLD,
    SPEEDS,
    lay_out_across,
    lay_out_deal,
    lay_out_lives,
    lay_out_payments,
)
from mbsxl_workbooks.templates.structure.measured import lay_out_printed, lay_out_risk, missed

TITLE = "The classes of a deal"
QUESTION = "Who gets paid when, and which classes carry the extension risk and the call risk?"

_COLORS = (NAVY, "#3D6496", "#6C93C2", "#A5BFDD", TEAL, AMBER, RED, "#E0958A", GREY)
_HEAT = (NAVY, "#3D6496", "#6C93C2", TEAL, AMBER, RED, "#E0958A")  # from the slowest speed to the fastest
_SHOWN = "year1:year30"  # of loans of 30 years: after them nothing is left
_LIMITS = (
    "The deal and its prices are made up, in the shape of an agency REMIC: type yours over them, on Deal.",
    "One group of collateral; no calls, no triggers, no classes of other deals.",
    "Durations and OAS are on paths of the model's rates; the index of a floating class is then the model's one-month "
    "rate.",
    "A pool is a new one to the model: it has not yet lost its quick borrowers.",
)


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    owned = '=SUM(IF({deal.order}="",0,{deal.balance}))-SUM({pools.face[all]})'
    owed = Check(
        "Balances of the classes less the collateral", owned, 0, 1, "hundredths", "Deal; a currency unit allowed"
    )
    known = (*missed(), owed)
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    lay_out_deal(layout)
    lay_out_lives(layout)
    lay_out_across(layout)
    lay_out_payments(layout)
    lay_out_risk(layout)
    lay_out_printed(layout)
    market.curve_page(layout)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells, here, on Deal and on Decrement; everything follows.")
    words = {"slow": "what extension is measured at", "base": "the pricing speed", "fast": "what calls are measured at"}
    page.inputs(
        (
            *(
                Input(f"{name}_speed", f"Speed, {name}", speed, "text", words[name].capitalize(), rules.SPEED)
                for name, speed in SPEEDS.items()
            ),
            Input(
                "index_rate",
                "Index of floating classes",
                "FORWARD",
                "text",
                "FORWARD, along the curve, or a rate; on paths the model's one-month rate",
                {**rules.SPEED, "error_message": "FORWARD, or a rate"},
            ),
            *market.settlement(),
        ),
        "The question",
    )
    market.market_inputs(page)


def _named(row: str) -> str:
    return f"INDEX({{lives.class}},{row})"


def _life(column: str, row: str) -> str:
    return f'TEXT(INDEX({{lives.{column}}},{row}),"0.0")'


def _summary() -> Summary:
    moves = f'{_life("slow", "steadiest")}&" to "&{_life("fast", "steadiest")}&" years"'
    return Summary(
        f'="Class "&{_named("furthest")}&" carries the extension risk: "&{_life("base", "furthest")}&" years at "'
        f'&base_speed&" become "&{_life("slow", "furthest")}&" at "&slow_speed&". Class "&{_named("called")}'
        f'&" carries the call risk: "&{_life("base", "called")}&" become "&{_life("fast", "called")}&" at "'
        f'&fast_speed&". "&{_named("steadiest")}&" is the steadiest, "&{moves}&"."',
        market.DATED,
        (
            "How to read it: planned classes are paid by schedule while prepayments stay within their "
            "band; what comes too early or too late is the supports'. So lives, durations and convexities "
            "of one pool are unevenly shared out, and a class's OAS is what is left of its spread once "
            "that is paid for. Payments shows who is paid when; Risk what each one risks.",
        ),
        (
            Headline(
                "most_extended",
                "Most extension, years",
                "=MAX({lives.extends})",
                "years",
                f'="class "&{_named("furthest")}&", "&base_speed&" to "&slow_speed',
            ),
            Headline(
                "most_called",
                "Most call, years",
                "=MAX({lives.shortens})",
                "years",
                f'="class "&{_named("called")}&", "&base_speed&" to "&fast_speed',
            ),
            Headline(
                "least_moved",
                "Least moved, years",
                "=MIN({lives.moves})",
                "years",
                f'="class "&{_named("steadiest")}&", "&slow_speed&" to "&fast_speed',
            ),
            Headline(
                "longest_duration",
                "Longest effective duration",
                "=MAX({risk.effective_duration})",
                "years",
                '="class "&INDEX({risk.class},longest)',
                True,
            ),
            Headline(
                "worst_convexity",
                "Worst effective convexity, hundredths",
                "=MIN({risk.convexity_in_hundredths})",
                "tenths",
                '="class "&INDEX({risk.class},worst)',
                True,
            ),
            Headline(
                "largest_error",
                "Largest standard error of an OAS",
                "=MAX({risk.standard_error})",
                "points",
                "of its price's, on the model's paths",
                True,
            ),
        ),
        _charts(),
    )


def _charts() -> tuple[Chart, ...]:
    areas = tuple(
        Series(f"={{paid.{key}[head]}}", f"{{paid.year[{_SHOWN}]}}", f"{{paid.{key}[{_SHOWN}]}}", "area", color=color)
        for key, color in zip(SOLD, _COLORS, strict=False)
    )

    def by_class(name: str, table: str, column: str, color: str = "") -> Series:
        return Series(name, f"{{{table}.class}}", f"{{{table}.{column}}}", "column", color=color)

    return (
        Chart('="Who is paid when: principal a year at "&base_speed', "$mm", areas, below="year"),
        Chart(
            "Average life at three speeds",
            "years",
            tuple(by_class(f"={{lives.{name}[head]}}", "lives", name) for name in SPEEDS),
            number="integer",
        ),
        Chart(
            "Effective duration by class",
            "years",
            (by_class("effective duration", "risk", "effective_duration"),),
            number="tenths",
        ),
        Chart(
            "Effective convexity by class",
            "hundredths",
            (by_class("effective convexity", "risk", "convexity_in_hundredths", TEAL),),
            number="tenths",
        ),
        Chart(
            '="What is left of class "&shown_class&", by speed"',
            "%",
            tuple(
                Series(f"={{left.{name}[head]}}", f"{{left.year[{_SHOWN}]}}", f"{{left.{name}[{_SHOWN}]}}", color=color)
                for name, color in zip(ACROSS, _HEAT, strict=True)
            ),
            below="year",
        ),
        Chart(
            "OAS by class, and its standard error",
            "bp",
            (by_class("OAS", "risk", "oas", AMBER), by_class("its standard error", "risk", "standard_error", GREY)),
        ),
    )
