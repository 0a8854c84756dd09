"""What may become a training corpus: whole, finite, non-negative counts."""

from typing import Any

import numpy as np

from data_prep.recordio.matrices import canonical, raw_blocks
from data_prep.recordio.values import to_float32


def check_counts(counts: Any) -> Any:
    """Make sure that a matrix holds counts of words in documents.

    Parameters
    ----------
    counts : array or sparse matrix or array (D, V)
        Any 2-D numpy array of numbers, or any scipy sparse matrix or array.

    Returns
    -------
    array or csr array (D, V)
        The same counts; a sparse one with duplicate entries summed and zeros dropped.

    Raises
    ------
    ValueError
        If there are no documents or no words at all, or naming the row and column (from 0) of a count that is
        NaN, infinite, negative, fractional, or beyond 2^24 and no float32.
    """
    matrix = canonical(counts)
    if 0 in matrix.shape:
        documents, words = matrix.shape
        raise ValueError(f"The corpus is empty: {documents} documents over {words} words.")
    for values, where in raw_blocks(matrix):
        to_float32(values, where)
        fractional = (values != np.floor(values)).ravel()
        if fractional.any():
            position = int(fractional.argmax())
            raise ValueError(
                f"{values.ravel()[position]} at {where(position)}: a count of words can't be fractional."
            )
    if not (matrix.data if hasattr(matrix, "indptr") else matrix).any():
        raise ValueError("The corpus is empty: no document holds a word.")
    return matrix
