"""What a file holds: cells are read however programs write them, and damage is one line that names the part."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable

import pytest
import xlsxwriter

from mbsxl.errors import InputError
from mbsxl_udfs.sheet import archive
from mbsxl_udfs.sheet.addresses import Area
from mbsxl_udfs.sheet.archive import Archive
from mbsxl_udfs.sheet.cells import CellError
from mbsxl_udfs.sheet.charts import NumberFormats, charts
from mbsxl_udfs.sheet.engine import Book
from mbsxl_udfs.sheet.package import Name, Package

SHEET = "xl/worksheets/sheet1.xml"
Change = tuple[bytes, bytes]


def made(fill: Callable[..., None] = lambda *_: None) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        fill(book, book.add_worksheet("S"))
    return stream.getvalue()


def changed(data: bytes, parts: dict[str, Change | bytes]) -> bytes:
    """A file with one text of a part replaced, or the whole part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change, part = parts.get(name, b""), old.read(name)
            if isinstance(change, tuple):
                assert change[0] in part
                part = part.replace(*change, 1)
            new.writestr(name, change if change and isinstance(change, bytes) else part)
        for name in parts.keys() - old.namelist():
            new.writestr(name, parts[name])
    return stream.getvalue()


def with_cells(cells: str, texts: str = "") -> Package:
    """A workbook whose sheet holds these rows."""

    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write("A1", "a text")

    data = made(fill)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        sheet = re.sub(rb"<sheetData>.*</sheetData>", f"<sheetData>{cells}</sheetData>".encode(), package.read(SHEET))
    parts: dict[str, Change | bytes] = {SHEET: sheet}
    if texts:
        parts["xl/sharedStrings.xml"] = (b"<si><t>a text</t></si>", texts.encode())
    return Package(changed(data, parts), "book")


# ---------------------------------------------------------------------------------------------------- what is read


def test_values_of_every_kind_that_files_hold() -> None:
    texts = "<si><t>plain</t></si><si><r><t>in </t></r><r><rPr><b/></rPr><t>parts</t></r><rPh><t>no</t></rPh></si><si/>"
    kinds = {
        "<v>1.5</v>": 1.5,
        't="n"><v> 2E-3 </v>': 0.002,
        "<v/>": None,
        "": None,
        't="b"><v>1</v>': True,
        't="e"><v>#N/A</v>': CellError("#N/A"),
        't="s"><v>0</v>': "plain",
        't="s"><v>1</v>': "in parts",
        't="s"><v>2</v>': "",
        't="str"><v>a_x000D_b_x005F_x0041_</v>': "a\rb_x0041_",
        't="str"><v/>': "",
        't="str">': None,
        't="s"><v/>': None,
        't="b"><v/>': None,
        't="b"><v>TRUE</v>': True,
        't="e"><v/>': None,
        't="inlineStr"><is><t>here</t></is>': "here",
        't="inlineStr">': "",
        't="inlineStr"><is/>': "",
        't="inlineStr"><is><t/></is>': "",
        't="inlineStr"><v>here</v>': "here",
        't="inlineStr"><is><r><t>in </t></r><r><t>parts</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is>': "in parts",
        't="d"><v>2026-03-01T12:00:00Z</v>': 46082.5,
        't="d"><v>2026-03-01</v>': 46082,
        't="d"><v>2026-03-01T12:00:00.000+02:00</v>': 46082.5,
        't="d"><v>18:00:00</v>': 0.75,
        "<v>1<!-- and -->2</v>": 12,
    }
    cells = "".join(f"<c {kind}</c>" if kind.startswith("t=") else f"<c>{kind}</c>" for kind in kinds)
    sheet = with_cells(f"<row>{cells}</row>", texts).sheets["S"]
    assert [sheet.held(1, column) for column in range(1, len(kinds) + 1)] == list(kinds.values())
    assert sheet.held(9, 9) is None


