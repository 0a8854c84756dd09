"""A file, opened as the form that it has."""

from pathlib import Path

from data_prep.inputs.byte_stream import ByteStream
from data_prep.text.errors import SourceError
from data_prep.text.sources.forms.columns import Columns, Form
from data_prep.text.sources.forms.delimited import open_delimited
from data_prep.text.sources.forms.json_lines import open_json
from data_prep.text.sources.forms.parquet import open_parquet
from data_prep.text.sources.forms.plain_text import open_lines
from data_prep.text.sources.options import CSV, JSON_LINES, LINES, PARQUET, TSV, SourceOptions


def open_form(
    kind: str, stream: ByteStream, path: Path | None, options: SourceOptions, known: Columns | None
) -> Form:
    """Open a file as its form.

    Parameters
    ----------
    kind : str
        One of `FORMATS`.
    stream : ByteStream
        At the beginning of the file.
    path : Path or None
        If it is a file on this machine.
    options : SourceOptions
        Columns and encoding.
    known : Columns, optional
        Those of the source's first file.

    Raises
    ------
    SourceError
        If a column doesn't exist, or the beginning can't be read.
    """
    if kind == PARQUET:
        return open_parquet(stream, path, options, known)
    if kind == JSON_LINES:
        return open_json(stream, options, known)
    if kind in {CSV, TSV}:
        return open_delimited(stream, kind, options, known)
    _refuse_columns(stream.name, options)
    return open_lines(stream, options) if kind == LINES else Form(None, "one document per file", iter(()))


def _refuse_columns(file: str, options: SourceOptions) -> None:
    for column in (options.column, options.id_column, options.label_column, options.date_column):
        if column is not None:
            raise SourceError(
                f"{file} is plain text, which has no column {column!r}. If it is a table, give its format."
            )
