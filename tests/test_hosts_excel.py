"""Excel on Windows, as far as it goes without Excel: the add-in's VBA, what crosses to Python and back, installing."""

from __future__ import annotations

import datetime
import importlib.util
import io
import os
import re
import sys
import warnings
import zipfile
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import olefile
import parity
import pytest
from answers import asked, differences
from hypothesis import given
from hypothesis import strategies as st

from mbsxl.errors import InputError
from mbsxl_udfs.formulas import reference
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import arguments_of, summary
from mbsxl_udfs.formulas.page import page
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.formulas.reference import details
from mbsxl_udfs.hosts.excel import adapter as excel_windows
from mbsxl_udfs.hosts.excel import installer as excel
from mbsxl_udfs.hosts.excel import vba
from mbsxl_udfs.sheet.cells import CellError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of what oletools imports
    from oletools.olevba import VBA_Parser, decompress_stream

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def addin() -> bytes:
    return excel.addin()


@pytest.fixture(scope="module")
def sources(addin: bytes) -> dict[str, str]:
    """The source of every module, as another reader of VBA finds it."""
    return _sources(addin)


def _sources(data: bytes) -> dict[str, str]:
    found = VBA_Parser("addin.xlam", data=data).extract_macros()
    return {name.rpartition(".")[0]: code.replace("\r\n", "\n") for _, _, name, code in found}


def _project(addin: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(addin)) as package:
        return package.read("xl/vbaProject.bin")


# ------------------------------------------------------------------------------------------------------- the file


def test_the_source_read_back_is_what_was_written(sources: dict[str, str]) -> None:
    for name, source in excel_windows.modules().items():
        assert sources[name] == source
    assert set(sources) == {"ThisWorkbook", "Sheet2", "Dictionary", "xlwings", *excel_windows.modules()}


def test_what_xlwings_ships_is_kept_with_its_notices(sources: dict[str, str]) -> None:
    shipped = _sources(excel.shipped())
    assert sources["Dictionary"] == shipped["Dictionary"]
    assert "@license: MIT" in sources["Dictionary"]
    assert sources["xlwings"] == excel.closed(shipped["xlwings"])
    assert "distributed under a BSD 3-clause license" in sources["xlwings"]
    changed = zip(sources["xlwings"].splitlines(), shipped["xlwings"].splitlines(), strict=True)
    assert all(re.search("Private|mbsxl|user| -I ", ours) for ours, theirs in changed if ours != theirs)


def test_the_same_formulas_give_the_same_file(addin: bytes, tmp_path: Path) -> None:
    assert excel.build(tmp_path / "a.xlam").read_bytes() == addin


def test_the_package_is_an_add_in(addin: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(addin)) as package:
        assert package.testzip() is None
        assert b"ms-excel.addin.macroEnabled.main+xml" in package.read("[Content_Types].xml")


def test_the_compound_file_has_no_defect(addin: bytes) -> None:
    with olefile.OleFileIO(io.BytesIO(_project(addin)), raise_defects=olefile.DEFECT_UNSURE) as file:
        assert not file.parsing_issues
        names = {"/".join(path) for path in file.listdir()}
        assert {"PROJECT", "PROJECTwm", "VBA/dir", "VBA/_VBA_PROJECT"} <= names
        assert not any("__SRP" in name for name in names)
        assert file.openstream("VBA/_VBA_PROJECT").read()[:4] == bytes.fromhex("CC61FFFF")  # compile from source
        text = file.openstream("PROJECT").read().decode("cp1252")
    assert re.findall("Module=(.*)\r\n", text) == ["xlwings", *excel_windows.modules()]


