"""What a command writes: never over a workbook that was given, another output or a user's file; whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from mbsxl.errors import InputError
from mbsxl_install.command import main
from mbsxl_udfs.sheet import files
from mbsxl_workbooks import templates

Run = Callable[..., tuple[int, str]]
TEMPLATE = "yield_table"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return a function that runs the command in an empty folder: exit status, and all it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "300")

    def command(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["mbsxl", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out + printed.err

    return command


def workbook(path: Path, number: float = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Sums")
        sheet.write("A1", number)
        sheet.write("A2", "=A1+1")
    return path


def snapshot(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def a_second_workbook_of_the_same_name(here: Path) -> list[str]:
    return ["review", str(workbook(here / "a/book.xlsx")), str(workbook(here / "b/book.xlsx", 2)), "--out", "b"]


def two_of_one_name(here: Path) -> list[str]:
    return ["review", str(workbook(here / "a/book.xlsx")), str(workbook(here / "b/book.xlsx", 2)), "--out", "out"]


def two_of_one_name_but_for_capitals(here: Path) -> list[str]:
    return ["review", str(workbook(here / "a/book.xlsx")), str(workbook(here / "b/Book.xlsx", 2)), "--out", "out"]


def one_workbook_twice(here: Path) -> list[str]:
    return ["review", str(workbook(here / "book.xlsx")), "./book.xlsx", "--out", "out"]


def a_template_and_a_workbook_of_its_name(here: Path) -> list[str]:
    return ["review", TEMPLATE, str(workbook(here / f"{TEMPLATE}.xlsx")), "--out", "out"]


def the_folder_of_the_workbook(here: Path) -> list[str]:
    return ["review", str(workbook(here / "book.xlsx")), "--out", "."]


def the_folder_of_the_workbook_by_a_link(here: Path) -> list[str]:
    workbook(here / "mine/book.xlsx")
    (here / "link").symlink_to(here / "mine")
    return ["review", "mine/book.xlsx", "--out", "link"]


def a_link_to_the_workbook_given(here: Path) -> list[str]:
    workbook(here / "mine/book.xlsx")
    (here / "given").mkdir()
    (here / "given/book.xlsx").symlink_to(here / "mine/book.xlsx")
    return ["review", "given/book.xlsx", "--out", "mine"]


def another_name_of_the_workbook_given(here: Path) -> list[str]:
    workbook(here / "mine/book.xlsx")
    (here / "out").mkdir()
    os.link(here / "mine/book.xlsx", here / "out/book.xlsx")
    return ["review", "mine/book.xlsx", "--out", "out"]


def a_workbook_of_a_user(here: Path) -> list[str]:
    workbook(here / "out/book.xlsx", 7)
    return ["review", str(workbook(here / "a/book.xlsx")), "--out", "out"]


def a_page_of_a_user(here: Path) -> list[str]:
    (here / "review.html").write_text("<p>of my year")
    return ["review", str(workbook(here / "a/book.xlsx")), "--out", "."]


def a_link_in_the_folder(here: Path) -> list[str]:
    workbook(here / "mine/treasure.xlsx")
    (here / "out").mkdir()
    (here / "out/book.xlsx").symlink_to(here / "mine/treasure.xlsx")
    return ["review", str(workbook(here / "a/book.xlsx")), "--out", "out"]


def a_link_to_nothing_in_the_folder(here: Path) -> list[str]:
    (here / "out").mkdir()
    (here / "out/review.html").symlink_to(here / "elsewhere.html")
    return ["review", str(workbook(here / "a/book.xlsx")), "--out", "out"]


def a_folder_in_its_place(here: Path) -> list[str]:
    (here / "out/review.html").mkdir(parents=True)
    return ["review", str(workbook(here / "a/book.xlsx")), "--out", "out"]


def a_file_in_place_of_the_folder(here: Path) -> list[str]:
    (here / "out").write_text("mine")
    return ["review", str(workbook(here / "a/book.xlsx")), "--out", "out"]


def a_template_by_a_link(here: Path) -> list[str]:
    (here / f"{TEMPLATE}.xlsx").symlink_to(here / "elsewhere.xlsx")
    return ["template", TEMPLATE]


def lite_over_the_workbook_given(here: Path) -> list[str]:
    shutil.copy(templates.path_of(TEMPLATE), here / "book.xlsx")
    return ["lite", "book.xlsx", "--out", "."]


def lite_by_a_link(here: Path) -> list[str]:
    (here / "out").mkdir()
    (here / "out/main.py").symlink_to(here / "elsewhere.py")
    return ["lite", str(workbook(here / "book.xlsx")), "--out", "out"]


def lite_over_a_text_of_a_user(here: Path) -> list[str]:
    (here / "requirements.txt").write_text("pandas\n")
    return ["lite", TEMPLATE, "--out", "."]


def the_add_in_over_a_workbook(here: Path) -> list[str]:
    return ["excel", "build", str(workbook(here / "book.xlsx"))]


def the_add_in_by_a_link(here: Path) -> list[str]:
    (here / "mbsxl.xlam").symlink_to(here / "elsewhere.xlam")
    return ["excel", "build"]


def a_book_over_a_page_of_a_user(here: Path) -> list[str]:
    (here / "book.csv").write_text("face,coupon,wac,wam,age,speed,price\n100,5.5,6.2,348,12,8 CPR,101\n")
    (here / "review.html").write_text("<p>of my year")
    return ["book", "book.csv", "--out", "review.html"]


def libreoffice_by_a_link(here: Path) -> list[str]:
    (here / "out").mkdir()
    (here / f"out/{TEMPLATE}_libreoffice.xlsx").symlink_to(here / "elsewhere.xlsx")
    return ["libreoffice", "open", TEMPLATE, "--out", "out"]


@pytest.mark.parametrize(
    "refused",
    [
        a_second_workbook_of_the_same_name,
        two_of_one_name,
        two_of_one_name_but_for_capitals,
        one_workbook_twice,
        a_template_and_a_workbook_of_its_name,
        the_folder_of_the_workbook,
        the_folder_of_the_workbook_by_a_link,
        a_link_to_the_workbook_given,
        another_name_of_the_workbook_given,
        a_workbook_of_a_user,
        a_page_of_a_user,
        a_link_in_the_folder,
        a_link_to_nothing_in_the_folder,
        a_folder_in_its_place,
        a_file_in_place_of_the_folder,
        a_template_by_a_link,
        lite_over_the_workbook_given,
        lite_by_a_link,
        lite_over_a_text_of_a_user,
        the_add_in_over_a_workbook,
        the_add_in_by_a_link,
        libreoffice_by_a_link,
        a_book_over_a_page_of_a_user,
    ],
)
def test_nothing_is_written_where_something_would_be_lost(
    refused: Callable[[Path], list[str]], run: Run, tmp_path: Path
) -> None:
    arguments = refused(tmp_path)
    before = snapshot(tmp_path)
    status, said = run(*arguments)
    assert status == 2
    assert len(said.splitlines()) == 1
    assert snapshot(tmp_path) == before


def test_a_review_replaces_what_a_review_wrote_until_somebody_changes_it(run: Run, tmp_path: Path) -> None:
    workbook(tmp_path / "book.xlsx")
    assert run("review", "book.xlsx")[0] == 0
    workbook(tmp_path / "book.xlsx", 5)
    first = snapshot(tmp_path / "out")
    assert run("review", "book.xlsx")[0] == 0
    second = snapshot(tmp_path / "out")
    assert first.keys() == second.keys()
    assert not any(first[path] == second[path] for path in first)
    for name, change in {"review.html": (b"Recalculated", b"Altered"), "book.xlsx": (b"<v>6", b"<v>7")}.items():
        path, whole = tmp_path / "out" / name, (tmp_path / "out" / name).read_bytes()
        changed = whole.replace(*change) if change[0] in whole else whole[:40] + b"?" + whole[41:]
        for mine in (changed, whole + b"\n", whole[:-1], b""):
            path.write_bytes(mine)
            assert run("review", "book.xlsx")[0] == 2
            assert path.read_bytes() == mine
        path.write_bytes(whole)


def test_a_workbook_with_macros_keeps_its_name(run: Run, tmp_path: Path) -> None:
    workbook(tmp_path / "book.xlsx").rename(tmp_path / "book.xlsm")
    workbook(tmp_path / "book.xlsx")
    assert run("review", "book.xlsx", "book.xlsm")[0] == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["book.xlsm", "book.xlsx", "review.html"]


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_a_full_disk_leaves_what_was_there(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "book.xlsx"
    path.write_bytes(b"before")
    monkeypatch.setattr(*((os, step) if step == "fsync" else (Path, step)), full)
    with pytest.raises(InputError, match="No space left on device"):
        files.write(path, b"after")
    monkeypatch.undo()
    assert snapshot(tmp_path) == {path: b"before"}


def test_what_a_killed_writer_left_long_ago_is_removed(tmp_path: Path) -> None:
    old, new, mine = (tmp_path / name for name in (".mbsxl-1.tmp", ".mbsxl-2.tmp", "mine.tmp"))
    for path in (old, new, mine):
        path.write_bytes(b"half")
    os.utime(old, (0, 0))
    os.utime(mine, (0, 0))
    files.write(tmp_path / "book.xlsx", b"whole")
    assert set(snapshot(tmp_path)) == {new, mine, tmp_path / "book.xlsx"}
