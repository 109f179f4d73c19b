"""Files of scenarios: named sets of inputs, as TOML, a table each."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mbsxl.errors import InputError

_MOST = 24  # scenarios side by side
_LONGEST = 40  # letters of a name


def read(paths: Iterable[Path]) -> dict[str, dict[str, str]]:
    """Return the scenarios of files by name: what is set, by the names of inputs, as it would be typed.

    Errors
    ------
    InputError
        A file that cannot be read or says no scenario, a name that comes twice, or a value that no cell can hold.
    """
    found: dict[str, dict[str, str]] = {}
    for path in paths:
        for name, settings in _tables(path).items():
            if name.casefold() in map(str.casefold, found):
                raise InputError("scenario", name, f"is there twice, again in {path.name}; rename one")
            if not name.strip() or len(name) > _LONGEST:
                raise InputError("scenario", name, f"needs a name of 1 to {_LONGEST} letters")
            found[name] = {key: _typed(key, value, name) for key, value in settings.items()}
    if len(found) > _MOST:
        raise InputError("scenario", f"{len(found)} scenarios", f"are more than the {_MOST} shown side by side")
    return found


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    """Return the tables of a file; inputs that stand in none are a scenario named after the file."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise InputError("scenario", str(path), f"cannot be read: {fault.strerror or fault}") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise InputError("scenario", str(path), f"is no TOML file: {fault}") from fault
    tables = {name: table for name, table in given.items() if isinstance(table, dict)}
    alone = {name: value for name, value in given.items() if name not in tables}
    scenarios = ({path.stem: alone} if alone else {}) | tables
    if len(scenarios) < len(tables) + bool(alone):
        raise InputError("scenario", path.stem, "is there twice: a table of the file has its name; rename one")
    if empty := [name for name, table in scenarios.items() if not table]:
        raise InputError("scenario", empty[0], 'sets nothing; type for example speed_base = "8 CPR" under it')
    if not scenarios:
        remedy = 'has no scenario; type for example [slow] and, in the line below, speed_base = "8 CPR"'
        raise InputError("scenario", str(path), remedy)
    return scenarios


def _typed(key: str, value: Any, scenario: str) -> str:
    """Return a value as it would be typed for a cell."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, str | int | float):
        return str(value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    raise InputError(f"{scenario}: {key}", str(value), "is no value of a cell: give a number, a text or a date")
