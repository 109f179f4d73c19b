"""A file of positions that was sent to the page: what they add up to, or why they do not."""

from __future__ import annotations

import tempfile
from pathlib import Path

from mbsxl.errors import InputError
from mbsxl_udfs.positions.book import book
from mbsxl_workbooks import book_report

_KINDS = (".csv", ".txt", ".tsv", ".parquet", ".xlsx", ".xlsm")


def added_up(name: str, data: bytes, by: str) -> bytes:
    """Return the page of a book, in groups by these columns.

    Errors
    ------
    InputError
        A file without positions, in words that name it as it was sent and no place on this machine.
    """
    sent = Path(name.replace("\\", "/")).name
    suffix = Path(sent).suffix.lower()
    if suffix not in _KINDS:
        raise InputError("positions", sent, "is no file of positions; give a .csv, .parquet or .xlsx file")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"positions{suffix}"
        path.write_bytes(data)
        try:
            found = book(path, by=[each.strip() for each in by.split(",") if each.strip()])
        except InputError as error:
            told = (str(each).replace(str(path), sent) for each in (error.argument, error.value, error.remedy))
            raise InputError(*told) from None
    return book_report.page(found, {}, sent)
