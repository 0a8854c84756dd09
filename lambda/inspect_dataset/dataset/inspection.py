"""A dataset in the bucket, compared with its manifest."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from common.messages import few, names
from inspect_dataset.dataset.shard_check import Look, look
from inspect_dataset.dataset.shard_sampling import AT_MOST, selected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from common.bucket import Bucket
    from common.manifest import Manifest, Shard
    from common.recordio import Content

REQUESTS_AT_ONCE: Final = 64
AGAIN: Final = "Upload the dataset anew."
# Where a document with words is looked for, to ask the endpoint about.
_SMOKE_TEST_SHARDS: Final = 20


@dataclass(frozen=True)
class Inspection:
    """What contradicts the manifest, what wasn't looked at, and a test document.

    The document has words, if one of the first test shards begins so.
    """

    problems: list[str]
    notes: list[str]
    document: Content | None


def inspect(bucket: Bucket, manifest: Manifest) -> Inspection:
    """Compare the objects of both splits with the manifest: which there are, bytes, checksums, heads."""
    problems: list[str] = []
    chosen: dict[str, list[Shard]] = {}
    for name in manifest.splits:
        different, chosen[name] = _listed(bucket, manifest, name)
        problems += different
    looks = list(_look_at_each(bucket, manifest, chosen))
    for _, alike in itertools.groupby(sorted(_told(looks)), key=lambda told: told[0]):
        problems += few([sentence for _, sentence in alike], "shards")
    documents = [one.document for one in looks if one.document]
    filled = (document for document in documents if any(document.sparse()[1]))
    return Inspection(problems, _notes(manifest), next(filled, next(iter(documents), None)))


def _listed(bucket: Bucket, manifest: Manifest, name: str) -> tuple[list[str], list[Shard]]:
    """Compare a split's objects with its shards; return how they differ, and which to look into."""
    folder, shards = f"{manifest.key.rpartition('/')[0]}/{name}/", manifest.splits[name].shards
    found = bucket.listing(folder)
    sizes = {key: listed.size for key, listed in found.items()}
    differences = _differences(manifest.key, folder, {shard.key: shard.size for shard in shards}, sizes)
    intact = [shard for shard in shards if sizes.get(shard.key) == shard.size]
    changed = {key for key, listed in found.items() if listed.written > manifest.written}
    return differences, selected(intact, changed)


def _notes(manifest: Manifest) -> list[str]:
    return [
        (
            f"The {name} split of {manifest.key} has {len(split.shards)} shards. The names and bytes of all "
            f"were compared; the checksums and first records of {AT_MOST} only, those written after the "
            "manifest before all others."
        )
        for name, split in manifest.splits.items()
        if len(split.shards) > AT_MOST
    ]


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


def _look_at_each(bucket: Bucket, manifest: Manifest, chosen: dict[str, list[Shard]]) -> Iterator[Look]:
    wanted = {shard.key for shard in chosen["test"][:_SMOKE_TEST_SHARDS]}
    every = itertools.chain.from_iterable(chosen.values())
    with ThreadPoolExecutor(REQUESTS_AT_ONCE) as pool:
        yield from pool.map(
            lambda shard: look(bucket, shard, manifest, want_document=shard.key in wanted), every
        )


def _told(looks: list[Look]) -> list[tuple[str, str]]:
    return [(kind, f"{sentence} {AGAIN}") for one in looks for kind, sentence in one.problems.items()]
