"""Excel on Windows: the add-in built with no Excel at hand, put where Excel opens it, and taken away again.

The add-in goes into Excel's start folder, XLSTART: Excel opens and trusts what lies there, so neither the registry
nor a dialogue is needed, and taking it away is deleting a file. Which Python computes is written into `.mbsxl` in the
user's folder, where the xlwings module of the add-in looks for it.
"""

from __future__ import annotations

import datetime
import importlib
import importlib.metadata
import io
import locale
import os
import re
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.page import page
from mbsxl_udfs.hosts.excel.vba import Project
from mbsxl_udfs.hosts.finding import Finding
from mbsxl_udfs.sheet import files

NAME = "mbsxl.xlam"

_PROJECT, _TYPES = "xl/vbaProject.bin", "[Content_Types].xml"
_WORKBOOK, _ADDIN = (f"application/vnd.ms-excel.{kind}.macroEnabled.main+xml" for kind in ("sheet", "addin"))
# Of xlwings' own sample: the sheet, which stays, its module, and a library that no module of ours needs.
_SHEET, _SAMPLE, _FORMS = "Sheet2", "Module1", "MSForms"

# What is changed in the xlwings module. Its procedures can read files and run programs, and Excel lets any cell of any
# workbook call the public ones of an add-in it trusts; and it takes the interpreter from any workbook that names one.
_CHANGES = {
    r'(PROJECT_NAME As String = )"\w+"': r'\1"mbsxl"',
    r'(Function GetConfig\(.*source As String = )""': r'\1"user"',
    r'" -B -c ""import sys, os;" & LicenseKeyEnvString & "import xlwings.utils;.*?;import xlwings;': (
        r'" -I -B -c ""import sys, os;" & LicenseKeyEnvString & "import xlwings;'
    ),
    r"^( *)(?:Public )?(?=(?:Declare (?:PtrSafe )?)?(?:Function|Sub) (?!XLPy\())": r"\1Private ",
}

_ABOUT = (
    "Mortgage-backed securities as formulas. Its modules xlwings (BSD 3-Clause) and Dictionary (MIT) are those of "
    "xlwings, with their notices."
)
_BUILT = datetime.datetime(2025, 1, 1)  # the same every time: the same formulas, the same file


# ---------------------------------------------------------------------------------------------------- the add-in


def build(path: Path) -> Path:
    """Write the add-in; the same formulas and the same xlwings give the same file, byte for byte."""
    data = addin()
    files.require_free([path], may_replace=lambda there: there.read_bytes() == data)
    files.write(path, data)
    return path


