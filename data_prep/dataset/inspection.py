"""A local dataset checked against its manifest, and descriptions of datasets and files."""

import os
from pathlib import Path
from typing import Any

from data_prep import recordio
from data_prep.dataset.manifest import MANIFEST, SPLITS, Manifest, dataset_key, sha256


def load(folder: str | Path, name: str) -> Manifest:
    """Read a local dataset's manifest and check that its shards are the ones described there.

    Parameters
    ----------
    folder : path
        The parent of `datasets/`.
    name : str
        The dataset.

    Raises
    ------
    ValueError
        If there is no such dataset, or a file is missing or has changed since.
    """
    root = Path(folder)
    file = root / dataset_key(name) / MANIFEST
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


def inspect(path: str | os.PathLike[str]) -> Manifest | dict[str, Any]:
    """Describe a RecordIO-protobuf file, or check and describe a dataset.

    Parameters
    ----------
    path : path
        A file, or the folder `.../datasets/<name>` of a dataset.

    Returns
    -------
    dict
        Of a file, which is read a few MiB at a time: documents, feature_dim, layout, dtype, tokens, nonzeros,
        empty_documents, labelled records, records split as MXNet does.
    Manifest
        Of a dataset.

    Raises
    ------
    ValueError
        If the file isn't RecordIO-protobuf, or the dataset's files aren't those of its manifest.
    """
    if not Path(path).is_dir():
        return recordio.describe(path)._asdict()
    folder = Path(path).resolve()
    return load(folder.parent.parent, folder.name)


def summary(manifest: Manifest) -> str:
    """Summarize a dataset in a few lines."""
    lines = [f"{manifest.name}: {manifest.feature_dim} words, {manifest.layout} records. {manifest.source}"]
    for name, split in zip(SPLITS, (manifest.train, manifest.test), strict=True):
        size = sum(shard.bytes for shard in split.shards)
        lines.append(
            f"{name}: {split.documents} documents ({split.empty_documents} empty), {split.tokens} tokens,"
            f" {split.nonzeros} non-zeros, {size} bytes, shards: {len(split.shards)}"
        )
    return "\n".join(lines)
