"""What stands in the form of positions at first: an example of each text, on the market of the day."""

from __future__ import annotations

from typing import NamedTuple

from mbsxl.market.curve import HALF_YEAR, par_curve
from mbsxl.units import BASIS_POINTS, PAR
from mbsxl_workbooks.market_day import MarketDay
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.shared.market import AS_OF

_TENORS = (2, 5, 10, 30)
_POSITIONS = """\
desk,face,price,coupon,wac,wam,age,speed,program
agency,"25,000,000",97-16,5,5.9,348,12,,UMBS
agency,"40,000,000",100-04,5.5,6.4,350,10,,UMBS
agency,"30,000,000",79-24,2,2.9,300,56,6 CPR,UMBS
ginnie,"15,000,000",101-24,6,6.5,345,15,,GNMA II
"""
_SCENARIOS = """\
scenario,2,5,10,30,spread
rates down 100,-100,-100,-100,-100,0
rates up 100,100,100,100,100,0
steeper,-50,-25,0,25,0
spreads wider,0,0,0,0,25
"""

_CAPS = """\
cap,reinvest
250000,BILLS
500000,BILLS
"""


class Typed(NamedTuple):
    """The texts of the form, by the names of its fields."""

    typed: str
    market: str
    scenarios: str
    hedge: str
    caps: str


def at_first(market: MarketDay | None) -> Typed:
    """Return the texts, on the market of the newest snapshot, or of the one that templates came with."""
    if market is None:
        day, rates = AS_OF, {f"cmt_{row['name']}": float(row["yield"]) / 100 for row in figures("treasury_curve")}
        rates |= {row["name"]: float(row["value"]) for row in figures("market")}
    else:
        day, rates = market.day, {name: quote.value for name, quote in market.quotes.items()}
    yields = [round(rates[f"cmt_{tenor}y"], 6) for tenor in _TENORS]
    text = f"""\
# Treasury par yields of {day.day} {day:%B %Y}; the volatility is illustrative
tenors = {list(_TENORS)}
par_yields = {yields}
volatility = 0.0085
mortgage_rate = {rates["mortgage_rate"]}
"""
    return Typed(_POSITIONS, text, _SCENARIOS, _treasuries(yields), _CAPS)


def _treasuries(yields: list[float]) -> str:
    """Return Treasuries at par as instruments: what a basis point of its own yield costs 100 of face of each.

    A bond whose coupon is its yield stays at par when any other yield of the curve moves.
    """
    curve = par_curve(_TENORS, yields)
    rows = [",".join(["tenor", *(f"{tenor}-year Treasury" for tenor in _TENORS)])]
    for tenor in _TENORS:
        times = [HALF_YEAR * period for period in range(1, int(tenor / HALF_YEAR) + 1)]
        dv01 = PAR * HALF_YEAR * float(curve.discount(times).sum()) / BASIS_POINTS
        rows.append(",".join([str(tenor), *(f"{dv01:.5f}" if each == tenor else "0" for each in _TENORS)]))
    return "\n".join(rows) + "\n"
