"""The first documents of a CSV shard: one a line, a number for every word, no header and no label."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from common.recordio import IncompleteError, RecordError

_DIGITS_AND_COMMAS: Final = b"0123456789,"
_NUMBER: Final = re.compile(rb"[ \t]*\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?[ \t]*")
_LARGEST: Final = 2.0**53
_MAX_SHOWN: Final = 40


@dataclass(frozen=True)
class CsvDocument:
    """One document, the text of a line; `number` counts the lines of the file from 1."""

    number: int
    text: bytes

    def problem(self, feature_dim: int) -> str | None:
        """Return what contradicts a vocabulary of `feature_dim` words, or None."""
        values = self.text.count(b",") + 1
        if values != feature_dim:
            return f"has {values} values in line {self.number}"
        if self._is_plain():
            return None
        wrong = ((position, value) for position, value in self._values() if not _is_count(value))
        position, value = next(wrong, (0, b""))
        if not position:
            return None
        shown = value.strip()[:_MAX_SHOWN].decode("utf-8", "replace")
        return (
            f"has {shown!r} for value {position} of line {self.number}, which isn't a count "
            "(remove a header line)"
        )

    def sparse(self) -> tuple[list[int], list[float]]:
        """Return the keys and values of the words that occur, of a line without a problem."""
        present = [(position - 1, float(value)) for position, value in self._values() if float(value)]
        return [key for key, _ in present], [value for _, value in present]

    def _values(self) -> Iterator[tuple[int, bytes]]:
        return enumerate(self.text.split(b","), start=1)

    def _is_plain(self) -> bool:
        """Return whether the line is digits and commas, as most are, without a loop over its words."""
        return (
            not self.text.translate(None, _DIGITS_AND_COMMAS)
            and b",," not in self.text
            and not self.text.startswith(b",")
            and not self.text.endswith(b",")
        )


def read_csv_documents(head: bytes, *, whole: bool) -> Iterator[CsvDocument]:
    """Yield the lines that end within the first bytes of a file, without the empty ones.

    Parameters
    ----------
    whole
        Whether these are all bytes of the file, so that the last line needs no end.

    Raises
    ------
    IncompleteError
        When not even the first ends there.
    RecordError
        When the file has none.
    """
    if head.startswith(codecs.BOM_UTF8):
        raise RecordError("it begins with a byte order mark; save it as UTF-8 without one")
    lines = head.split(b"\n")
    ended = lines if whole else lines[:-1]
    filled = [
        CsvDocument(number, text.rstrip(b"\r")) for number, text in enumerate(ended, start=1) if text.strip()
    ]
    if not filled and whole:
        raise RecordError("it holds no line with numbers")
    if not filled:
        raise IncompleteError(None, len(head))
    yield from filled


def _is_count(value: bytes) -> bool:
    return _NUMBER.fullmatch(value) is not None and float(value) <= _LARGEST and float(value).is_integer()
