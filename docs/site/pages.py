"""The pages of the site that are written from what stands elsewhere: catalogue, glossary, published results."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import figures
from latex2mathml.converter import convert

import mbsxl_workbooks.shared
from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Entry, Family, Shape, arguments_of, shown, signature, source, summary
from mbsxl_udfs.formulas.glossary import GLOSSARY, Kind, Term
from mbsxl_udfs.formulas.reference import details

ROOT = Path(__file__).parents[2]
_HERE = Path(__file__).parent
_SHARED = Path(mbsxl_workbooks.shared.__file__).parent / "published.toml"  # which templates show too
MOVED = {"README.md": "index.md", "CONTRIBUTING.md": "working.md", "CHANGELOG.md": "changes.md"}  # above docs/
_SECTION = re.compile(r"^(\w[\w ]*)\n-+\n", re.MULTILINE)  # of a docstring


def written() -> dict[str, str]:
    """Return the pages, by their paths on the site."""
    _toml.cache_clear()  # `mkdocs serve` builds again
    found = {
        **{path: _moved(name) for name, path in MOVED.items()},
        "cookbook.md": _cookbook(),
        "glossary.md": _glossary(),
        "mathematics.md": _rendered((_HERE / "mathematics.md").read_text(encoding="utf-8")),
        "numbers.md": _numbers(),
        "cite.md": _cite(),
        "formulas/index.md": _overview(),
    }
    return found | {path_of(entry): _formula(entry) for entry in CATALOGUE.values()}


def families() -> dict[str, list[dict[str, str]]]:
    """Return the pages of the formulas, by family and name."""
    return {
        family.value: [{entry.name: path_of(entry)} for entry in CATALOGUE.values() if entry.family is family]
        for family in Family
    }


def path_of(entry: Entry) -> str:
    """Return where the page of a formula is on the site."""
    return f"formulas/{entry.name.lower()}.md"


def linked(name: str) -> str:
    """Return a formula's name that leads to its page."""
    return f"[{name}](formulas/{name.lower()}.md)"


def _moved(name: str) -> str:
    """Return a page of the project's folder as one of docs/: its links there stay on the site, others leave it."""

    def moved(match: re.Match[str]) -> str:
        target = match[1]
        inside = target.startswith("docs/")
        return f"]({MOVED.get(target) or (target.removeprefix('docs/') if inside else f'../{target}')})"

    return re.sub(r"\]\((?!https?:|#)([^)]*)\)", moved, (ROOT / name).read_text(encoding="utf-8"))


# ------------------------------------------------------------------------------------------------------ formulas


def _overview() -> str:
    lines = [
        "# The formulas",
        "",
        "Arguments in brackets are optional: blank or 0 is the default. Rates are decimals (5.5% or 0.055), prices per",
        "100 of face, terms and ages in months. A range given for an argument spills: a column of prices against a row",
        "of speeds fills a table. [All on one page](../functions.md).",
        "",
        "!!! tip",
        '    `=MBS_WHY("MBS_CPR", ...)`, with the arguments of a formula that shows an error, says which one is wrong',
        "    and what to type instead.",
    ]
    for family in Family:
        lines += ["", f"## {family.value}", "", "| formula | what it gives |", "|---|---|"]
        lines += [
            f"| [{entry.name}]({entry.name.lower()}.md) | {_cell(summary(entry))} |"
            for entry in CATALOGUE.values()
            if entry.family is family
        ]
    return "\n".join(lines) + "\n"


def _formula(entry: Entry) -> str:
    told = _told(entry)
    lines = [f"# {entry.name}", "", f"{summary(entry)}.", "", "```", f"={entry.name}({signature(entry)})", "```", ""]
    lines += [f"Returns {entry.returns}; it fills {entry.shape.value}.", ""]
    lines += list(_arguments(entry))
    lines += ["## Example", "", "```", entry.example, "```", "", *_shows(entry), ""]
    lines += figures.shown(entry.name)
    lines += list(_published(entry))
    lines += ["## Calculation", "", *told["about"], "", *mathematics(entry.name), f"Source: {source(entry)}", ""]
    lines += ['??? note "As it is computed, in Python"', "", "    ```python"]
    lines += [f"    {line}" for line in _body(entry)] + ["    ```", ""]
    lines += ["## Errors", "", *_errors(told["Errors"])]
    if told["Examples"]:
        lines += ["## In Python", "", "```pycon", *told["Examples"], "```"]
    return "\n".join(lines) + "\n"


