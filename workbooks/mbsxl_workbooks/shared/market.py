"""The market of one day that all templates share: its inputs, the curve's page, what the prepayment model is told.

The page of the curve has the tables `curve` and `model`; a formula says CURVE and MODEL.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from mbsxl.market.hull_white import MEAN_REVERSION
from mbsxl_workbooks.kit import rules
from mbsxl_workbooks.kit.cells import Headline, Input
from mbsxl_workbooks.kit.pages import Layout, Page
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.figures import figures

#: Tenors and par yields, as arguments of a formula; and names and values of the model's settings.
CURVE = "{curve.years[all]},{curve.par[all]}"
MODEL = "{model.setting:value[all]}"

TENORS = {each["name"]: float(each["years"]) for each in figures("treasury_curve")}
_YIELDS = {each["name"]: float(each["yield"]) / 100 for each in figures("treasury_curve")}
_MARKET = {each["name"]: each for each in figures("market")}
AS_OF = datetime.date(2025, 11, 24)
SETTLE = datetime.date(2025, 12, 11)

#: What a formula says after the volatility: mean reversion, model, settlement, programme, paths.
END = f"mean_reversion,{MODEL},settle,program,paths"

_REVERSION = Input(
    "mean_reversion",
    "Mean reversion of the short rate",
    MEAN_REVERSION,
    "percent",
    "A year; illustrative",
    rules.between(0, 0.3, "0% to 30%"),
)

DATED = '="Market of "&TEXT(as_of,"d mmm yyyy")&"; prices "&prices_are'


def spelt(tenor: str) -> str:
    """Return what a tenor is called."""
    return f"{tenor[:-1]} {'months' if tenor.endswith('m') else 'years' if tenor != '1y' else 'year'}"


def volatility(name: str, label: str, level: float) -> Input:
    """Return an input of the volatility as desks quote it."""
    return Input(
        name, label, level, "bp", "1-year option on the 10-year swap, normal, bp a year; illustrative", rules.QUOTED
    )


def market_inputs(
    page: Page, *more: Input, option: bool = True, volatilities: Sequence[Input] = (), reverting: bool = True
) -> None:
    """Write the inputs of the market; those of options where a template values them.

    The mean reversion is one unless `reverting` is not: the formulas of whole portfolios have their own.
    """
    curve = "Constant-maturity Treasury, 24 November 2025; Federal Reserve Board, H.15"
    page.inputs(
        (
            Input(
                "as_of",
                "Day of the market",
                AS_OF,
                "date",
                "Of the Treasury curve; the survey is of that week",
                rules.DATE,
            ),
            Input(
                "prices_are",
                "TBA prices are",
                "illustrative",
                "text",
                "They are not public: type the screen's, and their source here",
            ),
            rate("mortgage_rate"),
            *more,
            *(
                Input(f"cmt_{each}", f"Treasury, {spelt(each)}", level, "percent", curve, rules.MARKET_RATE)
                for each, level in _YIELDS.items()
            ),
        ),
        "The market",
    )
    if option:
        volatilities = volatilities or (volatility("swaption_volatility", "Volatility, 1y10y", 73),)
        page.inputs(
            (
                *volatilities,
                *((_REVERSION,) if reverting else ()),
                Input(
                    "ten_year_weight",
                    "Weight of the 10-year in the mortgage rate",
                    0.6,
                    "share",
                    "The rest moves with the 5-year",
                    rules.SHARE,
                ),
                Input(
                    "paths",
                    "Rate paths",
                    256,
                    "integer",
                    "256 is quick; 1024 is four times as long, and finer",
                    rules.PATHS,
                ),
            ),
            "The valuation",
        )


def rate(name: str) -> Input:
    """Return an input of the day's rates."""
    each = _MARKET[name]
    return Input(name, each["label"], float(each["value"]), each["number"], each["note"], rules.MARKET_RATE)


def bond_price(coupon: str, years: str, rate: str) -> str:
    """Return the formula of what 1 of a bond is worth that pays twice a year and ends after so many years."""
    left = f"(1+{rate}/2)^(-2*({years}))"
    return f"IF({years}<=0,1,IF({rate}=0,1+{coupon}*({years}),{coupon}/({rate})*(1-{left})+{left}))"


def settlement() -> tuple[Input, Input]:
    """Return when pools settle, and of which programme they are."""
    return (
        Input("settle", "Settlement", SETTLE, "date", "Interest accrues from the 1st", rules.DATE),
        Input("program", "Programme", "UMBS", "text", "Fixes the delay of the payments", rules.PROGRAM),
    )


