"""The demo's machine and person: nothing of the caller's AWS gets a say, and nothing kept is wiped away."""

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from client.demo.demo_user import Person
from client.demo.local_aws_server import Machine, point_at
from client.demo.subprocess_runner import Programs
from client.demo.terminal import Terminal
from client.deployment import Deployment
from client.errors import SayableError
from tests.client.conftest import PreparedAws


class Recorded(Programs):
    """Records the commands instead of running them."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, Terminal(10, io.StringIO()))
        self.verbs: list[str] = []

    def run(self, step: str, arguments: Sequence[str]) -> str:
        assert step.startswith("local-aws-")
        self.verbs.append(arguments[3])
        if arguments[3] == "up":
            assert "AWS_REGION" not in os.environ, "the machine would take the caller's region"
            (self.folder / "local_aws").mkdir()
        return json.dumps({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}) if arguments[3] == "env" else ""


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))


def test_it_starts_from_nothing_and_points_this_process_at_it(tmp_path: Path) -> None:
    os.environ.update({"AWS_PROFILE": "work", "AWS_REGION": "eu-west-1"})
    programs = Recorded(tmp_path)
    Machine(programs, tmp_path, 4566).start()
    assert programs.verbs == ["up", "env"]
    assert os.environ["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"
    assert "AWS_PROFILE" not in os.environ


def test_what_a_failed_demo_left_is_cleared_away_first(tmp_path: Path) -> None:
    (tmp_path / "local_aws").mkdir()
    programs = Recorded(tmp_path)
    with pytest.raises(FileExistsError):  # the recorder's "up" finds the folder that no real "down" removed
        Machine(programs, tmp_path, 4566).start()
    assert programs.verbs == ["down", "up"]


def test_a_kept_demo_is_not_touched_and_the_sentence_says_how_to_end_it(tmp_path: Path) -> None:
    programs = Recorded(tmp_path)
    machine = Machine(programs, tmp_path, 4566)
    machine.state.mkdir()
    machine.keep()
    with pytest.raises(SayableError, match=r"down --state .*local_aws --delete$"):
        machine.start()
    assert programs.verbs == []


def test_pointing_drops_every_other_aws_variable() -> None:
    os.environ.update({"AWS_PROFILE": "work", "AWS_SESSION_TOKEN": "x", "HOME": "/home/x"})
    point_at({"AWS_REGION": "us-east-1"})
    assert {name: value for name, value in os.environ.items() if name.startswith("AWS_")} == {
        "AWS_REGION": "us-east-1"
    }
    assert os.environ["HOME"] == "/home/x"


def test_a_person_appears_with_the_documented_policy_and_vanishes_without_a_trace(
    aws: PreparedAws, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at({"AWS_ACCESS_KEY_ID": "administrator", "AWS_SECRET_ACCESS_KEY": "secret"})
    arn = "arn:aws:iam::123456789012:user/lda-demo"
    policy = "arn:aws:iam::123456789012:policy/lda-demo"
    caller = {"Arn": arn, "Account": "123456789012", "UserId": "AIDAEXAMPLE"}
    for _ in range(2):
        aws.answer("sts", "get_caller_identity", caller)
    aws.answer("iam", "create_user", {}, UserName="lda-demo")
    aws.answer("iam", "create_policy", {"Policy": {"Arn": policy}})
    aws.answer("iam", "attach_user_policy", {}, UserName="lda-demo", PolicyArn=policy)
    key = {
        "UserName": "lda-demo",
        "AccessKeyId": "AKIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "s",
        "Status": "Active",
    }
    aws.answer("iam", "create_access_key", {"AccessKey": key}, UserName="lda-demo")
    monkeypatch.setattr("boto3.Session", lambda: aws)
    person = Person(deployment)
    assert person.appear() == arn
    assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIAIOSFODNN7EXAMPLE"

    aws.answer("iam", "delete_access_key", {}, UserName="lda-demo", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    aws.answer("iam", "detach_user_policy", {}, UserName="lda-demo", PolicyArn=policy)
    aws.answer("iam", "delete_policy", {}, PolicyArn=policy)
    aws.answer("iam", "delete_user", {}, UserName="lda-demo")
    person.vanish()
    assert os.environ["AWS_ACCESS_KEY_ID"] == "administrator"