def test_the_add_in_bears_its_own_name_and_nobody_elses_paths(addin: bytes, sources: dict[str, str]) -> None:
    with zipfile.ZipFile(io.BytesIO(addin)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert b'<sheet name="mbsxl"' in parts["xl/workbook.xml"]
    project = vba.Project(parts["xl/vbaProject.bin"])
    assert project.name == "mbsxl"
    with olefile.OleFileIO(io.BytesIO(parts["xl/vbaProject.bin"])) as file:
        texts = [
            file.openstream("PROJECT").read(),
            bytes(decompress_stream(bytearray(file.openstream("VBA/dir").read()))),
        ]
    for text in [*parts.values(), *texts, *(source.encode() for source in sources.values())]:
        assert not re.search(rb"(?i)myaddin|absPath|felix\\\\|[A-Z]:\\\\Users|MSForms", text)


def test_python_starts_isolated_and_hears_no_name_of_a_workbook(sources: dict[str, str]) -> None:
    (line,) = re.findall(r"^ *tail = .*", sources["xlwings"], re.MULTILINE)
    assert line.strip().startswith('tail = " -I -B -c ')
    assert "PYTHONPATH" not in line
    assert "prepare_sys_path" not in line


def test_a_project_is_read_as_it_was_written(addin: bytes) -> None:
    project = vba.Project(_project(addin))
    assert vba.Project(project.data()).modules == project.modules
    assert project.data() == _project(addin)


@given(st.text("ab\n", max_size=9000).map(str.encode) | st.binary(max_size=3600))
def test_another_reader_decompresses_what_we_compress(data: bytes) -> None:
    packed = vba.compressed(data)
    assert vba.decompressed(packed) == data
    assert not data or bytes(decompress_stream(bytearray(packed))) == data


def test_another_release_of_xlwings_is_refused() -> None:
    with pytest.raises(InputError, match="not the release mbsxl was made for"):
        excel.closed("Function Something()\nEnd Function\n")


# --------------------------------------------------------------------------------------------------------- the VBA

_TEXT = re.compile(r'"(?:[^"]|"")*"')
_BLOCKS = {"Function": "End Function", "Sub": "End Sub", "If": "End If", "For": "Next"}


def _logical_lines(source: str) -> list[str]:
    """The lines as VBA reads them: continued ones joined, within its limits."""
    assert all(len(line) <= 1023 for line in source.splitlines())
    joined = re.sub(r" _\n\s*", "\x00", source).splitlines()
    assert all(line.count("\x00") <= 24 for line in joined)
    return [line.replace("\x00", " ").strip() for line in joined]


def _opens(line: str) -> str:
    """What kind of block a line opens, if it does."""
    if match := re.match(r"(?:Public |Private )?(Function|Sub) ", line):
        return match[1]
    if re.match(r"If .* Then(?: '.*)?$", line):
        return "If"
    return "For" if line.startswith("For ") else ""


@pytest.mark.parametrize("module", excel_windows.modules())
def test_the_vba_parses(module: str) -> None:
    source = excel_windows.modules()[module]
    assert source.startswith(f'Attribute VB_Name = "{module}"\n')
    assert source.isascii()
    stack: list[str] = []
    for line in _logical_lines(source):
        bare = _TEXT.sub('""', line)
        if not bare.startswith("'"):
            code = bare.partition(" ' ")[0]
            assert code.count('"') % 2 == 0, line
            assert code.count("(") == code.count(")"), line
        if kind := _opens(line):
            stack.append(_BLOCKS[kind])
        elif line.startswith(("End ", "Next")) and stack:
            assert line == stack.pop(), line
    assert not stack


@pytest.mark.skipif(
    importlib.util.find_spec("antlr4_vba") is None, reason="antlr4-vba is not here: pip install -e .[hosts]"
)
@pytest.mark.parametrize("module", excel_windows.modules())
def test_the_grammar_of_vba_finds_nothing(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """[MS-VBAL], of a wrapper of each shape: all of them would take a minute."""
    shapes = {tuple(_shape(argument) for argument in arguments_of(entry)[-2:]): entry for entry in CATALOGUE.values()}
    monkeypatch.setattr(excel_windows, "CATALOGUE", {entry.name: entry for entry in shapes.values()})
    assert _grammar(excel_windows.modules()[module]) == []
    assert _grammar("Private Sub broken()\nEnd Something\n") != []


def _shape(argument: excel_windows.Argument) -> tuple[bool, bool]:
    return argument.optional, argument.variadic


def _grammar(source: str) -> list[str]:
    """The errors of the syntax, by the grammar that Microsoft publishes."""
    from antlr4 import CommonTokenStream, InputStream
    from antlr4.error.ErrorListener import ErrorListener
    from antlr4_vba.vbaLexer import vbaLexer
    from antlr4_vba.vbaParser import vbaParser

    class Listener(ErrorListener):
        def syntaxError(self, _recognizer, _symbol, line, column, message, _error):  # type: ignore[no-untyped-def]  # noqa: N802
            found.append(f"{line}:{column} {message}")

    found: list[str] = []
    lexer = vbaLexer(InputStream(source))
    parser = vbaParser(CommonTokenStream(lexer))
    for each in (lexer, parser):
        each.removeErrorListeners()
        each.addErrorListener(Listener())
    parser.startRule()
    return found


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.name)
def test_every_formula_has_its_function(entry: excel_windows.Entry) -> None:
    lines = _logical_lines(excel_windows.modules()[excel_windows.FORMULAS])
    head = next(line for line in lines if line.startswith(f"Public Function {entry.name}("))
    inside = re.fullmatch(rf"Public Function {entry.name}\((.*)\) As Variant", head)
    assert inside
    declared = [each for each in inside[1].split(", ") if each]
    names = [re.sub(r"^(Optional|ParamArray) | As Variant$|\(\)", "", each) for each in declared]
    arguments = arguments_of(entry)
    assert [name.rstrip("_") for name in names] == [argument.name for argument in arguments]
    assert [each.startswith("Optional ") for each in declared] == [
        argument.optional and not argument.variadic for argument in arguments
    ]
    assert len({name.lower() for name in names}) == len(names)
    assert not {name.lower() for name in names} & {
        "given",
        "answer",
        "array",
        "values",
        "place",
        "function",
        "date",
        "type",
    }
    end = lines.index("End Function", lines.index(head))
    body = " ".join(lines[lines.index(head) + 1 : end])
    given = "".join(f"Given({name})" for name, each in zip(names, arguments, strict=True) if not each.variadic)
    assert "".join(re.findall(r"Given\(\w+\)", body)) == given
    assert f'{entry.name} = Answer("{entry.name}", ' in body
    for name, each in zip(names, arguments, strict=True):
        assert not each.variadic or f"= Given({name}(place))" in body


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.name)
def test_every_formula_has_its_texts(entry: excel_windows.Entry) -> None:
    lines = _logical_lines(excel_windows.modules()[excel_windows.TEXTS])
    assert f"Describe_{entry.name}" in lines
    line = lines[lines.index(f"Private Sub Describe_{entry.name}()") + 1]
    told = [_value(text) for text in re.findall(r'"(?:[^"]|"")*"(?: & (?:ChrW\(\d+\)|"(?:[^"]|"")*"))*', line)]
    arguments = [details(argument) for argument in arguments_of(entry)]
    for text, whole in zip(told, [entry.name, None, f"{summary(entry)}.", *arguments], strict=True):
        assert len(text) <= 255
        assert whole is None or text == whole or (text.endswith("...") and whole.startswith(text[:-3]))
    assert told[1] == f"MBS {entry.family.value.lower()}"


