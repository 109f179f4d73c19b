"""The catalogue: every formula a user can type, one entry each.

The arguments, their order and defaults are the function's own; their text is the glossary's; what a formula does and
where it is published is its function's docstring. `shows` is what the example shows, as printed: the digits given
are the digits that hold; of a table, its first row of numbers.
"""

from __future__ import annotations

from collections.abc import Iterable

from mbsxl.conventions import programs, ticks, yields
from mbsxl.loans import burnout, cashflow, defaults, factors, prepayment
from mbsxl.market import curve, mortgage_rates, svensson, volatility
from mbsxl.portfolio import runoff
from mbsxl.speeds import vectors
from mbsxl.units import Unit
from mbsxl.value import durations, implied, measures, oas, price_yield, risk, spreads
from mbsxl_udfs.formulas import about
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

_S, _F, _A = Family.SPEEDS, Family.CASH_FLOWS, Family.ABOUT
_P, _C, _R = Family.PRICE_AND_YIELD, Family.CURVE_AND_SPREADS, Family.RUNOFF
_O = Family.OPTION_ADJUSTED
_EACH, _TABLE = Shape.EACH, Shape.TABLE

_FLAT = "{1;5;30},{0.04;0.04;0.04}"  # a curve of two ranges, flat

_STEEP = "{2;5;10;30},{0.036;0.038;0.042;0.048}"

