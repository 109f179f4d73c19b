"""All functions whose calls are made ready in ways of their own; importing it makes them known."""

from mbsxl_udfs.sheet.forms import choices, indirect, lambdas, places

__all__ = ["choices", "indirect", "lambdas", "places"]
