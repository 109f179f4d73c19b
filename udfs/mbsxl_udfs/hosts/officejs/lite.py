"""xlwings Lite: what a user pastes into it, and a workbook whose formulas it computes.

The text to paste carries the library itself: whoever opened the workbook would otherwise run whatever somebody put into
a package registry under our name.
"""

from __future__ import annotations

import ast
import base64
import io
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import mbsxl
from mbsxl_udfs.sheet import files

_PACKAGES = ("mbsxl", "mbsxl_udfs")
_PUBLISHED = "mbsxl_udfs.hosts.officejs.adapter"

_WIDTH = 118

REQUIREMENTS = "numpy\nscipy\n"

_MAIN = '''\
"""The formulas of mbsxl {version}.

Paste all of this into main.py of xlwings Lite, and put two lines below what stands in its requirements.txt: numpy and
scipy, which come with it. The library is in this text, as a zip archive: nothing else is fetched from anywhere.
"""

import base64
import sys
import tempfile
import zlib
from pathlib import Path

LIBRARY = """
{library}
"""

archive = Path(tempfile.mkdtemp(), "mbsxl.zip")
archive.write_bytes(zlib.decompress(base64.b85decode("".join(LIBRARY.split()))))
for name in [name for name in sys.modules if name.partition(".")[0] in {packages}]:
    del sys.modules[name]  # of the text that was here before
sys.path.insert(0, str(archive))

from {published} import *
'''


@cache
def main() -> str:
    """Return the text for xlwings Lite's main.py: the library, and the one line that publishes its formulas."""
    text = base64.b85encode(_library()).decode()
    library = "\n".join(text[start : start + _WIDTH] for start in range(0, len(text), _WIDTH))
    return _MAIN.format(version=mbsxl.__version__, library=library, packages=_PACKAGES, published=_PUBLISHED)


def _library() -> bytes:
    """Return as a zip archive the modules that the formulas need, the same every time: stored, and packed as one."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, source in sorted(_needed().items()):
            archive.writestr(zipfile.ZipInfo(name), source)
    return zlib.compress(target.getvalue(), 9)


def _needed() -> dict[str, bytes]:
    """Return the sources of the modules that the formulas import, at once or later, by their places."""
    places = {
        place.removesuffix(".py").removesuffix("/__init__").replace("/", "."): (place, file)
        for package in _PACKAGES
        for place, file in _files(package, resources.files(package))
    }
    needed: dict[str, bytes] = {}
    waiting = [_PUBLISHED]
    while waiting:
        name = waiting.pop()
        if name not in places or places[name][0] in needed:
            continue
        place, file = places[name]
        needed[place] = file.read_bytes()
        waiting += [name.rpartition(".")[0], *_imported(needed[place])]
    return needed


def _imported(source: bytes) -> Iterator[str]:
    """Yield the names that a module imports anywhere: of modules, and of what may be one."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


def _files(place: str, folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(f"{place}/{entry.name}", entry)
        elif entry.name.endswith(".py"):
            yield f"{place}/{entry.name}", entry


def write(name: str, data: bytes, folder: Path) -> list[Path]:
    """Write the two texts for xlwings Lite's editor, and the workbook; return where they are.

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
        folder / "requirements.txt": REQUIREMENTS.encode(),
        folder / "main.py": main().encode(),
        folder / f"{name}.xlsx": data,
    }
    files.require_free(contents, may_replace=lambda path: path.read_bytes() == contents[path])
    for path, content in contents.items():
        files.write(path, content)
    return list(contents)
