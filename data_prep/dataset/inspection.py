"""What a file of records or a dataset's folder holds."""

import os
from pathlib import Path
from typing import Any

from data_prep import recordio
from data_prep.dataset.manifest import Manifest
from data_prep.dataset.writer import load


def inspect(path: str | os.PathLike[str]) -> Manifest | dict[str, Any]:
    """Describe a RecordIO-protobuf file, or check and describe a dataset.

    Parameters
    ----------
    path : path
        A file, or the folder `.../datasets/<name>` of a dataset.

    Returns
    -------
    dict
        Of a file, which is never held as a whole: documents, feature_dim, layout, dtype, tokens, nonzeros,
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
    """Say what a dataset holds in a few lines."""
    lines = [f"{manifest.name}: {manifest.feature_dim} words, {manifest.layout} records. {manifest.source}"]
    for name, split in (("train", manifest.train), ("test", manifest.test)):
        size = sum(shard.bytes for shard in split.shards)
        lines.append(
            f"{name}: {split.documents} documents ({split.empty_documents} empty), {split.tokens} tokens,"
            f" {split.nonzeros} non-zeros, {size} bytes, shards: {len(split.shards)}"
        )
    return "\n".join(lines)
