"""The zip archive that an .xlsx file is: its parts read within limits, and copied without being held in memory."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from lxml import etree

from mbsxl.errors import InputError

MEGABYTE = 1_000_000
MOST_UNPACKED = 1_000 * MEGABYTE  # all parts together
MOST_PARSED = 200 * MEGABYTE  # one part that is read; the tree of its elements takes some ten times as much memory

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_STRICT = b"http://purl.oclc.org/ooxml/"


class Damaged(ValueError):  # noqa: N818 - said of a part, in the words of a message
    """What a part holds makes no sense; its words say what."""


class Archive:
    """The parts of a file, by name.

    Parameters
    ----------
    data
        The file.
    name
        What messages call it.

    Errors
    ------
    InputError
        Where it is not a zip archive, or unpacks to more than is read.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        if data.startswith(_COMPOUND_FILE):
            remedy = "is protected by a password, or an .xls of old; open it and save it as .xlsx without a password"
            raise InputError("workbook", name, remedy)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except Exception as fault:  # of whatever kind: the reader is not made for hostile files
            raise InputError("workbook", name, "is not an .xlsx workbook; save it as .xlsx") from fault
        self.entries = self._zip.infolist()
        self._by_name = {entry.filename: entry for entry in self.entries}
        if len(self._by_name) < len(self.entries):
            raise InputError("workbook", name, "is damaged (two of its parts have one name); save it again")
        unpacked = sum(entry.file_size for entry in self.entries)
        if unpacked > MOST_UNPACKED:
            size = f"unpacks to {unpacked / MEGABYTE:,.0f} MB, more than the {MOST_UNPACKED // MEGABYTE:,} MB read here"
            raise InputError("workbook", name, f"{size}; take out what it does not need")

    def __contains__(self, part: object) -> bool:
        return part in self._by_name

    @contextmanager
    def reading(self, part: str) -> Iterator[None]:
        """Turn whatever fails in making sense of a part into one line that names it."""
        try:
            yield
        except Exception as fault:  # of whatever kind: a part can hold anything
            words = fault.msg if isinstance(fault, etree.XMLSyntaxError) else str(fault)
            why = f" ({words})" if isinstance(fault, Damaged | InputError | etree.XMLSyntaxError) and words else ""
            raise InputError("workbook", self.name, f"is damaged in {part}{why}; save it again") from fault

    def read(self, part: str) -> bytes:
        """Return what a part holds."""
        with self.reading(part):
            if part not in self._by_name:
                raise Damaged("there is no such part")
            size = self._by_name[part].file_size
            if size > MOST_PARSED:
                raise Damaged(f"{size / MEGABYTE:,.0f} MB, more than the {MOST_PARSED // MEGABYTE:,} MB read here")
            return self._zip.read(part)

    def root(self, part: str) -> etree._Element:
        """Return the root element of a part."""
        xml = self.read(part)
        if _STRICT in xml[:4096]:
            remedy = "is in the Strict form of Open XML; save it as Excel Workbook (.xlsx)"
            raise InputError("workbook", self.name, remedy)
        with self.reading(part):
            safe = {"resolve_entities": False, "no_network": True, "huge_tree": True}
            root = etree.fromstring(xml, etree.XMLParser(remove_comments=True, remove_pis=True, **safe))
            if root.getroottree().docinfo.internalDTD is not None:  # entities, which can reach for other files
                raise Damaged("one of its parts declares a document type")
            return root

    def copy(self, changed: Mapping[str, Callable[[], bytes]], without: Collection[str] = ()) -> bytes:
        """Return the file with some parts changed; the others are copied as they are, piece by piece.

        Parameters
        ----------
        changed
            Gives what a part holds now, by the name of the part.
        without
            The parts that are left out.
        """
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as package:
            for entry in self.entries:
                if entry.filename in without:
                    continue
                if entry.filename in changed:
                    package.writestr(_fresh(entry), changed[entry.filename]())
                else:
                    with (
                        self.reading(entry.filename),
                        self._zip.open(entry) as source,
                        package.open(_fresh(entry), "w") as copied,
                    ):
                        shutil.copyfileobj(source, copied)
        return target.getvalue()


def _fresh(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """Return an entry of the same looks, for another file: writing changes the entry itself."""
    fresh = zipfile.ZipInfo(entry.filename, entry.date_time)
    fresh.compress_type, fresh.create_system = entry.compress_type, entry.create_system
    fresh.external_attr, fresh.file_size = entry.external_attr, entry.file_size  # large ones need a longer header
    return fresh
