"""Text from bytes: the encoding is checked, and an error names line and byte."""

import codecs
import re
from collections.abc import Iterator

from data_prep.inputs.byte_stream import HEAD_BYTES, ByteStream
from data_prep.text.errors import SourceError

_MARKS = (  # UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_C1_BYTES = re.compile(
    rb"[\x80-\x9f]"
)  # letters and quotation marks in cp1252, control characters in latin-1
_MOSTLY_HIGH = 0.3  # of the bytes: no language of Western Europe has so many letters with accents


def encoding_of(stream: ByteStream, declared: str) -> tuple[str, int]:
    """Return the encoding, and the length of the byte order mark, which counts more than the declaration."""
    head = stream.peek(4)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    return declared, 0


def head_text(stream: ByteStream, declared: str) -> str:
    """Return the text at the beginning of a file, up to the last whole character.

    Raises
    ------
    SourceError
        As `text_blocks`.
    """
    encoding, mark = encoding_of(stream, declared)
    head = stream.peek()
    text = _Decoder(stream.name, encoding, mark).decode(head[mark:], final=len(head) < HEAD_BYTES)
    return text if "\n" in text else text.replace("\r", "\n")


def text_blocks(stream: ByteStream, declared: str, block_bytes: int) -> Iterator[str]:
    """Decode the rest of a file block by block.

    In a file whose lines end with carriage returns only, as of a former Mac, they become line feeds.

    Raises
    ------
    SourceError
        Names the line (from 1) and the byte (from 0, of the uncompressed file) that isn't text.
    """
    encoding, mark = encoding_of(stream, declared)
    head = stream.peek()[mark:].decode(encoding, "ignore").rstrip("\r")
    old_line_ends = "\r" in head and "\n" not in head
    stream.read(mark)
    decoder = _Decoder(stream.name, encoding, mark)
    ended = False
    while not ended:
        block = stream.read(block_bytes)
        ended = not block
        if text := decoder.decode(block, final=ended):
            yield text.replace("\r", "\n") if old_line_ends else text


class _Decoder:
    """Decodes a file block by block, and counts lines and bytes for messages."""

    def __init__(self, file: str, encoding: str, mark: int) -> None:
        self._file, self._encoding = file, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._bytes = mark
        self._lines = 0

    def decode(self, block: bytes, *, final: bool) -> str:
        """Return the text of the next bytes, up to the last whole character."""
        self._bytes += len(block)
        try:
            text = self._decoder.decode(block, final=final)
        except UnicodeDecodeError as error:
            raise self._error(error) from error
        if "\0" in text:
            self._raise_nul(text)
        self._lines += text.count("\n")
        return text

    def _error(self, error: UnicodeDecodeError) -> SourceError:
        before = error.object[: error.start].decode(self._encoding, "replace")
        place = self._place(before, self._bytes - len(error.object) + error.start)
        value = error.object[error.start : error.start + 1].hex()
        return SourceError(f"{place}: 0x{value} isn't {self._encoding}. {_advice(error)}")

    def _raise_nul(self, text: str) -> None:
        before = text[: text.index("\0")]
        at = self._bytes - len(text[len(before) :].encode(self._encoding, "replace"))
        raise SourceError(
            f"{self._place(before, at)}: a NUL byte, which text doesn't have. "
            'If it is UTF-16 without a byte order mark, give the encoding "utf-16-le" or "utf-16-be".'
        )

    def _place(self, before: str, byte: int) -> str:
        return f"{self._file}, line {self._lines + before.count(chr(10)) + 1}, byte {byte}"


def _advice(error: UnicodeDecodeError) -> str:
    if b"\0" in error.object and not error.encoding.startswith(("utf-16", "utf-32")):
        return "It has NUL bytes too, so it isn't a text file: save its text as CSV, JSON lines or Parquet."
    if error.encoding not in {"utf-8", "ascii"}:
        return "Give the encoding that the file has."
    around = error.object[max(0, error.start - 2000) : error.start + 2000]
    high = sum(byte > 0x7F for byte in around)  # noqa: PLR2004 -- the last of ASCII
    if high > _MOSTLY_HIGH * len(around):
        return (
            "Give its encoding: for example cp1251 or koi8-r for Cyrillic, gb18030, shift_jis or euc-kr for "
            "Chinese, Japanese or Korean; latin-1 for Western Europe."
        )
    likely = "cp1252" if _C1_BYTES.search(around) else "latin-1"
    return f'Probably it is {likely}: give the encoding "{likely}", or save the file as UTF-8.'
