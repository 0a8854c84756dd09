"""Every kind of cause at every step becomes a sentence."""

import json
from collections.abc import Callable
from typing import Any

import pytest

TRAIN = "createTrainingJob.sync"
FUNCTION_JSON = json.dumps({"errorMessage": "The reason.", "errorType": "E", "stackTrace": ["a"]})
JOB_JSON = json.dumps(
    {"TrainingJobStatus": "Failed", "FailureReason": "ClientError: the reason.", "Tags": []}
)
STOPPED_JSON = json.dumps({"TrainingJobStatus": "Stopped", "SecondaryStatus": "Stopped"})
LATE_JSON = json.dumps(
    {
        "TrainingJobStatus": "Stopped",
        "SecondaryStatus": "MaxRuntimeExceeded",
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
)
LATE = "the job is Stopped (MaxRuntimeExceeded): the setting training_max_runtime_seconds is 60."
CAUSES = {
    "a function's error": ("E", FUNCTION_JSON, "The reason."),
    "a failed job": ("States.TaskFailed", JOB_JSON, "ClientError: the reason."),
    "a stopped job": ("States.TaskFailed", STOPPED_JSON, "the job is Stopped: somebody stopped it."),
    "a job over its time": ("States.TaskFailed", LATE_JSON, LATE),
    "other JSON": ("X", '{"a": 1}', '{"a": 1}.'),
    "text": ("X.AccessDenied", "User: x is not authorized to perform: y", "is not authorized to perform: y."),
    "text in a brace": ("X", "{ no JSON", "{ no JSON."),
    "nothing": ("States.Timeout", "", "no reason was given (States.Timeout)."),
    "null": ("States.Timeout", None, "no reason was given (States.Timeout)."),
}
STEPS = {
    "InspectDataset": (
        "InspectDataset",
        "InvalidInput",
        "The log of its function: <FunctionsInspectDatasetLogs",
    ),
    "Train": (
        TRAIN,
        "TrainingFailed",
        "the streams lda-dev-run-0123abcd-0/* of the log group /aws/sagemaker/",
    ),
    "EvaluateModel": (
        "EvaluateModel",
        "EvaluationFailed",
        "The log of its function: <FunctionsEvaluateModelLogs",
    ),
    "DescribeServingStack": ("describeStacks", "PromotionFailed", "the events of the stack DevServing"),
    "Promote": ("updateStack", "PromotionFailed", "the log group /aws/sagemaker/Endpoints/lda-dev."),
    "SmokeTest": (
        "SmokeTest",
        "SmokeTestFailed",
        "The log of the endpoint: /aws/sagemaker/Endpoints/lda-dev. The log of its function: <Functions",
    ),
}


@pytest.mark.parametrize("kind", CAUSES)
@pytest.mark.parametrize("step", STEPS)
def test_every_kind_of_cause_at_every_step_becomes_a_sentence_and_a_notification(
    aws: Any, run: Callable[..., Any], step: str, kind: str
) -> None:
    name, cause, reason = CAUSES[kind]
    service, expected, where = STEPS[step]
    ended = run(**{service: aws.error(name, cause)})
    assert (ended.status, ended.error, ended.visited[-1]) == ("FAILED", expected, "Failed")
    assert ended.cause is not None
    assert reason in ended.cause
    assert where in ended.cause
    (sent,) = ended.of("publish")
    assert sent["Subject"] == f"lda-dev: {expected}"
    arn = "arn:aws:states:us-east-1:000000000000:execution:M:run"
    assert sent["Message"].startswith(f"{expected}: {ended.cause}\n\nLogs of jobs: https://")
    assert sent["Message"].endswith(f"#/v2/executions/details/{arn}")


@pytest.mark.parametrize("kind", CAUSES)
@pytest.mark.parametrize("step", ["DescribeUpdate", "DescribeUpdateEvents"])
def test_every_kind_of_cause_during_an_update_fails_the_promotion(
    aws: Any, run: Callable[..., Any], step: str, kind: str
) -> None:
    name, cause, reason = CAUSES[kind]
    free, rolled_back = aws.stack("UPDATE_COMPLETE", ""), aws.stack("UPDATE_ROLLBACK_COMPLETE", "")
    after = aws.error(name, cause) if step == "DescribeUpdate" else rolled_back
    ended = run(describeStacks=[free, after], describeStackEvents=aws.error(name, cause))
    assert (ended.error, step in ended.visited) == ("PromotionFailed", True)
    assert reason in (ended.cause or "")


@pytest.mark.parametrize(
    ("step", "error"),
    [
        ("InspectDataset", "InvalidInputError"),
        ("EvaluateModel", "EvaluationError"),
        ("SmokeTest", "SmokeTestError"),
    ],
)
def test_the_cause_of_a_functions_own_error_is_its_message_and_other_errors_are_named(
    aws: Any, run: Callable[..., Any], step: str, error: str
) -> None:
    def cause(name: str) -> str:
        return run(**{step: aws.error(name, FUNCTION_JSON)}).cause or ""

    assert cause(error).startswith("The reason.")
    assert cause("OverflowError").startswith(f"{step} ended with OverflowError: The reason.")


def test_the_cause_of_a_failed_job_has_its_name_its_reason_and_its_log(
    aws: Any, run: Callable[..., Any]
) -> None:
    ended = run(**{TRAIN: aws.error("States.TaskFailed", JOB_JSON)})
    assert ended.cause == (
        "The training job lda-dev-run-0123abcd-0 failed: ClientError: the reason. Its log: the streams "
        "lda-dev-run-0123abcd-0/* of the log group /aws/sagemaker/TrainingJobs."
    )


def test_a_notification_that_fails_does_not_hide_the_failure(aws: Any, run: Callable[..., Any]) -> None:
    failed = {TRAIN: aws.error("States.TaskFailed", JOB_JSON)}
    unnotified = run(**failed, publish=aws.error("SNS.AuthorizationErrorException", "no"))
    notified = run(**failed)
    assert (unnotified.error, unnotified.cause) == (notified.error, notified.cause)


def test_a_cause_is_cut_to_the_length_that_step_functions_allows(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(EvaluateModel=aws.error("E", "x" * 32_768))
    assert ended.error == "EvaluationFailed"
    assert len(ended.cause or "") <= 32_768