def _arguments(entry: Entry) -> Iterator[str]:
    arguments = arguments_of(entry)
    if arguments:
        yield from ("## Arguments", "", "| argument | what it is, and what it may hold |", "|---|---|")
        for each in arguments:
            name = f"[`{shown(each)}`](../glossary.md#{each.name})" if not each.variadic else "`...`"
            yield f"| {name} | {_cell(details(each))}<br>*{_holds(each.term)}* |"
        yield ""


def _holds(term: Term) -> str:
    """Return what a cell given for a term may hold, and its bounds."""
    kind = term.kind.value
    if term.kind in (Kind.SPEED, Kind.CHOICE, Kind.PROGRAM, Kind.ANYTHING) or term.low == float("-inf") == -term.high:
        return kind
    if term.high == float("inf"):
        return kind if term.low == float("-inf") else f"{kind}, {term.low:,g} or more"
    return f"{kind}, {term.low:,g} to {term.high:,g}"


def _shows(entry: Entry) -> list[str]:
    """Return what the example shows, as a cell or as the row of cells that it is."""
    cells = [cell.strip() for cell in entry.shows.split("|")]
    if len(cells) == 1 and entry.shape is Shape.EACH:
        return [f"Shows **{_cell(entry.shows)}**"]
    row = "the first row below the header" if entry.shape in (Shape.TABLE, Shape.RAW) else "the first row"
    return [f"Shows, in {row}:", "", "|   " * len(cells) + "|", "|---" * len(cells) + "|", f"| {' | '.join(cells)} |"]


def _published(entry: Entry) -> Iterator[str]:
    """Yield the published results that a formula is held to."""
    rows = [row for row in published_rows() if row.get("function") == entry.name]
    if rows:
        yield from ("## Published results", "", "Met to the last printed digit, in every test run.", "")
        yield from ("| formula | as printed | where |", "|---|---|---|")
        sources = published_sources()
        for row in rows:
            printed = row["printed"] if isinstance(row["printed"], list) else [row["printed"]]
            text = ", ".join(printed[:4]) + (", ..." if len(printed) > 4 else "")
            times = f" (times {row['times']})" if "times" in row else ""
            where = f"{sources[row['source']]['title']}: {row['locator']}"
            yield f"| `{_typed(row)}` | {_cell(text)}{times} | {_cell(where)} |"
        yield ""


def _typed(row: dict[str, Any]) -> str:
    """Return the call of a published result as typed, the first of those over a list; a long range is cut."""
    first = row.get("over", [""])[0]
    filled = [first if each == "{}" else each for each in row["arguments"]]
    filled = [each.replace("{}", str(first)) if isinstance(each, str) else each for each in filled]
    text = f"{row['function']}({', '.join(map(_literal, filled))})"
    return _cell(text if len(text) < 200 else f"{text[:200]} ...")


def _literal(argument: Any) -> str:
    if isinstance(argument, list):
        return "{" + ";".join(",".join(_literal(cell) for cell in line) for line in argument) + "}"
    if isinstance(argument, str):
        return f'"{argument}"' if argument else ""
    return argument.strftime("DATE(%Y,%-m,%-d)") if hasattr(argument, "strftime") else f"{argument:.15g}"


def _told(entry: Entry) -> dict[str, list[str]]:
    """Return what the docstring of a formula's function tells beyond its first sentence, by section."""
    text = inspect.getdoc(entry.function) or ""
    text = re.sub(r"^Source: .*?(?:\n\n|\Z)", "\n", text.partition("\n\n")[2], flags=re.DOTALL | re.MULTILINE)
    about, *rest = _SECTION.split(text)
    sections = dict(zip(rest[::2], rest[1::2], strict=True))
    told = {name: sections.get(name, "").strip("\n").splitlines() for name in ("Errors", "Examples")}
    return told | {"about": about.strip().splitlines()}


def mathematics(name: str) -> list[str]:
    """Return what the sections of the mathematics that name a formula say, without their headings."""
    sections = (_HERE / "mathematics.md").read_text(encoding="utf-8").split("\n## ")[1:]
    found = [names_and_text.split("\n\n", 2)[1:] for names_and_text in sections]
    return [_rendered(text, "../") for names, text in found if name in names.split(", ")]


def _rendered(text: str, root: str = "") -> str:
    """Return text with its formulas, between dollar signs, as MathML, which browsers show without a script."""
    text = re.sub(r"\$\$(.+?)\$\$", lambda match: f'<div class="math">{convert(match[1], display="block")}</div>', text)
    text = re.sub(r"\$(.+?)\$", lambda match: convert(match[1]), text)
    text = re.sub(r"(?<![\w/])(MBS_\w+)", lambda match: linked(match[1]), text)
    return text.replace("](model.md)", f"]({root}model.md)")


