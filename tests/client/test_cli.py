"""The command line: data on stdout, messages on stderr, errors as sentences with exit code 1."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from client.cli import cli, topics
from client.deployment import Deployment
from client.errors import UserError
from client.executions.watch import ExecutionResult
from data_prep.inputs import FORMATS
from tests.client.conftest import StubbedAws, run_client

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:machine"
EXECUTION = "arn:aws:states:us-east-1:123456789012:execution:machine:run"
CALLER = {"Arn": "arn:aws:iam::123456789012:user/x", "Account": "123456789012", "UserId": "AIDAEXAMPLE"}
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Output = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _use_the_stubbed_deployment(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("client.deployment.Deployment", lambda *_names: deployment)


def respond_to_start(aws: StubbedAws, fields: dict[str, object], *, output: str = "StateMachineArn") -> None:
    aws.respond_stack("DevTraining", outputs={output: MACHINE})
    aws.respond("sts", "get_caller_identity", CALLER)
    started = {"executionArn": EXECUTION, "startDate": NOW}
    execution_input = json.dumps({"started_by": CALLER["Arn"], **fields})
    aws.respond("stepfunctions", "start_execution", started, stateMachineArn=MACHINE, input=execution_input)


def test_train_sends_the_caller_and_only_the_given_fields(aws: StubbedAws, capsys: Output) -> None:
    respond_to_start(aws, {})
    assert run_client(["train", "--no-watch"]) == 0
    assert capsys.readouterr().out == f"{EXECUTION}\n"


def test_train_sends_each_field_with_its_type(aws: StubbedAws, capsys: Output) -> None:
    respond_to_start(
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
    assert run_client(line.split()) == 0
    assert json.loads(capsys.readouterr().out) == {"execution": EXECUTION}


def test_train_sends_several_numbers_as_a_sweep(aws: StubbedAws) -> None:
    respond_to_start(aws, {"num_topics": [5, 10], "alpha0": [0.5, 1.0]})
    assert run_client(["train", "--num-topics", "5", "10", "--alpha0", "0.5", "1", "--no-watch"]) == 0


def test_a_value_of_a_sweep_may_follow_an_equals_sign_or_a_repeated_option(aws: StubbedAws) -> None:
    respond_to_start(aws, {"num_topics": [5, 10, 20], "dataset": "nips"})
    line = "train --num-topics=5 10 --dataset nips --num-topics 20 --no-watch"
    assert run_client(line.split()) == 0


def test_promote_names_the_training_job(aws: StubbedAws, capsys: Output) -> None:
    respond_to_start(aws, {"promote_training_job": "lda-dev-monday-1a2b3c4d-0"})
    assert run_client(["promote", "lda-dev-monday-1a2b3c4d-0", "--no-watch"]) == 0
    assert capsys.readouterr().out == f"{EXECUTION}\n"


def test_promote_is_followed_to_its_end(
    aws: StubbedAws, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    respond_to_start(aws, {"promote_training_job": "job"})
    result = ExecutionResult(
        execution=EXECUTION, status="FAILED", seconds=1.0, error="InvalidInput", cause="No job."
    )
    monkeypatch.setattr("client.executions.watch.watch", lambda *_arguments, **_options: result)
    assert run_client(["promote", "job"]) == 1
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
def test_transform_starts_the_second_state_machine_with_the_given_fields(
    aws: StubbedAws, capsys: Output, line: str, fields: dict[str, object]
) -> None:
    respond_to_start(aws, fields, output="TransformStateMachineArn")
    assert run_client(["transform", *line.split(), "--no-watch"]) == 0
    assert capsys.readouterr().out == f"{EXECUTION}\n"


@pytest.mark.parametrize(("status", "code"), [("SUCCEEDED", 0), ("FAILED", 1), ("ABORTED", 1)])
def test_the_exit_code_of_watch_is_1_unless_the_execution_succeeded(
    status: str, code: int, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    result = ExecutionResult(
        execution=EXECUTION, status=status, seconds=1.0, output={"promoted": True}, cause="a sentence"
    )
    monkeypatch.setattr("client.executions.watch.watch", lambda *_arguments, **_options: result)
    assert run_client(["watch", EXECUTION]) == code
    out, err = capsys.readouterr()
    assert ("promoted" in out) == (code == 0)
    assert ("a sentence" in err) == (code == 1)


def test_watch_without_any_execution_is_an_error(aws: StubbedAws, capsys: Output) -> None:
    aws.respond_stack("DevTraining", outputs={"StateMachineArn": MACHINE})
    aws.respond("stepfunctions", "list_executions", {"executions": []}, stateMachineArn=MACHINE, maxResults=1)
    assert run_client(["watch"]) == 1
    assert "lda-dev has no execution yet" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["stop"], ["stop", EXECUTION]])
def test_stop_ends_an_execution_by_default_the_latest(
    aws: StubbedAws, capsys: Output, arguments: list[str]
) -> None:
    if len(arguments) == 1:
        aws.respond_stack("DevTraining", outputs={"StateMachineArn": MACHINE})
        listed = {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "name": "run", "status": "RUNNING"}
        execution = {**listed, "startDate": NOW}
        aws.respond(
            "stepfunctions",
            "list_executions",
            {"executions": [execution]},
            stateMachineArn=MACHINE,
            maxResults=1,
        )
    aws.respond("stepfunctions", "describe_execution", described("RUNNING"), executionArn=EXECUTION)
    aws.respond("sts", "get_caller_identity", CALLER)
    stopped = {"executionArn": EXECUTION, "error": "Stopped", "cause": f"Stopped by {CALLER['Arn']}."}
    aws.respond("stepfunctions", "stop_execution", {"stopDate": NOW}, **stopped)
    assert run_client(arguments) == 0
    assert capsys.readouterr().err == f"Stopped {EXECUTION}. The model in service stays.\n"


def described(status: str) -> dict[str, object]:
    return {"executionArn": EXECUTION, "stateMachineArn": MACHINE, "status": status, "startDate": NOW}


def test_an_execution_that_has_ended_is_not_stopped(aws: StubbedAws, capsys: Output) -> None:
    aws.respond("stepfunctions", "describe_execution", described("SUCCEEDED"), executionArn=EXECUTION)
    assert run_client(["stop", EXECUTION]) == 1
    assert capsys.readouterr().err == f"{EXECUTION} has ended already: SUCCEEDED.\n"


def test_an_error_is_one_sentence_on_stderr(aws: StubbedAws, capsys: Output) -> None:
    aws.respond_missing_stack("DevTraining")
    assert run_client(["train"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("DevTraining is not deployed in us-east-1; run cdk deploy --all")


def test_the_error_for_a_missing_file_names_it(capsys: Output) -> None:
    assert run_client(["predict", "nowhere.npz"]) == 1
    assert capsys.readouterr().err == "There is no file or folder nowhere.npz.\n"


def test_a_closed_pipe_is_not_reported(
    aws: StubbedAws, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    aws.respond("sts", "get_caller_identity", CALLER)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr("sys.stdout", pipe)
        assert run_client(["policy", "start"]) == 1
    assert capsys.readouterr().err == ""


def test_an_error_of_aws_is_reported_with_its_message(aws: StubbedAws, capsys: Output) -> None:
    aws.respond_error(
        "cloudformation", "describe_stacks", "AccessDenied", "User: x is not authorized to perform: y"
    )
    assert run_client(["status"]) == 1
    assert capsys.readouterr().err == (
        "AWS refused DescribeStacks: User: x is not authorized to perform: y\n"
    )


def test_the_error_for_invalid_counts_names_their_position(tmp_path: Path, capsys: Output) -> None:
    file = tmp_path / "documents.csv"
    file.write_text("1,2\n3,four\n")
    assert run_client(["predict", str(file)]) == 1
    assert "column 1: 'four' is not a number" in capsys.readouterr().err


def test_leftovers_compares_with_an_earlier_inventory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    file = tmp_path / "before.json"
    monkeypatch.setattr("client.operations.inventory.collect", lambda _deployment: {"buckets": ["old"]})
    assert run_client(["leftovers", "--inventory"]) == 0
    file.write_text(capsys.readouterr().out)
    assert run_client(["leftovers", "--before", str(file)]) == 0
    monkeypatch.setattr(
        "client.operations.inventory.collect", lambda _deployment: {"buckets": ["old", "planted"]}
    )
    assert run_client(["leftovers", "--before", str(file), "--json"]) == 1
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"buckets": ["planted"]}


def test_status_without_a_deployment_lists_no_resources(aws: StubbedAws, capsys: Output) -> None:
    for stack in ("DevStorage", "DevTraining", "DevServing"):
        aws.respond_missing_stack(stack)
    missing = 'Could not find endpoint "lda-dev".'
    aws.respond_error("sagemaker", "describe_endpoint", "ValidationException", missing)
    assert run_client(["status"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "DevStorage: not deployed",
        "DevTraining: not deployed",
        "DevServing: not deployed",
        "last execution: none",
        "model: none",
        "endpoint lda-dev: none",
    ]


def test_policy_prints_a_policy(aws: StubbedAws, capsys: Output) -> None:
    aws.respond("sts", "get_caller_identity", CALLER)
    assert run_client(["policy", "start"]) == 0
    assert json.loads(capsys.readouterr().out)["Version"] == "2012-10-17"


@pytest.mark.parametrize("command", sorted(cli.commands))
def test_every_command_has_a_help_text(command: str, capsys: Output) -> None:
    assert run_client([command, "--help"]) == 0
    assert f"Usage: python -m client {command}" in capsys.readouterr().out


def loaded_by(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that then prints on stderr which slow packages it has imported."""
    report = "sys.exit(str(sorted({'boto3', 'numpy', 'scipy', 'rich'} & set(sys.modules))))"
    command = [sys.executable, "-c", f"import sys; {code}; {report}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_help_lists_every_command_and_loads_neither_boto3_nor_numpy() -> None:
    done = loaded_by("from client.cli import cli, run; run(cli, 'python -m client', ['--help'])")
    assert done.stderr == "[]\n"
    listed = [line.split()[0] for line in done.stdout.partition("Commands:\n")[2].splitlines()]
    assert listed == [
        *("learn", "show", "predict", "prepare", "train", "promote", "history", "transform", "watch"),
        "stop",
        *("status", "destroy", "leftovers", "policy"),
    ]


def test_help_of_predict_names_every_format_of_documents(capsys: Output) -> None:
    run_client(["predict", "--help"])
    text = capsys.readouterr().out
    assert [ending for ending in re.findall(r"\.[a-z]+", FORMATS) if ending not in text] == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("train --num-topics ten", "'ten' is neither a number of topics nor auto"),
        ("train --topics 10", "No such option '--topics'"),
        ("transform --split all", "'all' is not one of 'test', 'train'"),
        ("promote", "Missing argument 'TRAINING_JOB'"),
        ("policy administer", "'administer' is not one of 'deploy', 'start'"),
        ("leftovers --inventory --before x.json", "--inventory can't be combined with --before"),
        ("retrain", "No such command 'retrain'"),
    ],
)
def test_a_wrong_usage_is_reported_with_exit_code_2(line: str, message: str, capsys: Output) -> None:
    assert run_client(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: python -m client")
    assert message in err


@pytest.mark.parametrize(
    ("options", "names"),
    [([], ("lda", "dev")), (["--name", "alice", "--environment", "prod"], ("alice", "prod"))],
)
def test_the_options_select_the_deployment(
    options: list[str], names: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: Output
) -> None:
    def refuse(*given: str) -> None:
        raise UserError(f"refused {given}")

    monkeypatch.setattr("client.deployment.Deployment", refuse)
    assert run_client(["status", *options]) == 1
    assert capsys.readouterr().err == f"refused {names}\n"


def test_an_invalid_name_of_a_deployment_is_reported(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    monkeypatch.setattr("client.deployment.Deployment", Deployment)
    assert run_client(["status", "--name", "Alice"]) == 1
    assert "'Alice' isn't" in capsys.readouterr().err


def test_ctrl_c_is_reported_in_one_sentence(monkeypatch: pytest.MonkeyPatch, capsys: Output) -> None:
    def interrupt(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("client.operations.status.get_status", interrupt)
    assert run_client(["status"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.strip() == "Interrupted. Executions in AWS continue; python -m client stop ends the latest."


@pytest.mark.parametrize(
    ("arguments", "incomplete", "completions"),
    [
        ([], "tra", ["train", "transform"]),
        (["train"], "--num-", ["--num-topics"]),
        (["train", "--num-topics", "5", "10", "--dataset", "nips"], "--dry", ["--dry-run"]),
        (["transform", "--split"], "", ["test", "train"]),
        (["policy"], "", ["deploy", "start"]),
    ],
)
def test_the_shell_completes_commands_options_and_choices(
    arguments: list[str], incomplete: str, completions: list[str]
) -> None:
    items = ShellComplete(cli, {}, "topics", "_TOPICS_COMPLETE").get_completions(arguments, incomplete)
    assert [item.value for item in items] == completions


def test_topics_has_the_commands_of_data_prep_and_of_the_client() -> None:
    from data_prep.cli import cli as data_prep

    assert list(topics().commands) == [*cli.commands, *data_prep.commands]
    assert loaded_by("from client.cli import main; main(['--help'])").stderr == "[]\n"
