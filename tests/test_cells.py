"""What a cell may hold, for every formula of the catalogue and every argument: an answer, or an error that says why."""

from __future__ import annotations

import datetime
import math
import re
from functools import cache
from typing import Any

import pytest

from mbsxl.market.hull_white import FEWEST_PATHS
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Argument, Shape, arguments_of
from mbsxl_udfs.formulas.glossary import Kind
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import Block, Cell, CellError
from mbsxl_udfs.sheet.model import calculate

REF = CellError("#REF!")
SHORTER = CellError("#N/A", "this column is shorter than its neighbours")
HEADER: list[Cell] = ["face", "coupon", "wac", "wam", "age"]
POOL: list[Cell] = [100.0, 0.05, 0.06, 12.0, 0.0]
TABLE: Block = [HEADER, POOL]


def answer(name: str, *cells: Cell | Block) -> Any:
    return published()[name](*cells)


def flat(result: Cell | Block) -> list[Cell]:
    return [cell for row in result for cell in row] if isinstance(result, list) else [result]


def errors(result: Cell | Block) -> list[CellError]:
    return [cell for cell in flat(result) if isinstance(cell, CellError)]


@cache
def given_in_example(name: str) -> tuple[Any, ...]:
    """The cells that its example hands to a formula, few paths, the other arguments left out as blanks."""
    heard: list[Any] = []

    def listen(*cells: Any) -> float:
        heard.extend(cells)
        return 0.0

    calculate(CATALOGUE[name].example, published() | {name: listen})
    left_out = arguments_of(CATALOGUE[name])[len(heard) :]
    return (*heard, *(FEWEST_PATHS if argument.name == "paths" else None for argument in left_out))


def with_cell(name: str, place: int, cell: Cell | Block) -> list[Any]:
    cells = list(given_in_example(name))
    cells[place] = cell
    return cells


ARGUMENTS = [
    pytest.param(name, place, argument, id=f"{name}-{argument.name}")
    for name, entry in CATALOGUE.items()
    for place, argument in enumerate(arguments_of(entry))
    if not argument.variadic
]

# ------------------------------------------------------------------------------------- every formula, every argument


def assert_valid(result: Cell | Block) -> None:
    assert result != []
    for cell in flat(result):
        assert isinstance(cell, str | bool | float | CellError), cell
        assert not isinstance(cell, float) or math.isfinite(cell)


def assert_told(name: str, cells: list[Any], result: Cell | Block) -> None:
    """The words behind our own errors name an argument and say what to do, and MBS_WHY repeats them."""
    ours = [error for error in errors(result) if error not in (REF, SHORTER)]
    for error in ours:
        assert error.code in ("#VALUE!", "#NUM!", "#N/A")
        assert "please report it" not in error.message
        known = [argument.name for argument in arguments_of(CATALOGUE[name])]
        assert re.search(rf"\b({'|'.join(known)})\b", error.message), error.message
        assert len(error.message.split()) >= 4
        assert len(error.message) < 600
    if name not in ("MBS_WHY", "MBS_VERSION"):
        first = next((error.message or f"an argument shows {error.code}" for error in errors(result)), "ok")
        told = answer("MBS_WHY", name, *cells)
        assert told == first or (
            first == "ok" and CATALOGUE[name].assumes and told.startswith(("ok: the set ", "ok: without financing "))
        )


def bad_cells(good: Cell | Block) -> list[Cell | Block]:
    one = good[0][0] if isinstance(good, list) else good
    return [
        "x!", "", None, True, False, datetime.date(2025, 12, 1), datetime.datetime(1, 1, 1, 12), -1.0, 0.0, 0.5, 1.0,
        -1e308, 1e308, 5e-324, "9" * 300, REF,
        [[one, "x!"], [REF, None]], [[None], [None]], [["x!", -1e308, 1e308]], [[one]], [[REF]],
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "place", "argument"), ARGUMENTS)
def test_whatever_a_cell_holds_the_answer_is_one_or_says_why(name: str, place: int, argument: Argument) -> None:
    for cell in bad_cells(given_in_example(name)[place]):
        cells = with_cell(name, place, cell)
        result = answer(name, *cells)
        assert_valid(result)
        assert_told(name, cells, result)


