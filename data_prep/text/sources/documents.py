"""The documents of a source, frame by frame, and its description for people."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from data_prep.text.errors import SourceError
from data_prep.text.sources.byte_stream import ByteStream
from data_prep.text.sources.encodings import encoding_of
from data_prep.text.sources.forms.columns import DATE, ID, LABEL, TEXT, Columns, Form
from data_prep.text.sources.forms.delimited import open_delimited
from data_prep.text.sources.forms.json_lines import open_json
from data_prep.text.sources.forms.parquet import open_parquet
from data_prep.text.sources.forms.plain_text import open_file, open_lines
from data_prep.text.sources.locations import Location, locate
from data_prep.text.sources.options import (
    CSV,
    JSON_LINES,
    LINES,
    PARQUET,
    TEXT_FILES,
    TSV,
    SourceOptions,
)
from data_prep.text.sources.parts import Part
from data_prep.text.sources.recognition import recognise
from data_prep.text.sources.unique_ids import UniqueIds

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NAMES = {
    TEXT_FILES: "text files",
    LINES: "text",
    CSV: "CSV",
    TSV: "TSV",
    JSON_LINES: "JSON lines",
    PARQUET: "Parquet",
}
_PLAIN = {TEXT_FILES, LINES}
_TABLES = {CSV, TSV}  # one table may be both, by its separator


@dataclass(frozen=True, kw_only=True)
class SourceDescription:
    """What a source is; `str()` of it is one line for people.

    Attributes
    ----------
    name : str
        As it was given.
    format : str
        One of `FORMATS`.
    files : int
        The number of files.
    columns : dict of str to str
        text, id, label, date -> name of the column, or its number from 1 where there is no header.
    guessed : bool
        Whether the text column was chosen by its content.
    compression, encoding, detail : str
        "" for none; as declared, or by the first file's byte order mark; the rest, for people.
    documents : int
        The number of documents read so far.
    complete : bool
        Whether all have been read.
    """

    name: str
    format: str
    files: int
    columns: dict[str, str]
    guessed: bool
    compression: str
    encoding: str
    detail: str
    documents: int = 0
    complete: bool = False

    def __str__(self) -> str:
        files = [f"{self.files:,} files"] if self.files > 1 else []
        unit = "rows" if self.columns else "documents"
        unit = unit.removesuffix("s") if self.documents == 1 else unit
        rows = [f"{self.documents:,} {unit}"] if self.complete else []
        noun = "field" if self.format == JSON_LINES else "column"
        chosen = [
            f"{role} in {noun} {column if column.isdigit() else repr(column)}"
            for role, column in self.columns.items()
        ]
        encoding = (
            [] if self.encoding.lower() in {"utf-8", "utf8"} or self.format == PARQUET else [self.encoding]
        )
        details = [self.compression, *encoding, self.detail]
        return (
            f"{self.name}: {', '.join([_NAMES[self.format], *filter(None, details), *files, *rows, *chosen])}"
        )


class Documents(Iterator[pl.DataFrame]):
    """The documents of a source, to be read once.

    Attributes
    ----------
    description : SourceDescription
        Known at once, except for the number of documents, which is complete after the last frame.
    """

    description: SourceDescription

    def __init__(self, location: Location, options: SourceOptions) -> None:
        self._location, self._options = location, options
        self._ids = UniqueIds()
        first = self._open(self._first_with_content())
        self._format, self._known, self._example = first.format, first.form.columns, first.part.name
        self.description = self._described(first)
        # What can be opened again is closed until it is read; stdin and objects are kept.
        self._opened = first if first.part.path is None else None
        if first.part.path:
            first.stream.close()
        self._frames = self._all_frames()

    def __next__(self) -> pl.DataFrame:
        return next(self._frames)

    def _first_with_content(self) -> tuple[Part, ByteStream]:
        for part in self._location.parts:
            stream = ByteStream(part.open(), part.name)
            if stream.peek(1):
                return part, stream
            stream.close()
        raise SourceError(f"{self._location.name} is empty: there is no text in it.")

    def _open(self, opened: tuple[Part, ByteStream], known: Columns | None = None) -> "_Opened":
        part, stream = opened
        try:
            kind = recognise(stream, part.id, self._options, several=self._location.several)
            return _Opened(part, stream, kind, _form(kind, part, stream, self._options, known))
        except BaseException:
            stream.close()
            raise

    def _described(self, first: "_Opened") -> SourceDescription:
        columns = first.form.columns
        return SourceDescription(
            name=self._location.name,
            format=first.format,
            files=len(self._location.parts),
            columns=dict(columns.names) if columns else {},
            guessed=columns.guessed if columns else False,
            compression=first.stream.compression,
            encoding=encoding_of(first.stream, self._options.encoding)[0],
            detail=first.form.detail,
        )

    def _all_frames(self) -> Iterator[pl.DataFrame]:
        for part in self._location.parts:
            opened = self._reopen(part)
            if opened is None:
                continue
            with closing(opened.stream):
                yield from self._part_frames(opened)
        if not self.description.documents:
            raise SourceError(f"{self._location.name} has no documents.")
        self.description = replace(self.description, complete=True)

    def _reopen(self, part: Part) -> "_Opened | None":
        """Open the next file; None if it is an empty table."""
        if self._opened and self._opened.part is part:
            return self._opened
        stream = ByteStream(part.open(), part.name)
        if not stream.peek(1) and self._format not in _PLAIN:
            stream.close()
            return None
        opened = self._open((part, stream), self._known)
        if _differ(opened.format, self._format):
            stream.close()
            raise SourceError(
                f"{part.name} is {_NAMES[opened.format]}, but {self._example} is {_NAMES[self._format]}. "
                "Give a pattern that only matches files of one form."
            )
        return opened

    def _part_frames(self, opened: "_Opened") -> Iterator[pl.DataFrame]:
        row = 0
        self._ids.begin(opened.part.name)
        for frame in opened.form.frames:
            if frame.is_empty():
                continue
            yield self._with_ids(opened, frame, row)
            row += len(frame)

    def _with_ids(self, opened: "_Opened", frame: pl.DataFrame, row: int) -> pl.DataFrame:
        if ID in frame.columns:
            self._ids.add(frame.get_column(ID))
        else:
            frame = frame.with_columns(self._numbered(opened, row, len(frame)).alias(ID))
        total = self.description.documents + len(frame)
        self.description = replace(self.description, documents=total)
        return frame.select(
            pl.col(ID),
            pl.col(TEXT).fill_null(""),
            *(
                pl.col(name).replace("", None)
                if name in frame.columns
                else pl.lit(None, pl.String).alias(name)
                for name in (LABEL, DATE)
            ),
        )

    def _numbered(self, opened: "_Opened", start: int, count: int) -> pl.Series:
        """Return ids: the file; the file and the line; or the row, with the file if there are several."""
        if opened.format == TEXT_FILES:
            return pl.Series([opened.part.id])
        rows = pl.Series(range(start, start + count), dtype=pl.Int64).cast(pl.String)
        named = opened.format == LINES or self._location.several
        return f"{opened.part.id}:" + rows if named else rows


class _Opened(NamedTuple):
    """A file of the source, its format and its frames."""

    part: Part
    stream: ByteStream
    format: str
    form: Form


def _form(kind: str, part: Part, stream: ByteStream, options: SourceOptions, known: Columns | None) -> Form:
    if kind == PARQUET:
        return open_parquet(stream, part.path, options, known)
    if kind == JSON_LINES:
        return open_json(stream, options, known)
    if kind in _TABLES:
        return open_delimited(stream, kind, options, known)
    _refuse_columns(stream.name, options)
    return open_lines(stream, options) if kind == LINES else open_file(stream, options)


def _refuse_columns(file: str, options: SourceOptions) -> None:
    for column in (options.column, options.id_column, options.label_column, options.date_column):
        if column is not None:
            raise SourceError(
                f"{file} is plain text, which has no column {column!r}. If it is a table, give its format."
            )


def _differ(one: str, other: str) -> bool:
    return one != other and not {one, other} <= _TABLES


def read_documents(
    source: str | os.PathLike[str],
    *,
    options: SourceOptions | None = None,
    s3: "S3Client | None" = None,
) -> Documents:
    """Read the documents of a source, in its order, in the memory of a few frames.

    Parameters
    ----------
    source : path or str
        A folder of text files, which is read with all folders below it; a file; a pattern such as
        `articles/*.csv`; `-` for stdin; `s3://bucket/key`, a prefix or a pattern there. Each file is plain
        text, CSV, TSV, JSON lines or Parquet, which its content says, and may be compressed with gzip or
        zstd.
    options : SourceOptions, optional
        Columns, format and encoding.
    s3 : boto3 client, optional
        Of S3; by default one with the credentials of the environment.

    Returns
    -------
    Documents
        An iterator of frames with the text columns `id` (unique), `text` ("" if there is none), `label` and
        `date` (null if there are none); and the source's `description`.

    Raises
    ------
    SourceError
        If there is no document, or something can't be read: at once, or while iterating. The message names
        the file, and the line and the byte, the row or the column.
    OSError
        If a file or an object can't be opened.
    ModuleNotFoundError
        If the source is in S3 and boto3 isn't installed.
    """
    return Documents(locate(source, s3), options or SourceOptions())
