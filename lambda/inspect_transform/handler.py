"""The first state of bulk scoring: checks the documents and the model before any money is spent.

The steps are: parse the input; load the documents and the model; check that they match; decide whether the
execution is refused; render what later states read.
"""

from typing import Any

import boto3

from common.bucket import Bucket
from common.errors import InvalidInputError
from common.resource_names import transform_name
from inspect_transform.documents import Documents, load_documents
from inspect_transform.environment import Environment
from inspect_transform.execution_input import parse
from inspect_transform.model import Clients, Model, knows_text, load_model

_S3 = boto3.client("s3")
_SAGEMAKER = boto3.client("sagemaker")
_CLOUDFORMATION = boto3.client("cloudformation")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Return the data that the later states read.

    Parameters
    ----------
    event
        ``input``, the execution's, and ``execution_arn``.

    Raises
    ------
    InvalidInputError
        With all problems of the input, the documents and the model.
    """
    environment = Environment.read()
    request = parse(event["input"])
    bucket = Bucket(environment.data_bucket, _S3)
    documents, document_problems = load_documents(bucket, request, environment.dataset)
    model, model_problems = load_model(Clients(bucket, _SAGEMAKER, _CLOUDFORMATION), request, environment)
    problems = [*request.problems, *document_problems, *model_problems]
    if documents and model:
        problems += check_vocabulary(documents, model)
        problems += check_text(documents, model, bucket)
    if problems or documents is None or model is None:
        raise InvalidInputError.of(problems)
    return {
        "name": transform_name(environment.job_prefix, event["execution_arn"]),
        "training_job": model.training_job,
        "model_data_url": model.url,
        "input": f"s3://{environment.data_bucket}/{documents.folder}",
        "content_type": documents.content_type,
        "split_type": documents.split_type,
        "objects": documents.objects,
        "documents": documents.documents,
        "started_by": request.fields.get("started_by", ""),
    }


def check_text(documents: Documents, model: Model, bucket: Bucket) -> list[str]:
    """Return a sentence if the documents are texts, and the model's server can't count their words."""
    if not documents.texts or knows_text(model, bucket):
        return []
    return [
        (
            f"{documents.texts[0]} holds texts, and only a model that the open algorithm learned from "
            f"text counts their words; {model.training_job} isn't one. Score counts (.pbr, .csv), or train "
            "on text with the setting algorithm=open."
        )
    ]


def check_vocabulary(documents: Documents, model: Model) -> list[str]:
    """Return a sentence if the documents aren't over the model's vocabulary."""
    others = [source for source, words in documents.widths.items() if words != model.feature_dim]
    if not others:
        return []
    problem = (
        f"The documents of {others[0]} are over {documents.widths[others[0]]} words, and the model of "
        f"{model.training_job} has {model.feature_dim}: score them with a model of their vocabulary."
    )
    if more := len(others) - 1:
        problem += f" The same is true of {more} more of the objects that were read."
    return [problem]
