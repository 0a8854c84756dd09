"""Counts, or the rows of an answer, into a file of records."""

import io
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from data_prep.files import replacing
from data_prep.recordio import dense
from data_prep.recordio import sparse as sparse_records
from data_prep.recordio.errors import EmptyDocumentWarning, RecordIOError
from data_prep.recordio.framing import cut_at_magic
from data_prep.recordio.layout import choose
from data_prep.recordio.matrices import as_matrix, dense_blocks, is_sparse, sparse_blocks

File = str | os.PathLike[str] | BinaryIO
_NAMED = 5  # how many empty rows a warning names


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

    Parameters
    ----------
    file : path or binary file
        A path is replaced only when everything has been written.
    counts : array or sparse matrix or array (D, V)
        Counts of V words in D documents: a 2-D numpy array of any numeric dtype and byte order, or any scipy
        sparse matrix or array, whose duplicate entries are summed. Counts may be fractional here.
    labels : array (D,), optional
        A number for each document. LDA needs none.
    shape : bool
        Whether dense records say how wide they are, as LDA's own notebook does. Sparse records always do.
    layout : {"auto", "dense", "sparse"}
        "auto" takes the one that makes the smaller file.
    multipart : bool
        Cut records where they hold RecordIO's magic, as MXNet's writer does and SageMaker's SDK can't read.

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
    matrix = as_matrix(counts)
    tags = _checked_labels(labels, matrix.shape[0])
    chosen = choose(matrix, layout, shape=shape, labelled=tags is not None)
    if chosen == "dense":
        template = dense.document_template(matrix.shape[1], shape=shape, labelled=tags is not None)
        blocks = dense.encode(template, dense_blocks(matrix), tags)
    else:
        blocks = _encode_sparse(matrix, tags)
    _write_blocks(file, map(cut_at_magic, blocks) if multipart else blocks)
    _warn_of_empty(matrix)


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
        If the rows aren't two-dimensional or hold what isn't a finite number at or above 0.
    """
    matrix = as_matrix(rows)
    template = dense.label_template(matrix.shape[1], key)
    _write_blocks(file, dense.encode(template, dense_blocks(matrix), None))


def _checked_labels(labels: Any, documents: int) -> NDArray[np.float32] | None:
    if labels is None:
        return None
    numbers = np.asarray(labels)
    if numbers.shape != (documents,) or numbers.dtype.kind not in "biuf":
        raise RecordIOError(
            f"{documents} documents need as many numbers for labels,"
            f" not {numbers.dtype} of shape {numbers.shape}."
        )
    if not np.isfinite(numbers).all():
        raise RecordIOError(f"The label of row {int(np.isfinite(numbers).argmin())} is not finite.")
    return numbers.astype(np.float32)


def _encode_sparse(matrix: Any, labels: NDArray[np.float32] | None) -> Iterator[NDArray[np.uint8]]:
    start = 0
    for rows in sparse_blocks(matrix):
        stop = start + len(rows.indptr) - 1
        tags = None if labels is None else labels[start:stop]
        yield sparse_records.encode(rows, matrix.shape[1], tags, start)
        start = stop


def _write_blocks(file: File, blocks: Iterable[NDArray[np.uint8]]) -> None:
    with _open(file) as out:
        for block in blocks:
            rest = block.data
            while rest:  # an unbuffered file may take less than it is given
                rest = rest[out.write(rest) :]


@contextmanager
def _open(file: Any) -> Iterator[BinaryIO]:
    if isinstance(file, str | os.PathLike):
        with replacing(file) as out:
            yield out
    elif isinstance(file, io.TextIOBase):
        raise RecordIOError('The file is open as text; records are bytes: open it with "wb".')
    else:
        yield file


def _warn_of_empty(matrix: Any) -> None:
    words = np.diff(matrix.indptr) if is_sparse(matrix) else np.count_nonzero(matrix, axis=1)
    empty = np.flatnonzero(words == 0)
    if empty.size:
        named = ", ".join(map(str, empty[:_NAMED])) + (", ..." if empty.size > _NAMED else "")
        message = (
            f"{empty.size} of {len(words)} documents are empty (row {named}): LDA learns nothing from them."
        )
        warnings.warn(message, EmptyDocumentWarning, stacklevel=3)
