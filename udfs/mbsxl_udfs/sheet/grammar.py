"""The grammar of formulas: formualizer reads the text; what it reads otherwise than Excel is put right before."""

from __future__ import annotations

import re
from typing import Any

import formualizer

from mbsxl_udfs.sheet.addresses import column_name, place_of
from mbsxl_udfs.sheet.slips import slip

Node = dict[str, Any]

# A text in a formula that begins with "#" is read as an error: it is marked, and the mark taken away behind the parser.
_MARK = "\ue000"
_TEXT_OR_SHEET = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_REF_OF_OLD = re.compile(r"#REF!\$?[A-Za-z]*\$?[0-9]*(?::\$?[A-Za-z]*\$?[0-9]*)?")
# A name, a row or a column with a blank and another operand behind it, or before it; texts are passed over.
_NAMED = r"(?:'(?:[^']|'')*'!)?(?=[^\s]*[A-Za-z_:\\])[\w$.\\?:!]+"
_CROSSED = re.compile(
    rf"""
    "(?:[^"]|"")*" | (?P<operand>
        (?<![\w$.!:'\]]) {_NAMED} (?=\ +{_NAMED}|\ +\()
      | (?<=[\w)]\ ) {_NAMED} (?![\w(!])
    )
    """,
    re.VERBOSE,
)
_STAND_IN = "operand_"
_PREFIXES = re.compile(r"^(_xlfn\.|_xlws\.|_xludf\.|_xleta\.|_xlpm\.)+", re.IGNORECASE)


class Unreadable(Exception):  # noqa: N818 - a verdict on a text
    """A text that is no formula."""


def parsed(text: str) -> Node:
    """Return the tree of a formula, given without its ``=``."""
    if "#" in text:
        text = _TEXT_OR_SHEET.sub(_marked, text)
        text = _REF_OF_OLD.sub("#REF!", text)
    try:
        return _tree(text)
    except (formualizer.ParserError, formualizer.TokenizerError) as fault:
        try:
            return _of_intersections(text)
        except (formualizer.ParserError, formualizer.TokenizerError):
            raise Unreadable(slip(text)) from fault


def _tree(text: str) -> Node:
    tree: Node = formualizer.parse(f"={text}").to_dict()
    return tree


def _of_intersections(text: str) -> Node:
    """Return the tree of a formula with blanks between names or whole rows, which mean the cells that both have.

    The parser knows such a blank between cells only: a cell of a sheet that there is not stands in for each operand.
    """
    operands: list[str] = []

    def stand_in(found: re.Match[str]) -> str:
        if found["operand"] is None:
            return found[0]
        operands.append(found["operand"])
        return f"{_STAND_IN}{len(operands)}!A1"

    return _restored(_tree(_CROSSED.sub(stand_in, text)), operands)


def _restored(tree: Any, operands: list[str]) -> Any:
    if isinstance(tree, list):
        return [_restored(each, operands) for each in tree]
    if not isinstance(tree, dict):
        return tree
    reference = str(tree.get("reference", ""))
    if reference.startswith(_STAND_IN):
        return tree | {"reference": operands[int(reference.removeprefix(_STAND_IN).removesuffix("!A1")) - 1]}
    return {key: _restored(value, operands) for key, value in tree.items()}


def _marked(found: re.Match[str]) -> str:
    return f'"{_MARK}{found[0][1:]}' if found[0].startswith('"#') else found[0]


def literal(value: Any) -> tuple[bool, Any]:
    """Return whether a literal of the tree is an error, and its value."""
    if isinstance(value, str):
        return value.startswith("#"), value.removeprefix(_MARK)
    return False, float(value) if type(value) is int else value


def plain(name: str) -> str:
    """Return the name of a function or a variable without the prefixes of the file format."""
    return _PREFIXES.sub("", name)


def moved(text: str, origin: tuple[int, int], now: tuple[int, int]) -> str:
    """Return the text of a formula as a copy of it in another cell has it.

    Examples
    --------
    >>> moved("SUM(A1:$B$2)+S!C3", (1, 1), (2, 3))
    'SUM(C2:$B$2)+S!E4'
    """
    return text if origin == now else _CELL_OR_TEXT.sub(lambda found: _shifted(found, origin, now), text)


_CELL_OR_TEXT = re.compile(
    r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w.$])(\$?)([A-Za-z]{1,3})(\$?)([1-9][0-9]{0,6})(?![\w(.!])"""
)
_WHOLE = re.compile(r"(?<![\w$])(?:\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}|\$?\d+:\$?\d+)(?![\w(])")


def relative(text: str, origin: tuple[int, int]) -> str:
    """Return a text that all copies of a formula have in common, wherever they stand.

    Examples
    --------
    >>> relative("B2*$C$1", (2, 3)), relative("B3*$C$1", (3, 3))
    ('[0,-1]*$C$1', '[0,-1]*$C$1')
    """
    common = _CELL_OR_TEXT.sub(lambda found: _seen(found, origin), text)
    return f"{common} in {origin}" if _WHOLE.search(text) else common


def _seen(found: re.Match[str], origin: tuple[int, int]) -> str:
    fixed_column, letters, fixed_row, digits = found.groups()
    if letters is None or (fixed_column and fixed_row):
        return found[0]
    row, column = place_of(f"{letters.upper()}{digits}")
    down = f"${row}" if fixed_row else str(row - origin[0])
    across = f"${column}" if fixed_column else str(column - origin[1])
    return f"[{down},{across}]"


def _shifted(found: re.Match[str], origin: tuple[int, int], now: tuple[int, int]) -> str:
    if found[4] is None:
        return found[0]
    row, column = place_of(f"{found[2].upper()}{found[4]}")
    column += 0 if found[1] else now[1] - origin[1]
    row += 0 if found[3] else now[0] - origin[0]
    return f"{found[1]}{column_name(column)}{found[3]}{row}" if row > 0 < column else "#REF!"
