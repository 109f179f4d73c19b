"""One pool at many prices and speeds: yield, life, spread, duration; and the cash flows behind one yield, laid open."""

from __future__ import annotations

import datetime

from mbsxl.conventions.programs import Program
from mbsxl_workbooks.kit import CHECKS, INPUTS, SUMMARY, SUMMARY_WIDTHS, Check, Headline, Input, Layout, Page
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.shared.standards import STANDARDS
from mbsxl_workbooks.shared.treasuries import CURVE, curve_inputs, curve_page
from mbsxl_workbooks.templates.yield_table import proof

TITLE = "Yield table of one pool"
QUESTION = "What does the pool yield and how long does it last, at each price and speed? And does the yield add up?"

_SPEEDS = ("slowest", "slower", "slow", "base", "fast", "faster", "fastest")
_PRICES = 11  # an odd number, so that the price typed stands in the middle
_MIDDLE = _PRICES // 2
_YIELDS, _LIVES, _SPREADS, _DURATIONS, _GAINS = 5, 19, 23, 37, 51  # the header rows of the tables, as a user counts

_POOL = "coupon,wac,wam,age"
_AT_BASE = f"{_POOL},base_speed"
_WHICH = '=MBS_TICKS(clean_price)&": "&ROUND(100*coupon,3)&"% "&program&" with "&wam&" months left"'


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    summary = layout.page(SUMMARY, TITLE, QUESTION, SUMMARY_WIDTHS)
    _inputs(layout)
    _tables(layout)
    _cash_flows(layout)
    proof.lay_out_proof(layout)
    curve_page(layout)
    _checks(layout)
    _summary(summary)


def _summary(page: Page) -> None:
    row = page.paragraph(
        3,
        (
            "How to read it: above par, faster speeds return at 100 what cost more, and the yield falls; below par it",
            "rises. Slow speeds make the pool long. Tables has every price against every speed, the price and the",
            "base speed of Inputs in the middle. Proof lays the payments behind the base yield open in plain",
            "spreadsheet arithmetic, none of it ours: their present values must add up to the price.",
        ),
    )
    row = page.headlines(row + 1, _headlines())
    page.gallery(row + 1, _charts())


def _headlines() -> list[Headline]:
    def at(function: str, speed: str = "base_speed") -> str:
        return f"=MBS_{function}(clean_price,{_POOL},{speed},settle,program)"

    def spread(measure: str) -> str:
        return f"=MBS_{measure}(clean_price,{_AT_BASE},{CURVE},settle,program)"

    duration = f"=MBS_DURATION(clean_price,{_AT_BASE},,settle,program)"
    # A point, whatever the locale types into a decimal: a speed is text.
    base = '=SUBSTITUTE(ROUND(100*base_cpr,10),",",".")&" CPR"'
    return [
        Headline("clean_price", "Price", "=MBS_DECIMAL(price)", "price", _WHICH),
        Headline("base_speed", "Base speed", base, "general"),
        Headline("yield_base", "Yield", at("YIELD"), "percent", "bond-equivalent, base speed"),
        Headline("life_base", "Average life", f"=MBS_WAL({_AT_BASE},settle,program)", "years", "years, base speed"),
        Headline("duration_base", "Modified duration", duration, "years", "years, base speed"),
        Headline("convexity_base", "Convexity", at("CONVEXITY"), "tenths", "at a fixed speed: real pools have less"),
        Headline("nominal_base", "Spread to the curve", spread("NOMINAL_SPREAD"), "points", "at the average life"),
        Headline("z_base", "Z-spread", spread("Z_SPREAD"), "points", "over every zero-coupon rate"),
        Headline("yield_slowest", "Yield, slowest", at("YIELD", "speed_slowest"), "percent", "=speed_slowest"),
        Headline("yield_fastest", "Yield, fastest", at("YIELD", "speed_fastest"), "percent", "=speed_fastest"),
        Headline(
            "life_slowest",
            "Average life, slowest",
            f"=MBS_WAL({_POOL},speed_slowest,settle,program)",
            "years",
            "years",
        ),
        Headline(
            "life_fastest",
            "Average life, fastest",
            f"=MBS_WAL({_POOL},speed_fastest,settle,program)",
            "years",
            "years",
        ),
        Headline("proof_price", "Price the proof adds up to", f"={proof.CLEAN}", "price", "plain arithmetic only"),
    ]


