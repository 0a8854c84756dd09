"""Parquet, some rows at a time."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from data_prep.inputs.byte_stream import ByteStream
from data_prep.text.errors import SourceError
from data_prep.text.sources.forms.columns import SAMPLE_ROWS, TEXT, Columns, Form, Table, choose
from data_prep.text.sources.options import SourceOptions

_COPY_BYTES = 1 << 20
_MAX_ROWS = 1 << 16  # of a frame
_NOT_TEXT = (pl.List, pl.Array, pl.Struct, pl.Object)


def open_parquet(
    stream: ByteStream, path: Path | None, options: SourceOptions, known: Columns | None
) -> Form:
    """Read Parquet from its file; through a temporary one if it is compressed or isn't on this machine.

    Raises
    ------
    SourceError
        If it is damaged, or a column can't be read as text.
    """
    copy = None
    if path is None or stream.compression:
        copy = tempfile.NamedTemporaryFile(suffix=".parquet")  # noqa: SIM115 -- the frames close it
        while block := stream.read(_COPY_BYTES):
            copy.write(block)
        copy.flush()
        path = Path(copy.name)
    try:
        rows = pl.scan_parquet(path, low_memory=True, glob=False)
        table = _table(stream.name, rows)
        chosen = choose(table, options, known)
    except (PolarsError, OSError) as error:
        raise _damaged(stream.name, error) from error
    names = {role: table.names[position] for role, position in chosen.items()}
    columns = known or Columns(names, options.column is None)
    return Form(columns, "", _frames(stream.name, rows, names, options.frame_bytes, copy))


def _table(file: str, rows: pl.LazyFrame) -> Table:
    schema = rows.collect_schema()
    readable = {name: kind for name, kind in schema.items() if not isinstance(kind, _NOT_TEXT)}
    if not readable:
        raise SourceError(f"{file} has no column that can be read as text.")
    sample = rows.select(list(readable)).head(SAMPLE_ROWS).collect()
    shown = sample.select(
        pl.col(name).cast(pl.String) if kind != pl.Binary else pl.lit("(bytes)").alias(name)
        for name, kind in readable.items()
    )
    return Table(file, list(readable), shown.fill_null("").rows())


def _frames(
    file: str, rows: pl.LazyFrame, names: dict[str, str], frame_bytes: int, copy: object
) -> Iterator[pl.DataFrame]:
    """Yield the next rows; `copy` is the temporary file, which exists until the last frame."""
    selected = rows.select(pl.col(name).cast(pl.String).alias(role) for role, name in names.items())
    start, count = 0, 1
    try:
        total = rows.select(pl.len()).collect().item()
        while start < total:
            frame = selected.slice(start, count).collect()
            yield frame
            start += count
            text_bytes = int(frame.get_column(TEXT).str.len_bytes().sum())
            count = max(1, min(_MAX_ROWS, 4 * count, frame_bytes * len(frame) // (text_bytes + len(frame))))
    except (PolarsError, OSError) as error:
        raise _damaged(file, error) from error
    finally:
        del copy


def _damaged(file: str, error: Exception) -> SourceError:
    reason = str(error).partition("\n")[0][:200].rstrip(".")
    return SourceError(f"{file} can't be read as Parquet: {reason}. If it is incomplete, copy it again.")
