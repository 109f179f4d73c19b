"""The snapshots: what was read on a day, from where, when and with which sha256; a file each, none ever changed."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from pathlib import Path
from typing import Any, NamedTuple

from mbsxl.errors import InputError
from mbsxl_install.refresh.forms import Reading
from mbsxl_udfs.sheet import files

_NAME = "market-%Y%m%dT%H%M%S.%fZ.json"


class Record(NamedTuple):
    """What one source said, and where that came from."""

    reading: Reading
    address: str
    fetched: str
    sha256: str


Snapshot = dict[str, Record]


def folder() -> Path:
    """Return where snapshots are kept: `.mbsxl/market` in the home folder, or where MBSXL_MARKET says."""
    return Path(os.environ.get("MBSXL_MARKET") or Path.home() / ".mbsxl" / "market")


def record(reading: Reading, address: str, data: bytes, now: datetime.datetime) -> Record:
    """Return what is kept of a file that was read."""
    return Record(reading, address, now.strftime("%Y-%m-%dT%H:%M:%SZ"), hashlib.sha256(data).hexdigest())


def newest() -> Path | None:
    """Return the file of the newest snapshot; none where there is none."""
    return max(folder().glob("market-*.json"), default=None)


def read(path: Path) -> Snapshot:
    """Return a snapshot.

    Errors
    ------
    InputError
        A file that cannot be read or is none of ours.
    """
    try:
        kept = json.loads(path.read_bytes())
        return {name: _record(each) for name, each in kept.items()}
    except OSError as fault:
        raise InputError("snapshot", str(path), f"cannot be read ({fault.strerror})") from fault
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        words = f"is damaged; delete it from {path.parent}, the one before it is then used"
        raise InputError("snapshot", path.name, words) from fault


def write(snapshot: Snapshot, now: datetime.datetime) -> Path:
    """Write a snapshot as a new file; return where it is."""
    path = folder() / now.strftime(_NAME)
    kept = {name: each._asdict() | {"reading": _plain(each.reading)} for name, each in snapshot.items()}
    files.write(path, (json.dumps(kept, indent=1) + "\n").encode())
    return path


def _plain(reading: Reading) -> dict[str, Any]:
    return reading._asdict() | {"day": reading.day.isoformat()}


def _record(kept: dict[str, Any]) -> Record:
    reading = kept["reading"]
    day = datetime.date.fromisoformat(reading["day"])
    values = {str(name): float(value) for name, value in reading["values"].items()}
    rows = [{str(name): float(value) for name, value in row.items()} for row in reading["rows"]]
    return Record(Reading(day, values, rows), *(str(kept[name]) for name in ("address", "fetched", "sha256")))