def test_rows_and_cells_that_do_not_say_where_they_are() -> None:
    cells = '<row><c><v>1</v></c><c r="D1"><v>2</v></c><c><v>3</v></c></row><row r="4"><c><v>4</v></c></row>'
    sheet = with_cells(cells + '<row><c><v>5</v></c></row><row><c r="B9"><v>6</v></c></row>').sheets["S"]
    places = {(1, 1): 1, (1, 4): 2, (1, 5): 3, (4, 1): 4, (5, 1): 5, (9, 2): 6}
    assert {place: sheet.held(*place) for place in sheet.places()} == places
    assert b'<c r="E1"><v>3</v></c>' in sheet.xml()


def test_formulas_of_every_kind_that_files_hold() -> None:
    rows = [
        '<c r="A1"><f>1+1</f><v>2</v></c><c r="B1" cm="1"><f t="array" ref="B1:B3">C1:C3</f><v>1</v></c>',
        '<c r="A2"><f t="shared" ref="A2:A3" si="0">B2</f><v>2</v></c><c r="B2"><f ca="1"/><v>9</v></c>',
        '<c r="A3"><f t="shared" si="0"/><v>3</v></c><c r="B3"><f ca="1"/><v>9</v></c>',
        '<c r="A4"><f t="array" ref="A4:B5">{1,2}</f><v>1</v></c><c r="B4"><v>2</v></c>',
        '<c r="A5"><v>1</v></c><c r="B5"><v>2</v></c>',
        '<c r="A6"><f t="dataTable" ref="A6:A7" r1="B1"/><v>42</v></c>',
    ]
    sheet = with_cells("".join(f'<row r="{row}">{cells}</row>' for row, cells in enumerate(rows, 1))).sheets["S"]
    assert sheet.formulas == {(1, 1): "1+1", (1, 2): "C1:C3", (2, 1): "B2", (3, 1): "", (4, 1): "{1,2}"}
    assert sheet.arrays == {(1, 2)}
    assert sheet.fixed == {(4, 1): Area.parse("A4:B5")}
    assert sheet.shared == {(3, 1): (2, 1)}
    assert sheet.area((1, 2)) == Area.parse("B1:B3")
    assert sheet.held(6, 1) == 42  # a what-if table has values only
    sheet.write_array(1, 2, [[7.0], [8.0], [9.0]])
    assert sheet.xml().count(b'<f ca="1"/>') == 2  # which a list of what to calculate first may name
    assert [sheet.held(row, 2) for row in (1, 2, 3)] == [7, 8, 9]


