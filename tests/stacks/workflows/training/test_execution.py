"""What an execution does when nothing fails."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.stacks.workflows.interpreter import evaluate


def test_a_better_model_is_promoted_and_tested(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(given='{"num_topics": 10}')
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


def test_the_functions_are_told_what_they_read(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(given='{"Comment": "x"}')
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


@pytest.mark.parametrize("given", ["{}", "[]", "[1, 2]", "[{}]", '"text"', "5", "false", "null"])
def test_whatever_an_execution_is_started_with_reaches_the_function_that_judges_it(
    run: Callable[..., Any], given: str
) -> None:
    (inspected,) = run(given=given).of("InspectDataset")
    assert inspected["input"] == json.loads(given)


def test_a_model_that_is_no_better_succeeds_without_promotion(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(EvaluateModel=aws.not_worth)
    assert ended.visited[-1] == "NotPromoted"
    expected = {**aws.promoted, "promoted": False, "endpoint": None, "reason": aws.not_worth["reason"]}
    assert (ended.status, ended.output) == ("SUCCEEDED", expected)
    assert ended.of("updateStack") == []


def test_promote_false_evaluates_only_and_says_so(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(InspectDataset={**aws.input, "promote": False})
    assert ended.output["promoted"] is False
    assert ended.output["reason"] == "The execution said promote: false. No model serves yet."
    (sent,) = ended.of("publish")
    assert sent["Message"].startswith("The execution said promote: false.\nOne model was trained.\n\nLogs")
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


@pytest.mark.parametrize(("kept", "subject"), [(False, "promoted"), (True, "did not promote")])
def test_people_are_told_of_the_decision_with_its_numbers_and_the_execution(
    aws: Any, run: Callable[..., Any], *, kept: bool, subject: str
) -> None:
    ended = run(EvaluateModel=aws.not_worth if kept else aws.evaluation)
    (sent,) = ended.of("publish")
    assert sent["Subject"] == f"lda-dev: {subject} {aws.job['TrainingJobName']}"
    assert sent["Message"].startswith("One model was trained.\n\nLogs of jobs: https://")
    assert sent["Message"].endswith(
        "#/v2/executions/details/arn:aws:states:us-east-1:000000000000:execution:M:run"
    )


@pytest.mark.parametrize("kept", [False, True])
def test_a_notification_that_cant_be_sent_changes_no_result(
    aws: Any, run: Callable[..., Any], *, kept: bool
) -> None:
    answers = {"EvaluateModel": aws.not_worth if kept else aws.evaluation}
    silent = run(**answers, publish=aws.error("SNS.AuthorizationErrorException", "no"))
    assert (silent.status, silent.output) == ("SUCCEEDED", run(**answers).output)


def test_requiring_a_promotion_that_isnt_due_fails_with_the_reason(aws: Any, run: Callable[..., Any]) -> None:
    ended = run(InspectDataset={**aws.input, "require_promotion": True}, EvaluateModel=aws.not_worth)
    assert ended.error == "NotPromoted"
    assert ended.cause == (
        "The model of lda-dev-run-0123abcd-0 was not promoted, and require_promotion is true: "
        "test:pwll -3 against -2 of the serving model x. Its evaluation: "
        "evaluations/lda-dev-run-0123abcd-0/evaluation.json in the data bucket."
    )


def test_every_task_ends_in_time_and_leads_somewhere_when_it_fails(states: dict[str, Any]) -> None:
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


def test_the_machine_is_logged_traced_and_bounded(machine: dict[str, Any], definition: str) -> None:
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ALL", True)
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert json.loads(definition)["TimeoutSeconds"] > 7200 + 2 * 3600


def test_its_log_group_has_the_name_that_step_functions_delivers_to(
    machine: dict[str, Any], training: dict[str, Any]
) -> None:
    (destination,) = machine["LoggingConfiguration"]["Destinations"]
    name, attribute = destination["CloudWatchLogsLogGroup"]["LogGroupArn"]["Fn::GetAtt"]
    group = training["Resources"][name]
    assert attribute == "Arn"
    assert group["Properties"]["LogGroupName"] == "/aws/vendedlogs/states/lda-dev"
    assert group["Properties"]["RetentionInDays"] == 30
    assert group["DeletionPolicy"] == "Delete"
