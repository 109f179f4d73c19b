"""Who reads what: which formulas a change reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.grids import Formula, SheetGrid

_FEW = 64  # cells of a range that is noted cell by cell


class Readers:
    """The formulas that read a cell: by the ranges they read, small ones noted cell by cell, large ones in a list."""

    def __init__(self) -> None:
        self._noted: dict[Formula, list[tuple[SheetGrid, Area]]] = {}
        self._of_range: dict[tuple[int, Area], list[Formula]] = {}
        self._of_cell: dict[tuple[int, int, int], list[list[Formula]]] = {}
        self._large: dict[int, list[tuple[Area, list[Formula]]]] = {}

    def note(self, formulas: Iterable[Formula]) -> None:
        """Note what formulas have read, where that is something else than is noted."""
        for formula in formulas:
            before, now = self._noted.get(formula, []), formula.read
            if before is now:
                continue
            self._noted[formula] = now
            if before != now:
                for grid, area in before:
                    self._of_range[id(grid), area].remove(formula)
                for grid, area in now:
                    self._of(grid, area).append(formula)

    def _of(self, grid: SheetGrid, area: Area) -> list[Formula]:
        """Return the readers of a range."""
        readers = self._of_range.get((id(grid), area))
        if readers is None:
            readers = self._of_range[id(grid), area] = []
            if area.size <= _FEW:
                for row, column in area.cells():
                    self._of_cell.setdefault((id(grid), row, column), []).append(readers)
            else:
                self._large.setdefault(id(grid), []).append((area, readers))
        return readers

    def of(self, grid: SheetGrid, changed: Area) -> Iterator[Formula]:
        """Yield the formulas that read any cell of an area."""
        for row, column in changed.cells():
            for readers in self._of_cell.get((id(grid), row, column), ()):
                yield from readers
        for area, readers in self._large.get(id(grid), ()):
            if area.meets(changed):
                yield from readers

    def reached_from(self, first: list[Formula]) -> set[Formula]:
        """Return formulas and all that read them, through whatever lies between."""
        found, waiting = set(first), list(first)
        while waiting:
            formula = waiting.pop()
            for reader in self.of(formula.grid, formula.filled):
                if reader not in found:
                    found.add(reader)
                    waiting.append(reader)
        return found
