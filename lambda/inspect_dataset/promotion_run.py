"""A run that promotes the model of an earlier training job: load, check, decide, render."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.errors import InvalidInputError
from inspect_dataset import earlier_model, report
from inspect_dataset.capacity.account import load_account
from inspect_dataset.capacity.check import check_capacity
from inspect_dataset.serving_check import serving_problems

if TYPE_CHECKING:
    from inspect_dataset.input.environment import Clients, Environment
    from inspect_dataset.input.execution_input import Request


def inspect_promotion(
    request: Request, training_job: str, environment: Environment, clients: Clients
) -> dict[str, Any]:
    """Return the data that later states read.

    Raises
    ------
    InvalidInputError
        With every problem of the input, the training job and the endpoint's instances.
    """
    job, problems = earlier_model.load(clients.sagemaker, training_job, environment.job_prefix)
    account = load_account(clients, environment, trains=False, promotes=True)
    if job:
        problems += earlier_model.problems(job, clients.bucket, environment.training.algorithm)
    capacity = check_capacity(account, environment, candidates=0, promotes=True)
    serving = serving_problems(clients, environment)
    if found := [*request.problems, *problems, *capacity.problems, *serving]:
        raise InvalidInputError.of(found)
    feature_dim = earlier_model.feature_dim(job)
    return {
        "dataset": None,
        "candidates": [],
        "channels": None,
        "content_type": None,
        "test_split": None,
        "smoke_test": earlier_model.smoke_test(feature_dim),
        **request.passed_through(),
        "report": report.promotion_report(training_job, feature_dim, capacity.notes),
    }
