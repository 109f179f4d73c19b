"""Results printed in the standards that any template of prices and yields can be held against."""

from __future__ import annotations

from mbsxl_workbooks.kit import Check

_SF = "Standard Formulas for the Analysis of Mortgage-Backed Securities, "
_NEW = '9%,9.5%,360,0,"150 PSA"'
_MATHWORKS = "MathWorks, Financial Instruments Toolbox, "
_SEASONED = '7.5%,8.125%,333,27,"100 PSA"'
_APRIL = 'DATE(2002,4,15),"GNMA I"'

STANDARDS = (
    Check(
        "Yield of a new 9% pass-through at 100, 150 PSA",
        f'=MBS_YIELD(100,{_NEW},,"GNMA I")',
        0.0910675,
        5e-8,
        "exact percent",
        _SF + "SF-50",
    ),
    Check(
        "Average life of the 9% pass-through, years",
        f'=MBS_WAL({_NEW},,"GNMA I")',
        9.77844,
        5e-6,
        "exact",
        _SF + "SF-50",
    ),
    Check(
        "Macaulay duration of the 9% pass-through, years",
        f'=MBS_DURATION(100,{_NEW},"MACAULAY",,"GNMA I")',
        5.73147,
        5e-6,
        "exact",
        _SF + "SF-50",
    ),
    Check(
        "Modified duration of the 9% pass-through, years",
        f'=MBS_DURATION(100,{_NEW},,,"GNMA I")',
        5.48186,
        5e-6,
        "exact",
        _SF + "SF-50",
    ),
    Check(
        "Convexity of the 9% pass-through",
        f'=MBS_CONVEXITY(100,{_NEW},,"GNMA I")',
        54.4326,
        5e-5,
        "exact",
        _SF + "SF-51",
    ),
    Check(
        "Price of a 7.5% pass-through at a mortgage yield of 7.25%",
        f'=MBS_PRICE(7.25%,{_SEASONED},{_APRIL},"MONTHLY")',
        101.3147,
        5e-5,
        "exact",
        _MATHWORKS + "mbsprice",
    ),
    Check(
        "Average life of the 7.5% pass-through, years",
        f"=MBS_WAL({_SEASONED},{_APRIL})",
        10.5477,
        5e-5,
        "exact",
        _MATHWORKS + "mbswal",
    ),
    Check(
        "Modified duration of the 7.5% pass-through at 101, years",
        f"=MBS_DURATION(101,{_SEASONED},,{_APRIL})",
        6.2080,
        5e-5,
        "exact",
        _MATHWORKS + "mbsdurp",
    ),
)
