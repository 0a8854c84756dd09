"""A file of records as one matrix, chunk by chunk, or record by record."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from data_prep.recordio.assembly import assemble
from data_prep.recordio.decoding import decode
from data_prep.recordio.pieces import File, opened, pieces, progress
from data_prep.recordio.tensors import Record, parse


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
    with opened(file) as (source, name):
        return assemble(_matrices(source, name), progress(source))


def iter_chunks(file: File) -> Iterator[Any]:
    """Read documents some at a time, in the memory of a few MiB or of the largest document.

    Parameters
    ----------
    file : path or binary file
        As for `read`.

    Yields
    ------
    array (n, V) or csr array (n, V)
        The next documents, as many as stand in about 1 MiB of the file; `write` takes the iterator as it is.

    Raises
    ------
    RecordIOError
        (a ValueError) Names the file, the record and the byte where it begins.
    """
    with opened(file) as (source, name):
        for matrix in _matrices(source, name):
            yield matrix.copy() if isinstance(matrix, np.ndarray) else matrix


def iter_records(file: File) -> Iterator[Record]:
    """Read records one by one, in the memory of a few MiB or of the largest record.

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
    with opened(file) as (source, name):
        for frames in pieces(source, name):
            for record in range(len(frames.starts)):
                yield parse(frames.payload(record), frames.place(record))


def _matrices(source: Any, name: str) -> Iterator[Any]:
    """Documents piece by piece; each matrix may show bytes that the next overwrites."""
    width = None
    for frames in pieces(source, name):
        matrix = decode(frames, width).matrix
        width = matrix.shape[1]
        yield matrix
