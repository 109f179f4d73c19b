"""The checks of the spread monitor: published figures, published results of the formulas, and what must hold."""

from __future__ import annotations

from mbsxl_workbooks.kit import CHECKS, Check, Layout
from mbsxl_workbooks.shared.days import start_day
from mbsxl_workbooks.templates.spread_monitor.history import month_row, months, weeks
from mbsxl_workbooks.templates.spread_monitor.position import AFTER_A_YEAR, AT_ONCE


def lay_out_checks(layout: Layout) -> None:
    """Lay out the page of checks."""
    page = layout.page(
        CHECKS,
        "Checks",
        "Published figures beside what the formulas of this workbook say.",
        (66, 16, 16, 12, 10, 100),
    )
    page.checks(3, (*_data_checks(), *_formula_checks(), *_laws()))


def _data_checks() -> tuple[Check, ...]:
    survey = "Freddie Mac, Primary Mortgage Market Survey, monthly average as published until 2022"
    daily = "Survey and daily H.15 averaged over the month, the average of the 10-year not rounded"
    week = "Freddie Mac and H.15, 6 November 2025: 6.22% and 4.11%"
    average = f"=AVERAGE({months('D', '2023-01', '2023-12')})"
    october = f"=AVERAGE({weeks('C', '2025-10-02', '2025-10-30')})"
    november = f"=SUM({weeks('F', '2025-11-06', '2025-11-06')})"

    def spread(month: str) -> str:
        return f"=Monthly!G{month_row(month)}"

    return (
        Check("Mortgage rate, April 1971", _rate_of("1971-04"), 0.0731, 0.00005, "percent", survey),
        Check("Mortgage rate, October 1981, the highest", _rate_of("1981-10"), 0.1845, 0.00005, "percent", survey),
        Check("10-year, average of 2023", average, 0.0396, 0.00005, "percent", "Federal Reserve Board, H.15, annual"),
        Check("Spread, October 2025", spread("2025-10"), 219.2, 0.5, "points", daily),
        Check("Spread, November 2025", spread("2025-11"), 214.4, 0.5, "points", daily),
        Check("Spread, December 2025", spread("2025-12"), 204.7, 0.5, "points", daily),
        Check("Spread of the week of 6 November 2025", november, 211, 0.05, "points", week),
        Check(
            "Five weeks of October 2025, mortgage rate",
            october,
            0.06254,
            0.000005,
            "exact percent",
            "The month of Monthly",
        ),
    )


def _rate_of(month: str) -> str:
    return f"=Monthly!C{month_row(month)}"


def _formula_checks() -> tuple[Check, ...]:
    formulas = "Standard Formulas for the Analysis of Mortgage-Backed Securities, "
    new = '9%,9.5%,360,0,"150 PSA"'
    seasoned = '=MBS_PRICE(7.25%,7.5%,8.125%,333,27,"100 PSA",DATE(2002,4,15),"GNMA I","MONTHLY")'
    return (
        Check(
            "Yield at par of a 9% pass-through on new 9.5% loans at 150 PSA",
            f'=MBS_YIELD(100,{new},,"GNMA I")',
            0.0910675,
            0.00000005,
            "exact percent",
            formulas + "SF-50: 9.10675%",
        ),
        Check(
            "Its modified duration",
            f'=MBS_DURATION(100,{new},,,"GNMA I")',
            5.48186,
            0.000005,
            "exact",
            formulas + "SF-50",
        ),
        Check("Its convexity", f'=MBS_CONVEXITY(100,{new},,"GNMA I")', 54.4326, 0.00005, "exact", formulas + "SF-51"),
        Check(
            "Price of a 7.5% pass-through at a mortgage yield of 7.25%",
            seasoned,
            101.3147,
            0.00005,
            "exact",
            "MathWorks, Financial Instruments Toolbox, mbsprice",
        ),
    )


def _laws() -> tuple[Check, ...]:
    payments = "SUMPRODUCT(Held!$D$5:$D$16/(1+position_yield/2)^(2*Held!$E$5:$E$16))"
    halves = f"((360+{start_day('EDATE(settle,12)')}-{start_day('settle')})/180)"
    held = f"={payments}+Held!E{AFTER_A_YEAR + 2}/(1+position_yield/2)^{halves}-position_value"
    return (
        Check(
            "The two pieces less the spread over the 5/10 blend",
            "=primary_secondary+coupon_spread-spread_blend",
            0,
            0.000001,
            "exact",
            "Mortgage rate less current coupon, current coupon less Treasuries: nothing is left over",
        ),
        Check(
            "Price at the position's own yield, less its price",
            f"=Position!D{AT_ONCE}-price",
            0,
            0.000001,
            "exact",
            "Yield and price are inverse",
        ),
        Check(
            "Price at the position's own Z-spread, less its price",
            f"=Position!H{AT_ONCE}-price",
            0,
            0.000001,
            "exact",
            "Z-spread and price are inverse",
        ),
        Check(
            "A year at an unchanged yield, discounted at it, less the value today",
            held,
            0,
            0.000001,
            "exact",
            "The yield is what payments and sale are worth: nothing lost on the way",
        ),
    )
