"""The book: positions to a portfolio's numbers, by group and in total, on one processor or many.

Its kernel is `sums`: additive, so that any executor works a part at a time, and a book of any length is known from its
sums. The yield is that of the summed cash flows; average life and the one-month speed are theirs too. Other measures
are each position's own: those in points are amounts of currency that add up, the others are weighted by market value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from mbsxl.arrays import FloatArray, IntArray
from mbsxl.conventions.choices import plain
from mbsxl.conventions.yields import Basis, yield_of
from mbsxl.errors import InputError
from mbsxl.kernel import mapped
from mbsxl.loans.cashflow import CashFlow
from mbsxl.loans.prepayment import as_model
from mbsxl.market.curve import par_curve
from mbsxl.market.hull_white import PATHS, as_sample
from mbsxl.portfolio.caps import New, Reinvestment, SomaRunoff, under_caps
from mbsxl.portfolio.positions import Positions
from mbsxl.portfolio.runoff import Runoff, as_runoff
from mbsxl.portfolio.sums import OWN, Held, Question, Refused, Sum, sums
from mbsxl.solve import solve_rate
from mbsxl.speeds.grammar import OneSpeed
from mbsxl.units import BASIS_POINTS, MONTHS_A_YEAR, Unit
from mbsxl.value.measures import MEASURES, NO_MARKET, OpenMarket, named
from mbsxl.value.priced import Needs

MOST_GROUPS = 2_000  # each has a cash flow of its own; of more, SQL on the positions' own numbers tells
KEY_RATES = "KEY_RATES"
CPR = "CPR"
_OF_SUMS = ("PRICE", "YIELD", "WAL", CPR)  # what the summed amounts and cash flows say
STATIC = ("DV01", "PRICE", "YIELD", "WAL", CPR)
ADJUSTED = ("DV01", "EFFECTIVE_DV01", KEY_RATES, *_OF_SUMS[:3], "OAS", "EFFECTIVE_DURATION", "EFFECTIVE_CONVEXITY", CPR)
_BY_DURATION = {"EFFECTIVE_DV01": "EFFECTIVE_DURATION"}
TOTAL = "TOTAL"
TEN_YEARS = 120  # months


class Refusal(NamedTuple):
    """A position that a book does without: its row in the source, its face, and why."""

    row: int
    face: float
    why: Exception


class Book(NamedTuple):
    """The numbers of a book: a row a group and a last one for the total.

    Attributes
    ----------
    header
        The names of the columns: those grouped by, positions, face, refused, market_value, then what was asked.
    rows
        The rows, in the order of the header; an empty text where a group has no position left.
    cash_flow
        What the book pays month by month, in the currency of the faces.
    refused
        The positions that it does without.
    wac
        The average gross rate of the loans, weighted by face.
    """

    header: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    cash_flow: Runoff
    refused: list[Refusal]
    wac: float

    @property
    def total(self) -> dict[str, Any]:
        """The total by the names of the columns."""
        return dict(zip(self.header, self.rows[-1], strict=True))

    def under_caps(
        self,
        caps: npt.ArrayLike,
        reinvest: npt.ArrayLike | Reinvestment | str = Reinvestment.TREASURY,
        months: int = TEN_YEARS,
        speed: OneSpeed | None = None,
    ) -> SomaRunoff:
        """Return what is left of the book, and what was bought, where principal above a cap is reinvested.

        As `soma_runoff`, which is this of the Fed's holdings: MBS bought are new pools of the book's average coupon and
        gross rate that prepay at `speed`.

        Errors
        ------
        InputError
            A cap below 0, no such reinvestment, or reinvestment in MBS without a speed.
        """
        flow = CashFlow(*self.cash_flow[1:5])
        coupon = float(flow.interest[0] / max(flow.balance[0], 1e-290)) * MONTHS_A_YEAR
        return under_caps(as_runoff(flow, months), caps, reinvest, New(coupon, self.wac, speed))


class Numbers(NamedTuple):
    """The numbers of single positions: their names, the rows of the source, and values (positions, numbers)."""

    names: tuple[str, ...]
    row: IntArray
    values: FloatArray


def book(
    positions: Positions | Iterable[Positions],
    market: OpenMarket = NO_MARKET,
    by: str | Sequence[str] = (),
    measures: str | Sequence[str] | None = None,
    *,
    paths: int = PATHS,
    executor: Executor | None = None,
    each: Callable[[Numbers], None] | None = None,
) -> Book:
    """Return what positions add up to.

    Measures beside those of `mbsxl.MEASURES`: PRICE, the average weighted by face; CPR, of the first month;
    EFFECTIVE_DV01, what a rise of all par yields by a basis point takes from the market value; KEY_RATES, the same of
    each par yield. DV01 and VEGA are in currency, for the whole face. Each position's cash flows count from its own
    settlement.

    Shapes: `positions` one table or some at a time, `each` is handed the numbers of every position. Units: as the
    formulas of the measures; amounts in the currency of the faces.

    Errors
    ------
    InputError
        A column or a measure there is not, a measure whose market is not given, a number of paths that cannot be, no
        position that can be used, or more groups than can be held.

    Source: SF-4, SF-49, added up; T. Ho, "Key Rate Durations: Measures of Interest Rate Risks" (1992).

    Examples
    --------
    >>> from mbsxl.loans.pools import Loans
    >>> from mbsxl.portfolio.positions import positions
    >>> held = positions([1e6, 3e6], [100, 100], Loans(0.09, 0.095, 360, 0), "150 PSA", program="GNMA I")
    >>> total = book(held).total
    >>> round(100 * total["yield"], 5), round(total["wal"], 5)  # SF-50
    (9.10675, 9.77844)
    """
    _require_sound(market, paths)
    by = _names_in(by)
    asked = _asked(_names_in(() if measures is None else measures), market)
    question = _question(asked, market, paths, of_each=each is not None)
    groups: dict[tuple[Any, ...], int] = {}
    tables = (positions,) if isinstance(positions, Positions) else positions
    pieces = (table.part(rows) for table in tables for rows in table.batches())
    parts = (Held(piece._replace(columns={}), _grouped(piece, by, groups)) for piece in pieces)
    cells: dict[tuple[int, float], Sum] = {}
    refused: list[Refused] = []
    for part in mapped(partial(sums, question), parts, executor):
        for key, one in part.cells.items():
            cells[key] = cells[key].plus(one) if key in cells else one
        refused += part.refused
        if each is not None and part.row.size:
            each(Numbers(_names(question), part.row, part.values))
    if not cells:
        why = f"; the first: {refused[0].why}" if refused else ""
        raise InputError("positions", f"{len(refused)} rows", f"have none that can be used{why}")
    return _finished(asked, question, by, groups, cells, refused)


def _require_sound(market: OpenMarket, paths: int) -> None:
    """Refuse a market, or paths, on which nothing can be valued: it would cost every position."""
    as_model(market.model)
    as_sample(paths, 1)
    for name, one, other in (("tenors", *market[:2]), ("par_yields", *market[1::-1])):
        if one is None and other is not None:
            raise InputError(name, "", "is missing beside the other half of the curve; give both", wrong_kind=True)
    if market.tenors is not None and market.par_yields is not None:
        par_curve(*(tuple(np.asarray(each, float).ravel().tolist()) for each in market[:2]))


def _asked(measures: list[str], market: OpenMarket) -> list[str]:
    """Return the measures asked for, by default all that the market allows."""
    whole = market.tenors is not None and market.volatility is not None
    if not measures:
        return list(ADJUSTED if whole else STATIC)
    own = {plain(name): name for name in (*_OF_SUMS, *_BY_DURATION, KEY_RATES)}
    asked = [own.get(plain(name)) or named(name) for name in measures]
    for name in asked:
        needs = _needs(name)
        for need, given in ((Needs.CURVE, market.tenors), (Needs.VOLATILITY, market.volatility)):
            if need in needs and given is None:
                argument = "tenors" if need is Needs.CURVE else "volatility"
                raise InputError(argument, "", f"is needed for {name}; give it", wrong_kind=True)
    return asked


def _needs(name: str) -> Needs:
    if name in _OF_SUMS:
        return Needs.NOTHING
    return MEASURES["OAS" if name == KEY_RATES else _BY_DURATION.get(name, name)].needs


def _question(asked: list[str], market: OpenMarket, paths: int, *, of_each: bool) -> Question:
    """Return what is asked of each position; where its numbers are wanted, its own yield and average life too."""
    own = [_BY_DURATION.get(name, name) for name in asked if name != KEY_RATES]
    singles = [name for name in own if name in MEASURES and (of_each or name not in _OF_SUMS)]
    return Question(tuple(dict.fromkeys(singles)), KEY_RATES in asked, market, paths)


def _names(question: Question) -> tuple[str, ...]:
    tenors = np.ravel(np.asarray(question.market.tenors, float)).tolist() if question.key_rates else []
    return (*(name.lower() for name in question.names), *(f"key_rate_duration_{tenor:g}y" for tenor in tenors))


def _names_in(given: str | Iterable[str]) -> list[str]:
    """Return names, which may stand in one text with commas."""
    texts = [given] if isinstance(given, str) else given
    return [name.strip() for text in texts for name in str(text).split(",") if name.strip()]


def _grouped(table: Positions, by: Sequence[str], groups: dict[tuple[Any, ...], int]) -> IntArray:
    """Return the number of the group of each position; new groups are added to those there are."""
    if not by:
        groups[()] = 0
        return np.zeros(table.rows, int)
    keys = zip(*(labels_of(table, name) for name in by), strict=True)
    numbers = np.array([groups.setdefault(key, len(groups)) for key in keys], int)
    if len(groups) > MOST_GROUPS:
        remedy = f"makes more than {MOST_GROUPS:,} groups; write the positions' own numbers and group those by SQL"
        raise InputError("by", ", ".join(by), remedy)
    return numbers


_FIELDS = Positions._fields[:11]


def labels_of(table: Positions, name: str) -> list[Any]:
    """Return a column of labels.

    Errors
    ------
    InputError
        A column there is not.
    """
    columns = dict(table.columns) | {field: getattr(table, field) for field in _FIELDS}
    found = next((column for title, column in columns.items() if plain(title) == plain(name)), None)
    if found is None:
        remedy = f"is no column; there are {', '.join([*_FIELDS, *table.columns])}"
        raise InputError("by", name, remedy, wrong_kind=True)
    return [label_of(cell) for cell in found.tolist()]


def label_of(cell: Any) -> Any:
    """Return what stands for a group: a number, a text or a date."""
    if cell is None or cell != cell:
        return ""
    return getattr(cell, "text", None) or getattr(cell, "value", cell)


# ------------------------------------------------------------------------------------------------ from the sums


def _finished(
    asked: list[str],
    question: Question,
    by: Sequence[str],
    groups: dict[tuple[Any, ...], int],
    cells: dict[tuple[int, float], Sum],
    refused: list[Refused],
) -> Book:
    """Return the book that the sums make."""
    tenors = np.ravel(np.asarray(question.market.tenors, float)).tolist() if question.key_rates else []
    of_group: dict[int, dict[float, Sum]] = {}
    whole: dict[float, Sum] = {}
    for (group, first), one in cells.items():
        of_group.setdefault(group, {})[first] = one
        whole[first] = whole[first].plus(one) if first in whole else one
    lost: dict[int, float] = {}
    for each in refused:
        if np.isfinite(each.face):
            lost[each.group] = lost.get(each.group, 0.0) + each.face
    rows = []
    for label in sorted(groups, key=_order) if by else ():
        number = groups[label]
        rows.append((*label, *_row(asked, question, of_group.get(number, {}), lost.get(number, 0.0))))
    rows.append((*[TOTAL, *[""] * (len(by) - 1)][: max(len(by), 1)], *_row(asked, question, whole, sum(lost.values()))))
    header = [*(by or ["group"]), "positions", "face", "refused", "market_value"]
    for name in _in_order(asked):
        header += [f"key_rate_dv01_{tenor:g}y" for tenor in tenors] if name == KEY_RATES else [name.lower()]
    refusals = [Refusal(each.row, each.face, each.why) for each in refused]
    wac = sum(one.amounts[4] for one in whole.values()) / max(sum(one.amounts[1] for one in whole.values()), 1e-290)
    return Book(tuple(header), rows, _cash_flow(whole), refusals, float(wac))


def _order(label: tuple[Any, ...]) -> list[tuple[int, Any]]:
    """Return what groups are sorted by: numbers before texts."""
    return [(isinstance(part, str), part) for part in label]


def _in_currency(name: str) -> bool:
    return name in _BY_DURATION or name == KEY_RATES or (name in MEASURES and MEASURES[name].unit is Unit.POINTS)


def _in_order(asked: list[str]) -> list[str]:
    """Return what was asked, amounts of currency first."""
    return sorted(asked, key=lambda name: not _in_currency(name))


def _row(asked: list[str], question: Question, cells: dict[float, Sum], lost: float) -> Iterator[Any]:
    """Yield the numbers of a group, from its sums by time to the first payment."""
    amounts = sum((one.amounts for one in cells.values()), np.zeros(len(OWN) + question.width))
    count, face, value, at_price = amounts[:4].tolist()
    yield from (int(count), face, lost, value)
    own = dict(zip(question.names, amounts[len(OWN) :].tolist(), strict=False))
    for name in _in_order(asked):
        if name == KEY_RATES:
            yield from (amounts[len(OWN) + len(question.names) :] / BASIS_POINTS).tolist()
        elif name in _BY_DURATION:
            yield own[_BY_DURATION[name]] / BASIS_POINTS
        elif _in_currency(name):
            yield own[name]
        elif not value > 0:
            yield ""
        elif name == "PRICE":
            yield at_price / face
        elif name in _OF_SUMS:
            yield _OF_FLOWS[name](cells, value)
        else:
            yield own[name] / value


def _true_yield(cells: dict[float, Sum], value: float) -> float:
    """Return the bond-equivalent yield at which the summed cash flows are worth the market value."""
    paid = np.concatenate([one.flow[1:].sum(axis=0) for one in cells.values()])
    times = np.concatenate([first + np.arange(one.flow.shape[1]) for first, one in cells.items()])
    return float(yield_of(solve_rate(paid, times, value), Basis.BEY))


def _life(cells: dict[float, Sum], _: float) -> float:
    """Return the average life in years: the sum of the balances, over the first."""
    months = sum(one.flow[0].sum() + (first - 1) * one.flow[0, 0] for first, one in cells.items())
    return float(months / sum(one.flow[0, 0] for one in cells.values()) / MONTHS_A_YEAR)


def _speed(cells: dict[float, Sum], _: float) -> float:
    """Return the CPR of the first month: what is prepaid of what is not scheduled."""
    balance, scheduled, prepaid = (sum(float(one.flow[row, 0]) for one in cells.values()) for row in range(3))
    left = balance - scheduled
    return float(1 - (1 - min(prepaid / left, 1.0)) ** MONTHS_A_YEAR) if left > 0 else 0.0


_OF_FLOWS: dict[str, Callable[[dict[float, Sum], float], float]] = {"YIELD": _true_yield, "WAL": _life, CPR: _speed}


def _cash_flow(whole: dict[float, Sum]) -> Runoff:
    """Return what a book pays month by month."""
    months = max(one.flow.shape[1] for one in whole.values())
    flow = np.zeros((4, months))
    for one in whole.values():
        flow[:, : one.flow.shape[1]] += one.flow
    return as_runoff(CashFlow(*flow))
