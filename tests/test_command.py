"""The `mbsxl` command: what it prints, what it writes, and its exit status."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from saved import POOL, SPELLINGS, YIELD, saved

from mbsxl_install.command import main
from mbsxl_udfs.formulas import reference
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.hosts.excel import installer as excel
from mbsxl_udfs.hosts.libreoffice import installer as libreoffice
from mbsxl_udfs.sheet.respelling import values_only
from mbsxl_workbooks import templates

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return a function that runs the command in an empty folder: exit status, what it prints, what it complains."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")

    def command(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["mbsxl", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return command


def workbook(path: Path, **cells: object) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sums")
        for name, content in cells.items():
            sheet.write(name, content)
        book.define_name("start", "=Sums!$A$1")
    return path


# -------------------------------------------------------------------------------------------------------------- calc


def test_calc_prints_a_value(run: Run) -> None:
    assert run("calc", "=1/8") == (0, "0.125\n", "")
    assert run("calc", '=MBS_TICKS(101.515625)&"!"') == (0, "101-16+!\n", "")
    assert run("calc", "1=1") == (0, "TRUE\n", "")


def test_calc_prints_a_spill_as_rows_with_tabs(run: Run) -> None:
    status, out, _ = run("calc", '=MBS_RUNOFF({"face","coupon","wac","wam","age";24,0,0,2,0},"0 CPR")')
    assert status == 0
    assert [line.split("\t") for line in out.splitlines()] == [
        ["month", "balance", "scheduled", "prepaid", "interest", "total", "ending"],
        ["1", "24", "12", "0", "0", "12", "12"],
        ["2", "12", "12", "0", "0", "12", "0"],
    ]


def test_calc_prints_json_in_full_precision(run: Run) -> None:
    assert json.loads(run("calc", "--json", "=1/3")[1]) == 1 / 3
    status, out, _ = run("calc", "--json", '=MBS_SPEED_VECTOR({"6 SMM","6"},0,1,"SMM")')
    assert status == 1
    ((good, bad),) = json.loads(out)
    assert good == 0.06
    assert bad == {"error": "#VALUE!", "message": 'speed "6": has no unit; type "6 CPR"'}


def test_calc_says_why_there_is_an_error(run: Run) -> None:
    status, out, err = run("calc", '=MBS_CPR("6")')
    assert (status, out) == (1, "#VALUE!\n")
    assert err == 'speed "6": has no unit; type "6 CPR"\n'
    assert run("calc", "=1/0")[:2] == (1, "#DIV/0!\n")


def test_calc_of_what_is_no_formula(run: Run) -> None:
    status, out, err = run("calc", "=SUM(")
    assert (status, out) == (1, "#NAME?\n")
    assert err.startswith('formula "=SUM(": cannot be read')
    status, out, err = run("calc", "--json", "=SUM(")
    assert (status, err) == (1, "")
    assert json.loads(out)["error"] == "#NAME?"
    assert json.loads(out)["message"].startswith('formula "=SUM(": cannot be read')


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("=MBS_YEILD(1)", "did you mean MBS_YIELD?"),
        ("=SUMM(1,2)", "did you mean SUM?"),
        ('=SUM(1;"a;b")', "arguments are parted by semicolons; type commas"),
        ("=MBS_TICKS(101-16+)", '101-16+ is a text; type it in quotes, "101-16+"'),
        ("=MBS_CPR(6 CPR)", '6 CPR is a text; type it in quotes, "6 CPR"'),
        ("=SUM((1,2)", "a bracket is opened and not closed; type )"),
        ("=SUM(1,2))", "a bracket is closed and not opened; take out )"),
        ('="a', 'a text is not closed; type " behind it'),
        ("='a!B1", "the name of a sheet is not closed; type ' behind it"),
        ("=MBS_CPR(“6 CPR”,)", "curly quote"),
        ("=1+", "something is missing behind +"),
        ("=", "it is empty"),
        ("={1,2;3}", "the rows between braces are not of one length"),
    ],
)
def test_calc_says_what_is_wrong_with_a_formula_in_a_users_words(run: Run, formula: str, words: str) -> None:
    status, out, err = run("calc", formula)
    assert (status, out) == (1, "#NAME?\n")
    assert words in err
    assert not re.search(r"Error|Token|position|\bNone\b", err)


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("review", "soma_runof"), "soma_runoff"),
        (("template", "yeild_table"), "yield_table"),
        (("lite", "option_costs"), "option_cost"),
        (("functions", "MBS_YEILD"), "MBS_YIELD"),
        (("functions", "cashflow"), "MBS_CASHFLOW"),
    ],
)
def test_a_name_that_is_nearly_one_is_suggested(run: Run, arguments: tuple[str, ...], meant: str) -> None:
    status, _, err = run(*arguments)
    assert status == 2
    assert f"did you mean {meant}?" in err


def test_every_error_has_its_reason(run: Run) -> None:
    for formula in ("=1/0", "=NA()", "=VALUE(1/0)", "=SQRT(-1)", "=A1:A2 B1:B2", "=INDEX({1,2},3)", "=foo"):
        status, out, err = run("calc", formula)
        assert (status, out[0]) == (1, "#"), formula
        assert len(err) > 12, formula


# ------------------------------------------------------------------------------------------------------------ doctor


def test_the_doctor_tells_a_hint_from_a_trouble(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "state", lambda: [("Add-in", "not installed; mbsxl excel install puts it there", "")])
    monkeypatch.setattr(libreoffice, "state", list)
    status, out, _ = run("doctor")
    assert status == 0
    assert "\nAdd-in: not installed; mbsxl excel install puts it there\n" in out
    monkeypatch.setattr(libreoffice, "state", lambda: [("mbsxl in LibreOffice", "of old", "install it again")])
    status, out, _ = run("doctor")
    assert status == 1
    assert out.endswith("mbsxl in LibreOffice: of old\n    install it again\n")


# --------------------------------------------------------------------------------------------------------- functions


def test_functions_lists_all_one_and_none(run: Run) -> None:
    _, out, _ = run("functions")
    assert all(f"  {name}(" in out for name in CATALOGUE)
    _, out, _ = run("functions", "mbs_psa")
    assert out.startswith("MBS_PSA(speed, month)")
    assert "250" in out
    status, _, err = run("functions", "MBS_NONE")
    assert status == 2
    assert "MBS_NONE" in err
    assert run("functions", "--markdown")[1] == reference.markdown()


# ---------------------------------------------------------------------------------------------------------- template


def test_template_copies_and_never_overwrites(run: Run) -> None:
    name = templates.NAMES[0]
    assert all(each in run("template")[1] for each in templates.NAMES)
    assert run("template", name, "--out", "here")[0] == 0
    copy = Path("here") / f"{name}.xlsx"
    assert copy.read_bytes() == templates.path_of(name).read_bytes()
    copy.write_bytes(b"mine")
    status, _, err = run("template", name, "--out", "here")
    assert status == 2
    assert "exists already" in err
    assert copy.read_bytes() == b"mine"
    assert run("template", "no_such")[0] == 2


def test_template_with_values_opens_anywhere(run: Run) -> None:
    name = templates.NAMES[0]
    assert run("template", name, "--values") == (0, f"{name}_values.xlsx\n", "")
    assert run("template", name) == (0, f"{name}.xlsx\n", "")
    assert Path(f"{name}_values.xlsx").read_bytes() == values_only(templates.path_of(name).read_bytes())
    assert run("template", name, "--values")[0] == 2


# ------------------------------------------------------------------------------------------------------------ review


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_workbook_of_any_program_goes_on_to_any_other(
    run: Run, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    monkeypatch.setattr(libreoffice, "_installed", lambda: ("", ""))
    monkeypatch.setattr(libreoffice, "_start", lambda _: None)
    Path("book.xlsx").write_bytes(saved(spelling))
    for command, path, name in [
        (("review", "book.xlsx"), "out/book.xlsx", spelling),
        (("lite", "book.xlsx", "--out", "lite"), "lite/book.xlsx", "_xldudf_MBS_YIELD"),
        (("libreoffice", "open", "book.xlsx"), "out/book_libreoffice.xlsx", "MBS.YIELD"),
        (("template", "book.xlsx", "--out", "excel"), "excel/book.xlsx", "MBS_YIELD"),
        (("template", "book.xlsx", "--values"), "book_values.xlsx", None),
    ]:
        assert run(*command)[0] == 0
        assert openpyxl.load_workbook(path)["S"]["A1"].value == (f"={name}({POOL})" if name else YIELD)
        shown = openpyxl.load_workbook(path, data_only=True)["S"]["A1"].value
        assert shown == (None if "libreoffice" in path else pytest.approx(YIELD, rel=1e-12))  # Calc is to calculate it


def test_review_sets_an_input_and_writes_beside(run: Run) -> None:
    built = templates.path_of("soma_runoff").read_bytes()
    status, out, _ = run("review", "soma_runoff", "--set", "speed_base=12 CPR", "--out", "there")
    assert status == 0
    assert "12 CPR" in out
    assert "6 CPR" in out
    assert templates.path_of("soma_runoff").read_bytes() == built
    written = openpyxl.load_workbook("there/soma_runoff.xlsx", data_only=True)
    sheet, cell = next(written.defined_names["speed_base"].destinations)
    assert written[sheet][cell].value == "12 CPR"
    page = Path("there/review.html").read_text(encoding="utf-8")
    assert page.count("<svg") >= 6
    assert not any(f'{part}="http' in page for part in ("src", "href"))


def test_review_names_the_cell_with_an_error(run: Run) -> None:
    path = workbook(Path("broken.xlsx"), A1=0, A2="=1/A1", A3='=MBS_SMM("6")')
    status, out, _ = run("review", str(path), "--out", "there")
    assert status == 1
    assert "Sums!A2 #DIV/0!" in out
    assert 'Sums!A3 #VALUE! =MBS_SMM("6"): speed "6": has no unit' in out
    assert Path("there/broken.xlsx").exists()
    status, out, _ = run("review", str(path), "--out", "there", "--set", "start=4")
    assert status == 1
    assert "A2" not in out


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [("strat=1", "there is start"), ("start", "is not NAME=VALUE"), ("=1", "is not NAME=VALUE"), ("sums=1", "start")],
)
def test_review_refuses_a_setting(run: Run, setting: str, complaint: str) -> None:
    path = workbook(Path("sums.xlsx"), A1=1, A2="=A1+1")
    status, _, err = run("review", str(path), "--out", "there", "--set", setting)
    assert status == 2
    assert complaint in err
    assert not Path("there").exists()


@pytest.mark.parametrize("name", ["bad.xlsx", "missing.xlsx", "bad.txt", "no_such_template"])
def test_review_leaves_alone_what_it_cannot_read(run: Run, name: str) -> None:
    if name.startswith("bad"):
        Path(name).write_bytes(b"no workbook")
    status, _, err = run("review", name, "--out", "there")
    assert status == 2
    assert name in err
    assert "Traceback" not in err
    assert not Path("there").exists()
    assert not name.startswith("bad") or Path(name).read_bytes() == b"no workbook"


def test_review_does_not_write_over_the_workbook_itself(run: Run) -> None:
    path = workbook(Path("sums.xlsx"), A1=1, A2="=A1+1")
    before = path.read_bytes()
    status, _, err = run("review", str(path), "--out", ".")
    assert status == 2
    assert "choose another folder" in err
    assert path.read_bytes() == before
