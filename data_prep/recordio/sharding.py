"""A corpus as several files, each of bounded size."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np

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
        shards = list(_fill(aside, encoding, shard_bytes))
        aside.chmod(0o777 & ~_umask())  # mkdtemp lets nobody else in
        aside.replace(target)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    encoding.warn_of_empty(stacklevel=2)
    return [shard._replace(path=target / shard.path.name) for shard in shards]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _fill(folder: Path, encoding: Encoding, shard_bytes: int) -> Iterator[WrittenShard]:
    with ExitStack() as stack:
        file: BinaryIO | None = None
        shard = WrittenShard(folder / "part-00000.pbr", 0, 0)
        number = 0
        for block in encoding.blocks():
            start = 0
            while start < len(block.ends):
                stop = _fitting(block, start, shard_bytes - shard.bytes)
                if stop == start and shard.documents:
                    yield shard
                    stack.close()
                    number += 1
                    file, shard = None, WrittenShard(folder / f"part-{number:05d}.pbr", 0, 0)
                    continue
                stop = max(stop, start + 1)
                file = file or stack.enter_context(shard.path.open("xb"))
                piece = block.content[_end(block, start) : _end(block, stop)]
                write_all(file, piece.data)
                shard = WrittenShard(shard.path, shard.bytes + piece.size, shard.documents + stop - start)
                start = stop
        if shard.documents:
            yield shard


def _fitting(block: Encoded, start: int, room: int) -> int:
    """How far records from `start` on fit into `room` bytes."""
    return max(start, int(np.searchsorted(block.ends, _end(block, start) + room, side="right")))


def _end(block: Encoded, record: int) -> int:
    """Where the record before this one ends."""
    return int(block.ends[record - 1]) if record else 0
