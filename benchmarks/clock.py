"""Timing for the benchmarks: CPU time, medians of batches, and ratios to a reference measured in the same run.

Wall time on a shared machine measures its neighbours; CPU time of this process, and of what it starts, does not.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

BATCHES = 7


def median(work: Callable[[], object], budget: float = 1.0) -> float:
    """Return the median CPU seconds of a piece of work, over batches that take about `budget` seconds together."""
    work()  # what is remembered is remembered from here on
    start = time.process_time()
    work()
    often = max(1, int(budget / BATCHES / max(time.process_time() - start, 1e-7)))
    return statistics.median(_batch(work, often) for _ in range(BATCHES if often > 1 else 3))


def _batch(work: Callable[[], object], often: int) -> float:
    start = time.process_time()
    for _ in range(often):
        work()
    return (time.process_time() - start) / often


def process(*arguments: str) -> float:
    """Return the median CPU seconds of a whole Python process, given its arguments."""
    return statistics.median(_process(arguments) for _ in range(5))


def _process(arguments: tuple[str, ...]) -> float:
    before = os.times()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def shown(seconds: float) -> str:
    """Return a time in the unit a reader would choose."""
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def report(rows: list[tuple[str, float, float]]) -> None:
    """Print what was measured: name, time, its reference and the ratio: above 1 is faster than the reference."""
    for name, seconds, reference in rows:
        print(f"{name:<58} {shown(seconds):>9}   reference {shown(reference):>9}   {reference / seconds:7.2f} x")
