"""The embedded engine: recalculates a real .xlsx through our functions, in process, with no spreadsheet program.

formualizer evaluates; what it wants otherwise than a spreadsheet is put right here:

- tables, which it does not read from the file, are given to it; a this-row reference is spelt as a cell;
- errors stand in its cells without their words: `Book.errors` evaluates the formula once more, outside the cell;
- a formula fills at most 10,000 cells: above that it shows ``#SPILL!``, and `Book.errors` says so;
- a function may return anything a cell can hold; NaN and infinities become ``#NUM!``.
- it may leave what reads cells that a formula fills as it was before: such readers are evaluated again until nothing
  moves, and after an input was set the workbook is loaded anew.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import formualizer

from mbsxl.errors import InputError
from mbsxl_udfs.sheet import files
from mbsxl_udfs.sheet.addresses import Area, cell_name, parted, quoted
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.package import Package
from mbsxl_udfs.sheet.respelling import respelt
from mbsxl_udfs.sheet.tables import Table, without_tables
from mbsxl_udfs.sheet.values import Functions, argument, as_block, config, from_engine, register, to_engine

SPILL_LIMIT = 10_000

_WHOLE_RESULT = "MBSXL.RESULT"
_MOST_ROUNDS = 20  # a round for each spill that reads a spill
_LAST_CELL = (1_048_576, 16_384)  # free in any workbook, and in no range a formula may look at


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


def calculate(formula: str, functions: Functions) -> Cell | Block:
    """Return what one formula gives, as a cell or, where it fills several, all of them as a block.

    Parameters
    ----------
    formula
        Any spreadsheet formula, with or without its leading ``=``.
    functions
        The functions it may call besides the spreadsheet's own, by upper-case name.

    Raises
    ------
    InputError
        Where the formula cannot be read.

    Examples
    --------
    >>> calculate("=TWICE(20) + 2", {"TWICE": lambda number: 2 * number})
    42.0
    """
    text = formula.strip().removeprefix("=")
    workbook = formualizer.Workbook(config=config())
    workbook.add_sheet("Sheet1")
    register(workbook, functions)
    try:
        formualizer.parse(f"={text}")
        return _whole_result(workbook, Place("Sheet1", 1, 1), text)
    except (formualizer.ParserError, formualizer.TokenizerError) as fault:
        raise InputError("formula", formula, f"cannot be read ({fault})") from fault
    except (formualizer.ExcelEvaluationError, RuntimeError) as fault:
        raise InputError("formula", formula, f"cannot be calculated ({fault})") from fault


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
    """

    def __init__(
        self, data: bytes, functions: Functions, name: str = "workbook", plain: Callable[[str], str] = str
    ) -> None:
        self._name, self._plain = name, plain
        self._package = Package(data, name)
        self._functions = functions
        self._load()
        self.names = {
            found["name"]: Place(found["sheet"], found["start_row"], found["start_col"])
            for found in self._workbook.get_named_ranges()
            if found["kind"] == "cell" and found["scope"] == "workbook"
        }

    @classmethod
    def read(cls, path: str | Path, functions: Functions) -> Book:
        """Read a workbook from a file."""
        try:
            return cls(Path(path).read_bytes(), functions, str(path))
        except OSError as fault:
            raise InputError("workbook", str(path), f"cannot be read ({fault.strerror})") from fault

    def _load(self) -> None:
        """Give the engine the workbook as it is now."""
        try:
            workbook = formualizer.Workbook.from_bytes(
                respelt(self._package.without_values(), self._plain), config=config()
            )
        except (OSError, RuntimeError) as fault:
            raise InputError("workbook", self._name, f"cannot be loaded ({fault})") from fault
        for table in self._package.tables:
            _add_table(workbook, table)
        for place, text in self._formulas():
            spelt = without_tables(text, place.sheet, place.row, self._package.tables)
            if spelt != text:
                workbook.set_formula(*place, f"={spelt}")
        register(workbook, self._functions)
        self._workbook, self._stale, self._evaluated = workbook, False, False

    def set(self, name: str, value: float | str | bool | datetime.date) -> None:
        """Give a named input a new value."""
        place = {known.casefold(): place for known, place in self.names.items()}.get(name.casefold())
        if place is None:
            near = difflib.get_close_matches(name, self.names) or sorted(self.names)[:5]
            raise InputError("name", name, f"is not a named cell of the workbook; there is {', '.join(near) or 'none'}")
        cell = self._workbook.inspect_cell(_address(place)).cell
        if cell.formula is not None or cell.spill is not None:
            raise InputError("name", name, f"is calculated, in {_address(place)}; set what it depends on")
        number_or_text = to_engine(value)
        if isinstance(number_or_text, dict):
            raise InputError(name, value, "is not a number a cell can hold")
        self._package.sheets[place.sheet].write(place.row, place.column, number_or_text)
        self._stale, self._evaluated = True, False

    def recalculate(self) -> None:
        """Evaluate every formula; reading and saving do it by themselves where an input was set."""
        if self._evaluated:
            return
        if self._stale:
            self._load()
        self._evaluate()
        self._settle()

    def _evaluate(self) -> None:
        try:
            self._workbook.evaluate_all()
        except (formualizer.ExcelEvaluationError, RuntimeError) as fault:
            remedy = f"cannot be calculated ({fault}){self._external_link()}"
            raise InputError("workbook", self._name, remedy) from fault
        self._evaluated = True

    def _settle(self) -> None:
        """Evaluate what reads spilled cells again until nothing moves.

        The engine learns what a formula fills only when it has filled it, and may leave what reads those cells, or what
        reads that in turn, as it was before.
        """
        for _ in range(_MOST_ROUNDS):
            readers = self._readers_of_spills()
            if not readers:
                return
            before = self._results()
            for place in readers:
                self._workbook.set_formula(*place, self._workbook.get_formula(*place))
            self._evaluate()
            if self._results() == before:
                return
        raise InputError("workbook", self._name, "does not come to rest: formulas depend on cells that they fill")

    def _readers_of_spills(self) -> list[Place]:
        """Return the formulas that read cells which other formulas fill."""
        spills: dict[str, list[Area]] = {}
        for title, sheet in self._package.sheets.items():
            for row, column in (*sheet.arrays, *sheet.fixed):
                area = self._filled(Place(title, row, column))
                if area[:2] != area[2:]:
                    spills.setdefault(title, []).append(area)
        if not spills:
            return []
        return [place for place, _ in self._formulas() if self._reads(place, spills)]

    def _reads(self, place: Place, spills: dict[str, list[Area]]) -> bool:
        for precedent in self._workbook.precedents(_address(place)).precedents:
            reference = precedent.reference
            read = reference.resolved or reference.address or (reference.resolution and reference.resolution.address)
            sheet, cells = parted(read or "")
            if any(Area.parse(cells).meets(area) for area in spills.get(sheet, ())):
                return True
        return False

    def _results(self) -> list[Block]:
        return [self._values(place.sheet, self._filled(place)) for place, _ in self._formulas()]

    def _external_link(self) -> str:
        """Name the first formula that refers to another file: one such formula stops the whole workbook."""
        for place, text in self._formulas():
            if re.search(r"\[[0-9]+\]", text):
                where = _address(place)
                return f"; {where} refers to another workbook: paste its values in place of the link"
        return ""

    def value(self, place: Place) -> Cell:
        """Return the value of a cell."""
        self.recalculate()
        return from_engine(self._workbook.get_value(*place))

    def block(self, reference: str) -> Block:
        """Return the values of a range, as ``"Inputs!A2:C10"`` or ``"'Cash flow'!$A$2:$C$10"``."""
        sheet, area = parted(reference)
        if sheet not in self._package.sheets:
            raise InputError("range", reference, f"needs a sheet of the workbook: {', '.join(self._package.sheets)}")
        return self._values(sheet, Area.parse(area))

    def _values(self, sheet: str, area: Area) -> Block:
        self.recalculate()
        found = self._workbook.sheet(sheet).get_values(formualizer.RangeAddress(sheet, *area))
        return [[from_engine(value) for value in line] for line in found]

    def _formulas(self) -> Iterator[tuple[Place, str]]:
        for title, sheet in self._package.sheets.items():
            for (row, column), text in sheet.formulas.items():
                yield Place(title, row, column), self._plain(text)

    def _filled(self, place: Place) -> Area:
        """Return the area that a formula fills."""
        sheet = self._package.sheets[place.sheet]
        if place[1:] in sheet.arrays or place[1:] in sheet.fixed:
            spill = self._workbook.inspect_cell(_address(place)).cell.spill
            if spill is not None and spill.extent is not None:
                return Area.parse(spill.extent.rpartition("!")[2])
        return Area(place.row, place.column, place.row, place.column)

    def errors(self) -> list[Fault]:
        """Return every cell that a formula leaves with an error, with the words behind it."""
        return [fault for place, text in self._formulas() for fault in self._faults(place, text)]

    def _faults(self, place: Place, text: str) -> Iterator[Fault]:
        area = self._filled(place)
        shown = self._values(place.sheet, area)
        if not any(isinstance(cell, CellError) for line in shown for cell in line):
            return
        told = self._told(place, shown)
        formula = f"={text}" if text else self._workbook.get_formula(*place) or ""
        for (row, column), cell, words in zip(area.cells(), chain(*shown), chain(*told), strict=True):
            if isinstance(cell, CellError):
                error = words if isinstance(words, CellError) else cell
                yield Fault(place.sheet, cell_name(row, column), error, formula)

    def _told(self, place: Place, shown: Block) -> Block:
        """Return the same block, its errors with their words: found by evaluating once more, outside the cell."""
        if isinstance(shown[0][0], CellError) and shown[0][0].message:
            return shown
        formula = self._workbook.get_formula(*place) or ""
        told = as_block(_whole_result(self._workbook, Place(place.sheet, *_LAST_CELL), formula.removeprefix("=")))
        if isinstance(shown[0][0], CellError) and shown[0][0].code == "#SPILL!":
            return [[CellError("#SPILL!", self._obstacle(place, told))]]
        return told if (len(told), len(told[0])) == (len(shown), len(shown[0])) else shown

    def _obstacle(self, place: Place, result: Block) -> str:
        """Say why a result cannot fill the cells it needs."""
        size = f"its result of {len(result)} rows by {len(result[0])} columns"
        if len(result) * len(result[0]) > SPILL_LIMIT:
            return f"{size} is more than the {SPILL_LIMIT:,} cells a formula may fill here; ask for fewer"
        for row, column in Area.of(place.row, place.column, result).cells():
            if (row, column) != place[1:] and self._workbook.get_value(place.sheet, row, column) is not None:
                return f"{size} needs {cell_name(row, column)}, which is not empty"
        return f"{size} does not fit where it stands"

    def save(self, path: str | Path) -> None:
        """Write the workbook with its values; see `mbsxl_udfs.sheet.files.write`."""
        files.write(Path(path), self.data())

    def data(self) -> bytes:
        """Return the .xlsx file with its values; everything else in it stays as it was."""
        self.recalculate()
        for sheet in self._package.sheets.values():
            sheet.clear()
        for place, _ in self._formulas():
            sheet = self._package.sheets[place.sheet]
            block = self._values(place.sheet, self._filled(place))
            if place[1:] in sheet.arrays or place[1:] in sheet.fixed:
                sheet.write_array(place.row, place.column, block)
            else:
                sheet.write(place.row, place.column, block[0][0])
        return self._package.data()


def _whole_result(workbook: formualizer.Workbook, free: Place, formula: str) -> Cell | Block:
    """Evaluate a formula as the argument of a function: it sees all of a result, at any size, and errors with words."""
    seen: list[Any] = []
    workbook.register_function(_WHOLE_RESULT, seen.append)
    workbook.set_formula(*free, f"={_WHOLE_RESULT}(({formula}))")
    value = workbook.evaluate_cell(*free)
    workbook.set_value(*free, None)
    workbook.unregister_function(_WHOLE_RESULT)
    return argument(seen[-1]) if seen else from_engine(value)


def _add_table(workbook: formualizer.Workbook, table: Table) -> None:
    area, flags = (*table.area,), {"header_row": table.has_header, "totals_row": table.has_totals}
    workbook.add_table(table.name, table.sheet, area, table.columns, **flags)


def _address(place: Place) -> str:
    return f"{quoted(place.sheet)}!{cell_name(place.row, place.column)}"
