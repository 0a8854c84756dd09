"""A file of records as one matrix, or record by record."""

import gzip
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from scipy import sparse

from data_prep.recordio.canonical import Keyed, decode_dense, decode_sparse
from data_prep.recordio.errors import RecordIOError
from data_prep.recordio.framing import (
    GZIP,
    HEADER,
    LAST,
    WHOLE,
    join_parts,
    padding,
    parse_header,
    place,
    refuse_cut,
)
from data_prep.recordio.scanning import Frames, scan
from data_prep.recordio.tensors import Record, Vector, document, parse

File = str | os.PathLike[str] | BinaryIO
_PIECE = 1 << 20  # never more memory at a time than this for bytes that nobody has seen


def read(file: File) -> Any:
    """Read documents from RecordIO-protobuf.

    Parameters
    ----------
    file : path or binary file
        Records as SageMaker's SDK, MXNet, LDA's notebook or `write` make them, whole or cut into parts. A
        path's file may be compressed with gzip; a file object's bytes may not.

    Returns
    -------
    array (D, V) or csr array (D, V)
        A numpy array when every document is dense, else a scipy csr array with sorted, unique keys. float32,
        unless the records hold float64 or int32. Values are as the file has them, not checked to be counts.
        An empty file makes an array of shape (0, 0).

    Raises
    ------
    RecordIOError
        (a ValueError) Names the file, the record and the byte where it begins.
    """
    with _open(file) as (source, name):
        frames = scan(_read(source, -1, name), name)
    if not len(frames.starts):
        return np.zeros((0, 0), np.float32)
    dense = decode_dense(frames)
    return _decode(frames) if dense is None else dense


def iter_records(file: File) -> Iterator[Record]:
    """Read records one by one, in the memory of one record.

    Parameters
    ----------
    file : path or binary file
        As for `read`. Records need not be documents: answers with labels alone are read too.

    Yields
    ------
    Record
        With `features` and `labels` (name -> `Tensor` with values, keys, shape), uid, metadata and
        configuration.

    Raises
    ------
    RecordIOError
        Names the file, the record and the byte where it begins.
    """
    with _open(file) as (source, name):
        for number, (offset, payload) in enumerate(join_parts(_frames(source, name), name)):
            yield parse(payload, place(name, number, offset))


def _decode(frames: Frames) -> Any:
    keyed = decode_sparse(frames)
    others = np.setdiff1d(np.arange(len(frames.starts)), keyed.records, assume_unique=True)
    vectors = [
        document(parse(frames.payload(record), frames.place(record)), frames.place(record))
        for record in others
    ]
    widths = np.zeros(len(frames.starts), np.int64)
    widths[keyed.records] = keyed.widths
    widths[others] = [vector.width for vector in vectors]
    _check_widths(frames, widths)
    if not keyed.records.size and all(vector.keys is None for vector in vectors):
        return np.stack([vector.values for vector in vectors])
    return _in_order(keyed, others, vectors, int(widths[0]))


def _check_widths(frames: Frames, widths: np.ndarray[Any, Any]) -> None:
    if (widths != widths[0]).any():
        record = int((widths != widths[0]).argmax())
        raise RecordIOError(
            f"{frames.place(record)}: it is over {widths[record]} words, but record 0 is over {widths[0]}."
        )


def _in_order(keyed: Keyed, others: Any, vectors: list[Vector], width: int) -> Any:
    matrix = _csr(keyed.values, keyed.keys, keyed.counts, width)
    if vectors:
        matrix = sparse.vstack([matrix, _stacked(vectors, width)], format="csr")
        matrix = matrix[np.argsort(np.concatenate([keyed.records, others]))]
    matrix.sum_duplicates()
    return matrix


def _stacked(vectors: list[Vector], width: int) -> Any:
    keys = [np.flatnonzero(vector.values) if vector.keys is None else vector.keys for vector in vectors]
    values = [v.values[v.values != 0] if v.keys is None else v.values for v in vectors]
    return _csr(np.concatenate(values), np.concatenate(keys), np.array([len(k) for k in keys]), width)


def _csr(values: Any, keys: Any, counts: Any, width: int) -> Any:
    index = np.int32 if max(width, values.size) <= np.iinfo(np.int32).max else np.int64
    indptr = np.concatenate(([0], np.cumsum(counts))).astype(index)
    return sparse.csr_array((values, keys.astype(index), indptr), shape=(len(counts), width))


def _frames(source: Any, name: str) -> Iterator[tuple[int, int, bytes]]:
    offset = number = 0
    while header := _take(source, HEADER.size, name):
        here = place(name, number, offset)
        flag, length = parse_header(header, here)
        framed = length + padding(length)
        content = _take(source, framed, name)
        if len(content) < framed:
            refuse_cut(here, length, framed - len(content))
        yield offset, flag, content[:length]
        offset, number = offset + HEADER.size + framed, number + (flag in {WHOLE, LAST})


@contextmanager
def _open(file: Any) -> Iterator[tuple[Any, str]]:
    if not isinstance(file, str | os.PathLike):
        yield file, str(getattr(file, "name", "the stream"))
        return
    with Path(file).open("rb") as source:
        packed = source.peek(len(GZIP)).startswith(GZIP)
        yield (gzip.GzipFile(fileobj=source) if packed else source), str(file)


def _take(source: Any, count: int, name: str) -> bytes:
    taken = bytearray()
    while len(taken) < count:
        piece = _read(source, min(count - len(taken), _PIECE), name)
        if not piece:
            break
        taken += piece
    return bytes(taken)


def _read(source: Any, count: int, name: str) -> bytes:
    try:
        content = source.read(count)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise RecordIOError(f"{name}: the gzip file is damaged: {error}.") from error
    if not isinstance(content, bytes | bytearray):
        raise RecordIOError(f'{name} is open as text; records are bytes: open it with "rb".')
    return bytes(content)
