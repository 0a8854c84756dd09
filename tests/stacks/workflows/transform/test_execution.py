"""What an execution of bulk scoring does, with and without failures."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.workflows.interpreter import error

CREATE, TRANSFORM, DELETE = "createModel", "createTransformJob.sync", "deleteModel"
NAME = "lda-dev-transform-0123abcd"
RESULTS = "s3://<data bucket>/transforms"
THROTTLED = "Rate exceeded (Service: SageMaker, Status Code: 400)"
NO_CAPACITY = json.dumps(
    {"TransformJobStatus": "Failed", "FailureReason": "CapacityError: Unable to provision capacity."}
)
CLIENT_ERROR = json.dumps(
    {"TransformJobStatus": "Failed", "FailureReason": "ClientError: See job logs for more information"}
)


def test_the_documents_are_scored_and_the_model_is_deleted(
    inspected: dict[str, Any], run: Callable[..., Any]
) -> None:
    ended = run()
    assert ended.status == "SUCCEEDED"
    assert ended.output == {
        "transform_job": f"{NAME}-0",
        "output": f"{RESULTS}/{NAME}-0/",
        **{
            name: inspected[name]
            for name in ("training_job", "model_data_url", "input", "objects", "documents")
        },
    }
    assert ended.visited == [
        *("InspectTransform", "CreateModel", "Transform", "IsTransformCompleted"),
        *("DeleteModel", "NotifyScored", "Scored"),
    ]
    assert ended.of(DELETE) == [{"ModelName": NAME}]


def test_inspect_transform_receives_the_input_of_the_execution(run: Callable[..., Any]) -> None:
    (event,) = run(execution_input='{"prefix": "datasets/mine/"}').of("InspectTransform")
    assert event["input"] == {"prefix": "datasets/mine/"}
    assert event["execution_arn"].endswith(":execution:M:run")


@pytest.mark.parametrize("documents", [400, None])
def test_the_notification_names_the_location_of_the_results(
    inspected: dict[str, Any], run: Callable[..., Any], documents: int | None
) -> None:
    (message,) = run(InspectTransform={**inspected, "documents": documents}).of("publish")
    number = " (400 documents)" if documents else ""
    assert message["Subject"] == "lda-dev: documents scored"
    assert message["Message"].startswith(
        f"The 2 objects under s3://bucket/datasets/griffiths/test/{number} are scored by the model of "
        f"lda-dev-run-0123abcd-0. Results: {RESULTS}/{NAME}-0/ -- line i of <object>.out is document i of "
        "<object>.\n\nLogs of jobs: https://"
    )


@pytest.mark.parametrize("step", [CREATE, TRANSFORM, DELETE])
def test_a_refused_call_is_notified_and_leaves_no_model(run: Callable[..., Any], step: str) -> None:
    ended = run(**{step: error("SageMaker.SageMakerException", "User: x is not authorized to perform: y")})
    assert (ended.status, ended.error) == ("FAILED", "TransformFailed")
    assert "is not authorized to perform: y" in (ended.cause or "")
    assert {"ModelName": NAME} in ended.of(DELETE)
    assert len(ended.of("publish")) == 1
    assert ended.visited[-3:] == ["FormatFailure", "NotifyFailure", "Failed"]


def test_invalid_input_is_notified_and_creates_nothing(run: Callable[..., Any]) -> None:
    cause = json.dumps({"errorMessage": "2 problems: (1) A. (2) B.", "errorType": "InvalidInputError"})
    ended = run(InspectTransform=error("InvalidInputError", cause))
    assert ended.error == "InvalidInput"
    assert (ended.cause or "").startswith("2 problems: (1) A. (2) B. The log of its function: ")
    assert [name for name, _ in ended.calls] == ["InspectTransform", "publish"]


def test_a_model_that_cannot_be_deleted_does_not_hide_the_failure_of_the_job(run: Callable[..., Any]) -> None:
    broken = error("SageMaker.SageMakerException", "Service unavailable")
    ended = run(**{TRANSFORM: error("States.TaskFailed", CLIENT_ERROR), DELETE: broken})
    assert ended.cause == (
        f"The transform job {NAME}-0 failed: ClientError: See job logs for more information. Its log: the "
        f"streams {NAME}-0/* of the log group /aws/sagemaker/TransformJobs."
    )


def test_the_cause_names_the_location_of_the_results_when_the_model_cannot_be_deleted(
    run: Callable[..., Any],
) -> None:
    ended = run(**{DELETE: error("SageMaker.SageMakerException", "No.")})
    assert ended.cause == (
        f"The documents are scored, and the results are under {RESULTS}/{NAME}-0/, but the model {NAME} "
        "could not be deleted: No."
    )


@pytest.mark.parametrize(
    ("step", "name", "cause"),
    [
        (CREATE, "SageMaker.SageMakerException", THROTTLED),
        (CREATE, "SageMaker.SageMakerException", "Could not assume role arn:x."),
        (TRANSFORM, "SageMaker.AmazonSageMakerException", "ThrottlingException: Rate exceeded"),
        (TRANSFORM, "States.TaskFailed", NO_CAPACITY),
        (TRANSFORM, "States.TaskFailed", NO_CAPACITY.replace("CapacityError", "InternalServerError")),
    ],
)
def test_a_transient_error_is_retried(
    run: Callable[..., Any], job: Any, step: str, name: str, cause: str
) -> None:
    ended = run(**{step: [error(name, cause), error(name, cause), job]})
    assert (ended.status, len(ended.of(step))) == ("SUCCEEDED", 3)
    assert sum(state.startswith("WaitBefore") for state in ended.visited) == 2


def test_each_attempt_of_a_job_has_its_own_name_and_results(run: Callable[..., Any], job: Any) -> None:
    ended = run(
        **{
            CREATE: [error("SageMaker.SageMakerException", THROTTLED), {}],
            TRANSFORM: [error("States.TaskFailed", NO_CAPACITY), job],
        }
    )
    assert [job["TransformJobName"] for job in ended.of(TRANSFORM)] == [f"{NAME}-0", f"{NAME}-1"]
    assert {job["ModelName"] for job in ended.of(TRANSFORM)} == {NAME}
    assert ended.output["transform_job"] == f"{NAME}-1"
    assert ended.output["output"] == f"{RESULTS}/{NAME}-1/"


@pytest.mark.parametrize("step", [CREATE, TRANSFORM])
def test_a_call_has_three_attempts(run: Callable[..., Any], step: str) -> None:
    ended = run(**{step: error("SageMaker.SageMakerException", THROTTLED)})
    assert (ended.error, len(ended.of(step))) == ("TransformFailed", 3)
    assert "Rate exceeded" in (ended.cause or "")


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("States.TaskFailed", CLIENT_ERROR),
        ("States.Timeout", ""),
        ("SageMaker.ResourceLimitExceededException", "The account-level service limit is 0 Instances."),
        ("SageMaker.AmazonSageMakerException", "1 validation error detected"),
    ],
)
def test_a_final_error_is_not_retried(run: Callable[..., Any], name: str, cause: str) -> None:
    ended = run(**{TRANSFORM: error(name, cause)})
    assert (ended.error, len(ended.of(TRANSFORM)), ended.of(DELETE)) == (
        "TransformFailed",
        1,
        [{"ModelName": NAME}],
    )


def test_a_model_that_a_lost_attempt_created_is_used(run: Callable[..., Any]) -> None:
    exists = 'Cannot create already existing model "arn:aws:sagemaker:x". (Service: SageMaker)'
    lost = error("SageMaker.SageMakerException", "InternalFailure")
    ended = run(**{CREATE: [lost, error("SageMaker.SageMakerException", exists)]})
    assert ended.output["transform_job"] == f"{NAME}-0"


def test_the_cause_of_a_refused_job_mentions_no_log(
    run: Callable[..., Any],
) -> None:
    ended = run(**{TRANSFORM: error("SageMaker.AmazonSageMakerException", "1 validation error detected.")})
    assert ended.cause == f"SageMaker refused the transform job {NAME}-0: 1 validation error detected."


@pytest.mark.parametrize(
    ("status", "why"), [("Stopped", ": somebody stopped it"), ("Stopping", ""), ("Failed", "")]
)
def test_a_job_that_ends_with_another_status_than_completed_is_a_failure(
    run: Callable[..., Any], job: Any, status: str, why: str
) -> None:
    ended = run(**{TRANSFORM: {**job, "TransformJobStatus": status}})
    assert ended.error == "TransformFailed"
    expected = f"The transform job {NAME}-0 failed: the job is {status}{why}. Its log"
    assert (ended.cause or "").startswith(expected)
    assert ended.of(DELETE) == [{"ModelName": NAME}]


@pytest.mark.parametrize("step", [CREATE, TRANSFORM])
def test_a_notification_that_fails_does_not_hide_the_failure(run: Callable[..., Any], step: str) -> None:
    unnotified = error("SNS.AuthorizationErrorException", "no")
    assert run(publish=unnotified).status == "SUCCEEDED"
    failed = run(publish=unnotified, **{step: error("X", "The reason.")})
    assert "The reason." in (failed.cause or "")