@pytest.mark.parametrize(("name", "place", "argument"), ARGUMENTS)
def test_the_argument_that_is_wrong_is_the_one_named(name: str, place: int, argument: Argument) -> None:
    # in a 1900 date system and in a price a number is what it is; a program and a reinvestment may be a number, or not
    wrong: list[Cell] = [True, "x!"] if argument.term.kind is not Kind.ANYTHING else []
    wrong += [] if argument.optional else [None, ""]
    for cell in wrong:
        result = answer(name, *with_cell(name, place, cell))
        assert isinstance(result, CellError), cell
        assert result.code == "#VALUE!"
        assert re.match(rf"{argument.name}\b", result.message), result.message
    nothing_given = answer(name)
    required = next((each for each in arguments_of(CATALOGUE[name]) if not each.optional and not each.variadic), None)
    assert required is None or nothing_given.message.startswith(required.name)


@pytest.mark.parametrize(("name", "place", "argument"), ARGUMENTS)
def test_an_error_is_handed_on(name: str, place: int, argument: Argument) -> None:
    assert answer(name, *with_cell(name, place, REF)) == REF
    assert answer(name, *with_cell(name, place, [[REF]])) == REF


@pytest.mark.parametrize(
    ("name", "place", "longest"),
    [
        pytest.param(*each.values[:2], each.values[2].term.longest, id=each.id)
        for each in ARGUMENTS
        if 0 < each.values[2].term.longest <= 10_000
    ],
)
def test_a_range_longer_than_the_glossary_lets_it_be_is_refused(name: str, place: int, longest: int) -> None:
    pairs = arguments_of(CATALOGUE[name])[place].term.kind is Kind.PAIRS
    good = [["turnover", 0.09]] if pairs else given_in_example(name)[place] or 1.0
    rows = good if isinstance(good, list) else [[good]]
    wide = len(rows) == 1 and len(rows[0]) > 1 and not pairs
    longer = [[rows[0][0]] * (longest + 1)] if wide else [rows[-1]] * (longest + 1)
    result = answer(name, *with_cell(name, place, longer))
    assert isinstance(result, CellError)
    assert result.code == "#NUM!"
    asked = arguments_of(CATALOGUE[name])[place].name
    assert re.match(rf'{asked} "{longest + 1:,} (values|rows)": is too long; give {longest:,} at most', result.message)


def bounds_passed() -> list[Any]:
    """Every number one below the least or above the most that the glossary lets an argument be."""
    numeric = (Kind.NUMBER, Kind.FRACTION, Kind.INTEGER, Kind.PRICE, Kind.TICKS, Kind.PROGRAM)
    return [
        pytest.param(name, place, bound, id=f"{name}-{argument.name}-{bound:g}")
        for name, place, argument in (each.values for each in ARGUMENTS)
        if argument.term.kind in numeric
        for bound in (argument.term.low - 1, argument.term.high + 1)
        if math.isfinite(bound) and not (bound == 0 and argument.optional)  # where it is blank
    ]


@pytest.mark.parametrize(("name", "place", "bound"), bounds_passed())
def test_out_of_bounds_is_a_number_error(name: str, place: int, bound: float) -> None:
    result = answer(name, *with_cell(name, place, bound))
    assert isinstance(result, CellError)
    assert result.code == "#NUM!"
    assert result.message.startswith(f"{arguments_of(CATALOGUE[name])[place].name} {bound:.10g}")


@pytest.mark.parametrize(("name", "place", "argument"), [each for each in ARGUMENTS if each.values[2].optional])
def test_blank_empty_zero_and_left_out_are_the_default(name: str, place: int, argument: Argument) -> None:
    cells = with_cell(name, place, None)
    by_default = answer(name, *cells)
    for nothing in ("", 0.0, 0, [[None]], [[0.0]]):
        assert answer(name, *with_cell(name, place, nothing)) == by_default
    while cells and cells[-1] is None:
        cells.pop()
    assert answer(name, *cells) == by_default


