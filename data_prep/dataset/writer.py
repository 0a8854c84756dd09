"""A dataset written to a local folder, laid out as in the bucket."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from data_prep import recordio
from data_prep.dataset.manifest import (
    MANIFEST,
    SPLITS,
    VOCABULARY,
    Manifest,
    Shard,
    Split,
    dataset_key,
    sha256,
)
from data_prep.dataset.validation import check_counts, statistics_of, warn_about_empty
from data_prep.recordio.encoder import choose_layout

SHARD_BYTES = 64 * 2**20  # large enough for S3's throughput, small enough to be sent again


def write(
    folder: str | Path,
    name: str,
    train: Any,
    test: Any,
    *,
    vocabulary: Sequence[str] | None = None,
    source: str,
    shard_bytes: int = SHARD_BYTES,
) -> Manifest:
    """Write a dataset as `<folder>/datasets/<name>/`: shards, vocabulary and manifest.

    A dataset of that name is replaced, but only once the new one is complete.

    Parameters
    ----------
    folder : path
        The parent of `datasets/`.
    name : str
        1 to 63 of a-z, 0-9 and "-".
    train, test : array or sparse matrix or array (D, V)
        The counts of both splits.
    vocabulary : sequence of V str, optional
        The words, if they are known.
    source : str
        Where the documents come from, a sentence.
    shard_bytes : int
        The largest shard, unless a single document is larger.

    Returns
    -------
    Manifest
        The manifest that was written; `s3_checksum` is None until the dataset is uploaded.

    Raises
    ------
    ValueError
        If a split is empty or isn't counts, or the splits, the vocabulary and the name don't fit.

    Warns
    -----
    EmptyDocumentWarning
        If a split holds documents without a word.
    """
    counts = [_checked(split, matrix) for split, matrix in zip(SPLITS, (train, test), strict=True)]
    return write_checked(folder, name, *counts, vocabulary=vocabulary, source=source, shard_bytes=shard_bytes)


def _checked(split: str, counts: Any) -> Any:
    try:
        return check_counts(counts)
    except ValueError as error:
        raise ValueError(f"{split}: {error}") from error


def write_checked(
    folder: str | Path,
    name: str,
    train: Any,
    test: Any,
    *,
    vocabulary: Sequence[str] | None = None,
    source: str,
    shard_bytes: int = SHARD_BYTES,
) -> Manifest:
    """Write a dataset as `write` does, of counts that `split` or `check_counts` returned."""
    target = Path(folder) / dataset_key(name)
    words = _checked_vocabulary(train.shape[1], test.shape[1], vocabulary)
    counts = {"train": train, "test": test}
    statistics = {split: statistics_of(split, counts[split]) for split in SPLITS}
    layout = choose_layout(train, "auto", shape=True, labelled=False)
    with replaced_folder(target) as new:
        shards = {
            split: write_split(new, name, split, counts[split], layout, shard_bytes) for split in SPLITS
        }
        manifest = Manifest(
            name=name,
            feature_dim=train.shape[1],
            layout=layout,
            vocabulary=f"{dataset_key(name)}/{VOCABULARY}" if words else None,
            source=source,
            train=Split.of(statistics["train"], shards["train"]),
            test=Split.of(statistics["test"], shards["test"]),
        )
        if words:
            (new / VOCABULARY).write_bytes(("\n".join(words) + "\n").encode())
        (new / MANIFEST).write_text(manifest.to_json(), "utf-8")
    for split in SPLITS:
        warn_about_empty(split, statistics[split], stacklevel=3)
    return manifest


def _checked_vocabulary(width: int, test_width: int, vocabulary: Sequence[str] | None) -> list[str]:
    if width != test_width:
        raise ValueError(f"Train is over {width} words, test over {test_width}: they need one vocabulary.")
    words = list(vocabulary or [])
    if vocabulary is not None and len(words) != width:
        raise ValueError(f"The vocabulary has {len(words)} words, the counts have {width} columns.")
    for number, word in enumerate(words):
        if not word or "\n" in word or "\r" in word:
            raise ValueError(f"Word {number} of the vocabulary, {word!r}, isn't one line.")
    return words


def write_split(
    folder: Path, name: str, split: str, counts: Any, layout: str, shard_bytes: int = SHARD_BYTES
) -> tuple[Shard, ...]:
    """Write the shards of one split of a dataset below its folder.

    Parameters
    ----------
    folder : path
        The dataset's folder.
    name, split : str
        The dataset, and "train" or "test".
    counts : array or csr array (D, V), or an iterator of such chunks
        The counts of the split.
    layout : {"dense", "sparse"}
        The form of the records.
    shard_bytes : int
        The largest shard, unless a single document is larger.
    """
    with warnings.catch_warnings():  # empty documents are reported once, with the name of the split
        warnings.simplefilter("ignore", recordio.EmptyDocumentWarning)
        written = recordio.write_shards(folder / split, counts, shard_bytes=shard_bytes, layout=layout)
    key = f"{dataset_key(name)}/{split}"
    return tuple(
        Shard(f"{key}/{shard.path.name}", shard.bytes, shard.documents, sha256(shard.path))
        for shard in written
    )


@contextmanager
def replaced_folder(target: Path) -> Iterator[Path]:
    """Yield a new folder next to `target`, which takes its place if the block succeeds.

    A folder that is replaced stays as it is until then.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.parent) as temporary:
        new = Path(temporary) / "new"
        new.mkdir()
        yield new
        _replace_folder(target, new, Path(temporary) / "former")


def _replace_folder(target: Path, new: Path, former: Path) -> None:
    """Rename a folder to `target`; the replaced one is deleted last, or restored on failure."""
    if target.exists():
        target.rename(former)
    try:
        new.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)
