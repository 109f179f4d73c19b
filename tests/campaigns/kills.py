"""Kills: commands are ended at random moments, and at every step of a write; what was there is there, or the new file.

Half of the kills come from outside after a random time, half at a step of the writer, so that most land midway.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from tests.campaigns.hostile import whole

TEMPLATE = "yield_table"
STEPS = ("open", "half", "written", "synced", "replaced")  # of one write, by what is done by then
COMMANDS = {
    "review": (["review", "own.xlsx", "--out", "out"], ["out/own.xlsx", "out/review.html"]),
    "template": (["template", TEMPLATE, "--out", "out"], ["out/yield_table.xlsx"]),
    "values": (["template", TEMPLATE, "--values", "--out", "out"], ["out/yield_table_values.xlsx"]),
    "lite": (["lite", TEMPLATE, "--out", "out"], ["out/yield_table.xlsx", "out/main.py", "out/requirements.txt"]),
    "excel build": (["excel", "build", "out/mbsxl.xlam"], ["out/mbsxl.xlam"]),
}


def started(arguments: list[str], folder: Path, before: Callable[[], None]) -> int:
    """Run the command in a child, quietly, after something is done there; return its number."""
    child = os.fork()
    if child:
        return child
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.chdir(folder)
    before()
    sys.argv = ["mbsxl", *arguments]
    from mbsxl_install import command

    try:
        command.main()
    except SystemExit as left:
        os._exit(int(left.code or 0))
    except BaseException:  # it is to be seen from outside
        os._exit(99)
    os._exit(0)


def killed_at(step: str, write: int) -> Callable[[], None]:
    """Have the process end itself at a step of its so-manieth write."""

    def prepare() -> None:
        from mbsxl_udfs.sheet import files

        seen = Counter[str]()

        def reached(place: str) -> None:
            seen[place] += 1
            if place == step and seen[place] == write:
                os.kill(os.getpid(), signal.SIGKILL)

        real_open, real_sync, real_replace = Path.open, os.fsync, Path.replace

        def opened(path: Path, mode: str = "r", *rest: object, **named: object) -> object:
            file = real_open(path, mode, *rest, **named)  # type: ignore[arg-type]
            if mode == "xb":
                reached("open")
                write_all = file.write

                class Halving:
                    def __enter__(self) -> Halving:
                        return self

                    def __exit__(self, *_: object) -> None:
                        file.close()

                    def write(self, data: bytes) -> None:
                        write_all(data[: len(data) // 2])
                        file.flush()
                        reached("half")
                        write_all(data[len(data) // 2 :])

                    def flush(self) -> None:
                        file.flush()
                        reached("written")

                    def fileno(self) -> int:
                        return file.fileno()

                return Halving()
            return file

        def synced(handle: int) -> None:
            real_sync(handle)
            reached("synced")

        def replaced(path: Path, target: Path) -> Path:
            found = real_replace(path, target)
            reached("replaced")
            return found

        Path.open, Path.replace = opened, replaced  # type: ignore[assignment, method-assign]
        files.os.fsync = synced  # type: ignore[attr-defined]

    return prepare


def is_whole(path: Path) -> bool:
    if path.suffix in (".xlsx", ".xlam"):
        return whole(path)
    data = path.read_bytes()
    return data.rstrip().endswith(b"</html>") if path.suffix == ".html" else data.endswith(b"\n")


def trial(name: str, folder: Path, dice: random.Random, good: dict[str, bytes], seconds: float) -> Counter[str]:
    """Kill one command once; count what became of its files."""
    arguments, outputs = COMMANDS[name]
    replaces = name == "review" or dice.random() < 0.5  # else the files are not there yet
    for output in outputs:
        (folder / output).unlink(missing_ok=True)
        if replaces and name in ("review", "lite", "excel build"):
            (folder / output).write_bytes(good[output])
    at_step = dice.random() < 0.5
    prepare = killed_at(dice.choice(STEPS), dice.randint(1, len(outputs))) if at_step else lambda: None
    child = started(arguments, folder, prepare)
    if not at_step:
        time.sleep(dice.uniform(0, seconds))
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    found = Counter(kills=1, midway=int(os.WIFSIGNALED(status)))
    for output in outputs:
        path = folder / output
        if path.exists():
            found["half"] += not is_whole(path)
        else:
            found["lost"] += replaces and name in ("review", "lite", "excel build")
    for left in (folder / "out").glob(".mbsxl-*.tmp"):
        found["left beside"] += 1
        left.unlink()
    child = started(arguments, folder, lambda: None) if name == "review" and dice.random() < 0.1 else 0
    if child:  # the next one is not in the way of what is left
        found["stuck after"] += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
    return found


def main() -> int:
    """Kill commands for so many seconds."""
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    import mbsxl_workbooks.report  # noqa: F401 - loaded once, for every child

    dice, total, end = random.Random(seed), Counter[str](), time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as place:
        folder, runs = Path(place), {}
        with xlsxwriter.Workbook(folder / "own.xlsx") as book:
            book.add_worksheet("Own").write_row("A1", ["6 CPR", "=MBS_CPR(A1)"])
        for name, (arguments, outputs) in COMMANDS.items():
            (folder / "out").mkdir(exist_ok=True)
            start = time.monotonic()
            assert os.waitpid(started(arguments, folder, lambda: None), 0)[1] == 0, name
            runs[name] = time.monotonic() - start, {each: (folder / each).read_bytes() for each in outputs}
            for each in outputs:
                (folder / each).unlink()
        while time.monotonic() < end:
            name = dice.choice(list(COMMANDS))
            total += trial(name, folder, dice, runs[name][1], runs[name][0])
    counts = ", ".join(
        f"{total[each]} {each}" for each in ("kills", "midway", "half", "lost", "left beside", "stuck after")
    )
    print(counts)
    return 1 if total["half"] or total["lost"] or total["stuck after"] else 0


if __name__ == "__main__":
    sys.exit(main())
