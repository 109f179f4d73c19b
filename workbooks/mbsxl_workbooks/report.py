"""Reviews as one self-contained page: the headline numbers, the pictures, the checks."""

from __future__ import annotations

import re
from html import escape

import mbsxl
from mbsxl_udfs.sheet.engine import Cause
from mbsxl_udfs.sheet.text import one_line
from mbsxl_workbooks.contents import Grid, Line
from mbsxl_workbooks.review import Review

STYLE = """
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
.answer { background: #E9EFF6; color: var(--navy); font-size: 18px; font-weight: 700; padding: 12px 16px;
          border-radius: 6px; margin: 0 0 6px; } .said { color: var(--grey); font-size: 13px; margin: 0 0 16px; }
.before { color: var(--grey); } td.error { color: var(--red); } nav ul { margin: 8px 0 0; padding-left: 20px; }
tbody th { font-weight: 400; color: #222; font-size: 15px; } code, td, th { overflow-wrap: anywhere; }
[scope="col"] { overflow-wrap: normal; }
.wide { overflow-x: auto; } ul.answers { background: #E9EFF6; color: var(--navy); }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(440px, 100%), 1fr)); gap: 18px; }
@media (max-width: 640px) {
  main { padding: 12px 8px 32px; } section { padding: 16px 12px; } td, th { padding: 5px 4px; }
  td.note { display: block; border-bottom: none; } td.note:empty { display: none; } h1 { font-size: 24px; }
  tr { display: flex; flex-wrap: wrap; justify-content: space-between; border-bottom: 1px solid var(--line); }
  .wide tr { display: table-row; } .wide td, .wide th { overflow-wrap: normal; min-width: 70px; }
  td, th { border-bottom: none; } tbody th { flex: 1 1 50%; } td.note { flex: 1 1 100%; font-size: 13px; }
}
.pictures figure { margin: 0; border: 1px solid var(--line); border-radius: 6px; padding: 8px; }
.pictures svg { width: 100%; height: auto; } figcaption { color: var(--grey); font-size: 13px; text-align: center; }
ul { margin: 0 0 20px; padding: 12px 12px 12px 32px; border-radius: 6px; overflow-wrap: anywhere; }
ul.wrong { background: #FBEAE6; color: var(--red); } ul.kept { background: #FFF6DC; } ul.sound { color: var(--green); }
ul.sound { list-style: none; padding: 0; } p.note { color: var(--grey); margin: 4px 10px; }
footer { color: var(--grey); font-size: 13px; }
"""


_MOST_NAMED = 5  # cells in a line
_MOST_ITEMS = 40  # lines at the top of a page


