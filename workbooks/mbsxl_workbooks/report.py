"""Reviews as one self-contained page: the headline numbers, the pictures, the checks."""

from __future__ import annotations

import re
from html import escape

import mbsxl
from mbsxl_udfs.sheet.text import one_line
from mbsxl_workbooks.review import Line, Review

_STYLE = """
:root { --navy: #1F3A5F; --grey: #556070; --line: #E1E6ED; --amber: #E9A23B; --red: #C8553D; --green: #14694A; }
* { box-sizing: border-box; }
body { font: 15px/1.5 Calibri, Carlito, "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #222; margin: 0;
       background: #F3F5F8; }
main { max-width: 1180px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { color: var(--navy); font-size: 30px; margin: 0; } h2 { color: var(--navy); font-size: 18px; margin: 32px 0 8px; }
.question { color: var(--grey); font-style: italic; margin: 4px 0 20px; font-size: 17px; }
section { background: white; border: 1px solid var(--line); border-radius: 8px; padding: 28px 32px; margin: 0 0 28px; }
table { border-collapse: collapse; width: 100%; } td, th { padding: 5px 10px; border-bottom: 1px solid var(--line); }
th { text-align: left; color: var(--grey); font-weight: 600; font-size: 13px; }
td.number, th.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.value { font-weight: 700; color: var(--navy); } td.before, td.note { color: var(--grey); }
td.changed { background: #FFF6DC; } .ok { color: var(--green); } .failed { color: var(--red); font-weight: 700; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(440px, 1fr)); gap: 18px; }
.pictures figure { margin: 0; border: 1px solid var(--line); border-radius: 6px; padding: 8px; }
.pictures svg { width: 100%; height: auto; } figcaption { color: var(--grey); font-size: 13px; text-align: center; }
footer { color: var(--grey); font-size: 13px; }
"""


def page(reviews: list[Review]) -> str:
    """Return the page."""
    title = reviews[0].title if len(reviews) == 1 else "Scenario reviews"
    body = "\n".join(_section(review, f"review{place}") for place, review in enumerate(reviews, 1))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body><main>\n{body}\n'
        f"<footer>Recalculated by mbsxl {mbsxl.__version__} through its own formulas.</footer></main></body></html>\n"
    )


def _text(text: str) -> str:
    """Return a text of the workbook as text of the page."""
    return escape(one_line(text))


def _section(review: Review, prefix: str) -> str:
    parts = [f"<h1>{_text(review.title)}</h1>", f'<p class="question">{_text(review.question)}</p>']
    changed = [line for line in review.inputs if line.name in review.changed]
    parts.append(_table(changed + review.headlines, review.changed))
    parts += ["<h2>Pictures</h2>", _pictures(review, prefix)] if review.pictures else []
    parts += ["<h2>Inputs</h2>", _table(review.inputs, review.changed), "<h2>Checks</h2>", _checks(review)]
    return "<section>\n" + "\n".join(parts) + "\n</section>"


def _table(lines: list[Line], changed: list[str]) -> str:
    compared = bool(changed)
    head = '<tr><th></th><th class="number">before</th><th class="number">after</th><th></th></tr>' if compared else ""
    rows = []
    for line in lines:
        before = f'<td class="number before">{_text(line.before)}</td>' if compared else ""
        mark = " changed" if compared and line.value != line.before else ""
        rows.append(
            f'<tr><td>{_text(line.label)}</td>{before}<td class="number value{mark}">{_text(line.value)}</td>'
            f'<td class="note">{_text(line.note)}</td></tr>'
        )
    return f"<table>{head}{''.join(rows)}</table>"


def _pictures(review: Review, prefix: str) -> str:
    figures = []
    for place, pair in enumerate(review.pictures):
        if pair.before:
            figures.append(_figure(pair.before, "before", f"{prefix}-{place}-before"))
        figures.append(_figure(pair.after, "after" if pair.before else "", f"{prefix}-{place}"))
    return f'<div class="pictures">{"".join(figures)}</div>'


def _figure(picture: bytes, caption: str, prefix: str) -> str:
    """Return a picture inside the page, its inner names made its own: several pictures use the same ones."""
    svg = picture.decode()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{svg}{caption}</figure>"


def _checks(review: Review) -> str:
    rows = [
        f'<tr><td>{_text(check.label)}</td><td class="{"ok" if check.value == "ok" else "failed"}">'
        f'{_text(check.value)}</td><td class="note">{_text(check.note)}</td></tr>'
        for check in review.checks
    ]
    rows += [
        f"<tr><td>{_text(fault.sheet)}!{_text(fault.cell)} <code>{_text(fault.formula)}</code></td>"
        f'<td class="failed">{_text(fault.error.code)}</td><td class="note">{_text(fault.error.message)}</td></tr>'
        for fault in review.faults
    ]
    return f"<table>{''.join(rows)}</table>"
