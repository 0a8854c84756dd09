"""Promotion: the update of the Serving stack and the ways it fails."""

from collections.abc import Callable
from typing import Any

import pytest


def test_an_update_lists_every_parameter_and_its_role(aws: Any, run: Callable[..., Any]) -> None:
    (update,) = run().of("updateStack")
    role = update.pop("RoleARN")
    assert role.startswith("<HostingDeploy")
    assert update == {
        "StackName": "DevServing",
        "UsePreviousTemplate": True,
        "Parameters": [
            {"ParameterKey": "ModelDataUrl", "ParameterValue": aws.url},
            {"ParameterKey": "BootstrapVersion", "UsePreviousValue": True},
        ],
        "ClientRequestToken": "lda-dev-run-0123abcd",
    }


def test_a_model_is_compared_again_if_another_execution_promoted_one_meanwhile(
    aws: Any, run: Callable[..., Any]
) -> None:
    ended = run(
        EvaluateModel=[aws.evaluation, {**aws.evaluation, "incumbent": aws.old, "reason": "Better."}],
        describeStacks=[
            aws.stack("UPDATE_COMPLETE", aws.old),
            aws.stack("UPDATE_COMPLETE", aws.old),
            aws.stack("UPDATE_COMPLETE", aws.url),
        ],
    )
    assert (len(ended.of("EvaluateModel")), len(ended.of("updateStack"))) == (2, 1)
    assert ended.output == {**aws.promoted, "reason": "Better."}


def test_a_model_that_loses_against_one_promoted_meanwhile_is_not_promoted(
    aws: Any, run: Callable[..., Any]
) -> None:
    ended = run(
        EvaluateModel=[aws.evaluation, aws.not_recommended],
        describeStacks=aws.stack("UPDATE_COMPLETE", aws.old),
    )
    assert (ended.status, ended.output["promoted"], ended.of("updateStack")) == ("SUCCEEDED", False, [])


def test_a_missing_value_of_the_url_counts_as_empty(aws: Any, run: Callable[..., Any]) -> None:
    without_value = aws.stack("CREATE_COMPLETE", "")
    del without_value["Stacks"][0]["Parameters"][-1]["ParameterValue"]
    ended = run(describeStacks=[without_value, aws.stack("UPDATE_COMPLETE", aws.url)])
    assert (ended.output, len(ended.of("updateStack"))) == (aws.promoted, 1)


def test_a_promotion_waits_for_a_concurrent_update(aws: Any, run: Callable[..., Any]) -> None:
    busy = aws.stack("UPDATE_IN_PROGRESS", "")
    ended = run(
        describeStacks=[busy, busy, aws.stack("UPDATE_COMPLETE", ""), aws.stack("UPDATE_COMPLETE", aws.url)]
    )
    assert ended.output == aws.promoted
    assert ended.visited.count("WaitForConcurrentUpdate") == 2


@pytest.mark.parametrize("words", ["is in UPDATE_IN_PROGRESS state and can not be updated.", "Rate exceeded"])
def test_an_update_that_is_refused_temporarily_is_retried(
    aws: Any, run: Callable[..., Any], words: str
) -> None:
    refused = aws.error(
        "CloudFormation.CloudFormationException", f"Stack:arn {words} (Service: CloudFormation)"
    )
    free = aws.stack("UPDATE_COMPLETE", "")
    ended = run(updateStack=[refused, {}], describeStacks=[free, free, aws.stack("UPDATE_COMPLETE", aws.url)])
    assert (ended.output, len(ended.of("updateStack"))) == (aws.promoted, 2)


def test_no_updates_to_be_performed_counts_as_success(aws: Any, run: Callable[..., Any]) -> None:
    message = "No updates are to be performed. (Service: CloudFormation, Status Code: 400)"
    ended = run(updateStack=aws.error("CloudFormation.CloudFormationException", message))
    assert ended.output == aws.promoted


def test_a_stack_that_serves_the_model_already_is_tested_without_an_update(
    aws: Any, run: Callable[..., Any]
) -> None:
    ended = run(describeStacks=aws.stack("UPDATE_COMPLETE", aws.url))
    assert (ended.output, ended.of("updateStack")) == (aws.promoted, [])


def test_an_update_in_cleanup_is_not_complete(aws: Any, run: Callable[..., Any]) -> None:
    cleaning = aws.stack("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", aws.url)
    free, done = aws.stack("UPDATE_COMPLETE", ""), aws.stack("UPDATE_COMPLETE", aws.url)
    ended = run(describeStacks=[free, cleaning, cleaning, done])
    assert ended.visited.count("WaitForUpdate") == 3
    assert ended.output == aws.promoted


