"""A workbook as formulas see it: sheets, defined names, tables, links, and the functions they may call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from mbsxl.errors import InputError
from mbsxl_udfs.sheet import functions as _functions  # noqa: F401 - makes the spreadsheet's functions known
from mbsxl_udfs.sheet import tables
from mbsxl_udfs.sheet.addresses import quoted
from mbsxl_udfs.sheet.calling import Function, Refused, block
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.compiler import Compiler
from mbsxl_udfs.sheet.evaluator import DEPENDS_ON_ITSELF, Calculation
from mbsxl_udfs.sheet.forms import known as _forms  # noqa: F401
from mbsxl_udfs.sheet.grammar import moved, relative
from mbsxl_udfs.sheet.grids import Formula, Key, SheetGrid
from mbsxl_udfs.sheet.links import ELSEWHERE, Kept, linked
from mbsxl_udfs.sheet.meaning import At, Compiled
from mbsxl_udfs.sheet.references import Grid
from mbsxl_udfs.sheet.tables import Table
from mbsxl_udfs.sheet.values import Functions, hosted

if TYPE_CHECKING:
    from mbsxl_udfs.sheet.package import Name


class Source:
    """The text of a formula, and the cell that it is written for: another one where a formula is shared."""

    __slots__ = ("origin", "text")

    def __init__(self, text: str, origin: Key) -> None:
        self.text, self.origin = text, origin


class Model:
    """What a workbook's formulas can refer to, and their calculation.

    Attributes
    ----------
    calculation
        The sheets and the order in which their formulas are computed.
    names, tables, links
        What the workbook defines.
    """

    def __init__(self, functions: Functions, iterations: int = 0, precision: float = 0.001) -> None:
        self.functions: Mapping[str, Function] = {name: hosted(call) for name, call in functions.items()}
        self.calculation = Calculation(self._ready, iterations, precision)
        self.names: Sequence[Name] = ()
        self.tables: Sequence[Table] = ()
        self.links: list[Kept] = []
        self.plain: Callable[[str], str] = str
        self.sources: dict[Formula, Source] = {}
        self._compilers: dict[str, Compiler] = {}
        self._ready_made: dict[tuple[str, str, bool], Compiled] = {}
        self._known: dict[tuple[str, str | None], Name] | None = None

    def add(self, grid: SheetGrid, key: Key, text: str, origin: Key | None = None) -> Formula:
        """Add a formula to a sheet."""
        formula = grid.formulas[key] = Formula(grid, key)
        self.sources[formula] = Source(text.lstrip().removeprefix("="), origin or key)
        return formula

    def _ready(self, formula: Formula) -> Compiled:
        source = self.sources[formula]
        array = formula.spills or formula.fixed is not None
        return self._compiled(formula.grid, source, array)

    def _compiled(self, grid: SheetGrid, source: Source, array: bool) -> Compiled:
        compiler = self._compilers.get(grid.title)
        if compiler is None:
            compiler = self._compilers[grid.title] = Compiler(self, grid)
        text = self.without_tables(self.plain(source.text), grid, source.origin)
        common = grid.title, relative(text, source.origin), array
        if common not in self._ready_made:
            self._ready_made[common] = compiler.formula(text, source.origin, array)
        return self._ready_made[common]

    def text(self, grid: SheetGrid, key: Key) -> str:
        """Return the formula of a cell as it stands there, with its ``=``; empty where it has none."""
        formula = grid.formulas.get(key)
        if formula is None:
            return ""
        source = self.sources[formula]
        return f"={moved(self.plain(source.text), source.origin, key)}"

    def evaluate(self, grid: SheetGrid, key: Key, text: str, origin: Key) -> Block:
        """Return what a formula gives in a cell that does not hold it, all else being computed."""
        try:
            compiled = self._compiled(grid, Source(text, origin), array=True)
            return block(compiled.code(At(grid, *key)))
        except Refused as refused:
            return [[CellError("#NAME?", str(refused))]]

    def grid(self, title: str) -> Grid | None:
        """Return a sheet by its name."""
        return self.calculation.grids.get(title.casefold())

    def sheets(self, first: str, last: str) -> list[Grid]:
        """Return the sheets from one to another, as a 3-D reference means them."""
        titles = list(self.calculation.grids)
        if first.casefold() not in titles or last.casefold() not in titles:
            return []
        ends = sorted((titles.index(first.casefold()), titles.index(last.casefold())))
        return [self.calculation.grids[title] for title in titles[ends[0] : ends[1] + 1]]

    def number(self, grid: Grid | None) -> int:
        """Return the place of a sheet among all; their count for none."""
        grids = list(self.calculation.grids.values())
        return next((place for place, each in enumerate(grids, start=1) if each is grid), len(grids))

    def meaning(self, name: str, sheet: Grid) -> str | None:
        """Return what a defined name or a table stands for, as the text of a formula; one of the sheet comes first."""
        if self._known is None:
            self._known = {(each.name.casefold(), each.sheet): each for each in self.names}
        found = self._known.get((name.casefold(), sheet.title)) or self._known.get((name.casefold(), None))
        if found is not None:
            return self.plain(found.text.removeprefix("="))
        table = next((each for each in self.tables if each.name.casefold() == name.casefold()), None)
        return None if table is None else f"{quoted(table.sheet)}!{table.body}"

    def named(self) -> Iterable[str]:
        """Return the names that the workbook defines."""
        return [*(each.name for each in self.names), *(each.name for each in self.tables)]

    def without_tables(self, text: str, sheet: Grid, cell: tuple[int, int]) -> str:
        """Return a formula with its table references spelt as cells."""
        return tables.without_tables(text, sheet.title, cell, list(self.tables)) if self.tables else text

    def linked(self, reference: str) -> Cell | Block:
        """Return the values kept of a reference to another workbook."""
        return linked(self.links, reference)


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
        Where the formula cannot be read, or reads cells, of which there are none.

    Examples
    --------
    >>> calculate("=TWICE(20) + 2", {"TWICE": lambda number: 2 * number})
    42.0
    """
    text = formula.strip().removeprefix("=")
    model = Model(functions)
    grid = model.calculation.add("Sheet1")
    only = model.add(grid, (1, 1), text)
    only.spills = True
    model.calculation.run([only])
    if only.compiled is None or only.refusal.endswith(ELSEWHERE):
        raise InputError("formula", formula, only.refusal)
    if any(area != only.filled for _, area in only.read) or grid.values.get(only.key) is DEPENDS_ON_ITSELF:
        raise InputError(
            "formula", formula, "reads cells, and there is no workbook here; type their values in their place"
        )
    values = [
        [grid.values.get((row, column)) for column in range(1, only.filled.last_column + 1)]
        for row in range(1, only.filled.last_row + 1)
    ]
    return values if only.filled != only.own else values[0][0]