def page(reviews: list[Review]) -> str:
    """Return the page."""
    title = reviews[0].title if len(reviews) == 1 else "Scenario reviews"
    body = "\n".join(_section(review, f"review{place}") for place, review in enumerate(reviews, 1))
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{_text(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head>\n<body><main>\n'
        f"{_contents(reviews)}{body}\n"
        f"<footer>Recalculated by mbsxl {mbsxl.__version__} through its own formulas.</footer></main></body></html>\n"
    )


def _text(text: str) -> str:
    """Return a text of the workbook as text of the page."""
    return escape(one_line(text))


def troubles(review: Review) -> list[str]:
    """Return what is wrong with a workbook, a line for each cause, those that most depend on first."""
    return [
        *map(_cause, review.causes),
        *(f"{line.label} is no number: {line.note}" for line in review.doubtful),
        *(f"check failed: {check.label}{f' ({check.note})' if check.note else ''}" for check in review.failed),
    ]


def _cause(cause: Cause) -> str:
    formula = f" {cause.formula}" if cause.formula else ""
    alike = f"; {_count(cause.alike, 'more cell')} like it" if cause.alike else ""
    depend = f"; {_count(cause.dependents, 'cell')} depend{'s' * (cause.dependents == 1)} on it"
    after = alike + (depend if cause.dependents else "")
    return f"{cause.sheet}!{cause.cell} {cause.error.code}{formula}: {cause.error.words}{after}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def kept(review: Review) -> list[str]:
    """Return which cells keep the value of the file, a line for each reason."""
    return [
        f"kept as the file has {'it' if len(each.cells) == 1 else 'them'}: {', '.join(each.cells[:_MOST_NAMED])}"
        f"{f' and {len(each.cells) - _MOST_NAMED:,} more' if len(each.cells) > _MOST_NAMED else ''}; {each.reason}"
        for each in review.kept
    ]


def beside(review: Review) -> list[list[str]]:
    """Return the scenarios of a review as columns: a heading; the inputs that any of them sets; headlines; checks."""
    columns = [review, *review.scenarios]
    names = {name for scenario in review.scenarios for name in scenario.changed}
    rows = [["", "as it is", *(scenario.name for scenario in review.scenarios)]]
    for place, line in enumerate(review.inputs):
        if line.name in names:
            rows.append([line.label, *(column.inputs[place].value for column in columns)])
    for place, line in enumerate(review.headlines):
        rows.append([line.label, *(column.headlines[place].value for column in columns)])
    if review.checks:
        held = (sum(check.holds for check in column.checks) for column in columns)
        rows.append(["checks that hold", *(f"{count} of {len(review.checks)}" for count in held)])
    return rows


def _side_by_side(review: Review) -> str:
    answers = "".join(f"<li>{_text(each.name)}{_answered(each)}</li>" for each in review.scenarios if _answered(each))
    wrong = [f"{each.name}: {line}" for each in review.scenarios for line in troubles(each)]
    (head, *rows) = beside(review)
    heads = "".join(f'<th scope="col" class="number">{_text(name)}</th>' for name in head[1:])
    body = "".join(
        f'<tr><th scope="row">{_text(label)}</th><td class="number before">{_text(base)}</td>'
        + "".join(f'<td class="number value{_mark(value, base)}">{_text(value)}</td>' for value in values)
        + "</tr>"
        for label, base, *values in rows
    )
    return (
        "<h2>Scenarios side by side</h2>"
        + (f'<ul class="answers">{answers}</ul>' if answers else "")
        + (f'<ul class="wrong">{_items(wrong)}</ul>' if wrong else "")
        + f'<div class="wide"><table><thead><tr><th scope="col">what</th>{heads}</tr></thead>'
        + f"<tbody>{body}</tbody></table></div>"
    )


def _mark(value: str, before: str) -> str:
    """Return the classes of a value beside what it was."""
    return " changed" * (value != before) + " error" * value.startswith("#")


def _contents(reviews: list[Review]) -> str:
    """Return a list of the reviews with their answers, where there are several."""
    if len(reviews) == 1:
        return ""
    items = [
        f'<li><a href="#review{place}">{_text(review.title)}</a>{_answered(review)}</li>'
        for place, review in enumerate(reviews, 1)
    ]
    return f"<section><nav><h2>Contents</h2><ul>{''.join(items)}</ul></nav></section>\n"


def _answered(review: Review) -> str:
    answers = [line.value for line in review.said if line.name == "answer"]
    return f": {_text(answers[0])}" if answers else ""


def _section(review: Review, prefix: str) -> str:
    parts = [f"<h1>{_text(review.title)}</h1>"]
    parts += [f'<p class="question">{_text(review.question)}</p>'] if review.question else []
    parts += [results(review)]
    parts += ["<h2>Pictures</h2>", _pictures(review, prefix)] if review.pictures else []
    parts += ["<h2>Inputs</h2>", _table(review.inputs, review.changed)] if review.inputs else []
    parts += [checks(review)] if review.checks else []
    return f'<section id="{prefix}">\n' + "\n".join(parts) + "\n</section>"


def results(review: Review) -> str:
    """Return what a workbook answers: what it says, what is wrong with it, its headlines, scenarios and ranges."""
    changed = [line for line in review.inputs if line.name in review.changed]
    parts = [_said(review)] if review.said else []
    parts += [f'<ul class="{kind}">{_items(lines)}</ul>' for kind, lines in _alerts(review) if lines]
    parts += [_table(changed + review.headlines, review.changed)] if changed + review.headlines else []
    parts += [_side_by_side(review)] if review.scenarios else []
    return "\n".join([*parts, *map(_grid, review.grids)])


def _said(review: Review) -> str:
    """Return the answer, as it was before where inputs were changed, and what is said of checks and data."""
    told = {line.name: line for line in review.said}
    parts = []
    if "answer" in told:
        line = told.pop("answer")
        parts.append(f'<p class="answer">{_text(line.value)}</p>')
        if line.before not in ("", line.value):
            parts.append(f'<p class="said">before: {_text(line.before)}</p>')
    for line in told.values():
        bad = "FAILED" in line.value or line.value.startswith("#")
        parts.append(f'<p class="said{" failed" if bad else ""}">{_text(line.value)}</p>')
    return "".join(parts)


def _alerts(review: Review) -> list[tuple[str, list[str]]]:
    """Return what stands at the top: what is wrong, what was not computed, or that all is well."""
    return [("wrong", troubles(review)), ("kept", kept(review)), ("sound", [review.verdict] if review.sound else [])]


def _items(lines: list[str]) -> str:
    more = f"<li>and {len(lines) - _MOST_ITEMS:,} more</li>" if len(lines) > _MOST_ITEMS else ""
    return "".join(f"<li>{_text(line)}</li>" for line in lines[:_MOST_ITEMS]) + more


def _cell(text: str) -> str:
    return f'<td class="failed">{_text(text)}</td>' if text.startswith("#") else f"<td>{_text(text)}</td>"


def _grid(grid: Grid) -> str:
    rows = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in grid.rows)
    more = f'<p class="note">{grid.rest}</p>' if grid.rest else ""
    return f"<h2>{_text(grid.name)}</h2><table>{rows}</table>{more}"


