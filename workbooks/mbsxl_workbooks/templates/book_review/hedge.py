"""The hedge to the target: TBAs for a part of the DV01, Treasuries for the rest along the curve; before and after."""

from __future__ import annotations

from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.rules import Rule
from mbsxl_workbooks.kit.tables import Column, Value, across
from mbsxl_workbooks.shared.market import MODEL, TENORS, bond_price
from mbsxl_workbooks.shared.pools import pool_of
from mbsxl_workbooks.templates.book_review.positions import COLUMNS, MARKET, MILLION, total

#: The Treasuries of the hedge, by tenor, and its TBAs: what they are called, their part of what TBAs hedge.
TREASURIES = ("2y", "5y", "10y", "20y", "30y")
TBAS = {"30y50": ("FN 30y 5.0", 0.5), "30y55": ("FN 30y 5.5", 0.5), "15y45": ("FN 15y 4.5", 0.0)}

_VALUE = total("market_value")


def lay_out_hedge(layout: Layout) -> None:
    """Lay out the instruments, the DV01s by tenor, what is bought and sold, and the risk before and after."""
    page = layout.page(
        "Hedge",
        "The hedge to the target",
        "Amber: the TBAs, at the prices of the screen. They take the part of the DV01 that Inputs gives them, par "
        "Treasuries of the curve the rest, tenor by tenor.",
        (20, *[12] * 14),
    )
    _before_after(page)
    _tbas(page)
    _treasuries(page)
    _by_tenor(page)
    _key_rates(page)


def _before_after(page: Page) -> None:
    added = "{tbas.add[all]}*{tbas.clean[all]}/100"
    curved = "SUMPRODUCT({treasuries.face[all]},{treasuries.convexity[all]})*1000000/100"
    rows = {
        "dv01": (
            "DV01, $",
            "integer",
            "SUM({dv01.book[all]})",
            "SUM({tbas.add_dv01[all]})",
            "SUM({treasuries.dv01[all]})",
        ),
        "convexity": (
            "effective convexity, hundredths",
            "hundredths",
            f"{total('effective_convexity')}/100",
            f"SUMPRODUCT({added},{{tbas.bend[all]}})/{_VALUE}",
            f"{curved}/{_VALUE}",
        ),
        "spread": (
            "loss for 1 bp of spread, $",
            "integer",
            f"{total('spread_duration')}*{_VALUE}/10000",
            f"SUMPRODUCT({added},{{tbas.spread[all]}})/10000",
            "0",
        ),
        "vega": ("vega, $ a bp", "integer", total("vega"), "SUMPRODUCT({tbas.add[all]},{tbas.vega[all]})/100", "0"),
    }
    page.table(
        "before_after",
        ("before", "tbas", "treasuries", "after"),
        {
            "what": Column("before and after", "text", ["the portfolio", "TBAs", "Treasuries", "after the hedge"]),
            **{
                name: Column(title, number, [*(f"={each}" for each in parts), f"=SUM({{{name}[first:this-1]}})"])
                for name, (title, number, *parts) in rows.items()
            },
            "duration": Column("effective duration, years", "years", f"=10000*{{dv01}}/{_VALUE}"),
        },
    )
    page.headlines(
        (
            Headline(
                "duration_after",
                "Duration after",
                "={before_after.duration[after]}",
                "years",
                "years of the portfolio's market value",
            ),
        )
    )


def _tbas(page: Page) -> None:
    def typed(name: str) -> Column:
        number, rule = COLUMNS[name]
        return Column(name, number, [pool_of(key)[name] for key in TBAS], rule=rule)

    def amber(title: str, number: str, rows: list[Value], rule: Rule) -> Column:
        return Column(title, number, rows, rule=rule)

    names = {"effective": "effective duration", "bend": "convexity, hundredths", "spread": "spread duration"}
    asked = '{"EFFECTIVE_DURATION","EFFECTIVE_CONVEXITY","SPREAD_DURATION","VEGA"}'
    loans = "{clean[all]},{coupon[all]},{wac[all]},{wam[all]},{age[all]}"
    call = f"MBS_MEASURES({asked},{loans},,{MARKET},mean_reversion,{MODEL},,{{program[all]}},paths)/{{1,100,1,1}}"
    share = "{part}/SUM({part[all]})*tba_part*SUM({dv01.sold[all]})"
    page.table(
        "tbas",
        tuple(TBAS),
        {
            "tba": amber("TBA", "text", [name for name, _ in TBAS.values()], rules.LABEL),
            "program": amber("program", "text", ["UMBS"] * len(TBAS), rules.PROGRAM),
            **{name: typed(name) for name in ("price", "coupon", "wac", "wam", "age")},
            "part": amber("part of what TBAs hedge", "share", [part for _, part in TBAS.values()], rules.SHARE),
            "clean": Column("clean price", "price", fill="=MBS_DECIMAL({price})"),
            **across(names | {"vega": "vega, points a bp"}, "hundredths", f"={call}"),
            "dv01": Column("DV01 of $1mm", "tenths", [f"=SUM({{dv01.of_{key}[all]}})" for key in TBAS]),
            "add": Column(
                "face to add, $", "integer", f"=IF(tba_part*SUM({{part[all]}})=0,0,-{share}/{{dv01}}*1000000)"
            ),
            "add_dv01": Column("its DV01, $", "integer", "={add}*{dv01}/1000000"),
        },
        "TBAs: negative is sold",
    )
    page.table(
        "traded",
        tuple(TBAS),
        {
            "tba": Column("what MBS_SCENARIOS is told", "text", '={tbas.tba}&""'),
            "program": Column("program", "text", '={tbas.program}&""'),
            "face": Column("face", "integer", "=MAX(ABS({tbas.add}),1)"),
            **{
                name: Column(name, COLUMNS[name][0], f"={{tbas.{name}}}", align="right")
                for name in ("price", "coupon", "wac", "wam", "age")
            },
        },
    )