def test_the_cause_of_a_rolled_back_promotion_is_its_first_failure(aws: Any, run: Callable[..., Any]) -> None:
    events = [
        aws.event("DevServing", "UPDATE_ROLLBACK_COMPLETE", None),
        aws.event("Alarm", "CREATE_FAILED", "Resource creation cancelled"),
        aws.event("Endpoint", "UPDATE_FAILED", "The endpoint did not pass its ping health check."),
        aws.event("DevServing", "UPDATE_IN_PROGRESS", "User Initiated"),
        aws.event("Endpoint", "CREATE_FAILED", "An older update's failure", of="another"),
    ]
    after = aws.stack("UPDATE_ROLLBACK_COMPLETE", "")
    free = aws.stack("UPDATE_COMPLETE", "")
    ended = run(describeStacks=[free, after], describeStackEvents={"StackEvents": events})
    assert ended.error == "PromotionFailed"
    assert ended.cause == (
        f"The promotion of {aws.url} to DevServing failed: Endpoint: The endpoint did not pass its ping "
        "health check. Details: the events of the stack DevServing and the log group "
        "/aws/sagemaker/Endpoints/lda-dev."
    )


@pytest.mark.parametrize("number", [0, 1])
def test_the_cause_of_a_rollback_without_a_reason_is_the_state_of_the_stack(
    aws: Any, run: Callable[..., Any], number: int
) -> None:
    events = [aws.event("DevServing", "UPDATE_ROLLBACK_COMPLETE", None)] * number
    states = [aws.stack("UPDATE_COMPLETE", ""), aws.stack("UPDATE_ROLLBACK_COMPLETE", aws.old)]
    ended = run(describeStacks=states, describeStackEvents={"StackEvents": events})
    assert f'the stack is UPDATE_ROLLBACK_COMPLETE and its ModelDataUrl is "{aws.old}"' in (ended.cause or "")


def test_a_complete_update_counts_only_with_the_model_of_the_execution(
    aws: Any, run: Callable[..., Any]
) -> None:
    ended = run(describeStacks=[aws.stack("UPDATE_COMPLETE", ""), aws.stack("UPDATE_COMPLETE", aws.old)])
    assert ended.error == "PromotionFailed"
    assert ended.of("SmokeTest") == []


@pytest.mark.parametrize("before", [0, 1], ids=["another's", "ours"])
def test_waiting_for_an_update_has_a_deadline(aws: Any, run: Callable[..., Any], before: int) -> None:
    free = [aws.stack("UPDATE_COMPLETE", "")] * before
    ended = run(
        late=("ShouldPromote", "Promote"), describeStacks=[*free, aws.stack("UPDATE_IN_PROGRESS", "")]
    )
    assert ended.error == "PromotionFailed"
    assert "the stack is still UPDATE_IN_PROGRESS after 3600 seconds. CloudFormation goes on." in ended.cause


def test_the_time_limit_of_an_update_starts_with_it(aws: Any, run: Callable[..., Any]) -> None:
    free, ours = aws.stack("UPDATE_COMPLETE", ""), aws.stack("UPDATE_IN_PROGRESS", aws.url)
    answers = [free, ours, aws.stack("UPDATE_COMPLETE", aws.url)]
    assert run(late=("ShouldPromote",), describeStacks=answers).output == aws.promoted


def test_a_model_that_was_superseded_before_the_poll_is_not_a_failure(
    aws: Any, run: Callable[..., Any]
) -> None:
    events = [
        aws.event("DevServing", "UPDATE_COMPLETE", None, of="another"),
        aws.event("DevServing", "UPDATE_COMPLETE", None),
        aws.event("Endpoint", "UPDATE_COMPLETE", None),
    ]
    then = [aws.stack("UPDATE_IN_PROGRESS", aws.old), aws.stack("UPDATE_COMPLETE", aws.old)]
    ended = run(
        describeStacks=[aws.stack("UPDATE_COMPLETE", ""), *then], describeStackEvents={"StackEvents": events}
    )
    assert (ended.status, ended.output["promoted"]) == ("SUCCEEDED", False)
    assert ended.output["reason"].endswith(f"Another run promoted {aws.old} before this model was tested.")
    assert ended.of("SmokeTest") == []
