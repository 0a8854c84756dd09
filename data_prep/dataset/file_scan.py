"""One file of documents, read once to its end: its statistics and its digest."""

import hashlib
import io
from dataclasses import dataclass
from typing import Any

from data_prep.dataset.csv_stream import csv_chunks
from data_prep.dataset.validation import RULE, first_invalid_count
from data_prep.recordio.decoder import common_layout
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.reader import CorpusStatistics, read_documents


@dataclass(frozen=True)
class Scan:
    """The size, digest and statistics of a file of documents; `layout` is dense, sparse or mixed."""

    bytes: int
    sha256: str
    layout: str
    statistics: CorpusStatistics


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
        Names the file, the record and the byte of a record that isn't a document of counts.
    """
    digested, statistics, layouts = _DigestingFile(source), CorpusStatistics(), set()
    for frames, documents in read_documents(digested, name):
        if invalid := first_invalid_count(documents.matrix):
            raise RecordIOError(
                f"{frames.describe(invalid.row)}: word {invalid.column} has the count {invalid.value:g};"
                f" {RULE}."
            )
        layouts.add(documents.layout)
        statistics.add(documents.matrix)
    return _scan(digested, common_layout(layouts), statistics, name)


def scan_csv(source: Any, name: str) -> Scan:
    """Read a CSV file: one document a line, without header and label.

    Parameters
    ----------
    source, name
        As for `scan_recordio`.

    Raises
    ------
    ValueError
        Names the file, the line and the column of a value that isn't a count.
    """
    digested, statistics = _DigestingFile(source), CorpusStatistics()
    for counts in csv_chunks(digested, name):
        statistics.add(counts)
    return _scan(digested, "dense", statistics, name)


def _scan(digested: "_DigestingFile", layout: str, statistics: CorpusStatistics, name: str) -> Scan:
    if not statistics.documents:
        raise ValueError(f"{name} holds no documents. Delete it.")
    return Scan(digested.bytes_read, digested.digest.hexdigest(), layout, statistics)


class _DigestingFile(io.RawIOBase):
    """A file whose bytes are digested as they are read."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.digest = hashlib.sha256()
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        content = self._source.read(len(target))
        target[: len(content)] = content
        self.digest.update(content)
        self.bytes_read += len(content)
        return len(content)
