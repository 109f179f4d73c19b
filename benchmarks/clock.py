"""Timing for the benchmarks: medians, and ratios to a plain reference measured in the same run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable


def median(work: Callable[[], object], budget: float = 1.0) -> float:
    """Return the median seconds of a piece of work, repeated for about `budget` seconds, at least three times."""
    start = time.perf_counter()
    work()
    first = time.perf_counter() - start
    times = []
    for _ in range(max(3, min(1000, int(budget / max(first, 1e-6))))):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def shown(seconds: float) -> str:
    """Return a time in the unit a reader would choose."""
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("us", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def report(rows: list[tuple[str, float, float]]) -> None:
    """Print what was measured: name, time, and how many times faster than its reference."""
    for name, seconds, reference in rows:
        print(f"{name:<52} {shown(seconds):>10}   reference {shown(reference):>10}   {reference / seconds:8.1f} x")
