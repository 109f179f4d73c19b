"""Why a text is no formula, in the words of who typed it."""

from __future__ import annotations

import re

_TEXTS = re.compile(r"\"(?:[^\"]|\"\")*\"|'(?:[^']|'')*'")
_BRACES = re.compile(r"\{[^{}]*\}")
# Numbers that want to be a text: a price in 32nds with its plus sign, and a number with its unit.
_TICKS = re.compile(r"(?<![\w.$])\d+-\d\d\+(?![\d\w($])")
_UNIT = re.compile(r"(?<![\w.$])\d+(?:\.\d+)?\s+[A-Za-z]+(?![\w(!.:])")
_LAST_OPERATOR = re.compile(r"(<>|<=|>=|[-+*/^&=<>,:])\s*\)*\s*$")


def slip(text: str) -> str:
    """Return what is most likely wrong with a text that is no formula, and what to type instead.

    Examples
    --------
    >>> slip("SUM(A1;B1)")
    'arguments are parted by semicolons; type commas'
    >>> slip("F(101-16+,5%)")
    '101-16+ is a text; type it in quotes, "101-16+"'
    """
    curly = re.search("[“”„‘’]", text)
    if curly:
        return f"{curly[0]} is a curly quote; type a straight one"
    bare = _TEXTS.sub('""', text)
    opened, closed = bare.count("("), bare.count(")")
    for pattern in (_TICKS, _UNIT):
        if found := pattern.search(bare):
            return f'{found[0]} is a text; type it in quotes, "{found[0]}"'
    if not text.strip():
        return "it is empty"
    if '"' in bare.replace('""', ""):
        return 'a text is not closed; type " behind it'
    if "'" in bare:
        return "the name of a sheet is not closed; type ' behind it"
    if ";" in _BRACES.sub("", bare):
        return "arguments are parted by semicolons; type commas"
    if last := _LAST_OPERATOR.search(bare):
        return f"something is missing behind {last[1]}"
    if opened != closed:
        more = "opened and not closed; type )" if opened > closed else "closed and not opened; take out )"
        return f"a bracket is {more}"
    for left, right in ("[]", "{}"):
        if bare.count(left) != bare.count(right):
            return f"{left} and {right} do not pair"
    if _BRACES.search(bare):
        return "the rows between braces are not of one length, or hold more than values"
    return "something is missing or misplaced, such as a comma between two arguments"
