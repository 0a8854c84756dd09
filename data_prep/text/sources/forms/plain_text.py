"""Plain text: one document per line, or one per file."""

from collections.abc import Iterator

import polars as pl

from data_prep.inputs.byte_stream import ByteStream
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


def read_text(stream: ByteStream, options: SourceOptions) -> str:
    """Return the text of a whole file.

    Raises
    ------
    SourceError
        If it is too long for one document, or isn't text.
    """
    blocks: list[str] = []
    size = 0
    for block in text_blocks(stream, options.encoding, options.frame_bytes):
        blocks.append(block)
        size += len(block)
        check_length(size, stream.name, "file")
    return "".join(blocks)
