"""The demo ignores the user's AWS configuration, and does not delete a kept demo."""

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from client.demo.demo_user import DemoUser
from client.demo.local_aws_server import LocalAwsServer, set_aws_environment
from client.demo.subprocess_runner import SubprocessRunner
from client.demo.terminal import Terminal
from client.deployment import Deployment
from client.errors import UserError
from tests.client.conftest import StubbedAws


class RecordingRunner(SubprocessRunner):
    """Records the commands instead of running them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, Terminal(10, io.StringIO()))
        self.verbs: list[str] = []

    def run(self, step: str, arguments: Sequence[str]) -> str:
        assert step.startswith("local-aws-")
        self.verbs.append(arguments[3])
        if arguments[3] == "up":
            assert "AWS_REGION" not in os.environ, "the server would take the caller's region"
            (self.folder / "local_aws").mkdir()
        return json.dumps({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}) if arguments[3] == "env" else ""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))


def test_the_server_starts_empty_and_this_process_points_at_it(tmp_path: Path) -> None:
    os.environ.update({"AWS_PROFILE": "work", "AWS_REGION": "eu-west-1"})
    runner = RecordingRunner(tmp_path)
    LocalAwsServer(runner, tmp_path, 4566).start()
    assert runner.verbs == ["up", "env"]
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert "AWS_PROFILE" not in os.environ


def test_the_state_of_a_failed_demo_is_deleted_first(tmp_path: Path) -> None:
    (tmp_path / "local_aws").mkdir()
    runner = RecordingRunner(tmp_path)
    with pytest.raises(FileExistsError):  # the recorder's "up" finds the folder that no real "down" removed
        LocalAwsServer(runner, tmp_path, 4566).start()
    assert runner.verbs == ["down", "up"]


def test_a_kept_demo_is_not_deleted_and_the_error_names_the_command_that_does(tmp_path: Path) -> None:
    runner = RecordingRunner(tmp_path)
    server = LocalAwsServer(runner, tmp_path, 4566)
    server.state.mkdir()
    server.keep()
    with pytest.raises(UserError, match=r"down --state .*local_aws --delete$"):
        server.start()
    assert runner.verbs == []


def test_setting_the_environment_removes_every_other_aws_variable() -> None:
    os.environ.update({"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "x", "HOME": "/home/x"})
    set_aws_environment({"AWS_REGION": "us-east-1"})
    assert {name: value for name, value in os.environ.items() if name.startswith("AWS_")} == {
        "AWS_REGION": "us-east-1"
    }
    assert os.environ["HOME"] == "/home/x"


def test_the_demo_user_has_the_documented_policy_and_is_deleted_completely(
    aws: StubbedAws, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_aws_environment({"AWS_ACCESS_KEY_ID": "administrator", "AWS_SECRET_ACCESS_KEY": "secret"})
    arn = "arn:aws:iam::123456789012:user/lda-demo"
    policy = "arn:aws:iam::123456789012:policy/lda-demo"
    caller = {"Arn": arn, "Account": "123456789012", "UserId": "AIDAEXAMPLE"}
    for _ in range(2):
        aws.respond("sts", "get_caller_identity", caller)
    aws.respond("iam", "create_user", {}, UserName="lda-demo")
    aws.respond("iam", "create_policy", {"Policy": {"Arn": policy}})
    aws.respond("iam", "attach_user_policy", {}, UserName="lda-demo", PolicyArn=policy)
    key = {
        "UserName": "lda-demo",
        "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "s",
        "Status": "Active",
    }
    aws.respond("iam", "create_access_key", {"AccessKey": key}, UserName="lda-demo")
    monkeypatch.setattr("boto3.Session", lambda **_region: aws)
    user = DemoUser(deployment)
    assert user.create() == arn
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAIOSFODNN7EXAMPLE"

    aws.respond("iam", "delete_access_key", {}, UserName="lda-demo", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    aws.respond("iam", "detach_user_policy", {}, UserName="lda-demo", PolicyArn=policy)
    aws.respond("iam", "delete_policy", {}, PolicyArn=policy)
    aws.respond("iam", "delete_user", {}, UserName="lda-demo")
    user.delete()
    assert os.environ["AWS_ACCESS_KEY_ID"] == "administrator"
