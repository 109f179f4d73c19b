"""The `mbsxl` command: formulas in the terminal, reviews of workbooks, copies of templates, the reference."""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from mbsxl.errors import InputError
from mbsxl_install.book_command import book
from mbsxl_install.refresh_command import refresh
from mbsxl_install.serve_command import serve
from mbsxl_udfs.sheet.text import one_line

if TYPE_CHECKING:
    from mbsxl_workbooks.market_day import MarketDay

Shipped = Annotated[
    bool, typer.Option("--shipped", help="with the market that a template came with, not the newest snapshot's")
]

_SETTING = re.compile(r"((?:'(?:[^']|'')*')?[^=]*)(=)(.*)", re.DOTALL)  # a quoted sheet may have a = in its name

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Mortgage-backed securities in a spreadsheet, and without one.",
)


def _version(wanted: bool) -> None:
    if wanted:
        import mbsxl

        typer.echo(f"mbsxl {mbsxl.__version__}")
        raise typer.Exit


@app.callback()
def _of_all(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="print the version and end")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command; what a user got wrong is one line and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # Windows' own is narrower
    try:
        try:
            app()
        finally:
            sys.stdout.flush()
    except InputError as error:
        _complain(str(error))
    except OSError as fault:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is still to be printed
        if isinstance(fault, BrokenPipeError):  # the reader of our output has seen enough
            sys.stderr.close()
            return
        _complain(f"cannot print ({fault.strerror})")


def _complain(text: str) -> NoReturn:
    """Say why the command ends, where there is anywhere to say it."""
    with suppress(OSError):
        _say(f"mbsxl: {text}", err=True)
    sys.exit(2)


def _say(text: object, err: bool = False) -> None:
    """Print a line."""
    typer.echo(one_line(str(text)), err=err)


@app.command()
def calc(
    formula: Annotated[str, typer.Argument(help="any spreadsheet formula, in quotes: '=MBS_CPR(\"0.5 SMM\")'")],
    as_json: Annotated[
        bool, typer.Option("--json", help="print JSON: numbers in full precision, errors with their words")
    ] = False,
) -> None:
    """Evaluate one formula and print its value.

    A result of several cells prints as rows, with tabs between the cells. Where there is an error, why is printed to
    standard error, and the exit status is 1.
    """
    answer = _calculated(formula)
    rows = answer if isinstance(answer, list) else [[answer]]
    errors = [cell for row in rows for cell in row if _is_error(cell)]
    if as_json:
        typer.echo(json.dumps(_jsonable(answer)))
    else:
        for row in rows:
            typer.echo("\t".join(one_line(_plain(cell)) for cell in row))
        for message in dict.fromkeys(error.words for error in errors):
            _say(message, err=True)
    raise typer.Exit(1 if errors else 0)


def _calculated(formula: str) -> Any:
    """Return what a formula gives; one that cannot be read is an error like any other."""
    from mbsxl_udfs.formulas.publish import published
    from mbsxl_udfs.hosts.host import plain
    from mbsxl_udfs.sheet.cells import CellError
    from mbsxl_udfs.sheet.model import calculate

    try:
        return calculate(plain(formula), published())
    except InputError as error:
        return CellError("#NAME?", str(error))


def _is_error(cell: Any) -> bool:
    from mbsxl_udfs.sheet.cells import CellError

    return isinstance(cell, CellError)


def _plain(cell: Any) -> str:
    if _is_error(cell):
        return str(cell.code)
    if isinstance(cell, bool):
        return str(cell).upper()
    return f"{cell:.15g}" if isinstance(cell, float) else "" if cell is None else str(cell)


def _jsonable(answer: Any) -> Any:
    if isinstance(answer, list):
        return [_jsonable(cell) for cell in answer]
    return {"error": answer.code, "message": answer.words} if _is_error(answer) else answer


