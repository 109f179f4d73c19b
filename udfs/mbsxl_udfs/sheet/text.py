"""Text of a workbook, a path or an input as one harmless line, for a terminal or a page."""

from __future__ import annotations

import re

# What breaks a line; what steers a terminal; what turns the direction in which a line is read (Unicode's Bidi_Control).
_BREAKS = re.compile(r"[\t-\r\x85\u2028\u2029]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def one_line(text: str) -> str:
    r"""Return a text as it can be shown anywhere: line breaks and tabs as spaces, controls as the sign for no sign.

    Examples
    --------
    >>> one_line("Price,\nclean"), one_line("\x1b[31mred\u202e")
    ('Price, clean', '�[31mred�')
    """
    return _CONTROLS.sub("\ufffd", _BREAKS.sub(" ", text))
