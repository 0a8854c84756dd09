"""Matrices that follow each other, put together into one."""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

_MARGIN = 1.03  # room beyond what the file is expected to need; room that is never touched takes no memory
_Share = Callable[[], float]


class Growing:
    """An array that grows at its end; `share` says which part of all that will come has come."""

    def __init__(self, first: NDArray[Any], share: _Share) -> None:
        self._share = share
        self._room = first.copy()
        self._length = len(first)

    def append(self, more: NDArray[Any]) -> None:
        """Copy rows of the same width and dtype behind those that are there."""
        length = self._length + len(more)
        if length > len(self._room):
            wanted = int(length * max(_MARGIN / self._share(), 1.2))
            room = np.empty((wanted, *more.shape[1:]), self._room.dtype)
            room[: self._length] = self._room[: self._length]
            self._room = room
        self._room[self._length : length] = more
        self._length = length

    def array(self) -> NDArray[Any]:
        """Show what has been copied."""
        return self._room[: self._length]


class _Dense:
    def __init__(self, first: NDArray[Any], share: _Share) -> None:
        self._rows = Growing(first, share)

    def append(self, more: NDArray[Any]) -> None:
        self._rows.append(more)

    def matrix(self) -> NDArray[Any]:
        return self._rows.array()


class _Sparse:
    def __init__(self, first: Any, share: _Share) -> None:
        self._width = first.shape[1]
        self._values, self._keys = Growing(first.data, share), Growing(first.indices, share)
        self._ends = Growing(first.indptr.astype(np.int64), share)

    def append(self, more: Any) -> None:
        self._ends.append(more.indptr[1:] + len(self._values.array()))
        self._values.append(more.data)
        self._keys.append(more.indices)

    def matrix(self) -> Any:
        keys, ends = self._keys.array(), self._ends.array()
        narrow = len(keys) <= np.iinfo(np.int32).max and keys.dtype == np.int32
        index = np.int32 if narrow else np.int64
        parts = (self._values.array(), keys.astype(index, copy=False), ends.astype(index))
        joined = sparse.csr_array(parts, shape=(len(ends) - 1, self._width))
        joined.has_canonical_format = True
        return joined


def assemble(matrices: Iterable[Any], share: _Share) -> Any:
    """Stack matrices over the same words.

    Parameters
    ----------
    matrices : iterable of array or canonical csr array (., V)
        Each may be overwritten when the next is asked for.
    share : function
        Which part of all matrices, above 0 and up to 1, have been given out by now, about.

    Returns
    -------
    array or csr array (D, V)
        An array if all are; (0, 0) if there are none.
    """
    runs: list[Any] = []
    kind = None
    for matrix in matrices:
        is_sparse = sparse.issparse(matrix)
        if (is_sparse, matrix.dtype) == kind:
            runs[-1].append(matrix)
        else:
            kind = is_sparse, matrix.dtype
            runs.append(_Sparse(matrix, share) if is_sparse else _Dense(matrix, share))
    stacked = [run.matrix() for run in runs]
    if not stacked:
        return np.zeros((0, 0), np.float32)
    if len(stacked) == 1:
        return stacked[0]
    if all(isinstance(matrix, np.ndarray) for matrix in stacked):
        return np.concatenate(stacked)
    return sparse.vstack([sparse.csr_array(matrix) for matrix in stacked], format="csr")
