"""The formulas of the family: Option-adjusted."""

from __future__ import annotations

from mbsxl.loans import burnout, prepayment
from mbsxl.market import volatility
from mbsxl.units import Unit
from mbsxl.value import measures, oas, regression, risk
from mbsxl.value.assumptions import assumptions
from mbsxl_udfs.formulas.catalogue.examples import STEEP
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

ENTRIES = [
    Entry(
        "MBS_OAS",
        oas.oas,
        Family.OPTION_ADJUSTED,
        Shape.EACH,
        Unit.BASIS_POINTS,
        "basis points",
        f"=MBS_OAS(100,5.5%,6.3%,355,5,{STEEP},0.85%)",
        "86.95",
        assumes=assumptions,
    ),
    Entry(
        "MBS_OAS_PRICE",
        oas.oas_price,
        Family.OPTION_ADJUSTED,
        Shape.EACH,
        Unit.PRICE,
        "clean, per 100 of face",
        f"=MBS_OAS_PRICE(40,5.5%,6.3%,355,5,{STEEP},0.85%)",
        "102.3399",
        assumes=assumptions,
    ),
    Entry(
        "MBS_OAS_RISK",
        risk.oas_risk,
        Family.OPTION_ADJUSTED,
        Shape.RECORD,
        Unit.NONE,
        "a row a measure: OAS, standard error, Z-spread, option cost (basis points), effective duration, effective "
        "convexity, spread duration, vega, prepayment duration, current-coupon-spread duration, standard error of "
        "convexity, convexity in hundredths, implied 1y10y volatility, mortgage rate, burnout, and the model's set",
        f"=MBS_OAS_RISK(100,5.5%,6.3%,355,5,{STEEP},0.85%)",
        "OAS | 86.95",
        assumes=assumptions,
    ),
    Entry(
        "MBS_KEY_RATES",
        risk.key_rates,
        Family.OPTION_ADJUSTED,
        Shape.RECORD,
        Unit.YEARS,
        "a row a tenor: tenor, key-rate duration in years",
        f"=MBS_KEY_RATES(100,5.5%,6.3%,355,5,{STEEP},0.85%)",
        "2 | 0.8331",
        assumes=assumptions,
    ),
    Entry(
        "MBS_MEASURES",
        measures.measured,
        Family.OPTION_ADJUSTED,
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
        Family.OPTION_ADJUSTED,
        Shape.EACH,
        Unit.DECIMAL,
        "CPR, a decimal",
        "=MBS_MODEL_CPR(6.25%,2.9%,60)",
        "0.0594",
    ),
    Entry(
        "MBS_BURNOUT",
        burnout.burnout,
        Family.OPTION_ADJUSTED,
        Shape.EACH,
        Unit.DECIMAL,
        "part of the quick borrowers gone, a decimal",
        "=MBS_BURNOUT(7%,12,{0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055;0.055})",
        "0.2883",
    ),
    Entry(
        "MBS_SWAPTION_VOLATILITY",
        volatility.swaption_volatility,
        Family.OPTION_ADJUSTED,
        Shape.EACH,
        Unit.DECIMAL,
        "normal volatility of the swaption, a decimal",
        f"=MBS_SWAPTION_VOLATILITY(0.85%,1,10,{STEEP})",
        "0.00737",
    ),
    Entry(
        "MBS_VOLATILITY",
        volatility.volatility_fit,
        Family.OPTION_ADJUSTED,
        Shape.TABLE,
        Unit.NONE,
        "a row each: volatility, mean reversion, rmse in basis points, each swaption's error",
        f"=MBS_VOLATILITY({{1;5}},{{10;10}},{{0.0074;0.007}},{STEEP},3%)",
        "volatility | 0.00851",
    ),
    Entry(
        "MBS_RETURN_REGRESSION",
        regression.return_regression,
        Family.OPTION_ADJUSTED,
        Shape.TABLE,
        Unit.NONE,
        "a row a group of moneyness, and all: returns, slope of actual on model, its error, intercept, R squared",
        "=MBS_RETURN_REGRESSION({0.01;-0.02;0.03;0},{0.008;-0.015;0.025;0.001},{-0.02;-0.02;-0.02;-0.02})",
        "-2.50% to -1.00% | 4 | 1.2549 | 0.0264 | -0.00096 | 0.9991",
    ),
]