def test_names_are_of_the_book_or_of_a_sheet() -> None:
    def fill(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        book.add_chartsheet("Picture")
        book.add_worksheet("T")
        book.define_name("rate", "=0.05")
        book.define_name("T!local", "=T!$A$1")
        sheet.print_area("A1:B2")

    assert Package(made(fill), "book").names == [Name("local", "T!$A$1", "T"), Name("rate", "0.05", None)]


@pytest.mark.parametrize("space", ["", ' xml:space="preserve"'])
def test_spaces_around_a_text_count_where_the_file_says_so(space: str) -> None:
    texts = f"<si><t{space}>&#10; \u00a0a </t></si><si><r><t>a</t></r><r><t> </t></r><r><t>b</t></r></si>"
    cells = f'<c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t{space}> a </t></is></c>'
    sheet = with_cells(f'<row>{cells}<c t="str"><v{space}> a </v></c></row>', texts).sheets["S"]
    kept = ["\n \u00a0a ", "a b", " a ", " a "] if space else ["\u00a0a", "a b", "a", "a"]
    assert [sheet.held(1, column) for column in range(1, 5)] == kept


def test_spaces_around_a_text_are_kept() -> None:
    sheet = with_cells('<row r="1"><c r="A1" t="str"><f>B1</f><v xml:space="preserve"> a </v></c></row>').sheets["S"]
    assert sheet.held(1, 1) == " a "
    sheet.write(1, 1, " b ")
    assert b'<v xml:space="preserve"> b </v>' in sheet.xml()


# --------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ('<row r="abc"/>', ""),
        ('<row r="0"/>', "row 0 stands there twice, or is none"),
        ('<row r="1048577"/>', "row 1048577"),
        ('<row r="1"/><row r="1"/>', "row 1 stands there twice"),
        ('<row r="1"><c r="XFE1"/></row>', "cell XFE1"),
        ('<row r="1"><c r="A2"/></row>', "cell A2 stands there twice, or in the wrong row"),
        ('<row r="1"><c r="A1"/><c r="A1"/></row>', "cell A1"),
        ('<row r="1"><c r="1A"/></row>', "is not a range of cells"),
        ('<row r="1"><c r="A1" cm="1"><f t="array">1</f></c></row>', ""),
        ('<row r="1"><c r="A1" cm="1"><f t="array" ref="B1">1</f></c></row>', "cannot fill B1"),
        ('<row r="1"><c r="A1"><f t="array" ref="A1:XFE1">1</f></c></row>', "cannot fill A1:XFE1"),
        ('<row r="1"><c r="A1"><f t="shared" si="4"/></c></row>', "A1 shares a formula that is not there"),
        ('<row r="1"><c r="A1"', ""),
        ("<a>" * 300_000 + "</a>" * 300_000, ""),
    ],
)
def test_cells_that_make_no_sense_are_one_line_naming_the_part(cells: str, words: str) -> None:
    with pytest.raises(InputError, match=rf"is damaged in {SHEET}.*{words}.*; save it again") as refused:
        with_cells(cells)
    assert not re.search(r"NoneType|object|literal|<string>|Error", str(refused.value))


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/workbook.xml", (b"fullCalcOnLoad", b'iterate="1" iterateCount="many" fullCalcOnLoad')),
        (SHEET, (b"<v>1</v>", b"<v>one</v>")),
        (SHEET, (b"<v>1</v>", b"<v>1e999</v>")),
        (SHEET, (b"<v>1</v>", b"<v>nan</v>")),
        (SHEET, (b"<v>1</v>", b"<v>1</v><is/>")),
        (SHEET, (b'<c r="A1"><v>1</v>', b'<c r="A1" t="s"><v>99</v>')),
        (SHEET, (b'<c r="A1"><v>1</v>', b'<c r="A1" t="d"><v>soon</v>')),
        (SHEET, (b'<c r="A1"><v>1</v>', b'<c r="A1" t="s"><v>-1</v>')),
        (SHEET, (b'<c r="A1"><v>1</v>', b'<c r="A1" t="b"><v>yes</v>')),
    ],
)
def test_a_value_that_makes_no_sense_is_one_line_too(part: str, change: Change) -> None:
    data = changed(made(lambda _, sheet: sheet.write("A1", 1)), {part: change})
    if change[1].endswith(b"<is/>"):
        assert Book(data, {}).block("S!A1:A1") == [[1]]
        return
    with pytest.raises(InputError, match=f"is damaged in {part}"):
        Book(data, {}).recalculate()


def test_a_huge_array_walks_only_the_cells_there_are() -> None:
    cells = (
        '<row r="1"><c r="A1" cm="1"><f t="array" ref="A1:XFD1048576">B9</f><v>1</v></c><c r="C1"><v>2</v></c></row>'
    )
    sheet = with_cells(cells).sheets["S"]
    sheet.clear()
    assert sheet.held(1, 3) is None


def _chart(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
    sheet.write_column("A1", [1, 2, 3], book.add_format({"num_format": "0.000%"}))
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=S!$A$1:$A$3", "line": {"color": "#123456"}})
    sheet.insert_chart("C1", chart)


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("xl/charts/chart1.xml", (b'<c:order val="0"/>', b'<c:order val="first"/>')),
        ("xl/charts/chart1.xml", b"<a/"),
        ("xl/drawings/drawing1.xml", b""),
        ("xl/styles.xml", (b'numFmtId="164"', b'numFmtId="many"')),
        (SHEET, (b's="1"', b's="99999"')),
        (SHEET, (b's="1"', b's="-1"')),
        (SHEET, (b's="1"', b's="x"')),
    ],
)
def test_a_look_that_makes_no_sense_is_one_line_naming_the_part(part: str, change: Change | bytes) -> None:
    data = changed(made(_chart), {part: change or b" "})
    with pytest.raises(InputError, match=f"is damaged in {part}"):
        looks_of(data)