def _errors(told: list[str]) -> list[str]:
    """Return a list of the errors that a docstring names, beside those that every formula has."""
    shows = {"InputError": "`#VALUE!` or `#NUM!`", "NoSolution": "`#N/A`"}
    lines: list[str] = []
    for line in told:
        if not line.startswith(" "):
            lines.append(f"- {shows.get(line.strip(), line.strip())}:")
        else:
            lines[-1] += f" {line.strip()}"
    return [
        *lines,
        "- `#VALUE!`: an argument of the wrong kind. `#NUM!`: one out of its bounds. An error in a cell is handed on.",
        "",
        "`=MBS_WHY(...)` says which argument, and what to type instead.",
        "",
    ]


def _body(entry: Entry) -> list[str]:
    """Return the function of a formula without its docstring."""
    lines = inspect.getsource(inspect.unwrap(entry.function)).splitlines()
    return re.sub(r'\n\s*"""(?:.|\n)*?"""', "", "\n".join(lines), count=1).splitlines()


# ------------------------------------------------------------------------------------------------------ cookbook


def recipes() -> list[dict[str, str]]:
    """Return the recipes of the cookbook."""
    return _toml(_HERE / "cookbook.toml")["recipe"]


def _cookbook() -> str:
    lines = ["# Cookbook", "", "Each formula is computed, and what it shows is compared, in every test run."]
    chapter = ""
    for recipe in recipes():
        if recipe["chapter"] != chapter:
            chapter = recipe["chapter"]
            lines += ["", f"## {chapter}"]
        names = dict.fromkeys(re.findall(r"MBS_\w+", recipe["formula"] + recipe["told"]))
        links = ", ".join(map(linked, names))
        lines += ["", f"### {recipe['task']}", "", "```", recipe["formula"], "```", ""]
        lines += [f"Shows **{recipe['shows']}**. {recipe['told']}", "", f"*{_known(recipe)}* {links}"]
    return "\n".join(lines) + "\n"


def _known(recipe: dict[str, str]) -> str:
    """Return how the answer of a recipe is known without the formula."""
    if "source" in recipe:
        return f"Published: {published_sources()[recipe['source']]['title']}, {recipe['locator']}."
    return f"Known: {recipe['because']}." if "because" in recipe else f"The same: `{recipe['also']}`."


# --------------------------------------------------------------------------------- glossary, numbers, how to cite


def _glossary() -> str:
    lines = ["# Glossary", "", "Every argument name means one thing, in one unit, in every formula.", ""]
    for name, term in sorted(GLOSSARY.items()):
        used = [
            linked(entry.name) for entry in CATALOGUE.values() if name in {each.name for each in arguments_of(entry)}
        ]
        lines += [f"### {name}", "", f"{term.text}. *{_holds(term)}{f', in {term.unit}' if term.unit else ''}*", ""]
        lines += [f"In {', '.join(used)}.", ""]
    return "\n".join(lines)


def published_rows() -> list[dict[str, Any]]:
    """Return the published results that the tests hold the formulas to."""
    files = [_SHARED, *sorted((ROOT / "tests" / "published").glob("*.toml"))]
    return [row for path in files for row in _toml(path)["row"]]


def published_sources() -> dict[str, Any]:
    """Return where they are published."""
    return _toml(ROOT / "tests" / "sources.toml") | _toml(_SHARED)["sources"]


@cache
def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _numbers() -> str:
    rows = published_rows()
    lines = (_HERE / "numbers.md").read_text(encoding="utf-8").splitlines()
    lines += ["", "## The sources", "", "| source | publisher | results |", "|---|---|---|"]
    for key, each in published_sources().items():
        count = sum(row["source"] == key for row in rows)
        title = f"[{each['title']}]({each['link']})" if each.get("link") else each["title"]
        if count:
            lines.append(f"| {_cell(title)} | {_cell(each.get('publisher', ''))} | {count} |")
    return "\n".join(lines) + "\n"


def _cite() -> str:
    return "\n".join(
        [
            "# How to cite",
            "",
            "The file `CITATION.cff` of the project has what reference managers and GitHub read:",
            "",
            "```yaml",
            (ROOT / "CITATION.cff").read_text(encoding="utf-8").rstrip(),
            "```",
            "",
            "Name the version, which `=MBS_VERSION()` and `mbsxl --version` show, since numbers may move between",
            "versions: [the changes](changes.md) say which and why. A number is best cited with the formula that gave",
            "it and the source on [the formula's page](formulas/index.md).",
            "",
        ]
    )


def _cell(text: str) -> str:
    """Return text that fits a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")