_ENTRIES = [
    Entry("MBS_SMM", vectors.smm, _S, _EACH, Unit.DECIMAL, "SMM, a decimal", '=MBS_SMM("6 CPR")', "0.005143"),
    Entry("MBS_CPR", vectors.cpr, _S, _EACH, Unit.DECIMAL, "CPR, a decimal", '=MBS_CPR("165 PSA",20)', "0.066"),
    Entry(
        "MBS_PSA", vectors.psa, _S, _EACH, Unit.PERCENT_OF_BENCHMARK, "percent of PSA", '=MBS_PSA("6 CPR",12)', "250"
    ),
    Entry(
        "MBS_SPEED_VECTOR",
        vectors.speed_vector,
        _S,
        Shape.COLUMN,
        Unit.DECIMAL,
        "the speed month by month, in the unit asked for",
        '=MBS_SPEED_VECTOR("100 PSA",0,3)',
        "0.002",
    ),
    Entry(
        "MBS_REALIZED_SPEED",
        factors.realized_speed,
        _S,
        _EACH,
        Unit.DECIMAL,
        "a decimal; percent of the benchmark for PSA",
        '=MBS_REALIZED_SPEED(0.9785748,0.9708674,9.69%,343,6,1,"PSA")',
        "604",
    ),
    Entry("MBS_LOAN_AGE", factors.loan_age, _S, _EACH, Unit.MONTHS, "months", "=MBS_LOAN_AGE(360,300,12,348)", "12"),
    Entry(
        "MBS_CASHFLOW",
        cashflow.cashflow,
        _F,
        _TABLE,
        Unit.CURRENCY,
        "a row a month: month, date, balance, scheduled, prepaid, interest, total, ending; "
        "with default also defaulted, recovered, loss",
        '=MBS_CASHFLOW(400000000,7.5%,8.125%,357,3,"165 PSA")',
        "1 | | 400000000 | 267535 | 442389 | 2500000 | 3209923 | 399290077",
    ),
    Entry(
        "MBS_FACTOR",
        factors.factor,
        _F,
        _EACH,
        Unit.FACTOR,
        "a fraction of the current balance",
        '=MBS_FACTOR(8.125%,357,3,"100 PSA",99)',
        "0.57812444",
    ),
    Entry(
        "MBS_CUMULATIVE_DEFAULT",
        defaults.cumulative_default,
        _F,
        Shape.GRID,
        Unit.DECIMAL,
        "a part of the balance, a row a default speed, a column a prepayment speed",
        '=MBS_CUMULATIVE_DEFAULT(8%,360,0,{"150 PSA","200 PSA"},"100 SDA",12)',
        "0.0278 | 0.0251",
    ),
    Entry(
        "MBS_WAL",
        price_yield.average_life,
        _F,
        _EACH,
        Unit.YEARS,
        "years",
        '=MBS_WAL(9%,9.5%,360,0,"150 PSA",,"GNMA I")',
        "9.77844",
    ),
    Entry(
        "MBS_PRICE",
        price_yield.price,
        _P,
        _EACH,
        Unit.PRICE,
        "clean, per 100 of face",
        '=MBS_PRICE(7.25%,7.5%,8.125%,333,27,"100 PSA",DATE(2002,4,15),"GNMA I","MONTHLY")',
        "101.3147",
    ),
    Entry(
        "MBS_YIELD",
        price_yield.bond_yield,
        _P,
        _EACH,
        Unit.DECIMAL,
        "a decimal",
        '=MBS_YIELD(100,9%,9.5%,360,0,"150 PSA",,"GNMA I")',
        "0.0910675",
    ),
    Entry(
        "MBS_ACCRUED",
        price_yield.accrued,
        _P,
        _EACH,
        Unit.POINTS,
        "per 100 of face",
        "=MBS_ACCRUED(7.5%,DATE(2002,4,15))",
        "0.2917",
    ),
    Entry(
        "MBS_BEY", yields.bond_equivalent_yield, _P, _EACH, Unit.DECIMAL, "a decimal", "=MBS_BEY(8.93863%)", "0.0910675"
    ),
    Entry(
        "MBS_MORTGAGE_YIELD",
        yields.mortgage_yield,
        _P,
        _EACH,
        Unit.DECIMAL,
        "a decimal",
        "=MBS_MORTGAGE_YIELD(9.10675%)",
        "0.0893863",
    ),
    Entry(
        "MBS_DURATION",
        durations.duration,
        _P,
        _EACH,
        Unit.YEARS,
        "years",
        '=MBS_DURATION(100,9%,9.5%,360,0,"150 PSA",,,"GNMA I")',
        "5.48186",
    ),
    Entry(
        "MBS_CONVEXITY",
        durations.convexity,
        _P,
        _EACH,
        Unit.YEARS_SQUARED,
        "years squared",
        '=MBS_CONVEXITY(100,9%,9.5%,360,0,"150 PSA",,"GNMA I")',
        "54.4326",
    ),
    Entry(
        "MBS_DV01",
        durations.dv01,
        _P,
        _EACH,
        Unit.POINTS,
        "per 100 of face, for one basis point",
        '=MBS_DV01(100,9%,9.5%,360,0,"150 PSA",,"GNMA I")',
        "0.0548186",
    ),
    Entry(
        "MBS_IMPLIED_SPEED",
        implied.implied_speed,
        _P,
        _EACH,
        Unit.DECIMAL,
        "a decimal; percent of the benchmark for PSA",
        '=MBS_IMPLIED_SPEED(100,9.10675%,9%,9.5%,360,0,"PSA",,"GNMA I")',
        "150.0",
    ),
    Entry("MBS_DELAY", programs.delay_days, _P, _EACH, Unit.DAYS, "days", '=MBS_DELAY("GNMA II","STATED")', "50"),
    Entry("MBS_TICKS", ticks.ticks, _P, _EACH, Unit.NONE, "text", "=MBS_TICKS(101.515625)", "101-16+"),
    Entry("MBS_DECIMAL", ticks.decimal, _P, _EACH, Unit.PRICE, "per 100", '=MBS_DECIMAL("101-16+")', "101.515625"),
    Entry(
        "MBS_CURVE",
        curve.curve,
        _C,
        _EACH,
        Unit.DECIMAL,
        "a decimal",
        '=MBS_CURVE({0.5,2,5,10,30},{0.037,0.035,0.036,0.041,0.047},10,"PAR")',
        "0.041",
    ),
    Entry(
        "MBS_NSS",
        svensson.svensson,
        _C,
        _EACH,
        Unit.DECIMAL,
        "a decimal",
        "=MBS_NSS({1.83173892594688,2.12195929372016,-0.00000854309882564018,9.68691995587714,"
        "1.57535646356836,16.2396691286111},10)",
        "0.041652",
    ),
    Entry(
        "MBS_NOMINAL_SPREAD",
        spreads.nominal_spread,
        _C,
        _EACH,
        Unit.BASIS_POINTS,
        "basis points",
        f'=MBS_NOMINAL_SPREAD(101.5,5.5%,6.2%,348,12,"8 CPR",{_FLAT})',
        "126.3261",
    ),
    Entry(
        "MBS_I_SPREAD",
        spreads.i_spread,
        _C,
        _EACH,
        Unit.BASIS_POINTS,
        "basis points",
        f'=MBS_I_SPREAD(101.5,5.5%,6.2%,348,12,"8 CPR",{_FLAT})',
        "126.3261",
    ),
    Entry(
        "MBS_Z_SPREAD",
        spreads.z_spread,
        _C,
        _EACH,
        Unit.BASIS_POINTS,
        "basis points",
        f'=MBS_Z_SPREAD(101.5,5.5%,6.2%,348,12,"8 CPR",{_FLAT})',
        "126.3261",
    ),
    Entry(
        "MBS_Z_PRICE",
        spreads.z_price,
        _C,
        _EACH,
        Unit.PRICE,
        "clean, per 100 of face",
        f'=MBS_Z_PRICE(126.3261,5.5%,6.2%,348,12,"8 CPR",{_FLAT})',
        "101.5000",
    ),
    Entry(
        "MBS_CURRENT_COUPON",
        mortgage_rates.current_coupon,
        _C,
        _EACH,
        Unit.DECIMAL,
        "a decimal",
        "=MBS_CURRENT_COUPON({0.05,0.055,0.06},{99,100.5,102})",
        "0.053333",
    ),
    Entry(
        "MBS_MORTGAGE_SPREAD",
        mortgage_rates.mortgage_spread,
        _C,
        _EACH,
        Unit.BASIS_POINTS,
        "basis points",
        "=MBS_MORTGAGE_SPREAD(6.25%,4.25%,3.85%)",
        "220",
    ),
    Entry(
        "MBS_OAS",
        oas.oas,
        _O,
        _EACH,
        Unit.BASIS_POINTS,
        "basis points",
        f"=MBS_OAS(100,5.5%,6.3%,355,5,{_STEEP},0.85%)",
        "86.95",
    ),
    Entry(
        "MBS_OAS_PRICE",
        oas.oas_price,
        _O,
        _EACH,
        Unit.PRICE,
        "clean, per 100 of face",
        f"=MBS_OAS_PRICE(40,5.5%,6.3%,355,5,{_STEEP},0.85%)",
        "102.3399",
    ),
    Entry(
        "MBS_OAS_RISK",
        risk.oas_risk,
        _O,
        Shape.RECORD,
        Unit.NONE,
        "a row a measure: OAS, standard error, Z-spread, option cost (basis points), effective duration, effective "
        "convexity, spread duration, vega, prepayment duration, current-coupon-spread duration",
        f"=MBS_OAS_RISK(100,5.5%,6.3%,355,5,{_STEEP},0.85%)",
        "OAS | 86.95",
    ),
    Entry(
        "MBS_KEY_RATES",
        risk.key_rates,
        _O,
        Shape.RECORD,
        Unit.YEARS,
        "a row a tenor: tenor, key-rate duration in years",
        f"=MBS_KEY_RATES(100,5.5%,6.3%,355,5,{_STEEP},0.85%)",
        "2 | 0.8331",
    ),
    Entry(
        "MBS_MEASURES",
        measures.measured,
        _O,
        Shape.SELECTION,
        Unit.NONE,
        "the measures named, as the names lie; for a column of pools a row of them each",
        '=MBS_MEASURES({"YIELD","WAL","DURATION","CONVEXITY"},100,9%,9.5%,360,0,"150 PSA",,,,,,,"GNMA I")',
        "0.0910675 | 9.77844 | 5.48186 | 54.4326",
        may_be_blank=("price", "speed"),
    ),
    Entry(
        "MBS_MODEL_CPR",
        prepayment.model_cpr,
        _O,
        _EACH,
        Unit.DECIMAL,
        "CPR, a decimal",
        "=MBS_MODEL_CPR(6.25%,2.9%,60)",
        "0.0594",
    ),
    Entry(
        "MBS_BURNOUT",
        burnout.burnout,
        _O,
        _EACH,
        Unit.DECIMAL,
        "part of the quick borrowers gone, a decimal",
        "=MBS_BURNOUT(7%,12,{0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055})",
        "0.2883",
    ),
    Entry(
        "MBS_SWAPTION_VOLATILITY",
        volatility.swaption_volatility,
        _O,
        _EACH,
        Unit.DECIMAL,
        "normal volatility of the swaption, a decimal",
        f"=MBS_SWAPTION_VOLATILITY(0.85%,1,10,{_STEEP})",
        "0.00737",
    ),
    Entry(
        "MBS_VOLATILITY",
        volatility.volatility_fit,
        _O,
        _TABLE,
        Unit.NONE,
        "a row each: volatility, mean reversion, rmse in basis points, each swaption's error",
        f"=MBS_VOLATILITY({{1;5}},{{10;10}},{{0.0074;0.007}},{_STEEP},3%)",
        "volatility | 0.00851",
    ),
    Entry(
        "MBS_RUNOFF",
        runoff.runoff,
        _R,
        _TABLE,
        Unit.CURRENCY,
        "a row a month: month, balance, scheduled, prepaid, interest, total, ending",
        '=MBS_RUNOFF({"face","coupon","wac","wam","age";400,0.075,0.08125,357,3},"165 PSA")',
        "1 | 400.00 | 0.267535 | 0.442389 | 2.500000 | 3.209923 | 399.290077",
    ),
    Entry(
        "MBS_SOMA_RUNOFF",
        runoff.soma_runoff,
        _R,
        _TABLE,
        Unit.CURRENCY,
        "a row a month: as MBS_RUNOFF, and cap, redeemed, reinvested, treasuries, bills",
        '=MBS_SOMA_RUNOFF({"face","coupon","wac","wam","age";400,0.075,0.08125,357,3},"165 PSA",0.5,"BILLS")',
        "1 | 400.00 | 0.267535 | 0.442389 | 2.500000 | 3.209923 | 399.290077 | 0.5 | 0.5 | 0.209923 | 0 | 0.209923",
    ),
    Entry(
        "MBS_WHY",
        about.why,
        _A,
        Shape.RAW,
        Unit.NONE,
        'text; "ok" where nothing is wrong',
        '=MBS_WHY("MBS_SMM","150")',
        'speed "150": has no unit; type "150 PSA"',
    ),
    Entry(
        "MBS_FUNCTIONS",
        about.functions,
        _A,
        Shape.RAW,
        Unit.NONE,
        "a table: name, arguments, text",
        '=MBS_FUNCTIONS("About")',
        "MBS_WHY",
    ),
    Entry("MBS_VERSION", about.version, _A, Shape.RAW, Unit.NONE, "text", "=MBS_VERSION()", "0.1.0"),
]


def by_name(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Return entries by their names, each of which stands once."""
    named: dict[str, Entry] = {}
    for entry in entries:
        if named.setdefault(entry.name, entry) is not entry:
            raise ValueError(f"{entry.name} stands twice in the catalogue")
    return named


CATALOGUE = by_name(_ENTRIES)
