"""A dataset in the bucket, compared with its manifest."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from common.errors import InvalidInputError
from common.manifest import UPLOAD_AGAIN, Manifest, load_manifest, manifest_key
from common.messages import first_few, first_names
from common.split_objects import differences, identity
from inspect_dataset.dataset import manifest_checks
from inspect_dataset.dataset.shard_check import check_shard
from inspect_dataset.dataset.shard_sampling import MAX_SHARDS, sample_shards

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from common.bucket import Bucket, ObjectSummary
    from common.manifest import Shard
    from common.recordio import Document
    from inspect_dataset.dataset.shard_check import ShardCheck

MAX_CONCURRENT_REQUESTS: Final = 64
# The test shards in which a document with words is searched, for the smoke test of the endpoint.
_SMOKE_TEST_SHARDS: Final = 20


@dataclass(frozen=True)
class Inspection:
    """A dataset, and the differences between its objects and its manifest.

    Attributes
    ----------
    problems
        Why the dataset can't be used, a sentence each.
    notes
        A sentence for each check that was limited to a sample.
    manifest
        None if there is none that can be used.
    document
        The first document of a test shard: one with words, if one of the first shards begins with one.
    test_split
        What identifies the test documents; "" without a manifest.
    """

    problems: list[str]
    notes: list[str] = field(default_factory=list)
    manifest: Manifest | None = None
    document: Document | None = None
    test_split: str = ""


def inspect(bucket: Bucket, dataset: str | None) -> Inspection:
    """Load a dataset's manifest, and compare the objects of both splits with it.

    Compared are keys and bytes of all objects, and checksums and first documents of a sample of them.
    """
    if dataset is None:
        return Inspection([])  # The problems of the input have the reason.
    try:
        manifest = load_manifest(bucket, dataset)
    except InvalidInputError as error:
        return Inspection([str(error)])
    if manifest is None:
        return Inspection([_no_manifest(bucket, dataset)])
    if problems := manifest_checks.problems(manifest):
        return Inspection(problems)
    return _compare(bucket, manifest)


def _compare(bucket: Bucket, manifest: Manifest) -> Inspection:
    problems: list[str] = []
    sample: dict[str, list[Shard]] = {}
    objects = {split: bucket.list_objects(manifest.folder(split)) for split in manifest.splits}
    for split in manifest.splits:
        problems += differences(manifest, split, objects[split])
        sample[split] = _shards_to_read(manifest, split, objects[split])
    checks = _check_shards(bucket, manifest, sample)
    problems += [*_shard_problems(checks), *_missing_words(bucket, manifest)]
    documents = [check.document for check in checks if check.document]
    with_words = (document for document in documents if any(document.sparse()[1]))
    document = next(with_words, next(iter(documents), None))
    return Inspection(problems, _notes(manifest), manifest, document, identity(objects["test"]))


def _shards_to_read(manifest: Manifest, split: str, objects: Mapping[str, ObjectSummary]) -> list[Shard]:
    shards = manifest.splits[split].shards
    intact = [shard for shard in shards if shard.key in objects and objects[shard.key].size == shard.size]
    changed = {key for key, found in objects.items() if found.last_modified > manifest.last_modified}
    return sample_shards(intact, changed)


def _check_shards(bucket: Bucket, manifest: Manifest, sample: dict[str, list[Shard]]) -> list[ShardCheck]:
    smoke_test = {shard.key for shard in sample["test"][:_SMOKE_TEST_SHARDS]}
    shards = itertools.chain.from_iterable(sample.values())
    with ThreadPoolExecutor(MAX_CONCURRENT_REQUESTS) as pool:
        checks = pool.map(
            lambda shard: check_shard(bucket, shard, manifest, want_document=shard.key in smoke_test), shards
        )
        return list(checks)


def _shard_problems(checks: Sequence[ShardCheck]) -> list[str]:
    """Return the first few problems of each kind."""
    by_kind = sorted(
        (kind, f"{problem} {UPLOAD_AGAIN}") for check in checks for kind, problem in check.problems.items()
    )
    problems: list[str] = []
    for _, group in itertools.groupby(by_kind, key=lambda item: item[0]):
        problems += first_few([problem for _, problem in group], "shards")
    return problems


def _missing_words(bucket: Bucket, manifest: Manifest) -> list[str]:
    folder = manifest.key.rpartition("/")[0]
    return [
        f"The {name} {key} of {manifest.key} is missing. {UPLOAD_AGAIN}"
        for name, key in manifest.words.items()
        if not key.startswith(f"{folder}/") or bucket.describe_or_none(key) is None
    ]


def _notes(manifest: Manifest) -> list[str]:
    return [
        (
            f"The {name} split of {manifest.key} has {len(split.shards)} shards. The names and bytes of all "
            f"were compared; the checksums and first records of {MAX_SHARDS} only, those written after the "
            "manifest before all others."
        )
        for name, split in manifest.splits.items()
        if len(split.shards) > MAX_SHARDS
    ]


def _no_manifest(bucket: Bucket, dataset: str) -> str:
    folder, url = f"datasets/{dataset}/", f"s3://{bucket.name}/{manifest_key(dataset)}"
    if bucket.has_objects(folder):
        return (
            f"The dataset {dataset!r} has no manifest: {url} doesn't exist, though there are objects under "
            f"{folder}. If these are your own .pbr or .csv files, adopt them: "
            f"python -m data_prep adopt s3://{bucket.name}/datasets/{dataset}"
        )
    return (
        f"There is no dataset {dataset!r}: {url} doesn't exist. "
        f"The bucket's datasets: {first_names(bucket.list_datasets()) or 'none'}."
    )
