"""A corpus as several files, each of bounded size."""

import io
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.encoding import Encoding
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.framing import Encoded
from data_prep.recordio.writer import write_all


class WrittenShard(NamedTuple):
    """One file, and how many documents are in it."""

    path: Path
    bytes: int
    documents: int


def write_shards(
    folder: str | os.PathLike[str],
    counts: Any,
    *,
    shard_bytes: int,
    labels: Any = None,
    shape: bool = True,
    layout: str = "auto",
) -> list[WrittenShard]:
    """Write documents to `part-00000.pbr` and what follows in a new folder.

    The folder appears once all files are whole; whatever goes wrong before leaves nothing behind.

    Parameters
    ----------
    folder : path
        Must not exist yet, or be empty.
    counts, labels, shape, layout
        As for `write`: an iterator of chunks too.
    shard_bytes : int
        The largest file, unless a single document is larger.

    Raises
    ------
    RecordIOError
        (a ValueError) If the folder holds something, and as `write`.

    Warns
    -----
    EmptyDocumentWarning
        If a document holds no word.
    """
    target = Path(folder)
    if target.exists() and any(target.iterdir()):
        raise RecordIOError(f"{target} isn't empty: what is there would be read as part of the same corpus.")
    target.parent.mkdir(parents=True, exist_ok=True)
    encoding = Encoding(counts, labels=labels, shape=shape, layout=layout)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        with _Filler(aside, shard_bytes) as filler:
            for block in encoding.blocks():
                filler.add(block)
        aside.chmod(0o777 & ~_umask())  # mkdtemp lets nobody else in
        aside.replace(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    encoding.warn_of_empty(stacklevel=2)
    return [shard._replace(path=target / shard.path.name) for shard in filler.shards]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


class _Filler:
    """Fills one file of a folder after the other."""

    def __init__(self, folder: Path, shard_bytes: int) -> None:
        self._folder = folder
        self._limit = shard_bytes
        self._file: BinaryIO = io.BytesIO()
        self.shards: list[WrittenShard] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, block: Encoded) -> None:
        """Write all records, each into the last file if it fits there."""
        start = 0
        while start < len(block.ends):
            stop = _fitting(block, start, self._limit - self.shards[-1].bytes) if self.shards else start
            if stop == start:
                self._begin()
                stop = max(start + 1, _fitting(block, start, self._limit))
            self._append(block.content[_end(block, start) : _end(block, stop)], stop - start)
            start = stop

    def _begin(self) -> None:
        self._file.close()
        path = self._folder / f"part-{len(self.shards):05d}.pbr"
        self._file = path.open("xb")
        self.shards.append(WrittenShard(path, 0, 0))

    def _append(self, content: NDArray[np.uint8], documents: int) -> None:
        write_all(self._file, content.data)
        path, size, number = self.shards[-1]
        self.shards[-1] = WrittenShard(path, size + content.size, number + documents)


def _fitting(block: Encoded, start: int, room: int) -> int:
    """How far records from `start` on fit into `room` bytes."""
    return max(start, int(np.searchsorted(block.ends, _end(block, start) + room, side="right")))


def _end(block: Encoded, record: int) -> int:
    """Where the record before this one ends."""
    return int(block.ends[record - 1]) if record else 0
