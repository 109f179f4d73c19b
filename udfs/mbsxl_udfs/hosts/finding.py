"""What `mbsxl doctor` finds."""

from __future__ import annotations

from typing import NamedTuple


class Finding(NamedTuple):
    """What was looked at, what was found, and the remedy where something is amiss."""

    what: str
    finding: str
    remedy: str = ""
