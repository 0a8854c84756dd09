"""The command line: data on stdout, talk on stderr, errors as sentences with exit code 1."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from client import commands
from client.__main__ import main
from client.deployment import Deployment
from client.executions.watch import Ending
from tests.client.conftest import PreparedAws

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:machine"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
CALLER = {"Arn": "arn:aws:iam::123456789012:user/x", "Account": "123456789012", "UserId": "AIDAEXAMPLE"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _everyone_deploys_here(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "_deployment", lambda _arguments: deployment)


def expect_start(aws: PreparedAws, fields: dict[str, object], *, output: str = "StateMachineArn") -> None:
    aws.stack("DevTraining", outputs={output: MACHINE})
    aws.answer("sts", "get_caller_identity", CALLER)
    started = {"executionArn": EXECUTION, "startDate": NOW}
    given = json.dumps({"started_by": CALLER["Arn"], **fields})
    aws.answer("stepfunctions", "start_execution", started, stateMachineArn=MACHINE, input=given)


def test_train_sends_who_starts_it_and_only_the_fields_that_were_given(
    aws: PreparedAws, capsys: Output
) -> None:
    expect_start(aws, {})
    assert main(["train", "--no-watch"]) == 0
    assert capsys.readouterr().out == f"{EXECUTION}\n"


def test_train_sends_each_field_with_its_type(aws: PreparedAws, capsys: Output) -> None:
    expect_start(
        aws,
        {
            "dataset": "nips",
            "num_topics": 20,
            "alpha0": 0.5,
            "max_restarts": 3,
            "max_iterations": 4,
            "tol": 1e-6,
            "promote": False,
            "minimum_pwll": -2.5,
            "require_promotion": True,
            "dry_run": True,
        },
    )
    line = (
        "train --dataset nips --num-topics 20 --alpha0 0.5 --max-restarts 3 --max-iterations 4 --tol 1e-6 "
        "--no-promote --minimum-pwll -2.5 --require-promotion --dry-run --no-watch --json"
    )
    assert main(line.split()) == 0
    assert json.loads(capsys.readouterr().out) == {"execution": EXECUTION}


def test_train_sends_several_numbers_as_a_sweep(aws: PreparedAws) -> None:
    expect_start(aws, {"num_topics": [5, 10], "alpha0": [0.5, 1.0]})
    assert main(["train", "--num-topics", "5", "10", "--alpha0", "0.5", "1", "--no-watch"]) == 0


def test_promote_names_the_training_job(aws: PreparedAws, capsys: Output) -> None:
    expect_start(aws, {"promote_training_job": "lda-dev-monday-1a2b3c4d-0"})
    assert main(["promote", "lda-dev-monday-1a2b3c4d-0", "--no-watch"]) == 0
    assert capsys.readouterr().out == f"{EXECUTION}\n"


def test_promote_is_followed_to_its_end(
    aws: PreparedAws, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    expect_start(aws, {"promote_training_job": "job"})
    ending = Ending(execution=EXECUTION, status="FAILED", seconds=1.0, error="InvalidInput", cause="No job.")
    monkeypatch.setattr("client.executions.watch.watch", lambda *_arguments, **_options: ending)
    assert main(["promote", "job"]) == 1
    assert "InvalidInput: No job." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("", {}),
        ("--dataset nips --split train", {"dataset": "nips", "split": "train"}),
        (
            "--prefix datasets/mine/ --training-job lda-dev-x-0",
            {"prefix": "datasets/mine/", "training_job": "lda-dev-x-0"},
        ),
    ],
)
def test_transform_starts_the_second_machine_with_what_was_given(
    aws: PreparedAws, capsys: Output, line: str, fields: dict[str, object]
) -> None:
    expect_start(aws, fields, output="TransformStateMachineArn")
    assert main(["transform", *line.split(), "--no-watch"]) == 0
    assert capsys.readouterr().out == f"{EXECUTION}\n"


@pytest.mark.parametrize(("status", "code"), [("SUCCEEDED", 0), ("FAILED", 1), ("ABORTED", 1)])
def test_the_exit_code_of_watch_is_the_executions(
    status: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    ending = Ending(
        execution=EXECUTION, status=status, seconds=1.0, output={"promoted": True}, cause="a sentence"
    )
    monkeypatch.setattr("client.executions.watch.watch", lambda *_arguments, **_options: ending)
    assert main(["watch", EXECUTION]) == code
    out, err = capsys.readouterr()
    assert ("promoted" in out) == (code == 0)
    assert ("a sentence" in err) == (code == 1)


def test_watch_without_an_arn_follows_the_last_execution_or_says_that_there_is_none(
    aws: PreparedAws, capsys: Output
) -> None:
    aws.stack("DevTraining", outputs={"StateMachineArn": MACHINE})
    aws.answer("stepfunctions", "list_executions", {"executions": []}, stateMachineArn=MACHINE, maxResults=1)
    assert main(["watch"]) == 1
    assert "lda-dev has no execution yet" in capsys.readouterr().err


def test_an_error_is_one_sentence_on_stderr(aws: PreparedAws, capsys: Output) -> None:
    aws.no_stack("DevTraining")
    assert main(["train"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("DevTraining is not deployed in us-east-1; run cdk deploy --all")


def test_a_file_that_isnt_there_is_named(capsys: Output) -> None:
    assert main(["predict", "nowhere.npz"]) == 1
    assert capsys.readouterr().err == "There is no file or folder nowhere.npz.\n"


def test_a_reader_that_has_read_enough_is_told_nothing(
    aws: PreparedAws, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    aws.answer("sts", "get_caller_identity", CALLER)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr("sys.stdout", pipe)
        assert main(["policy", "start"]) == 1
    assert capsys.readouterr().err == ""


def test_what_aws_refuses_is_said_in_its_words(aws: PreparedAws, capsys: Output) -> None:
    aws.refuse("cloudformation", "describe_stacks", "AccessDenied", "User: x is not authorized to perform: y")
    assert main(["status"]) == 1
    assert capsys.readouterr().err == (
        "AWS refused DescribeStacks: User: x is not authorized to perform: y\n"
    )


def test_documents_that_are_no_counts_are_a_sentence_with_their_place(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "documents.csv"
    file.write_text("1,2\n3,four\n")
    assert main(["predict", str(file)]) == 1
    assert "column 1: 'four' is not a number" in capsys.readouterr().err


def test_leftovers_compares_with_an_earlier_inventory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    file = tmp_path / "before.json"
    monkeypatch.setattr("client.operations.inventory.take", lambda _deployment: {"buckets": ["old"]})
    assert main(["leftovers", "--inventory"]) == 0
    file.write_text(capsys.readouterr().out)
    assert main(["leftovers", "--before", str(file)]) == 0
    monkeypatch.setattr(
        "client.operations.inventory.take", lambda _deployment: {"buckets": ["old", "planted"]}
    )
    assert main(["leftovers", "--before", str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"buckets": ["planted"]}


def test_status_of_nothing_deployed_says_so(aws: PreparedAws, capsys: Output) -> None:
    for stack in ("DevStorage", "DevTraining", "DevServing"):
        aws.no_stack(stack)
    missing = 'Could not find endpoint "lda-dev".'
    aws.refuse("sagemaker", "describe_endpoint", "ValidationException", missing)
    assert main(["status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "DevStorage: not deployed",
        "DevTraining: not deployed",
        "DevServing: not deployed",
        "last execution: none",
        "model: none",
        "endpoint lda-dev: none",
    ]


def test_policy_prints_a_policy(aws: PreparedAws, capsys: Output) -> None:
    aws.answer("sts", "get_caller_identity", CALLER)
    assert main(["policy", "start"]) == 0
    assert json.loads(capsys.readouterr().out)["Version"] == "2012-10-17"


@pytest.mark.parametrize(
    "command", ["train", "promote", "history", "watch", "predict", "status", "destroy", "leftovers", "policy"]
)
def test_every_command_explains_itself(command: str, capsys: Output) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: python -m client {command}" in capsys.readouterr().out
