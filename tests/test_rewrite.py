"""Workbooks respelt for a host: our functions in every formula, and nothing else."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pytest
import xlsxwriter

from mbsxl.errors import InputError
from mbsxl_udfs.hosts.rewrite import rewritten, values_only
from mbsxl_workbooks import templates


def _dotted(name: str) -> str:
    return name.replace("MBS_", "MBS.", 1)


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
    sheet.write_formula("A2", "='MBS_CPR(x)'!A1&MBS_CPR&MBS_OTHER(1)&X_MBS_CPR(1)&_xll.MBS_CPR(1)")
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
    before, after = _parts(_workbook()), _parts(rewritten(_workbook(), _dotted))
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/tables/table1.xml"}
    sheet = after["xl/worksheets/sheet1.xml"].decode()
    assert '>MBS.CPR("MBS_CPR(1)")&amp;"a&lt;b"&amp;MBS.SMM("6 CPR")&amp;MBS.PSA ("6 CPR",12)<' in sheet
    assert ">'MBS_CPR(x)'!A1&amp;MBS_CPR&amp;MBS_OTHER(1)&amp;X_MBS_CPR(1)&amp;_xll.MBS_CPR(1)<" in sheet
    assert '>MBS.SPEED_VECTOR("100 PSA",0,3)<' in sheet
    assert sheet.count('MBS.CPR("6 CPR")&gt;0') == 2  # the validation and the conditional format
    assert 'name="MBS_speed">MBS.CPR("6 CPR")<' in after["xl/workbook.xml"].decode()
    assert '<calculatedColumnFormula>MBS.CPR("6 CPR")<' in after["xl/tables/table1.xml"].decode()


def test_quotes_written_as_entities_are_quotes() -> None:
    data = _edited(_workbook(), b'"MBS_CPR(1)"', b"&quot;MBS_CPR(1)&quot;")
    assert b"MBS.CPR(&quot;MBS_CPR(1)&quot;)" in _parts(rewritten(data, _dotted))["xl/worksheets/sheet1.xml"]


@pytest.mark.parametrize("name", templates.NAMES)
def test_a_template_respelt_there_and_back_is_the_same(name: str) -> None:
    data = templates.path_of(name).read_bytes()
    there = rewritten(data, lambda name: f"_xldudf_{name}")
    assert _parts(there) != _parts(data)
    assert _parts(_edited(there, b"_xldudf_", b"")) == _parts(data)


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


def test_what_is_no_workbook_is_refused() -> None:
    with pytest.raises(InputError, match=r"save it as \.xlsx"):
        rewritten(b"a,b", _dotted)
