"""xlwings Lite: what a user pastes into it, and a workbook whose formulas it computes."""

from __future__ import annotations

from pathlib import Path

import mbsxl
from mbsxl_udfs.sheet import files

MAIN = '''\
"""The formulas of mbsxl."""

from mbsxl_udfs.hosts.officejs.adapter import *
'''


def write(name: str, data: bytes, folder: Path) -> list[Path]:
    """Write the two files for xlwings Lite's editor, and the workbook; return where they are.

    Parameters
    ----------
    name
        What the workbook is called.
    data
        The .xlsx file, in the spelling of xlwings Lite.
    folder
        Where to write; made where it is not there yet.
    """
    contents = {
        folder / "requirements.txt": f"mbsxl=={mbsxl.__version__}\n".encode(),
        folder / "main.py": MAIN.encode(),
        folder / f"{name}.xlsx": data,
    }
    files.require_free(contents, may_replace=lambda path: path.read_bytes() == contents[path])
    for path, content in contents.items():
        files.write(path, content)
    return list(contents)
