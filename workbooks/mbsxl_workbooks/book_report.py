"""A book as a workbook and as a page: its groups, what it pays, and the positions refused."""

from __future__ import annotations

import io
import re
from html import escape
from typing import Any

import mbsxl
from mbsxl.kernel import Listing
from mbsxl.portfolio.book import KEY_RATES, Book
from mbsxl.units import Unit
from mbsxl.value.measures import MEASURES
from mbsxl_udfs.positions.asked import Answer
from mbsxl_udfs.sheet.charts import Drawn, DrawnSeries
from mbsxl_udfs.sheet.text import one_line
from mbsxl_workbooks.pictures import draw
from mbsxl_workbooks.report import STYLE, figure

_OWN = {
    "face": "#,##0",
    "refused": "#,##0",
    "market_value": "#,##0",
    "positions": "#,##0",
    "price": "0.000",
    **dict.fromkeys(("coupon", "wac", "cpr"), "0.00%"),
    "effective_dv01": "#,##0",
    "value": "#,##0",
    "change": "#,##0",
    "amount": "#,##0",
    **dict.fromkeys(("balance", "cap", "redeemed", "reinvested", "treasuries", "bills", "ending"), "#,##0"),
    "return": "0.00%",
    "over_treasury": "0.00%",
}
_NAVY, _AMBER, _GREEN = "#1F3A5F", "#E9A23B", "#14694A"
_MOST_BARS = 24  # groups in a picture
_MOST_ROWS = 1_000  # refusals on a page
_NUMBER = re.compile(r"-?[\d,.]+%?")


def number_format(column: str) -> str:
    """Return how a column of a book is shown."""
    name = column.upper()
    if column in _OWN:
        return _OWN[column]
    if column.startswith(KEY_RATES.lower()[:-1]):
        return _OWN["effective_dv01"]
    if name in MEASURES:
        unit = MEASURES[name].unit
        return Unit.CURRENCY.number_format if unit is Unit.POINTS else unit.number_format
    return "General"


def workbook(answer: Answer) -> bytes:
    """Return a workbook: the book, what it pays by month, scenarios and hedge, and the positions refused."""
    import xlsxwriter

    found, further, _ = answer
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True, "nan_inf_to_errors": True}) as file:
        head = file.add_format({"bold": True, "bottom": 1, "font_color": _NAVY, "text_wrap": True, "valign": "top"})
        refused = [(row, face if face == face else "", str(why)) for row, face, why in found.refused]
        flow = found.cash_flow
        sheets = {
            "Book": (found.header, found.rows),
            "Cash flow": (flow._fields, list(zip(*(column.tolist() for column in flow), strict=True))),
            **{name.capitalize(): table for name, table in further.items()},
            "Refused": (("row", "face", "why"), refused),
        }
        for title, (header, rows) in sheets.items():
            sheet = file.add_worksheet(title)
            sheet.write_row(0, 0, list(header), head)
            sheet.freeze_panes(1, 1)
            for place, name in enumerate(header):
                shown = "0" if name in ("month", "row") else "#,##0" if title == "Cash flow" else number_format(name)
                width = 60 if name == "why" else max(12, min(len(name) + 2, 20))
                sheet.set_column(place, place, width, file.add_format({"num_format": shown}))
            for number, row in enumerate(rows, 1):
                sheet.write_row(number, 0, [str(cell) if hasattr(cell, "isoformat") else cell for cell in row])
    return data.getvalue()


def page(answer: Answer, title: str) -> bytes:
    """Return a page: the book, its pictures, scenarios and hedge, and the positions refused."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>\n<body><main><section>'
        f"{section(answer, title)}</section>\n<footer>Added up by mbsxl {mbsxl.__version__}.</footer></main></body>"
        "</html>\n"
    ).encode()


def section(answer: Answer, title: str) -> str:
    """Return what the page says, to stand in a page."""
    found, further, said = answer
    drawn = enumerate(_pictures(found) + [_DRAWN[name](each) for name, each in further.items() if name in _DRAWN])
    figures = "".join(figure(picture, told, "", f"book-{place}") for place, (told, picture) in drawn)
    parts = [f"<h1>{_text(title)}</h1>", f'<p class="question">{_text(_told(found))}</p>']
    parts += [f'<p class="said">{_text("; ".join(said))}</p>'] if said else []
    parts.append(_table(*_upright(found)))
    for name, table in further.items():
        parts += [f"<h2>{_text(name.capitalize())}</h2>", _table(*table)]
    parts += ["<h2>Pictures</h2>", f'<div class="pictures">{figures}</div>']
    if found.refused:
        refused = [(row, face if face == face else "", str(why)) for row, face, why in found.refused]
        parts += ["<h2>Refused</h2>", _table(("row", "face", "why"), refused[:_MOST_ROWS])]
        if len(refused) > _MOST_ROWS:
            parts.append(f"<p>and {len(refused) - _MOST_ROWS:,} more</p>")
    return "".join(parts)


def _told(found: Book) -> str:
    total = found.total
    words = f"{total['positions']:,} positions, face {total['face']:,.0f}, market value {total['market_value']:,.0f}"
    if found.refused:
        words += f"; {len(found.refused):,} positions refused, face {total['refused']:,.0f}"
    return words


def _upright(found: Book) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Return a book with its groups side by side and its numbers below each other, as they are shown."""
    at = found.header.index("positions")
    names = tuple(" ".join(str(part) for part in row[:at] if part != "") for row in found.rows)
    formats = [number_format(name) for name in found.header]
    shown = [[shown_cell(cell, each) for cell, each in zip(row, formats, strict=True)] for row in found.rows]
    rows = [(name.replace("_", " "), *(row[place] for row in shown)) for place, name in enumerate(found.header)]
    return ("", *names), rows[at:]