def looks_of(data: bytes) -> tuple[list[str], str]:
    package = Package(data, "book")
    return [series.color for chart in charts(package) for series in chart.series], NumberFormats(package).of("S", 1, 1)


def test_a_colour_that_is_none_is_the_houses() -> None:
    assert looks_of(made(_chart)) == (["#123456"], "0.000%")
    odd = {"xl/charts/chart1.xml": (b'"123456"', b'"zebra"')}
    assert looks_of(changed(made(_chart), odd)) == (["#1F3A5F"], "0.000%")


PARTS = ["xl/workbook.xml", SHEET, "xl/sharedStrings.xml", "xl/styles.xml", "xl/tables/table1.xml"]
CONTENTS = [b" ", b"<", b"\xff\xfe\0", b"<a/><a/>", b'<?xml version="1.0" encoding="klingon"?><a/>']


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("content", CONTENTS)
def test_a_part_that_is_something_else_is_named(part: str, content: bytes) -> None:
    def fill(_: object, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write("A1", "text")
        sheet.add_table("A2:B4")

    with pytest.raises(InputError, match=f"is damaged in {part}"):
        looks_of(changed(made(fill), {part: content}))


def test_strict_open_xml_is_refused_by_name() -> None:
    strict = (
        b"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    )
    with pytest.raises(InputError, match=r"Strict form of Open XML; save it as Excel Workbook"):
        Package(changed(made(), {"xl/workbook.xml": strict}), "book")


def test_sizes_are_known_before_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    data = changed(made(), {"xl/media/image1.png": b"\0" * 3_000_000})
    monkeypatch.setattr(archive, "MOST_UNPACKED", 2_000_000)
    with pytest.raises(InputError, match="unpacks to 3 MB, more than the 2 MB read here"):
        Archive(data, "book")
    monkeypatch.undo()
    monkeypatch.setattr(archive, "MOST_PARSED", 400)
    with pytest.raises(InputError, match=r"is damaged in .*, more than the 0 MB read here"):
        Package(data, "book")


def test_a_part_that_is_only_copied_is_checked_too() -> None:
    data = bytearray(changed(made(), {"xl/media/image1.png": b"0123456789" * 100}))
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        entry = package.getinfo("xl/media/image1.png")
    data[entry.header_offset + 30 + len(entry.filename) + 3] ^= 255
    package = Package(bytes(data), "book")
    with pytest.raises(InputError, match=r"is damaged in xl/media/image1\.png"):
        package.data({})


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_parts_of_one_name_are_refused() -> None:
    stream = io.BytesIO(made())
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr(SHEET, b"<worksheet/>")
    with pytest.raises(InputError, match="two of its parts have one name"):
        Package(stream.getvalue(), "book")


def test_a_chart_says_what_the_cell_of_its_title_now_says() -> None:
    def titled(book: xlsxwriter.Workbook, sheet: xlsxwriter.worksheet.Worksheet) -> None:
        sheet.write("A1", 20)
        sheet.write_formula("B1", '="a <fall> of "&A1')
        chart = book.add_chart({"type": "line"})
        chart.set_title({"name": "=S!$B$1"})
        chart.add_series({"values": "=S!$A$1:$A$3", "name": "typed"})
        sheet.insert_chart("C1", chart)
        book.define_name("fall", "=S!$A$1")

    book = Book(made(titled), {}, "book")
    book.set("fall", 30.0)
    before, after = (Archive(data, "book").read("xl/charts/chart1.xml") for data in (made(titled), book.data()))
    kept = b"<c:v>%s</c:v></c:pt></c:strCache>"
    assert after == before.replace(kept % b"0", kept % b"a &lt;fall&gt; of 30", 1)