def _charts() -> list[Chart]:
    speeds = f"Tables!$D${_YIELDS}:$J${_YIELDS}"

    def row(name: str, header: int, place: int, kind: str) -> Series:
        number = header + 1 + place
        return Series(name, speeds, f"Tables!$D${number}:$J${number}", kind)

    def paid(name: str, column: str) -> Series:
        return Series(name, proof.column("C"), proof.column(column), "area")

    return [
        Chart(
            "What comes when, at the base speed",
            "a month, per 100 of face",
            (paid("interest", "J"), paid("scheduled", "H"), paid("prepaid", "I")),
            number="years",
            across="year",
            step=5,
        ),
        Chart(
            "What other speeds do to the yield",
            "basis points",
            tuple(
                row(name, _GAINS, place, "column")
                for place, name in enumerate(("lowest price", "the price", "highest price"))
            ),
        ),
        Chart(
            "Average life and duration by speed",
            "years",
            (row("average life", _LIVES, 0, "column"), row("modified duration", _DURATIONS, _MIDDLE, "column")),
        ),
        Chart(
            "Z-spread by speed, at the price",
            "basis points",
            (row("Z-spread", _SPREADS, _MIDDLE, "column"),),
        ),
    ]


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells; everything else follows.", (44, 16, 96))
    rate = {"validate": "decimal", "criteria": "between", "minimum": 0.0001, "maximum": 0.3, "error_message": "to 30%"}
    cpr = {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1, "error_message": "0% to 100%"}
    term = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": proof.MONTHS}
    age = {"validate": "integer", "criteria": "between", "minimum": 0, "maximum": 480}
    ticks = {"validate": "decimal", "criteria": "between", "minimum": 0.125, "maximum": 64}
    text = {"validate": "length", "criteria": ">", "value": 0}
    speed = text | {"input_title": "A speed", "input_message": _SPEED_HELP}
    date = {"validate": "date", "criteria": ">", "value": datetime.date(1980, 1, 1)}
    programs = {"validate": "list", "source": [each.value for each in Program]}
    across = dict(zip(_SPEEDS, ("2 CPR", "4 CPR", "6 CPR", "", "12 CPR", "20 CPR", "40 CPR"), strict=True))
    page.inputs(
        3,
        (
            Input("price", "Price", "101-04", "text", "Illustrative; 101-04, 101-04+ and 101.125 are all read", text),
            Input("price_step", "Step between the prices of the tables", 8, "general", "32nds", ticks),
            Input("coupon", "Coupon", 0.055, "percent", "A 30-year UMBS of 2025; what investors are paid", rate),
            Input(
                "wac", "Gross rate of the loans", 0.064, "percent", "Illustrative: servicing and guarantee on top", rate
            ),
            Input("wam", "Months left", 350, "integer", "Illustrative; 360 at most", term),
            Input("age", "Age of the loans, months", 8, "integer", "Illustrative; matters to PSA speeds", age),
            Input("program", "Programme", "UMBS", "text", "Fixes the delay of the payments", programs),
            Input("settle", "Settlement", datetime.date(2025, 12, 11), "date", "Interest accrues from the 1st", date),
            Input("base_cpr", "Base speed, CPR", 0.08, "percent", _BASE_NOTE, cpr),
            *(
                Input(f"speed_{each}", f"{each.capitalize()} speed", across[each], "text", _ANY_SPEED, speed)
                for each in _SPEEDS
                if each != "base"
            ),
            *curve_inputs(),
        ),
    )


_SPEED_HELP = 'A number and its unit: "6 CPR", "150 PSA", "6 CPR for 12, 9 CPR", "4 to 10 CPR over 24"'
_ANY_SPEED = "A number and its unit: 4 CPR, 150 PSA, 6 CPR for 12, 9 CPR"
_BASE_NOTE = (
    "Fannie Mae pools ran at about 7% to 10% from May to November 2025; Ginnie Mae, Global Markets Analysis Report, "
    "December 2025, read from its chart"
)


