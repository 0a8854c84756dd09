"""A dataset in the bucket, compared with its manifest."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from problems import few, names
from shards import Look, look

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bucket import Bucket
    from manifest import Manifest, Shard
    from record import Content

REQUESTS_AT_ONCE: Final = 64
AGAIN: Final = "Upload the dataset anew."
# Where a document with words is looked for, to ask the endpoint about.
_SMOKE_TEST_SHARDS: Final = 20


@dataclass(frozen=True)
class Inspection:
    """What contradicts the manifest, and a test document, with words if one of the first shards begins so."""

    problems: list[str]
    document: Content | None


def inspect(bucket: Bucket, manifest: Manifest) -> Inspection:
    """Compare the objects of both splits with the manifest: which there are, bytes, checksums, heads."""
    problems: list[str] = []
    intact: dict[str, list[Shard]] = {}
    for name, split in manifest.splits.items():
        folder = f"{manifest.key.rpartition('/')[0]}/{name}/"
        found = bucket.listing(folder)
        problems += _differences(
            manifest.key, folder, {shard.key: shard.size for shard in split.shards}, found
        )
        intact[name] = [shard for shard in split.shards if found.get(shard.key) == shard.size]
    looks = list(_look_at_each(bucket, manifest, intact))
    for _, alike in itertools.groupby(sorted(_told(looks)), key=lambda told: told[0]):
        problems += few([sentence for _, sentence in alike], "shards")
    documents = [one.document for one in looks if one.document]
    filled = (document for document in documents if any(document.sparse()[1]))
    return Inspection(problems, next(filled, next(iter(documents), None)))


def _differences(manifest: str, folder: str, said: dict[str, int], found: dict[str, int]) -> list[str]:
    problems = []
    if missing := said.keys() - found.keys():
        verb = "isn't" if len(missing) == 1 else "aren't"
        problems.append(f"{manifest} names {names(missing)}, which {verb} in the bucket. {AGAIN}")
    if extra := found.keys() - said.keys():
        verb, them = ("isn't", "it") if len(extra) == 1 else ("aren't", "them")
        problems.append(
            f"{names(extra)} {verb} in {manifest}, and SageMaker reads whatever lies under {folder}: delete "
            f"{them}, or upload the dataset anew."
        )
    sizes = [
        f"{key} has {found[key]} bytes, and {manifest} says {size}. {AGAIN}"
        for key, size in said.items()
        if key in found and found[key] != size
    ]
    return problems + few(sizes, "shards")


def _look_at_each(bucket: Bucket, manifest: Manifest, intact: dict[str, list[Shard]]) -> Iterator[Look]:
    wanted = {shard.key for shard in intact["test"][:_SMOKE_TEST_SHARDS]}
    every = itertools.chain.from_iterable(intact.values())
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        yield from pool.map(
            lambda shard: look(bucket, shard, manifest, want_document=shard.key in wanted), every
        )


def _told(looks: list[Look]) -> list[tuple[str, str]]:
    return [(kind, f"{sentence} {AGAIN}") for one in looks for kind, sentence in one.problems.items()]
