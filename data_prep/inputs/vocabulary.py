"""The words of a vocabulary, read by one rule everywhere."""

import os
from pathlib import Path

_BOM = b"\xef\xbb\xbf"
_BREAKS = {"\r": "a carriage return", "\x0b": "a vertical tab", "\x00": "a null character"}


def read_vocabulary(path: str | os.PathLike[str]) -> list[str]:
    """Read the words of a vocabulary file.

    Parameters
    ----------
    path
        One word a line in UTF-8, with or without a byte order mark. Lines end with LF or CRLF, and with
        nothing else: U+2028 or a form feed is part of a word.

    Returns
    -------
    list of str
        The words; the last line may end without a line break.

    Raises
    ------
    ValueError
        Names the file, the line and the byte, and what to do.
    """
    return parse_vocabulary(Path(path).read_bytes(), os.fspath(path))


def parse_vocabulary(content: bytes, name: str) -> list[str]:
    """Return the words of the content of a vocabulary file; `name` is for error messages."""
    try:
        text = content.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start + (len(_BOM) if content.startswith(_BOM) else 0)
        line = content.count(b"\n", 0, at) + 1
        raise ValueError(
            f"{name}, line {line}, byte {at}: this isn't UTF-8 (0x{content[at]:02x}). If the file is"
            f" in Latin-1, convert it: iconv -f latin1 -t utf-8 {name}"
        ) from error
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    words = [line.removesuffix("\r") for line in lines]
    for number, word in enumerate(words, start=1):
        if not word:
            raise ValueError(f"{name}, line {number}: the line is empty; every line is one word.")
        for character, what in _BREAKS.items():
            if character in word:
                raise ValueError(f"{name}, line {number}: {what} inside a word. Lines end with LF or CRLF.")
    return words
