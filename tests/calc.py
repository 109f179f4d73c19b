"""A real LibreOffice for the tests and the benchmarks: headless, with a profile and extensions of its own."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

from mbsxl.errors import InputError
from mbsxl_udfs.hosts.libreoffice.installer import soffice, surroundings
from mbsxl_udfs.sheet.cells import Cell, CellError

_CODES = {32767: "#N/A", 503: "#NUM!", 532: "#DIV/0!", 524: "#REF!", 525: "#NAME?"}


def missing() -> str:
    """Return what there is not, to run LibreOffice here; empty where it can run."""
    try:
        soffice()
    except InputError as error:
        return str(error)
    return "" if _python() else "no Python on this machine can import LibreOffice's uno"


def apart(folder: Path) -> dict[str, str]:
    """Return the environment variables that keep a LibreOffice out of everybody else's settings."""
    return {
        "UserInstallation": (folder / "profile").as_uri(),
        "UNO_SHARED_PACKAGES_CACHE": (folder / "shared").as_uri(),
    }


class Calc:
    """A running LibreOffice; environment variables decide its profile. `calc.ask("open", path)` and so on."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        listening = f"--accept=socket,host=127.0.0.1,port={port};urp;"
        quiet = ("--headless", "--norestore", "--nologo", "--nofirststartwizard")
        self._office = subprocess.Popen([soffice(), *quiet, listening], env=surroundings(), start_new_session=True)
        driver = Path(__file__).with_name("calc_driver.py")
        self._driver = subprocess.Popen(
            [_python(), str(driver), str(port)],
            env=surroundings(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, question: str, *arguments: Any) -> Any:
        """Return the answer of the driver."""
        assert self._driver.stdin
        assert self._driver.stdout
        print(json.dumps([question, *arguments]), file=self._driver.stdin, flush=True)
        answer = json.loads(self._driver.stdout.readline())
        assert "answer" in answer, answer
        return answer["answer"]

    def sheets(self) -> dict[str, list[list[Cell]]]:
        """Return the values of all sheets."""
        return {
            name: [[_cell(value) for value in line] for line in lines] for name, lines in self.ask("sheets").items()
        }

    def processes(self, command: str) -> list[int]:
        """Return the processes of its session that run this command, as Linux knows them."""
        running = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()]
        return [process for process in running if command in _command(process, self._office.pid)]

    def close(self) -> None:
        """End it."""
        try:
            self._driver.communicate(json.dumps(["quit"]) + "\n", timeout=20)
            self._office.wait(20)
        finally:
            self._driver.kill()
            self._office.kill()


def _command(process: int, session: int) -> str:
    """Return the command of a process, empty where it belongs to another session or ended meanwhile."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text() if os.getsid(process) == session else ""
    except OSError:
        return ""


def _cell(value: Any) -> Cell:
    return CellError(_CODES.get(value[0], "#VALUE!")) if isinstance(value, list) else value


def _python() -> str:
    """Return a Python that can import LibreOffice's uno: its own, or the system's."""
    beside = str(Path(soffice()).resolve().parent)
    for folder in (beside, "/usr/bin", os.environ.get("PATH", "")):
        for name in ("python", "python3"):
            found = shutil.which(name, path=folder)
            if found and subprocess.run([found, "-c", "import uno"], capture_output=True, check=False).returncode == 0:
                return found
    return ""
