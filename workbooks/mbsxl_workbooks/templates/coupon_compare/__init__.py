"""Which coupon for the middle of the curve: 15-, 20- and 30-year pools side by side at three speeds."""

from __future__ import annotations

import datetime

from mbsxl.conventions.programs import Program
from mbsxl_workbooks.kit import CHECKS, INPUTS, SUMMARY, SUMMARY_WIDTHS, Check, Headline, Input, Layout, Page
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.style import AMBER
from mbsxl_workbooks.shared.standards import STANDARDS
from mbsxl_workbooks.shared.treasuries import CURVE, curve_inputs, curve_page
from mbsxl_workbooks.templates.coupon_compare import pages

TITLE = "Coupons side by side"
QUESTION = "Which coupon pays most for its duration, and which still does when speeds change?"


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    summary = layout.page(SUMMARY, TITLE, QUESTION, SUMMARY_WIDTHS)
    _inputs(layout)
    pages.lay_out_pools(layout)
    pages.lay_out_compare(layout)
    pages.lay_out_drift(layout)
    curve_page(layout)
    _checks(layout)
    _summary(summary)


def _summary(page: Page) -> None:
    row = page.paragraph(
        3,
        (
            "How to read it: a coupon earns its place by what it yields over funding for each year of duration, and by",
            "keeping that duration when speeds change. Slow speeds lengthen a pool when rates have risen, fast speeds",
            "shorten it, above par at a loss, when they have fallen. High coupons move most, 15-years and deep",
            "discounts least. Prices, pools and speeds are illustrative: type your own in the amber cells of Pools.",
        ),
    )
    row = page.headlines(row + 1, _headlines())
    page.gallery(row + 1, _charts())


def _headlines() -> list[Headline]:
    def best(name: str, label: str, where: str, number: str, unit: str = "", function: str = "MAX") -> Headline:
        return Headline(
            name, label, f"={function}({where})", number, f'=INDEX({pages.NAMES},MATCH({name},{where},0))&"{unit}"'
        )

    chosen = f"INDEX({pages.NAMES},MATCH(pick_yield,{pages.column('D')},0))"
    within = f'=MAXIFS({pages.column("D")},{pages.column("H", "slow")},"<="&duration_limit)'
    none = '"no pool is short enough"'
    return [
        Headline(
            "pick_yield",
            "Highest yield within the limit",
            within,
            "percent",
            f'=IFERROR({chosen}&", limit "&duration_limit&" years when slow",{none})',
        ),
        best("top_yield", "Highest yield of all", pages.column("D"), "percent"),
        best("floor_yield", "Best yield at its worst speed", pages.listed("Drift", "J"), "percent"),
        best("top_spread", "Widest Z-spread", pages.column("F"), "points"),
        best("top_ratio", "Most yield per year of duration", pages.column("J"), "percent"),
        best("top_carry", "Most carry per year of duration", pages.column("L"), "points"),
        best(
            "least_drift", "Least duration drift, years", pages.listed("Drift", "F"), "years", ", slow less fast", "MIN"
        ),
        best("most_drift", "Most duration drift, years", pages.listed("Drift", "F"), "years", ", slow less fast"),
        Headline("carry_10y", "Carry of the 10-year Treasury", "=10000*(cmt_10y-funding)", "points", "less funding"),
    ]


