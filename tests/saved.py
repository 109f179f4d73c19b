"""Workbooks as programs save them: each spells our functions in its own way, Excel with a link to the add-in's file."""

from __future__ import annotations

import io
import zipfile

import xlsxwriter

_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_EXTERNAL_LINK = f"""<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">\
<externalBook xmlns:r="{_RELATIONS}" r:id="rId1"><definedNames><definedName name="MBS_YIELD"/></definedNames>\
</externalBook></externalLink>""".encode()
_TARGET = f"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Type="{_RELATIONS}/externalLinkPath" Target="{{file}}" TargetMode="External"/>
</Relationships>"""
SPELLINGS = {
    "Excel with the add-in": "[1]!MBS_YIELD",
    "the add-in by its name": "mbsxl.xlam!MBS_YIELD",
    "the add-in by its place": r"'C:\Users\O''Neil [x]\XLSTART\mbsxl.xlam'!MBS_YIELD",
    "the add-in in brackets": r"'C:\XLSTART\[mbsxl.xlam]'!MBS_YIELD",
    "xlwings Lite": "_xldudf_MBS_YIELD",
    "xlwings Server": "_xldudf_DESK_TOOLS_MBS_YIELD",
    "LibreOffice": "MBS.YIELD",
    "an XLL": "_xll.MBS_YIELD",
    "Excel without it": "_xludf.MBS_YIELD",
    "typed in small letters": "mbs_yield",
}
POOL = '100,9%,9.5%,360,0,"150 PSA",,"GNMA I"'
YIELD = 0.0910674822255724  # as the workbook holds it that Excel's spelling came with


def saved(spelling: str, before: tuple[str, ...] = ()) -> bytes:
    """A workbook as a program saves it: with links to the add-in, where it has one, and to other files."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("S")
    sheet.write_formula("A1", f"={spelling}({POOL})", None, YIELD)
    sheet.write_formula("A2", "=A1*2", None, 2 * YIELD)
    sheet.write_formula("A3", f'=IFERROR({spelling}({POOL}),99)&"{spelling.replace(chr(34), "")}("', None, "x")
    for row, _ in enumerate(before, start=1):
        sheet.write_formula(3 + row, 0, f"='[{row + spelling.startswith('[')}]Rates (old)'!A1+1", None, 7)
    book.define_name("answer", "=S!$A$1")
    book.define_name("formula", f"={spelling}({POOL})")
    book.close()
    files = ["mbsxl.xlam"] * spelling.startswith("[") + list(before)
    return _linked(target.getvalue(), files) if files else target.getvalue()


def _linked(data: bytes, files: list[str]) -> bytes:
    """A workbook with the parts that links to other files have in it."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    numbers = range(1, len(files) + 1)
    listed = "".join(f'<externalReference r:id="link{number}"/>' for number in numbers)
    relations = "".join(
        f'<Relationship Id="link{number}" Type="{_RELATIONS}/externalLink" '
        f'Target="externalLinks/externalLink{number}.xml"/>'
        for number in numbers
    )
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
    types = "".join(
        f'<Override PartName="/xl/externalLinks/externalLink{number}.xml" ContentType="{content}"/>'
        for number in numbers
    )
    for part, end, added in [
        ("xl/workbook.xml", b"<definedNames>", f"<externalReferences>{listed}</externalReferences>"),
        ("xl/_rels/workbook.xml.rels", b"</Relationships>", relations),
        ("[Content_Types].xml", b"</Types>", types),
    ]:
        parts[part] = parts[part].replace(end, added.encode() + end)
    for number, file in zip(numbers, files, strict=True):
        parts[f"xl/externalLinks/externalLink{number}.xml"] = _EXTERNAL_LINK
        parts[f"xl/externalLinks/_rels/externalLink{number}.xml.rels"] = _TARGET.format(file=file).encode()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return target.getvalue()
