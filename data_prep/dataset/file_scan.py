"""One file of documents, read once to its end: what it holds, and its digest."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

from data_prep.dataset.csv_stream import csv_chunks
from data_prep.dataset.tally import RULE, Tally, bad_count
from data_prep.recordio.decoding import decode
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.pieces import pieces


@dataclass(frozen=True)
class Scan:
    """What a file holds; `layout` is dense, sparse or mixed."""

    bytes: int
    sha256: str
    layout: str
    tally: Tally


def scan_recordio(source: Any, name: str) -> Scan:
    """Read a RecordIO-protobuf file.

    Parameters
    ----------
    source : binary file
        Of which only `read` is used.
    name : str
        The file, for an error message.

    Raises
    ------
    ValueError
        Names the file, the record and the byte of what isn't a document of counts.
    """
    digested, tally, layouts = _Digested(source), Tally(), set()
    for frames in pieces(digested, name):
        documents = decode(frames, tally.feature_dim or None)
        if wrong := bad_count(documents.matrix):
            raise RecordIOError(
                f"{frames.place(wrong.row)}: word {wrong.column} has the count {wrong.value:g}; {RULE}."
            )
        layouts |= {"dense"} if documents.dense else set()
        layouts |= {"sparse"} if documents.dense < documents.matrix.shape[0] else set()
        tally.add(documents.matrix)
    return _scan(digested, " ".join(layouts) if len(layouts) == 1 else "mixed", tally, name)


def scan_csv(source: Any, name: str) -> Scan:
    """Read a CSV file: one document a line, without header and label.

    Parameters
    ----------
    source, name
        As for `scan_recordio`.

    Raises
    ------
    ValueError
        Names the file, the line and the column of what isn't a count.
    """
    digested, tally = _Digested(source), Tally()
    for counts in csv_chunks(digested, name):
        tally.add(counts)
    return _scan(digested, "dense", tally, name)


def _scan(digested: "_Digested", layout: str, tally: Tally, name: str) -> Scan:
    if not tally.documents:
        raise ValueError(f"{name} holds no documents. Delete it.")
    return Scan(digested.taken, digested.digest.hexdigest(), layout, tally)


class _Digested(io.RawIOBase):
    """A file whose bytes are digested as they are read."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.digest = hashlib.sha256()
        self.taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        content = self._source.read(len(room))
        room[: len(content)] = content
        self.digest.update(content)
        self.taken += len(content)
        return len(content)
