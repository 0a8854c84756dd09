"""Reads the documents of a channel, or this host's share of them.

All documents stay in memory for all iterations of the training. A channel in Pipe mode is therefore read for
one epoch only, the first.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from scipy import sparse

from container.contract.channels import Channel
from container.contract.content_types import CSV
from container.contract.errors import ClientError
from container.contract.paths import Paths
from container.formats.csv_documents import parse_csv
from container.training.log import LOGGER
from data_prep.recordio import RecordIOError, iter_chunks
from spectral_lda.counts import CountMatrix, as_counts, checked
from spectral_lda.workers import Workers

FIRST_EPOCH = 0
# Non-zero counts of a shard, 100 MB: matrices of this size are concatenated, and exist twice for a moment.
SHARD_NONZEROS = 1 << 23
_FIFO_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Documents:
    """The documents of a channel that this host has read.

    Attributes
    ----------
    shards
        The documents in their order, (., V) each; at least one matrix.
    files
        The number of files that were read.
    """

    shards: list[CountMatrix]
    files: int

    @property
    def count(self) -> int:
        """The number of documents."""
        return sum(shard.shape[0] for shard in self.shards)


def read_channel(paths: Paths, channel: Channel, words: int, workers: Workers) -> Documents:
    """Read this host's documents of a channel.

    Each host has its own files if the channel is sharded. If all hosts have all files, each reads every
    ``workers.count``-th file, or every such document if there are fewer files than hosts or a FIFO.

    Raises
    ------
    ClientError
        A file contains anything but counts over ``words`` words; the message names it.
    """
    files = [_fifo(paths, channel)] if channel.piped else _files(paths, channel)
    replicated = workers.count > 1 and not channel.sharded
    if replicated and len(files) >= workers.count:
        files, replicated = files[workers.rank :: workers.count], False
    read = _read_csv if channel.content_type == CSV else _read_recordio
    parts: Iterable[CountMatrix] = chain.from_iterable(read(path, words) for path in files)
    if replicated:
        parts = _every_nth(parts, workers.rank, workers.count)
    return Documents(list(_concatenated(parts, words)), len(files))


def _files(paths: Paths, channel: Channel) -> list[Path]:
    folder = paths.channel(channel.name)
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _fifo(paths: Paths, channel: Channel) -> Path:
    """Return the FIFO of the first epoch, after SageMaker has created it."""
    path = paths.fifo(channel.name, FIRST_EPOCH)
    LOGGER.info("Reading the channel %s from %s", channel.name, path)
    while not path.exists():
        time.sleep(_FIFO_POLL_SECONDS)
    return path


def _read_csv(path: Path, words: int) -> Iterator[CountMatrix]:
    try:
        with path.open(encoding="utf-8-sig", newline=None) as lines:
            yield as_counts(parse_csv(lines, words))
    except ValueError as error:
        raise ClientError(f"{path}: {error}") from error


def _read_recordio(path: Path, words: int) -> Iterator[CountMatrix]:
    """Yield the documents of about 1 MiB of the file at a time, after checking them."""
    first_row = 0
    try:
        for chunk in iter_chunks(path):
            if chunk.shape[1] != words:
                raise ClientError(
                    f"{path}: its documents have {chunk.shape[1]} words, but feature_dim is {words}."
                )
            yield checked(chunk, whole=True, first_row=first_row)[0]
            first_row += chunk.shape[0]
    except RecordIOError as error:  # its message contains the path
        raise ClientError(str(error)) from error
    except ValueError as error:
        raise ClientError(f"{path}: {error}") from error


def _concatenated(parts: Iterable[CountMatrix], words: int) -> Iterator[CountMatrix]:
    """Concatenate small matrices into shards, one shard at a time.

    Without any part there is one matrix without rows.
    """
    pending: list[CountMatrix] = []
    any_shard = False
    for part in parts:
        pending.append(part)
        if sum(matrix.nnz for matrix in pending) >= SHARD_NONZEROS:
            yield _stack(pending, words)
            pending, any_shard = [], True
    if pending or not any_shard:
        yield _stack(pending, words)


def _stack(parts: list[CountMatrix], words: int) -> CountMatrix:
    return CountMatrix(sparse.vstack(parts, format="csr") if parts else (0, words), dtype=None)


def _every_nth(parts: Iterable[CountMatrix], rank: int, count: int) -> Iterator[CountMatrix]:
    """Yield every ``count``-th document from the ``rank``-th on, counted over all parts."""
    first_row = 0
    for part in parts:
        yield part[(rank - first_row) % count :: count]
        first_row += part.shape[0]
