"""Who reads what: which formulas a change reaches."""

from __future__ import annotations

from collections.abc import Iterator

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.grids import Formula, SheetGrid

_FEW = 64  # cells of a range whose readers are noted cell by cell


class Readers:
    """The formulas that read a cell: noted cell by cell for small ranges, in a list for large ones."""

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
