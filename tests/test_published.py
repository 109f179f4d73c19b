"""Published results, through the core and through the cell, to the last printed digit."""

from __future__ import annotations

import datetime
import importlib
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import arguments_of, grouped
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.model import calculate

HERE = Path(__file__).parent
SHIPPED = HERE.parent / "workbooks" / "mbsxl_workbooks" / "shared" / "published.toml"  # which templates show too
FILES = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
    for path in (SHIPPED, *sorted((HERE / "published").glob("*.toml")))
}
SOURCES = tomllib.loads((HERE / "sources.toml").read_text(encoding="utf-8")) | FILES["published"]["sources"]
ROWS = [
    pytest.param(row, id=f"{name}-{row['source']}-{row['locator']}")
    for name, file in FILES.items()
    for row in file["row"]
]


def half_a_unit(printed: str) -> float:
    """Half a unit of the last printed digit, and what binary fractions need to hold it."""
    decimals = len(printed.partition(".")[2])
    return 0.5 * 10.0**-decimals * (1 + 1e-6) + 4e-16 * abs(float(printed))


def fill(template: Any, item: Any) -> Any:
    """Put an item of `over` where the braces are."""
    if template == "{}":
        return item
    return template.replace("{}", str(item)) if isinstance(template, str) else template


def calls(row: dict[str, Any]) -> list[dict[str, Any]]:
    """The calls of a row: one, or one for each item of `over`."""
    if "over" not in row:
        return [row]
    return [
        row
        | {
            "arguments": [fill(each, item) for each in row.get("arguments", [])],
            "formula": fill(row.get("formula", ""), item),
        }
        for item in row["over"]
    ]


def literal(argument: Any) -> str:
    """An argument as typed in a formula."""
    if isinstance(argument, list):
        return "{" + ";".join(",".join(literal(cell) for cell in line) for line in argument) + "}"
    if isinstance(argument, datetime.date):
        return f"DATE({argument.year},{argument.month},{argument.day})"
    if isinstance(argument, str):
        return f'"{argument}"' if argument else ""
    return repr(argument)


def through_the_cell(call: dict[str, Any]) -> list[float]:
    formula = call.get("formula") or f"{call['function']}({','.join(literal(each) for each in call['arguments'])})"
    answer = calculate(formula, published())
    if "column" not in call:
        return [cell for line in answer for cell in line] if isinstance(answer, list) else [answer]
    header = answer[0]
    return [answer[month][header.index(call["column"])] for month in call["months"]]


def of_the_core(dotted: str) -> Any:
    """The function of a row that no formula asks, named as in `conventions.dates.days_between`."""
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(f"mbsxl.{module}"), name)


def through_the_core(call: dict[str, Any]) -> list[float]:
    if "core" in call:
        return np.ravel(of_the_core(call["core"])(*map(np.asarray, call["arguments"]))).tolist()
    entry = CATALOGUE[call["function"]]
    arguments = {
        name: np.array(given).ravel() if isinstance(given, list) else given
        for name, given in zip([each.parameter for each in arguments_of(entry)], call["arguments"], strict=False)
        if given != ""
    }
    answer = entry.function(**grouped(entry.function, arguments))
    if "column" not in call:
        return np.ravel(answer).tolist()
    return [float(getattr(answer, call["column"])[month - 1]) for month in call["months"]]


def holds(row: dict[str, Any], through: Any) -> None:
    found = [row.get("times", 1) * value for call in calls(row) for value in through(call)]
    printed = row["printed"] if isinstance(row["printed"], list) else [row["printed"]]
    assert len(found) == len(printed)
    missed = [(f, p) for f, p in zip(found, printed, strict=True) if not abs(f - float(p)) <= half_a_unit(p)]
    assert not missed


@pytest.mark.parametrize("row", [row for row in ROWS if "core" not in row.values[0]])
def test_through_the_cell(row: dict[str, Any]) -> None:
    holds(row, through_the_cell)


@pytest.mark.parametrize("row", [row for row in ROWS if "formula" not in row.values[0]])
def test_through_the_core(row: dict[str, Any]) -> None:
    holds(row, through_the_core)


def test_every_row_names_a_source_and_every_omission_a_reason() -> None:
    for file in FILES.values():
        assert {each["source"] for each in file["row"]} <= set(SOURCES)
        assert all(each["source"] in SOURCES and each["locator"] and each["why"] for each in file.get("left_out", []))
