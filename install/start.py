"""Set up and run mbsxl with nothing but Python: `python3 install/start.py` reviews the templates, with `test` it tests.

Makes `.venv` beside this folder, installs the project there, and runs. Standard library only. Further arguments go to
the review or to the tests: `python3 install/start.py soma_runoff --set "speed_base=8 CPR"`. With `serve` it opens the
page in the browser.

`bundle` writes a file with all that is installed here, for a machine without network; there, `--bundle FILE` installs
from it. `lock` renews install/lock.txt, the releases and their hashes; `--locked` installs those and no others.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
LOCK = ROOT / "install" / "lock.txt"
LOCKED = ("test", "hosts", "book", "dask", "serve", "docs", "release")  # the extras whose releases are in it
ENVIRONMENT = ROOT / ".venv"
BIN = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
COMMAND = BIN / ("mbsxl.exe" if os.name == "nt" else "mbsxl")
STAMP = ENVIRONMENT / "installed"
SETTINGS = ENVIRONMENT / "pyvenv.cfg"  # Python writes it first of all
PROMPT = "mbsxl"
MARK = f"prompt = {PROMPT!r}"  # in the settings of an environment made here, also of one left half made
PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
MACHINE = f"cp{sys.version_info[0]}{sys.version_info[1]}-{sysconfig.get_platform()}"  # whose wheels a bundle holds


def main() -> int:
    """Set up what is missing, then run what was asked for: the main job where nothing was."""
    if sys.version_info < (3, 11):
        return fail(f"mbsxl needs Python 3.11 or newer; this is {sys.version.split()[0]}. See https://www.python.org")
    what, *rest = sys.argv[1:] or [""]
    if what == "test":
        return run(PYTHON, "-m", "pytest", *rest) if install("test") else 1
    if what == "serve":
        return run(PYTHON, "-m", "mbsxl_install", "serve", *rest) if install("serve") else 1
    if what == "lock":
        return renew_lock() if install("release") else 1
    if what == "bundle":
        return write_bundle(Path(*rest) if rest else ROOT / f"mbsxl-{MACHINE}.zip") if install("release") else 1
    if what == "--bundle":
        if not rest:
            return fail("--bundle needs its file: python3 install/start.py --bundle FILE")
        return review(rest[1:]) if install_bundle(Path(rest[0]).absolute()) else 1
    if what == "--locked":
        return review(rest) if install_locked() else 1
    return review(sys.argv[1:]) if install("") else 1


def review(arguments: list[str]) -> int:
    """Review the templates, or what the arguments say, and tell what to do next."""
    status = run(PYTHON, "-m", "mbsxl_install", "review", *arguments)
    if status == 0:
        starter = f"{'py' if os.name == 'nt' else 'python3'} {quoted(Path(__file__).resolve())}"
        print(NEXT.format(page=ROOT / "out" / "review.html", start=starter, command=quoted(COMMAND)))
    return status


NEXT = """
Next:
  1. look at the pictures: {page}
  2. try your own numbers: {start} serve   opens a page in the browser
  3. your spreadsheet:     {command} doctor   says what is here and how the formulas get into it

