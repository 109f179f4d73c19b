"""Random calls: every formula with every kind of cell; an answer is finite, an error has its words, nothing escapes.

The arguments begin as those of the formula's own example, and some are changed: to a value near, to any cell a sheet
can hold, to a range, or left out. Formulas that draw paths are called one time in a hundred.
"""

from __future__ import annotations

import datetime
import math
import random
import signal
import sys
import time
from collections import Counter
from itertools import chain
from types import FrameType
from typing import Any

from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.model import calculate

SECONDS = 20  # of processor time that one call may take
LONGEST = 255  # characters of a message, which some programs show no more of

NUMBERS = (
    *(0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 12.0, 30.0, 100.0, 360.0, 480.0, 481.0, 1200.0, 1e-300, 5e-324, 1e308, -1e308),
    *(math.inf, -math.inf, math.nan, 2.0**53, 2.0**64, 1e15, 1e-9, 1 - 1e-16, 1.0000000001, 0.99, -0.5, 0.055, 5.5),
    *(55.0, 1048576.0, 46000.0, 2958465.0, 2958466.0, 59.0, 60.0, 61.0, 46000.5, 1e5),
)
TEXTS = (
    *("", " ", "6 CPR", "150 PSA", "0.5 SMM", "100 CPR", "101 CPR", "-6 CPR", "6", "CPR", "6,5 CPR", "1e400 PSA"),
    *(
        "6 CPR for 12, 8 CPR",
        "0.2 to 6 CPR over 30, 6 CPR",
        "6 CPR for 0, 8 CPR",
        "6 CPR for 1e9",
        "nan PSA",
        "to over",
    ),
    *("101-16", "101-16+", "101-162", "101-33", "101-168", "-101-16", "101-", "+", "1e2", "5.5%", "0,07", "1,234"),
    *("UMBS", "gnma ii", "GNMA  I", "FHLMC ARM", "14", "BEY", "monthly", "MBS_YIELD", "speeds", "PSA", "About", "#N/A"),
    *(
        "to over",
        "1.2 ABS",
        "5 CDR",
        "1 MDR",
        "100 SDA",
        "10 HEP",
        "150 PSA for 12",
        "TRUE",
        ",",
        ";;;",
        "{0}",
        "%s",
        "=1+1",
    ),
    *("é", "１００ PSA", "100\u00a0PSA", "²", "−6 CPR", "\u202e6 CPR", "\x00", "\x1b[31m", "🏠🏠", "\ufeff6 CPR"),
    *("x" * 40_000, "1" * 400 + " PSA", "(" * 5_000, " " * 5_000 + "6 CPR", "6\nCPR", "\t6 CPR", "6 CPR for 12," * 300),
)
DATES = (
    *(datetime.date(*day) for day in ((2025, 12, 9), (1900, 1, 1), (1, 1, 1), (9999, 12, 31), (2024, 2, 29))),
    datetime.datetime(2025, 12, 9, 23, 59, 59),
)
CODES = ("#VALUE!", "#NUM!", "#N/A", "#DIV/0!", "#REF!", "#NAME?", "#SPILL!", "#NULL!")
OURS = {"#VALUE!", "#NUM!", "#N/A"}  # the errors that formulas give by themselves
DRAWING = {name for name in CATALOGUE if "OAS" in name or "KEY_RATES" in name or "HEDGE" in name}

Arguments = list[Any]


class TooLongError(BaseException):
    """A call took more than its time."""


def any_cell(dice: random.Random) -> Cell:
    kind = dice.random()
    if kind < 0.4:
        return dice.choice(NUMBERS)
    if kind < 0.45:
        return dice.choice((True, False))
    if kind < 0.55:
        return None
    if kind < 0.8:
        return dice.choice(TEXTS)
    if kind < 0.85:
        return dice.choice(DATES)
    if kind < 0.92:
        return CellError(dice.choice(CODES), dice.choice(("", "words")))
    return dice.gauss(0, 1) * 10.0 ** dice.randint(-12, 12)


def near(value: Any, dice: random.Random) -> Any:
    """A value like the one that an example has."""
    if isinstance(value, bool) or value is None:
        return dice.choice((True, False, None))
    if isinstance(value, float | int):
        factor = dice.choice((0.5, 0.9, 0.95, 0.98, 0.99, 1.001, 1.01, 1.02, 1.1, 2, 10, 0.1, -1, 100, 1e-6, 0))
        whole = float(round(value * factor)) if abs(value * factor) < 1e15 else value
        return dice.choice((value * factor, value + dice.choice((1, -1, 0.25, 0.001)), whole))
    if isinstance(value, str):
        return (
            dice.choice(TEXTS)
            if dice.random() < 0.5
            else f"{dice.uniform(0, 120):.3g} {dice.choice(('CPR', 'PSA', 'SMM'))}"
        )
    if isinstance(value, list):
        return changed_block(value, dice)
    return any_cell(dice)


