"""Step one of an execution: check its input and its dataset before any money is spent."""

import json
import os
from dataclasses import dataclass
from typing import Any, Final

import boto3
from dataset import Bucket, inspect
from execution_input import job_name_base, with_defaults
from manifest import SPLITS, Manifest
from record import Document

SMOKE_TEST_WORDS: Final = 200  # A state's data is at most 256 KB, and a shortened document is a document.
_S3 = boto3.client("s3")


@dataclass(frozen=True)
class Environment:
    """What the stack says to the function."""

    data_bucket: str
    job_prefix: str
    defaults: dict[str, Any]


def environment() -> Environment:
    """Read the environment's variables."""
    return Environment(
        os.environ["DATA_BUCKET"], os.environ["JOB_PREFIX"], json.loads(os.environ["INPUT_DEFAULTS"])
    )


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the whole normalised input, which is all that the later states read.

    Parameters
    ----------
    event
        ``input``, the execution's; ``execution_name`` and ``execution_arn``.

    Raises
    ------
    InvalidInputError
        When the input or its dataset can't be used.
    """
    said = environment()
    fields = with_defaults(event["input"], said.defaults)
    bucket = Bucket(said.data_bucket, _S3)
    manifest = bucket.manifest(fields["dataset"])
    document = inspect(bucket, manifest)
    folder = f"s3://{said.data_bucket}/datasets/{fields['dataset']}"
    return {
        "dataset": fields["dataset"],
        "job_name_base": job_name_base(said.job_prefix, event["execution_name"], event["execution_arn"]),
        "hyperparameters": hyperparameters(fields, manifest),
        "channels": {split: f"{folder}/{split}/" for split in SPLITS},
        "content_type": manifest.content_type,
        "test_split": manifest.test_split,
        "smoke_test": smoke_test(document, manifest),
        **{name: fields[name] for name in ("promote", "minimum_pwll", "require_promotion")},
    }


def hyperparameters(fields: dict[str, Any], manifest: Manifest) -> dict[str, str]:
    """Return what SageMaker LDA is told, as strings, with what follows from the dataset."""
    learned = ("num_topics", "alpha0", "max_restarts", "max_iterations", "tol")
    return {
        **{name: _text(fields[name]) for name in learned},
        "feature_dim": str(manifest.feature_dim),
        "mini_batch_size": str(manifest.splits["train"].documents),
    }


def smoke_test(document: Document, manifest: Manifest) -> dict[str, list[int] | list[float]]:
    """Return a test document in the sparse form of an inference request, with a bounded number of words."""
    keys, values = document.sparse()
    return {
        "keys": keys[:SMOKE_TEST_WORDS],
        "values": values[:SMOKE_TEST_WORDS],
        "shape": [manifest.feature_dim],
    }


def _text(value: float) -> str:
    # JSON knows one kind of number: 10.0 may stand for 10, and isn't a whole number to who reads "10.0".
    return str(int(value)) if value == int(value) else repr(value)
