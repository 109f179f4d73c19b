"""The programs that show the formulas: what each is to the rest of the house, and how each spells them in its files.

A host is a package of this room: `spelling` and `state` are its face, its modules the rest. `adapter` is what crosses
between the program and the formulas, `installer` what is put on the machine.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Protocol

from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.hosts import excel, libreoffice, officejs
from mbsxl_udfs.hosts.finding import Finding
from mbsxl_udfs.sheet.respelling import renamed, respelt


class Host(Protocol):
    """A program that shows the formulas."""

    def spelling(self, name: str) -> str:
        """Return how its files spell a formula."""

    def state(self) -> list[Finding]:
        """Return what there is of it on this machine."""


HOSTS: tuple[Host, ...] = (excel, officejs, libreoffice)
# What a program writes before a function that is not its own: Excel before one of an XLL, or one it has not got, and
# before one of xlwings Lite or Server, the latter with the name that a company gave its add-in.
_BEFORE_A_NAME = re.compile(r"_xll\.|_xlfn\.|_xludf\.|_xldudf_(?:\w+_)??(?=MBS_)", re.IGNORECASE)


@cache
def _names() -> dict[str, str]:
    """Return the name of a formula by how a program spells it, in upper case."""
    return {host.spelling(name).upper(): name for host in HOSTS for name in CATALOGUE}


def _name(spelling: str) -> str | None:
    """Return the name of a formula by any spelling a file may have; None where it is not one of ours."""
    return _names().get(_BEFORE_A_NAME.sub("", spelling, count=1).upper())


def plain(formula: str) -> str:
    r"""Return a formula that calls ours by their names in the catalogue, whichever program spelt it.

    Examples
    --------
    >>> plain("[1]!MBS_CPR(A1)+_xldudf_MBS_CPR(A1)+MBS.CPR(A1)+_xll.MBS_CPR(A1)")
    'MBS_CPR(A1)+MBS_CPR(A1)+MBS_CPR(A1)+MBS_CPR(A1)'
    >>> plain(r"'C:\XLSTART\mbsxl.xlam'!MBS_CPR(A1)+_xldudf_DESK_MBS_CPR(A1)")
    'MBS_CPR(A1)+MBS_CPR(A1)'
    """
    return renamed(formula, _name)


def workbook_for(host: Host, data: bytes) -> bytes:
    """Return a workbook whose formulas call ours as the files of a program do, whichever program saved it.

    Raises
    ------
    InputError
        Where the data are not an .xlsx workbook.
    """

    def spelling(found: str) -> str | None:
        name = _name(found)
        return host.spelling(name) if name else None

    return respelt(data, lambda formula: renamed(formula, spelling))