def _key_rates(page: Page) -> None:
    page.table("rates_of", tuple(TENORS), {"tenor": Column("tenor", "text", list(TENORS))}, "Key rates of the TBAs")
    for place, key in enumerate(TBAS):
        pool = ",".join(f"{{tbas.{each}[{key}]}}" for each in ("clean", "coupon", "wac", "wam", "age"))
        call = f"=MBS_KEY_RATES({pool},{MARKET},mean_reversion,{MODEL},,{{tbas.program[{key}]}},paths)"
        columns = {"at": Column("", "years"), "years": Column("", "years")}
        page.spill(f"rates_{key}", tuple(TENORS), columns, call, left=2 + 2 * place)


def _treasuries(page: Page) -> None:
    first, last = (f"by_{TREASURIES[end]}" for end in (0, -1))
    answer = f"MBS_HEDGE({{dv01.left[all]}},{{dv01.{first}:{last}[all]}})"

    def worth(tenor: str, move: str) -> str:
        return bond_price(f"{{curve.par[{tenor}]}}", f"{{curve.years[{tenor}]}}", f"({{curve.par[{tenor}]}}{move})")

    page.table(
        "treasuries",
        TREASURIES,
        {
            "tenor": Column("Treasury", "text", list(TREASURIES)),
            "face": Column(
                "face to add, $mm",
                "tenths",
                [f"=INDEX({answer},{place},2){MILLION}" for place in range(2, 2 + len(TREASURIES))],
            ),
            "dv01": Column(
                "its DV01, $",
                "integer",
                [f"={{face}}*1000000*{{curve.duration[{tenor}]}}/10000" for tenor in TREASURIES],
            ),
            "convexity": Column(
                "convexity, hundredths",
                "hundredths",
                [f"=({worth(each, '+0.0025')}+{worth(each, '-0.0025')}-2)/0.0025^2/100" for each in TREASURIES],
            ),
        },
        "Par Treasuries: negative is sold",
    )


def _by_tenor(page: Page) -> None:
    first, last = (f"by_{TREASURIES[end]}" for end in (0, -1))
    added = "+".join(f"{{of_{key}}}*{{tbas.add[{key}]}}" for key in TBAS)
    page.table(
        "dv01",
        tuple(TENORS),
        {
            "tenor": Column("tenor", "text", list(TENORS)),
            "book": Column("portfolio", "integer", [f"=INDEX({{rates.{tenor}[all]}},rates_row)" for tenor in TENORS]),
            "wanted": Column("at the target", "integer", f"={{book}}*target/{total('effective_duration')}"),
            "sold": Column("to be hedged", "integer", "={book}-{wanted}"),
            **{
                f"of_{key}": Column(
                    f'={{tbas.tba[{key}]}}&", $1mm"',
                    "tenths",
                    [f"={{rates_{key}.years[{tenor}]}}*{{tbas.clean[{key}]}}" for tenor in TENORS],
                )
                for key in TBAS
            },
            "left": Column("left for Treasuries", "integer", f"={{sold}}+({added}){MILLION}"),
            **{
                f"by_{tenor}": Column(
                    f"{tenor} Treasury, $100",
                    "exact",
                    [f"={{curve.duration[{tenor}]}}/100" if each == tenor else 0 for each in TENORS],
                )
                for tenor in TREASURIES
            },
            "after": Column(
                "after the hedge",
                "integer",
                f"={{wanted}}+{{left}}+SUMPRODUCT({{{first}:{last}}},TRANSPOSE({{treasuries.face[all]}}))*10000",
            ),
        },
        "DV01 by tenor, $",
    )
