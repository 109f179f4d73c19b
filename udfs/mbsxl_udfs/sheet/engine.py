"""The embedded engine: recalculates a real .xlsx through our functions, in process, with no spreadsheet program.

A cell of a calculated workbook holds what Excel would show or, where it cannot be computed here, the value that the
file holds: `Book.refused` says which and why. The parts, from the file up:

- `package`, `worksheet`, `tables`, `links`: what the file holds;
- `grammar`, `compiler`, `forms`, `calling`, `operators`, `references`: what a formula means where it stands;
- `functions`, `library`: what functions give, computed here or asked of formualizer, a spreadsheet engine in Rust
(MIT); - `evaluator`, `model`: the order of calculation, spills, circles and changes.
"""

from __future__ import annotations

import datetime
import difflib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from mbsxl.errors import InputError
from mbsxl_udfs.sheet import files
from mbsxl_udfs.sheet.addresses import Area, cell_name, parted, quoted
from mbsxl_udfs.sheet.causes import Emptied, Errors
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.charts import with_words
from mbsxl_udfs.sheet.externals import kept_values
from mbsxl_udfs.sheet.grids import Formula, Key, SheetGrid
from mbsxl_udfs.sheet.model import Model
from mbsxl_udfs.sheet.operators import text as text_of
from mbsxl_udfs.sheet.package import Package
from mbsxl_udfs.sheet.references import Written
from mbsxl_udfs.sheet.values import Functions, written
from mbsxl_udfs.sheet.worksheet import MAIN, Sheet

MOST_ITERATIONS = 1_000
WHAT_IF = "a what-if table is not computed by the embedded engine"


class Place(NamedTuple):
    """One cell of a workbook; rows and columns count from 1."""

    sheet: str
    row: int
    column: int


class Fault(NamedTuple):
    """A cell that shows an error: where, which and why, and the formula it comes from."""

    sheet: str
    cell: str
    error: CellError
    formula: str


class Cause(NamedTuple):
    """A cell where errors begin, how many others begin alike, and how many cells with errors depend on them.

    Its formula is empty where the error was typed.
    """

    sheet: str
    cell: str
    error: CellError
    formula: str
    alike: int
    dependents: int


class Refusal(NamedTuple):
    """Cells whose formulas cannot be computed here, and why: they keep the file's value, or show an error."""

    cells: list[str]
    reason: str


