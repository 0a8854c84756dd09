"""What a file of records holds, found out in the memory of a few MiB."""

from typing import NamedTuple

import numpy as np

from data_prep.recordio.decoding import Documents, decode
from data_prep.recordio.matrices import is_sparse
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
    total = Description(0, 0, "", "float32", 0.0, 0, 0, 0, 0)
    with opened(file) as (source, name):
        for frames in pieces(source, name):
            documents = decode(frames, total.feature_dim if total.documents else None)
            total = _added(total, documents, frames.split)
    return total._replace(layout=total.layout or "dense")


def _added(total: Description, piece: Documents, split: int) -> Description:
    matrix = piece.matrix
    layout = {0: "sparse", matrix.shape[0]: "dense"}.get(piece.dense, "mixed")
    lengths = np.asarray(matrix.sum(axis=1, dtype=np.float64)).ravel()
    values = matrix.data if is_sparse(matrix) else matrix
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
        total.split + split,
    )