def test_every_formula_leads_to_its_place_in_the_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    assert re.findall('<section id="(.*?)">', page()) == [entry.name.lower() for entry in CATALOGUE.values()]
    monkeypatch.setattr(reference, "ADDRESS", "")
    texts = excel_windows.modules()[excel_windows.TEXTS]
    assert 'HelpFile:=ReferencePage() & "#" & LCase$(formula)' in texts
    assert 'Const REFERENCE As String = ""' in texts
    assert reference.help_link(CATALOGUE["MBS_YIELD"]) == ""
    monkeypatch.setattr(reference, "ADDRESS", "https://example.org/mbsxl/")
    texts = excel_windows.modules()[excel_windows.TEXTS]
    assert 'Const REFERENCE As String = "https://example.org/mbsxl/functions.html"' in texts
    assert reference.help_link(CATALOGUE["MBS_YIELD"]) == "https://example.org/mbsxl/formulas/mbs_yield.html"


def _value(expression: str) -> str:
    """The text that a VBA expression of texts and ChrW gives."""
    parts = re.findall(r'"((?:[^"]|"")*)"|ChrW\((\d+)\)', expression)
    return "".join(chr(int(number)) if number else text.replace('""', '"') for text, number in parts)


@given(st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])))
def test_any_text_is_a_vba_literal(text: str) -> None:
    literal = excel_windows.literal(text)
    assert literal.isascii()
    assert literal.isprintable()
    assert len(_value(literal)) <= 255
    if len(text) < 200:
        assert _value(literal) == " ".join(text.split())


