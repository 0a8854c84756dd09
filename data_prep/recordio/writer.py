"""Counts, or rows of numbers, written to a file of records or to a folder of shards."""

import errno
import io
import itertools
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data_prep.recordio.batch_encoder import encode_dense, label_template
from data_prep.recordio.counts import as_matrix, dense_blocks
from data_prep.recordio.encoder import Encoder
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.framing import EncodedFrames, File, split_at_magic


def write(
    file: File,
    counts: Any,
    *,
    labels: Any = None,
    shape: bool = True,
    layout: str = "auto",
    multipart: bool = False,
) -> None:
    """Write documents as RecordIO-protobuf, one record a document, as Amazon SageMaker reads them.

    In addition to the counts this takes a few MiB of memory, however many there are. A csr matrix and an
    array are encoded in place, a memory-mapped one too; other sparse formats are first converted as a whole.

    Parameters
    ----------
    file : path or binary file
        A path is replaced only when everything has been written.
    counts : array or sparse matrix or array (D, V), or an iterator of such chunks
        Counts of V words in D documents: a 2-D numpy array of any numeric dtype and byte order, or any scipy
        sparse matrix or array, whose duplicate entries are summed. Counts may be fractional here. A corpus
        larger than memory comes as an iterator of chunks of documents, all over the same V words.
    labels : array (D,), optional
        A number for each document. LDA needs none.
    shape : bool
        Whether dense records hold their width, as LDA's own notebook writes them. Sparse records always do.
    layout : {"auto", "dense", "sparse"}
        "auto" takes the one that makes the smaller file; of an iterator's first chunk, for all.
    multipart : bool
        Split records that hold RecordIO's magic, as MXNet's writer does and SageMaker's SDK can't read.

    Raises
    ------
    RecordIOError
        (a ValueError) Names the row and column of NaN, infinity, a negative count, or one beyond 2^24 that
        float32 would change; the row of a key outside the vocabulary, or of a record beyond 2^29 - 1 bytes.

    Warns
    -----
    EmptyDocumentWarning
        If a document holds no word.

    References
    ----------
    Amazon SageMaker Developer Guide, "Common data formats for training": RecordIO-wrapped protobuf.
    """
    encoder = Encoder(counts, labels=labels, shape=shape, layout=layout)
    blocks = encoder.blocks()
    _write_blocks(file, map(split_at_magic, blocks) if multipart else blocks)
    encoder.warn_about_empty(stacklevel=2)


def write_labels(file: File, rows: Any, *, key: str) -> None:
    """Write records without features whose label map holds one float32 tensor: SageMaker LDA's answers.

    Parameters
    ----------
    file : path or binary file
        A path is replaced only when everything has been written.
    rows : array (D, K)
        The numbers of each record.
    key : str
        Their name in the label map; LDA's is `topic_mixture`.

    Raises
    ------
    RecordIOError
        If the rows aren't two-dimensional, or a number isn't finite or is below 0.
    """
    matrix = as_matrix(rows)
    template = label_template(matrix.shape[1], key)
    _write_blocks(file, encode_dense(template, dense_blocks(matrix), None))


def _write_blocks(file: File, blocks: Iterable[EncodedFrames]) -> None:
    with _open(file) as out:
        for block in blocks:
            _write_all(out, block.content.data)


def _write_all(out: BinaryIO, content: memoryview) -> None:
    """Write everything, even to an unbuffered file that accepts only part of it at a time."""
    while content:
        content = content[out.write(content) :]


@contextmanager
def _open(file: Any) -> Iterator[BinaryIO]:
    if isinstance(file, str | os.PathLike):
        with replace_file(file) as out:
            yield out
    elif isinstance(file, io.TextIOBase):
        raise RecordIOError('The file is open as text; records are bytes: open it with "wb".')
    else:
        yield file


@contextmanager
def replace_file(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a temporary file for writing; it is renamed to `path` if the block succeeds, otherwise deleted.

    The folder of `path` must exist: FileNotFoundError names it.
    """
    target = Path(path)
    if not target.parent.is_dir():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(target.parent))
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            yield file
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


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
    """Write documents to `part-00000.pbr` and so on in a new folder, which exists only if all succeeds.

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
        (a ValueError) If the folder isn't empty, and as `write`.

    Warns
    -----
    EmptyDocumentWarning
        If a document holds no word.
    """
    target = Path(folder)
    if target.exists() and any(target.iterdir()):
        raise RecordIOError(f"{target} isn't empty: its files would be read as part of the same corpus.")
    target.parent.mkdir(parents=True, exist_ok=True)
    encoder = Encoder(counts, labels=labels, shape=shape, layout=layout)
    temporary = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        shards = _write_files(temporary, encoder.blocks(), shard_bytes)
        temporary.chmod(0o777 & ~_umask())  # mkdtemp gives nobody else access
        temporary.replace(target)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    encoder.warn_about_empty(stacklevel=2)
    return [shard._replace(path=target / shard.path.name) for shard in shards]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _write_files(folder: Path, blocks: Iterable[EncodedFrames], shard_bytes: int) -> list[WrittenShard]:
    shards = []
    for number, segments in itertools.groupby(_divide(blocks, shard_bytes), key=lambda item: item[0]):
        path = folder / f"part-{number:05d}.pbr"
        size = documents = 0
        with path.open("xb") as file:
            for _, content, count in segments:
                _write_all(file, content.data)
                size, documents = size + content.size, documents + count
        shards.append(WrittenShard(path, size, documents))
    return shards


def _divide(blocks: Iterable[EncodedFrames], limit: int) -> Iterator[tuple[int, NDArray[np.uint8], int]]:
    """Yield shard numbers with the bytes of consecutive records and the number of these."""
    shard, free = -1, 0
    for ends, content in ((block.ends, block.content) for block in blocks):
        starts = np.concatenate(([0], ends))
        first = 0
        while first < len(ends):
            last = int(np.searchsorted(ends, starts[first] + free, side="right"))
            if last <= first:
                shard, free = shard + 1, limit
                last = max(first + 1, int(np.searchsorted(ends, starts[first] + free, side="right")))
            yield shard, content[starts[first] : starts[last]], last - first
            free -= int(starts[last] - starts[first])
            first = last
