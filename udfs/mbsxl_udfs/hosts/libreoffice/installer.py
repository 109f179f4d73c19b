"""LibreOffice on this machine: the extension put in and taken out, templates opened, what is amiss."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from glob import glob
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import mbsxl
from mbsxl.errors import InputError
from mbsxl_udfs.hosts.finding import Finding
from mbsxl_udfs.hosts.libreoffice.adapter import COMPUTED_BY, IDENTIFIER, extension
from mbsxl_udfs.sheet import files
from mbsxl_udfs.sheet.respelling import uncalculated

# Where LibreOffice stands when it is not on the PATH: its own Linux packages, macOS, Windows.
_FOLDERS = (
    "/opt/libreoffice*/program",
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/MacOS",
    "C:/Program Files/LibreOffice/program",
    "C:/Program Files (x86)/LibreOffice/program",
)
_PATIENCE = 180  # seconds that its manager of extensions may take


def install() -> str:
    """Put the formulas into LibreOffice, in place of those of an earlier installation; return what was done.

    The superuser installs for every user of the machine, anyone else for himself.

    Errors
    ------
    InputError
        Where there is no LibreOffice, it is open, or it does not take the extension.
    """
    _require_closed()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mbsxl.oxt"
        file.write_bytes(extension())
        _unopkg("add", "--force", str(file))
    _unopkg("list")  # tidies up what an earlier installation left
    return f"mbsxl {mbsxl.__version__} is in LibreOffice for {_whose()}"


def uninstall() -> str:
    """Take the formulas out of LibreOffice; return what was done."""
    if _described(_unopkg("list")) is None:
        return f"mbsxl is not in LibreOffice for {_whose()}"
    _require_closed()
    _unopkg("remove", IDENTIFIER)
    _unopkg("list")  # tidies up
    return f"mbsxl is no longer in LibreOffice for {_whose()}"


def open_copy(name: str, data: bytes, folder: Path) -> Path:
    """Start Calc with a copy of a workbook that has its spelling; return the copy.

    The copy has no values. With them Calc would not calculate on opening, and what it has not calculated once may stay
    as it is when an input changes.

    Errors
    ------
    InputError
        Where the formulas are not in LibreOffice, or the copy is there already: it may hold a user's work.
    """
    copy = folder / f"{name}_libreoffice.xlsx"
    files.require_free([copy])
    if _installed() is None:
        raise InputError("LibreOffice", soffice(), "has no mbsxl yet; run mbsxl libreoffice install")
    files.write(copy, uncalculated(data))
    _start(copy)
    return copy


def _start(workbook: Path) -> None:
    nowhere = subprocess.DEVNULL
    command = [soffice(), "--calc", str(workbook)]
    subprocess.Popen(command, env=surroundings(), stdout=nowhere, stderr=nowhere, start_new_session=True)


def state() -> list[Finding]:
    """Return what there is of LibreOffice and of the formulas in it, and for each trouble the remedy."""
    try:
        program = soffice()
    except InputError as error:
        return [Finding("LibreOffice", error.remedy)]
    return [Finding("LibreOffice", program), Finding("mbsxl in LibreOffice", *_state())]


def _state() -> tuple[str, str]:
    """Return how the formulas in LibreOffice stand, and the remedy where they are not those of this environment."""
    try:
        found = _installed()
    except InputError as error:
        return str(error.value), error.remedy
    if found is None:
        return "not installed; mbsxl libreoffice install puts it there", ""
    version, python = found
    current = version == mbsxl.__version__ and python == sys.executable
    return f"{version}, computed by {python}", "" if current else "run mbsxl libreoffice install"


def soffice() -> str:
    """Return where LibreOffice is."""
    folders = [os.environ.get("PATH", ""), *(folder for pattern in _FOLDERS for folder in sorted(glob(pattern)))]
    found = shutil.which("soffice", path=os.pathsep.join(folders))
    if found is None:
        remedy = "is not on this machine; get it from https://www.libreoffice.org or put its program folder on the PATH"
        raise InputError("LibreOffice", "soffice", remedy)
    return found


def _require_closed() -> None:
    """Refuse while LibreOffice runs: it would go on with the formulas it has, and leave the files of both behind."""
    lock = _profile() / ".lock"
    if lock.exists():
        raise InputError("LibreOffice", "open", f"has to be closed first; if it is not open, delete {lock}")


def _profile() -> Path:
    """Return the folder where LibreOffice keeps what is this user's."""
    if url := os.environ.get("UserInstallation"):  # noqa: SIM112 - LibreOffice's own way of having it elsewhere
        return Path(url2pathname(urlsplit(url).path))
    if sys.platform == "win32":
        return Path(os.environ["APPDATA"], "LibreOffice", "4")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "LibreOffice" / "4"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config", "libreoffice", "4")


def _superuser() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _whose() -> str:
    return "all users" if _superuser() else "this user"


def _installed() -> tuple[str, str] | None:
    """Return the version of the formulas in LibreOffice and the interpreter that computes them, whoever installed."""
    return _described(_unopkg("list")) or (None if _superuser() else _described(_unopkg("list", "--shared")))


def _described(listed: str) -> tuple[str, str] | None:
    found = re.search(rf"Identifier: {IDENTIFIER}\n\s*Version: (.*)\n(?:.*\n)*?.*{COMPUTED_BY}(.*)", listed)
    return (found[1].strip(), found[2].strip()) if found else None


def surroundings() -> dict[str, str]:
    """Return the environment variables for LibreOffice's programs.

    Its Python takes its library from beside the first python3 on PATH, so the system's has to come first: with another
    one, of pyenv for example, LibreOffice breaks.
    """
    if os.name != "posix":
        return dict(os.environ)
    return os.environ | {"PATH": os.pathsep.join([os.defpath, os.environ.get("PATH", "")])}


def _unopkg(*command: str) -> str:
    """Return what LibreOffice's own manager of extensions says to a command."""
    program = shutil.which("unopkg", path=str(Path(soffice()).resolve().parent))
    if program is None:
        raise InputError(
            "LibreOffice", soffice(), "comes without unopkg; install LibreOffice with its extension manager"
        )
    verb, *rest = command
    options = ["--shared"] if _superuser() else []  # it refuses to install for the superuser alone
    try:
        done = subprocess.run(
            [program, verb, *options, *rest],
            env=surroundings(),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as fault:
        remedy = f"gave no answer in {_PATIENCE} seconds; end what runs of LibreOffice and try again"
        raise InputError("LibreOffice", f"unopkg {verb}", remedy) from fault
    if done.returncode:
        said = " ".join(done.stderr.partition("ERROR: ")[2].split()) or "unopkg failed"
        raise InputError("LibreOffice", f"unopkg {verb}", f"{said}; put that right and try again")
    return done.stdout
