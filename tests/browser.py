"""Debian's chromium without a window, driven over the pipe of its DevTools protocol."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

CHROMIUM = shutil.which("chromium")
WAIT = 60.0  # seconds for what a page shows after calculating


class Tab:
    """One page of the browser."""

    def __init__(self, asks: IO[bytes], answers: IO[bytes]) -> None:
        self._asks, self._answers = asks, answers
        self._count, self._session, self._rest = 0, None, b""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Return what the browser answers."""
        self._count += 1
        session = {"sessionId": self._session} if self._session else {}
        message = {"id": self._count, "method": method, "params": parameters} | session
        self._asks.write(json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._rest:
                self._rest += self._answers.read(1 << 16)
            said, _, self._rest = self._rest.partition(b"\0")
            answer = json.loads(said)
            if answer.get("id") == self._count:
                return answer["result"]

    def value(self, expression: str) -> Any:
        """Return the value of an expression in the page."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def until(self, expression: str) -> Any:
        """Return the value of an expression once it is true."""
        end = time.monotonic() + WAIT
        while not (value := self.value(expression)):
            assert time.monotonic() < end, f"never: {expression}"
            time.sleep(0.05)
        return value

    def open(self, address: str, width: int = 1200) -> None:
        """Open a page in a window of some width."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
        self.ask("Page.navigate", url=address)

    def press(self, key: str, code: int = 0, text: str = "") -> None:
        """Press a key, which writes a text or nothing."""
        for kind in ("keyDown" if text else "rawKeyDown", "keyUp"):
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text=text)

    def downloaded(self, expression: str, path: Path) -> Path:
        """Return a file once an expression in the page has had it downloaded."""
        self.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(path.parent))
        self.value(expression)
        end = time.monotonic() + WAIT
        while not path.exists():
            assert time.monotonic() < end, f"never: {path}"
            time.sleep(0.05)
        return path

    def type(self, text: str) -> None:
        """Type a text where the focus is, in place of what is selected."""
        self.ask("Input.insertText", text=text)


@contextmanager
def tab(folder: Path) -> Iterator[Tab]:
    """Give a page of a browser that keeps what is its own in a folder."""
    assert CHROMIUM
    to_read, asks = os.pipe()
    answers, to_write = os.pipe()
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-pipe"]
    command += [f"--user-data-dir={folder}", "--disable-dev-shm-usage"]
    process = subprocess.Popen(
        ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "bash", *command],
        pass_fds=(to_read, to_write),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_read)
    os.close(to_write)
    try:
        with open(asks, "wb", 0) as questions, open(answers, "rb", 0) as said:
            yield Tab(questions, said)
    finally:
        process.terminate()
        process.wait(30)
