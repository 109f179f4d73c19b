"""Set up and run mbsxl with nothing but Python: `python3 install/start.py` reviews the templates, with `test` it tests.

Makes `.venv` beside this folder, installs the project there, and runs. Standard library only. Further arguments go to
the review or to the tests: `python3 install/start.py soma_runoff --set "speed_base=8 CPR"`.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
STAMP = ENVIRONMENT / "installed"
SETTINGS = ENVIRONMENT / "pyvenv.cfg"  # Python writes it first of all
PROMPT = "mbsxl"
MARK = f"prompt = {PROMPT!r}"  # in the settings of an environment made here, also of one left half made


def main() -> int:
    """Set up what is missing, then run the tests or the main job."""
    if sys.version_info < (3, 11):
        return fail(f"mbsxl needs Python 3.11 or newer; this is {sys.version.split()[0]}. See https://www.python.org")
    arguments = sys.argv[1:]
    testing = arguments[:1] == ["test"]
    if not install("test" if testing else ""):
        return 1
    if testing:
        return run(PYTHON, "-m", "pytest", *arguments[1:])
    return run(PYTHON, "-m", "mbsxl_install", "review", *arguments)


def install(extra: str) -> bool:
    """Make the environment and install the project, unless that was done with the same project file before."""
    wanted = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    done = STAMP.read_text().split() if STAMP.exists() else []
    if PYTHON.exists() and wanted in done and (not extra or extra in done):
        return True
    if not (PYTHON.exists() and done) and not make_environment():
        return False
    print(f"installing mbsxl{f' and its {extra} tools' if extra else ''} into {ENVIRONMENT} ...", flush=True)
    project = f"{ROOT}[{extra}]" if extra else str(ROOT)
    options = ("--quiet", "--disable-pip-version-check", "--prefer-binary")
    if run(PYTHON, "-m", "pip", "install", *options, "--editable", project) != 0:
        fail("the installation failed; see above. It needs PyPI: behind a proxy, set HTTPS_PROXY and try again.")
        return False
    extras = {extra, *done[1:]} if wanted in done else {extra}
    STAMP.write_text("\n".join([wanted, *sorted(extras - {""})]) + "\n")
    return True


def make_environment() -> bool:
    """Make `.venv`, anew where it was left half made; one that somebody else made is used as it is."""
    if ENVIRONMENT.exists() and not SETTINGS.exists():
        fail(f"{ENVIRONMENT} is there and is no environment of Python's; move it away and start again")
        return False
    if PYTHON.exists() and MARK not in SETTINGS.read_text(encoding="utf-8"):
        return True
    print(f"making {ENVIRONMENT} ...", flush=True)
    try:
        import ensurepip  # noqa: F401 - without it venv would fail half way
        import venv
    except ImportError:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        fail(
            "this Python comes without venv. On Debian or Ubuntu: "
            f"sudo apt-get install python{version}-venv. Elsewhere: install Python from https://www.python.org"
        )
        return False
    venv.create(ENVIRONMENT, with_pip=True, clear=True, prompt=PROMPT)
    return True


def run(program: Path, *arguments: str) -> int:
    """Run a program of the environment from the project's folder; return its exit status."""
    return subprocess.run([str(program), *arguments], cwd=ROOT, check=False).returncode


def fail(message: str) -> int:
    """Print what went wrong; return the exit status."""
    print(f"start: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
