"""What a cell holds, on any sheet of any program: a number, a text, a date, an error, or nothing."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

VALUE, NUM, NA = "#VALUE!", "#NUM!", "#N/A"


CODES = {
    "#DIV/0!": "it divides by zero",
    "#N/A": "there is no value, or nothing was found",
    "#NAME?": "a name or a function is not known",
    "#NULL!": "two ranges share no cell",
    "#NUM!": "a number is out of bounds, or there is no result",
    "#REF!": "it refers to cells that are not there",
    "#VALUE!": "an argument is of the wrong kind",
    "#SPILL!": "its result does not fit where it stands",
    "#CALC!": "it cannot be calculated",
}


@dataclass(frozen=True, slots=True)
class CellError:
    """An error value in a cell: its code and, where known, the words behind it."""

    code: str
    message: str = ""

    @property
    def words(self) -> str:
        """Why there is an error: in words of its own, or what its code says."""
        return self.message or CODES.get(self.code, "")


Cell = None | bool | float | str | datetime.date | CellError
Block = list[list[Cell]]
