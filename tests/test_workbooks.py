"""The templates: built afresh they are what stands in the folder; their headlines are what plain arithmetic says."""

from __future__ import annotations

import zipfile
from pathlib import Path

import parity
import pytest
from laid_out import FORMULAS, laid_out
from lxml import etree

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.engine import Book
from mbsxl_workbooks import templates

ALL = pytest.mark.parametrize("name", templates.NAMES)
QUICK = {"book_review": "target"}  # an input that changes figures without valuing every position anew


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def is_sheet(part: str) -> bool:
    return part.startswith("xl/worksheets/sheet")


def cells(sheet: bytes) -> dict[str, tuple[str, str, str, str]]:
    """What each cell of a sheet holds: its kind, its style, its formula, its value."""
    return {
        cell.get("r"): (cell.get("t", ""), cell.get("s", ""), cell.findtext("{*}f", ""), cell.findtext("{*}v", ""))
        for cell in etree.fromstring(sheet).iter("{*}c")
    }


def shape(part: bytes) -> bytes:
    """All that a part says and how it looks, of a sheet also widths, styles, rules, merges; but not its values."""
    root = etree.fromstring(part)
    for value in root.iter("{*}v"):
        value.text = ""
    return etree.tostring(root, method="c14n")


def texts(part: bytes) -> list[str]:
    return ["".join(text.itertext()) for text in etree.fromstring(part)]


def same_value(one: str, other: str) -> bool:
    try:
        return float(one) == pytest.approx(float(other), rel=1e-9, abs=1e-9)
    except ValueError:
        return one == other


# ----------------------------------------------------------------------------------------------------- every template


@ALL
def test_a_template_has_no_error_and_its_checks_hold(name: str) -> None:
    book = laid_out(name).book
    assert (book.errors(), book.refused()) == ([], [])
    checks = {check: book.value(place) for check, place in book.names.items() if check.startswith("check_")}
    assert set(checks.values()) == {"ok"}
    assert not [check for check, place in book.names.items() if isinstance(book.value(place), CellError)]


@ALL
def test_the_workbook_in_the_folder_is_not_stale(name: str, tmp_path: Path) -> None:
    """Run `python -m mbsxl_workbooks.templates` where it is."""
    laid_out(name).book.save(tmp_path / "fresh.xlsx")
    built, anew = parts(templates.path_of(name)), parts(tmp_path / "fresh.xlsx")
    assert list(built) == list(anew)
    for part, content in anew.items():
        if part == "xl/sharedStrings.xml":
            assert sorted(texts(built[part])) == sorted(texts(content))
            continue
        assert shape(built[part]) == shape(content), part
        if is_sheet(part):
            there, here = cells(built[part]), cells(content)
            for place in there:
                assert same_value(there[place][3], here[place][3]), (part, place)


@pytest.mark.parametrize(
    ("folder", "was", "becomes"),
    [
        ("xl/worksheets/", b'operator="greaterThan"', b'operator="lessThan"'),
        ("xl/worksheets/", b'width="', b'width="1'),
        ("xl/worksheets/", b'<c r="C5" s="', b'<c r="C5" s="1'),
        ("xl/styles.xml", b'rgb="FFFFF6DC"', b'rgb="FFFFF6DD"'),
        ("xl/styles.xml", b'formatCode="0.00"', b'formatCode="0.0"'),
        ("xl/charts/chart1.xml", b'val="col"', b'val="bar"'),
    ],
)
def test_a_changed_look_would_be_seen(folder: str, was: bytes, becomes: bytes) -> None:
    built = parts(templates.path_of("coupon_compare"))
    content = next(content for part, content in built.items() if part.startswith(folder) and was in content)
    assert shape(content.replace(was, becomes, 1)) != shape(content)


@ALL
def test_recalculating_changes_values_and_nothing_else(name: str, tmp_path: Path) -> None:
    built, shown = templates.path_of(name), laid_out(name).book
    inputs = {key: shown.value(place) for key, place in shown.names.items() if place.sheet == "Inputs"}
    number = QUICK.get(name) or next(key for key, value in inputs.items() if isinstance(value, float))
    book = Book.read(built, FORMULAS)
    book.set(number, 0.9 * inputs[number])
    book.save(tmp_path / "changed.xlsx")
    before, after = parts(built), parts(tmp_path / "changed.xlsx")
    assert list(before) == list(after)
    changed = {part for part in before if before[part] != after[part]}
    sheets = set(filter(is_sheet, changed))
    assert sheets
    assert any("chart" in part for part in before)
    for part in changed - sheets:
        assert part.startswith("xl/charts/")
        assert shape(before[part]) == shape(after[part])
    for part in sheets:
        there, here = cells(before[part]), cells(after[part])
        assert {place: cell[1:3] for place, cell in there.items()} == {place: cell[1:3] for place, cell in here.items()}


@ALL
def test_no_formula_is_left_behind_by_another(name: str) -> None:
    """Evaluated once more, all of them and each formula computed anew, they say what they said."""
    laid = laid_out(name)
    anew = Book(laid.data, published(), name)
    for _ in range(2):
        for sheet in laid.book.sheets:
            once, again = (book.block(f"'{sheet}'!A1:Z400") for book in (laid.book, anew))
            for row, beside in zip(once, again, strict=True):
                assert all(parity.same(*cells, relative=1e-12) for cells in zip(row, beside, strict=True)), sheet
        laid.book.recalculate(whole=True)
