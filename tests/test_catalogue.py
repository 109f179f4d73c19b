"""Every entry of the catalogue: known terms, texts that fit the function wizard, an example that shows what it says."""

from __future__ import annotations

import inspect
import re
import tomllib
from enum import Enum
from functools import wraps
from pathlib import Path
from typing import Any

import pytest
from test_cells import with_cell
from test_published import half_a_unit

from mbsxl.errors import InputError, NoSolution
from mbsxl_udfs.formulas import reference
from mbsxl_udfs.formulas.catalogue import CATALOGUE, by_name
from mbsxl_udfs.formulas.entry import Argument, Entry, Family, Shape, arguments_of, grouped
from mbsxl_udfs.formulas.glossary import GLOSSARY, Kind
from mbsxl_udfs.formulas.publish import Formula, published
from mbsxl_udfs.sheet.cells import Cell, CellError
from mbsxl_udfs.sheet.model import calculate

ROOT = Path(__file__).parent.parent
WIZARD = 255  # characters that a spreadsheet's function wizard shows of a text
ENTRIES = [pytest.param(entry, id=name) for name, entry in CATALOGUE.items()]


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_name_is_one_that_every_host_accepts(entry: Entry) -> None:
    assert re.fullmatch(r"MBS_[A-Z0-9_]+", entry.name)
    assert CATALOGUE[entry.name] is entry


def test_a_name_stands_once() -> None:
    entry = CATALOGUE["MBS_YIELD"]
    with pytest.raises(ValueError, match="MBS_YIELD stands twice"):
        by_name([entry, CATALOGUE["MBS_PRICE"], entry._replace(shows="0.1")])


@pytest.mark.parametrize("entry", ENTRIES)
def test_arguments_are_terms_and_the_optional_ones_come_last(entry: Entry) -> None:
    arguments = arguments_of(entry)
    assert {argument.name for argument in arguments} <= set(GLOSSARY)
    optional = [argument.optional or argument.variadic for argument in arguments]
    assert optional == sorted(optional)
    assert all(argument.choices for argument in arguments if argument.term.kind is Kind.CHOICE)


CONTRACT = tomllib.loads((Path(__file__).parent / "contract.toml").read_text(encoding="utf-8"))


def said(argument: Argument) -> str:
    if argument.variadic:
        return "..."
    default = argument.default.value if isinstance(argument.default, Enum) else argument.default
    shown = f"{default:g}" if isinstance(default, float) else default
    return f"[{argument.name}={shown}]" if argument.optional else argument.name


@pytest.mark.parametrize("name", CONTRACT)
def test_the_arguments_of_the_first_version_stay_where_they_are(name: str) -> None:
    first = CONTRACT[name].split(", ") if CONTRACT[name] else []
    arguments = arguments_of(CATALOGUE[name])
    assert [said(argument) for argument in arguments[: len(first)]] == first
    assert all(argument.optional for argument in arguments[len(first) :])


def test_the_first_version_had_thirty_nine_formulas() -> None:
    assert len(CONTRACT) == 39


def choices() -> list[Any]:
    """Every choice that an argument of a formula offers."""
    return [
        pytest.param(name, place, choice, id=f"{name}-{argument.name}-{choice}")
        for name, entry in CATALOGUE.items()
        for place, argument in enumerate(arguments_of(entry))
        if argument.term.kind is Kind.CHOICE
        for choice in argument.choices
    ]


@pytest.mark.parametrize(("name", "place", "choice"), choices())
def test_a_choice_that_is_offered_is_answered(name: str, place: int, choice: str) -> None:
    result = published()[name](*with_cell(name, place, choice))
    cells = [cell for row in result for cell in row] if isinstance(result, list) else [result]
    assert not [cell for cell in cells if isinstance(cell, CellError) and cell.code == "#VALUE!"]


def test_the_choices_of_one_name_are_of_one_kind() -> None:
    offered: dict[str, list[set[str]]] = {}
    for entry in CATALOGUE.values():
        for argument in arguments_of(entry):
            if argument.term.kind is Kind.CHOICE:
                offered.setdefault(argument.name, []).append(set(argument.choices))
    assert all(each <= max(sets, key=len) for sets in offered.values() for each in sets)


@pytest.mark.parametrize("entry", ENTRIES)
def test_texts_fit_the_wizard(entry: Entry) -> None:
    texts = [reference.summary(entry), *map(reference.details, arguments_of(entry))]
    assert all(0 < len(text) <= WIZARD for text in texts)
    assert len(reference.signature(entry)) <= WIZARD


