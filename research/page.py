"""The tables of `docs/model.md`: each between two comments, the first of which names it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from history import ROOT

PAGE = ROOT / "docs" / "model.md"


def table(header: tuple[str, ...], lines: Iterable[tuple[str | float, ...]]) -> str:
    """Return a table; a number is shown with its sign."""
    rows = [[cell if isinstance(cell, str) else f"{cell:+.2f}" for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, ["---"] * len(header), *rows))


def put(name: str, text: str) -> None:
    """Put a table into the page, in place of what is there."""
    page = PAGE.read_text(encoding="utf-8")
    start, end = f"<!-- table: {name} -->", "<!-- end -->"
    found = re.search(f"{re.escape(start)}.*?{end}", page, re.DOTALL)
    if found is None:
        raise ValueError(f"{PAGE.name} has no place for the table {name}: {start} ... {end}")
    PAGE.write_text(page.replace(found[0], f"{start}\n{text}\n{end}"), encoding="utf-8")
