"""The `mbsxl` command: formulas in the terminal, reviews of workbooks, copies of templates, the reference."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mbsxl.errors import InputError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Mortgage-backed securities in a spreadsheet, and without one.",
)


def main() -> None:
    """Run the command; what a user got wrong is one line and exit status 2."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # Windows' own is narrower
    try:
        app()
    except InputError as error:
        typer.echo(f"mbsxl: {error}", err=True)
        sys.exit(2)
    except BrokenPipeError:  # the reader of our output has seen enough
        sys.stderr.close()


@app.command()
def calc(
    formula: Annotated[str, typer.Argument(help="any spreadsheet formula, in quotes: '=MBS_CPR(\"0.5 SMM\")'")],
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, numbers in full precision")] = False,
) -> None:
    """Evaluate one formula and print its value; a result of several cells prints as rows with tabs between."""
    from mbsxl_udfs.engine import calculate
    from mbsxl_udfs.publish import published

    answer = calculate(formula, published())
    rows = answer if isinstance(answer, list) else [[answer]]
    errors = [cell for row in rows for cell in row if _is_error(cell)]
    if as_json:
        typer.echo(json.dumps(_jsonable(answer)))
    else:
        for row in rows:
            typer.echo("\t".join(_plain(cell) for cell in row))
        for message in dict.fromkeys(error.message for error in errors if error.message):
            typer.echo(message, err=True)
    raise typer.Exit(1 if errors else 0)


def _is_error(cell: Any) -> bool:
    from mbsxl_udfs.cells import CellError

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
    return {"error": answer.code, "message": answer.message} if _is_error(answer) else answer


@app.command()
def review(
    workbooks: Annotated[list[str] | None, typer.Argument(help="templates by name, or files; all templates")] = None,
    settings: Annotated[list[str] | None, typer.Option("--set", help="NAME=VALUE, once or more often")] = None,
    out: Annotated[Path, typer.Option("--out", help="folder for the workbooks and the page")] = Path("out"),
) -> None:
    """Recalculate workbooks through the formulas, write them and a page of their pictures, print their headlines.

    With --set the inputs named are changed first, and numbers and pictures are shown before and after. An error cell or
    a check that fails is printed, and the exit status is 1.
    """
    from mbsxl_install.show import Screen
    from mbsxl_workbooks import templates
    from mbsxl_workbooks.report import page
    from mbsxl_workbooks.review import review as review_workbook

    given = dict(_setting(text) for text in settings or [])
    if given and not workbooks:
        raise InputError("set", ", ".join(given), f"needs its workbook: mbsxl review {templates.NAMES[0]} --set ...")
    screen = Screen()
    reviews = []
    for source in workbooks or templates.NAMES:
        with screen.working(f"recalculating {source}"):
            reviews.append(review_workbook(source, given, out))
        screen.review(reviews[-1])
    target = out / "review.html"
    target.write_text(page(reviews), encoding="utf-8")
    screen.written([*(out / f"{each.name}.xlsx" for each in reviews), target])
    raise typer.Exit(0 if all(each.sound for each in reviews) else 1)


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name.strip() and equals):
        raise InputError("set", text, "is not NAME=VALUE; type for example --set 'speed_base=8 CPR'")
    return name.strip(), value.strip()


@app.command()
def template(
    name: Annotated[str | None, typer.Argument(help="which one; all are listed without a name")] = None,
    out: Annotated[Path, typer.Option("--out", help="folder for the copy")] = Path(),
) -> None:
    """Copy a template workbook, or list those there are."""
    from mbsxl_workbooks import templates

    if name is None:
        for each in templates.NAMES:
            typer.echo(f"{each}\t{templates.template(each).QUESTION}")
        return
    source = templates.path_of(name)
    target = out / source.name
    if target.exists():
        raise InputError("out", str(target), "exists already; move it or choose another folder")
    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    typer.echo(target)


@app.command()
def functions(
    name: Annotated[str | None, typer.Argument(help="a formula; all are listed without a name")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="print the whole reference as Markdown")] = False,
) -> None:
    """Print the reference of one formula, or a list of all."""
    from mbsxl_udfs import reference
    from mbsxl_udfs.catalogue import CATALOGUE

    if markdown:
        typer.echo(reference.markdown(), nl=False)
    elif name is None:
        typer.echo(reference.overview())
    elif name.upper() in CATALOGUE:
        typer.echo(reference.plain(CATALOGUE[name.upper()]))
    else:
        raise InputError("name", name, "is not a formula; mbsxl functions lists them")


@app.command()
def doctor() -> None:
    """Say what there is on this machine, and for each trouble the remedy; exit status 1 where there is one."""
    from mbsxl_install import doctor

    troubles = 0
    for what, finding, remedy in doctor.findings():
        typer.echo(f"{what}: {finding}")
        if remedy:
            typer.echo(f"    {remedy}")
            troubles += 1
    raise typer.Exit(1 if troubles else 0)


@app.command()
def lite(
    source: Annotated[str, typer.Argument(help="a template by name, or a file")],
    out: Annotated[Path, typer.Option("--out", help="folder for the files")] = Path("out"),
) -> None:
    """Write what xlwings Lite takes (Excel on Windows, macOS, the web): two texts to paste and the workbook."""
    from mbsxl_install import lite

    for path in lite.write(source, out):
        typer.echo(path)


excel_app = typer.Typer(no_args_is_help=True, help="Excel on Windows: build, install or remove the add-in.")
app.add_typer(excel_app, name="excel")


@excel_app.command("build")
def excel_build(path: Annotated[Path, typer.Argument(help="the add-in to write")] = Path("mbsxl.xlam")) -> None:
    """Build the add-in; no Excel is needed for that."""
    from mbsxl_install import excel

    typer.echo(excel.build(path))


@excel_app.command("install")
def excel_install() -> None:
    """Build the add-in, put it where Excel loads it and set it to this Python."""
    from mbsxl_install import excel

    typer.echo(excel.install())


@excel_app.command("uninstall")
def excel_uninstall() -> None:
    """Remove the add-in and its settings."""
    from mbsxl_install import excel

    typer.echo(excel.uninstall())


libreoffice_app = typer.Typer(
    no_args_is_help=True, help="LibreOffice: install or remove the extension, open templates."
)
app.add_typer(libreoffice_app, name="libreoffice")


@libreoffice_app.command("install")
def libreoffice_install() -> None:
    """Install the extension, in place of an older one."""
    from mbsxl_install import libreoffice

    typer.echo(libreoffice.install())


@libreoffice_app.command("uninstall")
def libreoffice_uninstall() -> None:
    """Remove the extension."""
    from mbsxl_install import libreoffice

    typer.echo(libreoffice.uninstall())


@libreoffice_app.command("open")
def libreoffice_open(
    source: Annotated[str, typer.Argument(help="a template by name, or a file")],
    out: Annotated[Path, typer.Option("--out", help="folder for the copy")] = Path("out"),
) -> None:
    """Open a copy of a workbook, its formulas spelt as LibreOffice wants them."""
    from mbsxl_install import libreoffice

    typer.echo(libreoffice.open_template(source, out))
