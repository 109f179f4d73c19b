"""Texts: parts, joins and splits, and numbers and dates as texts."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable

from mbsxl_udfs.sheet.calling import flat, function, used, wrong
from mbsxl_udfs.sheet.cells import VALUE, Block, Cell, CellError
from mbsxl_udfs.sheet.numbers import formatted, sections
from mbsxl_udfs.sheet.operators import Value, general, number, text, truth
from mbsxl_udfs.sheet.written import moment_of_text

_MOST = 32_767  # characters of a cell
_LITERAL = r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]'  # what a number format says besides its digits
TOO_LONG = CellError(VALUE, "a text has at most 32,767 characters")


@function("VALUE", kinds="v")
def _value(cell: Cell) -> Cell:
    return wrong("a truth value is no number") if isinstance(cell, bool) else number(cell)


@function("DATEVALUE", kinds="v")
def _datevalue(cell: Cell) -> Cell:
    written = text(cell)
    if isinstance(written, CellError):
        return written
    moment = moment_of_text(written.strip())
    return wrong(f"the text {written[:40]!r} is no date") if moment is None or moment < 1 else float(math.floor(moment))


@function("TIMEVALUE", kinds="v")
def _timevalue(cell: Cell) -> Cell:
    written = text(cell)
    if isinstance(written, CellError):
        return written
    moment = moment_of_text(written.strip())
    return wrong(f"the text {written[:40]!r} is no time") if moment is None else moment % 1


def textual(*names: str) -> Callable[[Callable[..., Cell]], Callable[..., Cell]]:
    """Declare a function whose first argument is a text and whose others are numbers."""

    def declared(compute: Callable[..., Cell]) -> Callable[..., Cell]:
        from functools import wraps

        @wraps(compute)
        def call(cell: Cell, *others: Cell) -> Cell:
            given: list[Cell] = [text(cell), *map(number, others)]
            for each in given:
                if isinstance(each, CellError):
                    return each
            return compute(*given)

        function(*names, kinds="v")(call)
        return call

    return declared


textual("LEN")(lambda written: float(len(written)))
textual("UPPER")(lambda written: written.upper())
textual("LOWER")(lambda written: written.lower())


@textual("LEFT")
def _left(written: str, count: float = 1.0) -> Cell:
    return written[: int(count)] if count >= 0 else wrong("a count of characters is not negative")


@textual("RIGHT")
def _right(written: str, count: float = 1.0) -> Cell:
    if count < 0:
        return wrong("a count of characters is not negative")
    return written[-int(count) :] if int(count) else ""


@textual("MID")
def _mid(written: str, start: float, count: float) -> Cell:
    if start < 1 or count < 0:
        return wrong("a part of a text starts at 1 or later")
    return written[int(start) - 1 : int(start) - 1 + int(count)]


@function("REPLACE", kinds="v")
def _replace(cell: Cell, start: Cell, count: Cell, by: Cell) -> Cell:
    written, first, many, new = text(cell), number(start), number(count), text(by)
    for error in (written, first, many, new):
        if isinstance(error, CellError):
            return error
    if first < 1 or many < 0:  # type: ignore[operator]
        return wrong("a part of a text starts at 1 or later")
    begin = int(first) - 1  # type: ignore[arg-type]
    return f"{written[:begin]}{new}{written[begin + int(many) :]}"  # type: ignore[index,arg-type]


@textual("PROPER")
def _proper(written: str) -> Cell:
    return re.sub(r"[^\W\d_]+", lambda word: word[0][0].upper() + word[0][1:].lower(), written)


@function("HYPERLINK", kinds="vv")
def _hyperlink(place: Cell, shown: Cell = None) -> Cell:
    return place if shown is None else shown


@function("TEXT", kinds="vv")
def _text(cell: Cell, code: Cell) -> Cell:
    written = text(code)
    if isinstance(written, CellError) or isinstance(cell, bool):
        return written if isinstance(written, CellError) else text(cell)
    value = number(cell)
    if isinstance(value, CellError):
        return _of_text(str(text(cell)), written)
    found = "" if written == "" else formatted(value, written, general)
    return wrong("it is no day from 1900 to 9999") if found is None else found


def _of_text(written: str, code: str) -> str:
    """Return a text in a format: as it is, or where the format's part for texts has an @."""
    parts = sections(code)
    section = parts[3] if len(parts) > 3 else code if "@" in re.sub(_LITERAL, "", code) else "@"
    return re.sub(f"{_LITERAL}|@", lambda part: written if part[0] == "@" else part[1] or part[2] or "", section)


