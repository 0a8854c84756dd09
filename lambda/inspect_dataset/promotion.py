"""A run that promotes the model of an earlier training job: what is checked, and what later states read."""

from typing import Any

from common.bucket import Bucket
from common.messages import refusal
from inspect_dataset import earlier_model, report
from inspect_dataset.capacity import check as capacity
from inspect_dataset.capacity.check import Services
from inspect_dataset.environment import Environment
from inspect_dataset.input.candidates import job_name_base
from inspect_dataset.input.execution_input import Request


def prepare_promotion(
    event: dict[str, Any], request: Request, said: Environment, bucket: Bucket, services: Services
) -> dict[str, Any]:
    """Return what later states read.

    Raises
    ------
    InvalidInputError
        With every problem of the input, the training job and the endpoint's instances.
    """
    job, problems = earlier_model.describe(
        services.sagemaker, request.fields["promote_training_job"], said.job_prefix
    )
    if job:
        problems += earlier_model.problems(job, bucket, said)
    room = capacity.check(services, said, candidates=0, promote=True)
    if found := [*request.problems, *problems, *room.problems]:
        raise refusal(found)
    words = earlier_model.feature_dim(job)
    return {
        "dataset": None,
        "job_name_base": job_name_base(said.job_prefix, event["execution_name"], event["execution_arn"]),
        "candidates": [],
        "channels": None,
        "content_type": None,
        "test_split": None,
        "smoke_test": earlier_model.smoke_test(words),
        **request.passed_through(),
        "report": report.of_promotion(request.fields["promote_training_job"], words, room.notes),
    }
