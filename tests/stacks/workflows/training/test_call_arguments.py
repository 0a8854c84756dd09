"""What each task is called with is what its API takes, by botocore's own models."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.workflows.call_arguments import mistakes

APIS = {
    "createTrainingJob.sync": ("sagemaker", "CreateTrainingJob"),
    "describeStacks": ("cloudformation", "DescribeStacks"),
    "updateStack": ("cloudformation", "UpdateStack"),
    "describeStackEvents": ("cloudformation", "DescribeStackEvents"),
    "publish": ("sns", "Publish"),
}


def test_every_call_of_a_promotion_holds_what_its_api_takes(run: Callable[..., Any]) -> None:
    check(run().calls, {"createTrainingJob.sync", "describeStacks", "updateStack", "publish"})


def test_every_call_of_a_failed_promotion_does_too(aws: Any, run: Callable[..., Any]) -> None:
    back = aws.stack("UPDATE_ROLLBACK_COMPLETE", "")
    ended = run(describeStacks=[aws.stack("UPDATE_COMPLETE", ""), back])
    check(ended.calls, {"describeStackEvents", "publish"})


def test_every_call_of_the_way_back_does_too(aws: Any, run: Callable[..., Any]) -> None:
    before, ours = aws.stack("UPDATE_COMPLETE", aws.old), aws.stack("UPDATE_COMPLETE", aws.url)
    ended = run(
        EvaluateModel={**aws.evaluation, "incumbent": aws.old},
        SmokeTest=aws.error("E", "why"),
        describeStacks=[before, ours, ours, before],
    )
    assert len(ended.of("updateStack")) == 2
    check(ended.calls, {"updateStack"})


def test_a_job_that_its_api_would_refuse_is_found(run: Callable[..., Any]) -> None:
    (job,) = run().of("createTrainingJob.sync")
    service, operation = APIS["createTrainingJob.sync"]
    assert mistakes(service, operation, {**job, "TrainingJobName": "no name"})
    assert mistakes(service, operation, {**job, "Unknown": 1})


@pytest.mark.parametrize(
    "settings",
    [{"algorithm": "open", "training_instance_count": "3"}, {"training_instance_type": "ml.m5.large"}],
)
def test_a_job_by_other_settings_does_too(job_of: Callable[..., Any], settings: dict[str, object]) -> None:
    assert mistakes(*APIS["createTrainingJob.sync"], job_of(**settings)) == []


def check(calls: list[tuple[str, Any]], expected: set[str]) -> None:
    assert expected <= {name for name, _ in calls}
    for name, arguments in calls:
        if name in APIS:
            assert mistakes(*APIS[name], arguments) == []
