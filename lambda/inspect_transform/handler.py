"""Step one of bulk scoring: check what is asked for before any money is spent."""

import os
from dataclasses import dataclass
from typing import Any

import boto3

from inspect_transform.documents import Bucket, Documents, absence, of_dataset, of_prefix
from inspect_transform.execution_input import InvalidInputError, Request, read, sentence
from inspect_transform.model import Model, Models
from inspect_transform.naming import name

_S3 = boto3.client("s3")
_SAGEMAKER = boto3.client("sagemaker")
_CLOUDFORMATION = boto3.client("cloudformation")


@dataclass(frozen=True)
class Environment:
    """What the stack says to the function."""

    data_bucket: str
    job_prefix: str
    serving_stack: str
    algorithm: str
    dataset: str


def environment() -> Environment:
    """Read the environment's variables."""
    names = ("DATA_BUCKET", "JOB_PREFIX", "SERVING_STACK", "ALGORITHM", "DATASET")
    return Environment(*(os.environ[name] for name in names))


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return all that the later states read.

    Parameters
    ----------
    event
        ``input``, the execution's, and ``execution_arn``.

    Raises
    ------
    InvalidInputError
        With everything that is wrong, at once.
    """
    said = environment()
    bucket = Bucket(said.data_bucket, _S3)
    request = read(event["input"])
    problems = list(request.problems)
    documents = find_documents(bucket, request, said.dataset, problems)
    model = find_model(bucket, request, said, problems)
    if documents and model:
        problems += mismatch(documents, model)
    if problems or documents is None or model is None:
        raise InvalidInputError(sentence(problems))
    return {
        "name": name(said.job_prefix, event["execution_arn"]),
        "training_job": model.training_job,
        "model_data_url": model.url,
        "input": f"s3://{said.data_bucket}/{documents.folder}",
        "content_type": documents.content_type,
        "split_type": documents.split_type,
        "objects": documents.objects,
        "documents": documents.documents,
        "started_by": request.fields.get("started_by", ""),
    }


def find_documents(bucket: Bucket, request: Request, dataset: str, problems: list[str]) -> Documents | None:
    """Look at the documents, unless it isn't known which are meant."""
    if request.refused & {"dataset", "prefix"}:
        return None
    if "prefix" in request.fields:
        return of_prefix(bucket, request.fields["prefix"], problems)
    dataset = request.fields.get("dataset", dataset)
    if "split" in request.refused:
        problems += absence(bucket, dataset)
        return None
    return of_dataset(bucket, dataset, request.fields.get("split", "test"), problems)


def find_model(bucket: Bucket, request: Request, said: Environment, problems: list[str]) -> Model | None:
    """Look at the model, unless it isn't known which is meant."""
    if "training_job" in request.refused:
        return None
    models = Models(_CLOUDFORMATION, _SAGEMAKER, bucket, said.serving_stack, said.job_prefix, said.algorithm)
    if "training_job" in request.fields:
        return models.of(request.fields["training_job"], problems)
    return models.in_service(problems)


def mismatch(documents: Documents, model: Model) -> list[str]:
    """Return nothing, or that the model doesn't know the documents' vocabulary."""
    others = [place for place, words in documents.widths.items() if words != model.feature_dim]
    if not others:
        return []
    said = (
        f"The documents of {others[0]} are over {documents.widths[others[0]]} words, and the model of "
        f"{model.training_job} knows {model.feature_dim}: score them with a model of their vocabulary."
    )
    more = len(others) - 1
    return [f"{said} So it is with {more} more of the objects that were looked at." if more else said]
