"""What a book is asked by further files: scenarios on its market, and a hedge of its key-rate risk."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mbsxl.errors import InputError
from mbsxl.kernel import Listing
from mbsxl.market.curve import ParCurve
from mbsxl.portfolio.book import TOTAL, Book
from mbsxl.portfolio.scenarios import Plan, scenarios
from mbsxl.value.hedge import hedge
from mbsxl.value.measures import OpenMarket
from mbsxl_udfs.formulas.cells import read
from mbsxl_udfs.formulas.ranges import read_whole
from mbsxl_udfs.positions.sources import encoding_of, readable, whole
from mbsxl_udfs.sheet.cells import Block

_KEY_RATE = "key_rate_dv01_"


def in_scenarios(tables: Any, market: OpenMarket, path: Path, months: int, by: Sequence[str]) -> Listing:
    """Return what positions are worth and return in the scenarios of a file, months ahead, by group or in total.

    The file has a row a scenario: a name, moves of par yields in basis points under their tenors, and where wanted
    spread, volatility, mortgage_rate and speed.

    Errors
    ------
    InputError
        A file that is none, or no market.
    """
    if market.tenors is None or market.volatility is None:
        raise InputError("scenarios", str(path), "needs a market with a volatility; give --market")
    shifts = read_whole(_block(path, "scenarios"), "shifts", None)
    plan = Plan(months, model=market.model, by=list(by) or [TOTAL])
    curve = ParCurve(market.tenors, market.par_yields)  # type: ignore[arg-type]
    found = scenarios(whole(tables), curve, float(market.volatility), shifts, plan)  # type: ignore[arg-type]
    return found._replace(rows=[row for row in found.rows if row[1] != ""])  # the book itself says what is refused


def hedged(found: Book, path: Path) -> Listing:
    """Return the face of each instrument of a file to add, so that the book's key-rate risk comes nearest to 0.

    The file has a row a tenor of the market's curve, the tenor first, and a column an instrument: its key-rate DV01 per
    100 of face.

    Errors
    ------
    InputError
        A book without key-rate DV01s, or a file whose tenors are not those of its curve.
    """
    risk = {name.removeprefix(_KEY_RATE): cell for name, cell in found.total.items() if name.startswith(_KEY_RATE)}
    if not risk:
        raise InputError("hedge", str(path), "needs key-rate DV01s; give --market, and KEY_RATES among the measures")
    header, *rows = _block(path, "hedge")
    tenors = {f"{read(row[0], 'at'):g}y": row[1:] for row in rows if row and row[0]}
    if list(tenors) != list(risk):
        remedy = f"are not the tenors of the market's curve, {', '.join(risk)}; give a row each"
        raise InputError("hedge", ", ".join(tenors), remedy)
    instruments = read_whole(list(tenors.values()), "instruments", None)
    answer = hedge(list(risk.values()), instruments)
    count = np.asarray(instruments).shape[1]
    names = [*(f"face of {name}" for name in header[1 : count + 1]), *(f"left at {tenor}" for tenor in risk)]
    return Listing(("hedge", "amount"), list(zip(names, answer.value.tolist(), strict=True)))


def _block(path: Path, argument: str) -> Block:
    """Return the cells of a file of delimited text, blank lines left out."""
    with readable(path, argument), path.open(encoding=encoding_of(path), newline="") as file:
        rows: Block = [[cell.strip() or None for cell in row] for row in csv.reader(file)]
    kept = [row for row in rows if any(row)]
    if not kept or len({len(row) for row in kept}) > 1:
        raise InputError(argument, str(path), "is no table with a header row and as many cells in every row")
    return kept
