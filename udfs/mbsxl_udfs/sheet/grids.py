"""The cells of a workbook's sheets while it is calculated: values, formulas, and who waits for whom."""

from __future__ import annotations

from typing import Any

from mbsxl_udfs.sheet.addresses import Area, cell_name
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.meaning import Compiled
from mbsxl_udfs.sheet.references import COLUMNS, ROWS, Reference

Key = tuple[int, int]  # a row and a column
MISSING: Any = object()
_LARGE = 64  # cells of a range that is kept for the next formula that reads it


class Needed(Exception):  # noqa: N818
    """A formula reads cells that have no value yet."""

    def __init__(self, formulas: list[Formula]) -> None:
        self.formulas = formulas


class Progress:
    """What is known of a calculation under way.

    Attributes
    ----------
    current
        The formula that is computed.
    reading
        What it has read.
    extent
        The last row and column that any sheet uses.
    """

    def __init__(self) -> None:
        self.current: Formula | None = None
        self.reading: list[tuple[SheetGrid, Area]] = []
        self.extent = (1, 1)


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

    def __init__(self, title: str, progress: Progress) -> None:
        self.title, self._progress = title, progress
        self.values: dict[Key, Cell] = {}
        self.formulas: dict[Key, Formula] = {}
        self.totals: frozenset[Key] = frozenset()  # the cells that hold a total which other totals leave out
        self.hidden_rows: frozenset[int] = frozenset()
        self.filters: list[Area] = []
        self._waiting: dict[
            int, dict[int, Formula]
        ] = {}  # by column and row: what has no value yet, and whose it will be
        self._blocks: dict[Area, Block] = {}

    def cell(self, area: Area) -> Cell:
        """Return the value of one cell, an area of its own."""
        self._progress.reading.append((self, area))
        value = self.values.get(area[:2], MISSING)
        if value is MISSING:
            awaited = self.awaited(area.row, area.column)
            if awaited is not None:
                raise Needed([awaited])
            return None
        return value

    def block(self, area: Area) -> Block:
        """Return the values of an area."""
        self._progress.reading.append((self, area))
        known = self._blocks.get(area)
        if known is not None:
            return known
        awaited = self.awaited_in(area)
        if awaited:
            raise Needed(awaited)
        get, columns = self.values.get, range(area.column, area.last_column + 1)
        found = [[get((row, column)) for column in columns] for row in range(area.row, area.last_row + 1)]
        if len(found) * len(found[0]) > _LARGE:
            self._blocks[area] = found
        return found

    def awaited(self, row: int, column: int) -> Formula | None:
        """Return the formula whose value a cell waits for."""
        rows = self._waiting.get(column)
        formula = rows.get(row) if rows else None
        if formula is None or (formula is self._progress.current and (row, column) != formula.key):
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

    def spill(self, formula: Formula, result: Block) -> None:
        """Let a formula fill as many cells as its result has, where they are free."""
        area = Area.of(formula.row, formula.column, result)
        size = f"its result of {len(result)} rows by {len(result[0])} columns"
        if area.last_row > ROWS or area.last_column > COLUMNS:
            self.values[formula.key] = CellError("#SPILL!", f"{size} is larger than the sheet")
            return
        for key in area.cells():
            if key != formula.key and (self.values.get(key) is not None or key in self.formulas):
                words = f"{size} needs {cell_name(*key)}, which is not empty"
                self.values[formula.key] = CellError("#SPILL!", words)
                formula.read.append((self, area))
                return
        self.fill(formula, area, result)

    def fill(self, formula: Formula, area: Area, block: Block) -> None:
        """Give the cells of an area their values."""
        values = self.values
        formula.filled = area
        for line, row in zip(block, range(area.row, area.last_row + 1), strict=True):
            for column, cell in enumerate(line, start=area.column):
                values[row, column] = 0.0 if cell is None else cell
        if area != formula.own:
            self.forget()
            rows, columns = self._progress.extent
            self._progress.extent = max(rows, area.last_row), max(columns, area.last_column)

    def used(self, area: Area) -> Area:
        """Return the part of an area that can hold anything: to the last row and column that any sheet uses."""
        last_row, last_column = self._progress.extent
        return Area(
            area.row,
            area.column,
            max(area.row, min(area.last_row, last_row)),
            max(area.column, min(area.last_column, last_column)),
        )

    def spilled_from(self, row: int, column: int) -> Reference | CellError:
        """Return what the formula of a cell fills."""
        formula = self.formulas.get((row, column))
        value = self.cell(Area(row, column, row, column))
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


def fitted(value: Cell | Block, area: Area) -> Block:
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
