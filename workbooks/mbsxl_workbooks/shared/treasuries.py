"""The Treasury curve that templates measure spreads from: its input cells, its page, its ranges."""

from __future__ import annotations

from mbsxl_workbooks.kit import Input, Layout
from mbsxl_workbooks.shared.figures import figures

_ROWS = figures("treasury_curve")
_FIRST, _LAST = 5, 4 + len(_ROWS)  # rows of the tenors on the page, as a user counts

#: The ranges of the tenors and of their par yields, as arguments of a formula.
CURVE = f"Curve!$C${_FIRST}:$C${_LAST},Curve!$D${_FIRST}:$D${_LAST}"

_NOTE = "Constant-maturity Treasury, 24 November 2025; Federal Reserve Board, H.15"
# Of a bond whose coupon is its yield; a bill pays once. At a yield of 0 it is the time itself.
_DURATION = "=IF(C{row}<1,C{row}/(1+C{row}*D{row}),IF(D{row}=0,C{row},(1-(1+D{row}/2)^(-2*C{row}))/D{row}))"
_RATE = {"validate": "decimal", "criteria": "between", "minimum": -0.05, "maximum": 0.3, "error_message": "-5% to 30%"}


def curve_inputs() -> list[Input]:
    """Return an input a tenor."""
    return [
        Input(
            f"cmt_{each['name']}",
            f"Treasury, {_spelt(each['name'])}",
            float(each["yield"]) / 100,
            "percent",
            _NOTE,
            _RATE,
        )
        for each in _ROWS
    ]


def curve_page(layout: Layout) -> None:
    """Lay out the curve: the par yields typed on Inputs, and what the curve through them says."""
    page = layout.page(
        "Curve",
        "The Treasury curve",
        "Par yields as typed on Inputs; zero-coupon and forward rates compound continuously.",
        (14, 10, 12, 12, 12, 12, 12),
    )
    rows = [
        (
            _spelt(each["name"]),
            float(each["years"]),
            f"=cmt_{each['name']}",
            None,
            None,
            None,
            _DURATION.format(row=row),
        )
        for row, each in enumerate(_ROWS, start=_FIRST)
    ]
    page.table(
        3,
        ("tenor", "years", "par yield", "zero rate", "forward", "discount factor", "modified duration"),
        ("text", "years", *["percent"] * 3, "price", "years"),
        rows,
    )
    for column, (measure, number) in enumerate((("ZERO", "percent"), ("FORWARD", "percent"), ("DISCOUNT", "price")), 4):
        page.fill(_FIRST - 1, column, len(_ROWS), f'=MBS_CURVE({CURVE},C{_FIRST}:C{_LAST},"{measure}")', number)


def _spelt(tenor: str) -> str:
    return f"{tenor[:-1]} {'months' if tenor.endswith('m') else 'years' if tenor != '1y' else 'year'}"
