"""LibreOffice, the real program: the same numbers as the embedded engine, sessions as users have them, faults."""

from __future__ import annotations

import io
import os
import signal
import sys
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path

import parity
import pytest
from answers import tolerance_of
from calc import Calc, apart, missing
from laid_out import laid_out

import mbsxl
from mbsxl.errors import InputError
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import arguments_of
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.formulas.reference import details
from mbsxl_udfs.hosts import excel
from mbsxl_udfs.hosts import libreoffice as host
from mbsxl_udfs.hosts.host import plain, workbook_for
from mbsxl_udfs.hosts.libreoffice import addin, method
from mbsxl_udfs.hosts.libreoffice import installer as libreoffice
from mbsxl_udfs.hosts.libreoffice.adapter import extension
from mbsxl_udfs.hosts.libreoffice.addin import Process
from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.cells import Block
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates

EMPTY = "private:factory/scalc"
SERVING = "mbsxl_udfs.hosts.libreoffice.serve"
NOT_INSTALLED = ("mbsxl in LibreOffice", "not installed; mbsxl libreoffice install puts it there", "")


@contextmanager
def _apart(folder: Path, **variables: str) -> Iterator[None]:
    """A LibreOffice nobody has used yet; where there is none, CI fails and anyone else goes on."""
    if lacking := missing():
        assert os.environ.get("CI") != "true", lacking
        pytest.skip(lacking)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (apart(folder) | variables).items():
            patch.setenv(name, value)
        yield


def _installed(folder: Path, **variables: str) -> Iterator[Calc]:
    with _apart(folder, **variables):
        libreoffice.install()
        calc = Calc()
    yield calc
    calc.close()


@pytest.fixture(scope="module")
def calc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calc]:
    """LibreOffice with the formulas inside it where it can have them, which is on Linux."""
    yield from _installed(tmp_path_factory.mktemp("inside"))


@pytest.fixture(scope="module")
def calc_with_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Calc]:
    """LibreOffice with the formulas in a process, as on Windows and macOS."""
    yield from _installed(tmp_path_factory.mktemp("process"), MBSXL_PROCESS="1")


def _opened(calc: Calc, data: bytes, folder: Path) -> dict[str, Block]:
    file = folder / "book.xlsx"
    file.write_bytes(workbook_for(host, data))  # which is calculated when it opens
    calc.ask("open", str(file))
    return calc.sheets()


def _cells(sheet: Block, area: Area) -> Block:
    lines = [line[area.column - 1 : area.last_column] for line in sheet[area.row - 1 : area.last_row]]
    assert len(lines) == area.last_row - area.row + 1
    return lines


def _differences(found: dict[str, Block], book: Book, sheet: str, area: Area, **tolerance: float) -> list[str]:
    theirs, ours = _cells(found[sheet], area), book.block(f"'{sheet}'!{area}")
    return [
        f"{sheet} row {row} column {column}: LibreOffice {there!r}, engine {here!r}"
        for (row, column), there, here in zip(area.cells(), chain(*theirs), chain(*ours), strict=True)
        if not parity.same(there, here, **tolerance)
    ]


# -------------------------------------------------------------------------------------------------- the same numbers


