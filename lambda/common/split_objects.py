"""The objects of a dataset's split, compared with its manifest."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from common.manifest import UPLOAD_AGAIN
from common.messages import first_few, first_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.bucket import ObjectSummary
    from common.manifest import Manifest


def identity(objects: Mapping[str, ObjectSummary]) -> str:
    """Return what identifies the documents of a split: a hash of the sizes and ETags that S3 lists.

    Nothing that a manifest claims counts, and neither do the keys, except for their order. The same documents
    may have another identity after a new upload, never other documents the same.
    """
    lines = [f"{summary.size} {summary.etag}" for _, summary in sorted(objects.items())]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def differences(manifest: Manifest, split: str, objects: Mapping[str, ObjectSummary]) -> list[str]:
    """Return a sentence for each difference between a split's shards and the objects in its folder.

    Parameters
    ----------
    objects
        All objects in the folder of the split.
    """
    shards = {shard.key: shard.size for shard in manifest.splits[split].shards}
    problems = []
    if missing := shards.keys() - objects.keys():
        verb = "isn't" if len(missing) == 1 else "aren't"
        problems.append(
            f"{manifest.key} names {first_names(missing)}, which {verb} in the bucket. {UPLOAD_AGAIN}"
        )
    if extra := objects.keys() - shards.keys():
        verb, pronoun = ("isn't", "it") if len(extra) == 1 else ("aren't", "them")
        problems.append(
            f"{first_names(extra)} {verb} in {manifest.key}, and SageMaker reads every object under "
            f"{manifest.folder(split)}: delete {pronoun}, or upload the dataset again."
        )
    sizes = [
        f"{key} has {objects[key].size} bytes, but {size} in {manifest.key}. {UPLOAD_AGAIN}"
        for key, size in shards.items()
        if key in objects and objects[key].size != size
    ]
    return problems + first_few(sizes, "shards")
