"""A run that trains: load the dataset and the account's quotas, check, decide, render."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from common.errors import InvalidInputError
from common.manifest import CSV, SPLITS
from inspect_dataset import report
from inspect_dataset.capacity.account import load_account
from inspect_dataset.capacity.check import check_capacity
from inspect_dataset.dataset import hyperparameter_checks, inspection
from inspect_dataset.input.candidates import hyperparameters, job_names
from inspect_dataset.serving_check import serving_problems

if TYPE_CHECKING:
    from common.manifest import Manifest
    from common.recordio import Document
    from inspect_dataset.input.environment import Clients, Environment
    from inspect_dataset.input.execution_input import Request

# A state's data is at most 256 KB, and a shortened document is still a document.
_MAX_SMOKE_TEST_WORDS: Final = 200
# SageMaker's algorithms take the first column for a label unless the content type denies it.
_UNLABELLED_CSV: Final = "text/csv;label_size=0"


def inspect_training(
    request: Request, job_name_base: str, environment: Environment, clients: Clients
) -> dict[str, Any]:
    """Return the data that later states read.

    Raises
    ------
    InvalidInputError
        With every problem of the input, the dataset, the hyperparameters and the instances.
    """
    dataset = inspection.inspect(clients.bucket, request.dataset)
    if manifest := dataset.manifest:
        request = request.for_dataset(manifest.splits["train"].documents, manifest.feature_dim)
    account = load_account(clients, environment, trains=True, promotes=request.promotes)
    # Where the input doesn't have valid combinations, the instances of one candidate are checked.
    candidates = max(1, len(request.combinations))
    capacity = check_capacity(account, environment, candidates=candidates, promotes=request.promotes)
    document = dataset.document
    problems = [*request.problems, *dataset.problems]
    problems += hyperparameter_checks.problems(request.fields, manifest) if manifest else []
    problems += capacity.problems
    problems += serving_problems(clients, environment) if request.promotes else []
    if problems or manifest is None or document is None:
        raise InvalidInputError.of(problems)
    notes = hyperparameter_checks.notes(request.fields, manifest, environment.training)
    notes = [*dataset.notes, *notes, *capacity.notes]
    costs = report.training_costs(environment.training, candidates, capacity.max_concurrency)
    return {
        "dataset": request.dataset,
        "candidates": _candidates(request, job_name_base, manifest),
        **_channels(clients.bucket.name, manifest, environment.training.algorithm),
        "test_split": dataset.test_split,
        "smoke_test": smoke_test(document, manifest.feature_dim),
        **request.passed_through(),
        "report": report.training_report(request, manifest, costs, notes),
    }


def smoke_test(document: Document, feature_dim: int) -> dict[str, list[int] | list[float]]:
    """Return a test document in the sparse form of an inference request, with a bounded number of words."""
    keys, values = document.sparse()
    return {
        "keys": keys[:_MAX_SMOKE_TEST_WORDS],
        "values": values[:_MAX_SMOKE_TEST_WORDS],
        "shape": [feature_dim],
    }


def _candidates(request: Request, job_name_base: str, manifest: Manifest) -> list[dict[str, Any]]:
    documents = manifest.splits["train"].documents
    names = job_names(job_name_base, len(request.combinations))
    return [
        {
            "name": name,
            "hyperparameters": hyperparameters(
                combination, request.fields, feature_dim=manifest.feature_dim, documents=documents
            ),
        }
        for name, combination in zip(names, request.combinations, strict=True)
    ]


def _channels(bucket: str, manifest: Manifest, algorithm: str) -> dict[str, Any]:
    """Return the channels: of the open algorithm those of the words too, which go into its model."""
    words = manifest.words if algorithm == "open" else {}
    return {
        "channels": {
            **{split: f"s3://{bucket}/{manifest.folder(split)}" for split in SPLITS},
            **{name: f"s3://{bucket}/{key}" for name, key in words.items()},
        },
        "content_type": _UNLABELLED_CSV if manifest.format == CSV else manifest.content_type,
    }