@pytest.mark.parametrize("name", [name for name in CATALOGUE if name != "MBS_WHY"])
def test_too_many_arguments(name: str) -> None:
    result = answer(name, *given_in_example(name), 1.0)
    assert result.code == "#VALUE!"
    assert result.message.startswith(name)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        pytest.param(*each.values[:2], id=each.id)
        for each in ARGUMENTS
        if CATALOGUE[each.values[0]].shape is Shape.EACH and not each.values[2].term.whole
    ],
)
def test_a_range_is_one_calculation_a_cell_and_a_bad_cell_spoils_only_itself(name: str, place: int) -> None:
    good = given_in_example(name)[place]
    one = answer(name, *given_in_example(name))
    same = pytest.approx(one, rel=1e-9) if isinstance(one, float) else one
    assert answer(name, *with_cell(name, place, [[good]])) == same
    assert isinstance(flat(answer(name, *with_cell(name, place, [[1.0, True]])))[-1], CellError)
    for block in ([[good, True, good]], [[good], [True], [good]], [[True, good], [good, good]]):
        result = answer(name, *with_cell(name, place, block))
        assert [len(row) for row in result] == [len(row) for row in block]
        for cell, found in zip(flat(block), flat(result), strict=True):
            assert isinstance(found, CellError) if cell is True else found == same


# ------------------------------------------------------------------------------------------------------------- dates


def first_date(settle: Cell) -> Any:
    return answer("MBS_CASHFLOW", 100.0, 0.05, 0.06, 2.0, 0.0, "6 CPR", settle)[1][1]


@pytest.mark.parametrize(
    ("settle", "paid"),
    [  # day numbers as a spreadsheet shows them: the 25th of the month after
        (46009.0, 46047.0),  # 18 December 2025 -> 25 January 2026
        (46009.75, 46047.0),
        (datetime.date(2025, 12, 18), 46047.0),
        (datetime.datetime(2025, 12, 18, 23, 59), 46047.0),
        (1.0, 56.0),  # 1 January 1900 -> 25 February 1900
        (59.0, 85.0),  # 28 February 1900 -> 25 March 1900: 29 February counts as day 60
        (61.0, 116.0),  # 1 March 1900 -> 25 April 1900
        (datetime.date(1900, 2, 28), 85.0),
        (datetime.date(1900, 3, 1), 116.0),
        (None, ""),
        (0.0, ""),
    ],
)
def test_a_date_is_a_day_number_or_a_date(settle: Cell, paid: Cell) -> None:
    assert first_date(settle) == paid


@pytest.mark.parametrize("settle", [60.0, -1.0, 0.5, 2_958_466.0, 1e308, datetime.date(1, 1, 1)])
def test_a_day_that_is_not_in_the_calendar(settle: Cell) -> None:
    result = answer("MBS_CASHFLOW", 100.0, 0.05, 0.06, 2.0, 0.0, "6 CPR", settle)
    assert result.code == "#NUM!"
    assert "=DATE(" in result.message


# ------------------------------------------------------------------------------------------------- words and numbers


@pytest.mark.parametrize(
    ("name", "text", "number"),
    [
        ("MBS_FACTOR", ("6%", "355", "5", "6 CPR", "12"), (0.06, 355.0, 5.0, "6 CPR", 12.0)),
        ("MBS_FACTOR", (" 0.06 ", "3.55e2", "+5", "6 CPR", "12."), (0.06, 355.0, 5.0, "6 CPR", 12.0)),
        ("MBS_YIELD", ("101.5", "5 %", ".06", "12", "0", "6 CPR"), (101.5, 0.05, 0.06, 12.0, 0.0, "6 CPR")),
        (
            "MBS_YIELD",
            (101.5, 0.05, 0.06, 12.0, 0.0, "6 CPR", "46009", "30"),
            (101.5, 0.05, 0.06, 12.0, 0.0, "6 CPR", 46009.0, 30.0),
        ),
        (
            "MBS_YIELD",  # "0" is 0, which is the default
            (101.5, 0.05, 0.06, 12.0, 0.0, "6 CPR", None, "0"),
            (101.5, 0.05, 0.06, 12.0, 0.0, "6 CPR"),
        ),
        ("MBS_Z_PRICE", ("1,250", *([0.05, 0.06, 12.0, 0.0, "6 CPR"])), (1250.0, 0.05, 0.06, 12.0, 0.0, "6 CPR")),
        ("MBS_CURRENT_COUPON", ([["5%"], ["5.5%"]], [["99-16"], ["100.5"]]), ([[0.05], [0.055]], [[99.5], [100.5]])),
    ],
)
def test_text_that_is_a_number_is_that_number(name: str, text: tuple[Any, ...], number: tuple[Any, ...]) -> None:
    curve = ([[1.0], [30.0]], [[0.04], [0.045]]) if name == "MBS_Z_PRICE" else ()
    right = answer(name, *number, *curve)
    assert not errors(right)
    assert answer(name, *text, *curve) == right
    assert answer(name, *[[[cell]] if isinstance(cell, str) else cell for cell in text], *curve) == right