def _charts() -> list[Chart]:
    def group(name: str, first: int, last: int) -> Series:
        coupons = [each["coupon"] for each in pages.STACK[first : last + 1]]
        return Series(name, *pages.points(first, last), "scatter", coupons)

    def path(name: str) -> Series:
        row = pages.FIRST + [each["name"] for each in pages.STACK].index(name)
        labels = ("slow", "base", "fast") if name == "30y60" else ()
        return Series(pages.short(name), f"Drift!$C${row}:$E${row}", f"Drift!$O${row}:$Q${row}", "scatter", labels)

    def three(letters: str) -> tuple[Series, ...]:
        scenarios = ("slow", "base", "fast")
        return tuple(
            Series(scenario, pages.NAMES, pages.listed("Drift", letter), "column")
            for scenario, letter in zip(scenarios, letters, strict=True)
        )

    treasuries = Series("Treasuries", *pages.treasury_points(), "scatter", tuple(pages.TREASURIES))
    return [
        Chart(
            "What is earned for the duration, base speeds",
            "bp over funding",
            (group("15-year", 0, 2), group("20-year", 3, 4), group("30-year", 5, 9), treasuries),
            across="general",
            below="modified duration, years",
        ),
        Chart(
            "Where speeds take it: slow, base, fast",
            "bp over funding",
            tuple(path(name) for name in ("15y50", "20y55", "30y20", "30y50", "30y60")),
            across="general",
            below="modified duration, years",
        ),
        Chart("Duration at three speeds", "years", three("CDE")),
        Chart(
            "What slow and fast speeds do to the yield",
            "basis points",
            (
                Series("slow", pages.NAMES, pages.listed("Drift", "R"), "column"),
                Series("fast", pages.NAMES, pages.listed("Drift", "S"), "column", color=AMBER),
            ),
        ),
        Chart("Yield per year of duration at three speeds", "yield / duration", three("KLM"), number="percent"),
        Chart("Z-spread at three speeds", "basis points", three("TUV")),
    ]


def _inputs(layout: Layout) -> None:
    page = layout.page(
        INPUTS, "Inputs", "Change the amber cells, here and on Pools; everything else follows.", (44, 16, 96)
    )
    rate = {"validate": "decimal", "criteria": "between", "minimum": -0.05, "maximum": 0.3, "error_message": "to 30%"}
    years = {"validate": "decimal", "criteria": "between", "minimum": 0.1, "maximum": 30, "error_message": "0.1 to 30"}
    date = {"validate": "date", "criteria": ">", "value": datetime.date(1980, 1, 1)}
    programs = {"validate": "list", "source": [each.value for each in Program]}
    page.inputs(
        3,
        (
            Input("duration_limit", "Most duration wanted at slow speeds", 6, "years", "Years; your own limit", years),
            Input("funding", "Funding rate", 0.0388, "percent", _FUNDING, rate),
            Input("settle", "Settlement", datetime.date(2025, 12, 11), "date", "Interest accrues from the 1st", date),
            Input("program", "Programme", "UMBS", "text", "Fixes the delay of the payments", programs),
            *curve_inputs(),
        ),
    )


_FUNDING = "Effective federal funds rate, November 2025 average; Federal Reserve Board, H.15; type your repo rate"


def _checks(layout: Layout) -> None:
    page = layout.page(
        CHECKS,
        "Checks",
        "Published figures, and identities, beside what the formulas of this workbook say.",
        (62, 16, 16, 12, 10, 100),
    )
    at_base = f"{pages.LOANS},{pages.listed('Pools', 'I')}"
    end = "settle,program)"
    given = f"MBS_DECIMAL({pages.PRICES})"
    slope = (
        f"(MBS_PRICE({pages.column('D')}-0.0001,{at_base},{end}-MBS_PRICE({pages.column('D')}+0.0001,{at_base},{end})"
        f"/0.0002/({given}+MBS_ACCRUED({pages.listed('Pools', 'C')},settle))"
    )
    page.checks(
        3,
        (
            Check(
                "Prices back from the yields, less the prices: sum of the squares",
                f"=SUMXMY2(MBS_PRICE({pages.column('D')},{at_base},{end},{given})",
                0,
                1e-16,
                "general",
                "MBS_PRICE against MBS_YIELD, every pool at its base speed",
            ),
            Check(
                "Prices back from the Z-spreads, less the prices: sum of the squares",
                f"=SUMXMY2(MBS_Z_PRICE({pages.column('F')},{at_base},{CURVE},{end},{given})",
                0,
                1e-16,
                "general",
                "MBS_Z_PRICE against MBS_Z_SPREAD, every pool at its base speed",
            ),
            Check(
                "Slopes of the prices between yields 2 bp apart, less the durations: squares",
                f"=SUMXMY2({slope},{pages.column('H')})",
                0,
                1e-8,
                "general",
                "MBS_PRICE against MBS_DURATION, every pool at its base speed",
            ),
            *STANDARDS,
        ),
    )