@app.command()
def review(
    workbooks: Annotated[
        list[str] | None, typer.Argument(help="templates by name, or .xlsx files; without any, all templates")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="change an input: NAME=VALUE, or by its address Inputs!C5=VALUE; may be repeated"),
    ] = None,
    scenarios: Annotated[
        list[Path] | None,
        typer.Option("--scenario", help="a .toml file of named inputs, shown side by side; may be repeated"),
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="folder for the workbooks and the page of pictures")] = Path("out"),
    as_json: Annotated[
        bool, typer.Option("--json", help="print JSON: all there is to read, numbers in full precision")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="print CSV: a line for each input, headline and check")] = False,
    shipped: Shipped = False,
) -> None:
    """Recalculate workbooks and show their results.

    Prints the headlines, and writes the workbooks and review.html, a page of their pictures. With --set, inputs are
    changed first, and numbers and pictures are shown before and after. With --scenario, each named set of inputs in the
    file is shown in a column of its own beside the workbook as it is; the workbook written has none of them. An error
    in a cell, or a check that fails, is printed, and the exit status is 1. The workbooks given stay as they are.
    """
    from mbsxl_install.show import Screen
    from mbsxl_udfs.sheet import files
    from mbsxl_workbooks import export, templates
    from mbsxl_workbooks import scenarios as scenario_files
    from mbsxl_workbooks.report import page
    from mbsxl_workbooks.review import require_free
    from mbsxl_workbooks.review import review as review_workbook

    given = _settings(settings or [])
    if given and not workbooks:
        raise InputError("set", ", ".join(given), f"needs its workbook: mbsxl review {templates.NAMES[0]} --set ...")
    if scenarios and not workbooks:
        needs = f"needs its workbook: mbsxl review {templates.NAMES[0]} --scenario ..."
        raise InputError("scenario", ", ".join(map(str, scenarios)), needs)
    named = scenario_files.read(scenarios or [])
    if as_json and as_csv:
        raise InputError("csv", "--json --csv", "is one of two; ask for either")
    sources = workbooks or templates.NAMES
    outputs = require_free(sources, out)
    screen = Screen(quiet=as_json or as_csv)
    market = _market(sources, shipped)
    reviews = []
    for source in sources:
        with screen.working(f"recalculating {source}"):
            reviews.append(review_workbook(source, given, out, market, named))
        screen.review(reviews[-1])
    files.write(outputs[-1], files.stamped_page(page(reviews).encode()))
    if as_json or as_csv:
        typer.echo(export.as_json(reviews, outputs) if as_json else export.as_csv(reviews), nl=False)
    screen.written(outputs)
    raise typer.Exit(0 if all(each.sound for review in reviews for each in (review, *review.scenarios)) else 1)


def _market(sources: Iterable[str], shipped: bool) -> MarketDay | None:
    """Return the market of the newest snapshot, and say so, where templates are to show it."""
    from mbsxl_install.refresh.market import newest_market
    from mbsxl_workbooks import templates

    market = None if shipped or not set(sources) & set(templates.NAMES) else newest_market()
    if market is not None:
        _say(f"market of {market.day.isoformat()}, the newest snapshot's; --shipped shows the one shipped", err=True)
    return market


def _settings(texts: list[str]) -> dict[str, str]:
    """Return the values to set by the names of their inputs."""
    pairs = [_setting(text) for text in texts]
    names = [name.casefold() for name, _ in pairs]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InputError("set", twice[0], "is set twice; give one value")
    return dict(pairs)


def _setting(text: str) -> tuple[str, str]:
    found = _SETTING.match(text)
    name, equals, value = found.groups() if found else (text, "", "")
    if not (name.strip() and equals):
        raise InputError("set", text, "is not NAME=VALUE; type for example --set 'speed_base=8 CPR'")
    return name.strip(), value.strip()


@app.command()
def template(
    source: Annotated[
        str | None, typer.Argument(help="a template by name, or an .xlsx file; without any, all templates are listed")
    ] = None,
    values: Annotated[
        bool, typer.Option("--values", help="with values in place of formulas, for a program without mbsxl")
    ] = False,
    out: Annotated[Path, typer.Option("--out", help="folder for the copy")] = Path(),
    shipped: Shipped = False,
) -> None:
    """Copy a template, or list those there are.

    A workbook of one's own is copied as Excel with the add-in reads it, whichever program saved it.
    """
    from mbsxl_udfs.hosts import excel
    from mbsxl_udfs.hosts.host import workbook_for
    from mbsxl_udfs.sheet import files
    from mbsxl_udfs.sheet.respelling import values_only
    from mbsxl_workbooks import templates
    from mbsxl_workbooks.review import open_workbook

    if source is None:
        for each in templates.NAMES:
            typer.echo(f"{each}\t{templates.template(each).QUESTION}")
        return
    name, path, data = open_workbook(source, _market([source], shipped))
    target = out / f"{name}{'_values' if values else ''}{path.suffix}"
    files.require_free([target], [path])
    files.write(target, values_only(data) if values else workbook_for(excel, data))
    _say(target)