@pytest.mark.parametrize("text", ["1,5", "1.250,5", "1 000", "1_000", "5.5.5", "nan", "1e999", "٣", "--5", "5%%"])
def test_text_that_is_no_number_is_a_wrong_kind(text: str) -> None:
    refused = answer("MBS_FACTOR", text, 360, 0, "6 CPR", 1)
    assert refused.code == "#VALUE!"
    assert refused.message.startswith(f'wac "{text}"')


def test_drops_and_strips_are_shown_in_ticks_too() -> None:
    assert answer("MBS_TICKS", [[0.1875], [-0.1875], [0.0], [4.5], ["4-16"], [1000.0]]) == [
        ["0-06"], ["-0-06"], ["0-00"], ["4-16"], ["4-16"], ["1000-00"],
    ]  # fmt: skip


def test_ticks_of_futures_count_quarters() -> None:
    quotes: Block = [["110-12"], ["110-120"], ["110-122"], ["110-125"], ["110-127"], ["110-12+"], [110.5]]
    assert answer("MBS_DECIMAL", quotes, "FUTURES") == [
        [110 + (thirty_seconds / 32)] for thirty_seconds in (12, 12, 12.25, 12.5, 12.75, 12.5, 16)
    ]
    assert answer("MBS_DECIMAL", "110-127") == 110 + 12.875 / 32
    assert [row[0].code for row in answer("MBS_DECIMAL", [["110-121"], ["110-126"]], "FUTURES")] == ["#VALUE!"] * 2


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (("MBS_FACTOR", 5.5, 360, 0, "6 CPR", 1), "wac 5.5: means 550%; type 5.5% or 0.055"),
        (("MBS_FACTOR", 550.0, 360, 0, "6 CPR", 1), "wac 550: is outside 0 to 1"),
        (("MBS_FACTOR", math.nan, 360, 0, "6 CPR", 1), "wac nan: is not a finite number"),
        (("MBS_FACTOR", 0.06, 360.5, 0, "6 CPR", 1), "wam 360.5: is not a whole number of months; round it"),
        (("MBS_FACTOR", "0,07", 360, 0, "6 CPR", 1), 'wac "0,07": has a decimal comma; type 0.07'),
        (("MBS_FACTOR", "5.5", 360, 0, "6 CPR", 1), "wac 5.5: means 550%; type 5.5% or 0.055"),
        (("MBS_FACTOR", "6 percent", 360, 0, "6 CPR", 1), 'wac "6 percent": is not a number'),
        (
            ("MBS_YIELD", 1.01, 0.05, 0.06, 360, 0, "6 CPR"),
            "price 1.01: is outside 5 to 300 per 100 of face; 1.01 means 1.01%; type 101",
        ),
        (
            ("MBS_YIELD", 1015.0, 0.05, 0.06, 360, 0, "6 CPR"),
            "price 1015: is outside 5 to 300 per 100 of face; give a price within",
        ),
        (
            ("MBS_YIELD", "101,5", 0.05, 0.06, 360, 0, "6 CPR"),
            'price "101,5": has a decimal comma; type 101.5',
        ),
        (("MBS_YIELD", "101-33", 0.05, 0.06, 360, 0, "6 CPR"), 'price "101-33": is not a price; type 101.5, or two'),
        (("MBS_REALIZED_SPEED", 0.99, 0.98, 0.06, 300, 60, 1, "CDR"), 'unit "CDR": is not one of CPR, SMM, PSA, ABS'),
        (("MBS_DECIMAL", "101-164", "FUTURES"), 'ticks "101-164": has a third digit that futures lack'),
        (("MBS_SMM", "6 CPR for 1," * 1200 + "6 CPR"), 'speed "6 CPR for 1,6 CPR for 1,6 CPR for 1,6 CPR for 1,6 CPR'),
        (("MBS_SMM", "6 " + "x" * 1000), 'speed "6 xxxxxxxxxxxxx'),
        (
            ("MBS_CASHFLOW", 1, 0.05, 0.06, 12, 0, "6 CPR", datetime.date(9999, 6, 1)),
            'settle "9999-06-01": is too late: the last payment would be past the year 9999',
        ),
        (
            ("MBS_CURVE", [[float(row)] for row in range(1, 362)], [[0.04]] * 361, 5.0),
            'tenors "361 values": is too long; give 360 at most',
        ),
        (
            ("MBS_RUNOFF", [[*HEADER, "wac"], [*POOL, 0.07]], "6 CPR"),
            'cohorts "wac": is the name of more than one column; leave one of them',
        ),
        (("MBS_SMM", 6.0), 'speed 6: has no unit; type "6 CPR"'),
        (("MBS_SMM", 0.06), 'speed 0.06: has no unit; type "6 CPR"'),
        (("MBS_SMM", 165.0), 'speed 165: has no unit; type "165 PSA"'),
        (("MBS_SMM", -6.0), 'speed -6: has no unit; type "6 CPR"'),
        (
            ("MBS_CASHFLOW", 1, 0.05, 0.06, 12, 0, "6 CPR", None, None, 150.0),
            'default 150: has no unit; type "150 SDA"',
        ),
        (("MBS_SMM", [["6 CPR", "8 CPR"]], [[1], [2], [True]]), "month True: is not a number"),
        (("MBS_FACTOR", [[0.06, 0.07]], [[360, 359, 358]], 0, "6 CPR", 1), 'wac and wam "1 by 2, 1 by 3": are ranges'),
        (("MBS_WHY", "MBS_PRISE"), 'function "MBS_PRISE": is not a formula; is MBS_PRICE meant?'),
        (("MBS_FUNCTIONS", "Speed"), 'family "Speed": is not one of Speeds'),
    ],
)
def test_the_words_behind_an_error(cells: tuple[Any, ...], message: str) -> None:
    assert errors(answer(*cells))[0].message.startswith(message)


