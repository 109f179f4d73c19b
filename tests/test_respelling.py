"""Workbooks respelt: our functions in every formula, whichever program saved it, and nothing else."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from package_lint import faults
from saved import POOL, SPELLINGS, YIELD, saved

from mbsxl.errors import InputError
from mbsxl_udfs.formulas.publish import published
from mbsxl_udfs.hosts import excel, libreoffice, officejs
from mbsxl_udfs.hosts.host import HOSTS, Host, plain, workbook_for
from mbsxl_udfs.sheet.engine import Book
from mbsxl_udfs.sheet.respelling import uncalculated, values_only
from mbsxl_workbooks import templates


def _parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return {name: package.read(name) for name in package.namelist()}


def _edited(data: bytes, old: bytes, new: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, part in _parts(data).items():
            package.writestr(name, part.replace(old, new))
    return target.getvalue()


def _workbook() -> bytes:
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = workbook.add_worksheet("MBS_CPR(x)")
    sheet.write_formula("A1", '=MBS_CPR("MBS_CPR(1)")&"a<b"&MBS_SMM("6 CPR")&mbs_psa ("6 CPR",12)')
    sheet.write_formula("A2", "='MBS_CPR(x)'!A1&MBS_CPR&MBS_OTHER(1)&X_MBS_CPR(1)&X.MBS_CPR(1)")
    sheet.write_dynamic_array_formula("C1:C3", '=MBS_SPEED_VECTOR("100 PSA",0,3)')
    sheet.write_string("A4", "MBS_CPR(1)")
    sheet.write_comment("A4", "MBS_CPR(1)")
    sheet.data_validation("A5", {"validate": "custom", "value": '=MBS_CPR("6 CPR")>0'})
    sheet.conditional_format("A5", {"type": "formula", "criteria": '=MBS_CPR("6 CPR")>0'})
    rows = {"columns": [{"header": "x"}, {"header": "y", "formula": '=MBS_CPR("6 CPR")'}]}
    sheet.add_table("E1:F3", rows)
    workbook.define_name("MBS_speed", '=MBS_CPR("6 CPR")')
    workbook.close()
    return target.getvalue()


def test_every_formula_is_respelt_and_nothing_else() -> None:
    before, after = _parts(_workbook()), _parts(workbook_for(libreoffice, _workbook()))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"}
    sheet = after["xl/worksheets/sheet1.xml"].decode()
    assert '>MBS.CPR("MBS_CPR(1)")&amp;"a&lt;b"&amp;MBS.SMM("6 CPR")&amp;MBS.PSA ("6 CPR",12)<' in sheet
    assert ">'MBS_CPR(x)'!A1&amp;MBS_CPR&amp;MBS_OTHER(1)&amp;X_MBS_CPR(1)&amp;X.MBS_CPR(1)<" in sheet
    assert '>MBS.SPEEDVECTOR("100 PSA",0,3)<' in sheet
    assert sheet.count('MBS.CPR("6 CPR")&gt;0') == 2  # the validation and the conditional format
    assert 'name="MBS_speed">MBS.CPR("6 CPR")<' in after["xl/workbook.xml"].decode()
    assert '<calculatedColumnFormula>MBS.CPR("6 CPR")<' in after["xl/tables/table1.xml"].decode()


def test_quotes_written_as_entities_are_quotes() -> None:
    data = _edited(_workbook(), b'"MBS_CPR(1)"', b"&quot;MBS_CPR(1)&quot;")
    sheet = _parts(workbook_for(libreoffice, data))["xl/worksheets/sheet1.xml"]
    assert b"MBS.CPR(&quot;MBS_CPR(1)&quot;)" in sheet.replace(b'"MBS_CPR(1)"', b"&quot;MBS_CPR(1)&quot;")


@pytest.mark.parametrize("host", HOSTS[1:], ids=["officejs", "libreoffice"])
@pytest.mark.parametrize("name", templates.NAMES)
def test_a_template_respelt_there_and_back_is_the_same(name: str, host: Host) -> None:
    data = templates.path_of(name).read_bytes()
    there = workbook_for(host, data)
    assert _parts(there) != _parts(data)
    assert _parts(workbook_for(excel, there)) == _parts(data)


@pytest.mark.parametrize("name", templates.NAMES)
def test_a_template_without_formulas_keeps_its_values_and_all_else(name: str) -> None:
    data = templates.path_of(name).read_bytes()
    before, after = _parts(data), _parts(values_only(data))
    assert list(before) == list(after)
    changed = {part for part in before if before[part] != after[part]}
    assert changed
    assert all(part.startswith("xl/worksheets/sheet") for part in changed)
    assert not any(re.search(rb"<f[ />]|<c [^>]*cm=", after[part]) for part in changed)
    for part in changed:
        assert re.findall(rb'<c r="(\w+)"', before[part]) == re.findall(rb'<c r="(\w+)"', after[part])
    assert _values(data) == _values(values_only(data))


def _values(data: bytes) -> list[list[tuple[object, ...]]]:
    workbook = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    return [list(sheet.values) for sheet in workbook.worksheets]


def test_a_formula_shared_from_another_cell_goes_too() -> None:
    shared = _edited(_workbook(), b"</f>", b'</f><!-- --></c><c r="Z9"><f t="shared" si="0"/>')
    assert b'<c r="Z9"><v>' in _parts(values_only(shared))["xl/worksheets/sheet1.xml"]


def test_the_order_of_calculation_goes_with_the_formulas() -> None:
    """Excel repairs a workbook whose calcChain names a cell without a formula."""
    order = '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><c r="A1" i="1"/></calcChain>'
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    relation = f'Target="styles.xml"/><Relationship Id="order" Type="{kind}" Target="calcChain.xml"/>'.encode()
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    listed = f'<Override PartName="/xl/calcChain.xml" ContentType="{content}"/></Types>'.encode()
    target = io.BytesIO(_edited(_edited(_workbook(), b'Target="styles.xml"/>', relation), b"</Types>", listed))
    with zipfile.ZipFile(target, "a") as package:
        package.writestr("xl/calcChain.xml", order)
    assert faults(target.getvalue()) == []
    assert faults(workbook_for(officejs, target.getvalue())) == []
    assert "xl/calcChain.xml" in _parts(workbook_for(officejs, target.getvalue()))
    assert faults(_edited(target.getvalue(), b'<c r="A1" i="1"/>', b'<c r="A1" i="1"/><c r="A4"/>')) != []
    assert faults(values_only(target.getvalue())) == []
    values = _parts(values_only(target.getvalue()))
    assert "xl/calcChain.xml" not in values
    assert not any(b"calcChain" in values[part] for part in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"))


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(InputError, match=r"save it as \.xlsx"):
        workbook_for(excel, b"a,b")


# ------------------------------------------------------------------------------------ as programs save their workbooks


def _formulas(data: bytes) -> list[str]:
    return [cell.value for row in openpyxl.load_workbook(io.BytesIO(data))["S"] for cell in row if cell.value]


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_is_calculated_and_stays(spelling: str, tmp_path: Path) -> None:
    data = saved(spelling)
    book = Book(data, published(), "saved", plain)
    assert book.errors() == []
    book.save(tmp_path / "saved.xlsx")
    written = (tmp_path / "saved.xlsx").read_bytes()
    assert _formulas(written) == _formulas(data)
    assert _values(written)[0][0][0] == pytest.approx(YIELD, rel=1e-12)
    assert _values(written)[0][1][0] == pytest.approx(2 * YIELD, rel=1e-12)
    assert str(_values(written)[0][2][0]).startswith("0.0910674822")
    assert {name for name in _parts(data) if "externalLink" in name} <= set(_parts(written))


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.__name__.rpartition(".")[2])
@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_becomes_that_of_the_program_asked_for(spelling: str, host: Host) -> None:
    respelt = workbook_for(host, saved(spelling))
    name = host.spelling("MBS_YIELD")
    assert _formulas(respelt)[0] == f"={name}({POOL})"
    assert _formulas(respelt)[2] == f'=IFERROR({name}({POOL}),99)&"{spelling}("'
    assert f">{name}(" in _parts(respelt)["xl/workbook.xml"].decode()
    assert b"externalReference" not in _parts(respelt)["xl/workbook.xml"]
    assert not any("externalLink" in part or b"externalLink" in content for part, content in _parts(respelt).items())


@pytest.mark.parametrize("text", ["a.", "'", "[1]", "'[1]", '"', "a(", "mbsxl.xlam!", "(", " "])
def test_a_formula_of_any_length_takes_no_time(text: str) -> None:
    """The patterns go over a formula once, whatever stands in it: else this would take hours."""
    assert plain(text * (300_000 // len(text)))


@pytest.mark.parametrize("text", ["<f>", "<f ", '<c r="', '<c r="A1"><f', "<f>[1]x", "<c ><f >", '<f a="'])
def test_a_part_of_any_length_takes_no_time(text: str) -> None:
    part = text.encode() * (300_000 // len(text))
    data = _edited(_workbook(), b"<sheetData>", part + b"<sheetData>")
    assert values_only(data)
    assert workbook_for(officejs, data)


def test_links_to_other_files_stay_and_are_counted_anew() -> None:
    data = saved("[1]!MBS_YIELD", before=("rates.xlsx", "speeds.xlsx"))
    assert _formulas(data)[3:] == ["='[2]Rates (old)'!A1+1", "='[3]Rates (old)'!A1+1"]
    after = workbook_for(officejs, data)
    assert _formulas(after)[3:] == ["='[1]Rates (old)'!A1+1", "='[2]Rates (old)'!A1+1"]
    links = [
        content for part, content in _parts(after).items() if part.endswith(".xml.rels") and "externalLink" in part
    ]
    assert [re.findall(rb'Target="(.*?)"', link) for link in links] == [[b"rates.xlsx"], [b"speeds.xlsx"]]
    assert _parts(after)["xl/workbook.xml"].count(b"<externalReference ") == 2
    assert _parts(after)["[Content_Types].xml"].count(b"externalLink+xml") == 2


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_values_alone_need_neither_formulas_nor_links(spelling: str) -> None:
    data = saved(spelling)
    assert _values(values_only(data)) == _values(data)
    assert b"<f>" not in _parts(values_only(data))["xl/worksheets/sheet1.xml"]


def test_formulas_without_values_keep_all_else() -> None:
    data = saved(SPELLINGS["LibreOffice"])
    assert [row[0] for row in _values(uncalculated(data))[0]] == [None] * 3
    assert _formulas(uncalculated(data)) == _formulas(data)
    assert faults(uncalculated(data)) == []
    for name in templates.NAMES:
        template = templates.path_of(name).read_bytes()
        assert faults(uncalculated(template)) == []
        assert not re.search(rb"</f><v>|<f [^<>]*/><v>", b"".join(_parts(uncalculated(template)).values()))
        assert _parts(values_only(uncalculated(template))).keys() == _parts(template).keys()


@pytest.mark.parametrize(
    "formula",
    [
        "OTHER.xlam!SPREAD(A1)",
        "[2]!BDP(A1)",
        "[1]Sheet1!MBS_YIELD",
        "Sheet1!MBS_YIELD+1",
        "Sheet1!MBS_YIELD(A1)",
        "'My sheet'!MBS_YIELD(A1)",
        '"[1]!MBS_YIELD("&A1',
        "'MBS.YIELD('!A1",
        "MBS.YIELDS(A1)",
        "my_MBS_YIELD(A1)",
        "_xldudf_MBS_YIELDS(A1)",
        "_xldudf_YIELD(A1)",
        "Pools[MBS_YIELD]",
    ],
)
def test_what_is_not_ours_is_left_alone(formula: str) -> None:
    assert plain(formula) == formula
