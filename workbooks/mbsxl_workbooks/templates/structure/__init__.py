"""The classes of a deal: who gets paid when, and which of them carry the extension risk and the call risk."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import INPUTS, Check, Headline, Input
from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.style import AMBER, GREY, NAVY, RED, TEAL
from mbsxl_workbooks.kit.summary import Summary, checks, guide, summary
from mbsxl_workbooks.kit.tables import Column, Value
from mbsxl_workbooks.shared import market
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.market import CURVE, MODEL

TITLE = "The classes of a deal"
QUESTION = "Who gets paid when, and which classes carry the extension risk and the call risk?"

_CLASSES = figures("classes", __package__)
_KEYS = tuple(each["class"].lower() for each in _CLASSES)
_PRINTED = figures("fannie_2006_18", __package__)
_PRINTED_KEYS = tuple(each["class"].lower() for each in _PRINTED)
_PRINTED_SPEEDS = (100, 147, 250, 500)
_SPEEDS = {"slow": "100 PSA", "base": "180 PSA", "fast": "400 PSA"}
_COLORS = (NAVY, "#3D6496", "#6C93C2", "#A5BFDD", TEAL, AMBER, RED, "#E0958A", GREY)
_LIMITS = (
    "The deal and its prices are made up, in the shape of an agency REMIC: type yours over them, on Deal.",
    "One group of collateral; no calls, no triggers, no classes of other deals.",
    "Durations and OAS are on paths of the model's rates; the index of a floating class is then the model's one-month "
    "rate.",
    "A pool is a new one to the model: it has not yet lost its quick borrowers.",
)
_STRUCTURE = "{deal.class:to[head:last]}"
_POOLS = "{pools.face:age[head:last]}"
_ON = f"{_STRUCTURE},{_POOLS}"


def lay_out(layout: Layout) -> None:
    """Lay out the workbook."""
    known = _known()
    summary(layout, TITLE, QUESTION, _summary(), len(known))
    guide(layout, _LIMITS)
    _inputs(layout)
    _deal(layout)
    _lives(layout)
    _balances(layout)
    _risk(layout)
    _printed(layout)
    market.curve_page(layout)
    checks(layout, known)


def _inputs(layout: Layout) -> None:
    page = layout.page(INPUTS, "Inputs", "Change the amber cells, here and on Deal; everything follows.")
    words = {"slow": "what extension is measured at", "base": "the pricing speed", "fast": "what calls are measured at"}
    page.inputs(
        (
            *(
                Input(f"{name}_speed", f"Speed, {name}", speed, "text", words[name].capitalize(), rules.SPEED)
                for name, speed in _SPEEDS.items()
            ),
            *market.settlement(),
        ),
        "The question",
    )
    market.market_inputs(page)


def _deal(layout: Layout) -> None:
    page = layout.page(
        "Deal",
        "The deal",
        "A row a class. Equal orders share; an order's band plans its balances; `to` names the order an accrual class "
        "feeds.",
        (12, 14, 16, 10, 8, 8, 18, 10, 8, 12),
    )
    columns: dict[str, tuple[str, rules.Rule]] = {
        "class": ("text", rules.LABEL),
        "kind": ("text", rules.LABEL),
        "balance": ("integer", rules.AMOUNT),
        "coupon": ("percent", rules.between(0, 0.3, "0% to 30%")),
        "order": ("integer", rules.between(1, 100, "A whole number from 1", whole=True)),
        "lane": ("text", rules.LABEL),
        "band": ("text", rules.LABEL),
        "lockout": ("integer", rules.AGE),
        "to": ("integer", rules.between(1, 100, "The order it feeds", whole=True)),
        "price": ("text", rules.QUOTE),
    }
    page.table(
        "deal",
        _KEYS,
        {
            name: Column(name, number, [_typed(each[name]) for each in _CLASSES], rule=rule)
            for name, (number, rule) in columns.items()
        },
        "The classes, and their prices",
    )
    cohort: dict[str, tuple[str, rules.Rule, Value]] = {
        "face": ("integer", rules.AMOUNT, 400_000_000.0),
        "coupon": ("percent", rules.RATE, 0.055),
        "wac": ("percent", rules.RATE, 0.0634),
        "wam": ("integer", rules.TERM, 354),
        "age": ("integer", rules.AGE, 4),
    }
    page.table(
        "pools",
        ("pool",),
        {name: Column(name, number, [value], rule=rule) for name, (number, rule, value) in cohort.items()},
        "The collateral",
    )


def _typed(text: str) -> Value:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _lives(layout: Layout) -> None:
    page = layout.page(
        "Lives",
        "Average lives across speeds",
        "MBS_CMO of the deal at three speeds. Extension: slow less base; call: base less fast.",
        (26, 12, *[16] * 5),
    )
    columns = {
        "class": Column("class", "text"),
        "balance": Column("balance", "integer"),
        "life": Column("average life", "years"),
        "first": Column("first payment, month", "integer"),
        "last": Column("last payment, month", "integer"),
        "interest": Column("interest", "integer"),
    }
    page.table(
        "lives",
        _KEYS,
        {
            "class": Column("class", "text", '={deal.class}&""'),
            **{name: Column(f"={name}_speed", "years", f"={{at_{name}.life}}") for name in _SPEEDS},
            "extends": Column("extends by", "years", "={slow}-{base}"),
            "shortens": Column("shortens by", "years", "={base}-{fast}"),
        },
        "Years from settlement",
    )
    for name in _SPEEDS:
        page.write(page.row, 1, f'="At "&{name}_speed', bold=True, font_color=NAVY)
        page.row += 1
        page.table(f"of_{name}", _KEYS, {"class": Column("row", "text", '={deal.class}&""')})
        page.spill(f"at_{name}", _KEYS, columns, f"=MBS_CMO({_ON},{name}_speed,,,settle,program)", left=2)
    page.headlines(
        (
            Headline("furthest", "Row that extends most", "=MATCH(MAX({lives.extends}),{lives.extends},0)", "integer"),
            Headline("called", "Row that shortens most", "=MATCH(MAX({lives.shortens}),{lives.shortens},0)", "integer"),
            Headline(
                "steadiest",
                "Row that moves least",
                "=MATCH(MIN({lives.extends}+{lives.shortens}),{lives.extends}+{lives.shortens},0)",
                "integer",
                "of slow less fast",
            ),
        )
    )


def _balances(layout: Layout) -> None:
    page = layout.page(
        "Balances",
        '="What is left of each class at "&base_speed',
        "The decrement table at the base speed, percent of the original balance; then balances in $mm.",
        (10, 14, *[11] * len(_KEYS)),
    )
    years = tuple(f"year{year}" for year in range(31))
    left = {key: Column(key, "tenths") for key in _KEYS}
    page.table("aged", (*years, "life"), {"year": Column("year", "text", [*range(31), "and after"])})
    page.spill(
        "decrement",
        (*years, "life"),
        {"month": Column("month", "text"), **left},
        f"=MBS_CMO_DECREMENT({_ON},base_speed,,12,,settle,program)",
        left=2,
    )
    page.table(
        "owed",
        years,
        {
            "year": Column("year", "integer", list(range(31))),
            **{key: Column(f"={{deal.class[{key}]}}", "tenths", _owed(key, years), total="") for key in _KEYS},
        },
        "Balance, $mm",
    )


def _owed(key: str, years: tuple[str, ...]) -> list[Value]:
    """Return the balance of a class each year, of its row of the decrement table while that lasts."""
    return [
        f"=IF(ISTEXT({{decrement.month[{year}]}}),0,{{decrement.{key}[{year}]}}/100)*{{deal.balance[{key}]}}/1000000"
        for year in years
    ]


_MEASURES = {
    "YIELD": ("yield", "percent"),
    "Z_SPREAD": ("Z-spread", "points"),
    "OAS": ("OAS", "points"),
    "STANDARD_ERROR": ("its standard error", "points"),
    "EFFECTIVE_DURATION": ("effective duration", "years"),
    "EFFECTIVE_CONVEXITY": ("effective convexity, years squared", "tenths"),
    "VEGA": ("vega, points a bp", "price"),
}


def _risk(layout: Layout) -> None:
    page = layout.page(
        "Risk",
        "What each class pays, and what it risks",
        "MBS_CMO_MEASURES at the prices on Deal: yield and Z-spread at the base speed, the rest on the model's paths.",
        (26, 12, *[22] * 7),
    )
    names = ",".join(f'"{name}"' for name in _MEASURES)
    page.table("measured", _KEYS, {"class": Column("row", "text", '={deal.class}&""')})
    page.spill(
        "risk",
        _KEYS,
        {
            "class": Column("class", "text"),
            **{name.lower(): Column(head, number) for name, (head, number) in _MEASURES.items()},
        },
        f"=MBS_CMO_MEASURES({{{names}}},MBS_DECIMAL({{deal.price}}),{_ON},base_speed,{CURVE},"
        f"volatility,mean_reversion,{MODEL},,,settle,program)",
        left=2,
    )
    page.headlines(
        (
            Headline("longest", "Row of the longest duration", _most("effective_duration", "MAX"), "integer"),
            Headline("worst", "Row of the worst convexity", _most("effective_convexity", "MIN"), "integer"),
        )
    )


def _most(column: str, function: str) -> str:
    return f"=MATCH({function}({{risk.{column}}}),{{risk.{column}}},0)"


def _printed(layout: Layout) -> None:
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
                name: Column(name, number, [_typed(each[name]) for each in _PRINTED])
                for name, number in zip(words, numbers, strict=True)
            },
            **{
                f"printed_{speed}": Column(
                    f"printed, {speed} PSA", "tenths", [_typed(each[f"life_{speed}"]) for each in _PRINTED]
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


def _named(row: str) -> str:
    return f"INDEX({{lives.class}},{row})"


def _life(column: str, row: str) -> str:
    return f'TEXT(INDEX({{lives.{column}}},{row}),"0.0")'


def _summary() -> Summary:
    def told(name: str, label: str, formula: str, number: str, note: str, priced: bool = False) -> Headline:
        return Headline(name, label, formula, number, note, priced)

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
            "that is paid for. Balances shows who is paid when; Risk what each one risks.",
        ),
        (
            told(
                "most_extended",
                "Most extension, years",
                "=MAX({lives.extends})",
                "years",
                f'="class "&{_named("furthest")}&", "&base_speed&" to "&slow_speed',
            ),
            told(
                "most_called",
                "Most call, years",
                "=MAX({lives.shortens})",
                "years",
                f'="class "&{_named("called")}&", "&base_speed&" to "&fast_speed',
            ),
            told(
                "least_moved",
                "Least moved, years",
                "=MIN({lives.extends}+{lives.shortens})",
                "years",
                f'="class "&{_named("steadiest")}&", "&slow_speed&" to "&fast_speed',
            ),
            told(
                "longest_duration",
                "Longest effective duration",
                "=MAX({risk.effective_duration})",
                "years",
                '="class "&INDEX({risk.class},longest)',
                True,
            ),
            told(
                "worst_convexity",
                "Worst effective convexity, years squared",
                "=MIN({risk.effective_convexity})",
                "tenths",
                '="class "&INDEX({risk.class},worst)',
                True,
            ),
            told(
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
    sold = [each for each in _CLASSES if not each["kind"].startswith("NTL")]
    areas = tuple(
        Series(f"={{owed.{key}[head]}}", "{owed.year}", f"{{owed.{key}}}", "area", color=color)
        for key, color in zip((each["class"].lower() for each in sold), _COLORS, strict=False)
    )

    def by_class(name: str, table: str, column: str, color: str = "") -> Series:
        return Series(name, f"{{{table}.class}}", f"{{{table}.{column}}}", "column", color=color)

    return (
        Chart('="Who is left, and who is paid: balances at "&base_speed', "$mm", areas, below="years"),
        Chart(
            "Average life at three speeds",
            "years",
            tuple(by_class(f"={{lives.{name}[head]}}", "lives", name) for name in _SPEEDS),
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
            "years squared",
            (by_class("effective convexity", "risk", "effective_convexity", TEAL),),
        ),
    )


def _known() -> tuple[Check, ...]:
    source = "Prospectus supplement of 2 February 2006; average lives in years, one decimal"
    printed = tuple(
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
    owned = '=SUM(IF(LEFT({deal.kind},3)="NTL",0,{deal.balance}))-SUM({pools.face})'
    return (
        *printed,
        Check(
            "Balances of the classes less the collateral", owned, 0, 1, "hundredths", "Deal; a currency unit allowed"
        ),
    )
