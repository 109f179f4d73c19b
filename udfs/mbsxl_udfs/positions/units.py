"""Columns as people keep them: percents told from decimals by the column's range, dates and amounts as written.

A cell of a sheet means what it holds; a column of a file may be in percent, and says so by its range alone. What was
taken is kept in words, so that a user can be told; the rows that do not fit the rest of their column are left as they
are, for the reader to refuse.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from mbsxl.units import PERCENT
from mbsxl_udfs.formulas.tables import POSITIONS, Cells, known_as

_RATES = ("coupon", "wac", "mortgage_rate")
_AMOUNTS = ("face", "price")
_LEAST_PERCENT = 0.3  # a coupon or a gross rate below it is a decimal
_UNITS = {"cpr": "CPR", "psa": "PSA", "smm": "SMM"}  # titles that are a unit of speed
_ORIGINAL = ("original face", "orig face", "original balance", "issuance investor security upb")
_FACTOR = ("factor", "pool factor", "current factor", "security factor")
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class Habits:
    """How the columns of a source are kept, told from its first part and held to for the rest.

    Attributes
    ----------
    said
        What was taken, in words.
    """

    def __init__(self, thousands: bool = False) -> None:
        self._scale = 1000.0 if thousands else 1.0
        self._percent: dict[str, bool] = {}
        self.said: list[str] = []

    def plain(self, columns: Mapping[str, Cells]) -> dict[str, Cells]:
        """Return columns by title as the reader of tables takes them."""
        found = dict(columns)
        named = {title: known_as(title, POSITIONS) for title in columns}
        if "face" not in named.values():
            self._take_factor(found)
            named = {title: known_as(title, POSITIONS) for title in found}
        if "speed" not in named.values():
            self._take_speed(found)
        for title, name in named.items():
            if name in _AMOUNTS:
                found[title] = [_bare(cell) for cell in _list(found[title])] if _texts(found[title]) else found[title]
            if name == "face" and self._scale != 1:
                found[title] = _scaled(found[title], self._scale)
            elif name == "settle" and not isinstance(found[title], np.ndarray):
                found[title] = [dated(cell) for cell in found[title]]
            elif name in _RATES and self._in_percent(title, found[title]):
                found[title] = _from_percent(found[title])
        return found

    def _in_percent(self, title: str, cells: Cells) -> bool:
        if title not in self._percent:
            numbers = _numbers(cells)
            numbers = numbers[numbers > 0]
            percent = bool(numbers.size and np.median(numbers) >= _LEAST_PERCENT)
            self._percent[title] = percent
            if percent:
                self.said.append(f"{title}: read as percent ({numbers.min():g} to {numbers.max():g})")
        return self._percent[title]

    def _take_factor(self, columns: dict[str, Cells]) -> None:
        """Put in the current face where only the original face and the factor are given."""
        plain = {_words(title): title for title in columns}
        original = next((plain[word] for word in _ORIGINAL if word in plain), None)
        factor = next((plain[word] for word in _FACTOR if word in plain), None)
        if original is None or factor is None:
            return
        faces, factors = _numbers([_bare(cell) for cell in _list(columns[original])]), _numbers(columns[factor])
        columns["face"] = (faces * factors).tolist()
        self._say(f"face: {original} times {factor}")

    def _take_speed(self, columns: dict[str, Cells]) -> None:
        """Put in the speed where it stands under the name of its unit."""
        title = next((title for title in columns if _words(title) in _UNITS), None)
        if title is None:
            return
        unit = _UNITS[_words(title)]
        if title not in self._percent:
            numbers = _numbers(columns[title])
            self._percent[title] = unit == "PSA" or not numbers.size or float(np.nanmax(numbers)) > 1
            words = "percent" if self._percent[title] else "decimals"
            self.said.append(f"{title}: read as a speed in {unit}{'' if unit == 'PSA' else f', {words}'}")
        scale = 1.0 if self._percent[title] else PERCENT
        columns["speed"] = [_speed(cell, unit, scale) for cell in _list(columns[title])]

    def _say(self, words: str) -> None:
        if words not in self.said:
            self.said.append(words)


def _words(title: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", title.lower()).split())


def _list(cells: Cells) -> list[Any]:
    return cells.tolist() if isinstance(cells, np.ndarray) else list(cells)


def _texts(cells: Cells) -> bool:
    return not (isinstance(cells, np.ndarray) and cells.dtype.kind in "iuf")


def _numbers(cells: Cells) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the plain numbers of a column, those of texts too; not a number elsewhere."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iuf":
        return cells.astype(float)
    return np.array([_number(cell) for cell in _list(cells)], float)


def _number(cell: Any) -> float:
    if isinstance(cell, bool) or not isinstance(cell, int | float | str):
        return np.nan
    try:
        return float(cell)
    except ValueError:
        return np.nan


def _bare(cell: Any) -> Any:
    """Return an amount without its currency sign."""
    return cell.strip().lstrip("$€£").strip() if isinstance(cell, str) else cell


def _scaled(cells: Cells, scale: float) -> Cells:
    if not _texts(cells):
        return np.asarray(cells, float) * scale
    return [cell if (number := _amount(cell)) != number else number * scale for cell in _list(cells)]


def _amount(cell: Any) -> float:
    return _number(cell.replace(",", "") if isinstance(cell, str) else cell)


def _from_percent(cells: Cells) -> Cells:
    """Return a column of percents as decimals; a decimal among them becomes words, which no reader takes."""
    if not _texts(cells):
        numbers = np.asarray(cells, float)
        if not ((numbers > 0) & (numbers < _LEAST_PERCENT)).any():
            return numbers / PERCENT
    return [_of_percents(cell) for cell in _list(cells)]


def _of_percents(cell: Any) -> Any:
    number = _number(cell)
    if number != number:
        return cell
    return f"{cell} among percents" if 0 < number < _LEAST_PERCENT else f"{cell}%"


def _speed(cell: Any, unit: str, scale: float) -> Any:
    text = str(cell).strip().rstrip("%").strip() if cell is not None else ""
    number = _number(text)
    if not text or number != number:
        return cell if isinstance(cell, str) else None
    scale = 1.0 if isinstance(cell, str) and "%" in cell else scale
    return f"{number * scale:.12g} {unit}"


def dated(cell: Any) -> Any:
    """Return the date that a text is: as ISO or the United States write it."""
    if not isinstance(cell, str):
        return cell
    american = _AMERICAN.fullmatch(cell.strip())
    try:
        if american:
            month, day, year = map(int, american.groups())
            return datetime.date(year, month, day)
        return datetime.date.fromisoformat(cell.strip()[:10])
    except ValueError:
        return cell
