"""Positions that were sent to the page, with what is asked of them: what they add up to, or why they do not."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from markupsafe import Markup

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.cells import read
from mbsxl_udfs.positions.asked import Question, ask
from mbsxl_workbooks import book_report

_KINDS = (".csv", ".txt", ".tsv", ".parquet", ".xlsx", ".xlsm")
_FILES = ("market", "scenarios", "hedge", "caps")  # that the command takes, and the page as texts


class Sent(NamedTuple):
    """What was sent: a file of positions by its name, if there is one, and what was typed, by the names of fields."""

    name: str
    data: bytes
    texts: Mapping[str, str]


class Added(NamedTuple):
    """What positions add up to, as a part of a page, and the workbook of it, as the address of a link."""

    section: Markup
    workbook: str


def added_up(sent: Sent) -> Added:
    """Return what positions add up to: those of the file, or, where there is none, those typed.

    Errors
    ------
    InputError
        What cannot be read, in words that name it as it was sent and no place on this machine.
    """
    name = Path(sent.name.replace("\\", "/")).name or "typed.csv"
    suffix = Path(name).suffix.lower()
    if suffix not in _KINDS:
        raise InputError("positions", name, "is no file of positions; give a .csv, .parquet or .xlsx file")
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"positions{suffix}"
        path.write_bytes(sent.data if sent.name else sent.texts.get("typed", "").encode())
        try:
            answer = ask(path, _question(sent.texts, path.parent))
        except InputError as error:
            names = {str(path): name} | {str(path.parent / field): field for field in _FILES}
            told = (_renamed(each, names) for each in (error.argument, error.value, error.remedy))
            raise InputError(*told) from None
    data = base64.b64encode(book_report.workbook(answer)).decode()
    return Added(Markup(book_report.section(answer, (sent.name and name) or "Positions as typed")), data)


def _question(texts: Mapping[str, str], folder: Path) -> Question:
    """Return what is asked; each text that is to be used becomes a file, as the command takes it."""
    files = {field: folder / field for field in _FILES if f"with_{field}" in texts}
    for field, path in files.items():
        path.write_text(texts.get(field, ""), encoding="utf-8")
    months = int(read(texts.get("months", "").strip() or 0, "months"))
    by, measures = ([each for each in texts.get(field, "").split(",") if each.strip()] for field in ("by", "measures"))
    return Question(by, [each.strip() for each in measures], "thousands" in texts, months=months, **files)


def _renamed(told: Any, names: Mapping[str, str]) -> Any:
    """Return what an error tells, with files by the names that the user knows."""
    if isinstance(told, str):
        for path, name in names.items():
            told = told.replace(path, name)
    return told
