"""A run that trains: what is checked, and what later states read."""

from dataclasses import dataclass, field
from typing import Any, Final

from common.bucket import Bucket
from common.manifest import SPLITS, Manifest, contradictions
from common.messages import InvalidInputError, refusal
from common.recordio import Content
from inspect_dataset import report
from inspect_dataset.capacity import check as capacity
from inspect_dataset.capacity.check import Services
from inspect_dataset.dataset import hyperparameter_checks as plausibility
from inspect_dataset.dataset import inspection as dataset
from inspect_dataset.environment import Environment
from inspect_dataset.input import candidates
from inspect_dataset.input.execution_input import Request

SMOKE_TEST_WORDS: Final = 200  # A state's data is at most 256 KB, and a shortened document is a document.


@dataclass(frozen=True)
class _Data:
    """A dataset as it was found: its manifest and a test document, where there are such."""

    problems: list[str]
    notes: list[str] = field(default_factory=list)
    manifest: Manifest | None = None
    document: Content | None = None


def prepare_training(
    event: dict[str, Any], request: Request, said: Environment, bucket: Bucket, services: Services
) -> dict[str, Any]:
    """Return what later states read.

    Raises
    ------
    InvalidInputError
        With every problem of the input, the dataset, the hyperparameters and the instances.
    """
    fields = request.fields
    data = _data(fields, bucket)
    count = max(1, len(candidates.combinations(fields)))
    room = capacity.check(services, said, candidates=count, promote=fields.get("promote", True))
    problems = [*request.problems, *candidates.problems(fields), *data.problems, *room.problems]
    if problems or not (data.manifest and data.document):
        raise refusal(problems)
    base = candidates.job_name_base(said.job_prefix, event["execution_name"], event["execution_arn"])
    notes = [*data.notes, *plausibility.notes(fields, data.manifest, said.training), *room.notes]
    training = report.training_costs(said.training, candidates=count, jobs_at_once=room.jobs_at_once)
    return {
        "dataset": fields["dataset"],
        "job_name_base": base,
        "candidates": _candidates(base, fields, data.manifest),
        **_channels(fields["dataset"], bucket.name, data.manifest),
        "smoke_test": smoke_test(data.document, data.manifest),
        **request.passed_through(),
        "report": report.of_training(fields, data.manifest, training, notes),
    }


def smoke_test(document: Content, manifest: Manifest) -> dict[str, list[int] | list[float]]:
    """Return a test document in the sparse form of an inference request, with a bounded number of words."""
    keys, values = document.sparse()
    return {
        "keys": keys[:SMOKE_TEST_WORDS],
        "values": values[:SMOKE_TEST_WORDS],
        "shape": [manifest.feature_dim],
    }


def _data(fields: dict[str, Any], bucket: Bucket) -> _Data:
    if "dataset" not in fields:
        return _Data([])  # Why is among the problems of the input.
    try:
        manifest = bucket.manifest(fields["dataset"])
    except InvalidInputError as error:
        return _Data([str(error)])
    if wrong := contradictions(manifest):
        return _Data(wrong)
    found = dataset.inspect(bucket, manifest)
    problems = [*found.problems, *plausibility.problems(fields, manifest)]
    return _Data(problems, found.notes, manifest, found.document)


def _candidates(base: str, fields: dict[str, Any], manifest: Manifest) -> list[dict[str, Any]]:
    combinations = candidates.combinations(fields)
    documents = manifest.splits["train"].documents
    return [
        {
            "name": name,
            "hyperparameters": candidates.hyperparameters(
                combination, fields, feature_dim=manifest.feature_dim, documents=documents
            ),
        }
        for name, combination in zip(candidates.job_names(base, len(combinations)), combinations, strict=True)
    ]


def _channels(name: str, bucket: str, manifest: Manifest) -> dict[str, Any]:
    return {
        "channels": {split: f"s3://{bucket}/datasets/{name}/{split}/" for split in SPLITS},
        "content_type": manifest.channel_content_type,
        "test_split": manifest.test_split,
    }
