"""Hostile files: a workbook whose parts are broken in every way thought of is reviewed, or refused in one line.

Never a traceback, a signal, more than so much memory or time, a changed input, or an output that is no archive.
"""

from __future__ import annotations

import io
import os
import random
import re
import resource
import struct
import sys
import tempfile
import time
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import xlsxwriter
from lxml import etree

Parts = dict[str, bytes]
MEMORY, SECONDS = 3 << 30, 60  # that one review may take

ODD = [
    *("", " ", "abc", "-1", "0", "1e999", "nan", "9" * 20, "2147483648", "true", "None", "#REF!", "\u202e", "{}", "'"),
    *("A0", "A1:XFD1048576", "XFE1", "A1048577", "B2:A1", "ZZZ9999999", "1:1", "A:A", "$A$1", "[1]S!A1", "S!A1", "é"),
    *("../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "rId999", "_x0000_", "x" * 40_000),
    *("(" * 3_000, "[" * 3_000, "-" * 3_000 + "1", "SUM(" * 200 + "1" + ")" * 200, "=1+", 'IF("', "A1#", "@"),
    *("LET(x,x,x)", "LAMBDA(x,x)(1)", "Pools[[", 'REPT("x",1e9)', "SEQUENCE(1048576,16384)", "A1:A1048576", "2^99999"),
    *("OFFSET(A1,-1,0)", 'INDIRECT("A"&1e9)', "1/0", "MBS_YIELD("),
]


def base() -> Parts:
    """A small workbook that has one of everything that is read."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        summary, inputs = book.add_worksheet("Summary"), book.add_worksheet("Inputs")
        percent = book.add_format({"num_format": "0.00%"})
        summary.write_column("B1", ["Title", "Question", "CPR"])
        summary.write("C5", '=MBS_CPR("165 PSA",speed)', percent)
        summary.write_dynamic_array_formula("E2:L5", '=MBS_CASHFLOW(100,5.5%,6.2%,3,0,"6 CPR")')
        summary.write_array_formula("E8:E10", "{=A1:A3*2}")
        summary.write("C6", "=SUM(Pools[face])")
        inputs.write_column("B1", [20, "6 CPR", 46000])
        inputs.data_validation("B1", {"validate": "integer", "criteria": ">=", "value": 0})
        inputs.add_table(
            "D1:E4", {"name": "Pools", "columns": [{"header": "face"}, {"header": "wac"}], "data": [[1, 2]] * 3}
        )
        book.define_name("answer", "=Summary!$C$5")
        book.define_name("speed", "=Inputs!$B$1")
        book.define_name("Inputs!local", "=Inputs!$B$2")
        for kind in ("line", "column", "scatter"):
            chart = book.add_chart({"type": kind})
            chart.add_series({"categories": "=Inputs!$D$2:$D$4", "values": "=Inputs!$E$2:$E$4", "name": "wac"})
            summary.insert_chart("N2", chart)
    with zipfile.ZipFile(stream) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return stream.getvalue()


# ----------------------------------------------------------------------------------------------- ways to break one


def a_tree(parts: Parts, dice: random.Random) -> tuple[str, etree._Element, list[etree._Element]]:
    name = dice.choice([each for each in parts if each.endswith((".xml", ".rels")) and "theme" not in each])
    root = etree.fromstring(parts[name])
    return name, root, [each for each in root.iter() if isinstance(each.tag, str)]


def odd_attribute(parts: Parts, dice: random.Random) -> bytes:
    name, root, elements = a_tree(parts, dice)
    element = dice.choice([each for each in elements if each.attrib] or elements)
    if element.attrib:
        element.set(dice.choice(list(element.attrib)), safe(dice.choice(ODD)))
    return packed(parts | {name: etree.tostring(root)})


def gone_attribute(parts: Parts, dice: random.Random) -> bytes:
    name, root, elements = a_tree(parts, dice)
    element = dice.choice([each for each in elements if each.attrib] or elements)
    if element.attrib:
        del element.attrib[dice.choice(list(element.attrib))]
    return packed(parts | {name: etree.tostring(root)})


def odd_text(parts: Parts, dice: random.Random) -> bytes:
    name, root, elements = a_tree(parts, dice)
    dice.choice([each for each in elements if each.text] or elements).text = safe(dice.choice(ODD))
    return packed(parts | {name: etree.tostring(root)})


def odd_formula(parts: Parts, dice: random.Random) -> bytes:
    name = dice.choice([each for each in parts if "worksheets/sheet1.xml" in each or each == "xl/workbook.xml"])
    root = etree.fromstring(parts[name])
    dice.choice(list(root.iter("{*}f", "{*}definedName"))).text = safe(dice.choice(ODD))
    return packed(parts | {name: etree.tostring(root)})


def gone_element(parts: Parts, dice: random.Random) -> bytes:
    name, root, elements = a_tree(parts, dice)
    element = dice.choice(elements[1:] or elements)
    if element.getparent() is not None:
        element.getparent().remove(element)
    return packed(parts | {name: etree.tostring(root)})


def doubled_element(parts: Parts, dice: random.Random) -> bytes:
    name, root, elements = a_tree(parts, dice)
    element = dice.choice(elements[1:] or elements)
    if element.getparent() is not None:
        element.addnext(etree.fromstring(etree.tostring(element)))
    return packed(parts | {name: etree.tostring(root)})


def renamed_element(parts: Parts, dice: random.Random) -> bytes:
    name, root, elements = a_tree(parts, dice)
    dice.choice(elements).tag = dice.choice(elements).tag
    return packed(parts | {name: etree.tostring(root)})


def deep_element(parts: Parts, dice: random.Random) -> bytes:
    name = dice.choice([each for each in parts if each.endswith(".xml")])
    depth = dice.choice([300, 3_000, 300_000])
    opened = re.compile(rb"(<[^?][^>]*[^/]>)")
    deep = opened.sub(lambda found: found[1] + b"<a>" * depth + b"</a>" * depth, parts[name], count=1)
    return packed(parts | {name: deep})


def gone_part(parts: Parts, dice: random.Random) -> bytes:
    gone = dice.choice(list(parts))
    return packed({name: part for name, part in parts.items() if name != gone})


def odd_part(parts: Parts, dice: random.Random) -> bytes:
    name = dice.choice(list(parts))
    whole, root = parts[name], re.compile(rb"<(?=[a-zA-Z])")
    contents = [b"", b"\0" * 100, b"<", b"<a/>", b"not xml", b"\xff\xfe" + os.urandom(200)]
    contents += [whole[: len(whole) // 2], whole + b"<a/>", parts[dice.choice(list(parts))]]
    contents += [whole.replace(b"UTF-8", b"ISO-8859-1"), whole.replace(b"UTF-8", b"klingon")]
    contents.append(whole.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16"))
    contents.append(root.sub(b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><', whole, count=1))
    contents.append(root.sub(b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><', whole, count=1))
    contents.append(whole.replace(b"schemas.openxmlformats.org", b"example.com"))
    contents.append(
        whole.replace(b"http://schemas.openxmlformats.org/spreadsheetml/2006", b"http://purl.oclc.org/ooxml")
    )
    return packed(parts | {name: dice.choice(contents)})


def flipped_bytes(parts: Parts, dice: random.Random) -> bytes:
    data = bytearray(packed(parts))
    for _ in range(dice.choice([1, 1, 3, 30])):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def flipped_header(parts: Parts, dice: random.Random) -> bytes:
    data = bytearray(packed(parts))
    starts = [found.start() for found in re.finditer(b"PK(\x01\x02|\x03\x04|\x05\x06)", data)]
    for _ in range(dice.choice([1, 2])):
        place = dice.choice(starts) + dice.randrange(4, 46)
        data[min(place, len(data) - 1)] = dice.choice([0, 1, 8, 9, 12, 14, 95, 255, dice.randrange(256)])
    return bytes(data)


def cut_short(parts: Parts, dice: random.Random) -> bytes:
    data = packed(parts)
    return data[: dice.randrange(len(data))]


def damaged_inside(parts: Parts, dice: random.Random) -> bytes:
    method = dice.choice([zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    data = bytearray(packed(parts, method))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entry = dice.choice(archive.infolist())
    start = entry.header_offset + 30 + len(entry.filename)
    for _ in range(8):
        data[start + dice.randrange(max(entry.compress_size, 1))] = dice.randrange(256)
    return bytes(data)


def a_bomb(parts: Parts, dice: random.Random) -> bytes:
    """A few megabytes that unpack to gigabytes, in a part that is read or one that is only copied."""
    name = dice.choice(
        ["xl/worksheets/sheet1.xml", "xl/media/image1.png", "xl/sharedStrings.xml", "customXml/item1.xml"]
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for each, part in parts.items():
            if each != name:
                archive.writestr(each, part)
        with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as bomb:
            head, end, tail = parts.get(name, b"<a></a>").rpartition(b"</")
            bomb.write(head)
            for _ in range(dice.choice([150, 150, 150, 300, 1_100])):
                bomb.write(b" " * 1_000_000)
            bomb.write(end + tail)
    return stream.getvalue()


def a_lying_size(parts: Parts, dice: random.Random) -> bytes:
    data = bytearray(packed(parts))
    place = dice.choice([found.start() for found in re.finditer(b"PK\x01\x02", data)])
    data[place + 24 : place + 28] = struct.pack("<I", dice.choice([0, 1, 10, 2**31, 2**32 - 2]))
    return bytes(data)


def a_second_entry(parts: Parts, dice: random.Random) -> bytes:
    stream = io.BytesIO(packed(parts))
    name = dice.choice(list(parts))
    with zipfile.ZipFile(stream, "a") as archive:
        info = zipfile.ZipInfo(
            dice.choice([name, name.upper(), "/" + name, "../" + name, "x" * 60_000, "a/../" + name, "\u202e.xml"])
        )
        archive.writestr(info, parts[dice.choice(list(parts))])
    return stream.getvalue()


def many_cells(parts: Parts, dice: random.Random) -> bytes:
    formula = dice.choice(["A1", "SUM(A$1:A1)", "A1048576", "Summary!C5", "NOW()", "1/0", "speed", "XFD1"])
    cell = '<row r="{0}"><c r="A{0}"><f>{1}</f></c></row>'
    rows = "".join(cell.format(row, formula) for row in range(1, 2_000)).encode()
    name = "xl/worksheets/sheet2.xml"
    return packed(parts | {name: re.sub(rb"(?<=<sheetData>).*(?=</sheetData>)", rows, parts[name])})


def no_archive(parts: Parts, dice: random.Random) -> bytes:
    compound = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512)
    return dice.choice([b"", b"PK", b"PK\x05\x06" + bytes(18), os.urandom(5_000), compound, b"<html>"])


def safe(text: str) -> str:
    """A text as XML can hold it."""
    return re.sub(r"[\x00-\x08\x0b-\x1f\ud800-\udfff]", "", text)


WAYS: list[Callable[[Parts, random.Random], bytes]] = [
    *(odd_attribute,) * 6,
    *(gone_attribute, odd_text, odd_formula, gone_element, doubled_element) * 2,
    renamed_element,
    deep_element,
    gone_part,
    *(odd_part,) * 3,
    flipped_bytes,
    *(flipped_header,) * 2,
    cut_short,
    *(damaged_inside,) * 2,
    a_bomb,
    a_lying_size,
    a_second_entry,
    many_cells,
    no_archive,
]


# ------------------------------------------------------------------------------------------------------- the trial


def tried(data: bytes, folder: Path) -> tuple[str, str]:
    """What became of the review of a file, `ok` or what is wrong with it, and what it said."""
    path, out, said = folder / "book.xlsx", folder / "out", folder / "said"
    path.write_bytes(data)
    child = os.fork()
    if child == 0:
        review(path, out, said)
    _, status, used = os.wait4(child, 0)
    text = said.read_text(encoding="utf-8", errors="replace")
    code = os.waitstatus_to_exitcode(status)
    wrong = [
        "traceback" if "Traceback" in text or code not in (0, 1, 2) else "",
        "more than one line" if code == 2 and len(text.splitlines()) != 1 else "",
        "the input changed" if path.read_bytes() != data else "",
        "a Python word" if re.search(r"NoneType|object has no|\bKeyError|0x[0-9a-f]{8}|<lxml|<string>", text) else "",
        "something left" if code == 2 and out.exists() and any(out.iterdir()) else "",
        "no archive" if code in (0, 1) and not whole(out / "book.xlsx") else "",
        f"{used.ru_maxrss >> 10} MB" if used.ru_maxrss > 2_500_000 else "",
    ]
    for each in out.glob("*") if out.exists() else ():
        each.unlink()
    return next(filter(None, wrong), "ok" if code == 2 else "reviewed"), text


def review(path: Path, out: Path, said: Path) -> None:
    """Run the command in this process, a child of the campaign's, within limits."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.argv = ["mbsxl", "review", str(path), "--out", str(out)]
    from mbsxl_install import command

    try:
        command.main()
    except SystemExit as left:
        sys.stdout.flush()
        os._exit(int(left.code or 0))
    except BaseException as fault:  # what the campaign looks for
        import traceback

        traceback.print_exception(fault)
        sys.stderr.flush()
    os._exit(99)


def whole(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (OSError, zipfile.BadZipFile):
        return False


def main() -> int:
    """Break workbooks for so many seconds; keep those that fell through."""
    warnings.simplefilter("ignore")  # what the archives made here are warned of
    seconds, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    import mbsxl_workbooks.report  # noqa: F401 - loaded once, for every child
    from mbsxl_workbooks.review import review as review_workbook

    with tempfile.TemporaryDirectory() as folder:  # what a first review loads is loaded for every child
        (Path(folder) / "base.xlsx").write_bytes(packed(base()))
        review_workbook(str(Path(folder) / "base.xlsx"), {}, Path(folder) / "out")
    parts, dice, found = base(), random.Random(seed), Counter[str]()
    kept = Path(tempfile.mkdtemp(prefix="hostile"))
    end, tries = time.monotonic() + seconds, 0
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            way = WAYS[tries % len(WAYS)]
            tries += 1
            data = way(parts, dice)
            verdict, text = tried(data, Path(folder))
            found[verdict] += 1
            if verdict not in ("ok", "reviewed"):
                name = kept / f"{way.__name__}{tries}.xlsx"
                name.write_bytes(data)
                print(f"{verdict}: {name}\n    {text.strip()[-300:]}", flush=True)
    refused, reviewed = found.pop("ok", 0), found.pop("reviewed", 0)
    fell = dict(found) or "none"
    print(f"{tries} hostile files: {refused} refused in one line, {reviewed} reviewed, {fell} fell through")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