The command is {command}; with --help it lists what it does, with --install-completion the shell completes it."""


def quoted(program: Path) -> str:
    """Return a program as it is typed: PowerShell starts one in quotes with &, which cmd.exe does not know."""
    return f'"{program}"' if " " in str(program) else str(program)


def install(extra: str) -> bool:
    """Make the environment and install the project, unless that was done with the same project file before."""
    if not PROJECT.exists():  # a bundle's own place
        if STAMP.exists():
            return True
        fail("there is no project here; give the bundle: --bundle FILE")
        return False
    wanted, done = digest(PROJECT), STAMP.read_text().split() if STAMP.exists() else []
    if PYTHON.exists() and wanted in done and (not extra or extra in done):
        return True
    if not (PYTHON.exists() and done) and not make_environment():
        return False
    print(f"installing mbsxl{f' and its {extra} tools' if extra else ''} into {ENVIRONMENT} ...", flush=True)
    project = f"{ROOT}[{extra}]" if extra else str(ROOT)
    if run(PYTHON, *PIP, "--prefer-binary", "--editable", project) != 0:
        fail("the installation failed; see above. It needs PyPI: behind a proxy, set HTTPS_PROXY and try again.")
        return False
    extras = {extra, *done[1:]} if wanted in done else {extra}
    STAMP.write_text("\n".join([wanted, *sorted(extras - {""})]) + "\n")
    return True


def install_locked() -> bool:
    """Make the environment and install the releases of the lock, each with the hash that it has there."""
    wanted = digest(PROJECT)
    if not make_environment():
        return False
    print(f"installing mbsxl and the releases of {LOCK.name} into {ENVIRONMENT} ...", flush=True)
    project = (*PIP, "--no-deps", "--no-build-isolation", "--editable", str(ROOT))
    if run(PYTHON, *PIP, "--require-hashes", "--requirement", str(LOCK)) != 0 or run(PYTHON, *project) != 0:
        fail("the installation failed; see above. If the project asks for other releases: install/start.py lock")
        return False
    STAMP.write_text("\n".join([wanted, *sorted(LOCKED)]) + "\n")
    return True


def renew_lock() -> int:
    """Write the newest releases that fit, for every system and Python, with the hashes of their files."""
    extras = [word for extra in LOCKED for word in ("--extra", extra)]
    scope = ("--universal", "--python-version", "3.11", "--upgrade")
    options = (*scope, "--generate-hashes", "--no-header", "--no-annotate", "--quiet")
    return run(BIN / "uv", "pip", "compile", *options, *extras, "pyproject.toml", "--output-file", str(LOCK))


# ---------------------------------------------------------------------------------------------------------- the bundle


def write_bundle(target: Path) -> int:
    """Write what an installation needs, for machines with this system and this Python: wheels, add-in, templates."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        wheels = ("-m", "pip", "wheel", "--quiet", "--disable-pip-version-check", "--wheel-dir", str(folder / "wheels"))
        print(f"collecting the wheels for {MACHINE} ...", flush=True)
        lock = LOCK.read_text(encoding="utf-8")
        (folder / "releases.txt").write_text(releases(lock), encoding="utf-8")
        if run(PYTHON, *wheels, "--constraint", str(folder / "releases.txt"), f"{ROOT}[serve]") != 0:
            return fail("the wheels could not be had; see above")
        if run(PYTHON, "-m", "mbsxl_install", "excel", "build", str(folder / "mbsxl.xlam")) != 0:
            return 1
        found = sorted((folder / "wheels").iterdir())
        if other := [wheel.name for wheel in found if digest(wheel) not in lock and not is_ours(wheel)]:
            return fail(f"{other[0]} is not the file that {LOCK.name} knows; python3 install/start.py lock")
        lines = [f"./wheels/{wheel.name} --hash=sha256:{digest(wheel)}" for wheel in found]
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bundle:
            bundle.writestr("machine.txt", MACHINE)
            bundle.writestr("wheels.txt", "\n".join(lines) + "\n")
            for script in ("start.py", "windows.ps1"):
                bundle.write(ROOT / "install" / script, f"install/{script}")
            bundle.write(folder / "mbsxl.xlam", "mbsxl.xlam")
            for workbook in sorted(ROOT.glob("workbooks/mbsxl_workbooks/templates/*/*.xlsx")):
                bundle.write(workbook, f"templates/{workbook.name}")
            for wheel in found:
                bundle.write(wheel, f"wheels/{wheel.name}", zipfile.ZIP_STORED)
    print(f"wrote {target}: {len(found)} wheels, {target.stat().st_size >> 20} MB\nsha256 {digest(target)}")
    print(f"There: unpack install/start.py from it, then python3 install/start.py --bundle {target.name}")
    return 0


def is_ours(wheel: Path) -> bool:
    """Whether a wheel is the project's own, which is built anew."""
    return wheel.name.startswith("mbsxl-")


def releases(lock: str) -> str:
    """Return the releases of the lock without their hashes."""
    return "\n".join(line.rstrip(" \\") for line in lock.splitlines() if "==" in line) + "\n"


def install_bundle(path: Path) -> bool:
    """Make the environment and install from a bundle, whose wheels must have their hashes; no network is asked."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as bundle:
                machine = bundle.read("machine.txt").decode()
                if machine != MACHINE:
                    fail(f"{path.name} is for {machine}; this is {MACHINE}: make one on such a machine")
                    return False
                bundle.extractall(folder)
        except (OSError, zipfile.BadZipFile, KeyError) as fault:
            fail(f"{path} is no bundle, or is damaged: {fault}")
            return False
        if not make_environment():
            return False
        print(f"installing mbsxl from {path.name} into {ENVIRONMENT} ...", flush=True)
        options = ("--no-index", "--no-deps", "--require-hashes", "--force-reinstall")
        if run(PYTHON, *PIP, *options, "--requirement", "wheels.txt", within=Path(folder)) != 0:
            fail("the installation failed; see above. Nothing was asked of the network.")
            return False
    STAMP.write_text((digest(PROJECT) if PROJECT.exists() else path.name) + "\n")
    return True


def digest(path: Path) -> str:
    """Return the sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


# ----------------------------------------------------------------------------------------------------- the environment


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


def run(program: Path, *arguments: str, within: Path = ROOT) -> int:
    """Run a program of the environment from a folder, the project's by default; return its exit status."""
    try:
        return subprocess.run([str(program), *arguments], cwd=within, check=False).returncode
    except KeyboardInterrupt:  # the program has been told too, and has said what it has to say
        return 130


def fail(message: str) -> int:
    """Print what went wrong; return the exit status."""
    print(f"start: {message}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
