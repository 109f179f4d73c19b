"""Headlines under bad inputs: where an input of a template is refused, no headline becomes another number.

Every input is set to values that formulas refuse. Where the workbook then shows an error, a headline may show what it
showed before, an error or words; a number that changed is one that lies.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator

from mbsxl.conventions.ticks import decimal
from mbsxl.errors import InputError
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.charts import NumberFormats
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates
from mbsxl_workbooks.contents import Contents, Line
from mbsxl_workbooks.kit.cells import INPUTS, SUMMARY
from mbsxl_workbooks.settings import settle

BAD_NUMBERS = (-1.0, 1e6, "junk")
BAD_TEXTS = ("junk", "6")
BAD_QUOTES = ("junk", "1000-00")


def bad_values(line: Line) -> tuple[float | str, ...]:
    if not isinstance(line.cell, str):
        return BAD_NUMBERS
    return BAD_QUOTES if is_quote(line.cell) else BAD_TEXTS  # 6 is no speed and no programme, but a price


def is_quote(cell: str) -> bool:
    try:
        return bool(decimal(cell))
    except InputError:
        return False


def headlines(book: Book) -> dict[str, tuple[object, str]]:
    """What every headline of a workbook holds, and what a review shows of it."""
    lines = Contents(book, NumberFormats(book.package)).lines({})[SUMMARY]
    return {line.name: (book.value(book.names[line.name]), line.value) for line in lines}


def sweep(name: str) -> Iterator[tuple[str, float | str, list[str], list[str]]]:
    """Yield every input of a template with a bad value: the headlines that lie in the workbook, and in its review."""
    book = Book(templates.path_of(name).read_bytes(), published(), name)
    formats, before = NumberFormats(book.package), headlines(book)
    for line in Contents(book, formats).lines({})[INPUTS]:
        for bad in bad_values(line):
            refused = is_refused(book, formats, line.name, bad)
            try:
                book.set(line.name, bad)
            except InputError:
                continue
            if book.causes():
                after = headlines(book)
                lies = [each for each in after if is_lie(before[each][0], after[each][0])]
                shown = [each for each in lies if not refused and after[each][1] not in ("#N/A", before[each][1])]
                yield line.name, bad, lies, shown
            book.set(line.name, line.cell)  # type: ignore[arg-type]  # an input may be blank


def is_refused(book: Book, formats: NumberFormats, name: str, bad: float | str) -> bool:
    """Whether a review does not take the value."""
    try:
        settle(book, formats, {name: str(bad)})
    except InputError:
        return True
    return False


def is_lie(before: object, after: object) -> bool:
    """Whether a headline became another number."""
    return isinstance(after, float) and not isinstance(before, bool) and before != after


def main() -> int:
    """Sweep the templates for so many seconds."""
    end, found = time.monotonic() + float(sys.argv[1]), Counter[str]()
    for name in sys.argv[2:] or templates.NAMES:
        lying: Counter[str] = Counter()
        for tried, (given, bad, lies, shown) in enumerate(sweep(name), 1):
            lying["inputs"] = tried
            lying["lie in the workbook"] += bool(lies)
            lying["lie in the review"] += bool(shown)
            if shown:
                print(f"{name}: {given}={bad}: {', '.join(shown)}", flush=True)
            if time.monotonic() > end:
                break
        print(name, dict(lying), flush=True)
        found += lying
    print(
        f"{found['inputs']} bad inputs: headlines lie in {found['lie in the workbook']} workbooks, "
        f"{found['lie in the review']} reviews"
    )
    return 1 if found["lie in the review"] else 0


if __name__ == "__main__":
    sys.exit(main())