def _tables(layout: Layout) -> None:
    page = layout.page(
        "Tables",
        "Prices down, speeds across",
        "Each table is one formula: prices down, speeds across. In the middle the price and base speed of Inputs.",
        (10, 10, *[11] * len(_SPEEDS)),
    )
    page.sheet.set_portrait()
    page.sheet.fit_to_pages(1, 1)
    _table(page, _YIELDS, "Yield, bond-equivalent", "YIELD", "", "percent")
    speeds = f"D{_LIVES}:J{_LIVES}"
    _heading(page, _LIVES, "Average life, years: the same at every price", ("", ""))
    page.fill(_LIVES, 3, 1, f"=MBS_WAL({_POOL},{speeds},settle,program)", "years", len(_SPEEDS))
    _table(page, _SPREADS, "Z-spread over the Treasury curve", "Z_SPREAD", f"{CURVE},", "points")
    _table(page, _DURATIONS, "Modified duration, years", "DURATION", ",", "years")
    _heading(page, _GAINS, "Yield less that at the base speed, in basis points", ("", "price"))
    for place, row in enumerate((_YIELDS + 1, _YIELDS + 1 + _MIDDLE, _YIELDS + _PRICES)):
        page.write(_GAINS + place, 2, f"=C{row}", page.layout.style("price"))
        for column, letter in enumerate("DEFGHIJ", start=3):
            page.write(_GAINS + place, column, f"=10000*({letter}{row}-$G{row})", page.layout.style("points"))


def _heading(page: Page, row: int, title: str, first: tuple[str, str]) -> None:
    page.sheet.write(row - 2, 1, title, page.layout.style(bold=True, font_color="#1F3A5F"))
    speeds = ["=base_speed" if each == "base" else f"=speed_{each}" for each in _SPEEDS]
    page.header(row - 1, (*first, *speeds))


def _table(page: Page, row: int, title: str, function: str, special: str, number: str) -> None:
    """Lay out a table whose header is in a row, as a user counts."""
    _heading(page, row, title, ("in 32nds", "price"))
    first, last = row + 1, row + _PRICES
    page.fill(row, 1, _PRICES, f"=MBS_TICKS(C{first}:C{last})", "general")
    for place in range(_PRICES):
        step = f"=clean_price+({place - _MIDDLE})*price_step/32"
        page.write(
            row + place, 2, step, page.layout.style("price", bold=place == _MIDDLE, bottom=4, bottom_color="#C5CBD5")
        )
    across = f"{_POOL},D{row}:J{row}"
    formula = f"=MBS_{function}(C{first}:C{last},{across},{special}settle,program)"
    page.fill(row, 3, _PRICES, formula, number, len(_SPEEDS))
    chosen = page.layout.style(number, bold=True, bg_color="#E4ECF5", border=1, border_color="#1F3A5F")
    page.sheet.write_blank(row + _MIDDLE, 3 + _SPEEDS.index("base"), None, chosen)


def _cash_flows(layout: Layout) -> None:
    page = layout.page(
        "Cash flows",
        "The payments at the base speed",
        "One formula, MBS_CASHFLOW, for 100 of face; the date is the one of payment.",
        (10, *[13] * 7),
    )
    page.sheet.freeze_panes(4, 2)
    call = f"=MBS_CASHFLOW(100,{_AT_BASE},settle,program)"
    page.spill(3, 1, proof.MONTHS + 1, call, ("integer", "date", *["price"] * 6))


def _checks(layout: Layout) -> None:
    page = layout.page(
        CHECKS,
        "Checks",
        "Published figures, and identities, beside what the formulas of this workbook say.",
        (62, 16, 16, 12, 10, 100),
    )
    middle = f"Tables!G{_YIELDS + 1 + _MIDDLE}"
    page.checks(
        3,
        (
            Check(
                "The proof: what the payments are worth, less the price",
                f"={proof.GAP}",
                0,
                1e-8,
                "general",
                "Plain arithmetic against MBS_YIELD; per 100 of face",
            ),
            Check(
                "The proof's average life, less the formula's",
                f"={proof.LIFE}-life_base",
                0,
                1e-8,
                "general",
                "Plain arithmetic against MBS_WAL; years",
            ),
            Check(
                "The proof's modified duration, less the formula's",
                f"={proof.DURATION}-duration_base",
                0,
                1e-8,
                "general",
                "Plain arithmetic against MBS_DURATION; years",
            ),
            Check(
                "The proof's balance after five years, less the formula's",
                f"=INDEX({proof.column('E')},MIN(60,wam)+1)-100*MBS_FACTOR(wac,wam,age,base_speed,MIN(60,wam))",
                0,
                1e-8,
                "general",
                "Plain arithmetic against MBS_FACTOR; per 100 of face",
            ),
            Check(
                "The middle of the yield table, less the headline",
                f"={middle}-yield_base",
                0,
                1e-10,
                "general",
                "A table is one call for all its cells; the headline is a call of its own",
            ),
            *STANDARDS,
        ),
    )
