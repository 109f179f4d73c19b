"""What a book is asked by files: its sums on a market, scenarios on that market, and a hedge of its key-rate risk."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from mbsxl.errors import InputError, NoSolution
from mbsxl.kernel import Listing
from mbsxl.market.curve import ParCurve
from mbsxl.market.hull_white import MEAN_REVERSION
from mbsxl.portfolio.book import TEN_YEARS, TOTAL, Book, Numbers
from mbsxl.portfolio.book import book as of_positions
from mbsxl.portfolio.positions import Positions
from mbsxl.portfolio.scenarios import Plan, scenarios
from mbsxl.value.hedge import hedge
from mbsxl.value.measures import OpenMarket
from mbsxl_udfs.formulas.cells import read
from mbsxl_udfs.formulas.ranges import read_whole
from mbsxl_udfs.positions.book import groups
from mbsxl_udfs.positions.market import read_market
from mbsxl_udfs.positions.sources import delimiter_of, encoding_of, readable, whole
from mbsxl_udfs.positions.sources import read as positions_of
from mbsxl_udfs.positions.units import Habits
from mbsxl_udfs.sheet.cells import Block

_KEY_RATE = "key_rate_dv01_"


class Question(NamedTuple):
    """What is asked of a file of positions: groups, measures, by further files a market, scenarios, a hedge, caps."""

    by: Sequence[str] = ()
    measures: Sequence[str] = ()
    thousands: bool = False
    market: Path | None = None
    scenarios: Path | None = None
    months: int = 0
    hedge: Path | None = None
    caps: Path | None = None


class Answer(NamedTuple):
    """A book; `further` tables by name: scenarios, hedge, runoff; and what is `said` of how the file was read."""

    found: Book
    further: dict[str, Listing]
    said: list[str]


def ask(
    path: Path,
    question: Question,
    executor: Executor | None = None,
    each: Callable[[Numbers], None] | None = None,
    watched: Callable[[Iterator[Positions]], Iterator[Positions]] = iter,
) -> Answer:
    """Return what the positions of a file answer; `watched` sees them go by as they are read.

    Errors
    ------
    InputError
        A file that cannot be read or does not fit the question; a position that cannot be used is listed in the book.
    """
    habits = Habits(question.thousands)
    market = read_market(question.market)
    by = groups(question.by)
    source = watched(positions_of(path, habits))
    found = of_positions(source, market, by, list(question.measures) or None, executor=executor, each=each)
    further = {}
    if question.scenarios is not None:
        held = positions_of(path, Habits(question.thousands))
        further["scenarios"] = in_scenarios(held, market, question.scenarios, question.months, by)
    if question.hedge is not None:
        further["hedge"] = hedged(found, question.hedge)
    if question.caps is not None:
        further["runoff"] = run_off(found, question.caps, question.months)
    return Answer(found, further, habits.said)


def in_scenarios(tables: Any, market: OpenMarket, path: Path, months: int, by: Sequence[str]) -> Listing:
    """Return what positions are worth and return in the scenarios of a file, months ahead, by group or in total.

    The file has a row a scenario: a name, moves of par yields in basis points under their tenors, and where wanted
    spread, volatility, mortgage_rate, speed and month.

    Errors
    ------
    InputError
        A file that is none, or no market.
    """
    if market.tenors is None or market.volatility is None:
        raise InputError("scenarios", str(path), "needs a market with a volatility; give one (--market)")
    if market.mean_reversion != MEAN_REVERSION:
        remedy = f"is not what scenarios are computed with, {MEAN_REVERSION:g}; leave it out of the market"
        raise InputError("mean_reversion", market.mean_reversion, remedy)
    shifts = read_whole(_block(path, "scenarios"), "shifts", None)
    plan = Plan(months, model=market.model, by=list(by) or [TOTAL])
    curve = ParCurve(market.tenors, market.par_yields)  # type: ignore[arg-type]
    found = scenarios(whole(tables), curve, market.volatility, shifts, plan)  # type: ignore[arg-type]
    told = [row for row in found.rows if any(cell != "" for cell in row[1:])]  # the book itself says what is refused
    return Listing(
        found.header, [tuple(str(cell) if isinstance(cell, NoSolution) else cell for cell in row) for row in told]
    )


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
        raise InputError(
            "hedge", str(path), "needs key-rate DV01s; give a market (--market), and KEY_RATES among the measures"
        )
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


def run_off(found: Book, path: Path, months: int = 0) -> Listing:
    """Return what is left of a book under the caps of a file, and what the principal above them has bought: ten years.

    The file has a row a month, the last one kept: the cap, and what is above it reinvested in, MBS, TREASURY or BILLS;
    where that is MBS, in a row their speed. `months` other than 0 are as far as it goes.

    Errors
    ------
    InputError
        A file that is none, a cap below 0, or reinvestment in MBS without their speed.
    """
    header, *rows = _block(path, "caps")
    columns = dict(zip((str(name).lower() for name in header), zip(*rows, strict=True), strict=True))
    if missing := {"cap", "reinvest"} - set(columns):
        raise InputError("caps", str(path), f"has no column {min(missing)}; give cap, reinvest, and for MBS speed")
    caps = [read(cell, "caps") for cell in columns["cap"]]
    speed = next((read(cell, "speed") for cell in columns.get("speed", ()) if cell), None)
    flow = found.under_caps(caps, columns["reinvest"], months or TEN_YEARS, speed)
    names = ("month", "balance", "cap", "redeemed", "reinvested", "treasuries", "bills", "ending")
    return Listing(names, list(zip(*(getattr(flow, name).tolist() for name in names), strict=True)))


def _block(path: Path, argument: str) -> Block:
    """Return the cells of a file of delimited text, blank lines left out."""
    with readable(path, argument), path.open(encoding=encoding_of(path), newline="") as file:
        lines = file.read().splitlines()
    delimiter = delimiter_of(lines, len)
    rows: Block = [[cell.strip() or None for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    kept = [row for row in rows if any(row)]
    if len(kept) < 2 or len(kept[0]) < 2 or len({len(row) for row in kept}) > 1:
        remedy = "is no table with a header row, two columns or more, and as many cells in every row"
        raise InputError(argument, str(path), remedy)
    return kept
