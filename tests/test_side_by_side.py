"""Scenarios of a review side by side: each as if its inputs had been set, and the workbook written has none of them."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from mbsxl_install.command import main
from mbsxl_workbooks.review import review
from mbsxl_workbooks.scenarios import read

EXAMPLE = Path(__file__).parents[1] / "docs" / "scenarios.toml"
RATES = """
[low]
rate = 0.02
["high, long"]
RATE = "7%"
years = 3
start = 2026-03-01
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Return a function that reviews a small workbook of one's own under scenarios: status, output, complaint."""
    monkeypatch.chdir(tmp_path)
    with xlsxwriter.Workbook("own.xlsx") as book:
        sheet = book.add_worksheet("Own")
        date = book.add_format({"num_format": "yyyy-mm-dd"})
        for row, (name, value, look) in enumerate(
            [
                ("rate", 0.05, book.add_format({"num_format": "0%"})),
                ("years", 2, None),
                ("start", 46000, date),
                ("over", None, date),
                ("interest", "=100*rate*years", None),
                ("ends", "=start+365*years", date),
                ("inverse", "=1/(rate-0.02)", None),
                ("open", '=IF(ISBLANK(over),"open","closed")', None),
            ]
        ):
            sheet.write(row, 0, f"the {name}")
            sheet.write(row, 1, value, look)
            book.define_name(name, f"=Own!$B${row + 1}")

    def command(scenarios: str, *arguments: str) -> tuple[int, str, str]:
        Path("given.toml").write_text(scenarios, encoding="utf-8")
        words = ["mbsxl", "review", "own.xlsx", "--out", "there", "--scenario", "given.toml", *arguments]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as left:
            main()
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return command


def test_every_scenario_is_a_column(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    status, out, _ = run(RATES.replace("0.02", "0.03"))
    lines = [line.split() for line in out.split("as it is")[1].splitlines()]
    assert status == 0
    assert ["the", "rate", "5%", "3%", "7%"] in lines
    assert ["the", "interest", "10", "6", "21"] in lines
    assert ["the", "ends", "2027-12-09", "2027-12-09", "2029-02-28"] in lines
    page = Path("there/review.html").read_text(encoding="utf-8")
    assert "Scenarios side by side" in page
    assert '<td class="number value changed">21</td>' in page


def test_what_does_not_fit_stands_in_a_table_below(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "44")
    _, out, _ = run("".join(f"[scenario{place}]\nrate = 0.{place}\n" for place in range(1, 7)))
    assert all(f"scenario{place}" in out for place in range(1, 7))
    assert out.count("as it is") > 1
    assert max(len(line.rstrip()) for line in out.splitlines() if "the interest" in line) <= 44


def test_json_and_csv_have_them_in_full(run: Run) -> None:
    status, out, _ = run(RATES, "--json", "--set", "years=4")
    (whole,) = json.loads(out)["reviews"]
    found = {
        each["name"]: {line["name"]: line["value"] for line in each["headlines"]}
        for each in (whole, *whole["scenarios"])
    }
    assert {name: values["interest"] for name, values in found.items()} == {
        "own": 100 * 0.05 * 4,
        "low": 100 * 0.02 * 4,
        "high, long": pytest.approx(100 * 0.07 * 3),
    }
    assert status == 1  # 1 over 0, in one of them
    assert found["low"]["inverse"] == "#DIV/0!"
    assert [each["sound"] for each in (whole, *whole["scenarios"])] == [True, False, True]
    assert whole["scenarios"][1]["changed"] == ["rate", "years", "start"]
    rows = list(csv.DictReader(io.StringIO(run(RATES, "--csv")[1])))
    assert [(row["scenario"], row["shown"]) for row in rows if row["name"] == "years"] == [
        ("", "2"),
        ("low", "2"),
        ("high, long", "3"),
    ]


def test_the_workbook_written_is_that_without_scenarios(run: Run) -> None:
    run("over = 2026-03-01", "--json")
    with_one = Path("there/own.xlsx").read_bytes()
    review("own.xlsx", {}, Path("there"))
    assert Path("there/own.xlsx").read_bytes() == with_one
    assert openpyxl.load_workbook("there/own.xlsx", data_only=True)["Own"]["B8"].value == "open"


@pytest.mark.parametrize(
    ("scenarios", "complaint"),
    [
        ("[low]\nrat = 0.02", 'scenario low: name "rat": is not a named cell of the workbook; there is rate'),
        ("[low]\ninterest = 3", "is calculated"),
        ("[low]\nrate = 7", "means 700%; type 7% or 0.07"),
        ("[low]\nrate = [0.02, 0.03]", "low: rate"),
        ("[low]\nrate = 0.02\nRATE = 0.03", "is set twice"),
        ("[low]\nrate = 0.02\n[LOW]\nrate = 0.03", 'scenario "LOW": is there twice'),
        ("rate = 0.02\n[given]\nrate = 0.03", 'scenario "given": is there twice'),
        ("[low]", 'scenario "low": sets nothing'),
        ("", "has no scenario; type for example [slow]"),
        ("[low\nrate = 1", "is no TOML file"),
        ("".join(f"[s{place}]\nrate = 0.02\n" for place in range(25)), "more than the 24"),
    ],
)
def test_what_is_no_scenario_is_refused(run: Run, scenarios: str, complaint: str) -> None:
    status, _, err = run(scenarios)
    assert status == 2
    assert complaint in " ".join(err.split())
    assert not Path("there").exists()


def test_a_file_that_is_not_there_is_refused(run: Run) -> None:
    status, _, err = run(RATES, "--scenario", "none.toml")
    assert (status, "none.toml" in err) == (2, True)


def test_a_scenario_of_a_template_is_what_setting_its_inputs_gives(tmp_path: Path) -> None:
    scenarios = read([EXAMPLE])
    assert EXAMPLE.read_text().split("\n\n", 1)[1] in (EXAMPLE.parent / "review.md").read_text()
    name = "sell-off, extension"
    (beside,) = review("yield_table", {}, tmp_path, None, {name: scenarios[name]}).scenarios
    alone = review("yield_table", scenarios[name], tmp_path)
    assert [line.value for line in beside.headlines] == [line.value for line in alone.headlines]
    assert beside.said == alone.said
    assert [line.value for line in beside.headlines] != [line.before for line in beside.headlines]
