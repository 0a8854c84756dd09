"""Plain text: one document per line, or one per file."""

from collections.abc import Iterator

import polars as pl

from data_prep.text.sources.byte_stream import ByteStream
from data_prep.text.sources.encodings import text_blocks
from data_prep.text.sources.forms.columns import TEXT, Form
from data_prep.text.sources.forms.lines import check_length, line_chunks
from data_prep.text.sources.options import SourceOptions


def open_lines(stream: ByteStream, options: SourceOptions) -> Form:
    """Read each line as a document; an empty line is an empty document."""
    return Form(None, "one document per line", _line_frames(stream, options))


def _line_frames(stream: ByteStream, options: SourceOptions) -> Iterator[pl.DataFrame]:
    blocks = text_blocks(stream, options.encoding, options.frame_bytes)
    for _, lines in line_chunks(blocks, stream.name):
        yield pl.DataFrame({TEXT: lines}, schema={TEXT: pl.String})


def open_file(stream: ByteStream, options: SourceOptions) -> Form:
    """Read a whole file as one document."""
    return Form(None, "one document per file", _file_frame(stream, options))


def _file_frame(stream: ByteStream, options: SourceOptions) -> Iterator[pl.DataFrame]:
    blocks: list[str] = []
    for block in text_blocks(stream, options.encoding, options.frame_bytes):
        blocks.append(block)
        check_length(sum(map(len, blocks)), stream.name, "file")
    yield pl.DataFrame({TEXT: ["".join(blocks)]}, schema={TEXT: pl.String})