def _table(header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """Return a table whose numbers stand at the right; where the first row has one, so does the head."""
    kinds = ["" if isinstance(cell, str) and not _NUMBER.fullmatch(cell) else ' class="number"' for cell in rows[0]]
    heads = "".join(f"<th{kind}>{_text(name.replace('_', ' '))}</th>" for kind, name in zip(kinds, header, strict=True))
    lines = "".join(
        "<tr>"
        + "".join(
            f"<td{kind}>{_text(shown_cell(cell, number_format(name)))}</td>"
            for kind, name, cell in zip(kinds, header, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table><tr>{heads}</tr>{lines}</table></div>'


def shown_cell(cell: Any, format_: str) -> str:
    """Return a cell of a book as it is shown."""
    if isinstance(cell, str) or not isinstance(cell, int | float):
        return str(cell)
    digits = ".2%" if format_.endswith("%") else f",.{len(format_.partition('.')[2])}f"
    text = format(cell, "g" if format_ == "General" else digits)
    return text if text.strip("-0.%") else text.lstrip("-")


def _text(text: str) -> str:
    return escape(one_line(text))


def _pictures(found: Book) -> list[tuple[str, bytes]]:
    """Return the pictures with their titles: what the book pays, its key-rate risk, what each group is worth."""
    flow = found.cash_flow
    months = flow.month.tolist()
    paid = {"scheduled": _NAVY, "prepaid": _AMBER, "interest": _GREEN}
    scale, words = _scale(float(flow.total.max()))
    columns = {name: (getattr(flow, name) / scale).tolist() for name in paid}
    series = [DrawnSeries(name, "month", name, "area", color, {}) for name, color in paid.items()]
    pictures = [
        _draw(f"What the book pays by month{words}", "#,##0", "months from now", series, columns | {"month": months})
    ]
    key_rates = {name: cell for name, cell in found.total.items() if name.startswith("key_rate_dv01_")}
    if key_rates:
        tenors = [name.removeprefix("key_rate_dv01_") for name in key_rates]
        bars = [DrawnSeries("key-rate DV01", "tenor", "dv01", "column", _NAVY, {})]
        held = {"tenor": tenors, "dv01": list(key_rates.values())}
        pictures.append(_draw("Key-rate DV01, in currency", "#,##0", "", bars, held))
    groups = found.rows[:-1][:_MOST_BARS]
    if groups:
        at = found.header.index("positions")
        labels = [" ".join(str(part) for part in row[:at]) for row in groups]
        scale, words = _scale(found.total["market_value"])
        value = [row[found.header.index("market_value")] / scale for row in groups]
        bars = [DrawnSeries("market value", "group", "value", "column", _NAVY, {})]
        pictures.append(_draw(f"Market value by group{words}", "#,##0", "", bars, {"group": labels, "value": value}))
    return pictures


def _changes(scenarios: Listing) -> tuple[str, bytes]:
    """Return a picture, with its title, of what each scenario does to the value of all positions."""
    name, change = (scenarios.header.index(column) for column in ("scenario", "change"))
    whole: dict[str, float] = {}
    for row in scenarios.rows:
        whole[str(row[name])] = whole.get(str(row[name]), 0.0) + row[change]
    scale, words = _scale(max(map(abs, whole.values()), default=0.0))
    bars = [DrawnSeries("change in value", "scenario", "change", "column", _AMBER, {})]
    columns: dict[str, list[Any]] = {"scenario": list(whole), "change": [each / scale for each in whole.values()]}
    return _draw(f"Change in value by scenario{words}", "#,##0", "", bars, columns)


def _left(runoff: Listing) -> tuple[str, bytes]:
    """Return a picture, with its title, of what is left of a book under caps, and of what was bought."""
    columns: dict[str, list[Any]] = {
        name: list(column) for name, column in zip(runoff.header, zip(*runoff.rows, strict=True), strict=True)
    }
    kinds = {"ending": ("MBS", _NAVY), "treasuries": ("Treasuries", _AMBER), "bills": ("bills", _GREEN)}
    scale, words = _scale(columns["balance"][0])
    series = [DrawnSeries(said, "month", name, "area", color, {}) for name, (said, color) in kinds.items()]
    held: dict[str, list[Any]] = {name: [each / scale for each in columns[name]] for name in kinds}
    title = f"What is held under the caps{words}"
    return _draw(title, "#,##0", "months from now", series, held | {"month": columns["month"]})


_DRAWN = {"scenarios": _changes, "runoff": _left}


def _scale(largest: float) -> tuple[float, str]:
    """Return what amounts are divided by so that an axis has room for them, and how a title says so."""
    return (1e6, ", in millions") if largest >= 1e8 else (1e3, ", in thousands") if largest >= 1e5 else (1.0, "")


def _draw(
    title: str, number: str, below: str, series: list[DrawnSeries], columns: dict[str, list[Any]]
) -> tuple[str, bytes]:
    drawn = Drawn(title, "", number, below, "General", series)
    return title, draw(drawn, lambda name: [[cell] for cell in columns[name]])