# Of a bond whose coupon is its yield; a bill pays once. At a yield of 0 it is the time itself.
_DURATION = "=IF({years}<1,{years}/(1+{years}*{par}),IF({par}=0,{years},(1-(1+{par}/2)^(-2*{years}))/{par}))"


def curve_page(layout: Layout, option: bool = True, reverting: bool = True) -> None:
    """Lay out the curve: the par yields typed on Inputs, and what the curve through them says; as `market_inputs`."""
    page = layout.page(
        "Curve",
        "The Treasury curve",
        "Par yields as typed on Inputs; zero-coupon and forward rates compound continuously.",
        (40, *[12] * 6),
    )

    def read(measure: str) -> str:
        return f'=MBS_CURVE({CURVE},{{years}},"{measure}")'

    page.table(
        "curve",
        tuple(TENORS),
        {
            "tenor": Column("tenor", "text", [spelt(each) for each in TENORS]),
            "years": Column("years", "years", list(TENORS.values())),
            "par": Column("par yield", "percent", [f"=cmt_{each}" for each in TENORS]),
            "zero": Column("zero rate", "percent", fill=read("ZERO")),
            "forward": Column("forward", "percent", fill=read("FORWARD")),
            "discount": Column("discount factor", "price", fill=read("DISCOUNT")),
            "duration": Column("modified duration", "years", _DURATION),
        },
    )
    if option:
        _model(page)
        _volatility(page)
        if not reverting:
            page.headlines(
                (Headline("mean_reversion", _REVERSION.label, f"={MEAN_REVERSION}", "percent", "what MBS_BOOK takes"),)
            )


def _model(page: Page) -> None:
    spread = "=MBS_MORTGAGE_SPREAD(mortgage_rate,cmt_10y,cmt_5y,ten_year_weight)/10000"
    page.table(
        "model",
        ("mortgage_spread", "ten_year_weight"),
        {
            "setting": Column("setting", "text", ["mortgage_spread", "ten_year_weight"]),
            "value": Column("value", "percent", [spread, "=ten_year_weight"]),
        },
        "What the prepayment model is told; its other settings are its own",
    )


_EXPIRY, _SWAP = 1, 10  # years: of the option, and of the swap it is on


def _volatility(page: Page) -> None:
    """Lay out what the volatility quoted of a swap rate is of the short rate, in plain arithmetic.

    A move x of the short rate at expiry moves the discount factor to a time t after it by -B(t) x of itself.
    """
    times = [_EXPIRY + 0.5 * place for place in range(2 * _SWAP + 1)]
    page.table(
        "swap",
        tuple(str(time) for time in times),
        {
            "at": Column("years", "years", times),
            "discount": Column("discount factor", "price", fill=f'=MBS_CURVE({CURVE},{{at}},"DISCOUNT")'),
            "reach": Column(
                "B",
                "exact",
                f"=IF(mean_reversion=0,{{at}}-{_EXPIRY},(1-EXP(-mean_reversion*({{at}}-{_EXPIRY})))/mean_reversion)",
            ),
        },
        f"The volatility: a {_EXPIRY}-year option on a {_SWAP}-year swap, semiannual",
    )
    paid, reach = (f"{{swap.{column}[first+1:last]}}" for column in ("discount", "reach"))
    page.headlines(
        (
            Headline("swap_annuity", "Annuity of the swap", f"=SUM({paid})/2", "exact", "what 1 a year is worth"),
            Headline(
                "swap_rate",
                "Forward swap rate",
                "=({swap.discount[first]}-{swap.discount[last]})/swap_annuity",
                "percent",
                "semiannual",
            ),
            Headline(
                "volatility_ratio",
                "bp of the swap rate a bp of the short rate",
                f"=({{swap.reach[last]}}*{{swap.discount[last]}}+swap_rate*SUMPRODUCT({paid},{reach})/2)/swap_annuity"
                f"*IF(mean_reversion=0,1,SQRT((1-EXP(-{2 * _EXPIRY}*mean_reversion))/({2 * _EXPIRY}*mean_reversion)))",
                "exact",
                "normal volatilities, a year",
            ),
            Headline(
                "volatility",
                "Volatility of the short rate",
                "=swaption_volatility/10000/volatility_ratio",
                "percent",
                "what the formulas take",
            ),
        )
    )