def _joined(parts: Iterable[Cell], between: list[str], skip_empty: bool) -> Cell:
    pieces = []
    for cell in parts:
        piece = text(cell)
        if isinstance(piece, CellError):
            return piece
        if piece or not skip_empty:
            pieces.append(piece)
    links = [between[at % len(between)] for at in range(len(pieces) - 1)] + [""]
    result = "".join(piece + link for piece, link in zip(pieces, links, strict=False))
    return result if len(result) <= _MOST else TOO_LONG


@function("CONCAT", kinds="r", takes_errors=True)
def _concat(*values: Value) -> Cell:
    return _joined((cell for value in values for cell in flat(used(value))), [""], skip_empty=False)


@function("CONCATENATE", kinds="v")
def _concatenate(*cells: Cell) -> Cell:
    return _joined(cells, [""], skip_empty=False)


@function("TEXTJOIN", kinds="rvr", takes_errors=True)
def _textjoin(between: Value, skip_empty: Cell, *values: Value) -> Cell:
    skips = truth(skip_empty)
    links = [text(cell) for cell in flat(used(between))]
    for each in (skips, *links):
        if isinstance(each, CellError):
            return each
    cells = (cell for value in values for cell in flat(used(value)))
    return _joined(cells, links, skips)  # type: ignore[arg-type]


# -------------------------------------------------------------------------------------------------------------- splits


def _marks(value: Value, either_case: bool) -> re.Pattern[str]:
    words = sorted((str(text(cell)) for cell in flat(used(value))), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, words)), re.IGNORECASE if either_case else 0)


def _beside(before: bool) -> Callable[..., Cell]:
    def call(
        cell: Cell, mark: Value, place: Cell = None, mode: Cell = None, at_end: Cell = None, instead: Cell = None
    ) -> Cell:
        written, nth, either = text(cell), number(1.0 if place is None else place), number(mode)
        for error in (written, nth, either):
            if isinstance(error, CellError):
                return error
        assert isinstance(written, str)
        assert isinstance(nth, float)
        if nth == 0:
            return wrong("which of the marks is counted from 1, or from the end from -1")
        spans = [found.span() for found in _marks(mark, bool(either)).finditer(written)]
        if number(at_end):
            spans = [*spans, (len(written),) * 2] if nth > 0 else [(0, 0), *spans]
        where = int(nth) - 1 if nth > 0 else int(nth)
        if not -len(spans) <= where < len(spans):
            return CellError("#N/A", "the mark is not found") if instead is None else instead
        start, end = spans[where]
        return written[:start] if before else written[end:]

    return call


function("TEXTBEFORE", kinds="vrvvvv")(_beside(before=True))
function("TEXTAFTER", kinds="vrvvvv")(_beside(before=False))


@function("TEXTSPLIT", kinds="vrrvvv")
def _split(
    cell: Cell,
    columns: Value,
    rows: Value = None,
    skip_empty: Cell = None,
    mode: Cell = None,
    pad: Cell = CellError("#N/A", "the line has fewer parts"),  # noqa: B008
) -> Value:
    written, either = text(cell), number(mode)
    if isinstance(written, CellError) or isinstance(either, CellError):
        return written if isinstance(written, CellError) else either
    lines = [written] if rows is None else _marks(rows, bool(either)).split(written)
    table: Block = [[line] if columns is None else [*_marks(columns, bool(either)).split(line)] for line in lines]
    if skip_empty is not None and truth(skip_empty) is True:
        table = [kept for line in table if (kept := [part for part in line if part != ""])]
    if not table:
        return CellError("#CALC!", "nothing is left")
    width = max(map(len, table))
    return [line + [pad] * (width - len(line)) for line in table]
