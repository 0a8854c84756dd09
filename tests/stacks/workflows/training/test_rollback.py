"""A promoted model that fails its smoke test gives way to the one before it."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def broken(aws: Any) -> dict[str, Any]:
    """A run against a model that served before, whose smoke test fails."""
    return {
        "EvaluateModel": {**aws.evaluation, "incumbent": aws.old},
        "SmokeTest": aws.error("SmokeTestError", '{"errorMessage": "The sum is 2."}'),
    }


def moves(aws: Any, *after: Any) -> list[Any]:
    """What the stack says: before the promotion, after it, then `after`."""
    return [aws.stack("UPDATE_COMPLETE", aws.old), aws.stack("UPDATE_COMPLETE", aws.url), *after]


def test_the_model_before_it_serves_again_and_the_failure_is_the_smoke_tests(
    aws: Any, run: Callable[..., Any], broken: dict[str, Any]
) -> None:
    ours, back = aws.stack("UPDATE_COMPLETE", aws.url), aws.stack("UPDATE_COMPLETE", aws.old)
    busy = aws.stack("UPDATE_IN_PROGRESS", aws.old)
    ended = run(**broken, describeStacks=moves(aws, ours, busy, back))
    assert ended.error == "SmokeTestFailed"
    assert (ended.cause or "").startswith(f"The sum is 2. The endpoint serves {aws.old} again. The log of")
    updates = ended.of("updateStack")
    assert [one["Parameters"][0]["ParameterValue"] for one in updates] == [aws.url, aws.old]
    assert len({one["ClientRequestToken"] for one in updates}) == 2
    assert updates[0]["RoleARN"] == updates[1]["RoleARN"]


def test_after_a_first_promotion_there_is_no_endpoint_again(aws: Any, run: Callable[..., Any]) -> None:
    none, ours = aws.stack("UPDATE_COMPLETE", ""), aws.stack("UPDATE_COMPLETE", aws.url)
    ended = run(SmokeTest=aws.error("E", "why"), describeStacks=[none, ours, ours, none])
    assert "There is no endpoint again, as before." in (ended.cause or "")
    assert ended.of("updateStack")[-1]["Parameters"][0]["ParameterValue"] == ""


@pytest.mark.parametrize("required", [False, True])
def test_what_another_run_has_promoted_meanwhile_stays_and_ours_counts_as_not_promoted(
    aws: Any, run: Callable[..., Any], broken: dict[str, Any], *, required: bool
) -> None:
    busy, another = (
        aws.stack("UPDATE_IN_PROGRESS", "s3://another"),
        aws.stack("UPDATE_COMPLETE", "s3://another"),
    )
    given = {**aws.input, "require_promotion": required}
    ended = run(InspectDataset=given, **broken, describeStacks=moves(aws, busy, another))
    reason = "No model serves yet. Another run promoted s3://another before this model was tested."
    assert len(ended.of("updateStack")) == 1
    if required:
        assert (ended.error, reason in (ended.cause or "")) == ("NotPromoted", True)
    else:
        assert (ended.output["promoted"], ended.output["endpoint"]) == (False, None)
        assert ended.output["reason"] == reason
        assert reason.partition(". ")[2] in ended.of("publish")[0]["Message"]


@pytest.mark.parametrize(
    "said", ["Rate exceeded", "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."]
)
def test_a_way_back_that_is_refused_for_now_is_tried_again(
    aws: Any, run: Callable[..., Any], broken: dict[str, Any], said: str
) -> None:
    refusal = aws.error("CloudFormation.CloudFormationException", said)
    ours, back = aws.stack("UPDATE_COMPLETE", aws.url), aws.stack("UPDATE_COMPLETE", aws.old)
    stack = moves(aws, ours, ours, ours, back)
    ended = run(**broken, updateStack=[{}, refusal, {}], describeStacks=stack)
    assert len(ended.of("SmokeTest")) == 2
    assert (ended.cause or "").startswith(f"The sum is 2. The endpoint serves {aws.old} again. The log of")


def test_a_way_back_that_another_run_was_before_leaves_its_model(
    aws: Any, run: Callable[..., Any], broken: dict[str, Any]
) -> None:
    said = "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."
    refusal = aws.error("CloudFormation.CloudFormationException", said)
    ours, another = aws.stack("UPDATE_COMPLETE", aws.url), aws.stack("UPDATE_COMPLETE", "s3://another")
    ended = run(**broken, updateStack=[{}, refusal], describeStacks=moves(aws, ours, another))
    assert (ended.status, ended.output["promoted"]) == ("SUCCEEDED", False)
    assert len(ended.of("updateStack")) == 2


def test_a_test_during_anothers_update_that_comes_to_nothing_is_made_again(
    aws: Any, run: Callable[..., Any], broken: dict[str, Any]
) -> None:
    busy, ours = (
        aws.stack("UPDATE_ROLLBACK_IN_PROGRESS", "s3://another"),
        aws.stack("UPDATE_COMPLETE", aws.url),
    )
    broken["SmokeTest"] = [broken["SmokeTest"], {"endpoint": "lda-dev"}]
    ended = run(**broken, describeStacks=moves(aws, busy, ours))
    assert (ended.status, ended.output["promoted"]) == ("SUCCEEDED", True)
    assert (len(ended.of("SmokeTest")), len(ended.of("updateStack"))) == (2, 1)


def test_a_test_that_fails_again_after_anothers_update_is_a_failure(
    aws: Any, run: Callable[..., Any], broken: dict[str, Any]
) -> None:
    busy, ours = aws.stack("UPDATE_IN_PROGRESS", aws.url), aws.stack("UPDATE_COMPLETE", aws.url)
    back = aws.stack("UPDATE_COMPLETE", aws.old)
    ended = run(**broken, describeStacks=moves(aws, busy, ours, ours, back))
    assert (ended.error, len(ended.of("SmokeTest"))) == ("SmokeTestFailed", 2)
    assert f"The endpoint serves {aws.old} again." in (ended.cause or "")


def test_anothers_update_is_not_awaited_for_ever(
    aws: Any, run: Callable[..., Any], broken: dict[str, Any]
) -> None:
    busy = aws.stack("UPDATE_IN_PROGRESS", "s3://another")
    ended = run(**broken, late=("SmokeTest",), describeStacks=moves(aws, busy))
    assert (ended.error, "could not be taken back" in (ended.cause or "")) == ("SmokeTestFailed", True)


def test_a_model_that_served_already_has_nothing_to_go_back_to(
    aws: Any, run: Callable[..., Any], broken: dict[str, Any]
) -> None:
    broken["EvaluateModel"]["incumbent"] = aws.url
    ended = run(**broken, describeStacks=aws.stack("UPDATE_COMPLETE", aws.url))
    assert (ended.error, ended.of("updateStack")) == ("SmokeTestFailed", [])


@pytest.mark.parametrize("way", ["refused", "rolled back", "unreadable"])
def test_a_way_back_that_fails_is_told_with_the_failure(
    aws: Any, run: Callable[..., Any], broken: dict[str, Any], way: str
) -> None:
    ours = aws.stack("UPDATE_COMPLETE", aws.url)
    refusal = aws.error("CloudFormation.CloudFormationException", "no")
    then = {
        "refused": {"updateStack": [{}, refusal], "describeStacks": moves(aws, ours)},
        "rolled back": {
            "describeStacks": moves(aws, ours, aws.stack("UPDATE_ROLLBACK_COMPLETE", aws.url)),
        },
        "unreadable": {"describeStacks": moves(aws, aws.error("X", "denied"))},
    }
    ended = run(**broken, **then[way])
    assert ended.error == "SmokeTestFailed"
    assert (ended.cause or "").startswith(
        "The sum is 2. The stack DevServing could not be taken back to the model before it. The log of"
    )