@app.command()
def functions(
    name: Annotated[
        str | None, typer.Argument(help="a formula, such as MBS_CPR; without a name, all are listed")
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="print the whole reference as Markdown")] = False,
    html: Annotated[bool, typer.Option("--html", help="print the whole reference as a page for a browser")] = False,
) -> None:
    """Print the reference of one formula, or a list of all."""
    from mbsxl_udfs.formulas import reference
    from mbsxl_udfs.formulas.catalogue import CATALOGUE
    from mbsxl_udfs.formulas.page import page

    if markdown:
        typer.echo(reference.markdown(), nl=False)
    elif html:
        typer.echo(page(), nl=False)
    elif name is None:
        typer.echo(reference.overview())
    elif name.upper() in CATALOGUE:
        typer.echo(reference.plain(CATALOGUE[name.upper()]))
    else:
        near = difflib.get_close_matches(name.upper(), CATALOGUE, 1)
        meant = f"did you mean {near[0]}?" if near else "mbsxl functions lists them"
        raise InputError("name", name, f"is not a formula; {meant}")


app.command("book")(book)
app.command("refresh")(refresh)
app.command("serve")(serve)


@app.command()
def doctor() -> None:
    """Look at this machine: what is here, what is broken, what to do.

    The exit status is 1 where something is broken, not where a spreadsheet program is without mbsxl.
    """
    from mbsxl_install import doctor

    troubles = 0
    for what, finding, remedy in doctor.findings():
        _say(f"{what}: {finding}")
        if remedy:
            _say(f"    {remedy}")
            troubles += 1
    raise typer.Exit(1 if troubles else 0)


@app.command()
def lite(
    source: Annotated[str, typer.Argument(help="a template by name, or an .xlsx file")],
    out: Annotated[Path, typer.Option("--out", help="folder for the three files")] = Path("out"),
    shipped: Shipped = False,
) -> None:
    """Write a workbook for Excel with xlwings Lite.

    xlwings Lite is a free add-in for Excel on Windows, macOS and the web. Beside the workbook stand two texts for its
    editor: main.py, which carries the formulas and replaces what is there, and the lines to add to requirements.txt.
    """
    from mbsxl_udfs.hosts import officejs
    from mbsxl_udfs.hosts.host import workbook_for
    from mbsxl_udfs.hosts.officejs import lite
    from mbsxl_workbooks.review import open_workbook

    name, _, data = open_workbook(source, _market([source], shipped))
    for path in lite.write(name, workbook_for(officejs, data), out):
        _say(path)


excel_app = typer.Typer(no_args_is_help=True, help="Excel on Windows: build, install or remove the add-in.")
app.add_typer(excel_app, name="excel")


@excel_app.command("build")
def excel_build(path: Annotated[Path, typer.Argument(help="the file to write")] = Path("mbsxl.xlam")) -> None:
    """Write the add-in's file; no Excel is needed."""
    from mbsxl_udfs.hosts.excel import installer as excel

    _say(excel.build(path))


@excel_app.command("install")
def excel_install() -> None:
    """Put the add-in where Excel loads it.

    It is set to this Python, which then computes. Close Excel first.
    """
    from mbsxl_udfs.hosts.excel import installer as excel

    typer.echo(excel.install())


@excel_app.command("uninstall")
def excel_uninstall() -> None:
    """Remove the add-in and its settings."""
    from mbsxl_udfs.hosts.excel import installer as excel

    typer.echo(excel.uninstall())


libreoffice_app = typer.Typer(
    no_args_is_help=True, help="LibreOffice: install or remove the extension, open workbooks."
)
app.add_typer(libreoffice_app, name="libreoffice")


@libreoffice_app.command("install")
def libreoffice_install() -> None:
    """Put the extension into LibreOffice.

    For this user, or, run as root, for all of them; in place of an older one. Close LibreOffice first.
    """
    from mbsxl_udfs.hosts.libreoffice import installer as libreoffice

    typer.echo(libreoffice.install())


@libreoffice_app.command("uninstall")
def libreoffice_uninstall() -> None:
    """Take the extension out of LibreOffice."""
    from mbsxl_udfs.hosts.libreoffice import installer as libreoffice

    typer.echo(libreoffice.uninstall())


@libreoffice_app.command("open")
def libreoffice_open(
    source: Annotated[str, typer.Argument(help="a template by name, or an .xlsx file")],
    out: Annotated[Path, typer.Option("--out", help="folder for the copy")] = Path("out"),
    shipped: Shipped = False,
) -> None:
    """Open a copy of a workbook in LibreOffice.

    In a file for LibreOffice the formulas have other names than in one for Excel; the copy has those.
    """
    from mbsxl_udfs.hosts import libreoffice
    from mbsxl_udfs.hosts.host import workbook_for
    from mbsxl_udfs.hosts.libreoffice import installer
    from mbsxl_workbooks.review import open_workbook

    name, _, data = open_workbook(source, _market([source], shipped))
    _say(installer.open_copy(name, workbook_for(libreoffice, data), out))
