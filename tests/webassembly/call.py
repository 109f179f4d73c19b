"""What `run.mjs` runs in WebAssembly Python: the cases of `parity`, through Office.js from main.py and from the wheel.

In /work it finds the cases, main.py as `mbsxl lite` writes it, the wheel and `officejs_calls`; it leaves the answers.
"""

import pickle
import sys
import time
from pathlib import Path

import micropip

WORK = Path("/work")
FIRST_OAS = "MBS_OAS"


def timed(seconds, answers):
    """Return the seconds that things took, rounded, with the answers."""
    return {"seconds": {name: round(took, 2) for name, took in seconds.items()}, "answers": answers}


async def from_main():
    """Return the answers of xlwings' dispatcher to functions that main.py registers."""
    sys.argv = ["", str(WORK / "main.py")]
    start = time.monotonic()
    import officejs_calls

    seconds = {"main.py": time.monotonic() - start}
    cases = pickle.loads((WORK / "cases.pickle").read_bytes())
    start = time.monotonic()
    await officejs_calls.call(*next(case for case in cases if case[0] == FIRST_OAS))
    seconds["first option-adjusted formula"] = time.monotonic() - start
    return timed(seconds, [await officejs_calls.call(*case) for case in cases])


async def from_wheel():
    """Return the answers of the formulas of the wheel, the library of main.py forgotten."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("mbsxl", "mbsxl_udfs")]:
        del sys.modules[name]
    sys.path[:] = [place for place in sys.path if not place.endswith("mbsxl.zip")]
    (wheel,) = WORK.glob("*.whl")
    await micropip.install(f"emfs:{wheel}")
    start = time.monotonic()
    from mbsxl_udfs.formulas.publish import published

    formulas = published()
    seconds = {"import": time.monotonic() - start}
    cases = pickle.loads((WORK / "cases.pickle").read_bytes())
    return timed(seconds, [formulas[function](*arguments) for function, arguments in cases])


async def answer():
    """Leave the answers of both."""
    for told, answers in (("main", from_main), ("wheel", from_wheel)):
        (WORK / f"{told}.pickle").write_bytes(pickle.dumps(await answers()))