def test_what_is_too_large_is_an_error_where_it_stands() -> None:
    month = answer("MBS_CASHFLOW", 1.79e308, 0.99, 0.99, 1.0, 0.0, "0 CPR")[1]
    assert month[2] == 1.79e308
    assert month[6] == CellError("#NUM!", "the answer is not a finite number")


def test_no_cell_shows_a_minus_before_a_zero() -> None:
    for cell in flat(answer("MBS_CASHFLOW", 100.0, 0.05, 0.06, 2.0, 0.0, "6 CPR")):
        assert not (cell == 0 and math.copysign(1, float(cell)) < 0)


# --------------------------------------------------------------------------------------------------- speeds as ranges


def test_a_range_of_numbers_is_one_speed_a_range_of_texts_are_many() -> None:
    rates, texts = [[0.06], [0.08], [None]], [["6 CPR"], ["8 CPR"], [None]]
    assert answer("MBS_FACTOR", 0.06, 360, 0, rates, 2) == answer("MBS_FACTOR", 0.06, 360, 0, "6 CPR for 1, 8 CPR", 2)
    many = answer("MBS_FACTOR", 0.06, 360, 0, texts, 2)
    assert [row[0] for row in many[:2]] == [answer("MBS_FACTOR", 0.06, 360, 0, text, 2) for text in ("6 CPR", "8 CPR")]
    assert many[2][0].message.startswith("speed")


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        ([[0.06, 0.07], [0.08, 0.09]], "is a block; give one row or one column"),
        ([[0.06, None, 0.08]], "is not a number"),
        ([[0.06, 6.0]], "is not a monthly CPR; give decimals from 0 to 1"),
        ([[0.06, -0.01]], "is not a monthly CPR"),
        ([[None, None]], "is empty; give at least one value"),
        ([[0.06] * 1201], "needs one row or column of 1 to 1200"),
    ],
)
def test_a_range_of_numbers_that_is_no_speed(rates: Block, message: str) -> None:
    result = answer("MBS_FACTOR", 0.06, 360, 0, rates, 2)
    assert result.message.startswith("speed")
    assert message in result.message


def test_speed_vectors_stand_side_by_side_and_fail_alone() -> None:
    result = answer("MBS_SPEED_VECTOR", [["6 SMM", "x!", "8 SMM"]], 0, [[2, 2, 1]], "SMM")
    assert [row[0] for row in result] == [0.06, 0.06]
    assert [row[2] for row in result] == [0.08, SHORTER]
    assert result[0][1].message.startswith("speed")
    assert answer("MBS_SPEED_VECTOR", "6 SMM", 0, 1, [["SMM", None]])[0][0] == 0.06


# ------------------------------------------------------------------------------------------------------------ spills


