"""The formulas of mbsxl, for xlwings Server."""

from mbsxl_udfs.officejs import *  # noqa: F403
