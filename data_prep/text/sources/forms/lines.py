"""Whole lines of a stream of text, in bounded memory."""

from collections.abc import Iterable, Iterator

from data_prep.text.errors import SourceError

MAX_DOCUMENT = 1 << 28  # characters of one document: more is a mistake, such as a file without line ends


def line_chunks(blocks: Iterable[str], name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines that end within each block, without their ends, and the number of the first, from 1.

    Lines end with LF or CRLF.

    Raises
    ------
    SourceError
        If a line is longer than `MAX_DOCUMENT`.
    """
    pending: list[str] = []
    number = 1
    for block in blocks:
        whole, end, rest = block.rpartition("\n")
        if end:
            lines = _split("".join([*pending, whole]) if any(pending) else whole)
            yield number, lines
            number += len(lines)
            pending = []
        pending.append(rest)
        check_length(sum(map(len, pending)), f"{name}, line {number}", "line")
    if last := "".join(pending):
        yield number, _split(last)


def _split(text: str) -> list[str]:
    lines = text.split("\n")
    return [line.removesuffix("\r") for line in lines] if "\r" in text else lines


def check_length(length: int, place: str, noun: str) -> None:
    """Raise SourceError if a document is too long to be one."""
    if length > MAX_DOCUMENT:
        raise SourceError(
            f"{place}: the {noun} is longer than {MAX_DOCUMENT >> 20} million characters. Is the form right? "
            "Otherwise split the file into documents."
        )
