"""CSV and TSV: polars parses blocks of whole rows; Python's csv those with irregular quotation marks."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import chain
from typing import NamedTuple

import polars as pl

from data_prep.inputs.byte_stream import HEAD_BYTES, ByteStream
from data_prep.text.errors import SourceError
from data_prep.text.sources.encodings import head_text, text_blocks
from data_prep.text.sources.forms.columns import Columns, Form, Table, choose, frame_of
from data_prep.text.sources.forms.csv_head import SEPARATORS, CsvHead, read_head
from data_prep.text.sources.forms.csv_scan import Scan, scan_rows
from data_prep.text.sources.forms.lines import MAX_DOCUMENT, check_length
from data_prep.text.sources.options import TSV, SourceOptions

_END = "\0"  # a last row, which the text can't have: within a value, that isn't closed
_SEPARATOR_NAMES = {",": "", "\t": "tab", ";": "semicolon", "|": "vertical bar"}


class _Csv(NamedTuple):
    """What the rows are parsed by."""

    file: str
    separator: str
    quoted: bool
    width: int
    positions: Mapping[str, int]  # role -> column
    frame_bytes: int


def open_delimited(stream: ByteStream, kind: str, options: SourceOptions, known: Columns | None) -> Form:
    """Read CSV or TSV; the separator and the header are recognised by the first rows.

    Raises
    ------
    SourceError
        Names the line of a row that has more or fewer values than the first, or of a quotation mark that
        isn't closed.
    """
    head = _head(stream, kind, options, known)
    if head is None:
        return Form(None, "", iter(()))
    width = len(head.names or head.rows[0])
    names = head.names or tuple(str(number) for number in range(1, width + 1))
    positions = choose(Table(stream.name, names, head.rows), options, known)
    named = {role: _reference(names, position) for role, position in positions.items()}
    columns = Columns(named, options.column is None, bool(head.names))
    form = _Csv(stream.name, head.separator, head.quoted, width, positions, options.frame_bytes)
    rows = _frames(form, text_blocks(stream, options.encoding, options.frame_bytes))
    separator = _SEPARATOR_NAMES["," if kind == TSV and head.separator == "\t" else head.separator]
    details = [
        f"separated by {separator}" if separator else "",
        "" if head.quoted else "quotation marks are characters",
        "" if head.names else "without a header",
    ]
    return Form(known or columns, ", ".join(filter(None, details)), _skip(rows, 1 if head.names else 0))


def _reference(names: Sequence[str], position: int) -> str:
    """Return the name of a column, or its number if others have the same name."""
    return names[position] if names.count(names[position]) == 1 else str(position + 1)


def _head(stream: ByteStream, kind: str, options: SourceOptions, known: Columns | None) -> CsvHead | None:
    text = head_text(stream, options.encoding)
    wanted = [options.column, options.id_column, options.label_column, options.date_column]
    return read_head(
        text,
        complete=len(stream.peek(HEAD_BYTES)) < HEAD_BYTES,
        separators="\t" if kind == TSV and "\t" in text else SEPARATORS,
        header=known.header if known else options.header,
        wanted=[name for name in wanted if name],
    )


def _skip(frames: Iterable[pl.DataFrame], count: int) -> Iterator[pl.DataFrame]:
    """Leave out the first rows."""
    for frame in frames:
        yield frame.slice(count)
        count = max(0, count - len(frame))


def _frames(form: _Csv, blocks: Iterator[str]) -> Iterator[pl.DataFrame]:
    rest, line, leading = b"", 0, 0
    for block in chain(blocks, [""]):
        data = rest + block.encode()
        if not block and rest and not rest.endswith(b"\n"):
            data += b"\n"
        if not line:  # blank lines before the first row, which may be a header
            filled = data.lstrip(b"\r\n")
            blank, data = data[: len(data) - len(filled)], filled
            leading += blank.count(b"\n")
            line = leading + 1 if filled else 0
        scan = scan_rows(data, form.separator, quoted=form.quoted)
        if not scan.regular:
            yield from _irregular(form, chain([data.decode()], blocks), line)
            return
        _check(form, data, scan, line)
        if scan.end:
            yield _parse(form, _without_blank_lines(form, data, scan))
        line += data.count(b"\n", 0, scan.end)
        rest = data[scan.end :]
        check_length(len(rest), f"{form.file}, line {line}", "row")
        if not block and rest:
            raise _unclosed(form.file, line)


def _check(form: _Csv, data: bytes, scan: Scan, line: int) -> None:
    wrong = (scan.widths != form.width).nonzero()[0]
    if len(wrong):
        at = line + data.count(b"\n", 0, int(scan.starts[wrong[0]]))
        raise _ragged(form, at, int(scan.widths[wrong[0]]))


def _ragged(form: _Csv, line: int, width: int) -> SourceError:
    values = "value" if width == 1 else "values"
    return SourceError(
        f"{form.file}, line {line}: the row has {width} {values}, but the first row has {form.width}. "
        f"A value that contains {form.separator!r} or a line end must be in quotation marks."
    )


def _unclosed(file: str, line: int) -> SourceError:
    return SourceError(
        f"{file}, line {line}: the quotation mark of this row isn't closed until the end of the file. "
        "Within a value in quotation marks, each quotation mark must be doubled."
    )


def _without_blank_lines(form: _Csv, data: bytes, scan: Scan) -> bytes:
    """Return the complete rows. A blank line is a row only where there is one column: an empty text."""
    if form.width == 1 or not scan.blank_lines:
        return data[: scan.end]
    return b"".join(data[start : end + 1] for start, end in zip(scan.starts, scan.ends, strict=True))


def _parse(form: _Csv, rows: bytes) -> pl.DataFrame:
    if not rows:
        return frame_of(form.positions, [])
    frame = pl.read_csv(
        BytesIO(rows),
        has_header=False,
        infer_schema=False,
        separator=form.separator,
        quote_char='"' if form.quoted else None,
        columns=sorted(set(form.positions.values())),
    )
    names = dict(zip(sorted(set(form.positions.values())), frame.columns, strict=True))
    frame = frame.select(pl.col(names[position]).alias(role) for role, position in form.positions.items())
    return frame.fill_null("")


def _irregular(form: _Csv, texts: Iterable[str], line: int) -> Iterator[pl.DataFrame]:
    """Parse with Python's csv, which takes a quotation mark within a value as a character."""
    csv.field_size_limit(max(csv.field_size_limit(), MAX_DOCUMENT))
    reader = csv.reader(
        chain(_lines(texts), [_END]),
        delimiter=form.separator,
        quoting=csv.QUOTE_MINIMAL if form.quoted else csv.QUOTE_NONE,
    )
    rows: list[Sequence[str]] = []
    size, before = 0, 0
    try:
        for row in reader:
            start, before = line + before, reader.line_num
            if row == [_END]:
                yield frame_of(form.positions, rows)
                return
            if row or form.width == 1:
                rows.append(_picked(form, row or [""], start))
                size += sum(map(len, row))
            if size >= form.frame_bytes:
                yield frame_of(form.positions, rows)
                rows, size = [], 0
    except csv.Error as error:
        raise SourceError(f"{form.file}, line {line + reader.line_num - 1}: {error}.") from error


def _picked(form: _Csv, row: Sequence[str], line: int) -> list[str]:
    if row[-1].endswith(_END):
        raise _unclosed(form.file, line)
    if len(row) != form.width:
        raise _ragged(form, line, len(row))
    return [row[position] for position in form.positions.values()]


def _lines(texts: Iterable[str]) -> Iterator[str]:
    rest = ""
    for text in texts:
        *lines, rest = (rest + text).split("\n")
        yield from (line + "\n" for line in lines)
    if rest:
        yield rest + "\n"
