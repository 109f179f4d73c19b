"""Many copies of a formula: answered together, and as each is by itself, whatever their cells hold and wait for."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import xlsxwriter

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.engine import Book, Place

MANY = 150


class Next:
    """A function of one cell that keeps how many calls it answers at once."""

    def __init__(self) -> None:
        self.at_once: list[int] = []

    def __call__(self, cell: Cell) -> Cell:
        self.at_once.append(1)
        return cell if isinstance(cell, CellError) else float(cell or 0.0) + 1.0  # type: ignore[arg-type]

    def together(self, calls: Sequence[Sequence[Cell]]) -> list[Cell]:
        answers = [self(*call) for call in calls]
        self.at_once = [*self.at_once[: -len(calls)], len(calls)]
        return answers


def book(fill: Callable[[Any], None], functions: dict[str, Any]) -> Book:
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as workbook:
        fill(workbook.add_worksheet("S"))
    return Book(data.getvalue(), functions)


def column(found: Book, letter: str, rows: int = MANY) -> list[Cell]:
    return [cell for (cell,) in found.block(f"S!{letter}1:{letter}{rows}")]


# ------------------------------------------------------------------------------------------------------ the engine


def test_copies_are_asked_once_and_after_what_they_read() -> None:
    function = Next()

    def fill(sheet: Any) -> None:
        for row in range(1, MANY + 1):
            sheet.write_formula(f"A{row}", f"=NEXT(C{row})")
            sheet.write_formula(f"C{row}", f"={row}*2")

    found = book(fill, {"NEXT": function})
    assert column(found, "A") == [2.0 * row + 1 for row in range(1, MANY + 1)]
    assert function.at_once == [MANY]
    found.write(Place("S", MANY + 1, 3), 0.0)
    assert column(found, "A")[7] == 17.0
    assert function.at_once == [MANY]  # nothing they read has changed


def test_an_input_asks_its_readers_alone() -> None:
    function = Next()

    def fill(sheet: Any) -> None:
        sheet.write_column("C1", range(MANY))
        for row in range(1, MANY + 1):
            sheet.write_formula(f"A{row}", f"=NEXT(C{row})")

    found = book(fill, {"NEXT": function})
    assert column(found, "A")[4] == 5.0
    found.write(Place("S", 5, 3), 70.0)
    assert column(found, "A")[3:6] == [4.0, 71.0, 6.0]
    assert function.at_once == [MANY, 1]


def test_copies_that_read_each_other_are_answered_in_their_order() -> None:
    function = Next()

    def fill(sheet: Any) -> None:
        for row in range(2, MANY + 1):
            sheet.write_formula(f"A{row}", f"=NEXT(A{row - 1})")

    assert column(book(fill, {"NEXT": function}), "A")[1:] == [float(row) for row in range(1, MANY)]


def test_copies_in_a_circle_say_so_and_the_others_are_answered() -> None:
    def fill(sheet: Any) -> None:
        for row in range(1, MANY + 1):
            sheet.write_formula(f"A{row}", f"=NEXT(C{row})")
        sheet.write_formula("C9", "=A9")
        sheet.write_formula("C10", "=1/0")

    found = column(book(fill, {"NEXT": Next()}), "A")
    assert [getattr(cell, "code", cell) for cell in found[7:11]] == [1.0, "#CALC!", "#DIV/0!", 1.0]


def test_a_few_copies_are_asked_each() -> None:
    function = Next()

    def fill(sheet: Any) -> None:
        for row in range(1, 21):
            sheet.write_formula(f"A{row}", f"=NEXT(C{row})")

    book(fill, {"NEXT": function}).recalculate()
    assert function.at_once == [1] * 20


# ---------------------------------------------------------------------------------------------------- our formulas

ODD: list[Any] = ["x", None, True, "101-16+", "5.5%", -1.0, 0.0, 1e308, 5.5, "#N/A", "UMBS", 360.5]


def test_a_formula_in_many_cells_is_what_it_is_in_one() -> None:
    """Pools of all kinds, each argument odd in some rows; prices are computed, and wait for what stands below."""
    random = np.random.default_rng(5)
    wac = random.uniform(0.02, 0.09, MANY).round(5)
    speeds = ["6 CPR", "150 PSA", "6 CPR for 12, 9 CPR", "1 ABS", "0 CPR", "100 CPR"]
    rows: list[list[Any]] = [
        [
            price,
            gross - 0.006,
            gross,
            int(wam),
            int(age),
            speeds[place % 6],
            [None, 46007][place % 2],
            ["UMBS", "G2SF"][place % 2],
        ]
        for place, (price, gross, wam, age) in enumerate(
            zip(
                random.uniform(60, 110, MANY),
                wac,
                random.integers(1, 361, MANY),
                random.integers(0, 90, MANY),
                strict=True,
            )
        )
    ]
    for place in range(8):
        for number, odd in enumerate(ODD):
            rows[12 * place + number][place] = odd

    def fill(sheet: Any) -> None:
        for place, row in enumerate(rows, start=1):
            pool = f"C{place},D{place},E{place},F{place},G{place}"
            sheet.write_formula(f"A{place}", f"=MBS_YIELD(B{place},{pool},H{place},I{place})")
            sheet.write_formula(f"J{place}", f"=MBS_Z_SPREAD(B{place},{pool},$L$1:$L$3,$M$1:$M$3)")
            for letter, cell in zip("BCDEFGHI", row, strict=True):
                if cell == "#N/A":
                    sheet.write_formula(f"{letter}{place}", "=NA()")
                elif letter == "B" and isinstance(cell, float):
                    sheet.write_formula(f"B{place}", f"=P{place}")
                    sheet.write(f"P{place}", cell)
                elif cell is not None:
                    sheet.write(f"{letter}{place}", cell)
        sheet.write_column("L1", [1, 5, 30])
        sheet.write_column("M1", [0.036, 0.038, 0.047])

    found = book(fill, published())
    tenors, yields = found.block("S!L1:L3"), found.block("S!M1:M3")
    for place, cells in enumerate(found.block(f"S!B1:I{MANY}")):
        for letter, alone in (
            ("A", published()["MBS_YIELD"](*cells)),
            ("J", published()["MBS_Z_SPREAD"](*cells[:6], tenors, yields)),
        ):
            together = column(found, letter)[place]
            assert together == (pytest.approx(alone, rel=1e-9) if isinstance(alone, float) else alone), (place, letter)
    answers = column(found, "A")
    assert sum(isinstance(answer, float) for answer in answers) > MANY // 3
    assert len({answer.message for answer in answers if isinstance(answer, CellError)}) > 20


def test_copies_of_other_ranges_and_of_ranges_where_a_cell_is_meant() -> None:
    def fill(sheet: Any) -> None:
        sheet.write_column("L1", [1, 5, 30])
        for row in range(1, MANY + 1):
            sheet.write_column(f"M{4 * row}", [0.03, 0.04, 0.04 + row * 1e-5])
            sheet.write_formula(
                f"A{4 * row}", f'=MBS_Z_SPREAD(100,5%,5.5%,300,0,"6 CPR",$L$1:$L$3,M{4 * row}:M{4 * row + 2})'
            )
            sheet.write_formula(f"B{row}", f"=MBS_CPR(C{row}:C{row + 1},5)")
            sheet.write(f"C{row}", f"{row / 10} CPR")

    found = book(fill, published())
    spreads = [cell for cell in column(found, "A", 4 * MANY) if cell not in (None, "")]
    assert spreads == sorted(spreads, reverse=True)  # the dearer the curve, the less there is over it
    assert len(set(spreads)) == MANY
    assert column(found, "B")[:2] == [pytest.approx(0.001), pytest.approx(0.002)]


@pytest.mark.parametrize(
    "formula",
    [
        "MBS_CPR(A{0},OFFSET(B{0},{{0,1}},0))",  # asked of each of an array of references
        "MBS_CPR((A{0},B{0}),30)",
        "MBS_CPR(A{0},LAMBDA(x,x))",
        "MBS_CPR(SUM,30)",
    ],
)
def test_what_is_no_value_is_answered_alike_by_many_and_by_few(formula: str) -> None:
    def shown(copies: int) -> list[Cell]:
        def fill(sheet: Any) -> None:
            for row in range(1, copies + 1):
                sheet.write_row(f"A{row}", ["6 CPR" if row % 2 else "100 PSA", float(row)])
                sheet.write_formula(f"C{row}", f"={formula.format(row)}")

        return column(book(fill, published()), "C", 9)

    many = shown(MANY)
    assert many == shown(9)
    assert not any(" at 0x" in each.message for each in many if isinstance(each, CellError))
