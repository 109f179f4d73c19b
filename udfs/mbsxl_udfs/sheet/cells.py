"""What a cell holds, on any sheet of any program: a number, a text, a date, an error, or nothing."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

VALUE, NUM, NA = "#VALUE!", "#NUM!", "#N/A"


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value in a cell: its code and, where known, the words behind it."""

    code: str
    message: str = ""


Cell = None | bool | float | str | datetime.date | CellError
Block = list[list[Cell]]
