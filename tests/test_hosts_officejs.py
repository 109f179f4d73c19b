"""Excel through xlwings Lite and Server, as far as it goes without Excel: what is registered, called and written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from answers import asked, differences

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import arguments_of, summary
from mbsxl_udfs.formulas.glossary import Kind
from mbsxl_udfs.formulas.reference import details
from mbsxl_udfs.hosts import officejs as host
from mbsxl_udfs.hosts.host import workbook_for
from mbsxl_udfs.hosts.officejs import adapter as officejs
from mbsxl_udfs.hosts.officejs import lite
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_workbooks import templates

SERVER = Path(__file__).parent.parent / "install" / "server"

licensed = pytest.mark.skipif(
    not os.environ.get("XLWINGS_LICENSE_KEY"),
    reason="the dispatcher of xlwings needs XLWINGS_LICENSE_KEY: its PRO or PolyForm Noncommercial licence",
)


@pytest.fixture(scope="module")
def dispatched() -> tuple[dict[str, Any], list[Any]]:
    """What Excel reads of the functions, and the answers of all cases."""
    return asked("officejs_calls.py")


@licensed
def test_xlwings_answers_as_the_engine_does(dispatched: tuple[dict[str, Any], list[Any]]) -> None:
    assert differences(dispatched[1]) == []


@licensed
def test_a_wrong_argument_shows_its_words(dispatched: tuple[dict[str, Any], list[Any]]) -> None:
    words = [error.message for error in dispatched[1] if hasattr(error, "message")]
    assert 'speed "150": has no unit; type "150 PSA"' in words


@licensed
@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.name)
def test_excel_reads_of_every_formula(dispatched: tuple[dict[str, Any], list[Any]], entry: Any) -> None:
    metadata = dispatched[0]
    told = next(function for function in metadata["functions"] if function["id"] == entry.name)
    assert told["name"] == entry.name
    assert told["description"] == f"{entry.family.value}: {summary(entry)}."
    assert "stream" not in told["options"]
    assert "volatile" not in told["options"]
    offered = {choices["id"]: [value["stringValue"] for value in choices["values"]] for choices in metadata["enums"]}
    arguments = arguments_of(entry)
    for parameter, argument in zip(told["parameters"], arguments, strict=True):
        assert parameter["name"] == argument.name
        assert parameter["description"] == details(argument)
        assert parameter.get("optional", False) == (argument.optional and not argument.variadic)
        assert parameter.get("repeating", False) == argument.variadic
        is_choice = argument.term.kind is Kind.CHOICE and not argument.term.whole
        assert offered.get(parameter.get("customEnumId"), []) == (argument.choices if is_choice else [])


@licensed
def test_excel_reads_of_nothing_else(dispatched: tuple[dict[str, Any], list[Any]]) -> None:
    assert [function["id"] for function in dispatched[0]["functions"]] == sorted(CATALOGUE)


def test_main_py_carries_the_library_and_needs_numpy_and_scipy_only(tmp_path: Path) -> None:
    """As in the browser, where nothing else can be had; xlwings is there already."""
    code = """
import sys
class NothingElse:
    def find_spec(self, name, path=None, target=None):
        known = {"mbsxl", "mbsxl_udfs", "numpy", "scipy", "xlwings", *sys.stdlib_module_names}
        if name.partition(".")[0] not in known:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, NothingElse())
for _ in range(2):  # and again, where it was changed in the editor
    exec(open("main.py").read())
import mbsxl, mbsxl_udfs
print(*("mbsxl.zip" in module.__file__ for module in (mbsxl, mbsxl_udfs)))
import mbsxl_udfs.formulas.reference
print(MBS_CPR("165 PSA", 20.0), len(MBS_CASHFLOW(100.0, 0.055, 0.062, 348.0, 12.0, "8 CPR")))
print(*sorted(name for name in globals() if name.startswith("MBS_")))
"""
    (tmp_path / "main.py").write_text(lite.main(), encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    places, answers, names = done.stdout.splitlines() or [done.stderr, "", ""]
    assert places == "True True", done.stderr
    assert answers == "0.066 349"
    assert names.split() == sorted(CATALOGUE)


def test_main_py_brings_no_more_than_the_formulas_need() -> None:
    """It is stored in every workbook. Of the embedded engine, the other programs and the reader of files, nothing."""
    assert len(lite.main()) < 300_000
    assert not re.search("engine|excel|libreoffice|package", " ".join(lite._needed()))


def test_nothing_of_ours_is_asked_of_a_registry() -> None:
    assert lite.REQUIREMENTS.split() == ["numpy", "scipy"]
    assert not re.search(r"micropip|https?:|pip install", lite.main().replace(lite.main().split('"""')[3], ""))


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (5, 5),
        ("", ""),
        (None, None),
        (type("JsNull", (), {})(), None),  # JavaScript's null in the browser
        ({"type": "Error", "errorType": "NotAvailable", "basicValue": "#N/A"}, CellError("#N/A")),
        ({"type": "FormattedNumber", "basicValue": 46006, "numberFormat": "m/d/yyyy"}, 46006),
        ([[1, 2], [3, ""]], [[1, 2], [3, ""]]),
        ([1, None], [[1, None]]),
        ("#N/A", "#N/A"),
    ],
)
def test_what_office_js_hands_over(value: object, cell: object) -> None:
    assert officejs.read(value) == cell


@pytest.mark.parametrize("name", templates.NAMES)
def test_what_a_user_pastes(name: str, tmp_path: Path) -> None:
    data = workbook_for(host, templates.path_of(name).read_bytes())
    files = lite.write(name, data, tmp_path / "lite")
    assert [file.name for file in files] == ["requirements.txt", "main.py", f"{name}.xlsx"]
    assert files[0].read_text() == lite.REQUIREMENTS
    assert files[1].read_text() == lite.main()
    with zipfile.ZipFile(files[2]) as package:
        sheets = "".join(package.read(part).decode() for part in package.namelist() if "worksheets/sheet" in part)
    called = re.findall(r"(\w*MBS_[A-Z_]+)\(", sheets)
    assert called
    assert all(function.startswith("_xldudf_MBS_") for function in called)
    assert lite.write(name, data, tmp_path / "lite") == files
    files[1].write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        lite.write(name, data, tmp_path / "lite")


def test_the_folder_for_the_server() -> None:
    """Served and called by hand with xlwings-server 1.20; here, that it is what that asks for."""
    code = (
        "import custom_functions, custom_scripts; print(*sorted(n for n in dir(custom_functions) if n[:4] == 'MBS_'))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=SERVER, capture_output=True, text=True, check=False)
    assert done.stdout.split() == sorted(CATALOGUE), done.stderr
    assert len((SERVER / "README.md").read_text().splitlines()) <= 12
    assert "PolyForm Noncommercial License" in (SERVER / "README.md").read_text()
