"""What templates are laid out with: pages, named cells, tables, charts, checks, in one style."""

from mbsxl_workbooks.kit.charts import Chart, Series
from mbsxl_workbooks.kit.layout import (
    CHECKS,
    INPUTS,
    SUMMARY,
    SUMMARY_WIDTHS,
    Check,
    Headline,
    Input,
    Layout,
    Page,
)

__all__ = [
    "CHECKS",
    "INPUTS",
    "SUMMARY",
    "SUMMARY_WIDTHS",
    "Chart",
    "Check",
    "Headline",
    "Input",
    "Layout",
    "Page",
    "Series",
]
