"""A promoted model that fails its smoke test is rolled back to the one before it."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def failing(aws: Any) -> dict[str, Any]:
    """An execution with a model in service before it, whose smoke test fails."""
    return {
        "EvaluateModel": {**aws.evaluation, "incumbent": aws.old},
        "SmokeTest": aws.error("SmokeTestError", '{"errorMessage": "The sum is 2."}'),
    }


def promoted_then(aws: Any, *after: Any) -> list[Any]:
    """The descriptions of the stack: before the promotion, after it, then `after`."""
    return [aws.stack("UPDATE_COMPLETE", aws.old), aws.stack("UPDATE_COMPLETE", aws.url), *after]


def test_a_failed_smoke_test_rolls_back_to_the_model_before_and_fails_the_execution(
    aws: Any, run: Callable[..., Any], failing: dict[str, Any]
) -> None:
    ours, back = aws.stack("UPDATE_COMPLETE", aws.url), aws.stack("UPDATE_COMPLETE", aws.old)
    busy = aws.stack("UPDATE_IN_PROGRESS", aws.old)
    ended = run(**failing, describeStacks=promoted_then(aws, ours, busy, back))
    assert ended.error == "SmokeTestFailed"
    assert (ended.cause or "").startswith(f"The sum is 2. The endpoint serves {aws.old} again. The log of")
    updates = ended.of("updateStack")
    assert [update["Parameters"][0]["ParameterValue"] for update in updates] == [aws.url, aws.old]
    assert len({update["ClientRequestToken"] for update in updates}) == 2
    assert updates[0]["RoleARN"] == updates[1]["RoleARN"]


def test_the_rollback_of_a_first_promotion_removes_the_endpoint(aws: Any, run: Callable[..., Any]) -> None:
    none, ours = aws.stack("UPDATE_COMPLETE", ""), aws.stack("UPDATE_COMPLETE", aws.url)
    ended = run(SmokeTest=aws.error("E", "why"), describeStacks=[none, ours, ours, none])
    assert "There is no endpoint again, as before." in (ended.cause or "")
    assert ended.of("updateStack")[-1]["Parameters"][0]["ParameterValue"] == ""


@pytest.mark.parametrize("required", [False, True])
def test_a_model_that_another_execution_promoted_meanwhile_is_not_rolled_back(
    aws: Any, run: Callable[..., Any], failing: dict[str, Any], *, required: bool
) -> None:
    busy, another = (
        aws.stack("UPDATE_IN_PROGRESS", "s3://another"),
        aws.stack("UPDATE_COMPLETE", "s3://another"),
    )
    inspected = {**aws.input, "require_promotion": required}
    ended = run(InspectDataset=inspected, **failing, describeStacks=promoted_then(aws, busy, another))
    reason = "No model serves yet. Another run promoted s3://another before this model was tested."
    assert len(ended.of("updateStack")) == 1
    if required:
        assert (ended.error, reason in (ended.cause or "")) == ("NotPromoted", True)
    else:
        assert (ended.output["promoted"], ended.output["endpoint"]) == (False, None)
        assert ended.output["reason"] == reason
        assert reason.partition(". ")[2] in ended.of("publish")[0]["Message"]


@pytest.mark.parametrize(
    "message", ["Rate exceeded", "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."]
)
def test_a_rollback_that_is_refused_temporarily_is_retried(
    aws: Any, run: Callable[..., Any], failing: dict[str, Any], message: str
) -> None:
    refusal = aws.error("CloudFormation.CloudFormationException", message)
    ours, back = aws.stack("UPDATE_COMPLETE", aws.url), aws.stack("UPDATE_COMPLETE", aws.old)
    stack = promoted_then(aws, ours, ours, ours, back)
    ended = run(**failing, updateStack=[{}, refusal, {}], describeStacks=stack)
    assert len(ended.of("SmokeTest")) == 2
    assert (ended.cause or "").startswith(f"The sum is 2. The endpoint serves {aws.old} again. The log of")


def test_a_rollback_that_another_promotion_preceded_leaves_that_model(
    aws: Any, run: Callable[..., Any], failing: dict[str, Any]
) -> None:
    message = "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."
    refusal = aws.error("CloudFormation.CloudFormationException", message)
    ours, another = aws.stack("UPDATE_COMPLETE", aws.url), aws.stack("UPDATE_COMPLETE", "s3://another")
    ended = run(**failing, updateStack=[{}, refusal], describeStacks=promoted_then(aws, ours, another))
    assert (ended.status, ended.output["promoted"]) == ("SUCCEEDED", False)
    assert len(ended.of("updateStack")) == 2


def test_a_smoke_test_during_a_concurrent_update_is_repeated(
    aws: Any, run: Callable[..., Any], failing: dict[str, Any]
) -> None:
    busy, ours = (
        aws.stack("UPDATE_ROLLBACK_IN_PROGRESS", "s3://another"),
        aws.stack("UPDATE_COMPLETE", aws.url),
    )
    failing["SmokeTest"] = [failing["SmokeTest"], {"endpoint": "lda-dev"}]
    ended = run(**failing, describeStacks=promoted_then(aws, busy, ours))
    assert (ended.status, ended.output["promoted"]) == ("SUCCEEDED", True)
    assert (len(ended.of("SmokeTest")), len(ended.of("updateStack"))) == (2, 1)


def test_a_smoke_test_that_fails_again_after_a_concurrent_update_rolls_back(
    aws: Any, run: Callable[..., Any], failing: dict[str, Any]
) -> None:
    busy, ours = aws.stack("UPDATE_IN_PROGRESS", aws.url), aws.stack("UPDATE_COMPLETE", aws.url)
    back = aws.stack("UPDATE_COMPLETE", aws.old)
    ended = run(**failing, describeStacks=promoted_then(aws, busy, ours, ours, back))
    assert (ended.error, len(ended.of("SmokeTest"))) == ("SmokeTestFailed", 2)
    assert f"The endpoint serves {aws.old} again." in (ended.cause or "")


def test_waiting_for_a_concurrent_update_has_a_deadline(
    aws: Any, run: Callable[..., Any], failing: dict[str, Any]
) -> None:
    busy = aws.stack("UPDATE_IN_PROGRESS", "s3://another")
    ended = run(**failing, late=("SmokeTest",), describeStacks=promoted_then(aws, busy))
    assert (ended.error, "could not be rolled back" in (ended.cause or "")) == ("SmokeTestFailed", True)


def test_a_model_that_served_before_the_execution_is_not_rolled_back(
    aws: Any, run: Callable[..., Any], failing: dict[str, Any]
) -> None:
    failing["EvaluateModel"]["incumbent"] = aws.url
    ended = run(**failing, describeStacks=aws.stack("UPDATE_COMPLETE", aws.url))
    assert (ended.error, ended.of("updateStack")) == ("SmokeTestFailed", [])


@pytest.mark.parametrize("failure", ["refused", "rolled back", "unreadable"])
def test_the_cause_mentions_a_rollback_that_fails(
    aws: Any, run: Callable[..., Any], failing: dict[str, Any], failure: str
) -> None:
    ours = aws.stack("UPDATE_COMPLETE", aws.url)
    refusal = aws.error("CloudFormation.CloudFormationException", "no")
    answers = {
        "refused": {"updateStack": [{}, refusal], "describeStacks": promoted_then(aws, ours)},
        "rolled back": {
            "describeStacks": promoted_then(aws, ours, aws.stack("UPDATE_ROLLBACK_COMPLETE", aws.url)),
        },
        "unreadable": {"describeStacks": promoted_then(aws, aws.error("X", "denied"))},
    }
    ended = run(**failing, **answers[failure])
    assert ended.error == "SmokeTestFailed"
    assert (ended.cause or "").startswith(
        "The sum is 2. The stack DevServing could not be rolled back to the previous model. The log of"
    )
