"""Documents of Parquet files, read by Polars a part at a time."""

import io
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from data_prep.text.errors import TextError
from data_prep.text.sources.columns import choose_columns
from data_prep.text.sources.options import SourceOptions
from data_prep.text.sources.tables import Row, Table

_ROWS_AT_A_TIME = 20_000
_SAMPLE = 100


def read_parquet(stream: io.BufferedReader, options: SourceOptions, name: str) -> Table:
    """Read the rows of a Parquet file, which is first copied to a temporary file.

    Raises
    ------
    TextError
        It isn't Parquet, or as `choose_columns`.
    """
    with tempfile.NamedTemporaryFile(prefix="lda-parquet-", delete=False) as copy:
        shutil.copyfileobj(stream, copy)
    path = Path(copy.name)
    try:
        scan = pl.scan_parquet(path)
        schema = scan.collect_schema()
        names = [column for column, kind in schema.items() if kind == pl.String]
        sample = scan.select(pl.col(names).fill_null("")).head(_SAMPLE).collect().rows() if names else []
    except (pl.exceptions.PolarsError, OSError) as error:
        path.unlink()
        raise TextError(f"{name} can't be read as Parquet: {' '.join(str(error).split())}") from error
    columns = _columns(schema, names, sample, options, name)
    return Table(_rows(path, columns, name), f"text in column {columns['text']!r}")


def _columns(
    schema: Any, names: list[str], sample: list[Any], options: SourceOptions, name: str
) -> dict[str, str]:
    others = {role: key for role, key in options.named.items() if key in schema and key not in names}
    if "text" in others:
        raise TextError(f"{name}: the column {others['text']!r} is no text but {schema[others['text']]}.")
    rest = SourceOptions(**{**vars(options), **{f"{role}_column": None for role in others}})
    if not names:
        raise TextError(f"{name} has no column of text.")
    positions = choose_columns(names, sample, rest, name)
    return {role: names[position] for role, position in positions.items()} | others


def _rows(path: Path, columns: dict[str, str], name: str) -> Iterator[Row]:
    roles = ("id", "text", "label", "date")
    selected = [
        pl.col(columns[role]).cast(pl.String).alias(role)
        if role in columns
        else pl.lit(None, pl.String).alias(role)
        for role in roles
    ]
    try:
        scan = pl.scan_parquet(path)
        start = 0
        while (part := scan.slice(start, _ROWS_AT_A_TIME).select(selected).collect()).height:
            start += part.height
            for number, (identity, text, label, date) in enumerate(part.iter_rows(), start - part.height + 1):
                if identity is None and "id" in columns:
                    raise TextError(f"{name}, row {number}: the id is missing.")
                yield identity, text or "", label, date
    except pl.exceptions.PolarsError as error:
        raise TextError(f"{name} can't be read to its end: {' '.join(str(error).split())}") from error
    finally:
        path.unlink(missing_ok=True)