class Book:
    """A workbook that recalculates: set named inputs, read results, save.

    Parameters
    ----------
    data
        The .xlsx file.
    functions
        The functions its formulas may call besides the spreadsheet's own, by upper-case name.
    name
        What messages call the file.
    plain
        Gives a formula of the file with these functions by these names, however the program that saved it spells them.

    Attributes
    ----------
    names
        The defined names of the whole workbook that point at one cell.
    package
        The file.
    """

    def __init__(
        self, data: bytes, functions: Functions, name: str = "workbook", plain: Callable[[str], str] = str
    ) -> None:
        self._name = name
        self.package = Package(data, name)
        settings = self.package.root(self.package.book).find(f"{MAIN}calcPr")
        said = {} if settings is None else settings.attrib
        if said.get("fullPrecision") in ("0", "false"):
            remedy = "calculates with the digits that cells show; switch that option, precision as displayed, off"
            raise InputError("workbook", name, remedy)
        with self.package.reading(self.package.book):
            iterates = said.get("iterate") in ("1", "true")
            iterations = min(int(said.get("iterateCount", 100)), MOST_ITERATIONS) if iterates else 0
            self._model = Model(functions, iterations, float(said.get("iterateDelta", 0.001)))
        self._calculation = self._model.calculation
        self._model.plain = plain
        self._model.tables, self._model.names = self.package.tables, self.package.names
        self._model.links = kept_values(self.package)
        # Who writes a workbook without calculating it asks for a calculation, and leaves 0 in its formulas.
        is_unfinished = said.get("fullCalcOnLoad") in ("1", "true")
        for title, sheet in self.package.sheets.items():
            with self.package.reading(self.package.parts[title]):
                self._add(self._calculation.add(title), sheet, is_unfinished)
        self.names = {each.name: place for each in self.package.names if (place := self._place(each.sheet, each.text))}
        self._dirty: dict[Formula, None] = dict.fromkeys(self._calculation.formulas())

    @classmethod
    def read(cls, path: str | Path, functions: Functions) -> Book:
        """Read a workbook from a file."""
        try:
            return cls(Path(path).read_bytes(), functions, str(path))
        except OSError as fault:
            raise InputError("workbook", str(path), f"cannot be read ({fault.strerror})") from fault

    def _add(self, grid: SheetGrid, sheet: Sheet, is_unfinished: bool) -> None:
        """Give the calculation the cells of a sheet."""
        filled: set[Key] = set()
        for key, text in sheet.formulas.items():
            origin = sheet.shared.get(key, key)
            formula = self._model.add(grid, key, text or sheet.formulas[origin], origin)
            formula.spills, formula.fixed = key in sheet.arrays, sheet.fixed.get(key)
            formula.filled = sheet.area(key)
            held = sheet.held(*key)
            formula.kept = None if is_unfinished and held == 0 and not isinstance(held, bool) else held
            if formula.filled != formula.own and formula.filled.size <= 10 * len(sheet.formulas) + 1_000_000:
                filled.update(formula.filled.cells())
        for key in sheet.places():
            if key not in sheet.formulas and key not in filled:
                value = sheet.held(*key)
                if value is not None:
                    grid.values[key] = value
        grid.hidden_rows, grid.filters = sheet.hidden_rows, sheet.filters
        totals = (key for key, text in sheet.formulas.items() if "SUBTOTAL(" in text or "AGGREGATE(" in text)
        grid.totals = frozenset(totals)

    def _place(self, scope: str | None, text: str) -> Place | None:
        """Return the cell that a name of the whole workbook points at."""
        sheet, cells = parted(text.removeprefix("="))
        at = Written.parse(cells) if scope is None and sheet in self.package.sheets else None
        return Place(sheet, at.row.number, at.column.number) if at and at.is_one_cell and at.is_fixed else None

    def cell(self, typed: str) -> tuple[str, Place]:
        """Return a cell by its name, whatever the case, or its address, as ``Inputs!C5``; first what to call it.

        Errors
        ------
        InputError
            A name that the workbook does not have, or an address without its sheet where there are several.
        """
        known = {name.casefold(): name for name in self.names}
        if name := known.get(typed.casefold()):
            return name, self.names[name]
        sheet, cells = parted(typed)
        at = Written.parse(cells)
        if at is None or not at.is_one_cell:
            near = difflib.get_close_matches(typed.casefold(), known) or sorted(known)[:5]
            there = ", ".join(known[each] for each in near) or "none; give the address of a cell, as Inputs!C5"
            raise InputError("name", typed, f"is not a named cell of the workbook; there is {there}")
        titles = [title for title in self.sheets if title.casefold() == sheet.casefold() or not sheet]
        if len(titles) != 1:
            problem = "is on no sheet of the workbook" if sheet else "needs its sheet, as Inputs!C5"
            raise InputError("cell", typed, f"{problem}; there is {', '.join(self.sheets)}")
        place = Place(titles[0], at.row.number, at.column.number)
        named = (name for name, each in self.names.items() if each == place)
        return next(named, f"{titles[0]}!{cell_name(*place[1:])}"), place

    def set(self, typed: str, value: float | str | bool | datetime.date) -> None:
        """Give an input, by its name or its address, a new value."""
        name, place = self.cell(typed)
        if self.is_calculated(place):
            raise InputError("name", name, f"is calculated, in {_address(place)}; set what it depends on")
        if isinstance(written(value), CellError):
            raise InputError(name, value, "is not a number a cell can hold")
        self.write(place, value)

    def write(self, place: Place, value: Cell | datetime.date) -> None:
        """Give a cell that holds no formula a new value, or none."""
        grid, key, cell = self._grid(place.sheet), place[1:], None if value is None else written(value)
        self.package.sheets[place.sheet].write(place.row, place.column, cell)
        grid.values[key] = cell
        grid.forget()
        self._dirty |= dict.fromkeys(self._calculation.dirty(grid, key))

    @property
    def sheets(self) -> list[str]:
        """The names of the worksheets."""
        return list(self.package.sheets)

    def recalculate(self, whole: bool = False) -> None:
        """Evaluate every formula that a change reaches, or all of them; reading and saving do it by themselves."""
        if whole:
            self._dirty = dict.fromkeys(self._calculation.formulas())
        if self._dirty:
            dirty, self._dirty = list(self._dirty), {}
            self._calculation.run(dirty)

    def _grid(self, sheet: str) -> SheetGrid:
        return self._calculation.grids[sheet.casefold()]

    def value(self, place: Place) -> Cell:
        """Return the value of a cell."""
        self.recalculate()
        return self._grid(place.sheet).values.get(place[1:])

    def evaluate(self, formula: str, place: Place, origin: Key) -> Block:
        """Return what a formula that is written for one cell gives in another, where no cell holds it."""
        self.recalculate()
        return self._model.evaluate(self._grid(place.sheet), place[1:], formula.removeprefix("="), origin)

    def block(self, reference: str) -> Block:
        """Return the values of a range, as ``"Inputs!A2:C10"`` or ``"'Cash flow'!$A$2:$C$10"``."""
        sheet, area = parted(reference)
        if sheet not in self.package.sheets:
            raise InputError("range", reference, f"needs a sheet of the workbook: {', '.join(self.package.sheets)}")
        self.recalculate()
        return self._values(self._grid(sheet), Area.parse(area))

    def used(self, sheet: str, area: Area) -> list[Key]:
        """Return the row and the column of every cell of an area that holds anything."""
        self.recalculate()
        return [
            key
            for key, cell in self._grid(sheet).values.items()
            if cell not in (None, "") and Area(*key, *key).within(area)
        ]

    def _values(self, grid: SheetGrid, area: Area) -> Block:
        columns = range(area.column, area.last_column + 1)
        return [[grid.values.get((row, column)) for column in columns] for row in range(area.row, area.last_row + 1)]

    def errors(self) -> list[Fault]:
        """Return every cell that a formula leaves with an error, with the words behind it."""
        self.recalculate()
        return [fault for formula in self._calculation.formulas() for fault in self._faults(formula)]

    def _faults(self, formula: Formula) -> Iterator[Fault]:
        for key in formula.filled.cells():
            cell = formula.grid.values.get(key)
            if isinstance(cell, CellError):
                yield Fault(formula.grid.title, cell_name(*key), cell, self._model.text(formula.grid, formula.key))

    def causes(self) -> list[Cause]:
        """Return the cells where errors begin, those that most depend on first."""
        self.recalculate()
        return [
            Cause(
                each.grid.title,
                cell_name(*each.key),
                each.error,
                self._model.text(each.formula.grid, each.formula.key) if each.formula else "",
                each.alike,
                each.dependents,
            )
            for each in Errors(self._calculation).beginnings()
        ]

    def emptied(self) -> Emptied:
        """Return the cells that are empty because the formulas that filled them in the file now show an error."""
        self.recalculate()
        return Emptied(
            self._calculation,
            (
                (formula, filled)
                for formula in self._calculation.formulas()
                if formula.spills
                and isinstance(formula.grid.values.get(formula.key), CellError)
                and (filled := self.package.sheets[formula.grid.title].area(formula.key)) != formula.own
            ),
        )

    def is_calculated(self, place: Place) -> bool:
        """Whether a formula fills a cell."""
        grid, key = self._grid(place.sheet), place[1:]
        if grid.values.get(key) is None or _is_filled(grid, key):  # what is typed no spill comes to fill
            self.recalculate()
        return _is_filled(grid, key)

    def refused(self, kept: bool = False) -> list[Refusal]:
        """Return the cells whose formulas cannot be computed here, by the reason: all, or those that keep a value."""
        self.recalculate()
        cells: dict[str, list[str]] = {}
        for formula in self._calculation.formulas():
            if formula.refusal and not (kept and formula.kept is None):
                cells.setdefault(formula.refusal, []).append(_address(Place(formula.grid.title, *formula.key)))
        for title, sheet in self.package.sheets.items():
            for area in sheet.what_if:
                cells.setdefault(WHAT_IF, []).append(f"{quoted(title)}!{area}")
        return [Refusal(places, reason) for reason, places in cells.items()]

    def save(self, path: str | Path) -> None:
        """Write the workbook with its values; see `mbsxl_udfs.sheet.files.write`."""
        files.write(Path(path), self.data())

    def data(self) -> bytes:
        """Return the .xlsx file with its values; everything else in it stays as it was."""
        self.recalculate()
        for sheet in self.package.sheets.values():
            sheet.clear()
        for formula in self._calculation.formulas():
            sheet = self.package.sheets[formula.grid.title]
            if formula.spills or formula.fixed:
                sheet.write_array(*formula.key, self._values(formula.grid, formula.filled))
            else:
                sheet.write(*formula.key, formula.grid.values.get(formula.key))
        return self.package.data(with_words(self.package, self._said))

    def _said(self, reference: str) -> str:
        """Return what a cell says, as a chart keeps it."""
        [[cell]] = self.block(reference)
        said = text_of(cell)
        return said.code if isinstance(said, CellError) else said


def _is_filled(grid: SheetGrid, key: Key) -> bool:
    return any(formula.filled.meets(Area(*key, *key)) for formula in grid.formulas.values())


def _address(place: Place) -> str:
    return f"{quoted(place.sheet)}!{cell_name(place.row, place.column)}"
