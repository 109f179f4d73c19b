"""The formulas of mbsxl, for xlwings Server."""

from mbsxl_udfs.hosts.officejs.adapter import *  # noqa: F403
