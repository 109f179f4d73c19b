"""Where positions come from: tables, data frames, parts of them, and files, as positions some at a time.

A file is read as it lies: a title above the header, blank lines and totals below are no reason to stop, and no row is
left out without a word.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from mbsxl.errors import InputError
from mbsxl.portfolio.positions import CHUNK, Positions
from mbsxl_udfs.formulas.tables import POSITIONS, Cells, as_positions, known_as
from mbsxl_udfs.positions.units import Habits

_TITLES = 20  # lines at most above the header
_ENOUGH = 3  # known columns that make a line the header
_DELIMITERS = ",;\t|"
_ENCODINGS = ("utf-8-sig", "cp1252")


def read(source: Any, habits: Habits | None = None) -> Iterator[Positions]:
    """Yield the positions of a source, some at a time.

    A source is `Positions`; columns by name; a data frame of pandas or Polars, a table of Arrow; an iterable of any of
    these; or the path of a .csv, .parquet or .xlsx file.

    Errors
    ------
    InputError
        A file that is none of these, or a table without a column that positions need.
    """
    kept = habits or Habits()
    if isinstance(source, Positions):
        yield source
    elif isinstance(source, str | Path):
        yield from _file(Path(source), kept)
    elif (columns := _columns(source)) is not None:
        yield _table(columns, 1, kept)
    else:
        first = 1
        for part in source:
            columns = None if isinstance(part, Positions) else _columns(part)
            if columns is None:
                yield from read(part, kept)
                continue
            table = _table(columns, first, kept)
            first += table.rows
            yield table


def whole(tables: Iterable[Positions]) -> Positions:
    """Return positions that come some at a time as one table."""
    parts = list(tables)
    starts = np.cumsum([0, *(part.rows for part in parts[:-1])]).tolist()
    failures = {
        start + row: why for start, part in zip(starts, parts, strict=True) for row, why in part.failures.items()
    }
    columns = {name: np.concatenate([part.columns[name] for part in parts]) for name in parts[0].columns}
    fields = [np.concatenate(column) for column in zip(*(part[:12] for part in parts), strict=True)]
    return Positions._make([*fields, columns, failures])


def _columns(source: Any) -> dict[str, Cells] | None:
    """Return the columns of a table by title; None where it is none."""
    if isinstance(source, Mapping):
        return {str(title): _cells(column) for title, column in source.items()}
    if hasattr(source, "column_names"):  # of Arrow
        return {title: _arrow(source.column(title)) for title in source.column_names}
    if hasattr(source, "columns") and hasattr(source, "__getitem__"):
        return {str(title): _cells(source[title]) for title in source.columns}
    return None


def _cells(column: Any) -> Cells:
    return column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column) if np.ndim(column) else column


def _arrow(column: Any) -> Cells:
    """Return a column of Arrow: texts once each, however often they stand."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        column = column.dictionary_encode()
    if pa.types.is_dictionary(column.type):
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        words = np.array([*whole.dictionary.to_pylist(), None], object)
        return words[whole.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)]
    if pa.types.is_decimal(kind):
        column = column.cast(pa.float64())
    return np.asarray(column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy())


def _table(columns: Mapping[str, Cells], first: int, habits: Habits) -> Positions:
    count = len(next(iter(columns.values()), []))
    return as_positions(habits.plain(columns), np.arange(first, first + count), "positions")


# ------------------------------------------------------------------------------------------------------- files


def _file(path: Path, habits: Habits) -> Iterator[Positions]:
    kinds = {".csv": _csv, ".txt": _csv, ".tsv": _csv, ".parquet": _parquet, ".xlsx": _xlsx, ".xlsm": _xlsx}
    if path.suffix.lower() not in kinds:
        raise InputError("positions", str(path), "is no file of positions; give a .csv, .parquet or .xlsx file")
    with readable(path):
        yield from kinds[path.suffix.lower()](path, habits)


@contextmanager
def readable(path: Path, argument: str = "positions") -> Iterator[None]:
    """Say in one line why a file cannot be read."""
    try:
        yield
    except OSError as fault:
        raise InputError(argument, str(path), f"cannot be read: {fault.strerror or fault}") from fault


