"""The order of a workbook's calculation: each formula after what it reads, spills, circles, and what a change reaches.

A formula is asked for its value. Where it reads a cell that has none yet, it is put aside, and the cell comes first;
what it
is seen to read is computed before it is asked, so that few are asked twice. Nothing else is assumed: a reference that
is only computed, or a branch that is not taken, is followed when it is read, as Excel does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from mbsxl_udfs.sheet.addresses import Area, cell_name
from mbsxl_udfs.sheet.calling import Refused
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.compiler import At, Compiled
from mbsxl_udfs.sheet.references import COLUMNS, ROWS, Reference

Key = tuple[int, int]  # a row and a column
MISSING: Any = object()

_MOST_ROUNDS = 20
_FEW = 64  # cells of a range whose readers are noted cell by cell
DEPENDS_ON_ITSELF = CellError("#CALC!", "it depends on itself")


class Needed(Exception):  # noqa: N818
    """A formula reads cells that have no value yet."""

    def __init__(self, formulas: list[Formula]) -> None:
        self.formulas = formulas


class Formula:
    """A formula of a cell.

    Attributes
    ----------
    fixed
        The area that a legacy array formula fills, whatever the size of its result; `None` for others.
    spills
        Whether it may fill as many cells as its result has.
    kept
        The value that the file holds; `None` where it holds none.
    refusal
        Why it cannot be computed here; empty where it can.
    filled
        The area it fills.
    read
        What it read when it was computed.
    order
        Its place in the order in which formulas were computed.
    """

    __slots__ = ("column", "compiled", "filled", "fixed", "grid", "kept", "order", "read", "refusal", "row", "spills")

    def __init__(self, grid: SheetGrid, key: Key) -> None:
        self.grid, (self.row, self.column) = grid, key
        self.fixed: Area | None = None
        self.spills = False
        self.kept: Cell = None
        self.refusal = ""
        self.compiled: Compiled | None = None
        self.filled = Area(*key, *key)
        self.read: list[tuple[SheetGrid, Area]] = []
        self.order = 0

    @property
    def key(self) -> Key:
        """Its row and column."""
        return self.row, self.column

    @property
    def own(self) -> Area:
        """Its cell alone."""
        return Area(self.row, self.column, self.row, self.column)


class SheetGrid:
    """The cells of one sheet while it is calculated."""

    def __init__(self, title: str, calculation: Calculation) -> None:
        self.title, self._calculation = title, calculation
        self.values: dict[Key, Cell] = {}
        self.formulas: dict[Key, Formula] = {}
        self.totals: frozenset[Key] = frozenset()  # the cells that hold a total which other totals leave out
        self.hidden_rows: frozenset[int] = frozenset()
        self.filtered: Area | None = None
        self._waiting: dict[
            int, dict[int, Formula]
        ] = {}  # by column and row: what has no value yet, and whose it will be
        self._blocks: dict[Area, Block] = {}

    def cell(self, row: int, column: int) -> Cell:
        """Return the value of one cell."""
        calculation = self._calculation
        calculation.reading.append((self, Area(row, column, row, column)))
        value = self.values.get((row, column), MISSING)
        if value is MISSING:
            awaited = self.awaited(row, column)
            if awaited is not None:
                raise Needed([awaited])
            return None
        return value

    def block(self, area: Area) -> Block:
        """Return the values of an area."""
        self._calculation.reading.append((self, area))
        known = self._blocks.get(area)
        if known is not None:
            return known
        awaited = self.awaited_in(area)
        if awaited:
            raise Needed(awaited)
        get, columns = self.values.get, range(area.column, area.last_column + 1)
        found = [[get((row, column)) for column in columns] for row in range(area.row, area.last_row + 1)]
        if len(found) * len(found[0]) > _FEW:
            self._blocks[area] = found
        return found

    def awaited(self, row: int, column: int) -> Formula | None:
        """Return the formula whose value a cell waits for."""
        rows = self._waiting.get(column)
        formula = rows.get(row) if rows else None
        if formula is None or (formula is self._calculation.current and (row, column) != formula.key):
            return None
        return formula

    def awaited_in(self, area: Area) -> list[Formula]:
        """Return the formulas whose values an area waits for."""
        found: dict[Key, Formula] = {}
        for column in [column for column in self._waiting if area.column <= column <= area.last_column]:
            rows = self._waiting[column]
            if len(rows) < area.last_row - area.row + 1:
                places = [row for row in rows if area.row <= row <= area.last_row]
            else:
                places = [row for row in range(area.row, area.last_row + 1) if row in rows]
            for row in places:
                formula = self.awaited(row, column)
                if formula is not None:
                    found[formula.key] = formula
        return list(found.values())

    def await_(self, formula: Formula) -> None:
        """Note that a formula, and what it filled so far, has no value yet."""
        for row, column in formula.filled.cells():
            self.values.pop((row, column), None)
            self._waiting.setdefault(column, {})[row] = formula
        if formula.fixed is None:
            formula.filled = formula.own

    def arrived(self, formula: Formula, was: Area) -> None:
        """Note that a formula has its value."""
        for row, column in was.cells():
            rows = self._waiting.get(column)
            if rows and rows.get(row) is formula:
                del rows[row]
                if not rows:
                    del self._waiting[column]

    def is_waiting(self, formula: Formula) -> bool:
        """Whether a formula has no value yet."""
        return self._waiting.get(formula.column, {}).get(formula.row) is formula

    def used(self, area: Area) -> Area:
        """Return the part of an area that can hold anything: to the last row and column that any sheet uses."""
        last_row, last_column = self._calculation.extent
        return Area(
            area.row,
            area.column,
            max(area.row, min(area.last_row, last_row)),
            max(area.column, min(area.last_column, last_column)),
        )

    def spilled_from(self, row: int, column: int) -> Reference | CellError:
        """Return what the formula of a cell fills."""
        formula = self.formulas.get((row, column))
        value = self.cell(row, column)
        if formula is None or not formula.spills:
            return (
                value
                if isinstance(value, CellError)
                else CellError("#REF!", f"{cell_name(row, column)} does not spill")
            )
        return Reference(self, formula.filled)

    def forget(self) -> None:
        """Forget the blocks read so far: a cell has changed."""
        self._blocks.clear()


class _Asked(NamedTuple):
    """A formula that is being computed, and whether only because another may read it."""

    formula: Formula
    is_guess: bool


class Calculation:
    """All sheets of a workbook, and the order in which their formulas are computed."""

    def __init__(self, ready: Callable[[Formula], Compiled], iterations: int = 0, precision: float = 0.001) -> None:
        self._ready = ready
        self.grids: dict[str, SheetGrid] = {}
        self.reading: list[tuple[SheetGrid, Area]] = []
        self.current: Formula | None = None
        self.extent = (1, 1)
        self._iterations, self._precision = iterations, precision
        self._asked: dict[int, int] = {}
        self._stack: list[_Asked] = []
        self._lone: set[int] = set()  # formulas that are asked without what they are seen to read
        self._order = 0
        self._was: dict[int, Area] = {}
        self._assumed: set[int] = set()  # members of a circle whose values of before are read
        self._circles: set[int] = set()
        self._last: dict[int, Cell] = {}

    def add(self, title: str) -> SheetGrid:
        """Add a sheet."""
        grid = self.grids[title.casefold()] = SheetGrid(title, self)
        return grid

    def formulas(self) -> Iterator[Formula]:
        """Yield every formula."""
        for grid in self.grids.values():
            yield from grid.formulas.values()

    # ------------------------------------------------------------------------------------------------- order

    def run(self, dirty: Iterable[Formula]) -> None:
        """Compute formulas, and again those that read what a spill came to fill later."""
        dirty = list(dirty)
        for _ in range(_MOST_ROUNDS):
            moved = self._round(dirty)
            readers = _Readers(self.formulas()) if moved else None
            early = [
                reader
                for anchor, area in moved
                for reader in readers.of(anchor.grid, area)
                if reader.order < anchor.order
            ]
            if not early:
                break
            dirty = list(self._closed(early, readers))
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
                guesses = [each for each in self._seen_to_be_read(asked) if id(each) not in self._asked]
                if guesses:
                    self._ask(guesses, is_guess=True)
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
        for grid, written in compiled.reads if compiled else ():
            area = written.seen_from(formula.key, compiled.origin)
            if written.is_one_cell:
                awaited = grid.awaited(area.row, area.column)
                found += [awaited] if awaited is not None else []
            else:
                found += grid.awaited_in(area)
        return found

    # ------------------------------------------------------------------------------------------------- values

    def _compiled(self, formula: Formula) -> Compiled | None:
        if formula.compiled is None and not formula.refusal:
            try:
                formula.compiled = self._ready(formula)
            except Refused as refused:
                formula.refusal = str(refused)
            except Exception as fault:  # of whatever kind: one formula is not computed, the others are
                formula.refusal = f"it cannot be computed here ({type(fault).__name__}: {fault})"
        return formula.compiled

    def _evaluate(self, formula: Formula) -> None:
        compiled = self._compiled(formula)
        self.reading, self.current = [], formula
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
            formula.refusal = f"it cannot be computed here ({type(fault).__name__}: {fault})"
            value = self._instead(formula)
        finally:
            formula.read, self.current = self.reading, None
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
            self._fill(formula, formula.fixed, _fitted(value, formula.fixed))
        elif isinstance(value, list) and formula.spills:
            self._spill(formula, value)
        else:
            grid.values[formula.key] = 0.0 if value is None else value[0][0] if isinstance(value, list) else value

    def _spill(self, formula: Formula, result: Block) -> None:
        grid, area = formula.grid, Area.of(formula.row, formula.column, result)
        size = f"its result of {len(result)} rows by {len(result[0])} columns"
        if area.last_row > ROWS or area.last_column > COLUMNS:
            grid.values[formula.key] = CellError("#SPILL!", f"{size} is larger than the sheet")
            return
        for key in area.cells():
            if key != formula.key and (grid.values.get(key) is not None or key in grid.formulas):
                words = f"{size} needs {cell_name(*key)}, which is not empty"
                grid.values[formula.key] = CellError("#SPILL!", words)
                formula.read.append((grid, area))
                return
        self._fill(formula, area, result)

    def _fill(self, formula: Formula, area: Area, block: Block) -> None:
        values = formula.grid.values
        formula.filled = area
        for line, row in zip(block, range(area.row, area.last_row + 1), strict=True):
            for column, cell in enumerate(line, start=area.column):
                values[row, column] = 0.0 if cell is None else cell
        if area != formula.own:
            formula.grid.forget()
            self.extent = max(self.extent[0], area.last_row), max(self.extent[1], area.last_column)

    def _measure(self) -> None:
        """Note the last row and column in use."""
        rows, columns = 1, 1
        for grid in self.grids.values():
            for keys in (grid.values, grid.formulas):
                rows = max(rows, max((row for row, _ in keys), default=1))
                columns = max(columns, max((column for _, column in keys), default=1))
        self.extent = rows, columns

    # ------------------------------------------------------------------------------------------------ changes

    def dirty(self, grid: SheetGrid, changed: Iterable[Key]) -> list[Formula]:
        """Return all formulas that changed cells reach, through whatever lies between."""
        readers = _Readers(self.formulas())
        first = [formula for key in changed for formula in readers.of(grid, Area(*key, *key))]
        return list(self._closed(first, readers))

    def _closed(self, first: list[Formula], readers: _Readers | None = None) -> Iterator[Formula]:
        """Yield formulas and all that read them, in the order of the sheets."""
        readers = readers or _Readers(self.formulas())
        found = {id(formula): formula for formula in first}
        waiting = list(found.values())
        while waiting:
            formula = waiting.pop()
            for reader in readers.of(formula.grid, formula.filled):
                if id(reader) not in found:
                    found[id(reader)] = reader
                    waiting.append(reader)
        return (formula for formula in self.formulas() if id(formula) in found)

    # ---------------------------------------------------------------------------------------------- iteration

    def _iterate(self) -> None:
        """Compute again, where the workbook says so, until what is in circles comes to rest."""
        for _ in range(self._iterations - 1 if self._circles else 0):
            members = [formula for formula in self.formulas() if id(formula) in self._circles]
            before = {id(formula): formula.grid.values.get(formula.key) for formula in members}
            self._last = before
            self._round(list(self._closed(members)))
            after = [(before[id(formula)], formula.grid.values.get(formula.key)) for formula in members]
            if all(_is_near(old, new, self._precision) for old, new in after):
                break
        self._circles.clear()


class _Readers:
    """Which formulas read a cell: noted cell by cell for small ranges, in a list for large ones."""

    def __init__(self, formulas: Iterator[Formula]) -> None:
        self._of_cell: dict[tuple[int, int, int], list[Formula]] = {}
        self._of_area: dict[int, list[tuple[Area, Formula]]] = {}
        for formula in formulas:
            for grid, area in formula.read:
                if (area.last_row - area.row + 1) * (area.last_column - area.column + 1) <= _FEW:
                    for row, column in area.cells():
                        self._of_cell.setdefault((id(grid), row, column), []).append(formula)
                else:
                    self._of_area.setdefault(id(grid), []).append((area, formula))

    def of(self, grid: SheetGrid, changed: Area) -> Iterator[Formula]:
        """Yield the formulas that read any cell of an area."""
        for row, column in changed.cells():
            yield from self._of_cell.get((id(grid), row, column), ())
        for area, formula in self._of_area.get(id(grid), ()):
            if area.meets(changed):
                yield formula


def _fitted(value: Cell | Block, area: Area) -> Block:
    """Return the value of a legacy array formula in its area: cropped, padded with #N/A, a single value repeated."""
    block = value if isinstance(value, list) else [[value]]
    rows, columns = area.last_row - area.row + 1, area.last_column - area.column + 1
    block = [line * columns if len(line) == 1 else line for line in block]
    block = block * rows if len(block) == 1 else block
    nothing = CellError("#N/A", "the array has fewer cells than its formula fills")
    return [
        [block[row][column] if row < len(block) and column < len(block[row]) else nothing for column in range(columns)]
        for row in range(rows)
    ]


def _size(block: Block) -> str:
    return f"{len(block)} rows by {len(block[0])} columns"


def _is_near(old: Cell, new: Cell, precision: float) -> bool:
    if isinstance(old, float) and isinstance(new, float):
        return abs(old - new) < precision
    return old == new
