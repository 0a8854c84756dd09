"""One real server for the tests of this folder, and the helpers that call it."""

import io
import json
import os
import subprocess
import sys
import time
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local_aws.process.ports import free_port

ROOT = Path(__file__).parent.parent.parent
ACCOUNT = "123456789012"
Statement = dict[str, Any]
ENDS = {f"Execution{status}" for status in ("Succeeded", "Failed", "TimedOut", "Aborted")}


class CommandLine:
    """python -m local_aws with its own state folder and its own working directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"
        self.port = free_port()

    def __call__(self, command: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "local_aws", command, "--state", str(self.state), *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT), "AWS_REGION": "us-east-1"},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=90,
        )

    def up(self) -> subprocess.CompletedProcess[str]:
        return self("up", "--port", str(self.port))

    def status(self) -> dict[str, Any]:
        status: dict[str, Any] = json.loads(self("status", "--json").stdout)
        return status


class Aws:
    """A running server: clients of any user, and the resources that tests need."""

    def __init__(self, endpoint: str, state: Path) -> None:
        self.endpoint = endpoint
        self.state = state

    def client(self, service: str, key: str = "test", secret: str = "test") -> Any:  # noqa: S107 -- the emulator's
        create: Any = boto3.client
        return create(
            service,
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )

    def user(self, *statements: Statement) -> Any:
        """Create a user with a policy; return a function that creates clients for the user."""
        iam, name = self.client("iam"), f"user-{uuid.uuid4().hex[:8]}"
        iam.create_user(UserName=name)
        if statements:
            iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy(*statements))
        keys = iam.create_access_key(UserName=name)["AccessKey"]
        return lambda service: self.client(service, keys["AccessKeyId"], keys["SecretAccessKey"])

    def role(self, service: str, *statements: Statement) -> str:
        """Create a role that a service may assume; return its ARN."""
        iam, name = self.client("iam"), f"role-{uuid.uuid4().hex[:8]}"
        trust = allow("sts:AssumeRole", None) | {"Principal": {"Service": f"{service}.amazonaws.com"}}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trust))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy(*statements))
        return str(arn)

    def function(self, code: str, *statements: Statement) -> str:
        """Create a Python function whose handler is ``index.handler``; return its ARN."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("index.py", code)
        created = self.client("lambda").create_function(
            FunctionName=f"function-{uuid.uuid4().hex[:8]}",
            Runtime="python3.13",
            Handler="index.handler",
            Role=self.role("lambda", *statements),
            Code={"ZipFile": archive.getvalue()},
        )
        return str(created["FunctionArn"])

    def machine(self, states: dict[str, Any], *statements: Statement, **options: Any) -> str:
        """Create a state machine of the states, the first of which is the start; return its ARN."""
        definition = {"StartAt": next(iter(states)), "States": states, **options}
        created = self.client("stepfunctions").create_state_machine(
            name=f"machine-{uuid.uuid4().hex[:8]}",
            definition=json.dumps(definition),
            roleArn=self.role("states", *statements),
        )
        return str(created["stateMachineArn"])

    def run(self, machine: str, **execution_input: Any) -> dict[str, Any]:
        """Execute a machine to its end; return its description."""
        states = self.client("stepfunctions")
        arn = states.start_execution(stateMachineArn=machine, input=json.dumps(execution_input))[
            "executionArn"
        ]
        return self.finished(arn)

    def finished(self, execution: str) -> dict[str, Any]:
        """Wait for the end of an execution, and of its history, which comes a moment after the status."""
        states = self.client("stepfunctions")

        def described() -> dict[str, Any] | None:
            description: dict[str, Any] = states.describe_execution(executionArn=execution)
            ended = description["status"] != "RUNNING" and self.history(execution)[-1]["type"] in ENDS
            return description if ended else None

        description: dict[str, Any] = eventually(described)
        return description

    def history(self, execution: str) -> list[dict[str, Any]]:
        """All events of an execution."""
        pages = self.client("stepfunctions").get_paginator("get_execution_history")
        return [event for page in pages.paginate(executionArn=execution) for event in page["events"]]

    def stack(self, resources: dict[str, Any], *, client: Any = None, **options: Any) -> dict[str, Any]:
        """Create a stack of the resources and wait for the end; return its description."""
        cloudformation = client or self.client("cloudformation")
        name = options.pop("StackName", f"stack-{uuid.uuid4().hex[:8]}")
        template = json.dumps({"Resources": resources, **options.pop("template", {})})
        options.setdefault("Capabilities", ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"])
        cloudformation.create_stack(StackName=name, TemplateBody=template, **options)
        return self.settled(name)

    @staticmethod
    def template(resources: dict[str, Any], **sections: Any) -> str:
        return json.dumps({"Resources": resources, **sections})

    @staticmethod
    @contextmanager
    def refused(code: str) -> Iterator[list[str]]:
        """Expect an error of AWS; its message is in the list afterwards."""
        messages: list[str] = []
        with pytest.raises(ClientError) as caught:
            yield messages
        assert caught.value.response["Error"]["Code"] == code
        messages.append(caught.value.response["Error"]["Message"])

    def settled(self, name: str) -> dict[str, Any]:
        cloudformation = self.client("cloudformation")

        def described() -> dict[str, Any] | None:
            stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            return None if stack["StackStatus"].endswith("IN_PROGRESS") else stack

        settled: dict[str, Any] = eventually(described)
        return settled

    def failures(self, stack: dict[str, Any]) -> str:
        """The reasons of the failures in a stack."""
        events = self.client("cloudformation").describe_stack_events(StackName=stack["StackId"])[
            "StackEvents"
        ]
        return "\n".join(
            event.get("ResourceStatusReason", "") for event in events if "FAILED" in event["ResourceStatus"]
        )

    def delete(self, stack: dict[str, Any]) -> dict[str, Any]:
        self.client("cloudformation").delete_stack(StackName=stack["StackId"])
        return self.settled(stack["StackId"])


def eventually(poll: Any, seconds: float = 60) -> Any:
    """Poll until the result is true; return it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := poll():
            return result
        time.sleep(0.05)
    raise AssertionError(f"nothing within {seconds} seconds")


def policy(*statements: Statement) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: str | list[str], resource: str | list[str] | None = "*", **rest: Any) -> Statement:
    statement = {"Effect": "Allow", "Action": action, **rest}
    return statement if resource is None else {**statement, "Resource": resource}


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """A server for all tests that don't stop it."""
    command = CommandLine(tmp_path_factory.mktemp("aws"))
    started = command.up()
    assert started.returncode == 0, started.stderr
    yield Aws(f"http://127.0.0.1:{command.port}", command.state)
    command("down", "--delete")


@pytest.fixture
def command(tmp_path: Path) -> Iterator[CommandLine]:
    """The command line, with a server of its own if a test starts one."""
    command = CommandLine(tmp_path)
    yield command
    command("down", "--delete")


@pytest.fixture(scope="session")
def new_command() -> Any:
    """The class of command lines, by their folders."""
    return CommandLine


@pytest.fixture(scope="session")
def new_aws() -> Any:
    """The class `Aws`, for a server that a test has started."""
    return Aws


@pytest.fixture(name="allow", scope="session")
def _allow() -> Any:
    return allow


@pytest.fixture(name="eventually", scope="session")
def _eventually() -> Any:
    return eventually
