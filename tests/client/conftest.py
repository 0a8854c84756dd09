"""Stubbed AWS: real botocore clients with prepared responses, so that both are validated."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from client.cli import cli, run
from client.deployment import Deployment


@cache
def session() -> boto3.Session:
    """One session for all tests, because loading the service descriptions takes time."""
    return boto3.Session("testing", "testing", region_name="us-east-1")


def run_client(arguments: list[str]) -> int:
    """Run a command of `python -m client`; return its exit code."""
    return run(cli, "python -m client", arguments)


@dataclass
class StubbedAws:
    """Replaces a boto3.Session: its clients are stubbed, or the test's own fakes."""

    stubs: dict[str, Stubber] = field(default_factory=dict)
    fakes: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return self.fakes[service] if service in self.fakes else self.stub(service).client

    def stub(self, service: str) -> Stubber:
        if service not in self.stubs:
            client = session().client(service)  # type: ignore[call-overload]  # the service is a variable
            self.stubs[service] = Stubber(client)
            self.stubs[service].activate()
        return self.stubs[service]

    def respond(self, service: str, operation: str, response: dict[str, Any], **request: Any) -> None:
        """Prepare a response; `request` is what the request must be."""
        self.stub(service).add_response(operation, response, request or None)

    def respond_error(self, service: str, operation: str, code: str, message: str) -> None:
        """Prepare an error response."""
        self.stub(service).add_client_error(operation, code, message)

    def respond_stack(
        self,
        name: str,
        *,
        outputs: dict[str, str] | None = None,
        status: str = "CREATE_COMPLETE",
        protected: bool = False,
    ) -> None:
        """Prepare one response of DescribeStacks."""
        stack = {
            "StackName": name,
            "CreationTime": "2026-01-01T00:00:00Z",
            "StackStatus": status,
            "EnableTerminationProtection": protected,
            "Outputs": [{"OutputKey": key, "OutputValue": value} for key, value in (outputs or {}).items()],
        }
        self.respond("cloudformation", "describe_stacks", {"Stacks": [stack]}, StackName=name)

    def respond_missing_stack(self, name: str) -> None:
        """Prepare the error of DescribeStacks for a missing stack."""
        message = f"Stack with id {name} does not exist"
        self.respond_error("cloudformation", "describe_stacks", "ValidationError", message)


@pytest.fixture
def aws() -> Iterator[StubbedAws]:
    """Stubbed AWS; the test must use all prepared responses."""
    stubbed = StubbedAws()
    yield stubbed
    for stub in stubbed.stubs.values():
        stub.assert_no_pending_responses()


@pytest.fixture
def deployment(aws: StubbedAws) -> Deployment:
    """The deployment lda-dev in stubbed AWS."""
    return Deployment(session=aws)  # type: ignore[arg-type]  # it has the methods of a session that are used
