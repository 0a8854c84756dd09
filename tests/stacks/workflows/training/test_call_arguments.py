"""The arguments of each call are valid by botocore's models."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.workflows.call_arguments import invalid_arguments

APIS = {
    "createTrainingJob.sync": ("sagemaker", "CreateTrainingJob"),
    "describeStacks": ("cloudformation", "DescribeStacks"),
    "updateStack": ("cloudformation", "UpdateStack"),
    "describeStackEvents": ("cloudformation", "DescribeStackEvents"),
    "publish": ("sns", "Publish"),
}


def test_every_call_of_a_promotion_has_valid_arguments(run: Callable[..., Any]) -> None:
    check(run().calls, {"createTrainingJob.sync", "describeStacks", "updateStack", "publish"})


def test_every_call_of_a_failed_promotion_has_valid_arguments(aws: Any, run: Callable[..., Any]) -> None:
    rolled_back = aws.stack("UPDATE_ROLLBACK_COMPLETE", "")
    ended = run(describeStacks=[aws.stack("UPDATE_COMPLETE", ""), rolled_back])
    check(ended.calls, {"describeStackEvents", "publish"})


def test_every_call_of_a_rollback_has_valid_arguments(aws: Any, run: Callable[..., Any]) -> None:
    before, ours = aws.stack("UPDATE_COMPLETE", aws.old), aws.stack("UPDATE_COMPLETE", aws.url)
    ended = run(
        EvaluateModel={**aws.evaluation, "incumbent": aws.old},
        SmokeTest=aws.error("E", "why"),
        describeStacks=[before, ours, ours, before],
    )
    assert len(ended.of("updateStack")) == 2
    check(ended.calls, {"updateStack"})


def test_the_check_finds_arguments_that_the_api_refuses(run: Callable[..., Any]) -> None:
    (job,) = run().of("createTrainingJob.sync")
    service, operation = APIS["createTrainingJob.sync"]
    assert invalid_arguments(service, operation, {**job, "TrainingJobName": "no name"})
    assert invalid_arguments(service, operation, {**job, "Unknown": 1})


@pytest.mark.parametrize(
    "settings",
    [{"algorithm": "open", "training_instance_count": "3"}, {"training_instance_type": "ml.m5.large"}],
)
def test_a_job_of_other_settings_has_valid_arguments(
    job_of: Callable[..., Any], settings: dict[str, object]
) -> None:
    assert invalid_arguments(*APIS["createTrainingJob.sync"], job_of(**settings)) == []


def check(calls: list[tuple[str, Any]], expected: set[str]) -> None:
    assert expected <= {name for name, _ in calls}
    for name, arguments in calls:
        if name in APIS:
            assert invalid_arguments(*APIS[name], arguments) == []
