"""Every file that the project writes, under a lint that sees what makes Excel repair a file; and the lint itself."""

from __future__ import annotations

import importlib.util
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import parity
import pytest
import xlsxwriter
from package_lint import faults
from saved import SPELLINGS, saved

from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.hosts import excel as excel_host
from mbsxl_udfs.hosts.excel import installer as excel
from mbsxl_udfs.hosts.host import HOSTS, Host, plain, workbook_for
from mbsxl_udfs.sheet.engine import Book
from mbsxl_udfs.sheet.respelling import values_only
from mbsxl_workbooks import templates

SHEET, BOOK, TYPES = "xl/worksheets/sheet2.xml", "xl/workbook.xml", "[Content_Types].xml"


def _changed(data: bytes, part: str, change: Callable[[bytes], bytes | None]) -> bytes:
    """A workbook with one part changed, or left out."""
    target, touched = io.BytesIO(), False
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content: bytes | None = source.read(name)
            if name == part:
                touched, content = change(content) != content, change(content)  # type: ignore[arg-type]
            if content is not None:
                copy.writestr(name, content)
    assert touched, "nothing was planted"
    return target.getvalue()


def _put(pattern: bytes, replacement: bytes) -> Callable[[bytes], bytes]:
    return lambda content: re.sub(pattern, replacement, content, count=1, flags=re.DOTALL)


MERGED = b'<mergeCells><mergeCell ref="A1:C3"/><mergeCell ref="C3:D4"/></mergeCells>'
PLANTED = {
    "elements out of order": (SHEET, _put(rb"(<cols>.*?</cols>)(.*?</sheetData>)", rb"\2\1")),
    "an unknown attribute": (SHEET, _put(rb"<sheetData>", b'<sheetData foo="1">')),
    "an unknown attribute of a cell": (SHEET, _put(rb'<c r="', b'<c foo="1" r="')),
    "an unknown cell type": (SHEET, _put(rb' t="s"', b' t="q"')),
    "a style out of range": (SHEET, _put(rb'(<c [^>]*s=)"\d+"', rb'\1"99999"')),
    "a shared string out of range": (SHEET, _put(rb'(t="s"[^>]*><v>)\d+', rb"\g<1>99999")),
    "a cell twice": (SHEET, _put(rb'<c r="B3"', b'<c r="B2"')),
    "a cell out of order": (SHEET, _put(rb'<c r="B3"', b'<c r="Z3"')),
    "a row twice": (SHEET, _put(rb'<row r="4"', b'<row r="3"')),
    "cm out of range": (SHEET, _put(rb'cm="1"', b'cm="77"')),
    "a value that is no number": (SHEET, _put(rb"(<c [^>t]*><v>)[^<]*", rb"\1nan")),
    "no metadata": ("xl/metadata.xml", lambda _: None),
    "no drawing": ("xl/worksheets/_rels/sheet1.xml.rels", lambda _: None),
    "no content type": (TYPES, _put(rb'<Override PartName="/xl/metadata.xml"[^>]*/>', b"")),
    "a content type of nothing": (
        TYPES,
        _put(rb"</Types>", b'<Override PartName="/xl/x.xml" ContentType="x"/></Types>'),
    ),
    "a name like a cell": (BOOK, _put(rb'<definedName name="\w+"', b'<definedName name="ABC12"')),
    "a name like R1C1": (BOOK, _put(rb'<definedName name="\w+"', b'<definedName name="r2c"')),
    "an illegal name": (BOOK, _put(rb'<definedName name="\w+"', b'<definedName name="2nd rate"')),
    "a name twice": (BOOK, _put(rb'(<definedName name="\w+">[^<]*</definedName>)', rb"\1\1")),
    "a sheet twice": (BOOK, _put(rb'<sheet name="Inputs"', b'<sheet name="SUMMARY"')),
    "a newer function": (SHEET, _put(rb"<f>[^<]*</f>", b"<f>LET(a,1,a)</f>")),
    "a formula broken off": (SHEET, _put(rb"<f>[^<]*</f>", b"<f>SUM(1,</f>")),
    "a text broken off": (SHEET, _put(rb"<f>[^<]*</f>", b'<f>"a</f>')),
    "an operator at the end": (SHEET, _put(rb"<f>[^<]*</f>", b"<f>A1+</f>")),
    "a format out of range": ("xl/styles.xml", _put(rb'(<cellXfs.*?fontId=)"\d+"', rb'\1"999"')),
    "merged cells overlap": (
        SHEET,
        _put(
            rb"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:C3"/><mergeCell ref="C3:D4"/></mergeCells>'
        ),
    ),
}


@pytest.fixture(scope="module")
def planted_in() -> bytes:
    """A workbook that has all that is planted in: a chart, names, formats, formulas, a spill."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        summary, inputs = book.add_worksheet("Summary"), book.add_worksheet("Inputs")
        percent = book.add_format({"num_format": "0.00%", "bold": True})
        inputs.set_column("A:A", 30)
        for row, (label, value) in enumerate({"price": 101.5, "coupon": 0.055, "age": 12}.items(), start=1):
            inputs.write_row(row, 0, [label, value], percent)
            book.define_name(label, f"=Inputs!$B${row + 1}")
        inputs.write_formula("C2", "=B2*2", percent, 203)
        inputs.write_dynamic_array_formula("D2:D4", "=B2:B4*2", percent)
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Inputs!$B$2:$B$4"})
        summary.insert_chart("B2", chart)
    return target.getvalue()


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_seen(fault: str, planted_in: bytes) -> None:
    part, change = PLANTED[fault]
    assert faults(planted_in) == []
    assert faults(_changed(planted_in, part, change)) != []


# ------------------------------------------------------------------------------------------- what the project writes


@pytest.mark.parametrize("name", templates.NAMES)
def test_a_template_and_every_copy_of_it_are_sound(name: str) -> None:
    data = templates.path_of(name).read_bytes()
    assert faults(data) == []
    assert faults(values_only(data)) == []
    for host in HOSTS:
        assert faults(workbook_for(host, data)) == []


def test_a_workbook_that_was_recalculated_is_sound(tmp_path: Path) -> None:
    for name, data in {
        "template": templates.path_of("yield_table").read_bytes(),
        "cases": parity.workbook()[0],
        "link": saved(SPELLINGS["Excel with the add-in"], ("rates.xlsx",)),
    }.items():
        Book(data, published(), name, plain).save(tmp_path / f"{name}.xlsx")
        assert faults((tmp_path / f"{name}.xlsx").read_bytes()) == []


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.__name__.rpartition(".")[2])
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_workbook_without_its_link_is_sound(spelling: str, host: Host) -> None:
    assert faults(workbook_for(host, saved(spelling, ("rates.xlsx",)))) == []


def test_the_add_in_is_sound() -> None:
    assert faults(excel.addin()) == []


@pytest.mark.skipif(
    importlib.util.find_spec("openxml_audit") is None, reason="openxml-audit is not here: pip install -e .[hosts]"
)
def test_the_schema_of_open_xml_finds_nothing(tmp_path: Path) -> None:
    from openxml_audit import OpenXmlValidator

    files = {f"{name}.xlsx": templates.path_of(name).read_bytes() for name in templates.NAMES}
    files |= {"mbsxl.xlam": excel.addin(), "saved.xlsx": workbook_for(excel_host, saved("[1]!MBS_YIELD", ("a.xlsx",)))}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        assert OpenXmlValidator().validate(tmp_path / name).errors == [], name
