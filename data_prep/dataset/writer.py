"""A dataset in a local folder, laid out as it will lie in the bucket."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data_prep.dataset.manifest import Manifest, dataset_key
from data_prep.dataset.shards import SHARD_BYTES, sha256, write_split
from data_prep.dataset.validation import check_counts
from data_prep.recordio.layout import choose


def split(
    counts: Any, *, test_documents: int | None = None, test_fraction: float | None = None
) -> tuple[Any, Any]:
    """Take the last documents away for testing. The order is kept: shuffle first if it means something.

    Parameters
    ----------
    counts : array or sparse matrix or array (D, V)
        The corpus.
    test_documents : int, optional
        How many documents to test with.
    test_fraction : float, optional
        Which part of them instead, between 0 and 1; at least one document.

    Returns
    -------
    train, test : array or csr array
        The first documents and the last.

    Raises
    ------
    ValueError
        If not exactly one of the two is given, a split would be empty, or the corpus isn't counts.
    """
    matrix = check_counts(counts)
    if matrix.shape[0] == 1:
        raise ValueError("The corpus is a single document; one for training and one for testing are needed.")
    held_out = _held_out(matrix.shape[0], test_documents, test_fraction)
    if not 1 <= held_out < matrix.shape[0]:
        raise ValueError(
            f"{held_out} test documents of {matrix.shape[0]} leave a split empty;"
            f" between 1 and {matrix.shape[0] - 1} are possible."
        )
    return matrix[:-held_out], matrix[-held_out:]


def _held_out(documents: int, count: int | None, fraction: float | None) -> int:
    if count is not None and fraction is None:
        return count
    if count is not None or fraction is None:
        raise ValueError("Say how many documents are for testing, or which fraction of them: one of the two.")
    if not 0 < fraction < 1:
        raise ValueError(f"The fraction for testing lies between 0 and 1; {fraction} doesn't.")
    return max(1, round(documents * fraction))


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
        Where `datasets/` is or will be.
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
        What the manifest says; `s3_checksum` is None until the dataset is uploaded.

    Raises
    ------
    ValueError
        If a split is empty or isn't counts, or the splits, the vocabulary and the name don't fit.

    Warns
    -----
    EmptyDocumentWarning
        If a split holds documents without a word.
    """
    root = Path(folder)
    target = root / dataset_key(name)
    splits = {"train": _checked("train", train), "test": _checked("test", test)}
    words = _checked_widths(splits, vocabulary)
    layout = choose(splits["train"], "auto", shape=True, labelled=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=target.parent) as aside:
        made = Path(aside) / "new"
        parts = {part: write_split(made, name, part, splits[part], layout, shard_bytes) for part in splits}
        manifest = Manifest(
            name,
            splits["train"].shape[1],
            layout,
            f"{dataset_key(name)}/vocabulary.txt" if words else None,
            source,
            parts["train"],
            parts["test"],
        )
        if words:
            (made / "vocabulary.txt").write_text("\n".join(words) + "\n", "utf-8")
        (made / "manifest.json").write_text(manifest.to_json(), "utf-8")
        _swap(made, target, Path(aside) / "former")
    return manifest


def load(folder: str | Path, name: str) -> Manifest:
    """Read a local dataset's manifest and make sure that its shards are the ones described there.

    Parameters
    ----------
    folder : path
        What `dataset.write` wrote to.
    name : str
        The dataset.

    Raises
    ------
    ValueError
        If there is no such dataset, or a file is missing or has changed since.
    """
    root = Path(folder)
    file = root / dataset_key(name) / "manifest.json"
    if not file.is_file():
        raise ValueError(f"There is no dataset {name!r} in {root}: {file} is missing. Encode it first.")
    manifest = Manifest.from_json(file.read_text("utf-8"), str(file))
    for key in manifest.object_keys():
        if not key.startswith(f"{dataset_key(name)}/") or ".." in key:
            raise ValueError(f"{file} names {key}, which isn't in the dataset. Encode it again.")
        if not (root / key).is_file():
            raise ValueError(f"{root / key} is missing, which {file} names. Encode the dataset again.")
    for shard in manifest.shards():
        if sha256(root / shard.key) != shard.sha256:
            raise ValueError(f"{root / shard.key} has changed since {file} was written. Encode it again.")
    return manifest


def _checked(part: str, counts: Any) -> Any:
    try:
        return check_counts(counts)
    except ValueError as error:
        raise ValueError(f"{part}: {error}") from error


def _checked_widths(splits: dict[str, Any], vocabulary: Sequence[str] | None) -> list[str]:
    width, other = splits["train"].shape[1], splits["test"].shape[1]
    if width != other:
        raise ValueError(f"Train is over {width} words, test over {other}: they need one vocabulary.")
    words = list(vocabulary or [])
    if vocabulary is not None and len(words) != width:
        raise ValueError(f"The vocabulary has {len(words)} words, the counts have {width} columns.")
    for number, word in enumerate(words):
        if word.splitlines() != [word]:
            raise ValueError(f"Word {number} of the vocabulary, {word!r}, isn't one line.")
    return words


def _swap(made: Path, target: Path, former: Path) -> None:
    """Put a folder in the place of another, which is gone only when the new one stands."""
    if target.exists():
        target.rename(former)
    try:
        made.rename(target)
    except OSError:
        if former.exists():
            former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)
