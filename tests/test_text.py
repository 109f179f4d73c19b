"""Text of a workbook or a path is text: no markup, nothing that steers a terminal or turns its direction."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import xlsxwriter

from mbsxl_install.command import main

HOSTILE = [
    "price [/] clean",
    "Rate [pct]",
    "[link=file:///etc]click[/link]",
    ":smile: [bold",
    "a\\[red]b",
    "<script>alert(1)</script>",
    "\x1b]0;owned\x07 \x9b31m red",
    "100\u202e001\u2066",
    "first\r\nsecond\tthird\u2028fourth",
]
STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def command(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["mbsxl", *arguments])
    monkeypatch.setenv("COLUMNS", "400")
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_a_note_a_value_and_a_name_are_shown_as_they_are(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / re.sub(r"[/\x00]", "", text)
    folder.mkdir()
    path = folder / "book [red].xlsx"
    with xlsxwriter.Workbook(path) as book:
        summary = book.add_worksheet("Summary")
        for row, cell in enumerate((text, text)):
            summary.write_string(row, 1, cell)
        for column, cell in enumerate((f"label {text}", text, f"note {text}")):
            summary.write_string(4, column, cell)
        summary.write_formula("B9", "=MBS_CPR(B1)")
        book.define_name("headline", "=Summary!$B$5")
    assert command(monkeypatch, "review", str(path), "--out", str(folder / "out")) == 1
    printed = capsys.readouterr()
    assert printed.err == ""
    assert not STEERING.search(printed.out)
    visible = [part for part in re.split(r"[\s\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066]+", text) if part]
    for part in visible:
        assert printed.out.count(part) >= 5
    page = (folder / "out" / "review.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert not STEERING.search(page)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_refused_is_said_in_one_line(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (["review", text], ["lite", text], ["template", text], ["functions", text]):
        assert command(monkeypatch, *arguments) == 2
        (line,) = capsys.readouterr().err.splitlines()
        assert not STEERING.search(line)


def test_calc_prints_no_control(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(monkeypatch, "calc", '="a"&CHAR(27)&"[31mb"&CHAR(10)&"c"') == 0
    assert capsys.readouterr().out == "a�[31mb c\n"
    assert command(monkeypatch, "calc", '=MBS_CPR(CHAR(27)&"[31m")') == 1
    assert not STEERING.search(capsys.readouterr().err)
