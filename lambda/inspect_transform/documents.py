"""The documents to score: the split of a dataset, or all objects under a prefix."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from common.errors import InvalidInputError
from common.manifest import CSV, RECORDIO, UPLOAD_AGAIN, load_manifest, manifest_key
from common.split_objects import differences
from inspect_transform.first_documents import JSON_LINES, TEXT, read_first_documents

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from common.bucket import Bucket
    from common.manifest import Manifest
    from inspect_transform.execution_input import Request

_SPLIT_TYPES: Final = {RECORDIO: "RecordIO", CSV: "Line", JSON_LINES: "Line", TEXT: "Line"}
_CONTENT_TYPES: Final = {
    ".pbr": RECORDIO,
    ".rec": RECORDIO,
    ".data": RECORDIO,
    ".csv": CSV,
    ".jsonl": JSON_LINES,
    ".txt": TEXT,
}


@dataclass(frozen=True)
class Documents:
    """The documents to score.

    Attributes
    ----------
    folder
        The prefix in the bucket; SageMaker reads every object under it.
    documents
        None where no manifest has their number.
    widths
        The number of words of the documents, by the folder or the object that has it.
    texts
        The objects whose documents are texts.
    """

    folder: str
    content_type: str
    objects: int
    documents: int | None = None
    widths: Mapping[str, int] = field(default_factory=dict)
    texts: Sequence[str] = ()

    @property
    def split_type(self) -> str:
        """How SageMaker splits an object into records."""
        return _SPLIT_TYPES[self.content_type]


LoadedDocuments = tuple[Documents | None, list[str]]
"""The documents, None if they can't be scored, and their problems."""


def load_documents(bucket: Bucket, request: Request, default_dataset: str) -> LoadedDocuments:
    """Load the documents that an execution names; None without a problem if a field of theirs is invalid."""
    if request.invalid & {"dataset", "prefix"}:
        return None, []
    if "prefix" in request.fields:
        return _under_prefix(bucket, request.fields["prefix"])
    dataset = request.fields.get("dataset", default_dataset)
    if "split" in request.invalid:
        exists = bucket.describe_or_none(manifest_key(dataset))
        return None, [] if exists else [_no_dataset(bucket, dataset)]
    return _of_dataset(bucket, dataset, request.fields.get("split", "test"))


def _of_dataset(bucket: Bucket, dataset: str, split: str) -> LoadedDocuments:
    """Return a dataset's split as its manifest describes it."""
    try:
        manifest = load_manifest(bucket, dataset)
    except InvalidInputError as error:
        return None, [str(error)]
    if manifest is None:
        return None, [_no_dataset(bucket, dataset)]
    if problem := _manifest_problem(manifest, split):
        return None, [f"{manifest.key} can't be scored: {problem}. {UPLOAD_AGAIN}"]
    folder = manifest.folder(split)
    documents = Documents(
        folder=folder,
        # The parameters that channels of training need, such as label_size of CSV, mean nothing here.
        content_type=manifest.format,
        objects=len(manifest.splits[split].shards),
        documents=manifest.splits[split].documents,
        widths={folder: manifest.feature_dim},
    )
    return documents, differences(manifest, split, bucket.list_objects(folder))


def _manifest_problem(manifest: Manifest, split: str) -> str:
    if manifest.format not in _SPLIT_TYPES:
        return f"its content_type is {manifest.format!r}"
    if not manifest.splits[split].shards:
        return f"its {split} split is empty"
    return ""


def _no_dataset(bucket: Bucket, dataset: str) -> str:
    known = ", ".join(bucket.list_datasets()) or "none"
    return (
        f"There is no dataset {dataset!r}: s3://{bucket.name}/{manifest_key(dataset)} doesn't exist. The "
        f"bucket's datasets: {known}. Files without a manifest are scored by their prefix."
    )


def _under_prefix(bucket: Bucket, prefix: str) -> LoadedDocuments:
    """Return the objects under a prefix, by the suffixes of their keys."""
    objects = bucket.list_objects(prefix)
    if not objects:
        return None, [f"There is nothing to score under s3://{bucket.name}/{prefix}."]
    by_type: dict[str | None, list[str]] = defaultdict(list)
    for key in objects:
        by_type[_content_type(key)].append(key)
    problems = _unusable(prefix, by_type, [key for key, summary in objects.items() if not summary.size])
    content_type = next((name for name in by_type if name), None)
    if content_type is None:
        return None, problems
    with_content = [key for key in by_type[content_type] if objects[key].size]
    first = read_first_documents(bucket, with_content, content_type)
    documents = Documents(prefix, content_type, len(objects), widths=first.widths, texts=first.texts)
    return documents, problems + first.problems


def _content_type(key: str) -> str | None:
    return next((name for suffix, name in _CONTENT_TYPES.items() if key.lower().endswith(suffix)), None)


def _unusable(prefix: str, by_type: Mapping[str | None, list[str]], empty: list[str]) -> list[str]:
    problems = []
    reads_all = f"SageMaker scores every object under {prefix}"
    if unknown := by_type.get(None):
        problems.append(
            f"{_keys_have(unknown)} none of {', '.join(_CONTENT_TYPES)} at the end, and {reads_all}: move it "
            "away, or choose a deeper prefix."
        )
    if len(types := [name for name in by_type if name]) > 1:
        examples = ", ".join(f"{by_type[name][0]} is {name}" for name in types)
        problems.append(f"{reads_all} as one content type, but {examples}: give each its own folder.")
    if empty:
        problems.append(f"{empty[0]} is empty: there is no document to score in it. Delete it.")
    return problems


def _keys_have(keys: list[str]) -> str:
    others = len(keys) - 1
    if not others:
        return f"{keys[0]} has"
    return f"{keys[0]} and {others} other{'s' if others > 1 else ''} have"
