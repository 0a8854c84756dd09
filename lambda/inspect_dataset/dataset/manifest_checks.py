"""The checks of a manifest itself, before any shard is read."""

from email.message import Message

from common.manifest import CSV, RECORDIO, Manifest, Shard
from common.messages import first_few


def problems(manifest: Manifest) -> list[str]:
    """Return a sentence for each thing in a manifest that no dataset can have."""
    found = _content_type_problems(manifest)
    if manifest.feature_dim < 1:
        found.append(f"In {manifest.key} feature_dim is {manifest.feature_dim}; it must be at least 1.")
    for name, split in manifest.splits.items():
        if split.documents < 1 or not split.shards:
            found.append(
                f"The {name} split of {manifest.key} is empty. Training needs train documents, and "
                "evaluating the model needs test documents."
            )
        wrong = [_shard_problem(manifest, name, shard) for shard in split.shards]
        found += first_few([problem for problem in wrong if problem], "shards")
    return found


def _content_type_problems(manifest: Manifest) -> list[str]:
    content_type = f"In {manifest.key} content_type is {manifest.content_type!r}"
    if manifest.format not in {RECORDIO, CSV}:
        return [f"{content_type}; LDA trains on {RECORDIO} or {CSV}."]
    message = Message()
    message["content-type"] = manifest.content_type
    if str(message.get_param("label_size", "0")) != "0":
        return [
            f"{content_type}; LDA takes documents without labels. Remove them, and write the dataset again."
        ]
    return []


def _shard_problem(manifest: Manifest, split: str, shard: Shard) -> str:
    folder = manifest.folder(split)
    if not shard.key.startswith(folder):
        return f"{manifest.key} names the shard {shard.key}, which is outside {folder}"
    if shard.size < 1:
        return f"The shard {shard.key} in {manifest.key} is empty."
    return ""
