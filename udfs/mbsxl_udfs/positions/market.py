"""A market from a small TOML file: the curve, how rates may move, and what of the model is another than by default.

tenors = [2, 5, 10, 30]
par_yields = [0.036, 0.038, 0.042, 0.048]
volatility = 0.0085
mean_reversion = 0.03

[model]
mortgage_rate = 0.0625

A volatility may be by day, under [volatility] as "2025-11-21" = 0.0085: a position takes the last by its settlement.
"""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path
from typing import Any

import numpy as np

from mbsxl.errors import InputError
from mbsxl.market.hull_white import MEAN_REVERSION
from mbsxl.market.volatility import DatedVolatility, Volatility
from mbsxl.value.measures import NO_MARKET, OpenMarket
from mbsxl_udfs.formulas.cells import read

_KNOWN = ("tenors", "par_yields", "volatility", "mean_reversion", "mortgage_rate", "model")


def read_market(path: Path | None) -> OpenMarket:
    """Return the market of a file; none without one.

    Errors
    ------
    InputError
        A file that cannot be read, a name there is not, or a value that cannot be.
    """
    if path is None:
        return NO_MARKET
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise InputError("market", str(path), f"cannot be read: {fault.strerror or fault}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise InputError("market", str(path), f"is no TOML file: {fault}") from fault
    unknown = [name for name in given if name not in _KNOWN]
    if unknown:
        raise InputError("market", unknown[0], f"is not known; there are {', '.join(_KNOWN)}")
    tenors, yields = (_column(given, name) for name in ("tenors", "par_yields"))
    volatility = _volatility(given["volatility"]) if "volatility" in given else None
    reversion = read(given["mean_reversion"], "mean_reversion") if "mean_reversion" in given else MEAN_REVERSION
    return OpenMarket(tenors, yields, volatility, reversion, _model(given))


def _column(given: dict[str, Any], name: str) -> list[float]:
    column = given.get(name)
    if not isinstance(column, list) or not column:
        raise InputError(name, str(column or ""), "is missing; give it as [2, 5, 10, 30], par_yields beside tenors")
    return [float(read(cell, name)) for cell in column]


def _volatility(given: Any) -> Volatility:
    """Return one volatility, or those of a table by day."""
    if not isinstance(given, dict):
        return float(read(given, "volatility"))
    try:
        days = [datetime.date.fromisoformat(day) for day in given]
    except ValueError as fault:
        remedy = 'has days that are none; give "2025-11-21" = 0.0085'
        raise InputError("volatility", ", ".join(given), remedy) from fault
    return DatedVolatility(np.array(days, "datetime64[D]"), [read(each, "volatility") for each in given.values()])


def _model(given: dict[str, Any]) -> Any:
    """Return the model: a set's name, or its parameters, among which the mortgage rate may stand by itself."""
    model = given.get("model")
    if "mortgage_rate" not in given:
        return model
    own = {"set": model} if isinstance(model, str) else dict(model or {})
    return own | {"mortgage_rate": read(given["mortgage_rate"], "mortgage_rate")}
