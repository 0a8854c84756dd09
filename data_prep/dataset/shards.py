"""The files of a split, each of bounded size."""

import hashlib
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from data_prep import recordio
from data_prep.dataset.manifest import Shard, Split, dataset_key

SHARD_BYTES = 64 * 2**20  # large enough for S3's throughput, small enough to be sent again


def write_split(folder: Path, name: str, part: str, counts: Any, layout: str, shard_bytes: int) -> Split:
    """Write `<folder>/<part>/part-00000.pbr` and what follows.

    Parameters
    ----------
    folder : path
        The folder of the dataset, on its way.
    name, part : str
        The dataset, and which of its splits: train or test.
    counts : array or csr array (D, V)
        Checked counts.
    layout : {"dense", "sparse"}
        Of all records.
    shard_bytes : int
        The largest file, unless a single document is larger.

    Warns
    -----
    EmptyDocumentWarning
        If there are documents without a word.
    """
    with warnings.catch_warnings():  # empty documents are said once, with the name of the split
        warnings.simplefilter("ignore", recordio.EmptyDocumentWarning)
        written = recordio.write_shards(folder / part, counts, shard_bytes=shard_bytes, layout=layout)
    shards = tuple(
        Shard(
            f"{dataset_key(name)}/{part}/{shard.path.name}", shard.bytes, shard.documents, sha256(shard.path)
        )
        for shard in written
    )
    return _summary(part, counts, shards)


def _summary(part: str, counts: Any, shards: tuple[Shard, ...]) -> Split:
    lengths = np.asarray(counts.sum(axis=1, dtype=np.float64)).ravel()
    empty = int(np.count_nonzero(lengths == 0))
    if empty:
        message = f"{part}: {empty} of {len(lengths)} documents are empty: LDA learns nothing from them."
        warnings.warn(message, recordio.EmptyDocumentWarning, stacklevel=4)
    nonzeros = int(counts.nnz) if hasattr(counts, "nnz") else int(np.count_nonzero(counts))
    return Split(len(lengths), int(lengths.sum()), nonzeros, empty, shards)


def sha256(file: Path) -> str:
    """Digest a file, as lower-case hex."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
