"""VBA projects ([MS-OVBA]): the source of their modules read, changed and written, with no Excel.

A project is a compound file of compressed sources and a directory of them. What Excel compiled from the sources and
keeps beside them is left out: Excel compiles again. No library writes a project from source.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import NamedTuple

import olefile

from mbsxl_udfs.hosts.excel.compound import Storage, written

_CHUNK = 4096
_ENCODING = "cp1252"

# Records of the directory.
_PROJECT_NAME, _REFERENCE, _VERSION, _MODULES, _COOKIE = 0x04, 0x16, 0x09, 0x0F, 0x13
_NAME, _STREAM, _OFFSET, _STANDARD, _CLASS, _END_OF_MODULE, _END = 0x19, 0x1A, 0x31, 0x21, 0x22, 0x2B, 0x10


class Project:
    """A VBA project.

    Attributes
    ----------
    name
        What the editor calls the project.
    modules
        The source of every module by its name, lines ending in a line feed. A module added is a standard one.
    references
        The records of every library that the project refers to, by its name.
    """

    def __init__(self, data: bytes) -> None:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            streams = {"/".join(path): file.openstream(path).read() for path in file.listdir()}
        self._text = streams["PROJECT"].decode(_ENCODING)
        self._header = streams["VBA/_VBA_PROJECT"]
        directory = decompressed(streams["VBA/dir"])
        self.name = ""
        self.references: dict[str, bytes] = {}
        self._start: list[tuple[int, bytes]] = []
        self._read_information(directory)
        self.modules: dict[str, str] = {}
        self._classes: set[str] = set()
        for found in _modules(directory):
            source = decompressed(streams[f"VBA/{found.name}"][found.offset :])
            self.modules[found.name] = source.decode(_ENCODING).replace("\r\n", "\n")
            if found.is_class:
                self._classes.add(found.name)

    def _read_information(self, directory: bytes) -> None:
        """Read what stands before the modules: the project's own records, then those of each reference."""
        reference = ""
        for place, kind, content in _records(directory):
            if kind == _MODULES:
                return
            whole = directory[place : place + 6 + len(content)]
            if kind == _PROJECT_NAME:
                self.name = content.decode(_ENCODING)
            elif kind == _REFERENCE:
                reference = content.decode(_ENCODING)
            if reference:
                self.references[reference] = self.references.get(reference, b"") + whole
            else:
                self._start.append((kind, whole))

    def data(self) -> bytes:
        """Return the project as a compound file."""
        sources = {name: source.replace("\n", "\r\n").encode(_ENCODING) for name, source in self.modules.items()}
        streams: Storage = {name: compressed(source) for name, source in sources.items()}
        streams["dir"] = compressed(self._directory())
        streams["_VBA_PROJECT"] = self._header
        names = (name.encode(_ENCODING) + b"\0" + f"{name}\0".encode("utf-16-le") for name in self.modules)
        return written(
            {"VBA": streams, "PROJECT": self._listing().encode(_ENCODING), "PROJECTwm": b"".join(names) + b"\0\0"}
        )

    def _directory(self) -> bytes:
        count = _record(_MODULES, struct.pack("<H", len(self.modules))) + _record(_COOKIE, b"\xff\xff")
        modules = b"".join(_module(name, name in self._classes) for name in self.modules)
        named = {_PROJECT_NAME: _record(_PROJECT_NAME, self.name.encode(_ENCODING))}
        start = b"".join(named.get(kind, record) for kind, record in self._start)
        return start + b"".join(self.references.values()) + count + modules + _record(_END)

    def _listing(self) -> str:
        """Return the project's text: which modules there are; where the editor last showed them is left out."""
        text = self._text.split("[Workspace]")[0].rstrip()
        kept = [line for line in text.splitlines() if not line.startswith("Module=")]
        place = next(place for place, line in enumerate(kept) if line.startswith("Name="))
        added = [f"Module={name}" for name in self.modules if name not in self._classes]
        return "\r\n".join([*kept[:place], *added, f'Name="{self.name}"', *kept[place + 1 :]]) + "\r\n"


