"""The page of the back-test against printed speeds of single cohorts, by how far they were in the money."""

from __future__ import annotations

from mbsxl_workbooks.kit.pages import Layout
from mbsxl_workbooks.kit.tables import Column, across
from mbsxl_workbooks.shared.figures import figures
from mbsxl_workbooks.templates.model_backtest.agencies import PARAMETERS, date


def _incentive(row: dict[str, str]) -> float:
    return float(row["wac"]) - float(row["felt"])


_PRINTS = {f"p{place + 1}": row for place, row in enumerate(sorted(figures("cohort_cpr", __package__), key=_incentive))}
_GROUPS = {  # incentives from and below, in basis points
    "deep": ("far out of the money", -1000, -250),
    "out": ("out of the money", -250, -100),
    "below": ("just below", -100, 0),
    "at": ("at the money", 0, 50),
    "cusp": ("the cusp", 50, 110),
    "plateau": ("the plateau", 110, 1000),
    "every": ("all", -1000, 1000),
}
_BASIS_POINTS = "ROUND(10000*({prints.wac[all]}-{prints.felt[all]}),0)"
_WITHIN = f"({_BASIS_POINTS}>={{from}})*({_BASIS_POINTS}<{{below}})"


def lay_out_prints(layout: Layout) -> None:
    """Lay out the printed speeds beside the model's, and the errors by incentive."""
    page = layout.page(
        "Cohorts",
        "Printed speeds of single cohorts, and the model's",
        "Agencies, dealers and open repositories, each with its source in research/data/observed_speeds.csv; all "
        "conventional. A print of some months is set beside its middle one; quick borrowers gone by the pool's past.",
        (54, 12, 12, 12, 12, 12, 12, 12, 12, 12),
    )
    rows = _PRINTS.values()
    page.table(
        "incentives",
        tuple(_GROUPS),
        {
            "name": Column("by incentive", "text", [name for name, _, _ in _GROUPS.values()]),
            "from": Column("from, bp", "integer", [low for _, low, _ in _GROUPS.values()]),
            "below": Column("below, bp", "integer", [high for _, _, high in _GROUPS.values()]),
            "count": Column("cohorts", "integer", f"=SUMPRODUCT({_WITHIN})"),
            "size": Column("mean miss", "percent", f"=SUMPRODUCT({_WITHIN},ABS({{prints.error[all]}}))/{{count}}"),
            "bias": Column("bias", "percent", f"=SUMPRODUCT({_WITHIN},{{prints.error[all]}})/{{count}}"),
        },
    )
    speed = (
        "=MBS_MODEL_CPR({prints.felt[all]},{prints.wac[all]},{prints.age[all]},{prints.season[all]},{prints.gone[all]},"
        f"{PARAMETERS})"
    )
    page.table(
        "prints",
        tuple(_PRINTS),
        {
            "cohort": Column("cohort", "text", [row["cohort"] for row in rows]),
            "month": Column("month", "month", [date(row["month"]) for row in rows]),
            "season": Column("month of the year", "integer", [int(row["season"]) for row in rows]),
            "wac": Column("gross rate", "percent", [float(row["wac"]) for row in rows]),
            "felt": Column("mortgage rate felt", "percent", [float(row["felt"]) for row in rows]),
            "age": Column("age, months", "integer", [int(row["age"]) for row in rows]),
            "gone": Column("quick ones gone", "share", [float(row["gone"]) for row in rows]),
            "printed": Column("printed CPR", "percent", [float(row["cpr"]) for row in rows]),
            **across({"model": "model CPR"}, "percent", speed),
            "error": Column("model less printed", "percent", "={model}-{printed}"),
        },
    )