def test_a_column_against_a_row_is_a_table() -> None:
    table = answer("MBS_FACTOR", 0.06, [[360], [180], [None]], 0, [["6 CPR", "x!", "8 CPR", REF]], 12)
    assert [len(row) for row in table] == [4, 4, 4]
    assert table[1][2] == answer("MBS_FACTOR", 0.06, 180, 0, "8 CPR", 12)
    assert [row[1].message.split()[0] for row in table] == ["speed", "speed", "wam"]
    assert [row[3] for row in table[:2]] == [REF, REF]


def test_ten_thousand_rows_with_a_few_bad_ones() -> None:
    wams: Block = [[float(1 + row % 480)] for row in range(10_000)]
    speeds: Block = [[f"{row % 100} CPR"] for row in range(10_000)]
    for row in (0, 17, 5_000, 9_999):
        wams[row][0] = "x!"
    result = answer("MBS_FACTOR", 0.06, wams, 0, speeds, 1)
    assert [row for row, (cell,) in enumerate(result) if isinstance(cell, CellError)] == [0, 17, 5_000, 9_999]
    assert result[480][0] == 0  # one month left
    assert result[100][0] == answer("MBS_FACTOR", 0.06, 101, 0, "0 CPR", 1)


def test_different_choices_in_one_column() -> None:
    measures = [["CPR"], ["SMM"], ["x!"], [None], ["cpr"]]
    result = answer("MBS_REALIZED_SPEED", 0.9, 0.89, 0.06, 300, 60, 1, measures)
    cpr, smm = (answer("MBS_REALIZED_SPEED", 0.9, 0.89, 0.06, 300, 60, 1, name) for name in ("CPR", "SMM"))
    assert [row[0] for row in result[:2]] == [cpr, smm]
    assert result[2][0].code == "#VALUE!"
    assert [row[0] for row in result[3:]] == [cpr, cpr]


def test_programs_in_a_column() -> None:
    assert answer("MBS_DELAY", [["UMBS"], ["gnma_ii"], [30.0], ["x!"]], "STATED")[:3] == [[55.0], [50.0], [61.0]]


@pytest.mark.parametrize(
    ("words", "days"),
    [
        (("FN", "FNMA", "FNCL", "fncl", "FNCI", "FR", "UMBS", None, 0.0), 24.0),
        (("FG", "FGLMC", "FGCI", "Gold", "G1", "GNSF", "GNJO", "GNMA I"), 14.0),
        (("G2", "G2SF", "g2 sf", "G2JO", "GNMA II"), 19.0),
        (("FHLMC ARM",), 44.0),
        (("NONE", "none"), 0.0),
    ],
)
def test_a_programme_goes_by_the_names_of_desks(words: tuple[Cell, ...], days: float) -> None:
    assert {answer("MBS_DELAY", word) for word in words if isinstance(word, str)} == {days}
    pool = (100.25, 0.055, 0.062, 12, 0, "8 CPR", None)
    assert {answer("MBS_YIELD", *pool, word) for word in words} == {answer("MBS_YIELD", *pool, days or "NONE")}


@pytest.mark.parametrize(
    ("word", "choice"),
    [
        ("FH", "GOLD, UMBS or FHLMC ARM"),
        ("FHLMC", "GOLD, UMBS or FHLMC ARM"),
        ("GN", "GNMA I or GNMA II"),
        ("gnma", "GNMA I or GNMA II"),
    ],
)
def test_an_agency_of_several_programmes_is_refused_with_the_choice(word: str, choice: str) -> None:
    refused = answer("MBS_DELAY", word)
    assert refused.code == "#VALUE!"
    assert refused.message == f'program "{word}": leaves open which programme; type {choice}'


def test_a_table_is_of_one_pool() -> None:
    result = answer("MBS_CASHFLOW", [[1.0], [2.0]], 0.05, 0.06, 12, 0, "6 CPR")
    assert result.code == "#VALUE!"
    assert result.message.startswith("face")


# ------------------------------------------------------------------------------------------------------ cohort tables

RUN_OFF = [1.0, 100.0]


def test_cohorts_are_read_by_the_names_of_their_columns() -> None:
    plain = answer("MBS_RUNOFF", TABLE, "6 CPR")
    shuffled: Block = [
        ["note", " WAM ", "Age", "WAC", "Coupon", "FACE", REF.code],
        ["old", 12.0, 0.0, 0.06, 0.05, 100.0, REF],
        [None, None, "", None, None, None, None],
    ]
    assert plain[1][:2] == RUN_OFF
    assert answer("MBS_RUNOFF", shuffled, "6 CPR") == plain
    assert answer("MBS_RUNOFF", [HEADER, [*POOL[:4], None]], "6 CPR") == plain


