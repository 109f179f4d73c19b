"""The published figures the templates are built of: data files inside the package."""

from __future__ import annotations

from importlib import resources

SHARED = "mbsxl_workbooks.shared"


def figures(name: str, package: str = SHARED) -> list[dict[str, str]]:
    """Return the rows of a data file, whose first lines say who published them; a template's own is in its folder."""
    import pandas as pd  # late: only building a template reads figures

    with resources.as_file(resources.files(package) / f"{name}.csv") as path:
        return pd.read_csv(path, comment="#", dtype=str, keep_default_na=False).to_dict("records")