def _parquet(path: Path, habits: Habits) -> Iterator[Positions]:
    """Yield the positions of a Parquet file, by row group: no more than one is held."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as parquet
    except ImportError:
        remedy = "needs pyarrow to be read; pip install -e .[book] in the project's folder"
        raise InputError("positions", str(path), remedy) from None
    try:
        with parquet.ParquetFile(path) as file:
            first = 1
            for batch in file.iter_batches(CHUNK):
                yield _table({name: _arrow(batch.column(name)) for name in batch.schema.names}, first, habits)
                first += batch.num_rows
    except pa.ArrowInvalid as fault:
        raise InputError("positions", str(path), f"is no Parquet file: {str(fault).splitlines()[0]}") from fault


def _csv(path: Path, habits: Habits) -> Iterator[Positions]:
    """Yield the positions of a file of delimited text; rows are numbered by their lines."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, newline="") as file:
        head = list(islice(file, _TITLES + 1))
        delimiter = delimiter_of(head, _known)
        file.seek(0)
        lines = csv.reader(file, delimiter=delimiter)
        yield from _rows(((lines.line_num, row) for row in lines), str(path), habits)


def delimiter_of(lines: list[str], known: Callable[[list[str]], int]) -> str:
    """Return what parts the cells of lines: that which makes most of them known in any line."""
    return max(_DELIMITERS, key=lambda each: max(map(known, csv.reader(lines, delimiter=each)), default=0))


def encoding_of(path: Path) -> str:
    """Return the encoding of a text, from its first part: UTF-8, or what spreadsheets write on Windows."""
    with path.open("rb") as file:
        start = file.read(1 << 20)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        io.TextIOWrapper(io.BytesIO(start[:-4] if len(start) == 1 << 20 else start), "utf-8").read()
    except UnicodeDecodeError:
        return _ENCODINGS[1]
    return _ENCODINGS[0]


def _known(titles: list[Any]) -> int:
    return len({known_as(title, POSITIONS) for title in titles if isinstance(title, str)} - {None})


def _xlsx(path: Path, habits: Habits) -> Iterator[Positions]:
    """Yield the positions of a workbook: of the sheet whose header names most of the columns."""
    from mbsxl_udfs.sheet.package import Package

    package = Package(path.read_bytes(), path.name)
    grids = [[*_grid(sheet)] for sheet in package.sheets.values()]
    heads = [max((_known(row) for _, row in grid[: _TITLES + 1]), default=0) for grid in grids]
    yield from _rows(iter(grids[int(np.argmax(heads))]), str(path), habits)


def _grid(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows of a sheet with their numbers."""
    rows: dict[int, dict[int, Any]] = {}
    for row, column in sheet.places():
        rows.setdefault(row, {})[column] = sheet.held(row, column)
    for row in sorted(rows):
        yield row, [rows[row].get(column) for column in range(1, max(rows[row]) + 1)]


def _rows(lines: Iterator[tuple[int, list[Any]]], name: str, habits: Habits) -> Iterator[Positions]:
    """Yield the positions of lines with their numbers: some above the header, blank ones anywhere."""
    titles = _header(lines, name)
    while True:
        part = [(number, row) for number, row in islice(lines, CHUNK) if any(not _blank(cell) for cell in row)]
        if not part:
            rest = next(lines, None)
            if rest is None:
                return
            lines = _again(rest, lines)
            continue
        width = len(titles)
        whole = [(row + [None] * width)[:width] for _, row in part]
        columns: dict[str, Cells] = {
            title: [cell.strip() if isinstance(cell, str) else cell for cell in column]
            for title, column in zip(titles, zip(*whole, strict=True), strict=True)
        }
        table = as_positions(habits.plain(columns), np.array([number for number, _ in part]), "positions")
        remedy = f"has more cells than the header's {width}; put texts with commas in quotes"
        excess = {
            place: InputError("row", number, remedy)
            for place, (number, row) in enumerate(part)
            if any(not _blank(cell) for cell in row[width:])
        }
        yield table._replace(failures={**table.failures, **excess})


def _again(first: tuple[int, list[Any]], rest: Iterable[tuple[int, list[Any]]]) -> Iterator[tuple[int, list[Any]]]:
    yield first
    yield from rest


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _header(lines: Iterator[tuple[int, list[Any]]], name: str) -> list[str]:
    """Return the titles of the columns, from the first line that names some; what stands above is a title."""
    for _, row in islice(lines, _TITLES + 1):
        if _known(row) >= _ENOUGH:
            titles = ["" if _blank(cell) else str(cell).strip() for cell in row]
            return [title or f"column {place}" for place, title in enumerate(titles, 1)]
    remedy = f"has no header in its first {_TITLES} lines; one names {', '.join(POSITIONS)}"
    raise InputError("positions", name, remedy, wrong_kind=True)
