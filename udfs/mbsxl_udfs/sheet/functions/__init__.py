"""The functions of a spreadsheet that are computed here, a module for each family; importing it makes them known."""

from mbsxl_udfs.sheet import library
from mbsxl_udfs.sheet.functions import (
    aggregates,
    annuities,
    arrays,
    bonds,
    conditions,
    databases,
    dates,
    depreciation,
    discounts,
    information,
    lookups,
    maths,
    odd_periods,
    shapes,
    texts,
    totals,
)

__all__ = [
    "aggregates",
    "annuities",
    "arrays",
    "bonds",
    "conditions",
    "databases",
    "dates",
    "depreciation",
    "discounts",
    "information",
    "library",
    "lookups",
    "maths",
    "odd_periods",
    "shapes",
    "texts",
    "totals",
]
