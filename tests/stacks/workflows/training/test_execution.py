"""What an execution does when nothing fails."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.workflows.interpreter import evaluate


def test_a_better_model_is_promoted_and_tested(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(execution_input='{"num_topics": 10}')
    assert (ended.status, ended.output) == ("SUCCEEDED", aws.promoted)
    assert ended.visited == [
        *("InspectDataset", "SelectMode", "TrainCandidates", "IsAnyCandidateTrained"),
        *("EvaluateModel", "ShouldPromote"),
        *(
            "DescribeServingStack",
            "IsServingStackReady",
            "Promote",
            "WaitForUpdate",
            "DescribeUpdate",
            "IsUpdateComplete",
        ),
        *("SmokeTest", "NotifyPromoted", "Promoted"),
    ]


def test_each_function_receives_its_part_of_the_data(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(execution_input='{"Comment": "x"}')
    (inspected,) = ended.of("InspectDataset")
    assert inspected["input"] == {"Comment": "x"}
    assert inspected["execution_name"] == "run"
    assert inspected["execution_arn"].endswith(":execution:M:run")
    (evaluated,) = ended.of("EvaluateModel")
    assert evaluated["input"] == aws.input
    assert evaluated["execution"] == {"arn": inspected["execution_arn"], "name": "run"}
    assert evaluated["runs"] == [
        {
            "training_job": aws.job["TrainingJobName"],
            "hyperparameters": aws.input["candidates"][0]["hyperparameters"],
            "completed": True,
            "model_data_url": aws.url,
        }
    ]
    document = aws.input["smoke_test"]
    assert ended.of("SmokeTest") == [{"document": document, "num_topics": 10, "model_data_url": aws.url}]


@pytest.mark.parametrize("execution_input", ["{}", "[]", "[1, 2]", "[{}]", '"text"', "5", "false", "null"])
def test_inspect_dataset_receives_the_input_of_the_execution_unchanged(
    run: Callable[..., Any], execution_input: str
) -> None:
    (inspected,) = run(execution_input=execution_input).of("InspectDataset")
    assert inspected["input"] == json.loads(execution_input)


def test_a_model_that_is_no_better_succeeds_without_promotion(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(EvaluateModel=aws.not_recommended)
    assert ended.visited[-1] == "NotPromoted"
    expected = {**aws.promoted, "promoted": False, "endpoint": None, "reason": aws.not_recommended["reason"]}
    assert (ended.status, ended.output) == ("SUCCEEDED", expected)
    assert ended.of("updateStack") == []


def test_promote_false_evaluates_without_promotion_and_the_reason_mentions_it(
    aws: Any, run: Callable[..., Any]
) -> None:
    ended = run(InspectDataset={**aws.input, "promote": False})
    assert ended.output["promoted"] is False
    assert ended.output["reason"] == "The input of the execution has promote: false. No model serves yet."
    (sent,) = ended.of("publish")
    assert sent["Message"].startswith(
        "The input of the execution has promote: false.\nOne model was trained.\n\nLogs"
    )
    assert ended.of("updateStack") == []


def test_a_dry_run_ends_with_the_report_and_trains_nothing(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(InspectDataset={**aws.input, "dry_run": True})
    assert (ended.status, ended.output, ended.visited[-1]) == (
        "SUCCEEDED",
        aws.input["report"],
        "DryRunComplete",
    )
    assert [name for name, _ in ended.calls] == ["InspectDataset"]


def test_an_earlier_model_is_promoted_by_its_name_without_training(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(InspectDataset={**aws.input, "promote_training_job": "lda-dev-old-89abcdef-0"})
    assert ended.of("createTrainingJob.sync") == []
    assert [event["runs"] for event in ended.of("EvaluateModel")] == [[]]
    assert ended.output == aws.promoted
    assert len(ended.of("SmokeTest")) == 1


@pytest.mark.parametrize(("rejected", "subject"), [(False, "promoted"), (True, "did not promote")])
def test_the_notification_has_the_decision_its_numbers_and_a_link_to_the_execution(
    aws: Any, run: Callable[..., Any], *, rejected: bool, subject: str
) -> None:
    ended = run(EvaluateModel=aws.not_recommended if rejected else aws.evaluation)
    (sent,) = ended.of("publish")
    assert sent["Subject"] == f"lda-dev: {subject} {aws.job['TrainingJobName']}"
    assert sent["Message"].startswith("One model was trained.\n\nLogs of jobs: https://")
    assert sent["Message"].endswith(
        "#/v2/executions/details/arn:aws:states:us-east-1:000000000000:execution:M:run"
    )


@pytest.mark.parametrize("rejected", [False, True])
def test_a_notification_that_fails_does_not_change_the_result(
    aws: Any, run: Callable[..., Any], *, rejected: bool
) -> None:
    answers = {"EvaluateModel": aws.not_recommended if rejected else aws.evaluation}
    unnotified = run(**answers, publish=aws.error("SNS.AuthorizationErrorException", "no"))
    assert (unnotified.status, unnotified.output) == ("SUCCEEDED", run(**answers).output)


def test_require_promotion_fails_the_execution_without_a_promotion(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(InspectDataset={**aws.input, "require_promotion": True}, EvaluateModel=aws.not_recommended)
    assert ended.error == "NotPromoted"
    assert ended.cause == (
        "The model of lda-dev-run-0123abcd-0 was not promoted, and require_promotion is true: "
        "test:pwll -3 against -2 of the serving model x. Its evaluation: "
        "evaluations/lda-dev-run-0123abcd-0/evaluation.json in the data bucket."
    )


def test_every_task_has_a_time_limit_and_catches_every_error(states: dict[str, Any]) -> None:
    tasks = {name: state for name, state in states.items() if state["Type"] == "Task"}
    nexts = {name: state["Catch"][-1]["Next"] for name, state in tasks.items()}
    assert nexts.pop("NotifyFailure") == "Failed"
    assert nexts.pop("NotifyPromoted") == "Promoted"
    assert nexts.pop("NotifyNotPromoted") == "NotPromoted"
    assert nexts.pop("Promote") == "ClassifyUpdateError"
    assert nexts.pop("Rollback") == "RollbackRefused"
    assert nexts.pop("Train") == "IsRetryable"
    assert nexts.pop("SmokeTest") == "DescribeStackAfterSmokeTest"
    assert set(nexts.values()) == {"FormatFailure"}
    assert all(state["Catch"][-1]["ErrorEquals"] == ["States.ALL"] for state in tasks.values())
    assert all(evaluate(state["TimeoutSeconds"]) > 0 for state in tasks.values())
    train = tasks["Train"]
    longest = train["Arguments"]["StoppingCondition"]["MaxRuntimeInSeconds"]
    assert evaluate(train["TimeoutSeconds"]) > evaluate(longest)


def test_the_state_machine_is_logged_traced_and_has_a_time_limit(
    machine: dict[str, Any], definition: str
) -> None:
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", True)
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert json.loads(definition)["TimeoutSeconds"] > 7200 + 2 * 3600


def test_the_log_group_has_the_prefix_that_step_functions_delivers_to(
    machine: dict[str, Any], training: dict[str, Any]
) -> None:
    (destination,) = machine["LoggingConfiguration"]["Destinations"]
    name, attribute = destination["CloudWatchLogsLogGroup"]["LogGroupArn"]["Fn::GetAtt"]
    group = training["Resources"][name]
    assert attribute == "Arn"
    assert group["Properties"]["LogGroupName"] == "/aws/vendedlogs/states/lda-dev"
    assert group["Properties"]["RetentionInDays"] == 30
    assert group["DeletionPolicy"] == "Delete"
