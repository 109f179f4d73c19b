"""Files: the one way that a file is written, and what may be written over.

A command knows all of its outputs, and has them checked by `require_free`, before it writes the first. An output of
`review` is stamped with a digest of itself: the next review may replace it, unless somebody has changed it since.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import struct
import time
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from mbsxl.errors import InputError

_STAMP = "mbsxl review sha256:"
_STAMPED = re.compile(re.escape(_STAMP).encode() + rb"([0-9a-f]{64})")
_TAIL = 200  # bytes at the end of a file among which its stamp is
_LONG_AGO = 3600  # seconds
_PAGE_END = b"</body></html>\n"
_ENDS = {b"", b" -->" + _PAGE_END}  # what follows it in a workbook, and in a page


def write(path: Path, data: bytes) -> None:
    """Replace a file whole or not at all, with `replace`.

    Errors
    ------
    InputError
        Where the file cannot be replaced, being open in another program for example; it is then untouched.
    """
    if path.is_symlink():
        raise InputError("out", str(path), "is a link to another file; remove it or choose another folder")
    for lock in (f"~${path.name}", f".~lock.{path.name}#"):  # what Excel and LibreOffice leave beside an open file
        if (path.parent / lock).exists():
            raise InputError("out", str(path), "is open in another program; close it or choose --out")
    try:
        replace(path, data)
    except OSError as fault:
        remedy = f"cannot be written ({fault.strerror}); close it where it is open or choose --out"
        raise InputError("out", str(path), remedy) from fault


def replace(path: Path, data: bytes) -> None:
    """Write a file beside its place, have it on the disk, and only then put it there; a link itself is replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    beside = path.with_name(f".mbsxl-{secrets.token_hex(8)}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, beside)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    _settle(path.parent)


def _sweep(folder: Path) -> None:
    """Remove what writers that were killed long ago have left in a folder."""
    for left in folder.glob(".mbsxl-*.tmp"):
        if time.time() - left.lstat().st_mtime > _LONG_AGO:
            left.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Have the names in a folder on the disk; Windows does so by itself."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def require_free(
    outputs: Iterable[Path], inputs: Iterable[Path] = (), may_replace: Callable[[Path], bool] = lambda _: False
) -> None:
    """Refuse outputs that would take the place of an input, of one another, or of a file that is a user's.

    Parameters
    ----------
    outputs
        Every file that a command is going to write.
    inputs
        Every file that it reads.
    may_replace
        Whether a file that is there already may be replaced.

    Errors
    ------
    InputError
        The first output that would; nothing is written yet.
    """
    given, claimed = list(inputs), set()
    for path in outputs:
        name = str(path)
        claim = unicodedata.normalize("NFC", name).casefold()  # the same file to Windows and macOS
        if claim in claimed:
            raise InputError("out", name, "would be written twice: two workbooks have this name; do one at a time")
        claimed.add(claim)
        if any(_same(path, other) for other in given):
            raise InputError("out", name, "is a workbook that was given; choose another folder")
        if path.is_symlink():
            raise InputError("out", name, "is a link to another file; remove it or choose another folder")
        if path.exists() and not (path.is_file() and _readable(path) and may_replace(path)):
            raise InputError("out", name, "exists already; move it or choose another folder")


def _same(path: Path, other: Path) -> bool:
    return path.exists() and other.exists() and path.samefile(other)


def _readable(path: Path) -> bool:
    return os.access(path, os.R_OK)


def stamped_workbook(data: bytes) -> bytes:
    """Return an .xlsx file with its stamp, which is a comment of the archive: programs pass over it, and drop it."""
    assert data[-2:] == b"\0\0", "the archive has a comment already"
    body = data[:-2] + struct.pack("<H", len(_stamp(b"")))
    return body + _stamp(body)


def stamped_page(page: bytes) -> bytes:
    """Return a page with its stamp, which is a comment at its end."""
    assert page.endswith(_PAGE_END)
    body = page.removesuffix(_PAGE_END) + b"<!-- "
    return body + _stamp(body) + b" -->" + _PAGE_END


def _stamp(body: bytes) -> bytes:
    return _STAMP.encode() + hashlib.sha256(body).hexdigest().encode()


def is_stamped(path: Path) -> bool:
    """Whether a file is as a review wrote it."""
    data = path.read_bytes()
    found = _STAMPED.search(data, max(len(data) - _TAIL, 0))
    if found is None or data[found.end() :] not in _ENDS:
        return False
    return hashlib.sha256(data[: found.start()]).hexdigest().encode() == found[1]
