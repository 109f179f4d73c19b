"""Positions from files as people keep them, and `mbsxl book` as a new user would try it."""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xlsxwriter

import mbsxl
from mbsxl import InputError
from mbsxl_install.command import main
from mbsxl_install.serve.typed import Typed, at_first
from mbsxl_udfs.positions.asked import Question, ask
from mbsxl_udfs.positions.sources import read
from mbsxl_udfs.positions.units import Habits
from mbsxl_workbooks.book_report import number_format, shown_cell

UGLY = """My desk's book as of 15 December 2025,,,,,,,,
,,,,,,,,
Desk,Curr Face,Px,CPN,GWAC,WARM,WALA,CPR,Settlement
East,"1,000,000",101-16,5.5,6.25%,348,12,8,12/16/2025
East,"$2,500,000",99.5,5.0,5.85%,340,20,7,12/16/2025

West,"3,000,000",98.25,4.5%,5.3%,330,30,6.5,12/16/2025
West,"4,000,000",,4.5,5.3%,330,30,6.5,12/16/2025
East,"500,000",100.125,5.5,6.2%,350,2,fast,12/16/2025
"""
PLAIN = {
    "face": [1e6, 2.5e6, 3e6],
    "price": [101.5, 99.5, 98.25],
    "coupon": [0.055, 0.05, 0.045],
    "wac": [0.0625, 0.0585, 0.053],
    "wam": [348, 340, 330],
    "age": [12, 20, 30],
    "speed": ["8 CPR", "7 CPR", "6.5 CPR"],
    "settle": [datetime.date(2025, 12, 16)] * 3,
}


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    path = tmp_path / "ugly.csv"
    path.write_text(UGLY, encoding="utf-8")
    return path


def totals(source: Any, **asked: Any) -> list[Any]:
    return list(mbsxl.book(source, **asked).total.values())


def test_a_spreadsheets_export_is_read_and_its_bad_rows_are_said(ugly: Path) -> None:
    habits = Habits()
    refused = [why for table in read(ugly, habits) for why in table.failures.values()]
    assert str(refused[0]) == 'price "": is empty; it has no default'
    assert 'speed "fast": is not a speed' in str(refused[1])
    assert habits.said == ["CPR: read as a speed in CPR, percent", "CPN: read as percent (4.5 to 5.5)"]
    book = mbsxl.book(ugly, by=["Desk"])
    assert [each.row for each in book.refused] == [8, 9]
    assert book.total["face"] + book.total["refused"] == 11e6
    plain = mbsxl.book(PLAIN).total
    for name in ("positions", "face", "market_value", "yield", "wal", "cpr", "dv01", "price"):
        assert book.total[name] == pytest.approx(plain[name], rel=1e-13), name


def test_sources_of_every_kind_say_the_same(tmp_path: Path) -> None:
    whole = totals(PLAIN)
    frame = pd.DataFrame(PLAIN)
    assert totals(frame) == whole
    assert totals(iter([frame.iloc[:2], frame.iloc[2:]]))[1:] == pytest.approx(whole[1:], rel=1e-12)
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as file:
        file.add_worksheet("Notes").write(0, 0, "nothing here")
        sheet, date = file.add_worksheet("Held"), file.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(2, 1, ["", *PLAIN])
        for row in range(3):
            sheet.write_row(3 + row, 2, [column[row] for column in list(PLAIN.values())[:-1]])
            sheet.write_datetime(3 + row, 9, datetime.datetime(2025, 12, 16), date)
    assert totals(tmp_path / "book.xlsx") == whole
    frame.to_csv(tmp_path / "book.csv", index=False, sep=";")
    assert totals(tmp_path / "book.csv") == whole
    pytest.importorskip("pyarrow")
    frame.to_parquet(tmp_path / "book.parquet")
    assert totals(tmp_path / "book.parquet") == whole


@pytest.mark.parametrize(
    ("titles", "scale"),
    [
        (["Current Investor Security UPB", "Price", "WA Net Interest Rate", "WA Current Interest Rate",
          "WA Current Remaining Months to Maturity", "WA Loan Age"], 100),
        (["Pool UPB", "Mark", "Security Rate", "WAC", "WARM", "WALA"], 100),
        (["face", "price", "coupon", "wac", "wam", "age"], 1),
    ],
)  # fmt: skip
def test_columns_have_the_names_of_the_disclosure_files(titles: list[str], scale: float) -> None:
    columns = [PLAIN["face"], PLAIN["price"], *(np.multiply(PLAIN[name], scale) for name in ("coupon", "wac")),
               PLAIN["wam"], PLAIN["age"]]  # fmt: skip
    source = dict(zip(titles, columns, strict=True)) | {name: PLAIN[name] for name in ("speed", "settle")}
    found, plain = mbsxl.book(source).total, mbsxl.book(PLAIN).total
    assert [found[name] for name in ("face", "yield", "wal")] == pytest.approx(
        [plain[name] for name in ("face", "yield", "wal")], rel=1e-13
    )


