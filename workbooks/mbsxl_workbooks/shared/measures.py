"""Columns of measures of the pools: static, at one speed, and option-adjusted, on the model's paths."""

from __future__ import annotations

from collections.abc import Sequence

from mbsxl_workbooks.kit.cells import Check
from mbsxl_workbooks.kit.tables import Column
from mbsxl_workbooks.shared.market import CURVE, END
from mbsxl_workbooks.shared.pools import LOANS

#: Option-adjusted measures: their name for the formula, heading, number format, and what makes a desk's unit of them.
RISK = {
    "oas": ("OAS", "OAS", "points", ""),
    "error": ("STANDARD_ERROR", "its standard error", "points", ""),
    "z": ("MODEL_Z_SPREAD", "Z-spread", "points", ""),
    "cost": ("OPTION_COST", "option cost", "points", ""),
    "effective": ("EFFECTIVE_DURATION", "effective duration", "years", ""),
    "bend": ("EFFECTIVE_CONVEXITY", "effective convexity, hundredths", "hundredths", "/100"),
    "spread": ("SPREAD_DURATION", "spread duration", "years", ""),
    "vega": ("VEGA", "vega, points a bp", "price", ""),
    "prepay": ("PREPAYMENT_DURATION", "prepayment duration, %", "years", ""),
}
_PRICES = "{pools.clean[all]}"


def static(speed: str, names: tuple[str, ...] = ()) -> dict[str, Column]:
    """Return the measures of the pools at a speed, a column of texts; those named, or all."""
    loans = f"{LOANS},{speed}"

    def asked(function: str, price: str = f"{_PRICES},", special: str = "") -> str:
        return f"MBS_{function}({price}{loans},{special}settle,program)"

    found = {
        "yield": Column("yield", "percent", fill=f"={asked('YIELD')}"),
        "nominal": Column("spread to the curve", "points", fill=f"={asked('NOMINAL_SPREAD', special=CURVE + ',')}"),
        "static_z": Column("Z-spread", "points", fill=f"={asked('Z_SPREAD', special=CURVE + ',')}"),
        "life": Column("average life", "years", fill=f"={asked('WAL', price='')}"),
        "duration": Column("modified duration", "years", fill=f"={asked('DURATION', special=',')}"),
        "convexity": Column("convexity, hundredths", "hundredths", fill=f"={asked('CONVEXITY')}/100"),
    }
    return {name: found[name] for name in names or found}


def risk(
    names: Sequence[str], curve: str = CURVE, prices: str = "{pools.clean[all]}", volatility: str = "volatility"
) -> dict[str, Column]:
    """Return option-adjusted measures of the pools on a curve: one formula, one valuation, for all that are named."""
    call = measured(names, prices, LOANS, curve, volatility)
    columns = {name: Column(title, number) for name in names for _, title, number, _ in [RISK[name]]}
    first, *_ = names
    return columns | {first: columns[first]._replace(fill=f"={call}", across=len(names))}


def measured(names: Sequence[str], prices: str, loans: str, curve: str = CURVE, volatility: str = "volatility") -> str:
    """Return the formula of option-adjusted measures, in a desk's units, names across and pools down."""
    asked = ",".join(f'"{RISK[name][0]}"' for name in names)
    units = ",".join("100" if RISK[name][3] else "1" for name in names)
    call = f"MBS_MEASURES({{{asked}}},{prices},{loans},,{curve},{volatility},{END})"  # at the model's speeds
    return f"{call}/{{{units}}}"


def oas(prices: str = _PRICES, volatility: str = "volatility", curve: str = CURVE, end: str = END) -> str:
    """Return the formula of the OAS of the pools."""
    return f"MBS_OAS({prices},{LOANS},{curve},{volatility},{end})"


def oas_price(
    spread: str, volatility: str = "volatility", curve: str = CURVE, end: str = END, loans: str = LOANS
) -> str:
    """Return the formula of the price of the pools at an OAS."""
    return f"MBS_OAS_PRICE({spread},{loans},{curve},{volatility},{end})"


def adjusted_checks(table: str, key: str) -> tuple[Check, ...]:
    """Return what holds of option-adjusted measures whatever the inputs: of all pools of a table, and of one."""
    one = f"{{pools.clean[{key}]}},{','.join(f'{{pools.{each}[{key}]}}' for each in ('coupon', 'wac', 'wam', 'age'))}"
    back = oas_price(f"{{{table}.oas[all]}}+{{}}").replace("+{}", "{}")
    duration = f"INDEX(MBS_OAS_RISK({one},{CURVE},volatility,{END}),6,2)"
    found = (
        (
            "Prices back from the OAS, less the prices: squares",
            f"SUMXMY2({back.replace('{}', '')},{_PRICES})",
            1e-14,
            "every pool",
        ),
        (
            "Pools whose price does not fall as the OAS rises by 10 bp",
            f"SUM(--({back.replace('{}', '+10')}>={_PRICES}))",
            0,
            "every pool",
        ),
        (
            "OAS at next to no volatility, less the Z-spread: squares",
            f"SUMXMY2({oas(volatility='0.000001')},{oas(volatility='0')})",
            1e-6,
            "a volatility of 0.0001%; every pool",
        ),
        (
            "Key rates of one pool: their sum over its duration, less 1",
            f"SUM(INDEX(MBS_KEY_RATES({one},{CURVE},volatility,{END}),0,2))/{duration}-1",
            0.02,
            "MBS_KEY_RATES against MBS_OAS_RISK",
        ),
    )
    return tuple(Check(what, f"={here}", 0, within, "exact", how) for what, here, within, how in found)