def test_a_speed_column_partly_blank_takes_the_common_speed() -> None:
    own = [[*HEADER, "speed"], [*POOL, "6 CPR"], [*POOL, None], [*POOL, ""]]
    assert answer("MBS_RUNOFF", own, "8 CPR") == answer(
        "MBS_RUNOFF", [[*HEADER, "speed"], [*POOL, "6 CPR"], [*POOL, "8 CPR"], [*POOL, "8 CPR"]]
    )
    assert answer("MBS_RUNOFF", own).message.startswith("speed")


@pytest.mark.parametrize(
    ("table", "code", "message"),
    [
        ([["face", "cupon", "wac", "wam", "age"], POOL], "#VALUE!", 'has no column coupon (is "cupon" meant?)'),
        ([HEADER], "#VALUE!", "has a header and no rows"),
        ([HEADER, [None] * 5], "#VALUE!", "has a header and no rows"),
        ([[None] * 5, POOL], "#VALUE!", "has no column face"),
        ([HEADER, POOL, [*POOL[:3], "x!", 0.0]], "#VALUE!", 'cohorts row 2 wam "x!": is not a number'),
        ([HEADER, [None] * 5, [*POOL[:3], None, 0.0]], "#VALUE!", 'cohorts row 2 wam "": is empty'),
        ([HEADER, [100.0, 5.0, 6.0, 12.0, 0.0]], "#NUM!", "cohorts row 1 coupon 5: means 500%; type 5% or 0.05"),
        ([HEADER, [100.0, 0.07, 0.06, 12.0, 0.0]], "#NUM!", "coupon 0.07: is above the wac 0.06 of cohort 1"),
        ([HEADER, [-1.0, *POOL[1:]]], "#NUM!", "cohorts row 1 face -1"),
        ([HEADER, [0.0, *POOL[1:]]], "#NUM!", "cohorts 0"),
        ([[*HEADER, "speed"], [*POOL, "6"]], "#VALUE!", 'cohorts row 1 speed "6": has no unit'),
        ([[*HEADER, "speed"], [*POOL, 6.0]], "#VALUE!", "cohorts row 1 speed 6: has no unit"),
        ([[*HEADER, "speed"], [*POOL, "1 CDR"]], "#VALUE!", "speed"),
        ([HEADER, [*POOL[:4], REF]], "#REF!", ""),
        ([[*HEADER[:4], REF], POOL], "#REF!", ""),
        (100.0, "#VALUE!", "has no column face"),
    ],
)
def test_a_table_that_is_no_cohorts(table: Cell | Block, code: str, message: str) -> None:
    result = answer("MBS_RUNOFF", table, "6 CPR")
    assert result.code == code
    assert message in result.message


def test_caps_and_reinvestment_are_a_number_or_a_column_the_last_kept() -> None:
    column = answer("MBS_SOMA_RUNOFF", TABLE, "6 CPR", [[9.0], [5.0], [None]], [["TREASURY"], ["bills"]])
    cap, reinvested, bills = (column[0].index(name) for name in ("cap", "reinvested", "bills"))
    assert [row[cap] for row in column[1:4]] == [9.0, 5.0, 5.0]
    assert column[2][bills] == pytest.approx(column[2][reinvested])
    for caps in ([[9.0], [None], [5.0]], [[None]], [[-1.0]], "x!"):
        assert answer("MBS_SOMA_RUNOFF", TABLE, "6 CPR", caps).message.startswith("caps")


@pytest.mark.parametrize("cell", [datetime.datetime(2025, 12, 9), True, math.inf, math.nan])
def test_a_cell_that_no_column_of_a_deal_can_hold_is_named(cell: Any) -> None:
    deal = [["class", "kind", "balance", "coupon", "order"], ["A", "SEQ", 1e6, cell, 1.0]]
    pool = [["face", "coupon", "wac", "wam", "age"], [1e6, 0.06, 0.065, 360.0, 0.0]]
    answer = published()["MBS_CMO_DECREMENT"](deal, pool, "100 PSA", "A")
    error = answer[0][0] if isinstance(answer, list) else answer
    assert error.code == "#VALUE!"
    assert "is neither a finite number nor a text" in error.message
