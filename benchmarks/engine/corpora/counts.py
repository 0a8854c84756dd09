"""Word counts as matrices and files. It imports numpy and scipy only: the peers' environments use it too."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
# (D, V), CSR, float32 as the RecordIO reader returns them. The peers' environments have no scipy-stubs.
Counts = Any
_PARTS = ("data", "indices", "indptr")


def as_counts(matrix: Any) -> Counts:
    """Return a matrix as CSR of float32, without stored zeros and empty documents."""
    counts = sparse.csr_array(matrix, dtype=np.float32)
    counts.sum_duplicates()
    counts.eliminate_zeros()
    return counts[np.flatnonzero(np.diff(counts.indptr))]


def save(folder: Path, counts: Counts) -> None:
    """Write counts into a new folder."""
    folder.mkdir(parents=True)
    for part in _PARTS:
        np.save(folder / f"{part}.npy", getattr(counts, part))
    (folder / "width").write_text(str(counts.shape[1]))


def load(folder: Path) -> Counts:
    """Read what `save` wrote, into memory."""
    parts = tuple(np.load(folder / f"{part}.npy") for part in _PARTS)
    return sparse.csr_array(parts, shape=(len(parts[2]) - 1, int((folder / "width").read_text())))


def halve(counts: Counts, random: np.random.Generator) -> tuple[Counts, Counts]:
    """Assign every token to one of two halves at random: two matrices that sum to ``counts``."""
    first, second = counts.copy(), counts.copy()
    first.data = random.binomial(counts.data.astype(np.int64), 0.5).astype(np.float32)
    second.data = counts.data - first.data
    first.eliminate_zeros()
    second.eliminate_zeros()
    return first, second
