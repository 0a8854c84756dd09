"""The lines of a text file, decoded one by one, so that an error has a line and a byte."""

import codecs
import io
from collections.abc import Iterator

from data_prep.text.errors import TextError

MAX_LINE = 2**28  # bytes; a document may be a line
_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def check_encoding(encoding: str) -> str:
    """Return Python's name of an encoding; raise TextError if there is none."""
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise TextError(
            f"There is no encoding {encoding!r}; name it as Python does, such as latin-1."
        ) from error


def read_lines(stream: io.BufferedReader, encoding: str, name: str) -> Iterator[str]:
    """Yield the lines of a file with their line breaks; a byte order mark is left out.

    Raises
    ------
    TextError
        Names the file, line and byte that isn't in the encoding, or is too long.
    """
    start = stream.peek(4)
    bom, marked = next(((bom, name) for bom, name in _BOMS.items() if start.startswith(bom)), (b"", ""))
    encoding = marked or check_encoding(encoding)
    if encoding.startswith(("utf-16", "utf-32")):
        yield from _wide_lines(stream, encoding, name)
        return
    offset = len(stream.read(len(bom)))
    number = 0
    while raw := stream.readline(MAX_LINE + 1):
        number += 1
        if len(raw) > MAX_LINE:
            raise TextError(f"{name}, line {number}: the line has more than {MAX_LINE} bytes.")
        if number == 1 and b"\r" in raw[:-2] and not raw.endswith(b"\n"):
            raise TextError(f"{name}: lines end with carriage returns only. Convert them to line feeds.")
        try:
            yield raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise _decoding_error(name, number, offset + error.start, raw[error.start], encoding) from error
        offset += len(raw)


def _decoding_error(name: str, line: int, byte: int, value: int, encoding: str) -> TextError:
    hint = (
        "Name its encoding, such as --encoding latin-1 or cp1252."
        if encoding == "utf-8"
        else "Is it another?"
    )
    return TextError(f"{name}, line {line}, byte {byte}: 0x{value:02x} isn't {encoding.upper()}. {hint}")


def _wide_lines(stream: io.BufferedReader, encoding: str, name: str) -> Iterator[str]:
    text = io.TextIOWrapper(stream, encoding, newline="\n")
    try:
        yield from text
    except UnicodeError as error:
        raise TextError(f"{name} isn't {encoding.upper()}: {error}.") from error
    finally:
        text.detach()  # the caller closes the stream


def read_text(stream: io.BufferedReader, encoding: str, name: str) -> str:
    """Return the whole text of a file.

    Raises
    ------
    TextError
        As `read_lines`, or the text has more than 2^28 bytes.
    """
    parts, size = [], 0
    for line in read_lines(stream, encoding, name):
        parts.append(line)
        size += len(line)
        if size > MAX_LINE:
            raise TextError(f"{name} has more than {MAX_LINE} characters: it can't be one document.")
    return "".join(parts)
