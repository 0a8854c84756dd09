"""What a file of records holds, found out in the memory of a few MiB."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from data_prep.recordio.decoding import decode
from data_prep.recordio.pieces import File, opened, pieces


class Description(NamedTuple):
    """What a file holds. `layout` is dense, sparse or mixed; `labelled` and `split` count records.

    A split record is one that MXNet's writer cut into parts: SageMaker's SDK can't read it.
    """

    documents: int
    feature_dim: int
    layout: str
    dtype: str
    tokens: float
    nonzeros: int
    empty_documents: int
    labelled: int
    split: int


class _Piece(NamedTuple):
    matrix: Any
    labelled: int
    split: int


def describe(file: File) -> Description:
    """Go through a file once.

    Parameters
    ----------
    file : path or binary file
        As for `read`.

    Raises
    ------
    RecordIOError
        (a ValueError) Names the file, the record and the byte where it begins.
    """
    with opened(file) as (source, name):
        total = Description(0, 0, "", "float32", 0.0, 0, 0, 0, 0)
        for piece in _pieces(source, name):
            total = _added(total, piece)
    return total._replace(layout=total.layout or "dense")


def _pieces(source: Any, name: str) -> Iterator[_Piece]:
    width = None
    for frames in pieces(source, name):
        matrix, labelled = decode(frames, width)
        width = matrix.shape[1]
        yield _Piece(matrix, labelled, frames.split)


def _added(total: Description, piece: _Piece) -> Description:
    matrix = piece.matrix
    layout = "sparse" if sparse.issparse(matrix) else "dense"
    lengths = np.asarray(matrix.sum(axis=1, dtype=np.float64)).ravel()
    values = matrix.data if layout == "sparse" else matrix
    dtype = np.result_type(total.dtype, matrix.dtype) if total.documents else matrix.dtype
    return Description(
        total.documents + matrix.shape[0],
        matrix.shape[1],
        layout if total.layout in {"", layout} else "mixed",
        str(dtype),
        total.tokens + float(lengths.sum()),
        total.nonzeros + int(np.count_nonzero(values)),
        total.empty_documents + int(np.count_nonzero(lengths == 0)),
        total.labelled + piece.labelled,
        total.split + piece.split,
    )
