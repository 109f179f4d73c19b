"""Mortgage-backed securities: cash flows, prices, spreads and runoff, by the market's own conventions.

The public names of the core stand here, so that a user need not know its rooms: ``from mbsxl import Pool, bond_yield``.
Each is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_ROOMS = {
    "claims.settled": ["Strip"],
    "conventions.dates": ["Settlement", "days_between"],
    "conventions.programs": ["Program", "delay_days"],
    "conventions.tba": ["TbaDates", "tba_settle"],
    "conventions.ticks": ["decimal", "ticks"],
    "conventions.yields": ["Basis", "SpreadBasis", "bond_equivalent_yield", "mortgage_yield"],
    "errors": ["InputError", "NoSolution"],
    "loans.burnout": ["burnout"],
    "loans.cashflow": ["cashflow"],
    "loans.defaults": ["Defaults"],
    "loans.averages": ["average_speed"],
    "loans.factors": ["assumed_wac", "estimated_factor", "factor", "loan_age", "realized_speed"],
    "loans.pools": ["Loans", "Pool"],
    "loans.prepayment": ["MODELS", "PrepaymentModel", "model_cpr"],
    "market.curve": ["ParCurve", "curve"],
    "market.mortgage_rates": ["current_coupon", "mortgage_spread"],
    "market.svensson": ["svensson"],
    "market.volatility": ["DatedVolatility", "swaption_volatility", "volatility_fit"],
    "portfolio.positions": ["Positions", "positions"],
    "portfolio.caps": ["soma_runoff"],
    "portfolio.runoff": ["Cohorts", "runoff"],
    "portfolio.rate_paths": ["Shifts"],
    "portfolio.scenarios": ["Plan", "scenarios"],
    "speeds.units": ["PrepaymentUnit", "SpeedUnit"],
    "speeds.vectors": ["cpr", "psa", "smm", "speed_vector"],
    "structures.classes": ["Deal", "Terms", "cmo", "cmo_cashflow", "cmo_decrement", "cmo_schedule"],
    "structures.coupons": ["floater_split"],
    "structures.measures": ["cmo_measures"],
    "structures.tranches": ["Structure", "read_structure"],
    "value.carry": ["Financed", "carry"],
    "value.durations": ["convexity", "duration", "dv01"],
    "value.hedge": ["conversion_factor", "hedge"],
    "value.implied": ["implied_speed"],
    "value.measures": ["MEASURES", "OpenMarket", "measured"],
    "value.oas": ["Market", "Quoted", "oas", "oas_price"],
    "value.price_yield": ["accrued", "average_life", "bond_yield", "price"],
    "value.regression": ["return_regression"],
    "value.risk": ["Method", "key_rates", "oas_risk"],
    "value.roll": ["Roll", "dollar_roll", "payup"],
    "value.spreads": ["i_spread", "nominal_spread", "z_price", "z_spread"],
    "value.total_return": ["Outlook", "total_return"],
    "value.yield_table": ["Compared", "Quotes", "window", "yield_table"],
}
_HOME = {name: f"mbsxl.{room}" for room, names in _ROOMS.items() for name in names}
_HOME["book"] = "mbsxl_udfs.positions.book"  # it opens files, which the core does not

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
