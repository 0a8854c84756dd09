"""The corpora that are encoded and decoded; they are the same in every run."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import sparse

from data_prep import recordio


class Case(NamedTuple):
    """`words` is the number of distinct words of a document; 0 means a dense corpus."""

    name: str
    documents: int
    vocabulary: int
    words: int
    contenders: tuple[str, ...]


FULL = (
    Case("notebook", 2_000, 25, 0, ("ours", "raw", "loop", "sdk", "notebook")),
    Case("dense", 100_000, 1_000, 0, ("ours", "raw", "loop", "sdk", "notebook")),
    Case("sparse", 100_000, 10_000, 100, ("ours", "raw", "loop", "sdk")),
)
QUICK = (
    FULL[0],
    Case("dense", 4_000, 1_000, 0, ("ours", "raw", "loop", "sdk", "notebook")),
    Case("sparse", 4_000, 10_000, 100, ("ours", "raw", "loop", "sdk")),
)


def make(case: Case, folder: Path) -> None:
    """Write the counts as arrays, and as the RecordIO file to decode."""
    random = np.random.default_rng(0)
    folder.mkdir()
    if not case.words:
        counts = random.poisson(3, (case.documents, case.vocabulary)).astype(np.float32)
        np.save(folder / "dense.npy", counts)
        recordio.write(folder / "input.pbr", counts, layout="dense")
        return
    drawn = np.sort(random.integers(0, case.vocabulary, (case.documents, case.words), np.int32), axis=1)
    distinct = np.ones(drawn.shape, np.bool_)
    distinct[:, 1:] = drawn[:, 1:] != drawn[:, :-1]
    ends = np.concatenate(([0], np.cumsum(distinct.sum(axis=1)))).astype(np.int32)
    values = random.integers(1, 9, ends[-1]).astype(np.float32)
    parts = {"data": values, "indices": drawn[distinct], "indptr": ends}
    for name, part in parts.items():
        np.save(folder / f"{name}.npy", part)
    (folder / "width").write_text(str(case.vocabulary))
    matrix = sparse.csr_array(tuple(parts.values()), shape=(case.documents, case.vocabulary))
    recordio.write(folder / "input.pbr", matrix, layout="sparse")