def test_an_original_face_and_a_factor_make_a_face() -> None:
    source = {name: column for name, column in PLAIN.items() if name != "face"}
    source |= {"Original Face": [2e6, 5e6, 6e6], "Factor": [0.5, 0.5, 0.5]}
    assert mbsxl.book(source).total["face"] == 6.5e6


def test_thousands_are_said_by_the_user_and_never_guessed(ugly: Path) -> None:
    assert mbsxl.book(ugly, thousands=True).total["face"] == 1000 * mbsxl.book(ugly).total["face"]


@pytest.mark.parametrize(
    ("coupons", "refused"),
    [([5.5, 0.05, 4.5], 'coupon "0.05 among percents"'), ([0.055, 5.0, 0.045], "coupon 5: means 500%")],
)
def test_a_rate_that_does_not_fit_its_column_is_refused(coupons: list[float], refused: str) -> None:
    book = mbsxl.book(PLAIN | {"coupon": coupons})
    assert len(book.refused) == 1
    assert refused in str(book.refused[0].why)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "nothing\n1\n", "has no header in its first 20 lines"),
        ("a.csv", "face,price,coupon,wac,wam\n1,100,5,6,360\n", "has no column age"),
        ("a.csv", "face,price,coupon,wac,wam,age\n", "have none that can be used"),
        ("a.doc", "x", "is no file of positions"),
        ("a.csv", None, "cannot be read"),
        ("a.parquet", "x", "Parquet"),
        ("a.xlsx", "x", "is not an .xlsx"),
    ],
)
def test_a_file_that_is_no_positions_is_said_to_be_none(
    tmp_path: Path, name: str, content: str | None, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        mbsxl.book(tmp_path / name)


def test_a_row_with_more_cells_than_the_header_is_refused(tmp_path: Path) -> None:
    path, pool = tmp_path / "more.csv", "100,5.5,6,360,0,6 CPR"
    path.write_text(f"face,price,coupon,wac,wam,age,speed\n1,000,{pool}\n9,{pool}\n")
    book = mbsxl.book(path)
    assert [each.row for each in book.refused] == [2]
    assert "has more cells than the header's 7" in str(book.refused[0].why)
    assert book.total["face"] == 9


# ---------------------------------------------------------------------------------------------------- the command


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str, width: int = 200
) -> tuple[int, str, str]:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setattr(sys, "argv", ["mbsxl", "book", *arguments])
    with pytest.raises(SystemExit) as left:
        main()
    printed = capsys.readouterr()
    return int(left.value.code or 0), printed.out, printed.err


