"""The numbers of single positions as a Parquet file, which DuckDB or Polars reads: SQL rolls up what `by` does not."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mbsxl.errors import InputError
from mbsxl.portfolio.book import Numbers


class Detail:
    """A Parquet file that grows as positions are valued: a column `row`, that of the source, and one a measure."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def __call__(self, numbers: Numbers) -> None:
        """Write some rows."""
        try:
            import pyarrow as pa
            import pyarrow.parquet as parquet
        except ImportError:
            remedy = "needs pyarrow to be written; pip install -e .[book] in the project's folder"
            raise InputError("out", str(self._path), remedy) from None
        columns = {"row": numbers.row} | dict(zip(numbers.names, numbers.values.T, strict=True))
        table = pa.table(columns)
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = parquet.ParquetWriter(self._path, table.schema)
        self._file.write_table(table)
