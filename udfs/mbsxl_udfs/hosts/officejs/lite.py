"""xlwings Lite: what a user pastes into it, and a workbook whose formulas it computes."""

from __future__ import annotations

from pathlib import Path

import mbsxl
from mbsxl.errors import InputError
from mbsxl_udfs.hosts.rewrite import rewritten

MAIN = '''\
"""The formulas of mbsxl."""

from mbsxl_udfs.hosts.officejs.adapter import *
'''


def spelling(name: str) -> str:
    """Return how a file spells a function that xlwings Lite registers.

    Examples
    --------
    >>> spelling("MBS_YIELD")
    '_xldudf_MBS_YIELD'
    """
    return f"_xldudf_{name}"


def write(name: str, data: bytes, folder: Path) -> list[Path]:
    """Write the two files for xlwings Lite's editor, and the workbook in its spelling; return where they are.

    Parameters
    ----------
    name
        What the workbook is called.
    data
        The .xlsx file.
    folder
        Where to write; made where it is not there yet.
    """
    files = {
        "requirements.txt": f"mbsxl=={mbsxl.__version__}\n".encode(),
        "main.py": MAIN.encode(),
        f"{name}.xlsx": rewritten(data, spelling),
    }
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for file, content in files.items():
        path = folder / file
        if path.exists() and path.read_bytes() != content:
            raise InputError("out", str(path), "exists already; move it or choose another folder")
        path.write_bytes(content)
        written.append(path)
    return written