@pytest.mark.parametrize("host", ["calc", "calc_with_process"])
def test_every_case_is_answered_as_the_engine_does(host: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    data, areas = parity.workbook()
    book = Book(data, published())
    calc = request.getfixturevalue(host)
    _opened(calc, data, tmp_path)
    calc.ask("calculate")  # as it opens a file it hands on no error that an argument is
    found = calc.sheets()
    cases = zip(areas, [*parity.EXAMPLES, *parity.CASES], strict=True)
    told = (_differences(found, book, "Cases", area, **tolerance_of(case.function)) for area, case in cases)
    assert list(chain(*told)) == []


@pytest.mark.parametrize("name", templates.NAMES)
def test_a_template_shows_what_the_engine_shows(name: str, calc: Calc, tmp_path: Path) -> None:
    book = laid_out(name).book  # which is what stands in the folder: test_workbooks.py
    found = _opened(calc, templates.path_of(name).read_bytes(), tmp_path)
    for sheet, lines in found.items():
        area = Area(1, 1, len(lines), len(lines[0]))
        # LibreOffice takes what is next to nothing of a difference as nothing at all.
        assert _differences(found, book, sheet, area, relative=1e-9, absolute=1e-9) == []
    assert not book.errors()


def test_the_function_wizard_shows_the_catalogue(calc: Calc) -> None:
    told = calc.ask("wizard")
    assert set(told) == set(CATALOGUE)
    for name, (text, arguments) in told.items():
        entry = CATALOGUE[name]
        assert text.startswith(entry.family.value)
        assert arguments == [[each.name, details(each)] for each in arguments_of(entry)]


def test_formulas_are_typed_by_their_names_and_work_inside_others(calc: Calc) -> None:
    calc.ask("open", EMPTY)
    assert calc.ask("type", "A1", '=MBS_CPR("6 CPR")') == "0.06"
    assert calc.ask("type", "A2", '=mbs_cpr("6 CPR")*100') == "6"
    assert calc.ask("type", "A3", '=IF(MBS_CPR("6 CPR")>5%;TEXT(MBS_CPR("6 CPR");"0.0%");"")') == "6.0%"
    assert calc.ask("type", "A4", '=IFERROR(MBS_CPR("6");"wrong")') == "wrong"
    assert calc.ask("type", "A5", '=MBS_CPR("6")') == "#VALUE!"
    assert calc.ask("type", "A6", '=INDEX(MBS_SPEED_VECTOR("100 PSA";0;3);2)') == "0.004"


# -------------------------------------------------------------------------------------------------------- a session


def test_a_session_from_nothing_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with _apart(tmp_path):
        assert libreoffice.uninstall().startswith("mbsxl is not in LibreOffice")
        with pytest.raises(InputError, match="run mbsxl libreoffice install"):
            libreoffice.open_copy("soma_runoff", templates.path_of("soma_runoff").read_bytes(), tmp_path)
        assert libreoffice.state()[1] == NOT_INSTALLED
        libreoffice.install()
        libreoffice.install()
        copies = [path.relative_to(tmp_path).parts for path in tmp_path.rglob("CalcAddIns.xcu")]
        assert sum("tmp" not in parts for parts in copies) == 1  # its temporary folder is emptied at the next start
        assert libreoffice.state()[1][1:] == (f"{mbsxl.__version__}, computed by {sys.executable}", "")
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", "another")
            assert libreoffice.state()[1][2] == "run mbsxl libreoffice install"
        copy = _copy_of_the_template(tmp_path, monkeypatch)
        with pytest.raises(InputError, match="exists already"):
            libreoffice.open_copy("soma_runoff", templates.path_of("soma_runoff").read_bytes(), tmp_path)
        with closing(Calc()) as calc:
            _change_an_input_save_and_reopen(calc, copy)
            with pytest.raises(InputError, match="has to be closed"):
                libreoffice.install()
        libreoffice.uninstall()
        assert libreoffice.state()[1] == NOT_INSTALLED
        with closing(Calc()) as calc:
            calc.ask("open", EMPTY)
            assert calc.ask("type", "A1", '=MBS_CPR("6 CPR")') == "#NAME?"
        assert not [path for name in ("CalcAddIns.xcu", "mbsxl.*", "mbsxl_addin.py") for path in tmp_path.rglob(name)]


def _change_an_input_save_and_reopen(calc: Calc, workbook: Path) -> None:
    again = workbook.with_name("saved.xlsx")
    calc.ask("open", str(workbook))
    before = calc.ask("get", "mbs_2030")
    calc.ask("set", "speed_base", "20 CPR")
    after = calc.ask("get", "mbs_2030")
    assert after != before
    calc.ask("save", str(again))
    calc.ask("open", str(again))
    calc.ask("calculate")
    assert calc.ask("get", "mbs_2030") == after
    _reviewed_as_it_was_saved(again, "mbs_2030", after)
    calc.ask("set", "speed_base", "")
    assert calc.ask("get", "mbs_2030") == before
    workbook.unlink()
    again.unlink()


def _reviewed_as_it_was_saved(workbook: Path, name: str, shown: str) -> None:
    """A workbook that LibreOffice wrote itself is calculated, and written, in the spelling it has."""
    data = workbook.read_bytes()
    assert b"MBS.SOMARUNOFF(" in _sheets(data)
    book = Book(data, published(), "saved", plain)
    assert f"{book.value(book.names[name]):,.1f}" == shown
    assert not book.errors()
    assert b"MBS_SOMA_RUNOFF(" in _sheets(workbook_for(excel, data))


def _sheets(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return b"".join(package.read(part) for part in package.namelist() if part.startswith("xl/worksheets/sheet"))


def _copy_of_the_template(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The copy that `open_copy` makes, LibreOffice not started: the session has its own, headless."""
    started: list[Path] = []
    with monkeypatch.context() as patch:
        patch.setattr(libreoffice, "_start", started.append)
        data = workbook_for(host, templates.path_of("soma_runoff").read_bytes())
        copy = libreoffice.open_copy("soma_runoff", data, folder)
    assert started == [copy]
    return copy


def test_the_extension_is_the_same_every_time() -> None:
    assert extension() == extension()


def test_no_two_formulas_share_a_name_inside_libreoffice() -> None:
    assert len({method(name) for name in CATALOGUE}) == len(CATALOGUE)


# ----------------------------------------------------------------------------------------------------------- faults


@pytest.mark.skipif(sys.platform != "linux", reason="finds the process in /proc")
def test_a_process_that_is_killed_comes_back(calc_with_process: Calc) -> None:
    calc_with_process.ask("open", EMPTY)
    assert calc_with_process.ask("type", "A1", '=MBS_CPR("6 CPR")') == "0.06"
    (serving,) = calc_with_process.processes(SERVING)
    os.kill(serving, signal.SIGKILL)
    assert calc_with_process.ask("type", "A2", '=MBS_CPR("8 CPR")') == "0.08"
    (again,) = calc_with_process.processes(SERVING)
    assert again != serving


def test_a_process_that_cannot_start_says_why(tmp_path: Path) -> None:
    process = Process(sys.executable)
    assert process("cpr", ["6 CPR", None]) == [[pytest.approx(0.06)]]
    process._child.kill()
    assert process("cpr", ["6 CPR", None]) == [[pytest.approx(0.06)]]
    process.stop()
    broken = tmp_path / "python"
    _script(broken, "No module named mbsxl_udfs")
    with pytest.raises(RuntimeError, match="No module named mbsxl_udfs"):
        Process(str(broken))("cpr", ["6 CPR", None])
    with pytest.raises(OSError, match="nowhere"):
        Process(str(tmp_path / "nowhere"))("cpr", ["6 CPR", None])


def test_a_process_that_hangs_is_ended_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addin, "LONGEST", 0.2)
    hanging = tmp_path / "python"
    hanging.write_text("#!/bin/sh\nexec sleep 60\n")
    hanging.chmod(0o755)
    process = Process(str(hanging))
    with pytest.raises(RuntimeError, match=r"longer than 0\.2 seconds"):
        process("cpr", ["6 CPR", None])
    assert process._child is None


def test_an_extension_manager_that_hangs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in ("soffice", "unopkg"):
        (tmp_path / program).write_text("#!/bin/sh\nexec /bin/sleep 60\n")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(libreoffice, "_PATIENCE", 0.2)
    with pytest.raises(InputError, match="gave no answer"):
        libreoffice.install()


def test_an_environment_that_is_gone_is_told_by_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "executable", str(tmp_path / "gone"))
        for calc in _installed(tmp_path, MBSXL_PROCESS="1"):
            calc.ask("open", EMPTY)
            assert calc.ask("type", "A1", '=MBS_CPR("6 CPR")') == "#VALUE!"
            told = calc.ask("type", "A2", '=MBS_WHY("MBS_CPR";"6 CPR")')
    assert "gone does not compute" in told
    assert "run mbsxl libreoffice install" in told


def test_a_locked_profile_is_told(tmp_path: Path) -> None:
    with _apart(tmp_path):
        lock = tmp_path / "profile" / ".lock"
        lock.parent.mkdir()
        lock.touch()
        with pytest.raises(InputError, match=rf"has to be closed first; if it is not open, delete {lock}"):
            libreoffice.install()


def test_what_unopkg_says_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for program in ("soffice", "unopkg"):
        _script(tmp_path / program, "ERROR: Exception occurred: No space left on device\n\nERROR: unopkg failed.")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="No space left on device"):
        libreoffice.install()
    assert "No space left on device" in libreoffice.state()[1][2]


def _script(path: Path, last_words: str) -> None:
    """A program that fails with these words."""
    path.write_text(f"#!/bin/sh\necho '{last_words}' >&2\nexit 1\n")
    path.chmod(0o755)


def test_no_libreoffice_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(libreoffice, "_FOLDERS", ())
    with pytest.raises(InputError, match=r"https://www\.libreoffice\.org"):
        libreoffice.install()
    ((what, finding, remedy),) = libreoffice.state()
    assert (what, remedy) == ("LibreOffice", "")
    assert "https://www.libreoffice.org" in finding
