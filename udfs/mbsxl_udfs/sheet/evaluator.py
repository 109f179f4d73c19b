"""The order of a workbook's calculation: each formula after what it reads, spills, circles, and what a change reaches.

A formula is asked for its value. Where it reads a cell that has none yet, it is put aside, and the cell comes first;
what it is seen to read is computed before it is asked, so that few are asked twice. Nothing else is assumed: a
reference that is only computed, or a branch that is not taken, is followed when it is read, as Excel does.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, cast

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.calling import Refused, holds_references
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.grids import Formula, Key, Needed, Progress, SheetGrid, fitted
from mbsxl_udfs.sheet.meaning import At, Compiled
from mbsxl_udfs.sheet.readers import Readers
from mbsxl_udfs.sheet.values import value_of

_MOST_ROUNDS = 20
_MANY = 100  # copies of a formula that are answered together
DEPENDS_ON_ITSELF = CellError("#CALC!", "it depends on itself")


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep Python's garbage collector from running: what is made here is kept, and looking through it takes a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Asked(NamedTuple):
    """A formula that is being computed, and whether only because another may read it."""

    formula: Formula
    is_guess: bool


class Calculation:
    """All sheets of a workbook, and the order in which their formulas are computed."""

    def __init__(self, ready: Callable[[Formula], Compiled], iterations: int = 0, precision: float = 0.001) -> None:
        self._ready = ready
        self.grids: dict[str, SheetGrid] = {}
        self._progress = Progress()
        self._iterations, self._precision = iterations, precision
        self._asked: dict[int, int] = {}
        self._stack: list[_Asked] = []
        self._lone: set[int] = set()  # formulas that are asked without what they are seen to read
        self._order = 0
        self._copies: dict[int, list[Formula]] = {}  # by what they share: those answered together
        self._was: dict[int, Area] = {}
        self._assumed: set[int] = set()  # members of a circle whose values of before are read
        self._circles: set[int] = set()
        self._last: dict[int, Cell] = {}
        self._readers = Readers()

    def add(self, title: str) -> SheetGrid:
        """Add a sheet."""
        grid = self.grids[title.casefold()] = SheetGrid(title, self._progress)
        return grid

    def formulas(self) -> Iterator[Formula]:
        """Yield every formula."""
        for grid in self.grids.values():
            yield from grid.formulas.values()

    # ------------------------------------------------------------------------------------------------- order

    def run(self, dirty: Iterable[Formula]) -> None:
        """Compute formulas, and again those that read what a spill came to fill later."""
        with _uncollected():
            self._run(list(dirty))

    def _run(self, dirty: list[Formula]) -> None:
        for _ in range(_MOST_ROUNDS):
            moved = self._round(dirty)
            if not moved:
                break
            readers = self._who_reads()
            early = [
                reader
                for anchor, area in moved
                for reader in readers.of(anchor.grid, area)
                if reader.order < anchor.order
            ]
            if not early:
                break
            dirty = self._in_order(readers.reached_from(early))
        else:
            for formula in dirty:
                formula.grid.values[formula.key] = DEPENDS_ON_ITSELF
        self._iterate()

    def _round(self, dirty: list[Formula]) -> list[tuple[Formula, Area]]:
        """Compute formulas once; return those that fill other cells than before, and the cells."""
        self._measure()
        self._was = {id(formula): formula.filled for formula in dirty}
        for formula in dirty:
            formula.grid.await_(formula)
        for grid in self.grids.values():
            grid.forget()
        self._find_copies(dirty)
        for formula in dirty:
            if formula.grid.is_waiting(formula):
                self._compute(formula)
        moved = []
        for formula in dirty:
            was = self._was[id(formula)]
            if formula.filled != was:
                moved += [(formula, was), (formula, formula.filled)]
        return moved

    def _compute(self, formula: Formula) -> None:
        """Compute a formula and, before it, all that it needs."""
        stack = self._stack = [_Asked(formula, is_guess=False)]
        self._asked = {id(formula): 0}
        while stack:
            asked = stack[-1].formula
            if not (asked.grid.is_waiting(asked) or id(asked) in self._assumed):
                self._leave()
                continue
            if id(asked) not in self._lone:
                self._lone.add(id(asked))
                copies = self._copies_of(asked)
                guesses = [
                    each
                    for reader in copies or [asked]
                    for each in self._seen_to_be_read(reader)
                    if id(each) not in self._asked
                ]
                if guesses:
                    self._ask(guesses, is_guess=True)
                    continue
            if self._together(asked):
                continue
            try:
                self._evaluate(asked)
            except Needed as needed:
                self._first(needed.formulas)
            else:
                self._leave()
        self._lone.clear()

    def _ask(self, formulas: list[Formula], is_guess: bool) -> None:
        for each in reversed(formulas):
            if id(each) not in self._asked:
                self._asked[id(each)] = len(self._stack)
                self._stack.append(_Asked(each, is_guess))

    def _leave(self) -> None:
        self._asked.pop(id(self._stack.pop().formula), None)

    def _first(self, formulas: list[Formula]) -> None:
        """Put what a formula needs before it; what itself waits for the formula makes a circle, if it really does."""
        waiting = [each for each in formulas if id(each) in self._asked]
        for each in waiting:
            place = self._asked[id(each)]
            guess = next((at for at in range(place + 1, len(self._stack)) if self._stack[at].is_guess), None)
            if guess is not None:  # the one that waits only may need what is computed now: let it go first
                while len(self._stack) > guess:
                    self._leave()
                return
        if waiting:
            self._circle(waiting[0])
            return
        self._ask(formulas, is_guess=False)

    def _circle(self, formula: Formula) -> None:
        """Settle a circle: an error in each of its cells or, where the workbook iterates, the values of before."""
        place = self._asked[id(formula)]
        members = [asked.formula for asked in self._stack[place:]]
        if self._iterations:
            self._circles.update(map(id, members))
            formula.grid.values[formula.key] = self._last.get(id(formula), 0.0)
            self._assumed.add(id(formula))
            formula.grid.arrived(formula, formula.own)
            return
        for member in members:
            self._put(member, DEPENDS_ON_ITSELF)
        while len(self._stack) > place:
            self._leave()

    def _seen_to_be_read(self, formula: Formula) -> list[Formula]:
        compiled = self._compiled(formula)
        found: list[Formula] = []
        if compiled is None:
            return found
        for read in compiled.reads:
            grid = cast("SheetGrid", read.grid)  # every grid of a calculation is one
            area = read.seen(formula.row, formula.column)
            if read.is_one_cell:
                awaited = grid.awaited(area.row, area.column)
                found += [awaited] if awaited is not None else []
            else:
                found += grid.awaited_in(area)
        return found

    # ------------------------------------------------------------------------------------------- many at once

    def _find_copies(self, dirty: list[Formula]) -> None:
        """Find the formulas that are many copies of one call, of a function that answers many at once."""
        copies: dict[int, list[Formula]] = {}
        for formula in dirty:
            compiled = self._compiled(formula)
            if compiled is not None and compiled.call is not None:
                copies.setdefault(id(compiled), []).append(formula)
        self._copies = {shared: members for shared, members in copies.items() if len(members) >= _MANY}

    def _copies_of(self, formula: Formula) -> list[Formula]:
        """Return the copies of a formula, itself among them, that have no value yet; none where they are few."""
        members = self._copies.get(id(formula.compiled), ())
        return [each for each in members if each.grid.is_waiting(each)]

    def _together(self, formula: Formula) -> bool:
        """Give a formula and its copies their values, where what they read has one; say whether it has its own now."""
        copies = self._copies_of(formula)
        self._copies.pop(id(formula.compiled), None)
        if not copies or formula.compiled is None or formula.compiled.call is None:
            return False
        together, arguments = formula.compiled.call
        progress = self._progress
        ready, calls = [], []
        for copy in copies:
            progress.reading, progress.current = [], copy
            at = At(copy.grid, copy.row, copy.column)
            try:
                call = [value_of(argument(at)) for argument in arguments]
            except (Needed, Refused):  # it is asked by itself, later
                continue
            if any(map(holds_references, call)):  # so is one that is asked of each of an array of references
                continue
            calls.append(call)
            copy.read = progress.reading
            ready.append(copy)
        progress.current = None
        for copy, value in zip(ready, together(calls), strict=True):
            self._put(copy, value)
        return not formula.grid.is_waiting(formula)

    # ------------------------------------------------------------------------------------------------- values

    def _compiled(self, formula: Formula) -> Compiled | None:
        if formula.compiled is None and not formula.refusal:
            try:
                formula.compiled = self._ready(formula)
            except Refused as refused:
                formula.refusal = str(refused)
            except Exception as fault:  # of whatever kind: one formula is not computed, the others are
                formula.refusal = _why(fault)
        return formula.compiled

    def _evaluate(self, formula: Formula) -> None:
        compiled = self._compiled(formula)
        progress = self._progress
        progress.reading, progress.current = [], formula
        try:
            if compiled is None:
                value: Cell | Block = self._instead(formula)
            else:
                value = compiled.code(At(formula.grid, formula.row, formula.column))
        except Needed:
            raise
        except Refused as refused:
            formula.refusal = str(refused)
            value = self._instead(formula)
        except Exception as fault:  # of whatever kind: one formula is not computed, the others are
            formula.refusal = _why(fault)
            value = self._instead(formula)
        finally:
            formula.read, progress.current = progress.reading, None
        self._put(formula, value)

    def _instead(self, formula: Formula) -> Cell:
        """Return what stands in the cell of a formula that cannot be computed: what the file holds, or an error."""
        return CellError("#NAME?", formula.refusal) if formula.kept is None else formula.kept

    def _put(self, formula: Formula, value: Cell | Block) -> None:
        """Give a formula its value, which may fill several cells."""
        grid = formula.grid
        grid.arrived(formula, self._was.get(id(formula), formula.own))
        self._assumed.discard(id(formula))
        self._order += 1
        formula.order = self._order
        if formula.fixed:
            grid.fill(formula, formula.fixed, fitted(value, formula.fixed))
        elif isinstance(value, list) and formula.spills:
            grid.spill(formula, value)
        else:
            grid.values[formula.key] = 0.0 if value is None else value[0][0] if isinstance(value, list) else value

    def _measure(self) -> None:
        """Note the last row and column in use."""
        rows, columns = 1, 1
        for grid in self.grids.values():
            for keys in (grid.values, grid.formulas):
                rows = max(rows, max((row for row, _ in keys), default=1))
                columns = max(columns, max((column for _, column in keys), default=1))
        self._progress.extent = rows, columns

    # ------------------------------------------------------------------------------------------------ changes

    def dirty(self, grid: SheetGrid, key: Key) -> list[Formula]:
        """Return all formulas that a changed cell reaches, in the order of the sheets."""
        readers = self._who_reads()
        return self._in_order(readers.reached_from(list(readers.of(grid, Area(*key, *key)))))

    def _who_reads(self) -> Readers:
        """Return the readers of every cell, as of the last calculation."""
        self._readers.note(self.formulas())
        return self._readers

    def _in_order(self, found: set[Formula]) -> list[Formula]:
        return [formula for formula in self.formulas() if formula in found]

    # ---------------------------------------------------------------------------------------------- iteration

    def _iterate(self) -> None:
        """Compute again, where the workbook says so, until what is in circles comes to rest."""
        for _ in range(self._iterations - 1 if self._circles else 0):
            members = [formula for formula in self.formulas() if id(formula) in self._circles]
            before = {id(formula): formula.grid.values.get(formula.key) for formula in members}
            self._last = before
            self._round(self._in_order(self._who_reads().reached_from(members)))
            after = [(before[id(formula)], formula.grid.values.get(formula.key)) for formula in members]
            if all(_is_near(old, new, self._precision) for old, new in after):
                break
        self._circles.clear()


def _why(fault: Exception) -> str:
    """Say why a formula cannot be computed, where something failed that was not thought of."""
    if isinstance(fault, RecursionError):
        return "it calls itself without an end"
    return f"it cannot be computed here ({type(fault).__name__}: {fault})"


def _is_near(old: Cell, new: Cell, precision: float) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) < precision
    return old == new
