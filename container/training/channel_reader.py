"""The documents of a channel, as far as this host learns from them.

All of them are kept in memory, so that every pass of the training reads them there: a channel in Pipe mode is
read for one epoch, its first.
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
from container.contract.paths import Folders
from container.formats.csv_documents import parse_csv
from container.training.log import LOGGER
from data_prep.recordio import RecordIOError, iter_chunks
from spectral_lda.counts import CountMatrix, as_counts, checked
from spectral_lda.workers import Workers

FIRST_EPOCH = 0
# Non-zero counts, 100 MB: what is joined at once, and so all that exists twice for a moment.
SHARD_ENTRIES = 1 << 23
_FIFO_SECONDS = 0.1


@dataclass(frozen=True)
class Documents:
    """What a host has read of a channel.

    Attributes
    ----------
    shards
        The documents in their order, (., V) each; at least one matrix.
    files
        From how many files they come.
    """

    shards: list[CountMatrix]
    files: int

    @property
    def count(self) -> int:
        """The number of documents."""
        return sum(shard.shape[0] for shard in self.shards)


def read_channel(folders: Folders, channel: Channel, words: int, hosts: Workers) -> Documents:
    """Read this host's documents of a channel.

    SageMaker has given each host files of its own where the channel is sharded. Where every host has them
    all, each takes every ``hosts.count``-th file, or every such document of fewer files or of a FIFO.

    Raises
    ------
    ClientError
        A file holds something else than counts over ``words`` words; the sentence names it.
    """
    files = [_fifo(folders, channel)] if channel.piped else _files(folders, channel)
    divided = hosts.count > 1 and not channel.sharded
    if divided and len(files) >= hosts.count:
        files, divided = files[hosts.rank :: hosts.count], False
    read = _csv if channel.content_type == CSV else _recordio
    parts: Iterable[CountMatrix] = chain.from_iterable(read(path, words) for path in files)
    if divided:
        parts = _every(parts, hosts.rank, hosts.count)
    return Documents(list(_joined(parts, words)), len(files))


def _files(folders: Folders, channel: Channel) -> list[Path]:
    folder = folders.channel(channel.name)
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _fifo(folders: Folders, channel: Channel) -> Path:
    """Return the FIFO of the first epoch, once SageMaker has made it."""
    path = folders.fifo(channel.name, FIRST_EPOCH)
    LOGGER.info("Reading the channel %s from %s", channel.name, path)
    while not path.exists():
        time.sleep(_FIFO_SECONDS)
    return path


def _csv(path: Path, words: int) -> Iterator[CountMatrix]:
    try:
        with path.open(encoding="utf-8-sig", newline=None) as lines:
            yield as_counts(parse_csv(lines, words))
    except ValueError as error:
        raise ClientError(f"{path}: {error}") from error


def _recordio(path: Path, words: int) -> Iterator[CountMatrix]:
    """Yield the documents of about 1 MiB of the file at a time, each checked where it stands."""
    first = 0
    try:
        for chunk in iter_chunks(path):
            if chunk.shape[1] != words:
                raise ClientError(
                    f"{path}: its documents are over {chunk.shape[1]} words, but feature_dim is {words}."
                )
            yield checked(chunk, whole=True, first_row=first)[0]
            first += chunk.shape[0]
    except RecordIOError as error:  # names the file itself
        raise ClientError(str(error)) from error
    except ValueError as error:
        raise ClientError(f"{path}: {error}") from error


def _joined(parts: Iterable[CountMatrix], words: int) -> Iterator[CountMatrix]:
    """Join small matrices, so that what is done for each costs nothing, but never all of them at once.

    Of none there is one, without rows.
    """
    kept: list[CountMatrix] = []
    joined = False
    for part in parts:
        kept.append(part)
        if sum(matrix.nnz for matrix in kept) >= SHARD_ENTRIES:
            yield _stacked(kept, words)
            kept, joined = [], True
    if kept or not joined:
        yield _stacked(kept, words)


def _stacked(parts: list[CountMatrix], words: int) -> CountMatrix:
    return CountMatrix(sparse.vstack(parts, format="csr") if parts else (0, words), dtype=None)


def _every(parts: Iterable[CountMatrix], rank: int, count: int) -> Iterator[CountMatrix]:
    """Yield every ``count``-th document from the ``rank``-th on, counted over all parts."""
    first = 0
    for part in parts:
        yield part[(rank - first) % count :: count]
        first += part.shape[0]
