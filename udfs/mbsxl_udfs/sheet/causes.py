"""Why cells show errors: where they begin, how many cells depend on each, and numbers that rest on emptied cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.evaluator import Calculation
from mbsxl_udfs.sheet.grids import Formula, Key, SheetGrid

_Cell = tuple[str, Key]  # a sheet and a place in it


class Beginning(NamedTuple):
    """A cell where errors begin, the formula that fills it where one does, and how many cells with errors follow."""

    grid: SheetGrid
    key: Key
    error: CellError
    formula: Formula | None
    alike: int
    dependents: int


class Errors:
    """The cells of a calculated workbook that show errors."""

    def __init__(self, calculation: Calculation) -> None:
        self._calculation = calculation
        self._cells: dict[str, dict[Key, CellError]] = {
            grid.title: {key: cell for key, cell in grid.values.items() if isinstance(cell, CellError)}
            for grid in calculation.grids.values()
        }
        self._formula_of = {
            (formula.grid.title, key): formula
            for formula in calculation.formulas()
            for key in self._present(formula.grid.title, formula.filled)
        }
        self._sources = {cell: self._read_by(formula) for cell, formula in self._formula_of.items()}

    def beginnings(self) -> list[Beginning]:
        """Return the cells where errors begin, those that most depend on first; those alike are one."""
        followers: dict[_Cell, set[_Cell]] = {}
        for cell, sources in self._sources.items():
            for source in sources:
                followers.setdefault(source, set()).add(cell)
        first = [cell for cell in self._all() if not self._sources.get(cell, ())]
        alike: dict[tuple[str, str, str, int], list[_Cell]] = {}
        for title, key in first:
            formula = self._formula_of.get((title, key))
            if formula is not None or (title, key) in followers:  # an error that is typed, and read by none, is data
                error = self._cells[title][key]
                kind = 0 if formula is None else 1
                alike.setdefault((title, error.code, error.words, kind), []).append((title, key))
        return sorted(
            (self._beginning(cells, followers) for cells in alike.values()), key=lambda each: -each.dependents
        )

    def _beginning(self, cells: list[_Cell], followers: dict[_Cell, set[_Cell]]) -> Beginning:
        (title, key), reached, waiting = cells[0], set(cells), list(cells)
        while waiting:
            new = followers.get(waiting.pop(), set()) - reached
            reached |= new
            waiting += new
        grid, error = self._calculation.grids[title.casefold()], self._cells[title][key]
        formula = self._formula_of.get((title, key))
        return Beginning(grid, key, error, formula, len(cells) - 1, len(reached) - len(cells))

    def _all(self) -> Iterator[_Cell]:
        for title, cells in self._cells.items():
            yield from ((title, key) for key in cells)

    def _present(self, title: str, area: Area) -> list[Key]:
        """Return the cells with errors in an area."""
        cells = self._cells[title]
        if area.size <= len(cells):
            return [key for key in area.cells() if key in cells]
        return [key for key in cells if Area(*key, *key).within(area)]

    def _read_by(self, formula: Formula) -> set[_Cell]:
        """Return the cells with errors that a formula reads, beside its own."""
        return {
            (grid.title, key)
            for grid, area in formula.read
            for key in self._present(grid.title, area)
            if not (grid is formula.grid and Area(*key, *key).within(formula.filled))
        }


class Emptied:
    """The cells that formulas filled until they showed an error, and the numbers that rest on them: they are none.

    Parameters
    ----------
    calculation
        The workbook.
    areas
        The formulas that spill and now show an error, with the areas that they filled.
    """

    def __init__(self, calculation: Calculation, areas: Iterable[tuple[Formula, Area]]) -> None:
        self._areas = list(areas)
        formulas = calculation.formulas() if self._areas else ()
        self._filling = {(each.grid.title, place): each for each in formulas for place in each.filled.cells()}

    def under(self, title: str, key: Key) -> Formula | None:
        """Return the formula whose emptied cells a value rests on, through whatever lies between."""
        waiting, seen = [self._filling[title, key]] if (title, key) in self._filling else [], set[int]()
        while waiting:
            formula = waiting.pop()
            if id(formula) in seen:
                continue
            seen.add(id(formula))
            for grid, area in formula.read:
                for anchor, filled in self._areas:
                    if anchor.grid is grid and area != anchor.own and area.meets(filled):
                        return anchor
                waiting += self._filled_in(grid.title, area)
        return None

    def _filled_in(self, title: str, area: Area) -> list[Formula]:
        filling = self._filling
        if area.size <= len(filling):
            return [filling[title, key] for key in area.cells() if (title, key) in filling]
        return [each for (at, key), each in filling.items() if at == title and Area(*key, *key).within(area)]
