"""Only test modules are collected: what else stands here is run by them, in processes of its own."""

import os
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest

# A test fails for what its name says, never for how busy the machine is.
hypothesis.settings.register_profile("plain", deadline=None)
hypothesis.settings.load_profile("plain")

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # threads that wait for work take the time of other processes
HERE = Path(__file__).parent
os.environ["MBSXL_MARKET"] = str(HERE / "no-snapshots")  # templates show what ships, whatever this user has fetched
collect_ignore = ["webassembly", "wine", *(path.name for path in HERE.glob("*.py") if path.name[:5] != "test_")]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of the project."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--no-deps"]
    subprocess.run([*command, "--wheel-dir", str(folder), str(HERE.parent)], check=True)
    (built,) = folder.glob("*.whl")
    return built