class _Found(NamedTuple):
    """A module in the directory: where its source begins in its stream, and whether it is a class or a sheet."""

    name: str
    offset: int
    is_class: bool


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the records of the directory: place, kind, content."""
    place = 0
    while place < len(data):
        kind, size = struct.unpack_from("<HI", data, place)
        size = 6 if kind == _VERSION else size  # the one record whose size is not told
        yield place, kind, data[place + 6 : place + 6 + size]
        place += 6 + size


def _modules(directory: bytes) -> Iterator[_Found]:
    name, offset, is_class = "", 0, False
    for _, kind, content in _records(directory):
        if kind == _STREAM:
            name = content.decode(_ENCODING)
        elif kind == _OFFSET:
            offset = int.from_bytes(content, "little")
        elif kind in (_STANDARD, _CLASS):
            is_class = kind == _CLASS
        elif kind == _END_OF_MODULE:
            yield _Found(name, offset, is_class)


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HI", kind, len(content)) + content


def _module(name: str, is_class: bool) -> bytes:
    """Return the records of a module whose source begins where its stream does."""
    narrow, wide, none = name.encode(_ENCODING), name.encode("utf-16-le"), bytes(4)
    named = _record(_NAME, narrow) + _record(0x47, wide) + _record(_STREAM, narrow) + _record(0x32, wide)
    described = _record(0x1C) + _record(0x48) + _record(_OFFSET, none) + _record(0x1E, none)
    cookie = _record(0x2C, b"\xff\xff")
    return named + described + cookie + _record(_CLASS if is_class else _STANDARD) + _record(_END_OF_MODULE)


# ------------------------------------------------------------------------------------- compression, [MS-OVBA] 2.4.1


def compressed(data: bytes) -> bytes:
    """Return data in VBA's compression: chunks of 4096 bytes, each of texts and copies of what went before.

    Examples
    --------
    >>> decompressed(compressed(b"a rose is a rose is a rose")).decode()
    'a rose is a rose is a rose'
    """
    chunks = (data[start : start + _CHUNK] for start in range(0, len(data), _CHUNK))
    return b"\x01" + b"".join(map(_compressed_chunk, chunks))


def _compressed_chunk(chunk: bytes) -> bytes:
    body, place = bytearray(), 0
    while place < len(chunk):
        flags, tokens = 0, bytearray()
        for bit in range(8):
            if place >= len(chunk):
                break
            length, back = _longest_copy(chunk, place)
            if length:
                flags |= 1 << bit
                tokens += struct.pack("<H", (back - 1) << (16 - _offset_bits(place)) | length - 3)
                place += length
            else:
                tokens.append(chunk[place])
                place += 1
        body.append(flags)
        body += tokens
    if len(body) < _CHUNK:
        return struct.pack("<H", 0xB000 | len(body) - 1) + body
    return struct.pack("<H", 0x3000 | _CHUNK - 1) + chunk.ljust(_CHUNK, b"\0")


def _offset_bits(place: int) -> int:
    """Return how many bits of a copy token tell how far back the copy begins, the rest tell its length."""
    return max(4, (place - 1).bit_length())


def _longest_copy(chunk: bytes, place: int) -> tuple[int, int]:
    """Return the length of the longest text before a place that goes on there, and how far back it begins."""
    most = min(len(chunk) - place, (0xFFFF >> _offset_bits(place)) + 3)
    length, start = 2, 0  # shorter than three is no copy
    while length < most and (found := chunk.find(chunk[place : place + length + 1], start, place + length)) >= 0:
        start, length = found, length + 1
    return (length, place - start) if length > 2 else (0, 0)


def decompressed(data: bytes) -> bytes:
    """Return data out of VBA's compression."""
    result, place = bytearray(), 1
    while place + 2 <= len(data):
        (header,) = struct.unpack_from("<H", data, place)
        end = place + 3 + (header & 0x0FFF)
        if header & 0x8000:
            _expand(data[place + 2 : end], result)
        else:
            result += data[place + 2 : end]
        place = end
    return bytes(result)


def _expand(body: bytes, result: bytearray) -> None:
    start, place = len(result), 0
    while place < len(body):
        flags = body[place]
        place += 1
        for bit in range(8):
            if place >= len(body):
                return
            if flags >> bit & 1:
                (token,) = struct.unpack_from("<H", body, place)
                bits = 16 - _offset_bits(len(result) - start)
                back = (token >> bits) + 1
                for _ in range((token & (1 << bits) - 1) + 3):
                    result.append(result[-back])
                place += 2
            else:
                result.append(body[place])
                place += 1
