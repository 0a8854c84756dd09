"""Text from bytes: the encoding is checked, and an error names line and byte."""

import codecs
import re
from collections.abc import Iterator

from data_prep.text.errors import SourceError
from data_prep.text.sources.byte_stream import HEAD_BYTES, ByteStream

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
    """Return the text at the beginning of a file, without what can't be decoded."""
    encoding, mark = encoding_of(stream, declared)
    head = stream.peek()[mark:].decode(encoding, "ignore")
    return head if "\n" in head else head.replace("\r", "\n")


def text_blocks(stream: ByteStream, declared: str, block_bytes: int) -> Iterator[str]:
    """Decode the rest of a file block by block.

    In a file whose lines end with carriage returns only, as of a former Mac, they become line feeds.

    Raises
    ------
    SourceError
        Names the line (from 1) and the byte (from 0, of the uncompressed file) that isn't text.
    """
    encoding, mark = encoding_of(stream, declared)
    head = stream.peek(HEAD_BYTES).decode(encoding, "ignore").rstrip("\r")
    old_line_ends = "\r" in head and "\n" not in head
    decoder = _Decoder(stream, encoding, mark)
    while text := decoder.next_text(block_bytes):
        yield text.replace("\r", "\n") if old_line_ends else text


class _Decoder:
    """Decodes a stream and counts lines and bytes for messages."""

    def __init__(self, stream: ByteStream, encoding: str, mark: int) -> None:
        self._stream, self._encoding = stream, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._bytes = len(stream.read(mark)) if mark else 0
        self._lines = 0

    def next_text(self, size: int) -> str:
        """Return the text of the next bytes; empty only at the end."""
        text, ended = "", False
        while not text and not ended:
            block = self._stream.read(size)
            ended = not block
            text = self._decode(block)
        if "\0" in text:
            self._raise_nul(text)
        self._lines += text.count("\n")
        return text

    def _decode(self, block: bytes) -> str:
        self._bytes += len(block)
        try:
            return self._decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(self._encoding, "replace")
            place = self._place(before, self._bytes - len(error.object) + error.start)
            value = error.object[error.start : error.start + 1].hex()
            raise SourceError(f"{place}: 0x{value} isn't {self._encoding}. {_advice(error)}") from error

    def _raise_nul(self, text: str) -> None:
        before = text[: text.index("\0")]
        at = self._bytes - len(text[len(before) :].encode(self._encoding, "replace"))
        raise SourceError(
            f"{self._place(before, at)}: a NUL byte, which text doesn't have. "
            'If it is UTF-16 without a byte order mark, give the encoding "utf-16-le" or "utf-16-be".'
        )

    def _place(self, before: str, byte: int) -> str:
        return f"{self._stream.name}, line {self._lines + before.count(chr(10)) + 1}, byte {byte}"


def _advice(error: UnicodeDecodeError) -> str:
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
