"""The local page: from a key to the new answer of a template, beside the 300 ms that a reader takes for at once.

For each template the input in the middle and the one that takes longest; pictures come after the answer.
"""

from __future__ import annotations

import sys
import time

from clock import report

from mbsxl_install.serve.live import Live
from mbsxl_workbooks import report as page

AT_ONCE = 0.3


def main() -> None:
    """Measure the templates named, or the lightest."""
    rows = []
    for name in sys.argv[1:] or ["soma_runoff", "yield_table"]:
        live = Live(name, None)
        taken = {field.line.name: _seconds(live, field.line.name, field.line.cell) for field in live.fields}
        known = sorted((seconds, each) for each, seconds in taken.items() if seconds)
        rows += [(f"{name}: {each}", seconds, AT_ONCE) for seconds, each in (known[len(known) // 2], known[-1])]
    report(rows)


def _seconds(live: Live, name: str, cell: object) -> float:
    """Return the CPU seconds from a number typed to the page's words; 0 where the input holds none or refuses it."""
    if not isinstance(cell, float):
        return 0.0
    start = time.process_time()
    refused = live.settle({name: f"{cell * 1.01:.6g}"})
    page.results(live.review())
    seconds = time.process_time() - start
    live.settle({})
    live.review()
    return 0.0 if refused else seconds


if __name__ == "__main__":
    main()
