"""Documents of a source, in frames of bounded size."""

import io
import os
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from data_prep.text.errors import TextError
from data_prep.text.sources.inputs import PARQUET, Input, find_inputs, head, opened
from data_prep.text.sources.json_lines import read_json
from data_prep.text.sources.lines import read_lines, read_text
from data_prep.text.sources.options import Form, SourceOptions
from data_prep.text.sources.parquet import read_parquet
from data_prep.text.sources.tables import Row, Table, read_table

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FRAME_BYTES = 2**25  # of text
_COLUMNS = {"id": pl.String, "text": pl.String, "label": pl.String, "date": pl.String}
_NAMES = {
    "csv": "CSV",
    "tsv": "tab-separated",
    "jsonl": "JSON lines",
    "parquet": "Parquet",
    "txt": "one document a file",
    "lines": "one document a line",
}
_SUFFIXES: dict[str, Form] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
    ".txt": "txt",
    ".text": "txt",
    ".md": "txt",
}
_COMPRESSED = (".gz", ".zst", ".zstd")


class Documents(NamedTuple):
    """The documents of a source: frames of id, text, label and date, and how it was understood."""

    frames: Iterator[pl.DataFrame]
    description: str


def read_documents(
    source: str | os.PathLike[str],
    options: SourceOptions | None = None,
    *,
    s3: "S3Client | None" = None,
    frame_bytes: int = FRAME_BYTES,
) -> Documents:
    """Read the documents of a source, in the memory of a few frames.

    Parameters
    ----------
    source
        A file, a folder, a pattern such as "articles/*.csv", "-" for standard input, or s3://bucket/prefix.
        CSV, TSV, JSON lines, Parquet or text; text files may be compressed by gzip or zstd.
    options
        What isn't to be recognised from the content.
    s3
        A client of S3; by default one with the credentials of the environment.
    frame_bytes
        The size of a frame; a longer document is one alone.

    Returns
    -------
    Documents
        The frames, with columns id, text, label and date of strings, which only label and date may miss.

    Raises
    ------
    TextError
        Names the file and the line or byte that can't be read, and what to do. Errors beyond the first rows
        are raised by the iterator.
    OSError
        A file can't be opened.
    """
    options = options or SourceOptions()
    files = find_inputs(source, s3=s3)
    rows = _Rows(files, options)
    first = next(rows, None)
    return Documents(_frames(_preceded(first, rows), frame_bytes), rows.description(os.fspath(source)))


def _preceded(first: Row | None, rows: Iterator[Row]) -> Iterator[Row]:
    if first is not None:
        yield first
        yield from rows


class _Rows(Iterator[Row]):
    """The rows of all files, each with an id."""

    def __init__(self, files: list[Input], options: SourceOptions) -> None:
        self._files = files
        self._options = options
        self._form: tuple[Form, str] | None = None
        self._details = ""
        self._rows = self._all()

    def __next__(self) -> Row:
        return next(self._rows)

    def description(self, source: str) -> str:
        """Say how the source was understood, after the first row."""
        form = _NAMES[self._form[0]] if self._form else "empty"
        files = f"{len(self._files):,} files, " if len(self._files) > 1 else ""
        return f"{source}: {files}{form}{', ' if self._details else ''}{self._details}"

    def _all(self) -> Iterator[Row]:
        for file in self._files:
            with opened(file) as stream:
                form = self._options.form or _recognise(file, stream)
                self._check_form(form, file)
                for number, row in enumerate(self._table(form, file, stream)):
                    yield row if row[0] is not None else (self._id(form, file, number), *row[1:])

    def _check_form(self, form: Form, file: Input) -> None:
        if self._form is None:
            self._form = form, file.name
        if self._form[0] != form:
            raise TextError(
                f"{self._form[1]} is {_NAMES[self._form[0]]}, {file.name} {_NAMES[form]}: name the files"
                " of one form by a pattern, or the form with --format."
            )

    def _table(self, form: Form, file: Input, stream: io.BufferedReader) -> Iterator[Row]:
        options, name = self._options, file.name
        if form == "txt":
            return iter([(None, read_text(stream, options.encoding, name), None, None)])
        if form == "parquet":
            return self._noted(read_parquet(stream, options, name))
        lines = read_lines(stream, options.encoding, name)
        if form == "lines":
            return ((None, line.rstrip("\r\n"), None, None) for line in lines)
        if form == "jsonl":
            return self._noted(read_json(lines, options, name))
        return self._noted(read_table(lines, options, name, delimiter="\t" if form == "tsv" else None))

    def _noted(self, table: Table) -> Iterator[Row]:
        self._details = self._details or table.description
        return table.rows

    def _id(self, form: Form, file: Input, number: int) -> str:
        """Return the id of a document without one as Amazon Comprehend does: file or file:line."""
        if form == "txt":
            return file.id
        return f"{file.id}:{number}" if form == "lines" or len(self._files) > 1 else str(number)


def _recognise(file: Input, stream: io.BufferedReader) -> Form:
    """Return the form of a file, from its beginning and then its suffix."""
    start = head(stream, file.name)
    if start.startswith(PARQUET):
        return "parquet"
    content = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if content.startswith((b'{"', b"[{", b"{ ", b"[ {", b"[\n")) and b'"' in content:
        return "jsonl"
    suffixes = [suffix.lower() for suffix in PurePosixPath(file.id).suffixes]
    while suffixes and suffixes[-1] in _COMPRESSED:
        suffixes.pop()
    form = _SUFFIXES.get(suffixes[-1] if suffixes else "", "lines" if file.id == "stdin" else "txt")
    if form == "parquet":
        raise TextError(f"{file.name} doesn't begin as Parquet does.")
    return form


def _frames(rows: Iterator[Row], frame_bytes: int) -> Iterator[pl.DataFrame]:
    pending: list[Row] = []
    size = 0
    for row in rows:
        pending.append(row)
        size += len(row[1])
        if size >= frame_bytes:
            yield _frame(pending)
            pending, size = [], 0
    if pending:
        yield _frame(pending)


def _frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=_COLUMNS, orient="row")
