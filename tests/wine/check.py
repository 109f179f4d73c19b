"""`python tests/wine/check.py`: what Windows' Python under wine answers, installs and removes; `set_up` comes first."""

from __future__ import annotations

import io
import os
import pickle
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import parity  # noqa: E402
from answers import differences  # noqa: E402

from mbsxl_udfs.hosts.excel import installer as excel  # noqa: E402
from mbsxl_udfs.hosts.excel.vba import Project  # noqa: E402

WINE = Path(os.environ.get("MBSXL_WINE") or HERE.parent.parent / ".venv" / "wine")
PYTHON = WINE / "python" / "python.exe"
ENVIRONMENT = os.environ | {"WINEPREFIX": str(WINE / "prefix"), "WINEDEBUG": "-all"}


def run(folder: Path, *arguments: str, status: int = 0) -> str:
    """Return what Windows' Python prints."""
    done = subprocess.run(
        ["wine", PYTHON, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        check=False,
    )
    told = done.stdout.decode("utf-8", "replace").replace("\r\n", "\n")
    assert done.returncode == status, told
    return told


def mbsxl(folder: Path, *arguments: str, status: int = 0) -> str:
    """Return what the `mbsxl` command prints."""
    return run(folder, "-m", "mbsxl_install", *arguments, status=status)


def line() -> str:
    """Return the line by which the add-in's VBA has Python started, PYTHON in place of the interpreter."""
    with zipfile.ZipFile(io.BytesIO(excel.addin())) as package:
        source = Project(package.read("xl/vbaProject.bin")).modules["xlwings"]
    (tail,) = re.findall(r'tail = "(.*)"$', source, re.MULTILINE)
    tail = tail.replace('" & LicenseKeyEnvString & "', "").replace('""', '"')
    return f'cmd.exe  /K ""PYTHON"{tail}"'


def check_calls(folder: Path) -> None:
    """Hold the answers over COM to the engine's."""
    (folder / "cases.pickle").write_bytes(pickle.dumps([tuple(case) for case in parity.CASES]))
    (folder / "line.txt").write_text(line(), encoding="utf-8")
    print(run(folder, str(HERE / "com.py")).strip())
    answers, errors = pickle.loads((folder / "answers.pickle").read_bytes())
    apart = differences(answers)
    assert not apart, "\n".join(apart)
    assert all(code == back for code, back in errors.items()), errors
    print(f"{len(answers)} cases answered as the engine does, {len(errors)} errors handed in and back")


def check_command(folder: Path) -> None:
    """Install, look, calculate, and take away."""
    drive = WINE / "prefix" / "drive_c" / "users"
    before = set(drive.rglob("*"))
    print(mbsxl(folder, "excel", "install").strip())
    (addin,) = drive.rglob("mbsxl.xlam")
    assert addin.read_bytes() == excel.addin(), "another file than here"
    print(mbsxl(folder, "doctor").strip())
    library = PYTHON.with_name(f"xlwings64-{excel.release()}.dll")
    library.rename(library.with_suffix(".quarantine"))
    try:
        assert "antivirus" in mbsxl(folder, "doctor", status=1)
    finally:
        library.with_suffix(".quarantine").rename(library)
    assert mbsxl(folder, "calc", '=MBS_TICKS(101.515625)&"!"').strip() == "101-16+!"
    mbsxl(folder, "template", "yield_table", "--values")
    assert (folder / "yield_table_values.xlsx").exists()
    print(mbsxl(folder, "excel", "uninstall").strip())
    left = set(drive.rglob("*")) - before - {addin.parent, *addin.parents}
    assert not [path for path in left if "mbsxl" in str(path)], left
    print("installed, found, calculated and removed")


if __name__ == "__main__":
    if not PYTHON.exists():
        sys.exit(f"check: {PYTHON} is missing; run tests/wine/set_up first")
    with tempfile.TemporaryDirectory() as place:
        check_calls(Path(place))
        check_command(Path(place))
