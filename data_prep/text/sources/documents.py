"""The documents of a source, frame by frame, and its description for people."""

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from data_prep.inputs.byte_stream import ByteStream
from data_prep.text.errors import SourceError
from data_prep.text.sources.description import FORMAT_NAMES, SourceDescription
from data_prep.text.sources.encodings import encoding_of
from data_prep.text.sources.forms.columns import DATE, ID, LABEL, TEXT, Columns, Form
from data_prep.text.sources.forms.opening import open_form
from data_prep.text.sources.forms.plain_text import read_text
from data_prep.text.sources.locations import Location, locate
from data_prep.text.sources.options import CSV, LINES, TEXT_FILES, TSV, SourceOptions
from data_prep.text.sources.parts import Part
from data_prep.text.sources.recognition import recognise
from data_prep.text.sources.unique_ids import UniqueIds

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_MAX_FILES = 1 << 14  # of a frame
_MAX_JOINED = 1 << 10  # frames of a frame
_TABLES = {CSV, TSV}  # one table may be both, by its separator


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
            stream = _stream(part)
            if stream.peek(1):
                return part, stream
            stream.close()
        raise SourceError(f"{self._location.name} is empty: there is no text in it.")

    def _open(self, opened: tuple[Part, ByteStream], known: Columns | None = None) -> "_Opened":
        part, stream = opened
        try:
            kind = recognise(stream, part.id, self._options, several=self._location.several)
            return _Opened(part, stream, kind, open_form(kind, stream, part.path, self._options, known))
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
        frames = self._text_files() if self._format == TEXT_FILES else self._tables()
        for frame in _joined(frames, self._options.frame_bytes):
            total = self.description.documents + len(frame)
            self.description = replace(self.description, documents=total)
            yield frame
        if not self.description.documents:
            raise SourceError(f"{self._location.name} has no documents.")
        self.description = replace(self.description, complete=True)

    def _text_files(self) -> Iterator[pl.DataFrame]:
        """Yield frames of several files each: a frame takes more time than a small file."""
        rows: list[tuple[str, str]] = []
        size = 0
        for part in self._location.parts:
            opened = self._reopen(part)
            with closing(opened.stream):
                text = read_text(opened.stream, self._options)
            rows.append((part.id, text))
            size += len(text)
            if size >= self._options.frame_bytes or len(rows) >= _MAX_FILES:
                yield _complete(pl.DataFrame(rows, schema=[ID, TEXT], orient="row"))
                rows, size = [], 0
        yield _complete(pl.DataFrame(rows, schema={ID: pl.String, TEXT: pl.String}, orient="row"))

    def _tables(self) -> Iterator[pl.DataFrame]:
        for part in self._location.parts:
            opened = self._reopen(part)
            row = 0
            self._ids.begin(part.name)
            with closing(opened.stream):
                for frame in opened.form.frames:
                    yield _complete(self._with_ids(opened, frame, row))
                    row += len(frame)

    def _reopen(self, part: Part) -> "_Opened":
        if self._opened and self._opened.part is part:
            return self._opened
        stream = _stream(part)
        if not stream.peek(1):
            return _Opened(part, stream, self._format, Form(None, "", iter(())))
        opened = self._open((part, stream), self._known)
        if _differ(opened.format, self._format):
            stream.close()
            found, first = FORMAT_NAMES[opened.format], FORMAT_NAMES[self._format]
            raise SourceError(
                f"{part.name} is {found}, but {self._example} is {first}. "
                "Give a pattern that only matches files of one form, or the format of all."
            )
        return opened

    def _with_ids(self, opened: "_Opened", frame: pl.DataFrame, row: int) -> pl.DataFrame:
        """Add the row, or the line, as the id where no column is; with the file if there are several."""
        if ID in frame.columns:
            self._ids.add(frame.get_column(ID))
            return frame
        rows = pl.int_range(row, row + len(frame), eager=True).cast(pl.String)
        named = opened.format == LINES or self._location.several
        return frame.with_columns((f"{opened.part.id}:" + rows if named else rows).alias(ID))


class _Opened(NamedTuple):
    """A file of the source, its format and its frames."""

    part: Part
    stream: ByteStream
    format: str
    form: Form


def _stream(part: Part) -> ByteStream:
    """Open a file, of which the first byte can be read."""
    stream = ByteStream(part.open(), part.name)
    try:
        stream.peek(1)
    except BaseException:
        stream.close()
        raise
    return stream


def _complete(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the four columns, with "" instead of no text, and null instead of an empty label or date."""
    optional = [
        pl.col(name).replace("", None) if name in frame.columns else pl.lit(None, pl.String).alias(name)
        for name in (LABEL, DATE)
    ]
    return frame.select(pl.col(ID), pl.col(TEXT).fill_null(""), *optional)


def _joined(frames: Iterable[pl.DataFrame], frame_bytes: int) -> Iterator[pl.DataFrame]:
    """Join small frames, as of many small files, to frames of at least half of `frame_bytes` of text."""
    kept: list[pl.DataFrame] = []
    size = 0
    for frame in frames:
        if not frame.is_empty():
            kept.append(frame)
            size += int(frame.get_column(TEXT).str.len_bytes().sum())
        if kept and (2 * size >= frame_bytes or len(kept) >= _MAX_JOINED):
            yield pl.concat(kept)
            kept, size = [], 0
    if kept:
        yield pl.concat(kept)


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