@pytest.mark.parametrize("entry", ENTRIES)
def test_docstrings_say_shapes_units_and_source(entry: Entry) -> None:
    text = inspect.getdoc(entry.function) or ""
    assert reference.source(entry)
    if entry.family is not Family.ABOUT:
        assert re.search(r"\bShapes(, Units)?:\s", text)
        assert re.search(r"\bUnits:\s", text)


def shows(printed: str, cell: Cell) -> bool:
    """Whether a cell is what is printed: to half a unit of its last digit where it is a number."""
    if isinstance(cell, float):
        return abs(cell - float(printed)) <= half_a_unit(printed)
    return cell == printed


@pytest.mark.parametrize("entry", ENTRIES)
def test_the_example_shows_what_it_says(entry: Entry) -> None:
    answer = calculate(entry.example, published())
    assert f"{entry.name}(" in entry.example
    if not isinstance(answer, list):
        assert shows(entry.shows, answer)
        return
    header = entry.shape in (Shape.TABLE, Shape.RECORD, Shape.RAW)
    printed = entry.shows.split("|")
    assert len(printed) == len(answer[0]) or entry.shape is Shape.RAW
    assert not header or all(isinstance(cell, str) for cell in answer[0])
    for text, cell in zip(printed, answer[int(header)], strict=entry.shape is not Shape.RAW):
        assert shows(text.strip(), cell), (text, cell)


def numeric_arguments_of_examples() -> list[Any]:
    return [
        pytest.param(entry, argument, id=f"{name}-{argument.name}")
        for name, entry in CATALOGUE.items()
        for argument in arguments_of(entry)
        if argument.optional and argument.default and isinstance(argument.default, int | float)
    ]


@pytest.mark.parametrize(("entry", "argument"), numeric_arguments_of_examples())
def test_zero_means_the_default_or_nothing(entry: Entry, argument: Any) -> None:
    """A blank may come as 0, so 0 must not be an answerable question of its own."""
    heard: dict[str, Any] = {}

    def listening(function: Any) -> Any:
        @wraps(function)
        def listen(**values: Any) -> Any:
            heard.update(taken_apart(values))
            return function(**values)

        return listen

    function = listening(entry.function)
    if hasattr(function, "outcome"):
        function.outcome = listening(function.outcome)
    calculate(entry.example, published() | {entry.name: Formula(entry._replace(function=function))})
    assert heard
    given = {name: value for name, value in heard.items() if name != argument.parameter}
    refused = False
    try:
        at_zero = entry.function(**grouped(entry.function, given | {argument.parameter: 0}))
    except (InputError, NoSolution):
        refused = True
    assert refused or repr(at_zero) == repr(entry.function(**grouped(entry.function, given)))


def taken_apart(values: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a function, its groups taken apart."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat.update(
            taken_apart(value._asdict()) if name not in GLOSSARY and hasattr(value, "_fields") else {name: value}
        )
    return flat


def test_the_reference_page_is_not_stale() -> None:
    """Run `mbsxl functions --markdown > docs/functions.md` where it is."""
    assert (ROOT / "docs" / "functions.md").read_text(encoding="utf-8") == reference.markdown()


def test_every_formula_is_in_every_list() -> None:
    table = published()["MBS_FUNCTIONS"]()
    assert isinstance(table, list)
    assert [row[0] for row in table[1:]] == list(CATALOGUE)
    assert all(f"### {name}\n" in reference.markdown() and f"  {name}(" in reference.overview() for name in CATALOGUE)
    one = published()["MBS_FUNCTIONS"]("speeds")
    assert isinstance(one, list)
    assert {row[0] for row in one[1:]} == {name for name, entry in CATALOGUE.items() if entry.family is Family.SPEEDS}


def test_what_is_taken_whole_has_a_bound() -> None:
    assert not [name for name, term in GLOSSARY.items() if term.whole and not term.longest]


def test_every_term_is_used() -> None:
    used = {argument.name for entry in CATALOGUE.values() for argument in arguments_of(entry)}
    assert set(GLOSSARY) <= used


def test_a_formula_that_is_not_there() -> None:
    answer = published()["MBS_WHY"]("MBS_CPRR")
    assert isinstance(answer, CellError)
    assert "MBS_CPR meant" in answer.message
