"""Formulas about the formulas, handed the registry: what there is, which version, and why one shows an error."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Protocol

import mbsxl
from mbsxl.errors import InputError
from mbsxl_udfs.formulas.entry import Entry, Family, signature, summary
from mbsxl_udfs.sheet.cells import Block, Cell, CellError


class Published(Protocol):
    """A formula of the registry."""

    entry: Entry

    def __call__(self, *cells: Cell | Block) -> Cell | Block:
        """Return the answer."""

    def assumed(self, *cells: Cell | Block) -> str:
        """Return what the answer rests on, where that is to be said."""


Registry = Mapping[str, Published]


def version(registry: Registry) -> Cell:
    """Return the version of mbsxl.

    Source: this library.
    """
    return mbsxl.__version__


def functions(registry: Registry, family: str | None = None) -> Block:
    """Return the formulas, of one family or all: name, arguments, text.

    Source: this library.
    """
    wanted = (family or "").strip().lower()
    if wanted and wanted not in (each.value.lower() for each in Family):
        offered = ", ".join(each.value for each in Family)
        raise InputError("family", family, f"is not one of {offered}", wrong_kind=True)
    rows: Block = [["name", "arguments", "text"]]
    for name, formula in registry.items():
        if not wanted or formula.entry.family.value.lower() == wanted:
            rows.append([name, signature(formula.entry), summary(formula.entry)])
    return rows


def why(registry: Registry, function: str, *arguments: Cell | Block) -> Cell:
    """Return why a formula shows an error, given the same arguments: which one and what to do; "ok" where it is well.

    Of one pool's option-adjusted numbers "ok" says what they rest on: the model's set, mortgage rate, volatility.

    Source: this library.
    """
    name = function.strip().upper()
    if name not in registry:
        near = difflib.get_close_matches(name, registry, 1)
        hint = f"; is {near[0]} meant?" if near else "; MBS_FUNCTIONS() lists the formulas"
        raise InputError("function", function, f"is not a formula{hint}", wrong_kind=True)
    for error in _errors(registry[name](*arguments)):
        return error.message or f"an argument shows {error.code}"
    assumed = registry[name].assumed(*arguments)
    return f"ok: {assumed}" if assumed else "ok"


def _errors(answer: Cell | Block) -> list[CellError]:
    rows = answer if isinstance(answer, list) else [[answer]]
    return [cell for row in rows for cell in row if isinstance(cell, CellError)]
