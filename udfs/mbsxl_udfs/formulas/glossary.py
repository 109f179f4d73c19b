"""The glossary: every argument name, what it means, its kind, unit and bounds. One name means one thing everywhere."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from mbsxl.market.curve import MOST_TENORS
from mbsxl.market.hull_white import FEWEST_PATHS, MOST_PATHS
from mbsxl.portfolio.runoff import MOST_COHORTS
from mbsxl.speeds.grammar import LONGEST_SPEED
from mbsxl.units import LONGEST_TERM


class Kind(Enum):
    """What a cell given for an argument may hold."""

    NUMBER = "number"
    FRACTION = "fraction"
    INTEGER = "whole number"
    DATE = "date"
    PRICE = "price"
    TICKS = "price in 32nds"
    SPEED = "speed"
    CHOICE = "choice"
    PROGRAM = "program"
    COHORTS = "table"
    POSITIONS = "table of positions"
    STRUCTURE = "table of classes"
    SCHEDULE = "table of planned balances"
    INDEX = "rates, or FORWARD"
    BLOCK = "block of numbers"
    SHIFTS = "table of scenarios"
    TBA_DATES = "table of dates"
    PAIRS = "names and values"
    TEXT = "text"
    ANYTHING = "anything"


class Term(NamedTuple):
    """An argument name: its text for the function wizard, and what a cell given for it may hold.

    A range given for a term is one calculation a cell, but for `whole` terms, which take it as one thing of at most
    `longest` values or rows. Of `single` terms a calculation takes one value for all of its pools. `dated` terms also
    take two columns, days and values, where there is a settlement whose value is the last one by then.
    """

    text: str
    kind: Kind
    low: float = float("-inf")
    high: float = float("inf")
    unit: str = ""
    whole: bool = False
    single: bool = False
    longest: int = 0
    dated: bool = False


_CHEAPEST, _DEAREST = 5, 300  # prices of a pool: a price beyond is a slip
_A_DAY = 1 / 366  # in years
_MOST_SHIFT = 2_000  # basis points
_MOST_RISK = 1e15  # in any currency
_MANY = 100  # quotes of a stack, speeds of a table, parameters of a model
_MONTHS = "months"
_DECIMAL = "decimal"

GLOSSARY: dict[str, Term] = {
    "face": Term("Current face amount, in any currency", Kind.NUMBER, low=0),
    "coupon": Term("Net coupon paid to the investor: 5.5% or 0.055", Kind.FRACTION, low=0, high=1, unit=_DECIMAL),
    "wac": Term("Gross rate of the loans (weighted average coupon): 6.2%", Kind.FRACTION, low=0, high=1, unit=_DECIMAL),
    "guaranty": Term(
        "The programme that guarantees a fixed-rate pool: UMBS, FNMA, FHLMC, GNMA I or GNMA II", Kind.CHOICE
    ),
    "wam": Term("Months remaining (weighted average maturity)", Kind.INTEGER, low=1, high=LONGEST_TERM, unit=_MONTHS),
    "age": Term("Age of the loans, 0 when new", Kind.INTEGER, low=0, high=LONGEST_TERM, unit=_MONTHS),
    "speed": Term(
        'Prepayment speed with its unit: "150 PSA", "6 CPR for 12, 8 CPR", "0.2 to 6 CPR over 30"; '
        "or a row or column of monthly CPRs",
        Kind.SPEED,
    ),
    "default": Term(
        'Default speed with its unit: "1 CDR", "0.1 MDR", "100 SDA" (mortgages of 15 years or more); '
        "or a row or column of monthly CDRs",
        Kind.SPEED,
    ),
    "severity": Term(
        "Part of a defaulted balance that is lost, 0 where a guarantor pays all of it; or a column by month of "
        "default, the last kept",
        Kind.NUMBER,
        low=0,
        high=1,
        unit=_DECIMAL,
        whole=True,
        longest=LONGEST_TERM,
    ),
    "speeds": Term(
        'Prepayment speeds, a column of the answer each: "100 PSA", "150 PSA"', Kind.SPEED, whole=True, longest=_MANY
    ),
    "defaults": Term(
        'Default speeds, a row of the answer each: "50 SDA", "100 SDA"', Kind.SPEED, whole=True, longest=_MANY
    ),
    "advances": Term("Whether the servicer advances what loans in default owe: FULL or NONE", Kind.CHOICE),
    "lag": Term("Months from default to liquidation", Kind.INTEGER, low=0, high=LONGEST_TERM, unit=_MONTHS),
    "settle": Term("Settlement date, from which accrued interest and the delay count", Kind.DATE),
    "accrual": Term(
        "How interest accrues: as a POOL's, with NO DELAY up to the day of payment, or by Freddie Mac's record dates",
        Kind.CHOICE,
    ),
    "program": Term(
        "UMBS, GOLD, GNMA I, GNMA II, FHLMC ARM, a desk's name (FNCL, G2SF), NONE for no delay, or a number of actual "
        "delay days",
        Kind.PROGRAM,
        0,
        365,
        "days",
    ),
    "price": Term('Clean price per 100 of face: 101.5 or "101-16"', Kind.PRICE, _CHEAPEST, _DEAREST, "points"),
    "points": Term("Price, drop or pay-up per 100 of face: 101.515625", Kind.PRICE, low=-1000, high=1000),
    "ticks": Term('Price in 32nds, such as "101-16+" or "101-162"; or a number', Kind.TICKS, low=-1000, high=1000),
    "notation": Term("What the third digit counts: eighths of a 32nd (MBS) or quarters (FUTURES)", Kind.CHOICE),
    "yield": Term("Yield, in the basis asked for: 5.5% or 0.055", Kind.FRACTION, low=-0.99, high=1, unit=_DECIMAL),
    "mortgage_yield": Term("Yield compounding monthly: 5.4%", Kind.FRACTION, low=-0.99, high=1, unit=_DECIMAL),
    "bey": Term("Semiannual bond-equivalent yield: 5.5%", Kind.FRACTION, low=-0.99, high=1, unit=_DECIMAL),
    "basis": Term("How the yield compounds: BEY twice a year, MONTHLY, ANNUAL", Kind.CHOICE),
    "tenors": Term(
        "Tenors of the curve, rising: a row or column of years",
        Kind.NUMBER,
        0,
        100,
        "years",
        whole=True,
        longest=MOST_TENORS,
    ),
    "par_yields": Term(
        "Par yields at the tenors, semiannual bond-equivalent: a row or column of decimals",
        Kind.FRACTION,
        low=-0.5,
        high=1,
        unit=_DECIMAL,
        whole=True,
        longest=MOST_TENORS,
    ),
    "at": Term("Time, in years from today", Kind.NUMBER, low=0, high=100, unit="years"),
    "parameters": Term(
        "BETA0 to BETA3 in percent, TAU1 and TAU2, as the Fed prints them: a row or column",
        Kind.NUMBER,
        whole=True,
        longest=6,
    ),
    "z_spread": Term("Zero-volatility spread", Kind.NUMBER, -10000, 100000, "basis points"),
    "coupons": Term(
        "Coupons of a stack of TBA prices, rising", Kind.FRACTION, 0, 1, _DECIMAL, whole=True, longest=_MANY
    ),
    "prices": Term(
        "Prices in a row or column: of a stack beside its coupons, or down a yield table",
        Kind.PRICE,
        _CHEAPEST,
        _DEAREST,
        "points",
        whole=True,
        longest=_MANY,
    ),
    "target": Term("Price the coupon should trade at", Kind.PRICE, _CHEAPEST, _DEAREST, "points"),
    "mortgage_rate": Term("Mortgage rate: 6.25%", Kind.FRACTION, low=0, high=1, unit=_DECIMAL),
    "ten_year": Term("Yield of the 10-year Treasury: 4.1%", Kind.FRACTION, low=-0.5, high=1, unit=_DECIMAL),
    "five_year": Term(
        "Yield of the 5-year Treasury: 3.7%; blank to compare with the 10-year only",
        Kind.FRACTION,
        low=-0.5,
        high=1,
        unit=_DECIMAL,
    ),
    "weight": Term(
        "Share of the 10-year in the blend; for the 5-year alone give it as ten_year",
        Kind.NUMBER,
        low=0,
        high=1,
        unit=_DECIMAL,
    ),
    "oas": Term("Option-adjusted spread", Kind.NUMBER, -10000, 100000, "basis points"),
    "volatility": Term(
        "Normal volatility of the short rate a year: 0.85% is 85 basis points; or two columns, days and volatilities: "
        "the last by settlement",
        Kind.FRACTION,
        0,
        0.05,
        _DECIMAL,
        dated=True,
    ),
    "mean_reversion": Term(
        "Speed at which the short rate returns, a year; a tiny number for none", Kind.NUMBER, low=0, high=1
    ),
    "expiries": Term(
        "Expiries of swaptions: a row or column of years", Kind.NUMBER, _A_DAY, 100, "years", whole=True, longest=_MANY
    ),
    "swap_tenors": Term(
        "Terms of the swaps, beside the expiries: years", Kind.NUMBER, 0.5, 100, "years", whole=True, longest=_MANY
    ),
    "volatilities": Term(
        "Normal volatilities of swaptions at the money, beside the expiries: 0.85% is 85 basis points",
        Kind.FRACTION,
        0,
        0.05,
        _DECIMAL,
        whole=True,
        longest=_MANY,
    ),
    "expiry": Term("Expiry of the swaption: 1 is a year", Kind.NUMBER, _A_DAY, 100, "years"),
    "swap_tenor": Term("Term of the swap, in half years: 10", Kind.NUMBER, 0.5, 100, "years"),
    "model": Term(
        "A set (UMBS 30, 20, 15, GNMA 30), or two columns of names and values: mortgage_rate, 6.25%",
        Kind.PAIRS,
        whole=True,
        longest=_MANY,
    ),
    "paths": Term(
        f"Rate paths, {FEWEST_PATHS} to {MOST_PATHS}, rounded up to a power of 2",
        Kind.INTEGER,
        FEWEST_PATHS,
        MOST_PATHS,
        single=True,
    ),
    "rates": Term(
        "Monthly means of the 30-year survey rate, the last that of the month before the one projected: a column",
        Kind.FRACTION,
        low=0,
        high=1,
        unit=_DECIMAL,
        whole=True,
        longest=LONGEST_SPEED,
    ),
    "actual_returns": Term(
        "Returns that bonds had, a decimal each: a row or column",
        Kind.NUMBER,
        low=-1,
        high=10,
        whole=True,
        longest=_MANY,
    ),
    "model_returns": Term(
        "What the model said of them, beside the actual returns",
        Kind.NUMBER,
        low=-1,
        high=10,
        whole=True,
        longest=_MANY,
    ),
    "moneyness": Term(
        "Gross rate less mortgage rate, beside the returns: 1% in the money is 0.01",
        Kind.NUMBER,
        low=-1,
        high=1,
        unit=_DECIMAL,
        whole=True,
        longest=_MANY,
    ),
    "edges": Term(
        "Moneyness between the groups, rising: -2.5%, -1%, 0, 0.5% and 1.1% by default",
        Kind.NUMBER,
        low=-1,
        high=1,
        unit=_DECIMAL,
        whole=True,
        longest=_MANY,
    ),
    "calendar_month": Term("Month of the year, 1 to 12", Kind.INTEGER, low=0, high=12),
    "burnout": Term("Part of the quick borrowers that has left", Kind.NUMBER, low=0, high=1, unit=_DECIMAL),
    "month": Term(
        "Which month: of the life of the loans, or counted from now for a factor", Kind.INTEGER, 0, LONGEST_SPEED
    ),
    "months": Term("How many months", Kind.INTEGER, 0, LONGEST_SPEED, _MONTHS),
    "unit": Term("What the speed is quoted in", Kind.CHOICE),
    "reading": Term("What to read off the curve: ZERO is continuous", Kind.CHOICE),
    "kind": Term("Which duration", Kind.CHOICE),
    "delay_kind": Term("Which days of delay: STATED counts from the first day of the accrual month", Kind.CHOICE),
    "factor": Term(
        "Factor last published; of an accrual class it may be above 1", Kind.NUMBER, low=0, high=100, unit=_DECIMAL
    ),
    "factor_month": Term("Month that the factor is of: any date in it", Kind.DATE),
    "factor_start": Term("Pool factor at the start", Kind.NUMBER, low=1e-12, high=1, unit=_DECIMAL),
    "factor_end": Term("Pool factor at the end", Kind.NUMBER, low=0, high=1, unit=_DECIMAL),
    "balances_start": Term(
        "Balances of pools at the start, a column: face times factor", Kind.NUMBER, 0, whole=True, longest=MOST_COHORTS
    ),
    "balances_end": Term(
        "Balances of the same pools at the end, beside them", Kind.NUMBER, 0, whole=True, longest=MOST_COHORTS
    ),
    "wacs": Term(
        "Gross rates of the pools beside them, or one for all",
        Kind.FRACTION,
        0,
        1,
        _DECIMAL,
        whole=True,
        longest=MOST_COHORTS,
    ),
    "wams": Term(
        "Months remaining at the start, beside the pools",
        Kind.INTEGER,
        1,
        LONGEST_TERM,
        _MONTHS,
        whole=True,
        longest=MOST_COHORTS,
    ),
    "ages": Term(
        "Ages of the loans at the start, beside the pools",
        Kind.INTEGER,
        0,
        LONGEST_TERM,
        _MONTHS,
        whole=True,
        longest=MOST_COHORTS,
    ),
    "original_term": Term("Term of the loans when made", Kind.INTEGER, low=1, high=LONGEST_TERM, unit=_MONTHS),
    "original_wam": Term("Months remaining when the pool was issued", Kind.INTEGER, 1, LONGEST_TERM + 1, _MONTHS),
    "wala": Term("Age of the loans as reported (WALA); blank where it is not", Kind.INTEGER, 0, LONGEST_TERM, _MONTHS),
    "pool_age": Term("Months since the pool was issued; blank for months", Kind.INTEGER, 0, LONGEST_TERM, _MONTHS),
    "agency": Term("FNMA, FHLMC or GNMA, whose quarterly WAM and WALA are behind", Kind.CHOICE),
    "cohorts": Term(
        "Table with a header row naming face, coupon, wac, wam, age and, if cohorts differ, speed",
        Kind.COHORTS,
        whole=True,
        longest=MOST_COHORTS,
    ),
    "positions": Term(
        "Table with a header row naming face, price, coupon, wac, wam, age, and where wanted speed, settle, program, "
        "mortgage_rate, burnout and labels",
        Kind.POSITIONS,
        whole=True,
        longest=MOST_COHORTS,
    ),
    "by": Term(
        "Names of the columns that positions are grouped by, in a row or a column; TOTAL for the total alone",
        Kind.TEXT,
        whole=True,
        longest=_MANY,
    ),
    "caps": Term(
        "Most principal that may leave in a month: one number, or a column by month, the last kept",
        Kind.NUMBER,
        low=0,
        whole=True,
        longest=LONGEST_SPEED,
    ),
    "reinvest": Term(
        "What principal above the cap buys: MBS, TREASURY or BILLS; or a column by month, the last kept",
        Kind.CHOICE,
        whole=True,
        longest=LONGEST_SPEED,
    ),
    "claim": Term("What of the pool is priced: POOL for all of it, IO its interest, PO its principal", Kind.CHOICE),
    "spread_basis": Term(
        "How the spread compounds: BEY twice a year, as the curve's yields do, or CONTINUOUS", Kind.CHOICE
    ),
    "bump": Term("How far the par curve is moved either way", Kind.NUMBER, 0, 300, "basis points", single=True),
    "measures": Term(
        "Names of measures, in a row or a column: YIELD, WAL, DURATION, Z_SPREAD, OAS and so on; in scenarios VALUE, "
        "CHANGE, EFFECTIVE_DURATION, CPR, RETURN, OVER_TREASURY",
        Kind.TEXT,
        whole=True,
        longest=_MANY,
    ),
    "drop": Term('Drop, the near price less the far one: 0.1875 or "0-06"', Kind.PRICE, -20, 20, "points"),
    "far_settle": Term("Far settlement date, on which what was sold is bought back", Kind.DATE),
    "financing": Term("Financing rate, simple interest, actual/360: 4.1%", Kind.FRACTION, -0.5, 1, _DECIMAL),
    "spread_kind": Term("Which spread is held to the horizon: Z, OAS (with a volatility) or NOMINAL", Kind.CHOICE),
    "horizon": Term(
        'What prices the pool at the horizon, as horizon_kind says: 5.5%, 101.5 or "101-16", or basis points',
        Kind.PRICE,
        -10000,
        100000,
    ),
    "horizon_kind": Term("What horizon is: a YIELD, a clean PRICE, a Z-spread or an OAS", Kind.CHOICE),
    "horizon_speed": Term("Prepayment speed from the horizon on, with its unit", Kind.SPEED),
    "reinvestment": Term(
        "Yield at which payments are reinvested, bond-equivalent: one number, or a column by month, the last kept",
        Kind.FRACTION,
        -0.5,
        1,
        _DECIMAL,
        whole=True,
        longest=LONGEST_SPEED,
    ),
    "shifts": Term(
        "Table of scenarios, a name and basis points from today each: a header row of years, where wanted spread, "
        "volatility, mortgage_rate, speed, month",
        Kind.SHIFTS,
        -_MOST_SHIFT,
        _MOST_SHIFT,
        whole=True,
        longest=_MANY,
    ),
    "path": Term("How rates get to each row of shifts: AT ONCE, or LINEAR, by as much every month", Kind.CHOICE),
    "risk": Term(
        "Risk to be hedged: key-rate DV01s in currency, a column by tenor, or one number",
        Kind.NUMBER,
        -_MOST_RISK,
        _MOST_RISK,
        whole=True,
        longest=MOST_TENORS,
    ),
    "instruments": Term(
        "Risk of 100 of face of each instrument, a column each beside the risk: DV01s by tenor; a future's is its "
        "cheapest to deliver's over the conversion factor",
        Kind.BLOCK,
        -_MOST_RISK,
        _MOST_RISK,
        whole=True,
        longest=MOST_TENORS,
    ),
    "hedge_method": Term(
        "KEY_RATES by least squares, DURATION with one instrument, TWO exactly, BETA scaled", Kind.CHOICE
    ),
    "beta": Term("How far the position's yield moves for each of the instrument's, with BETA", Kind.NUMBER, 0, 10),
    "contract": Term("Contract of Treasury futures: TU, Z3N, FV, TY, TN, US or UB", Kind.CHOICE),
    "price_pool": Term("Price of the specified pool", Kind.PRICE, _CHEAPEST, _DEAREST, "points"),
    "price_tba": Term("Price of the TBA it could be delivered into", Kind.PRICE, _CHEAPEST, _DEAREST, "points"),
    "settle_month": Term("Month of settlement: any date in it", Kind.DATE),
    "class": Term("A 30-year UMBS, B 15-year UMBS, C 30-year Ginnie Mae, D all others", Kind.CHOICE),
    "what": Term("Which day: SETTLEMENT, or NOTIFICATION, the 48-hour day", Kind.CHOICE),
    "tba_dates": Term(
        "Table of one's own with a header row naming month, class, notification, settlement",
        Kind.TBA_DATES,
        whole=True,
        longest=_MANY * 12,
    ),
    "structure": Term(
        "Table with a header row naming class, kind (SEQ, PT, SUP, PAC, TAC, SCH, Z, NTL of), balance, coupon, order "
        "and, where needed, lane, band, lockout, to, accrual",
        Kind.STRUCTURE,
        whole=True,
        longest=_MANY,
    ),
    "collateral": Term(
        "Table with a header row naming face, coupon, wac, wam, age and, if cohorts differ, speed",
        Kind.COHORTS,
        whole=True,
        longest=MOST_COHORTS,
    ),
    "schedule": Term(
        "Printed planned balances, as MBS_CMO_SCHEDULE lays them out: months down from the month before the first "
        "payment, a scheduled order a column under its number",
        Kind.SCHEDULE,
        low=0,
        whole=True,
        longest=LONGEST_TERM + 2,
    ),
    "index": Term(
        "Index of floating classes: a rate, a column by month, the last kept, or FORWARD, along the curve",
        Kind.INDEX,
        -0.5,
        1,
        _DECIMAL,
        whole=True,
        longest=LONGEST_TERM,
    ),
    "class_prices": Term(
        "Clean prices of the classes, a column beside them, or one for all",
        Kind.PRICE,
        low=1e-6,
        high=1000,
        unit="per 100 of the balance",
        whole=True,
        longest=_MANY,
    ),
    "tranche": Term("Name of a class; POOL is the collateral, R what is left of its interest", Kind.TEXT),
    "every": Term("Months from row to row", Kind.INTEGER, low=0, high=LONGEST_TERM, unit=_MONTHS),
    "share": Term("Share of the floater in the class", Kind.NUMBER, low=0.001, high=0.999, unit=_DECIMAL),
    "margin": Term("Margin of the floater over its index: 0.5%", Kind.FRACTION, low=-0.5, high=1, unit=_DECIMAL),
    "function": Term("Name of a formula, such as MBS_YIELD", Kind.TEXT),
    "arguments": Term("The arguments as given to that formula", Kind.ANYTHING),
    "family": Term("Name of a family, such as Speeds; blank for all", Kind.TEXT),
}

# The price of a strip, or of the difference of two prices, may be next to nothing.
OF_STRIPS = {name: GLOSSARY[name]._replace(low=1e-6, high=1000) for name in ("price", "prices")}
