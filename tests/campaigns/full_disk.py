"""Full disks: every command writes to a disk that has room for so many bytes; what was there stays, and it is said.

The disk is a real one where a file system of a given size may be mounted, else the largest size that a file may have;
and the screen is a device that is always full.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import xlsxwriter

from tests.campaigns.hostile import whole

COMMANDS = {
    "review": (["review", "{own}", "--out", "out"], ["out/own.xlsx", "out/review.html"]),
    "template": (["template", "yield_table", "--out", "out"], ["out/yield_table.xlsx"]),
    "values": (["template", "yield_table", "--values", "--out", "out"], ["out/yield_table_values.xlsx"]),
    "lite": (["lite", "{own}", "--out", "out"], ["out/own.xlsx", "out/main.py", "out/requirements.txt"]),
    "excel build": (["excel", "build", "out/mbsxl.xlam"], ["out/mbsxl.xlam"]),
}
PAGE = 4096


def ran(arguments: list[str], folder: Path, said: Path, before: Callable[[], None] = lambda: None) -> int:
    """Run the command in a child and return its exit status."""
    child = os.fork()
    if child == 0:
        handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        os.chdir(folder)
        before()
        sys.argv = ["mbsxl", *arguments]
        from mbsxl_install import command

        try:
            command.main()
        except SystemExit as left:
            try:
                sys.stdout.flush()
            except OSError:
                os._exit(98)
            os._exit(int(left.code or 0))
        except BaseException as fault:  # what the campaign looks for
            with suppress(OSError):
                os.write(2, f"Traceback {fault!r}".encode())
            os._exit(99)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@contextmanager
def disk(place: Path, size: int) -> Iterator[bool]:
    """Give a folder so much room, where that is allowed; yield whether it is."""
    place.mkdir(exist_ok=True)
    mounting = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
    mounted = not subprocess.run(mounting, capture_output=True, check=False).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(place)], check=True)


def limited(size: int) -> Callable[[], None]:
    """Let no file of the process grow beyond a size."""

    def prepare() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return prepare


def sizes(total: int) -> Iterator[int]:
    """The rooms tried: from none to enough, page by page at both ends."""
    pages = -(-total // PAGE)
    yield from sorted({max(1, pages * part // 8 + step) * PAGE for part in range(9) for step in (-1, 0, 1)})


def verdict(status: int, text: str, folder: Path, outputs: list[str], before: dict[str, bytes]) -> str:
    """What is wrong after a command: empty where every file is the old or the new one, whole, and it was said."""
    if "Traceback" in text or status not in (0, 1, 2):
        return f"status {status}"
    if status == 2 and [line.count("cannot be written") for line in text.splitlines() if "mbsxl: " in line] != [1]:
        return "not said in one line"
    for output in outputs:
        path = folder / output
        if output in before and not path.exists():
            return f"{output} is lost"
        if path.exists() and path.suffix in (".xlsx", ".xlam") and not whole(path):
            return f"{output} is half"
    return "something is left beside" if list((folder / "out").glob(".mbsxl-*")) else ""


def main() -> int:
    """Fill disks for so many seconds."""
    end = time.monotonic() + float(sys.argv[1])
    import mbsxl_workbooks.report  # noqa: F401 - loaded once, for every child

    count, real = Counter[str](), False
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        own, said = root / "own.xlsx", root / "said"
        with xlsxwriter.Workbook(own) as book:
            book.add_worksheet("Own").write_row("A1", ["6 CPR", "=MBS_CPR(A1)"])
        for name, (pattern, outputs) in COMMANDS.items():
            arguments = [each.format(own=own) for each in pattern]
            free = root / f"free {name}"
            free.mkdir()
            assert ran(arguments, free, said) == 0, said.read_text()
            good = {each: (free / each).read_bytes() for each in outputs}
            for size in sizes(sum(map(len, good.values()))):
                for there in ({}, good) if name in ("review", "excel build") else ({},):
                    if time.monotonic() > end:
                        break
                    with disk(
                        root / "disk", size + sum(-(-len(each) // PAGE) * PAGE for each in there.values())
                    ) as real:
                        folder = root / "disk" if real else Path(tempfile.mkdtemp(dir=root))
                        (folder / "out").mkdir()
                        for each, data in there.items():
                            (folder / each).write_bytes(data)
                        status = ran(arguments, folder, said, (lambda: None) if real else limited(size))
                        wrong = verdict(status, said.read_text(), folder, outputs, there)
                    count["full" if status == 2 else "had room"] += 1
                    if wrong:
                        count["fell through"] += 1
                        print(f"{name} on {size} bytes: {wrong}\n    {said.read_text()[-300:]}", flush=True)
            status = ran(arguments, free, Path("/dev/full"))
            count["screens"] += 1
            if status not in (1, 2):
                count["fell through"] += 1
                print(f"{name} on a full screen: status {status}", flush=True)
    kind = "a disk of its own" if real else "a limit on files"
    print(
        f"{count['full']} commands on a full disk ({kind}), {count['had room']} with room, "
        f"{count['screens']} on a full screen; {count['fell through']} fell through"
    )
    return 1 if count["fell through"] else 0


if __name__ == "__main__":
    sys.exit(main())
