"""The check that no two documents of a source have the same id, in bounded memory."""

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from data_prep.text.errors import SourceError

_SEEDS = (0x9E37, 0xC2B2)  # of two hashes, 128 bits together: different ids don't share both


class _Run(NamedTuple):
    """Hashes of ids, sorted by the first one, and the number of the document of each."""

    first: NDArray[np.uint64]
    second: NDArray[np.uint64]
    document: NDArray[np.int64]


class UniqueIds:
    """The ids of a source so far, in 24 bytes a document.

    An id that occurs twice is an error: results are joined to documents by it, and an id that was made unique
    would join to none.
    """

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self._documents = 0
        self._parts: list[tuple[int, str]] = []

    def begin(self, part: str) -> None:
        """Take the following ids as those of a file, from its first document on."""
        self._parts.append((self._documents, part))

    def add(self, ids: pl.Series) -> None:
        """Add the ids of the next documents.

        Raises
        ------
        SourceError
            If one is missing, or the same as another; the message names both documents.
        """
        missing = (ids.is_null() | ids.eq("")).arg_true()
        if len(missing):
            raise SourceError(f"{self._place(self._documents + int(missing[0]))} has no id.")
        twice = ids.is_duplicated().arg_true()
        if len(twice):
            same = ids.eq(ids[int(twice[0])]).arg_true()
            self._raise(ids[int(same[0])], *(self._documents + int(position) for position in same[:2]))
        run = self._run(ids)
        for earlier in self._runs:
            self._compare(run, earlier, ids)
        self._documents += len(ids)
        self._keep(run)

    def _run(self, ids: pl.Series) -> _Run:
        first, second = (ids.hash(seed).to_numpy() for seed in _SEEDS)
        order = np.argsort(first)
        return _Run(first[order], second[order], self._documents + order)

    def _compare(self, run: _Run, earlier: _Run, ids: pl.Series) -> None:
        at = np.minimum(np.searchsorted(earlier.first, run.first), len(earlier.first) - 1)
        found = np.flatnonzero((earlier.first[at] == run.first) & (earlier.second[at] == run.second))
        if len(found):
            document = int(run.document[found].min())
            same = int(earlier.document[at[found[run.document[found].argmin()]]])
            self._raise(ids[document - self._documents], same, document)

    def _keep(self, run: _Run) -> None:
        """Keep the runs in sizes that halve, so that few are searched and each id is moved few times."""
        if len(run.first):
            self._runs.append(run)
        while len(self._runs) > 1 and len(self._runs[-2].first) < 2 * len(self._runs[-1].first):
            self._runs.append(_merged(self._runs.pop(), self._runs.pop()))

    def _raise(self, value: str, first: int, second: int) -> None:
        raise SourceError(
            f"The id {value!r} occurs twice: {self._place(first)}, and {self._place(second)}. "
            "Remove one of them, or leave the id column out: the documents are then numbered."
        )

    def _place(self, document: int) -> str:
        start, part = next((start, part) for start, part in reversed(self._parts) if start <= document)
        return f"{part}, document {document - start} (from 0)"


def _merged(one: _Run, other: _Run) -> _Run:
    arrays = [np.concatenate(pair) for pair in zip(one, other, strict=True)]
    order = np.argsort(arrays[0], kind="stable")
    return _Run(*(array[order] for array in arrays))
