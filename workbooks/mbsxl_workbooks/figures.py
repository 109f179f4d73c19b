"""The published figures the templates are built of: data files inside the package."""

from __future__ import annotations

from importlib import resources


def figures(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the templates' data files, whose first lines say who published them."""
    import pandas as pd  # late: only building a template reads figures

    with resources.as_file(resources.files("mbsxl_workbooks") / "data" / f"{name}.csv") as path:
        return pd.read_csv(path, comment="#", dtype=str, keep_default_na=False).to_dict("records")
