"""`mbsxl book`: a file of positions to a portfolio's numbers, in the terminal, a workbook, a page or a Parquet file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mbsxl.errors import InputError
from mbsxl_udfs.sheet import files
from mbsxl_udfs.sheet.text import one_line

if TYPE_CHECKING:
    from concurrent.futures import Executor

_SHOWN = 20  # refusals that the terminal lists; the others are counted


def book(
    positions: Annotated[Path, typer.Argument(help="a .csv, .parquet or .xlsx file, a row a position")],
    by: Annotated[str, typer.Option("--by", help="columns to group by, with commas: coupon,program")] = "",
    market: Annotated[
        Path | None, typer.Option("--market", help="a .toml file: tenors, par_yields, volatility, [model]")
    ] = None,
    scenarios: Annotated[
        Path | None, typer.Option("--scenarios", help="a .csv file: a row a scenario, moves in basis points by tenor")
    ] = None,
    months: Annotated[int, typer.Option("--months", min=0, help="how far ahead scenarios and caps look")] = 0,
    hedge: Annotated[
        Path | None, typer.Option("--hedge", help="a .csv file: a row a tenor, a column an instrument's DV01s per 100")
    ] = None,
    caps: Annotated[
        Path | None,
        typer.Option("--caps", help="a .csv file: a row a month, cap and reinvest; ten years ahead"),
    ] = None,
    measures: Annotated[str, typer.Option("--measures", help="measures, with commas; without, all there are")] = "",
    thousands: Annotated[bool, typer.Option("--thousands", help="faces are in thousands")] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", help=".xlsx or .html of the book, .parquet of each position; may be repeated"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, numbers in full precision")] = False,
    workers: Annotated[int, typer.Option("--workers", min=1, help="processes that share the work")] = 1,
    dask: Annotated[str, typer.Option("--dask", help="address of a Dask scheduler whose workers share the work")] = "",
) -> None:
    """Add up a book of positions: market value, yield, average life, risk, by group and in total.

    Positions that cannot be used are listed with why, and the exit status is 1; the others are added up all the same.
    With --market the numbers are option-adjusted too.
    """
    from mbsxl_udfs.positions.asked import Question, ask

    outputs = _outputs(out or [], positions)
    question = Question(_names(by), _names(measures), thousands, market, scenarios, months, hedge, caps)
    with ExitStack() as stack:
        each = stack.enter_context(_detail(outputs.get(".parquet")))
        executor = stack.enter_context(_executor(workers, dask))
        watched = stack.enter_context(_progress())
        answer = ask(positions, question, executor, each, watched)
    found, further = answer.found, answer.further
    for words in answer.said:
        typer.echo(one_line(words), err=True)
    if as_json:
        typer.echo(json.dumps(_jsonable(found, further)))
    else:
        from mbsxl_install.show import print_table

        for header, rows in (found[:2], *further.values()):
            print_table(header, rows)
            typer.echo()
        _say_refused(found)
    for suffix, path in outputs.items():
        if suffix != ".parquet":
            _write(path, suffix, answer, positions.stem)
        typer.echo(f"wrote {path}", err=as_json)
    raise typer.Exit(1 if found.refused else 0)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _outputs(paths: list[Path], source: Path) -> dict[str, Path]:
    """Return what is to be written, by the kind of file."""
    outputs: dict[str, Path] = {}
    for path in paths:
        suffix = path.suffix.lower()
        if suffix not in (".xlsx", ".html", ".parquet"):
            raise InputError("out", str(path), "is no kind of file that is written; give .xlsx, .html or .parquet")
        if suffix in outputs:
            raise InputError("out", str(path), f"is a second {suffix} file; give one of each kind")
        if path.exists() and source.exists() and path.samefile(source):
            raise InputError("out", str(path), "is the file of the positions; give another name")
        outputs[suffix] = path
    files.require_free(outputs.values(), [source], files.is_stamped)
    return outputs


@contextmanager
def _detail(path: Path | None) -> Iterator[Any]:
    """Give what writes each position's numbers, where they are wanted."""
    if path is None:
        yield None
        return
    from mbsxl_udfs.positions.detail import Detail

    with Detail(path) as detail:
        yield detail


@contextmanager
def _executor(workers: int, dask: str) -> Iterator[Executor | None]:
    """Give who works: this process, some processes of this machine, or the workers of a Dask cluster."""
    if dask:
        try:
            cluster = import_module("distributed")
        except ImportError:
            raise InputError("dask", dask, "needs Dask; pip install -e .[dask] in the project's folder") from None
        with cluster.Client(dask) as client:
            yield client.get_executor()
    elif workers > 1:
        from concurrent.futures import ProcessPoolExecutor  # late, as all that one of the commands alone needs

        with ProcessPoolExecutor(workers) as processes:
            yield processes
    else:
        yield None


@contextmanager
def _progress() -> Iterator[Callable[[Iterator[Any]], Iterator[Any]]]:
    """Give what shows, where somebody looks, how many of the positions that go by were read."""
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeElapsedColumn

    columns = TextColumn("{task.completed:,.0f} positions"), TimeElapsedColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def counted(tables: Iterator[Any]) -> Iterator[Any]:
            for table in tables:
                yield table
                bar.advance(task, table.rows)

        yield counted


def _say_refused(found: Any) -> None:
    if not found.refused:
        return
    typer.echo(f"{len(found.refused):,} positions refused:", err=True)
    for row, face, why in found.refused[:_SHOWN]:
        amount = f" (face {face:,.0f})" if face == face else ""
        typer.echo(one_line(f"  row {row}{amount}: {why}"), err=True)
    if len(found.refused) > _SHOWN:
        typer.echo(
            f"  and {len(found.refused) - _SHOWN:,} more; --json, --out book.xlsx or book.html has all", err=True
        )


def _jsonable(found: Any, further: dict[str, Any]) -> dict[str, Any]:
    refused = [
        {"row": row, "face": face if face == face else None, "why": str(why)} for row, face, why in found.refused
    ]
    rows = [dict(zip(found.header, map(_plain, row), strict=True)) for row in found.rows]
    flow = {name: column.tolist() for name, column in found.cash_flow._asdict().items()}
    tables = {
        name: [dict(zip(table.header, map(_plain, row), strict=True)) for row in table.rows]
        for name, table in further.items()
    }
    return {"groups": rows[:-1], "total": rows[-1], "refused": refused, "cash_flow": flow} | tables


def _plain(cell: Any) -> Any:
    return None if cell == "" else str(cell) if hasattr(cell, "isoformat") else cell


def _write(path: Path, suffix: str, answer: Any, title: str) -> None:
    from mbsxl_workbooks import book_report

    if suffix == ".xlsx":
        files.write(path, files.stamped_workbook(book_report.workbook(answer)))
    else:
        files.write(path, files.stamped_page(book_report.page(answer, title)))
