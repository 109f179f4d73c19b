"""What the classes of the template's deal pay and risk, and a real deal beside what its supplement prints."""

from __future__ import annotations

from mbsxl_workbooks.kit.cells import Check, Headline
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.market import CURVE, MODEL
from mbsxl_workbooks.templates.structure.deal import KEYS, ON, typed

_PRINTED = figures("fannie_2006_18", __package__)
_PRINTED_KEYS = tuple(each["class"].lower() for each in _PRINTED)
_PRINTED_SPEEDS = (100, 147, 250, 500)

_MEASURES = {
    "YIELD": ("yield", "percent"),
    "Z_SPREAD": ("Z-spread", "points"),
    "OAS": ("OAS", "points"),
    "STANDARD_ERROR": ("its standard error", "points"),
    "EFFECTIVE_DURATION": ("effective duration", "years"),
    "CONVEXITY_IN_HUNDREDTHS": ("effective convexity, hundredths", "tenths"),
    "VEGA": ("vega, points a bp", "price"),
}


def lay_out_risk(layout: Layout) -> None:
    """Lay out the measures of the classes at their prices."""
    page = layout.page(
        "Risk",
        "What each class pays, and what it risks",
        "MBS_CMO_MEASURES at the prices on Deal: yield and Z-spread at the base speed, the rest on the model's paths.",
        (26, 12, *[22] * 7),
    )
    names = ",".join(f'"{name}"' for name in _MEASURES)
    page.table("measured", KEYS, {"class": Column("row", "text", '={deal.class}&""')})
    page.spill(
        "risk",
        KEYS,
        {
            "class": Column("class", "text"),
            **{name.lower(): Column(head, number) for name, (head, number) in _MEASURES.items()},
        },
        f"=MBS_CMO_MEASURES({{{names}}},{{deal.price}},{ON},base_speed,{CURVE},"
        f"volatility,mean_reversion,{MODEL},,index_rate,settle,program)",
        left=2,
    )
    page.headlines(
        (
            Headline("longest", "Row of the longest duration", _most("effective_duration", "MAX"), "integer"),
            Headline("worst", "Row of the worst convexity", _most("convexity_in_hundredths", "MIN"), "integer"),
        )
    )


def _most(column: str, function: str) -> str:
    return f"=MATCH({function}({{risk.{column}}}),{{risk.{column}}},0)"


def lay_out_printed(layout: Layout) -> None:
    """Lay out the real deal, and its average lives as printed and as calculated."""
    page = layout.page(
        "Printed",
        "A real deal beside what it prints",
        "Fannie Mae REMIC Trust 2006-18, Group 1, settled 28 February 2006: average lives as printed.",
        (10, 12, 14, 10, 8, 8, 18, 10, 8, *[10] * 8),
    )
    words = ("class", "kind", "balance", "coupon", "order", "lane", "band", "lockout", "to")
    numbers = ("text", "text", "integer", "percent", "integer", "text", "text", "integer", "integer")
    page.table(
        "issue",
        _PRINTED_KEYS,
        {
            **{
                name: Column(name, number, [typed(each[name]) for each in _PRINTED])
                for name, number in zip(words, numbers, strict=True)
            },
            **{
                f"printed_{speed}": Column(
                    f"printed, {speed} PSA", "tenths", [typed(each[f"life_{speed}"]) for each in _PRINTED]
                )
                for speed in _PRINTED_SPEEDS
            },
            **{
                f"life_{speed}": Column(f"here, {speed} PSA", "years", fill=f"=INDEX({_issue(speed)},{_ROWS},3)")
                for speed in _PRINTED_SPEEDS
            },
        },
    )
    page.table(
        "issued",
        ("older", "younger"),
        {
            "face": Column("face", "integer", [37_414_966.0, 95_238_095.0]),
            "coupon": Column("coupon", "percent", [0.055, 0.055]),
            "wac": Column("wac", "percent", [0.0594, 0.0594]),
            "wam": Column("wam", "integer", [349, 348]),
            "age": Column("age", "integer", [9, 10]),
        },
        "Its collateral",
    )


_ROWS = "{" + ";".join(str(row) for row in range(2, 2 + len(_PRINTED))) + "}"


def _issue(speed: int) -> str:
    table = "{issue.class:to[head:last]},{issued.face:age[head:last]}"
    return f'MBS_CMO({table},"{speed} PSA",,,DATE(2006,2,28))'


def missed() -> tuple[Check, ...]:
    """Return the checks of what the real deal prints."""
    source = "Prospectus supplement of 2 February 2006; average lives in years, one decimal"
    return tuple(
        Check(
            f"Fannie Mae 2006-18, lives at {speed} PSA: classes that miss what is printed",
            f"=SUM(--(ABS({{issue.life_{speed}}}-{{issue.printed_{speed}}})>0.0501))",
            0,
            0,
            "integer",
            source,
        )
        for speed in _PRINTED_SPEEDS
    )
