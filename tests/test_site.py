"""The documentation as a site: built in strict mode, complete, with no link that leads nowhere, nothing fetched."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import typer
from test_catalogue import shows
from test_published import SOURCES

from mbsxl_install.command import app
from mbsxl_udfs.formulas import reference
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Family, arguments_of
from mbsxl_udfs.formulas.glossary import GLOSSARY
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.model import calculate

ROOT = Path(__file__).parent.parent
RECIPES = tomllib.loads((ROOT / "docs" / "site" / "cookbook.toml").read_text(encoding="utf-8"))["recipe"]


@pytest.mark.parametrize("recipe", [pytest.param(each, id=each["task"]) for each in RECIPES])
def test_a_recipe_shows_what_it_says_and_says_how_that_is_known(recipe: dict[str, str]) -> None:
    assert len({"source", "because", "also"} & set(recipe)) == 1
    assert recipe.get("source", "SF") in SOURCES
    for formula in (recipe["formula"], recipe.get("also", recipe["formula"])):
        assert shows(recipe["shows"], calculate(formula, published()))


def written_formulas() -> list[str]:
    """The formulas that the pages written by hand show whole, in a line of code or between backticks."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")))
    return sorted({each for each in re.findall(r"[`\n](=MBS_\w+\([^`\n]*\))(?=[`\n])", text) if "..." not in each})


def test_formulas_of_the_pages_are_answered() -> None:
    assert len(written_formulas()) > len(CATALOGUE)  # functions.md has one of each
    answers = {formula: calculate(formula, published()) for formula in written_formulas()}
    assert not {formula for formula, answer in answers.items() if isinstance(answer, CellError)}


FIGURES = tomllib.loads((ROOT / "docs" / "site" / "figures.toml").read_text(encoding="utf-8"))["figure"]


@pytest.mark.parametrize("figure", [pytest.param(each, id=each["title"]) for each in FIGURES])
def test_a_picture_of_formulas_shows_a_number_at_every_place(figure: dict[str, Any]) -> None:
    assert set(figure["on"]) <= set(CATALOGUE)
    at, *lines = (calculate(formula, published()) for formula in (figure["at"], *figure["lines"].values()))
    assert {len(line) for line in lines} == {len(at)}
    assert all(len(row) == 1 and isinstance(row[0], float) for column in (at, *lines) for row in column)


def written_commands() -> list[str]:
    """The calls of `mbsxl` that the pages written by hand show, in a block of code or between backticks."""
    pages = [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *(ROOT / "docs").glob("*.md"),
        *(ROOT / "docs").glob("*/*.md"),
    ]
    text = "".join(path.read_text(encoding="utf-8") for path in pages)
    return sorted(set(re.findall(r"(?:`|\n|\n {4})mbsxl ([a-z][^`\n#>]*)", text)))


def test_commands_of_the_pages_are_there_with_their_options() -> None:
    commands = written_commands()
    assert len(commands) > 20
    lost = []
    for words in map(str.split, commands):
        found: Any = typer.main.get_command(app)
        while words and hasattr(found, "commands"):
            found = found.commands.get(words.pop(0))
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        if found is None or options - {name for each in found.params for name in each.opts}:
            lost.append(words)
    assert not lost


def test_every_formula_has_its_mathematics() -> None:
    sections = (ROOT / "docs" / "site" / "mathematics.md").read_text(encoding="utf-8").split("\n## ")[1:]
    named = [name for section in sections for name in section.split("\n\n")[1].split(", ")]
    assert set(named) == {name for name, entry in CATALOGUE.items() if entry.family is not Family.ABOUT}


def test_there_is_a_recipe_for_each_task_once() -> None:
    assert len({recipe["task"] for recipe in RECIPES}) == len(RECIPES)


class Page(HTMLParser):
    """What a page has: the places that can be linked to, where its links lead, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self.loads += [given[name] for name in ("src", "srcset") if name in given]
        if tag == "link" and given.get("rel") != "canonical":
            self.loads.append(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    if find_spec("mkdocs") is None:
        assert os.environ.get("CI") != "true", "pip install -e .[docs]"
        pytest.skip("pip install -e .[docs] brings MkDocs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return {path: Page(path.read_text(encoding="utf-8")) for path in folder.rglob("*.html")}


def test_every_formula_and_every_term_has_its_place(site: dict[Path, Page]) -> None:
    by_name = {path.name: page for path, page in site.items()}
    for name, entry in CATALOGUE.items():
        assert {"example", "calculation", "errors"} <= by_name[f"{name.lower()}.html"].places
        links = by_name[f"{name.lower()}.html"].links
        assert {f"../glossary.html#{each.name}" for each in arguments_of(entry) if not each.variadic} <= set(links)
    assert set(GLOSSARY) <= by_name["glossary.html"].places
    assert {name.lower() for name in CATALOGUE} <= by_name["functions.html"].places
    assert {f"formulas/{name.lower()}.html" for name in CATALOGUE} <= set(by_name["functions.html"].links)


def test_help_links_lead_to_pages_of_the_site(site: dict[Path, Page], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reference, "ADDRESS", "")
    assert {reference.help_page(), *map(reference.help_link, CATALOGUE.values())} == {""}
    monkeypatch.setattr(reference, "ADDRESS", "https://docs.example/")
    links = [reference.help_page(), *map(reference.help_link, CATALOGUE.values())]
    root = next(path.parent for path in site if path.name == "404.html")
    assert {link.removeprefix("https://docs.example/") for link in links} <= {
        path.relative_to(root).as_posix() for path in site
    }


def test_no_link_leads_nowhere(site: dict[Path, Page]) -> None:
    lost = []
    for path, page in site.items():
        for link in page.links + page.loads:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or path.name == "404.html":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            known = target in site and (parts.fragment in site[target].places | {""})
            if not known and not (target.is_file() and target.suffix != ".html"):
                lost.append((path.name, link))
    assert not lost


def test_a_page_loads_nothing_from_elsewhere(site: dict[Path, Page]) -> None:
    assert not [(path.name, each) for path, page in site.items() for each in page.loads if urlsplit(each).netloc]
