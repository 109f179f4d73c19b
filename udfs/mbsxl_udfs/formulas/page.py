"""The reference of the formulas as one page for a browser: what help links open until it is on the web."""

from __future__ import annotations

from html import escape

from mbsxl_udfs.formulas.catalogue import CATALOGUE
from mbsxl_udfs.formulas.entry import Entry, Family, arguments_of, signature, source, summary
from mbsxl_udfs.formulas.reference import details

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The formulas of mbsxl</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
nav a {{ display: inline-block; margin-right: 1rem; }}
h2 {{ margin-top: 3rem; border-bottom: 2px solid #1f4e79; }}
section {{ margin: 2rem 0; scroll-margin-top: 1rem; }}
section:target h3 {{ background: #fff2cc; }}
code, pre {{ font: 14px/1.5 ui-monospace, Consolas, monospace; }}
pre {{ background: #f3f6fa; padding: 0.6rem 0.8rem; overflow-x: auto; }}
table {{ border-collapse: collapse; }}
td {{ padding: 0.2rem 1rem 0.2rem 0; vertical-align: top; }}
a {{ color: #1f4e79; }}
</style>
</head>
<body>
<h1>The formulas of mbsxl</h1>
<p>Arguments in brackets are optional: blank or 0 is the default. Rates are decimals (5.5% or 0.055), prices per 100 of
face, terms and ages in months. A range given for an argument spills. Where a formula shows an error,
<code>=MBS_WHY("MBS_CPR", ...)</code> with the same arguments says why.</p>
<nav>{contents}</nav>
{families}
</body>
</html>
"""


def page() -> str:
    """Return the page; the place of a formula in it is its name in small letters."""
    families = "\n".join(_family(family) for family in Family if _entries(family))
    contents = "\n".join(f'<a href="#{name.lower()}">{name}</a>' for name in CATALOGUE)
    return _PAGE.format(contents=contents, families=families)


def _entries(family: Family) -> list[Entry]:
    return [entry for entry in CATALOGUE.values() if entry.family is family]


def _family(family: Family) -> str:
    return "\n".join([f"<h2>{escape(family.value)}</h2>", *map(_section, _entries(family))])


def _section(entry: Entry) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(argument.name)}</code></td><td>{escape(details(argument))}</td></tr>\n"
        for argument in arguments_of(entry)
    )
    return f"""\
<section id="{entry.name.lower()}">
<h3>{entry.name}</h3>
<p><code>{escape(f"{entry.name}({signature(entry)})")}</code></p>
<p>{escape(summary(entry))}. Returns {escape(entry.returns)}.</p>
<table>
{rows}</table>
<pre>{escape(entry.example)}
{escape(entry.shows)}</pre>
<p>Source: {escape(source(entry))}</p>
</section>"""