def test_the_command_prints_the_book_and_what_was_refused(
    ugly: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = run(monkeypatch, capsys, str(ugly), "--by", "Desk")
    assert status == 1
    assert "TOTAL" in out
    assert "6,500,000" in out
    assert "row 8 (face 4,000,000): price" in err
    status, out, _ = run(monkeypatch, capsys, str(ugly), "--json", "--workers", "2")
    found = json.loads(out)
    assert found["total"]["yield"] == mbsxl.book(ugly).total["yield"]
    assert [each["row"] for each in found["refused"]] == [8, 9]


def test_the_command_writes_a_workbook_a_page_and_each_position(
    ugly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    outs = [tmp_path / f"out.{kind}" for kind in ("xlsx", "html", "parquet")]
    run(monkeypatch, capsys, str(ugly), "--by", "Desk", *(word for out in outs for word in ("--out", str(out))))
    sheets = openpyxl.load_workbook(outs[0])
    assert sheets.sheetnames == ["Book", "Cash flow", "Refused"]
    assert sheets["Book"]["A4"].value == "TOTAL"
    assert sheets["Refused"]["A2"].value == 8
    page = outs[1].read_text(encoding="utf-8")
    assert page.count("<figure>") == 2
    assert "is not a speed" in page
    table = parquet.read_table(outs[2]).to_pydict()
    assert table["row"] == [4, 5, 7]
    first = {name: column[:1] for name, column in PLAIN.items()}
    assert table["yield"][0] == pytest.approx(mbsxl.book(first).total["yield"], rel=1e-12)


def test_a_group_is_shown_by_its_coupon_and_nothing_as_less_than_zero() -> None:
    assert shown_cell(0.055, number_format("coupon")) == "5.50%"
    assert shown_cell(-1e-9, number_format("return")) == "0.00%"
    assert shown_cell(-0.0101, number_format("return")) == "-1.01%"


def test_a_narrow_terminal_shows_every_number_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desks = [f"desk number {place}" for place in range(7)]
    rows = "".join(f"{desk},1234567890,99,5,5.5,300,20,8 CPR\n" for desk in desks)
    (tmp_path / "held.csv").write_text(f"desk,face,price,coupon,wac,wam,age,speed\n{rows}")
    _, out, _ = run(monkeypatch, capsys, str(tmp_path / "held.csv"), "--by", "desk", width=60)
    assert all(out.count(name) == 1 for name in (*desks, "TOTAL", "8,641,975,230"))
    assert out.count("1,234,567,890") == len(desks)
    assert max(map(len, out.splitlines())) <= 60


def test_the_command_takes_a_market(
    ugly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    market = tmp_path / "market.toml"
    market.write_text("tenors = [2, 10, 30]\npar_yields = [0.036, 0.042, 0.048]\nvolatility = 0.0085\n")
    _, out, _ = run(monkeypatch, capsys, str(ugly), "--market", str(market), "--measures", "OAS", "--json")
    curve = mbsxl.OpenMarket([2, 10, 30], [0.036, 0.042, 0.048], 0.0085)
    assert json.loads(out)["total"]["oas"] == mbsxl.book(ugly, ["OAS"], market=curve).total["oas"]
    market.write_text("tenor = [2]\n")
    status, _, err = run(monkeypatch, capsys, str(ugly), "--market", str(market))
    assert (status, 'market "tenor": is not known' in err) == (2, True)


def test_the_command_takes_scenarios_and_hedges(
    ugly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {
        "market.toml": "tenors = [2, 10]\npar_yields = [0.036, 0.042]\nvolatility = 0.0085\n",
        "moves.csv": "scenario,2,10\nup,100,100\nstill,0,0\n",
        "hedge.csv": "tenor\tTU\tTY\n2\t0.019\t0.001\n10\t0\t0.062\n",  # as copied from a sheet
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    asked = ["--market", "market.toml", "--scenarios", "moves.csv", "--hedge", "hedge.csv", "--json"]
    monkeypatch.chdir(tmp_path)
    found = json.loads(run(monkeypatch, capsys, str(ugly), *asked)[1])
    up, still = found["scenarios"]
    assert up["change"] < 0 == pytest.approx(still["change"], abs=1e-6 * found["total"]["market_value"])
    risk = [found["total"][f"key_rate_dv01_{tenor}y"] for tenor in (2, 10)]
    faces = np.linalg.solve([[0.019, 0.001], [0, 0.062]], [-100 * each for each in risk])
    assert [each["amount"] for each in found["hedge"][:2]] == pytest.approx(faces.tolist(), rel=1e-9)
    status, _, err = run(monkeypatch, capsys, str(ugly), "--scenarios", "moves.csv")
    assert (status, "--market" in err) == (2, True)
    (tmp_path / "hedge.csv").write_text("tenor,TU\n2,0.019\n")
    status, _, err = run(monkeypatch, capsys, str(ugly), *asked[:2], *asked[4:])
    assert (status, "are not the tenors" in err) == (2, True)


def test_a_group_that_is_gone_by_the_horizon_is_told_of_in_every_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Along a path of cuts on dates: a pool that pays off at once has no duration then, and a book without it has."""
    files = {
        "market.toml": "tenors = [2, 10]\npar_yields = [0.036, 0.042]\nvolatility = 0.0085\n",
        "moves.csv": "scenario,month,2,10\ncuts,2026-01-11,-25,-10\ncuts,2026-02-11,-50,-20\n",
        "held.csv": "face,price,coupon,wac,wam,age,speed,settle,desk\n"
        "1e6,101,6%,6.8%,340,18,100 CPR,2025-12-11,gone\n1e6,99,5%,5.8%,350,8,8 CPR,2025-12-11,stays\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    asked = ["held.csv", "--market", "market.toml", "--scenarios", "moves.csv", "--months", "3", "--by", "desk"]
    gone, stays = json.loads(run(monkeypatch, capsys, *asked, "--json")[1])["scenarios"]
    assert "nothing is left at the horizon" in gone["effective_duration"] + gone["cpr"]
    assert 0 < stays["effective_duration"] < 10
    for form in ([], ["--out", "book.xlsx"], ["--out", "book.html"]):
        assert run(monkeypatch, capsys, *asked, *form)[0] == 0


def test_the_command_takes_caps(
    ugly: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    caps = tmp_path / "caps.csv"
    caps.write_text("cap,reinvest,speed\n1000,TREASURY,\n2000,MBS,\n3000,bills,9 CPR\n")
    found = json.loads(run(monkeypatch, capsys, str(ugly), "--caps", str(caps), "--json")[1])
    right = mbsxl.book(ugly).under_caps([1000, 2000, 3000], ["TREASURY", "MBS", "BILLS"], speed="9 CPR")
    assert [row["ending"] for row in found["runoff"]] == right.ending.tolist()
    assert found["runoff"][1]["reinvested"] == right.reinvested[1]
    wide, page = tmp_path / "book.xlsx", tmp_path / "book.html"
    _, out, _ = run(
        monkeypatch, capsys, str(ugly), "--caps", str(caps), "--months", "24", "--out", str(wide), "--out", str(page)
    )
    assert f"{right.balance[23]:,.0f}" in out
    assert "What is held under the caps" in page.read_text(encoding="utf-8")
    assert openpyxl.load_workbook(wide)["Runoff"].max_row == 25
    for text, words in {
        "cap,reinvest\n-1,BILLS\n": "is below 0",
        "cap,reinvest\n1,MBS\n": "speed",
        "cap,reinvest\n1,GOLD\n": "GOLD",
        "cap,into\n1,BILLS\n": "no column reinvest",
    }.items():
        caps.write_text(text)
        status, _, err = run(monkeypatch, capsys, str(ugly), "--caps", str(caps))
        assert (status, words in err) == (2, True), err


def test_the_examples_of_the_docs_are_those_of_the_page_and_are_answered() -> None:
    docs = Path(__file__).parents[1] / "docs"
    names = Typed("positions.csv", "market.toml", "moves.csv", "instruments.csv", "caps.csv")
    assert Typed(*((docs / name).read_text(encoding="utf-8") for name in names)) == at_first(None)
    paths = {name: docs / file for name, file in names._asdict().items()}
    found, further, _ = ask(paths.pop("typed"), Question(["desk"], months=12, **paths))
    assert (found.refused, found.total["positions"]) == ([], 4)
    assert list(further) == ["scenarios", "hedge", "runoff"]
    assert not [row for row in further["scenarios"].rows if "" in row]


@pytest.mark.parametrize(
    ("asked", "files", "words"),
    [
        ("scenarios", {"scenarios": "scenario\nup\n"}, "is no table"),
        ("scenarios", {"scenarios": "scenario,2\n"}, "is no table"),
        ("scenarios", {"scenarios": "scenario,2,10\nup,100\n"}, "is no table"),
        ("scenarios", {"scenarios": "scenario,2\nup,much\n"}, "much"),
        ("scenarios", {"market": "mean_reversion = 0.1\n"}, "is not what scenarios are computed with"),
        ("hedge", {"hedge": "tenor\n2\n"}, "is no table"),
        ("hedge", {"hedge": "tenor,TU\n5,0.1\n10,0\n"}, "are not the tenors"),
        ("market", {"market": "volatility =\n"}, "is no TOML file"),
    ],
)
def test_what_is_asked_of_a_book_and_cannot_be_is_said(
    asked: str, files: dict[str, str], words: str, tmp_path: Path
) -> None:
    held = tmp_path / "held.csv"
    held.write_text("face,price,coupon,wac,wam,age,speed\n1e6,99,5,5.5,300,20,8 CPR\n")
    market = "tenors = [2, 10]\npar_yields = [0.036, 0.042]\nvolatility = 0.0085\n" + files.pop("market", "")
    paths = {name: tmp_path / name for name in {asked, "market"}}
    for name, text in {"market": market, "scenarios": "scenario,2\nup,100\n", **files}.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError, match=words):
        ask(held, Question(measures=["KEY_RATES"], **paths))


def test_a_file_of_positions_is_never_written_over(
    ugly: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = ugly.rename(ugly.with_suffix(".parquet"))
    status, _, err = run(monkeypatch, capsys, str(book), "--out", str(book))
    assert status == 2
    assert "is the file of the positions" in err