def test_no_cell_can_run_what_is_not_a_formula(sources: dict[str, str]) -> None:
    for name in ("xlwings", *excel_windows.modules()):
        public = set(
            re.findall(r"^\s*(?:Public )?(?:Declare \w+ )?(?:Function|Sub) (\w+)", sources[name], re.MULTILINE)
        )
        assert public == {"xlwings": {"XLPy"}, excel_windows.FORMULAS: set(CATALOGUE)}.get(name, {"Auto_Open"})
    assert 'Optional source As String = "user"' in sources["xlwings"]


# ------------------------------------------------------------------------------------------ what crosses, and parity


def test_xlwings_answers_as_the_engine_does() -> None:
    assert differences(asked("com_stand_ins.py")) == []


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (5.5, 5.5),
        (True, True),
        (None, None),
        ("150 PSA", "150 PSA"),
        (12, 12),  # an Integer, where VBA calls
        (Decimal("101.5156"), 101.5156),
        (datetime.datetime(2025, 12, 15), datetime.datetime(2025, 12, 15)),
        (-2146826246, CellError("#N/A")),
        (-2146826245, CellError("#VALUE!")),  # an error of later times
        (((1.0, None), ("x", -2146826281)), [[1.0, None], ["x", CellError("#DIV/0!")]]),
        ((1.0, 2.0), [[1.0, 2.0]]),  # an array constant of one row has one dimension in VBA
        (((1.0,), (2.0,)), [[1.0], [2.0]]),
    ],
)
def test_what_com_hands_over(value: object, cell: object) -> None:
    assert excel_windows.read(value) == cell


@pytest.mark.parametrize("code", ["#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!"])
def test_an_error_goes_out_as_the_number_of_what_came_in(code: str) -> None:
    [[number]] = excel_windows.write(CellError(code, "why"))
    assert type(number) is int
    assert excel_windows.read(number - 0x7FF60000) == CellError(code)


def test_no_number_goes_out_as_a_whole_number() -> None:
    answers = [formula(*case.arguments) for case in parity.CASES if (formula := published()[case.function])]
    cells = [cell for answer in answers for row in excel_windows.write(answer) for cell in row]
    assert {type(cell) for cell in cells} <= {int, float, str, bool}
    assert all(2000 <= cell < 2100 for cell in cells if type(cell) is int)


