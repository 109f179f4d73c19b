"""The formulas of the family: Curve and spreads."""

from __future__ import annotations

from mbsxl.market import curve, mortgage_rates, svensson
from mbsxl.units import Unit
from mbsxl.value import spreads
from mbsxl_udfs.formulas.catalogue.examples import FLAT
from mbsxl_udfs.formulas.entry import Entry, Family, Shape

ENTRIES = [
    Entry(
        "MBS_CURVE",
        curve.curve,
        Family.CURVE_AND_SPREADS,
        Shape.EACH,
        Unit.DECIMAL,
        "a decimal",
        '=MBS_CURVE({0.5,2,5,10,30},{0.037,0.035,0.036,0.041,0.047},10,"PAR")',
        "0.041",
    ),
    Entry(
        "MBS_NSS",
        svensson.svensson,
        Family.CURVE_AND_SPREADS,
        Shape.EACH,
        Unit.DECIMAL,
        "a decimal",
        "=MBS_NSS({1.83173892594688,2.12195929372016,-0.00000854309882564018,9.68691995587714,"
        "1.57535646356836,16.2396691286111},10)",
        "0.041652",
    ),
    Entry(
        "MBS_NOMINAL_SPREAD",
        spreads.nominal_spread,
        Family.CURVE_AND_SPREADS,
        Shape.EACH,
        Unit.BASIS_POINTS,
        "basis points",
        f'=MBS_NOMINAL_SPREAD(101.5,5.5%,6.2%,348,12,"8 CPR",{FLAT})',
        "126.3261",
    ),
    Entry(
        "MBS_I_SPREAD",
        spreads.i_spread,
        Family.CURVE_AND_SPREADS,
        Shape.EACH,
        Unit.BASIS_POINTS,
        "basis points",
        f'=MBS_I_SPREAD(101.5,5.5%,6.2%,348,12,"8 CPR",{FLAT})',
        "126.3261",
    ),
    Entry(
        "MBS_Z_SPREAD",
        spreads.z_spread,
        Family.CURVE_AND_SPREADS,
        Shape.EACH,
        Unit.BASIS_POINTS,
        "basis points",
        f'=MBS_Z_SPREAD(101.5,5.5%,6.2%,348,12,"8 CPR",{FLAT})',
        "126.3261",
    ),
    Entry(
        "MBS_Z_PRICE",
        spreads.z_price,
        Family.CURVE_AND_SPREADS,
        Shape.EACH,
        Unit.PRICE,
        "clean, per 100 of face",
        f'=MBS_Z_PRICE(126.3261,5.5%,6.2%,348,12,"8 CPR",{FLAT})',
        "101.5000",
    ),
    Entry(
        "MBS_CURRENT_COUPON",
        mortgage_rates.current_coupon,
        Family.CURVE_AND_SPREADS,
        Shape.EACH,
        Unit.DECIMAL,
        "a decimal",
        "=MBS_CURRENT_COUPON({0.05,0.055,0.06},{99,100.5,102})",
        "0.053333",
    ),
    Entry(
        "MBS_MORTGAGE_SPREAD",
        mortgage_rates.mortgage_spread,
        Family.CURVE_AND_SPREADS,
        Shape.EACH,
        Unit.BASIS_POINTS,
        "basis points",
        "=MBS_MORTGAGE_SPREAD(6.25%,4.25%,3.85%)",
        "220",
    ),
]
