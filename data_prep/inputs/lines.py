"""The lines of a text file of counts: UTF-8, ending with LF or CRLF."""

from collections.abc import Iterator
from pathlib import Path

from data_prep.inputs.byte_stream import open_decompressed

_BOM = b"\xef\xbb\xbf"


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the number, from 1, and the text of every line.

    Raises
    ------
    ValueError
        Names the line and byte that isn't UTF-8.
    """
    with open_decompressed(path) as file:
        offset = 0
        for number, raw in enumerate(file, start=1):
            line = raw.removeprefix(_BOM) if number == 1 else raw
            try:
                yield number, line.decode("utf-8").rstrip("\r\n")
            except UnicodeDecodeError as error:
                at = offset + len(raw) - len(line) + error.start
                raise ValueError(
                    f"{path}, line {number}, byte {at}: 0x{raw[at - offset]:02x} isn't UTF-8: convert it."
                ) from error
            offset += len(raw)