def _table(lines: list[Line], changed: list[str]) -> str:
    compared = bool(changed)
    titles = ("before", "after") if compared else ("value",)
    head = "".join(f'<th scope="col" class="number">{title}</th>' for title in titles)
    rows = []
    for line in lines:
        before = f'<td class="number before">{_text(line.before)}</td>' if compared else ""
        mark = _mark(line.value, line.before if compared else line.value)
        rows.append(
            f'<tr><th scope="row">{_text(line.label)}</th>{before}'
            f'<td class="number value{mark}">{_text(line.value)}</td>'
            f'<td class="note">{_text(line.note)}</td></tr>'
        )
    head = f'<thead><tr><th scope="col">what</th>{head}<th scope="col">note</th></tr></thead>'
    return f"<table>{head}<tbody>{''.join(rows)}</tbody></table>"


def _pictures(review: Review, prefix: str) -> str:
    figures = []
    for place, pair in enumerate(review.pictures):
        if pair.before:
            figures.append(figure(pair.before, pair.title, "before", f"{prefix}-{place}-before"))
        figures.append(figure(pair.after, pair.title, "after" if pair.before else "", f"{prefix}-{place}"))
    return f'<div class="pictures">{"".join(figures)}</div>'


def figure(picture: bytes, title: str, caption: str, prefix: str) -> str:
    """Return a picture inside the page, its inner names made its own: several pictures use the same ones."""
    svg = picture.decode()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{prefix}-", svg)
    said = escape(one_line(f"{title}, {caption}" if caption else title), quote=True)
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{said}"', 1)
    caption = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f"<figure>{svg}{caption}</figure>"


def checks(review: Review) -> str:
    """Return the checks of a workbook under their heading."""
    rows = [
        f'<tr><th scope="row">{_text(check.label)}</th><td class="{"ok" if check.holds else "failed"}">'
        f'{_text(check.value)}</td><td class="note">{_text(check.note)}</td></tr>'
        for check in review.checks
    ]
    head = '<tr><th scope="col">check</th><th scope="col">verdict</th><th scope="col">against</th></tr>'
    return f"<h2>Checks</h2>\n<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"
