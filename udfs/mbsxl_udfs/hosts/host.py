"""The programs that show the formulas: what each is to the rest of the house, and how each spells them in its files.

A host is a package of this room: `spelling` and `state` are its face, its modules the rest. `adapter` is what crosses
between the program and the formulas, `installer` what is put on the machine.
"""

from __future__ import annotations

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
_BEFORE_A_NAME = ("_xll.", "_xlfn.", "_xludf.")  # what Excel writes before a function of an XLL, or one not known to it


@cache
def _names() -> dict[str, str]:
    """Return the name of a formula by every spelling a file may have, in upper case."""
    spellings = {host.spelling(name): name for host in HOSTS for name in CATALOGUE}
    spellings |= {f"{before}{name}": name for before in _BEFORE_A_NAME for name in CATALOGUE}
    return {spelling.upper(): name for spelling, name in spellings.items()}


def plain(formula: str) -> str:
    r"""Return a formula that calls ours by their names in the catalogue, whichever program spelt it.

    Examples
    --------
    >>> plain("[1]!MBS_CPR(A1)+_xldudf_MBS_CPR(A1)+MBS.CPR(A1)+_xll.MBS_CPR(A1)")
    'MBS_CPR(A1)+MBS_CPR(A1)+MBS_CPR(A1)+MBS_CPR(A1)'
    >>> plain(r"'C:\XLSTART\mbsxl.xlam'!MBS_CPR(A1)")
    'MBS_CPR(A1)'
    """
    return renamed(formula, _names())


def workbook_for(host: Host, data: bytes) -> bytes:
    """Return a workbook whose formulas call ours as the files of a program do, whichever program saved it.

    Raises
    ------
    InputError
        Where the data are not an .xlsx workbook.
    """
    names = {spelling: host.spelling(name) for spelling, name in _names().items()}
    return respelt(data, lambda formula: renamed(formula, names))