# ------------------------------------------------------------------------------------------------------- installing


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder on a Windows, with a neighbour in each place."""
    monkeypatch.setenv("APPDATA", str(tmp_path / "Jürgen" / "AppData"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "Jürgen"))
    start = tmp_path / "Jürgen" / "AppData" / "Microsoft" / "Excel" / "XLSTART"
    start.mkdir(parents=True)
    (start / "PERSONAL.XLSB").write_bytes(b"theirs")
    return tmp_path


def _tree(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() if path.is_file() else b"" for path in folder.rglob("*")}


def test_installing_and_taking_away_leaves_nothing_behind(windows: Path, addin: bytes) -> None:
    before = _tree(windows)
    told = excel.install()
    places = excel.places()
    assert places.addin.read_bytes() == addin
    assert (
        places.settings.read_text() == f'"INTERPRETER_WIN","{sys.executable}"\n"ADD_WORKBOOK_TO_PYTHONPATH","false"\n'
    )
    assert 'id="mbs_yield"' in places.reference.read_text(encoding="utf-8")
    assert all(str(place) in told for place in places)
    after = _tree(windows)
    excel.install()
    assert _tree(windows) == after
    assert excel.uninstall() == "\n".join(f"removed {place}" for place in places)
    assert _tree(windows) == before
    assert excel.uninstall() == "there was nothing to remove"


def test_an_add_in_in_use_is_left_alone(windows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    excel.install()
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(InputError, match=r"cannot be written or removed \(Permission denied\); close Excel"):
        excel.install()
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(InputError, match="close Excel"):
        excel.uninstall()
    assert excel.places().addin.exists()


def test_an_interpreter_that_excel_cannot_read_is_refused(windows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "C:\\\udcff\\python.exe")
    with pytest.raises(InputError, match="install Python into a folder without them"):
        excel.install()


def test_elsewhere_than_on_windows_it_says_what_else_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("APPDATA", raising=False)
    with pytest.raises(InputError, match="mbsxl lite"):
        excel.install()
    assert excel.state() == [("Excel on Windows", f"not on {sys.platform}", "")]


def test_the_doctor_finds_what_is_amiss_and_what_is_not(windows: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry: dict[str, str] = {}

    def query(_: object, key: str) -> str:
        if key not in registry:
            raise FileNotFoundError(key)
        return registry[key]

    monkeypatch.setitem(sys.modules, "winreg", SimpleNamespace(HKEY_CLASSES_ROOT=0, QueryValue=query))
    python = windows / "mbsxl" / "Scripts" / "python.exe"
    monkeypatch.setattr(sys, "executable", str(python))
    assert excel.state() == [
        ("Excel", "not found; there are LibreOffice and xlwings Lite", ""),
        ("Add-in", "not installed; mbsxl excel install puts it there", ""),
    ]
    excel.install()
    library = f"xlwings64-{excel.release()}.dll"
    assert excel.state()[1].finding == f"{library} is missing"
    assert excel.state()[1].remedy.startswith("antivirus programs are known to take it away")
    assert [bool(remedy) for _, _, remedy in excel.state()] == [False, True, False, False]
    registry[r"Excel.Application\CurVer"] = "Excel.Application.16"
    python.parent.mkdir(parents=True)
    (python.parent.parent / library).touch()
    assert [remedy for _, _, remedy in excel.state()] == ["", "", "", ""]
    monkeypatch.setattr(sys, "executable", "another")
    assert [remedy for _, _, remedy in excel.state()][2:] == ["", "run mbsxl excel install"]
    excel.places().addin.write_bytes(b"of another release")
    assert [remedy for _, _, remedy in excel.state()][2:] == ["run mbsxl excel install"] * 2
    excel.places().addin.unlink()
    assert "antivirus" in excel.state()[2].remedy


def test_the_script_for_people_is_plain() -> None:
    script = (HERE.parent / "install" / "windows.ps1").read_text()
    assert script.isascii()  # PowerShell 5 reads anything else by the machine's own code page
    assert len(script.splitlines()) <= 60


def test_the_script_for_people_removes_what_the_command_puts(windows: Path) -> None:
    script = (HERE.parent / "install" / "windows.ps1").read_text()
    for variable, place in zip(("APPDATA", "USERPROFILE", "USERPROFILE"), excel.places(), strict=True):
        inside = place.relative_to(os.environ[variable]).as_posix().replace("/", "\\")
        assert f"Join-Path $env:{variable} '{inside}'" in script
