"""The colours and the number formats that all templates share."""

from __future__ import annotations

from typing import Any

NOTE = "#556070"  # of what is said beside a figure
NAVY, TEAL, AMBER, RED, GREY, PALE = "#1F3A5F", "#2A9D8F", "#E9A23B", "#C8553D", "#8A94A6", "#F3F5F8"
VIOLET = "#7A5C99"
PALETTE = (NAVY, TEAL, AMBER, RED, GREY, VIOLET)

#: Under a row of a table, as properties of a cell.
RULE: dict[str, Any] = {"bottom": 4, "bottom_color": "#C5CBD5"}

#: A heading of a table, as properties of a cell.
HEAD: dict[str, Any] = {"bold": True, "font_color": "white", "bg_color": NAVY, "text_wrap": True, "align": "center"}

#: Number formats by what they show. A template names these and no other, so that every surface can print them.
FORMATS = {
    "text": "@",
    "general": "General",
    "integer": "#,##0",
    "tenths": "#,##0.0",
    "price": "0.000",
    "years": "0.00",
    "exact": "0.00000",
    "percent": "0.00%",
    "exact percent": "0.00000%",
    "share": "0%",
    "tenths percent": "0.0%",
    "hundredths": "0.00",
    "bp": '0" bp"',
    "points": '0.0" bp"',
    "month": "mmm yyyy",
    "date": "d mmm yyyy",
    "day": "d mmm",
    "year": "yyyy",
}