def addin() -> bytes:
    """Return the add-in: a workbook of one sheet that says what it is, with our modules and those of xlwings."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"title": "mbsxl", "comments": _ABOUT, "created": _BUILT})
        book.add_vba_project(io.BytesIO(_project()), is_stream=True)
        sheet = book.add_worksheet("mbsxl")
        sheet.set_vba_name(_SHEET)
        sheet.write("A1", _ABOUT)
    return _as_addin(target.getvalue())


def _as_addin(workbook: bytes) -> bytes:
    """Return a workbook as an add-in: the one word that Excel tells them apart by."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            part = source.read(name)
            if name == _TYPES:
                part = part.replace(_WORKBOOK.encode(), _ADDIN.encode())
            entry = zipfile.ZipInfo(name)
            entry.create_system = 0  # the same file from any system
            copy.writestr(entry, part, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def shipped() -> bytes:
    """Return the file that xlwings ships for add-ins."""
    return (resources.files("xlwings") / "quickstart_addin.xlam").read_bytes()


def release() -> str:
    """Return the release of xlwings, which the names of its library carry too."""
    return importlib.metadata.version("xlwings")


def _project() -> bytes:
    """Return the VBA project: that which xlwings ships for add-ins, with our modules in place of its sample."""
    from mbsxl_udfs.hosts.excel.adapter import modules

    with zipfile.ZipFile(io.BytesIO(shipped())) as package:
        project = Project(package.read(_PROJECT))
    project.name = "mbsxl"
    del project.modules[_SAMPLE], project.references[_FORMS]
    project.modules["xlwings"] = closed(project.modules["xlwings"])
    project.modules |= modules()
    return project.data()


def closed(source: str) -> str:
    """Return the xlwings module as ours uses it: only XLPy can be called, only the user's own settings count."""
    for pattern, replacement in _CHANGES.items():
        source, count = re.subn(pattern, replacement, source, flags=re.MULTILINE)
        if not count:
            raise InputError("xlwings", release(), "is not the release mbsxl was made for; install mbsxl afresh")
    return source


# ------------------------------------------------------------------------------------------------- where it goes


class Places(NamedTuple):
    """Where the add-in, its settings and the reference that its help links open are."""

    addin: Path
    settings: Path
    reference: Path


def places() -> Places:
    """Return where Excel's start folder and the settings are: beside the files that Windows keeps for its user."""
    if not {"APPDATA", "USERPROFILE"} <= os.environ.keys():
        remedy = "is not Windows, where Excel loads this add-in; elsewhere use xlwings Lite: mbsxl lite TEMPLATE"
        raise InputError("system", sys.platform, remedy)
    start = Path(os.environ["APPDATA"], "Microsoft", "Excel", "XLSTART")
    own = Path(os.environ["USERPROFILE"], ".mbsxl")
    return Places(start / NAME, own / "mbsxl.conf", own / "functions.html")


def install() -> str:
    """Put the add-in where Excel opens it, computed by this interpreter; return what was done."""
    here = places()
    with _reported():
        files.replace(here.addin, addin())
        files.replace(here.settings, _settings().replace("\n", os.linesep).encode(locale.getencoding()))  # as VBA reads
        files.replace(here.reference, page().encode())
    told = [f"wrote {path}" for path in here]
    return "\n".join([*told, f"{sys.executable} computes", "Start Excel and type =MBS_VERSION()"])


@contextmanager
def _reported() -> Iterator[None]:
    """Say what to do where a file cannot be written or removed."""
    try:
        yield
    except OSError as fault:
        remedy = f"cannot be written or removed ({fault.strerror}); close Excel and try again"
        raise InputError("file", str(fault.filename or NAME), remedy) from fault
    except UnicodeEncodeError as fault:
        remedy = "has letters that Excel cannot read here; install Python into a folder without them"
        raise InputError("interpreter", sys.executable, remedy) from fault


def _settings() -> str:
    """Return the settings of the xlwings module; it would look for Python modules beside workbooks if let."""
    return f'"INTERPRETER_WIN","{sys.executable}"\n"ADD_WORKBOOK_TO_PYTHONPATH","false"\n'


def uninstall() -> str:
    """Take away what `install` wrote; return what was done."""
    here = places()
    removed = [path for path in here if path.exists()]
    with _reported():
        for path in removed:
            path.unlink()
    if here.settings.parent.exists() and not any(here.settings.parent.iterdir()):
        here.settings.parent.rmdir()
    return "\n".join(f"removed {path}" for path in removed) or "there was nothing to remove"


# ------------------------------------------------------------------------------------------------- how it stands


def state() -> list[Finding]:
    """Return what was found of Excel and the add-in: what, finding, remedy where something is amiss."""
    try:
        here = places()
    except InputError:
        return [Finding("Excel on Windows", f"not on {sys.platform}")]
    if not any(path.exists() for path in here):
        return [_excel(), Finding("Add-in", "not installed; mbsxl excel install puts it there")]
    return [_excel(), _library(), _addin(here.addin), _interpreter(here.settings)]


def _excel() -> Finding:
    registry: Any = importlib.import_module("winreg")  # which only Windows has
    try:
        return Finding("Excel", registry.QueryValue(registry.HKEY_CLASSES_ROOT, r"Excel.Application\CurVer"))
    except OSError:
        return Finding("Excel", "not found; there are LibreOffice and xlwings Lite")


def _library() -> Finding:
    """Look for xlwings' library where the add-in does: beside the interpreter, or one folder up in an environment."""
    name = f"xlwings64-{release()}.dll"
    beside = Path(sys.executable).parent
    found = next((folder / name for folder in (beside, beside.parent) if (folder / name).exists()), None)
    if found:
        return Finding("xlwings", str(found))
    placed = [Path(str(file.locate())) for file in importlib.metadata.files("xlwings") or () if file.name == name]
    if any(path.exists() for path in placed):
        remedy = "install mbsxl into an environment of its own: install/windows.ps1 does"
        return Finding("xlwings", f"{name} is not beside {sys.executable}", remedy)
    again = f'"{sys.executable}" -m pip install --force-reinstall --no-deps xlwings=={release()}'
    remedy = f"antivirus programs are known to take it away: have {sys.prefix} excepted, then {again}"
    return Finding("xlwings", f"{name} is missing", remedy)


def _addin(path: Path) -> Finding:
    if path.exists() and path.read_bytes() == addin():
        return Finding("Add-in", str(path))
    if path.exists():
        return Finding("Add-in", f"{path} is of another release", "run mbsxl excel install")
    remedy = "run mbsxl excel install; if it is gone again, an antivirus program takes it away: have it excepted"
    return Finding("Add-in", f"not in {path.parent}", remedy)


def _interpreter(settings: Path) -> Finding:
    told = settings.read_text(encoding="locale") if settings.exists() else ""
    if told == _settings():
        return Finding("Interpreter", sys.executable)
    return Finding("Interpreter", told.partition("\n")[0] or "not set", "run mbsxl excel install")
