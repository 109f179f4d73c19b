"""Compound files ([MS-CFB], version 3), written: the container of the VBA project inside an Excel file.

olefile reads them; no library writes one whole.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TypeAlias

Storage: TypeAlias = dict[str, "bytes | Storage"]

_SECTOR, _MINI_SECTOR, _SMALL = 512, 64, 4096
_NONE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_RED, _BLACK = 0, 1
_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
_IN_HEADER = 109  # sectors of the table that the header can name: 7 MB, a hundred times what is needed


@dataclass
class _Entry:
    """A storage or a stream in the directory, and its neighbours in the tree of names."""

    name: str
    kind: int
    content: bytes | Storage
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    colour: int = _BLACK
    start: int = 0
    size: int = 0

    def data(self) -> bytes:
        name = f"{self.name}\0".encode("utf-16-le")
        tree = struct.pack("<HBBIII", len(name), self.kind, self.colour, self.left, self.right, self.child)
        return name.ljust(64, b"\0") + tree + bytes(36) + struct.pack("<IQ", self.start, self.size)


@dataclass
class _Sectors:
    """Sectors of one size, and the table that chains them."""

    size: int
    data: bytearray = field(default_factory=bytearray)
    table: list[int] = field(default_factory=list)

    def put(self, content: bytes | bytearray, fill: bytes = b"\0") -> int:
        """Append a stream; return its first sector."""
        if not content:
            return _END
        start, count = len(self.table), -(-len(content) // self.size)
        self.data += content.ljust(count * self.size, fill)
        self.table += [*range(start + 1, start + count), _END]
        return start


def written(storage: Storage) -> bytes:
    """Return the compound file of storages (dictionaries) and streams (bytes), by their names."""
    root = _Entry("Root Entry", _ROOT, storage)
    entries = [root]
    root.child = _add(entries, storage)
    large, small = _Sectors(_SECTOR), _Sectors(_MINI_SECTOR)
    for entry in entries:
        if isinstance(entry.content, bytes):
            entry.size = len(entry.content)
            entry.start = (small if entry.size < _SMALL else large).put(entry.content)
    root.start, root.size = large.put(small.data), len(small.data)
    small_table = large.put(_numbers(small.table), fill=b"\xff")
    directory = large.put(b"".join(entry.data() for entry in entries))
    return _assembled(large, directory, small_table, -(-len(small.table) * 4 // _SECTOR))


def _assembled(sectors: _Sectors, directory: int, small_table: int, small_sectors: int) -> bytes:
    """Return the header, the sectors and the table that chains them, which chains itself too."""
    used, per_sector = len(sectors.table), _SECTOR // 4
    count = -(-used // (per_sector - 1))
    table = sectors.table + [_TABLE] * count
    table += [_NONE] * (count * per_sector - len(table))
    header = (
        _SIGNATURE
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<9I", 0, count, directory, 0, _SMALL, small_table, small_sectors, _END, 0)
        + _numbers([*range(used, used + count), *[_NONE] * (_IN_HEADER - count)])
    )
    return header + bytes(sectors.data) + _numbers(table)


def _numbers(values: list[int]) -> bytes:
    return struct.pack(f"<{len(values)}I", *values)


def _add(entries: list[_Entry], storage: Storage) -> int:
    """Add what a storage holds to the directory; return the place of the entry that all others are found from."""
    first, names = len(entries), sorted(storage, key=lambda name: (len(name), name.upper()))
    end = first + len(names)
    entries += [_Entry(name, _STREAM, storage[name]) for name in names]
    for entry in entries[first:end]:
        if isinstance(entry.content, dict):
            entry.kind, entry.child = _STORAGE, _add(entries, entry.content)
    return _tree(entries, first, end, max(1, len(names).bit_length() - 1))


def _tree(entries: list[_Entry], first: int, end: int, levels: int) -> int:
    """Link sorted entries as a red-black tree: balanced, red on the last level only; return its root."""
    if first == end:
        return _NONE
    middle = (first + end) // 2
    entry = entries[middle]
    entry.colour = _BLACK if levels else _RED
    entry.left = _tree(entries, first, middle, levels - 1)
    entry.right = _tree(entries, middle + 1, end, levels - 1)
    return middle
