"""The add-in inside LibreOffice: hands each call to the formulas and turns their errors into LibreOffice's.

This file goes into the extension as it is, beside `environment.json`, which names the environment that computes. It
runs in LibreOffice's own Python, of whatever version, so it asks for nothing but the standard library and `unohelper`.
On Linux, where that Python can load the environment's numpy, the formulas run inside LibreOffice; elsewhere, or where
MBSXL_PROCESS is set, in a process of the environment's interpreter.
"""

from __future__ import annotations

import importlib.util
import json
import os
import site
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

SERVICE = "MBS"
NO_VALUE = 519
LONGEST = 300.0  # seconds that an answer may take: longer, and LibreOffice would seem to hang for good


class Process:
    """The formulas in a process, which answers a line of JSON with a line of JSON; one that died is started again."""

    def __init__(self, python: str) -> None:
        self._python = python
        self._lock = threading.Lock()
        self._child: Any = None

    def __call__(self, function: str, values: Any) -> Any:
        """Return the answer of the process."""
        question = json.dumps([function, values]).encode() + b"\n"
        with self._lock:
            for _ in range(2):
                if self._child is None:
                    self._start()
                answer, in_time = self._asked(question)
                if answer.endswith(b"\n"):
                    return json.loads(answer)
                last_words = self.stop()
                if not in_time:
                    raise RuntimeError(f"it took longer than {LONGEST:g} seconds")
        raise RuntimeError(last_words)

    def _start(self) -> None:
        # -I: LibreOffice's PYTHONHOME is not for this one
        command = [self._python, "-I", "-m", "mbsxl_udfs.hosts.libreoffice.serve"]
        self._child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )

    def _asked(self, question: bytes) -> tuple[bytes, bool]:
        """Return the line the process answers, less than a line where it is no more; and whether it was in time."""
        in_time = True

        def late() -> None:
            nonlocal in_time
            in_time = False
            self._child.kill()

        limit = threading.Timer(LONGEST, late)
        limit.daemon = True
        limit.start()
        try:
            self._child.stdin.write(question)
            self._child.stdin.flush()
            return self._child.stdout.readline(), in_time
        except OSError:
            return b"", in_time
        finally:
            limit.cancel()

    def stop(self) -> str:
        """End the process, which the next call starts again; return the last line it wrote of what went wrong."""
        self._child.kill()
        _, errors = self._child.communicate()
        self._child = None
        return errors.decode("utf-8", "replace").strip().rpartition("\n")[2] or "it stopped"


def formulas(python: str, version: list[int], packages: str) -> Callable[[str, Any], Any]:
    """Return what answers a call: a function, where LibreOffice's Python can load the environment's, or a process."""
    if sys.platform == "linux" and list(sys.version_info[:2]) == version and not os.getenv("MBSXL_PROCESS"):
        site.addsitedir(packages)
        numpy = importlib.util.find_spec("numpy")
        # That of the environment, not the system's, which may be another version.
        if numpy is not None and str(numpy.origin).startswith(packages):
            from mbsxl_udfs.hosts.libreoffice.adapter import answer

            return answer
    return Process(python)


def cell(value: Any) -> Any:
    """Return a value as LibreOffice knows it: an error is a number that is none, with the error's code inside."""
    if isinstance(value, dict):
        return struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0000 | value["error"]))[0]
    return value


def add_in(_context: Any) -> Any:
    """Return the service: a method for every formula."""
    import unohelper
    from org.mbsxl import XFormulas

    environment = json.loads(Path(__file__).with_name("environment.json").read_text(encoding="utf-8"))
    answer = formulas(environment["python"], environment["version"], environment["packages"])

    def method(function: str) -> Callable[..., Any]:
        def called(_self: Any, *values: Any) -> tuple[Any, ...]:
            try:
                rows = answer(function, values)
            except Exception as failure:
                words = f"{environment['python']} does not compute ({failure}); run mbsxl libreoffice install again"
                rows = [[words if function == "why" else {"error": NO_VALUE}]]
            return tuple(tuple(map(cell, row)) for row in rows)

        return called

    methods = {function: method(function) for function in environment["functions"]}
    return type("AddIn", (unohelper.Base, XFormulas), methods)()


def getComponentFactory(_name: str, _manager: Any, _key: Any) -> Any:  # noqa: N802 - what LibreOffice asks for
    """Return what makes the service."""
    import unohelper

    return unohelper.createSingleServiceFactory(add_in, SERVICE, (SERVICE,))


def writeRegistryInfo(_manager: Any, key: Any) -> bool:  # noqa: N802 - what LibreOffice asks for
    """Tell that there is the service."""
    key.createKey(f"/{SERVICE}/UNO/SERVICES").createKey(SERVICE)
    return True
