"""Published results that any template can be held against, read from the one home of published numbers."""

from __future__ import annotations

import datetime
import tomllib
from importlib import resources
from typing import Any

from mbsxl_workbooks.kit.cells import Check

_FILE = tomllib.loads((resources.files("mbsxl_workbooks.shared") / "published.toml").read_text(encoding="utf-8"))
_ROWS = {row["locator"]: row for row in _FILE["row"]}


def published(*locators: str) -> tuple[Check, ...]:
    """Return checks against published results, to half a unit of the last printed digit."""
    return tuple(_check(_ROWS[locator]) for locator in locators)


def _check(row: dict[str, Any]) -> Check:
    printed = row["printed"][0] if isinstance(row["printed"], list) else row["printed"]
    decimals = len(printed.partition(".")[2])
    formula = f"={row['times']}*{_call(row)[1:]}" if "times" in row else _call(row)
    source = f"{_FILE['sources'][row['source']]['title']}: {row['locator']}"
    return Check(
        row["what"], formula, float(printed), 0.5 * 10.0**-decimals, "exact" if decimals else "integer", source
    )


def _call(row: dict[str, Any]) -> str:
    if "formula" in row:
        return str(row["formula"])
    call = f"{row['function']}({','.join(map(_typed, row['arguments']))})"
    return (
        f'=INDEX({call},{row["months"][0] + 1},MATCH("{row["column"]}",INDEX({call},1,0),0))'
        if "column" in row
        else f"={call}"
    )


def _typed(argument: Any) -> str:
    """Return an argument as it is typed in a formula."""
    if isinstance(argument, datetime.date):
        return f"DATE({argument.year},{argument.month},{argument.day})"
    if isinstance(argument, str):
        return f'"{argument}"' if argument else ""
    return repr(argument)


#: What prices and yields are held against.
PRICING = (
    "SF-50, yield",
    "SF-50, average life",
    "SF-50, modified duration",
    "SF-51, cash flow convexity",
    "mbsprice, price",
    "mbswal",
    "mbsdurp, ModDuration",
)