def changed_block(block: list[list[Cell]], dice: random.Random) -> list[list[Cell]]:
    """A range with some cells changed, or rows or columns taken out, doubled or mixed."""
    rows = [list(row) for row in block]
    for _ in range(dice.choice((1, 1, 2, 5))):
        row = dice.choice(rows)
        place = dice.randrange(len(row))
        row[place] = any_cell(dice) if dice.random() < 0.5 else near(row[place], dice)
    change = dice.random()
    if change < 0.1:
        rows = rows[: dice.randint(1, len(rows))]
    elif change < 0.2:
        rows += rows
    elif change < 0.25:
        dice.shuffle(rows)
    elif change < 0.3:
        rows = [[*row, row[dice.randrange(len(row))]] for row in rows]
    return rows


def a_range(value: Any, dice: random.Random) -> list[list[Cell]]:
    """A range of values like one, with any cell here and there."""
    height, width = dice.choice(((1, 2), (1, 5), (3, 1), (8, 1), (2, 3), (1, 1), (30, 1)))
    one = value[0][0] if isinstance(value, list) else value
    return [[any_cell(dice) if dice.random() < 0.15 else near(one, dice) for _ in range(width)] for _ in range(height)]


def mutated(example: Arguments, count: int, dice: random.Random) -> Arguments:
    arguments = [[list(row) for row in each] if isinstance(each, list) else each for each in example]
    while len(arguments) < count and dice.random() < 0.3:
        arguments.append(None if dice.random() < 0.6 else any_cell(dice))
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        if not arguments:
            break
        place, kind = dice.randrange(len(arguments)), dice.random()
        if kind < 0.5:
            arguments[place] = near(arguments[place], dice)
        elif kind < 0.7:
            arguments[place] = any_cell(dice)
        elif kind < 0.85:
            arguments[place] = a_range(arguments[place], dice)
        elif kind < 0.95:
            arguments[place] = None
        else:
            del arguments[place:]
    return arguments


def cells_of(value: Any) -> list[Any]:
    if not isinstance(value, list):
        return [value]
    return list(chain.from_iterable(row if isinstance(row, list) else [row] for row in value))


def wrong(name: str, answer: Any, given: set[CellError]) -> str:
    """What is wrong with an answer; empty where nothing is."""
    if isinstance(answer, list) and (not answer or len({len(row) for row in answer}) != 1 or not answer[0]):
        return "a ragged or empty block"
    for cell in cells_of(answer):
        if isinstance(cell, CellError):
            if cell in given:
                continue
            if cell.code not in OURS:
                return f"the error {cell.code}"
            if not cell.message or len(cell.message) > LONGEST or "report it" in cell.message:
                return f"a message of {len(cell.message)} characters: {cell.message[:100]}"
        elif isinstance(cell, float) and not math.isfinite(cell):
            return f"the number {cell}"
        elif type(cell) not in (float, int, str, bool) and not isinstance(cell, datetime.date):
            return f"a {type(cell).__name__}"
    return ""


def examples() -> dict[str, Arguments]:
    """The arguments of every formula's example, as cells."""
    functions, found = published(), {}
    for name, entry in CATALOGUE.items():

        def recorded(*arguments: Any, name: str = name) -> float:
            found[name] = list(arguments)
            return 1.0

        calculate(entry.example, {**functions, name: recorded})
    return found


def out_of_time(number: int, frame: FrameType | None) -> None:
    raise TooLongError


def main() -> int:
    """Call formulas for so many seconds."""
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    dice, functions, given = random.Random(seed), published(), examples()
    names = [name for name in given if functions[name].arguments and name not in DRAWING]
    drawing, count, calls = [name for name in given if name in DRAWING], Counter[str](), Counter[str]()
    signal.signal(signal.SIGPROF, out_of_time)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        name = dice.choice(drawing if drawing and dice.random() < 0.01 else names)
        arguments = mutated(given[name], len(functions[name].arguments), dice)
        errors = {cell for each in arguments for cell in cells_of(each) if isinstance(cell, CellError)}
        kept = repr(arguments)
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            answer = functions[name](*arguments)
            fault = wrong(name, answer, errors)
            calls["values" if not any(isinstance(cell, CellError) for cell in cells_of(answer)) else "errors"] += 1
        except TooLongError:
            fault = f"more than {SECONDS} s"
        except BaseException as escaped:  # what the campaign looks for
            fault = f"{type(escaped).__name__} {escaped}"
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        if not fault and repr(arguments) != kept:
            fault = "its arguments changed"
        if fault:
            count[f"{name} {fault[:40]}"] += 1
            if count[f"{name} {fault[:40]}"] == 1:
                print(f"{name}: {fault}\n    {kept[:600]}", flush=True)
    total = sum(calls.values())
    print(
        f"{total:,} random calls of {len(names) + len(drawing)} formulas: {calls['values']:,} values, "
        f"{calls['errors']:,} with errors in words; {sum(count.values()):,} fell through ({len(count)} kinds)"
    )
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
